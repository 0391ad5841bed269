//! Writing a report's files: each complete or not at all.

use std::fs;
use std::io;
use std::path::Path;

use reports::render::Timing;
use reports::render::{calls_csv, report_html, report_json, series_csv, timing_json};
use reports::report::RunReport;

/// Writes the files of a run into `folder`, which is made if it is not there.
///
/// # Errors
/// The path and what the system says of it.
pub(super) fn write(
    folder: &Path,
    report: &RunReport,
    timing: &Timing,
    calls: bool,
) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut files = vec![
        ("report.json", report_json(report)),
        ("report.html", report_html(report)),
        ("series.csv", series_csv(report)),
        ("timing.json", timing_json(timing)),
    ];
    if calls {
        files.push(("calls.csv", calls_csv(report)));
    }
    for (name, text) in files {
        let path = folder.join(name);
        write_whole(&path, &text).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}

/// Writes beside and renames, so that nobody ever reads half a file.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}
