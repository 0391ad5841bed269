//! The client against a small server: what it sends, and what it makes of every way not to be answered.

use crate::requests::{account, call, offer, update};
use crate::stub::{Behaviour, Seen, Stub, within};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Barrier;
use twilio::rest::{
    CallChange, Client, EndedStatus, Failure, FetchCall, ListCalls, Outcome, Settings, UpdateCall,
    Why,
};
use twilio::token::ApiKey;
use twilio::{BaseUrl, Secret};

pub(crate) fn settings(base: &str) -> Settings {
    let key = ApiKey {
        sid: "SK1".into(),
        secret: Secret::new("the-secret").expect("not empty"),
    };
    Settings {
        proxy_from_environment: false,
        ..Settings::new(BaseUrl::parse(base).expect("a base URL"), account(), key)
    }
}

fn client(base: &str) -> Client {
    Client::new(settings(base)).expect("no encryption is asked for")
}

fn impatient(base: &str) -> Client {
    let settings = Settings {
        timeout: Duration::from_millis(100),
        ..settings(base)
    };
    Client::new(settings).expect("no encryption is asked for")
}

fn cancel() -> UpdateCall {
    update(CallChange::Status(EndedStatus::Canceled))
}

fn leg() -> Behaviour {
    Behaviour::Answer(201, "", "{\"sid\":\"CA9\",\"status\":\"queued\"}".into())
}

#[test]
fn a_request_carries_its_form_its_headers_and_its_credentials() {
    within(async {
        let stub = Stub::always(leg()).await;
        let Outcome::Done(placed) = client(&stub.base).send(&offer()).await else {
            panic!("not done")
        };
        assert_eq!(placed.sid.as_str(), "CA9");
        let [seen]: [Seen; 1] = stub.seen().try_into().expect("one request");
        assert_eq!(seen.method, "POST");
        assert_eq!(
            seen.target,
            "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Calls.json"
        );
        assert_eq!(
            seen.header("authorization"),
            Some("Basic U0sxOnRoZS1zZWNyZXQ=")
        );
        assert_eq!(
            seen.header("content-type"),
            Some("application/x-www-form-urlencoded")
        );
        assert_eq!(seen.header("accept"), Some("application/json"));
        assert_eq!(seen.header("accept-charset"), Some("utf-8"));
        assert!(
            seen.header("user-agent")
                .is_some_and(|agent| agent.starts_with("linefinder/"))
        );
        let events = "StatusCallbackEvent=initiated&StatusCallbackEvent=ringing\
        &StatusCallbackEvent=answered&StatusCallbackEvent=completed";
        assert!(seen.body.contains(events), "{}", seen.body);
        assert!(
            seen.body
                .starts_with("To=client%3Aagent_7&From=%2B18005551212&Url=https%3A%2F%2F")
        );
    });
}

#[test]
fn a_list_is_asked_for_by_query_under_a_base_with_a_path() {
    within(async {
        let stub = Stub::always(Behaviour::Answer(200, "", "{\"calls\":[]}".into())).await;
        let client = client(&format!("{}/api/laml", stub.base));
        let list = ListCalls {
            to: Some("client:agent_7".into()),
            ..ListCalls::default()
        };
        assert!(matches!(client.send(&list).await, Outcome::Done(page) if page.items.is_empty()));
        let target = &stub.seen()[0].target;
        let calls = "/api/laml/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Calls.json";
        assert_eq!(
            target,
            &format!("{calls}?To=client%3Aagent_7&PageSize=1000")
        );
    });
}

#[test]
fn an_overloaded_twilio_says_when_to_ask_again() {
    within(async {
        let body = "{\"code\":20429,\"message\":\"Too Many Requests\",\"status\":429}";
        let stub = Stub::always(Behaviour::Answer(429, "Retry-After: 3\r\n", body.into())).await;
        let expected = Outcome::Retry {
            after: Some(Duration::from_secs(3)),
            why: Why::TooMany,
        };
        assert_eq!(client(&stub.base).send(&offer()).await, expected);
        assert_eq!(stub.seen().len(), 1, "the client itself repeats nothing");
    });
}

#[test]
fn without_a_connection_nothing_was_sent() {
    within(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        drop(listener);
        let outcome = client(&base).send(&offer()).await;
        let not_sent = |why: &Why| matches!(why, Why::Failed(Failure::NotSent(_)));
        assert!(
            matches!(&outcome, Outcome::Retry { why, .. } if not_sent(why)),
            "{outcome:?}"
        );
    });
}

#[test]
fn a_leg_that_may_have_been_placed_is_not_placed_again() {
    within(async {
        for behaviour in [
            Behaviour::Hang,
            Behaviour::Close,
            Behaviour::BreakOff(201),
            Behaviour::Answer(500, "", String::new()),
        ] {
            let stub = Stub::always(behaviour.clone()).await;
            // Whoever waits for an answer that never comes does so for a moment only.
            let hangs = matches!(behaviour, Behaviour::Hang);
            let client = if hangs {
                impatient(&stub.base)
            } else {
                client(&stub.base)
            };
            let placed = client.send(&offer()).await;
            assert!(
                matches!(placed, Outcome::Ambiguous(_)),
                "{behaviour:?}: {placed:?}"
            );
            let cancelled = client.send(&cancel()).await;
            assert!(
                matches!(cancelled, Outcome::Retry { .. }),
                "{behaviour:?}: {cancelled:?}"
            );
            assert_eq!(stub.seen().len(), 2, "{behaviour:?}");
        }
    });
}

#[test]
fn a_refusal_counts_though_its_body_broke_off() {
    within(async {
        let stub = Stub::always(Behaviour::BreakOff(404)).await;
        let outcome = client(&stub.base).send(&cancel()).await;
        assert!(matches!(outcome, Outcome::Over(_)), "{outcome:?}");
    });
}

#[test]
fn no_redirect_takes_the_credentials_elsewhere() {
    within(async {
        let elsewhere = Stub::always(leg()).await;
        let to = format!("location: {}/x\r\n", elsewhere.base);
        let to: &'static str = Box::leak(to.into_boxed_str());
        let stub = Stub::always(Behaviour::Answer(307, to, String::new())).await;
        let outcome = client(&stub.base).send(&offer()).await;
        assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
        assert_eq!((stub.seen().len(), elsewhere.seen().len()), (1, 0));
    });
}

#[test]
fn no_more_requests_than_allowed_are_in_flight() {
    within(async {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let pair = Arc::new(Barrier::new(2));
        let highest = Arc::clone(&most);
        let stub = Stub::new(move |_| {
            let (now, most, pair) = (Arc::clone(&now), Arc::clone(&highest), Arc::clone(&pair));
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // None is answered before a second has come.
                pair.wait().await;
                now.fetch_sub(1, Ordering::SeqCst);
                leg()
            }
        })
        .await;
        let settings = Settings {
            in_flight: 2,
            ..settings(&stub.base)
        };
        let client = Client::new(settings).expect("no encryption is asked for");
        let asked: Vec<_> = (0..6)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.send(&FetchCall { call: call() }).await })
            })
            .collect();
        for answer in asked {
            let outcome = answer.await.expect("no panic");
            assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
        }
        assert_eq!(most.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn a_request_for_which_there_is_no_room_was_not_sent() {
    within(async {
        let stub = Stub::always(Behaviour::Hang).await;
        let settings = Settings {
            in_flight: 1,
            timeout: Duration::from_millis(300),
            ..settings(&stub.base)
        };
        let client = Client::new(settings).expect("no encryption is asked for");
        // The first takes the room and keeps it until it times out; two wait, and one of them waits in vain.
        let ask = || {
            let client = client.clone();
            tokio::spawn(async move { client.send(&offer()).await })
        };
        let (first, second, third) = (ask(), ask(), ask());
        let first = first.await.expect("no panic");
        let (second, third) = (
            second.await.expect("no panic"),
            third.await.expect("no panic"),
        );
        assert!(matches!(first, Outcome::Ambiguous(_)), "{first:?}");
        let not_sent = |outcome: &Outcome<_>| matches!(outcome, Outcome::Retry { .. });
        assert!(
            not_sent(&second) || not_sent(&third),
            "{second:?} {third:?}"
        );
    });
}

#[test]
fn a_server_without_encryption_is_never_told_anything() {
    within(async {
        let stub = Stub::always(leg()).await;
        let base = stub.base.replace("http://", "https://");
        // A machine without trusted certificates has no encrypting client, and says so.
        if let Ok(client) = Client::new(settings(&base)) {
            let outcome = client.send(&offer()).await;
            assert!(matches!(outcome, Outcome::Retry { .. }), "{outcome:?}");
            assert_eq!(stub.seen().len(), 0);
        }
    });
}

#[test]
fn the_secret_is_not_printed() {
    let printed = format!("{:?}", client("http://127.0.0.1:1"));
    assert!(
        printed.contains("SK1") && !printed.contains("the-secret"),
        "{printed}"
    );
}
