//! stub
use crate::report::RunReport;
/// stub
#[must_use]
pub fn report_html(_report: &RunReport) -> String {
    String::new()
}
