//! Calibrations of a few calls, solved by hand.

use engine::Timestamp;
use engine::id::CallId;
use engine::output::Announced;
use reports::calibration::files::{calibration_csv, calibration_json, calibration_page};
use reports::calibration::summary::Role;
use reports::calibration::table::table;
use reports::calibration::{Calibration, Meta, SpeakerTally, Spoken, Unit, Verdict};
use reports::record::{Said, ToldCall};

const S: u64 = 1_000_000;

/// A call that came at `seconds`, was told `point` then and 0 s a minute later, and waited `wait` s.
fn call(seconds: u64, wait: u64, point: Option<u64>) -> ToldCall {
    let said = |at: u64, point: Option<u64>| Said {
        at: Timestamp::from_secs(at),
        position: 2,
        estimate: point.map(|point| Announced {
            point: point * S,
            p50: point * S,
            p90: 2 * point * S,
        }),
    };
    let mut all = vec![said(seconds, point)];
    if wait > 60 {
        all.push(said(seconds + 60, Some(0)));
    }
    ToldCall {
        call: CallId(seconds),
        arrived: Timestamp::from_secs(seconds),
        connected: Timestamp::from_secs(seconds + wait),
        said: all,
    }
}

fn spoken(said: &Said, later_by: u64, chance: Option<f64>) -> Option<Spoken> {
    said.estimate.map(|announced| Spoken {
        announced: Announced {
            point: announced.point + later_by * S,
            ..announced
        },
        chance,
    })
}

/// One replication of `calls`, a speaker being so many seconds late.
fn tally(calls: &[ToldCall], later_by: u64, chance: Option<f64>) -> SpeakerTally {
    SpeakerTally::of(
        calls,
        1,
        60 * S,
        |call| (call.arrived.0 < 1_000 * S).then_some(0),
        |said| spoken(said, later_by, chance),
    )
}

fn meta() -> Meta {
    Meta {
        scenario: "by-hand".to_owned(),
        description: "Four <calls>.".to_owned(),
        engine: "0".to_owned(),
        world_digest: String::new(),
        seed: 1,
        replications: 2,
        confidence: 0.95,
        unit: Unit::Replication,
        between: None,
        same_waits: true,
        no_oracle: None,
        made_to_announce: Vec::new(),
        command: "linefinder calibrate".to_owned(),
    }
}

/// Two replications: errors of best +40, -20 (and a silence) | -30, 0; second announcements are 10 s early.
fn calls() -> [Vec<ToldCall>; 2] {
    [
        vec![
            call(0, 10, Some(50)),
            call(1, 70, Some(50)),
            call(2, 20, None),
            call(2_000, 20, Some(900)),
        ],
        vec![call(0, 60, Some(30)), call(1, 5, Some(5))],
    ]
}

fn calibration(later_by: &[(&str, u64)]) -> Calibration {
    let over = |later_by: u64, chance: Option<f64>| {
        let [first, second] = calls();
        let mut sum = tally(&first, later_by, chance);
        sum.append(tally(&second, later_by, chance), false);
        sum
    };
    let mut tallies = vec![("best".to_owned(), Role::Best, over(0, None))];
    for (name, late) in later_by {
        tallies.push(((*name).to_owned(), Role::Other, over(*late, None)));
    }
    tallies.push(("oracle".to_owned(), Role::Oracle, over(0, Some(0.5))));
    Calibration::of(meta(), tallies)
}

#[test]
fn figures_are_those_counted_by_hand() {
    let calibration = calibration(&[("late", 100)]);
    let names: Vec<&str> = calibration
        .speakers
        .iter()
        .map(|speaker| speaker.name.as_str())
        .collect();
    assert_eq!(names, ["oracle", "best", "late"]);
    assert_eq!(
        (calibration.calls, calibration.n_units),
        (5, 2),
        "one came too late"
    );
    let best = calibration.speaker("best").unwrap();
    assert_eq!(best.announced.unwrap().point, 4.0 / 5.0);
    let first = best.first.as_ref().unwrap();
    assert_eq!(first.n, 4);
    assert_eq!(first.within_30s.point, 3.0 / 4.0);
    assert_eq!(first.bias.point, (40.0 - 20.0 - 30.0) / 4.0);
    assert_eq!(first.mae.point, (40.0 + 20.0 + 30.0) / 4.0);
    // 70 in 50..100, 60 in 30..60, 5 in 5..10.
    assert_eq!(first.coverage.point, 3.0 / 4.0);
    let all = best.all.as_ref().unwrap();
    assert_eq!((all.n, all.within_30s.point), (5, 4.0 / 5.0));
    let late = calibration.speaker("late").unwrap();
    let late = late.first.as_ref().unwrap();
    assert_eq!(late.bias.point - first.bias.point, 100.0);
    assert_eq!(late.within_less_best.unwrap().by.point, -0.75);
    let oracle = calibration.speaker("oracle").unwrap();
    let promised = oracle.first.as_ref().unwrap().promised.unwrap();
    assert_eq!((promised.n, promised.expected.point), (4, 0.5));
    assert_eq!(
        (promised.kept.point, promised.difference.point),
        (0.75, 0.25)
    );
    assert_eq!(first.of_oracle.unwrap().point, 1.0);
}

/// So many replications of two calls: with `hits` of them told rightly.
fn replications(n: u64, hits: impl Fn(u64) -> u64) -> SpeakerTally {
    let one = |i: u64| {
        let told = |k: u64| Some(if k < hits(i) { 40 } else { 140 });
        let calls: Vec<ToldCall> = (0..10).map(|k| call(k, 40 + i % 3, told(k))).collect();
        tally(&calls, 0, None)
    };
    let mut sum = one(0);
    for i in 1..n {
        sum.append(one(i), false);
    }
    sum
}

#[test]
fn a_difference_is_only_called_one_when_it_is_more_than_chance() {
    let tallies = vec![
        (
            "best".to_owned(),
            Role::Best,
            replications(20, |i| 5 + i % 2),
        ),
        (
            "worse".to_owned(),
            Role::Other,
            replications(20, |i| 3 + i % 2),
        ),
        (
            "better".to_owned(),
            Role::Other,
            replications(20, |i| 8 + i % 2),
        ),
        (
            "noise".to_owned(),
            Role::Other,
            replications(20, |i| 5 + (i / 2) % 2),
        ),
    ];
    let calibration = Calibration::of(meta(), tallies);
    let less = |name: &str| {
        let speaker = calibration.speaker(name).unwrap();
        speaker.first.as_ref().unwrap().within_less_best.unwrap()
    };
    assert_eq!(less("worse").verdict, Verdict::Worse);
    assert_eq!(less("better").verdict, Verdict::Better);
    assert_eq!(less("noise").verdict, Verdict::Alike);
    assert!((less("better").by.point - 0.3).abs() < 1e-12);
    // 100 s off instead of 0..2: who is right more often here is also off by less.
    let mae = |name: &str| {
        let speaker = calibration.speaker(name).unwrap();
        speaker
            .first
            .as_ref()
            .unwrap()
            .mae_less_best
            .unwrap()
            .verdict
    };
    assert_eq!(
        (mae("worse"), mae("better")),
        (Verdict::Worse, Verdict::Better)
    );
    let text = table(&calibration);
    assert!(
        text.contains("by mean absolute error (first) better is better than best"),
        "{text}"
    );
    assert!(
        calibration_page(&calibration)
            .html
            .contains("more often than best: better")
    );
}

#[test]
fn days_of_several_replications_are_one_unit_each_and_empty_ones_none() {
    let of_day = |calls: &[ToldCall]| {
        let day = |call: &ToldCall| Some((call.arrived.0 / (1_000 * S)) as usize);
        SpeakerTally::of(calls, 4, 60 * S, day, |said| spoken(said, 0, None))
    };
    let mut sum = of_day(&[call(0, 10, Some(10)), call(2_500, 10, Some(90))]);
    sum.append(of_day(&[call(1, 10, Some(90))]), true);
    let calls: Vec<u64> = sum.units.iter().map(|unit| unit.calls).collect();
    assert_eq!(calls, [2, 0, 1, 0]);
    let calibration = Calibration::of(meta(), vec![("best".to_owned(), Role::Best, sum)]);
    assert_eq!((calibration.n_units, calibration.calls), (2, 3));
}

#[test]
fn files_say_the_same_as_the_figures() {
    let calibration = calibration(&[("late", 100)]);
    let json = calibration_json(std::slice::from_ref(&calibration));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let late = &json["calibrations"][0]["speakers"][2];
    assert_eq!(
        (&late["name"], &late["role"]),
        (&"late".into(), &"other".into())
    );
    assert_eq!(late["first"]["within_less_best"]["mean"], -0.75);
    assert_eq!(
        json["calibrations"][0]["speakers"][0]["first"]["promised"]["expected"]["mean"],
        0.5
    );
    let csv = calibration_csv(&calibration);
    let columns = csv.lines().next().unwrap().split(',').count();
    assert!(csv.lines().all(|line| line.split(',').count() == columns));
    assert_eq!(csv.lines().count(), 1 + 3 * 2);
    assert!(csv.contains("\nbest,first,4,0.8,0.75,"), "{csv}");
    let page = calibration_page(&calibration);
    assert!(page.html.contains("Four &lt;calls&gt;."));
    // Too few calls for any chart but that of errors, which shows every one.
    let names: Vec<&str> = page.csvs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["charts/errors-1.csv"]);
}

#[test]
fn columns_of_the_table_align() {
    let text = table(&calibration(&[("late", 100)]));
    let rows: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.starts_with("heard first"))
        .take(4)
        .collect();
    let end = |row: &str, cell: &str| {
        row.find(cell)
            .map(|at| row[..at].chars().count() + cell.chars().count())
    };
    assert_eq!(
        end(rows[0], "within 30 s"),
        end(rows[2], "75.0 %"),
        "{text}"
    );
    assert_eq!(end(rows[0], " n"), end(rows[2], " 4"), "{text}");
    assert!(
        text.contains("oracle, first: best share possible in the states met 50.0 %, kept 75.0 %"),
        "{text}"
    );
}
