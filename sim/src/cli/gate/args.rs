//! What `gate` is asked for: its arguments, and what they say once they are read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use policy_file::Overrides;
use reports::measures::Measure;

use super::super::run::threads;
use super::super::{Exit, repeat, tell};
use super::{Ended, bad, bad_input};
use crate::baseline::{Baseline, Margin};
use crate::experiment::Options;
use crate::regression::Asked;
use crate::scenario::{Scenario, measure_ids};
use crate::world::Checks;

/// Examples.
const EXAMPLES: &str = "\
Examples:
  linefinder gate scenarios/plan/phase-[23].yaml --baseline scenarios/baseline.json
  linefinder gate scenarios/plan/phase-3.yaml --baseline b.json --bless --margin mean_wait=0.5s
  linefinder gate scenarios/plan/phase-3.yaml --baseline b.json --junit g.xml --markdown g.md

Exit codes: 0 nothing is worse than its margin allows, 1 something is worse, 2 the input is
wrong, 3 inconclusive: more replications are needed, 4 could not run.";

/// The arguments.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct GateArgs {
    /// The scenario files.
    #[arg(required = true, value_name = "SCENARIO")]
    pub(super) scenarios: Vec<PathBuf>,
    /// The committed baseline.
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: PathBuf,
    /// Accept what the scenarios give now: write it into the baseline, other scenarios in it stay.
    /// Prints what changes against what was there.
    #[arg(long)]
    pub(super) bless: bool,
    /// By how much a measure may get worse: `1 points`, `0.5s`, `3/h`, `10%` of the baseline's value;
    /// `off` = it is only shown. May be given several times. With --bless it is written.
    #[arg(long = "margin", value_name = "MEASURE=VALUE")]
    pub(super) margins: Vec<String>,
    /// The measure that the scenarios are about, which is judged at a level of its own.
    #[arg(long, value_name = "MEASURE")]
    pub(super) primary: Option<String>,
    /// Other draws than the baseline's: not paired, and so less is seen.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) seed: Option<u64>,
    /// So many replications, with --bless or another --seed.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) replications: Option<u32>,
    /// Put another value to a key of the scenarios, as `run` does: what if this were changed?
    #[arg(long = "set", value_name = "PATH=VALUE", conflicts_with = "bless")]
    pub(super) set: Vec<String>,
    /// Threads; as many as there are cores unless said. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: Option<u16>,
    /// Write JUnit XML: a suite per scenario, a case per measure.
    #[arg(long, value_name = "FILE", conflicts_with = "bless")]
    pub(super) junit: Option<PathBuf>,
    /// What an inconclusive measure is in JUnit XML, which knows no third verdict. The exit code is 3
    /// either way.
    #[arg(long, value_enum, default_value = "skip", conflicts_with = "bless")]
    pub(super) inconclusive: Inconclusive,
    /// Write Markdown for a pull request's comment.
    #[arg(long, value_name = "FILE", conflicts_with = "bless")]
    pub(super) markdown: Option<PathBuf>,
    /// Print GitHub's annotations to standard error; without it when GITHUB_ACTIONS=true.
    #[arg(long, conflicts_with = "bless")]
    pub(super) annotations: bool,
    /// Write gate.json, gate.html, gate.csv and the numbers of the charts into this folder.
    #[arg(long, value_name = "DIR", conflicts_with = "bless")]
    pub(super) out: Option<PathBuf>,
    /// Print gate.json and nothing else.
    #[arg(long, conflicts_with = "bless")]
    pub(super) json: bool,
}

/// For [`reports::render::Inconclusive`].
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Inconclusive {
    Fail,
    Skip,
}

/// Reads every scenario; what is wrong with any of them is told.
pub(super) fn read(args: &GateArgs) -> Ended<Vec<(PathBuf, Scenario)>> {
    let mut overrides = Overrides::new();
    for assignment in &args.set {
        overrides
            .set(assignment)
            .map_err(|error| bad_input(&error.to_string()))?;
    }
    let mut scenarios = Vec::new();
    let mut names = BTreeSet::new();
    let mut is_wrong = false;
    for path in &args.scenarios {
        match Scenario::read(path, &overrides) {
            Err(errors) => {
                tell(&errors.to_string());
                is_wrong = true;
            }
            Ok(scenario) if !names.insert(scenario.name.clone()) => {
                return Err(bad(&format!(
                    "{}: another file of this command is the scenario `{}` already; a baseline knows scenarios by their names",
                    path.display(),
                    scenario.name
                )));
            }
            Ok(scenario) => scenarios.push((path.clone(), scenario)),
        }
    }
    match is_wrong {
        true => Err(Exit::BadInput),
        false => Ok(scenarios),
    }
}

pub(super) fn known(args: &GateArgs) -> Ended<Option<Baseline>> {
    Baseline::read(&args.baseline).map_err(|error| bad(&error.to_string()))
}

pub(super) fn asked(args: &GateArgs) -> Ended<Asked> {
    let margin = |text: &String| {
        let (id, value) = text.split_once('=').ok_or_else(|| {
            format!("--margin {text}: expected MEASURE=VALUE, as in mean_wait=0.5s")
        })?;
        let measure = measure(id).map_err(|error| format!("--margin {text}: {error}"))?;
        if value == "off" {
            return Ok((measure, None));
        }
        let margin = Margin::parse(value, measure);
        let margin = margin.map_err(|error| format!("--margin {text}: {error}"))?;
        Ok((measure, Some(margin)))
    };
    let margins: Result<Vec<_>, String> = args.margins.iter().map(margin).collect();
    let primary = args.primary.as_deref().map(measure).transpose();
    let primary = primary.map_err(|error| format!("--primary: {error}"));
    Ok(Asked {
        seed: args.seed,
        replications: args.replications,
        margins: margins.map_err(|error| bad(&error))?,
        primary: primary.map_err(|error| bad(&error))?,
    })
}

fn measure(id: &str) -> Result<&'static Measure, String> {
    Measure::named(id).ok_or_else(|| {
        let known: Vec<String> = measure_ids().map(str::to_owned).collect();
        let help = policy_file::field::known_names(&known, id);
        format!("there is no measure `{id}`; {help}")
    })
}

pub(super) fn options(args: &GateArgs) -> Options {
    Options {
        threads: threads(args.threads),
        rows: false,
        checks: Checks::default(),
        command: String::new(),
    }
}

/// The command that repeats it, without what changes only where results go.
pub(super) fn command(args: &GateArgs) -> String {
    let mut words = vec!["linefinder".to_string(), "gate".to_string()];
    let quoted = |path: &Path| repeat::quoted(&path.to_string_lossy());
    words.extend(args.scenarios.iter().map(|path| quoted(path)));
    words.push(format!("--baseline {}", quoted(&args.baseline)));
    for margin in &args.margins {
        words.push(format!("--margin {}", repeat::quoted(margin)));
    }
    if let Some(primary) = &args.primary {
        words.push(format!("--primary {primary}"));
    }
    if let Some(seed) = args.seed {
        words.push(format!("--seed {seed}"));
    }
    if let Some(n) = args.replications {
        words.push(format!("--replications {n}"));
    }
    for assignment in &args.set {
        words.push(format!("--set {}", repeat::quoted(assignment)));
    }
    words.join(" ")
}
