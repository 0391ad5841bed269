//! Measures: what is reported of a run, each with a stable id, a unit, a formula and a direction.
//!
//! A [`Measure`] takes one [`Sample`] from a replication; [`Measure::estimate`] makes one estimate
//! of the samples of all replications. Measures are pure functions over tallies. They never see an
//! event, never format, and never know a target.
//!
//! Ratios are ratios of sums over replications, also means "per call"; quantiles come from pooled
//! histograms; counts and maxima are means of one value per replication.

mod agents;
mod calls;
mod costs;
mod estimates;
mod offers;
mod queues;
mod waits;

use std::borrow::Cow;

use engine::id::{ClassId, QueueId};
use serde::{Deserialize, Serialize};

use crate::record::{CallTally, Distribution, LineTally, Replication};
use crate::stats::{Controls, Estimate, Pooled, quantile};

/// What the numbers of a measure are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A share, 0..=1.
    Ratio,
    /// Seconds.
    #[serde(rename = "s")]
    Seconds,
    /// Seconds that may be negative.
    #[serde(rename = "s")]
    SignedSeconds,
    /// How many, mean over replications.
    Count,
    /// Calls, averaged over time.
    Calls,
    /// So many in an hour.
    PerHour,
    /// The scenario's currency.
    Value,
    /// A school mark of 1 to 5.
    Score,
}

impl Unit {
    /// The word in files.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Unit::Ratio => "ratio",
            Unit::Seconds | Unit::SignedSeconds => "s",
            Unit::Count => "count",
            Unit::Calls => "calls",
            Unit::PerHour => "per_hour",
            Unit::Value => "value",
            Unit::Score => "score",
        }
    }

    /// The smallest and the largest value there can be.
    #[must_use]
    pub const fn range(self) -> (f64, f64) {
        match self {
            Unit::Ratio => (0.0, 1.0),
            Unit::SignedSeconds => (f64::NEG_INFINITY, f64::INFINITY),
            Unit::Seconds | Unit::Count | Unit::Calls | Unit::PerHour | Unit::Value => {
                (0.0, f64::INFINITY)
            }
            Unit::Score => (1.0, 5.0),
        }
    }
}

/// Which way is better.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// It depends.
    Neither,
}

/// What a measure can be broken down by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Breakdown {
    /// By queue and by class.
    QueueAndClass,
    /// By queue.
    Queue,
    /// Of the run only.
    None,
}

/// What is measured: all of a replication, or one queue's or class's part of it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The calls.
    pub calls: &'a CallTally,
    /// Their line; `None` for a class, which has none of its own.
    pub line: Option<LineTally>,
    /// The replication.
    pub run: &'a Replication,
}

/// Which part of a replication.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// All of it.
    Whole,
    /// The calls that arrived in a queue.
    Queue(QueueId),
    /// The calls of a class.
    Class(ClassId),
}

impl<'a> Subject<'a> {
    /// That part of `run`.
    #[must_use]
    pub fn of(run: &'a Replication, part: Part) -> Subject<'a> {
        let (calls, line) = match part {
            Part::Whole => (&run.total, Some(run.line)),
            Part::Queue(queue) => (
                &run.by_queue[queue.index()],
                Some(run.line_by_queue[queue.index()]),
            ),
            Part::Class(class) => (&run.by_class[class.index()], None),
        };
        Subject { calls, line, run }
    }

    /// The window in hours.
    fn hours(&self) -> f64 {
        self.run.window() as f64 / 3.6e9
    }
}

/// What one replication says about a measure.
#[derive(Clone, Copy, Debug)]
pub enum Sample<'a> {
    /// Sums of which the ratio is meant: numerator, denominator.
    Ratio(f64, f64),
    /// A value of its own.
    Value(f64),
    /// The `q` quantile of these spans together.
    Quantile(f64, [&'a Distribution; 2]),
    /// The same when they have been put together before.
    Pooled(f64, &'a Pooled),
    /// Nothing.
    Absent,
}

/// A share or a mean: `part` of `whole`, both counts or both sums in the measure's unit.
fn ratio<'a>(part: u64, whole: u64) -> Sample<'a> {
    Sample::Ratio(part as f64, whole as f64)
}

/// A mean span in seconds.
fn mean_span<'a>(sum: u64, n: u64) -> Sample<'a> {
    Sample::Ratio(sum as f64 / 1e6, n as f64)
}

fn count<'a>(n: u64) -> Sample<'a> {
    Sample::Value(n as f64)
}

fn quantile_of(q: f64, spans: &Distribution) -> Sample<'_> {
    Sample::Quantile(q, [spans, Distribution::EMPTY])
}

/// One thing that is measured.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Stable name in files.
    pub id: &'static str,
    /// What its numbers are.
    pub unit: Unit,
    /// Which way is better.
    pub better: Better,
    /// How it is computed, in words of the domain.
    pub formula: &'static str,
    /// What it can be broken down by.
    pub by: Breakdown,
    sample: for<'a> fn(Subject<'a>) -> Sample<'a>,
}

/// By id: there is one measure of a name.
impl PartialEq for Measure {
    fn eq(&self, other: &Measure) -> bool {
        self.id == other.id
    }
}

impl Measure {
    /// What one replication says.
    #[must_use]
    pub fn sample<'a>(&self, subject: Subject<'a>) -> Sample<'a> {
        (self.sample)(subject)
    }

    /// What all replications together say about one part; `None` when none says anything.
    #[must_use]
    pub fn estimate(&self, replications: &[Replication], part: Part) -> Option<Estimate> {
        let samples = replications
            .iter()
            .map(|replication| self.sample(Subject::of(replication, part)));
        let controls = replications.iter().map(|replication| replication.controls);
        Estimate::of_samples(self.unit, samples, controls)
    }

    /// Whether it is reported of that part.
    #[must_use]
    pub fn is_of(&self, part: Part) -> bool {
        match (part, self.by) {
            (Part::Whole, _)
            | (Part::Queue(_), Breakdown::Queue | Breakdown::QueueAndClass)
            | (Part::Class(_), Breakdown::QueueAndClass) => true,
            (Part::Queue(_), Breakdown::None)
            | (Part::Class(_), Breakdown::None | Breakdown::Queue) => false,
        }
    }

    /// The measure with this id.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Measure> {
        all().find(|measure| measure.id == id)
    }
}

impl Estimate {
    /// One estimate of the samples of all replications, in their order, and of their controls, if each
    /// has them; `None` when none says anything. They are of one measure, so that all that say something
    /// are of one kind.
    pub(crate) fn of_samples<'a>(
        unit: Unit,
        samples: impl Iterator<Item = Sample<'a>> + Clone,
        controls: impl Iterator<Item = Option<Controls>>,
    ) -> Option<Estimate> {
        let is_there = |sample: &Sample<'_>| !matches!(sample, Sample::Absent);
        let mut controls: Option<Vec<Controls>> = controls.collect();
        let estimate = match samples.clone().find(is_there)? {
            Sample::Ratio(..) => {
                let pairs: Vec<(f64, f64)> = samples.map(Sample::as_ratio).collect();
                Estimate::of_ratio(&pairs)
            }
            Sample::Value(_) => {
                let mut there = samples.clone().map(|sample| is_there(&sample));
                if let Some(controls) = &mut controls {
                    controls.retain(|_| there.next().unwrap_or(false));
                }
                let values: Vec<f64> = samples.filter_map(Sample::as_value).collect();
                match unit {
                    Unit::Count => Estimate::of_counts(&values),
                    Unit::Ratio
                    | Unit::Seconds
                    | Unit::SignedSeconds
                    | Unit::Calls
                    | Unit::PerHour
                    | Unit::Value
                    | Unit::Score => Estimate::of_mean(&values),
                }
            }
            Sample::Quantile(q, _) | Sample::Pooled(q, _) => {
                let pooled: Vec<Cow<'_, Pooled>> = samples.map(Sample::as_spans).collect();
                quantile(&pooled, q).map(|estimate| estimate.divided_by(1e6))
            }
            Sample::Absent => None,
        }?;
        let estimate = estimate.within_range(unit.range());
        Some(estimate.controlled_by(controls.unwrap_or_default()))
    }
}

impl<'a> Sample<'a> {
    fn as_ratio(self) -> (f64, f64) {
        match self {
            Sample::Ratio(part, whole) => (part, whole),
            Sample::Value(_) | Sample::Quantile(..) | Sample::Pooled(..) | Sample::Absent => {
                (0.0, 0.0)
            }
        }
    }
    fn as_value(self) -> Option<f64> {
        match self {
            Sample::Value(value) => Some(value),
            Sample::Ratio(..) | Sample::Quantile(..) | Sample::Pooled(..) | Sample::Absent => None,
        }
    }
    fn as_spans(self) -> Cow<'a, Pooled> {
        match self {
            Sample::Quantile(_, spans) => Cow::Owned(Pooled::of(spans)),
            Sample::Pooled(_, spans) => Cow::Borrowed(spans),
            Sample::Ratio(..) | Sample::Value(_) | Sample::Absent => Cow::Owned(Pooled::default()),
        }
    }
}

/// Every measure, in the order of reports.
pub fn all() -> impl Iterator<Item = &'static Measure> {
    [
        calls::MEASURES,
        waits::MEASURES,
        estimates::MEASURES,
        offers::MEASURES,
        agents::MEASURES,
        queues::MEASURES,
        costs::MEASURES,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_formulas_are_given() {
        let mut ids: Vec<&str> = all().map(|measure| measure.id).collect();
        let n = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), n);
        for measure in all() {
            assert!(!measure.formula.is_empty(), "{}", measure.id);
            assert_eq!(Measure::named(measure.id), Some(measure));
        }
    }

    #[test]
    fn the_ids_are_those_that_baselines_and_gates_were_written_with() {
        let ids: Vec<&str> = all().map(|measure| measure.id).collect();
        expect_test::expect!["offered_calls offered_callers connected_calls abandoned_calls callback_calls callback_connected_calls callback_failed_calls voicemail_calls refused_calls timed_out_calls failed_calls connection_rate reach_rate abandonment_rate abandonment_rate_net mean_wait wait_p50 wait_p90 wait_p99 asa wait_probability service_level service_level_offered service_level_strict connected_within_threshold estimate_within_30s estimate_bias estimate_mae estimate_coverage estimate_announced_rate estimate_within_30s_all estimate_bias_all estimate_mae_all estimate_coverage_all assignment_latency_p50 assignment_latency_p99 assignment_latency_max assignment_decide assignment_commit assignment_carrier answer_delay dead_air offer_reach_rate discovery_rate fallback_rate occupancy utilization occupancy_spread handled_per_agent_hour availability_accuracy availability_accuracy_status availability_accuracy_heartbeat availability_accuracy_device queue_length_mean queue_length_max alerts_success_rate alerts_store_latency alerts_agent_availability alerts_queue_length alerts_open rescues priority_inversions dropped_calls store_ops_per_hour carrier_requests_per_hour discovery_scans_per_hour added_response_latency_p99 uptime revenue csat"].assert_eq(&ids.join(" "));
    }
}
