//! One engine step: what happened goes in, and every output that comes out is recorded and carried out.

use std::hint::cold_path;

use engine::Input;
use engine::output::{Event as Said, Output, What};
use engine::time::{Micros, Timestamp};

use crate::world::carrier::{changed_something, is_webhook};
use crate::world::{CheckEngine, World};

impl World<'_> {
    /// One engine step, now.
    #[inline]
    pub(super) fn feed(&mut self, input: Input) {
        self.feed_late(0, input);
    }

    /// One engine step, now, about what happened `delay` before.
    #[inline]
    pub(super) fn feed_late(&mut self, delay: Micros, input: Input) {
        if self.faults.server_is_away() || delay > 0 {
            self.feed_aside(delay, input);
        } else {
            self.step(Some(input));
        }
    }

    /// What happens away from a server that is there and hears at once.
    #[inline(never)]
    fn feed_aside(&mut self, delay: Micros, input: Input) {
        if self.faults.server_is_away() {
            self.faults.hold(self.now, delay, input);
            return;
        }
        self.recorder.heard_late(delay);
        self.step(Some(input));
        self.recorder.heard_late(0);
    }

    /// The engine's own deadlines, up to now.
    pub(super) fn advance(&mut self) {
        self.step(None);
    }

    /// One engine step: its outputs are recorded and carried out. One function for both kinds of
    /// step, so that this code, most of a run's, is there once.
    fn step(&mut self, input: Option<Input>) {
        let mut out = self.out.take().unwrap_or_default();
        out.clear();
        let told = match &self.scribe {
            Some(_) => input.clone(),
            None => None,
        };
        let is_webhook = self.plan.times_webhooks && input.as_ref().is_some_and(is_webhook);
        match input {
            Some(input) => {
                let taken = self.engine.handle(self.now, input, &mut out);
                self.rejected += u64::from(taken.is_err());
            }
            None => self.engine.advance_to(self.now, &mut out),
        }
        self.steps += 1;
        if let Some(scribe) = &mut self.scribe {
            cold_path();
            scribe.stepped(self.now, told, &out);
        }
        if let Some(check) = self.check {
            self.check_engine(check);
        }
        let changed = changed_something(&out);
        if changed {
            self.commit(&out);
        }
        if is_webhook {
            self.webhook_is_answered(changed);
        }
        for output in out.iter() {
            self.take(output);
        }
        self.out = Some(out);
        if self.plan.watches_store {
            self.tell_store_latency();
        }
    }

    #[cold]
    fn check_engine(&mut self, check: CheckEngine) {
        if self.broken.is_none()
            && let Err(error) = check(&self.engine)
        {
            self.broken = Some(format!("at {}: {error}", self.now));
        }
    }

    /// Records one output and carries it out. What ordinary calls are made of is named here, an arm each,
    /// so that one look at an output's kind serves record, digest and world.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "record, digest and world each name every kind"
    )]
    fn take(&mut self, output: &Output) {
        match output.what {
            What::Command(id, command) => {
                self.digest.command(output.at, id, command);
                self.carry_out(command);
            }
            What::Event(ref event) => match event {
                Said::CallArrived { .. } => self.learn(output.at, event),
                Said::CallQueued { .. } => self.learn(output.at, event),
                Said::OfferMade { .. } => self.learn(output.at, event),
                Said::OfferRang { .. } => self.learn(output.at, event),
                Said::OfferAnswered { .. } => self.learn(output.at, event),
                Said::CallConnected { .. } => self.learn(output.at, event),
                Said::CallEnded { .. } => self.learn(output.at, event),
                Said::AgentIdle { .. } => self.learn(output.at, event),
                _ => self.learn_rare(output.at, event),
            },
        }
    }

    #[inline(always)]
    fn learn(&mut self, at: Timestamp, event: &Said) {
        self.recorder.event(at, event);
        self.digest.event(at, event);
        self.notice(event);
    }

    #[inline(never)]
    fn learn_rare(&mut self, at: Timestamp, event: &Said) {
        self.learn(at, event);
    }
}
