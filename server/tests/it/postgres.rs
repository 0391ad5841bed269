//! A private PostgreSQL for a test: loopback, a port of its own, no privileges, gone afterwards.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(crate) struct Cluster {
    folder: TempDir,
    bin: PathBuf,
    port: u16,
}

impl Cluster {
    /// `None`, and said so, where PostgreSQL is not installed.
    pub(crate) fn start(test: &str) -> Option<Cluster> {
        let Some(bin) = newest() else {
            skipped(&format!(
                "server: {test}: PostgreSQL is not installed (apt-get install postgresql)"
            ));
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let cluster = Cluster { folder, bin, port };
        if is_root() {
            let folder = cluster.folder.path();
            std::os::unix::fs::chown(folder, Some(65_534), Some(65_534)).expect("root may");
        }
        cluster.run(
            "initdb",
            &[
                "-U",
                "test",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "-k",
                "--no-sync",
            ],
        );
        let folder = cluster.folder.path().display().to_string();
        let options =
            format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}");
        let log = format!("{folder}/log");
        cluster.run("pg_ctl", &["-w", "-s", "-l", &log, "-o", &options, "start"]);
        Some(cluster)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://test@127.0.0.1:{}/postgres", self.port)
    }

    fn run(&self, program: &str, args: &[&str]) {
        let program = self.bin.join(program);
        let mut command = match is_root() {
            // PostgreSQL refuses to run as root.
            true => {
                let mut command = Command::new("setpriv");
                command
                    .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
                    .arg(program);
                command
            }
            false => Command::new(program),
        };
        let data = self.folder.path().join("data");
        command
            .arg("-D")
            .arg(data)
            .args(args)
            .env("HOME", self.folder.path());
        // A server that goes on must not keep the test's output open.
        let status = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.expect("it runs").success(), "{command:?}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.run("pg_ctl", &["-m", "immediate", "-s", "stop"]);
    }
}

fn newest() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop()
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().any(|line| line.starts_with("Uid:\t0\t"))
}

/// Tells `make test` what was not looked at.
pub(crate) fn skipped(what: &str) {
    eprintln!("SKIPPED {what}");
    if let Some(list) = std::env::var_os("LINEFINDER_SKIPPED") {
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(list);
        if let Ok(mut file) = file {
            let _ = writeln!(file, "{what}");
        }
    }
}
