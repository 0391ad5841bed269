//! One call in hand.

use engine::id::{AgentId, CallId, CallerKey, ClassId, QueueId};
use engine::output::Refusal;
use engine::policy::{Feature, Features, Priority};
use engine::time::micros;
use engine::timers::Timer;
use engine::{Timestamp, bucket};

use super::agent::Need;

/// Where a call stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    /// In no line: it has just arrived, or has just left one.
    Nowhere,
    Waiting,
    /// In line, but not to be offered until its rest is over.
    Resting,
    /// Some agents have an offer of it.
    Ringing,
    Claimed(AgentId),
    /// With this agent, since then.
    Talking(AgentId, Timestamp),
    Voicemail,
    /// Offered a callback in place of waiting; what it becomes if it declines.
    Declining(Unserved),
    CallbackWaiting,
    CallbackPaused,
    CallbackPlacing(AgentId),
    /// The so-manieth caller to pick up a callback; the agent's leg waits for the carrier.
    PickedUp(u64, AgentId),
}

/// What becomes of a call that no agent served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unserved {
    Refused(Refusal),
    TimedOut,
    Failed,
}

/// What a caller's features make of its call, fixed at arrival.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits {
    pub(super) need: Need,
    pub(super) queued: bool,
    pub(super) continuous: bool,
    pub(super) priority: bool,
    pub(super) balanced: bool,
    pub(super) callback: bool,
}

impl Traits {
    pub(super) fn of(features: &Features, caller: CallerKey) -> Self {
        let has = |feature: Feature| bucket(caller) < features.share(feature).0;
        let need = match (
            has(Feature::EnhancedDiscovery),
            has(Feature::AgentHeartbeat),
        ) {
            (true, _) => Need::Reachable,
            (false, true) => Need::Alive,
            (false, false) => Need::Status,
        };
        Traits {
            need,
            queued: has(Feature::EnhancedQueue),
            continuous: has(Feature::ContinuousDiscovery),
            priority: has(Feature::PriorityQueue),
            balanced: has(Feature::LoadBalancing),
            callback: has(Feature::Callback),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) id: CallId,
    pub(super) queue: QueueId,
    pub(super) class: ClassId,
    pub(super) traits: Traits,
    pub(super) phase: Phase,
    pub(super) arrived: Timestamp,
    pub(super) joined: Timestamp,
    /// Since when it may be offered to agents of level 1.
    pub(super) eligible: Timestamp,
    pub(super) attempts: u16,
    /// Offers that failed since its last rest.
    pub(super) failed: u16,
    pub(super) callback_attempts: u16,
    /// Queues it has been sent on through.
    pub(super) hops: usize,
    /// Who missed it, and until when that counts.
    pub(super) tried: Vec<(AgentId, Timestamp)>,
    /// Ahead of everybody.
    pub(super) front: bool,
    /// Its callback's turn came before that of a call ahead of it.
    pub(super) inverts: bool,
    /// Its maximum wait passed while it rang.
    pub(super) overdue: bool,
    pub(super) callback_offered: bool,
    pub(super) is_callback: bool,
    /// When its callback was taken, or is to be made.
    pub(super) owed_since: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) max_wait_at: Option<Timestamp>,
    pub(super) rest_over_at: Option<Timestamp>,
    pub(super) widen_at: Option<Timestamp>,
    pub(super) callback_offer_at: Option<Timestamp>,
    pub(super) callback_due_at: Option<Timestamp>,
    pub(super) announce_at: Option<Timestamp>,
}

impl Call {
    pub(super) fn new(
        id: CallId,
        queue: QueueId,
        class: ClassId,
        traits: Traits,
        now: Timestamp,
    ) -> Self {
        Call {
            id,
            queue,
            class,
            traits,
            phase: Phase::Nowhere,
            arrived: now,
            joined: now,
            eligible: now,
            attempts: 0,
            failed: 0,
            callback_attempts: 0,
            hops: 0,
            tried: Vec::new(),
            front: false,
            inverts: false,
            overdue: false,
            callback_offered: false,
            is_callback: false,
            owed_since: now,
            expires_at: None,
            max_wait_at: None,
            rest_over_at: None,
            widen_at: None,
            callback_offer_at: None,
            callback_due_at: None,
            announce_at: None,
        }
    }

    pub(super) fn is_legacy(&self) -> bool {
        !self.traits.queued
    }

    pub(super) fn is_in_line(&self) -> bool {
        self.may_be_offered() || self.phase == Phase::Resting
    }

    pub(super) fn may_be_offered(&self) -> bool {
        matches!(self.phase, Phase::Waiting | Phase::CallbackWaiting)
    }

    /// It takes one of its queue's `max_length` places.
    pub(super) fn is_held(&self) -> bool {
        let in_some_stage = match self.phase {
            Phase::Waiting
            | Phase::Resting
            | Phase::Ringing
            | Phase::Claimed(_)
            | Phase::CallbackWaiting
            | Phase::CallbackPaused
            | Phase::CallbackPlacing(_)
            | Phase::PickedUp(..) => true,
            Phase::Nowhere | Phase::Talking(..) | Phase::Voicemail | Phase::Declining(_) => false,
        };
        in_some_stage && !self.is_legacy()
    }

    /// A caller on the phone who waits for an agent, be it that one is being rung.
    pub(super) fn is_waiting_on_the_phone(&self) -> bool {
        let waits = match self.phase {
            Phase::Waiting | Phase::Resting | Phase::Ringing | Phase::Claimed(_) => true,
            Phase::Nowhere
            | Phase::Talking(..)
            | Phase::Voicemail
            | Phase::Declining(_)
            | Phase::CallbackWaiting
            | Phase::CallbackPaused
            | Phase::CallbackPlacing(_)
            | Phase::PickedUp(..) => false,
        };
        waits && !self.is_legacy()
    }

    pub(super) fn was_missed_by(&self, agent: AgentId, now: Timestamp) -> bool {
        self.tried
            .iter()
            .any(|(who, until)| *who == agent && *until > now)
    }

    /// Head start + aging x waited, in thousandths of a microsecond; the front of the line is
    /// above everything.
    pub(super) fn score(&self, priorities: &[Priority], now: Timestamp) -> u128 {
        if self.front {
            return u128::MAX;
        }
        let weight = priorities
            .get(self.class.index())
            .copied()
            .filter(|_| self.traits.priority)
            .unwrap_or_default();
        let head_start = u128::from(micros(weight.head_start)) * 1000;
        head_start + u128::from(weight.aging_milli) * u128::from(now.since(self.arrived))
    }

    pub(super) fn forget_timers(&mut self) {
        self.max_wait_at = None;
        self.expires_at = None;
        self.rest_over_at = None;
        self.widen_at = None;
        self.callback_offer_at = None;
        self.callback_due_at = None;
        self.announce_at = None;
    }

    pub(super) fn timers(&self) -> [(Option<Timestamp>, Timer); 7] {
        [
            (self.max_wait_at, Timer::MaxWait),
            (self.expires_at, Timer::CallbackExpiry),
            (self.rest_over_at, Timer::CallRest),
            (self.widen_at, Timer::Widen),
            (self.callback_offer_at, Timer::CallbackOffer),
            (self.callback_due_at, Timer::CallbackDue),
            (self.announce_at, Timer::Announce),
        ]
    }
}
