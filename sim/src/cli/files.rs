//! Writing a report's files: each complete or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use reports::render::Timing;
use reports::render::{calls_csv, report_html, report_json, series_csv, spans_hlog, timing_json};

use crate::experiment::Run;

/// Every file that a report may have.
const NAMES: [&str; 7] = [
    "report.json",
    "report.html",
    "series.csv",
    "spans.hlog",
    "timing.json",
    "recorded.csv",
    "calls.csv",
];

/// Makes the folder of a report, before a long run rather than after it.
///
/// # Errors
/// The path and what the system says of it, or what stands there in its place.
pub(super) fn make_folder(folder: &Path) -> Result<(), String> {
    let in_the_way = folder.ancestors().find(|path| path.exists());
    if let Some(other) = in_the_way.filter(|path| !path.is_dir()) {
        let (kind, remedy) = match other.is_file() {
            true => ("a file", "give another name, or move the file away"),
            false => ("a device or a pipe", "give another name"),
        };
        return Err(format!(
            "--out {}: {} is {kind}, and a report is a folder; {remedy}",
            folder.display(),
            other.display()
        ));
    }
    fs::create_dir_all(folder).map_err(|error| about(folder, &error))?;
    for name in NAMES {
        let path = folder.join(name);
        if path.is_dir() {
            return Err(format!(
                "{} is a folder, and a file of the report has this name; move it away, or give --out another name",
                path.display()
            ));
        }
    }
    Ok(())
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
        while let Some((beside, path)) = self.0.last() {
            fs::rename(beside, path).map_err(|error| about(path, &error))?;
            self.0.pop();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rename_that_fails_leaves_no_part_behind() {
        let folder = std::env::temp_dir().join(format!("linefinder-parts-{}", std::process::id()));
        fs::create_dir_all(folder.join("b/in the way")).expect("folders");
        let part = |name: &str| (folder.join(format!("{name}.part")), folder.join(name));
        let parts = Parts(["a", "b", "c"].map(part).to_vec());
        for (beside, _) in &parts.0 {
            fs::write(beside, "text").expect("written");
        }
        let error = parts.rename().expect_err("b is a folder");
        assert!(
            error.starts_with(&folder.join("b").display().to_string()),
            "{error}"
        );
        let left = fs::read_dir(&folder).expect("the folder");
        let left = left.filter(|entry| {
            let path = entry.as_ref().expect("an entry").path();
            path.extension().is_some_and(|end| end == "part")
        });
        assert_eq!(left.count(), 0);
        fs::remove_dir_all(&folder).expect("removed");
    }
}
