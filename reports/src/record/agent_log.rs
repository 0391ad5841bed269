//! What each agent does over time, what is believed of it and what is true.
//!
//! Activities come from events, the truth from the driver that knows it (simulator, wire
//! harness). Times are clipped to the window as they pass, so nothing is kept per call.

use engine::id::{CallId, OfferId, QueueId};
use engine::input::AgentStatus;
use engine::output::BreakerState;
use engine::time::{Micros, Timestamp};

use super::options::{AvailabilityLevel, Window};

/// What an agent is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Activity {
    Idle,
    /// For a callback.
    Reserved,
    Offered,
    Talking,
    WrapUp,
}

/// The truth about an agent, which no server knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TrueAvailability {
    /// It wants calls: on shift, not on a break (whatever its status says).
    pub wants_work: bool,
    /// It sits there: a ring would be noticed.
    pub present: bool,
    /// Its device can be reached.
    pub device_up: bool,
}

impl TrueAvailability {
    /// A call offered now would ring someone who takes calls.
    #[must_use]
    pub const fn is_available(self) -> bool {
        self.wants_work && self.present && self.device_up
    }
}

/// The agent's live offer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LiveOffer {
    pub(crate) id: OfferId,
    pub(crate) call: CallId,
    pub(crate) made_at: Timestamp,
    /// When call and agent were first free for each other.
    pub(crate) possible_since: Timestamp,
    pub(crate) attempt: u16,
}

#[derive(Clone, Debug)]
pub(crate) struct Agent {
    status: AgentStatus,
    alive: bool,
    reachable: bool,
    breaker_open: bool,
    activity: Activity,
    pub(crate) truth: Option<TrueAvailability>,
    /// Counted as free for its queues.
    free: bool,
    /// Rests from offers until then.
    rests_until: Timestamp,
    /// What follows is accounted for up to here.
    since: Timestamp,
    presence_since: Timestamp,
    times: AgentTimes,
    pub(crate) offer: Option<LiveOffer>,
    pub(crate) queues: Box<[QueueId]>,
}

/// An agent's time in the window by what it did, microseconds, and the calls it was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AgentTimes {
    /// In conversation.
    pub talking: Micros,
    /// After-call work.
    pub wrap_up: Micros,
    /// Available and idle, reserved or offered.
    pub open: Micros,
    /// Signed in: status other than offline, or busy with a call in hand.
    pub signed_in: Micros,
    /// Calls and callbacks connected to it.
    pub handled: u64,
}

impl AgentTimes {
    /// (talk + wrap-up) / (talk + wrap-up + open); `None` for one who did nothing at all.
    #[must_use]
    pub fn occupancy(&self) -> Option<f64> {
        let busy = self.talking + self.wrap_up;
        let all = busy + self.open;
        (all > 0).then(|| busy as f64 / all as f64)
    }
}

/// Agent-time in which belief and truth agree, and in which either says available.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Accuracy {
    /// Both say available, microseconds.
    pub both: Micros,
    /// At least one does, microseconds.
    pub either: Micros,
}

/// Belief against truth over the window, by [`AvailabilityLevel`].
pub type AccuracyByLevel = [Accuracy; AvailabilityLevel::ALL.len()];

impl Agent {
    pub(crate) fn new() -> Self {
        Agent {
            status: AgentStatus::Offline,
            alive: false,
            reachable: false,
            breaker_open: false,
            activity: Activity::Idle,
            truth: None,
            free: false,
            rests_until: Timestamp::ZERO,
            since: Timestamp::ZERO,
            presence_since: Timestamp::ZERO,
            times: AgentTimes::default(),
            offer: None,
            queues: Box::default(),
        }
    }

    /// It is believed available, as far as `level` looks.
    pub(crate) fn is_believed_available(&self, level: AvailabilityLevel) -> bool {
        self.status == AgentStatus::Available
            && match level {
                AvailabilityLevel::Status => true,
                AvailabilityLevel::Heartbeat => self.alive,
                AvailabilityLevel::Device => self.alive && self.reachable,
            }
    }

    pub(crate) fn is_truly_available(&self) -> bool {
        self.truth.is_some_and(TrueAvailability::is_available)
    }

    /// Accounts for the time up to `at` in the present activity.
    #[inline]
    pub(crate) fn advance(&mut self, at: Timestamp, window: Window) {
        let lasted = window.overlap(self.since, at);
        self.since = at;
        let signed_in = self.status != AgentStatus::Offline;
        let open = self.status == AgentStatus::Available;
        match self.activity {
            Activity::Talking => self.times.talking += lasted,
            Activity::WrapUp => self.times.wrap_up += lasted,
            Activity::Offered | Activity::Reserved => self.times.open += lasted,
            Activity::Idle => {
                self.times.open += if open { lasted } else { 0 };
                self.times.signed_in += if signed_in { lasted } else { 0 };
                return;
            }
        }
        self.times.signed_in += lasted;
    }

    #[inline]
    pub(crate) fn turn(&mut self, at: Timestamp, window: Window, to: Activity) {
        self.advance(at, window);
        self.activity = to;
    }

    pub(crate) fn set_status(&mut self, at: Timestamp, window: Window, status: AgentStatus) {
        self.advance(at, window);
        self.status = status;
    }
    pub(crate) fn set_alive(&mut self, alive: bool) {
        self.alive = alive;
    }
    pub(crate) fn set_reachable(&mut self, reachable: bool) {
        self.reachable = reachable;
    }
    pub(crate) fn set_breaker(&mut self, state: BreakerState) {
        self.breaker_open = state == BreakerState::Open;
    }
    pub(crate) fn rest(&mut self, until: Timestamp) {
        self.rests_until = until;
    }
    pub(crate) fn handled(&mut self) {
        self.times.handled += 1;
    }
    pub(crate) fn times(&self) -> &AgentTimes {
        &self.times
    }

    /// Accounts for belief and truth up to `at`. Call before either changes.
    pub(crate) fn judge(&mut self, at: Timestamp, window: Window, into: &mut AccuracyByLevel) {
        let lasted = window.overlap(self.presence_since, at);
        self.presence_since = at;
        if self.truth.is_none() {
            return;
        }
        let truth = self.is_truly_available();
        for (level, accuracy) in AvailabilityLevel::ALL.into_iter().zip(into) {
            let belief = self.is_believed_available(level);
            accuracy.both += if belief && truth { lasted } else { 0 };
            accuracy.either += if belief || truth { lasted } else { 0 };
        }
    }

    /// Whether it could take a call now; the first answer is what was counted last time.
    #[inline]
    pub(crate) fn refresh_free(&mut self, at: Timestamp, level: AvailabilityLevel) -> (bool, bool) {
        let was = self.free;
        let truly = match self.truth {
            Some(truth) => truth.is_available(),
            None => self.is_believed_available(level),
        };
        self.free = self.activity == Activity::Idle
            && self.status == AgentStatus::Available
            && truly
            && !self.breaker_open
            && self.rests_until <= at;
        (was, self.free)
    }

    /// Counts it as not free; whether it was.
    pub(crate) fn forget_free(&mut self) -> bool {
        std::mem::take(&mut self.free)
    }
}
