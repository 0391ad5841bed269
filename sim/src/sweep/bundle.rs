//! A scenario with every file that it refers to: what another machine needs to run it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use policy_file::policy::hex;
use policy_file::{FileErrors, Overrides};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::SweepError;
use super::store::write_beside;
use crate::scenario::{Reference, Scenario};

/// The most bytes of all files together: a plan is one file, and read into memory.
const MOST_BYTES: u64 = 256 << 20;

/// A scenario's text and its files.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// What messages call the scenario's file.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What it refers to, by what it calls them, each once.
    pub files: Vec<BundledFile>,
}

/// A file that a scenario refers to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundledFile {
    /// What the scenario calls it, variables as they are.
    pub written: String,
    /// The last part of its path: lifts are called by it.
    pub name: String,
    /// Hex SHA-256 of its text.
    pub sha256: String,
    /// Its text.
    pub text: String,
}

impl Bundle {
    /// Puts the files that a scenario refers to beside its text.
    ///
    /// # Errors
    /// A file that cannot be read any more, or more than a plan can hold.
    pub fn of(
        name: &str,
        text: &str,
        references: &BTreeSet<Reference>,
    ) -> Result<Bundle, SweepError> {
        let mut bytes = 0;
        let mut files = Vec::new();
        for Reference { written, path } in references {
            let content = fs::read_to_string(path).map_err(|error| SweepError::at(path, &error))?;
            bytes += content.len() as u64;
            if bytes > MOST_BYTES {
                return Err(SweepError::Wrong(format!(
                    "{name}: the files that it refers to are longer than {} MiB together, which is the most that \
                     a plan can hold",
                    MOST_BYTES >> 20
                )));
            }
            let last = path.file_name().unwrap_or_default();
            files.push(BundledFile {
                written: written.clone(),
                name: last.to_string_lossy().into_owned(),
                sha256: hex(&Sha256::digest(&content)),
                text: content,
            });
        }
        Ok(Bundle {
            name: name.to_owned(),
            text: text.to_owned(),
            files,
        })
    }

    /// Writes the files into `folder`, each under its digest; those that are there already stay.
    ///
    /// # Errors
    /// What the system says; a plan whose text and digest disagree.
    pub fn unpack(&self, folder: &Path) -> Result<Unpacked, SweepError> {
        let mut paths = BTreeMap::new();
        for file in &self.files {
            let is_name = Path::new(&file.name).file_name() == Some(file.name.as_ref());
            if !is_name || hex(&Sha256::digest(&file.text)) != file.sha256 {
                return Err(SweepError::Wrong(format!(
                    "the plan's file {} is damaged; make the plan again",
                    file.written
                )));
            }
            let folder = folder.join(&file.sha256[..16]);
            fs::create_dir_all(&folder).map_err(|error| SweepError::at(&folder, &error))?;
            let path = folder.join(&file.name);
            if fs::read(&path).ok().as_deref() != Some(file.text.as_bytes()) {
                write_beside(&path, file.text.as_bytes())?;
            }
            paths.insert(file.written.clone(), path);
        }
        Ok(Unpacked { paths })
    }

    /// The scenario with some keys replaced, once its files are unpacked.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn scenario(
        &self,
        unpacked: &Unpacked,
        overrides: &Overrides,
    ) -> Result<Scenario, FileErrors> {
        Scenario::parse_with_files(&self.text, &self.name, &unpacked.paths, overrides)
    }
}

/// Where the files of a bundle lie, by what its scenario calls them.
#[derive(Clone, Debug)]
pub struct Unpacked {
    paths: BTreeMap<String, PathBuf>,
}
