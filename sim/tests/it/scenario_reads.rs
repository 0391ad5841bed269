//! A scenario's keys, defaults and digests.

use std::time::Duration;

use engine::id::{ClassId, QueueId};
use engine::policy::Discovery;
use jiff::civil::date;
use policy_file::{Overrides, TimeOfDay};
use sim::scenario::*;

use crate::{SCENARIO, files};

const SMALL: &str = "
schema: 1
name: small
policy: { schema: 1, queues: { other: {}, q: {} } }
experiment: { start: 2026-03-02T08:00, horizon: 1h }
calls: [ { queue: q, arrivals: { poisson: 60/h }, classes: { any: { talk: 1m } } } ]
agents: [ { group: g, count: 2, queues: { q: 1 } } ]
";

fn read_with(text: &str, sets: &[&str]) -> Scenario {
    let mut overrides = Overrides::new();
    for set in sets {
        overrides.set(set).unwrap();
    }
    Scenario::parse(text, "scenario.yaml", &files(), &overrides).unwrap_or_else(|e| panic!("{e}"))
}

fn read(text: &str) -> Scenario {
    read_with(text, &[])
}

#[test]
fn staffing_from_a_log_follows_its_services() {
    let scenario = read(SCENARIO);
    let seen = &scenario.world.agents.last().unwrap().staffing;
    let Staffing::Dated { steps, .. } = seen else {
        panic!("{seen:?}")
    };
    let shown: Vec<String> = steps.iter().map(|(at, n)| format!("{at} {n}")).collect();
    // Bob from 8:59:01 for 60 s; Ann from 9:00:16 for the hour that talk is cut to; the next day
    // Bob from the end of his caller's wait, for want of a recorded start.
    assert_eq!(
        shown,
        [
            "2026-03-02T08:59:01 1",
            "2026-03-02T09:00:01 0",
            "2026-03-02T09:00:16 1",
            "2026-03-02T10:00:16 0",
            "2026-03-03T09:01:00 1",
            "2026-03-03T09:01:05 0",
        ]
    );
}

#[test]
fn every_key_of_the_contract_is_read() {
    let scenario = read(SCENARIO);
    assert_eq!(scenario.experiment.horizon, Duration::from_secs(36_000));
    assert_eq!(
        scenario.experiment.until.as_ref().unwrap().half_width,
        HalfWidth::Absolute(0.005)
    );
    let relative = SCENARIO.replace("half_width: 0.5%", "relative_half_width: 2%");
    assert_eq!(
        read(&relative).experiment.until.unwrap().half_width,
        HalfWidth::Relative(0.02)
    );
    assert_eq!(scenario.world.names.queues, ["sales", "support"]);
    assert_eq!(scenario.world.names.classes, ["standard", "vip"]);
    let standard = &scenario.world.calls[0].classes[0];
    assert_eq!(
        (standard.class, standard.share, standard.leaves_message),
        (ClassId(0), 0.9, 0.15)
    );
    let exponential = DistSpec::Exponential { mean: 120.0 };
    assert_eq!(standard.patience, Some(PerPeriod::Always(exponential)));
    let Arrivals::Profile(profile) = &scenario.world.calls[1].arrivals else {
        panic!()
    };
    assert_eq!(profile.rates.days[6], [20.0 / 3600.0, 4.2 / 60.0, 0.0]);
    assert_eq!(profile.rates.from, TimeOfDay(7 * 3600));
    let Arrivals::Profile(weekly) = &scenario.world.calls[2].arrivals else {
        panic!()
    };
    assert_eq!(
        weekly.rates.from,
        TimeOfDay(8 * 3600),
        "the scenario's start"
    );
    assert_eq!(
        (
            weekly.rates.days[3].len(),
            weekly.rates.days[4].len(),
            weekly.rates.days[5].len()
        ),
        (2, 1, 0)
    );
    let core = &scenario.world.agents[0];
    assert_eq!(core.queues, [(QueueId(0), 1), (QueueId(1), 2)]);
    assert_eq!(core.breaks[1].length, Duration::from_secs(900));
    assert_eq!(scenario.world.agents[1].staffing.most(), 8);
    assert_eq!(scenario.world.agents[3].staffing.most(), 5);
    assert_eq!(scenario.world.faults[2].kind, FaultKind::StoreSlow(10.0));
    assert_eq!(scenario.world.value.connected_call, 25.0);
    assert_eq!(scenario.gates.len(), 8);
    assert_eq!(scenario.gates[2].scope, Scope::Class(ClassId(1)));
    assert_eq!(scenario.gates[4].rule, Rule::AtLeast(3.0));
    assert!(
        matches!(scenario.gates[6].rule, Rule::LiftAtLeast(Lift::Absolute(points), _) if (points - 0.03).abs() < 1e-12)
    );
    assert!(matches!(
        scenario.gates[7].rule,
        Rule::LiftAtMost(Lift::Absolute(-10.0), _)
    ));
    // `policy_set` came through, and the policy is in the world's order.
    assert_eq!(
        scenario.policy.policy.queues[0].discovery,
        Discovery::Poll(Duration::from_secs(5))
    );
    assert_eq!(scenario.policy.names.classes[..2], ["standard", "vip"]);
}

#[test]
fn absent_keys_are_the_ideal() {
    let scenario = read(SMALL);
    let class = &scenario.world.calls[0].classes[0];
    assert_eq!(
        (class.share, class.balks, class.leaves_message),
        (1.0, 0.0, 1.0)
    );
    assert_eq!(
        (class.patience.as_ref(), class.redial.as_ref()),
        (None, None)
    );
    let group = &scenario.world.agents[0];
    assert_eq!(group.answers, Answers::default());
    assert!(group.heartbeat.is_none() && group.device.is_none() && group.shifts.is_empty());
    assert_eq!(scenario.world.carrier, CarrierWorld::default());
    assert_eq!(scenario.world.store, StoreWorld::default());
    let experiment = &scenario.experiment;
    assert_eq!(
        (
            experiment.seed,
            experiment.replications,
            experiment.confidence
        ),
        (1, 20, 0.95)
    );
    assert_eq!(experiment.threshold, Duration::from_secs(20));
    // The world names `q` only: it comes first, whatever the policy's order.
    assert_eq!(scenario.policy.names.queues, ["q", "other"]);
}

#[test]
fn a_trace_is_read_sorted_and_cut_to_the_experiment() {
    let scenario = read(SCENARIO);
    let Arrivals::Trace(trace) = &scenario.world.calls[4].arrivals else {
        panic!()
    };
    assert_eq!((trace.calls.len(), trace.outside), (3, 1));
    let arrived: Vec<f64> = trace
        .calls
        .iter()
        .map(|c| c.arrived_at.as_secs_f64())
        .collect();
    assert_eq!(arrived, [3540.0, 3610.0, 3690.0]);
    assert_eq!(trace.calls[1].talk, Some(3_600_000_000), "cut to the cap");
    assert_eq!(trace.calls[1].class, Some(ClassId(1)));
}

#[test]
fn the_world_digest_sees_the_world_and_nothing_else() {
    let digest = |sets: &[&str]| read_with(SMALL, sets).world_digest;
    let base = digest(&[]);
    for same in [
        "name=other",
        "experiment.seed=9",
        "experiment.replications=3",
        "policy.queues.q.slow_poll=1s",
        "gates={ reach_rate: { at_least: 1% } }",
        "calls.q.arrivals.poisson=1/min",
        "experiment.warm_up=0s",
    ] {
        assert_eq!(digest(&[same]), base, "{same}");
    }
    for other in [
        "experiment.horizon=2h",
        "experiment.threshold=30s",
        "calls.q.arrivals.poisson=2/min",
        "calls.q.classes.any.talk=61s",
        "agents.g.count=3",
        "value={ connected_call: 1 }",
        "faults=[ { at: 1m, server: restart } ]",
    ] {
        assert_ne!(digest(&[other]), base, "{other}");
    }
}

#[test]
fn policy_digests_follow_overrides_and_not_binding() {
    let base = read(SMALL);
    assert_ne!(
        base.policy_digest,
        read_with(SMALL, &["policy.queues.q.slow_poll=1s"]).policy_digest
    );
    let unbound =
        policy_file::PolicyFile::parse("{ schema: 1, queues: { other: {}, q: {} } }", "p").unwrap();
    assert_eq!(base.policy_digest, unbound.digest());
}

#[test]
fn a_week_table_goes_on_past_midnight_and_repeats() {
    let day = |n: u32| vec![n, n + 1, n + 2];
    let table = WeekTable {
        step: Duration::from_secs(4 * 3600),
        from: TimeOfDay(20 * 3600),
        days: std::array::from_fn(|i| {
            if i == 5 {
                Vec::new()
            } else {
                day(10 * i as u32)
            }
        }),
    };
    // 2026-03-02 is a Monday.
    let at = |day, hour, minute| table.at(date(2026, 3, day).at(hour, minute, 0, 0)).copied();
    assert_eq!(at(2, 20, 0), Some(0));
    assert_eq!(at(2, 23, 59), Some(0));
    assert_eq!(
        at(3, 0, 0),
        Some(1),
        "Tuesday morning goes on with Monday's steps"
    );
    assert_eq!(at(3, 7, 59), Some(2));
    assert_eq!(at(3, 8, 0), None);
    assert_eq!(
        at(2, 4, 0),
        Some(62),
        "Monday morning goes on with Sunday's"
    );
    assert_eq!(at(7, 21, 0), None, "Saturday has no values");
    let periods = PerPeriod::ByPeriod {
        step: table.step,
        from: table.from,
        values: vec!["a", "b"],
    };
    let at = |hour| *periods.at(date(2026, 3, 2).at(hour, 0, 0, 0));
    assert_eq!((at(20), at(0), at(4), at(19)), ("a", "b", "b", "b"));
}

#[test]
fn the_command_line_wins_over_policy_set() {
    let scenario = read_with(SCENARIO, &["policy.queues.sales.discovery.poll=7s"]);
    assert_eq!(
        scenario.policy.policy.queues[0].discovery,
        Discovery::Poll(Duration::from_secs(7))
    );
}

#[test]
fn days_replace_the_horizon_when_it_is_taken_out() {
    let scenario = read_with(SMALL, &["experiment.horizon=null", "experiment.days=5"]);
    assert_eq!(scenario.experiment.horizon, Duration::from_secs(5 * 86_400));
}
