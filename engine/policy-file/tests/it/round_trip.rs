//! What is written reads back equal, and equal content has one digest.

use engine::id::QueueId;
use engine::policy::{Discovery, Priority, QueuePolicy, Share, Treatment};
use expect_test::expect;
use policy_file::PolicyFile;
use std::time::Duration;

#[test]
fn the_contract_s_example_is_read_key_by_key() {
    let file = PolicyFile::parse(crate::FULL, "full.yaml").unwrap();
    assert_eq!(file.names.queues, ["sales", "support"]);
    assert_eq!(file.names.classes, ["vip", "standard", "gold"]);
    assert_eq!(file.policy.features.0[2], Share(2500));
    assert_eq!(file.policy.features.0[5], Share(50));
    let sales = &file.policy.queues[0];
    assert_eq!(sales.discovery, Discovery::Poll(Duration::from_secs(10)));
    assert_eq!(sales.on_timeout, Treatment::Queue(QueueId(1)));
    assert_eq!(sales.widen[1].after, Duration::from_secs(5400));
    assert!(!sales.opens_at_start);
    let support = &file.policy.queues[1];
    let gold = Priority {
        head_start: Duration::from_millis(250),
        aging_milli: 1000,
    };
    assert_eq!(
        *support.priority,
        [Priority::default(), Priority::default(), gold]
    );
    assert_eq!(file.hours[1].as_ref().unwrap().spans.len(), 3);
    assert_eq!(file.policy.carrier.calls_per_second_milli, Some(1500));
}

#[test]
fn absent_keys_have_the_engine_s_defaults() {
    let file = PolicyFile::parse("schema: 1\nqueues: { q: {} }", "small.yaml").unwrap();
    let policy = engine::Policy {
        queues: vec![QueuePolicy::default()],
        ..Default::default()
    };
    assert_eq!(file.policy, policy);
    assert!(file.policy.queues[0].opens_at_start);
}

#[test]
fn the_canonical_form_reads_back_equal() {
    for text in [
        crate::FULL,
        "schema: 1\nqueues: { \"no\": {}, \"1\": {}, Überlauf: {} }",
    ] {
        let file = PolicyFile::parse(text, "a").unwrap();
        let again = PolicyFile::parse(&file.render(), "b").unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(file, again);
        assert_eq!(file.render(), again.render());
    }
}

#[test]
fn layout_and_spelled_out_defaults_do_not_change_the_digest() {
    let a = PolicyFile::parse("schema: 1\nqueues: { q: {} }", "a").unwrap();
    let b = PolicyFile::parse("# same\nqueues:\n  q: { slow_poll: 1m }\nschema: 1\n", "b").unwrap();
    let c = PolicyFile::parse("schema: 1\nqueues: { q: { slow_poll: 61s } }", "c").unwrap();
    assert_eq!(a.digest(), b.digest());
    assert_ne!(a.digest(), c.digest());
    expect!["4ed98cac4c880659c3ae8e95bd79755a02d4e3a9c5c8f1c8dd56fea4cd5ced41"]
        .assert_eq(&a.digest());
}

#[test]
fn anchors_and_merge_keys_share_settings() {
    let text = "schema: 1\nqueues:\n  a: &base { slow_poll: 5s, wrap_up: 7s }\n  b: { <<: *base, wrap_up: 9s }\n";
    let file = PolicyFile::parse(text, "m").unwrap();
    assert_eq!(file.policy.queues[1].slow_poll, Duration::from_secs(5));
    assert_eq!(file.policy.queues[1].wrap_up, Duration::from_secs(9));
}
