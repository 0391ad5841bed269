//! `sweep.json`: what other programs read. Keys as in `report.json`; durations in seconds.

use reports::gate::{Judged, Rule, Verdict};
use reports::measures::{Part, Unit};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::super::findings::{Estimated, Figure, Findings, PointFindings};
use super::super::vary::Axis;

#[derive(Serialize)]
struct Sweep<'f> {
    schema: u32,
    scenario: &'f str,
    engine: &'f str,
    executable: &'f str,
    plan: &'f str,
    command: &'f str,
    confidence: f64,
    axes: &'f [Axis],
    points: Vec<Point<'f>>,
}

#[derive(Serialize)]
struct Point<'f> {
    values: Values<'f>,
    seed: u64,
    replications: usize,
    trace_digest: String,
    verdict: Option<Verdict>,
    measures: Figures<'f>,
    gates: Vec<Gate<'f>>,
}

#[derive(Serialize)]
struct Gate<'f> {
    measure: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'f str>,
    rule: Rule,
    limit: f64,
    #[serde(skip_serializing_if = "str::is_empty")]
    over: &'f str,
    estimate: Option<f64>,
    observed: Option<f64>,
    margin: Option<f64>,
    verdict: Verdict,
}

#[derive(Serialize)]
struct Value {
    mean: f64,
    se: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    n: usize,
    unit: Unit,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Change>,
}

#[derive(Serialize)]
struct Change {
    mean: f64,
    se: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
}

struct Values<'f>(&'f [Axis], &'f [String]);
struct Figures<'f>(&'f [Figure]);

/// `sweep.json`.
#[must_use]
pub fn json(findings: &Findings) -> String {
    let points = findings
        .points
        .iter()
        .map(|point| Point::of(point, findings));
    let sweep = Sweep {
        schema: 1,
        scenario: &findings.scenario,
        engine: &findings.build.version,
        executable: &findings.build.executable,
        plan: &findings.plan,
        command: &findings.command,
        confidence: findings.confidence,
        axes: &findings.axes,
        points: points.collect(),
    };
    let mut text = serde_json::to_string_pretty(&sweep).expect("invariant: plain data is written");
    text.push('\n');
    text
}

impl<'f> Point<'f> {
    fn of(point: &'f PointFindings, findings: &'f Findings) -> Point<'f> {
        let gates = point.gates.iter();
        Point {
            values: Values(&findings.axes, &point.values),
            seed: point.seed,
            replications: point.n,
            trace_digest: point.trace_digest.to_string(),
            verdict: point.verdict(),
            measures: Figures(&point.figures),
            gates: gates.map(|gate| Gate::of(gate, findings)).collect(),
        }
    }
}

impl<'f> Gate<'f> {
    fn of(gate: &'f Judged, findings: &'f Findings) -> Gate<'f> {
        let name = |names: &'f [String], index: usize| names.get(index).map(String::as_str);
        let (queue, class) = match gate.part {
            Part::Whole => (None, None),
            Part::Queue(queue) => (name(&findings.queues, queue.index()), None),
            Part::Class(class) => (None, name(&findings.classes, class.index())),
        };
        Gate {
            measure: gate.measure.id,
            queue,
            class,
            rule: gate.rule,
            limit: gate.limit,
            over: &gate.over,
            estimate: gate.estimate,
            observed: gate.observed,
            margin: gate.margin,
            verdict: gate.verdict,
        }
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.1.len()))?;
        for (axis, value) in self.0.iter().zip(self.1) {
            map.serialize_entry(&axis.path, value)?;
        }
        map.end()
    }
}

impl Serialize for Figures<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = || self.0.iter().filter(|figure| figure.value.is_some());
        let mut map = serializer.serialize_map(Some(known().count()))?;
        for figure in known() {
            map.serialize_entry(figure.measure.id, &figure.value.map(|v| value(figure, v)))?;
        }
        map.end()
    }
}

fn value(figure: &Figure, value: Estimated) -> Value {
    let (lower, upper) = value.bounds().unzip();
    Value {
        mean: value.point,
        se: value.se,
        lower,
        upper,
        n: value.n,
        unit: figure.measure.unit,
        change: figure.change.map(|change| {
            let (lower, upper) = change.bounds().unzip();
            Change {
                mean: change.point,
                se: change.se,
                lower,
                upper,
            }
        }),
    }
}
