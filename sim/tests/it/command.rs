//! The command as its user meets it: exit codes, and one clear error for each kind of bad input.

use std::process::{Command, Output};

fn linefinder(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_linefinder"))
        .args(args)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("the command starts")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it exits by itself")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const SMALL: [&str; 4] = ["--replications", "4", "--set", "experiment.horizon=2h"];

fn run(scenario: &str, more: &[&str]) -> Output {
    let mut args = vec!["run", scenario];
    args.extend(SMALL);
    args.extend(more);
    linefinder(&args)
}

#[test]
fn an_output_that_cannot_be_written_is_an_error_and_the_report_is_kept() {
    let folder = Folder::new("full-output");
    let out = folder.0.join("out");
    let commands: [&[&str]; 4] = [
        &["run", "scenarios/theory/erlang-a.yaml", "--days", "2"],
        &[
            "run",
            "scenarios/theory/erlang-a.yaml",
            "--days",
            "2",
            "--json",
        ],
        &["check", "scenarios/theory/erlang-a.yaml"],
        &["schema", "policy"],
    ];
    for args in commands {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linefinder"));
        command
            .args(args)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        if args[0] == "run" {
            command.arg("--out").arg(&out);
        }
        let full = std::fs::File::options().write(true).open("/dev/full");
        let output = command.stdout(full.unwrap()).output().unwrap();
        assert_eq!(code(&output), 4, "{args:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            said.contains("error: standard output: No space left"),
            "{said}"
        );
    }
    assert!(out.join("report.json").exists());
}

#[test]
fn a_run_without_gates_passes_and_prints_a_table() {
    let output = run(
        "scenarios/theory/erlang-a.yaml",
        &["--set", "experiment.warm_up=0s", "--set", "gates=null"],
    );
    assert_eq!(code(&output), 0, "{}", said(&output));
    let table = String::from_utf8_lossy(&output.stdout);
    assert!(table.contains("abandonment_rate"), "{table}");
    assert!(
        table.lines().all(|line| line.chars().count() <= 100),
        "{table}"
    );
}

#[test]
fn a_failed_gate_exits_with_1_and_an_open_one_with_3() {
    let gate = |rule: &str| {
        let set = format!("gates={{ abandonment_rate: {{ {rule} }} }}");
        code(&run(
            "scenarios/theory/erlang-a.yaml",
            &["--set", "experiment.warm_up=0s", "--set", &set],
        ))
    };
    assert_eq!(gate("at_most: 50%"), 0);
    assert_eq!(gate("at_least: 50%"), 1);
    assert_eq!(gate("at_most: 1%"), 3);
}

#[test]
fn json_is_alone_on_standard_output() {
    let output = run(
        "scenarios/theory/erlang-a.yaml",
        &["--set", "experiment.warm_up=0s", "--json"],
    );
    let report: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("nothing but JSON");
    assert_eq!(report["schema"], 1);
    assert!(report["speed"]["calls"].as_u64().is_some_and(|n| n > 0));
    assert!(report["measures"]["connection_rate"]["mean"].is_number());
}

#[test]
fn a_folder_holds_the_files_of_one_run_only() {
    let folder = std::env::temp_dir().join(format!("linefinder-out-{}", std::process::id()));
    let out = folder.to_string_lossy().into_owned();
    let scenario = "scenarios/theory/erlang-a.yaml";
    let short = ["--set", "experiment.warm_up=0s", "--out", &out];
    run(scenario, &[&short[..], &["--calls"]].concat());
    assert!(folder.join("calls.csv").exists());
    std::fs::write(folder.join("notes.txt"), "mine").expect("written");
    run(scenario, &short);
    assert!(!folder.join("calls.csv").exists(), "of the run before");
    assert!(folder.join("report.json").exists());
    assert!(folder.join("notes.txt").exists(), "not ours");
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn bad_input_is_named_with_its_place_and_exits_with_2() {
    let folder = std::env::temp_dir().join(format!("linefinder-bad-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let good = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../scenarios/theory/erlang-a.yaml"
    ))
    .expect("the scenario");
    let garbage: String = (0..10_000_000u32)
        .map(|k| char::from(b'!' + (k.wrapping_mul(2_654_435_761) >> 25) as u8 % 90))
        .collect();
    let cases = [
        (
            "unknown-key",
            good.replace("count: 33", "cuont: 33"),
            "cuont",
        ),
        ("no-unit", good.replace("120/h", "120"), "unit"),
        ("share", good.replace("share: 100%", "share: 140%"), "140%"),
        (
            "queue",
            good.replace("queues: { line: 1 }", "queues: { lnie: 1 }"),
            "lnie",
        ),
        ("nan", good.replace("mean: 15m", "mean: .nan"), ".nan"),
        ("negative", good.replace("120/h", "-120/h"), "-120/h"),
        ("empty", String::new(), "empty"),
        ("garbage", garbage, "the file is longer than 4 MiB\n --> "),
    ];
    for (name, text, expected) in cases {
        let path = folder.join(format!("{name}.yaml"));
        std::fs::write(&path, text).expect("written");
        let output = linefinder(&["run", &path.to_string_lossy()]);
        let said = said(&output);
        assert_eq!(code(&output), 2, "{name}: {said}");
        assert!(said.contains(&format!("{name}.yaml")), "{name}: {said}");
        assert!(said.contains(expected), "{name}: {said}");
        assert!(
            !said.contains("panicked") && said.len() < 4_000,
            "{name}: {said}"
        );
    }
    for path in ["scenarios/nowhere.yaml", "scenarios"] {
        let output = linefinder(&["run", path]);
        assert_eq!(code(&output), 2, "{}", said(&output));
        assert!(said(&output).contains(path), "{}", said(&output));
    }
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn wrong_words_are_usage_errors() {
    assert_eq!(code(&linefinder(&["run"])), 2);
    assert_eq!(code(&linefinder(&["run", "x", "--threads", "0"])), 2);
    assert_eq!(code(&linefinder(&["--help"])), 0);
    let output = run(
        "scenarios/theory/erlang-a.yaml",
        &["--set", "agents.nobody.count=3"],
    );
    assert_eq!(code(&output), 2);
    assert!(said(&output).contains("nobody"), "{}", said(&output));
}

/// A folder of its own, removed at the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("linefinder-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        Folder(folder)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).expect("written");
        path.to_string_lossy().into_owned()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(&self.0)
            .expect("a folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const REPLAY: &str = "sim/tests/it/files/replay/scenario.yaml";

#[test]
fn a_replay_is_printed_beside_its_log_and_written() {
    let folder = Folder::new("replay");
    let output = linefinder(&["run", REPLAY, "--out", &folder.0.to_string_lossy()]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let table = String::from_utf8_lossy(&output.stdout);
    for words in [
        "all      190    190 |  5.8   5.8   +0.0 |  8.7   8.7   +0.0 | 27.6  27.6   +0.0 | 78.4  78.4   +0.0",
        "like the log: abandoned +0.0 points (within 2), mean wait of served +0 % (within 20 %)",
        "why it is not closer:",
        "  * The log is invented.",
    ] {
        assert!(table.contains(words), "{words}: {table}");
    }
    assert!(
        table.lines().all(|line| line.chars().count() <= 100),
        "{table}"
    );
    let read = |name: &str| std::fs::read_to_string(folder.0.join(name)).expect("written");
    let csv = read("recorded.csv");
    assert!(csv.starts_with("half_hour,offered_recorded"), "{csv}");
    assert!(
        csv.contains("\nall,190,190.00,0.05789,0.05789,0.00000,"),
        "{csv}"
    );
    let page = read("report.html");
    assert!(page.contains("Recorded beside simulated"));
    assert!(page.contains("chart-recorded-abandonment") && page.contains("chart-recorded-wait"));
    let report: serde_json::Value = serde_json::from_str(&read("report.json")).expect("JSON");
    assert_eq!(report["recorded"]["is_alike"], true);
    assert_eq!(report["recorded"]["overall"]["recorded"]["offered"], 190.0);
}

#[test]
fn calls_of_a_log_outside_the_experiment_are_counted_aloud() {
    let short = ["--set", "experiment.horizon=1h", "--json"];
    let output = linefinder(&[&["run", REPLAY][..], &short].concat());
    let said = said(&output);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let (calls, outside) = (&report["log"]["calls"], &report["log"]["outside"]);
    assert_eq!(calls.as_u64().unwrap() + outside.as_u64().unwrap(), 191);
    assert!(outside.as_u64().unwrap() > 50);
    assert_eq!(report["log"]["skipped"], 0);
    let words = format!("calls[0].arrivals.trace: {outside} of 191 calls in ");
    assert!(said.contains(&words), "{said}");
    assert!(
        said.contains("2026-03-02T08:00:00 to 2026-03-02T09:00:00"),
        "{said}"
    );
    // Its own two hours leave one out; of the whole log nothing is said.
    let own = linefinder(&["check", REPLAY]);
    let own = String::from_utf8_lossy(&own.stderr);
    assert!(
        own.contains("note: calls[0].arrivals.trace: 1 of 191 calls"),
        "{own}"
    );
    let whole = linefinder(&["run", REPLAY, "--set", "experiment.horizon=3h"]);
    let whole = String::from_utf8_lossy(&whole.stderr);
    assert!(!whole.contains("note:"), "{whole}");
}

#[test]
fn a_log_that_records_every_talk_needs_no_law_of_it() {
    let folder = Folder::new("talk");
    let files = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/files/replay");
    let read = |name: &str| std::fs::read_to_string(format!("{files}/{name}")).expect("read");
    folder.write("columns.yaml", read("columns.yaml").as_bytes());
    let scenario = read("scenario.yaml");
    let scenario = scenario.replace(", talk: { uniform: { from: 20s, to: 180s } }", "");
    assert!(!scenario.contains("talk"));
    let scenario = folder.write("scenario.yaml", scenario.as_bytes());
    let log = "day,queued,waited,outcome,talk,agent,served\n\
               2026-03-02,8:00:10,0,AGENT,60,ann,8:00:10\n\
               2026-03-02,8:05:10,0,AGENT,61,ann,8:05:10\n";
    folder.write("log.csv", log.as_bytes());
    let output = linefinder(&["run", &scenario, "--json"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["measures"]["connected_calls"]["mean"], 2.0);
    let busy = report["measures"]["utilization"]["mean"].as_f64().unwrap();
    assert!((busy - 121.0 / (3.0 * 7200.0)).abs() < 1e-6, "{busy}");
    // One that hung up is served here, and nobody knows for how long.
    folder.write(
        "log.csv",
        format!("{log}2026-03-02,8:06:10,9,HANG,0,,\n").as_bytes(),
    );
    let output = linefinder(&["run", &scenario]);
    assert_eq!(code(&output), 2);
    assert!(
        said(&output).contains("needs `talk`: the log does not say how long 1 of these callers"),
        "{}",
        said(&output)
    );
}

#[test]
fn so_many_calls_that_something_must_be_wrong_are_told_beforehand() {
    let scenario = |rate: &str| {
        format!(
            "schema: 1\nname: big\npolicy: {{ schema: 1, queues: {{ q: {{}} }} }}\n\
             experiment: {{ start: 2026-03-02T08:00, horizon: 10h, replications: 2 }}\n\
             calls: [ {{ queue: q, arrivals: {{ {rate} }}, classes: {{ any: {{ talk: 1m }} }} }} ]\n\
             agents: [ {{ group: g, count: 2, queues: {{ q: 1 }} }} ]\n"
        )
    };
    let folder = Folder::new("big");
    let told = |rate: &str| {
        let file = folder.write("big.yaml", scenario(rate).as_bytes());
        let output = linefinder(&["check", &file]);
        assert_eq!(code(&output), 0, "{}", said(&output));
        said(&output)
    };
    let said = told("poisson: 100000/s");
    assert!(
        said.contains(
            "warning: about 7200 million calls are to be expected (3600000000 in each of 2"
        ),
        "{said}"
    );
    // 40 and 60 million, by rates of two of the ten hours.
    let profile = |rate: &str| format!("profile: {{ step: 1h, rates: [{rate}, 0/h, {rate}] }}");
    assert_eq!(told(&profile("10000000/h")), "");
    assert!(told(&profile("15000000/h")).contains("about 60 million calls"));
    assert!(told("burst: { every: 1s, calls: 1000 }").contains("about 72 million calls"));
}

#[test]
fn a_replay_that_is_not_like_its_log_says_so() {
    let output = linefinder(&["run", REPLAY, "--set", "agents.0.count=2"]);
    let table = String::from_utf8_lossy(&output.stdout);
    assert!(table.contains("\nnot like the log: abandoned +"), "{table}");
    // It decides nothing: whoever wants a verdict writes a gate.
    assert_eq!(code(&output), 0);
    let gates = "gates={ abandonment_rate: { within: 2 points, of: recorded }, asa: { within: 20%, of: recorded } }";
    let alike = linefinder(&["run", REPLAY, "--set", gates]);
    let table = String::from_utf8_lossy(&alike.stdout);
    assert_eq!(code(&alike), 0, "{table}");
    assert!(
        table.contains("verdict: pass (4 of 4 gates shown to hold)"),
        "{table}"
    );
    let unlike = ["run", REPLAY, "--set", gates, "--set", "agents.0.count=2"];
    let unlike = linefinder(&[&unlike[..], &["--json"]].concat());
    assert_eq!(code(&unlike), 1, "too few agents");
    let report: serde_json::Value = serde_json::from_slice(&unlike.stdout).expect("JSON");
    let gate = &report["gates"][1];
    assert_eq!(
        (&gate["measure"], &gate["rule"]),
        (&"abandonment_rate".into(), &"at_most".into())
    );
    let number = |key: &str| gate[key].as_f64().unwrap();
    assert!((number("recorded") - 11.0 / 190.0).abs() < 1e-9);
    assert!((number("limit") - number("recorded") - 0.02).abs() < 1e-9);
    assert_eq!(gate["verdict"], "fail");
    // The other way: nobody waits, which the log does not show either.
    let unlike = ["run", REPLAY, "--set", gates, "--set", "agents.0.count=9"];
    assert_eq!(code(&linefinder(&unlike)), 1, "too many agents");
}

#[test]
fn a_report_is_written_whole_and_the_same_twice() {
    let [one, two] = ["out-one", "out-two"].map(Folder::new);
    for folder in [&one, &two] {
        let output = run(
            "scenarios/plan/phase-4.yaml",
            &["--out", &folder.0.to_string_lossy(), "--calls"],
        );
        assert!(
            code(&output) != 4 && code(&output) != 2,
            "{}",
            said(&output)
        );
        assert_eq!(
            folder.names(),
            [
                "calls.csv",
                "charts",
                "report.html",
                "report.json",
                "series.csv",
                "spans.hlog",
                "timing.json"
            ]
        );
    }
    for name in [
        "calls.csv",
        "charts/waits.csv",
        "charts/line.csv",
        "report.html",
        "report.json",
        "series.csv",
        "spans.hlog",
    ] {
        let [a, b] = [&one, &two].map(|folder| std::fs::read(folder.0.join(name)).expect("read"));
        assert!(a == b, "{name} differs");
        assert!(!a.is_empty(), "{name} is empty");
    }
    let calls = std::fs::read_to_string(one.0.join("calls.csv")).expect("read");
    assert!(calls.starts_with(
        "arrived_at,queue,class,outcome,wait,talk,agent,attempts,estimate,assignment_latency,"
    ));
}

#[test]
fn a_folder_that_cannot_be_written_is_named_before_the_run() {
    let folder = Folder::new("no-out");
    let file = folder.write("file", b"");
    let inside = format!("{file}/report");
    let output = run(
        "scenarios/theory/erlang-a.yaml",
        &["--set", "experiment.warm_up=0s", "--out", &inside],
    );
    assert_eq!(code(&output), 4, "{}", said(&output));
    assert!(said(&output).contains(&inside), "{}", said(&output));
    assert!(
        said(&output).contains("is a file, and a report is a folder; give another name"),
        "{}",
        said(&output)
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn a_report_that_cannot_be_written_leaves_nothing_half_done() {
    let folder = Folder::new("half");
    let out = folder.0.to_string_lossy().into_owned();
    std::fs::create_dir(folder.0.join("report.json")).expect("a folder");
    let run_into = |out: &str| {
        let set = ["--set", "experiment.warm_up=0s", "--set", "gates=null"];
        run(
            "scenarios/theory/erlang-a.yaml",
            &[&set[..], &["--out", out]].concat(),
        )
    };
    let output = run_into(&out);
    assert_eq!(code(&output), 4, "{}", said(&output));
    assert!(
        said(&output).contains("report.json is a folder, and a file of the report has this name"),
        "{}",
        said(&output)
    );
    assert!(output.stdout.is_empty(), "known before the run");
    assert_eq!(folder.names(), ["report.json"]);
    #[cfg(unix)]
    {
        let output = run_into("/dev/null");
        assert_eq!(code(&output), 4);
        assert!(
            said(&output).contains(
                "/dev/null is a device or a pipe, and a report is a folder; give another name"
            ),
            "{}",
            said(&output)
        );
    }
}

/// It could be read once only, and whoever waits for a writer waits for ever.
#[cfg(unix)]
#[test]
fn a_pipe_or_a_folder_in_a_logs_place_is_called_what_it_is() {
    let folder = Folder::new("pipe");
    let files = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/files/replay");
    for name in ["columns.yaml", "scenario.yaml"] {
        let text = std::fs::read(format!("{files}/{name}")).expect("read");
        folder.write(name, &text);
    }
    let scenario = folder.0.join("scenario.yaml");
    let log = folder.0.join("log.csv");
    let refused = || {
        let output = linefinder(&["run", &scenario.to_string_lossy()]);
        assert_eq!(code(&output), 2, "{}", said(&output));
        said(&output)
    };
    let made = Command::new("mkfifo").arg(&log).status();
    assert!(made.expect("there is a mkfifo").success());
    let pipe = refused();
    assert!(
        pipe.contains("log.csv is a pipe or a device, not a file, and it is read more than once"),
        "{pipe}"
    );
    std::fs::remove_file(&log).expect("removed");
    std::fs::create_dir(&log).expect("a folder");
    let directory = refused();
    assert!(
        directory.contains("log.csv is a directory, not a file"),
        "{directory}"
    );
}

#[test]
fn what_of_a_policy_a_simulation_cannot_show_is_told() {
    let folder = Folder::new("confirm");
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../scenarios/theory/erlang-a.yaml"
    ))
    .expect("the scenario");
    let text = text.replace("rotation: longest_idle", "offer: { confirm: true }");
    let file = folder.write("confirm.yaml", text.as_bytes());
    let note = "note: policy.queues.line.offer.confirm: has no effect in a simulation";
    for args in [&["check", &file][..], &["run", &file, "--days", "1"]] {
        let output = linefinder(args);
        assert!(said(&output).contains(note), "{}", said(&output));
    }
    let discovery = "policy.queues.line.discovery={ poll: 2s }";
    let nobody = "policy.features.continuous_discovery=0%";
    let set = ["run", &file, "--days", "1", "--set", discovery];
    let used = linefinder(&set);
    let unused = linefinder(&[&set[..], &["--set", nobody]].concat());
    let note = "note: policy.queues.line.discovery.poll: has no effect, as no caller has continuous_discovery";
    assert!(said(&unused).contains(note), "{}", said(&unused));
    assert!(!said(&used).contains(note), "{}", said(&used));
    let ordinary = "policy.queues.line.discovery={ poll: 10s }";
    let slow = "policy.queues.line.slow_poll=5s";
    let set = ["--set", ordinary, "--set", slow, "--set", nobody];
    let meant = linefinder(&[&["run", &file, "--days", "1"], &set[..]].concat());
    assert!(
        !said(&meant).contains("has no effect, as"),
        "{}",
        said(&meant)
    );
    let legacy = linefinder(&["check", "scenarios/plan/legacy.yaml"]);
    assert!(
        !said(&legacy).contains("has no effect"),
        "{}",
        said(&legacy)
    );
    let plain = linefinder(&["check", "scenarios/policies/phase-3.yaml"]);
    let plain = String::from_utf8_lossy(&plain.stdout).into_owned();
    assert!(plain.ends_with("ok, a policy with 1 queue\n"), "{plain}");
}

#[test]
fn an_arithmetic_bound_stands_beside_its_gate_in_every_form() {
    let folder = Folder::new("bound");
    let out = folder.0.to_string_lossy().into_owned();
    let gates = "gates={ abandonment_rate: { at_most: 50% }, dropped_calls: { at_most: 0 } }";
    let output = run(
        "scenarios/theory/erlang-a.yaml",
        &[
            "--set",
            "experiment.warm_up=0s",
            "--set",
            gates,
            "--out",
            &out,
        ],
    );
    let table = String::from_utf8_lossy(&output.stdout);
    let row = table
        .lines()
        .find(|line| line.starts_with("abandonment_rate "))
        .expect("a row");
    assert!(row.contains("<= 50 %        2.6 %  pass"), "{row}");
    assert!(table.contains("Erlang-A: what an ideal"), "{table}");
    let json = std::fs::read_to_string(folder.0.join("report.json")).expect("read");
    let report: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(report["ideal"]["model"], "erlang-a");
    let bounds = report["ideal"]["gates"]
        .as_array()
        .expect("one for each gate");
    assert!((bounds[0].as_f64().expect("a bound") - 0.025_660_14).abs() < 1e-7);
    assert!(bounds[1].is_null());
    let page = std::fs::read_to_string(folder.0.join("report.html")).expect("read");
    assert!(
        page.contains("<td role=\"cell\" class=\"num\" data-label=\"Erlang-A\">2.6\u{a0}%</td>")
    );
}

#[test]
fn a_bad_log_is_named_with_its_row() {
    let folder = Folder::new("bad-log");
    let files = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/files/replay");
    for name in ["scenario.yaml", "columns.yaml"] {
        let bytes = std::fs::read(format!("{files}/{name}")).expect("read");
        folder.write(name, &bytes);
    }
    let scenario = folder
        .0
        .join("scenario.yaml")
        .to_string_lossy()
        .into_owned();
    let heading = "day,queued,waited,outcome,talk,agent,served\n";
    let good = "2026-03-02,8:00:10,0,AGENT,60,ann,8:00:10\n";
    let garbage: Vec<u8> = (0..10_000_000_u32)
        .map(|k| b' ' + (k.wrapping_mul(2_654_435_761) >> 25) as u8 % 90)
        .collect();
    let cases: [(&str, Vec<u8>, &[&str]); 8] = [
        ("nothing", Vec::new(), &["log.csv", "empty"]),
        ("no rows", heading.into(), &["log.csv"]),
        (
            "a wrong date",
            format!("{heading}{good}2026-02-30,8:01:00,0,AGENT,60,ann,8:01:00\n").into(),
            &["log.csv:3:1", "2026-02-30", "^^^^^^^^^^"],
        ),
        (
            "a span that is no number",
            format!("{heading}2026-03-02,8:01:00,NaN,AGENT,60,ann,8:01:00\n").into(),
            &["log.csv:2:20", "NaN"],
        ),
        (
            "a negative talk",
            format!("{heading}2026-03-02,8:01:00,0,AGENT,-60,ann,8:01:00\n").into(),
            &["log.csv:2:", "-60"],
        ),
        (
            "a missing column",
            "day,queued,waited,outcome,talk,agent\n".into(),
            &["served"],
        ),
        (
            "bytes that are no text",
            [
                heading.as_bytes(),
                b"2026-03-02,8:01:\xff\xfe,0,AGENT,60,ann,8:01:00\n",
            ]
            .concat(),
            &["log.csv:2:17", "UTF-8", "2 | 2026-03-02,8:01:"],
        ),
        (
            "ten million bytes of garbage",
            garbage,
            &["log.csv:1:1", "longer than a mebibyte", "\n1 | ", "| ^"],
        ),
    ];
    for (name, log, expected) in cases {
        folder.write("log.csv", &log);
        let output = linefinder(&["run", &scenario]);
        let said = said(&output);
        assert_eq!(code(&output), 2, "{name}: {said}");
        for words in expected {
            assert!(said.contains(words), "{name}: {said}");
        }
        assert!(
            !said.contains("panicked") && said.len() < 4_000,
            "{name}: {said}"
        );
        assert!(output.stdout.is_empty(), "{name}");
    }
}

#[test]
fn odd_files_are_refused_or_read_but_never_crash() {
    let folder = Folder::new("odd");
    let good = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../scenarios/theory/erlang-a.yaml"
    ))
    .expect("the scenario");
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for k in 1..12 {
        let ten = vec![format!("*a{}", k - 1); 10].join(", ");
        bomb.push_str(&format!("a{k}: &a{k} [{ten}]\n"));
    }
    let nested = format!(
        "schema: 1\nname: {}{}",
        "[".repeat(20_000),
        "]".repeat(20_000)
    );
    let cases: [(&str, Vec<u8>, i32, &str); 7] = [
        (
            "bom.yaml",
            [b"\xef\xbb\xbf", good.as_bytes()].concat(),
            0,
            "ok",
        ),
        ("crlf.yaml", good.replace('\n', "\r\n").into(), 0, "ok"),
        (
            "latin.yaml",
            b"schema: 1\nname: caf\xe9\n".to_vec(),
            2,
            "line 2 is not UTF-8",
        ),
        ("zeros.yaml", vec![0; 4096], 2, "zero bytes"),
        ("nested.yaml", nested.into(), 2, "nested.yaml:2:"),
        ("bomb.yaml", bomb.into(), 2, "aliases"),
        (
            "twice.yaml",
            format!("{good}name: again\n").into(),
            2,
            "duplicate key",
        ),
    ];
    for (name, bytes, exit, expected) in cases {
        let path = folder.write(name, &bytes);
        let output = linefinder(&["check", &path]);
        let all = format!(
            "{}{}",
            said(&output),
            String::from_utf8_lossy(&output.stdout)
        );
        assert_eq!(code(&output), exit, "{name}: {all}");
        assert!(all.contains(expected), "{name}: {all}");
        assert!(
            !all.contains("panicked") && all.len() < 4_000,
            "{name}: {all}"
        );
    }
}

/// A run without an end in sight, interrupted.
#[cfg(unix)]
#[test]
fn interrupted_it_says_so_and_leaves_nothing_behind() {
    use std::process::Stdio;

    let folder = Folder::new("interrupted");
    let out = folder.0.join("out");
    let mut child = Command::new(env!("CARGO_BIN_EXE_linefinder"))
        .args([
            "run",
            "scenarios/theory/erlang-a.yaml",
            "--days",
            "3650",
            "--json",
        ])
        .args(["--out", &out.to_string_lossy()])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    // The folder is made when it is ready for Ctrl-C, and before the long work.
    while !out.exists() {
        assert!(
            child.try_wait().expect("a child").is_none(),
            "it ended early"
        );
        std::thread::yield_now();
    }
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("there is a kill");
    assert!(interrupted.success());
    let output = child.wait_with_output().expect("it ends");
    let rest = said(&output);
    assert_eq!(output.status.code(), Some(130), "{rest}");
    assert!(rest.contains("stopped; nothing was written"), "{rest}");
    assert!(rest.contains("repeat it with: linefinder run"), "{rest}");
    assert!(output.stdout.is_empty());
    assert_eq!(folder.names(), ["out"]);
    assert_eq!(std::fs::read_dir(&out).expect("the folder").count(), 0);
}

/// An Erlang-A of a few hours that stops by itself.
fn until(precision: &str, most: u32) -> Output {
    let until =
        format!("experiment.until={{ measure: mean_wait, {precision}, max_replications: {most} }}");
    linefinder(&[
        "run",
        "scenarios/theory/erlang-a.yaml",
        "--json",
        "--set",
        "gates=null",
        "--set",
        "experiment.horizon=30h",
        "--set",
        &until,
    ])
}

#[test]
fn a_run_stops_when_its_interval_is_as_narrow_as_asked() {
    for (precision, is_reached, says) in [
        (
            "relative_half_width: 20%",
            true,
            "until: mean_wait is known to within",
        ),
        (
            "half_width: 1ms",
            false,
            "warning: until: mean_wait has a half-width of",
        ),
    ] {
        let output = until(precision, 40);
        assert_eq!(code(&output), 0, "{}", said(&output));
        assert!(said(&output).contains(says), "{}", said(&output));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["until"]["is_reached"], is_reached);
        let replications = report["replications"].as_u64().unwrap();
        assert_eq!(
            replications,
            if is_reached { 30 } else { 40 },
            "{precision}"
        );
        let wait = &report["measures"]["mean_wait"];
        let [lower, upper] = ["lower", "upper"].map(|key| wait[key].as_f64().unwrap());
        let half_width = report["until"]["half_width"].as_f64().unwrap();
        assert!(((upper - lower) / 2.0 / half_width - 1.0).abs() < 1e-9);
    }
}

#[test]
fn a_warm_up_that_is_too_short_is_told() {
    let run = |file: &str, warm_up: &str| {
        let warm_up = format!("experiment.warm_up={warm_up}");
        let (gates, horizon) = ("gates=null", "experiment.horizon=10h");
        let output = linefinder(&[
            "run", file, "--json", "--set", gates, "--set", horizon, "--set", &warm_up,
        ]);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (report["warm_up"].clone(), said(&output))
    };
    // 15 minutes of talk: it takes an hour to fill 33 agents.
    let (told, words) = run("scenarios/theory/erlang-a.yaml", "0s");
    assert!(
        words.contains("warning: warm_up: The warm-up is too short: MSER"),
        "{words}"
    );
    assert_eq!(told["is_short"], true);
    let found = told["mser_s"].as_f64().unwrap();
    assert!((1200.0..7200.0).contains(&found), "{found}");
    let (told, words) = run("scenarios/theory/erlang-a.yaml", "2h");
    assert!(!words.contains("warm_up"), "{words}");
    assert_eq!(
        (&told["is_short"], &told["configured_s"]),
        (&false.into(), &7200.0.into())
    );
    // Arrivals follow the day: there is nothing to settle.
    let (told, words) = run("scenarios/plan/phase-3.yaml", "0s");
    assert!(!words.contains("warm_up"), "{words}");
    assert_eq!(told["mser_s"], serde_json::Value::Null);
    assert!(told["changes"].as_str().is_some_and(|why| !why.is_empty()));
}
