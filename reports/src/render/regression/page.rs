//! `gate.html`: per scenario a chart of every difference beside its margin, and the table.

use super::super::page::{Column, Document, Page, Phone, Tone, marked};
use super::{Size, course, estimates, headline, name, notes, reading, sentence, word};
use crate::chart::{Along, Chart, Effect, Forest, Role};
use crate::gate::Verdict;
use crate::regression::{Finding, RegressionReport, ScenarioFindings, Shown};

/// The page.
#[must_use]
pub fn gate_page(report: &RegressionReport) -> Page {
    let mut page = Document::new(
        "Linefinder gate",
        "Measures beside a committed baseline: by how much each may be worse, and what is shown.",
    );
    page.banner(tone(report.verdict()), &headline(report));
    let count = |verdict| report.n(verdict).to_string();
    page.tiles(&[
        (count(Verdict::Pass), "pass".to_string()),
        (count(Verdict::Fail), "fail".to_string()),
        (count(Verdict::Inconclusive), "inconclusive".to_string()),
    ]);
    for scenario in &report.scenarios {
        push_scenario(&mut page, scenario);
    }
    page.section("reading", "How to read it", "Reading")
        .paragraph(&reading(report))
        .paragraph(
            "The bounds of a difference are those that decide: the end towards worse is one-sided at the scenario's \
             confidence, the end towards better at the level that Holm's procedure gives the measure among all.",
        );
    page.origin(&[
        ("command", report.command.clone()),
        ("seed", seeds(report)),
        ("baseline", report.baseline.clone()),
        ("engine", report.engine.clone()),
    ]);
    page.finish()
}

/// The seeds of the runs, each once.
fn seeds(report: &RegressionReport) -> String {
    let mut seeds: Vec<String> = Vec::new();
    for scenario in &report.scenarios {
        let seed = scenario.now.seed.to_string();
        if !seeds.contains(&seed) {
            seeds.push(seed);
        }
    }
    seeds.join(", ")
}

const fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Pass => Tone::Good,
        Verdict::Fail => Tone::Bad,
        Verdict::Inconclusive => Tone::Open,
    }
}

fn push_scenario(page: &mut Document, scenario: &ScenarioFindings) {
    let id = format!("scenario-{}", address(&scenario.name));
    page.section(&id, &scenario.name, &scenario.name)
        .paragraph(&course(scenario));
    let others = scenario.findings.iter();
    let others = others.filter(|shown| shown.finding.verdict != Verdict::Pass);
    let said = others.map(|shown| format!("{}: {}", shown.finding.measure.id, sentence(shown)));
    let said: Vec<String> = said.collect();
    if !said.is_empty() {
        page.list(&said);
    }
    for remark in notes(scenario) {
        page.paragraph(&remark);
    }
    page.charts(chart(scenario));
    let rows: Vec<Vec<String>> = scenario.findings.iter().map(row).collect();
    page.table(
        "* primary. Difference: the estimate and, in brackets, its bounds; allowed and sees have its unit.",
        &[
            ("measure", Column::Name),
            ("baseline", Column::Number),
            ("now", Column::Number),
            ("difference", Column::Number),
            ("allowed", Column::Number),
            ("sees", Column::Number),
            ("verdict", Column::Html),
        ],
        &rows,
        Phone::Blocks,
    );
    push_moved(page, scenario);
}

fn row(shown: &Shown) -> Vec<String> {
    let finding = &shown.finding;
    let size = Size::of_finding(finding);
    let [then, now] = estimates(shown.unit(), finding.then, finding.now);
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_string());
    vec![
        name(finding),
        then,
        now,
        moved_by(size, finding.difference, finding.bounds),
        size.with_unit(finding.margin),
        or_none(finding.detectable.map(|size_of| size.with_unit(size_of))),
        marked(tone(finding.verdict), word(finding.verdict)),
    ]
}

/// `+0.90 points (+0.71 .. +1.01)`: the estimate with its bounds.
fn moved_by(size: Size, difference: Option<f64>, bounds: Option<(f64, f64)>) -> String {
    match (difference, bounds) {
        (Some(by), Some((lower, upper))) => format!(
            "{}{} ({} .. {})",
            size.signed(by),
            size.unit,
            size.signed(lower),
            size.signed(upper)
        ),
        (Some(by), None) => format!("{}{}", size.signed(by), size.unit),
        (None, Some(bounds)) => size.range(bounds),
        (None, None) => "-".to_string(),
    }
}

fn push_moved(page: &mut Document, scenario: &ScenarioFindings) {
    if scenario.moved.is_empty() {
        return;
    }
    let rows: Vec<Vec<String>> = scenario
        .moved
        .iter()
        .map(|moved| {
            let size = Size::of_moved(moved);
            let [then, now] = estimates(moved.measure.unit, moved.then, moved.now);
            let by = moved_by(size, moved.difference, moved.bounds);
            vec![moved.measure.id.to_string(), then, now, by]
        })
        .collect();
    page.folded_table(
        "Measures that are only shown",
        "Nobody says what is better, or no margin is given.",
        &[
            ("measure", Column::Name),
            ("baseline", Column::Number),
            ("now", Column::Number),
            ("difference", Column::Number),
        ],
        &rows,
        Phone::Blocks,
    );
}

/// Every difference in margins, to the right is worse.
fn chart(scenario: &ScenarioFindings) -> Option<Chart> {
    let forest = Forest {
        id: format!("gate-{}", address(&scenario.name)),
        title: format!("{}: differences in margins", scenario.name),
        description: "To the right is worse: 0 is the baseline, +1 all that is allowed; whiskers are the bounds that \
                      decide. Beyond 4 margins an arrow stands for the rest; gate.csv has every number."
            .to_string(),
        along: Along::Margins,
        effects: scenario.findings.iter().map(|s| effect(&s.finding)).collect(),
    };
    forest.draw()
}

fn effect(finding: &Finding) -> Effect {
    let size = Size::of_finding(finding);
    let difference = finding.difference;
    let (relative, interval, missing) = match (finding.worsening(), finding.worsening_bounds()) {
        (Some(point), Some((lower, upper))) if finding.margin > 0.0 => {
            let shown = |value: f64| value / finding.margin;
            (shown(point), (shown(lower), shown(upper)), String::new())
        }
        (Some(_), Some(_)) => (
            f64::NAN,
            (f64::NAN, f64::NAN),
            "nothing is allowed: there is no margin to measure in".to_string(),
        ),
        _ => (
            f64::NAN,
            (f64::NAN, f64::NAN),
            "not measured in both".to_string(),
        ),
    };
    Effect {
        name: name(finding),
        value: difference.map_or(String::new(), |by| {
            format!("{}{}", size.signed(by), size.unit)
        }),
        relative,
        interval,
        margin: None,
        verdict: word(finding.verdict).to_string(),
        role: match finding.verdict {
            Verdict::Pass => Role::First,
            Verdict::Fail => Role::Second,
            Verdict::Inconclusive => Role::Third,
        },
        missing,
    }
}

/// As part of an address and of a file's name.
fn address(name: &str) -> String {
    let plain = |c: char| match c.is_ascii_alphanumeric() {
        true => c.to_ascii_lowercase(),
        false => '-',
    };
    name.chars().map(plain).collect()
}
