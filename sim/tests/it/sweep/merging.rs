//! Shards, put together in any order, are one run.

use std::fs;
use std::path::Path;
use std::process::Output;

use policy_file::Document;
use policy_file::node::{Node, Value};

use super::{Folder, assert_same, code, files, finished, linefinder, other_build, said, sweep};

fn merge(folders: &[&Path], out: &Path) -> Output {
    let mut command = linefinder();
    command.arg("merge").args(folders).arg("--out").arg(out);
    command.output().expect("the command starts")
}

#[test]
fn any_number_of_threads_and_shards_in_any_order_gives_the_same_bytes() {
    let folder = Folder::new();
    let at = |name: &str| folder.at(name);
    finished(&mut sweep(&at("one"), &["--threads", "1"]));
    finished(&mut sweep(&at("two"), &["--threads", "2"]));
    // More threads than blocks: several for one block.
    finished(&mut sweep(&at("many"), &["--threads", "32"]));
    for (shard, threads) in [("0/3", "1"), ("1/3", "2"), ("2/3", "1")] {
        let out = at(&format!("shard-{}", &shard[..1]));
        finished(&mut sweep(&out, &["--shard", shard, "--threads", threads]));
        assert!(
            !out.join("sweep.json").exists(),
            "a shard alone says nothing"
        );
    }
    let shards = [at("shard-0"), at("shard-1"), at("shard-2")];
    let [a, b, c] = shards.each_ref().map(|path| path.as_path());
    for (place, order) in [[a, b, c], [c, a, b]].iter().enumerate() {
        let out = at(&format!("merged-{place}"));
        let output = merge(order, &out);
        assert_eq!(code(&output), 0, "{}", said(&output));
        assert_same(&at("one"), &out);
    }
    assert_same(&at("one"), &at("two"));
    assert_same(&at("one"), &at("many"));
}

#[test]
fn shards_may_share_a_folder() {
    let folder = Folder::new();
    let (one, shared) = (folder.at("one"), folder.at("shared"));
    finished(&mut sweep(&one, &[]));
    for shard in ["1/2", "0/2"] {
        let output = finished(&mut sweep(&shared, &["--shard", shard]));
        assert!(
            said(&output).contains("linefinder merge"),
            "{}",
            said(&output)
        );
    }
    let output = linefinder().arg("merge").arg(&shared).output().unwrap();
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert_same(&one, &shared);
}

#[test]
fn what_is_missing_is_named_with_the_command_that_makes_it() {
    let folder = Folder::new();
    let (one, shard, merged) = (folder.at("one"), folder.at("shard"), folder.at("merged"));
    finished(&mut sweep(&one, &[]));
    finished(&mut sweep(&shard, &["--shard", "1/2"]));
    let output = merge(&[&shard], &merged);
    assert_eq!(code(&output), 4);
    let told = said(&output);
    assert!(told.contains("error: 5 of 9 blocks are missing"), "{told}");
    assert!(
        told.contains("replications 0 to 3 at policy.queues.sales.slow_poll=1s"),
        "{told}"
    );
    let command = told.split("linefinder sweep ").nth(1).expect("a command");
    let words = command.split_whitespace();
    finished(linefinder().arg("sweep").args(words));
    // The plan was shown with the same command: its folder is that of one run.
    assert_same(&one, &merged);
}

#[test]
fn folders_of_different_sweeps_or_builds_are_refused() {
    let folder = Folder::new();
    let at = |name: &str| folder.at(name);
    finished(&mut sweep(&at("one"), &["--shard", "0/2"]));
    let refused = |folders: &[&Path], expected: &str| {
        let output = merge(folders, &at("out"));
        assert_eq!(code(&output), 2, "{expected}");
        let said = said(&output);
        assert!(said.contains(expected), "{said}");
        assert_eq!(said.matches("error:").count(), 1, "{said}");
        assert!(!at("out").exists(), "nothing is made of it");
    };
    finished(&mut sweep(&at("seed"), &["--shard", "1/2", "--seed", "8"]));
    let expected = "is not of the same sweep as";
    refused(&[&at("one"), &at("seed")], expected);
    refused(&[&at("seed"), &at("one")], "they differ in what is set");
    refused(
        &[&at("none")],
        "has no plan.json: it is not the folder of a sweep",
    );
    fs::create_dir_all(at("odd")).unwrap();
    fs::write(at("odd").join("plan.json"), "{}").unwrap();
    refused(&[&at("odd")], "plan.json: is not the plan of a sweep");

    let other = other_build(&folder);
    let mut command = std::process::Command::new(&other);
    let repository = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    command
        .current_dir(repository)
        .arg("sweep")
        .args(super::SMALL);
    command.args(["--shard", "1/2", "--out"]).arg(at("other"));
    finished(&mut command);
    refused(
        &[&at("one"), &at("other")],
        "was planned by linefinder 0.1.0 (",
    );
    refused(&[&at("other")], "and this is linefinder 0.1.0 (");
    // And a sweep does not go on in another build's folder.
    let output = sweep(&at("other"), &[]).output().unwrap();
    assert_eq!(code(&output), 2);
    assert!(
        said(&output).contains("which differs in the build ("),
        "{}",
        said(&output)
    );
}

#[test]
fn a_plan_alone_is_enough_elsewhere() {
    let folder = Folder::new();
    let at = |name: &str| folder.at(name);
    finished(&mut sweep(&at("one"), &[]));
    finished(&mut sweep(&at("planned"), &["--plan-only"]));
    assert!(
        files(&at("planned"))
            .iter()
            .all(|(name, _)| name == "plan.json")
    );
    // Nothing but the plan, in a folder where no scenario lies.
    let elsewhere = at("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    fs::rename(
        at("planned").join("plan.json"),
        elsewhere.join("my-plan.json"),
    )
    .unwrap();
    for shard in ["0/2", "1/2"] {
        let mut command = linefinder();
        command.current_dir(&elsewhere);
        command.args([
            "sweep",
            "my-plan.json",
            "--out",
            "results",
            "--shard",
            shard,
        ]);
        finished(&mut command);
    }
    let output = merge(&[&elsewhere.join("results")], &at("merged"));
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert_same(&at("one"), &at("merged"));
}

/// The value at a dotted path of a YAML file.
fn at<'n>(root: &'n Node, path: &str) -> &'n Node {
    path.split('.').fold(root, |node, key| match &node.value {
        Value::List(items) => &items[key.parse::<usize>().expect("a place in a list")],
        Value::Map(_) | Value::Scalar { .. } | Value::Null => node
            .get(key)
            .unwrap_or_else(|| panic!("no {key} of {path}")),
    })
}

fn text(node: &Node) -> &str {
    match &node.value {
        Value::Scalar { text, .. } => text,
        Value::List(_) | Value::Map(_) | Value::Null => panic!("{} is no text", node.kind()),
    }
}

#[test]
fn the_kubernetes_job_does_every_shard_once() {
    let manifest = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/kubernetes/sweep-job.yaml"
    );
    let job = Document::read(Path::new(manifest)).unwrap().root;
    for (path, value) in [
        ("apiVersion", "batch/v1"),
        ("kind", "Job"),
        ("spec.completionMode", "Indexed"),
        ("spec.backoffLimitPerIndex", "3"),
        ("spec.template.spec.restartPolicy", "Never"),
        ("spec.template.spec.containers.0.command.0", "linefinder"),
        // A mistake in the input is not tried again.
        ("spec.podFailurePolicy.rules.1.action", "FailIndex"),
        ("spec.podFailurePolicy.rules.1.onExitCodes.values.0", "2"),
    ] {
        assert_eq!(text(at(&job, path)), value, "{path}");
    }
    let container = at(&job, "spec.template.spec.containers.0");
    let name = at(
        &job,
        "spec.podFailurePolicy.rules.1.onExitCodes.containerName",
    );
    assert_eq!(text(at(container, "name")), text(name));
    let Value::List(args) = &at(container, "args").value else {
        panic!("args are a list");
    };
    // Each index with what Kubernetes puts in, on this machine's folders.
    let folder = Folder::new();
    let path = |name: &str| folder.at(name);
    finished(&mut sweep(&path("one"), &[]));
    finished(&mut sweep(&path("plan"), &["--plan-only"]));
    let completions: u32 = text(at(&job, "spec.completions")).parse().unwrap();
    for index in 0..completions {
        let mut command = linefinder();
        for arg in args {
            let arg = text(arg).replace("$(JOB_COMPLETION_INDEX)", &index.to_string());
            let arg = arg.replace("/plan/", &format!("{}/", path("plan").display()));
            command.arg(arg.replace("=/results", &format!("={}", path("results").display())));
        }
        let output = finished(&mut command);
        assert!(said(&output).contains(&format!("shard {index}/{completions}")));
    }
    let output = merge(&[&path("results")], &path("results"));
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert_same(&path("one"), &path("results"));
}
