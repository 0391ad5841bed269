//! `linefinder replay JOURNAL`.

mod exact;
mod what_if;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use engine::Timestamp;
use engine::time::micros;
use journal::{End, Fault, Pipeline, Refused};
use policy_file::quantity;

use super::{Exit, tell};
use crate::replay::{DayOptions, ReplayError};

/// Examples of `replay`.
const REPLAY_EXAMPLES: &str = "\
Examples:
  linefinder run scenarios/plan/phase-3.yaml --replications 1 --journal day.jsonl
  linefinder replay day.jsonl --warm-up 30m --horizon 10h
  linefinder replay day.jsonl --policy scenarios/policies/phase-4.yaml --out out/what-if

Without --policy: this engine is told what the recorded one was, and must say the same.
With --policy: what would have happened; the recorded policy, simulated in the same way, is what
the other one is compared with. Exit codes: 0 the same (or compared), 1 this engine says something
else, 2 the input is wrong, 4 could not run, 130 interrupted (nothing was written).";

#[derive(Args)]
#[command(after_help = REPLAY_EXAMPLES)]
pub(super) struct ReplayArgs {
    /// The journal, as `linefinder-server journal export` or `run --journal` writes it.
    journal: PathBuf,
    /// Ask what would have happened under this policy.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// With --policy: how often what is not recorded is drawn.
    #[arg(long, value_name = "N", requires = "policy", default_value_t = 20, value_parser = clap::value_parser!(u32).range(2..))]
    replications: u32,
    /// With --policy: the seed of every draw.
    #[arg(long, value_name = "N", requires = "policy", default_value_t = 1)]
    seed: u64,
    /// With --policy: what is compared, instead of the main measures. May be given several times.
    #[arg(long = "measure", value_name = "ID", requires = "policy")]
    measures: Vec<String>,
    /// With --policy: how far a measure may differ without mattering, as in `compare`. May be given
    /// several times.
    #[arg(long = "margin", value_name = "MEASURE=VALUE", requires = "policy")]
    margins: Vec<String>,
    /// With --policy: threads; as many as there are cores unless said. The result does not depend on it.
    #[arg(long, value_name = "N", requires = "policy", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Calls that arrive within this after the journal's epoch do not count.
    #[arg(long, value_name = "SPAN", value_parser = span)]
    warm_up: Option<Duration>,
    /// Calls that arrive later after the journal's epoch than this do not count; all do unless said.
    #[arg(long, value_name = "SPAN", value_parser = span)]
    horizon: Option<Duration>,
    /// Write report.json, report.html, series.csv, spans.hlog, timing.json, calls.csv and the numbers of
    /// every chart into this folder; with --policy compare.json, compare.html and compare.csv.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the report (with --policy: the comparison) as JSON and nothing else.
    #[arg(long)]
    json: bool,
    /// Show every measure that has a value, not only the main ones.
    #[arg(long, conflicts_with_all = ["json", "policy"])]
    all: bool,
}

fn span(text: &str) -> Result<Duration, String> {
    quantity::span(text)
}

pub(super) fn replay(args: &ReplayArgs) -> Exit {
    if let (Some(warm_up), Some(horizon)) = (args.warm_up, args.horizon)
        && warm_up >= horizon
    {
        tell("error: --warm-up must be below --horizon, or nothing counts");
        return Exit::BadInput;
    }
    match &args.policy {
        None => exact::exact(args),
        Some(policy) => what_if::what_if(args, policy),
    }
}

/// Opens a journal, its end first.
fn open(path: &Path) -> Result<(Pipeline, End), Exit> {
    let opened = File::open(path).map_err(|error| error.to_string());
    let opened = opened.and_then(|file| match path.is_dir() {
        true => Err("is a folder, not a file".to_owned()),
        false => Ok(file),
    });
    let mut file = match opened {
        Ok(file) => file,
        Err(error) => {
            tell(&format!("error: {}: {error}", path.display()));
            return Err(Exit::BadInput);
        }
    };
    // Who is told that the end is missing may have given something else altogether.
    let end = End::find(&mut file);
    let opened = Pipeline::open(BufReader::with_capacity(1 << 18, file));
    let opened = opened.and_then(|mut pipeline| match end {
        Ok(end) => Ok((pipeline, end)),
        // Where it ends, or what is wrong before that, is found by reading.
        Err(refused) => {
            let mut rows = Vec::new();
            while pipeline.next_rows(&mut rows)? {}
            Err(refused)
        }
    });
    opened.map_err(|refused| fail(path, &refused.into()))
}

/// Tells what is wrong, and what to do.
fn fail(path: &Path, error: &ReplayError) -> Exit {
    let (exit, help) = match error {
        ReplayError::Stopped => (Exit::Interrupted, None),
        ReplayError::Differs(_) => (
            Exit::Failed,
            Some(
                "a change that is meant raises the engine's behaviour version; one that is not is a mistake"
                    .to_owned(),
            ),
        ),
        ReplayError::Journal(refused) => (Exit::BadInput, Some(remedy(refused))),
        ReplayError::OtherBehaviour { engine, .. } => (
            Exit::BadInput,
            Some(format!("replay it with Linefinder {engine}")),
        ),
        ReplayError::Policy(_) | ReplayError::Snapshot(_) => (
            Exit::BadInput,
            Some("export the journal again, from its first row".to_owned()),
        ),
    };
    tell(&format!("error: {}: {error}", path.display()));
    if let Some(help) = help {
        tell(&format!("  help: {help}"));
    }
    exit
}

fn remedy(refused: &Refused) -> String {
    let again = "export the journal again (`linefinder-server journal export`), or record it again (`linefinder run \
                 SCENARIO --journal FILE`)";
    match &refused.fault {
        Fault::OtherFormat { .. } => "use the Linefinder that wrote it".to_owned(),
        Fault::Io(..) => "see that the file can be read".to_owned(),
        Fault::Unreadable(_)
        | Fault::Checksum
        | Fault::Missing { .. }
        | Fault::OutOfOrder { .. }
        | Fault::Chain
        | Fault::TimeBackwards { .. }
        | Fault::StaleEpoch { .. }
        | Fault::NoEnd
        | Fault::AfterEnd => again.to_owned(),
    }
}

fn day_options(args: &ReplayArgs) -> DayOptions {
    DayOptions {
        warm_up: Timestamp(args.warm_up.map_or(0, micros)),
        horizon: args.horizon.map(|horizon| Timestamp(micros(horizon))),
        rows: args.out.is_some() && args.policy.is_none(),
    }
}
