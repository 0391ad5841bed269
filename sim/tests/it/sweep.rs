//! Sweeps as their user meets them: the same bytes however the work was done and whatever was killed.

mod killed;
mod merging;
mod nats;
mod plans;
mod results;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A day that is over in some milliseconds, with gates, a lift among them, and three points.
const SMALL: [&str; 12] = [
    "scenarios/plan/phase-2.yaml",
    "--vary",
    "policy.queues.sales.slow_poll=1s,5s,10s",
    "--set",
    "experiment.horizon=2h",
    "--set",
    "gates.utilization={ lift_at_least: 1%, over: ../policies/legacy.yaml }",
    "--replications",
    "10",
    "--block",
    "4",
    "--measure=abandonment_rate",
];
/// Its blocks.
const BLOCKS: usize = 9;

fn linefinder() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linefinder"));
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    command.env_remove("LINEFINDER_NATS");
    command
}

/// `linefinder sweep` of [`SMALL`] into a folder.
fn sweep(out: &Path, more: &[&str]) -> Command {
    let mut command = linefinder();
    command.arg("sweep").args(SMALL).args(more);
    command.arg("--out").arg(out);
    command
}

fn finished(command: &mut Command) -> Output {
    let output = command.output().expect("the command starts");
    assert_eq!(code(&output), 0, "{command:?}: {}", said(&output));
    output
}

fn started(command: &mut Command) -> Running {
    let command = command.stdout(Stdio::null()).stderr(Stdio::piped());
    Running(Some(command.spawn().expect("the command starts")))
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it exits by itself")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A process that does not outlive its test.
struct Running(Option<Child>);

impl Running {
    fn child(&mut self) -> &mut Child {
        self.0.as_mut().expect("not waited for yet")
    }

    fn has_ended(&mut self) -> bool {
        self.child().try_wait().expect("a child").is_some()
    }

    /// As `kill -9`.
    fn kill(mut self) {
        self.end();
    }

    fn signal(&mut self, name: &str) {
        let id = self.child().id().to_string();
        let sent = Command::new("kill").args([name, &id]).status();
        assert!(sent.expect("there is a kill").success());
    }

    fn wait(mut self) -> Output {
        let child = self.0.take().expect("not waited for yet");
        child.wait_with_output().expect("it ends")
    }

    fn end(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// A folder of a test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("linefinder-sweep-test-{}-{next}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Every file below a folder with its bytes, by its path.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The same files with the same bytes, nothing more and nothing less.
fn assert_same(one: &Path, other: &Path) {
    let (a, b) = (files(one), files(other));
    let names = |files: &[(String, Vec<u8>)]| -> Vec<String> {
        files.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&a), names(&b));
    for ((name, one), (_, other)) in a.iter().zip(&b) {
        assert!(one == other, "{name} differs");
    }
    assert!(names(&a).contains(&"sweep.json".to_owned()));
    assert!(names(&a).contains(&"charts/abandonment-rate.csv".to_owned()));
}

/// Results in a sweep's folder, whole ones.
fn n_results(out: &Path) -> usize {
    let entries = fs::read_dir(out.join("results")).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".json")).count()
}

/// A build that is another although it does the same: this one with a byte behind its end.
fn other_build(folder: &Folder) -> PathBuf {
    let path = folder.at("other-linefinder");
    let mut bytes = fs::read(env!("CARGO_BIN_EXE_linefinder")).unwrap();
    bytes.push(0);
    fs::write(&path, bytes).unwrap();
    let mut rights = fs::metadata(&path).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut rights, 0o755);
    fs::set_permissions(&path, rights).unwrap();
    path
}
