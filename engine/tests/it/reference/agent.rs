//! One agent: what it wants, does and can, and its place in each rotation.

use engine::Timestamp;
use engine::id::{AgentId, CallId, Level, OfferId, QueueId};
use engine::input::AgentStatus;
use engine::policy::Rotation;
use engine::timers::Timer;

use super::carrier::Breaker;

/// How strictly an agent's availability is looked at; who meets one meets those before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Need {
    Status,
    Alive,
    Reachable,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Activity {
    Idle,
    /// Kept for a callback that is being placed.
    Reserved(CallId),
    Offered(OfferId, CallId, Stage),
    Talking(CallId),
    WrapUp,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    Placing,
    Ringing,
    Answered,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Device {
    Connected,
    /// Disconnected, and believed connected until then.
    Grace(Timestamp),
    Unreachable,
}

#[derive(Clone, Debug)]
pub(super) struct Agent {
    pub(super) queues: Vec<(QueueId, Level)>,
    pub(super) status: AgentStatus,
    pub(super) activity: Activity,
    /// The end of its heartbeat lease, while it is live.
    pub(super) alive_until: Option<Timestamp>,
    pub(super) device: Device,
    pub(super) rest_until: Option<Timestamp>,
    pub(super) breaker: Breaker,
    /// The deadline of its offer, claim, reservation or after-call work.
    pub(super) work_until: Option<Timestamp>,
    pub(super) idle_since: Timestamp,
    pub(super) bridged_at: Timestamp,
    /// The queue of its present or last call.
    pub(super) last_queue: QueueId,
    /// Since when it could be offered a call, and how strict a call at the last look.
    pub(super) free_since: Timestamp,
    pub(super) was_free_for: Option<Need>,
    pub(super) calls: u64,
    pub(super) talk: u64,
    pub(super) handle: u64,
    pub(super) handled: u64,
    /// The number of its last offer.
    pub(super) last_asked: Option<u64>,
    pub(super) busy_share: u32,
    pub(super) share_at: Timestamp,
    pub(super) answer_rate: u32,
}

impl Agent {
    /// A newcomer with the median calls and talk time of its colleagues.
    pub(super) fn new(queues: &[(QueueId, Level)], calls: u64, talk: u64, now: Timestamp) -> Self {
        Agent {
            queues: queues.to_vec(),
            status: AgentStatus::Offline,
            activity: Activity::Idle,
            alive_until: None,
            device: Device::Unreachable,
            rest_until: None,
            breaker: Breaker::CLOSED,
            work_until: None,
            idle_since: now,
            bridged_at: now,
            last_queue: queues.first().map_or(QueueId(0), |(queue, _)| *queue),
            free_since: now,
            was_free_for: None,
            calls,
            talk,
            handle: 0,
            handled: 0,
            last_asked: None,
            busy_share: 0,
            share_at: Timestamp::ZERO,
            answer_rate: 1 << 16,
        }
    }

    pub(super) fn level_at(&self, queue: QueueId) -> Option<Level> {
        self.queues
            .iter()
            .find(|(q, _)| *q == queue)
            .map(|(_, level)| *level)
    }

    pub(super) fn presence(&self) -> Need {
        if self.alive_until.is_none() {
            Need::Status
        } else if self.device == Device::Unreachable {
            Need::Alive
        } else {
            Need::Reachable
        }
    }

    /// The strictest call it could be offered now.
    pub(super) fn free_for(&self) -> Option<Need> {
        let is_free = self.status == AgentStatus::Available
            && self.activity == Activity::Idle
            && self.rest_until.is_none()
            && !matches!(self.breaker, Breaker::Open { .. });
        is_free.then(|| self.presence())
    }

    /// Its key in a rotation, the least first; ties by id.
    pub(super) fn key(&self, rotation: Rotation) -> (u64, u64) {
        let idle_since = self.idle_since.0;
        match rotation {
            Rotation::LongestIdle => (idle_since, 0),
            Rotation::RoundRobin => (self.last_asked.map_or(0, |number| number + 1), 0),
            Rotation::FewestCalls => (self.calls, idle_since),
            Rotation::LeastTalkTime => (self.talk, idle_since),
            Rotation::LeastOccupied => (self.busy_rank(), idle_since),
            Rotation::TopDown | Rotation::Random => (0, 0),
            Rotation::BestScore => (self.best_score(), idle_since),
        }
    }

    /// Load band (an eighth of a halving, as of now), answer-rate band of 10 % (best first), mean
    /// handle time in milliseconds.
    fn best_score(&self) -> u64 {
        let load = self.busy_rank() / 131_072;
        let misses = 10 - ((u64::from(self.answer_rate) * 10) >> 16);
        let mean = self.handle.checked_div(self.handled).unwrap_or(0) / 1000;
        (load << 32) | (misses << 28) | mean.min((1 << 28) - 1)
    }

    /// Mirrored: the logarithm of the busy share plus the half-lives up to its moment, in 2^-20.
    fn busy_rank(&self) -> u64 {
        if self.busy_share == 0 {
            return 0;
        }
        let halvings = libm::log2(f64::from(self.busy_share)) * 1_048_576.0;
        let until = (u128::from(self.share_at.0) << 20) / 900_000_000;
        until as u64 + halvings as u64
    }

    /// Mirrored: brings the busy share (half-life 15 min, in 2^-32) up to now.
    pub(super) fn was_busy(&mut self, busy: bool, now: Timestamp) {
        let kept = libm::exp2(-(now.since(self.share_at) as f64) / 900e6);
        let full = if busy { 4_294_967_295.0 } else { 0.0 };
        self.busy_share = (f64::from(self.busy_share) * kept + full * (1.0 - kept)) as u32;
        self.share_at = now;
    }

    /// Mirrored: the moving answer rate over about 16 offers, in 2^-16.
    pub(super) fn answered(&mut self, answered: bool) {
        let target = if answered { 1 << 16 } else { 0 };
        let rate = i64::from(self.answer_rate);
        self.answer_rate = (rate + (target - rate) / 16) as u32;
    }

    pub(super) fn timers(&self) -> [(Option<Timestamp>, Timer); 5] {
        let grace = match self.device {
            Device::Grace(until) => Some(until),
            Device::Connected | Device::Unreachable => None,
        };
        let work = if self.activity == Activity::WrapUp {
            Timer::WrapUp
        } else {
            Timer::Offer
        };
        [
            (self.alive_until, Timer::HeartbeatLease),
            (grace, Timer::DeviceGrace),
            (self.breaker.opens_until(), Timer::AgentBreaker),
            (self.rest_until, Timer::AgentRest),
            (self.work_until, work),
        ]
    }
}

/// An agent that could take a call, and at which level of the call's queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Candidate {
    pub(super) level: Level,
    pub(super) agent: AgentId,
}
