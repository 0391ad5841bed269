//! Runs a script through an engine, twice: as it is, and looking more often.

use core::time::Duration;

use engine::policy::{Feature, Policy, QueuePolicy, Share};
use engine::{Engine, Outbox, Timestamp};
use expect_test::Expect;

use super::read::{Line, Names, line, moment};
use super::write::write;

/// A policy of `queues` queues in which every caller is held in a queue and matched by events; an
/// agent's status is enough; no other feature, limit or rest.
pub fn policy(queues: usize) -> Policy {
    let mut policy = Policy {
        queues: vec![QueuePolicy::default(); queues],
        ..Policy::default()
    };
    policy.features.set(Feature::EnhancedQueue, Share::ALL);
    policy
        .features
        .set(Feature::ContinuousDiscovery, Share::ALL);
    policy
}

pub const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What comes out of `script` under `policy`.
pub fn check(policy: &Policy, script: &str, expected: Expect) {
    check_with(policy, &[], script, expected);
}

/// The same, with policies that a line `10s policy NAME` puts in force.
pub fn check_with(policy: &Policy, others: &[(&str, &Policy)], script: &str, expected: Expect) {
    let transcript = run(policy, others, script, 0);
    expected.assert_eq(&transcript);
    for looks in [1, 7] {
        let again = run(policy, others, script, looks);
        assert_eq!(
            transcript, again,
            "looking {looks} times between the lines changed the outputs"
        );
    }
}

/// The transcript, with `looks` further looks at the clock before each line.
pub fn run(policy: &Policy, others: &[(&str, &Policy)], script: &str, looks: u64) -> String {
    let mut engine = Engine::new(policy.clone()).expect("the script's policy is sound");
    let mut out = Outbox::new();
    let mut names = Names::new(others);
    let mut transcript = String::new();
    let mut last = Timestamp::ZERO;
    for text in script.lines().map(str::trim).filter(|l| !l.is_empty()) {
        if text == "--" {
            transcript.clear();
            continue;
        }
        let now = moment(text);
        if !text.contains(" resumed ") {
            for k in 1..=looks {
                let between = last.0 + (now.0 - last.0) * k / looks;
                engine.advance_to(Timestamp(between), &mut out);
                whole(&engine, text, between);
            }
        }
        if text.contains(" offer ") {
            // Whoever answers an offer has been told of it.
            engine.advance_to(now, &mut out);
            names.learn(&out);
        }
        let what = line(text, &names);
        match what {
            Line::Look => engine.advance_to(now, &mut out),
            Line::View(subject) => {
                engine.advance_to(now, &mut out);
                transcript.push_str(&write(&out));
                names.learn(&out);
                out.clear();
                transcript.push_str(&super::view::write(&engine.view(now), subject));
            }
            Line::Input(input) => {
                let refused = engine.handle(now, input, &mut out).err();
                names.learn(&out);
                transcript.push_str(&write(&out));
                out.clear();
                if let Some(why) = refused {
                    transcript.push_str(&format!("{now} refused: {why:?}\n"));
                }
            }
        }
        whole(&engine, text, now.0);
        names.learn(&out);
        transcript.push_str(&write(&out));
        out.clear();
        last = now;
    }
    transcript
}

fn whole(engine: &Engine, text: &str, at: u64) {
    if let Err(broken) = engine::invariants::check(engine) {
        panic!("{} at {}: {broken}", text, Timestamp(at));
    }
}
