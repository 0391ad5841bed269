//! `compare.json`: everything that was compared, numbers in their shortest exact form.

use serde::Serialize;

use super::{Compared, Comparison, Known, POWER, Verdict};
use crate::measures::{Better, Unit};

/// The whole file.
#[must_use]
pub fn compare_json(compared: &Compared) -> String {
    let question = &compared.question;
    let json = CompareJson {
        schema: 1,
        engine: &question.engine,
        replications: compared.replications(),
        confidence: question.confidence,
        correction: compared.correction(),
        family: compared.family,
        power: POWER,
        runs: compared
            .sides
            .iter()
            .map(|side| RunJson {
                name: &side.name,
                scenario: &side.scenario,
                seed: side.seed,
                policy_digest: &side.policy_digest,
                world_digest: &side.world_digest,
                trace_digest: &side.trace_digest,
                unpaired: side.unpaired.as_deref(),
            })
            .collect(),
        comparisons: compared
            .comparisons
            .iter()
            .map(|comparison| ComparisonJson::of(compared, comparison))
            .collect(),
    };
    let mut text =
        serde_json::to_string_pretty(&json).expect("invariant: string keys, no foreign types");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct CompareJson<'a> {
    schema: u32,
    engine: &'a str,
    /// Of each run.
    replications: usize,
    /// Of the intervals, each alone, and of all verdicts together.
    confidence: f64,
    correction: &'a str,
    /// Comparisons in the family.
    family: usize,
    /// Of `smallest_effect`.
    power: f64,
    /// The baseline first.
    runs: Vec<RunJson<'a>>,
    comparisons: Vec<ComparisonJson<'a>>,
}

#[derive(Serialize)]
struct RunJson<'a> {
    name: &'a str,
    scenario: &'a str,
    seed: u64,
    policy_digest: &'a str,
    world_digest: &'a str,
    trace_digest: &'a str,
    /// Why its replications are not paired with the baseline's.
    #[serde(skip_serializing_if = "Option::is_none")]
    unpaired: Option<&'a str>,
}

#[derive(Serialize)]
struct ComparisonJson<'a> {
    baseline: &'a str,
    variant: &'a str,
    measure: &'a str,
    unit: Unit,
    better: Better,
    baseline_value: Option<ValueJson>,
    variant_value: Option<ValueJson>,
    difference: Option<DifferenceJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    margin: Option<f64>,
    verdict: Verdict,
}

#[derive(Serialize)]
struct ValueJson {
    estimate: f64,
    lower: Option<f64>,
    upper: Option<f64>,
}

#[derive(Serialize)]
struct DifferenceJson {
    method: &'static str,
    estimate: f64,
    lower: f64,
    upper: f64,
    se: f64,
    df: f64,
    p: f64,
    p_adjusted: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    p_not_within_margin: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p_not_within_margin_adjusted: Option<f64>,
    smallest_effect: Option<f64>,
    variance_ratio: Option<f64>,
}

impl<'a> ComparisonJson<'a> {
    fn of(compared: &'a Compared, comparison: &'a Comparison) -> Self {
        let value = |known: Known| {
            let (lower, upper) = known.interval.map(|interval| interval.bounds()).unzip();
            ValueJson {
                estimate: known.point,
                lower,
                upper,
            }
        };
        let difference = comparison.change.as_ref().map(|change| DifferenceJson {
            method: match change.is_paired {
                true => "paired",
                false => "welch",
            },
            estimate: change.difference,
            lower: change.interval.lower,
            upper: change.interval.upper,
            se: change.se,
            df: change.df,
            p: change.p,
            p_adjusted: change.p_adjusted,
            p_not_within_margin: change.p_not_within.map(|(alone, _)| alone),
            p_not_within_margin_adjusted: change.p_not_within.map(|(_, adjusted)| adjusted),
            smallest_effect: change.smallest_effect,
            variance_ratio: change.variance_ratio,
        });
        ComparisonJson {
            baseline: &compared.sides[0].name,
            variant: &compared.sides[comparison.side].name,
            measure: comparison.measure.id,
            unit: comparison.measure.unit,
            better: comparison.measure.better,
            baseline_value: comparison.base.map(value),
            variant_value: comparison.other.map(value),
            difference,
            margin: comparison.margin,
            verdict: comparison.verdict,
        }
    }
}
