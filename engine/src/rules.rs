//! A queue's policy as the engine uses it, step by step: spans in microseconds, widening as a look-up.

use alloc::boxed::Box;
use serde::{Deserialize, Serialize};

use crate::id::Level;
use crate::policy::{Discovery, QueuePolicy, Transport};
use crate::time::{Micros, micros};

/// The spans of a [`QueuePolicy`] in microseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Rules {
    pub(crate) poll: Option<Micros>,
    pub(crate) events: bool,
    pub(crate) reconcile: Option<Micros>,
    pub(crate) slow_poll: Micros,
    pub(crate) ring_timeout: Micros,
    pub(crate) place_timeout: Micros,
    pub(crate) max_attempts: u16,
    pub(crate) ring: u8,
    pub(crate) tried_for: Micros,
    pub(crate) exhausted: Micros,
    pub(crate) push: bool,
    pub(crate) rest_declined: Micros,
    pub(crate) rest_expired: Micros,
    pub(crate) rest_unreachable: Micros,
    pub(crate) rest_failed: Micros,
    pub(crate) widen: Box<[(Micros, Level)]>,
    pub(crate) wrap_up: Micros,
    pub(crate) max_wait: Option<Micros>,
    /// A waiting call has some timer or other.
    pub(crate) watches_waits: bool,
}

impl Rules {
    pub(crate) fn of(policy: &QueuePolicy) -> Self {
        let (poll, events, reconcile) = match policy.discovery {
            Discovery::Poll(every) => (Some(micros(every)), false, None),
            Discovery::Events { reconcile } => (None, true, reconcile.map(micros)),
        };
        let offer = &policy.offer;
        Rules {
            poll,
            events,
            reconcile,
            slow_poll: micros(policy.slow_poll),
            ring_timeout: micros(offer.timeout),
            place_timeout: micros(offer.place_timeout),
            max_attempts: offer.max_attempts,
            ring: offer.ring,
            tried_for: micros(offer.tried_for),
            exhausted: micros(offer.exhausted),
            push: offer.transport == Transport::Push,
            rest_declined: micros(offer.retry_after.declined),
            rest_expired: micros(offer.retry_after.expired),
            rest_unreachable: micros(offer.retry_after.unreachable),
            rest_failed: micros(offer.retry_after.failed),
            widen: policy
                .widen
                .iter()
                .map(|w| (micros(w.after), w.level))
                .collect(),
            wrap_up: micros(policy.wrap_up),
            max_wait: policy.max_wait.map(micros),
            watches_waits: policy.max_wait.is_some()
                || !policy.widen.is_empty()
                || policy.callback.is_some()
                || policy.announce.is_some(),
        }
    }

    /// The highest level that may serve a call that has waited `waited`.
    #[inline]
    pub(crate) fn allowed_level(&self, waited: Micros) -> Level {
        let mut level = 1;
        for (after, to) in &self.widen {
            if waited < *after {
                break;
            }
            level = *to;
        }
        level
    }

    /// How long a call must have waited before agents of `level` may serve it; `None` = they never
    /// may.
    pub(crate) fn reaches(&self, level: Level) -> Option<Micros> {
        if level <= 1 {
            return Some(0);
        }
        let step = self.widen.iter().find(|(_, to)| *to >= level);
        step.map(|(after, _)| *after)
    }
}
