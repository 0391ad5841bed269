//! What each agent does over time, what is believed of it and what is true.
//!
//! Activities come from events, the truth from the driver that knows it (simulator, wire
//! harness). Times are clipped to the window as they pass, so nothing is kept per call.

use engine::id::{CallId, OfferId, QueueId};
use engine::input::AgentStatus;
use engine::output::BreakerState;
use engine::time::{Micros, Timestamp};

use smallvec::SmallVec;

use super::options::{AvailabilityLevel, Window};

/// What an agent is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Activity {
    Idle,
    /// Reserved for a callback, offered a call, or claiming one.
    Open,
    Talking,
    WrapUp,
}

/// What an agent's time is spent on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Spent {
    Talking,
    WrapUp,
    /// Available and idle, or asked.
    Open,
    OnBreak,
    SignedOut,
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
    /// From the offer to when its command left: the commit, microseconds.
    pub(crate) commit: u32,
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
    /// What its time goes to now, and what it goes to when it is idle.
    now: Spent,
    idle_kind: Spent,
    /// Microseconds by [`Spent`].
    spent: [Micros; 5],
    handled: u64,
    pub(crate) offer: Option<LiveOffer>,
    /// Those whose calls it may be offered at once; a few need no memory of their own.
    pub(crate) queues: SmallVec<[QueueId; 4]>,
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
            now: Spent::SignedOut,
            idle_kind: Spent::SignedOut,
            spent: [0; 5],
            handled: 0,
            offer: None,
            queues: SmallVec::new(),
        }
    }

    /// Something from each cache line of it.
    #[inline]
    pub(crate) fn spread(&self) -> u64 {
        self.since.0 ^ self.spent[0] ^ self.rests_until.0 ^ self.handled ^ u64::from(self.alive)
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

    /// Accounts for the time up to `at` in what it does now.
    #[inline]
    pub(crate) fn advance(&mut self, at: Timestamp, window: Window) {
        self.spent[self.now as usize] += window.overlap(self.since, at);
        self.since = at;
    }

    #[inline]
    pub(crate) fn turn(&mut self, at: Timestamp, window: Window, to: Activity) {
        self.advance(at, window);
        self.activity = to;
        self.now = match to {
            Activity::Idle => self.idle_kind,
            Activity::Open => Spent::Open,
            Activity::Talking => Spent::Talking,
            Activity::WrapUp => Spent::WrapUp,
        };
    }

    pub(crate) fn set_status(&mut self, at: Timestamp, window: Window, status: AgentStatus) {
        self.status = status;
        self.idle_kind = match status {
            AgentStatus::Available => Spent::Open,
            AgentStatus::Break(_) => Spent::OnBreak,
            AgentStatus::Offline => Spent::SignedOut,
        };
        self.turn(at, window, self.activity);
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
        self.handled += 1;
    }
    pub(crate) fn times(&self) -> AgentTimes {
        let [talking, wrap_up, open, on_break, _signed_out] = self.spent;
        AgentTimes {
            talking,
            wrap_up,
            open,
            signed_in: talking + wrap_up + open + on_break,
            handled: self.handled,
        }
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

    /// It has a call in hand and was not counted as free.
    #[inline]
    pub(crate) fn stays_busy(&self) -> bool {
        !self.free && self.activity != Activity::Idle
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
