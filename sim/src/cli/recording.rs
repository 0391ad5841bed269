//! `--journal FILE`: one replication written down. The file is there when it is whole, or not at all.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use super::run::exit_of;
use super::{Exit, tell};
use crate::experiment::{self, Control, Options, RecordError};
use crate::scenario::Scenario;

/// A journal that is being written, beside its place.
pub(super) struct Recording<'a> {
    path: &'a Path,
    beside: PathBuf,
    file: Option<File>,
}

impl<'a> Recording<'a> {
    /// Makes the file, before a long run rather than after it.
    ///
    /// # Errors
    /// The path and what the system says of it.
    pub(super) fn begin(path: &'a Path) -> Result<Self, String> {
        if path.is_dir() {
            return Err(format!(
                "--journal {}: that is a folder, and a journal is a file; give it a name",
                path.display()
            ));
        }
        let mut beside = path.as_os_str().to_owned();
        beside.push(format!(".{}.part", std::process::id()));
        let beside = PathBuf::from(beside);
        let file = File::create(&beside)
            .map_err(|error| format!("--journal {}: {error}", path.display()))?;
        Ok(Recording {
            path,
            beside,
            file: Some(file),
        })
    }

    /// Writes replication 0.
    ///
    /// # Errors
    /// How the command ends, after it was told why.
    pub(super) fn write(
        mut self,
        scenario: &Scenario,
        options: &Options,
        control: &Control<'_>,
    ) -> Result<(), Exit> {
        let path = self.path.display();
        let Some(file) = self.file.take() else {
            return Ok(());
        };
        let out = BufWriter::with_capacity(1 << 16, file);
        let failed = |error: &dyn std::fmt::Display, exit| {
            tell(&format!("error: --journal {path}: {error}"));
            exit
        };
        let rows = match experiment::record(scenario, options, control, out) {
            Ok(rows) => rows,
            Err(RecordError::Run(error)) => return Err(failed(&error, exit_of(&error))),
            Err(RecordError::Write(refused)) => return Err(failed(&refused, Exit::Invalid)),
        };
        fs::rename(&self.beside, self.path).map_err(|error| failed(&error, Exit::Invalid))?;
        tell(&format!("{rows} rows of replication 0 written to {path}"));
        Ok(())
    }
}

impl Drop for Recording<'_> {
    fn drop(&mut self) {
        // After a rename it is not there any more, and there is nobody to tell.
        let _ = fs::remove_file(&self.beside);
    }
}
