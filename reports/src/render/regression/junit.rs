//! JUnit XML: a suite per scenario, a case per measure.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{course, sentence};
use crate::gate::Verdict;
use crate::regression::RegressionReport;

/// What an inconclusive measure is to a reader that knows no third verdict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inconclusive {
    /// A failure.
    Fail,
    /// Skipped, with the reason.
    Skip,
}

/// The file's text. Without times: the same report gives the same bytes.
#[must_use]
pub fn junit(report: &RegressionReport, inconclusive: Inconclusive) -> String {
    let mut all = Report::new("linefinder gate");
    for scenario in &report.scenarios {
        let mut suite = TestSuite::new(scenario.name.as_str());
        suite.add_property(("baseline", report.baseline.as_str()));
        suite.add_property(("course", course(scenario).as_str()));
        for shown in &scenario.findings {
            let said = sentence(shown);
            let failure = || {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status
                    .set_message(said.as_str())
                    .set_type(shown.finding.verdict.key());
                status
            };
            let status = match (shown.finding.verdict, inconclusive) {
                (Verdict::Pass, _) => TestCaseStatus::success(),
                (Verdict::Fail, _) | (Verdict::Inconclusive, Inconclusive::Fail) => failure(),
                (Verdict::Inconclusive, Inconclusive::Skip) => {
                    let mut status = TestCaseStatus::skipped();
                    status.set_message(format!("inconclusive: {said}"));
                    status
                }
            };
            let mut case = TestCase::new(shown.finding.measure.id, status);
            case.set_classname(scenario.name.as_str());
            suite.add_test_case(case);
        }
        all.add_test_suite(suite);
    }
    all.to_string()
        .expect("invariant: a report of strings can be written")
}
