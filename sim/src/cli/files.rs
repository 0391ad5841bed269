//! Writing a report's files: each complete or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use reports::render::Timing;
use reports::render::{calls_csv, report_html, report_json, series_csv, spans_hlog, timing_json};

use crate::experiment::Run;

/// Makes the folder of a report, before a long run rather than after it.
///
/// # Errors
/// The path and what the system says of it, or what stands there in its place.
pub(super) fn make_folder(folder: &Path) -> Result<(), String> {
    let in_the_way = folder.ancestors().find(|path| path.is_file());
    if let Some(file) = in_the_way {
        return Err(format!(
            "--out {}: {} is a file, and a report is a folder; give another name, or move the file away",
            folder.display(),
            file.display()
        ));
    }
    fs::create_dir_all(folder).map_err(|error| about(folder, &error))
}

/// Writes the files of a run into `folder`: first all of them beside their places, then each is
/// renamed, so that nobody reads half a file and a full disk leaves the old report whole. Files that
/// another run left there and this one does not write are removed: a folder is of one run.
///
/// # Errors
/// The path and what the system says of it.
pub(super) fn write(folder: &Path, run: &Run, timing: &Timing, calls: bool) -> Result<(), String> {
    make_folder(folder)?;
    let report = &run.report;
    let mut files = vec![
        ("report.json", report_json(report)),
        ("report.html", report_html(report)),
        ("series.csv", series_csv(report)),
        ("spans.hlog", spans_hlog(report)),
        ("timing.json", timing_json(timing)),
    ];
    if let Some(likeness) = &run.likeness {
        files.push(("recorded.csv", likeness.csv()));
    }
    if calls {
        files.push(("calls.csv", calls_csv(report)));
    }
    let mut parts = Parts(Vec::new());
    for (name, text) in files {
        let path = folder.join(name);
        let mut beside = path.as_os_str().to_owned();
        beside.push(format!(".{}.part", std::process::id()));
        let beside = PathBuf::from(beside);
        parts.0.push((beside.clone(), path));
        fs::write(&beside, text).map_err(|error| about(&beside, &error))?;
    }
    parts.rename()?;
    for (name, is_written) in [
        ("recorded.csv", run.likeness.is_some()),
        ("calls.csv", calls),
    ] {
        let stale = folder.join(name);
        if !is_written && stale.exists() {
            fs::remove_file(&stale).map_err(|error| about(&stale, &error))?;
        }
    }
    Ok(())
}

/// Files beside their places; those that are still there when this is dropped are removed.
struct Parts(Vec<(PathBuf, PathBuf)>);

impl Parts {
    fn rename(mut self) -> Result<(), String> {
        for (beside, path) in std::mem::take(&mut self.0) {
            if let Err(error) = fs::rename(&beside, &path) {
                let message = about(&path, &error);
                self.0.push((beside, path));
                return Err(message);
            }
        }
        Ok(())
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        for (beside, _) in &self.0 {
            // It may not even be there, and there is nobody to tell.
            let _ = fs::remove_file(beside);
        }
    }
}

fn about(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}
