//! A routing policy as checked data: what the server deploys and the simulator tests.
//!
//! This module owns the types, their defaults and the rules between their fields
//! ([`Policy::check`]). It never reads text: `policy-file` turns YAML into a `Policy` and puts names
//! to the ids used here. Every span is a [`Duration`]; every share is in hundredths of a percent.

mod check;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;
use serde::{Deserialize, Serialize};

use crate::estimate::Estimator;
use crate::id::{Level, QueueId};

/// The whole policy. [`Policy::default`] has every feature off, no queues and no limits.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Policy {
    /// Which share of the callers gets which feature.
    pub features: Features,
    /// When an agent counts as alive and its device as connected.
    pub presence: Presence,
    /// The single-attempt flow of callers without `enhanced_queue`.
    pub legacy: Legacy,
    /// Which call a freed agent gets.
    pub select_call: SelectCall,
    /// The queues; a [`QueueId`] is an index into this.
    pub queues: Vec<QueuePolicy>,
    /// What the carrier allows.
    pub carrier: CarrierPolicy,
    /// When a failing agent device or the carrier is left alone for a while.
    pub breakers: Breakers,
    /// What raises an alert; `None` = no alerts.
    pub alerts: Option<Alerts>,
}

/// A share of the callers in hundredths of a percent, 0..=10,000.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Share(pub u16);

impl Share {
    /// Nobody.
    pub const NONE: Share = Share(0);
    /// Everybody.
    pub const ALL: Share = Share(10_000);
}

/// A switch that is rolled out by share of callers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Feature {
    /// An agent must have a live heartbeat lease to be offered a call.
    AgentHeartbeat,
    /// ... and a reachable device (implies the heartbeat).
    EnhancedDiscovery,
    /// The call is held in a queue instead of the single-attempt legacy flow.
    EnhancedQueue,
    /// The queue's own discovery finds the agent, instead of a scan every `slow_poll`.
    ContinuousDiscovery,
    /// The class's head start counts.
    PriorityQueue,
    /// `best_score` chooses the agent instead of the queue's rotation.
    LoadBalancing,
    /// A callback is offered.
    Callback,
}

impl Feature {
    /// Every feature, in the order of the plan's phases.
    pub const ALL: [Feature; 7] = [
        Feature::AgentHeartbeat,
        Feature::EnhancedDiscovery,
        Feature::EnhancedQueue,
        Feature::ContinuousDiscovery,
        Feature::PriorityQueue,
        Feature::LoadBalancing,
        Feature::Callback,
    ];

    /// The feature's key in a policy file.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Feature::AgentHeartbeat => "agent_heartbeat",
            Feature::EnhancedDiscovery => "enhanced_discovery",
            Feature::EnhancedQueue => "enhanced_queue",
            Feature::ContinuousDiscovery => "continuous_discovery",
            Feature::PriorityQueue => "priority_queue",
            Feature::LoadBalancing => "load_balancing",
            Feature::Callback => "callback",
        }
    }
}

/// The share of callers that has each [`Feature`], indexed by `Feature as usize`.
///
/// A caller has one bucket (0..10,000) for all features, and has every feature whose share is
/// above it: the callers of a 10 % feature are among those of a 25 % one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Features(pub [Share; 7]);

impl Features {
    /// Every feature for every caller.
    pub const ALL: Features = Features([Share::ALL; 7]);

    /// The share of `feature`.
    #[must_use]
    pub const fn share(&self, feature: Feature) -> Share {
        self.0[feature as usize]
    }
    /// Sets the share of `feature`.
    pub const fn set(&mut self, feature: Feature, share: Share) {
        self.0[feature as usize] = share;
    }
}

/// When an agent counts as alive and its device as connected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Presence {
    /// A heartbeat's lease. Above 0.
    pub heartbeat_timeout: Duration,
    /// How long a disconnected device still counts as connected.
    pub device_grace: Duration,
}

impl Default for Presence {
    fn default() -> Self {
        Presence {
            heartbeat_timeout: Duration::from_secs(45),
            device_grace: Duration::from_secs(10),
        }
    }
}

/// The legacy flow: one attempt to one agent, then this.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Legacy {
    /// How long the one agent is rung. Above 0.
    pub dial_timeout: Duration,
    /// What the caller gets when the attempt fails or nobody is believed available.
    pub on_failure: LegacyFailure,
}

impl Default for Legacy {
    fn default() -> Self {
        Legacy {
            dial_timeout: Duration::from_secs(20),
            on_failure: LegacyFailure::Voicemail,
        }
    }
}

/// What follows a failed legacy attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum LegacyFailure {
    /// The caller may leave a message.
    Voicemail,
    /// A goodbye and the end of the call.
    HangUp,
}

/// Which call a freed agent gets, over all queues it may serve.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum SelectCall {
    /// The highest score (head start + aging x waited); ties by arrival, then id.
    #[default]
    LongestWaiting,
    /// A queue at which the agent's level is lower first; then the highest score.
    LevelFirst,
}

/// One queue.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct QueuePolicy {
    /// How matches are found for calls with `continuous_discovery`.
    pub discovery: Discovery,
    /// The scan interval for calls without it. Above 0.
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
    /// A scan at epoch + k x this interval. Above 0.
    Poll(Duration),
    /// At the step at which a match becomes possible; with `reconcile`, a safety scan whose finds
    /// are counted as rescues (zero in simulation).
    Events {
        /// The interval of the safety scan. Above 0.
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
    /// The ring timeout, from `OfferRinging`. Above 0.
    pub timeout: Duration,
    /// From the command to `OfferRinging`. Above 0.
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
    /// And then again. Above 0.
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
}

/// What the carrier allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CarrierPolicy {
    /// Legs placed per second by us, in thousandths (1/s = 1000); `None` = no limit. Above 0.
    pub calls_per_second_milli: Option<u32>,
}

/// The circuit breakers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Breakers {
    /// Per agent device: unreachable and expired offers in a row open it.
    pub agent: Option<BreakerPolicy>,
    /// For the carrier: failed offers in a row open it.
    pub carrier: Option<BreakerPolicy>,
}

/// closed -> open with back-off -> half-open with one probe -> closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BreakerPolicy {
    /// Failures in a row that open it, at least 1.
    pub failures: u16,
    /// The first open span; doubled with each failed probe. Above 0.
    pub open: Duration,
    /// The longest open span, at least `open`.
    pub max_open: Duration,
}

/// What raises an alert, measured in sliding windows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Alerts {
    /// Connected / ended may fall this far below the run's own rate before the window, in
    /// hundredths of a percentage point.
    pub success_rate_drop: Share,
    /// Mean store latency of a window over the baseline (the first full window), in thousandths.
    pub store_latency_factor_milli: u32,
    /// (Reachable and alive) / wanting work, agent-time in the window, hundredths of a percent.
    pub agent_availability: Share,
    /// Waiting calls of one queue above this.
    pub queue_length: u32,
    /// The window. Above 0.
    pub window: Duration,
    /// Ended calls in the window before the success rate says anything.
    pub min_calls: u32,
}

/// One thing wrong with a policy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PolicyError {
    /// The key path; a queue is written as its index: `queues.#0.offer.timeout`.
    pub path: String,
    /// What was expected.
    pub expected: String,
}

/// Everything wrong with a policy, never empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PolicyErrors(pub Vec<PolicyError>);

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, e) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{}: {}", e.path, e.expected)?;
        }
        Ok(())
    }
}

impl core::error::Error for PolicyErrors {}
