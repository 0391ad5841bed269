//! Every draw of the world belongs to whom it concerns: what else goes on moves nobody's delays.

use reports::render::calls_csv;

use crate::people::run_of;

/// Two days of the plan's third phase: delays of carrier and store, lost and late webhooks.
fn phase_3() -> String {
    let text = include_str!("../../../scenarios/plan/phase-3.yaml");
    text.replace("replications: 40", "replications: 2")
}

#[test]
fn a_scan_that_finds_nothing_moves_no_call() {
    let rows = |discovery: &str| {
        let discovery = format!("policy.queues.sales.discovery={discovery}");
        let run = run_of(&phase_3(), &[&discovery]);
        calls_csv(&run.report)
    };
    let alone = rows("{ events: true }");
    assert!(alone.lines().count() > 3_000);
    assert_eq!(alone, rows("{ events: true, reconcile: 30s }"));
    assert_eq!(alone, rows("{ events: true, reconcile: 7s }"));
}

#[test]
fn agents_who_take_no_calls_move_no_call() {
    let policy = include_str!("../../../scenarios/policies/phase-3.yaml");
    let with_two = policy.replace(
        "\nbreakers:",
        "\n  guests: { discovery: { events: true } }\nbreakers:",
    );
    let inline = with_two.replace('\n', "\n  ");
    let text = phase_3().replace(
        "policy: ../policies/phase-3.yaml",
        &format!("policy:\n  {inline}"),
    );
    let guests = "  - group: guests
    count: 9
    queues: { guests: 1 }
    heartbeat: { every: 11s, jitter: 1s, loss: 2% }
    device: { up: { exponential: { mean: 9m } }, down: { exponential: { mean: 1m } } }
carrier:";
    let joined = text.replace("\ncarrier:", &format!("\n{guests}"));
    assert_ne!(text, joined);
    let rows = |text: &str| calls_csv(&run_of(text, &[]).report);
    assert_eq!(rows(&text), rows(&joined));
}
