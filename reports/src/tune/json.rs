//! `tune.json`: the search and every point it tried, numbers in their shortest exact form.

use serde::Serialize;

use super::{Held, Method, Outcome, Point, Tuned};
use crate::gate::{Rule, Verdict};

/// The whole file.
#[must_use]
pub fn tune_json(tuned: &Tuned) -> String {
    let (method, step, indifference) = match &tuned.method {
        Method::Bisection { step, .. } => ("bisection", Some(step.as_str()), None),
        Method::Selection { indifference } => ("selection", None, Some(indifference.as_str())),
    };
    let points = tuned.points.iter().map(|point| PointJson::of(tuned, point));
    let json = TuneJson {
        schema: 1,
        scenario: &tuned.scenario,
        engine: &tuned.engine,
        seed: tuned.seed,
        policy_digest: &tuned.policy_digest,
        world_digest: &tuned.world_digest,
        confidence: tuned.confidence,
        bound_confidence: 1.0 - tuned.level,
        max_replications: tuned.most,
        method,
        step,
        indifference,
        vary: tuned
            .parameters
            .iter()
            .map(|parameter| VaryJson {
                path: &parameter.path,
                values: &parameter.values,
                unit: parameter.unit.as_deref(),
            })
            .collect(),
        minimize: tuned.cost.name(&tuned.parameters),
        outcome: tuned.outcome,
        chosen: tuned.choice().map(|point| PointJson::of(tuned, point)),
        set: tuned.choice().map(|point| tuned.assignments(point)),
        answer: tuned.answer(),
        remarks: &tuned.remarks,
        points: points.collect(),
    };
    let mut text =
        serde_json::to_string_pretty(&json).expect("invariant: string keys, no foreign types");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct TuneJson<'a> {
    schema: u32,
    scenario: &'a str,
    engine: &'a str,
    seed: u64,
    policy_digest: &'a str,
    world_digest: &'a str,
    /// Of all verdicts together.
    confidence: f64,
    /// Of one gate's `bound`.
    bound_confidence: f64,
    max_replications: u32,
    method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    indifference: Option<&'a str>,
    vary: Vec<VaryJson<'a>>,
    minimize: String,
    outcome: Outcome,
    chosen: Option<PointJson<'a>>,
    /// To be pasted behind `linefinder run SCENARIO`.
    set: Option<String>,
    answer: String,
    remarks: &'a [String],
    points: Vec<PointJson<'a>>,
}

#[derive(Serialize)]
struct VaryJson<'a> {
    path: &'a str,
    values: &'a str,
    unit: Option<&'a str>,
}

#[derive(Serialize)]
struct PointJson<'a> {
    values: &'a [String],
    replications: usize,
    cost: Option<f64>,
    cost_lower: Option<f64>,
    cost_upper: Option<f64>,
    verdict: Held,
    gates: Vec<GateJson<'a>>,
}

#[derive(Serialize)]
struct GateJson<'a> {
    measure: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    part: &'a str,
    rule: Rule,
    #[serde(skip_serializing_if = "str::is_empty")]
    over: &'a str,
    limit: f64,
    estimate: Option<f64>,
    bound: Option<f64>,
    verdict: Verdict,
}

impl<'a> PointJson<'a> {
    fn of(tuned: &'a Tuned, point: &'a Point) -> Self {
        let interval = point.cost.and_then(|cost| cost.interval);
        let gates = point
            .gates
            .iter()
            .enumerate()
            .map(|(place, gate)| GateJson {
                measure: gate.measure.id,
                part: tuned.gate_parts.get(place).map_or("", String::as_str),
                rule: gate.rule,
                over: &gate.over,
                limit: gate.limit,
                estimate: gate.estimate,
                bound: gate.observed,
                verdict: gate.verdict,
            });
        PointJson {
            values: &point.values,
            replications: point.n,
            cost: point.cost.map(|cost| cost.point),
            cost_lower: interval.map(|interval| interval.lower),
            cost_upper: interval.map(|interval| interval.upper),
            verdict: point.held,
            gates: gates.collect(),
        }
    }
}
