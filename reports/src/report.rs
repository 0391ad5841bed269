//! A run's report: all estimates, outcomes, verdicts and what the charts need, computed once from
//! the replications in their order. Renderers only read it.

mod chart_input;
mod log;
mod warm_up;

pub use chart_input::ChartInput;
pub use log::{LogRows, Recorded, RecordedSide, RecordedSpan};
pub use warm_up::WarmUp;

use crate::gate::{Gate, Judged, Verdict, judge};
use crate::measures::{self, Measure, Part};
use crate::record::{CallRow, ConservationError, Outcomes, Replication};
use crate::stats::Estimate;
use engine::id::{ClassId, QueueId};

/// What a report says about the run beside its numbers. Digests and names are the driver's.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RunMeta {
    /// The scenario's name.
    pub scenario: String,
    /// What it is about, in a sentence; for people only.
    pub description: String,
    /// Digest of the policy.
    pub policy_digest: String,
    /// Digest of the world.
    pub world_digest: String,
    /// Version of the engine.
    pub engine: String,
    /// The run's seed.
    pub seed: u64,
    /// Digest of all outputs.
    pub trace_digest: String,
    /// Of intervals and of the gates as a family, 0..1.
    pub confidence: f64,
    /// The level at which bounds are computed so that they hold with `confidence`: more than that for a run that
    /// stopped by itself. `None`: the same.
    pub level: Option<f64>,
    /// Queue names by [`QueueId`].
    pub queues: Vec<String>,
    /// Class names by [`ClassId`].
    pub classes: Vec<String>,
    /// Agent names by id; may be empty.
    pub agents: Vec<String>,
    /// The command that repeats the run.
    pub command: String,
}

/// One measure's numbers, in its own unit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Figure {
    /// The measure.
    pub measure: &'static Measure,
    /// The estimate; `None` when nothing was measured.
    pub mean: Option<f64>,
    /// Spread over replications.
    pub sd: Option<f64>,
    /// Standard error of `mean`.
    pub se: Option<f64>,
    /// Lower bound of the interval.
    pub lower: Option<f64>,
    /// Upper bound of the interval.
    pub upper: Option<f64>,
    /// The variance over what it would be without control variates; `None` where none are used.
    pub variance_ratio: Option<f64>,
    /// Replications it rests on.
    pub n: usize,
}

/// How well a measure was to be known, and how well it is. Half-widths are of its interval at the run's
/// confidence, in its own unit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Precision {
    /// The measure.
    pub measure: &'static Measure,
    /// What was reached; `None` without an interval.
    pub half_width: Option<f64>,
    /// What was asked for; `None` when it was a share of an estimate that there is not.
    pub wanted: Option<f64>,
    /// The share of the estimate that was asked for, when it was one.
    pub relative: Option<f64>,
    /// The level at which its bounds are computed.
    pub level: f64,
    /// Not more than so many replications.
    pub max_replications: u32,
}

impl Precision {
    /// As narrow as asked for.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        let both = self.half_width.zip(self.wanted);
        both.is_some_and(|(half_width, wanted)| half_width <= wanted)
    }
}

/// The figures of one queue or class.
#[derive(Clone, PartialEq, Debug)]
pub struct PartFigures {
    /// Its name.
    pub name: String,
    /// In the order of [`measures::all`].
    pub figures: Vec<Figure>,
}

/// A finished run.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// About the run.
    pub meta: RunMeta,
    /// How many replications.
    pub n_replications: usize,
    /// Of the whole run, in the order of [`measures::all`].
    pub figures: Vec<Figure>,
    /// By queue.
    pub by_queue: Vec<PartFigures>,
    /// By class.
    pub by_class: Vec<PartFigures>,
    /// Calls offered in all replications.
    pub offered: u64,
    /// Outcomes in all replications.
    pub outcomes: Outcomes,
    /// Gates, judged.
    pub gates: Vec<Judged>,
    /// The precision at which the run was to end; `None` when it was to have a number of replications. Set by
    /// the driver.
    pub precision: Option<Precision>,
    /// Whether the warm-up was long enough; `None` when too little was kept to tell. Set by the driver, who
    /// knows whether there is a steady state.
    pub warm_up: Option<WarmUp>,
    /// What was recorded in reality beside what was simulated; `None` when the run replays nothing.
    /// Set by the driver.
    pub recorded: Option<Recorded>,
    /// What was read of the logs that the run replays; `None` when it replays none. Set by the driver.
    pub log: Option<LogRows>,
    /// What charts show.
    pub charts: ChartInput,
    /// Rows per call, by replication; empty unless recorded.
    pub rows: Vec<Vec<CallRow>>,
    /// Replications whose calls do not add up: the report is not to be trusted.
    pub violations: Vec<(usize, ConservationError)>,
}

impl RunReport {
    /// Reports on `replications`, at least one, all recorded under the same options.
    #[must_use]
    pub fn from_replications(
        meta: RunMeta,
        replications: &[Replication],
        gates: &[Gate<'_>],
    ) -> RunReport {
        let confidence = meta.level.unwrap_or(meta.confidence);
        let figures = |part: Part| -> Vec<Figure> {
            measures::all()
                .filter(|measure| measure.is_of(part))
                .map(|measure| Figure::of(measure, replications, part, confidence))
                .collect()
        };
        let queues = meta.queues.iter().zip(0..).map(|(name, id)| PartFigures {
            name: name.clone(),
            figures: figures(Part::Queue(QueueId(id))),
        });
        let classes = meta.classes.iter().zip(0..).map(|(name, id)| PartFigures {
            name: name.clone(),
            figures: figures(Part::Class(ClassId(id))),
        });
        let mut outcomes = Outcomes::default();
        for replication in replications {
            outcomes.absorb(&replication.total.outcomes);
        }
        RunReport {
            n_replications: replications.len(),
            figures: figures(Part::Whole),
            by_queue: queues.collect(),
            by_class: classes.collect(),
            offered: replications.iter().map(|r| r.total.counts.offered).sum(),
            outcomes,
            gates: judge(gates, replications, confidence),
            precision: None,
            warm_up: None,
            recorded: None,
            log: None,
            charts: ChartInput::of(replications),
            rows: replications.iter().map(|r| r.rows.clone()).collect(),
            violations: replications
                .iter()
                .enumerate()
                .filter_map(|(index, r)| r.conservation.err().map(|error| (index, error)))
                .collect(),
            meta,
        }
    }

    /// Of all gates together; pass without gates.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::of_all(self.gates.iter().map(|gate| gate.verdict))
    }

    /// The figures of one measure of the whole run.
    #[must_use]
    pub fn figure(&self, id: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.measure.id == id)
    }
}

impl Figure {
    /// The interval, when there is one.
    #[must_use]
    pub fn bounds(&self) -> Option<(f64, f64)> {
        self.lower.zip(self.upper)
    }

    /// The measure of `part` over all replications.
    #[must_use]
    pub fn of(
        measure: &'static Measure,
        replications: &[Replication],
        part: Part,
        confidence: f64,
    ) -> Figure {
        let estimate = measure.estimate(replications, part);
        let interval = estimate
            .as_ref()
            .and_then(|estimate| estimate.interval(confidence))
            .map(|interval| interval.within(measure.unit.range()));
        Figure {
            measure,
            mean: estimate.as_ref().map(|estimate| estimate.point),
            sd: estimate.as_ref().and_then(|estimate| estimate.sd),
            se: estimate.as_ref().and_then(|estimate| estimate.se()),
            lower: interval.map(|interval| interval.lower),
            upper: interval.map(|interval| interval.upper),
            variance_ratio: estimate.as_ref().and_then(Estimate::variance_ratio),
            // A quantile that rests on a single one of the replications has no influences.
            n: estimate.as_ref().map_or(0, |estimate| estimate.n().max(1)),
        }
    }
}
