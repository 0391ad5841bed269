//! The failures of wait announcements that other systems are known for, each as a test that
//! would fail on them.

use engine::estimate::{Estimator, Learning, Line, LineState, Overtaking};
use engine::time::{Micros, Timestamp};

const SECOND: Micros = 1_000_000;

/// A line of `waiting` calls that four agents have worked off for an hour, an agent a minute and a half per
/// call; a caller in twenty hangs up. Ends at [`now`].
fn an_hour_of_work() -> Learning {
    let mut learning = Learning::new(Timestamp::ZERO, 2);
    let line = Line {
        waiting: 12,
        staffed: 4,
        busy: 4,
        idle: 0,
    };
    learning.line_changed(Timestamp::ZERO, line);
    for call in 1..=160_u64 {
        let now = Timestamp(call * 22_500_000);
        learning.arrived(now, (call % 2) as usize);
        learning.handled(now, 90 * SECOND);
        learning.answered(now, 240 * SECOND, 0);
        if call % 20 == 0 {
            learning.abandoned(now);
        }
        learning.line_changed(now, line);
    }
    learning
}

fn now() -> Timestamp {
    Timestamp::from_secs(3_600)
}

fn state(ahead: u32) -> LineState {
    LineState {
        now: now(),
        ahead,
        staffed: 4,
        idle: 0,
        waited: 0,
        head_waited: Some(200 * SECOND),
        next_scan: 0,
        scan_every: 0,
        overtaking: Overtaking::default(),
    }
}

fn point(learning: &Learning, estimator: Estimator, state: &LineState) -> Micros {
    let said = learning.estimate(estimator, state);
    said.expect("an hour of work is enough to speak").point
}

fn best(state: &LineState) -> Micros {
    point(&an_hour_of_work(), Estimator::Best, state)
}

#[test]
fn at_the_start_of_the_day_it_is_silent_instead_of_saying_zero() {
    let learning = Learning::new(Timestamp::ZERO, 2);
    for estimator in Estimator::ALL {
        assert_eq!(
            learning.estimate(estimator, &state(3)),
            None,
            "{estimator:?}"
        );
    }
}

#[test]
fn with_nobody_staffed_it_is_silent() {
    let empty = LineState {
        staffed: 0,
        ..state(3)
    };
    for estimator in Estimator::ALL {
        assert_eq!(an_hour_of_work().estimate(estimator, &empty), None);
    }
}

#[test]
fn each_place_in_line_is_told_its_own_wait() {
    let learning = an_hour_of_work();
    for estimator in [Estimator::Best, Estimator::QueueLength] {
        for ahead in 0..40 {
            let (here, behind) = (state(ahead), state(ahead + 1));
            assert!(
                point(&learning, estimator, &behind) > point(&learning, estimator, &here),
                "{estimator:?}, {ahead} ahead"
            );
        }
    }
}

#[test]
fn it_does_not_rise_when_a_place_is_gained_or_an_agent_comes() {
    for ahead in 1..60 {
        for staffed in 1..12 {
            let before = LineState {
                staffed,
                ..state(ahead)
            };
            let place = LineState {
                ahead: ahead - 1,
                ..before
            };
            let agent = LineState {
                staffed: staffed + 1,
                ..before
            };
            assert!(best(&place) <= best(&before), "{ahead} ahead, {staffed}");
            assert!(best(&agent) <= best(&before), "{ahead} ahead, {staffed}");
        }
    }
}

#[test]
fn it_does_not_rise_while_time_passes_as_usual() {
    // Departures are due every 22.5 s; three minutes without one are what chance explains.
    let later = LineState {
        now: now().after(170 * SECOND),
        ..state(5)
    };
    assert_eq!(best(&later), best(&state(5)));
}

#[test]
fn it_rises_when_the_line_has_stalled_though_nothing_is_reported() {
    let later = LineState {
        now: now().after(1_800 * SECOND),
        ..state(5)
    };
    assert!(best(&later) > best(&state(5)) + 20 * SECOND);
}

#[test]
fn it_follows_staffing_at_once() {
    let halved = LineState {
        staffed: 2,
        ..state(9)
    };
    let (before, after) = (best(&state(9)), best(&halved));
    assert!(after > before * 17 / 10, "{before} {after}");
}

#[test]
fn an_announcement_falls_to_zero_and_stays_there_when_a_call_waits_longer_than_said() {
    let learning = an_hour_of_work();
    for estimator in [
        Estimator::HeadOfLine,
        Estimator::LastServed,
        Estimator::MovingAverage,
        Estimator::Ewma,
    ] {
        let mut before = Micros::MAX;
        for waited in [0, 100, 230, 250, 500] {
            let waited = waited * SECOND;
            let said = point(&learning, estimator, &LineState { waited, ..state(0) });
            assert!(said <= before, "{estimator:?} rises to {said}");
            before = said;
        }
        assert_eq!(before, 0, "{estimator:?}");
    }
}

#[test]
fn a_long_wait_counts_when_it_ends_whenever_it_began() {
    let mut learning = an_hour_of_work();
    let before = point(&learning, Estimator::MovingAverage, &state(3));
    learning.answered(now(), 3_440 * SECOND, 0);
    let after = point(&learning, Estimator::MovingAverage, &state(3));
    assert_eq!(after - before, 100 * SECOND);
}

#[test]
fn an_average_wait_is_not_the_age_of_whoever_is_waiting_now() {
    let learning = an_hour_of_work();
    for head in [0, 2_000] {
        let head_waited = Some(head * SECOND);
        let said = point(
            &learning,
            Estimator::MovingAverage,
            &LineState {
                head_waited,
                ..state(1)
            },
        );
        assert_eq!(said, 240 * SECOND);
    }
}

#[test]
fn callers_who_hang_up_and_callers_who_are_served_both_count_as_waiting() {
    // Per hang-up there are 19 survivors, whose waiting is exposure without the event. The hour has
    // 8 hang-ups in 43,200 s of waiting: 1 in 90 minutes, and so many ahead hardly thin out.
    let twelve = best(&state(12));
    let erlang_mean = 13.0 * 22.5 * 1e6;
    let ratio = twelve as f64 / erlang_mean;
    assert!((0.80..1.0).contains(&ratio), "{ratio}");
    // The same hour in which every second caller hangs up: those ahead thin out.
    let mut impatient = an_hour_of_work();
    for _ in 0..160 {
        impatient.abandoned(now());
    }
    assert!(point(&impatient, Estimator::Best, &state(12)) < twelve * 9 / 10);
}

#[test]
fn a_lower_class_is_told_of_those_who_will_pass_it_and_only_for_as_long_as_they_can() {
    let learning = an_hour_of_work();
    let passed_for = |span: Micros| {
        let overtaking = learning.overtaking(now(), [0, span].into_iter());
        point(
            &learning,
            Estimator::Best,
            &LineState {
                overtaking,
                ..state(8)
            },
        )
    };
    let (never, briefly, always) = (
        passed_for(0),
        passed_for(45 * SECOND),
        passed_for(3_600 * SECOND),
    );
    // A call of the other class arrives every 45 s, and 22.5 s serve one.
    assert!(briefly > never + 15 * SECOND && briefly < never + 30 * SECOND);
    assert!(always > never + 60 * SECOND);
}

#[test]
fn with_an_idle_agent_for_it_the_wait_ends_at_the_next_scan() {
    let polled = LineState {
        idle: 3,
        next_scan: 4 * SECOND,
        scan_every: 10 * SECOND,
        ..state(2)
    };
    assert_eq!(best(&polled), 4 * SECOND);
    // One more ahead than idle agents: a departure and a scan have to come.
    let beyond = LineState { ahead: 3, ..polled };
    assert!(best(&beyond) > 20 * SECOND);
}

#[test]
fn ringing_is_part_of_the_wait() {
    let mut learning = an_hour_of_work();
    let before = point(&learning, Estimator::Best, &state(20));
    for _ in 0..200 {
        learning.answered(now(), 8 * SECOND, 8 * SECOND);
    }
    let after = point(&learning, Estimator::Best, &state(20));
    assert!(
        (after - before).abs_diff(8 * SECOND) < SECOND,
        "{before} {after}"
    );
}

#[test]
fn the_same_facts_give_the_same_microseconds_on_every_machine() {
    let learning = an_hour_of_work();
    let said: Vec<_> = [0, 3, 40, 600]
        .into_iter()
        .map(|ahead| {
            let said = learning.estimate(Estimator::Best, &state(ahead));
            let said = said.expect("an hour of work is enough to speak");
            (said.point, said.p50, said.p90)
        })
        .collect();
    let expected = [
        (24_617_844, 15_516_276, 51_543_952),
        (78_175_095, 81_637_876, 148_529_469),
        (835_613_340, 835_613_340, 1_015_114_364),
        (6_450_985_379, 6_450_985_379, 6_821_413_436),
    ];
    assert_eq!(said, expected);
}
