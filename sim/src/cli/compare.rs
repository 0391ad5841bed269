//! `linefinder compare SCENARIO...`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use policy_file::field::known_names;
use policy_file::{FileErrors, quantity};
use reports::compare::{Compared, Question, compare_json, compare_table};
use reports::measures::{Measure, Unit};
use reports::sample::Evidence;

use super::files::{self, Folder};
use super::progress::Progress;
use super::repeat::{self, quoted};
use super::run::{Changes, exit_of, read_changed, stop_on_interrupt, threads};
use super::{Exit, print, tell};
use crate::experiment::{self, Contender, Control, Options, Pairing};
use crate::scenario::measure_ids;
use crate::world::Checks;

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

/// When replications are paired.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PairingArg {
    Auto,
    Always,
    Never,
}

/// What is compared unless said otherwise: whether callers are served, how fast, and at what cost.
const MAIN: &[&str] = &[
    "reach_rate",
    "abandonment_rate",
    "mean_wait",
    "service_level",
    "assignment_latency_p99",
    "handled_per_agent_hour",
    "store_ops_per_hour",
];

pub(super) fn compare(args: &CompareArgs) -> Exit {
    let (contenders, measures) = match prepared(args) {
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

type Asked = (&'static Measure, Option<f64>);

/// What is compared, the baseline first, and in which measures.
fn prepared(args: &CompareArgs) -> Result<(Vec<Contender>, Vec<Asked>), String> {
    let measures = asked_measures(args)?;
    let mut contenders = contenders(args)?;
    name_apart(&mut contenders, args);
    if let Some(wanted) = &args.baseline {
        let names: Vec<String> = contenders.iter().map(|c| c.name.clone()).collect();
        let place = names.iter().position(|name| name == wanted);
        let place = place.ok_or_else(|| {
            let help = known_names(&names, wanted);
            format!(
                "error: --baseline {wanted}: nothing that is compared has this name\n  help: {help}"
            )
        })?;
        contenders[..=place].rotate_right(1);
    }
    if contenders[0].scenario.experiment.replications < 2 {
        return Err(format!(
            "error: {}: one replication gives no interval; ask for more with --replications",
            contenders[0].name
        ));
    }
    Ok((contenders, measures))
}

fn contenders(args: &CompareArgs) -> Result<Vec<Contender>, String> {
    let changed = |path: &Path, name: Option<String>, further: Option<String>| {
        let mut set = args.set.clone();
        set.extend(further);
        let changes = Changes {
            seed: args.seed,
            replications: args.replications,
            days: args.days,
            set: &set,
        };
        let scenario =
            read_changed(path, &changes).map_err(|errors: FileErrors| errors.to_string())?;
        for remark in scenario.remarks() {
            tell(&remark);
        }
        Ok::<Contender, String>(Contender {
            name: name.unwrap_or_else(|| stem(path)),
            scenario,
        })
    };
    let is_of_one = !args.policy.is_empty() || !args.against.is_empty();
    match (args.scenarios.as_slice(), is_of_one) {
        ([path], true) => {
            let mut all = Vec::new();
            if args.policy.len() < 2 {
                let own = changed(path, None, None)?;
                let policy = own.scenario.policy_path.as_deref().map(stem);
                let name = policy.filter(|_| !args.policy.is_empty());
                all.push(Contender {
                    name: name.unwrap_or(own.name),
                    ..own
                });
            }
            for policy in &args.policy {
                let set = policy_assignment(policy)?;
                all.push(changed(path, Some(stem(policy)), Some(set))?);
            }
            for assignment in &args.against {
                all.push(changed(path, Some(assignment.clone()), Some(assignment.clone()))?);
            }
            Ok(all)
        }
        ([_], false) => Err(
            "error: one scenario alone has nothing to be compared with; name another one, or give --policy FILE... or \
             --against PATH=VALUE"
                .to_string(),
        ),
        (_, true) => Err(
            "error: --policy and --against are about one scenario; give only one, or put each into a file of its own"
                .to_string(),
        ),
        (paths, false) => paths.iter().map(|path| changed(path, None, None)).collect(),
    }
}

/// A file's name without folder and ending.
fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}

/// `policy=FILE`, with the file as seen from anywhere: a scenario's paths are of its own folder.
fn policy_assignment(path: &Path) -> Result<String, String> {
    let shown = path.display();
    if !path.is_file() {
        return Err(format!("error: --policy {shown}: there is no such file"));
    }
    let absolute =
        std::path::absolute(path).map_err(|error| format!("error: --policy {shown}: {error}"))?;
    let text = absolute.to_string_lossy().replace('\'', "''");
    Ok(format!("policy='{text}'"))
}

/// Files of one name in several folders are called by their paths; what is there twice is numbered.
fn name_apart(contenders: &mut [Contender], args: &CompareArgs) {
    let paths: &[PathBuf] = match args.policy.len() {
        0 if args.against.is_empty() => &args.scenarios,
        0 | 1 => &[],
        _ => &args.policy,
    };
    let names: Vec<String> = contenders.iter().map(|c| c.name.clone()).collect();
    let is_double = |name: &String| names.iter().filter(|other| *other == name).count() > 1;
    for (place, contender) in contenders.iter_mut().enumerate() {
        if let Some(path) = paths.get(place).filter(|_| is_double(&contender.name)) {
            contender.name = path.display().to_string();
        }
    }
    for place in 1..contenders.len() {
        let (before, rest) = contenders.split_at_mut(place);
        let same = before
            .iter()
            .filter(|other| other.name == rest[0].name)
            .count();
        if same > 0 {
            rest[0].name = format!("{} ({})", rest[0].name, same + 1);
        }
    }
}

fn asked_measures(args: &CompareArgs) -> Result<Vec<Asked>, String> {
    let mut asked: Vec<Asked> = Vec::new();
    let ids: Vec<&str> = match args.measures.is_empty() {
        true => MAIN.to_vec(),
        false => args.measures.iter().map(String::as_str).collect(),
    };
    for id in ids {
        let measure = measure(id, "--measure")?;
        if asked.iter().all(|(known, _)| *known != measure) {
            asked.push((measure, None));
        }
    }
    for margin in &args.margins {
        let wrong = |what: String| format!("error: --margin {margin}: {what}");
        let (id, value) = margin
            .split_once('=')
            .ok_or_else(|| wrong("expected MEASURE=VALUE, as in mean_wait=2s".to_string()))?;
        let measure = measure(id.trim(), "--margin")?;
        let value = margin_value(value.trim(), measure.unit).map_err(wrong)?;
        match asked.iter_mut().find(|(known, _)| *known == measure) {
            Some((_, known)) => *known = Some(value),
            None => asked.push((measure, Some(value))),
        }
    }
    Ok(asked)
}

/// The measure that an option names.
pub(super) fn measure(id: &str, option: &str) -> Result<&'static Measure, String> {
    let found = measure_ids().find(|known| *known == id);
    found.and_then(Measure::named).ok_or_else(|| {
        let names: Vec<String> = measure_ids().map(str::to_owned).collect();
        let help = known_names(&names, id);
        format!("error: {option} {id}: there is no measure `{id}`\n  help: {help}")
    })
}

/// A difference in the measure's own unit, above 0.
fn margin_value(text: &str, unit: Unit) -> Result<f64, String> {
    let value = match unit {
        Unit::Ratio => text
            .strip_suffix("points")
            .or(text.strip_suffix("point"))
            .ok_or_else(|| "a share's margin is written in points, as in 0.5 points".to_string())
            .and_then(|points| quantity::number(points.trim_end()))
            .map(|points| points / 100.0),
        Unit::Seconds | Unit::SignedSeconds => quantity::span(text).map(|span| span.as_secs_f64()),
        Unit::PerHour => quantity::rate(text).map(|per_second| per_second * 3600.0),
        Unit::Count | Unit::Calls | Unit::Value | Unit::Score => quantity::number(text),
    }?;
    match value > 0.0 {
        true => Ok(value),
        false => Err("must be above 0".to_string()),
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
