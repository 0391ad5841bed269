//! GitHub's workflow commands: a line for each measure that did not pass, at the place of its margin.

use super::sentence;
use crate::gate::Verdict;
use crate::regression::RegressionReport;

/// `::error file=...,line=...,title=...::...` for failures, `::warning` for what is inconclusive.
#[must_use]
pub fn annotations(report: &RegressionReport) -> Vec<String> {
    let all = report.scenarios.iter().flat_map(|scenario| {
        scenario.findings.iter().filter_map(|shown| {
            let kind = match shown.finding.verdict {
                Verdict::Pass => return None,
                Verdict::Fail => "error",
                Verdict::Inconclusive => "warning",
            };
            let id = shown.finding.measure.id;
            let title = format!("{}: {id} {}", scenario.name, shown.finding.verdict.key());
            Some(format!(
                "::{kind} file={},line={},title={}::{}",
                property(&report.baseline),
                shown.line,
                property(&title),
                data(&format!("{id}: {}", sentence(shown)))
            ))
        })
    });
    all.collect()
}

/// As the runner reads a message.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// As the runner reads a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
