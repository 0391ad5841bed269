//! The calendar against a sorted list, over random sequences of every operation.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sim::calendar::{Calendar, Scheduled};

/// A list kept in order of (time, class, scheduling): obvious and slow.
#[derive(Default)]
struct Model {
    events: Vec<(u64, u8, u32, u64)>,
    scheduled: u32,
}

impl Model {
    fn push(&mut self, time: u64, class: u8, payload: u64) {
        self.events.push((time, class, self.scheduled, payload));
        self.scheduled += 1;
        self.events.sort_unstable();
    }

    fn pop(&mut self) -> Option<Scheduled<u64>> {
        let (time, class, _, payload) = (!self.events.is_empty()).then(|| self.events.remove(0))?;
        Some(Scheduled {
            time,
            class,
            payload,
        })
    }
}

#[derive(Clone, Debug)]
enum Step {
    Push(u64, u8),
    Pop,
    Replace(u64, u8),
    Clear,
}

/// Few different times and classes, so that ties are the rule; now and then the extremes.
fn step() -> impl Strategy<Value = Step> {
    let time = prop_oneof![8 => 0..6u64, 1 => any::<u64>(), 1 => Just(u64::MAX)];
    let class = prop_oneof![4 => 0..3u8, 1 => Just(255)];
    let event = (time, class);
    prop_oneof![
        6 => event.clone().prop_map(|(t, c)| Step::Push(t, c)),
        3 => Just(Step::Pop),
        3 => event.prop_map(|(t, c)| Step::Replace(t, c)),
        1 => prop_oneof![20 => Just(Step::Pop), 1 => Just(Step::Clear)],
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn it_gives_events_in_the_order_of_a_sorted_list(steps in prop::collection::vec(step(), 0..400)) {
        let mut calendar = Calendar::new();
        let mut model = Model::default();
        for (i, step) in steps.into_iter().enumerate() {
            let payload = i as u64;
            match step {
                Step::Push(time, class) => {
                    calendar.push(time, class, payload);
                    model.push(time, class, payload);
                }
                Step::Pop => prop_assert_eq!(calendar.pop(), model.pop()),
                Step::Replace(time, class) => {
                    let expected = model.pop();
                    model.push(time, class, payload);
                    prop_assert_eq!(calendar.replace_top(time, class, payload), expected);
                }
                Step::Clear => {
                    calendar.clear();
                    model.events.clear();
                }
            }
            prop_assert_eq!(calendar.len(), model.events.len());
            prop_assert_eq!(calendar.is_empty(), model.events.is_empty());
            let next = model.events.first();
            prop_assert_eq!(calendar.peek_time(), next.map(|e| e.0));
            prop_assert_eq!(calendar.peek().map(|s| s.payload), next.map(|e| e.3));
        }
        while let Some(next) = model.pop() {
            prop_assert_eq!(calendar.pop(), Some(next));
        }
        prop_assert_eq!(calendar.pop(), None);
    }
}
