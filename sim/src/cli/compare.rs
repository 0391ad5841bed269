//! `linefinder compare SCENARIO...`.

pub(super) mod asked;
mod contenders;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use reports::compare::{Compared, Question, compare_json, compare_table};
use reports::sample::Evidence;

use super::files::{self, Folder};
use super::progress::Progress;
use super::repeat::{self, quoted};
use super::run::{exit_of, stop_on_interrupt, threads};
use super::{Exit, print, tell};
use crate::experiment::{self, Control, Options, Pairing};
use crate::world::Checks;
pub(super) use asked::measure;

/// Examples of `compare`.
const COMPARE_EXAMPLES: &str = "\
Examples:
  linefinder compare scenarios/plan/phase-2.yaml scenarios/plan/phase-3.yaml
  linefinder compare scenarios/plan/phase-3.yaml \\
      --policy scenarios/policies/phase-2.yaml scenarios/policies/phase-3.yaml
  linefinder compare scenarios/plan/phase-2.yaml \\
      --against policy.queues.sales.slow_poll=5s --margin mean_wait=1s
  linefinder compare scenarios/plan/phase-3.yaml scenarios/plan/phase-4.yaml \\
      --measure reach_rate --measure revenue

Scenarios with the same world have the same callers, and are compared replication by
replication. Exit codes: 0 compared, 1 something is worse (--fail-if-worse), 2 the input is
wrong, 4 could not run or nothing was measured, 130 interrupted (nothing was written).";

#[derive(Args)]
#[command(after_help = COMPARE_EXAMPLES)]
pub(super) struct CompareArgs {
    /// The scenario files; the first is the baseline.
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// One scenario under these policy files; of a single one, beside the scenario's own.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "against")]
    policy: Vec<PathBuf>,
    /// One scenario as it is and with this changed. May be given several times.
    #[arg(long, value_name = "PATH=VALUE")]
    against: Vec<String>,
    /// Which of them is the baseline, by its name in the table, instead of the first.
    #[arg(long, value_name = "NAME")]
    baseline: Option<String>,
    /// What is compared, instead of the main measures. May be given several times.
    #[arg(long = "measure", value_name = "ID")]
    measures: Vec<String>,
    /// How far a measure may differ without mattering: `mean_wait=2s`, `reach_rate=0.5 points`. Less
    /// than that is shown to be equivalent, and never worse. May be given several times.
    #[arg(long = "margin", value_name = "MEASURE=VALUE")]
    margins: Vec<String>,
    /// When replications are paired: when the worlds are the same, always, or never.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = PairingArg::Auto)]
    pairing: PairingArg,
    /// The seed of every draw, instead of the baseline's.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Replications of each, instead of the baseline's number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    replications: Option<u32>,
    /// How many days, instead of the scenarios' horizons.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    days: Option<u32>,
    /// Put another value to a key of every scenario, as in `run`.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Threads; as many as there are cores unless said. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Write compare.json, compare.html, compare.csv and the numbers of every chart (charts/*.csv)
    /// into this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the comparison as JSON and nothing else.
    #[arg(long)]
    json: bool,
    /// Exit with 1 when something is shown to be worse (and not shown to be within its margin).
    #[arg(long)]
    fail_if_worse: bool,
}

/// When replications are paired.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PairingArg {
    Auto,
    Always,
    Never,
}

pub(super) fn compare(args: &CompareArgs) -> Exit {
    let prepared = asked::measures(&args.measures, &args.margins)
        .and_then(|asked| Ok((contenders::all(args)?, asked)));
    let (contenders, measures) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            tell(&error);
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
    let experiment = &contenders[0].scenario.experiment;
    let question = Question {
        measures,
        confidence: experiment.confidence,
        command: command(args, experiment.seed),
        engine: env!("CARGO_PKG_VERSION").to_string(),
    };
    let command = question.command.clone();
    let options = Options {
        threads: threads(args.threads),
        rows: false,
        checks: Checks::default(),
        command: command.clone(),
    };
    let progress = Progress::start();
    let control = Control {
        stop: &stop,
        progress: &|done, planned| progress.show(done, planned),
    };
    let pairing = match args.pairing {
        PairingArg::Auto => Pairing::Auto,
        PairingArg::Always => Pairing::Always,
        PairingArg::Never => Pairing::Never,
    };
    let compared = experiment::compare(&contenders, question, pairing, &options, &control);
    progress.finish();
    match compared {
        Ok(compared) => show(args, &compared, folder.as_ref()),
        Err(error) => {
            tell(&format!("error: {error}"));
            tell(&repeat::advice(&command));
            exit_of(&error)
        }
    }
}

fn invalid(error: &str) -> Exit {
    tell(&format!("error: {error}"));
    Exit::Invalid
}

fn show(args: &CompareArgs, compared: &Compared, folder: Option<&Folder<'_>>) -> Exit {
    let printed = match args.json {
        true => print(&compare_json(compared)),
        false => print(&compare_table(compared)),
    };
    if let Some((folder, path)) = folder.zip(args.out.as_deref()) {
        if let Err(error) = folder.write(&files::of_compare(compared)) {
            return invalid(&error);
        }
        tell(&format!("comparison written to {}", path.display()));
    }
    if let Err(failed) = printed {
        return failed;
    }
    for side in &compared.sides {
        if Evidence::from(&side.samples).offered() == 0 {
            return invalid(&format!(
                "{}: no call arrived between warm-up and horizon: nothing was measured",
                side.name
            ));
        }
    }
    match args.fail_if_worse && compared.is_worse() {
        true => Exit::Failed,
        false => Exit::Passed,
    }
}

/// The command that repeats the comparison.
fn command(args: &CompareArgs, seed: u64) -> String {
    let path = |path: &PathBuf| quoted(&path.to_string_lossy());
    let mut words = vec!["linefinder compare".to_string()];
    words.extend(args.scenarios.iter().map(path));
    if !args.policy.is_empty() {
        words.push("--policy".to_string());
        words.extend(args.policy.iter().map(path));
    }
    let mut add = |option: &str, value: &str| words.push(format!("{option} {}", quoted(value)));
    for assignment in &args.against {
        add("--against", assignment);
    }
    if let Some(baseline) = &args.baseline {
        add("--baseline", baseline);
    }
    for id in &args.measures {
        add("--measure", id);
    }
    for margin in &args.margins {
        add("--margin", margin);
    }
    match args.pairing {
        PairingArg::Auto => {}
        PairingArg::Always => add("--pairing", "always"),
        PairingArg::Never => add("--pairing", "never"),
    }
    add("--seed", &seed.to_string());
    if let Some(n) = args.replications {
        add("--replications", &n.to_string());
    }
    if let Some(days) = args.days {
        add("--days", &days.to_string());
    }
    for assignment in &args.set {
        add("--set", assignment);
    }
    words.join(" ")
}
