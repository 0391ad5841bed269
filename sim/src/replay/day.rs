//! What callers and agents did on a recorded day: what a simulation of it takes as given, and what it
//! draws its laws from.
//!
//! Owns the rule of what is known of whom. A caller who hung up in line was as patient as it waited; one
//! who was served, or taken from the line by us, was at least so patient.

use std::collections::BTreeMap;

use engine::id::{AgentId, CallId, CallerKey, ClassId, OfferId, QueueId};
use engine::output::{Event, OfferEnd, Output, Stage, What};
use engine::time::Micros;
use engine::{Input, Timestamp};

use super::behaviour::Behaviour;
use super::exact::Step;
use crate::trace::Patience;

/// One recorded call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayCall {
    /// When it came in.
    pub at: Timestamp,
    /// Who called.
    pub caller: CallerKey,
    /// Where to.
    pub queue: QueueId,
    /// The caller's class.
    pub class: ClassId,
    /// What is known of its patience.
    pub patience: Patience,
    /// How long it talked with an agent, if it did.
    pub talk: Option<Micros>,
}

/// A recorded day.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Day {
    /// By call id, less the first.
    pub calls: Vec<DayCall>,
    /// The first call's id.
    first: u64,
    /// What agents, the calendar, the store and the staff did, in order: everything that is no
    /// answer to a call.
    pub given: Vec<(Timestamp, Input)>,
    /// When the server was away: since when, until when.
    pub gaps: Vec<(Timestamp, Timestamp)>,
    /// How agents and callers reacted.
    pub(super) behaviour: Behaviour,
    ringing: BTreeMap<OfferId, Timestamp>,
    asked: BTreeMap<OfferId, Timestamp>,
    wrapping: BTreeMap<AgentId, Timestamp>,
}

impl Day {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new() -> Self {
        Day::default()
    }

    /// One more step.
    pub fn step(&mut self, step: Step<'_>) {
        if let Some(input) = step.input.filter(|_| !step.is_refused) {
            self.told(step.at, input);
        }
        for output in step.said {
            self.heard(output);
        }
    }

    /// The day is over at `at`: whoever waits still is at least so patient.
    #[must_use]
    pub fn finish(mut self, at: Timestamp) -> Self {
        for call in &mut self.calls {
            if call.patience == Patience::Unknown {
                call.patience = Patience::Censored(at.since(call.at));
            }
        }
        self
    }

    fn told(&mut self, at: Timestamp, input: &Input) {
        match input {
            Input::CallArrived {
                call,
                caller,
                queue,
                class,
            } => {
                if self.calls.is_empty() {
                    self.first = call.0;
                }
                self.calls.push(DayCall {
                    at,
                    caller: *caller,
                    queue: *queue,
                    class: *class,
                    patience: Patience::Unknown,
                    talk: None,
                });
            }
            Input::AgentReady { agent } => {
                if let Some(since) = self.wrapping.remove(agent) {
                    self.behaviour.wrap_up(at.since(since));
                }
            }
            Input::OfferRinging { offer } | Input::CallBridged { offer } => {
                if let Some(since) = self.asked.remove(offer) {
                    self.behaviour.command(at.since(since));
                }
            }
            Input::OfferAnswered { offer } => {
                let delay = self.ringing.remove(offer).map(|since| at.since(since));
                self.behaviour.answered(delay);
                self.asked.insert(*offer, at);
            }
            Input::OfferDeclined { offer } => {
                let delay = self.ringing.remove(offer).map(|since| at.since(since));
                self.behaviour.declined(delay);
            }
            Input::CallbackAccepted { .. } => self.behaviour.callbacks_accepted += 1,
            Input::CallbackAnswered { .. } => self.behaviour.callbacks_answered += 1,
            Input::CallbackUnanswered { .. } => self.behaviour.callbacks_unanswered += 1,
            Input::Resumed { since } => self.gaps.push((*since, at)),
            Input::AgentAssigned { .. }
            | Input::AgentStatusChanged { .. }
            | Input::HeartbeatReceived { .. }
            | Input::DeviceConnected { .. }
            | Input::DeviceDisconnected { .. }
            | Input::QueueOpened { .. }
            | Input::QueueClosed { .. }
            | Input::PolicyReplaced(_)
            | Input::FeatureSet { .. }
            | Input::FeatureCleared { .. }
            | Input::StoreLatencyMeasured { .. } => self.given.push((at, input.clone())),
            Input::CallerHungUp { .. }
            | Input::VoicemailLeft { .. }
            | Input::CallEnded { .. }
            | Input::OfferPlaced { .. }
            | Input::OfferFailed { .. }
            | Input::BridgeFailed { .. } => {}
        }
    }

    fn heard(&mut self, output: &Output) {
        let at = output.at;
        let event = match &output.what {
            What::Event(event) => event,
            What::Command(..) => return,
        };
        match *event {
            Event::OfferMade { offer, .. } => {
                self.asked.insert(offer, at);
            }
            Event::OfferRang { offer } => {
                self.ringing.insert(offer, at);
            }
            Event::OfferEnded { offer, end, .. } => {
                self.asked.remove(&offer);
                // Still there: neither answered nor declined.
                if self.ringing.remove(&offer).is_some() && end == OfferEnd::Expired {
                    self.behaviour.rang_out += 1;
                }
            }
            Event::ClaimUndone { offer, .. } => {
                self.asked.remove(&offer);
            }
            Event::AgentWrapUp { agent } => {
                self.wrapping.insert(agent, at);
            }
            Event::AgentIdle { agent } => {
                if let Some(since) = self.wrapping.remove(&agent) {
                    self.behaviour.wrap_up(at.since(since));
                }
            }
            Event::CallAbandoned {
                call,
                stage: Stage::Waiting | Stage::Ringing | Stage::Claimed,
                waited,
            } => self.is_known(call, Patience::Known(waited)),
            Event::CallConnected { call, .. }
            | Event::CallTimedOut { call, .. }
            | Event::CallRefused { call, .. }
            | Event::CallFailed { call }
            | Event::CallbackTaken { call } => self.was_patient(call, at),
            Event::VoicemailStarted { call } => {
                self.behaviour.greetings += 1;
                self.was_patient(call, at);
            }
            Event::VoicemailTaken { .. } => self.behaviour.messages += 1,
            Event::CallbackOffered { .. } => self.behaviour.callbacks_offered += 1,
            Event::CallEnded { call, talked, .. } => {
                if let Some(call) = self.call(call) {
                    call.talk = Some(talked);
                }
            }
            Event::CallAbandoned {
                stage: Stage::Voicemail | Stage::Callback,
                ..
            }
            | Event::CallArrived { .. }
            | Event::CallQueued { .. }
            | Event::CallOverflowed { .. }
            | Event::EstimateAnnounced { .. }
            | Event::OfferAnswered { .. }
            | Event::CallExhausted { .. }
            | Event::CallbackPlaced { .. }
            | Event::CallbackMissed { .. }
            | Event::CallbackFailed { .. }
            | Event::AgentStatusSet { .. }
            | Event::AgentAlive { .. }
            | Event::AgentReachable { .. }
            | Event::AgentBreaker { .. }
            | Event::CarrierBreaker { .. }
            | Event::QueueScanned { .. }
            | Event::Rescued { .. }
            | Event::QueueOpen { .. }
            | Event::PolicyApplied
            | Event::FeatureShareSet { .. }
            | Event::AlertRaised { .. }
            | Event::AlertCleared { .. } => {}
        }
    }

    fn call(&mut self, call: CallId) -> Option<&mut DayCall> {
        let place = call.0.checked_sub(self.first)?;
        self.calls.get_mut(usize::try_from(place).ok()?)
    }

    /// It was still there at `at`.
    fn was_patient(&mut self, call: CallId, at: Timestamp) {
        if let Some(known) = self.call(call) {
            let beyond = at.since(known.at);
            self.is_known(call, Patience::Censored(beyond));
        }
    }

    /// The first that is known of a call holds.
    fn is_known(&mut self, call: CallId, patience: Patience) {
        if let Some(call) = self.call(call)
            && call.patience == Patience::Unknown
        {
            call.patience = patience;
        }
    }
}
