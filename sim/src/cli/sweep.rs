//! `linefinder sweep SCENARIO --vary PATH=...`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use clap::Args;

use super::files::Folder;
use super::progress::Progress;
use super::worker::NatsArgs;
use super::{Exit, print, repeat, run, tell};
use crate::experiment::Control;
use crate::sweep::block::{Block, Shard, blocks};
use crate::sweep::findings::Findings;
use crate::sweep::plan::{BLOCK, Shown};
use crate::sweep::store::Found;
use crate::sweep::{Build, Plan, Request, Store, SweepError, nats, render, work};

/// Examples of `sweep`.
const EXAMPLES: &str = "\
Examples:
  linefinder sweep scenarios/plan/phase-2.yaml --vary policy.queues.sales.slow_poll=1s,2s,5s,10s
  linefinder sweep day.yaml --vary agents.core.count=12,14,16 \\
      --vary policy.queues.sales.rotation=longest_idle,random
  linefinder sweep day.yaml --vary policy.queues.sales.offer.timeout=log:5s..60s \\
      --latin-hypercube 20 --out out
  linefinder sweep day.yaml --vary ... --out out --shard $SLURM_ARRAY_TASK_ID/10
  linefinder merge out                      # when all shards are done
  linefinder sweep day.yaml --vary ... --out out --nats nats://queue:4222
  linefinder worker --nats nats://queue:4222          # elsewhere

Killed or interrupted, the same command goes on where it was. Exit codes: 0 done, whatever
the gates say (they are part of what a sweep finds out), 2 the input is wrong, 4 a point could
not be run, 130 interrupted.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct SweepArgs {
    /// The scenario file, or the plan.json of a sweep.
    scenario: PathBuf,
    /// What varies: PATH=v1,v2,... (several make a grid), or PATH=LO..HI and PATH=log:LO..HI with
    /// --latin-hypercube. Keys of the policy begin with `policy.`. May be given several times.
    #[arg(long, value_name = "PATH=VALUES")]
    vary: Vec<String>,
    /// N points spread evenly along everything that varies, instead of a grid. The scenario's seed decides
    /// which.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    latin_hypercube: Option<u32>,
    /// Put another value to a key of the scenario at every point, as `run` does.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// The seed of every draw, instead of the scenario's.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
    /// So many replications of every point, instead of the scenario's number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replications: Option<u32>,
    /// How many days, instead of the scenario's horizon.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    days: Option<u32>,
    /// Show this measure in tables and charts, instead of the usual ones. May be given several times.
    #[arg(long = "measure", value_name = "ID")]
    measures: Vec<String>,
    /// Threads; as many as there are cores unless said. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Keep the plan and all results in this folder, to go on from when killed, and write sweep.json,
    /// sweep.csv, sweep.html and charts/*.csv there.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The folder may be that of another sweep: keep the results that both share, remove the others.
    #[arg(long, requires = "out")]
    replace: bool,
    /// Replications of a block, the piece of work that is handed out and kept.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    block: Option<u32>,
    /// Do only the I-th of N shares (from 0: 0/8 to 7/8); `linefinder merge` puts them together.
    #[arg(long, value_name = "I/N", requires = "out")]
    shard: Option<Shard>,
    /// Only write plan.json: all that shards and workers elsewhere need.
    #[arg(long, requires = "out", conflicts_with = "shard")]
    plan_only: bool,
    /// Have it done by workers that pull from this NATS server (JetStream): nats://HOST:PORT or
    /// tls://..., with user:password@ or token@ before the host; where LINEFINDER_NATS says when no URL
    /// is given.
    #[arg(long, value_name = "URL", requires = "out", conflicts_with = "shard")]
    #[arg(num_args = 0..=1, default_missing_value = "")]
    nats: Option<String>,
    #[command(flatten)]
    nats_options: NatsArgs,
    /// Print sweep.json and nothing else.
    #[arg(long, conflicts_with_all = ["shard", "plan_only"])]
    json: bool,
}

pub(super) fn sweep(args: &SweepArgs) -> Exit {
    match try_sweep(args) {
        Ok(()) => Exit::Passed,
        Err(failed) => failed.told(),
    }
}

/// How a sweep can fail.
pub(super) enum Failed {
    /// Told already.
    Exit(Exit),
    Error(SweepError),
}

impl From<SweepError> for Failed {
    fn from(error: SweepError) -> Self {
        Failed::Error(error)
    }
}

impl From<Exit> for Failed {
    fn from(exit: Exit) -> Self {
        Failed::Exit(exit)
    }
}

impl Failed {
    /// Tells it.
    pub(super) fn told(&self) -> Exit {
        let error = match self {
            Failed::Exit(exit) => return *exit,
            Failed::Error(error) => error,
        };
        tell(&error.to_string());
        match error {
            SweepError::Input(_) | SweepError::Wrong(_) => Exit::BadInput,
            SweepError::Run { .. } | SweepError::Elsewhere { .. } | SweepError::System(_) => {
                Exit::Invalid
            }
            SweepError::Stopped => Exit::Interrupted,
        }
    }
}

fn try_sweep(args: &SweepArgs) -> Result<(), Failed> {
    let build = Build::this().map_err(SweepError::System)?;
    let plan = plan(args, &build)?;
    // Before the folder is made: from its first trace on, Ctrl-C ends the sweep cleanly.
    let stop = run::stop_on_interrupt();
    let temporary = Temporary::unless(args.out.as_deref());
    let path = args.out.as_deref().unwrap_or(&temporary.0);
    let folder = folder(path)?;
    let store = Store::new(path);
    store.adopt(&plan, args.replace)?;
    let all = blocks(&plan);
    if args.plan_only {
        let n = all.len();
        tell(&format!(
            "{}: {} points in {n} blocks; shards of it: linefinder sweep {} --out DIR --shard I/N, I from 0 to N-1",
            store.plan_path().display(),
            plan.work.points.len(),
            repeat::quoted(&store.plan_path().to_string_lossy()),
        ));
        return Ok(());
    }
    let own: Vec<Block> = all
        .iter()
        .enumerate()
        .filter(|(place, _)| args.shard.is_none_or(|shard| shard.takes(*place)))
        .map(|(_, block)| block.clone())
        .collect();
    let missing = missing(&store, &own)?;
    if missing.len() < own.len() {
        let there = own.len() - missing.len();
        tell(&format!(
            "{there} of {} blocks are there already",
            own.len()
        ));
    }
    do_missing(args, &plan, &store, &missing, &stop)?;
    if let Some(shard) = args.shard {
        tell(&format!(
            "shard {shard}: its {} of {} blocks are in {}; when all shards are done: linefinder merge {}",
            own.len(),
            all.len(),
            path.display(),
            repeat::quoted(&path.to_string_lossy())
        ));
        return Ok(());
    }
    finish(&plan, &store, &folder, args.json, args.out.is_some())
}

/// Does what is missing, here or by workers elsewhere.
fn do_missing(
    args: &SweepArgs,
    plan: &Plan,
    store: &Store,
    missing: &[Block],
    stop: &AtomicBool,
) -> Result<(), SweepError> {
    if missing.is_empty() {
        return Ok(());
    }
    let progress = Progress::start();
    let control = Control {
        stop,
        progress: &|done, planned| progress.show(done, planned),
    };
    let done = match &args.nats {
        Some(url) => args
            .nats_options
            .server(url)
            .and_then(|server| nats::collect(&server, plan, store, missing, &control, &tell)),
        None => plan
            .work
            .scenario
            .unpack(&store.files())
            .and_then(|unpacked| {
                let threads = run::threads(args.threads);
                work::run(plan, &unpacked, store, missing, threads, &control)
            }),
    };
    progress.finish();
    if done == Err(SweepError::Stopped) && args.out.is_some() {
        tell("interrupted: what is finished is kept; the same command goes on from there");
    }
    done
}

/// Shows and writes a complete sweep.
pub(super) fn finish(
    plan: &Plan,
    store: &Store,
    folder: &Folder<'_>,
    as_json: bool,
    is_kept: bool,
) -> Result<(), Failed> {
    let unpacked = plan.work.scenario.unpack(&store.files())?;
    let findings = Findings::of(plan, &unpacked, store)?;
    let printed = match as_json {
        true => print(&render::json(&findings)),
        false => print(&render::table(&findings)),
    };
    if is_kept {
        let written = folder.write(&render::files(&findings));
        written.map_err(SweepError::System)?;
        store.sweep_up();
        tell(&format!("written to {}", store.folder().display()));
    }
    Ok(printed?)
}

/// The folder, made before a long sweep rather than after it.
pub(super) fn folder(path: &Path) -> Result<Folder<'_>, SweepError> {
    Folder::make(path, render::NAMES).map_err(SweepError::System)
}

/// The blocks whose results are not there. Tells of those that are damaged.
pub(super) fn missing(store: &Store, blocks: &[Block]) -> Result<Vec<Block>, SweepError> {
    let mut missing = Vec::new();
    for block in blocks {
        match store.find(block)? {
            Found::Result => continue,
            Found::Nothing => {}
            Found::Damaged(how) => tell(&format!(
                "results/{}.json {how}: it is made again",
                block.address
            )),
        }
        missing.push(block.clone());
    }
    Ok(missing)
}

/// The plan that was asked for.
fn plan(args: &SweepArgs, build: &Build) -> Result<Plan, SweepError> {
    let name = args.scenario.display().to_string();
    if args.scenario.extension().is_some_and(|end| end == "json")
        && let Ok(text) = fs::read_to_string(&args.scenario)
        && Plan::is_plan(&text)
    {
        let says_more = !(args.vary.is_empty() && assignments(args).is_empty())
            || args.latin_hypercube.is_some()
            || args.block.is_some();
        if says_more {
            return Err(SweepError::Wrong(format!(
                "{name} is a plan, which says itself what is set and varies; leave out --vary, --set, --seed, \
                 --replications, --days, --latin-hypercube and --block"
            )));
        }
        let mut plan = Plan::parse(&text, &name)?;
        plan.check_build(&name, build)?;
        if !args.measures.is_empty() {
            plan.shown.measures.clone_from(&args.measures);
        }
        return Ok(plan);
    }
    let request = Request {
        scenario: args.scenario.clone(),
        set: assignments(args),
        vary: args.vary.clone(),
        latin_hypercube: args.latin_hypercube,
        block: args.block.unwrap_or(BLOCK),
        shown: Shown {
            command: command(args),
            measures: args.measures.clone(),
        },
    };
    if args.vary.is_empty() {
        return Err(SweepError::Wrong(
            "a sweep needs something that varies: --vary policy.queues.sales.slow_poll=1s,5s,10s; to run a \
             scenario as it is there is `linefinder run`"
                .to_owned(),
        ));
    }
    let made = Plan::make(&request, build.clone())?;
    for remark in &made.remarks {
        tell(remark);
    }
    Ok(made.plan)
}

/// What is set at every point.
fn assignments(args: &SweepArgs) -> Vec<String> {
    let mut set = Vec::new();
    set.extend(args.seed.map(|seed| format!("experiment.seed={seed}")));
    if let Some(n) = args.replications {
        set.push(format!("experiment.replications={n}"));
        set.push("experiment.until=null".to_owned());
    }
    if let Some(days) = args.days {
        set.push("experiment.horizon=null".to_owned());
        set.push(format!("experiment.days={days}"));
    }
    set.extend(args.set.iter().cloned());
    set
}

/// The command that repeats it: without what does not change the result.
fn command(args: &SweepArgs) -> String {
    let scenario = repeat::quoted(&args.scenario.to_string_lossy());
    let mut words = vec!["linefinder sweep".to_owned(), scenario];
    words.extend(args.seed.map(|seed| format!("--seed {seed}")));
    words.extend(args.replications.map(|n| format!("--replications {n}")));
    words.extend(args.days.map(|days| format!("--days {days}")));
    let quoted = |option: &str, texts: &[String]| -> Vec<String> {
        let word = |text: &String| format!("{option} {}", repeat::quoted(text));
        texts.iter().map(word).collect()
    };
    words.extend(quoted("--set", &args.set));
    words.extend(quoted("--vary", &args.vary));
    words.extend(
        args.latin_hypercube
            .map(|n| format!("--latin-hypercube {n}")),
    );
    words.extend(args.block.map(|n| format!("--block {n}")));
    words.extend(quoted("--measure", &args.measures));
    words.join(" ")
}

/// A folder of a sweep that nobody asked to keep.
struct Temporary(PathBuf);

impl Temporary {
    fn unless(kept: Option<&Path>) -> Temporary {
        Temporary(match kept {
            Some(_) => PathBuf::new(),
            None => std::env::temp_dir().join(format!("linefinder-sweep-{}", std::process::id())),
        })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if self.0 != PathBuf::new() {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

/// A span as the command line takes it: `10s`.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    policy_file::quantity::span(text)
}
