//! The `linefinder` command: parses, runs, prints, exits.
//!
//! Exit codes: 0 passed, 1 a gate failed, 2 the input is wrong, 3 inconclusive, 4 could not run or the
//! measurement is invalid, 130 interrupted (as shells have it: 128 + SIGINT). Results go to standard
//! output, everything else to standard error; a reader that has gone away is no error.

mod check;
mod compare;
mod files;
mod progress;
mod repeat;
mod run;
mod tune;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The contract with scripts.
const EXIT_CODES: &str = "\
Exit codes:
  0    passed
  1    a gate failed
  2    the input is wrong
  3    inconclusive: more replications are needed
  4    could not run, or what was measured is not valid
  130  interrupted (Ctrl-C): nothing was written";

/// Examples of `run`.
const RUN_EXAMPLES: &str = "\
Examples:
  linefinder run scenarios/plan/phase-3.yaml
  linefinder run scenarios/plan/phase-3.yaml --set policy.queues.sales.discovery='{ poll: 5s }'
  linefinder run scenarios/plan/legacy.yaml --replications 100 --out out/legacy
  linefinder run scenarios/plan/phase-4.yaml --json | jq .measures.reach_rate

Exit codes: 0 passed, 1 a gate failed, 2 the input is wrong, 3 inconclusive, 4 could not run or what
was measured is not valid, 130 interrupted (nothing was written).";

/// Examples of `compare`.
const COMPARE_EXAMPLES: &str = "\
Examples:
  linefinder compare scenarios/plan/phase-2.yaml scenarios/plan/phase-3.yaml
  linefinder compare scenarios/plan/phase-3.yaml --policy scenarios/policies/phase-2.yaml scenarios/policies/phase-3.yaml
  linefinder compare scenarios/plan/phase-2.yaml --against policy.queues.sales.discovery.poll=5s --margin 'mean_wait=1s'
  linefinder compare scenarios/plan/phase-3.yaml scenarios/plan/phase-4.yaml --measure reach_rate --measure revenue

Scenarios with the same world have the same callers, and are compared replication by replication.
Exit codes: 0 compared, 1 something is worse (--fail-if-worse), 2 the input is wrong, 4 could not run
or nothing was measured, 130 interrupted (nothing was written).";

/// Examples of `tune`.
const TUNE_EXAMPLES: &str = "\
Examples:
  linefinder tune scenarios/plan/phase-3.yaml --set 'policy.queues.sales.discovery={ poll: 10s }' \\
      --vary policy.queues.sales.discovery.poll=0.2s..10s --resolution 0.1s
  linefinder tune scenarios/theory/erlang-c.yaml --vary agents.all.count=11..24 --minimize value
  linefinder tune scenarios/plan/phase-3.yaml --vary policy.queues.sales.offer.ring=1,2 \\
      --vary 'policy.queues.sales.discovery={ poll: 1s },{ poll: 5s },{ events: true, reconcile: 30s }'

Exit codes: 0 found, 1 nothing that was tried holds, 2 the input is wrong, 3 inconclusive (more
replications are needed), 4 could not run, 130 interrupted (nothing was written).";

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
    /// Compare scenarios, or one under several policies: differences with intervals, and verdicts.
    Compare(CompareArgs),
    /// Find the cheapest value of a parameter whose gates hold.
    Tune(TuneArgs),
    /// Validate policies, scenarios and columns files.
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
    #[arg(long, value_name = "N")]
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
    /// Print the report as JSON, with a `speed` object, and nothing else.
    #[arg(long)]
    json: bool,
    /// Show every measure that has a value, not only the main ones.
    #[arg(long, conflicts_with = "json")]
    all: bool,
}

#[derive(Args)]
#[command(after_help = COMPARE_EXAMPLES)]
struct CompareArgs {
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
    #[arg(long, value_name = "N")]
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

#[derive(Args)]
#[command(after_help = TUNE_EXAMPLES)]
struct TuneArgs {
    /// The scenario file; its gates say what must hold.
    scenario: PathBuf,
    /// What is varied: a monotone range, searched by bisection, or a list of values. Lists may be
    /// given several times: every combination is a point.
    #[arg(long, value_name = "PATH=LO..HI", required = true)]
    vary: Vec<String>,
    /// The distance of the values of a range, instead of a round 64th of it.
    #[arg(long, value_name = "STEP")]
    resolution: Option<String>,
    /// What is to be small: a measure, or `value` for the number that is varied.
    #[arg(long, value_name = "MEASURE", default_value = "store_ops_per_hour")]
    minimize: String,
    /// Of lists: costs that differ by less than this share are as good as equal.
    #[arg(long, value_name = "SHARE", default_value = "1%")]
    indifference: String,
    /// The seed of every draw, instead of the scenario's.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Replications of the first look at a point, instead of the scenario's number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    replications: Option<u32>,
    /// Replications of a point at most, instead of 10 times those of the first look.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    max_replications: Option<u32>,
    /// How many days, instead of the scenario's horizon.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    days: Option<u32>,
    /// Put another value to a key of the scenario, as in `run`; before what is varied.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Threads; as many as there are cores unless said. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Write tune.json, tune.html, tune.csv and the numbers of every chart (charts/*.csv) into this
    /// folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the search as JSON and nothing else.
    #[arg(long)]
    json: bool,
}

/// When replications are paired.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PairingArg {
    Auto,
    Always,
    Never,
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
        Command::Compare(args) => compare::compare(&args),
        Command::Tune(args) => tune::tune(&args),
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
