//! What a fit makes of a log that Linefinder itself simulated, whose truth is known.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use jiff::civil::DateTime;
use policy_file::{Overrides, Weekdays};
use reports::record::{CallRow, Outcome};
use sim::experiment::{Control, Options as RunOptions, run};
use sim::fit::families::Family;
use sim::fit::parts::Options;
use sim::fit::request::{HoldOut, Request};
use sim::fit::simulate::Simulator;
use sim::fit::study::{Study, StudyError, study};
use sim::fit::write::Told;
use sim::scenario::Scenario;
use sim::world::Checks;

/// Six weeks of a centre whose days differ with a standard deviation of 20 %.
const TRUTH: &str = "
schema: 1
name: truth
policy:
  schema: 1
  features: { agent_heartbeat: 100%, enhanced_discovery: 100%, enhanced_queue: 100%, continuous_discovery: 100%, priority_queue: 100% }
  queues: { line: { discovery: { events: true }, wrap_up: 3m, max_wait: 30m, on_timeout: hang_up, on_nobody: wait, priority: { vip: { head_start: 60s }, standard: {} } } }
experiment: { start: 2026-03-02T00:00, days: 42, warm_up: 0s, seed: 11, replications: 1, day_factor: { gamma: { shape: 25 } } }
calls:
  - queue: line
    arrivals: { profile: { step: 2h, from: 08:00, weekdays: { mon-fri: [ 40/h, 60/h, 55/h, 45/h, 30/h ], sat-sun: [ 20/h, 25/h, 25/h ] } } }
    classes:
      standard: { share: 80%, patience: { exponential: { mean: 150s } }, talk: { lognormal: { mean: 200s, sd: 180s } } }
      vip: { share: 20%, patience: { weibull: { shape: 0.8, scale: 300s } }, talk: { gamma: { shape: 2, mean: 260s } } }
agents:
  - group: agents
    queues: { line: 1 }
    staffing: { step: 2h, from: 08:00, weekdays: { mon-fri: [ 4, 5, 5, 4, 3 ], sat-sun: [ 2, 3, 3 ] } }
    wrap_up: { exponential: { mean: 20s } }
";

pub(super) const COLUMNS: &str = "
schema: 1
arrived_at: arrived
class: class
outcome: outcome
wait: wait
talk: { column: talk, when: { outcome: connected } }
patience: { column: wait, when: { outcome: abandoned }, else: censored }
agent: agent
service: { start: answered }
";

/// The calls of a scenario's first replication, and when it begins.
pub(super) fn simulated(text: &str) -> (Scenario, Vec<CallRow>) {
    let scenario = Scenario::parse(text, "truth.yaml", Path::new(""), &Overrides::new());
    let scenario = scenario.unwrap_or_else(|errors| panic!("{errors}"));
    let options = RunOptions {
        threads: 1,
        rows: true,
        checks: Checks::default(),
        command: String::new(),
    };
    let control = Control {
        stop: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    let mut run = run(&scenario, &options, &control).unwrap();
    (scenario, run.report.rows.remove(0))
}

/// A moment `micros` after the start, as logs write it.
pub(super) fn clock(start: DateTime, micros: u64) -> String {
    let at = start
        .checked_add(std::time::Duration::from_micros(micros))
        .unwrap();
    at.strftime("%Y-%m-%dT%H:%M:%S%.f").to_string()
}

/// What a PBX would have recorded of it: whole seconds, local times.
pub(super) fn log(scenario: &Scenario, rows: &[CallRow]) -> String {
    let mut text = "arrived,class,outcome,wait,talk,agent,answered\n".to_owned();
    let start = scenario.experiment.start;
    let seconds = |micros: u64| (micros + 500_000) / 1_000_000;
    for row in rows {
        let (arrived, wait) = (row.arrived_at.0, row.wait.unwrap_or(0));
        let class = &scenario.world.names.classes[row.class.index()];
        let second = |micros: u64| clock(start, seconds(micros) * 1_000_000);
        let _ = match row.outcome {
            Some(Outcome::Connected) => writeln!(
                text,
                "{},{class},connected,{},{},a{},{}",
                second(arrived),
                seconds(wait),
                seconds(row.talk.unwrap_or(0)),
                row.agent.unwrap().index(),
                second(arrived + wait)
            ),
            _ => writeln!(
                text,
                "{},{class},abandoned,{},,,",
                second(arrived),
                seconds(wait)
            ),
        };
    }
    text
}

/// A folder of this test's own with a log and its columns file; removed when dropped.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn with(name: &str, files: &[(&str, &str)]) -> Folder {
        let path =
            std::env::temp_dir().join(format!("linefinder-fit-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        for (name, text) in files {
            std::fs::write(path.join(name), text).unwrap();
        }
        Folder(path)
    }

    pub(super) fn request(&self) -> Request {
        Request {
            log: self.0.join("log.csv"),
            columns: self.0.join("columns.yaml"),
            queue: "line".to_owned(),
            options: Options::default(),
            told: Told {
                name: "fitted".to_owned(),
                source: "log.csv".to_owned(),
                ..Told::default()
            },
            folder: "fitted.fit".to_owned(),
            leave_out: BTreeSet::new(),
            hold_out: None,
            predict: None,
            predict_days: Weekdays::ALL,
            what_ifs: true,
            calibration_calls: Some(40_000.0),
            replications: 40,
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(super) fn studied(request: &Request) -> Result<Study, StudyError> {
    let control = Control {
        stop: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    study(
        request,
        &Simulator {
            threads: 2,
            control: &control,
        },
        &|_| (),
    )
}

fn truth() -> Study {
    let (scenario, rows) = simulated(TRUTH);
    let log = log(&scenario, &rows);
    let folder = Folder::with("truth", &[("log.csv", &log), ("columns.yaml", COLUMNS)]);
    let mut request = folder.request();
    let days = |text: &str| policy_file::quantity::weekdays(text).unwrap();
    request.options.alike = vec![days("mon-fri"), days("sat-sun")];
    request.options.step = std::time::Duration::from_secs(7200);
    request.told.head_starts = vec![("vip".to_owned(), std::time::Duration::from_secs(60))];
    request.hold_out = Some(HoldOut::Every(5));
    studied(&request).unwrap_or_else(|error| panic!("{error:?}"))
}

/// `found` is within `n` of its own standard errors of the truth.
fn within(found: f64, truth: f64, error: f64, n: f64, what: &str) {
    let off = (found - truth) / error;
    println!("{what}: {found:.4} of {truth} ({off:+.2} standard errors of {error:.4})");
    assert!(
        off.abs() <= n,
        "{what}: {found} is not {truth}, {off} standard errors off"
    );
}

#[test]
fn a_simulated_log_gives_back_what_it_was_simulated_from() {
    let study = truth();
    let parts = &study.parts;
    let arrivals = &parts.arrivals[0];
    // The rates' errors: the days' factor and Poisson.
    for (group, rates) in arrivals
        .groups
        .iter()
        .zip([&[40.0, 60.0, 55.0, 45.0, 30.0][..], &[20.0, 25.0, 25.0]])
    {
        for (k, truth) in rates.iter().enumerate() {
            let n = group.n_dates as f64;
            let found = group.counts[4 + k] as f64 / (2.0 * n);
            let error = (truth / (2.0 * n) + truth * truth / 25.0 / n).sqrt();
            within(
                found,
                *truth,
                error,
                3.0,
                &format!("rate {} {k}", group.weekdays),
            );
        }
    }
    let days = arrivals.overdispersion.unwrap();
    println!("day factor: {days:?}");
    assert!((days.lower..=days.upper).contains(&25.0), "{days:?}");
    let dispersion = arrivals.dispersion_within.unwrap();
    assert!((0.8..1.2).contains(&dispersion), "{dispersion}");

    let standard = parts.class("standard").unwrap();
    let vip = parts.class("vip").unwrap();
    let of = |fit: &sim::fit::law::SpanFit, family| {
        fit.candidates
            .iter()
            .find(|one| one.family == family)
            .unwrap()
            .clone()
    };
    let check = |family, fit: &sim::fit::law::SpanFit, truth: &[f64], what: &str| {
        let found = of(fit, family);
        for (parameter, truth) in found.parameters.iter().zip(truth) {
            let error = parameter.standard_error.unwrap();
            within(
                parameter.value,
                *truth,
                error,
                3.0,
                &format!("{what} {}", parameter.name),
            );
        }
        assert!(found.distance < 0.06, "{what}: {}", found.distance);
    };
    check(
        Family::Exponential,
        &standard.patience,
        &[150.0],
        "patience",
    );
    check(
        Family::Weibull,
        &vip.patience,
        &[0.8, 300.0],
        "patience of vip",
    );
    let square = (1.0 + 0.81_f64).ln();
    check(
        Family::Lognormal,
        &standard.talk,
        &[200_f64.ln() - square / 2.0, square.sqrt()],
        "talk",
    );
    check(Family::Gamma, &vip.talk, &[2.0, 260.0], "talk of vip");
    let chosen =
        |fit: &sim::fit::law::SpanFit| fit.chosen.map(|place| fit.candidates[place].family);
    assert_eq!(chosen(&standard.talk), Some(Family::Lognormal));
    assert_eq!(chosen(&vip.talk), Some(Family::Gamma));

    let wrap_up = parts.wrap_up.as_ref().unwrap().dist().mean();
    assert!((wrap_up - 20.0).abs() < 2.0, "{wrap_up}");
    let pair = parts
        .overtaking
        .iter()
        .find(|pair| pair.later == "vip" && pair.earlier == "standard")
        .unwrap();
    assert!(
        (pair.head_start - 60.0).abs() < 6.0 && pair.explained > 0.97,
        "{pair:?}"
    );

    // The days that were kept aside, and the whole way round.
    let held = study.held_out.as_ref().unwrap();
    assert_eq!(held.dates.len(), 8);
    for prediction in [
        &held.from_the_calendar,
        &held.given_calls_and_agents,
        study.check.as_ref().unwrap(),
    ] {
        let (hung_up, wait) = (
            prediction.figure("abandonment_rate").unwrap(),
            prediction.figure("asa").unwrap(),
        );
        assert!(
            hung_up.off().unwrap().abs() < 0.02,
            "{}: {hung_up:?}",
            prediction.title
        );
        assert!(
            wait.off().unwrap().abs() < 0.2,
            "{}: {wait:?}",
            prediction.title
        );
    }
    let (inside, of) = held.from_the_calendar.days_inside(|day| day.calls);
    assert!(inside + 2 >= of, "{inside} of {of}");
}

/// A log in which callers call again as is known: 35 % of those who hang up beyond the 10 % who call
/// again within the hour anyway, after 12 minutes on average.
fn log_with_redials() -> String {
    let mut text = "arrived,class,outcome,wait,talk,agent,answered,caller\n".to_owned();
    let start: DateTime = "2026-03-02T08:00:00".parse().unwrap();
    // SplitMix64's finaliser.
    let share = |caller: u64, salt: u64| {
        let mut z = (caller * 4 + salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut calls: Vec<(u64, String)> = Vec::new();
    for caller in 0..4001_u64 {
        // Days apart, so that nobody meets himself.
        let first = caller % 5 * 86_400 + caller * 37 % 28_800;
        let hangs_up = share(caller, 1) < 0.3;
        let ends = first + if hangs_up { 60 } else { 20 + 180 };
        let call = |at: u64, hung_up: bool| {
            let row = match hung_up {
                true => format!("standard,abandoned,60,,,,c{caller}"),
                false => {
                    let answered = clock(start, (at + 20) * 1_000_000);
                    format!("standard,connected,20,180,a0,{answered},c{caller}")
                }
            };
            (at, format!("{},{row}", clock(start, at * 1_000_000)))
        };
        calls.push(call(first, hangs_up));
        let again = if hangs_up { 1.0 - 0.9 * 0.65 } else { 0.1 };
        if share(caller, 2) < again {
            // Cut off at the hour, as the window is.
            let cut = 1.0 - (-3600.0_f64 / 720.0).exp();
            let delay = -(1.0 - share(caller, 3) * cut).ln() * 720.0;
            // The last call of all is served and stays the last.
            calls.push(call(ends + delay.round() as u64, false));
        }
    }
    calls.sort();
    for (_, row) in calls {
        let _ = writeln!(text, "{row}");
    }
    text
}

#[test]
fn who_calls_again_is_told_from_who_would_have_anyway() {
    let columns = format!("{COLUMNS}caller: caller\n");
    let log = log_with_redials();
    let folder = Folder::with("redials", &[("log.csv", &log), ("columns.yaml", &columns)]);
    let request = Request {
        replications: 0,
        calibration_calls: None,
        ..folder.request()
    };
    let study = studied(&request).unwrap_or_else(|error| panic!("{error:?}"));
    let redials = study.parts.redials.expect("callers are known");
    // Second calls are served and the last: of all who are served fewer than one in ten call again.
    let b = redials.share_after_service;
    assert!((0.07..0.09).contains(&b), "{redials:?}");
    within(
        redials.share_after_hanging_up,
        1.0 - 0.9 * 0.65,
        (0.415 * 0.585 / redials.hung_up as f64).sqrt(),
        3.0,
        "share after hanging up",
    );
    let truth = 1.0 - 0.9 * 0.65 / (1.0 - b);
    within(redials.excess, truth, redials.standard_error, 3.0, "excess");
    let error = 720.0 / (0.415 * redials.hung_up as f64).sqrt();
    within(redials.delay_mean, 720.0, error, 3.0, "delay");
    assert!(redials.delay_distance < 0.05, "{redials:?}");
    // What the scenario says is what was found.
    assert!(
        study.written.scenario.contains("redial"),
        "{}",
        study.written.scenario
    );
}
