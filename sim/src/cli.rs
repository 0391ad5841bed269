//! The `linefinder` command: parses, runs, prints, exits.
//!
//! Exit codes: 0 passed, 1 a gate failed or a regression was found, 2 the input is wrong, 3 inconclusive, 4 could not run or the
//! measurement is invalid, 130 interrupted (as shells have it: 128 + SIGINT). Results go to standard
//! output, everything else to standard error; a reader that has gone away is no error.

mod calibrate;
mod check;
mod compare;
mod files;
mod fit;
mod gate;
mod merge;
mod plan;
mod progress;
mod recording;
mod repeat;
mod replay;
mod run;
mod sweep;
mod tune;
mod worker;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The contract with scripts.
const EXIT_CODES: &str = "\
Exit codes:
  0    passed
  1    a gate failed, or a regression was found
  2    the input is wrong
  3    inconclusive: more replications are needed
  4    could not run, or what was measured is not valid
  130  interrupted (Ctrl-C): nothing was written; of a sweep what is finished is kept";

/// Examples of `run`.
const RUN_EXAMPLES: &str = "\
Examples:
  linefinder run scenarios/plan/phase-3.yaml
  linefinder run scenarios/plan/phase-3.yaml --set policy.queues.sales.discovery='{ poll: 5s }'
  linefinder run scenarios/plan/legacy.yaml --replications 100 --out out/legacy
  linefinder run scenarios/plan/phase-4.yaml --json | jq .measures.reach_rate

Exit codes: 0 passed, 1 a gate failed, 2 the input is wrong, 3 inconclusive, 4 could not run or what
was measured is not valid, 130 interrupted (nothing was written).";

/// Examples of `calibrate`.
const CALIBRATE_EXAMPLES: &str = "\
Examples:
  linefinder calibrate scenarios/theory/estimates.yaml
  linefinder calibrate scenarios/theory/estimates-step.yaml --between 2h..2h30m --out out/step
  linefinder calibrate scenarios/bank-1999/replay-january.yaml --replications 1

Runs the scenario under every estimator on the same draws. Queues that announce no waits do here.
Exit codes: 0 done, 2 the input is wrong, 4 could not run or nobody waited, 130 interrupted
(nothing was written).";

/// Examples of `plan`.
const PLAN_EXAMPLES: &str = "\
Examples:
  linefinder plan scenarios/plan/rollout.yaml --out out/plan
  linefinder plan scenarios/plan/rollout.yaml --keep-going --replications 20

Exit codes: 0 every phase holds, 1 something is shown not to, 2 the input is wrong, 3 more replications
are needed, 4 could not run, 130 interrupted (nothing was written).";

/// Examples of `check`.
const CHECK_EXAMPLES: &str = "\
Examples:
  linefinder check scenarios/plan/*.yaml scenarios/policies/*.yaml

What a file is, is read off its keys. Exit codes: 0 all are right, 2 one is not.";

/// Examples of `schema`.
const SCHEMA_EXAMPLES: &str = "\
Examples:
  linefinder schema scenario > scenario.schema.json

and in the first line of a file, for editors with a YAML language server:
  # yaml-language-server: $schema=scenario.schema.json";

/// The command line.
#[derive(Parser)]
#[command(
    name = "linefinder",
    version,
    about = "Runs call-centre scenarios through the production routing engine and judges the outcome.",
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = EXIT_CODES
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Simulate a scenario: a table of measures with intervals, and the verdict of its gates.
    Run(RunArgs),
    /// Hold scenarios against a committed baseline: pass, fail or inconclusive, with the smallest
    /// change that could have been seen.
    Gate(gate::GateArgs),
    /// Calibrate wait estimates: announced against realised, by estimator, beside an oracle.
    Calibrate(CalibrateArgs),
    /// Fit a scenario to a call log: parts with goodness of fit, and how well it predicts.
    Fit(Box<fit::FitArgs>),
    /// Run every phase and rollout stage of a plan in order, and stop at the first that does not hold.
    Plan(PlanArgs),
    /// Compare scenarios, or one under several policies: differences with intervals, and verdicts.
    Compare(compare::CompareArgs),
    /// Find the cheapest value of a parameter whose gates hold.
    Tune(tune::TuneArgs),
    /// Run a scenario under many settings: curves with intervals, a table, JSON and CSV.
    Sweep(sweep::SweepArgs),
    /// Run blocks of sweeps that wait at a NATS server, until stopped.
    Worker(worker::WorkerArgs),
    /// Put the folders of a sweep's shards together.
    Merge(merge::MergeArgs),
    /// Replay a journal: the same outputs, or what would have happened under another policy.
    Replay(replay::ReplayArgs),
    /// Validate policies, scenarios, plans and columns files.
    #[command(after_help = CHECK_EXAMPLES)]
    Check {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Print the JSON Schema that editors use for completion.
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema {
        /// Of which kind of file.
        kind: SchemaKind,
    },
}

/// Kinds of files.
#[derive(Clone, Copy, ValueEnum)]
enum SchemaKind {
    Policy,
    Scenario,
    Plan,
    Columns,
}

#[derive(Args)]
#[command(after_help = RUN_EXAMPLES)]
struct RunArgs {
    /// The scenario file.
    scenario: PathBuf,
    /// The seed of every draw, instead of the scenario's.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Exactly so many replications, instead of the scenario's number and its `until`.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replications: Option<u32>,
    /// How many days, instead of the scenario's horizon.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    days: Option<u32>,
    /// Put another value to a key of the scenario; `null` takes the key out. Keys of its policy
    /// begin with `policy.`. May be given several times.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Threads; as many as there are cores unless said. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Check the engine's invariants after every step, and poll it at random further moments,
    /// which must change nothing (slow).
    #[arg(long)]
    check: bool,
    /// Write report.json, report.html, series.csv, spans.hlog, timing.json and the numbers of every
    /// chart (charts/*.csv) into this folder, and
    /// recorded.csv when the scenario replays a log.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// With --out: also calls.csv, a row per call. Memory then grows with the calls.
    #[arg(long, requires = "out")]
    calls: bool,
    /// Write what the engine is told in the first replication into this file, for `replay`.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Print the report as JSON, with a `speed` object, and nothing else.
    #[arg(long)]
    json: bool,
    /// Show every measure that has a value, not only the main ones.
    #[arg(long, conflicts_with = "json")]
    all: bool,
}

#[derive(Args)]
#[command(after_help = CALIBRATE_EXAMPLES)]
struct CalibrateArgs {
    /// The scenario files.
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// The seed of every draw, instead of the scenario's.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Exactly so many replications, instead of the scenario's number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replications: Option<u32>,
    /// How many days, instead of the scenario's horizon.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    days: Option<u32>,
    /// Put another value to a key of the scenario, as in `run`.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Look only at calls that arrive between these moments after the start: 4h..4h30m.
    #[arg(long, value_name = "FROM..TO", value_parser = calibrate::between)]
    between: Option<(u64, u64)>,
    /// Threads; as many as there are cores unless said. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Write calibration.json, calibration.csv, calibrate.html and the numbers of every chart
    /// (charts/*.csv) into this folder; of several scenarios each into a folder of its name in it.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the calibrations as JSON and nothing else.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(after_help = PLAN_EXAMPLES)]
struct PlanArgs {
    /// The plan file.
    plan: PathBuf,
    /// The seed of every draw, instead of the scenarios'.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Replications of every scenario, instead of their own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replications: Option<u32>,
    /// Threads; as many as there are cores unless said. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Run every phase and stage, whatever is found.
    #[arg(long)]
    keep_going: bool,
    /// Write plan.json, plan.html and the numbers of every chart (charts/*.csv) into this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print plan.json instead of the table.
    #[arg(long)]
    json: bool,
}

/// How the command ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Everything held.
    Passed = 0,
    /// A gate failed.
    Failed = 1,
    /// The input is wrong.
    BadInput = 2,
    /// More replications are needed.
    Inconclusive = 3,
    /// Could not run, or what was measured is not valid.
    Invalid = 4,
    /// Interrupted from the keyboard; nothing was written.
    Interrupted = 130,
}

/// Runs the command line `args` (the program's name first).
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let asked = !error.use_stderr();
            // Nobody left to tell when this fails.
            let _ = error.print();
            return if asked { Exit::Passed } else { Exit::BadInput };
        }
    };
    match cli.command {
        Command::Run(args) => run::run(&args),
        Command::Gate(args) => gate::gate(&args),
        Command::Calibrate(args) => calibrate::calibrate(&args),
        Command::Sweep(args) => sweep::sweep(&args),
        Command::Worker(args) => worker::worker(&args),
        Command::Merge(args) => merge::merge(&args),
        Command::Fit(args) => fit::fit(&args),
        Command::Plan(args) => plan::plan(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Tune(args) => tune::tune(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Check { files } => check::check(&files),
        Command::Schema { kind } => {
            let kind = match kind {
                SchemaKind::Policy => crate::schema::Kind::Policy,
                SchemaKind::Scenario => crate::schema::Kind::Scenario,
                SchemaKind::Plan => crate::schema::Kind::Plan,
                SchemaKind::Columns => crate::schema::Kind::Columns,
            };
            match print(&crate::schema::schema(kind)) {
                Ok(()) => Exit::Passed,
                Err(exit) => exit,
            }
        }
    }
}

/// Prints to standard output. A reader that has gone away is no error; any other failure (a full disk) is
/// told, and is how the command exits.
fn print(text: &str) -> Result<(), Exit> {
    use std::io::{ErrorKind, Write};
    let mut out = std::io::stdout().lock();
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    match write!(out, "{text}{newline}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            tell(&format!("error: standard output: {error}"));
            Err(Exit::Invalid)
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Tells the person at the terminal.
fn tell(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
}
