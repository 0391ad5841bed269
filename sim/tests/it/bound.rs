//! The bound beside a gate: the solved centre against published figures and the tests' own solution,
//! and the ideal of a scenario against what can be computed by hand.

use std::path::Path;

use policy_file::Overrides;
use sim::bound::{ErlangA, Ideal};
use sim::scenario::Scenario;

use crate::exact::birth_death::Station;

fn close(got: f64, want: f64, within: f64, what: &str) {
    assert!((got - want).abs() <= within, "{what}: {got}, not {want}");
}

/// `shared/reference/published-models.md`, lambda 120/h, 15 min of service.
#[test]
fn it_agrees_with_the_published_figures_of_erlang_a() {
    let rows = [
        (31, 0.5, 6.223_470, 0.642_540, 0.942_647, 0.025_931_12),
        (31, 1.0, 4.244_240, 0.585_616, 0.933_514, 0.035_368_67),
        (31, 2.0, 2.766_420, 0.520_847, 0.923_122, 0.046_107_00),
        (31, 4.0, 1.727_387, 0.451_648, 0.912_020, 0.057_579_58),
        (33, 0.5, 2.827_692, 0.430_457, 0.898_380, 0.011_782_05),
        (33, 1.0, 2.158_065, 0.398_858, 0.892_742, 0.017_983_88),
        (33, 2.0, 1.539_609, 0.359_747, 0.885_764, 0.025_660_14),
        (33, 4.0, 1.030_572, 0.315_459, 0.877_861, 0.034_352_38),
    ];
    for (agents, hang_ups, queue, waits, occupancy, abandons) in rows {
        let solved = ErlangA {
            arrivals: 120.0,
            services: 4.0,
            agents,
            hang_ups,
            balks: 0.0,
        }
        .solve()
        .expect("it is stable");
        close(solved.mean_queue(), queue, 1e-6, "queue");
        close(solved.wait_probability(), waits, 1e-6, "P(wait)");
        close(solved.occupancy(), occupancy, 1e-6, "occupancy");
        close(solved.abandonment(), abandons, 1e-8, "P(abandon)");
    }
    // Erlang-C 3.5 calls/min, 3 min, 13 agents; then with patience of mean 5 min and 13 or 9 agents.
    for (agents, hang_ups, wait, abandons) in [
        (13, 0.0, 26.56, 0.0),
        (13, 1.0 / 300.0, 9.9128, 0.03304),
        (9, 1.0 / 300.0, 56.6184, 0.18873),
    ] {
        let solved = ErlangA {
            arrivals: 3.5 / 60.0,
            services: 1.0 / 180.0,
            agents,
            hang_ups,
            balks: 0.0,
        }
        .solve()
        .expect("it is stable");
        close(solved.mean_wait(), wait, 5e-3, "mean wait");
        close(solved.abandonment(), abandons, 5e-6, "P(abandon)");
    }
}

#[test]
fn it_agrees_with_the_exact_solution_of_the_tests_for_ten_agents_and_for_ten_thousand() {
    for agents in [1_u32, 10, 300, 2_000, 10_000] {
        for load in [0.5, 0.98, 1.0, 1.3] {
            for hang_ups in [0.1, 1.0, 5.0] {
                let arrivals = load * f64::from(agents);
                let oracle = Station::erlang_a(arrivals, 1.0, agents as usize, hang_ups).solve();
                let solved = ErlangA {
                    arrivals,
                    services: 1.0,
                    agents,
                    hang_ups,
                    balks: 0.0,
                }
                .solve()
                .expect("callers hang up");
                let what = format!("{agents} agents, load {load}, theta {hang_ups}");
                let queue = oracle.mean_queue();
                close(solved.mean_queue(), queue, 1e-9 * queue.max(1e-3), &what);
                close(
                    solved.wait_probability(),
                    oracle.wait_probability(),
                    1e-10,
                    &what,
                );
                close(solved.abandonment(), oracle.abandonment(), 1e-10, &what);
                close(solved.occupancy(), oracle.occupancy(), 1e-10, &what);
                close(
                    solved.mean_wait_served(),
                    oracle.mean_wait_served(),
                    1e-10,
                    &what,
                );
                for t in [0.0, 0.01, 0.1, 1.0] {
                    let within = oracle.served_within(t);
                    close(solved.served_within(t), within, 1e-9, &what);
                }
            }
        }
    }
}

#[test]
fn whoever_is_neither_served_nor_waiting_has_hung_up() {
    let centre = ErlangA {
        arrivals: 12.0,
        services: 1.0,
        agents: 10,
        hang_ups: 0.5,
        balks: 0.2,
    };
    let solved = centre.solve().expect("callers hang up");
    // At once only balkers have; in the end everybody who is not served has.
    let balked = 0.2 * solved.wait_probability();
    close(solved.hung_up_within(0.0), balked, 1e-12, "at once");
    let abandoned = solved.abandonment();
    close(solved.hung_up_within(1e3), abandoned, 1e-9, "in the end");
    close(solved.served_within(1e3), 1.0 - abandoned, 1e-9, "served");
    let mut before = 0.0;
    for k in 0..100 {
        let now = solved.hung_up_within(f64::from(k) * 0.1);
        assert!(now >= before - 1e-12, "{k}: {now} < {before}");
        before = now;
    }
}

#[test]
fn a_line_that_would_grow_for_ever_has_no_solution() {
    let centre = ErlangA {
        arrivals: 10.0,
        services: 1.0,
        agents: 10,
        hang_ups: 0.0,
        balks: 0.0,
    };
    assert!(centre.solve().is_none());
    assert!(
        ErlangA {
            agents: 11,
            ..centre
        }
        .solve()
        .is_some()
    );
}

fn ideal(file: &str, set: &[&str]) -> Option<Ideal> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../scenarios/{file}"));
    let mut overrides = Overrides::new();
    for assignment in set {
        overrides.set(assignment).unwrap();
    }
    let scenario = Scenario::read(&path, &overrides).unwrap_or_else(|errors| panic!("{errors}"));
    Ideal::of(&scenario)
}

#[test]
fn the_ideal_of_a_pure_erlang_a_scenario_is_erlang_a() {
    // 120 calls/h, 15 min, 33 agents, patience of mean 30 min: theta is 2 per hour.
    let ideal = ideal("theory/erlang-a.yaml", &[]).expect("it has one");
    let of = |id| ideal.of_measure(id).expect("arithmetic says so");
    close(of("abandonment_rate"), 0.025_660_14, 1e-8, "abandoned");
    close(of("wait_probability"), 0.359_747, 1e-6, "P(wait)");
    close(of("occupancy"), 0.885_764, 1e-6, "occupancy");
    close(of("queue_length_mean"), 1.539_609, 1e-5, "queue");
    assert_eq!(ideal.of_measure("assignment_latency_p99"), None);
}

#[test]
fn an_agent_who_takes_time_to_pick_up_costs_the_ideal_callers_too() {
    // Nobody ever waits for 200 agents; 60 s of ringing lose 1 - e^(-1/30) of the callers.
    let set = [
        "agents.0.count=200",
        "agents.0.answers={ probability: 100%, delay: { constant: 60s } }",
    ];
    let one = ideal("theory/erlang-a.yaml", &set).expect("it has one");
    let lost = one.of_measure("abandonment_rate").expect("arithmetic");
    close(
        lost,
        -(-1.0_f64 / 30.0).exp_m1(),
        1e-9,
        "lost while ringing",
    );
    // Of two phones with exponential delays the first rings half as long.
    let delay = "agents.0.answers={ probability: 100%, delay: { exponential: { mean: 60s } } }";
    let asa = |ring: &str| {
        let queues = format!(
            "policy.queues.line={{ discovery: {{ events: true }}, rotation: longest_idle, offer: {{ ring: {ring} }} }}"
        );
        let ideal = ideal(
            "theory/erlang-a.yaml",
            &["agents.0.count=200", delay, &queues],
        );
        ideal
            .expect("it has one")
            .of_measure("asa")
            .expect("arithmetic")
    };
    close(asa("2") / asa("1"), 0.5, 0.02, "two phones");
}

#[test]
fn a_log_has_no_ideal_and_neither_has_a_line_that_callbacks_change() {
    let replay = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/files/replay/scenario.yaml");
    let scenario = Scenario::read(&replay, &Overrides::new()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(Ideal::of(&scenario), None);
    assert_eq!(ideal("plan/callbacks.yaml", &[]), None);
    let without = ideal("plan/callbacks.yaml", &["policy.features.callback=0%"]);
    assert!(without.is_some());
}
