//! Real workers at a real NATS server, killed, cut off and refused.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{ChildStderr, Command, Stdio};

use super::plans::{PATIENCE, TALK};
use super::{
    BLOCKS, Folder, Running, assert_same, code, finished, linefinder, n_results, other_build, said,
    started, sweep,
};
use crate::traces::tell_skipped;

/// A private server on a port of its own, ended with its test.
struct Server {
    running: Running,
    port: u16,
}

impl Server {
    /// `None`, having told so, where nats-server is not installed.
    fn start(folder: &Folder, port: Option<u16>, more: &[&str]) -> Option<Server> {
        let ports = folder.at("ports");
        let _ = fs::remove_dir_all(&ports);
        fs::create_dir_all(&ports).unwrap();
        let port = port.map_or("-1".to_owned(), |port| port.to_string());
        let mut command = Command::new("nats-server");
        command
            .args(["-js", "-a", "127.0.0.1", "-p", &port])
            .args(more);
        command.arg("-sd").arg(folder.at("jetstream"));
        command.arg("--ports_file_dir").arg(&ports);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(child) = command.spawn() else {
            tell_skipped(Path::new("nats-server (apt-get install nats-server)"));
            return None;
        };
        let mut running = Running(Some(child));
        let port = loop {
            assert!(!running.has_ended(), "nats-server ended");
            let written = fs::read_dir(&ports).unwrap().next();
            let text = written.and_then(|entry| fs::read_to_string(entry.unwrap().path()).ok());
            let port = text.as_deref().and_then(port_of);
            if let Some(port) = port {
                break port;
            }
            std::thread::yield_now();
        };
        Some(Server { running, port })
    }

    fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    fn kill(self) -> u16 {
        self.running.kill();
        self.port
    }
}

/// Of a ports file: `{"nats": ["nats://127.0.0.1:36011"]}`.
fn port_of(text: &str) -> Option<u16> {
    let ports: serde_json::Value = serde_json::from_str(text).ok()?;
    let url = ports["nats"][0].as_str()?.to_owned();
    url.rsplit_once(':')?.1.parse().ok()
}

fn worker(url: &str, threads: &str) -> Running {
    started(linefinder().args(["worker", "--nats", url, "--threads", threads]))
}

/// The sweep at a server, whose workers are missed after a second.
fn collecting(out: &Path, url: &str) -> Command {
    sweep(out, &["--nats", url, "--nats-patience", "1s"])
}

fn wait_for(out: &Path, n: usize, sweep: &mut Running) {
    while n_results(out) < n && !sweep.has_ended() {
        std::thread::yield_now();
    }
}

/// The lines that a process says, up to one that holds `text`.
fn until_said(lines: &mut impl Iterator<Item = std::io::Result<String>>, text: &str) -> String {
    let mut all = String::new();
    for line in lines {
        all.push_str(&line.unwrap());
        all.push('\n');
        if all.contains(text) {
            return all;
        }
    }
    panic!("it never said `{text}`: {all}");
}

fn lines(running: &mut Running) -> std::io::Lines<BufReader<ChildStderr>> {
    let said = running.child().stderr.take().expect("piped");
    BufReader::new(said).lines()
}

#[test]
fn workers_give_the_bytes_of_one_run_and_leave_nothing_at_the_server() {
    let folder = Folder::new();
    // Shorter than the plan and every result: all of them travel in parts.
    let config = folder.at("nats.conf");
    fs::write(&config, "max_payload: 6000\n").unwrap();
    let config = config.to_string_lossy().into_owned();
    let Some(server) = Server::start(&folder, None, &["-c", &config]) else {
        return;
    };
    let (whole, out) = (folder.at("whole"), folder.at("out"));
    finished(&mut sweep(&whole, &[]));
    let mut workers = [worker(&server.url(), "1"), worker(&server.url(), "2")];
    finished(&mut collecting(&out, &server.url()));
    assert_same(&whole, &out);
    let mut streams = Vec::new();
    collect_names(&folder.at("jetstream"), &mut streams);
    assert!(
        !streams.iter().any(|name| name.contains("linefinder")),
        "{streams:?}"
    );
    // Asked to end, by Ctrl-C or by whoever runs it, a worker ends well.
    for (worker, signal) in workers.iter_mut().zip(["-INT", "-TERM"]) {
        worker.signal(signal);
    }
    for worker in workers {
        let output = worker.wait();
        assert_eq!(code(&output), 0, "{}", said(&output));
        assert!(said(&output).ends_with("stopped\n"), "{}", said(&output));
    }
}

/// The names of all folders below one.
fn collect_names(folder: &Path, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
            collect_names(&entry.path(), names);
        }
    }
}

#[test]
fn workers_and_sweeps_killed_mid_run_lose_nothing() {
    let folder = Folder::new();
    let Some(server) = Server::start(&folder, None, &[]) else {
        return;
    };
    let (whole, out) = (folder.at("whole"), folder.at("out"));
    finished(&mut sweep(&whole, &[]));
    let mut collector = started(&mut collecting(&out, &server.url()));
    let first = worker(&server.url(), "1");
    wait_for(&out, 1, &mut collector);
    // With a block in hand, mostly: it comes back to the queue.
    first.kill();
    let second = worker(&server.url(), "1");
    wait_for(&out, 3, &mut collector);
    collector.kill();
    second.kill();
    let before = n_results(&out);
    assert!((3..BLOCKS).contains(&before), "{before} results");
    let third = worker(&server.url(), "2");
    let output = finished(&mut collecting(&out, &server.url()));
    assert!(
        said(&output).contains("blocks are there already"),
        "{}",
        said(&output)
    );
    third.kill();
    assert_same(&whole, &out);
}

#[test]
fn a_server_that_lost_everything_is_given_it_again() {
    let folder = Folder::new();
    let Some(server) = Server::start(&folder, None, &[]) else {
        return;
    };
    let (whole, out) = (folder.at("whole"), folder.at("out"));
    finished(&mut sweep(&whole, &[]));
    let url = server.url();
    let mut collector = started(&mut collecting(&out, &url));
    let worker = worker(&url, "1");
    wait_for(&out, 2, &mut collector);
    let port = server.kill();
    fs::remove_dir_all(folder.at("jetstream")).unwrap();
    let _server = Server::start(&folder, Some(port), &[]).expect("it was there before");
    let output = collector.wait();
    assert_eq!(code(&output), 0, "{}", said(&output));
    worker.kill();
    assert_same(&whole, &out);
}

/// A worker that takes every task, sends half of one result, and is gone for ever.
async fn takes_all_and_sends_half(
    url: &str,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    use async_nats::jetstream;
    use futures_util::StreamExt;
    let context = jetstream::new(async_nats::connect(url).await?);
    // The stream of tasks is made and filled.
    let (stream, id) = loop {
        let mut names = context.stream_names();
        let mut found = None;
        while let Some(name) = names.next().await {
            let name = name?;
            found = name
                .strip_prefix("linefinder-tasks-")
                .map(str::to_owned)
                .or(found);
        }
        if let Some(id) = found {
            let stream = context.get_stream(format!("linefinder-tasks-{id}")).await?;
            if stream.cached_info().state.messages == BLOCKS as u64 {
                break (stream, id);
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let workers: jetstream::consumer::PullConsumer = stream.get_consumer("workers").await?;
    let mut tasks = workers.batch().max_messages(BLOCKS).messages().await?;
    let mut sent = false;
    while let Some(task) = tasks.next().await {
        let task = task?;
        if !std::mem::replace(&mut sent, true) {
            let said: serde_json::Value = serde_json::from_slice(&task.payload)?;
            let mut headers = async_nats::HeaderMap::new();
            headers.insert("Linefinder-Address", said["address"].as_str().unwrap());
            headers.insert("Linefinder-Part", "0/2");
            let subject = format!("linefinder.results.{id}");
            let half = context
                .publish_with_headers(subject, headers, "{".into())
                .await?;
            half.await?;
        }
        task.ack().await?;
    }
    assert!(sent);
    Ok(())
}

#[test]
fn a_result_of_which_a_part_was_lost_is_made_again() {
    let folder = Folder::new();
    let Some(server) = Server::start(&folder, None, &[]) else {
        return;
    };
    let (whole, out) = (folder.at("whole"), folder.at("out"));
    finished(&mut sweep(&whole, &[]));
    let running = started(&mut collecting(&out, &server.url()));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime
        .block_on(takes_all_and_sends_half(&server.url()))
        .unwrap();
    let _worker = worker(&server.url(), "2");
    let output = running.wait();
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert_same(&whole, &out);
}

#[test]
fn a_worker_of_another_build_refuses_and_names_both() {
    let folder = Folder::new();
    let Some(server) = Server::start(&folder, None, &[]) else {
        return;
    };
    let out = folder.at("out");
    let mut other =
        started(Command::new(other_build(&folder)).args(["worker", "--nats", &server.url()]));
    let mut collector = started(&mut collecting(&out, &server.url()));
    let mut said = lines(&mut other);
    let refusal = until_said(&mut said, "was planned by");
    let planned = refusal.split("was planned by linefinder 0.1.0 (").nth(1);
    let this = refusal.split("and this is linefinder 0.1.0 (").nth(1);
    let digest = |text: Option<&str>| text.and_then(|text| text.get(..12)).map(str::to_owned);
    assert!(
        digest(planned).is_some() && digest(this).is_some(),
        "{refusal}"
    );
    assert_ne!(digest(planned), digest(this), "{refusal}");
    assert!(!other.has_ended() && !collector.has_ended());
    assert_eq!(n_results(&out), 0);
    // One of the right build does it.
    let right = worker(&server.url(), "1");
    let output = collector.wait();
    assert_eq!(code(&output), 0);
    right.kill();
    other.kill();
}

#[test]
fn a_point_that_a_worker_cannot_run_ends_the_sweep_with_its_name() {
    let folder = Folder::new();
    let Some(server) = Server::start(&folder, None, &[]) else {
        return;
    };
    let worker = worker(&server.url(), "1");
    let output = linefinder()
        .args([
            "sweep",
            "scenarios/theory/erlang-a.yaml",
            "--replications",
            "2",
        ])
        .args([
            "--set",
            "experiment.warm_up=0s",
            "--days",
            "1",
            "--nats",
            &server.url(),
        ])
        .args(["--set", TALK, "--vary", PATIENCE, "--out"])
        .arg(folder.at("out"))
        .output()
        .unwrap();
    assert_eq!(code(&output), 4, "{}", said(&output));
    assert!(
        said(&output).contains("patience={ constant: 100h }, on a worker:"),
        "{}",
        said(&output)
    );
    worker.kill();
}

#[test]
fn who_may_not_come_in_is_told_so_without_the_password() {
    let folder = Folder::new();
    let Some(server) = Server::start(&folder, None, &["--user", "a", "--pass", "p@ss"]) else {
        return;
    };
    let at = |login: &str| format!("nats://{login}127.0.0.1:{}", server.port);
    for login in ["", "a:wrong@", "token@"] {
        let output = collecting(&folder.at("out"), &at(login)).output().unwrap();
        let said = said(&output);
        assert_eq!(code(&output), 4, "{said}");
        assert!(
            said.contains("no connection to the NATS server at nats://127.0.0.1"),
            "{said}"
        );
        assert!(
            !said.contains("wrong") && !said.contains("token@"),
            "{said}"
        );
    }
    let right = at("a:p%40ss@");
    // The worker finds it in the environment, where others cannot read it.
    let worker = started(linefinder().arg("worker").env("LINEFINDER_NATS", &right));
    let mut command = sweep(&folder.at("out"), &["--nats"]);
    finished(command.env("LINEFINDER_NATS", &right));
    worker.kill();
    let nowhere = linefinder().arg("worker").output().unwrap();
    assert_eq!(code(&nowhere), 2);
    assert!(
        said(&nowhere).contains("set LINEFINDER_NATS"),
        "{}",
        said(&nowhere)
    );
}
