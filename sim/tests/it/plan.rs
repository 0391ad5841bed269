//! Plans: read, run in order, stopped at what does not hold, and what is said of it.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use reports::gate::Verdict;
use sim::experiment::{Control, Options};
use sim::plan::{Plan, PlanOptions, PlanRun, plan_json, plan_page, plan_table, run};
use sim::world::Checks;

use crate::files;

/// Few calls, quickly: what a plan makes of them is the same.
fn plan(text: &str) -> Plan {
    let options = PlanOptions {
        seed: Some(3),
        replications: Some(6),
    };
    Plan::parse(text, "plan.yaml", &scenarios(), options).unwrap_or_else(|e| panic!("{e}"))
}

fn scenarios() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/plan")
}

fn run_it(plan: &Plan, goes_on: bool, threads: usize) -> PlanRun {
    let options = Options {
        threads,
        rows: false,
        checks: Checks::default(),
        command: "linefinder plan".to_owned(),
    };
    let control = Control {
        stop: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    run(plan, goes_on, &options, &control).expect("it runs")
}

fn errors(text: &str) -> String {
    let error = Plan::parse(text, "plan.yaml", &files(), PlanOptions::default());
    error.expect_err("it is wrong").to_string()
}

const PHASE_1: &str = "
schema: 1
name: two-phases
phases:
  - name: heartbeats
    before: ../policies/legacy.yaml
    scenarios: [ phase-1.yaml ]
    features: [ agent_heartbeat, enhanced_discovery ]
    stages: [ 20%, 100% ]
    guards: { abandonment_rate: { lift_at_most: 1 points, over: ../policies/legacy.yaml } }
    criteria:
      - { says: fewer hang up, gates: { abandonment_rate: { lift_at_most: -30%, over: ../policies/legacy.yaml } } }
  - name: a queue
    scenarios: [ phase-2.yaml ]
    features: [ enhanced_queue ]
    stages: [ 50%, 100% ]
    criteria:
      - { says: nobody is dropped, gates: { dropped_calls: { at_most: 0 } } }
";

#[test]
fn a_plan_that_holds_is_run_to_its_end() {
    let plan = plan(PHASE_1);
    let run = run_it(&plan, false, 2);
    assert_eq!(run.verdict(), Verdict::Pass);
    let shares: Vec<Vec<u16>> = run
        .phases
        .iter()
        .map(|phase| phase.stages.iter().map(|s| s.share.unwrap().0).collect())
        .collect();
    assert_eq!(shares, [[2_000, 10_000], [5_000, 10_000]]);
    // Before the second phase is the first: nobody waits in a queue.
    let of = |samples: &reports::sample::SampleTable| {
        let measure = reports::measures::Measure::named("abandonment_rate").unwrap();
        let evidence = reports::sample::Evidence::from(samples);
        let estimate = evidence.estimate(measure, reports::measures::Part::Whole);
        estimate.unwrap().point
    };
    let [first, second] = &run.phases[..] else {
        panic!("two phases")
    };
    let stages = |phase: &sim::plan::PhaseRun| -> Vec<f64> {
        let after = phase.stages.iter().map(|stage| of(&stage.after));
        std::iter::once(of(&phase.before)).chain(after).collect()
    };
    let falls = stages(first);
    assert!(falls[0] > falls[1] && falls[1] > falls[2], "{falls:?}");
    assert_eq!(
        stages(second)[0],
        falls[2],
        "the same policy, callers and draws"
    );
}

#[test]
fn a_guard_that_does_not_hold_stops_the_plan_at_its_stage() {
    let text = PHASE_1.replace("lift_at_most: 1 points", "lift_at_most: -30 points");
    let plan = plan(&text);
    let run = run_it(&plan, false, 2);
    assert_eq!(run.verdict(), Verdict::Fail);
    assert_eq!((run.phases.len(), run.phases[0].stages.len()), (1, 1));
    assert!(run.phases[0].criteria.is_empty());
    let table = plan_table(&plan, &run, false);
    // Sentences are broken where the line ends.
    let words: Vec<&str> = table.split_whitespace().collect();
    let words = words.join(" ");
    for said in [
        "20 % ✗ 100 % not run",
        "✗ guard at 20 % abandonment_rate over legacy",
        "criteria not judged: the last stage was not reached",
        "not run: the plan stopped before",
        "The first that does not: heartbeats at 20 %: abandonment_rate over legacy.",
        "verdict: fail",
    ] {
        assert!(words.contains(said), "{said}\n{table}");
    }
    assert!(
        table.lines().all(|line| line.chars().count() <= 100),
        "{table}"
    );
}

#[test]
fn it_can_be_told_to_go_on() {
    let text = PHASE_1.replace("lift_at_most: -30%", "lift_at_most: -99%");
    let plan = plan(&text);
    let stopped = run_it(&plan, false, 2);
    let whole = run_it(&plan, true, 2);
    assert_eq!((stopped.phases.len(), whole.phases.len()), (1, 2));
    assert_eq!(
        (stopped.verdict(), whole.verdict()),
        (Verdict::Fail, Verdict::Fail)
    );
    assert_eq!(whole.phases[1].verdict(), Verdict::Pass);
    assert!(plan_table(&plan, &whole, false).contains("✗ fewer hang up"));
}

#[test]
fn too_few_replications_decide_nothing() {
    let options = PlanOptions {
        seed: Some(3),
        replications: Some(1),
    };
    let plan = Plan::parse(PHASE_1, "plan.yaml", &scenarios(), options).unwrap();
    let run = run_it(&plan, false, 1);
    assert_eq!(run.verdict(), Verdict::Inconclusive);
    assert!(plan_table(&plan, &run, false).contains("more replications would tell"));
}

#[test]
fn threads_change_no_byte() {
    let plan = plan(PHASE_1);
    let [one, two] = [1, 2].map(|threads| {
        let run = run_it(&plan, false, threads);
        (
            plan_json(&plan, &run, "c"),
            plan_page(&plan, &run, "c"),
            plan_table(&plan, &run, true),
        )
    });
    assert!(one == two);
    let json: serde_json::Value = serde_json::from_str(&one.0).unwrap();
    assert_eq!(json["phases"][0]["stages"][1]["share"], "100 %");
    assert_eq!(json["phases"][0]["criteria"][0]["verdict"], "pass");
    assert!(json["phases"][1]["before"]["reach_rate"]["mean"].is_number());
    let names: Vec<&str> = one.1.csvs.iter().map(|(path, _)| path.as_str()).collect();
    assert!(
        names.contains(&"charts/phase-1-reach-rate.csv"),
        "{names:?}"
    );
    assert!(names.contains(&"charts/phase-2-waits.csv"), "{names:?}");
}

#[test]
fn the_shipped_plan_asks_for_every_target_of_the_scenarios() {
    let path = scenarios().join("rollout.yaml");
    let plan = Plan::read(&path, PlanOptions::default()).unwrap_or_else(|e| panic!("{e}"));
    let all = plan.phases.iter().flat_map(|phase| &phase.stages);
    let judged: Vec<&str> = all
        .flat_map(|stage| &stage.scenarios)
        .flat_map(|one| &one.scenario.gates)
        .map(|gate| gate.measure.as_str())
        .collect();
    for phase in ["phase-1", "phase-2", "phase-3", "phase-4", "phase-4-busy"] {
        let path = scenarios().join(format!("{phase}.yaml"));
        let scenario = sim::scenario::Scenario::read(&path, &policy_file::Overrides::new());
        for gate in &scenario.unwrap_or_else(|e| panic!("{e}")).gates {
            assert!(judged.contains(&gate.measure.as_str()), "{}", gate.measure);
        }
    }
    assert!(
        plan.elsewhere
            .iter()
            .any(|one| one.measured.contains("csat"))
    );
    for phase in &plan.phases {
        let shares: Vec<u16> = phase.stages.iter().map(|s| s.share.unwrap().0).collect();
        assert_eq!(
            shares,
            [1_000, 2_500, 5_000, 7_500, 10_000],
            "{}",
            phase.name
        );
    }
}

#[test]
fn what_is_wrong_is_named_once_and_with_its_place() {
    const PLAN: &str = "schema: 1
name: p
phases:
  - name: one
    before: policy.yaml
    scenarios: [ scenario.yaml ]
    features: [ agent_heartbeat ]
    stages: [ 10%, 50%, 100% ]
    criteria: [ { says: it holds, gates: { reach_rate: { at_least: 95% } } } ]
";
    assert!(Plan::parse(PLAN, "plan.yaml", &files(), PlanOptions::default()).is_ok());
    for (from, to, said) in [
        ("    before: policy.yaml\n", "", "needs the key `before`"),
        (
            "before: policy.yaml",
            "before: nobody.yaml",
            "there is no file",
        ),
        ("[ scenario.yaml ]", "[]", "needs at least one scenario"),
        (
            "agent_heartbeat",
            "agent_hartbeat",
            "did you mean `agent_heartbeat`?",
        ),
        (
            "10%, 50%",
            "50%, 10%",
            "expected more than the stage before",
        ),
        ("10%,", "10,", "needs a unit: write 25%"),
        ("reach_rate", "reach_rat", "did you mean `reach_rate`?"),
        ("at_least: 95%", "at_least: 95", "needs a unit: write 25%"),
        ("says: it holds, ", "", "needs the key `says`"),
        (
            "says: it holds",
            "says: it holds, scenario: policy.yaml",
            "expected one of the phase's `scenarios`",
        ),
        (
            "says: it holds",
            "says: it holds, needs: some",
            "expected `all` or `any`",
        ),
        (
            "    features: [ agent_heartbeat ]\n",
            "",
            "goes with `features`",
        ),
        (
            "    criteria: [ { says: it holds, gates: { reach_rate: { at_least: 95% } } } ]\n",
            "",
            "needs `criteria` or `guards`",
        ),
        ("name: p", "nam: p", "unknown key"),
    ] {
        assert!(PLAN.contains(from), "{from}");
        let message = errors(&PLAN.replacen(from, to, 1));
        assert_eq!(message.matches(said).count(), 1, "{said}\n{message}");
        assert!(message.contains("plan.yaml:"), "{message}");
    }
}

#[test]
fn another_kind_of_file_is_named_once() {
    let message = errors(
        "schema: 1\nname: p\nexperiment: { start: 2026-03-02T08:00, horizon: 1h }\ncalls: []\n",
    );
    assert!(
        message.contains("this is a scenario; a plan is expected here"),
        "{message}"
    );
    assert_eq!(message.matches("error:").count(), 1, "{message}");
}
