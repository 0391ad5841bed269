//! How the agents, callers and the carrier of a recorded day reacted, counted: shares and samples of spans, as
//! a scenario's laws want them.

use std::sync::Arc;

use engine::time::Micros;

use crate::scenario::{Answers, CallbackAnswer, DistSpec};

/// Reactions, counted.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Behaviour {
    answered: u64,
    declined: u64,
    pub(super) rang_out: u64,
    answer_delays: Vec<Micros>,
    /// Of every after-call work, also of one that the engine ended.
    wrap_ups: Vec<Micros>,
    /// From a command (ring, bridge) to the word that it was done.
    commands: Vec<Micros>,
    pub(super) greetings: u64,
    pub(super) messages: u64,
    pub(super) callbacks_offered: u64,
    pub(super) callbacks_accepted: u64,
    pub(super) callbacks_answered: u64,
    pub(super) callbacks_unanswered: u64,
}

impl Behaviour {
    pub(super) fn answered(&mut self, delay: Option<Micros>) {
        self.answered += 1;
        self.answer_delays.extend(delay);
    }

    pub(super) fn declined(&mut self, delay: Option<Micros>) {
        self.declined += 1;
        self.answer_delays.extend(delay);
    }

    pub(super) fn wrap_up(&mut self, span: Micros) {
        self.wrap_ups.push(span);
    }

    pub(super) fn command(&mut self, span: Micros) {
        self.commands.push(span);
    }

    /// Of all agents together: one has too few offers on a day.
    pub(super) fn answers(&self) -> Answers {
        let rung = self.answered + self.declined + self.rang_out;
        Answers {
            probability: share(self.answered, rung, 1.0),
            declines: share(self.declined, rung, 0.0),
            delay: sample(&self.answer_delays),
        }
    }

    pub(super) fn wrap_ups(&self) -> Option<DistSpec> {
        sample(&self.wrap_ups)
    }

    pub(super) fn command_delay(&self) -> Option<DistSpec> {
        sample(&self.commands)
    }

    pub(super) fn leaves_message(&self) -> f64 {
        share(self.messages, self.greetings, 1.0)
    }

    pub(super) fn callback(&self) -> CallbackAnswer {
        let placed = self.callbacks_answered + self.callbacks_unanswered;
        CallbackAnswer {
            accepts: share(self.callbacks_accepted, self.callbacks_offered, 1.0),
            answers: share(self.callbacks_answered, placed, 1.0),
        }
    }
}

fn share(of: u64, all: u64, when_none: f64) -> f64 {
    match all {
        0 => when_none,
        all => (of as f64 / all as f64).min(1.0),
    }
}

/// The spans as a law; `None` when there are none, or all are 0.
pub(super) fn sample(spans: &[Micros]) -> Option<DistSpec> {
    if spans.iter().all(|span| *span == 0) {
        return None;
    }
    let mut seconds: Vec<f64> = spans.iter().map(|span| *span as f64 * 1e-6).collect();
    seconds.sort_unstable_by(f64::total_cmp);
    Some(DistSpec::Sample(Arc::from(seconds)))
}
