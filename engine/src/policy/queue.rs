//! What a policy says of one queue: how its calls are matched, offered, ordered, told, and let go.

use alloc::boxed::Box;
use core::time::Duration;
use serde::{Deserialize, Serialize};

use crate::estimate::Estimator;
use crate::id::{Level, QueueId};

/// One queue.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct QueuePolicy {
    /// How matches are found for calls with `continuous_discovery`.
    pub discovery: Discovery,
    /// The scan interval for calls without it. At least 10 ms.
    pub slow_poll: Duration,
    /// Which idle agent a call gets.
    pub rotation: Rotation,
    /// How an agent is asked.
    pub offer: OfferPolicy,
    /// From when which level of agents may serve a call; ascending in both. Level 1 at once.
    pub widen: Box<[Widen]>,
    /// After-call work lasts at most this long; the agent may be ready earlier.
    pub wrap_up: Duration,
    /// Calls that may wait (ringing ones and callbacks included); `None` = no limit.
    pub max_length: Option<u32>,
    /// The longest wait; `None` = no limit.
    pub max_wait: Option<Duration>,
    /// When the queue is full. `Wait` is not allowed here.
    pub on_full: Treatment,
    /// When `max_wait` has passed. `Wait` is not allowed here.
    pub on_timeout: Treatment,
    /// When no agent of the queue is signed in (available or on break) at arrival.
    pub on_nobody: Treatment,
    /// When the queue is closed. `Wait` is not allowed here.
    pub on_closed: Treatment,
    /// What becomes of waiting calls when the queue closes.
    pub at_close: AtClose,
    /// Whether the queue is open before the first `QueueOpened`.
    pub opens_at_start: bool,
    /// By class: `priority[class]`; classes beyond the end have [`Priority::default`].
    pub priority: Box<[Priority]>,
    /// When waiting callers hear where they stand; `None` = never.
    pub announce: Option<Announce>,
    /// Which estimator speaks.
    pub estimator: Estimator,
    /// Callback offers; `None` = none.
    pub callback: Option<CallbackPolicy>,
}

impl Default for QueuePolicy {
    fn default() -> Self {
        QueuePolicy {
            discovery: Discovery::Events { reconcile: None },
            slow_poll: Duration::from_secs(60),
            rotation: Rotation::LongestIdle,
            offer: OfferPolicy::default(),
            widen: Box::default(),
            wrap_up: Duration::ZERO,
            max_length: None,
            max_wait: None,
            on_full: Treatment::Voicemail,
            on_timeout: Treatment::Voicemail,
            on_nobody: Treatment::Wait,
            on_closed: Treatment::Voicemail,
            at_close: AtClose::Serve,
            opens_at_start: true,
            priority: Box::default(),
            announce: None,
            estimator: Estimator::Best,
            callback: None,
        }
    }
}

/// How a queue's matches are found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Discovery {
    /// A scan at epoch + k x this interval. At least 10 ms.
    Poll(Duration),
    /// At the step at which a match becomes possible; with `reconcile`, a safety scan whose finds
    /// are counted as rescues: one for each match that the events missed, and none as long as the
    /// engine is sound (no loss of an input can cause one).
    Events {
        /// The interval of the safety scan. At least 10 ms.
        reconcile: Option<Duration>,
    },
}

/// Which idle agent a call gets, among those of the lowest level present. Ties go to the agent idle
/// for longest, then to the lower id. Keys are frozen when the agent becomes idle. A newcomer starts
/// with the median figures of those who work for its first queue.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Rotation {
    /// Idle since the earliest moment.
    LongestIdle,
    /// Last asked the longest ago; a newcomer as if it had just been asked.
    RoundRobin,
    /// Fewest calls connected.
    FewestCalls,
    /// Least time talking.
    LeastTalkTime,
    /// Lowest busy share (exponentially forgotten).
    LeastOccupied,
    /// The lowest agent id.
    TopDown,
    /// The k-th idle agent by id, k = hash(call, attempt) mod their number.
    Random,
    /// Load band of 10 %, then answer-rate band of 10 %, then mean handle time, then idle since.
    BestScore,
}

/// How an agent is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OfferPolicy {
    /// The ring timeout, from `OfferRinging`. At least 10 ms.
    pub timeout: Duration,
    /// From the command to `OfferRinging`. At least 10 ms.
    pub place_timeout: Duration,
    /// Offers before the call rests `exhausted` and its tried set clears. At least 1.
    pub max_attempts: u16,
    /// Agents rung in parallel for one call, 1..=8.
    pub ring: u8,
    /// How long an agent stays in the call's tried set (unless every candidate was tried).
    pub tried_for: Duration,
    /// How long a call rests after `max_attempts`.
    pub exhausted: Duration,
    /// Who places the leg.
    pub transport: Transport,
    /// How long the agent rests from all offers after each way of missing one.
    pub retry_after: RetryAfter,
    /// Whether the agent must confirm (press 1). The driver sends `OfferAnswered` only then.
    pub confirm: bool,
}

impl Default for OfferPolicy {
    fn default() -> Self {
        OfferPolicy {
            timeout: Duration::from_secs(15),
            place_timeout: Duration::from_secs(30),
            max_attempts: 5,
            ring: 1,
            tried_for: Duration::from_secs(60),
            exhausted: Duration::from_secs(30),
            transport: Transport::Push,
            retry_after: RetryAfter::default(),
            confirm: false,
        }
    }
}

/// Who places the agent's leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Transport {
    /// We do, through the carrier: counts against its calls-per-second limit.
    Push,
    /// The agent's application does after accepting: no limit.
    Pull,
}

/// An agent's rest from all offers, by what happened to the last one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RetryAfter {
    /// The agent declined.
    pub declined: Duration,
    /// It rang and nobody answered.
    pub expired: Duration,
    /// It never rang: the device was not to be reached.
    pub unreachable: Duration,
    /// The carrier or the bridge failed.
    pub failed: Duration,
}

impl Default for RetryAfter {
    fn default() -> Self {
        RetryAfter {
            declined: Duration::from_secs(5),
            expired: Duration::from_secs(10),
            unreachable: Duration::from_secs(60),
            failed: Duration::from_secs(2),
        }
    }
}

/// From `after` on (waited), agents up to `level` may serve the call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Widen {
    /// Waited at least this long.
    pub after: Duration,
    /// The highest level that may then serve.
    pub level: Level,
}

/// What a call gets that cannot (or no longer) wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Treatment {
    /// It waits all the same (`on_nobody` only).
    Wait,
    /// It may leave a message.
    Voicemail,
    /// It is ended.
    HangUp,
    /// A callback is offered; without the `callback` feature or policy it is ended.
    Callback,
    /// It goes to another queue and keeps its arrival time.
    Queue(QueueId),
}

/// What becomes of waiting calls when a queue closes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum AtClose {
    /// They are still served.
    Serve,
    /// They get `on_closed`.
    Clear,
}

/// A class's place in the waiting order: score = head start + aging x waited; the highest is next,
/// ties go to the earlier arrival. A call without `priority_queue` counts as one of
/// [`Priority::default`], whatever its class.
///
/// Who may pass whom, and by when: let a call c arrive a span d > 0 after a call p that still waits,
/// with head starts Hc and Hp and agings ac and ap. When c has waited w, it is ahead of p if and only
/// if Hc + ac w > Hp + ap (d + w). So
///
/// * c of the same aging passes p only if d < (Hc - Hp) / ap: on arrival, and for good;
/// * c of a slower aging (a higher class) passes p only if d < (Hc - Hp) / ap: on arrival, until
///   w = (Hc - Hp - ap d) / (ap - ac), from when on p is ahead for good;
/// * c of a faster aging (a lower class) passes p however much later it arrives, but only when it
///   has itself waited longer than w = (Hp - Hc + ap d) / (ac - ap); then for good.
///
/// With ap = 0 a quotient by it is no limit when Hc > Hp. The policy check sees to it that within a
/// queue a faster aging goes with a smaller head start, so that nobody is passed for good by a call
/// that had no less of a start. Calls whose claim was undone, and callbacks whose caller waits on
/// the line, are ahead of everybody.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Priority {
    /// Waiting credit at arrival.
    pub head_start: Duration,
    /// Score gained per time waited, in thousandths (1x = 1000).
    pub aging_milli: u32,
}

impl Default for Priority {
    fn default() -> Self {
        Priority {
            head_start: Duration::ZERO,
            aging_milli: 1000,
        }
    }
}

/// When a waiting caller hears where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Announce {
    /// After joining.
    pub first: Duration,
    /// And then again. At least 10 ms.
    pub every: Duration,
    /// Say the position.
    pub position: bool,
    /// Say the wait estimate.
    pub wait: bool,
}

/// Callbacks: the waiting place is kept, the caller need not stay on the line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallbackPolicy {
    /// Offered after this wait.
    pub offer_after: Duration,
    /// Attempts to reach the caller, at least 1.
    pub attempts: u16,
    /// Between attempts.
    pub retry_every: Duration,
    /// How long the caller's phone is rung. Above 0.
    pub ring: Duration,
    /// Whether the caller may choose a time.
    pub scheduled: bool,
    /// How long a callback is owed, from when it was taken or from the chosen time: one whose caller
    /// has not picked up by then has failed. `None` = for ever. Above 0.
    pub expires: Option<Duration>,
}
