//! The folder of a sweep: its plan and results by address.
//!
//! Every file is written beside its place and renamed, so that a process killed at any moment leaves a
//! whole file or none; a file that is not whole all the same (a disk that lost power) does not have
//! its digest and is made again. Several processes may work in one folder: what two of them write under
//! one address is the same.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::block::Block;
use super::{Plan, SweepError, outcome};
use crate::experiment::Sampled;

/// The plan's file.
const PLAN: &str = "plan.json";
/// Where results lie.
const RESULTS: &str = "results";
/// Where the files of the scenario are unpacked.
const FILES: &str = "files";
/// How what is not renamed yet ends.
const PART: &str = ".part";

/// A sweep's folder.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// What stands at an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// Its result.
    Result,
    /// A file that is none; what is wrong with it.
    Damaged(String),
}

impl Store {
    /// The store in a folder that need not be there yet.
    #[must_use]
    pub fn new(folder: &Path) -> Store {
        Store {
            folder: folder.to_owned(),
        }
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The plan's path.
    #[must_use]
    pub fn plan_path(&self) -> PathBuf {
        self.folder.join(PLAN)
    }

    /// Where the files of the scenario are unpacked.
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.folder.join(FILES)
    }

    /// The plan that lies there.
    ///
    /// # Errors
    /// A file that is none or cannot be read.
    pub fn plan(&self) -> Result<Option<Plan>, SweepError> {
        let path = self.plan_path();
        match fs::read_to_string(&path) {
            Ok(text) => Plan::parse(&text, &path.display().to_string()).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SweepError::at(&path, &error)),
        }
    }

    /// Makes the folder that of `plan`. With `replace` the plan of another sweep gives way, and those of its
    /// results that this one does not share.
    ///
    /// # Errors
    /// Another sweep's folder; what the system says.
    pub fn adopt(&self, plan: &Plan, replace: bool) -> Result<(), SweepError> {
        let results = self.folder.join(RESULTS);
        fs::create_dir_all(&results).map_err(|error| SweepError::at(&results, &error))?;
        let known = match self.plan() {
            Ok(known) => known,
            Err(SweepError::Wrong(_)) if replace => None,
            Err(error) => return Err(error),
        };
        if let Some(known) = &known
            && known.work != plan.work
            && !replace
        {
            return Err(SweepError::Wrong(format!(
                "{} is the folder of another sweep, which differs in {}. Give another --out; or --replace, which \
                 keeps the results that both share and removes the others",
                self.folder.display(),
                known.differences(plan).join(", ")
            )));
        }
        if known.as_ref() != Some(plan) {
            write_beside(&self.plan_path(), plan.text().as_bytes())?;
        }
        if replace {
            self.remove_others(plan)?;
        }
        Ok(())
    }

    /// What stands at the address of a block.
    ///
    /// # Errors
    /// What the system says, of anything but a missing file.
    pub fn find(&self, block: &Block) -> Result<Found, SweepError> {
        Ok(match self.text(block)? {
            None => Found::Nothing,
            Some(text) => match outcome::verified(&block.address, &text) {
                Ok(_) => Found::Result,
                Err(damage) => Found::Damaged(damage.to_string()),
            },
        })
    }

    /// The result of a block, verified; `None` when there is none.
    ///
    /// # Errors
    /// What the system says; a damaged file.
    pub fn sampled(&self, block: &Block) -> Result<Option<Sampled>, SweepError> {
        let Some(text) = self.text(block)? else {
            return Ok(None);
        };
        outcome::read(&block.address, &text)
            .map(Some)
            .map_err(|damage| {
                let path = self.path(&block.address);
                SweepError::Wrong(format!("{} {damage}; remove it and go on", path.display()))
            })
    }

    /// A result's text, whatever it holds; `None` when there is none.
    ///
    /// # Errors
    /// What the system says.
    pub fn text(&self, block: &Block) -> Result<Option<String>, SweepError> {
        let path = self.path(&block.address);
        match fs::read(&path) {
            // What is no text does not have its digest either.
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SweepError::at(&path, &error)),
        }
    }

    /// Keeps what came of a block.
    ///
    /// # Errors
    /// What the system says.
    pub fn keep(&self, block: &Block, text: &str) -> Result<(), SweepError> {
        write_beside(&self.path(&block.address), text.as_bytes())
    }

    /// Removes what processes that were killed left half written. Only when nothing is missing any
    /// more: whoever still writes then writes what is there.
    pub fn sweep_up(&self) {
        for folder in [self.folder.clone(), self.folder.join(RESULTS)] {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.file_name().to_string_lossy().ends_with(PART) {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }

    fn path(&self, address: &str) -> PathBuf {
        self.folder.join(RESULTS).join(format!("{address}.json"))
    }

    fn remove_others(&self, plan: &Plan) -> Result<(), SweepError> {
        let mut own: Vec<String> = super::block::blocks(plan)
            .into_iter()
            .map(|block| format!("{}.json", block.address))
            .collect();
        own.sort_unstable();
        let results = self.folder.join(RESULTS);
        let entries = fs::read_dir(&results).map_err(|error| SweepError::at(&results, &error))?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".json") && own.binary_search(&name).is_err() {
                let path = entry.path();
                fs::remove_file(&path).map_err(|error| SweepError::at(&path, &error))?;
            }
        }
        Ok(())
    }
}

/// Writes a file whole or not at all.
pub(super) fn write_beside(path: &Path, bytes: &[u8]) -> Result<(), SweepError> {
    let beside = beside(path);
    let written = fs::write(&beside, bytes).map_err(|error| SweepError::at(&beside, &error));
    let renamed = written.and_then(|()| match fs::rename(&beside, path) {
        // Somebody finished the sweep and swept up; what they have there is the same.
        Err(error) if error.kind() == ErrorKind::NotFound && path.exists() => Ok(()),
        Err(error) => Err(SweepError::at(path, &error)),
        Ok(()) => Ok(()),
    });
    if renamed.is_err() {
        let _ = fs::remove_file(&beside);
    }
    renamed
}

/// No other process's: of this process on this machine (a folder may be of several).
fn beside(path: &Path) -> PathBuf {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host: String = host.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{host}-{}{PART}", std::process::id()));
    PathBuf::from(name)
}
