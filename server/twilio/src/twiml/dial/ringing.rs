//! Parties that ring: devices of the voice SDK, telephone numbers, SIP addresses.

use super::super::xml::{Element, Xml};
use crate::Method;
use crate::limits::Identity;

/// What happens to a leg, in the order in which it happens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CallEvent {
    /// Twilio has begun to dial.
    Initiated,
    /// It rings. Not always told.
    Ringing,
    /// It was answered; the webhook says `in-progress`.
    Answered,
    /// It is over, in whichever way. The only one told unless others are asked for.
    Completed,
}

impl CallEvent {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Initiated,
        Self::Ringing,
        Self::Answered,
        Self::Completed,
    ];

    /// As Twilio names it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Initiated => "initiated",
            Self::Ringing => "ringing",
            Self::Answered => "answered",
            Self::Completed => "completed",
        }
    }
}

/// Each event once, in their own order.
pub(crate) fn event_names(events: &[CallEvent]) -> Vec<&'static str> {
    let mut events = events.to_vec();
    events.sort_unstable();
    events.dedup();
    events.into_iter().map(CallEvent::as_str).collect()
}

/// Who is told what happens to a leg.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatusCallback {
    /// Told.
    pub url: String,
    /// How; POST, unless said.
    pub method: Option<Method>,
    /// What is told; nothing named is [`CallEvent::Completed`].
    pub events: Vec<CallEvent>,
}

impl StatusCallback {
    /// Of these events, by POST.
    #[must_use]
    pub fn new(url: impl Into<String>, events: &[CallEvent]) -> Self {
        Self {
            url: url.into(),
            method: None,
            events: events.to_vec(),
        }
    }
}

/// One party that rings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ringing {
    /// A device of the voice SDK.
    Client(Client),
    /// A telephone.
    Number(DialNumber),
    /// A SIP address.
    Sip(Sip),
}

impl From<Client> for Ringing {
    fn from(client: Client) -> Self {
        Self::Client(client)
    }
}

impl From<DialNumber> for Ringing {
    fn from(number: DialNumber) -> Self {
        Self::Number(number)
    }
}

impl From<Sip> for Ringing {
    fn from(sip: Sip) -> Self {
        Self::Sip(sip)
    }
}

impl Ringing {
    pub(super) fn write(&self, xml: &mut Xml) {
        match self {
            Self::Client(client) => client.write(xml),
            Self::Number(number) => xml.text(number.leg.element("Number"), &number.number),
            Self::Sip(sip) => xml.text(sip.leg.element("Sip"), &sip.uri),
        }
    }
}

/// What the three have in common.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Leg {
    url: Option<String>,
    method: Option<Method>,
    status: Option<StatusCallback>,
}

impl Leg {
    fn element<'a>(&self, name: &'a str) -> Element<'a> {
        let element = Element::new(name)
            .with_some("url", self.url.as_deref())
            .with_some("method", self.method.map(Method::as_str));
        let Some(status) = &self.status else {
            return element;
        };
        let events = event_names(&status.events).join(" ");
        element
            .with("statusCallback", &status.url)
            .with_some("statusCallbackMethod", status.method.map(Method::as_str))
            .with_some(
                "statusCallbackEvent",
                Some(&*events).filter(|e| !e.is_empty()),
            )
    }
}

macro_rules! leg_setters {
    () => {
        /// What the party hears when it has answered, before it is connected. No Dial in it.
        #[must_use]
        pub fn url(mut self, url: impl Into<String>) -> Self {
            self.leg.url = Some(url.into());
            self
        }

        /// How that document is requested.
        #[must_use]
        pub fn method(mut self, method: Method) -> Self {
            self.leg.method = Some(method);
            self
        }

        /// Who is told what happens to the leg.
        #[must_use]
        pub fn status_callback(mut self, status: StatusCallback) -> Self {
            self.leg.status = Some(status);
            self
        }
    };
}

/// Every device that is logged in as an identity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Client {
    identity: Identity,
    parameters: Vec<(String, String)>,
    leg: Leg,
}

impl Client {
    /// The devices of this identity.
    #[must_use]
    pub fn new(identity: Identity) -> Self {
        Self {
            identity,
            parameters: Vec::new(),
            leg: Leg::default(),
        }
    }

    /// A parameter that the device gets with the call.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    leg_setters!();

    fn write(&self, xml: &mut Xml) {
        let element = self.leg.element("Client");
        if self.parameters.is_empty() {
            return xml.text(element, self.identity.as_str());
        }
        xml.within(element, |xml| {
            xml.text(Element::new("Identity"), self.identity.as_str());
            for (name, value) in &self.parameters {
                let parameter = Element::new("Parameter").with("name", name);
                xml.empty(parameter.with("value", value));
            }
        });
    }
}

/// A telephone number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DialNumber {
    number: String,
    leg: Leg,
}

impl DialNumber {
    /// In E.164 (`+12125550123`).
    #[must_use]
    pub fn new(number: impl Into<String>) -> Self {
        Self {
            number: number.into(),
            leg: Leg::default(),
        }
    }

    leg_setters!();
}

/// A SIP address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sip {
    uri: String,
    leg: Leg,
}

impl Sip {
    /// With its scheme (`sip:agent7@pbx.example.com`), headers as its query.
    #[must_use]
    pub fn new(uri: impl Into<String>) -> Self {
        Self {
            uri: uri.into(),
            leg: Leg::default(),
        }
    }

    leg_setters!();
}
