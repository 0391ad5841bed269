//! `linefinder run SCENARIO`.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use policy_file::{FileErrors, Overrides};
use reports::gate::Verdict;
use reports::render::Timing;
use reports::render::{TableOptions, report_json_with_speed, table};

use super::{Exit, RunArgs, files, print, tell};
use crate::experiment::{self, Control, Options, RunError};
use crate::scenario::Scenario;
use crate::world::{CheckEngine, Checks};

/// Long work gets a progress bar after this time.
const PATIENCE: Duration = Duration::from_millis(500);

pub(super) fn run(args: &RunArgs) -> Exit {
    let scenario = match read(args) {
        Ok(scenario) => scenario,
        Err(errors) => {
            tell(&errors.to_string());
            return Exit::BadInput;
        }
    };
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    // A second handler in one process (tests) is refused; the first then serves.
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            // Asked twice: at once.
            std::process::exit(Exit::Invalid as i32);
        }
    });
    let options = Options {
        threads: threads(args),
        rows: args.calls,
        checks: Checks {
            extra_polls: false,
            after_step: args.check.then_some(check_engine as CheckEngine),
        },
        command: repeat(args, &scenario),
    };
    let start = now();
    let bar = Bar::new();
    let progress = |done: u32, of: u32| bar.show(done, of, start);
    let control = Control {
        stop: &stop,
        progress: &progress,
    };
    let finished = experiment::run(&scenario, &options, &control);
    bar.clear();
    match finished {
        Ok(run) => {
            let timing = Timing::new(run.calls, start.elapsed().as_secs_f64());
            show(args, &run.report, &timing)
        }
        Err(error) => {
            tell(&format!("error: {}: {error}", args.scenario.display()));
            if error != RunError::Stopped {
                tell(&format!("  repeat it with: {}", options.command));
            }
            match error {
                RunError::Unsupported(_) => Exit::BadInput,
                RunError::Stopped
                | RunError::NotConserved { .. }
                | RunError::Broken { .. }
                | RunError::Unserved { .. } => Exit::Invalid,
            }
        }
    }
}

fn check_engine(engine: &engine::Engine) -> Result<(), String> {
    engine::invariants::check(engine).map_err(|broken| broken.to_string())
}

fn show(args: &RunArgs, report: &reports::report::RunReport, timing: &Timing) -> Exit {
    if args.json {
        print(&report_json_with_speed(report, timing));
    } else {
        let options = TableOptions {
            colour: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            all: args.all,
        };
        print(&table(report, options));
        tell(&format!(
            "{} calls in {:.1} s ({:.0} calls/s)",
            timing.calls, timing.wall_s, timing.calls_per_s
        ));
    }
    if let Some(folder) = &args.out {
        if let Err(error) = files::write(folder, report, timing, args.calls) {
            tell(&format!("error: {error}"));
            return Exit::Invalid;
        }
        tell(&format!("report written to {}", folder.display()));
    }
    match report.verdict() {
        Verdict::Pass => Exit::Passed,
        Verdict::Fail => Exit::Failed,
        Verdict::Inconclusive => Exit::Inconclusive,
    }
}

fn read(args: &RunArgs) -> Result<Scenario, FileErrors> {
    let mut overrides = Overrides::new();
    let mut set = |assignment: String| overrides.set(&assignment);
    if let Some(seed) = args.seed {
        set(format!("experiment.seed={seed}"))?;
    }
    if let Some(n) = args.replications {
        set(format!("experiment.replications={n}"))?;
        set("experiment.until=null".to_string())?;
    }
    if let Some(days) = args.days {
        set("experiment.horizon=null".to_string())?;
        set(format!("experiment.days={days}"))?;
    }
    for assignment in &args.set {
        set(assignment.clone())?;
    }
    Scenario::read(&args.scenario, &overrides)
}

fn threads(args: &RunArgs) -> usize {
    args.threads.map_or_else(
        || std::thread::available_parallelism().map_or(1, usize::from),
        usize::from,
    )
}

/// The command that repeats this run.
fn repeat(args: &RunArgs, scenario: &Scenario) -> String {
    let mut command = format!("linefinder run {}", args.scenario.display());
    command.push_str(&format!(" --seed {}", scenario.experiment.seed));
    if let Some(n) = args.replications {
        command.push_str(&format!(" --replications {n}"));
    }
    if let Some(days) = args.days {
        command.push_str(&format!(" --days {days}"));
    }
    for assignment in &args.set {
        command.push_str(&format!(" --set '{assignment}'"));
    }
    command
}

/// The wall clock, only to show how long something takes.
#[allow(clippy::disallowed_methods)]
fn now() -> Instant {
    Instant::now()
}

/// A progress bar on standard error, when a person watches and it takes long.
struct Bar {
    bar: ProgressBar,
}

impl Bar {
    fn new() -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::no_length()
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template(
            "{bar:30} {pos}/{len} replications, {elapsed} gone, about {eta} left",
        );
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Bar { bar }
    }
    fn show(&self, done: u32, of: u32, start: Instant) {
        if start.elapsed() >= PATIENCE {
            self.bar.set_length(u64::from(of));
            self.bar.set_position(u64::from(done));
        }
    }
    fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
