//! Making a baseline's entry: what is kept of a run, with which margins, and how it differs from what
//! was there.

use reports::measures::{Measure, Part, all};
use reports::regression::{Column, Course, RegressionReport};
use reports::stats::Difference;

use super::{Asked, Failed, Planned, Ran, at_least, course, prepared, report, sample, short};
use crate::baseline::{Baseline, Entry, Kept, Margin, ordinary};
use crate::experiment::{Control, Options, Sampled};
use crate::scenario::Scenario;

/// A new entry, and what a reviewer should see.
#[derive(Clone, Debug)]
pub struct Blessed {
    /// The scenario's name.
    pub name: String,
    /// To be written.
    pub entry: Entry,
    /// Beside what was there; `None` when nothing of the same world was.
    pub beside: Option<RegressionReport>,
    /// What else changes, a sentence each.
    pub remarks: Vec<String>,
}

/// Runs a scenario and makes its entry. Seed, replications, margins and primary measure are what was asked for,
/// else those of the entry that is there, else the scenario's and the ordinary ones.
///
/// # Errors
/// A sentence when what was asked for does not fit, else why there is no result.
pub fn bless(
    scenario: &Scenario,
    file: &str,
    baseline: &Baseline,
    asked: &Asked,
    options: &Options,
    control: &Control<'_>,
) -> Result<Blessed, Failed> {
    let old = baseline.scenarios.get(&scenario.name);
    let experiment = &scenario.experiment;
    let seed = asked.seed.or(old.map(|old| old.seed));
    let replications = asked.replications.or(old.map(|old| old.replications));
    let seed = seed.unwrap_or(experiment.seed);
    let replications = replications.unwrap_or(experiment.replications);
    at_least(replications).map_err(Failed::Refused)?;
    let ready = prepared(scenario.clone(), seed, replications);
    let sampled = sample(&ready, options, control)?;
    let course = course(&ready, &sampled);
    let measures = kept(scenario, old, asked, |measure| {
        Column::of(&sampled.own, measure)
    });
    let primary = primary(&measures, old, asked, &scenario.name).map_err(Failed::Refused)?;
    let entry = Entry {
        engine: course.engine.clone(),
        world_digest: scenario.world_digest.clone(),
        policy_digest: course.policy_digest.clone(),
        trace_digest: course.trace_digest.clone(),
        seed,
        replications,
        confidence: experiment.confidence,
        primary,
        measures,
    };
    let remarks = remarks(&entry, old);
    let comparable = old.filter(|old| old.world_digest == entry.world_digest);
    let beside = comparable.map(|old| beside(old, &ready, file, &sampled, course));
    Ok(Blessed {
        name: scenario.name.clone(),
        entry,
        beside,
        remarks,
    })
}

/// A run beside the entry that it will take the place of.
fn beside(
    old: &Entry,
    scenario: &Scenario,
    file: &str,
    sampled: &Sampled,
    course: Course,
) -> RegressionReport {
    let columns = old.measures.iter().map(|kept| {
        let column = Column::of(&sampled.own, kept.measure);
        (kept.measure, column.filter(|c| c.is_like(&kept.column)))
    });
    let columns = columns.collect();
    let ran = Ran {
        planned: Planned {
            is_paired: course.seed == old.seed && course.replications == old.replications,
            entry: old.clone(),
            scenario: scenario.clone(),
            file: file.to_string(),
            remarks: Vec::new(),
        },
        now: course,
        columns,
    };
    report(&[ran], "", "")
}

/// What is kept, in the order of reports.
fn kept(
    scenario: &Scenario,
    old: Option<&Entry>,
    asked: &Asked,
    column_of: impl Fn(&Measure) -> Option<Column>,
) -> Vec<Kept> {
    let mut measures = Vec::new();
    for measure in all() {
        let Some(column) = column_of(measure) else {
            continue;
        };
        let is_gated = scenario
            .gates
            .iter()
            .any(|gate| gate.measure == measure.id && gate.scope.part() == Part::Whole);
        let is_gated = is_gated || asked.primary == Some(measure);
        let before = match old {
            Some(old) => old.kept(measure).map(|kept| kept.margin.clone()),
            None => ordinary(measure, &column, is_gated),
        };
        let said = asked.margins.iter().rev().find(|(of, _)| *of == measure);
        let margin: Option<Option<Margin>> = match said {
            Some((_, margin)) => Some(margin.clone()),
            None => before,
        };
        if let Some(margin) = margin {
            measures.push(Kept {
                measure,
                margin,
                column,
                line: 0,
            });
        }
    }
    measures
}

/// Asked for, else as before, else how many callers are reached, else the first that is judged.
fn primary(
    measures: &[Kept],
    old: Option<&Entry>,
    asked: &Asked,
    title: &str,
) -> Result<&'static Measure, String> {
    let judged = |measure: &Measure| {
        let is_it = |kept: &&Kept| kept.measure == measure && kept.margin.is_some();
        measures.iter().find(is_it).map(|kept| kept.measure)
    };
    if let Some(wanted) = asked.primary.or(old.map(|old| old.primary)) {
        return judged(wanted).ok_or_else(|| {
            format!(
                "`{}` is to be the primary measure of `{title}`, and has no value or no margin; give --margin {0}=... or another --primary",
                wanted.id
            )
        });
    }
    let reached = Measure::named("reach_rate").and_then(judged);
    let first = || measures.iter().find(|kept| kept.margin.is_some());
    reached
        .or_else(|| first().map(|kept| kept.measure))
        .ok_or_else(|| format!("nothing of `{title}` can be judged: give --margin MEASURE=VALUE"))
}

fn remarks(entry: &Entry, old: Option<&Entry>) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(old) = old {
        if old.world_digest != entry.world_digest {
            remarks.push(format!(
                "another world ({} after {}): nothing to compare with",
                short(&entry.world_digest),
                short(&old.world_digest)
            ));
        }
        let text = |kept: Option<&Kept>| {
            let margin = kept.and_then(|kept| kept.margin.as_ref());
            margin.map_or("none", Margin::text).to_string()
        };
        for measure in all() {
            let (then, now) = (text(old.kept(measure)), text(entry.kept(measure)));
            if then != now {
                remarks.push(format!("margin of {}: {now} after {then}", measure.id));
            }
        }
        if old.primary != entry.primary {
            remarks.push(format!(
                "primary measure: {} after {}",
                entry.primary.id, old.primary.id
            ));
        }
    }
    remarks.extend(unpaired(entry));
    remarks
}

/// Which margins a run with other draws could not see.
fn unpaired(entry: &Entry) -> Option<String> {
    let judged = entry.measures.iter().filter(|kept| kept.margin.is_some());
    let others = judged.clone().count().saturating_sub(1).max(1) as f64;
    let rates = reports::regression::Rates::at(entry.confidence);
    let mut most = 0;
    let mut unseen = Vec::new();
    for kept in judged {
        let share = if kept.measure == entry.primary {
            1.0
        } else {
            others
        };
        let level = rates.false_alarm / 2.0 / share;
        let Some(estimate) = kept.column.estimate() else {
            continue;
        };
        let margin = kept.margin.as_ref().map_or(0.0, |m| m.of(estimate.point));
        let Some(difference) = Difference::independent(&estimate, &estimate) else {
            continue;
        };
        let detectable = difference.detectable(level, rates.power);
        if detectable.is_some_and(|detectable| detectable > margin) {
            let n = u64::from(entry.replications);
            let needs = difference.replications_for(margin, level, rates.power, n);
            most = most.max(needs.unwrap_or(0));
            unseen.push(kept.measure.id);
        }
    }
    let enough = match most {
        0 => String::new(),
        n => format!(" ({n} replications would do)"),
    };
    (!unseen.is_empty()).then(|| {
        format!(
            "paired runs see small changes; one with another seed could not see the margin of {}{enough}",
            unseen.join(", ")
        )
    })
}
