//! `linefinder gate` as its user meets it: verdicts, exit codes, files, and one clear sentence for
//! whatever does not fit.

use std::path::PathBuf;
use std::process::{Command, Output};

use policy_file::Overrides;
use sim::baseline::Baseline;
use sim::scenario::Scenario;

/// A folder with a short day of the plan, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("linefinder-gate-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let scenarios = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios"));
        let day = std::fs::read_to_string(scenarios.join("plan/phase-3.yaml")).unwrap();
        let short = "horizon: 2h, warm_up: 10m, seed: 7, replications: 8";
        let day = day
            .replace(
                "horizon: 10h, warm_up: 30m, seed: 7, replications: 40",
                short,
            )
            .replace("../policies/phase-3.yaml", "policy.yaml");
        assert!(day.contains(short) && day.contains("policy: policy.yaml"));
        let place = Place(folder);
        place.write("day.yaml", &day);
        place.write(
            "night.yaml",
            &day.replace("name: plan-phase-3", "name: night"),
        );
        let policy = std::fs::read_to_string(scenarios.join("policies/phase-3.yaml")).unwrap();
        place.write("policy.yaml", &policy);
        place
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linefinder"));
        command
            .arg("gate")
            .args(args)
            .args(["--baseline", "b.json"])
            .env_remove("GITHUB_ACTIONS")
            .current_dir(&self.0);
        command
    }

    fn gate(&self, args: &[&str]) -> (i32, String, String) {
        said(self.command(args).output().unwrap())
    }

    /// With a baseline of the day.
    fn blessed(name: &str) -> Self {
        let place = Place::new(name);
        let (code, _, errors) = place.gate(&["day.yaml", "--bless"]);
        assert_eq!(code, 0, "{errors}");
        place
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn said(output: Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().unwrap();
    (code, text(&output.stdout), text(&output.stderr))
}

const TOP_DOWN: [&str; 2] = ["--set", "policy.queues.sales.rotation=top_down"];

#[test]
fn an_unchanged_build_is_identical_and_passes() {
    let place = Place::blessed("same");
    let (code, table, _) = place.gate(&["day.yaml"]);
    assert_eq!(code, 0, "{table}");
    assert!(table.contains("identical, event for event"), "{table}");
    assert!(table.contains("verdict: pass: 1"), "{table}");
    // The same policy written otherwise is another file, and no other run.
    let policy = place.read("policy.yaml");
    let other = policy.replace("schema: 1", "schema: 1\nselect_call: longest_waiting");
    place.write("policy.yaml", &format!("# rewritten\n{other}"));
    let (code, table, _) = place.gate(&["day.yaml"]);
    assert_eq!(code, 0, "{table}");
    assert!(table.contains("identical, event for event"), "{table}");
}

#[test]
fn a_lost_rotation_fails_and_every_file_says_so() {
    let place = Place::blessed("lost");
    let args = [
        "day.yaml",
        "--junit",
        "j.xml",
        "--markdown",
        "m.md",
        "--out",
        "out",
    ];
    let mut command = place.command(&[&args[..], &TOP_DOWN].concat());
    let (code, table, errors) = said(command.env("GITHUB_ACTIONS", "true").output().unwrap());
    assert_eq!(code, 1, "{table}{errors}");
    assert!(table.contains("occupancy_spread: worse by"), "{table}");
    assert!(
        table.lines().all(|line| line.chars().count() <= 100),
        "{table}"
    );
    let line = errors
        .lines()
        .find(|line| line.starts_with("::error file=b.json,line="));
    let line = line.expect("an annotation").split(',').nth(1).unwrap();
    let n: usize = line.strip_prefix("line=").unwrap().parse().unwrap();
    let text = place.read("b.json");
    assert!(
        text.lines()
            .nth(n - 1)
            .unwrap()
            .contains("\"occupancy_spread\": \"5 points\"")
    );
    assert!(place.read("j.xml").contains("<failure message=\"worse by"));
    assert!(
        place
            .read("m.md")
            .starts_with("### ✗ Linefinder gate: fail")
    );
    let json: serde_json::Value = serde_json::from_str(&place.read("out/gate.json")).unwrap();
    assert_eq!(
        json["scenarios"][0]["measures"]["occupancy_spread"]["verdict"],
        "fail"
    );
    assert!(
        place
            .read("out/gate.csv")
            .contains("plan-phase-3,occupancy_spread,fail,")
    );
    let chart = place.read("out/charts/gate-plan-phase-3.csv");
    let is_lost = |line: &str| line.starts_with("occupancy_spread") && line.ends_with(",fail");
    assert!(chart.lines().any(is_lost), "{chart}");
    assert!(
        place
            .read("out/gate.html")
            .contains("got worse than the baseline")
    );
}

#[test]
fn threads_change_nothing_and_json_is_alone_on_standard_output() {
    let place = Place::blessed("threads");
    let with = |threads: &str| {
        let args = ["day.yaml", "--json", "--threads", threads];
        place.gate(&[&args[..], &TOP_DOWN].concat()).1
    };
    let one = with("1");
    assert_eq!(one, with("3"));
    serde_json::from_str::<serde_json::Value>(&one).unwrap();
    let before = place.read("b.json");
    let (code, _, _) = place.gate(&["day.yaml", "--bless", "--threads", "3"]);
    assert_eq!((code, place.read("b.json")), (0, before));
}

#[test]
fn other_draws_are_not_paired_and_see_less() {
    let place = Place::blessed("seeds");
    let (code, table, _) = place.gate(&["day.yaml", "--seed", "8", "--replications", "12"]);
    assert!(code == 0 || code == 3, "{code} {table}");
    assert!(
        table.contains("12 replications of seed 8 beside the baseline's 8 of seed 7, not paired"),
        "{table}"
    );
    assert!(table.contains("to see every margin:"), "{table}");
    // With hardly anything allowed, a noisy comparison cannot tell, and says what would.
    let (code, table, _) = place.gate(&["day.yaml", "--seed", "8", "--margin", "mean_wait=10ms"]);
    assert_eq!(code, 3, "{table}");
    assert!(table.contains("verdict: inconclusive"), "{table}");
    assert!(table.contains("replications would tell"), "{table}");
}

#[test]
fn a_measure_that_vanished_fails() {
    let place = Place::blessed("vanished");
    let (code, table, _) = place.gate(&["day.yaml", "--set", "policy.queues.sales.announce=null"]);
    assert_eq!(code, 1, "{table}");
    assert!(
        table.contains("estimate_within_30s: the baseline has it, and this run measures"),
        "{table}"
    );
}

#[test]
fn blessing_keeps_what_people_decided_and_says_what_changes() {
    let place = Place::blessed("bless");
    place.gate(&["night.yaml", "--bless"]);
    let text = place
        .read("b.json")
        .replace("\"mean_wait\": \"10%\"", "\"mean_wait\": \"3s\"");
    place.write("b.json", &text);
    let policy = place
        .read("policy.yaml")
        .replace("longest_idle", "top_down");
    place.write("policy.yaml", &policy);
    let margin = [
        "--margin",
        "asa=1s",
        "--margin",
        "wait_p90=off",
        "--primary",
        "asa",
    ];
    let (code, changes, errors) = place.gate(&[&["day.yaml", "--bless"], &margin[..]].concat());
    assert_eq!(code, 0, "{errors}");
    for said in [
        "paired with the baseline's; another policy",
        "margin of asa: 1s after none",
        "margin of wait_p90: none after 10%",
        "primary measure: asa after reach_rate",
        "occupancy_spread",
    ] {
        assert!(changes.contains(said), "{said}: {changes}");
    }
    assert!(
        errors.contains("b.json holds night, plan-phase-3"),
        "{errors}"
    );
    let after = place.read("b.json");
    // The night was not asked for: not a byte of it moved.
    let night = |text: &str| {
        let end = text.find("\"plan-phase-3\": {").unwrap();
        text[..end].to_string()
    };
    assert_eq!(night(&after), night(&text));
    assert!(after.contains("\"mean_wait\": \"3s\"") && after.contains("\"asa\": \"1s\""));
    // What was accepted is the baseline now.
    assert_eq!(place.gate(&["day.yaml"]).0, 0);
    assert_eq!(place.gate(&["night.yaml"]).0, 1);
}

#[test]
fn a_blessing_without_calls_writes_nothing() {
    let place = Place::blessed("empty");
    let before = place.read("b.json");
    let day = place
        .read("day.yaml")
        .replace("120/h, 190/h, 230/h,", "0/h, 0/h, 0/h,");
    place.write("day.yaml", &day);
    let (code, _, errors) = place.gate(&["day.yaml", "--bless"]);
    assert_eq!(code, 4, "{errors}");
    assert!(errors.contains("day.yaml: no call arrived"), "{errors}");
    assert_eq!(place.read("b.json"), before);
}

#[test]
fn whatever_does_not_fit_is_one_sentence_with_the_remedy() {
    let place = Place::blessed("wrong");
    let good = place.read("b.json");
    let day = place.read("day.yaml");
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        Some(good.replacen(from, to, 1))
    };
    let cases: [(&str, Option<String>, &[&str], &str); 18] = [
        (
            "empty",
            Some(String::new()),
            &[],
            "b.json: holds no scenario yet; write `plan-phase-3` into it with --bless",
        ),
        (
            "none",
            Some("{\"schema\": 1, \"scenarios\": {}}".into()),
            &[],
            "b.json: holds no scenario yet",
        ),
        (
            "missing scenario",
            None,
            &["night.yaml"],
            "has no scenario `night` (it has plan-phase-3); add it with --bless",
        ),
        (
            "share",
            changed("\"numerators\": [", "\"numerators\": [9"),
            &[],
            "is no share",
        ),
        (
            "n",
            None,
            &["--replications", "9"],
            "the baseline of `plan-phase-3` has 8 of seed 7",
        ),
        (
            "few",
            None,
            &["--seed", "8", "--replications", "4"],
            "4 replications are too few",
        ),
        (
            "no measure",
            None,
            &["--margin", "mean_weight=1s"],
            "there is no measure `mean_weight`",
        ),
        (
            "no value",
            None,
            &["--margin", "mean_wait"],
            "expected MEASURE=VALUE",
        ),
        (
            "unit",
            None,
            &["--margin", "mean_wait=1"],
            "`1` is not a margin such as `0.5s`",
        ),
        (
            "neither",
            None,
            &["--margin", "occupancy=1 points"],
            "neither better nor worse",
        ),
        (
            "not kept",
            None,
            &["--margin", "asa=1s"],
            "does not keep `asa`",
        ),
        (
            "primary",
            None,
            &["--primary", "occupancy"],
            "has no margin; give --margin occupancy=... or another --primary",
        ),
        (
            "twice",
            None,
            &["day.yaml"],
            "is the scenario `plan-phase-3` already",
        ),
        (
            "json",
            changed("\"seed\": 7,", "\"seed\": seven,"),
            &[],
            "b.json:9:15: is no baseline: expected",
        ),
        (
            "key",
            changed("\"seed\": 7,", "\"seeds\": 7,"),
            &[],
            "b.json:9:13: is no baseline: unknown field `seeds`",
        ),
        (
            "schema",
            changed("\"schema\": 1", "\"schema\": 2"),
            &[],
            "schema: 2: this version reads 1",
        ),
        (
            "length",
            changed("\"numerators\": [", "\"numerators\": [1, "),
            &[],
            "measures.reach_rate: 9 numerators of 8 replications",
        ),
        (
            "margin",
            changed("\"reach_rate\": \"1 points\"", "\"reach_rate\": \"1\""),
            &[],
            "b.json:14: scenarios.plan-phase-3.margins.reach_rate: `1` is not a margin",
        ),
    ];
    for (name, text, args, sentence) in cases {
        place.write("b.json", text.as_deref().unwrap_or(&good));
        let (code, _, errors) = place.gate(&[&["day.yaml"], args].concat());
        assert_eq!(code, 2, "{name}: {errors}");
        assert!(errors.contains(sentence), "{name}: {errors}");
        assert_eq!(errors.trim().lines().count(), 1, "{name}: {errors}");
    }
    std::fs::remove_file(place.0.join("b.json")).unwrap();
    let (code, _, errors) = place.gate(&["day.yaml"]);
    assert_eq!(code, 2);
    assert!(
        errors.contains("b.json: there is no such file; write a baseline with --bless"),
        "{errors}"
    );
    // Numbers that were edited: the events say so.
    let edited = changed("\"values\": [0,", "\"values\": [9,").unwrap();
    place.write("b.json", &edited);
    let (_, table, _) = place.gate(&["day.yaml"]);
    assert!(
        table.contains("every event is the baseline's and its numbers are not"),
        "{table}"
    );
    // A changed world, for real: judged apart, with other numbers of replications too, and told.
    place.write("b.json", &good);
    place.write("day.yaml", &day.replace("mean: 2m", "mean: 3m"));
    let (code, table, errors) = place.gate(&["day.yaml", "--replications", "9"]);
    assert_ne!(code, 2, "{errors}");
    for said in [
        "9 replications of seed 7 beside the baseline's 8 of seed 7, not paired",
        "the world is not the baseline's any more",
        "judged as independent runs (Welch)",
    ] {
        let words = table.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(said), "{said}: {table}");
    }
    // Another seed in the scenario's file is no other world: what the baseline has is run, and told.
    place.write("day.yaml", &day.replace("seed: 7", "seed: 9"));
    let (code, table, _) = place.gate(&["day.yaml"]);
    assert_eq!(code, 0);
    assert!(
        table.contains("the scenario says seed 9; what the baseline has was run: seed 7"),
        "{table}"
    );
}

#[test]
fn a_measure_that_this_version_does_not_know_is_named() {
    let place = Place::blessed("unknown");
    let text = place.read("b.json").replace("\"wait_p90\"", "\"wait_p91\"");
    place.write("b.json", &text);
    let (code, _, errors) = place.gate(&["day.yaml"]);
    assert_eq!(code, 2, "{errors}");
    assert!(
        errors.contains(
            "this version has no measure `wait_p91`; take it out, or take the scenario out"
        ),
        "{errors}"
    );
}

/// The repository's root.
fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn committed() -> String {
    std::fs::read_to_string(root().join("scenarios/baseline.json")).unwrap()
}

#[test]
fn the_committed_baseline_is_of_the_scenarios_as_they_are() {
    let baseline = Baseline::parse(&committed(), "baseline.json").unwrap();
    let gate = std::fs::read_to_string(root().join(".ci/gate")).unwrap();
    let files = ["phase-2", "phase-3", "estimates"];
    for file in files {
        let path = format!("scenarios/plan/{file}.yaml");
        assert!(gate.contains(&path), "{path}");
        let scenario = Scenario::read(&root().join(&path), &Overrides::new()).unwrap();
        let entry = &baseline.scenarios[&scenario.name];
        assert_eq!(
            entry.world_digest, scenario.world_digest,
            "{path}: bless it"
        );
        assert!(entry.kept(entry.primary).unwrap().margin.is_some());
    }
    assert_eq!(baseline.scenarios.len(), files.len());
}

#[test]
fn a_baseline_is_written_as_it_was_read_and_half_a_file_is_none() {
    let text = committed();
    let baseline = Baseline::parse(&text, "b").unwrap();
    assert_eq!(baseline.text(), text);
    let end = text.trim_end().len();
    for cut in (1..end).step_by(97) {
        let half = text.get(..cut).unwrap();
        let error = Baseline::parse(half, "b").unwrap_err().to_string();
        assert!(error.starts_with("b:"), "{error}");
    }
}

#[test]
fn the_workflow_in_the_docs_is_yaml_and_its_commands_exist() {
    let docs = std::fs::read_to_string(root().join("docs/gates.md")).unwrap();
    let (_, rest) = docs.split_once("```yaml\n").unwrap();
    let (workflow, _) = rest.split_once("```").unwrap();
    let document = policy_file::Document::parse(workflow, "gates.md").unwrap();
    let shown = format!("{:?}", document.root);
    assert!(shown.contains("GITHUB_STEP_SUMMARY"), "{shown}");
    let (_, help, _) = {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linefinder"));
        said(command.args(["gate", "--help"]).output().unwrap())
    };
    // Every command line of the page, the workflow's among them, that names its scenarios.
    let joined = docs.replace("\n          --", " --");
    let lines = joined
        .lines()
        .filter(|line| line.contains("linefinder gate "));
    let mut n_lines = 0;
    for line in lines.filter(|line| line.contains("--baseline")) {
        let (_, words) = line.split_once("linefinder gate ").unwrap();
        for word in words.split_whitespace().take_while(|word| *word != "#") {
            let word = word.trim_end_matches(['`', '.']);
            if word.starts_with("--") {
                assert!(
                    help.contains(&format!("{word} ")) || help.contains(&format!("{word}\n")),
                    "{word}"
                );
            } else if word.starts_with("scenarios/") && !word.contains('*') {
                assert!(root().join(word).exists(), "{word}");
            }
        }
        n_lines += 1;
    }
    assert!(n_lines >= 4, "{n_lines}");
    let makefile = std::fs::read_to_string(root().join("Makefile")).unwrap();
    assert!(makefile.contains("\ngate:\n\t.ci/gate\n"));
}
