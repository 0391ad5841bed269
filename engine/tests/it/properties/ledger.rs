//! Each call's outcome, counted from the outputs alone: exactly one of the domain's, and a callback
//! one more.

use std::collections::BTreeMap;

use engine::id::CallId;
use engine::{Event, Output, What};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Open,
    Talking,
    Callback,
    CallbackTalking,
    Over,
}

/// What has become of every call.
#[derive(Default)]
pub struct Ledger {
    calls: BTreeMap<CallId, State>,
}

impl Ledger {
    /// Books the outputs of a step.
    pub fn book(&mut self, outputs: &[Output]) {
        for output in outputs {
            if let What::Event(event) = output.what {
                self.event(event);
            }
        }
    }

    /// Calls that the engine should have in hand.
    pub fn in_hand(&self) -> usize {
        self.calls.values().filter(|s| **s != State::Over).count()
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::CallArrived { call, .. } => {
                assert_eq!(self.calls.insert(call, State::Open), None, "{call} twice");
            }
            Event::CallConnected { call, callback, .. } => {
                if callback {
                    self.turn(call, State::Callback, State::CallbackTalking);
                } else {
                    self.turn(call, State::Open, State::Talking);
                }
            }
            Event::CallEnded { call, .. } => {
                let state = self.calls.get_mut(&call).expect("it arrived");
                assert!(matches!(state, State::Talking | State::CallbackTalking));
                *state = State::Over;
            }
            Event::CallAbandoned { call, stage, .. } => {
                let from = if stage == engine::output::Stage::Callback {
                    State::Callback
                } else {
                    State::Open
                };
                self.turn(call, from, State::Over);
            }
            Event::CallRefused { call, .. }
            | Event::CallTimedOut { call, .. }
            | Event::VoicemailTaken { call }
            | Event::CallFailed { call } => self.turn(call, State::Open, State::Over),
            Event::CallbackTaken { call } => self.turn(call, State::Open, State::Callback),
            Event::CallbackFailed { call, .. } => self.turn(call, State::Callback, State::Over),
            Event::CallQueued { .. }
            | Event::CallOverflowed { .. }
            | Event::EstimateAnnounced { .. }
            | Event::OfferMade { .. }
            | Event::OfferRang { .. }
            | Event::OfferAnswered { .. }
            | Event::OfferEnded { .. }
            | Event::ClaimUndone { .. }
            | Event::CallExhausted { .. }
            | Event::VoicemailStarted { .. }
            | Event::CallbackOffered { .. }
            | Event::CallbackPlaced { .. }
            | Event::CallbackMissed { .. }
            | Event::AgentStatusSet { .. }
            | Event::AgentIdle { .. }
            | Event::AgentWrapUp { .. }
            | Event::AgentAlive { .. }
            | Event::AgentReachable { .. }
            | Event::AgentBreaker { .. }
            | Event::CarrierBreaker { .. }
            | Event::QueueScanned { .. }
            | Event::QueueOpen { .. }
            | Event::PolicyApplied
            | Event::FeatureShareSet { .. }
            | Event::AlertRaised { .. }
            | Event::AlertCleared { .. } => {}
            Event::Rescued { call, agent } => panic!("the events missed {call} for {agent}"),
        }
    }

    fn turn(&mut self, call: CallId, from: State, to: State) {
        let was = self.calls.insert(call, to);
        assert_eq!(was, Some(from), "{call} became {to:?}");
    }
}
