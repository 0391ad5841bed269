//! Where vectors, judges and descriptions are, and how a test says that it has none.

use serde_json::Value;
use std::path::{Path, PathBuf};

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Tells that this test has nothing to look at: in the list that `make test` ends with, and, past
/// cargo's capture of what passing tests print, on standard error.
pub(crate) fn tell_skipped(missing: &str) {
    use std::io::Write;
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let line = format!("linefinder-twilio {test}: no {missing}\n");
    match std::env::var_os("LINEFINDER_SKIPPED") {
        Some(list) => {
            let list = std::fs::OpenOptions::new()
                .append(true)
                .create(true)
                .open(list);
            let list = list.expect("the list of skipped tests");
            (&list).write_all(line.as_bytes()).expect("written");
        }
        None => std::io::stderr()
            .write_all(format!("SKIPPED {line}").as_bytes())
            .expect("written"),
    }
}

/// A file of the Twilio study; `None`, having told so, where it is absent.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("LINEFINDER_SHARED")
        .map_or_else(|| Path::new(WORKSPACE).join("../shared"), PathBuf::from);
    let file = shared.join("twilio").join(name);
    if file.exists() {
        return Some(file);
    }
    tell_skipped(&format!("twilio/{name} of the study data"));
    None
}

/// Vectors computed by the official libraries; `None`, having told so, where they are absent.
pub(crate) fn vectors() -> Option<Value> {
    let file = std::fs::read(shared("vectors.json")?).expect("readable");
    Some(serde_json::from_slice(&file).expect("JSON"))
}

/// The Python with Twilio's library; `None`, having told so, where it is absent.
pub(crate) fn python() -> Option<PathBuf> {
    judge("python").map(|folder| folder.join("bin/python"))
}

/// The folder with Twilio's JavaScript library and Prism; `None`, having told so, where it is absent.
pub(crate) fn node() -> Option<PathBuf> {
    judge("node")
}

/// What `.ci/judges` installed: complete when it says so.
fn judge(name: &str) -> Option<PathBuf> {
    let judges = Path::new(WORKSPACE).join("target/judges");
    if judges.join(format!("{name}.installed")).exists() {
        return Some(judges.join(name));
    }
    tell_skipped(&format!("target/judges/{name} (.ci/judges makes it)"));
    None
}

/// A text of a vector.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} in {value}"))
}
