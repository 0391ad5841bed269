//! A whole document: verbs run from top to bottom, and the call ends with the last.

use super::xml::{Element, Xml};
use super::{Dial, Enqueue, Gather, LONGEST, Pause, Play, Record, Say};
use crate::Method;
use std::fmt;

/// One instruction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verb {
    /// Speaks a text.
    Say(Say),
    /// Plays a recording.
    Play(Play),
    /// Waits in silence.
    Pause(Pause),
    /// Waits for keys or speech.
    Gather(Gather),
    /// Records the caller.
    Record(Record),
    /// Puts the call into a queue.
    Enqueue(Enqueue),
    /// Within a wait document: takes the call out of its queue, to what follows `<Enqueue>`.
    Leave,
    /// Connects the call to another party.
    Dial(Dial),
    /// Goes on with another document; what follows is not reached.
    Redirect(Redirect),
    /// Ends the call.
    Hangup,
    /// Refuses an incoming call without answering it; the first verb or none.
    Reject(Reject),
}

/// Goes on with another document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Redirect {
    url: String,
    method: Option<Method>,
}

impl Redirect {
    /// To the document at `url`.
    #[must_use]
    pub fn to(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            method: None,
        }
    }

    /// Requested how.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }
}

/// Why a call is not answered. Costs nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reject {
    /// "Not in service".
    Rejected,
    /// Busy.
    Busy,
}

/// A document of more than 64 kB ([`LONGEST`]): Twilio would drop the call (error 11750).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLarge {
    /// Bytes that it has.
    pub bytes: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a TwiML document of {} bytes, over {LONGEST}",
            self.bytes
        )
    }
}

impl std::error::Error for TooLarge {}

/// What a webhook is answered: the verbs in their order. Without any the call ends, or goes on as it was where the answer
/// is not executed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Response {
    verbs: Vec<Verb>,
}

impl Response {
    /// A document without verbs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Then this verb.
    #[must_use]
    pub fn verb(mut self, verb: Verb) -> Self {
        self.verbs.push(verb);
        self
    }

    /// Then speaks a text.
    #[must_use]
    pub fn say(self, say: impl Into<Say>) -> Self {
        self.verb(Verb::Say(say.into()))
    }

    /// Then plays a recording.
    #[must_use]
    pub fn play(self, play: Play) -> Self {
        self.verb(Verb::Play(play))
    }

    /// Then waits in silence.
    #[must_use]
    pub fn pause(self, pause: Pause) -> Self {
        self.verb(Verb::Pause(pause))
    }

    /// Then waits for keys or speech.
    #[must_use]
    pub fn gather(self, gather: Gather) -> Self {
        self.verb(Verb::Gather(gather))
    }

    /// Then records the caller.
    #[must_use]
    pub fn record(self, record: Record) -> Self {
        self.verb(Verb::Record(record))
    }

    /// Then puts the call into a queue.
    #[must_use]
    pub fn enqueue(self, enqueue: Enqueue) -> Self {
        self.verb(Verb::Enqueue(enqueue))
    }

    /// Then takes the call out of its queue.
    #[must_use]
    pub fn leave(self) -> Self {
        self.verb(Verb::Leave)
    }

    /// Then connects the call to another party.
    #[must_use]
    pub fn dial(self, dial: Dial) -> Self {
        self.verb(Verb::Dial(dial))
    }

    /// Then goes on with another document.
    #[must_use]
    pub fn redirect(self, redirect: Redirect) -> Self {
        self.verb(Verb::Redirect(redirect))
    }

    /// Then ends the call.
    #[must_use]
    pub fn hangup(self) -> Self {
        self.verb(Verb::Hangup)
    }

    /// Refuses the call.
    #[must_use]
    pub fn reject(self, reason: Reject) -> Self {
        self.verb(Verb::Reject(reason))
    }

    /// The verbs in their order.
    #[must_use]
    pub fn verbs(&self) -> &[Verb] {
        &self.verbs
    }

    /// The document, with its prologue.
    ///
    /// # Errors
    ///
    /// [`TooLarge`] when Twilio would not read it.
    pub fn to_xml(&self) -> Result<String, TooLarge> {
        let mut xml = Xml::new();
        let root = Element::new("Response");
        if self.verbs.is_empty() {
            xml.empty(root);
        } else {
            xml.within(root, |xml| {
                self.verbs.iter().for_each(|verb| verb.write(xml))
            });
        }
        let document = xml.finish();
        let bytes = document.len();
        if bytes > LONGEST {
            return Err(TooLarge { bytes });
        }
        Ok(document)
    }
}

impl Verb {
    fn write(&self, xml: &mut Xml) {
        match self {
            Self::Say(say) => say.write(xml),
            Self::Play(play) => play.write(xml),
            Self::Pause(pause) => pause.write(xml),
            Self::Gather(gather) => gather.write(xml),
            Self::Record(record) => record.write(xml),
            Self::Enqueue(enqueue) => enqueue.write(xml),
            Self::Leave => xml.empty(Element::new("Leave")),
            Self::Dial(dial) => dial.write(xml),
            Self::Redirect(Redirect { url, method }) => {
                let element = Element::new("Redirect");
                xml.text(element.with_some("method", method.map(Method::as_str)), url);
            }
            Self::Hangup => xml.empty(Element::new("Hangup")),
            Self::Reject(reason) => {
                let reason = match reason {
                    Reject::Rejected => "rejected",
                    Reject::Busy => "busy",
                };
                xml.empty(Element::new("Reject").with("reason", reason));
            }
        }
    }
}
