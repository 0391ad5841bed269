//! `linefinder run SCENARIO`.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use policy_file::{FileErrors, Overrides};
use reports::gate::Verdict;
use reports::measures::Unit;
use reports::render::Timing;
use reports::render::{TableOptions, report_json_with_speed, table, with_unit};
use reports::report::{Precision, RunReport};

use super::files::Folder;
use super::progress::Progress;
use super::recording::Recording;
use super::{Exit, RunArgs, files, print, repeat, tell};
use crate::experiment::{self, Control, Options, Run, RunError};
use crate::scenario::Scenario;
use crate::world::Checks;

pub(super) fn run(args: &RunArgs) -> Exit {
    let scenario = match read(args) {
        Ok(scenario) => scenario,
        Err(errors) => {
            tell(&errors.to_string());
            return Exit::BadInput;
        }
    };
    for remark in scenario.remarks() {
        tell(&remark);
    }
    // Before the folder is made: from its first trace on, Ctrl-C ends the run cleanly.
    let stop = stop_on_interrupt();
    let folder = args
        .out
        .as_deref()
        .map(|path| Folder::make(path, files::OF_RUN));
    let folder = match folder.transpose() {
        Ok(folder) => folder,
        Err(error) => {
            tell(&format!("error: {error}"));
            return Exit::Invalid;
        }
    };
    let recording = args.journal.as_deref().map(Recording::begin).transpose();
    let recording = match recording {
        Ok(recording) => recording,
        Err(error) => {
            tell(&format!("error: {error}"));
            return Exit::Invalid;
        }
    };
    let options = Options {
        threads: threads(args.threads),
        rows: args.calls,
        checks: checks(args),
        command: repeat::command(args, scenario.experiment.seed),
    };
    let progress = Progress::start();
    let control = Control {
        stop: &stop,
        progress: &|done, planned| progress.show(done, planned),
    };
    let finished = experiment::run(&scenario, &options, &control);
    let control = Control {
        stop: &stop,
        progress: &|_, _| {},
    };
    let wall_s = progress.finish();
    match finished {
        Ok(run) => {
            let timing = Timing::new(run.calls, wall_s);
            let exit = show(args, &run, &timing, folder.as_ref());
            let recorded = recording.map(|file| file.write(&scenario, &options, &control));
            if let Some(Err(failed)) = recorded {
                return failed;
            }
            if exit != Exit::Passed {
                tell(&repeat::advice(&options.command));
            }
            exit
        }
        Err(error) => fail(args, &error, &options.command),
    }
}

fn fail(args: &RunArgs, error: &RunError, command: &str) -> Exit {
    tell(&format!("error: {}: {error}", args.scenario.display()));
    tell(&repeat::advice(command));
    exit_of(error)
}

/// How a command ends that could not finish its runs.
pub(super) const fn exit_of(error: &RunError) -> Exit {
    match error {
        RunError::Unsupported(_) => Exit::BadInput,
        RunError::Stopped => Exit::Interrupted,
        RunError::NotConserved { .. }
        | RunError::Broken { .. }
        | RunError::Unserved { .. }
        | RunError::Bug { .. } => Exit::Invalid,
    }
}

/// Shows and writes a finished run.
fn show(args: &RunArgs, run: &Run, timing: &Timing, folder: Option<&Folder<'_>>) -> Exit {
    let report = &run.report;
    let printed = if args.json {
        print(&report_json_with_speed(report, timing))
    } else {
        let options = TableOptions {
            colour: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            all: args.all,
        };
        let printed = print(&table(report, options)).and_then(|()| match &run.likeness {
            Some(likeness) => print(&format!("\n{}", likeness.table())),
            None => Ok(()),
        });
        tell(&format!(
            "{} calls in {:.1} s ({:.0} calls/s)",
            timing.calls, timing.wall_s, timing.calls_per_s
        ));
        printed
    };
    if let Some(warm_up) = &report.warm_up
        && warm_up.is_short
    {
        tell(&format!("warning: warm_up: {}", warm_up.said()));
    }
    if let Some(precision) = &report.precision {
        tell(&reached(precision, report.n_replications));
    }
    if let Some((folder, path)) = folder.zip(args.out.as_deref()) {
        if let Err(error) = folder.write(&files::of_run(run, timing, args.calls)) {
            tell(&format!("error: {error}"));
            return Exit::Invalid;
        }
        tell(&format!("report written to {}", path.display()));
    }
    printed.map_or_else(|failed| failed, |()| verdict(report))
}

fn verdict(report: &RunReport) -> Exit {
    if report.offered == 0 {
        tell("error: no call arrived between warm-up and horizon: nothing was measured");
    }
    match report.verdict() {
        Verdict::Fail => Exit::Failed,
        // Without gates, nothing else would say so.
        Verdict::Pass | Verdict::Inconclusive if report.offered == 0 => Exit::Invalid,
        Verdict::Pass => Exit::Passed,
        Verdict::Inconclusive => Exit::Inconclusive,
    }
}

/// What `until` asked for, and what became of it.
fn reached(precision: &Precision, n: usize) -> String {
    let id = precision.measure.id;
    let (Some(half_width), Some(wanted)) = (precision.half_width, precision.wanted) else {
        return format!("warning: until: {n} replications say nothing of {id}");
    };
    let unit = precision.measure.unit;
    let written = |width: f64| match unit == Unit::Ratio {
        true => format!("{:.2} points", 100.0 * width),
        false => with_unit(width, unit),
    };
    if wanted == 0.0 && half_width > 0.0 {
        return format!(
            "warning: until: {id} is 0, of which no share is a half-width; ask for half_width in its unit"
        );
    }
    let (reached, wanted) = (written(half_width), written(wanted));
    if precision.is_reached() {
        return format!(
            "until: {id} is known to within {reached} after {n} replications, asked for {wanted}"
        );
    }
    format!(
        "warning: until: {id} has a half-width of {reached} after {n} replications, not {wanted}; \
         raise max_replications"
    )
}

fn read(args: &RunArgs) -> Result<Scenario, FileErrors> {
    read_changed(
        &args.scenario,
        &Changes {
            seed: args.seed,
            replications: args.replications,
            days: args.days,
            set: &args.set,
            further: ("", &[]),
        },
    )
}

/// What a command line changes of a scenario.
pub(super) struct Changes<'a> {
    pub(super) seed: Option<u64>,
    pub(super) replications: Option<u32>,
    pub(super) days: Option<u32>,
    pub(super) set: &'a [String],
    /// More assignments, and the option that they came by.
    pub(super) further: (&'a str, &'a [String]),
}

/// Reads a scenario with changes.
pub(super) fn read_changed(path: &Path, changes: &Changes<'_>) -> Result<Scenario, FileErrors> {
    let mut overrides = Overrides::new();
    let mut set = |assignment: String| overrides.set(&assignment);
    if let Some(seed) = changes.seed {
        set(format!("experiment.seed={seed}"))?;
    }
    if let Some(n) = changes.replications {
        set(format!("experiment.replications={n}"))?;
        set("experiment.until=null".to_string())?;
    }
    if let Some(days) = changes.days {
        set("experiment.horizon=null".to_string())?;
        set(format!("experiment.days={days}"))?;
    }
    for assignment in changes.set {
        set(assignment.clone())?;
    }
    let (option, further) = changes.further;
    for assignment in further {
        overrides.set_by(option, assignment)?;
    }
    Scenario::read(path, &overrides)
}

/// As many as are asked for, or as there are cores.
pub(super) fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(
        || std::thread::available_parallelism().map_or(1, usize::from),
        usize::from,
    )
}

fn checks(args: &RunArgs) -> Checks {
    if args.check {
        Checks {
            extra_polls: true,
            after_step: Some(experiment::check_invariants),
        }
    } else {
        Checks::default()
    }
}

/// A flag that Ctrl-C sets; pressed twice, the process ends at once.
pub(super) fn stop_on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // A second handler in one process is refused; Ctrl-C then ends the process as ever.
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Interrupted as i32);
        }
    });
    stop
}
