//! Fits: of logs that Linefinder made itself, of the Anonymous Bank's, and of nothing that makes sense.

mod bank;
mod command;
mod families;
mod recovery;
mod twilio;

use std::time::Duration;

use jiff::civil::date;
use policy_file::Names;
use sim::columns::Columns;
use sim::fit::{LoggedCall, presence, wrap_up};
use sim::trace::TraceFile;

use crate::traces::bank;

const COLUMNS: &str = include_str!("../../../scenarios/bank-1999/columns.yaml");
const WRAP_UP: &str = include_str!("../../../scenarios/bank-1999/wrap-up.csv");

fn logged(month: &str) -> Option<Vec<LoggedCall>> {
    let log = bank()?.with_file_name(format!("{month}-1999.csv"));
    let columns = Columns::parse(COLUMNS, "columns.yaml").unwrap();
    let epoch = date(1999, 1, 1).at(0, 0, 0, 0);
    let trace = TraceFile::read(&log, &columns, epoch, &mut Names::default());
    let trace = trace.unwrap_or_else(|errors| panic!("{errors}"));
    Some(trace.calls.iter().map(LoggedCall::of).collect())
}

/// The study's own program, run on the same log: agents, stretches, agent-hours, most at once. (It
/// had 27 s less in February: it takes the call that queued at midnight for one that did not queue.)
#[test]
fn presence_in_the_bank_s_log_is_what_the_study_found() {
    for (month, agents, n_stretches, hours, most) in [
        ("january", 28, 3455, 1884.414, 12),
        ("february", 24, 3591, 1802.386, 11),
    ] {
        let Some(calls) = logged(month) else { return };
        let stretches = presence::stretches(&calls, presence::Rule::default());
        let names: std::collections::BTreeSet<_> = stretches.iter().map(|s| &s.agent).collect();
        let total: i64 = stretches.iter().map(|s| s.to - s.from).sum();
        let total = total as f64 / 3.6e9;
        let counts = presence::head_count(&stretches);
        let peak = counts.iter().map(|(_, n)| *n).max();
        println!(
            "{month}: {} agents, {} stretches, {total:.3} agent-hours, at most {peak:?}",
            names.len(),
            stretches.len()
        );
        assert_eq!(names.len(), agents);
        assert_eq!(stretches.len(), n_stretches);
        assert!((total - hours).abs() < 0.001, "{total}");
        assert_eq!(peak, Some(most));
        assert_eq!(counts.last().map(|(_, n)| *n), Some(0));
    }
}

/// The committed curve was thinned to within 0.0015 and rounded to four digits.
#[test]
fn wrap_up_in_the_bank_s_log_is_the_committed_curve() {
    let Some(calls) = logged("january") else {
        return;
    };
    let longest = Duration::from_secs(180);
    let pauses = wrap_up::pauses(&calls, longest);
    assert_eq!(pauses.len(), 12_792);
    assert_eq!(pauses.iter().filter(|pause| pause.ended).count(), 10_919);
    let curve = wrap_up::wrap_up(&calls, longest);
    let rows = WRAP_UP.lines().filter(|line| !line.starts_with(['#', 's']));
    for row in rows {
        let (seconds, share) = row.split_once(',').unwrap();
        let (seconds, share): (f64, f64) = (seconds.parse().unwrap(), share.parse().unwrap());
        let (_, found) = curve.iter().rfind(|(at, _)| *at <= seconds).unwrap();
        assert!(
            (found - share).abs() <= 0.00005001,
            "{seconds} s: {found} is not {share}"
        );
    }
    // "22 s on average"
    let mut mean = 0.0;
    let mut before = (0.0, 1.0);
    for point in &curve {
        mean += (point.0 - before.0) * before.1;
        before = *point;
    }
    assert!((mean - 22.3).abs() < 0.1, "{mean}");
}
