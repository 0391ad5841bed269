//! `report.json`: the contract with CI and other programs. Keys in the order of the contract,
//! numbers in their shortest exact form, durations in seconds, absent values `null`.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::Timing;
use crate::gate::{Judged, Rule, Verdict};
use crate::measures::{Part, Unit};
use crate::record::Outcome;
use crate::report::{
    Figure, LogRows, PartFigures, Precision, Recorded, RecordedSide, RecordedSpan, RunMeta,
    RunReport, WarmUp,
};

/// `report.json` as a file.
#[must_use]
pub fn report_json(report: &RunReport) -> String {
    render(report, None)
}

/// What `run --json` prints: the report and how fast it was made.
#[must_use]
pub fn report_json_with_speed(report: &RunReport, speed: &Timing) -> String {
    render(report, Some(*speed))
}

fn render(report: &RunReport, speed: Option<Timing>) -> String {
    let meta = &report.meta;
    let json = ReportJson {
        schema: 1,
        scenario: &meta.scenario,
        policy_digest: &meta.policy_digest,
        world_digest: &meta.world_digest,
        engine: &meta.engine,
        seed: meta.seed,
        replications: report.n_replications,
        trace_digest: &meta.trace_digest,
        measures: Figures(&report.figures),
        by_queue: Parts(&report.by_queue),
        by_class: Parts(&report.by_class),
        outcomes: OutcomeCounts(report),
        gates: report
            .gates
            .iter()
            .map(|gate| GateJson::of(gate, meta))
            .collect(),
        confidence: meta.confidence,
        warm_up: report.warm_up.as_ref().map(WarmUpJson::of),
        until: report.precision.map(UntilJson::of),
        ideal: IdealJson::of(report),
        recorded: report.recorded.as_ref().map(RecordedJson::of),
        log: report.log,
        speed,
    };
    let mut text = serde_json::to_string_pretty(&json)
        .expect("invariant: a report has string keys and no foreign types");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct ReportJson<'a> {
    schema: u32,
    scenario: &'a str,
    policy_digest: &'a str,
    world_digest: &'a str,
    engine: &'a str,
    seed: u64,
    replications: usize,
    trace_digest: &'a str,
    measures: Figures<'a>,
    by_queue: Parts<'a>,
    by_class: Parts<'a>,
    outcomes: OutcomeCounts<'a>,
    gates: Vec<GateJson<'a>>,
    /// Of the intervals of measures and gates, and of all verdicts together.
    confidence: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    warm_up: Option<WarmUpJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<UntilJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ideal: Option<IdealJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<RecordedJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<LogRows>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<Timing>,
}

struct Figures<'a>(&'a [Figure]);

impl Serialize for Figures<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for figure in self.0 {
            map.serialize_entry(figure.measure.id, &FigureJson::of(figure))?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct FigureJson {
    mean: Option<f64>,
    sd: Option<f64>,
    se: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    n: usize,
    unit: Unit,
    /// Over what it would be without control variates.
    #[serde(skip_serializing_if = "Option::is_none")]
    variance_ratio: Option<f64>,
}

impl FigureJson {
    fn of(figure: &Figure) -> Self {
        FigureJson {
            mean: figure.mean,
            sd: figure.sd,
            se: figure.se,
            lower: figure.lower,
            upper: figure.upper,
            n: figure.n,
            unit: figure.measure.unit,
            variance_ratio: figure.variance_ratio,
        }
    }
}

struct Parts<'a>(&'a [PartFigures]);

impl Serialize for Parts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for part in self.0 {
            map.serialize_entry(&part.name, &Figures(&part.figures))?;
        }
        map.end()
    }
}

struct OutcomeCounts<'a>(&'a RunReport);

impl Serialize for OutcomeCounts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Outcome::ALL.len()))?;
        for outcome in Outcome::ALL {
            map.serialize_entry(outcome.key(), &self.0.outcomes.count(outcome))?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct GateJson<'a> {
    measure: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'a str>,
    rule: Rule,
    #[serde(skip_serializing_if = "str::is_empty")]
    over: &'a str,
    limit: f64,
    observed: Option<f64>,
    margin: Option<f64>,
    verdict: Verdict,
    /// The measure, or its lift, with its own interval at the report's confidence.
    estimate: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    /// Of the wider interval of which `observed` is an end.
    observed_confidence: f64,
    /// What the log says, where the limit was taken from that.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<f64>,
}

impl<'a> GateJson<'a> {
    fn of(gate: &'a Judged, meta: &'a RunMeta) -> Self {
        let (queue, class) = match gate.part {
            Part::Whole => (None, None),
            Part::Queue(queue) => (Some(meta.queues[queue.index()].as_str()), None),
            Part::Class(class) => (None, Some(meta.classes[class.index()].as_str())),
        };
        GateJson {
            measure: gate.measure.id,
            queue,
            class,
            rule: gate.rule,
            over: &gate.over,
            limit: gate.limit,
            observed: gate.observed,
            margin: gate.margin,
            verdict: gate.verdict,
            estimate: gate.estimate,
            lower: gate.interval.map(|interval| interval.lower),
            upper: gate.interval.map(|interval| interval.upper),
            observed_confidence: gate.observed_confidence,
            recorded: gate.recorded,
        }
    }
}

/// Whether the warm-up was long enough.
#[derive(Serialize)]
struct WarmUpJson<'a> {
    configured_s: f64,
    /// Why there is no steady state to look for.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<&'a str>,
    /// Where MSER would begin to count.
    mser_s: Option<f64>,
    is_short: bool,
}

impl<'a> WarmUpJson<'a> {
    fn of(warm_up: &'a WarmUp) -> Self {
        WarmUpJson {
            configured_s: warm_up.configured.as_secs_f64(),
            changes: warm_up.changes.as_deref(),
            mser_s: warm_up.found.map(|found| found.as_secs_f64()),
            is_short: warm_up.is_short,
        }
    }
}

/// The precision at which the run was to end.
#[derive(Serialize)]
struct UntilJson {
    measure: &'static str,
    half_width: Option<f64>,
    wanted: Option<f64>,
    /// The share of the estimate that was asked for, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    relative: Option<f64>,
    /// At which bounds are computed, so that they hold with the run's confidence though it stopped by itself.
    level: f64,
    is_reached: bool,
    max_replications: u32,
}

impl UntilJson {
    fn of(precision: Precision) -> Self {
        UntilJson {
            measure: precision.measure.id,
            half_width: precision.half_width,
            wanted: precision.wanted,
            relative: precision.relative,
            level: precision.level,
            is_reached: precision.is_reached(),
            max_replications: precision.max_replications,
        }
    }
}

/// What arithmetic would allow, gate by gate; not a measured figure.
#[derive(Serialize)]
struct IdealJson {
    model: &'static str,
    /// In the order of `gates`; `null` where arithmetic says nothing.
    gates: Vec<Option<f64>>,
}

impl IdealJson {
    fn of(report: &RunReport) -> Option<Self> {
        let gates: Vec<Option<f64>> = report.gates.iter().map(|gate| gate.ideal).collect();
        let is_said = gates.iter().any(Option::is_some);
        is_said.then_some(IdealJson {
            model: "erlang-a",
            gates,
        })
    }
}

/// A replay beside its log.
#[derive(Serialize)]
struct RecordedJson<'a> {
    threshold_s: f64,
    is_alike: Option<bool>,
    verdict: &'a str,
    reasons: &'a [String],
    overall: SpanJson<'a>,
    half_hours: Vec<SpanJson<'a>>,
}

impl<'a> RecordedJson<'a> {
    fn of(recorded: &'a Recorded) -> Self {
        RecordedJson {
            threshold_s: recorded.threshold_s,
            is_alike: recorded.is_alike,
            verdict: &recorded.verdict,
            reasons: &recorded.reasons,
            overall: SpanJson(&recorded.overall),
            half_hours: recorded.half_hours.iter().map(SpanJson).collect(),
        }
    }
}

struct SpanJson<'a>(&'a RecordedSpan);

impl Serialize for SpanJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("span", &self.0.name)?;
        map.serialize_entry("recorded", &SideJson(&self.0.recorded))?;
        map.serialize_entry("simulated", &SideJson(&self.0.simulated))?;
        map.end()
    }
}

struct SideJson<'a>(&'a RecordedSide);

impl Serialize for SideJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("offered", &self.0.offered)?;
        for (key, _, _, value) in self.0.figures() {
            map.serialize_entry(key, &value)?;
        }
        map.end()
    }
}
