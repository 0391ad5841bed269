//! What the judges are asked: random requests that we signed, tokens that we gave out, documents that we wrote, and of each
//! some that must be refused. The same questions in every run.

use crate::token::issuer;
use crate::twiml::documents;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use twilio::limits::Identity;
use twilio::signature::{Algorithm, sign, sign_json};
use twilio::token::{TokenLife, VoiceGrant};
use twilio::twiml::{Response, Say};
use twilio::{Form, Secret};

/// How a shared key's request says that it is one.
const SHA256: &str = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256";

/// `n` values of a strategy.
fn drawn<S: Strategy>(n: usize, strategy: S) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    let draw = |_| strategy.new_tree(&mut runner).expect("a value").current();
    (0..n).map(draw).collect()
}

fn url() -> impl Strategy<Value = String> {
    let port = prop::sample::select(vec!["", "", ":443", ":8443"]);
    let path = "(/[a-zA-Z0-9_.~-]{1,6}|/%[2-7][0-9A-F]){0,4}";
    let query =
        "([?][a-z]{1,4}=([a-zA-Z0-9_.~-]|%[2-7][0-9A-F]){0,6}(&[a-z]{1,4}=[a-zA-Z0-9]{0,6}){0,2})?";
    (prop::bool::ANY, port, path, query).prop_map(|(https, port, path, query)| {
        let scheme = if https { "https" } else { "http" };
        format!("{scheme}://voice.example.com{port}/s{path}{query}")
    })
}

/// Keys that come again, values of every script: those of keys that come again from the basic plane, since JavaScript's
/// library orders by UTF-16.
fn form() -> impl Strategy<Value = Vec<(String, String)>> {
    let value = prop_oneof![
        3 => "[ -~]{0,12}".prop_map(String::from),
        1 => "[\u{A0}-\u{D7FF}]{0,6}",
        1 => "[\r\n\t ]{0,3}[a-z]{0,3}[ ]{0,2}",
    ];
    let again = ("[A-Za-z_]{1,2}", value);
    let once = any::<String>().prop_map(|value| ("SpeechResult".to_owned(), value));
    (prop::collection::vec(again, 0..8), prop::option::of(once)).prop_map(|(mut form, once)| {
        form.extend(once);
        form
    })
}

/// Each request as signed, and three times with something else.
fn signatures(sha256: bool) -> Vec<Value> {
    let mut questions = Vec::new();
    let requests = drawn(150, (url(), form(), "[a-z0-9]{1,32}", prop::bool::ANY));
    for (url, mut form, token, by_shared_key) in requests {
        let by_shared_key = by_shared_key && sha256;
        let settings = by_shared_key.then_some(SHA256);
        let algorithm = Algorithm::from_settings(settings).expect("known");
        let secret = Secret::new(token.as_str()).expect("not empty");
        let signature = sign(
            &secret,
            algorithm,
            &url,
            &form.iter().cloned().collect::<Form>(),
        );
        let mut ask = |url: &str, form: &[(String, String)], token: &str, expected: bool| {
            questions.push(json!({
                "url": url, "form": form, "token": token, "signature": signature,
                "settings": settings, "expected": expected,
            }));
        };
        ask(&url, &form, &token, true);
        ask(&format!("{url}x"), &form, &token, false);
        ask(&url, &form, &format!("{token}x"), false);
        form.push(("Z".into(), "z".into()));
        ask(&url, &form, &token, false);
    }
    questions
}

/// Bodies of JSON as signed, and changed.
fn bodies() -> Vec<Value> {
    let mut questions = Vec::new();
    for (url, text) in drawn(40, (url(), any::<String>())) {
        let body = json!({ "text": text }).to_string();
        let secret = Secret::new("12345").expect("not empty");
        let (url, signature) = sign_json(&secret, Algorithm::HmacSha1, &url, body.as_bytes());
        for (body, expected) in [(body.clone(), true), (format!("{body} "), false)] {
            questions.push(json!({
                "url": url, "body": body, "token": "12345", "signature": signature,
                "expected": expected,
            }));
        }
    }
    questions
}

/// Tokens while they are good, and before, after and by another secret.
pub(super) fn tokens() -> Vec<Value> {
    let mut questions = Vec::new();
    let identities = drawn(12, "[A-Za-z0-9_]{1,121}");
    for (i, name) in identities.iter().enumerate() {
        let secret = "s3cr3t-s3cr3t-s3cr3t-s3cr3t-32ch";
        let mut issuer = issuer("AC1", "SK1", secret);
        issuer.region = (i % 3 == 0).then(|| "ie1".to_owned());
        let application = (i % 2 == 0).then(|| "AP1".to_owned());
        let grant = VoiceGrant {
            incoming: i % 4 < 2,
            outgoing_application: application.clone(),
            push_credential: None,
        };
        let identity = Identity::new(name.as_str()).expect("an identity");
        let life = TokenLife::from_seconds(86_400).expect("a day");
        let (from, to) = (1_795_000_000_u64, 1_795_086_400_u64);
        let token = issuer.voice_token(&identity, &grant, from, life);
        let mut voice = json!({});
        if grant.incoming {
            voice["incoming"] = json!({ "allow": true });
        }
        if let Some(application) = application {
            voice["outgoing"] = json!({ "application_sid": application });
        }
        let good = json!({
            "claims": {
                "jti": format!("SK1-{from}"), "iss": "SK1", "sub": "AC1",
                "iat": from, "nbf": from, "exp": to,
                "grants": { "identity": name, "voice": voice },
            },
            "region": issuer.region,
            "kind": "twilio-fpa;v=1",
        });
        let other = "another-another-another-another-";
        for (now, secret, expected) in [
            (from, secret, good.clone()),
            (to - 1, secret, good),
            (from - 1, secret, Value::Null),
            (to, secret, Value::Null),
            (from, other, Value::Null),
        ] {
            questions.push(json!({
                "token": token, "secret": secret, "now": now, "expected": expected,
            }));
        }
    }
    questions
}

/// The official documents written by us, and arbitrary texts, as a reader of XML must find them.
fn written() -> Vec<Value> {
    let mut questions = Vec::new();
    for (name, document) in documents() {
        let verb = match name {
            "enqueue" | "enqueue-escape" => vec!["Enqueue"],
            "wait-play" => vec!["Say", "Play"],
            "wait-gather" => vec!["Gather", "Redirect"],
            "leave" => vec!["Leave"],
            "pause-hangup" => vec!["Pause", "Hangup"],
            "reject-busy" => vec!["Reject"],
            "redirect" => vec!["Redirect"],
            "record" => vec!["Record"],
            "empty" => vec![],
            _ => vec!["Dial"],
        };
        let texts: Vec<_> = match name {
            "enqueue" => vec!["q-01JABC"],
            "enqueue-escape" => vec!["a<b>&\"c' é日"],
            "wait-play" => vec![
                "You are number 2 in line.",
                "https://cdn.example.com/hold.mp3",
            ],
            "wait-gather" => vec!["", "/v1/wait"],
            "redirect" => vec!["/v1/next?a=1&b=2"],
            _ => vec![""; verb.len()],
        };
        questions.push(question(&document, &verb, &texts));
    }
    for text in drawn(60, "[ -~\u{A0}-\u{D7FF}\r\n\t\u{10000}-\u{10FFFF}]{0,40}") {
        let document = Response::new().say(Say::new(text.as_str())).hangup();
        questions.push(question(&document, &["Say", "Hangup"], &[&text, ""]));
    }
    questions
}

fn question(document: &Response, verbs: &[&str], texts: &[&str]) -> Value {
    json!({
        "document": document.to_xml().expect("short"),
        "expected": { "root": "Response", "verbs": verbs, "texts": texts },
    })
}

/// Everything; requests signed by shared keys only for who knows them.
pub(super) fn questions(sha256: bool) -> Value {
    json!({
        "signatures": signatures(sha256),
        "bodies": bodies(),
        "tokens": tokens(),
        "documents": written(),
    })
}
