//! Exports of Twilio's calls: a parent and its `<Dial>`ed legs are one call. The export is Linefinder's own, written from
//! a simulation; no row of anybody's account is here.

use std::fmt::Write as _;

use expect_test::expect_file;
use jiff::tz::TimeZone;
use policy_file::Names;
use reports::record::{CallRow, Outcome};
use sim::columns::Columns;
use sim::fit::log::{Fate, Log};
use sim::scenario::Scenario;
use sim::trace::{Patience, TraceFile};

use super::recovery::{Folder, simulated, studied};

const COLUMNS: &str = include_str!("../../../../scenarios/twilio/columns.yaml");
const HEADING: &str = "Sid,DateCreated,DateUpdated,ParentCallSid,AccountSid,To,From,PhoneNumberSid,Status,StartTime,EndTime,Duration,Price,\
PriceUnit,Direction,AnsweredBy,ForwardedFrom,CallerName";

/// A small centre without a queue: one attempt to an agent, then the voicemail; in March, when Berlin changes its clocks.
fn scenario(days: u32, rate: u32) -> String {
    format!(
        "
schema: 1
name: dials
policy: {{ schema: 1, queues: {{ line: {{}} }} }}
experiment: {{ start: 2026-03-23T00:00, days: {days}, warm_up: 0s, seed: 5, replications: 1 }}
calls:
  - queue: line
    arrivals: {{ profile: {{ step: 2h, from: 09:00, rates: [ {rate}/h, {rate}/h ] }} }}
    classes: {{ all: {{ patience: {{ exponential: {{ mean: 60s }} }}, talk: {{ exponential: {{ mean: 150s }} }} }} }}
agents:
  - group: agents
    queues: {{ line: 1 }}
    count: 3
    answers: {{ probability: 85%, delay: {{ uniform: {{ from: 2s, to: 12s }} }} }}
"
    )
}

/// What Twilio would list of it, the newest first.
fn export(scenario: &Scenario, rows: &[CallRow]) -> String {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let start = scenario.experiment.start;
    let at = |micros: u64| {
        let local = start
            .checked_add(std::time::Duration::from_micros(micros))
            .unwrap();
        let instant = zone.to_timestamp(local).unwrap();
        format!("\"{}\"", instant.strftime("%a, %d %b %Y %H:%M:%S %z"))
    };
    let whole = |micros: u64| micros / 1_000_000 * 1_000_000;
    let mut legs: Vec<String> = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        let arrived = whole(row.arrived_at.0);
        // Who is sent to the voicemail heard it ring for 20 s.
        let wait = whole(row.wait.unwrap_or(20_000_000));
        let talk = whole(row.talk.unwrap_or(0));
        let (status, lasts) = match row.outcome {
            Some(Outcome::Connected) => ("completed", wait + talk),
            Some(Outcome::Abandoned) => ("canceled", wait),
            _ => ("no-answer", wait + 20_000_000),
        };
        let mut leg = |sid: &str,
                       parent: &str,
                       to: &str,
                       status: &str,
                       from: u64,
                       until: u64,
                       duration: String,
                       direction: &str| {
            let mut line = String::new();
            let (from, until) = (at(from), at(until));
            let _ = write!(
                line,
                "CA{sid},{from},{until},{parent},AC0,{to},+1555000{n:04},PN0,{status},{from},{until},{duration},,USD,{direction},,,"
            );
            legs.push(line);
        };
        let (caller, agent) = (format!("c{n:05}"), format!("a{n:05}"));
        let seconds = |micros: u64| (micros / 1_000_000).to_string();
        let parent = format!("CA{caller}");
        leg(
            &caller,
            "",
            "+15550100",
            "completed",
            arrived,
            arrived + lasts,
            seconds(lasts),
            "inbound",
        );
        let who = format!(
            "client:agent_{}",
            row.agent.map_or(0, |agent| agent.index())
        );
        match status {
            "completed" => {
                let from = arrived + wait;
                leg(
                    &agent,
                    &parent,
                    &who,
                    status,
                    from,
                    from + talk,
                    seconds(talk),
                    "outbound-dial",
                );
            }
            _ => leg(
                &agent,
                &parent,
                &who,
                status,
                arrived,
                arrived + wait,
                String::new(),
                "outbound-dial",
            ),
        }
    }
    legs.reverse();
    format!("{HEADING}\n{}\n", legs.join("\n"))
}

fn columns() -> String {
    let text = COLUMNS.replace("timezone: Etc/UTC", "timezone: Europe/Berlin");
    assert_ne!(text, COLUMNS);
    text
}

#[test]
fn a_caller_s_leg_and_the_agents_legs_are_one_call() {
    let (scenario, rows) = simulated(&scenario(1, 25));
    let export = export(&scenario, &rows);
    expect_file!["../files/twilio-calls.csv"].assert_eq(&export);
    let folder = Folder::with("twilio-small", &[("log.csv", &export)]);
    let columns =
        Columns::parse(&columns(), "columns.yaml").unwrap_or_else(|errors| panic!("{errors}"));
    let mut names = Names::default();
    let read = TraceFile::read(
        &folder.0.join("log.csv"),
        &columns,
        scenario.experiment.start,
        &mut names,
    );
    let mut calls = read.unwrap_or_else(|errors| panic!("{errors}")).calls;
    calls.sort_by_key(|call| call.arrived_at);
    assert_eq!(calls.len(), rows.len());
    let mut seen = [0; 3];
    for (call, row) in calls.iter().zip(&rows) {
        let second = |micros: u64| micros / 1_000_000;
        assert_eq!(
            second(call.arrived_at.0),
            second(row.arrived_at.0),
            "in local time"
        );
        let (wait, recorded) = (row.wait.or(Some(20_000_000)).map(second), &call.recorded);
        assert_eq!(recorded.wait.map(second), wait, "{call:?} {row:?}");
        let patience = call.patience;
        match row.outcome {
            Some(Outcome::Connected) => {
                seen[0] += 1;
                assert_eq!(recorded.outcome.as_deref(), Some("connected"));
                assert_eq!(call.talk.map(second), row.talk.map(second));
                assert_eq!(
                    recorded.agent,
                    row.agent
                        .map(|agent| format!("client:agent_{}", agent.index()))
                );
                assert!(matches!(patience, Patience::Censored(_)), "{patience:?}");
            }
            Some(Outcome::Abandoned) => {
                seen[1] += 1;
                assert_eq!(recorded.outcome.as_deref(), Some("abandoned"));
                assert!(matches!(patience, Patience::Known(_)), "{patience:?}");
            }
            _ => {
                seen[2] += 1;
                assert_eq!(recorded.outcome.as_deref(), Some("unanswered"));
                assert!(matches!(patience, Patience::Censored(_)), "{patience:?}");
            }
        }
    }
    assert!(seen.iter().all(|n| *n > 0), "{seen:?}");
}

/// The Sunday on which Berlin goes over to summer time lies within.
#[test]
fn an_export_is_fitted_in_local_time() {
    let (truth, rows) = simulated(&scenario(14, 60));
    let folder = Folder::with(
        "twilio",
        &[
            ("log.csv", &export(&truth, &rows)),
            ("columns.yaml", &columns()),
        ],
    );
    let mut request = folder.request();
    request.replications = 0;
    request.options.alike = vec![policy_file::quantity::weekdays("daily").unwrap()];
    let study = studied(&request).unwrap_or_else(|error| panic!("{error:?}"));
    let class = &study.parts.classes[0];
    let mean = class.talk.spans.mean().unwrap();
    assert!((mean / 150.0 - 1.0).abs() < 0.1, "{mean}");
    let days = &study.parts.arrivals[0];
    let busy: Vec<usize> = (0..48).filter(|k| days.groups[0].counts[*k] > 0).collect();
    assert_eq!(
        busy,
        (18..26).collect::<Vec<_>>(),
        "nine to one on every date"
    );
    // Whoever was sent to the voicemail neither met an agent nor hung up.
    let log = Log::read(&request.log, &request.columns, "line")
        .unwrap_or_else(|errors| panic!("{errors}"));
    let simulated = |outcome| {
        rows.iter()
            .filter(|row| row.outcome == Some(outcome))
            .count() as u64
    };
    assert_eq!(log.count(Fate::Connected), simulated(Outcome::Connected));
    assert_eq!(log.count(Fate::Abandoned), simulated(Outcome::Abandoned));
    assert!(log.count(Fate::Other) > 0);
}

#[test]
fn legs_that_name_no_parent_are_said_to_be_missing() {
    let (truth, rows) = simulated(&scenario(1, 25));
    let export = export(&truth, &rows);
    // As when agents are dialled by the REST API: no parent, another direction.
    let lines = export
        .lines()
        .map(|line| match line.contains("outbound-dial") {
            true => {
                let parent = line
                    .split(',')
                    .find(|cell| cell.starts_with("CAc"))
                    .unwrap()
                    .to_owned();
                line.replace(&format!("{parent},"), ",")
                    .replace("outbound-dial", "outbound-api")
            }
            false => line.to_owned(),
        });
    let export = lines.collect::<Vec<_>>().join("\n");
    let folder = Folder::with(
        "twilio-api",
        &[("log.csv", &export), ("columns.yaml", &columns())],
    );
    let error = Log::read(
        &folder.0.join("log.csv"),
        &folder.0.join("columns.yaml"),
        "line",
    )
    .unwrap_err();
    let said = error.to_string();
    assert!(said.contains("has no service by a named agent"), "{said}");
}
