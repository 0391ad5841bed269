//! `linefinder tune SCENARIO --vary PATH=LO..HI`.

use std::path::PathBuf;

use clap::Args;
use policy_file::{FileErrors, quantity};
use reports::tune::{Cost, Outcome, Tuned, tune_json, tune_table};

use super::compare::measure;
use super::files::{self, Folder};
use super::progress::Progress;
use super::repeat::{self, quoted};
use super::run::{Changes, exit_of, read_changed, stop_on_interrupt, threads};
use super::{Exit, print, tell};
use crate::experiment::{Control, Options};
use crate::scenario::Scenario;
use crate::tune::{self, Parameter, Precision, Question, TuneError};
use crate::world::Checks;

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

#[derive(Args)]
#[command(after_help = TUNE_EXAMPLES)]
pub(super) struct TuneArgs {
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
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
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

/// Without `--max-replications`: so many times the replications of the first look.
const MORE: u32 = 10;

pub(super) fn tune(args: &TuneArgs) -> Exit {
    let scenario = |further: &[String]| read(args, further);
    let question = match question(args, &scenario) {
        Ok(question) => question,
        Err(error) => {
            tell(&error);
            return Exit::BadInput;
        }
    };
    let stop = stop_on_interrupt();
    let folder = args.out.as_deref();
    let folder = folder.map(|path| Folder::make(path, files::OF_TUNE));
    let folder = match folder.transpose() {
        Ok(folder) => folder,
        Err(error) => return invalid(&error),
    };
    let options = Options {
        threads: threads(args.threads),
        rows: false,
        checks: Checks::default(),
        command: command(args),
    };
    let progress = Progress::start();
    let control = Control {
        stop: &stop,
        progress: &|done, planned| progress.show(done, planned),
    };
    let tuned = tune::tune(&question, &options, &control);
    progress.finish();
    match tuned {
        Ok(tuned) => {
            let tuned = Tuned {
                set: args.set.clone(),
                ..tuned
            };
            show(args, &tuned, folder.as_ref())
        }
        Err(error) => fail(args, &error, &options.command),
    }
}

fn invalid(error: &str) -> Exit {
    tell(&format!("error: {error}"));
    Exit::Invalid
}

fn fail(args: &TuneArgs, error: &TuneError, command: &str) -> Exit {
    match error {
        TuneError::File(errors) => {
            tell(&errors.to_string());
            Exit::BadInput
        }
        TuneError::Question(what) => {
            tell(&format!("error: {}: {what}", args.scenario.display()));
            Exit::BadInput
        }
        TuneError::Run(at, error) => {
            tell(&format!(
                "error: {}: at {at}: {error}",
                args.scenario.display()
            ));
            tell(&repeat::advice(command));
            exit_of(error)
        }
    }
}

fn show(args: &TuneArgs, tuned: &Tuned, folder: Option<&Folder<'_>>) -> Exit {
    let printed = match args.json {
        true => print(&tune_json(tuned)),
        false => print(&tune_table(tuned)),
    };
    if let Some((folder, path)) = folder.zip(args.out.as_deref()) {
        if let Err(error) = folder.write(&files::of_tune(tuned)) {
            return invalid(&error);
        }
        tell(&format!("search written to {}", path.display()));
    }
    if let Err(failed) = printed {
        return failed;
    }
    match tuned.outcome {
        Outcome::Cheapest | Outcome::AsGoodAsCheapest | Outcome::AllHold => Exit::Passed,
        Outcome::NothingHolds => Exit::Failed,
        Outcome::PerhapsNotCheapest | Outcome::Undecided => Exit::Inconclusive,
    }
}

fn read(args: &TuneArgs, further: &[String]) -> Result<Scenario, FileErrors> {
    read_changed(
        &args.scenario,
        &Changes {
            seed: args.seed,
            replications: args.replications,
            days: args.days,
            set: &args.set,
            further: ("--vary", further),
        },
    )
}

fn question<'a>(
    args: &TuneArgs,
    scenario: &'a dyn Fn(&[String]) -> Result<Scenario, FileErrors>,
) -> Result<Question<'a>, String> {
    let parameters: Result<Vec<Parameter>, String> = args
        .vary
        .iter()
        .map(|text| {
            Parameter::read(text, args.resolution.as_deref())
                .map_err(|what| format!("error: --vary {text}: {what}"))
        })
        .collect();
    let cost = match args.minimize.as_str() {
        "value" => Cost::Value,
        id => Cost::Measure(measure(id, "--minimize")?),
    };
    let indifference = quantity::probability(&args.indifference)
        .map_err(|what| format!("error: --indifference {}: {what}", args.indifference))?;
    // As the scenario says by itself; what is varied may be what makes it whole.
    let parameters = parameters?;
    let first_values: Vec<String> = parameters.iter().map(|one| one.assignment(0)).collect();
    let experiment = scenario(&first_values)
        .map_err(|errors| errors.to_string())?
        .experiment;
    let first = experiment.replications;
    let most = args.max_replications.unwrap_or(first.saturating_mul(MORE));
    if first < 2 {
        return Err(
            "error: one replication gives no interval; ask for more with --replications"
                .to_string(),
        );
    }
    if most < first {
        return Err(format!(
            "error: --max-replications {most}: the first look alone takes {first} (--replications)"
        ));
    }
    Ok(Question {
        parameters,
        cost,
        precision: Precision {
            confidence: experiment.confidence,
            first,
            most,
            indifference,
        },
        scenario,
    })
}

/// The command that repeats the search.
fn command(args: &TuneArgs) -> String {
    let mut words = vec![
        "linefinder tune".to_string(),
        quoted(&args.scenario.to_string_lossy()),
    ];
    let mut add = |option: &str, value: &str| words.push(format!("{option} {}", quoted(value)));
    for assignment in &args.set {
        add("--set", assignment);
    }
    for vary in &args.vary {
        add("--vary", vary);
    }
    if let Some(resolution) = &args.resolution {
        add("--resolution", resolution);
    }
    add("--minimize", &args.minimize);
    if args.indifference != "1%" {
        add("--indifference", &args.indifference);
    }
    for (option, value) in [
        ("--seed", args.seed),
        ("--replications", args.replications.map(u64::from)),
        ("--max-replications", args.max_replications.map(u64::from)),
        ("--days", args.days.map(u64::from)),
    ] {
        if let Some(value) = value {
            add(option, &value.to_string());
        }
    }
    words.join(" ")
}
