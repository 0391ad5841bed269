//! Overrides of keys and of features.

use expect_test::expect;
use policy_file::{Document, Overrides, PolicyFile, feature_variables};

fn with(sets: &[&str]) -> Result<PolicyFile, String> {
    let mut overrides = Overrides::new();
    for set in sets {
        overrides.set(set).map_err(|e| e.to_string())?;
    }
    let root = Document::parse(crate::FULL, "full.yaml").unwrap().root;
    PolicyFile::from_node(&root, "", &overrides).map_err(|e| e.to_string())
}

#[test]
fn an_override_replaces_or_adds_a_key() {
    let file = with(&[
        "queues.sales.discovery.poll=5s",
        "queues.support.offer.ring=3",
        "queues.sales.widen[0].after=40s",
    ])
    .unwrap();
    let text = file.render();
    for line in [
        "discovery: { poll: 5s }",
        "ring: 3",
        "{ after: 40s, level: 2 }",
    ] {
        assert!(text.contains(line), "{line}");
    }
}

#[test]
fn an_override_may_be_any_yaml() {
    let file = with(&[
        "queues.sales.discovery={ events: true }",
        "queues.sales.widen=[]",
    ])
    .unwrap();
    assert!(file.policy.queues[0].widen.is_empty());
}

#[test]
fn null_takes_a_key_out() {
    let file = with(&["queues.sales.max_wait=null", "rollout=~"]).unwrap();
    assert_eq!(file.policy.queues[0].max_wait, None);
    assert_eq!(file.rollout, None);
}

#[test]
fn a_wrong_override_shows_its_own_text() {
    expect![[r#"
        error: queues.slaes.discovery.poll: there is no `slaes` in `queues`
         --> --set:1:1
          |
        1 | queues.slaes.discovery.poll=5s
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = help: did you mean `sales`?"#]]
    .assert_eq(&with(&["queues.slaes.discovery.poll=5s"]).unwrap_err());
    expect![[r#"
        error: queues.sales.discovery.poll: needs a unit: write 10s, 250ms or 2m
         --> --set:1:29
          |
        1 | queues.sales.discovery.poll=5
          |                             ^"#]]
    .assert_eq(&with(&["queues.sales.discovery.poll=5"]).unwrap_err());
    expect![[r#"
        error: queues.sales.discovery.pol: unknown key
         --> --set:1:1
          |
        1 | queues.sales.discovery.pol=5s
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^
          = help: did you mean `poll`?"#]]
    .assert_eq(&with(&["queues.sales.discovery.pol=5s"]).unwrap_err());
    expect![[r#"
        error: schema.version: nothing can be set below a single value (at `version`)
         --> --set:1:1
          |
        1 | schema.version=5s
          | ^^^^^^^^^^^^^^"#]]
    .assert_eq(&with(&["schema.version=5s"]).unwrap_err());
    expect![[r#"
        error: queues.sales.widen[7].after: the list has no item `7`
         --> --set:1:1
          |
        1 | queues.sales.widen[7].after=5s
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = help: it has 2; items are named by position from 0, or by their group, queue or name"#]]
    .assert_eq(&with(&["queues.sales.widen[7].after=5s"]).unwrap_err());
    expect![[r#"
        error: expected PATH=VALUE
         --> --set:1:1
          |
        1 | queues.sales
          | ^^^^^^^^^^^^
          = help: for example --set experiment.replications=10"#]]
    .assert_eq(&with(&["queues.sales"]).unwrap_err());
    expect![[r#"
        error: expected a value after `=`
         --> --set:1:1
          |
        1 | queues.sales.discovery.poll=
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]]
    .assert_eq(&with(&["queues.sales.discovery.poll="]).unwrap_err());
    expect![[r#"
        error: not valid YAML: unclosed bracket '{'
         --> --set:1:24
          |
        1 | queues.sales.discovery={ poll: 5s
          |                        ^"#]]
    .assert_eq(&with(&["queues.sales.discovery={ poll: 5s"]).unwrap_err());
}

fn features(list: &[(&str, &str)]) -> String {
    let variables = list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    match feature_variables(variables) {
        Ok(found) => found
            .iter()
            .map(|(f, s)| format!("{}={} ", f.key(), s.0))
            .collect(),
        Err(errors) => errors.iter().map(|e| format!("{e}\n")).collect(),
    }
}

#[test]
fn the_environment_sets_features() {
    expect!["agent_heartbeat=10000 enhanced_queue=0 callback=2500 "].assert_eq(&features(&[
        ("FEATURE_CALLBACK", "25%"),
        ("FEATURE_ENHANCED_QUEUE", "false"),
        ("PATH", "/bin"),
        ("FEATURE_AGENT_HEARTBEAT", "true"),
    ]));
    expect![[r#"
        environment variable FEATURE_CALLBACK: `no` is not true, false or a share such as 25%
        environment variable FEATURE_ENHANCED_QEUE: there is no feature `enhanced_qeue`; there is agent_heartbeat, enhanced_discovery, enhanced_queue, continuous_discovery, priority_queue, load_balancing, callback
    "#]].assert_eq(&features(&[
        ("FEATURE_ENHANCED_QEUE", "false"),
        ("FEATURE_CALLBACK", "no"),
    ]));
}
