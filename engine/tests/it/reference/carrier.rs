//! The carrier and the breakers: closed, open with back-off, half-open with one probe, closed.

use engine::id::AgentId;
use engine::output::BreakerState;
use engine::policy::BreakerPolicy;
use engine::time::micros;
use engine::{Event, Timestamp};

use super::Reference;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Breaker {
    /// After so many failures in a row.
    Closed { failures: u16 },
    /// Until then; the span of the next opening, in microseconds.
    Open { until: Timestamp, next: u64 },
    /// The span of the next opening.
    HalfOpen { next: u64 },
}

impl Breaker {
    pub(super) const CLOSED: Breaker = Breaker::Closed { failures: 0 };

    pub(super) fn opens_until(self) -> Option<Timestamp> {
        match self {
            Breaker::Open { until, .. } => Some(until),
            Breaker::Closed { .. } | Breaker::HalfOpen { .. } => None,
        }
    }

    /// The open span is over.
    pub(super) fn half_open(&mut self) {
        if let Breaker::Open { next, .. } = *self {
            *self = Breaker::HalfOpen { next };
        }
    }

    /// A success ends a row of failures; true if it closes a half-open breaker. An open one takes
    /// no notice.
    pub(super) fn succeeds(&mut self) -> bool {
        let was = *self;
        if was.opens_until().is_none() {
            *self = Breaker::CLOSED;
        }
        matches!(was, Breaker::HalfOpen { .. })
    }

    /// Closed, without a failure; true if it was not closed.
    pub(super) fn forget(&mut self) -> bool {
        let was = std::mem::replace(self, Breaker::CLOSED);
        !matches!(was, Breaker::Closed { .. })
    }

    /// True if this failure opens it. An open one takes no notice.
    pub(super) fn fails(&mut self, policy: &BreakerPolicy, now: Timestamp) -> bool {
        let span = match *self {
            Breaker::Closed { failures } if failures + 1 < policy.failures => {
                *self = Breaker::Closed {
                    failures: failures + 1,
                };
                return false;
            }
            Breaker::Open { .. } => return false,
            Breaker::Closed { .. } => micros(policy.open),
            Breaker::HalfOpen { next } => next,
        };
        *self = Breaker::Open {
            until: now.after(span),
            next: (2 * span).min(micros(policy.max_open)),
        };
        true
    }
}

#[derive(Clone, Debug)]
pub(super) struct Carrier {
    pub(super) breaker: Breaker,
    /// The agent for whose leg, or whose callback's, the one probe is out.
    probe: Option<AgentId>,
    /// The earliest moment of the next leg.
    pub(super) next_leg: Timestamp,
}

impl Carrier {
    pub(super) fn new() -> Self {
        Carrier {
            breaker: Breaker::CLOSED,
            probe: None,
            next_leg: Timestamp::ZERO,
        }
    }

    pub(super) fn forget_breaker(&mut self) -> bool {
        self.probe = None;
        self.breaker.forget()
    }
}

impl Reference {
    pub(super) fn carrier_takes_legs(&self, now: Timestamp) -> bool {
        let trusted = match self.carrier.breaker {
            Breaker::Closed { .. } => true,
            Breaker::Open { .. } => false,
            Breaker::HalfOpen { .. } => self.carrier.probe.is_none(),
        };
        trusted && self.carrier.next_leg <= now
    }

    /// A leg was placed through the carrier, for this agent's sake.
    pub(super) fn leg_placed(&mut self, now: Timestamp, agent: AgentId) {
        if let Some(rate) = self.policy.carrier.calls_per_second_milli {
            let spacing = 1_000_000_000 / u64::from(rate);
            self.carrier.next_leg = self.carrier.next_leg.max(now).after(spacing);
        }
        if matches!(self.carrier.breaker, Breaker::HalfOpen { .. }) {
            self.carrier.probe = Some(agent);
        }
    }

    pub(super) fn leg_is_over(&mut self, agent: AgentId) {
        if self.carrier.probe == Some(agent) {
            self.carrier.probe = None;
        }
    }

    /// The carrier did its part of the agent's offer, if it has one.
    pub(super) fn leg_succeeded(&mut self, now: Timestamp, agent: AgentId) {
        if self.agents[agent.index()].by_carrier {
            self.carrier_succeeded(now);
        }
    }

    pub(super) fn carrier_succeeded(&mut self, now: Timestamp) {
        self.carrier.probe = None;
        if self.carrier.breaker.succeeds() {
            let state = BreakerState::Closed;
            self.event(now, Event::CarrierBreaker { state });
        }
    }

    pub(super) fn carrier_failed(&mut self, now: Timestamp) {
        self.carrier.probe = None;
        let Some(policy) = self.policy.breakers.carrier else {
            return;
        };
        if self.carrier.breaker.fails(&policy, now) {
            let state = BreakerState::Open;
            self.event(now, Event::CarrierBreaker { state });
        }
    }

    pub(super) fn agent_succeeded(&mut self, now: Timestamp, agent: AgentId) {
        if self.agent_mut(agent).breaker.succeeds() {
            let state = BreakerState::Closed;
            self.event(now, Event::AgentBreaker { agent, state });
        }
    }

    pub(super) fn agent_failed(&mut self, now: Timestamp, agent: AgentId) {
        let Some(policy) = self.policy.breakers.agent else {
            return;
        };
        if self.agent_mut(agent).breaker.fails(&policy, now) {
            let state = BreakerState::Open;
            self.event(now, Event::AgentBreaker { agent, state });
        }
    }
}
