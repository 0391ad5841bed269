//! What is left after the process is gone.

use axum::http::Method;

use crate::postgres::Cluster;
use crate::site::{ADMIN, POLICY, Place, Site, leg, offer_of, sid};

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_who_waited_still_waits_and_open_commands_are_carried_out_again() {
    crash_and_go_on(&Place::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_postgresql() {
    if let Some(cluster) = Cluster::start("the_same_on_postgresql") {
        crash_and_go_on(&Place::Postgres(cluster.url())).await;
    }
}

async fn crash_and_go_on(place: &Place) {
    let mut site = Site::at(place, POLICY).await;
    site.agent("ada").await;
    site.webhook("voice", &leg(&sid(1), "+15550199")).await;
    let order = site.order().await;
    site.webhook("voice", &leg(&sid(2), "+15550198")).await;
    let before = state(&site).await;

    let mut site = site.crashed().await;
    let again = site.order().await;
    assert_eq!((again.row.id, &again.to), (order.row.id, &order.to));
    assert_eq!(state(&site).await, before);
    // The caller's music goes on, and the agent's answer is taken.
    let music = site
        .webhook("queue-hold-music?c=0", &leg(&sid(1), "+15550199"))
        .await;
    assert!(
        music.contains("<Pause") || music.contains("<Say"),
        "{music}"
    );
    let answer = [("CallSid", "CA2"), ("CallStatus", "in-progress")];
    let path = format!("agent-answer?o={}", offer_of(&again));
    let joined = site.webhook(&path, &answer).await;
    assert!(joined.contains(">h-0</Queue>"), "{joined}");

    let site = site.restarted().await;
    let joined_again = site.webhook(&path, &answer).await;
    // Only the port is another.
    assert_eq!(without_ports(&joined_again), without_ports(&joined));
    let (_, waiting) = site
        .api(Method::GET, "/api/queues/waiting", ADMIN, "")
        .await;
    assert_eq!(waiting.matches("\"call\":").count(), 2, "{waiting}");
}

/// An activity without its deadline, which moves by the time that nobody was there.
fn activity(text: &str) -> String {
    text.split(", until").next().unwrap_or(text).to_owned()
}

/// What the engine and the book believe, as text.
async fn state(site: &Site) -> String {
    let state = site.app.inbox.ask(|core, _| {
        let calls: Vec<String> = core
            .book()
            .calls()
            .map(|call| format!("{} {} {}", call.id, call.stage.name(), call.sid))
            .collect();
        let view = core.engine().view(core.last());
        let agents: Vec<String> = view
            .agents()
            .map(|agent| activity(&format!("{:?}", agent.activity)))
            .collect();
        format!("{calls:?} {agents:?}")
    });
    state.await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_s_file_is_the_journal() {
    let site = Site::new(POLICY).await;
    site.agent("ada").await;
    site.webhook("voice", &leg(&sid(1), "+15550199")).await;
    let (status, text) = site.api(Method::GET, "/api/journal", ADMIN, "").await;
    assert_eq!(status, 200, "{text}");
    let reader = journal::Reader::open(text.as_bytes()).expect("a journal");
    let rows: Result<Vec<journal::Row>, _> = reader.collect();
    let rows = rows.expect("every row is as it was written");
    let seq = site
        .app
        .inbox
        .ask(|core, _| core.seq())
        .await
        .expect("an answer");
    assert_eq!(rows.len() as u64, seq);
}

/// A document without the ports in its URLs.
fn without_ports(document: &str) -> String {
    let mut parts = document.split("127.0.0.1:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.trim_start_matches(|c: char| c.is_ascii_digit())
    })
}
