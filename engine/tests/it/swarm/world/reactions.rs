//! What the world does about the engine's outputs.

use engine::id::{CallId, OfferId};
use engine::input::OfferFailure;
use engine::output::Departure;
use engine::{Command, Event, Input, Output, Timestamp, What};

use super::{Plan, World};

impl World {
    /// Takes note of an output and plans what follows from it.
    pub(crate) fn react(&mut self, now: Timestamp, output: &Output) {
        self.now = self.now.max(now);
        match &output.what {
            What::Command(_, command) => self.obey(command),
            What::Event(event) => self.take_note(event),
        }
    }

    /// A message to the engine, in `steps` grid steps; with faults it may get lost, come late, or
    /// come twice.
    fn send(&mut self, steps: u64, input: Input) {
        let (lost, late, doubled) = (self.options.lost, self.options.late, self.options.doubled);
        if self.calm {
            return self.plan(steps, Plan::Input(input));
        }
        if self.rng.percent(lost) {
            return;
        }
        let delay = if self.rng.percent(late) {
            self.rng.between(1, 40)
        } else {
            0
        };
        if self.rng.percent(doubled) {
            let again = self.rng.between(0, 6);
            self.plan(steps + delay + again, Plan::Input(input.clone()));
        }
        self.plan(steps + delay, Plan::Input(input));
    }

    fn obey(&mut self, command: &Command) {
        match *command {
            Command::RingAgent { offer, .. } | Command::DialLegacy { offer, .. } => {
                self.offers.push(offer);
                if self.calm {
                    self.send(0, Input::OfferPlaced { offer });
                    self.send(0, Input::OfferRinging { offer });
                    self.send(1, Input::OfferAnswered { offer });
                } else {
                    self.ring(offer);
                }
            }
            Command::Bridge { offer, .. } => self.bridge(offer),
            Command::LeaveQueue { call, then } => self.leave(call, then),
            Command::OfferCallback { call } => self.offer_callback(call),
            Command::PlaceCallback { call, .. } => self.call_back(call),
            Command::StopRinging { .. } | Command::StopCallback { .. } => {}
        }
    }

    fn ring(&mut self, offer: OfferId) {
        let mut at = self.rng.below(2);
        if self.rng.percent(80) {
            self.send(at, Input::OfferPlaced { offer });
        }
        if self.rng.percent(self.options.fails / 2) {
            return self.fail(at, offer);
        }
        if self.rng.percent(85) {
            at += self.rng.below(3);
            self.send(at, Input::OfferRinging { offer });
        }
        at += self.rng.below(6);
        if self.rng.percent(self.options.answers) {
            self.send(at, Input::OfferAnswered { offer });
        } else if self.rng.percent(self.options.declines) {
            self.send(at, Input::OfferDeclined { offer });
        } else if self.rng.percent(self.options.fails) {
            self.fail(at, offer);
        }
    }

    fn fail(&mut self, at: u64, offer: OfferId) {
        let cause = self.rng.pick(&[
            OfferFailure::Unreachable,
            OfferFailure::Busy,
            OfferFailure::Carrier,
        ]);
        self.send(at, Input::OfferFailed { offer, cause });
    }

    fn bridge(&mut self, offer: OfferId) {
        let at = self.rng.below(2);
        if self.calm || !self.rng.percent(self.options.bridge_fails) {
            return self.send(at, Input::CallBridged { offer });
        }
        match self.rng.below(3) {
            0 => self.send(at, Input::BridgeFailed { offer }),
            1 => self.fail(at, offer),
            2.. => {}
        }
    }

    fn leave(&mut self, call: CallId, then: Departure) {
        let at = self.rng.below(8);
        match then {
            Departure::Voicemail if self.calm || self.rng.percent(60) => {
                self.send(at, Input::VoicemailLeft { call });
            }
            Departure::Voicemail => self.send(at, Input::CallerHungUp { call }),
            // They hang up too; the engine may know no more of them.
            Departure::HangUp | Departure::CallbackConfirmed => {
                if !self.calm && self.rng.percent(20) {
                    self.send(at, Input::CallerHungUp { call });
                }
            }
        }
    }

    fn offer_callback(&mut self, call: CallId) {
        if !self.rng.percent(self.options.accepts_callback) {
            return;
        }
        let at = match self.rng.below(5) {
            0 => {
                let steps = self.rng.below(40);
                Some(self.now.after(steps * self.options.grid))
            }
            1.. => None,
        };
        let in_steps = self.rng.below(5);
        self.send(in_steps, Input::CallbackAccepted { call, at });
    }

    fn call_back(&mut self, call: CallId) {
        let at = self.rng.below(3);
        if self.calm || self.rng.percent(self.options.answers_callback) {
            return self.send(at, Input::CallbackAnswered { call });
        }
        match self.rng.below(3) {
            0 => self.send(at, Input::CallbackUnanswered { call }),
            1 => self.send(at, Input::CallerHungUp { call }),
            2.. => {}
        }
    }

    fn take_note(&mut self, event: &Event) {
        if let Event::VoicemailStarted { call } = event {
            self.at_voicemail.insert(*call);
        }
        if let Event::VoicemailTaken { call } | Event::CallAbandoned { call, .. } = event {
            self.at_voicemail.remove(call);
        }
        if let Event::CallEnded { call, .. } = event {
            self.talking.remove(call);
        }
        if let Event::CallConnected { call, .. } = event {
            self.talking.insert(*call);
            let call = *call;
            let talk = if self.calm { 3 } else { self.options.talk };
            let at = self.rng.between(0, talk);
            if self.rng.percent(50) {
                self.send(at, Input::CallEnded { call });
            } else {
                self.send(at, Input::CallerHungUp { call });
            }
        }
        if let Event::AgentWrapUp { agent } = event
            && self.rng.percent(40)
        {
            let at = self.rng.below(4);
            self.send(at, Input::AgentReady { agent: *agent });
        }
    }
}
