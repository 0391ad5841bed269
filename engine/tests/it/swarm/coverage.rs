//! What the runs have seen: a swarm that never saw a thing has not tested it.

use core::fmt::{self, Debug, Write};
use std::collections::BTreeMap;

use engine::{Command, Event, Input, Output, Rejection, What};

/// How often each variant occurred.
#[derive(Default)]
pub(crate) struct Coverage {
    pub(crate) seen: BTreeMap<String, u64>,
}

/// Every variant that the runs must have seen. `Rescued` must never be.
const EXPECTED: &[&str] = &[
    "CallArrived",
    "CallQueued",
    "CallOverflowed",
    "EstimateAnnounced",
    "OfferMade",
    "OfferRang",
    "OfferAnswered",
    "OfferEnded",
    "ClaimUndone",
    "CallExhausted",
    "CallConnected",
    "CallConnected inversion",
    "CallEnded",
    "CallAbandoned",
    "CallRefused",
    "CallTimedOut",
    "VoicemailStarted",
    "VoicemailTaken",
    "CallFailed",
    "CallbackOffered",
    "CallbackTaken",
    "CallbackPlaced",
    "CallbackMissed",
    "CallbackFailed",
    "AgentStatusSet",
    "AgentIdle",
    "AgentWrapUp",
    "AgentAlive",
    "AgentReachable",
    "AgentBreaker",
    "CarrierBreaker",
    "QueueScanned",
    "QueueOpen",
    "PolicyApplied",
    "FeatureShareSet",
    "AlertRaised SuccessRate",
    "AlertRaised StoreLatency",
    "AlertRaised AgentAvailability",
    "AlertRaised QueueLength",
    "AlertCleared",
    "RingAgent",
    "StopRinging",
    "Bridge",
    "DialLegacy",
    "LeaveQueue",
    "OfferCallback",
    "PlaceCallback",
    "StopCallback",
    "Ok AgentReady",
    "Ok Resumed",
    "Ok PolicyReplaced",
    "Ok FeatureCleared",
    "Ok CallbackAnswered",
    "Ok CallbackUnanswered",
    "Ok BridgeFailed",
    "UnknownQueue",
    "CallIdOutOfOrder",
    "UnknownCall",
    "UnknownAgent",
    "AgentIdOutOfOrder",
    "BadAssignment",
    "StaleOffer",
    "WrongState",
    "NoCallbackOffered",
    "BadPolicy",
    "BadShare",
    "BadGap",
];

impl Coverage {
    pub(crate) fn step(&mut self, input: &Input, result: Result<(), Rejection>) {
        match result {
            Ok(()) => self.count(&["Ok ", &variant(input)]),
            Err(rejection) => self.count(&[&variant(&rejection)]),
        }
    }

    pub(crate) fn output(&mut self, output: &Output) {
        match &output.what {
            What::Command(_, command) => self.command(command),
            What::Event(Event::AlertRaised { alert, .. }) => {
                self.count(&["AlertRaised ", &variant(alert)]);
            }
            What::Event(
                event @ Event::CallConnected {
                    inversion: true, ..
                },
            ) => {
                self.count(&[&variant(event)]);
                self.count(&["CallConnected inversion"]);
            }
            What::Event(event) => self.count(&[&variant(event)]),
        }
    }

    fn command(&mut self, command: &Command) {
        self.count(&[&variant(command)]);
    }

    fn count(&mut self, name: &[&str]) {
        *self.seen.entry(name.concat()).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: &Coverage) {
        for (name, n) in &other.seen {
            *self.seen.entry(name.clone()).or_default() += n;
        }
    }

    /// What was expected and not seen.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        EXPECTED
            .iter()
            .copied()
            .filter(|name| !self.seen.contains_key(*name))
            .collect()
    }
}

/// The name of a value's variant.
fn variant(value: &impl Debug) -> String {
    struct Name(String);
    impl Write for Name {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let end = text.find(|c: char| !c.is_alphanumeric());
            self.0.push_str(&text[..end.unwrap_or(text.len())]);
            if end.is_some() {
                Err(fmt::Error)
            } else {
                Ok(())
            }
        }
    }
    let mut name = Name(String::new());
    // The error only says that the name is complete.
    write!(name, "{value:?}").ok();
    name.0
}
