//! `<Dial>`: connects the call to parties that ring, to the first call of a queue, or to a conference.

mod conference;
mod ringing;

pub use conference::{Conference, ConferenceEvent};
pub(crate) use ringing::event_names;
pub use ringing::{CallEvent, Client, DialNumber, Ringing, Sip, StatusCallback};

use super::xml::{Element, Xml};
use crate::Method;
use crate::limits::{OutOfLimits, QueueName, RingTime};

#[derive(Clone, PartialEq, Eq, Debug)]
enum Target {
    /// 1 to 10.
    Parties(Vec<Ringing>),
    Queue(DialQueue),
    Conference(Conference),
}

/// Connects the call. The document waits until the other party has left; with an action, what follows is never reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dial {
    target: Target,
    action: Option<String>,
    method: Option<Method>,
    timeout: Option<RingTime>,
    time_limit: Option<u32>,
    answer_on_bridge: Option<bool>,
    caller_id: Option<String>,
}

impl Dial {
    /// To one party.
    #[must_use]
    pub fn party(party: impl Into<Ringing>) -> Self {
        Self::target(Target::Parties(vec![party.into()]))
    }

    /// To several at once: the first that answers wins, an answering machine too.
    ///
    /// # Errors
    ///
    /// [`OutOfLimits::Parties`] for none or more than ten.
    pub fn parties(parties: impl IntoIterator<Item = Ringing>) -> Result<Self, OutOfLimits> {
        let parties: Vec<_> = parties.into_iter().collect();
        match parties.len() {
            1..=10 => Ok(Self::target(Target::Parties(parties))),
            n => Err(OutOfLimits::Parties(n)),
        }
    }

    /// To the first call in a queue, or the next that comes before the timeout.
    #[must_use]
    pub fn queue(queue: DialQueue) -> Self {
        Self::target(Target::Queue(queue))
    }

    /// Into a conference.
    #[must_use]
    pub fn conference(conference: Conference) -> Self {
        Self::target(Target::Conference(conference))
    }

    fn target(target: Target) -> Self {
        Self {
            target,
            action: None,
            method: None,
            timeout: None,
            time_limit: None,
            answer_on_bridge: None,
            caller_id: None,
        }
    }

    /// Asked when the other party has left or was not reached.
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

    /// How long it rings, or waits for a queue; 30 s, unless said. Twilio adds 5 s.
    #[must_use]
    pub fn timeout(mut self, time: RingTime) -> Self {
        self.timeout = Some(time);
        self
    }

    /// Seconds that the parties may talk; 14400, unless said.
    #[must_use]
    pub fn time_limit(mut self, seconds: u32) -> Self {
        self.time_limit = Some(seconds);
        self
    }

    /// Whether an incoming call goes on ringing until it is connected; for a first verb only.
    #[must_use]
    pub fn answer_on_bridge(mut self, late: bool) -> Self {
        self.answer_on_bridge = Some(late);
        self
    }

    /// The number that the other party sees.
    #[must_use]
    pub fn caller_id(mut self, number: impl Into<String>) -> Self {
        self.caller_id = Some(number.into());
        self
    }

    pub(super) fn write(&self, xml: &mut Xml) {
        let element = Element::new("Dial")
            .with_some("action", self.action.as_deref())
            .with_some("method", self.method.map(Method::as_str))
            .with_number("timeout", self.timeout.map(RingTime::seconds))
            .with_number("timeLimit", self.time_limit)
            .with_bool("answerOnBridge", self.answer_on_bridge)
            .with_some("callerId", self.caller_id.as_deref());
        xml.within(element, |xml| match &self.target {
            Target::Parties(parties) => parties.iter().for_each(|party| party.write(xml)),
            Target::Queue(queue) => queue.write(xml),
            Target::Conference(conference) => conference.write(xml),
        });
    }
}

/// The first call in a queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DialQueue {
    queue: QueueName,
    url: Option<String>,
    method: Option<Method>,
}

impl DialQueue {
    /// Of this queue. An unknown one fails at once.
    #[must_use]
    pub fn new(queue: QueueName) -> Self {
        Self {
            queue,
            url: None,
            method: None,
        }
    }

    /// What the *queued* caller hears just before both are joined; Say, Play, Pause and Redirect only.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// How that document is requested.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    fn write(&self, xml: &mut Xml) {
        let element = Element::new("Queue")
            .with_some("url", self.url.as_deref())
            .with_some("method", self.method.map(Method::as_str));
        xml.text(element, self.queue.as_str());
    }
}
