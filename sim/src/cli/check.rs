//! `linefinder check FILE...`: reads each file as what it is and says what is wrong with it.

use std::path::{Path, PathBuf};

use policy_file::{Document, FileError, FileErrors, Overrides, PolicyFile};

use super::{Exit, print, tell};
use crate::columns::Columns;
use crate::plan::{Plan, PlanOptions};
use crate::scenario::Scenario;
use crate::schema::Kind;

pub(super) fn check(files: &[PathBuf]) -> Exit {
    let mut exit = Exit::Passed;
    for file in files {
        match check_one(file) {
            Ok(what) => {
                if let Err(failed) = print(&format!("{}: ok, {what}", file.display())) {
                    return failed;
                }
            }
            Err(errors) => {
                tell(&errors.to_string());
                exit = Exit::BadInput;
            }
        }
    }
    exit
}

fn check_one(file: &Path) -> Result<String, FileErrors> {
    let document = Document::read(file)?;
    match Kind::of(&document) {
        Some(Kind::Policy) => {
            let policy = PolicyFile::read(file)?;
            Ok(match policy.names.queues.len() {
                1 => "a policy with 1 queue".to_string(),
                n => format!("a policy with {n} queues"),
            })
        }
        Some(Kind::Scenario) => {
            let scenario = Scenario::read(file, &Overrides::new())?;
            for remark in scenario.remarks() {
                tell(&format!("{}: {remark}", file.display()));
            }
            Ok(format!("scenario `{}`", scenario.name))
        }
        Some(Kind::Columns) => {
            Columns::read(file)?;
            Ok("a columns file".to_string())
        }
        Some(Kind::Plan) => {
            let plan = Plan::read(file, PlanOptions::default())?;
            Ok(match plan.phases.len() {
                1 => format!("plan `{}` with 1 phase", plan.name),
                n => format!("plan `{}` with {n} phases", plan.name),
            })
        }
        None => Err(FileErrors::from(
            FileError::whole_file(
                &file.display().to_string(),
                "is neither a policy, a scenario, a plan nor a columns file",
            )
            .with_help(
                "a policy has `queues` with `discovery`, a scenario `experiment` and `calls`, a plan \
                 `phases`, a columns file `arrived_at`",
            ),
        )),
    }
}
