//! With a policy: what would have happened.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use policy_file::PolicyFile;
use reports::compare::{Compared, Question, compare_json, compare_table};
use reports::measures::{Measure, Part};
use reports::record::Replication;
use reports::render::with_unit;

use super::super::compare::asked;
use super::super::files::{self, Folder};
use super::super::progress::Progress;
use super::super::repeat::{self, quoted};
use super::super::run::{exit_of, stop_on_interrupt, threads};
use super::super::{Exit, print, tell};
use super::{ReplayArgs, day_options, fail, open};
use crate::experiment::{self, Contender, Control, Options, Pairing};
use crate::replay::{self, Day, Records, recorded_experiment, recorder_options};
use crate::world::Checks;

/// What the recorded policy is called in tables.
const RECORDED: &str = "recorded";

pub(super) fn what_if(args: &ReplayArgs, policy: &Path) -> Exit {
    let measures = match asked::measures(&args.measures, &args.margins) {
        Ok(measures) => measures,
        Err(error) => {
            tell(&error);
            return Exit::BadInput;
        }
    };
    let file = match PolicyFile::read(policy) {
        Ok(file) => file,
        Err(errors) => {
            tell(&errors.to_string());
            return Exit::BadInput;
        }
    };
    let stop = stop_on_interrupt();
    let folder = args.out.as_deref();
    let folder = folder.map(|path| Folder::make(path, files::OF_COMPARE));
    let folder = match folder.transpose() {
        Ok(folder) => folder,
        Err(error) => return invalid(&error),
    };
    let is_stopped = || stop.load(Ordering::Relaxed);
    let (day, contenders) = match prepare(args, policy, &file, &is_stopped) {
        Ok(prepared) => prepared,
        Err(exit) => return exit,
    };
    let question = Question {
        measures,
        confidence: contenders[0].scenario.experiment.confidence,
        command: command(args, policy),
        engine: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let options = Options {
        threads: threads(args.threads),
        rows: false,
        checks: Checks::default(),
        command: question.command.clone(),
    };
    let progress = Progress::start();
    let control = Control {
        stop: &stop,
        progress: &|done, planned| progress.show(done, planned),
    };
    let compared = experiment::compare(&contenders, question, Pairing::Always, &options, &control);
    progress.finish();
    match compared {
        Ok(compared) => show(args, &compared, &day, folder.as_ref()),
        Err(error) => {
            tell(&format!("error: {}: {error}", args.journal.display()));
            tell(&repeat::advice(&options.command));
            exit_of(&error)
        }
    }
}

fn invalid(error: &str) -> Exit {
    tell(&format!("error: {error}"));
    Exit::Invalid
}

/// The day's records, and the two policies in its world.
fn prepare(
    args: &ReplayArgs,
    path: &Path,
    policy: &PolicyFile,
    stop: &dyn Fn() -> bool,
) -> Result<(Replication, Vec<Contender>), Exit> {
    let (mut journal, end) = open(&args.journal)?;
    let header = journal.header().clone();
    let counted = day_options(args);
    let mut records = Records::new(recorder_options(&header, &end, &counted));
    let mut day = Day::new();
    let replayed = replay::exact(&mut journal, stop, |step| {
        records.step(step);
        day.step(step);
    });
    let exact = replayed.map_err(|error| fail(&args.journal, &error))?;
    let day = day.finish(exact.to);
    let wrong = |error: replay::WhatIfError| {
        tell(&format!("error: {}: {error}", args.journal.display()));
        Exit::BadInput
    };
    let mut experiment = recorded_experiment(&header).map_err(wrong)?;
    experiment.warm_up = Duration::from_micros(counted.warm_up.0);
    let horizon = counted.horizon.unwrap_or(end.at.after(1));
    experiment.horizon = Duration::from_micros(horizon.0).max(experiment.warm_up + MICROSECOND);
    experiment.seed = args.seed;
    experiment.replications = args.replications;
    let under =
        |policy: Option<&PolicyFile>| replay::what_if(&header, &end, &day, policy, &experiment);
    let name = path
        .file_stem()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    let contenders = vec![
        Contender {
            name: RECORDED.to_owned(),
            scenario: under(None).map_err(wrong)?,
        },
        Contender {
            name: name.into_owned(),
            scenario: under(Some(policy)).map_err(wrong)?,
        },
    ];
    Ok((records.finish(exact.to), contenders))
}

const MICROSECOND: Duration = Duration::from_micros(1);

fn show(
    args: &ReplayArgs,
    compared: &Compared,
    day: &Replication,
    folder: Option<&Folder<'_>>,
) -> Exit {
    let beside = beside(compared, day);
    let printed = match args.json {
        true => {
            tell(&beside);
            print(&compare_json(compared))
        }
        false => print(&format!("{beside}\n{}", compare_table(compared))),
    };
    if let Some((folder, path)) = folder.zip(args.out.as_deref()) {
        if let Err(error) = folder.write(&files::of_compare(compared)) {
            return invalid(&error);
        }
        tell(&format!("comparison written to {}", path.display()));
    }
    printed.map_or_else(|failed| failed, |()| Exit::Passed)
}

/// The recorded day beside its own simulation: how far the simulation is to be believed.
fn beside(compared: &Compared, day: &Replication) -> String {
    let said = |measure: &Measure, value: Option<f64>| {
        value.map_or_else(|| "-".to_owned(), |value| with_unit(value, measure.unit))
    };
    let mut rows = vec![[
        "the recorded policy".to_owned(),
        "recorded".to_owned(),
        "simulated".to_owned(),
    ]];
    for comparison in compared.comparisons.iter().filter(|one| one.side == 1) {
        let measure = comparison.measure;
        let recorded = measure.estimate(std::slice::from_ref(day), Part::Whole);
        let simulated = comparison.base.map(|known| known.point);
        rows.push([
            measure.id.to_owned(),
            said(measure, recorded.map(|estimate| estimate.point)),
            said(measure, simulated),
        ]);
    }
    let width = |place: usize| rows.iter().map(|row| row[place].chars().count()).max();
    let widths = [0, 1, 2].map(|place| width(place).unwrap_or(0));
    let lines = rows.iter().map(|[what, recorded, simulated]| {
        format!(
            "{what:<0$}  {recorded:>1$}  {simulated:>2$}\n",
            widths[0], widths[1], widths[2]
        )
    });
    lines.collect()
}

/// The command that repeats it.
fn command(args: &ReplayArgs, policy: &Path) -> String {
    let mut words = vec![
        "linefinder replay".to_owned(),
        quoted(&args.journal.to_string_lossy()),
        format!("--policy {}", quoted(&policy.to_string_lossy())),
        format!("--replications {} --seed {}", args.replications, args.seed),
    ];
    for (option, span) in [("--warm-up", args.warm_up), ("--horizon", args.horizon)] {
        words.extend(
            span.map(|span| format!("{option} {}", policy_file::quantity::format_span(span))),
        );
    }
    for (option, values) in [("--measure", &args.measures), ("--margin", &args.margins)] {
        words.extend(
            values
                .iter()
                .map(|value| format!("{option} {}", quoted(value))),
        );
    }
    words.join(" ")
}
