//! A call's life by webhooks.

use axum::http::Method;

use crate::site::{ADMIN, POLICY, Site, leg, offer_of, sid};

fn with<'a>(
    mut form: Vec<(&'a str, &'a str)>,
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    form.extend(more);
    form
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_held_offered_joined_and_heard_out() {
    let mut site = Site::new(POLICY).await;
    site.agent("ada").await;
    let (caller, agent) = (sid(1), sid(2));
    let held = site.webhook("voice", &leg(&caller, "+15550199")).await;
    assert!(
        held.contains("<Enqueue") && held.contains(">h-0</Enqueue>"),
        "{held}"
    );
    // The same webhook again is the same document and no second call.
    assert_eq!(
        site.webhook("voice", &leg(&caller, "+15550199")).await,
        held
    );

    let order = site.order().await;
    assert_eq!(
        (order.row.kind.as_str(), order.to.as_str()),
        ("ring_agent", "client:ada")
    );
    assert_eq!(order.from, "+15550100");
    let offer = offer_of(&order);
    let path = |hook: &str| format!("{hook}?o={offer}");
    let leg_of_agent = |status: &'static str| {
        vec![
            ("CallSid", agent.clone()),
            ("CallStatus", status.to_owned()),
        ]
    };
    let said = |form: Vec<(&'static str, String)>| form;
    for status in ["initiated", "ringing", "ringing"] {
        let form = said(leg_of_agent(status));
        let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
        site.webhook(&path("agent-status"), &form).await;
    }
    let answer = [("CallSid", agent.as_str()), ("CallStatus", "in-progress")];
    let joined = site.webhook(&path("agent-answer"), &answer).await;
    assert!(
        joined.contains("<Queue") && joined.contains(">h-0</Queue>"),
        "{joined}"
    );
    assert_eq!(site.webhook(&path("agent-answer"), &answer).await, joined);
    site.webhook(
        &format!("queue-joining?o={offer}&c=0"),
        &with(leg(&caller, "+15550199"), &[("DequeingCallSid", &agent)]),
    )
    .await;

    let over = site
        .webhook(
            "queue-handler?c=0",
            &with(leg(&caller, "+15550199"), &[("QueueResult", "bridged")]),
        )
        .await;
    assert!(over.contains("<Hangup/>"), "{over}");
    site.webhook(
        &path("agent-ended"),
        &[
            ("CallSid", agent.as_str()),
            ("DialCallStatus", "completed"),
            ("DequeueResult", "bridged"),
        ],
    )
    .await;
    let (_, call) = site.api(Method::GET, "/api/calls/0", ADMIN, "").await;
    for field in [
        "\"outcome\":\"connected\"",
        "\"agent\":\"ada\"",
        "\"stage\":\"over\"",
        "\"attempts\":1",
        "\"caller_number\":\"+15550199\"",
    ] {
        assert!(call.contains(field), "{field}: {call}");
    }
    let (_, offers) = site.api(Method::GET, "/api/calls", ADMIN, "").await;
    assert_eq!(offers.matches("\"id\":").count(), 1, "{offers}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_while_it_rings_stops_the_ringing() {
    let mut site = Site::new(POLICY).await;
    site.agent("ada").await;
    let caller = sid(1);
    site.webhook("voice", &leg(&caller, "+15550199")).await;
    let offer = offer_of(&site.order().await);
    let hangs_up = with(leg(&caller, "+15550199"), &[("QueueResult", "hangup")]);
    site.webhook("queue-handler?c=0", &hangs_up).await;
    // The other word of the same thing, and the same word again.
    site.webhook(
        "caller-status",
        &[("CallSid", &caller), ("CallStatus", "completed")],
    )
    .await;
    site.webhook("queue-handler?c=0", &hangs_up).await;
    let order = site.order().await;
    assert_eq!(order.row.kind, "stop_ringing");
    assert_eq!(offer_of(&order), offer);
    // Who answers in the same moment hears why.
    let answer = [("CallSid", "CA2"), ("CallStatus", "in-progress")];
    let late = site
        .webhook(&format!("agent-answer?o={offer}"), &answer)
        .await;
    assert!(late.contains("The caller has gone."), "{late}");
    let (_, call) = site.api(Method::GET, "/api/calls/0", ADMIN, "").await;
    assert!(call.contains("\"outcome\":\"abandoned\""), "{call}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_offer_goes_to_the_next_agent() {
    let mut site = Site::new(POLICY).await;
    site.agent("ada").await;
    site.agent("bob").await;
    site.webhook("voice", &leg(&sid(1), "+15550199")).await;
    let first = site.order().await;
    let busy = [("CallSid", "CA2"), ("CallStatus", "busy")];
    site.webhook(&format!("agent-status?o={}", offer_of(&first)), &busy)
        .await;
    let second = site.order().await;
    assert_eq!(second.row.kind, "ring_agent");
    assert_ne!(second.to, first.to);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_queue_one_agent_is_dialled_and_then_the_voicemail_answers() {
    let policy = POLICY.replace("enhanced_queue: 100%", "enhanced_queue: 0%");
    let site = Site::new(&policy).await;
    site.agent("ada").await;
    let caller = sid(1);
    let dialled = site.webhook("voice", &leg(&caller, "+15550199")).await;
    assert!(
        dialled.contains("<Dial") && dialled.contains(">ada</Client>"),
        "{dialled}"
    );
    let ended = with(
        leg(&caller, "+15550199"),
        &[("DialCallStatus", "no-answer")],
    );
    let voicemail = site.webhook("dial-ended?o=0-0", &ended).await;
    assert!(voicemail.contains("<Record"), "{voicemail}");
    let recorded = [
        ("CallSid", caller.as_str()),
        ("RecordingUrl", "https://example.com/r"),
        ("RecordingDuration", "7"),
    ];
    site.webhook("voicemail", &recorded).await;
    let (_, call) = site.api(Method::GET, "/api/calls/0", ADMIN, "").await;
    assert!(call.contains("\"outcome\":\"voicemail\""), "{call}");
}

#[tokio::test(flavor = "multi_thread")]
async fn withheld_numbers_share_nothing() {
    let site = Site::new(POLICY).await;
    site.webhook("voice", &leg(&sid(1), "anonymous")).await;
    site.webhook("voice", &leg(&sid(2), "anonymous")).await;
    let keys = site.app.inbox.ask(|core, _| {
        let calls = core.book().calls();
        let legs = calls.map(|call| server::facts::Inbound {
            sid: call.sid.clone(),
            from: call.from.clone(),
            to: call.to.clone(),
        });
        legs.map(|leg| core.book().caller(&leg)).collect::<Vec<_>>()
    });
    let keys = keys.await.expect("an answer");
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0], keys[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_caller_of_whom_nothing_is_known_is_adopted() {
    let site = Site::new(POLICY).await;
    let music = site
        .webhook("queue-hold-music?c=77", &leg(&sid(9), "+15550199"))
        .await;
    assert!(music.contains("<Pause"), "{music}");
    let (_, calls) = site
        .api(Method::GET, "/api/queues/waiting", ADMIN, "")
        .await;
    assert!(calls.contains("\"stage\":\"waiting\""), "{calls}");
}
