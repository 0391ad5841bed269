//! The `linefinder` command: parses, runs, prints, exits.
//!
//! Exit codes: 0 passed, 1 a gate failed, 2 the input is wrong, 3 inconclusive, 4 could not run or the
//! measurement is invalid. Results go to standard output, everything else to standard error.

mod check;
mod files;
mod run;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Runs call-centre scenarios through the production routing engine and judges the outcome.
#[derive(Parser)]
#[command(
    name = "linefinder",
    version,
    about,
    max_term_width = 100,
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Simulate a scenario: a table of measures with intervals, and the verdict of its gates.
    Run(RunArgs),
    /// Validate policies, scenarios and columns files.
    Check {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Print the JSON Schema that editors use for completion.
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
#[command(after_help = "\
Examples:
  linefinder run scenarios/plan/phase-3.yaml
  linefinder run scenarios/plan/phase-3.yaml --set policy.queues.sales.discovery.poll=5s
  linefinder run scenarios/plan/legacy.yaml --replications 100 --out out/legacy

Exit codes: 0 passed, 1 a gate failed, 2 the input is wrong, 3 inconclusive, 4 could not run.")]
struct RunArgs {
    /// The scenario file.
    scenario: PathBuf,
    /// The seed of every draw, instead of the scenario's.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How many replications, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replications: Option<u32>,
    /// How many days, instead of the scenario's horizon.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    days: Option<u32>,
    /// Override a key of the scenario; keys of its policy begin with `policy.`.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Threads; as many as there are cores unless said. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Check the engine's invariants after every step (slow).
    #[arg(long)]
    check: bool,
    /// Write report.json, report.html, series.csv and timing.json into this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// With --out: also calls.csv, a row per call. Memory then grows with the calls.
    #[arg(long, requires = "out")]
    calls: bool,
    /// Print the report as JSON (and nothing else) instead of the table.
    #[arg(long)]
    json: bool,
    /// Show every measure that has a value, not only the main ones.
    #[arg(long, conflicts_with = "json")]
    all: bool,
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
        Command::Check { files } => check::check(&files),
        Command::Schema { kind } => {
            let kind = match kind {
                SchemaKind::Policy => crate::schema::Kind::Policy,
                SchemaKind::Scenario => crate::schema::Kind::Scenario,
                SchemaKind::Plan => crate::schema::Kind::Plan,
                SchemaKind::Columns => crate::schema::Kind::Columns,
            };
            print(&crate::schema::schema(kind));
            Exit::Passed
        }
    }
}

/// Prints to standard output; a reader that has gone away is no error.
fn print(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    let _ = write!(out, "{text}{newline}").and_then(|()| out.flush());
}

/// Tells the person at the terminal.
fn tell(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
}
