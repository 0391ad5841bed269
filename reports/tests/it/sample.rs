//! A made-up run, reported: what the snapshot tests and the example page show.

use engine::policy::RetryAfter;
use engine::time::Timestamp;
use reports::gate::{Gate, Rule};
use reports::measures::{Measure, Part};
use reports::record::{Recorder, RecorderOptions, Replication};
use reports::report::{RunMeta, RunReport};

use crate::synthetic::{self, Centre};

/// How a run of `centre` is recorded: everything on.
pub(crate) fn options(centre: Centre) -> RecorderOptions {
    RecorderOptions {
        n_queues: 2,
        n_classes: 2,
        retry_after: vec![RetryAfter::default(); 2].into(),
        series_step: Some(600_000_000),
        calls_csv: true,
        ops_per_scan: 1.0,
        ops_per_waiting_call: 1.0,
        value_per_call: 25.0,
        ..RecorderOptions::new(
            Timestamp::from_secs(1800),
            Timestamp::from_secs((centre.hours * 3600.0) as u64),
        )
    }
}

/// One recorded replication.
pub(crate) fn record(centre: Centre) -> Replication {
    let (told, end) = synthetic::replication(centre);
    let mut recorder = Recorder::new(options(centre));
    synthetic::tell(&mut recorder, &told);
    recorder.finish(end)
}

pub(crate) fn gate(id: &str, rule: Rule, limit: f64) -> Gate<'static> {
    Gate {
        measure: Measure::named(id).expect("a known measure"),
        part: Part::Whole,
        rule,
        limit,
        baseline: None,
        over: "",
        ideal: None,
        recorded: None,
    }
}

pub(crate) fn meta() -> RunMeta {
    RunMeta {
        scenario: "phase-3-continuous-discovery".into(),
        description: "A made-up day: calls peak at noon, devices fail now and then. If this \
                      failed, agents would sit idle while callers wait."
            .into(),
        policy_digest: "4f2a9b1c7d3e8a60b5c4d3e2f1a09876".into(),
        world_digest: "9c1b0a2f3e4d5c6b7a8998a7b6c5d4e3".into(),
        engine: "0.1.0".into(),
        seed: 7,
        trace_digest: "2313edd1eedabc3d6aa5e7cb1702b6bd".into(),
        confidence: 0.95,
        level: None,
        queues: vec!["sales".into(), "support".into()],
        classes: vec!["standard".into(), "vip".into()],
        agents: Vec::new(),
        command: "linefinder run scenarios/phase-3.yaml --seed 7 --replications 12".into(),
    }
}

/// A run that passes (`calm`), that fails (`failing`) or in which nobody called (`empty`).
pub(crate) fn report(kind: &str) -> RunReport {
    let centre = match kind {
        "failing" => Centre {
            agents: 12,
            ..Centre::default()
        },
        "empty" => Centre {
            calls_per_hour: 1e-9,
            ..Centre::default()
        },
        _ => Centre {
            agents: 16,
            ..Centre::default()
        },
    };
    let replications: Vec<Replication> = (1..=12)
        .map(|seed| record(Centre { seed, ..centre }))
        .collect();
    let baseline: Vec<Replication> = (1..=12)
        .map(|seed| {
            record(Centre {
                seed,
                agents: 20,
                ..centre
            })
        })
        .collect();
    let gates = [
        gate("reach_rate", Rule::AtLeast, 0.95),
        gate("abandonment_rate", Rule::AtMost, 0.10),
        gate("mean_wait", Rule::AtMost, 120.0),
        gate("assignment_latency_p99", Rule::AtMost, 2.0),
        gate("availability_accuracy", Rule::AtLeast, 0.95),
        Gate {
            baseline: Some((&baseline).into()),
            over: "legacy",
            ideal: Some(0.8),
            ..gate("utilization", Rule::LiftAtLeast, 0.15)
        },
    ];
    RunReport::from_replications(meta(), &replications, &gates)
}
