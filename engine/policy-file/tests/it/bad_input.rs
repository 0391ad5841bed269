//! What people see when a policy is wrong. Renew with `UPDATE_EXPECT=1 cargo test`.

use std::path::Path;

use expect_test::{Expect, expect};
use policy_file::PolicyFile;

fn check(text: &str, expected: Expect) {
    let errors = PolicyFile::parse(text, "policy.yaml").expect_err("is wrong");
    expected.assert_eq(&errors.to_string());
}

/// One queue with these lines.
fn queue(lines: &str) -> String {
    format!(
        "schema: 1\nqueues:\n  sales:\n    {}\n",
        lines.replace('\n', "\n    ")
    )
}

#[test]
fn a_bare_number_needs_a_unit() {
    check(
        &queue("offer: { timeout: 15 }"),
        expect![[r#"
        error: queues.sales.offer.timeout: needs a unit: write 10s, 250ms or 2m
         --> policy.yaml:4:23
          |
        4 |     offer: { timeout: 15 }
          |                       ^^"#]],
    );
}

#[test]
fn a_misspelt_key_is_named_with_what_was_meant() {
    check(
        &queue("rotaton: random\nzzz: 1"),
        expect![[r#"
        error: queues.sales.rotaton: unknown key
         --> policy.yaml:4:5
          |
        4 |     rotaton: random
          |     ^^^^^^^
          = help: did you mean `rotation`?

        error: queues.sales.zzz: unknown key
         --> policy.yaml:5:5
          |
        5 |     zzz: 1
          |     ^^^
          = help: the keys here are `discovery`, `slow_poll`, `rotation`, `offer`, `widen`, `wrap_up`, `max_length`, `max_wait`, `on_full`, `on_timeout`, `on_nobody`, `on_closed`, `at_close`, `hours`, `priority`, `announce`, `estimator` or `callback`"#]],
    );
}

#[test]
fn a_misspelt_word_is_named_with_what_was_meant() {
    check(
        &queue("rotation: longest-idle\nestimator: 5\nat_close: [serve]"),
        expect![[r#"
            error: queues.sales.rotation: expected `longest_idle`, `round_robin`, `fewest_calls`, `least_talk_time`, `least_occupied`, `top_down`, `random` or `best_score`
             --> policy.yaml:4:15
              |
            4 |     rotation: longest-idle
              |               ^^^^^^^^^^^^
              = help: did you mean `longest_idle`?

            error: queues.sales.estimator: expected `best`, `queue_length`, `head_of_line`, `last_served`, `moving_average` or `ewma`
             --> policy.yaml:5:16
              |
            5 |     estimator: 5
              |                ^

            error: queues.sales.at_close: expected `serve` or `clear`, found a list
             --> policy.yaml:6:15
              |
            6 |     at_close: [serve]
              |               ^^^^^^^"#]],
    );
}

#[test]
fn a_duplicate_key_names_both_lines() {
    check(
        &queue("wrap_up: 1s\nslow_poll: 2s\nwrap_up: 3s"),
        expect![[r#"
            error: queues.sales.wrap_up: duplicate key; the first is on line 4
             --> policy.yaml:6:5
              |
            6 |     wrap_up: 3s
              |     ^^^^^^^"#]],
    );
}

#[test]
fn every_error_is_shown_at_once() {
    check(
        "schema: 2\nfeatures: { callback: 110%, enhanced_queue: yes, agent_heartbeat: 0.5 }\nselect_call: random\nqueues:\n  sales: { max_length: 0, on_full: { queue: suport }, offer: { confirm: yes } }\n  support: []\n",
        expect![[r#"
            error: schema: version 2 of the format is not known
             --> policy.yaml:1:9
              |
            1 | schema: 2
              |         ^
              = help: this program reads `schema: 1`

            error: features.callback: `110%` is not a share of 0% to 100%
             --> policy.yaml:2:23
              |
            2 | features: { callback: 110%, enhanced_queue: yes, agent_heartbeat: 0.5 }
              |                       ^^^^

            error: features.enhanced_queue: `yes` is not a share such as 25% or 0.5%
             --> policy.yaml:2:45
              |
            2 | features: { callback: 110%, enhanced_queue: yes, agent_heartbeat: 0.5 }
              |                                             ^^^

            error: features.agent_heartbeat: needs a unit: write 25%
             --> policy.yaml:2:67
              |
            2 | features: { callback: 110%, enhanced_queue: yes, agent_heartbeat: 0.5 }
              |                                                                   ^^^

            error: select_call: expected `longest_waiting` or `level_first`
             --> policy.yaml:3:14
              |
            3 | select_call: random
              |              ^^^^^^

            error: queues.sales.max_length: expected 1 to 1000000
             --> policy.yaml:5:24
              |
            5 |   sales: { max_length: 0, on_full: { queue: suport }, offer: { confirm: yes } }
              |                        ^

            error: queues.sales.on_full.queue: there is no queue `suport`
             --> policy.yaml:5:45
              |
            5 |   sales: { max_length: 0, on_full: { queue: suport }, offer: { confirm: yes } }
              |                                             ^^^^^^
              = help: did you mean `support`?

            error: queues.sales.offer.confirm: expected true or false
             --> policy.yaml:5:73
              |
            5 |   sales: { max_length: 0, on_full: { queue: suport }, offer: { confirm: yes } }
              |                                                                         ^^^

            error: queues.support: expected a map with `discovery`, `slow_poll`, `rotation`, `offer`, `widen`, `wrap_up`, `max_length`, `max_wait`, `on_full`, `on_timeout`, `on_nobody`, `on_closed`, `at_close`, `hours`, `priority`, `announce`, `estimator` or `callback`, found a list
             --> policy.yaml:6:12
              |
            6 |   support: []
              |            ^^"#]],
    );
}

#[test]
fn the_engine_s_rules_are_shown_on_the_line_that_breaks_them() {
    check(
        &queue(
            "discovery: { poll: 1us }\nwiden: [ { after: 30s, level: 2 }, { after: 20s, level: 3 } ]\non_full: wait\npriority:\n  vip: { head_start: 5m, aging: 2x }\noffer: { ring: 3 }\nmax_wait: 400d",
        ),
        expect![[r#"
            error: queues.sales.discovery.poll: expected a span of 10ms to 366 days
             --> policy.yaml:4:24
              |
            4 |     discovery: { poll: 1us }
              |                        ^^^

            error: queues.sales.widen[1]: expected a later `after` and a higher `level` than the step before (level 1 serves from 0s)
             --> policy.yaml:5:40
              |
            5 |     widen: [ { after: 30s, level: 2 }, { after: 20s, level: 3 } ]
              |                                        ^^^^^^^^^^^^^^^^^^^^^^^^

            error: queues.sales.on_full: expected voicemail, hang_up, callback or queue: NAME
             --> policy.yaml:6:14
              |
            6 |     on_full: wait
              |              ^^^^

            error: queues.sales.priority.vip.aging: expected at most 1x: classes that are not named have no head start and age at 1x
             --> policy.yaml:8:37
              |
            8 |       vip: { head_start: 5m, aging: 2x }
              |                                     ^^

            error: queues.sales.max_wait: expected a span above 0 and of at most 366 days
              --> policy.yaml:10:15
               |
            10 |     max_wait: 400d
               |               ^^^^"#]],
    );
}

#[test]
fn a_queue_that_overflows_into_itself_is_refused() {
    check(
        &queue("on_timeout: { queue: sales }"),
        expect![[r#"
            error: queues.sales.on_timeout: expected another queue of this policy
             --> policy.yaml:4:17
              |
            4 |     on_timeout: { queue: sales }
              |                 ^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn impossible_combinations_are_refused() {
    check(
        &queue("discovery: { poll: 10s, events: true }"),
        expect![[r#"
            error: queues.sales.discovery.events: either `poll` or `events`, not both
             --> policy.yaml:4:37
              |
            4 |     discovery: { poll: 10s, events: true }
              |                                     ^^^^"#]],
    );
    check(
        &queue("discovery: { events: false }"),
        expect![[r#"
        error: queues.sales.discovery.events: expected true
         --> policy.yaml:4:26
          |
        4 |     discovery: { events: false }
          |                          ^^^^^
          = help: to scan instead, write `poll: 10s`"#]],
    );
    check(
        &queue("discovery: {}"),
        expect![[r#"
            error: queues.sales.discovery: needs one of `poll` or `events`
             --> policy.yaml:4:16
              |
            4 |     discovery: {}
              |                ^^"#]],
    );
    check(
        &queue("hours: { days: mon-fri, open: 08:00-18:00, timezone: Europe/Berln }"),
        expect![[r#"
            error: queues.sales.hours.timezone: there is no time zone `Europe/Berln`
             --> policy.yaml:4:58
              |
            4 |     hours: { days: mon-fri, open: 08:00-18:00, timezone: Europe/Berln }
              |                                                          ^^^^^^^^^^^^
              = help: IANA names are meant, such as Europe/Berlin or America/New_York"#]],
    );
}

#[test]
fn wrong_routes_and_rollouts_are_refused() {
    check(
        "schema: 1\nqueues: { sales: {} }\nroutes: [ { number: 15550100, queue: sales }, { number: \"+15550100\", queue: support }, { default: sales }, { default: sales } ]\nrollout: { stages: [10%, 5%], hold: 48, rollback_on: [queue_length] }\n",
        expect![[r#"
            error: routes[0].number: expected a phone number: `+` and 2 to 15 digits
             --> policy.yaml:3:21
              |
            3 | routes: [ { number: 15550100, queue: sales }, { number: "+15550100", queue: support }, { default: sales }, { d...
              |                     ^^^^^^^^

            error: routes[1].queue: there is no queue `support`
             --> policy.yaml:3:77
              |
            3 | ...r: 15550100, queue: sales }, { number: "+15550100", queue: support }, { default: sales }, { default: sales } ]
              |                                                               ^^^^^^^
              = help: there is `sales`

            error: routes[3]: a second default route
             --> policy.yaml:3:108
              |
            3 | ...r: 15550100, queue: sales }, { number: "+15550100", queue: support }, { default: sales }, { default: sales } ]
              |                                                                                              ^^^^^^^^^^^^^^^^^^

            error: rollout.stages[1]: stages must rise: above 0%, and above the stage before
             --> policy.yaml:4:26
              |
            4 | rollout: { stages: [10%, 5%], hold: 48, rollback_on: [queue_length] }
              |                          ^^

            error: rollout.hold: needs a unit: write 10s, 250ms or 2m
             --> policy.yaml:4:37
              |
            4 | rollout: { stages: [10%, 5%], hold: 48, rollback_on: [queue_length] }
              |                                     ^^

            error: rollout.rollback_on[0]: there is no `alerts` section that could raise this
             --> policy.yaml:4:55
              |
            4 | rollout: { stages: [10%, 5%], hold: 48, rollback_on: [queue_length] }
              |                                                       ^^^^^^^^^^^^"#]],
    );
}

#[test]
fn missing_parts_are_named() {
    check(
        "select_call: level_first\n",
        expect![[r#"
        error: needs the key `schema`, as in `schema: 1`
         --> policy.yaml:1:1
          |
        1 | select_call: level_first
          | ^^^^^^^^^^^^^^^^^^^^^^^^

        error: needs the key `queues`, as in `queues: { sales: {} }`
         --> policy.yaml:1:1
          |
        1 | select_call: level_first
          | ^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check(
        "schema: 1\nqueues:\n",
        expect![[r#"
        error: queues: expected queues by name, as in `queues: { sales: {} }`, found nothing
         --> policy.yaml:2:7
          |
        2 | queues:
          |       ^"#]],
    );
    check(
        "schema: 1\nqueues: {}\n",
        expect![[r#"
            error: queues: expected 1 to 4096 queues
             --> policy.yaml:2:9
              |
            2 | queues: {}
              |         ^^"#]],
    );
    check(
        "schema: 1\nqueues: { \"a b\": {} }\n",
        expect![[r#"
        error: queues.a b: expected a name: 1 to 64 letters, digits, `-` or `_`, starting with a letter or digit
         --> policy.yaml:2:11
          |
        2 | queues: { "a b": {} }
          |           ^^^^^"#]],
    );
}

#[test]
fn broken_yaml_is_one_error() {
    check(
        "schema: 1\nqueues:\n  sales: { offer: { timeout: 15s }\n  support: {}\n",
        expect![[r#"
            error: not valid YAML: while parsing a flow mapping, did not find expected ',' or '}'
             --> policy.yaml:4:3
              |
            4 |   support: {}
              |   ^"#]],
    );
    check(
        "schema: 1\n\tqueues: {}\n",
        expect![[r#"
        error: not valid YAML: while scanning a plain scalar, found a tab
         --> policy.yaml:1:9
          |
        1 | schema: 1
          |         ^"#]],
    );
    check(
        "schema: 1\nqueues: *nowhere\n",
        expect![[r#"
        error: not valid YAML: while parsing node, found unknown anchor
         --> policy.yaml:2:9
          |
        2 | queues: *nowhere
          |         ^"#]],
    );
    check(
        "schema: !int 1\nqueues: {}\n",
        expect![[r#"
        error: YAML tags (`!name`) have no meaning here
         --> policy.yaml:1:14
          |
        1 | schema: !int 1
          |              ^"#]],
    );
    check(
        "schema: 1\n---\nschema: 1\n",
        expect![[r#"
        error: a second document; a file holds one
         --> policy.yaml:2:1
          |
        2 | ---
          | ^^^"#]],
    );
    check(
        "? [a, b]\n: 1\n",
        expect![[r#"
            error: a key must be a single value
             --> policy.yaml:1:3
              |
            1 | ? [a, b]
              |   ^^^^^^"#]],
    );
    check(
        "just text",
        expect![[r#"
        error: expected a map with `schema`, `features`, `presence`, `legacy`, `select_call`, `routes`, `queues`, `carrier`, `breakers`, `alerts` or `rollout`, found a single value
         --> policy.yaml:1:1
          |
        1 | just text
          | ^^^^^^^^^"#]],
    );
    check("", expect!["error: policy.yaml is empty"]);
    check(
        "# nothing but a comment\n",
        expect!["error: policy.yaml is empty"],
    );
}

#[test]
fn a_long_line_is_cut_around_the_error() {
    let text = format!(
        "schema: 1\nqueues: {{ sales: {{ wrap_up: 1s, {} slow_poll: 5, on_full: hang_up, on_closed: hang_up, on_timeout: hang_up }} }}\n",
        " ".repeat(90)
    );
    check(
        &text,
        expect![[r#"
        error: queues.sales.slow_poll: needs a unit: write 10s, 250ms or 2m
         --> policy.yaml:2:135
          |
        2 | ...                                            slow_poll: 5, on_full: hang_up, on_closed: hang_up, on_timeout: ha...
          |                                                           ^"#]],
    );
}

#[test]
fn tabs_and_wide_text_keep_the_caret_in_place() {
    check(
        "schema: 1 # é\nqueues: { \"é\": {\twrap_up: 5 } }\n",
        expect![[r#"
            error: queues.é.wrap_up: needs a unit: write 10s, 250ms or 2m
             --> policy.yaml:2:27
              |
            2 | queues: { "é": { wrap_up: 5 } }
              |                           ^"#]],
    );
}

#[test]
fn files_that_are_no_policy_are_one_error() {
    let dir = std::env::temp_dir().join(format!("linefinder-policy-file-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let shown = |path: &Path| {
        PolicyFile::read(path)
            .unwrap_err()
            .to_string()
            .replace(&dir.display().to_string(), "DIR")
    };
    expect!["error: DIR/missing.yaml cannot be read: there is no such file"]
        .assert_eq(&shown(&dir.join("missing.yaml")));
    expect!["error: DIR is a directory, not a file"].assert_eq(&shown(&dir));
    expect!["error: DIR/empty.yaml is empty"].assert_eq(&shown(&file("empty.yaml", b"")));
    expect![[r#"
        error: this is not a text file: line 1 holds zero bytes
         --> DIR/zeros.yaml:1:1
          |
        1 | ...
          | ^"#]]
    .assert_eq(&shown(&file("zeros.yaml", &[0; 4096])));
    expect![[r#"
        error: this is not a text file: line 2 is not UTF-8
         --> DIR/latin1.yaml:2:4
          |
        2 | b: �
          |    ^"#]]
    .assert_eq(&shown(&file("latin1.yaml", b"a: 1\nb: \xe9\n")));
    expect![[r#"
        error: the file is longer than 4 MiB
         --> DIR/long.yaml:1:1
          |
        1 | [{]:a [{]:a [{]:a [{]:a [{]:a [{]:a [{]:a [{]:a [{]:a [{]:a [{]:a [{]:a [{]:a [{]:a [{]:a [{]:a [{]:a [{]:a [{...
          | ^"#]]
        .assert_eq(&shown(&file("long.yaml", &b"[{]:a ".repeat(2_000_000))));
    let garbage: Vec<u8> = (0..4_000_000_u32)
        .map(|i| b" \n:-[]{}abc"[(i.wrapping_mul(2_654_435_761) >> 24) as usize % 11])
        .collect();
    expect![[r#"
        error: not valid YAML: did not find expected <document start>
         --> DIR/garbage.yaml:1:4
          |
        1 |  []bc
          |    ^"#]]
    .assert_eq(&shown(&file("garbage.yaml", &garbage)));
    std::fs::remove_dir_all(&dir).unwrap();
}
