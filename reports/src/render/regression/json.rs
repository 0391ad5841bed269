//! `gate.json` and `gate.csv`: every number as it was judged. Durations are seconds, ratios 0..=1,
//! differences are now - then, absent values `null`.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::sentence;
use crate::gate::Verdict;
use crate::measures::{Better, Measure, Unit};
use crate::regression::{Course, Moved, Reason, RegressionReport, ScenarioFindings, Shown};

/// `gate.json`, and what `gate --json` prints.
#[must_use]
pub fn gate_json(report: &RegressionReport) -> String {
    let json = ReportJson {
        schema: 1,
        verdict: report.verdict(),
        baseline: &report.baseline,
        engine: &report.engine,
        false_alarm: report.rates.false_alarm,
        wrong_pass: report.rates.wrong_pass,
        power: report.rates.power,
        scenarios: report.scenarios.iter().map(ScenarioJson::of).collect(),
        command: &report.command,
    };
    let mut text = serde_json::to_string_pretty(&json)
        .expect("invariant: a report has string keys and no foreign types");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct ReportJson<'a> {
    schema: u32,
    verdict: Verdict,
    baseline: &'a str,
    engine: &'a str,
    false_alarm: f64,
    wrong_pass: f64,
    power: f64,
    scenarios: Vec<ScenarioJson<'a>>,
    command: &'a str,
}

#[derive(Serialize)]
struct ScenarioJson<'a> {
    scenario: &'a str,
    file: &'a str,
    verdict: Verdict,
    is_paired: bool,
    is_identical: bool,
    confidence: f64,
    then: CourseJson<'a>,
    now: CourseJson<'a>,
    needs_replications: Option<u64>,
    measures: Measures<'a>,
    shown_only: MovedMeasures<'a>,
    remarks: &'a [String],
}

impl<'a> ScenarioJson<'a> {
    fn of(scenario: &'a ScenarioFindings) -> Self {
        ScenarioJson {
            scenario: &scenario.name,
            file: &scenario.file,
            verdict: scenario.verdict(),
            is_paired: scenario.is_paired,
            is_identical: scenario.is_identical(),
            confidence: scenario.confidence,
            then: CourseJson::of(&scenario.then),
            now: CourseJson::of(&scenario.now),
            needs_replications: scenario.needs(),
            measures: Measures(&scenario.findings),
            shown_only: MovedMeasures(&scenario.moved),
            remarks: &scenario.remarks,
        }
    }
}

#[derive(Serialize)]
struct CourseJson<'a> {
    seed: u64,
    replications: u32,
    policy_digest: &'a str,
    trace_digest: &'a str,
    engine: &'a str,
}

impl<'a> CourseJson<'a> {
    fn of(course: &'a Course) -> Self {
        CourseJson {
            seed: course.seed,
            replications: course.replications,
            policy_digest: &course.policy_digest,
            trace_digest: &course.trace_digest,
            engine: &course.engine,
        }
    }
}

#[derive(Serialize)]
struct FindingJson<'a> {
    verdict: Verdict,
    reason: Reason,
    says: String,
    is_primary: bool,
    unit: Unit,
    better: Better,
    then: Option<f64>,
    now: Option<f64>,
    difference: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    level: f64,
    margin: f64,
    margin_as_written: &'a str,
    detectable: Option<f64>,
    needs_replications: Option<u64>,
}

impl<'a> FindingJson<'a> {
    fn of(shown: &'a Shown) -> Self {
        let finding = &shown.finding;
        let (lower, upper) = finding.bounds.unzip();
        FindingJson {
            verdict: finding.verdict,
            reason: finding.reason,
            says: sentence(shown),
            is_primary: finding.is_primary,
            unit: shown.unit(),
            better: finding.measure.better,
            then: finding.then,
            now: finding.now,
            difference: finding.difference,
            lower,
            upper,
            level: finding.level,
            margin: finding.margin,
            margin_as_written: &shown.margin,
            detectable: finding.detectable,
            needs_replications: finding.needs,
        }
    }
}

struct Measures<'a>(&'a [Shown]);

impl Serialize for Measures<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.0.len()))?;
        for shown in self.0 {
            map.serialize_entry(shown.finding.measure.id, &FindingJson::of(shown))?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct MovedJson {
    unit: Unit,
    then: Option<f64>,
    now: Option<f64>,
    difference: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
}

struct MovedMeasures<'a>(&'a [Moved]);

impl Serialize for MovedMeasures<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.0.len()))?;
        for moved in self.0 {
            let (lower, upper) = moved.bounds.unzip();
            let json = MovedJson {
                unit: moved.measure.unit,
                then: moved.then,
                now: moved.now,
                difference: moved.difference,
                lower,
                upper,
            };
            map.serialize_entry(moved.measure.id, &json)?;
        }
        map.end()
    }
}

/// `gate.csv`: a row per scenario and measure.
#[must_use]
pub fn gate_csv(report: &RegressionReport) -> String {
    let mut text = String::from(
        "scenario,measure,verdict,then,now,difference,lower,upper,margin,detectable,needs_replications\n",
    );
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    let mut push = |scenario: &str, measure: &Measure, verdict: &str, rest: &[String]| {
        let cells = rest.join(",");
        text.push_str(&format!("{scenario},{},{verdict},{cells}\n", measure.id));
    };
    for scenario in &report.scenarios {
        for shown in &scenario.findings {
            let finding = &shown.finding;
            let (lower, upper) = finding.bounds.unzip();
            let numbers = [
                finding.then,
                finding.now,
                finding.difference,
                lower,
                upper,
                Some(finding.margin),
                finding.detectable,
            ];
            let mut cells: Vec<String> = numbers.into_iter().map(number).collect();
            cells.push(finding.needs.map_or(String::new(), |n| n.to_string()));
            let verdict = finding.verdict.key();
            push(&scenario.name, finding.measure, verdict, &cells);
        }
        for moved in &scenario.moved {
            let (lower, upper) = moved.bounds.unzip();
            let numbers = [moved.then, moved.now, moved.difference, lower, upper];
            let mut cells: Vec<String> = numbers.into_iter().map(number).collect();
            cells.extend([String::new(), String::new(), String::new()]);
            push(&scenario.name, moved.measure, "shown only", &cells);
        }
    }
    text
}
