//! What may vary, what is refused, and folders that are used again.

use std::fs;

use super::{Folder, code, finished, linefinder, n_results, said, sweep};

#[test]
fn what_is_wrong_gets_one_clear_error() {
    let scenario = "scenarios/plan/phase-2.yaml";
    let poll = "policy.queues.sales.slow_poll";
    let cases: [(&[&str], &str); 12] = [
        (&[scenario], "a sweep needs something that varies"),
        (&["none.yaml", "--vary", "a=1"], "none.yaml"),
        (&[scenario, "--vary", "poll"], "expected PATH=VALUES"),
        (
            &[scenario, "--vary", &format!("{poll}=1s,2parsecs")],
            "--> --vary:1:",
        ),
        (
            &[scenario, "--vary", "policy.queues.sails.slow_poll=1s,2s"],
            "there is no `sails` in `queues`",
        ),
        (
            &[scenario, "--vary", &format!("{poll}=1s..9s")],
            "a range needs --latin-hypercube N",
        ),
        (
            &[
                scenario,
                "--vary",
                &format!("{poll}=1s,2s"),
                "--measure",
                "abandon_rate",
            ],
            "--measure abandon_rate: there is no such measure",
        ),
        (
            &[
                scenario,
                "--vary",
                &format!("{poll}=1s,2s"),
                "--shard",
                "0/2",
            ],
            "--out",
        ),
        (
            &[
                scenario,
                "--vary",
                &format!("{poll}=1s,2s"),
                "--out",
                "o",
                "--shard",
                "2/2",
            ],
            "shards are counted from 0: the last of 2 is 1/2",
        ),
        (
            &[
                scenario,
                "--vary",
                &format!("{poll}=1s,2s"),
                "--nats",
                "nats://127.0.0.1:1",
            ],
            "--out",
        ),
        (
            &[scenario, "--vary", "experiment.seed=1,1"],
            "the same value twice",
        ),
        (
            &[
                scenario,
                "--vary",
                &format!("{poll}=1s"),
                "--vary",
                &format!("{poll}=2s"),
            ],
            "the same path varies twice",
        ),
    ];
    for (args, expected) in cases {
        let output = linefinder().arg("sweep").args(args).output().unwrap();
        let said = said(&output);
        assert_eq!(code(&output), 2, "{args:?}: {said}");
        assert!(said.contains(expected), "{args:?}: {said}");
        assert_eq!(said.matches("error:").count(), 1, "{args:?}: {said}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn the_folder_of_another_sweep_is_kept_unless_it_is_to_give_way() {
    let folder = Folder::new();
    let out = folder.at("out");
    let with = |values: &str, more: &[&str]| {
        let mut command = linefinder();
        command.args(["sweep", "scenarios/theory/erlang-a.yaml", "--days", "1"]);
        command.args(["--set", "experiment.warm_up=0s", "--replications", "2"]);
        command
            .args(["--vary", values])
            .args(more)
            .arg("--out")
            .arg(&out);
        command.output().unwrap()
    };
    assert_eq!(code(&with("agents.0.count=3,4", &[])), 0);
    let plan = fs::read(out.join("plan.json")).unwrap();
    let refused = with("agents.0.count=4,5", &[]);
    assert_eq!(code(&refused), 2);
    assert!(
        said(&refused).contains("differs in what varies"),
        "{}",
        said(&refused)
    );
    assert_eq!(fs::read(out.join("plan.json")).unwrap(), plan);
    // The point with 4 agents is shared, that with 3 goes.
    let replaced = with("agents.0.count=4,5", &["--replace"]);
    assert_eq!(code(&replaced), 0, "{}", said(&replaced));
    assert!(said(&replaced).contains("1 of 2 blocks are there already"));
    assert_eq!(n_results(&out), 2);
    // Only shown otherwise: the same sweep.
    let shown = with("agents.0.count=4,5", &["--measure", "mean_wait"]);
    assert_eq!(code(&shown), 0, "{}", said(&shown));
    assert!(said(&shown).contains("2 of 2 blocks are there already"));
    let charts: Vec<_> = fs::read_dir(out.join("charts")).unwrap().collect();
    assert_eq!(charts.len(), 1);
}

#[test]
fn a_plan_says_itself_what_varies() {
    let folder = Folder::new();
    let out = folder.at("out");
    finished(&mut sweep(&out, &["--plan-only"]));
    let plan = out.join("plan.json");
    let output = linefinder()
        .arg("sweep")
        .arg(&plan)
        .args(["--vary", "experiment.seed=1,2"])
        .output()
        .unwrap();
    assert_eq!(code(&output), 2);
    assert!(
        said(&output).contains("is a plan, which says itself"),
        "{}",
        said(&output)
    );
    // A plan of which a file was changed.
    let text = fs::read_to_string(&plan).unwrap();
    fs::write(
        &plan,
        text.replacen("device_grace: 10s", "device_grace: 11s", 1),
    )
    .unwrap();
    let output = linefinder().arg("sweep").arg(&plan).output().unwrap();
    assert_eq!(code(&output), 2);
    assert!(
        said(&output).contains("is damaged; make the plan again"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_point_that_cannot_be_run_is_named_and_the_others_are_kept() {
    let folder = Folder::new();
    let out = folder.at("out");
    let output = linefinder()
        .args([
            "sweep",
            "scenarios/theory/erlang-a.yaml",
            "--replications",
            "2",
        ])
        .args([
            "--set",
            "experiment.warm_up=0s",
            "--days",
            "1",
            "--threads",
            "1",
        ])
        .args(["--set", TALK, "--vary", PATIENCE, "--out"])
        .arg(&out)
        .output()
        .unwrap();
    let said = said(&output);
    assert_eq!(code(&output), 4, "{said}");
    assert!(said.contains("patience={ constant: 100h }: "), "{said}");
    assert_eq!(n_results(&out), 1);
}

/// Agents who talk for longer than a day, ...
pub(super) const TALK: &str = "calls.0.classes.all.talk={ constant: 30h }";
/// ... and, at the second point, callers who wait for them longer than a run is waited for.
pub(super) const PATIENCE: &str =
    "calls.0.classes.all.patience={ constant: 1m },{ constant: 100h }";
