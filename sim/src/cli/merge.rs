//! `linefinder merge DIR...`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::sweep::{Failed, finish, folder, missing};
use super::{Exit, repeat, tell};
use crate::sweep::block::{Block, blocks};
use crate::sweep::{Build, Plan, Store, SweepError, outcome};

/// Examples of `merge`.
const EXAMPLES: &str = "\
Examples:
  linefinder merge out                      # shards that wrote into one folder
  linefinder merge shard-0 shard-1 shard-2 --out all

What comes of it is what one run would have written, to the byte, in whatever order the folders are given. When
blocks are missing it says which, and the command that makes them. Exit codes: 0 done, 2 the folders are of different
sweeps or builds, 4 blocks are missing.";

/// Points that are named when blocks are missing.
const NAMED: usize = 5;

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct MergeArgs {
    /// The folders of a sweep's shards.
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Where to; the first of the folders unless said.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print sweep.json and nothing else.
    #[arg(long)]
    json: bool,
}

pub(super) fn merge(args: &MergeArgs) -> Exit {
    match try_merge(args) {
        Ok(()) => Exit::Passed,
        Err(failed) => failed.told(),
    }
}

fn try_merge(args: &MergeArgs) -> Result<(), Failed> {
    let build = Build::this().map_err(SweepError::System)?;
    let stores: Vec<Store> = args.folders.iter().map(|path| Store::new(path)).collect();
    let plan = common_plan(&stores, &build)?;
    let path = args.out.as_deref().unwrap_or(&args.folders[0]);
    let folder = folder(path)?;
    let target = Store::new(path);
    target.adopt(&plan, false)?;
    let all = blocks(&plan);
    gather(&target, &stores, &all)?;
    let missing = missing(&target, &all)?;
    if !missing.is_empty() {
        tell(&incomplete(&plan, &missing, all.len(), path));
        return Err(Failed::Exit(Exit::Invalid));
    }
    finish(&plan, &target, &folder, args.json, true)
}

/// The one plan of all folders.
fn common_plan(stores: &[Store], build: &Build) -> Result<Plan, SweepError> {
    let mut common: Option<(Plan, &Store)> = None;
    for store in stores {
        let name = store.folder().display();
        let plan = store.plan()?.ok_or_else(|| {
            SweepError::Wrong(format!(
                "{name} has no plan.json: it is not the folder of a sweep"
            ))
        })?;
        plan.check_build(&name.to_string(), build)?;
        common = Some(match common {
            None => (plan, store),
            Some((known, first)) if known.work != plan.work => {
                return Err(SweepError::Wrong(format!(
                    "{name} is not of the same sweep as {}: they differ in {}",
                    first.folder().display(),
                    known.differences(&plan).join(", ")
                )));
            }
            // Of several ways to show it one that does not depend on the order.
            Some((known, first)) => match plan.text() < known.text() {
                true => (plan, store),
                false => (known, first),
            },
        });
    }
    Ok(common.expect("invariant: there is a folder").0)
}

/// Copies what the target does not have.
fn gather(target: &Store, stores: &[Store], all: &[Block]) -> Result<(), SweepError> {
    for block in missing(target, all)? {
        for store in stores {
            if let Some(text) = store.text(&block)?
                && outcome::verified(&block.address, &text).is_ok()
            {
                target.keep(&block, &text)?;
                break;
            }
        }
    }
    Ok(())
}

fn incomplete(plan: &Plan, missing: &[Block], n_all: usize, path: &Path) -> String {
    let named = missing.iter().take(NAMED).map(|block| {
        format!(
            "  replications {} to {} at {}",
            block.range.start,
            block.range.end - 1,
            plan.point_name(block.point)
        )
    });
    let mut lines = vec![format!(
        "error: {} of {n_all} blocks are missing:",
        missing.len()
    )];
    lines.extend(named);
    if missing.len() > NAMED {
        lines.push(format!("  and {} more", missing.len() - NAMED));
    }
    let quoted = |path: &Path| repeat::quoted(&path.to_string_lossy());
    lines.push(format!(
        "this makes them and finishes the sweep: linefinder sweep {} --out {}",
        quoted(&path.join("plan.json")),
        quoted(path)
    ));
    lines.join("\n")
}
