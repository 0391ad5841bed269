//! One call in hand: who it is, where it stands, and what it has tried.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::estimate::Estimate;
use crate::id::{AgentId, CallId, ClassId, QueueId};
use crate::output::Refusal;
use crate::policy::{Feature, Features};
use crate::time::Timestamp;
use crate::timers::{Slot, Timers};

/// How strict a call is about an agent's availability: fixed by its features at arrival.
/// An agent that meets one meets all before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub(crate) enum Need {
    /// Its status says available.
    Status,
    /// ... and its heartbeat lease is live.
    Alive,
    /// ... and its device is connected (or in its grace).
    Reachable,
}

/// The features a call got at its arrival; they do not change under it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(crate) struct CallFeatures {
    pub(crate) need: Need,
    pub(crate) queued: bool,
    pub(crate) continuous: bool,
    pub(crate) priority: bool,
    pub(crate) balanced: bool,
    pub(crate) callback: bool,
}

impl CallFeatures {
    /// The features of a caller in `bucket` (0..10,000).
    #[inline]
    pub(crate) fn of(features: &Features, bucket: u16) -> Self {
        let has = |feature| bucket < features.share(feature).0;
        CallFeatures {
            need: if has(Feature::EnhancedDiscovery) {
                Need::Reachable
            } else if has(Feature::AgentHeartbeat) {
                Need::Alive
            } else {
                Need::Status
            },
            queued: has(Feature::EnhancedQueue),
            continuous: has(Feature::ContinuousDiscovery),
            priority: has(Feature::PriorityQueue),
            balanced: has(Feature::LoadBalancing),
            callback: has(Feature::Callback),
        }
    }
}

/// Where a call stands, in the order of its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// In line, on the phone.
    Waiting,
    /// In line, but resting after `max_attempts` failed offers.
    Resting,
    /// Offers are out (`live`).
    Ringing,
    /// This agent answered; not yet bridged.
    Claimed(AgentId),
    /// With this agent since.
    Talking(AgentId, Timestamp),
    /// At the voicemail greeting.
    Voicemail,
    /// A callback is offered in place of waiting; if it is not taken, this is the outcome.
    Declining(Refused),
    /// In line for a callback; the caller has hung up.
    CallbackWaiting,
    /// A callback between attempts or before its chosen time; not in line.
    CallbackPaused,
    /// This agent is reserved and the caller is being called back.
    CallbackPlacing(AgentId),
    /// The caller has picked up; the reserved agent is rung when the carrier takes its leg.
    CallbackAnswered(AgentId),
}

/// What a call that was not served becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Refused {
    /// Not let in.
    At(Refusal),
    /// It waited too long.
    TimedOut,
    /// A failure of ours.
    Failed,
}

/// How many agents one call may ring in parallel.
pub(crate) const MAX_RING: usize = 8;

/// One call in hand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) id: CallId,
    pub(crate) queue: QueueId,
    pub(crate) class: ClassId,
    pub(crate) features: CallFeatures,
    pub(crate) phase: Phase,
    /// Its lane in the queue.
    pub(crate) lane: u32,
    /// Offers made in all, and failed ones since the last rest.
    pub(crate) attempts: u16,
    pub(crate) failed: u16,
    pub(crate) callback_attempts: u16,
    /// Queues it has overflowed through.
    pub(crate) hops: u8,
    pub(crate) n_live: u8,
    /// Agents with a live offer of this call: the first `n_live`.
    pub(crate) live: [AgentId; MAX_RING],
    /// `max_wait` passed while it rang; it times out when the ring fails. Or its callback expired
    /// while it was being placed; it fails when the attempt does.
    pub(crate) overdue: bool,
    /// A callback was offered and may be taken.
    pub(crate) callback_offered: bool,
    /// It has become a callback.
    pub(crate) is_callback: bool,
    pub(crate) legacy: bool,
    /// Ahead of everybody: its claim was undone.
    pub(crate) front: bool,
    /// Its callback's turn came before that of a call ahead of it.
    pub(crate) inverts: bool,
    pub(crate) arrived: Timestamp,
    /// When it joined its present queue.
    pub(crate) joined: Timestamp,
    /// Since when its callback is owed: when it was taken, or the chosen time. Of a callback only.
    pub(crate) owed_since: Timestamp,
    /// Joining or the end of its last rest.
    pub(crate) eligible: Timestamp,
    /// Agents that missed it, until when each is avoided.
    pub(crate) tried: Vec<(AgentId, Timestamp)>,
    /// The first estimate it was told, and when.
    pub(crate) told: Option<(Timestamp, Estimate)>,
    /// Some timer of its own may be armed.
    pub(crate) is_timed: bool,
    pub(crate) timers: Slot,
}

/// A call's timers within its block of slots.
pub(crate) mod slots {
    /// [`crate::timers::Timer::MaxWait`] and [`crate::timers::Timer::CallbackExpiry`]: a caller waits on the line or for a callback.
    pub(crate) const MAX_WAIT: u32 = 0;
    /// [`crate::timers::Timer::CallRest`] and [`crate::timers::Timer::CallbackDue`]: a call has at most one of them.
    pub(crate) const REST: u32 = 1;
    /// [`crate::timers::Timer::Widen`].
    pub(crate) const WIDEN: u32 = 2;
    /// [`crate::timers::Timer::CallbackOffer`].
    pub(crate) const CALLBACK: u32 = 3;
    /// [`crate::timers::Timer::Announce`].
    pub(crate) const ANNOUNCE: u32 = 4;
    /// How many.
    pub(crate) const COUNT: u32 = 5;
}

impl Call {
    /// Something from each cache line of it.
    #[inline]
    pub(crate) fn spread(&self) -> u64 {
        self.id.0 ^ self.eligible.0 ^ u64::from(self.is_timed) ^ self.tried.len() as u64
    }

    /// Agents with a live offer of this call.
    #[inline]
    pub(crate) fn live(&self) -> &[AgentId] {
        &self.live[..usize::from(self.n_live)]
    }

    /// Whether `agent` missed this call lately.
    #[inline]
    pub(crate) fn has_tried(&self, agent: AgentId, now: Timestamp) -> bool {
        self.tried
            .iter()
            .any(|(tried, until)| *tried == agent && *until > now)
    }

    /// Whether the caller is on the line, in no agent's hands.
    pub(crate) fn is_in_line(&self) -> bool {
        matches!(
            self.phase,
            Phase::Waiting | Phase::Resting | Phase::CallbackWaiting
        )
    }
}

/// The calls in hand.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Calls {
    slots: Vec<Call>,
    free: Vec<u32>,
    directory: Directory,
}

impl Calls {
    #[inline]
    pub(crate) fn next_id(&self) -> CallId {
        self.directory.next()
    }

    #[inline]
    pub(crate) fn slot(&self, call: CallId) -> Option<u32> {
        self.directory
            .slot(call, |slot| self.slots[slot as usize].id)
    }

    /// Calls in hand.
    pub(crate) fn len(&self) -> usize {
        self.directory.live()
    }

    /// Enters the next call; its slot keeps the timers and the memory of a finished one.
    pub(crate) fn admit(
        &mut self,
        timers: &mut Timers,
        now: Timestamp,
        queue: QueueId,
        class: ClassId,
        features: CallFeatures,
    ) -> u32 {
        let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
        let slots = &self.slots;
        let id = self.directory.push(slot, |slot| slots[slot as usize].id);
        if slot as usize == self.slots.len() {
            let block = timers.block(slots::COUNT);
            self.add(id, now, queue, class, features, block);
        } else {
            let call = &mut self.slots[slot as usize];
            call.id = id;
            call.queue = queue;
            call.class = class;
            call.features = features;
            call.phase = Phase::Waiting;
            (call.attempts, call.failed, call.callback_attempts) = (0, 0, 0);
            (call.hops, call.n_live) = (0, 0);
            call.overdue = false;
            call.callback_offered = false;
            call.is_callback = false;
            call.front = false;
            call.inverts = false;
            call.legacy = !features.queued;
            (call.arrived, call.joined, call.eligible) = (now, now, now);
            call.tried.clear();
            call.told = None;
        }
        slot
    }

    /// A further slot, of a call that has just come.
    #[cold]
    fn add(
        &mut self,
        id: CallId,
        now: Timestamp,
        queue: QueueId,
        class: ClassId,
        features: CallFeatures,
        timers: Slot,
    ) {
        self.slots.push(Call {
            id,
            queue,
            class,
            features,
            phase: Phase::Waiting,
            lane: 0,
            attempts: 0,
            failed: 0,
            callback_attempts: 0,
            hops: 0,
            n_live: 0,
            live: [AgentId(0); MAX_RING],
            overdue: false,
            callback_offered: false,
            is_callback: false,
            legacy: !features.queued,
            front: false,
            inverts: false,
            arrived: now,
            joined: now,
            owed_since: now,
            eligible: now,
            tried: Vec::new(),
            told: None,
            is_timed: false,
            timers,
        });
    }

    /// Forgets an ended call. Its timers must be disarmed.
    pub(crate) fn remove(&mut self, slot: u32) {
        self.directory.remove(self.slots[slot as usize].id, slot);
        self.free.push(slot);
    }

    /// The calls in hand with their slots, in no order that reaches an output.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Call)> + '_ {
        self.slots
            .iter()
            .enumerate()
            .map(|(slot, call)| (slot as u32, call))
            .filter(|(slot, call)| self.slot(call.id) == Some(*slot))
    }
}

impl core::ops::Index<u32> for Calls {
    type Output = Call;
    #[inline]
    fn index(&self, slot: u32) -> &Call {
        &self.slots[slot as usize]
    }
}

impl core::ops::IndexMut<u32> for Calls {
    #[inline]
    fn index_mut(&mut self, slot: u32) -> &mut Call {
        &mut self.slots[slot as usize]
    }
}
