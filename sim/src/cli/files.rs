//! Writing a command's files: each complete or not at all, a folder always of one run.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use reports::compare::{Compared, compare_csv, compare_json, compare_page};
use reports::render::Timing;
use reports::render::{
    Page, calls_csv, report_json, report_page, series_csv, spans_hlog, timing_json,
};
use reports::tune::{Tuned, tune_csv, tune_json, tune_page};

use crate::experiment::Run;

/// Every file that `run` may write.
pub(super) const OF_RUN: &[&str] = &[
    "report.json",
    "report.html",
    "series.csv",
    "spans.hlog",
    "timing.json",
    "recorded.csv",
    "calls.csv",
];
/// Every file that `compare` may write.
pub(super) const OF_COMPARE: &[&str] = &["compare.json", "compare.html", "compare.csv"];
/// Every file that `tune` may write.
pub(super) const OF_TUNE: &[&str] = &["tune.json", "tune.html", "tune.csv"];
/// Where the numbers of charts go.
const CHARTS: &str = "charts";

/// A folder that a command writes its results into.
pub(super) struct Folder<'a> {
    path: &'a Path,
    /// Every file that the command may write there, beside those of charts.
    names: &'a [&'a str],
}

impl<'a> Folder<'a> {
    /// Makes it, before a long run rather than after it.
    ///
    /// # Errors
    /// The path and what the system says of it, or what stands there in its place.
    pub(super) fn make(path: &'a Path, names: &'a [&'a str]) -> Result<Folder<'a>, String> {
        make_folder(path)?;
        for name in names {
            let path = path.join(name);
            if path.is_dir() {
                return Err(format!(
                    "{} is a folder, and a file of the report has this name; move it away, or give --out another name",
                    path.display()
                ));
            }
        }
        Ok(Folder { path, names })
    }

    /// Writes `files` (paths in the folder, with `/`, and texts): first all of them beside their
    /// places, then each is renamed, so that nobody reads half a file and a full disk leaves the old
    /// report whole. Files that another run left there and this one does not write are removed.
    ///
    /// # Errors
    /// The path and what the system says of it.
    pub(super) fn write(&self, files: &[(String, String)]) -> Result<(), String> {
        let mut parts = Parts(Vec::new());
        let mut folders = BTreeSet::new();
        for (name, text) in files {
            let path = self.path.join(name);
            let folder = path.parent().unwrap_or(self.path).to_path_buf();
            if folders.insert(folder.clone()) {
                make_folder(&folder)?;
            }
            let mut beside = path.as_os_str().to_owned();
            beside.push(format!(".{}.part", std::process::id()));
            let beside = PathBuf::from(beside);
            parts.0.push((beside.clone(), path));
            fs::write(&beside, text).map_err(|error| about(&beside, &error))?;
        }
        parts.rename()?;
        self.remove_stale(files)
    }

    /// Removes what this run did not write.
    fn remove_stale(&self, files: &[(String, String)]) -> Result<(), String> {
        let charts = self.path.join(CHARTS);
        let mut known: Vec<String> = self.names.iter().map(|name| (*name).to_string()).collect();
        for entry in fs::read_dir(&charts).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".csv") {
                known.push(format!("{CHARTS}/{name}"));
            }
        }
        for name in known {
            let stale = self.path.join(&name);
            if stale.is_file() && !files.iter().any(|(written, _)| *written == name) {
                fs::remove_file(&stale).map_err(|error| about(&stale, &error))?;
            }
        }
        // Only an empty folder can be removed; one that is not holds something of somebody's.
        let _ = fs::remove_dir(&charts);
        Ok(())
    }
}

fn make_folder(folder: &Path) -> Result<(), String> {
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
    fs::create_dir_all(folder).map_err(|error| about(folder, &error))
}

/// Writes one file: complete or not at all.
///
/// # Errors
/// The path and what the system says of it.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), String> {
    // A device or a pipe cannot be put in the place of another.
    if path.exists() && !path.is_file() {
        return fs::write(path, text).map_err(|error| about(path, &error));
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = PathBuf::from(beside);
    let parts = Parts(vec![(beside.clone(), path.to_path_buf())]);
    fs::write(&beside, text).map_err(|error| about(path, &error))?;
    parts.rename()
}

/// A page and what lies beside it as files of a folder.
pub(super) fn of_page(name: &str, page: Page) -> Vec<(String, String)> {
    let mut files = vec![(name.to_string(), page.html)];
    files.extend(page.csvs);
    files
}

/// The files of a run.
pub(super) fn of_run(run: &Run, timing: &Timing, calls: bool) -> Vec<(String, String)> {
    let report = &run.report;
    let mut files = of_page("report.html", report_page(report));
    let mut add = |name: &str, text: String| files.push((name.to_string(), text));
    add("report.json", report_json(report));
    add("series.csv", series_csv(report));
    add("spans.hlog", spans_hlog(report));
    add("timing.json", timing_json(timing));
    if let Some(likeness) = &run.likeness {
        add("recorded.csv", likeness.csv());
    }
    if calls {
        add("calls.csv", calls_csv(report));
    }
    files
}

/// The files of a comparison.
pub(super) fn of_compare(compared: &Compared) -> Vec<(String, String)> {
    let mut files = of_page("compare.html", compare_page(compared));
    files.push(("compare.json".to_string(), compare_json(compared)));
    files.push(("compare.csv".to_string(), compare_csv(compared)));
    files
}

/// The files of a search.
pub(super) fn of_tune(tuned: &Tuned) -> Vec<(String, String)> {
    let mut files = of_page("tune.html", tune_page(tuned));
    files.push(("tune.json".to_string(), tune_json(tuned)));
    files.push(("tune.csv".to_string(), tune_csv(tuned)));
    files
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
