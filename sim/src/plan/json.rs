//! `plan.json`: everything that was judged, and every stage's measures.

use reports::gate::Judged;
use reports::measures::{Measure, Part};
use reports::sample::{Evidence, SampleTable};
use serde_json::{Map, Value, json};

use super::run::{Found, PhaseRun, PlanRun, StageRun};
use super::{Owner, Phase, Plan, share, table};

/// The document, pretty-printed.
#[must_use]
pub fn plan_json(plan: &Plan, run: &PlanRun, command: &str) -> String {
    let phases = plan.phases.iter().enumerate();
    let phases: Vec<Value> = phases
        .map(|(place, phase)| phase_of(phase, run.phases.get(place)))
        .collect();
    let elsewhere = plan.elsewhere.iter();
    let elsewhere: Vec<Value> = elsewhere
        .map(|one| json!({ "says": one.says, "measured": one.measured }))
        .collect();
    let document = json!({
        "schema": 1,
        "plan": plan.name,
        "engine": env!("CARGO_PKG_VERSION"),
        "command": command,
        "verdict": run.verdict().key(),
        "why": table::why(plan, run),
        "phases": phases,
        "elsewhere": elsewhere,
    });
    let mut text = serde_json::to_string_pretty(&document).expect("invariant: JSON is written");
    text.push('\n');
    text
}

fn phase_of(phase: &Phase, run: Option<&PhaseRun>) -> Value {
    let Some(run) = run else {
        return json!({ "name": phase.name, "verdict": Value::Null });
    };
    let criteria = phase.criteria.iter().zip(&run.criteria).enumerate();
    let last = run.stages.last();
    let criteria: Vec<Value> = criteria
        .map(|(place, (criterion, verdict))| {
            let found = last.map_or(&[][..], |stage| &stage.found).iter();
            let own = found.filter(|one| one.owner == Owner::Criterion(place));
            json!({
                "says": criterion.says,
                "verdict": verdict.key(),
                "gates": own.map(gate).collect::<Vec<Value>>(),
            })
        })
        .collect();
    json!({
        "name": phase.name,
        "verdict": run.verdict().key(),
        "before": measures(&run.before, phase),
        "stages": run.stages.iter().map(|stage| stage_of(stage, phase)).collect::<Vec<Value>>(),
        "criteria": criteria,
    })
}

fn stage_of(stage: &StageRun, phase: &Phase) -> Value {
    let guards = stage.found.iter().filter(|one| one.owner == Owner::Guard);
    json!({
        "share": stage.share.map(share),
        "verdict": stage.verdict.key(),
        "guards": guards.map(gate).collect::<Vec<Value>>(),
        "measures": measures(&stage.after, phase),
    })
}

fn gate(found: &Found) -> Value {
    let Judged {
        measure,
        rule,
        over,
        limit,
        estimate,
        interval,
        observed,
        observed_confidence,
        margin,
        ideal,
        verdict,
        ..
    } = &found.judged;
    json!({
        "measure": measure.id,
        "of": found.part,
        "scenario": found.scenario,
        "rule": rule,
        "over": over,
        "limit": limit,
        "estimate": estimate,
        "lower": interval.map(|i| i.lower),
        "upper": interval.map(|i| i.upper),
        "observed": observed,
        "observed_confidence": observed_confidence,
        "margin": margin,
        "ideal": ideal,
        "verdict": verdict.key(),
    })
}

/// Every measure of the whole run that has a value.
fn measures(samples: &SampleTable, phase: &Phase) -> Value {
    let confidence = phase.before.experiment.confidence;
    let mut all = Map::new();
    for quantity in samples
        .quantities()
        .iter()
        .filter(|q| q.part == Part::Whole)
    {
        let measure: &'static Measure = quantity.measure;
        let Some(estimate) = Evidence::from(samples).estimate(measure, Part::Whole) else {
            continue;
        };
        let interval = estimate.interval(confidence);
        let interval = interval.map(|interval| interval.within(measure.unit.range()));
        all.insert(
            measure.id.to_string(),
            json!({
                "mean": estimate.point,
                "se": estimate.se(),
                "lower": interval.map(|i| i.lower),
                "upper": interval.map(|i| i.upper),
                "n": estimate.n(),
            }),
        );
    }
    Value::Object(all)
}
