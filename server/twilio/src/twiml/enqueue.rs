//! `<Enqueue>`: the caller waits in a queue of Twilio's.

use super::xml::{Element, Xml};
use crate::Method;
use crate::limits::QueueName;

/// Puts the call into a queue, which comes to be when it is named and stays until it is deleted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enqueue {
    queue: QueueName,
    action: Option<String>,
    method: Option<Method>,
    wait_url: Option<String>,
    wait_method: Option<Method>,
}

impl Enqueue {
    /// Into this queue, with Twilio's music.
    #[must_use]
    pub fn into_queue(queue: QueueName) -> Self {
        Self {
            queue,
            action: None,
            method: None,
            wait_url: None,
            wait_method: None,
        }
    }

    /// Asked when the call has left the queue: at once on `<Leave>` or a REST request, after the talk when it was
    /// bridged. Without it the document goes on.
    #[must_use]
    pub fn action(mut self, url: impl Into<String>) -> Self {
        self.action = Some(url.into());
        self
    }

    /// How the action is requested.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// What the caller hears, asked again and again; an empty text is silence. **A wait document that fails throws the caller
    /// out of the queue.**
    #[must_use]
    pub fn wait_url(mut self, url: impl Into<String>) -> Self {
        self.wait_url = Some(url.into());
        self
    }

    /// How the wait document is requested.
    #[must_use]
    pub fn wait_method(mut self, method: Method) -> Self {
        self.wait_method = Some(method);
        self
    }

    pub(super) fn write(&self, xml: &mut Xml) {
        let element = Element::new("Enqueue")
            .with_some("action", self.action.as_deref())
            .with_some("method", self.method.map(Method::as_str))
            .with_some("waitUrl", self.wait_url.as_deref())
            .with_some("waitUrlMethod", self.wait_method.map(Method::as_str));
        xml.text(element, self.queue.as_str());
    }
}
