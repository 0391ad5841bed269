//! `plan.html`: the plan with its marks, and for each phase what changed from before to after.

mod charts;

use reports::gate::Verdict;
use reports::render::{Column, Document, Page, Phone, Row, Tone, marked};
use reports::stats::Interval;

use charts::{DRAWN, by_stage, waits};

use super::run::{Found, PhaseRun, PlanRun};
use super::{Needs, Owner, Phase, Plan, share, table};

/// The columns of the criteria.
const COLUMNS: [(&str, Column); 7] = [
    ("criterion", Column::Name),
    ("verdict", Column::Html),
    ("measure", Column::Number),
    ("found", Column::Number),
    ("interval", Column::Number),
    ("target", Column::Number),
    ("Erlang-A", Column::Number),
];

/// The cell of what has no value.
const NONE: &str = "-";

/// The page and the numbers of its charts.
#[must_use]
pub fn plan_page(plan: &Plan, run: &PlanRun, command: &str) -> Page {
    let mut page = Document::new(&plan.name, &plan.description);
    page.banner(tone(run.verdict()), &table::why(plan, run));
    let tiles = plan.phases.iter().enumerate();
    let tiles = tiles.map(|(place, phase)| tile(place, phase, run.phases.get(place)));
    page.tiles(&tiles.collect::<Vec<_>>());
    page.paragraph(
        "Erlang-A, in the tables below: what an ideal centre would reach with these callers and agents, by formula: no \
         failures, no detours, every agent for every caller. It judges nothing.",
    );
    for (place, phase) in plan.phases.iter().enumerate() {
        let id = format!("phase-{}", place + 1);
        page.section(&id, &phase.name, &format!("Phase {}", place + 1));
        if !phase.description.is_empty() {
            page.paragraph(&phase.description);
        }
        match run.phases.get(place) {
            Some(run) => push_phase(&mut page, &id, phase, run),
            None => {
                page.paragraph("Not run: the plan stopped before.");
            }
        }
    }
    push_elsewhere(&mut page, plan);
    push_origin(&mut page, plan, command);
    page.finish()
}

/// A plan has a policy before it, and one that each phase leaves behind.
fn push_origin(page: &mut Document, plan: &Plan, command: &str) {
    let first = &plan.phases[0].before;
    let after: Vec<(String, String)> = (1..)
        .zip(&plan.phases)
        .filter_map(|(number, phase)| {
            let last = phase.stages.last()?.scenarios.first()?;
            let digest = last.scenario.policy_digest.clone();
            Some((format!("policy digest, after phase {number}"), digest))
        })
        .collect();
    let mut entries = vec![
        ("command", command.to_string()),
        ("seed", first.experiment.seed.to_string()),
        ("replications", first.experiment.replications.to_string()),
        ("engine", env!("CARGO_PKG_VERSION").to_string()),
        ("policy digest, before", first.policy_digest.clone()),
    ];
    entries.extend(
        after
            .iter()
            .map(|(name, digest)| (name.as_str(), digest.clone())),
    );
    entries.push(("world digest", first.world_digest.clone()));
    page.origin(&entries);
}

/// How far a phase came: criteria that hold of all.
fn tile(place: usize, phase: &Phase, run: Option<&PhaseRun>) -> (String, String) {
    let name = format!("Phase {}: criteria that hold", place + 1);
    let Some(run) = run else {
        return ("not run".to_string(), name);
    };
    let held = run.criteria.iter().filter(|v| **v == Verdict::Pass).count();
    (format!("{held} of {}", phase.criteria.len()), name)
}

fn push_phase(page: &mut Document, id: &str, phase: &Phase, run: &PhaseRun) {
    push_criteria(page, phase, run);
    push_stages(page, phase, run);
    let charts = DRAWN
        .iter()
        .filter_map(|drawn| by_stage(id, phase, run, drawn));
    page.charts(charts.chain(waits(id, run)));
}

fn push_criteria(page: &mut Document, phase: &Phase, run: &PhaseRun) {
    let Some(last) = run.stages.last().filter(|_| !run.criteria.is_empty()) else {
        if !phase.criteria.is_empty() {
            page.paragraph("The criteria were not judged: the last stage was not reached.");
        }
        return;
    };
    let mut rows = Vec::new();
    for (place, (criterion, verdict)) in phase.criteria.iter().zip(&run.criteria).enumerate() {
        let own = last.found.iter();
        let own: Vec<&Found> = own.filter(|f| f.owner == Owner::Criterion(place)).collect();
        // Of several gates each has its own verdict, under that of the criterion.
        if own.len() != 1 {
            let needs = match criterion.needs {
                Needs::All => format!("all {} below", own.len()),
                Needs::Any => format!("any of {} below", own.len()),
            };
            let mut row = vec![
                criterion.says.clone(),
                marked(tone(*verdict), verdict.key()),
                needs,
            ];
            row.resize(COLUMNS.len(), NONE.to_string());
            rows.push(row);
        }
        for (nth, found) in (1..).zip(&own) {
            let says = match own.len() {
                1 => criterion.says.clone(),
                n => format!("– {nth} of {n}"),
            };
            let own = found.judged.verdict;
            let mut row = vec![says, marked(tone(own), own.key())];
            row.extend(cells(found, phase));
            rows.push(row);
        }
    }
    page.table(
        "What the plan asks for when the phase has been rolled out.",
        &COLUMNS,
        &rows,
        Phone::Blocks,
    );
}

/// Measure, estimate, interval, target, ideal.
fn cells(found: &Found, phase: &Phase) -> [String; 5] {
    let judged = &found.judged;
    let bounds = judged.interval.map(Interval::bounds);
    let row = Row::of_estimate(judged.unit(), judged.estimate, bounds).judged_by(judged.rule);
    let none = || NONE.to_string();
    [
        table::kpi_name(found, phase),
        judged
            .estimate
            .map_or("nothing measured".to_string(), |value| row.number(value)),
        bounds.map_or_else(none, |bounds| row.range(bounds)),
        row.target(judged),
        row.ideal(judged).unwrap_or_else(none),
    ]
}

fn push_stages(page: &mut Document, phase: &Phase, run: &PhaseRun) {
    let mut rows = Vec::new();
    for (place, stage) in phase.stages.iter().enumerate() {
        let name = stage.share.map_or("as it is".to_string(), share);
        let Some(stage) = run.stages.get(place) else {
            rows.push(vec![name, NONE.to_string(), "not run".to_string()]);
            continue;
        };
        let guards = stage.found.iter().filter(|one| one.owner == Owner::Guard);
        let mut said: Vec<String> = guards
            .map(|found| {
                let [measure, estimate, .., target, _] = cells(found, phase);
                format!(
                    "{measure} {estimate} ({target}): {}",
                    found.judged.verdict.key()
                )
            })
            .collect();
        if said.is_empty() {
            said.push("no guards".to_string());
        }
        // The last stage is judged by the criteria too: guards that all pass do not explain it.
        if place + 1 == phase.stages.len() && !run.criteria.is_empty() {
            let held = run.criteria.iter().filter(|v| **v == Verdict::Pass).count();
            said.push(format!(
                "and the phase's criteria, of which {held} of {} are shown to hold: {}",
                run.criteria.len(),
                Verdict::of_all(run.criteria.iter().copied()).key()
            ));
        }
        rows.push(vec![
            name,
            marked(tone(stage.verdict), stage.verdict.key()),
            said.join("; "),
        ]);
    }
    page.folded_table(
        "Every stage and its guards",
        "Share of callers with the phase's features, and what must hold at each: the guards, at the last stage also the \
         phase's criteria.",
        &[
            ("stage", Column::Name),
            ("verdict", Column::Html),
            ("what must hold", Column::Long),
        ],
        &rows,
        Phone::Blocks,
    );
}

fn push_elsewhere(page: &mut Document, plan: &Plan) {
    if plan.elsewhere.is_empty() {
        return;
    }
    page.section("elsewhere", "Measured elsewhere", "Elsewhere");
    let rows: Vec<Vec<String>> = plan
        .elsewhere
        .iter()
        .map(|one| vec![one.says.clone(), one.measured.clone()])
        .collect();
    page.table(
        "What the plan asks for and no simulation can tell.",
        &[("criterion", Column::Name), ("where", Column::Long)],
        &rows,
        Phone::Blocks,
    );
}

const fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Pass => Tone::Good,
        Verdict::Fail => Tone::Bad,
        Verdict::Inconclusive => Tone::Open,
    }
}
