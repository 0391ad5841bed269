//! `linefinder fit LOG --columns MAP --out SCENARIO`.

mod arguments;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use jiff::civil::Date;
use policy_file::{FileError, FileErrors, PolicyFile, Weekdays};

use super::files::Folder;
use super::progress::Progress;
use super::run::{exit_of, stop_on_interrupt, threads};
use super::{Exit, files, print, repeat, tell};
use crate::experiment::Control;
use crate::fit::law::Choice;
use crate::fit::parts::Options;
use crate::fit::report::{fit_json, fit_page, fit_table};
use crate::fit::request::{HoldOut, Request};
use crate::fit::simulate::Simulator;
use crate::fit::study::{Study, StudyError, study};
use crate::fit::write::Told;
use crate::fit::{calibrate, presence};

use arguments::{choice, command, dates, head_start, hold_out, name, span, step, weekdays};

/// Examples of `fit`.
const EXAMPLES: &str = "\
Examples:
  linefinder fit january.csv --columns columns.yaml --out fitted/bank.yaml
  linefinder fit january.csv --columns columns.yaml --out bank.yaml --hold-out every-5
  linefinder fit january.csv --columns columns.yaml --out bank.yaml --head-start vip=90s \\
      --predict february.csv --predict-days sun-thu

The scenario's files stand in a folder beside it (bank.fit/): its policy, survival curves, fit.html with
charts/*.csv, and fit.json. Exit codes: 0 fitted, 2 the input is wrong, 4 could not write or simulate,
130 interrupted (nothing was written).";

/// Every file that `fit` may write into its folder, curves apart.
const OF_FIT: &[&str] = &["fit.html", "fit.json", "policy.yaml", "wrap-up.csv"];

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct FitArgs {
    /// The call log, CSV.
    log: PathBuf,
    /// How to read it.
    #[arg(long, value_name = "MAP")]
    columns: PathBuf,
    /// The scenario to write; its files go into a folder of the same name that ends in `.fit`.
    #[arg(long, value_name = "SCENARIO")]
    out: PathBuf,
    /// Keep days aside and say how well they are predicted: every-5, last-7, or dates with commas.
    #[arg(long, value_name = "DAYS", value_parser = hold_out)]
    hold_out: Option<HoldOut>,
    /// Predict another log, given its calls, classes and its agents' presence.
    #[arg(long, value_name = "LOG")]
    predict: Option<PathBuf>,
    /// How to read that log, when it is not as the first.
    #[arg(long, value_name = "MAP", requires = "predict")]
    predict_columns: Option<PathBuf>,
    /// Its days of the week that are predicted.
    #[arg(long, value_name = "DAYS", requires = "predict", default_value = "daily", value_parser = weekdays)]
    predict_days: Weekdays,
    /// Do not predict that log again with its own patience, talk times and wrap-up, which tells what is
    /// to blame for a difference.
    #[arg(long, requires = "predict")]
    no_what_ifs: bool,
    /// The policy, when there is one; else a queue by time is made up.
    #[arg(long, value_name = "FILE", conflicts_with = "head_start")]
    policy: Option<PathBuf>,
    /// A class's head start in the queue, which no log records. May be given several times.
    #[arg(long, value_name = "CLASS=SPAN", value_parser = head_start)]
    head_start: Vec<(String, Duration)>,
    /// The queue of calls whose log does not say one.
    #[arg(long, value_name = "NAME", default_value = "line", value_parser = name)]
    queue: String,
    /// The length of the intervals of arrivals and staffing.
    #[arg(long, value_name = "SPAN", default_value = "30m", value_parser = step)]
    step: Duration,
    /// Days of the week that are alike, such as sun-thu; every other is alone. May be given several times.
    #[arg(long, value_name = "DAYS", value_parser = weekdays)]
    alike: Vec<Weekdays>,
    /// Dates that do not count, with commas.
    #[arg(long, value_name = "DATES", value_parser = dates)]
    leave_out: Option<BTreeSet<Date>>,
    /// What stands for talk times: best (the likeliest family, where it is near enough to the data), data,
    /// or a family.
    #[arg(long, value_name = "LAW", default_value = "best", value_parser = choice)]
    talk: Choice,
    /// What stands for patience: data (Kaplan-Meier), best, or a family.
    #[arg(long, value_name = "LAW", default_value = "data", value_parser = choice)]
    patience: Choice,
    /// A pause between services up to which an agent surely was there.
    #[arg(long, value_name = "SPAN", default_value = "3m", value_parser = span)]
    gap: Duration,
    /// Services below this are pointed out as short.
    #[arg(long, value_name = "SPAN", default_value = "10s", value_parser = span)]
    short: Duration,
    /// Take the agents that were seen as they are, and do not scale them until as many callers hang up as
    /// were recorded.
    #[arg(long)]
    no_calibration: bool,
    /// Replications of each prediction; 0: nothing is simulated.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    replications: u32,
    /// Threads; as many as there are cores unless said. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print fit.json instead of the tables.
    #[arg(long)]
    json: bool,
}

pub(super) fn fit(args: &FitArgs) -> Exit {
    let request = match request(args) {
        Ok(request) => request,
        Err(errors) => {
            tell(&errors.to_string());
            return Exit::BadInput;
        }
    };
    let stop = stop_on_interrupt();
    let path = folder_path(&args.out);
    let curves = curves(&path);
    let names: Vec<&str> = OF_FIT
        .iter()
        .copied()
        .chain(curves.iter().map(String::as_str))
        .collect();
    let folder = match Folder::make(&path, &names) {
        Ok(folder) => folder,
        Err(error) => {
            tell(&format!("error: {error}"));
            return Exit::Invalid;
        }
    };
    let progress = Progress::start();
    let control = Control {
        stop: &stop,
        progress: &|done, planned| progress.show(done, planned),
    };
    let simulator = Simulator {
        threads: threads(args.threads),
        control: &control,
    };
    let made = study(&request, &simulator, &|what| progress.say(what));
    progress.finish();
    match made {
        Ok(study) => show(args, &study, &folder),
        Err(error) => {
            // It was made for this and is empty, or it is not ours.
            let _ = std::fs::remove_dir(&path);
            fail(&error)
        }
    }
}

fn fail(error: &StudyError) -> Exit {
    match error {
        StudyError::Input(errors) => {
            tell(&errors.to_string());
            Exit::BadInput
        }
        StudyError::Run(error) => {
            tell(&format!("error: {error}"));
            exit_of(error)
        }
    }
}

/// Writes everything, then shows it: who reads a table can look at the files.
fn show(args: &FitArgs, study: &Study, folder: &Folder<'_>) -> Exit {
    let command = command(args);
    let json = fit_json(study, &command);
    let scenario = args.out.file_name().unwrap_or_default().to_string_lossy();
    // The scenario is renamed last: whoever finds it finds its files.
    let mut all = vec![(format!("../{scenario}"), study.written.scenario.clone())];
    let beside = study.written.beside.iter();
    all.extend(beside.map(|(name, text)| (name.clone(), text.clone())));
    all.extend(files::of_page("fit.html", fit_page(study, &command)));
    all.push(("fit.json".to_owned(), json.clone()));
    if let Err(error) = folder.write(&all) {
        tell(&format!("error: {error}"));
        return Exit::Invalid;
    }
    let printed = match args.json {
        true => print(&json),
        false => print(&fit_table(study)),
    };
    let path = folder_path(&args.out);
    tell(&format!(
        "scenario written to {}, its files and fit.html to {}",
        args.out.display(),
        path.display()
    ));
    tell(&format!(
        "try: linefinder run {}",
        repeat::quoted(&args.out.to_string_lossy())
    ));
    printed.map_or_else(|failed| failed, |()| Exit::Passed)
}

/// Curves of classes that an earlier fit left in the folder: this one may have other classes.
fn curves(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let is_curve = |name: &String| {
        let kind = ["patience-", "talk-"]
            .iter()
            .any(|kind| name.starts_with(kind));
        kind && name.ends_with(".csv")
    };
    names.filter(is_curve).collect()
}

/// `bank.yaml` and `bank.fit`.
fn folder_path(out: &Path) -> PathBuf {
    out.with_extension("fit")
}

fn request(args: &FitArgs) -> Result<Request, FileErrors> {
    let name = args
        .out
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    let name = name.filter(|name| !name.is_empty()).unwrap_or_default();
    let wrong = |message: &str| {
        FileErrors::from(FileError::whole_file(
            &args.out.display().to_string(),
            message,
        ))
    };
    if !args
        .out
        .extension()
        .is_some_and(|end| end == "yaml" || end == "yml")
    {
        return Err(wrong(
            "is where the scenario goes (--out): its name must end in .yaml",
        ));
    }
    if !policy_file::field::is_name(&name) {
        return Err(wrong(
            "is no name for a scenario (--out): letters, digits, `-` and `_`, please",
        ));
    }
    let policy = match &args.policy {
        Some(path) => Some((
            PolicyFile::read(path)?,
            policy_file::source::Source::read(path, 1 << 20)?
                .text
                .clone(),
        )),
        None => None,
    };
    // The only queue of a policy is the one that is meant.
    let queue = match &policy {
        Some((policy, _)) if policy.names.queues.len() == 1 => policy.names.queues[0].clone(),
        Some(_) | None => args.queue.clone(),
    };
    let source = args
        .log
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(Request {
        log: args.log.clone(),
        columns: args.columns.clone(),
        queue,
        options: Options {
            step: args.step,
            alike: args.alike.clone(),
            short: args.short,
            presence: presence::Rule::for_drawn_talk(args.gap),
            talk: args.talk,
            patience: args.patience,
            ..Options::default()
        },
        told: Told {
            name,
            policy: policy.map(|(_, text)| text),
            head_starts: args.head_start.clone(),
            source,
        },
        folder: folder_path(&args.out)
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        leave_out: args.leave_out.clone().unwrap_or_default(),
        hold_out: args.hold_out.clone(),
        predict: args.predict.as_ref().map(|log| {
            (
                log.clone(),
                args.predict_columns
                    .clone()
                    .unwrap_or_else(|| args.columns.clone()),
            )
        }),
        predict_days: args.predict_days,
        what_ifs: !args.no_what_ifs,
        calibration_calls: (!args.no_calibration).then_some(calibrate::CALLS),
        replications: args.replications,
    })
}
