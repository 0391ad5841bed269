//! Who answers: groups of agents, when they work and how they behave.

use std::path::PathBuf;
use std::time::Duration;

use engine::id::{Level, QueueId};
use jiff::civil::DateTime;
use policy_file::{TimeSpan, Weekdays};
use serde::Serialize;

use super::{DistSpec, PerPeriod, WeekTable};

/// Agents who are alike, except for their talk factor.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct AgentGroup {
    /// Its name, unique in the scenario.
    pub group: String,
    /// How many, and when.
    pub staffing: Staffing,
    /// Which queues they serve, at which level (1 is asked first). At least one, each once.
    pub queues: Vec<(QueueId, Level)>,
    /// When all of them work; empty = always. Only with [`Staffing::Count`].
    pub shifts: Vec<Shift>,
    /// When they rest.
    pub breaks: Vec<Break>,
    /// How they answer.
    pub answers: Answers,
    /// One draw per agent multiplies all its talk times; `None` = 1.
    pub talk_factor: Option<DistSpec>,
    /// What the agent needs after a call; `None` = nothing. The queue's `wrap_up` caps it.
    pub wrap_up: Option<PerPeriod<DistSpec>>,
    /// The application's sign of life; `None` = never late, never lost.
    pub heartbeat: Option<Heartbeat>,
    /// When the device works; `None` = always.
    pub device: Option<DeviceModel>,
    /// At the end of a shift the agent goes but stays signed in, with this probability.
    pub forgets_to_sign_out: f64,
}

/// How many agents of a group are signed in. A leaving agent finishes the call in hand.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub enum Staffing {
    /// The same number whenever the shifts say so. At least 1.
    Count(u32),
    /// By time of day and weekday; 0 outside the listed steps.
    Table(WeekTable<u32>),
    /// From a file: from each instant on, this many; 0 before the first. At least one row,
    /// ascending.
    Dated {
        /// The file.
        #[serde(skip)]
        file: PathBuf,
        /// From when on, how many.
        steps: Vec<(DateTime, u32)>,
    },
    /// One agent, who comes and goes as a journal says ([`super::World::given`]). Not in files.
    Given,
}

impl Staffing {
    /// The most agents at any time: how many the group has.
    #[must_use]
    pub fn most(&self) -> u32 {
        match self {
            Staffing::Count(count) => *count,
            Staffing::Table(table) => table.days.iter().flatten().copied().max().unwrap_or(0),
            Staffing::Dated { steps, .. } => steps.iter().map(|(_, n)| *n).max().unwrap_or(0),
            Staffing::Given => 1,
        }
    }
}

/// Working time; a span past midnight belongs to the day on which it starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Shift {
    /// The days on which it starts.
    pub days: Weekdays,
    /// From when to when.
    pub hours: TimeSpan,
}

/// A break of each agent on each of these days, somewhere in a window.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Break {
    /// The days on which the window starts.
    pub days: Weekdays,
    /// It lies inside this.
    pub window: TimeSpan,
    /// At most the window; shorter = it starts at a moment of the agent's own, uniform.
    pub length: Duration,
}

/// What becomes of an offer that rings. [`Default`] is the ideal: answered at once, always.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Answers {
    /// Answered with this probability, 0..=1.
    pub probability: f64,
    /// Declined with this one; together at most 1; the rest rings out.
    pub declines: f64,
    /// From the first ring to the answer (or the decline); `None` = at once.
    pub delay: Option<DistSpec>,
}

impl Default for Answers {
    fn default() -> Self {
        Answers {
            probability: 1.0,
            declines: 0.0,
            delay: None,
        }
    }
}

/// An agent application's sign of life.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Heartbeat {
    /// Above 0.
    pub every: Duration,
    /// Each beat is up to this much early or late, uniform; below `every`.
    pub jitter: Duration,
    /// A beat is lost with this probability.
    pub loss: f64,
}

/// A device that comes and goes: alternating spans, up first.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DeviceModel {
    /// How long it works.
    pub up: DistSpec,
    /// How long it does not.
    pub down: DistSpec,
}
