//! Twilio's own libraries, and Prism with Twilio's own description of its API, as judges of what we write.

mod prism;
mod questions;

use crate::material::{node, python};
use questions::questions;
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a script answers to a question; both are JSON.
fn ask(program: &Path, folder: &Path, arguments: &[&str], question: &Value) -> Value {
    let mut judge = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the judge starts");
    let mut stdin = judge.stdin.take().expect("piped");
    stdin
        .write_all(question.to_string().as_bytes())
        .expect("the judge listens");
    drop(stdin);
    let output = judge.wait_with_output().expect("the judge ends");
    assert!(
        output.status.success(),
        "the judge failed: {}",
        output.status
    );
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn ask_python(question: &Value) -> Option<Value> {
    let python = python()?;
    let folder = python.parent().expect("a folder").to_owned();
    let script = include_str!("judges/judge.py");
    Some(ask(&python, &folder, &["-c", script], question))
}

fn ask_javascript(question: &Value) -> Option<Value> {
    let folder = node()?;
    let script = include_str!("judges/judge.js");
    Some(ask(Path::new("node"), &folder, &["-e", script], question))
}

/// Every answer is the one that its question expects.
fn check(kinds: &[&str], questions: &Value, answers: &Value) {
    for kind in kinds {
        let list = |value: &Value| value[kind].as_array().expect("a list").clone();
        let (questions, answers) = (list(questions), list(answers));
        assert_eq!(answers.len(), questions.len(), "{kind}");
        assert!(questions.len() >= 60, "only {} {kind}", questions.len());
        for (question, answer) in questions.iter().zip(&answers) {
            assert_eq!(answer, &question["expected"], "{kind}: {question}");
        }
    }
}

#[test]
fn the_official_python_library_takes_what_we_sign_and_write_and_nothing_else() {
    let questions = questions(true);
    let Some(answers) = ask_python(&questions) else {
        return;
    };
    check(
        &["signatures", "bodies", "tokens", "documents"],
        &questions,
        &answers,
    );
    assert_eq!(answers["version"], "9.13.0");
}

#[test]
fn the_official_javascript_library_takes_what_we_sign_and_nothing_else() {
    // Neither knows it shared keys nor has it a reader of XML.
    let questions = questions(false);
    let Some(answers) = ask_javascript(&questions) else {
        return;
    };
    check(&["signatures", "bodies", "tokens"], &questions, &answers);
    assert_eq!(answers["version"], "6.2.0");
}
