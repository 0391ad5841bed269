//! `gate.html`: per scenario a chart of every difference beside its margin, and the table.

use super::super::page::{Column, Document, Page, Phone, Tone, marked};
use super::{Size, advice, course, estimates, headline, name, reading, sentence, word};
use crate::chart::{Chart, Mark, Numbers, Plotted, Point, Role, Scale, Series};
use crate::gate::Verdict;
use crate::regression::{Finding, RegressionReport, ScenarioFindings, Shown};

/// Further out than so many margins nothing is drawn.
const FARTHEST: f64 = 4.0;

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
        ("baseline", report.baseline.clone()),
        ("engine", report.engine.clone()),
    ]);
    page.finish()
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
    for remark in scenario.remarks.iter().cloned().chain(advice(scenario)) {
        page.paragraph(&remark);
    }
    page.charts(chart(scenario));
    let rows: Vec<Vec<String>> = (0..).zip(&scenario.findings).map(row).collect();
    page.table(
        "* primary. The letter is the measure's in the chart; difference, allowed and sees have one unit.",
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

fn row((place, shown): (usize, &Shown)) -> Vec<String> {
    let finding = &shown.finding;
    let size = Size::of_finding(finding);
    let [then, now] = estimates(shown.unit(), finding.then, finding.now);
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_string());
    vec![
        format!("{} {}", letter(place), name(finding)),
        then,
        now,
        or_none(finding.bounds.map(|bounds| size.range(bounds))),
        size.with_unit(finding.margin),
        or_none(finding.detectable.map(|size_of| size.with_unit(size_of))),
        marked(tone(finding.verdict), word(finding.verdict)),
    ]
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
            let bounds = moved.bounds.map(|bounds| size.range(bounds));
            let bounds = bounds.unwrap_or_else(|| "-".to_string());
            vec![moved.measure.id.to_string(), then, now, bounds]
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

/// Every difference in margins, upwards is worse.
fn chart(scenario: &ScenarioFindings) -> Option<Chart> {
    let findings: Vec<&Finding> = scenario.findings.iter().map(|s| &s.finding).collect();
    let last = findings.len() as f64 - 1.0;
    let with = |verdict: Verdict, role: Role| Series {
        name: word(verdict).to_string(),
        role,
        mark: Mark::Dots,
        points: (0..)
            .zip(&findings)
            .filter(|(_, finding)| finding.verdict == verdict)
            .filter_map(|(place, finding)| point(place, finding))
            .collect(),
    };
    let across = |name: &str, role, y: f64| Series::line(name, role, [(-0.5, y), (last + 0.5, y)]);
    let mut series = vec![
        across("as the baseline", Role::Ink, 0.0),
        across("margin", Role::Reference, 1.0),
    ];
    let dots = [
        with(Verdict::Pass, Role::First),
        with(Verdict::Fail, Role::Second),
        with(Verdict::Inconclusive, Role::Third),
    ];
    series.extend(dots.into_iter().filter(|dots| !dots.points.is_empty()));
    let letters: Vec<String> = (0..findings.len()).map(letter).collect();
    let places: Vec<String> = letters
        .iter()
        .zip(&findings)
        .map(|(letter, finding)| format!("{letter} {}", finding.measure.id))
        .collect();
    let plotted = Plotted {
        id: format!("gate-{}", address(&scenario.name)),
        title: format!("{}: differences in margins", scenario.name),
        description: format!(
            "Upwards is worse: 0 is the baseline, 1 what is allowed; whiskers are the bounds that decide; beyond {FARTHEST} \
             nothing is drawn (gate.csv has every number). From left to right: {}.",
            places.join(", ")
        ),
        x: Scale::of_words("measure", letters),
        y: Scale::new("worse by, in margins", Numbers::Plain),
        series,
    };
    plotted.draw()
}

/// A short name in the chart: a to z, then a2, b2 and so on.
fn letter(place: usize) -> String {
    let letter = char::from(b'a' + (place % 26) as u8);
    match place / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{}", round + 1),
    }
}

/// `None` for what has no margin to be measured in, or nothing to show.
fn point(place: usize, finding: &Finding) -> Option<Point> {
    let (lower, upper) = finding.worsening_bounds()?;
    if finding.margin <= 0.0 {
        return None;
    }
    let shown = |value: f64| (value / finding.margin).clamp(-FARTHEST, FARTHEST);
    Some(Point {
        x: place as f64,
        y: shown(finding.worsening()?),
        band: Some((shown(lower), shown(upper))),
    })
}

/// As part of an address and of a file's name.
fn address(name: &str) -> String {
    let plain = |c: char| match c.is_ascii_alphanumeric() {
        true => c.to_ascii_lowercase(),
        false => '-',
    };
    name.chars().map(plain).collect()
}
