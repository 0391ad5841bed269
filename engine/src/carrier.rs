//! The carrier as the engine sees it: how fast it takes legs, and whether it is trusted. Its breaker
//! is fed by what becomes of the legs that are placed through it; what it holds up stays marked
//! ([`crate::routing`]).

use core::hint::cold_path;

use serde::{Deserialize, Serialize};

use crate::agent::Offer;
use crate::breaker::Breaker;
use crate::engine::Engine;
use crate::id::AgentId;
use crate::output::{BreakerState, Event, Outbox};
use crate::time::{Micros, Timestamp};

/// The carrier as the engine sees it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Carrier {
    pub(crate) breaker: Breaker,
    /// The agent for whose sake a half-open breaker's probe is out: its offer, or the callback it is
    /// reserved for.
    pub(crate) probe: Option<AgentId>,
    /// Between two legs placed by us; 0 = no limit.
    pub(crate) spacing: Micros,
    /// When the next leg may be placed.
    pub(crate) next_leg: Timestamp,
}

impl Carrier {
    /// A half-open breaker's probe is out; whatever becomes of it, legs are taken again.
    pub(crate) fn is_probing(&self) -> bool {
        self.breaker.is_half_open() && self.probe.is_some()
    }
}

impl Engine {
    /// The carrier did its part of an offer; of an application's own leg it knows nothing.
    #[inline]
    pub(crate) fn leg_succeeded(&mut self, now: Timestamp, offer: Offer, out: &mut Outbox) {
        if offer.by_carrier {
            self.carrier_succeeded(now, out);
        }
    }

    pub(crate) fn carrier_succeeded(&mut self, now: Timestamp, out: &mut Outbox) {
        self.carrier.probe = None;
        if self.carrier.breaker.succeed() {
            cold_path();
            let state = BreakerState::Closed;
            out.event(now, Event::CarrierBreaker { state });
        }
    }

    pub(crate) fn carrier_failed(&mut self, now: Timestamp, out: &mut Outbox) {
        self.carrier.probe = None;
        let Some(policy) = self.policy.breakers.carrier else {
            return;
        };
        if let Some(span) = self.carrier.breaker.fail(&policy) {
            let state = BreakerState::Open;
            out.event(now, Event::CarrierBreaker { state });
            self.arm_carrier_breaker(now.after(span));
        }
    }

    pub(crate) fn carrier_half_opens(&mut self, now: Timestamp, out: &mut Outbox) {
        self.carrier.breaker.half_open();
        let state = BreakerState::HalfOpen;
        out.event(now, Event::CarrierBreaker { state });
    }

    /// Whether a leg may be placed now.
    pub(crate) fn carrier_takes_legs(&self, now: Timestamp) -> bool {
        let carrier = &self.carrier;
        let is_trusted = match carrier.breaker {
            Breaker::Closed { .. } => true,
            Breaker::Open { .. } => false,
            Breaker::HalfOpen { .. } => carrier.probe.is_none(),
        };
        is_trusted && carrier.next_leg <= now
    }

    pub(crate) fn leg_placed(&mut self, now: Timestamp, agent: AgentId) {
        if self.carrier.spacing > 0 {
            self.carrier.next_leg = now.max(self.carrier.next_leg).after(self.carrier.spacing);
        }
        if self.carrier.breaker.is_half_open() {
            self.carrier.probe = Some(agent);
        }
    }

    /// A leg for this agent is over: had it been a half-open carrier's probe, the next leg is.
    pub(crate) fn probe_told_nothing(&mut self, agent: AgentId) {
        if self.carrier.probe == Some(agent) {
            self.carrier.probe = None;
        }
    }
}
