//! `kill -9` at random moments under load: nothing that was acknowledged is lost, nobody is offered to two.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use engine::Engine;
use engine::id::{AgentId, CallId, OfferId};
use engine::output::{Event, Outbox, What};
use tempfile::TempDir;

use crate::carrier::{Carrier, Listening, client};
use crate::postgres::Cluster;
use crate::site::{ADMIN, POLICY, sid};

/// Offers end soon: whose answer was lost with the server is asked again.
fn policy() -> String {
    let soon = "offer: { timeout: 500ms, place_timeout: 500ms }";
    POLICY.replace("offer: { timeout: 15s }", soon)
}

/// Callers who call side by side.
const LINES: u64 = 8;
const AGENTS: u64 = 4;

fn kills() -> u64 {
    match std::env::var_os("LINEFINDER_PROOF") {
        Some(_) => 300,
        None => 8,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite:{}/calls.db", folder.path().display());
    run("SQLite", &folder, &database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_postgresql() {
    if let Some(cluster) = Cluster::start("nothing_acknowledged_is_lost_on_postgresql") {
        let folder = tempfile::tempdir().expect("a folder");
        run("PostgreSQL", &folder, &cluster.url()).await;
    }
}

/// A server as its own process.
struct Process {
    child: Child,
    url: String,
}

impl Process {
    fn start(folder: &TempDir, database: &str, port: u16, api: &str) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_linefinder-server"))
            .args(["--listen", &format!("127.0.0.1:{port}"), "--unsigned"])
            .args(["--database", database])
            .args(["--twilio-api", api, "--policy"])
            .arg(folder.path().join("policy.yaml"))
            .env("LINEFINDER_ADMIN_TOKEN", ADMIN)
            .env("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef")
            .env("TWILIO_AUTH_TOKEN", "a-token")
            .env("LINEFINDER_LOG", "error")
            .current_dir(folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let url = loop {
            let line = lines
                .next()
                .expect("it says where it listens")
                .expect("text");
            if let Some((_, rest)) = line.split_once("http://127.0.0.1:") {
                break format!(
                    "http://127.0.0.1:{}",
                    rest.split_whitespace().next().expect("a port")
                );
            }
        };
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if line.contains("error") || line.contains("ERROR") || line.contains("panic") {
                    eprintln!("server: {line}");
                }
            }
        });
        Process { child, url }
    }

    fn kill(mut self) {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it is gone");
    }
}

async fn run(store: &str, folder: &TempDir, database: &str) {
    std::fs::write(folder.path().join("policy.yaml"), policy()).expect("it is written");
    let listening = Carrier::listen().await;
    let api = format!("http://{}", listening.address);
    // The carrier knows the server by one address.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let mut acknowledged: Vec<String> = Vec::new();
    let mut next = 0;
    for kill in 0..kills() {
        let process = Process::start(folder, database, port, &api);
        for agent in 0..AGENTS {
            sign_in(&process.url, agent).await;
        }
        // A moment that differs from kill to kill and is the same in every run.
        let pause = Duration::from_millis(60 + (kill * 7919) % 340);
        acknowledged.extend(load_and_kill(&listening, process, &mut next, pause).await);
    }
    let process = Process::start(folder, database, port, &api);
    let client = client();
    let journal = client
        .get(format!("{}/api/journal", process.url))
        .bearer_auth(ADMIN)
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("a journal");
    let mut known = BTreeMap::new();
    let mut before = i64::MAX;
    loop {
        let url = format!("{}/api/calls?limit=500&before={before}", process.url);
        let page = client
            .get(url)
            .bearer_auth(ADMIN)
            .send()
            .await
            .expect("an answer");
        let page: serde_json::Value =
            serde_json::from_str(&page.text().await.expect("text")).expect("JSON");
        for call in page["calls"].as_array().expect("calls") {
            let sid = call["sid"].as_str().expect("a leg").to_owned();
            *known.entry(sid).or_insert(0) += 1;
        }
        match page["next"].as_i64() {
            Some(next) => before = next,
            None => break,
        }
    }
    process.kill();
    let is_lost = |sid: &&String| known.get(*sid) != Some(&1);
    let lost: Vec<&String> = acknowledged.iter().filter(is_lost).collect();
    let seen = replayed(&journal);
    assert!(acknowledged.len() as u64 > kills(), "there was load");
    assert_eq!(
        lost,
        Vec::<&String>::new(),
        "acknowledged, and not there once"
    );
    assert_eq!((seen.calls_with_two, seen.agents_with_two), (0, 0));
    println!(
        "| {store} | {} | {} | {} | {} | {} | {} | {} |",
        kills(),
        acknowledged.len(),
        lost.len(),
        seen.rows,
        seen.offers,
        seen.calls_with_two,
        seen.agents_with_two
    );
}

async fn sign_in(server: &str, agent: u64) {
    let client = client();
    for (path, body) in [
        (
            "",
            format!("{{\"contact\": \"client:agent_{agent}\", \"queues\": {{\"sales\": 1}}}}"),
        ),
        ("/status", "{\"status\": \"available\"}".to_owned()),
        ("/device", "{\"connected\": true}".to_owned()),
    ] {
        let url = format!("{server}/api/agents/agent_{agent}{path}");
        let request = client
            .put(url)
            .bearer_auth(ADMIN)
            .header("content-type", "application/json");
        let answer = request.body(body).send().await.expect("an answer");
        assert!(
            answer.status().is_success(),
            "{}",
            answer.text().await.unwrap_or_default()
        );
    }
}

/// Callers call, and go on calling while the server is killed: the legs whose first webhook was answered.
async fn load_and_kill(
    of: &Listening,
    process: Process,
    next: &mut u64,
    pause: Duration,
) -> Vec<String> {
    let is_over = Arc::new(AtomicBool::new(false));
    let ids = Arc::new(AtomicU64::new(*next));
    let lines = (0..LINES).map(|_| {
        let (carrier, server) = (of.carrier.clone(), process.url.clone());
        let (is_over, ids) = (Arc::clone(&is_over), Arc::clone(&ids));
        tokio::spawn(async move {
            let mut taken = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let leg = sid(ids.fetch_add(1, Ordering::Relaxed));
                if carrier.call(&server, &leg, "+15550199").await.is_some() {
                    taken.push(leg);
                }
            }
            taken
        })
    });
    let lines: Vec<_> = lines.collect();
    tokio::time::sleep(pause).await;
    process.kill();
    is_over.store(true, Ordering::Relaxed);
    let mut all = Vec::new();
    for line in lines {
        all.extend(line.await.expect("a line"));
    }
    *next = ids.load(Ordering::Relaxed);
    all
}

struct Seen {
    rows: u64,
    offers: u64,
    calls_with_two: u64,
    agents_with_two: u64,
}

/// Runs the journal and looks at every offer: one live one an agent, one a call.
fn replayed(text: &str) -> Seen {
    let mut reader = journal::Reader::open(text.as_bytes()).expect("a journal");
    let mut engine = Engine::new(reader.header().policy.clone()).expect("its policy");
    let mut out = Outbox::new();
    let mut digest = reports::digest::TraceDigest::NOTHING;
    let mut by_agent: BTreeMap<AgentId, OfferId> = BTreeMap::new();
    let mut by_call: BTreeMap<CallId, OfferId> = BTreeMap::new();
    let mut seen = Seen {
        rows: 0,
        offers: 0,
        calls_with_two: 0,
        agents_with_two: 0,
    };
    for row in reader.by_ref() {
        let row = row.expect("as it was written");
        out.clear();
        match row.input {
            Some(input) => drop(engine.handle(row.at, input, &mut out)),
            None => engine.advance_to(row.at, &mut out),
        }
        digest = digest.then(&out);
        assert_eq!(digest.0, row.outputs, "row {}", row.seq);
        seen.rows += 1;
        for output in out.iter() {
            let What::Event(event) = output.what else {
                continue;
            };
            if let Event::OfferMade { offer, call, .. } = event {
                seen.offers += 1;
                let agent = offer.agent();
                seen.agents_with_two += u64::from(by_agent.insert(agent, offer).is_some());
                seen.calls_with_two += u64::from(by_call.insert(call, offer).is_some());
            }
            if let Event::OfferEnded { offer, call, .. } | Event::ClaimUndone { offer, call } =
                event
            {
                by_agent.remove(&offer.agent());
                by_call.remove(&call);
            }
            if let Event::CallConnected { call, agent, .. } = event {
                by_agent.remove(&agent);
                by_call.remove(&call);
            }
        }
    }
    seen
}
