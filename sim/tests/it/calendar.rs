//! The calendar against a sorted list, over random sequences of every operation.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sim::calendar::{Calendar, Scheduled};

#[derive(Clone, Debug)]
enum Step {
    Push(u64, u64),
    Pop,
    Clear,
}

/// Few different times and events, so that ties are the rule; now and then the extremes.
fn step() -> impl Strategy<Value = Step> {
    let time = prop_oneof![8 => 0..6u64, 1 => any::<u64>(), 1 => Just(u64::MAX)];
    let event = prop_oneof![4 => 0..3u64, 2 => any::<u64>(), 1 => Just(u64::MAX)];
    prop_oneof![
        6 => (time, event).prop_map(|(t, e)| Step::Push(t, e)),
        4 => Just(Step::Pop),
        1 => prop_oneof![20 => Just(Step::Pop), 1 => Just(Step::Clear)],
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn it_gives_events_in_the_order_of_a_sorted_list(steps in prop::collection::vec(step(), 0..400)) {
        let mut calendar = Calendar::default();
        // Obvious and slow.
        let mut model: Vec<Scheduled> = Vec::new();
        let first = |model: &mut Vec<Scheduled>| (!model.is_empty()).then(|| model.remove(0));
        for step in steps {
            match step {
                Step::Push(time, event) => {
                    calendar.push(time, event);
                    model.push(Scheduled { time, event });
                    model.sort_unstable();
                }
                Step::Pop => prop_assert_eq!(calendar.pop(), first(&mut model)),
                Step::Clear => {
                    calendar.clear();
                    model.clear();
                }
            }
            prop_assert_eq!(calendar.len(), model.len());
            prop_assert_eq!(calendar.is_empty(), model.is_empty());
            prop_assert_eq!(calendar.peek(), model.first().copied());
        }
        while let Some(next) = first(&mut model) {
            prop_assert_eq!(calendar.pop(), Some(next));
        }
        prop_assert_eq!(calendar.pop(), None);
    }
}
