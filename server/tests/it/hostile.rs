//! Requests that no friend sends.

use axum::body::Body;
use axum::http::{Request, header};
use proptest::test_runner::{Config, TestRunner};
use twilio::signature::{Algorithm, sign};
use twilio::{Form, Secret};

use crate::site::{BASE, OLD_TOKEN, POLICY, Site, TOKEN, leg, sid};

const VOICE: &str = "/api/webhooks/twilio/voice";

fn signed(token: &str, url: &str, form: &Form) -> String {
    sign(
        &Secret::new(token).expect("a token"),
        Algorithm::HmacSha1,
        url,
        form,
    )
}

fn request(path: &str, form: &Form, signatures: &[&str]) -> Request<Body> {
    let mut request =
        Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for signature in signatures {
        request = request.header("x-twilio-signature", *signature);
    }
    request.body(Body::from(form.encode())).expect("a request")
}

#[tokio::test(flavor = "multi_thread")]
async fn only_webhooks_that_twilio_signed_are_taken() {
    let site = Site::signed(POLICY).await;
    let (first, second) = (sid(1), sid(2));
    let form: Form = leg(&first, "+15550199").into_iter().collect();
    let url = format!("{BASE}{VOICE}");
    let right = signed(TOKEN, &url, &form);
    let other: Form = leg(&second, "+15550199").into_iter().collect();
    let query = format!("{VOICE}?c=1");
    for (path, form, signatures, status) in [
        (VOICE, &form, vec![right.as_str()], 200),
        // During a rotation the token before counts too.
        (VOICE, &form, vec![&*signed(OLD_TOKEN, &url, &form)], 200),
        (VOICE, &form, vec![], 403),
        (VOICE, &form, vec![""], 403),
        (VOICE, &form, vec!["not base64!"], 403),
        (VOICE, &form, vec![&right[..right.len() - 2]], 403),
        (VOICE, &form, vec![right.as_str(), right.as_str()], 403),
        (
            VOICE,
            &form,
            vec![&*signed("another-token", &url, &form)],
            403,
        ),
        (
            VOICE,
            &form,
            vec![&*signed(TOKEN, &url.replace("https", "http"), &form)],
            403,
        ),
        (
            VOICE,
            &form,
            vec![&*signed(TOKEN, &format!("{url}/"), &form)],
            403,
        ),
        // Another leg, or another address, with a signature of this one.
        (VOICE, &other, vec![right.as_str()], 403),
        (&*query, &form, vec![right.as_str()], 403),
    ] {
        let (found, said) = site.send(request(path, form, &signatures)).await;
        assert_eq!(found.as_u16(), status, "{path} {signatures:?}: {said}");
    }
    let n = site
        .app
        .inbox
        .ask(|core, _| core.book().calls().count())
        .await;
    assert_eq!(n.expect("an answer"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_or_of_another_kind_is_refused_with_its_status() {
    let site = Site::new(POLICY).await;
    let json = |body: &str| {
        Request::put("/api/agents/ada")
            .header(
                header::AUTHORIZATION,
                format!("Bearer {}", crate::site::ADMIN),
            )
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_owned()))
            .expect("a request")
    };
    let long = "x".repeat(1 << 20);
    let post = |path: &str, body: &str| {
        Request::post(path)
            .body(Body::from(body.to_owned()))
            .expect("a request")
    };
    let text = Request::put("/api/agents/ada")
        .header(
            header::AUTHORIZATION,
            format!("Bearer {}", crate::site::ADMIN),
        )
        .body(Body::from("{}"))
        .expect("a request");
    for (request, status) in [
        (post(VOICE, &long), 413),
        (post(VOICE, ""), 422),
        (
            post("/api/webhooks/twilio/agent-answer", "CallSid=CA1"),
            422,
        ),
        (
            post(
                "/api/webhooks/twilio/agent-answer?o=1-99999999999",
                "CallSid=CA1",
            ),
            422,
        ),
        (post("/api/webhooks/twilio/nothing", "CallSid=CA1"), 404),
        (json(&long), 413),
        (json("{"), 422),
        (json("{}"), 422),
        (json("{\"contact\": \"nobody\", \"queues\": {}}"), 422),
        (
            json("{\"contact\": \"client:a\", \"queues\": {\"none\": 1}}"),
            422,
        ),
        (
            json("{\"contact\": \"client:a\", \"queues\": {\"sales\": 0}}"),
            422,
        ),
        (
            json("{\"contact\": \"client:a\", \"queues\": {}, \"more\": 1}"),
            422,
        ),
        (text, 415),
        (
            Request::get(VOICE).body(Body::empty()).expect("a request"),
            405,
        ),
    ] {
        let what = format!("{} {}", request.method(), request.uri());
        let (found, said) = site.send(request).await;
        assert_eq!(found.as_u16(), status, "{what}: {said}");
        assert!(said.starts_with("{\"code\":"), "{what}: {said}");
    }
}

/// Webhooks of every kind with parameters that are nearly right, and bytes that are nothing.
#[test]
fn no_webhook_makes_the_server_fail() {
    let n = match std::env::var_os("LINEFINDER_PROOF") {
        Some(_) => 100_000,
        None => 1_000,
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let site = runtime.block_on(async {
        let site = Site::new(POLICY).await;
        site.agent("ada").await;
        site
    });
    let hooks: Vec<&str> = server::voice::Hook::ALL
        .iter()
        .map(|hook| hook.path())
        .collect();
    let keys = [
        "CallSid",
        "From",
        "To",
        "CallStatus",
        "QueueResult",
        "DialCallStatus",
        "DequeueResult",
        "Digits",
        "SipResponseCode",
        "AnsweredBy",
        "RecordingDuration",
        "DialBridged",
        "RecordingUrl",
    ];
    let values = [
        "CA1",
        "CA2",
        "CA3",
        "+15550199",
        "anonymous",
        "in-progress",
        "completed",
        "busy",
        "ringing",
        "no-answer",
        "failed",
        "canceled",
        "bridged",
        "leave",
        "hangup",
        "error",
        "1",
        "5",
        "480",
        "human",
        "machine_start",
        "true",
        "",
    ];
    use proptest::prelude::*;
    let pair = (
        prop::sample::select(keys.to_vec()).prop_map(str::to_owned),
        prop_oneof![
            8 => prop::sample::select(values.to_vec()).prop_map(str::to_owned),
            1 => ".{0,20}",
        ],
    );
    let query = prop_oneof![
        Just(String::new()),
        (0..4_u8, 0..3_u8, 0..4_u8).prop_map(|(n, agent, call)| format!("?o={n}-{agent}&c={call}")),
        "[?][a-z0-9=&%-]{0,20}",
    ];
    let body = prop_oneof![
        8 => prop::collection::vec(pair, 0..8).prop_map(|pairs| {
            pairs.into_iter().collect::<Form>().encode().into_bytes()
        }),
        1 => prop::collection::vec(any::<u8>(), 0..200),
    ];
    let mut runner = TestRunner::new(Config {
        cases: n,
        failure_persistence: None,
        ..Config::default()
    });
    let all = (prop::sample::select(hooks), query, body);
    let result = runner.run(&all, |(hook, query, body)| {
        let uri = format!("/api/webhooks/twilio/{hook}{query}");
        let Ok(request) = Request::post(&uri).body(Body::from(body)) else {
            return Ok(());
        };
        let (status, said) = runtime.block_on(site.send(request));
        prop_assert!(!status.is_server_error(), "{uri}: {status} {said}");
        Ok(())
    });
    result.expect("no server error");
    let broken = runtime.block_on(site.app.inbox.ask(|core, _| {
        engine::invariants::check(core.engine())
            .err()
            .map(|broken| broken.to_string())
    }));
    assert_eq!(broken.expect("an answer"), None);
    // What was taken is the journal, and the journal is what was taken.
    let site = runtime.block_on(site.crashed());
    let seq = runtime.block_on(site.app.inbox.ask(|core, _| core.seq()));
    assert!(seq.expect("an answer") > 0);
}
