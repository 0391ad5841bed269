//! `linefinder gate SCENARIO... --baseline FILE`: judges or blesses, writes and shows.

mod args;

use std::io::IsTerminal;
use std::path::Path;

use reports::gate::Verdict;
use reports::regression::RegressionReport;
use reports::render::{
    self, TableOptions, annotations, changes_table, gate_csv, gate_json, gate_page, gate_table,
    junit, markdown, wrapped,
};

pub(super) use args::GateArgs;
use args::{Inconclusive, asked, command, known, options, read};

use super::files::{Folder, of_page, replace};
use super::progress::Progress;
use super::run::{exit_of, stop_on_interrupt};
use super::{Exit, print, tell};
use crate::baseline::names_of;
use crate::experiment::Control;
use crate::regression::{Failed, Planned, bless, report};

/// Every file that `--out` may get.
const FILES: &[&str] = &["gate.json", "gate.html", "gate.csv"];

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
            changes.push_str(&wrapped(remark));
            changes.push('\n');
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
