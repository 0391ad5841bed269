//! `linefinder calibrate SCENARIO...`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use engine::time::{Micros, micros};
use policy_file::quantity::span;
use reports::calibration::Calibration;
use reports::calibration::files::{calibration_csv, calibration_json, calibration_page};
use reports::calibration::table::table;

use super::files::{self, Folder};
use super::progress::Progress;
use super::repeat::quoted;
use super::run::{Changes, exit_of, read_changed, stop_on_interrupt, threads};
use super::{CalibrateArgs, Exit, print, repeat, tell};
use crate::experiment::{self, Calibrate, Calibrated, Control, Options};
use crate::scenario::Scenario;
use crate::world::Checks;

/// Every file that the command may write.
const FILES: &[&str] = &["calibration.json", "calibration.csv", "calibrate.html"];

pub(super) fn calibrate(args: &CalibrateArgs) -> Exit {
    let scenarios = match read_all(args) {
        Ok(scenarios) => scenarios,
        Err(exit) => return exit,
    };
    let stop = stop_on_interrupt();
    let paths = match out_folders(args, &scenarios) {
        Ok(paths) => paths,
        Err(error) => return invalid(&error),
    };
    let mut folders = Vec::new();
    for path in &paths {
        match Folder::make(path, FILES) {
            Ok(folder) => folders.push(folder),
            Err(error) => return invalid(&error),
        }
    }
    let mut calibrations = Vec::new();
    for ((path, scenario), folder) in scenarios
        .iter()
        .zip(folders.iter().map(Some).chain(std::iter::repeat(None)))
    {
        let calibrated = match one(args, path, scenario, &stop) {
            Ok(calibrated) => calibrated,
            Err(exit) => return exit,
        };
        if let Some(folder) = folder
            && let Err(error) = folder.write(&files_of(&calibrated.calibration))
        {
            return invalid(&error);
        }
        if !args.json {
            let gap = if calibrations.is_empty() { "" } else { "\n" };
            if let Err(failed) = print(&format!("{gap}{}", table(&calibrated.calibration))) {
                return failed;
            }
        }
        calibrations.push(calibrated.calibration);
    }
    for path in &paths {
        tell(&format!("written to {}", path.display()));
    }
    if args.json
        && let Err(failed) = print(&calibration_json(&calibrations))
    {
        return failed;
    }
    judge(&calibrations)
}

/// Nothing is gated; only a calibration of nothing is none.
fn judge(calibrations: &[Calibration]) -> Exit {
    let mut exit = Exit::Passed;
    for calibration in calibrations.iter().filter(|c| c.calls == 0) {
        tell(&format!(
            "error: {}: no call waited and was connected: nothing was measured",
            calibration.meta.scenario
        ));
        exit = Exit::Invalid;
    }
    exit
}

fn one(
    args: &CalibrateArgs,
    path: &Path,
    scenario: &Scenario,
    stop: &AtomicBool,
) -> Result<Calibrated, Exit> {
    let options = Options {
        threads: threads(args.threads),
        rows: false,
        checks: Checks::default(),
        command: command(args, path, scenario.experiment.seed),
    };
    let what = Calibrate {
        between: args.between,
        ..Calibrate::default()
    };
    let progress = Progress::start();
    let control = Control {
        stop,
        progress: &|done, planned| progress.show(done, planned),
    };
    let calibrated = experiment::calibrate(scenario, &what, &options, &control);
    let wall_s = progress.finish();
    match calibrated {
        Ok(calibrated) => {
            tell(&format!(
                "{}: {} calls in {wall_s:.1} s",
                scenario.name, calibrated.calls
            ));
            Ok(calibrated)
        }
        Err(error) => {
            tell(&format!("error: {}: {error}", path.display()));
            tell(&repeat::advice(&options.command));
            Err(exit_of(&error))
        }
    }
}

fn read_all(args: &CalibrateArgs) -> Result<Vec<(PathBuf, Scenario)>, Exit> {
    let changes = Changes {
        seed: args.seed,
        replications: args.replications,
        days: args.days,
        set: &args.set,
        further: ("", &[]),
    };
    let mut scenarios = Vec::new();
    let mut is_wrong = false;
    for path in &args.scenarios {
        match read_changed(path, &changes) {
            Ok(scenario) => {
                is_wrong |= !is_inside(args, path, &scenario);
                scenarios.push((path.clone(), scenario));
            }
            Err(errors) => {
                tell(&errors.to_string());
                is_wrong = true;
            }
        }
    }
    if is_wrong {
        return Err(Exit::BadInput);
    }
    for (_, scenario) in &scenarios {
        for remark in scenario.remarks() {
            tell(&remark);
        }
    }
    Ok(scenarios)
}

/// Whether `--between` leaves anything of the counted time.
fn is_inside(args: &CalibrateArgs, path: &Path, scenario: &Scenario) -> bool {
    let experiment = &scenario.experiment;
    let (warm_up, horizon) = (micros(experiment.warm_up), micros(experiment.horizon));
    let Some((from, to)) = args.between else {
        return true;
    };
    if from.max(warm_up) < to.min(horizon) {
        return true;
    }
    let hours = |at: Micros| at as f64 / 3.6e9;
    tell(&format!(
        "error: --between: {} counts calls from {} h to {} h after its start, and none of that is between {} h and {} h",
        path.display(),
        hours(warm_up),
        hours(horizon),
        hours(from),
        hours(to)
    ));
    false
}

/// The folder of each scenario; none without `--out`.
fn out_folders(
    args: &CalibrateArgs,
    scenarios: &[(PathBuf, Scenario)],
) -> Result<Vec<PathBuf>, String> {
    let Some(out) = &args.out else {
        return Ok(Vec::new());
    };
    if scenarios.len() == 1 {
        return Ok(vec![out.clone()]);
    }
    let mut names = BTreeSet::new();
    for (path, scenario) in scenarios {
        if !names.insert(&scenario.name) {
            return Err(format!(
                "--out {}: {} is the second scenario named `{}`; write them to folders of their own",
                out.display(),
                path.display(),
                scenario.name
            ));
        }
    }
    Ok(scenarios
        .iter()
        .map(|(_, scenario)| out.join(&scenario.name))
        .collect())
}

fn files_of(calibration: &Calibration) -> Vec<(String, String)> {
    let mut files = files::of_page("calibrate.html", calibration_page(calibration));
    files.push((
        "calibration.json".to_owned(),
        calibration_json(std::slice::from_ref(calibration)),
    ));
    files.push(("calibration.csv".to_owned(), calibration_csv(calibration)));
    files
}

fn invalid(error: &str) -> Exit {
    tell(&format!("error: {error}"));
    Exit::Invalid
}

/// The command that repeats the calibration of one scenario.
fn command(args: &CalibrateArgs, path: &Path, seed: u64) -> String {
    let mut words = vec![
        "linefinder calibrate".to_owned(),
        quoted(&path.to_string_lossy()),
        format!("--seed {seed}"),
    ];
    words.extend(args.replications.map(|n| format!("--replications {n}")));
    words.extend(args.days.map(|days| format!("--days {days}")));
    words.extend(args.set.iter().map(|s| format!("--set {}", quoted(s))));
    let seconds = |at: Micros| at as f64 * 1e-6;
    words.extend(
        args.between
            .map(|(from, to)| format!("--between {}s..{}s", seconds(from), seconds(to))),
    );
    words.join(" ")
}

/// `4h..4h30m` in microseconds.
pub(super) fn between(text: &str) -> Result<(Micros, Micros), String> {
    let Some((from, to)) = text.split_once("..") else {
        return Err("write two spans after the start: 4h..4h30m".to_owned());
    };
    let (from, to) = (micros(span(from.trim())?), micros(span(to.trim())?));
    if from >= to {
        return Err("the first moment must come before the second".to_owned());
    }
    Ok((from, to))
}
