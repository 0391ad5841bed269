use super::*;
use engine::id::{CallId, ClassId, QueueId};
use jiff::civil::date;

fn likeness(recorded: &[(u64, End, u64)]) -> Likeness {
    let mut likeness = Likeness {
        local: LocalTime::new(date(1999, 1, 1).at(8, 0, 0, 0)),
        counted: Timestamp::ZERO..Timestamp::from_secs(200_000),
        threshold: 20_000_000,
        replications: 0,
        cells: BTreeMap::new(),
        notes: vec!["A note.".into()],
    };
    for (at, end, wait) in recorded {
        let wait = wait * 1_000_000;
        likeness.count(Timestamp::from_secs(*at), *end, wait, |p| &mut p.recorded);
    }
    likeness
}

fn row(at: u64, outcome: Outcome, wait: u64) -> CallRow {
    CallRow {
        call: Some(CallId(0)),
        arrived_at: Timestamp::from_secs(at),
        queue: QueueId(0),
        class: ClassId(0),
        outcome: Some(outcome),
        wait: Some(wait * 1_000_000),
        talk: None,
        agent: None,
        attempts: 1,
        estimate: None,
        assignment_latency: None,
    }
}

/// 8:00 to 8:30: 3 served after 0, 20 and 40 s, 1 hung up after 30. Next day 8:30: 1 served after 10.
fn sample() -> Likeness {
    likeness(&[
        (0, End::Served, 0),
        (600, End::Served, 20),
        (1799, End::Served, 40),
        (900, End::HungUp, 30),
        (86_400 + 1800, End::Served, 10),
    ])
}

#[test]
fn calls_count_in_the_half_hour_of_their_arrival() {
    let half_hours = sample().half_hours();
    assert_eq!(half_hours[16].recorded.offered, 4);
    assert_eq!(half_hours[17].recorded.offered, 1);
    let eight = half_hours[16].recorded;
    assert_eq!(eight.abandonment(), Some(0.25));
    assert_eq!(eight.mean_served_wait(), Some(20.0));
    assert_eq!(eight.mean_abandoned_wait(), Some(30.0));
    assert_eq!(eight.within(), Some(0.5), "20 s is within 20 s");
}

#[test]
fn calls_outside_the_counted_time_do_not_count() {
    let mut likeness = sample();
    likeness.counted = Timestamp::from_secs(100)..Timestamp::from_secs(1000);
    likeness.add(&[
        row(99, Outcome::Connected, 0),
        row(100, Outcome::Connected, 0),
        row(1000, Outcome::Connected, 0),
    ]);
    assert_eq!(likeness.overall().simulated.offered, 1);
}

#[test]
fn who_is_refused_is_offered_only() {
    let mut likeness = sample();
    likeness.add(&[
        row(0, Outcome::RefusedFull, 0),
        row(1, Outcome::TimedOut, 9),
    ]);
    let simulated = likeness.overall().simulated;
    assert_eq!(simulated.offered, 2);
    assert_eq!((simulated.served, simulated.abandoned), (0, 0));
    assert_eq!(likeness.verdict(), None);
}

#[test]
fn the_verdict_has_both_limits() {
    // 100 recorded: 10 hung up, the served waited 10 s.
    let recorded: Vec<_> = (0..100)
        .map(|k| {
            if k < 10 {
                (k, End::HungUp, 5)
            } else {
                (k, End::Served, 10)
            }
        })
        .collect();
    let verdict = |hung_up: u64, wait: u64| {
        let mut likeness = likeness(&recorded);
        let rows: Vec<CallRow> = (0..1000)
            .map(|k| match k < hung_up {
                true => row(k, Outcome::Abandoned, 5),
                false => row(k, Outcome::Connected, wait),
            })
            .collect();
        likeness.add(&rows);
        likeness.verdict().unwrap()
    };
    assert!(verdict(100, 10).is_alike);
    assert!(verdict(119, 10).is_alike && verdict(81, 10).is_alike);
    assert!(!verdict(121, 10).is_alike && !verdict(79, 10).is_alike);
    assert!(verdict(100, 12).is_alike && verdict(100, 8).is_alike);
    assert!(!verdict(100, 13).is_alike && !verdict(100, 7).is_alike);
    assert!((verdict(121, 10).abandonment_off - 0.021).abs() < 1e-12);
    assert!((verdict(100, 13).wait_off - 0.3).abs() < 1e-12);
}

#[test]
fn the_spread_is_weighted_by_recorded_calls() {
    // 8:00: 3 calls, 0 off. 8:30: 1 call, abandonment off by 1 and no wait to compare.
    let mut likeness = likeness(&[
        (0, End::Served, 10),
        (1, End::Served, 10),
        (2, End::Served, 10),
        (1800, End::Served, 10),
    ]);
    likeness.add(&[
        row(0, Outcome::Connected, 14),
        row(1800, Outcome::Abandoned, 1),
    ]);
    let rms = likeness.rms_by_half_hour();
    assert!((rms.abandonment - 0.5).abs() < 1e-12, "{rms:?}");
    assert!((rms.wait - 4.0).abs() < 1e-12, "{rms:?}");
}

#[test]
fn dates_are_told_apart_only_where_asked() {
    let mut likeness = likeness(&[(0, End::Served, 10), (86_400, End::Served, 10)]);
    likeness.add(&[
        row(0, Outcome::Connected, 5),
        row(86_400, Outcome::Connected, 15),
    ]);
    assert_eq!(likeness.rms_by_half_hour().wait, 0.0);
    assert_eq!(likeness.rms_by_date_and_half_hour().wait, 5.0);
}

#[test]
fn table_and_csv_show_both_sides() {
    let mut likeness = sample();
    for _ in 0..2 {
        likeness.add(&[
            row(0, Outcome::Connected, 10),
            row(5, Outcome::Connected, 20),
            row(6, Outcome::Abandoned, 60),
            row(86_400 + 1800, Outcome::Connected, 10),
        ]);
    }
    expect_test::expect![[r#"
        recorded, simulated (mean of 2 replications), difference; in time = within 20 s
                  calls     |   abandoned, %    |wait of served, s  |  of hung up, s    |served in time, %
        08:00      4      3 | 25.0  33.3   +8.3 | 20.0  15.0   -5.0 | 30.0  60.0  +30.0 | 50.0  66.7  +16.7
        08:30      1      1 |  0.0   0.0   +0.0 | 10.0  10.0   +0.0 |    -     -        |100.0 100.0   +0.0
        all        5      4 | 20.0  25.0   +5.0 | 17.5  13.3   -4.2 | 30.0  60.0  +30.0 | 60.0  75.0  +15.0
        RMS over half hours of the day: abandoned 7.5 points, wait of served 4.5 s
        RMS over dates and half hours: abandoned 7.5 points, wait of served 4.5 s
        not like the log: abandoned +5.0 points (within 2), mean wait of served -24 % (within 20 %)
        why it is not closer:
          * The log gives arrivals, talk of the served and patience of those who hung up. Drawn are the
            patience of the served beyond their wait, the talk of those who hung up there and are served
            here, and the wrap-up.
          * Furthest off, by calls, is the half hour from 08:00: abandoned +8.3 points.
          * A note.
    "#]].assert_eq(&likeness.table());
    expect_test::expect![[r#"
        half_hour,offered_recorded,offered_simulated,abandonment_rate_recorded,abandonment_rate_simulated,abandonment_rate_difference,mean_wait_connected_recorded,mean_wait_connected_simulated,mean_wait_connected_difference,mean_wait_abandoned_recorded,mean_wait_abandoned_simulated,mean_wait_abandoned_difference,connected_within_threshold_recorded,connected_within_threshold_simulated,connected_within_threshold_difference
        08:00,4,3.00,0.25000,0.33333,0.08333,20.00000,15.00000,-5.00000,30.00000,60.00000,30.00000,0.50000,0.66667,0.16667
        08:30,1,1.00,0.00000,0.00000,0.00000,10.00000,10.00000,0.00000,,,,1.00000,1.00000,0.00000
        all,5,4.00,0.20000,0.25000,0.05000,17.50000,13.33333,-4.16667,30.00000,60.00000,30.00000,0.60000,0.75000,0.15000
    "#]].assert_eq(&likeness.csv());
}
