//! `linefinder plan PLAN`.

use std::io::IsTerminal;

use super::files::{Folder, of_page};
use super::progress::Progress;
use super::{Exit, PlanArgs, print, repeat, run, tell};
use crate::experiment::{Control, Options, RunError};
use crate::plan::{self, Plan, PlanOptions, PlanRun};
use crate::world::Checks;
use reports::gate::Verdict;

/// The files that it writes, beside those of charts.
const FILES: &[&str] = &["plan.json", "plan.html"];

pub(super) fn plan(args: &PlanArgs) -> Exit {
    let options = PlanOptions {
        seed: args.seed,
        replications: args.replications,
    };
    let plan = match Plan::read(&args.plan, options) {
        Ok(plan) => plan,
        Err(errors) => {
            tell(&errors.to_string());
            return Exit::BadInput;
        }
    };
    let stop = run::stop_on_interrupt();
    let folder = args.out.as_deref().map(|path| Folder::make(path, FILES));
    let folder = match folder.transpose() {
        Ok(folder) => folder,
        Err(error) => {
            tell(&format!("error: {error}"));
            return Exit::Invalid;
        }
    };
    let command = command(args);
    let options = Options {
        threads: run::threads(args.threads),
        rows: false,
        checks: Checks::default(),
        command: command.clone(),
    };
    let progress = Progress::start();
    let control = Control {
        stop: &stop,
        progress: &|done, planned| progress.show(done, planned),
    };
    let finished = plan::run(&plan, args.keep_going, &options, &control);
    let wall_s = progress.finish();
    match finished {
        Ok(run) => {
            let exit = show(args, &plan, &run, &command, folder.as_ref());
            tell(&format!("{} calls in {wall_s:.1} s", run.calls));
            exit
        }
        Err(error) => fail(args, &error, &command),
    }
}

fn show(
    args: &PlanArgs,
    plan: &Plan,
    run: &PlanRun,
    command: &str,
    folder: Option<&Folder<'_>>,
) -> Exit {
    let json = plan::plan_json(plan, run, command);
    let printed = match args.json {
        true => print(&json),
        false => {
            let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            print(&plan::plan_table(plan, run, colour))
        }
    };
    if let Some((folder, path)) = folder.zip(args.out.as_deref()) {
        let mut files = of_page("plan.html", plan::plan_page(plan, run, command));
        files.push(("plan.json".to_string(), json));
        if let Err(error) = folder.write(&files) {
            tell(&format!("error: {error}"));
            return Exit::Invalid;
        }
        tell(&format!("report written to {}", path.display()));
    }
    printed.map_or_else(
        |failed| failed,
        |()| match run.verdict() {
            Verdict::Pass => Exit::Passed,
            Verdict::Fail => Exit::Failed,
            Verdict::Inconclusive => Exit::Inconclusive,
        },
    )
}

fn fail(args: &PlanArgs, error: &RunError, command: &str) -> Exit {
    tell(&format!("error: {}: {error}", args.plan.display()));
    tell(&repeat::advice(command));
    run::exit_of(error)
}

/// The command that repeats it.
fn command(args: &PlanArgs) -> String {
    let mut words = vec![
        "linefinder plan".to_owned(),
        repeat::quoted(&args.plan.to_string_lossy()),
    ];
    if let Some(seed) = args.seed {
        words.push(format!("--seed {seed}"));
    }
    if let Some(n) = args.replications {
        words.push(format!("--replications {n}"));
    }
    if args.keep_going {
        words.push("--keep-going".to_owned());
    }
    words.join(" ")
}
