//! The terminal's tables: at most 100 columns, the verdict last, where the eye is.

use std::fmt::Write as _;

use super::super::{TableOptions, wrapped};
use super::{Size, course, estimates, headline, is_all_said, name, notes, reading, sentence, word};
use crate::gate::Verdict;
use crate::regression::{Moved, RegressionReport, ScenarioFindings, Shown};

/// Everything, ending in a newline.
#[must_use]
pub fn gate_table(report: &RegressionReport, options: TableOptions) -> String {
    let mut text = String::new();
    for scenario in &report.scenarios {
        push_scenario(&mut text, scenario, options);
    }
    if !report.scenarios.iter().all(is_all_said) {
        let _ = writeln!(
            text,
            "* primary. Difference, allowed and sees are in one unit.\n{}\n",
            wrapped(&reading(report))
        );
    }
    let verdict = coloured(&headline(report), report.verdict(), options);
    let _ = writeln!(text, "verdict: {verdict}");
    text
}

/// What would change in a baseline, without a verdict.
#[must_use]
pub fn changes_table(report: &RegressionReport) -> String {
    let mut text = String::new();
    for scenario in &report.scenarios {
        let _ = writeln!(
            text,
            "beside what the baseline had ({}):\n",
            course(scenario)
        );
        push_rows(&mut text, scenario, TableOptions::default());
        text.push('\n');
    }
    text
}

fn push_scenario(text: &mut String, scenario: &ScenarioFindings, options: TableOptions) {
    let title = format!("{}: {}", scenario.name, course(scenario));
    let _ = writeln!(text, "{}\n", wrapped(&title));
    if !is_all_said(scenario) {
        push_rows(text, scenario, options);
        let _ = writeln!(text);
    }
    for shown in &scenario.findings {
        if shown.finding.verdict != Verdict::Pass || shown.finding.is_worse_within() {
            let said = format!("{}: {}", shown.finding.measure.id, sentence(shown));
            let _ = writeln!(text, "{}", wrapped(&said));
        }
    }
    let remarks = notes(scenario);
    for remark in &remarks {
        let _ = writeln!(text, "{}", wrapped(remark));
    }
    if !is_all_said(scenario) || !remarks.is_empty() {
        let _ = writeln!(text);
    }
}

fn push_rows(text: &mut String, scenario: &ScenarioFindings, options: TableOptions) {
    let _ = writeln!(
        text,
        "{}",
        row([
            "measure",
            "baseline",
            "now",
            "difference",
            "allowed",
            "sees",
            "verdict"
        ])
    );
    for shown in &scenario.findings {
        push_finding(text, shown, options);
    }
    for moved in &scenario.moved {
        push_moved(text, moved);
    }
}

fn push_finding(text: &mut String, shown: &Shown, options: TableOptions) {
    let finding = &shown.finding;
    let size = Size::of_finding(finding);
    let [then, now] = estimates(shown.unit(), finding.then, finding.now);
    let difference = finding.bounds.map_or("-".to_string(), |b| size.range(b));
    let sees = finding.detectable.map_or("-".to_string(), |d| size.bare(d));
    let verdict = coloured(word(finding.verdict), finding.verdict, options);
    let cells = row([
        &name(finding),
        &then,
        &now,
        &difference,
        &size.bare(finding.margin),
        &sees,
        &verdict,
    ]);
    let _ = writeln!(text, "{cells}");
}

fn push_moved(text: &mut String, moved: &Moved) {
    let size = Size::of_moved(moved);
    let [then, now] = estimates(moved.measure.unit, moved.then, moved.now);
    let difference = moved.bounds.map_or("-".to_string(), |b| size.range(b));
    let cells = [
        moved.measure.id,
        &then,
        &now,
        &difference,
        "",
        "",
        "shown only",
    ];
    let _ = writeln!(text, "{}", row(cells));
}

fn row(cells: [&str; 7]) -> String {
    let [name, then, now, difference, allowed, sees, verdict] = cells;
    let line =
        format!("{name:26} {then:>9} {now:>9} {difference:>23} {allowed:>7} {sees:>7}  {verdict}");
    line.trim_end().to_string()
}

fn coloured(text: &str, verdict: Verdict, options: TableOptions) -> String {
    let code = match verdict {
        Verdict::Pass => 32,
        Verdict::Fail => 31,
        Verdict::Inconclusive => 33,
    };
    match options.colour {
        true => format!("\u{1b}[1;{code}m{text}\u{1b}[0m"),
        false => text.to_string(),
    }
}
