//! `linefinder gate SCENARIO... --baseline FILE`.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use policy_file::Overrides;
use reports::gate::Verdict;
use reports::measures::Measure;
use reports::regression::RegressionReport;
use reports::render::{
    self, TableOptions, annotations, changes_table, gate_csv, gate_json, gate_page, gate_table,
    junit, markdown,
};

use super::files::{Folder, of_page, replace};
use super::progress::Progress;
use super::run::{exit_of, stop_on_interrupt, threads};
use super::{Exit, print, repeat, tell};
use crate::baseline::{Baseline, Margin, names_of};
use crate::experiment::{Control, Options};
use crate::regression::{Asked, Failed, Planned, bless, report};
use crate::scenario::{Scenario, measure_ids};
use crate::world::Checks;

/// Every file that `--out` may get.
const FILES: &[&str] = &["gate.json", "gate.html", "gate.csv"];

/// Examples.
const EXAMPLES: &str = "\
Examples:
  linefinder gate scenarios/plan/*.yaml --baseline scenarios/baseline.json
  linefinder gate scenarios/plan/phase-3.yaml --baseline baseline.json --bless --margin mean_wait=0.5s
  linefinder gate scenarios/plan/phase-3.yaml --baseline baseline.json --junit gate.xml --markdown gate.md

Exit codes: 0 nothing is worse than its margin allows, 1 something is worse, 2 the input is wrong (also: the
world has changed since the baseline), 3 inconclusive: more replications are needed, 4 could not run.";

/// The arguments.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct GateArgs {
    /// The scenario files.
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// The committed baseline.
    #[arg(long, value_name = "FILE")]
    baseline: PathBuf,
    /// Accept what the scenarios give now: write it into the baseline, other scenarios in it stay.
    /// Prints what changes against what was there.
    #[arg(long)]
    bless: bool,
    /// By how much a measure may get worse: `1 points`, `0.5s`, `3/h`, `10%` of the baseline's value;
    /// `off` = it is only shown. May be given several times. With --bless it is written.
    #[arg(long = "margin", value_name = "MEASURE=VALUE")]
    margins: Vec<String>,
    /// The measure that the scenarios are about, which is judged at a level of its own.
    #[arg(long, value_name = "MEASURE")]
    primary: Option<String>,
    /// Other draws than the baseline's: not paired, and so less is seen.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// So many replications, with --bless or another --seed.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replications: Option<u32>,
    /// Put another value to a key of the scenarios, as `run` does: what if this were changed?
    #[arg(long = "set", value_name = "PATH=VALUE", conflicts_with = "bless")]
    set: Vec<String>,
    /// Threads; as many as there are cores unless said. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Write JUnit XML: a suite per scenario, a case per measure.
    #[arg(long, value_name = "FILE", conflicts_with = "bless")]
    junit: Option<PathBuf>,
    /// What an inconclusive measure is in JUnit XML, which knows no third verdict. The exit code is 3
    /// either way.
    #[arg(long, value_enum, default_value = "skip", conflicts_with = "bless")]
    inconclusive: Inconclusive,
    /// Write Markdown for a pull request's comment.
    #[arg(long, value_name = "FILE", conflicts_with = "bless")]
    markdown: Option<PathBuf>,
    /// Print GitHub's annotations to standard error; without it when GITHUB_ACTIONS=true.
    #[arg(long, conflicts_with = "bless")]
    annotations: bool,
    /// Write gate.json, gate.html, gate.csv and the numbers of the charts into this folder.
    #[arg(long, value_name = "DIR", conflicts_with = "bless")]
    out: Option<PathBuf>,
    /// Print gate.json and nothing else.
    #[arg(long, conflicts_with = "bless")]
    json: bool,
}

/// For [`reports::render::Inconclusive`].
#[derive(Clone, Copy, ValueEnum)]
enum Inconclusive {
    Fail,
    Skip,
}

/// Why a command ends early, after it was told.
type Ended<T> = Result<T, Exit>;

pub(super) fn gate(args: &GateArgs) -> Exit {
    let ended = if args.bless {
        accept(args)
    } else {
        judge(args)
    };
    ended.unwrap_or_else(|exit| exit)
}

/// `--bless`.
fn accept(args: &GateArgs) -> Ended<Exit> {
    let (scenarios, asked) = (read(args)?, asked(args)?);
    let mut baseline = known(args)?.unwrap_or_default();
    let before = baseline.clone();
    let stop = stop_on_interrupt();
    let progress = Progress::start();
    let control = Control {
        stop: &stop,
        progress: &|done, planned| progress.show(done, planned),
    };
    let mut changes = String::new();
    for (path, scenario) in &scenarios {
        let blessed = bless(
            scenario,
            &shown(path),
            &before,
            &asked,
            &options(args),
            &control,
        );
        let blessed = blessed.map_err(|failed| fail(path, &failed))?;
        let entry = &blessed.entry;
        changes.push_str(&format!(
            "{}: {} replications of seed {}, primary measure {}\n",
            blessed.name, entry.replications, entry.seed, entry.primary.id
        ));
        match (&blessed.beside, before.scenarios.get(&blessed.name)) {
            (Some(beside), _) => changes.push_str(&changes_table(beside)),
            (None, Some(_)) => {}
            (None, None) => changes.push_str("new in the baseline\n"),
        }
        for remark in &blessed.remarks {
            changes.push_str(&format!("{remark}\n"));
        }
        changes.push('\n');
        baseline.scenarios.insert(blessed.name, blessed.entry);
    }
    progress.finish();
    replace(&args.baseline, &baseline.text()).map_err(|error| invalid(&error))?;
    print(&changes)?;
    tell(&format!(
        "blessed: {} holds {}",
        args.baseline.display(),
        names_of(&baseline)
    ));
    Ok(Exit::Passed)
}

fn judge(args: &GateArgs) -> Ended<Exit> {
    let (scenarios, asked) = (read(args)?, asked(args)?);
    let name = shown(&args.baseline);
    let baseline = known(args)?.ok_or_else(|| {
        bad(&format!(
            "{name}: there is no such file; write a baseline with --bless"
        ))
    })?;
    let mut planned = Vec::new();
    for (path, scenario) in scenarios {
        let plan = Planned::new(scenario, &shown(&path), &baseline, &name, &asked);
        planned.push((path, plan.map_err(|error| bad(&error))?));
    }
    let stop = stop_on_interrupt();
    let folder = args.out.as_deref().map(|path| Folder::make(path, FILES));
    let folder = folder.transpose().map_err(|error| invalid(&error))?;
    let progress = Progress::start();
    let control = Control {
        stop: &stop,
        progress: &|done, planned| progress.show(done, planned),
    };
    let mut ran = Vec::new();
    for (path, planned) in planned {
        let run = planned.run(&options(args), &control);
        ran.push(run.map_err(|failed| fail(&path, &failed))?);
    }
    progress.finish();
    let report = report(&ran, &name, &command(args));
    write(args, &report, folder.as_ref())?;
    show(args, &report)?;
    Ok(match report.verdict() {
        Verdict::Pass => Exit::Passed,
        Verdict::Fail => Exit::Failed,
        Verdict::Inconclusive => Exit::Inconclusive,
    })
}

fn write(args: &GateArgs, report: &RegressionReport, folder: Option<&Folder<'_>>) -> Ended<()> {
    let inconclusive = match args.inconclusive {
        Inconclusive::Fail => render::Inconclusive::Fail,
        Inconclusive::Skip => render::Inconclusive::Skip,
    };
    let mut written = Ok(());
    if let Some(path) = &args.junit {
        written = written.and(replace(path, &junit(report, inconclusive)));
    }
    if let Some(path) = &args.markdown {
        written = written.and(replace(path, &markdown(report)));
    }
    if let Some(folder) = folder {
        let mut files = of_page("gate.html", gate_page(report));
        files.push(("gate.json".to_string(), gate_json(report)));
        files.push(("gate.csv".to_string(), gate_csv(report)));
        written = written.and(folder.write(&files));
    }
    written.map_err(|error| invalid(&error))
}

fn show(args: &GateArgs, report: &RegressionReport) -> Ended<()> {
    if args.annotations || std::env::var("GITHUB_ACTIONS").is_ok_and(|is| is == "true") {
        for line in annotations(report) {
            tell(&line);
        }
    }
    if args.json {
        return print(&gate_json(report));
    }
    let options = TableOptions {
        colour: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        all: true,
    };
    print(&gate_table(report, options))
}

/// Reads every scenario; what is wrong with any of them is told.
fn read(args: &GateArgs) -> Ended<Vec<(PathBuf, Scenario)>> {
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

fn known(args: &GateArgs) -> Ended<Option<Baseline>> {
    Baseline::read(&args.baseline).map_err(|error| bad(&error.to_string()))
}

fn asked(args: &GateArgs) -> Ended<Asked> {
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

fn options(args: &GateArgs) -> Options {
    Options {
        threads: threads(args.threads),
        rows: false,
        checks: Checks::default(),
        command: String::new(),
    }
}

/// The command that repeats it, without what changes only where results go.
fn command(args: &GateArgs) -> String {
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

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn fail(path: &Path, failed: &Failed) -> Exit {
    match failed {
        Failed::Refused(sentence) => bad(sentence),
        Failed::Empty => invalid(&format!(
            "{}: no call arrived between warm-up and horizon: nothing was measured",
            path.display()
        )),
        Failed::Run(error) => {
            tell(&format!("error: {}: {error}", path.display()));
            exit_of(error)
        }
    }
}

fn bad(sentence: &str) -> Exit {
    bad_input(&format!("error: {sentence}"))
}

fn bad_input(text: &str) -> Exit {
    tell(text);
    Exit::BadInput
}

fn invalid(sentence: &str) -> Exit {
    tell(&format!("error: {sentence}"));
    Exit::Invalid
}
