//! Properties over random policies and random inputs, valid and invalid.
//!
//! A run is drawn as plain numbers, which a policy and a driver make sense of: numbers shrink well,
//! and 0 is always the dullest choice. `LINEFINDER_CASES=5000 cargo test` raises the number of
//! runs; the seed is fixed, so that a build either passes or does not.

mod bound;
pub mod draws;
pub mod ledger;
mod play;
pub mod policies;
mod restarts;

use std::collections::BTreeMap;

use engine::What;
use engine::policy::Share;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngSeed, TestRunner};

use draws::Draws;
use play::{Step, play, replay};
use restarts::Restarts;

fn config() -> ProptestConfig {
    let cases = std::env::var("LINEFINDER_CASES");
    ProptestConfig {
        cases: cases.ok().and_then(|n| n.parse().ok()).unwrap_or(100),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    }
}

/// What a policy is drawn from, and what happens.
fn runs(steps: usize) -> impl Strategy<Value = (Vec<u32>, Vec<Step>)> {
    let policy = prop::collection::vec(any::<u32>(), 60);
    let step = (any::<u8>(), any::<u32>(), any::<u32>(), 0u8..24);
    let step = step.prop_map(|(what, a, b, wait)| Step { what, a, b, wait });
    (policy, prop::collection::vec(step, 1..steps))
}

proptest! {
    #![proptest_config(config())]

    /// After every step: the invariants; every call has at most one last outcome and is in hand
    /// until then; a refused input has changed nothing; outputs are in order of time.
    #[test]
    fn whatever_happens_the_invariants_hold_and_a_refusal_changes_nothing(
        (policy, steps) in runs(250)
    ) {
        play(&policies::any_policy(&mut Draws::new(&policy)), &steps);
    }

    /// Looking at further moments changes no output.
    #[test]
    fn outputs_do_not_depend_on_how_often_the_driver_looks(
        (policy, steps) in runs(250), looks in 1u64..6
    ) {
        let policy = policies::any_policy(&mut Draws::new(&policy));
        let played = play(&policy, &steps);
        let outputs = replay(&policy, &played.inputs, looks, &Restarts::default());
        prop_assert_eq!(&outputs, &played.outputs);
    }

    /// The state written down and read back, as text and as bytes, has the same future.
    #[test]
    fn a_restored_engine_goes_on_as_it_would_have(
        (policy, steps) in runs(250),
        places in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
        form in any::<bool>(),
    ) {
        let policy = policies::any_policy(&mut Draws::new(&policy));
        let played = play(&policy, &steps);
        let places = places.iter().map(|place| place.index(played.inputs.len()));
        let restarts = Restarts::alternating(places, form);
        prop_assert_eq!(&replay(&policy, &played.inputs, 0, &restarts), &played.outputs);
    }

    /// Of two calls that wait, the later one is offered first if and only if the bound of
    /// `Priority` lets it pass: by whom it may be passed, and from when until when.
    #[test]
    fn who_may_pass_whom_and_by_when_is_as_stated(run in priority_runs()) {
        let (classes, share, steps) = run;
        bound::play(&classes, share, &steps)?;
    }
}

/// Classes, the share of callers for whom they count, and what happens.
fn priority_runs() -> impl Strategy<Value = (Vec<(u32, u32)>, Share, Vec<(u8, u8, u16)>)> {
    (
        prop::collection::vec((0u32..4, 0u32..4), 1..4),
        prop::sample::select(vec![Share::ALL, Share::ALL, Share(5_000)]),
        prop::collection::vec((0u8..3, 0u8..4, 0u16..100), 1..200),
    )
}

/// The bound is tested where it decides: later calls of the same, a slower and a faster aging that
/// pass, and that do not.
#[test]
fn the_random_runs_reach_both_sides_of_the_bound() {
    let mut runner = TestRunner::deterministic();
    let mut total = [[0; 2]; 3];
    for _ in 0..100 {
        let (classes, share, steps) = priority_runs()
            .new_tree(&mut runner)
            .expect("drawn")
            .current();
        let reached = bound::play(&classes, share, &steps).expect("the bound holds");
        for (case, sides) in reached.0.iter().enumerate() {
            for (side, times) in sides.iter().enumerate() {
                total[case][side] += times;
            }
        }
    }
    assert!(
        total.iter().flatten().all(|times| *times >= 30),
        "{total:?}"
    );
}

/// A property that never gets there proves nothing: the first runs do almost everything an engine
/// can do.
#[test]
fn the_random_runs_reach_what_the_properties_are_about() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..100 {
        let (policy, steps) = runs(250).new_tree(&mut runner).expect("drawn").current();
        let policy = policies::any_policy(&mut Draws::new(&policy));
        for output in play(&policy, &steps).outputs {
            let name = match output.what {
                What::Command(_, command) => format!("{command:?}"),
                What::Event(event) => format!("{event:?}"),
            };
            let name = name.split([' ', '(']).next().expect("a name").to_owned();
            *seen.entry(name).or_default() += 1;
        }
    }
    for wanted in [
        "Bridge",
        "DialLegacy",
        "LeaveQueue",
        "StopRinging",
        "StopCallback",
        "CallConnected",
        "CallEnded",
        "CallAbandoned",
        "CallOverflowed",
        "CallRefused",
        "CallTimedOut",
        "CallFailed",
        "CallExhausted",
        "ClaimUndone",
        "CallbackTaken",
        "CallbackPlaced",
        "CallbackMissed",
        "CallbackFailed",
        "VoicemailTaken",
        "AgentWrapUp",
        "AgentBreaker",
        "CarrierBreaker",
        "EstimateAnnounced",
        "OfferRang",
        "PolicyApplied",
        "QueueOpen",
        "AlertRaised",
        "AlertCleared",
        "FeatureShareSet",
    ] {
        let times = seen.get(wanted).copied().unwrap_or(0);
        assert!(times >= 3, "{wanted}: {times} times in {seen:?}");
    }
}
