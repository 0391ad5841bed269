//! A pull request's comment: the verdict, then what did not pass; what passed is folded away.

use std::fmt::Write as _;

use super::{
    Size, course, estimates, headline, is_all_said, mark, name, notes, reading, sentence, word,
};
use crate::gate::Verdict;
use crate::regression::{RegressionReport, ScenarioFindings, Shown};

/// GitHub's Markdown; also what `$GITHUB_STEP_SUMMARY` takes.
#[must_use]
pub fn markdown(report: &RegressionReport) -> String {
    let mut text = String::new();
    let verdict = report.verdict();
    let _ = writeln!(
        text,
        "### {} Linefinder gate: {}\n",
        mark(verdict),
        escaped(&headline(report))
    );
    for scenario in &report.scenarios {
        push_scenario(&mut text, scenario);
    }
    let _ = writeln!(
        text,
        "<sub>`*` primary. {} Baseline: `{}`. Repeat: `{}`</sub>",
        escaped(&reading(report)),
        report.baseline,
        report.command
    );
    text
}

fn push_scenario(text: &mut String, scenario: &ScenarioFindings) {
    let verdict = scenario.verdict();
    let _ = writeln!(
        text,
        "**{} {}: {}** — {}\n",
        mark(verdict),
        escaped(&scenario.name),
        word(verdict),
        escaped(&course(scenario))
    );
    let is_pass = |shown: &&Shown| shown.finding.verdict == Verdict::Pass;
    let (passed, others): (Vec<&Shown>, Vec<&Shown>) = scenario.findings.iter().partition(is_pass);
    if !others.is_empty() {
        push_table(text, &others);
        for shown in &others {
            let id = shown.finding.measure.id;
            let _ = writeln!(text, "- `{id}`: {}", escaped(&sentence(shown)));
        }
        text.push('\n');
    }
    for remark in notes(scenario) {
        let _ = writeln!(text, "> {}\n", escaped(&remark));
    }
    if !passed.is_empty() && !is_all_said(scenario) {
        let n = passed.len();
        let word = if n == 1 { "passes" } else { "pass" };
        let _ = writeln!(text, "<details><summary>{n} {word}</summary>\n");
        push_table(text, &passed);
        let _ = writeln!(text, "</details>\n");
    }
}

fn push_table(text: &mut String, rows: &[&Shown]) {
    text.push_str(
        "| | measure | baseline | now | difference | allowed | sees |\n\
         |---|---|---:|---:|---:|---:|---:|\n",
    );
    for shown in rows {
        let finding = &shown.finding;
        let size = Size::of_finding(finding);
        let [then, now] = estimates(shown.unit(), finding.then, finding.now);
        let bounds = finding.bounds.map_or("-".to_string(), |b| size.range(b));
        let sees = finding
            .detectable
            .map_or("-".to_string(), |d| size.with_unit(d));
        let _ = writeln!(
            text,
            "| {} {} | {} | {then} | {now} | {bounds} | {} | {sees} |",
            mark(finding.verdict),
            word(finding.verdict),
            escaped(&name(finding)),
            size.with_unit(finding.margin),
        );
    }
    text.push('\n');
}

/// Names from files and words of ours, as they are.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '*' | '_' | '`' | '|' | '\\' | '[' | ']' => {
                safe.push('\\');
                safe.push(character);
            }
            '\n' | '\r' => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}
