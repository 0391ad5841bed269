//! What the runs have seen: a swarm that never saw a thing has not tested it.
//!
//! Counted: every input that was taken and every reason for which one was refused; every command
//! and event, with its kind where it has one; every timer that was the first to fire in its step; and by the
//! policy of the queue, every way of discovery, rotation, choice and transport under which offers
//! were made, and every estimator that told a wait.

use core::fmt::{self, Debug, Write};
use std::collections::BTreeMap;

use engine::id::{CallId, QueueId};
use engine::policy::{Discovery, Feature, Policy};
use engine::timers::Timer;
use engine::{Command, Event, Input, Output, Rejection, What};

mod expected;

/// How often each thing occurred.
#[derive(Default)]
pub(crate) struct Coverage {
    pub(crate) seen: BTreeMap<String, u64>,
    /// The queue of each call of this run.
    queues: BTreeMap<CallId, QueueId>,
    /// Live offers of each call of this run.
    live: BTreeMap<CallId, u32>,
}

impl Coverage {
    /// An input and what the engine said to it.
    pub(crate) fn step(&mut self, input: &Input, result: Result<(), Rejection>) {
        match result {
            Ok(()) => self.count("taken", input),
            Err(rejection) => self.count("refused", &rejection),
        }
    }

    /// The first timer that fires when the driver comes.
    pub(crate) fn woke(&mut self, timer: Timer) {
        self.count("timer", &timer);
    }

    /// An output under the policy in force.
    pub(crate) fn output(&mut self, output: &Output, policy: &Policy) {
        match &output.what {
            What::Command(_, command) => {
                self.count("command", command);
                if let Command::LeaveQueue { then, .. } = command {
                    self.count("leave to", then);
                }
            }
            What::Event(event) => {
                self.count("event", event);
                self.event(event, policy);
            }
        }
    }

    fn event(&mut self, event: &Event, policy: &Policy) {
        match event {
            Event::CallArrived { call, queue, .. } => {
                self.queues.insert(*call, *queue);
            }
            Event::CallOverflowed { call, to, .. } => {
                self.queues.insert(*call, *to);
            }
            Event::OfferMade { call, .. } => self.offer(*call, policy),
            Event::CallbackFailed { why, .. } => self.count("callback failed", why),
            Event::OfferEnded { call, end, .. } => {
                self.count("offer", end);
                *self.live.entry(*call).or_default() -= 1;
            }
            Event::ClaimUndone { call, .. } => {
                self.live.remove(call);
            }
            Event::CallConnected {
                call, inversion, ..
            } => {
                self.live.remove(call);
                if *inversion {
                    self.add_one("connected", "inversion");
                }
            }
            Event::EstimateAnnounced {
                call,
                estimate: Some(_),
                ..
            } => {
                let queue = self.queues[call];
                self.count("estimator", &policy.queues[queue.index()].estimator);
            }
            Event::CallAbandoned { stage, .. } => self.count("abandoned", stage),
            Event::CallRefused { reason, .. } => self.count("refused at", reason),
            Event::AgentBreaker { state, .. } => self.count("agent breaker", state),
            Event::CarrierBreaker { state } => self.count("carrier breaker", state),
            Event::AlertRaised { alert, .. } => self.count("alert", alert),
            Event::AlertCleared { alert } => self.count("alert over", alert),
            _ => {}
        }
    }

    fn offer(&mut self, call: CallId, policy: &Policy) {
        let rules = &policy.queues[self.queues[&call].index()];
        self.count("rotation", &rules.rotation);
        self.count("transport", &rules.offer.transport);
        self.count("choice", &policy.select_call);
        let way = match rules.discovery {
            Discovery::Poll(_) => "poll",
            Discovery::Events { reconcile: None } => "events",
            Discovery::Events { reconcile: Some(_) } => "events and reconcile",
        };
        self.add_one("discovery", way);
        for feature in Feature::ALL {
            if policy.features.share(feature).0 > 0 {
                self.count("feature", &feature);
            }
        }
        let live = self.live.entry(call).or_default();
        *live += 1;
        if *live > 1 {
            self.add_one("ring", "parallel");
        }
    }

    fn count(&mut self, group: &str, value: &impl Debug) {
        self.add_one(group, &variant(value));
    }

    fn add_one(&mut self, group: &str, name: &str) {
        *self.seen.entry(format!("{group}: {name}")).or_default() += 1;
    }

    /// Adds what another run has seen.
    pub(crate) fn add(&mut self, other: &Coverage) {
        for (name, n) in &other.seen {
            *self.seen.entry(name.clone()).or_default() += n;
        }
    }

    /// What was seen fewer than `least` times, each with its count.
    pub(crate) fn rare(&self, least: u64) -> Vec<(String, u64)> {
        expected::all()
            .map(|name| {
                let n = self.seen.get(&name).copied().unwrap_or(0);
                (name, n)
            })
            .filter(|(_, n)| *n < least)
            .collect()
    }

    /// What was seen though nobody expected it: the list is out of date.
    pub(crate) fn unexpected(&self) -> Vec<&str> {
        let expected: Vec<String> = expected::all().collect();
        self.seen
            .keys()
            .filter(|name| !expected.contains(name))
            .map(String::as_str)
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
