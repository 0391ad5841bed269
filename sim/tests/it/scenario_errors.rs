//! What people see when a scenario is wrong. Renew with `UPDATE_EXPECT=1 cargo test`.

use expect_test::{Expect, expect};
use policy_file::Overrides;
use sim::scenario::Scenario;

use crate::{SCENARIO, files};

const SMALL: &str = "\
schema: 1
name: small
policy: { schema: 1, queues: { q: {} } }
experiment: { start: 2026-03-02T08:00, horizon: 1h }
calls: [ { queue: q, arrivals: { poisson: 60/h }, classes: { any: { talk: 1m } } } ]
agents: [ { group: g, count: 2, queues: { q: 1 } } ]
";

fn shown(text: &str, sets: &[&str]) -> String {
    let mut overrides = Overrides::new();
    for set in sets {
        overrides.set(set).unwrap();
    }
    let errors =
        Scenario::parse(text, "scenario.yaml", &files(), &overrides).expect_err("is wrong");
    errors
        .to_string()
        .replace(&files().display().to_string(), "FILES")
}

/// The small scenario with `from` replaced by `to`.
fn check(from: &str, to: &str, expected: Expect) {
    assert!(SMALL.contains(from));
    expected.assert_eq(&shown(&SMALL.replace(from, to), &[]));
}

/// The small scenario with a line more.
fn check_line(line: &str, expected: Expect) {
    expected.assert_eq(&shown(&format!("{SMALL}{line}\n"), &[]));
}

#[test]
fn quantities_need_units() {
    check(
        "60/h",
        "60",
        expect![[r#"
        error: calls[0].arrivals.poisson: needs a unit: write 180/h, 4.2/min or 3/s
         --> scenario.yaml:5:43
          |
        5 | calls: [ { queue: q, arrivals: { poisson: 60 }, classes: { any: { talk: 1m } } } ]
          |                                           ^^"#]],
    );
    check(
        "horizon: 1h",
        "horizon: 3600, confidence: 0.95",
        expect![[r#"
            error: experiment.horizon: needs a unit: write 10s, 250ms or 2m
             --> scenario.yaml:4:49
              |
            4 | experiment: { start: 2026-03-02T08:00, horizon: 3600, confidence: 0.95 }
              |                                                 ^^^^

            error: experiment.confidence: needs a unit: write 25%
             --> scenario.yaml:4:67
              |
            4 | experiment: { start: 2026-03-02T08:00, horizon: 3600, confidence: 0.95 }
              |                                                                   ^^^^"#]],
    );
    check(
        "talk: 1m",
        "talk: { lognormal: { mean: 180, sd: -5s } }, balks: 5",
        expect![[r#"
            error: calls[0].classes.any.talk.lognormal.mean: needs a unit: write 10s, 250ms or 2m
             --> scenario.yaml:5:96
              |
            5 | ..., arrivals: { poisson: 60/h }, classes: { any: { talk: { lognormal: { mean: 180, sd: -5s } }, balks: 5 } } } ]
              |                                                                                ^^^

            error: calls[0].classes.any.talk.lognormal.sd: `-5s` is negative; expected a span such as 10s, 250ms, 2m, 8h or 2d
             --> scenario.yaml:5:105
              |
            5 | ..., arrivals: { poisson: 60/h }, classes: { any: { talk: { lognormal: { mean: 180, sd: -5s } }, balks: 5 } } } ]
              |                                                                                         ^^^"#]],
    );
}

#[test]
fn rates_must_be_sane() {
    check(
        "60/h",
        "-60/h",
        expect![[r#"
        error: calls[0].arrivals.poisson: `-60/h` is negative; expected a rate such as 180/h, 4.2/min or 3/s
         --> scenario.yaml:5:43
          |
        5 | calls: [ { queue: q, arrivals: { poisson: -60/h }, classes: { any: { talk: 1m } } } ]
          |                                           ^^^^^"#]],
    );
    check(
        "60/h",
        ".nan",
        expect![[r#"
        error: calls[0].arrivals.poisson: `.nan` is not a rate such as 180/h, 4.2/min or 3/s
         --> scenario.yaml:5:43
          |
        5 | calls: [ { queue: q, arrivals: { poisson: .nan }, classes: { any: { talk: 1m } } } ]
          |                                           ^^^^"#]],
    );
    check(
        "60/h",
        "0/h",
        expect![[r#"
        error: calls[0].arrivals.poisson: must be above 0
         --> scenario.yaml:5:43
          |
        5 | calls: [ { queue: q, arrivals: { poisson: 0/h }, classes: { any: { talk: 1m } } } ]
          |                                           ^^^"#]],
    );
    check(
        "poisson: 60/h",
        "profile: { step: 1h, rates: [0/h, 0/h] }",
        expect![[r#"
            error: calls[0].arrivals.profile: no call ever arrives: every rate is 0
             --> scenario.yaml:5:43
              |
            5 | calls: [ { queue: q, arrivals: { profile: { step: 1h, rates: [0/h, 0/h] } }, classes: { any: { talk: 1m } } }...
              |                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check(
        "poisson: 60/h",
        "profile: { step: 12h, rates: [1/h, 1/h, inf/h] }",
        expect![[r#"
            error: calls[0].arrivals.profile.rates: 3 steps do not fit into a day of 2
             --> scenario.yaml:5:63
              |
            5 | ...[ { queue: q, arrivals: { profile: { step: 12h, rates: [1/h, 1/h, inf/h] } }, classes: { any: { talk: 1m } } }...
              |                                                           ^^^^^^^^^^^^^^^^^

            error: calls[0].arrivals.profile.rates[2]: `inf/h` is not a rate such as 180/h, 4.2/min or 3/s
             --> scenario.yaml:5:74
              |
            5 | ...{ queue: q, arrivals: { profile: { step: 12h, rates: [1/h, 1/h, inf/h] } }, classes: { any: { talk: 1m } } } ]
              |                                                                    ^^^^^"#]],
    );
    check(
        "poisson: 60/h",
        "profile: { step: 1h, weekdays: { mon-fri: [1/h], fri: [2/h], someday: [1/h] } }",
        expect![[r#"
            error: calls[0].arrivals.profile.weekdays.fri: fri has values already
             --> scenario.yaml:5:83
              |
            5 | ...ls: { profile: { step: 1h, weekdays: { mon-fri: [1/h], fri: [2/h], someday: [1/h] } } }, classes: { any: { tal...
              |                                                           ^^^

            error: calls[0].arrivals.profile.weekdays.someday: `someday` is not days such as mon-fri, sat or mon,wed,fri
             --> scenario.yaml:5:95
              |
            5 | ...e: { step: 1h, weekdays: { mon-fri: [1/h], fri: [2/h], someday: [1/h] } } }, classes: { any: { talk: 1m } } }...
              |                                                           ^^^^^^^"#]],
    );
    check(
        "poisson: 60/h",
        "poisson: 60/h, burst: { every: 1h, calls: 5, within: 2h }",
        expect![[r#"
            error: calls[0].arrivals.burst: either `poisson` or `burst`, not both
             --> scenario.yaml:5:56
              |
            5 | calls: [ { queue: q, arrivals: { poisson: 60/h, burst: { every: 1h, calls: 5, within: 2h } }, classes: { any:...
              |                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn the_policy_must_have_the_world_s_queues() {
    check(
        "{ q: 1 }",
        "{ qq: 1 }",
        expect![[r#"
            error: agents[0].queues.qq: the policy has no queue `qq`
             --> scenario.yaml:6:43
              |
            6 | agents: [ { group: g, count: 2, queues: { qq: 1 } } ]
              |                                           ^^
              = help: did you mean `q`?"#]],
    );
    check(
        "{ schema: 1, queues: { q: {} } }",
        "missing.yaml",
        expect![[r#"
            error: policy: there is no file FILES/missing.yaml
             --> scenario.yaml:3:9
              |
            3 | policy: missing.yaml
              |         ^^^^^^^^^^^^"#]],
    );
    check(
        "{ schema: 1, queues: { q: {} } }",
        "{ schema: 1, queues: { q: { wrap_up: 5, max_wait: 0s } } }",
        expect![[r#"
            error: policy.queues.q.wrap_up: needs a unit: write 10s, 250ms or 2m
             --> scenario.yaml:3:46
              |
            3 | policy: { schema: 1, queues: { q: { wrap_up: 5, max_wait: 0s } } }
              |                                              ^"#]],
    );
    expect![[r#"
        error: queues.sales.max_wait: expected a span above 0 and of at most 366 days
         --> --set:1:30
          |
        1 | policy.queues.sales.max_wait=0s
          |                              ^^"#]]
    .assert_eq(&shown(SCENARIO, &["policy.queues.sales.max_wait=0s"]));
    expect![[r#"
        error: agents.cor.count: the list has no item `cor`
         --> --set:1:1
          |
        1 | agents.cor.count=3
          | ^^^^^^^^^^^^^^^^
          = help: it has 5; items are named by position from 0, or by their group, queue or name; did you mean `core`?

        error: policy.queues.slaes.max_wait: there is no `slaes` in `queues`
         --> --set:1:1
          |
        1 | policy.queues.slaes.max_wait=1s
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = help: did you mean `sales`?"#]]
    .assert_eq(&shown(
        SCENARIO,
        &["policy.queues.slaes.max_wait=1s", "agents.cor.count=3"],
    ));
    expect![[r#"
        error: queues.sales.max_wait: expected a span above 0 and of at most 366 days
         --> --set:1:37
          |
        1 | policy_set={ queues.sales.max_wait: 0s }
          |                                     ^^"#]]
    .assert_eq(&shown(
        SCENARIO,
        &["policy_set={ queues.sales.max_wait: 0s }"],
    ));
}

#[test]
fn shares_and_weights_must_add_up() {
    check(
        "any: { talk: 1m }",
        "a: { share: 60%, talk: 1m }, b: { share: 30%, talk: 1m }",
        expect![[r#"
            error: calls[0].classes: shares must add up to 100%; these add up to 90.0000%
             --> scenario.yaml:5:60
              |
            5 | ...s: [ { queue: q, arrivals: { poisson: 60/h }, classes: { a: { share: 60%, talk: 1m }, b: { share: 30%, talk: 1...
              |                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check(
        "any: { talk: 1m }",
        "a: { share: 60%, talk: 1m }, b: { talk: 1m }",
        expect![[r#"
            error: calls[0].classes.b: needs the key `share`, as in `share: 90%`
             --> scenario.yaml:5:94
              |
            5 | ...alls: [ { queue: q, arrivals: { poisson: 60/h }, classes: { a: { share: 60%, talk: 1m }, b: { talk: 1m } } } ]
              |                                                                                                ^^^^^^^^^^^^"#]],
    );
    check(
        "talk: 1m",
        "talk: { mixture: [ { weight: 10%, constant: 0s }, { constant: 1s } ] }",
        expect![[r#"
            error: calls[0].classes.any.talk.mixture[1]: needs the key `weight`, as in `weight: 10%`
             --> scenario.yaml:5:119
              |
            5 | ...sson: 60/h }, classes: { any: { talk: { mixture: [ { weight: 10%, constant: 0s }, { constant: 1s } ] } } } } ]
              |                                                                                      ^^^^^^^^^^^^^^^^"#]],
    );
    check(
        "talk: 1m",
        "talk: { hyperexponential: [ { weight: 10%, mean: 1s }, { weight: 80%, mean: 2s } ] }",
        expect![[r#"
            error: calls[0].classes.any.talk.hyperexponential: weights must add up to 100%; these add up to 90.0000%
             --> scenario.yaml:5:95
              |
            5 | ...n: 60/h }, classes: { any: { talk: { hyperexponential: [ { weight: 10%, mean: 1s }, { weight: 80%, mean: 2s }...
              |                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn distributions_must_be_possible() {
    check(
        "talk: 1m",
        "talk: { uniform: { from: 5s, to: 5s } }",
        expect![[r#"
            error: calls[0].classes.any.talk.uniform: `from` must be below `to`
             --> scenario.yaml:5:86
              |
            5 | ...: [ { queue: q, arrivals: { poisson: 60/h }, classes: { any: { talk: { uniform: { from: 5s, to: 5s } } } } } ]
              |                                                                                    ^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check(
        "talk: 1m",
        "talk: { normal: { mean: 5s } }",
        expect![[r#"
            error: calls[0].classes.any.talk.normal: unknown key
             --> scenario.yaml:5:77
              |
            5 | calls: [ { queue: q, arrivals: { poisson: 60/h }, classes: { any: { talk: { normal: { mean: 5s } } } } } ]
              |                                                                             ^^^^^^
              = help: did you mean `lognormal`?"#]],
    );
    check(
        "talk: 1m",
        "talk: { gamma: { shape: 2 } }",
        expect![[r#"
        error: calls[0].classes.any.talk.gamma: expected `shape` and `mean`, `shape` and `scale`, or `mean` and `sd`
         --> scenario.yaml:5:84
          |
        5 | calls: [ { queue: q, arrivals: { poisson: 60/h }, classes: { any: { talk: { gamma: { shape: 2 } } } } } ]
          |                                                                                    ^^^^^^^^^^^^"#]],
    );
    check(
        "talk: 1m",
        "talk: { triangular: { low: 5s, mode: 1s, high: 9s } }",
        expect![[r#"
            error: calls[0].classes.any.talk.triangular: expected low <= mode <= high, and low below high
             --> scenario.yaml:5:89
              |
            5 | ..., arrivals: { poisson: 60/h }, classes: { any: { talk: { triangular: { low: 5s, mode: 1s, high: 9s } } } } } ]
              |                                                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check(
        "talk: 1m",
        "talk: { exponential: { mean: 0s } }",
        expect![[r#"
            error: calls[0].classes.any.talk.exponential.mean: must be above 0
             --> scenario.yaml:5:98
              |
            5 | ...alls: [ { queue: q, arrivals: { poisson: 60/h }, classes: { any: { talk: { exponential: { mean: 0s } } } } } ]
              |                                                                                                    ^^"#]],
    );
    check(
        "talk: 1m",
        "talk: { empirical: { file: missing.csv } }",
        expect![[r#"
            error: calls[0].classes.any.talk.empirical.file: there is no file FILES/missing.csv
             --> scenario.yaml:5:96
              |
            5 | ... { queue: q, arrivals: { poisson: 60/h }, classes: { any: { talk: { empirical: { file: missing.csv } } } } } ]
              |                                                                                           ^^^^^^^^^^^"#]],
    );
    check(
        "talk: 1m",
        "talk: { empirical: { file: calls.csv } }",
        expect![[r#"
            error: expected one column (a sample), or the columns `seconds` and `survival`
             --> FILES/calls.csv:1:1
              |
            1 | line,priority,day,entered,queued,waited,outcome,talk,agent,served,ended
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check(
        "horizon: 1h",
        "horizon: 1h, day_factor: { lognormal: { mean: 1.2, sd: 0.1 } }",
        expect![[r#"
            error: experiment.day_factor: must have mean 1; this has mean 1.2000
             --> scenario.yaml:4:65
              |
            4 | experiment: { start: 2026-03-02T08:00, horizon: 1h, day_factor: { lognormal: { mean: 1.2, sd: 0.1 } } }
              |                                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn the_experiment_must_be_possible() {
    check(
        "horizon: 1h",
        "horizon: 1h, warm_up: 1h",
        expect![[r#"
        error: experiment.warm_up: must end before the horizon, or no call would count
         --> scenario.yaml:4:62
          |
        4 | experiment: { start: 2026-03-02T08:00, horizon: 1h, warm_up: 1h }
          |                                                              ^^"#]],
    );
    check(
        "horizon: 1h",
        "horizon: 1h, days: 1",
        expect![[r#"
        error: experiment.days: either `horizon` or `days`, not both
         --> scenario.yaml:4:59
          |
        4 | experiment: { start: 2026-03-02T08:00, horizon: 1h, days: 1 }
          |                                                           ^"#]],
    );
    check(
        ", horizon: 1h",
        "",
        expect![[r#"
        error: experiment: needs one of `horizon` or `days`
         --> scenario.yaml:4:13
          |
        4 | experiment: { start: 2026-03-02T08:00 }
          |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check(
        "start: 2026-03-02T08:00",
        "start: monday",
        expect![[r#"
        error: experiment.start: `monday` is not a local date and time such as 2026-03-02T08:00
         --> scenario.yaml:4:22
          |
        4 | experiment: { start: monday, horizon: 1h }
          |                      ^^^^^^"#]],
    );
    check(
        "horizon: 1h",
        "horizon: 1h, replications: 0, seed: -1, confidence: 100%, threshold: 0s",
        expect![[r#"
            error: experiment.replications: expected 1 to 1000000
             --> scenario.yaml:4:67
              |
            4 | ...periment: { start: 2026-03-02T08:00, horizon: 1h, replications: 0, seed: -1, confidence: 100%, threshold: 0s }
              |                                                                    ^

            error: experiment.seed: `-1` is negative; expected a whole number such as 40
             --> scenario.yaml:4:76
              |
            4 | ...periment: { start: 2026-03-02T08:00, horizon: 1h, replications: 0, seed: -1, confidence: 100%, threshold: 0s }
              |                                                                             ^^

            error: experiment.confidence: expected 50% up to below 100%
             --> scenario.yaml:4:92
              |
            4 | ...periment: { start: 2026-03-02T08:00, horizon: 1h, replications: 0, seed: -1, confidence: 100%, threshold: 0s }
              |                                                                                             ^^^^

            error: experiment.threshold: must be above 0
             --> scenario.yaml:4:109
              |
            4 | ...periment: { start: 2026-03-02T08:00, horizon: 1h, replications: 0, seed: -1, confidence: 100%, threshold: 0s }
              |                                                                                                              ^^"#]],
    );
    check(
        "horizon: 1h",
        "horizon: 1h, until: { measure: reach, half_width: 1%, max_replications: 5 }",
        expect![[r#"
            error: experiment.until.measure: there is no measure `reach`
             --> scenario.yaml:4:71
              |
            4 | ...ment: { start: 2026-03-02T08:00, horizon: 1h, until: { measure: reach, half_width: 1%, max_replications: 5 } }
              |                                                                    ^^^^^
              = help: there is `offered_calls`, `offered_callers`, `connected_calls`, `abandoned_calls`, `callback_calls`, `callback_connected_calls`, `callback_failed_calls`, `voicemail_calls`, `refused_calls`, `timed_out_calls`, `failed_calls`, `connection_rate`, `reach_rate`, `abandonment_rate`, `abandonment_rate_net`, `mean_wait`, `wait_p50`, `wait_p90`, `wait_p99`, `asa`, `wait_probability`, `service_level`, `service_level_offered`, `service_level_strict`, ..."#]],
    );
}

#[test]
fn agents_must_be_possible() {
    check(
        "count: 2",
        "count: 0",
        expect![[r#"
        error: agents[0].count: expected 1 to 16777216
         --> scenario.yaml:6:30
          |
        6 | agents: [ { group: g, count: 0, queues: { q: 1 } } ]
          |                              ^"#]],
    );
    check(
        "count: 2",
        "count: 2, staffing: { step: 1h, counts: [1] }",
        expect![[r#"
            error: agents[0].staffing: either `count` or `staffing`, not both
             --> scenario.yaml:6:43
              |
            6 | agents: [ { group: g, count: 2, staffing: { step: 1h, counts: [1] }, queues: { q: 1 } } ]
              |                                           ^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check(
        "count: 2, ",
        "staffing: { step: 1h, counts: [1] }, shifts: [ 08:00-18:00 ], ",
        expect![[r#"
            error: agents[0].shifts: either `shifts` with `count`, or `staffing`, which says itself who works when
             --> scenario.yaml:6:68
              |
            6 | agents: [ { group: g, staffing: { step: 1h, counts: [1] }, shifts: [ 08:00-18:00 ], queues: { q: 1 } } ]
              |                                                                    ^^^^^^^^^^^^^^^"#]],
    );
    check(
        "count: 2",
        "count: 2, shifts: [ 8-18 ], breaks: [ { hours: 12:00-12:30, for: 1h } ]",
        expect![[r#"
            error: agents[0].shifts[0]: `8-18` is not times of day such as 08:00-18:00
             --> scenario.yaml:6:43
              |
            6 | agents: [ { group: g, count: 2, shifts: [ 8-18 ], breaks: [ { hours: 12:00-12:30, for: 1h } ], queues: { q: 1...
              |                                           ^^^^

            error: agents[0].breaks[0].for: longer than its window, `hours`
             --> scenario.yaml:6:88
              |
            6 | ...s: [ { group: g, count: 2, shifts: [ 8-18 ], breaks: [ { hours: 12:00-12:30, for: 1h } ], queues: { q: 1 } } ]
              |                                                                                      ^^"#]],
    );
    check(
        "count: 2",
        "count: 2, answers: { probability: 99%, declines: 2% }, heartbeat: { every: 5s, jitter: 5s }",
        expect![[r#"
            error: agents[0].answers: `probability` and `declines` add up to more than 100%
             --> scenario.yaml:6:42
              |
            6 | agents: [ { group: g, count: 2, answers: { probability: 99%, declines: 2% }, heartbeat: { every: 5s, jitter: 5...
              |                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            error: agents[0].heartbeat.jitter: must be below `every`
             --> scenario.yaml:6:110
              |
            6 | ...nt: 2, answers: { probability: 99%, declines: 2% }, heartbeat: { every: 5s, jitter: 5s }, queues: { q: 1 } } ]
              |                                                                                        ^^"#]],
    );
    check(
        "count: 2",
        "count: 2, device: { up: 0s, down: 0s }",
        expect![[r#"
            error: agents[0].device.up: must not always be 0
             --> scenario.yaml:6:47
              |
            6 | agents: [ { group: g, count: 2, device: { up: 0s, down: 0s }, queues: { q: 1 } } ]
              |                                               ^^

            error: agents[0].device.down: must not always be 0
             --> scenario.yaml:6:57
              |
            6 | agents: [ { group: g, count: 2, device: { up: 0s, down: 0s }, queues: { q: 1 } } ]
              |                                                         ^^"#]],
    );
}

#[test]
fn faults_and_gates_must_be_possible() {
    check_line(
        "faults: [ { at: 2h, for: 1m, carrier: down }, { at: 1m, carrier: up }, { at: 1m, for: 1m, store: slow(x1) }, { at: 1m, for: 0s, heartbeats: lost } ]",
        expect![[r#"
            error: faults[0].at: is not before the horizon
             --> scenario.yaml:7:17
              |
            7 | faults: [ { at: 2h, for: 1m, carrier: down }, { at: 1m, carrier: up }, { at: 1m, for: 1m, store: slow(x1) }, {...
              |                 ^^

            error: faults[1]: needs the key `for`, as in `{ at: 2h, for: 10m, agents_unreachable: 30% }`
             --> scenario.yaml:7:47
              |
            7 | faults: [ { at: 2h, for: 1m, carrier: down }, { at: 1m, carrier: up }, { at: 1m, for: 1m, store: slow(x1) }, {...
              |                                               ^^^^^^^^^^^^^^^^^^^^^^^

            error: faults[1].carrier: expected `down`
             --> scenario.yaml:7:66
              |
            7 | ...{ at: 2h, for: 1m, carrier: down }, { at: 1m, carrier: up }, { at: 1m, for: 1m, store: slow(x1) }, { at: 1m, f...
              |                                                           ^^

            error: faults[2].store: `slow(x1)` is not a slowdown above 1 such as slow(x10)
             --> scenario.yaml:7:98
              |
            7 | ...down }, { at: 1m, carrier: up }, { at: 1m, for: 1m, store: slow(x1) }, { at: 1m, for: 0s, heartbeats: lost } ]
              |                                                               ^^^^^^^^

            error: faults[3].for: must be above 0
             --> scenario.yaml:7:125
              |
            7 | ...down }, { at: 1m, carrier: up }, { at: 1m, for: 1m, store: slow(x1) }, { at: 1m, for: 0s, heartbeats: lost } ]
              |                                                                                          ^^"#]],
    );
    check_line(
        "gates: { reach_rat: { at_least: 95% }, mean_wait: { at_most: 10% }, reach_rate: {} }",
        expect![[r#"
            error: gates.reach_rat: there is no measure `reach_rat`
             --> scenario.yaml:7:10
              |
            7 | gates: { reach_rat: { at_least: 95% }, mean_wait: { at_most: 10% }, reach_rate: {} }
              |          ^^^^^^^^^
              = help: did you mean `reach_rate`?

            error: gates.mean_wait.at_most: `10%` is not a span such as 10s, 250ms, 2m, 8h or 2d
             --> scenario.yaml:7:62
              |
            7 | gates: { reach_rat: { at_least: 95% }, mean_wait: { at_most: 10% }, reach_rate: {} }
              |                                                              ^^^

            error: gates.reach_rate: needs a rule: `at_least`, `at_most`, `lift_at_least`, `lift_at_most` or `within`
             --> scenario.yaml:7:81
              |
            7 | gates: { reach_rat: { at_least: 95% }, mean_wait: { at_most: 10% }, reach_rate: {} }
              |                                                                                 ^^"#]],
    );
    check_line(
        "gates: { reach_rate: { at_least: 95%, at_most: 90%, class: vip }, asa: { lift_at_least: 3 points, over: policy.yaml }, utilization: { lift_at_least: 5% } }",
        expect![[r#"
            error: gates.reach_rate: `at_least` is above `at_most`: nothing can pass
             --> scenario.yaml:7:22
              |
            7 | gates: { reach_rate: { at_least: 95%, at_most: 90%, class: vip }, asa: { lift_at_least: 3 points, over: policy...
              |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            error: gates.reach_rate.class: there is no class `vip`
             --> scenario.yaml:7:60
              |
            7 | ...s: { reach_rate: { at_least: 95%, at_most: 90%, class: vip }, asa: { lift_at_least: 3 points, over: policy.yam...
              |                                                           ^^^
              = help: there is `any`

            error: gates.asa.lift_at_least: `3 points` is not a lift such as -15% (relative) or -10s
             --> scenario.yaml:7:89
              |
            7 | ...95%, at_most: 90%, class: vip }, asa: { lift_at_least: 3 points, over: policy.yaml }, utilization: { lift_at_l...
              |                                                           ^^^^^^^^

            error: gates.asa.over: FILES/policy.yaml: the policy has no queue `q`
             --> scenario.yaml:7:105
              |
            7 | ...: 90%, class: vip }, asa: { lift_at_least: 3 points, over: policy.yaml }, utilization: { lift_at_least: 5% } }
              |                                                               ^^^^^^^^^^^

            error: gates.utilization: needs the key `over`, as in `{ lift_at_least: 15%, over: legacy.yaml }`
             --> scenario.yaml:7:133
              |
            7 | ...: 90%, class: vip }, asa: { lift_at_least: 3 points, over: policy.yaml }, utilization: { lift_at_least: 5% } }
              |                                                                                           ^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check_line(
        "gates: { reach_rate: { lift_at_least: 5%, over: scenario.yaml } }",
        expect![[r#"
            error: this is a scenario; a policy is expected here
             --> FILES/scenario.yaml:1:1
              |
            1 | schema: 1
              | ^^^^^^^^^
              = help: `linefinder run` runs it"#]],
    );
}

#[test]
fn logs_must_fit_their_columns() {
    check(
        "poisson: 60/h",
        "trace: { file: missing.csv, columns: columns.yaml }",
        expect![[r#"
            error: calls[0].arrivals.trace.file: there is no file FILES/missing.csv
             --> scenario.yaml:5:49
              |
            5 | calls: [ { queue: q, arrivals: { trace: { file: missing.csv, columns: columns.yaml } }, classes: { any: { talk...
              |                                                 ^^^^^^^^^^^"#]],
    );
    check(
        "poisson: 60/h",
        "trace: { file: survival.csv, columns: columns.yaml }",
        expect![[r#"
            error: the log has no columns `day`, `queued`, `entered`, `line`, `outcome`, `priority`, `talk`, `waited`, `agent`, `served`, `ended`
             --> FILES/survival.csv:1:1
              |
            1 | seconds,survival
              | ^^^^^^^^^^^^^^^^"#]],
    );
    check(
        "poisson: 60/h",
        "trace: { file: calls.csv, columns: columns.yaml }",
        expect![[r#"
            error: calls[0].queue: the log's own column sends 1 of its calls to other queues than `q`, the first to `support`
             --> scenario.yaml:5:19
              |
            5 | calls: [ { queue: q, arrivals: { trace: { file: calls.csv, columns: columns.yaml } }, classes: { any: { talk:...
              |                   ^
              = help: leave `queue` out here, or `queue` out of the columns file

            error: calls[0].arrivals.trace.file: the policy has no queue `sales`
             --> scenario.yaml:5:49
              |
            5 | calls: [ { queue: q, arrivals: { trace: { file: calls.csv, columns: columns.yaml } }, classes: { any: { talk:...
              |                                                 ^^^^^^^^^
              = help: there is `q`

            error: calls[0].arrivals.trace.file: the policy has no queue `support`
             --> scenario.yaml:5:49
              |
            5 | calls: [ { queue: q, arrivals: { trace: { file: calls.csv, columns: columns.yaml } }, classes: { any: { talk:...
              |                                                 ^^^^^^^^^
              = help: there is `q`

            error: calls[0].classes: the log has callers of class `standard` (1); it must be listed here
             --> scenario.yaml:5:96
              |
            5 | ... queue: q, arrivals: { trace: { file: calls.csv, columns: columns.yaml } }, classes: { any: { talk: 1m } } } ]
              |                                                                                         ^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check(
        "poisson: 60/h",
        "journal: nowhere.jsonl",
        expect![[r#"
            error: calls[0].arrivals.journal: there is no file FILES/nowhere.jsonl
             --> scenario.yaml:5:43
              |
            5 | calls: [ { queue: q, arrivals: { journal: nowhere.jsonl }, classes: { any: { talk: 1m } } } ]
              |                                           ^^^^^^^^^^^^^"#]],
    );
}

const TWO_QUEUES: &str = "\
schema: 1
name: small
policy: { schema: 1, queues: { sales: {}, support: {} } }
experiment: { start: 2026-03-02T08:00, horizon: 2h }
calls:
  - arrivals: { trace: { file: calls.csv, columns: columns.yaml } }
    classes: { vip: { share: 50% }, standard: { share: 50%, talk: 1m } }
agents: [ { group: g, count: 2, queues: { sales: 1 } } ]
";

#[test]
fn a_log_that_says_where_its_calls_arrive_is_not_told_it_again() {
    let files = files();
    let parse = |text: &str| Scenario::parse(text, "scenario.yaml", &files, &Overrides::new());
    let scenario = parse(TWO_QUEUES).expect("the log says it of each call");
    let stream = &scenario.world.calls[0];
    assert!(stream.classes[0].talk.is_none() && stream.classes[1].talk.is_some());
    let text = TWO_QUEUES.replace("- arrivals", "- queue: sales\n    arrivals");
    expect![[r#"
        error: calls[0].queue: the log's own column sends 2 of its calls to other queues than `sales`, the first to `support`
         --> scenario.yaml:6:12
          |
        6 |   - queue: sales
          |            ^^^^^
          = help: leave `queue` out here, or `queue` out of the columns file"#]]
    .assert_eq(&shown(&text, &[]));
}

#[test]
fn talk_may_be_left_out_only_where_the_log_says_it_of_every_call() {
    // Vips were all served; of the others one hung up.
    let text = TWO_QUEUES.replace("talk: 1m", "patience: 1m");
    expect![[r#"
        error: calls[0].classes.standard: needs `talk`: the log does not say how long 1 of these callers talked, the first at 2026-03-02T09:01:30
         --> scenario.yaml:7:47
          |
        7 |     classes: { vip: { share: 50% }, standard: { share: 50%, patience: 1m } }
          |                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = help: as in `talk: { lognormal: { mean: 180s, sd: 278s } }`"#]].assert_eq(&shown(&text, &[]));
    let again = "share: 50%, redial: { after: { abandoned: 10% }, delay: 1m }";
    let text = TWO_QUEUES.replace("vip: { share: 50%", &format!("vip: {{ {again}"));
    expect![[r#"
        error: calls[0].classes.vip: needs `talk`: the log does not say how long who calls again talks
         --> scenario.yaml:7:21
          |
        7 |     classes: { vip: { share: 50%, redial: { after: { abandoned: 10% }, delay: 1m } }, standard: { share: 50%,...
          |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = help: as in `talk: { lognormal: { mean: 180s, sd: 278s } }`"#]].assert_eq(&shown(&text, &[]));
}

#[test]
fn a_gate_on_a_log_needs_a_log_that_records_the_measure() {
    check_line(
        "gates: { abandonment_rate: { within: 2 points, of: recorded } }",
        expect![[r#"
            error: gates: abandonment_rate: `within ... of: recorded` needs a log to compare with
             --> scenario.yaml:7:8
              |
            7 | gates: { abandonment_rate: { within: 2 points, of: recorded } }
              |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              = help: every stream of `calls` replays a log whose columns file has `wait` and an `outcome` of `connected` and `abandoned`"#]],
    );
    check_line(
        "gates: { reach_rate: { within: 2 points, of: recorded } }",
        expect![[r#"
            error: gates.reach_rate.within: a log does not record `reach_rate`
             --> scenario.yaml:7:32
              |
            7 | gates: { reach_rate: { within: 2 points, of: recorded } }
              |                                ^^^^^^^^
              = help: there is `abandonment_rate`, `asa` or `service_level_offered`"#]],
    );
    check_line(
        "gates: { asa: { within: 0%, of: legacy }, abandonment_rate: { of: recorded } }",
        expect![[r#"
            error: gates.asa.within: expected more than 0
             --> scenario.yaml:7:25
              |
            7 | gates: { asa: { within: 0%, of: legacy }, abandonment_rate: { of: recorded } }
              |                         ^^

            error: gates.asa.of: expected `recorded`
             --> scenario.yaml:7:33
              |
            7 | gates: { asa: { within: 0%, of: legacy }, abandonment_rate: { of: recorded } }
              |                                 ^^^^^^

            error: gates.abandonment_rate: needs a rule: `at_least`, `at_most`, `lift_at_least`, `lift_at_most` or `within`
             --> scenario.yaml:7:61
              |
            7 | gates: { asa: { within: 0%, of: legacy }, abandonment_rate: { of: recorded } }
              |                                                             ^^^^^^^^^^^^^^^^

            error: gates.abandonment_rate.of: goes with `within`
             --> scenario.yaml:7:67
              |
            7 | gates: { asa: { within: 0%, of: legacy }, abandonment_rate: { of: recorded } }
              |                                                                   ^^^^^^^^"#]],
    );
}

#[test]
fn a_missing_log_is_one_error_and_says_where_it_is_looked_for() {
    let log = "{ file: \"${LINEFINDER_TEST_NOWHERE:-nowhere}/calls.csv\", columns: columns.yaml }";
    let text = SMALL
        .replace("poisson: 60/h", &format!("trace: {log}"))
        .replace("count: 2", &format!("staffing: {{ from_log: {log} }}"));
    expect![[r#"
        error: calls[0].arrivals.trace.file: there is no file FILES/nowhere/calls.csv
         --> scenario.yaml:5:49
          |
        5 | calls: [ { queue: q, arrivals: { trace: { file: "${LINEFINDER_TEST_NOWHERE:-nowhere}/calls.csv", columns: colu...
          |                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = help: the environment variable LINEFINDER_TEST_NOWHERE is not set; it says where to look"#]].assert_eq(&shown(&text, &[]));
    let unset = SMALL.replace(
        "poisson: 60/h",
        "trace: { file: \"${LINEFINDER_TEST_NOWHERE}/calls.csv\", columns: columns.yaml }",
    );
    expect![[r#"
        error: calls[0].arrivals.trace.file: the environment variable LINEFINDER_TEST_NOWHERE is not set
         --> scenario.yaml:5:49
          |
        5 | calls: [ { queue: q, arrivals: { trace: { file: "${LINEFINDER_TEST_NOWHERE}/calls.csv", columns: columns.yaml...
          |                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]].assert_eq(&shown(&unset, &[]));
}

#[test]
fn staffing_has_one_source() {
    check(
        "count: 2",
        "staffing: { file: staffing.csv, from_log: { file: calls.csv, columns: columns.yaml } }",
        expect![[r#"
            error: agents[0].staffing: either a `file`, or `from_log`, or a table of counts, not several
             --> scenario.yaml:6:33
              |
            6 | agents: [ { group: g, staffing: { file: staffing.csv, from_log: { file: calls.csv, columns: columns.yaml } },...
              |                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check(
        "count: 2",
        "staffing: { from_log: { columns: columns.yaml, gap: 3 } }",
        expect![[r#"
            error: agents[0].staffing.from_log: needs the key `file`, as in `from_log: { file: calls.csv, columns: columns.yaml }`
             --> scenario.yaml:6:45
              |
            6 | agents: [ { group: g, staffing: { from_log: { columns: columns.yaml, gap: 3 } }, queues: { q: 1 } } ]
              |                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            error: agents[0].staffing.from_log.gap: needs a unit: write 10s, 250ms or 2m
             --> scenario.yaml:6:75
              |
            6 | agents: [ { group: g, staffing: { from_log: { columns: columns.yaml, gap: 3 } }, queues: { q: 1 } } ]
              |                                                                           ^"#]],
    );
}

#[test]
fn a_scenario_says_what_it_lacks() {
    expect![[r#"
        error: needs the key `experiment`, as in `experiment: { start: 2026-03-02T08:00, horizon: 10h }`
         --> scenario.yaml:1:1
          |
        1 | schema: 1
          | ^^^^^^^^^

        error: needs the key `calls`, as in `calls: [ { queue: sales, arrivals: { poisson: 180/h }, classes: ... } ]`
         --> scenario.yaml:1:1
          |
        1 | schema: 1
          | ^^^^^^^^^

        error: needs the key `agents`, as in `agents: [ { group: core, count: 14, queues: { sales: 1 } } ]`
         --> scenario.yaml:1:1
          |
        1 | schema: 1
          | ^^^^^^^^^

        error: needs the key `policy`, as in `policy: ../policies/phase-3.yaml`
         --> scenario.yaml:1:1
          |
        1 | schema: 1
          | ^^^^^^^^^

        error: name: expected a name: at most 100 letters, digits, `-`, `_` or `.`
         --> scenario.yaml:2:7
          |
        2 | name: ../x
          |       ^^^^"#]].assert_eq(&shown("schema: 1\nname: ../x\n", &[]));
    expect![[r#"
        error: expected a map with `schema`, `name`, `description`, `policy`, `policy_set`, `experiment`, `calls`, `agents`, `carrier`, `store`, `faults`, `value` or `gates`, found a list
         --> scenario.yaml:1:1
          |
        1 | - 1
          | ^^^"#]].assert_eq(&shown("- 1\n", &[]));
}

#[test]
fn queues_of_two_time_zones_have_no_common_clock() {
    let two = |zone: &str| {
        SMALL
            .replace(
                "queues: { q: {} }",
                &format!(
                    "queues: {{ q: {{ hours: {{ open: 08:00-18:00, timezone: Europe/Berlin }} }}, r: {{ hours: {{ open: 08:00-18:00{zone} }} }} }}"
                ),
            )
            .replace("queues: { q: 1 }", "queues: { q: 1, r: 1 }")
            .replace(
                "calls: [",
                "calls: [ { queue: r, arrivals: { poisson: 60/h }, classes: { any: { talk: 1m } } },",
            )
    };
    expect![[r#"
        error: policy: the queue `r` opens by the time of America/New_York, `q` by that of Europe/Berlin; a simulation has one clock
         --> scenario.yaml:3:9
          |
        3 | policy: { schema: 1, queues: { q: { hours: { open: 08:00-18:00, timezone: Europe/Berlin } }, r: { hours: { ope...
          |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = help: give all of them the opening hours of one time zone; `policy_set` changes them for this scenario alone"#]].assert_eq(&shown(&two(", timezone: America/New_York"), &[]));
    for same in [", timezone: Europe/Berlin", ""] {
        Scenario::parse(&two(same), "scenario.yaml", &files(), &Overrides::new())
            .unwrap_or_else(|errors| panic!("{errors}"));
    }
}
