//! Prism, a proxy that knows Twilio's description of its API, between our client and a small server: it refuses a request
//! with 422 and an answer with 500 when they are not as described.

use crate::client::settings;
use crate::material::{node, python, shared};
use crate::requests::{account, call, member, offer, queue, update};
use crate::stub::{Behaviour, Seen, Stub, within};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use twilio::limits::InlineTwiml;
use twilio::rest::{
    CallChange, Client, DeleteQueue, EndedStatus, FetchCall, Instructions, ListCalls, ListQueues,
    Operation, Outcome, Request, Settings, Verb,
};
use twilio::webhook::CallStatus;

/// Prism, for as long as its test lasts.
struct Prism {
    process: Child,
    base: String,
}

impl Drop for Prism {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Twilio's description, changed so that Prism takes keys that come again; made by the study's script in a folder of ours,
/// since it writes beside itself.
fn description() -> Option<PathBuf> {
    let (script, original) = (
        shared("patch_for_prism.py")?,
        shared("twilio_api_v2010.json")?,
    );
    let python = python()?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("prism");
    std::fs::create_dir_all(&folder).expect("a folder");
    let script_here = folder.join("patch_for_prism.py");
    for (from, to) in [
        (&script, &script_here),
        (&original, &folder.join("twilio_api_v2010.json")),
    ] {
        let content = std::fs::read(from).expect("readable");
        std::fs::write(to, content).expect("written");
    }
    let patched = Command::new(python)
        .arg(&script_here)
        .output()
        .expect("the script starts");
    assert!(
        patched.status.success(),
        "{}",
        String::from_utf8_lossy(&patched.stderr)
    );
    Some(folder.join("twilio_api_v2010.prism.json"))
}

/// On a port that is free, which it names once it listens there.
fn prism(upstream: &str) -> Option<Prism> {
    let (description, node) = (description()?, node()?);
    let mut process = Command::new("node")
        .arg(node.join("node_modules/@stoplight/prism-cli/dist/index.js"))
        .args(["proxy", "--errors", "--host", "127.0.0.1", "--port", "0"])
        .arg(description)
        .arg(upstream)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Prism starts");
    let output = process.stdout.take().expect("piped");
    let mut prism = Prism {
        process,
        base: String::new(),
    };
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let mut said = Vec::new();
    for line in lines.by_ref() {
        if let Some((_, base)) = line.split_once("Prism is listening on ") {
            prism.base = base.trim().to_owned();
            break;
        }
        said.push(line);
    }
    assert!(!prism.base.is_empty(), "Prism ended: {}", said.join("\n"));
    // What it says further is read, so that it never waits for a reader.
    std::thread::spawn(move || lines.for_each(drop));
    Some(prism)
}

/// Twilio as described: each operation's own answer.
fn upstream(seen: &Seen) -> Behaviour {
    let account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let leg = json!({
        "sid": "CA11111111111111111111111111111111", "account_sid": account, "status": "queued",
        "to": "client:agent_7", "from": "+18005551212", "direction": "outbound-api", "queue_time": "0",
    });
    let waiting = json!({
        "call_sid": "CA11111111111111111111111111111111", "queue_sid": "QU22222222222222222222222222222222",
        "position": 1, "wait_time": 3,
    });
    let page = |list: &str, items| json!({ list: items, "page": 0, "page_size": 1000, "next_page_uri": null });
    let queue = json!({ "sid": "QU22222222222222222222222222222222", "friendly_name": "h-1", "current_size": 0 });
    let path = seen.target.split('?').next().unwrap_or_default();
    let tail = path.split_once(account).expect("our account").1;
    let (status, body) = match (seen.method.as_str(), tail) {
        ("POST", "/Calls.json") => (201, leg.to_string()),
        ("GET", "/Calls.json") => (200, page("calls", json!([leg])).to_string()),
        ("GET", "/Queues.json") => (200, page("queues", json!([queue])).to_string()),
        ("DELETE", _) => (204, String::new()),
        (_, tail) if tail.contains("/Members/") => (200, waiting.to_string()),
        (_, _) => (200, leg.to_string()),
    };
    Behaviour::Answer(status, "", body)
}

/// An operation that Twilio's description does not know: what Prism has to refuse.
struct Misspelt(Request);

impl Operation for Misspelt {
    type Resource = ();

    fn request(&self, _: &twilio::AccountSid) -> Request {
        self.0.clone()
    }

    fn repeating(&self) -> twilio::rest::Repeating {
        twilio::rest::Repeating::Unsafe
    }

    fn read(&self, _: &[u8]) -> Option<()> {
        Some(())
    }

    fn is_over(&self, _: &twilio::rest::Problem) -> bool {
        false
    }
}

#[test]
fn prism_finds_our_requests_as_twilio_describes_them() {
    within(async {
        let stub = Stub::new(|seen| std::future::ready(upstream(&seen))).await;
        let Some(prism) = prism(&stub.base) else {
            return;
        };
        // Prism takes its time on a busy machine.
        let patient = Settings {
            timeout: Duration::from_secs(60),
            ..settings(&prism.base)
        };
        let client = Client::new(patient).expect("no encryption is asked for");

        macro_rules! done {
            ($operation:expr) => {
                let outcome = client.send(&$operation).await;
                assert!(matches!(outcome, Outcome::Done(_)), "{:?}", outcome);
            };
        }
        let goodbye = InlineTwiml::new("<Response><Hangup/></Response>").expect("short");
        done!(offer());
        done!(update(CallChange::Status(EndedStatus::Canceled)));
        done!(update(CallChange::Status(EndedStatus::Completed)));
        done!(update(CallChange::Instructions(Instructions::Twiml(
            goodbye
        ))));
        done!(update(CallChange::Instructions(Instructions::url(
            "https://voice.example.com/next"
        ))));
        done!(FetchCall { call: call() });
        done!(ListCalls {
            to: Some("client:agent_7".into()),
            status: Some(CallStatus::Ringing),
            ..ListCalls::default()
        });
        done!(member());
        done!(ListQueues::default());
        done!(DeleteQueue { queue: queue() });
        assert_eq!(stub.seen().len(), 10, "every request went through");

        // The judge judges: what is spoilt does not go through.
        let spoil = |change: &dyn Fn(&mut Request)| {
            let mut request = offer().request(&account());
            change(&mut request);
            Misspelt(request)
        };
        let without_to = |request: &mut Request| {
            request.form = request
                .form
                .iter()
                .filter(|(key, _)| *key != "To")
                .collect();
        };
        let spoilt = [
            spoil(&without_to),
            spoil(&|request| request.form.push("TimeLimit", "long")),
            spoil(&|request| request.path = request.path.replace("/ACa", "/XXa")),
            spoil(&|request| request.path = request.path.replace("Calls", "Kalls")),
            spoil(&|request| request.verb = Verb::Delete),
        ];
        for operation in spoilt {
            let outcome = client.send(&operation).await;
            assert!(
                matches!(outcome, Outcome::Refused(_)),
                "{outcome:?}: {:?}",
                operation.0
            );
        }
        assert_eq!(stub.seen().len(), 10, "no spoilt request went through");
    });
}
