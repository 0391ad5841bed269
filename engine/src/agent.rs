//! One agent: what it wants, what it does, whether it can be reached, and what it has done.

use alloc::boxed::Box;
use serde::{Deserialize, Serialize};

use crate::breaker::Breaker;
use crate::call::Need;
use crate::id::{AgentId, Level, OfferId, QueueId};
use crate::input::AgentStatus;
use crate::policy::Rotation;
use crate::served::Served;
use crate::time::{Micros, Timestamp};
use crate::timers::Slot;

/// What an agent is doing, in the order of a call's life.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Activity {
    /// Nothing.
    Idle,
    /// Kept for a callback that is being placed, or answered and not yet rung for; by call slot.
    Reserved(u32),
    /// It has a live offer.
    Offered(Offer),
    /// With a call, by call slot.
    Talking(u32),
    /// After-call work for a call that was bridged at this time.
    WrapUp(Timestamp),
}

/// A live offer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub(crate) id: OfferId,
    /// The call's slot.
    pub(crate) call: u32,
    pub(crate) made_at: Timestamp,
    pub(crate) stage: OfferStage,
    /// It was made ahead of a call that comes before this one.
    pub(crate) inverts: bool,
    /// Its leg goes through the carrier; else the agent's own application places it.
    pub(crate) by_carrier: bool,
}

/// How far an offer has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(crate) enum OfferStage {
    /// Commanded, not yet ringing.
    Placing,
    /// Ringing.
    Ringing,
    /// Answered: it has the call, not yet bridged.
    Answered,
}

/// The registration of an agent's device.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Device {
    /// Gone.
    Unreachable,
    /// Disconnected, still counted as connected until its timer.
    Grace,
    /// Registered.
    Connected,
}

/// What an agent has done: the rotations' keys. Survives every change of status.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// Calls connected.
    pub(crate) calls: u64,
    /// Time talking.
    pub(crate) talk: Micros,
    /// Talk and wrap-up of finished calls, and their number.
    pub(crate) handle: Micros,
    pub(crate) n_handled: u64,
    /// 1 + the number of its last offer; 0 = none yet.
    pub(crate) last_offer: u64,
    /// Share of time busy, exponentially forgotten, in 2^-32; as of `share_at`.
    pub(crate) busy_share: u32,
    pub(crate) share_at: Timestamp,
    /// Share of offers answered, exponentially forgotten, in 2^-16.
    pub(crate) answer_rate: u32,
}

impl Tally {
    pub(crate) const NEW: Tally = Tally {
        calls: 0,
        talk: 0,
        handle: 0,
        n_handled: 0,
        last_offer: 0,
        busy_share: 0,
        share_at: Timestamp::ZERO,
        answer_rate: 1 << 16,
    };

    /// Half of a busy stretch is forgotten after this long.
    const HALF_LIFE: f64 = 900e6;

    /// Brings the busy share up to `now`, having been busy (or not) since the last time.
    #[inline(never)]
    pub(crate) fn age(&mut self, now: Timestamp, busy: bool) {
        self.busy_share = self.aged(now, busy);
        self.share_at = now;
    }

    /// The busy share at `now`, having been busy (or not) since the last time.
    fn aged(&self, now: Timestamp, busy: bool) -> u32 {
        let span = now.since(self.share_at) as f64;
        let kept = libm::exp2(-span / Self::HALF_LIFE);
        let full = if busy { 4_294_967_295.0 } else { 0.0 };
        (f64::from(self.busy_share) * kept + full * (1.0 - kept)) as u32
    }

    /// An offer was answered, or missed: a moving mean over about the last 16.
    pub(crate) fn answered(&mut self, answered: bool) {
        let target: i64 = if answered { 1 << 16 } else { 0 };
        let rate = i64::from(self.answer_rate);
        self.answer_rate = (rate + (target - rate) / 16) as u32;
    }

    /// The busy share on a scale on which idle time does not move it, so that shares taken at
    /// different moments compare as they would now: its logarithm plus the half-lives up to its
    /// moment, in 2^-20 half-lives.
    #[inline(never)]
    fn busy_rank(&self) -> u64 {
        if self.busy_share == 0 {
            return 0;
        }
        let halvings = libm::log2(f64::from(self.busy_share)) * 1_048_576.0;
        let until = (u128::from(self.share_at.0) << 20) / (Self::HALF_LIFE as u128);
        until as u64 + halvings as u64
    }

    pub(crate) fn mean_handle(&self) -> Micros {
        self.handle.checked_div(self.n_handled).unwrap_or(0)
    }

    /// (load band, answer-rate band of 10 %, mean handle time in ms), least first.
    ///
    /// A load band is an eighth of a halving wide: loads within 9 % of each other, as of now, are
    /// alike. Keys stand still while an agent is idle, so a band of the share itself would leave who
    /// was busy an hour ago behind who is busy now, for as long as nobody asks it.
    #[inline(never)]
    fn score(&self) -> u64 {
        let load = (self.busy_rank() >> 17).min((1 << 24) - 1);
        let answers = 10 - ((u64::from(self.answer_rate) * 10) >> 16);
        let handle = (self.mean_handle() / 1000).min((1 << 28) - 1);
        load << 32 | answers << 28 | handle
    }
}

/// An idle agent's place in a rotation: level first, then the rotation's key, then the id.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub(crate) struct IdleKey {
    /// Level in the top byte, the key's first part below.
    pub(crate) first: u64,
    pub(crate) second: u64,
    pub(crate) agent: u32,
}

impl IdleKey {
    #[inline]
    pub(crate) fn level(self) -> Level {
        (self.first >> 56) as Level
    }
    #[inline]
    pub(crate) fn agent(self) -> AgentId {
        AgentId(self.agent)
    }
    /// A key that says only who, and at which level.
    pub(crate) fn of_level(level: Level, agent: AgentId) -> IdleKey {
        IdleKey {
            first: u64::from(level) << 56,
            second: 0,
            agent: agent.0,
        }
    }
    /// Smaller than every key of `level`.
    pub(crate) fn start_of(level: u16) -> Option<IdleKey> {
        (level < 256).then(|| IdleKey {
            first: u64::from(level) << 56,
            second: 0,
            agent: 0,
        })
    }
}

/// An agent's timers within its block of slots.
pub(crate) mod slots {
    /// [`crate::timers::Timer::HeartbeatLease`].
    pub(crate) const LEASE: u32 = 0;
    /// [`crate::timers::Timer::DeviceGrace`].
    pub(crate) const GRACE: u32 = 1;
    /// [`crate::timers::Timer::AgentBreaker`].
    pub(crate) const BREAKER: u32 = 2;
    /// [`crate::timers::Timer::AgentRest`].
    pub(crate) const REST: u32 = 3;
    /// [`crate::timers::Timer::WrapUp`] and [`crate::timers::Timer::Offer`]: an agent has at most one of them.
    pub(crate) const WORK: u32 = 4;
    /// How many.
    pub(crate) const COUNT: u32 = 5;
}

/// One agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Agent {
    pub(crate) status: AgentStatus,
    pub(crate) activity: Activity,
    /// The heartbeat lease is live.
    pub(crate) alive: bool,
    pub(crate) device: Device,
    /// Resting after a missed offer.
    pub(crate) resting: bool,
    pub(crate) breaker: Breaker,
    /// The strictest need it is indexed under as idle; `None` = not to be offered.
    pub(crate) indexed: Option<Need>,
    /// The strictest need it counts as staff under; `None` = not working.
    pub(crate) staffed: Option<Need>,
    /// For the availability alert: wants work, and whether it can be reached.
    pub(crate) counted: Option<bool>,
    /// Since when it is idle, or was before the call it has in hand.
    pub(crate) idle_since: Timestamp,
    /// The queue of its present or last call.
    pub(crate) last_queue: QueueId,
    /// Since when it could be offered a call.
    pub(crate) free_since: Timestamp,
    pub(crate) tally: Tally,
    pub(crate) queues: Served,
    /// Since when it works for each of `queues` at that level or a lower one.
    pub(crate) served_since: Box<[Timestamp]>,
    /// The last of `served_since`, or later.
    pub(crate) gained_at: Timestamp,
    pub(crate) timers: Slot,
}

impl Agent {
    /// Works for these queues from now on. A queue it worked for already, at the same or a lower
    /// level, is nothing new.
    pub(crate) fn take_queues(&mut self, now: Timestamp, queues: Box<[(QueueId, Level)]>) {
        self.served_since = queues
            .iter()
            .map(|(queue, level)| {
                let known = self.queues.iter().zip(&self.served_since);
                known
                    .filter(|((q, l), _)| q == queue && l <= level)
                    .map(|(_, since)| *since)
                    .next()
                    .unwrap_or(now)
            })
            .collect();
        self.gained_at = now;
        self.queues = queues.into();
    }

    /// Since when it works for `queue` at its present level.
    pub(crate) fn works_for_since(&self, queue: QueueId) -> Timestamp {
        let served = self.queues.iter().zip(&self.served_since);
        served
            .filter(|((q, _), _)| *q == queue)
            .map(|(_, since)| *since)
            .next()
            .unwrap_or(Timestamp::ZERO)
    }

    /// Its busy share at `now`, in 2^-32.
    pub(crate) fn busy_share_at(&self, now: Timestamp) -> u32 {
        let busy = matches!(self.activity, Activity::Talking(_) | Activity::WrapUp(_));
        self.tally.aged(now, busy)
    }

    /// Something from each cache line of it.
    #[inline]
    pub(crate) fn spread(&self) -> u64 {
        let ends = self.tally.talk ^ self.tally.share_at.0 ^ self.idle_since.0 ^ self.free_since.0;
        ends ^ u64::from(self.queues.is_empty()) ^ u64::from(self.resting) ^ self.gained_at.0
    }

    /// The strictest need its presence meets.
    #[inline]
    pub(crate) fn presence(&self) -> Need {
        match (self.alive, self.device) {
            (false, _) => Need::Status,
            (true, Device::Unreachable) => Need::Alive,
            (true, Device::Grace | Device::Connected) => Need::Reachable,
        }
    }

    /// The strictest need under which it can be offered a call now.
    #[inline]
    pub(crate) fn offerable(&self) -> Option<Need> {
        (self.status == AgentStatus::Available
            && self.activity == Activity::Idle
            && !self.resting
            && !self.breaker.is_open())
        .then(|| self.presence())
    }

    /// Its key in a rotation. Nothing it depends on changes while the agent is idle.
    #[inline]
    pub(crate) fn key(&self, agent: AgentId, rotation: Rotation, level: Level) -> IdleKey {
        let (first, second) = match rotation {
            Rotation::LongestIdle => (self.idle_since.0, 0),
            Rotation::RoundRobin => (self.tally.last_offer, self.idle_since.0),
            Rotation::FewestCalls => (self.tally.calls, self.idle_since.0),
            Rotation::LeastTalkTime => (self.tally.talk, self.idle_since.0),
            Rotation::LeastOccupied => (self.tally.busy_rank(), self.idle_since.0),
            Rotation::TopDown | Rotation::Random => (0, 0),
            Rotation::BestScore => (self.tally.score(), self.idle_since.0),
        };
        IdleKey {
            first: u64::from(level) << 56 | first.min((1 << 56) - 1),
            second,
            agent: agent.0,
        }
    }

    /// The live offer with this id.
    #[inline]
    pub(crate) fn live_offer(&self, id: OfferId) -> Option<Offer> {
        match self.activity {
            Activity::Offered(offer) if offer.id == id => Some(offer),
            Activity::Idle
            | Activity::Reserved(_)
            | Activity::Offered(_)
            | Activity::Talking(_)
            | Activity::WrapUp(_) => None,
        }
    }
}
