//! From replications to verdicts and files.

use engine::time::Timestamp;
use reports::gate::{Rule, Verdict, judge};
use reports::record::{ConservationError, Recorder, Replication};
use reports::render::{self, TableOptions, Timing};
use reports::report::RunReport;
use serde_json::Value;

use crate::sample::{self, gate, options, record};
use crate::synthetic::{self, Centre, Told};

fn replications(n: u64, centre: Centre) -> Vec<Replication> {
    (1..=n)
        .map(|seed| record(Centre { seed, ..centre }))
        .collect()
}

fn short() -> Centre {
    Centre {
        hours: 3.0,
        ..Centre::default()
    }
}

#[test]
fn a_made_up_day_is_conserved_and_a_lost_output_is_noticed() {
    let (told, end) = synthetic::replication(short());
    let mut recorder = Recorder::new(options(short()));
    synthetic::tell(&mut recorder, &told);
    assert_eq!(recorder.finish(end).conservation, Ok(()));

    // Every single lost outcome of a counted call is noticed.
    let is_an_outcome = |told: &Told| {
        let Told::Output(output) = told else {
            return false;
        };
        use engine::output::{Event, What};
        matches!(
            output.what,
            What::Event(Event::CallConnected { .. } | Event::CallAbandoned { .. })
        )
    };
    let places: Vec<usize> = (0..told.len())
        .filter(|k| is_an_outcome(&told[*k]))
        .collect();
    for place in places.into_iter().step_by(37) {
        let mut recorder = Recorder::new(options(short()));
        synthetic::tell(&mut recorder, &told[..place]);
        synthetic::tell(&mut recorder, &told[place + 1..]);
        let conservation: Result<(), ConservationError> = recorder.finish(end).conservation;
        assert!(conservation.is_err(), "output {place} was lost unnoticed");
    }
}

#[test]
fn queues_and_classes_add_up_to_the_whole() {
    let replication = record(short());
    for parts in [&replication.by_queue, &replication.by_class] {
        let offered: u64 = parts.iter().map(|part| part.counts.offered).sum();
        let waits: u64 = parts.iter().map(|part| part.spans.connected_wait.n()).sum();
        assert_eq!(offered, replication.total.counts.offered);
        assert_eq!(waits, replication.total.spans.connected_wait.n());
    }
    let line: u64 = replication.line_by_queue.iter().map(|line| line.area).sum();
    assert_eq!(line, replication.line.area);
    let bins = &replication.series.bins;
    let in_window: u64 = bins[3..].iter().map(|bin| bin.offered).sum();
    assert_eq!(in_window, replication.total.counts.offered);
}

#[test]
fn the_line_obeys_littles_law() {
    let replication = record(Centre::default());
    let counts = &replication.total.spans;
    let waited = counts.connected_wait.sum() + counts.abandoned_wait.sum();
    let ratio = replication.line.area as f64 / waited as f64;
    // Equal but for the calls that straddle the window's ends.
    assert!((ratio - 1.0).abs() < 0.01, "{ratio}");
}

#[test]
fn gates_have_three_verdicts() {
    let runs = replications(8, short());
    let rate = |limit| gate("connection_rate", Rule::AtLeast, limit);
    let judged = judge(&[rate(0.2), rate(0.999), rate(1.0)], &runs, 0.95);
    let point = judged[0].estimate.unwrap();
    let verdicts: Vec<Verdict> = judged.iter().map(|gate| gate.verdict).collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::Fail, Verdict::Fail]);
    let close = judge(&[rate(point - 1e-6)], &runs, 0.95);
    assert_eq!(close[0].verdict, Verdict::Inconclusive);
    let (observed, margin) = (judged[0].observed.unwrap(), judged[0].margin.unwrap());
    // Three are judged together: each by more than its own interval.
    assert!(observed < judged[0].interval.unwrap().lower);
    assert!((margin - (observed - 0.2)).abs() < 1e-12);

    let at_most = judge(&[gate("abandonment_rate", Rule::AtMost, 0.9)], &runs, 0.95);
    assert_eq!(
        at_most[0].observed,
        Some(at_most[0].interval.unwrap().upper)
    );
    assert!(at_most[0].margin.unwrap() > 0.0);
}

#[test]
fn one_replication_cannot_pass_and_an_empty_run_fails() {
    let one = replications(1, short());
    let gates = [gate("connection_rate", Rule::AtLeast, 0.01)];
    let judged = judge(&gates, &one, 0.95);
    assert_eq!(judged[0].verdict, Verdict::Inconclusive);
    assert_eq!(judged[0].interval, None);

    let nobody = Centre {
        calls_per_hour: 1e-9,
        ..short()
    };
    let empty = replications(3, nobody);
    for id in ["connection_rate", "dropped_calls", "availability_accuracy"] {
        let gates = [gate(id, Rule::AtMost, 1.0), gate(id, Rule::AtLeast, 0.0)];
        for judged in judge(&gates, &empty, 0.95) {
            assert_eq!(judged.verdict, Verdict::Fail, "{id}");
        }
    }
}

#[test]
fn a_count_that_is_always_zero_passes_at_most_zero() {
    let runs = replications(3, short());
    let judged = judge(
        &[gate("priority_inversions", Rule::AtMost, 0.0)],
        &runs,
        0.95,
    );
    assert_eq!(judged[0].verdict, Verdict::Pass);
    // None in three days: that is no proof, and it is said.
    assert!(judged[0].holds_by_what_was_seen());
    assert!(judged[0].interval.unwrap().upper > 1.0);
    let below_one = gate("priority_inversions", Rule::AtMost, 9.0);
    assert!(!judge(&[below_one], &runs, 0.95)[0].holds_by_what_was_seen());
}

#[test]
fn a_share_that_was_always_seen_is_shown_to_be_large_by_many_calls_only() {
    let verdict = |n: u64, limit: f64| {
        let runs = replications(n, short());
        let judged = judge(&[gate("discovery_rate", Rule::AtLeast, limit)], &runs, 0.95);
        (judged[0].estimate, judged[0].verdict, judged[0].observed)
    };
    // All of them is what was counted.
    assert_eq!(verdict(3, 1.0), (Some(1.0), Verdict::Pass, Some(1.0)));
    let (_, few, observed) = verdict(3, 0.9999);
    assert_eq!(few, Verdict::Inconclusive);
    assert!(observed.unwrap() < 0.9999);
    assert_eq!(verdict(3, 0.1).1, Verdict::Pass);
}

#[test]
fn more_gates_need_wider_intervals() {
    let runs = replications(8, short());
    let near = gate("mean_wait", Rule::AtMost, 1e6);
    let undecided = judge(&[near], &runs, 0.95)[0].estimate.unwrap();
    let alone = judge(&[gate("mean_wait", Rule::AtMost, undecided)], &runs, 0.95);
    let family = [gate("mean_wait", Rule::AtMost, undecided); 5];
    let together = judge(&family, &runs, 0.95);
    let (alone, together) = (&alone[0], &together[0]);
    assert!(together.observed > alone.observed);
    assert!((alone.observed_confidence - 0.95).abs() < 1e-12);
    assert!((together.observed_confidence - 0.99).abs() < 1e-12);
    // What is shown beside the estimate does not depend on how many gates there are.
    assert_eq!(together.interval, alone.interval);
    assert_eq!(
        alone.observed,
        alone.interval.map(|interval| interval.upper)
    );
}

#[test]
fn a_lift_over_itself_is_nothing() {
    let runs = replications(4, short());
    let mut lift = gate("utilization", Rule::LiftAtLeast, 0.01);
    lift.baseline = Some((&runs).into());
    let judged = judge(&[lift], &runs, 0.95);
    assert_eq!(judged[0].estimate, Some(0.0));
    assert_eq!(judged[0].verdict, Verdict::Fail);
    // Other replications than the baseline's cannot be paired.
    lift.baseline = Some((&runs[..2]).into());
    assert_eq!(judge(&[lift], &runs, 0.95)[0].verdict, Verdict::Fail);
}

fn small_report() -> RunReport {
    let runs = replications(4, short());
    let gates = [gate("reach_rate", Rule::AtLeast, 0.5)];
    RunReport::from_replications(sample::meta(), &runs, &gates)
}

#[test]
fn report_json_has_the_keys_of_the_contract_in_its_order() {
    let report = small_report();
    let text = render::report_json(&report);
    let keys: Vec<usize> = [
        "schema",
        "scenario",
        "policy_digest",
        "world_digest",
        "engine",
        "seed",
        "replications",
        "trace_digest",
        "measures",
        "by_queue",
        "by_class",
        "outcomes",
        "gates",
        "confidence",
    ]
    .iter()
    .map(|key| text.find(&format!("\n  \"{key}\":")).expect(key))
    .collect();
    assert!(keys.is_sorted());
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json.as_object().unwrap().len(), keys.len());
    let figure = json["measures"]["reach_rate"].as_object().unwrap();
    let mut fields: Vec<&String> = figure.keys().collect();
    fields.sort();
    assert_eq!(fields, ["lower", "mean", "n", "sd", "se", "unit", "upper"]);
    assert_eq!(json["measures"]["reach_rate"]["unit"], "ratio");
    assert_eq!(json["measures"]["mean_wait"]["unit"], "s");
    assert_eq!(json["measures"]["csat"]["mean"], Value::Null);
    assert_eq!(json["gates"][0]["rule"], "at_least");
    assert_eq!(json["gates"][0]["verdict"], "pass");
    // The interval of a gate is that of its measure.
    for (of_gate, of_measure) in [("estimate", "mean"), ("lower", "lower"), ("upper", "upper")] {
        let measure = &json["measures"]["reach_rate"][of_measure];
        assert!(measure.is_number());
        assert_eq!(&json["gates"][0][of_gate], measure);
    }
    assert_eq!(json["gates"][0]["observed_confidence"], 0.95);
    assert_eq!(json["confidence"], 0.95);
    assert!(json["by_queue"]["support"]["queue_length_mean"]["mean"].is_number());
    let outcomes = json["outcomes"].as_object().unwrap();
    let own = outcomes
        .iter()
        .filter(|(key, _)| !key.starts_with("callback_"));
    let settled: u64 = own.map(|(_, count)| count.as_u64().unwrap()).sum();
    assert_eq!(settled, report.offered);
}

#[test]
fn the_same_run_gives_the_same_bytes_and_speed_stays_apart() {
    let (a, b) = (small_report(), small_report());
    assert_eq!(render::report_json(&a), render::report_json(&b));
    assert_eq!(render::report_page(&a).html, render::report_page(&b).html);
    assert_eq!(render::calls_csv(&a), render::calls_csv(&b));
    let timing = Timing::new(1000, 0.5);
    let json: Value = serde_json::from_str(&render::report_json_with_speed(&a, &timing)).unwrap();
    assert_eq!(json["speed"]["calls_per_s"], 2000.0);
    assert!(!render::report_json(&a).contains("speed"));
}

#[test]
fn one_replication_has_null_bounds() {
    let runs = replications(1, short());
    let report = RunReport::from_replications(sample::meta(), &runs, &[]);
    let json: Value = serde_json::from_str(&render::report_json(&report)).unwrap();
    for id in ["reach_rate", "wait_p90", "offered_calls"] {
        let figure = &json["measures"][id];
        assert!(figure["mean"].is_number(), "{id}");
        assert_eq!(figure["n"], 1, "{id}");
        for bound in ["sd", "se", "lower", "upper"] {
            assert_eq!(figure[bound], Value::Null, "{id} {bound}");
        }
    }
}

#[test]
fn csv_rows_have_the_columns_of_their_header() {
    let mut report = small_report();
    report.meta.queues[0] = "sales, \"east\"".into();
    let calls = render::calls_csv(&report);
    let mut lines = calls.lines();
    assert_eq!(
        lines.next().unwrap(),
        "arrived_at,queue,class,outcome,wait,talk,agent,attempts,estimate,assignment_latency,call,replication"
    );
    assert!(calls.contains("\"sales, \"\"east\"\"\""));
    let n_rows: usize = report.rows.iter().map(Vec::len).sum();
    assert_eq!(lines.count(), n_rows);
    let series = render::series_csv(&report);
    let widths: Vec<usize> = series.lines().map(|line| line.split(',').count()).collect();
    assert!(widths.iter().all(|width| *width == 12));
    // Three hours in bins of ten minutes.
    assert_eq!(widths.len(), 1 + 18);
}

#[test]
fn the_table_fits_a_hundred_columns_and_has_no_colour_unless_asked() {
    for kind in ["calm", "empty"] {
        let report = sample::report(kind);
        for all in [false, true] {
            let text = render::table(&report, TableOptions { colour: false, all });
            for line in text.lines() {
                assert!(line.chars().count() <= 100, "{line}");
            }
            assert!(!text.contains('\x1b'));
        }
        let colour = TableOptions {
            colour: true,
            all: false,
        };
        assert!(render::table(&report, colour).contains("\x1b[3"));
    }
}

#[test]
fn the_page_needs_nothing_from_outside() {
    let html = render::report_page(&sample::report("calm")).html;
    for outside in ["src=", "href=\"http", "url(", "<script", "@import", "<link"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert_eq!(html.matches("<svg class=\"chart\"").count(), 6);
    assert_eq!(html.matches("role=\"img\" aria-label=").count(), 6);
    assert_eq!(html.matches("<details>").count(), 6);
    for part in [
        "name=\"viewport\"",
        "prefers-color-scheme: dark",
        "@media print",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

#[test]
fn the_page_says_first_what_does_not_hold_then_shows_charts_then_all_targets() {
    for kind in ["calm", "failing", "empty"] {
        let report = sample::report(kind);
        let html = render::report_page(&report).html;
        let place = |part: &str| html.find(part).unwrap_or_else(|| panic!("{kind}: {part}"));
        let top = &html[..place("</header>")];
        let failed = report.gates.iter().filter(|g| g.verdict == Verdict::Fail);
        for gate in failed.take(4) {
            let name = gate.measure.id.replace('_', "_<wbr>");
            assert!(top.contains(&name), "{kind}: {name}");
        }
        assert!(place("</header>") < place("id=\"targets\""));
        assert_eq!(top.contains("nothing was measured.<"), kind == "empty");
        assert!(place("id=\"charts\"") < place("id=\"targets\""), "{kind}");
        let links: Vec<&str> = html.split("href=\"#").skip(1).collect();
        assert!(links.len() >= 5, "{kind}");
        for link in links {
            let target = link.split('"').next().unwrap();
            place(&format!("id=\"{target}\""));
        }
    }
}

#[test]
fn a_card_of_a_target_without_a_bound_has_no_row_for_it() {
    let html = render::report_page(&sample::report("calm")).html;
    let cells: Vec<&str> = html.split("<td ").skip(1).collect();
    let bounds = cells
        .iter()
        .filter(|cell| cell.contains("data-label=\"Erlang-A\""));
    let (without, with): (Vec<&&str>, Vec<&&str>) = bounds.partition(|cell| cell.contains(">-<"));
    assert_eq!((without.len(), with.len()), (5, 1));
    assert!(without.iter().all(|cell| cell.contains("num none")));
    assert!(!with[0].contains("none"));
    assert!(html.contains("table.stack td.none { display: none; }"));
}

#[test]
fn a_broken_replication_is_named_in_every_rendering() {
    let mut runs = replications(2, short());
    runs[1].conservation = Err(ConservationError::Unsettled {
        offered: 10,
        settled: 9,
        example: None,
    });
    let report = RunReport::from_replications(sample::meta(), &runs, &[]);
    assert_eq!(report.violations.len(), 1);
    let table = render::table(&report, TableOptions::default());
    assert!(table.contains("replication 1: 10 calls were offered but 9"));
    assert!(
        render::report_page(&report)
            .html
            .contains("a difference of 1")
    );
}

#[test]
fn a_thousand_replications_are_small() {
    let centre = Centre {
        hours: 10.0,
        ..Centre::default()
    };
    let (told, end) = synthetic::replication(centre);
    let mut recorder = Recorder::new(reports::record::RecorderOptions {
        calls_csv: false,
        ..options(centre)
    });
    synthetic::tell(&mut recorder, &told);
    let replication = recorder.finish(end);
    let bytes = replication.heap_bytes();
    assert!(bytes < 100_000, "{bytes} bytes per replication of a day");
    assert!(replication.finished_at > Timestamp::from_secs(36_000));
}

#[test]
fn the_log_of_spans_is_read_back_by_hdrhistogram_itself() {
    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    let report = sample::report("calm");
    let text = render::spans_hlog(&report);
    let mut deserializer = Deserializer::new();
    let mut found = Vec::new();
    for entry in IntervalLogIterator::new(text.as_bytes()) {
        let LogEntry::Interval(interval) = entry.expect("a sound log") else {
            continue;
        };
        let bytes = decoded(interval.encoded_histogram());
        let histogram: Histogram<u64> = deserializer
            .deserialize(&mut bytes.as_slice())
            .expect("a sound histogram");
        let name = interval.tag().expect("a tag").as_str().to_string();
        found.push((name, histogram));
    }
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["connected_wait", "abandoned_wait", "assignment_latency"]
    );
    let charts = &report.charts;
    let ours = [
        &charts.connected_wait,
        &charts.abandoned_wait,
        &charts.assignment_latency,
    ];
    for ((name, theirs), ours) in found.iter().zip(ours) {
        assert_eq!(theirs.len(), ours.n(), "{name}");
        for q in [0.5, 0.9, 0.99] {
            let (theirs, ours) = (
                theirs.value_at_quantile(q) as f64,
                ours.quantile(q).expect("spans"),
            );
            // Our buckets are up to 1/256 wide and stand at their middle, theirs up to 1/1000.
            assert!(
                (theirs - ours).abs() <= 0.006 * ours + 1.0,
                "{name} {q}: {theirs}, {ours}"
            );
        }
    }
}

/// Base64 (RFC 4648), written out so that the test needs no further crate.
fn decoded(text: &str) -> Vec<u8> {
    let value = |c: u8| -> u32 {
        let place = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            .iter()
            .position(|known| *known == c);
        place.expect("base64") as u32
    };
    let mut bytes = Vec::new();
    let (mut bits, mut n) = (0_u32, 0);
    for c in text.bytes().filter(|c| *c != b'=') {
        bits = bits << 6 | value(c);
        n += 6;
        if n >= 8 {
            n -= 8;
            bytes.push((bits >> n & 0xff) as u8);
        }
    }
    bytes
}

#[test]
fn one_interval_is_shown_of_a_measure_wherever_it_is_shown() {
    let report = sample::report("calm");
    let (text, html) = (
        render::table(&report, TableOptions::default()),
        render::report_page(&report).html.replace('\u{a0}', " "),
    );
    let row = text.lines().find(|line| line.starts_with("mean_wait"));
    let cells: Vec<&str> = row.unwrap().split_whitespace().collect();
    // `mean_wait 1.23 s 1.20 .. 1.26 s <= ...`
    let interval = cells[3..7].join(" ");
    assert!(interval.contains(".."), "{interval}");
    let shown = format!("data-label=\"interval\">{interval}<");
    // Among the targets and among the measures.
    assert_eq!(html.matches(&shown).count(), 2, "{interval}");
    let json: Value = serde_json::from_str(&render::report_json(&report)).unwrap();
    let lift = &json["gates"][5];
    let value = |key: &str| lift[key].as_f64().unwrap();
    assert_eq!(lift["rule"], "lift_at_least");
    assert!(value("observed") <= value("lower"));
    assert!(value("lower") < value("estimate") && value("estimate") < value("upper"));
    assert!(value("observed_confidence") >= value_of(&json["confidence"]));
}

fn value_of(json: &Value) -> f64 {
    json.as_f64().unwrap()
}
