//! Regressions: the rules of the verdicts, and how often they err.

use reports::gate::Verdict;
use reports::measures::{Measure, Part, all};
use reports::regression::{
    Column, Course, Finding, Kpi, Rates, Reason, RegressionReport, ScenarioFindings, Shown, judge,
};
use reports::render::{
    Inconclusive, TableOptions, annotations, gate_csv, gate_json, gate_page, gate_table, junit,
    markdown,
};
use reports::sample::{Evidence, Quantity, SampleTable};

use crate::sample::record;
use crate::synthetic::Centre;

/// SplitMix64 (Steele, Lea and Flood 2014).
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
    /// Mean 1: as lopsided as waits are.
    fn exponential(&mut self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }
    /// Standard normal, of twelve uniform ones.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

fn measure(id: &str) -> &'static Measure {
    Measure::named(id).expect("a measure")
}

fn values(numbers: impl IntoIterator<Item = f64>) -> Column {
    Column::Values(numbers.into_iter().map(Some).collect())
}

fn kpi<'a>(id: &str, margin: f64, then: &'a Column, now: &'a Column) -> Kpi<'a> {
    Kpi {
        measure: measure(id),
        is_primary: true,
        margin,
        then,
        now: Some(now),
        is_paired: true,
        rates: Rates::at(0.95),
    }
}

fn one(kpi: Kpi<'_>) -> Finding {
    judge(&[kpi]).remove(0)
}

const THEN: [f64; 6] = [10.0, 12.0, 9.0, 11.0, 10.5, 11.5];

/// A worsening of each replication by `by`, give or take a little.
fn worse(by: f64) -> Column {
    let wobble = [0.01, -0.02, 0.015, 0.0, -0.01, 0.005];
    values(THEN.iter().zip(wobble).map(|(then, w)| then + by + w))
}

#[test]
fn a_change_within_the_margin_passes_and_one_beyond_it_fails() {
    let then = values(THEN);
    for (by, margin, verdict, reason) in [
        (0.0, 0.5, Verdict::Pass, Reason::Within),
        (-3.0, 0.5, Verdict::Pass, Reason::Within),
        // Shown to be worse, and shown to be within.
        (0.3, 0.5, Verdict::Pass, Reason::Within),
        (0.5, 0.5, Verdict::Fail, Reason::Worse),
        (2.0, 0.5, Verdict::Fail, Reason::Worse),
        (0.0, 0.005, Verdict::Inconclusive, Reason::Open),
    ] {
        let finding = one(kpi("mean_wait", margin, &then, &worse(by)));
        assert_eq!(
            (finding.verdict, finding.reason),
            (verdict, reason),
            "{by} {margin}"
        );
        // What is shown is what decides.
        let (lower, upper) = finding.worsening_bounds().unwrap();
        assert_eq!(verdict == Verdict::Pass, upper <= margin);
        assert_eq!(verdict == Verdict::Fail, upper > margin && lower > 0.0);
    }
}

#[test]
fn of_what_should_be_high_less_is_worse() {
    let then = values(THEN);
    let more = one(kpi("connected_calls", 0.5, &then, &worse(2.0)));
    assert_eq!(more.verdict, Verdict::Pass);
    let less = one(kpi("connected_calls", 0.5, &then, &worse(-2.0)));
    assert_eq!(less.verdict, Verdict::Fail);
    let (lower, upper) = less.bounds.unwrap();
    assert!(lower < -1.9 && upper < -1.9 && lower < upper);
    assert!((less.worsening().unwrap() - 2.0).abs() < 0.01);
}

#[test]
fn what_no_replication_changes_is_the_same_and_what_it_would_see_is_not_known() {
    let then = values(THEN);
    let finding = one(kpi("rescues", 0.0, &then, &then));
    assert_eq!(
        (finding.verdict, finding.reason),
        (Verdict::Pass, Reason::Same)
    );
    assert_eq!((finding.detectable, finding.needs), (None, None));
}

#[test]
fn what_never_happened_may_not_begin_to() {
    let never = values([0.0; 6]);
    let finding = one(kpi("rescues", 0.0, &never, &values([1.0; 6])));
    assert_eq!(finding.verdict, Verdict::Fail);
    // Once in six days is not shown to be a change, and not shown to be none.
    let once = values([0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
    let finding = one(kpi("rescues", 0.0, &never, &once));
    assert_eq!(finding.verdict, Verdict::Inconclusive);
}

#[test]
fn a_measure_that_vanished_fails_and_one_that_few_replications_have_is_open() {
    let then = values(THEN);
    let few = Column::Values(vec![Some(10.0), None, None, None, None, None]);
    let kpis = [
        Kpi {
            now: None,
            ..kpi("mean_wait", 1.0, &then, &then)
        },
        kpi("asa", 1.0, &then, &few),
    ];
    let findings = judge(&kpis);
    assert_eq!(findings[0].verdict, Verdict::Fail);
    assert_eq!(findings[0].reason, Reason::Vanished);
    assert_eq!(findings[1].verdict, Verdict::Inconclusive);
    assert_eq!(findings[1].reason, Reason::TooFew);
}

#[test]
fn holm_shares_the_level_among_the_others_and_leaves_the_primary_its_own() {
    let then = values(THEN);
    let now = worse(0.0);
    let mut kpis = vec![kpi("reach_rate", 1.0, &then, &now)];
    for id in ["mean_wait", "asa", "wait_p90", "wait_p99"] {
        kpis.push(Kpi {
            is_primary: false,
            ..kpi(id, 1.0, &then, &now)
        });
    }
    let findings = judge(&kpis);
    assert!((findings[0].level - 0.005).abs() < 1e-12);
    // The one with the smallest p value is asked first, among four.
    let least = findings[1..]
        .iter()
        .map(|f| f.level)
        .fold(f64::INFINITY, f64::min);
    assert!((least - 0.005 / 4.0).abs() < 1e-12, "{least}");
}

#[test]
fn a_column_estimates_what_its_table_estimates() {
    let mut table = SampleTable::new(Quantity::whole());
    for seed in 1..=5 {
        table.push(&record(Centre {
            seed,
            hours: 1.0,
            ..Centre::default()
        }));
    }
    let evidence = Evidence::from(&table);
    let mut n_known = 0;
    for measure in all() {
        let whole = evidence.estimate(measure, Part::Whole);
        let column = Column::of(&table, measure);
        assert_eq!(column.is_some(), whole.is_some(), "{}", measure.id);
        let (Some(column), Some(whole)) = (column, whole) else {
            continue;
        };
        let own = column.estimate().unwrap();
        let is_close = |a: f64, b: f64| (a - b).abs() <= 1e-8 * b.abs().max(1e-12);
        assert!(is_close(own.point, whole.point), "{}", measure.id);
        let (a, b) = (own.se().unwrap_or(0.0), whole.se().unwrap_or(0.0));
        assert!(
            (a - b).abs() <= 1e-6 * b.max(1e-9),
            "{} {a} {b}",
            measure.id
        );
        n_known += 1;
    }
    assert!(n_known > 50, "{n_known}");
}

/// `n` replications of `k` measures that share a day's load, as lopsided as waits.
fn days(draws: &mut Draws, n: usize, k: usize) -> Vec<Column> {
    let load: Vec<f64> = (0..n).map(|_| draws.exponential()).collect();
    let mut column = || values(load.iter().map(|load| load + draws.exponential()));
    (0..k).map(|_| column()).collect()
}

const IDS: [&str; 12] = [
    "reach_rate",
    "abandonment_rate",
    "mean_wait",
    "asa",
    "wait_p50",
    "wait_p90",
    "wait_p99",
    "connection_rate",
    "dead_air",
    "estimate_mae",
    "service_level",
    "answer_delay",
];

/// Experiments, of `n`, in which an unchanged run of twelve measures fails.
fn false_alarms(n: u64, is_paired: bool, replications: usize) -> u64 {
    let mut draws = Draws(7);
    let mut alarms = 0;
    for _ in 0..n {
        let then = days(&mut draws, replications, IDS.len());
        let now = days(&mut draws, replications, IDS.len());
        let kpis: Vec<Kpi<'_>> = (0..IDS.len())
            .map(|k| Kpi {
                is_primary: k == 0,
                is_paired,
                ..kpi(IDS[k], 0.01, &then[k], &now[k])
            })
            .collect();
        let is_alarm = judge(&kpis).iter().any(|f| f.verdict == Verdict::Fail);
        alarms += u64::from(is_alarm);
    }
    alarms
}

#[test]
fn an_unchanged_run_of_twelve_measures_fails_at_most_once_in_a_hundred() {
    for is_paired in [false, true] {
        for replications in [5, 20] {
            let alarms = false_alarms(3000, is_paired, replications);
            println!("{alarms} false alarms in 3000, paired {is_paired}, {replications}");
            // 30 are allowed; 16 further are three standard deviations.
            assert!(alarms <= 30, "{alarms} {is_paired} {replications}");
        }
    }
}

#[test]
fn a_change_of_the_detectable_size_is_found_in_nine_of_ten() {
    let (n, replications) = (4000, 20);
    let mut draws = Draws(11);
    let mut sample = |by: f64| values((0..replications).map(|_| 100.0 + by + draws.normal()));
    // The size that would be called detectable if the spread were known: 1 in each replication.
    let reach = |level: f64| reports::stats::t_quantile(1.0 - level, 2.0 * 19.0);
    let detectable = (reach(0.005) + reach(0.1)) * (2.0 / f64::from(replications)).sqrt();
    let (mut found, mut said) = (0, 0.0);
    for _ in 0..n {
        let (then, now) = (sample(0.0), sample(detectable));
        let finding = one(Kpi {
            is_paired: false,
            ..kpi("mean_wait", 0.1, &then, &now)
        });
        found += u32::from(finding.verdict == Verdict::Fail);
        said += finding.detectable.unwrap() / f64::from(n);
    }
    let share = f64::from(found) / f64::from(n);
    println!("found {share}; said on average {said}, true {detectable}");
    assert!((0.885..0.925).contains(&share), "{share}");
    assert!((said / detectable - 1.0).abs() < 0.03, "{said}");
}

#[test]
fn a_run_that_is_worse_by_the_margin_passes_in_one_of_twenty() {
    let (n, replications) = (4000, 20);
    let mut draws = Draws(13);
    let mut sample = |by: f64| values((0..replications).map(|_| 100.0 + by + draws.normal()));
    let mut passed = 0;
    for _ in 0..n {
        let (then, now) = (sample(0.0), sample(0.8));
        let finding = one(Kpi {
            is_paired: false,
            ..kpi("mean_wait", 0.8, &then, &now)
        });
        passed += u32::from(finding.verdict == Verdict::Pass);
    }
    let share = f64::from(passed) / f64::from(n);
    assert!((0.038..0.062).contains(&share), "{share}");
}

/// One scenario: a failure, an inconclusive measure, a pass and one that vanished.
pub(crate) fn report() -> RegressionReport {
    let then = values(THEN);
    let (bad, good) = (worse(2.0), worse(0.1));
    let wild = values([8.0, 15.0, 7.0, 14.0, 9.0, 13.0]);
    let mut kpis = vec![
        kpi("mean_wait", 0.5, &then, &bad),
        kpi("asa", 0.5, &then, &wild),
        kpi("wait_p90", 0.5, &then, &good),
        Kpi {
            now: None,
            ..kpi("wait_p99", 0.5, &then, &good)
        },
    ];
    for kpi in &mut kpis[1..] {
        kpi.is_primary = false;
    }
    let shown = judge(&kpis).into_iter().map(|finding| Shown {
        finding,
        margin: "0.5s".into(),
        line: 12,
    });
    let course = |policy: &str| Course {
        seed: 7,
        replications: 6,
        policy_digest: policy.into(),
        trace_digest: policy.into(),
        engine: "0.1.0".into(),
    };
    RegressionReport {
        baseline: "a,b:c.json".into(),
        scenarios: vec![ScenarioFindings {
            name: "day_1".into(),
            file: "day.yaml".into(),
            then: course("aa"),
            now: course("bb"),
            confidence: 0.95,
            is_paired: true,
            findings: shown.collect(),
            moved: Vec::new(),
            remarks: vec!["something to know".into()],
        }],
        rates: Rates::at(0.95),
        engine: "0.1.0".into(),
        command: "linefinder gate day.yaml --baseline a,b:c.json".into(),
    }
}

#[test]
fn the_terminal_says_what_got_worse_and_how_much_can_be_seen() {
    let text = gate_table(&report(), TableOptions::default());
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    expect_test::expect![[r#"
        day_1: 6 replications of seed 7, paired with the baseline's; another policy, engine 0.1.0

        measure                     baseline       now              difference allowed    sees  verdict
        mean_wait *                   10.7 s    12.7 s        +1.98 .. +2.01 s    0.50    0.03  fail
        asa                           10.7 s    11.0 s        -3.69 .. +2.34 s    0.50    6.23  inconclusive
        wait_p90                      10.7 s    10.8 s      +0.075 .. +0.111 s   0.500   0.033  pass
        wait_p99                      10.7 s         -                       -   0.500       -  fail

        mean_wait: worse by 2.00 s, at least 1.98 s; 0.50 s allowed
        asa: not shown to be worse, nor within the margin: may be worse by 2.34 s; 0.50 s allowed; 403
          replications would tell
        wait_p90: worse, but by at most 0.111 s; 0.500 s allowed
        wait_p99: the baseline has it, and this run measures nothing of it; if that is meant, --bless
        something to know
        to see every margin: 403 replications instead of 6 (--bless --replications 403), or wider margins

        * primary. Difference, allowed and sees are in one unit.
        A measure passes when the worse end of its difference (95 %, one-sided) is within what is allowed,
          and fails when the better end (99.5 %, shared among the measures) is already worse than the
          baseline. An unchanged build fails in at most 1 % of runs, all measures together; a change as
          large as the column "sees" says is shown in 90 % (-: no replication differs from another), and
          fails when it is beyond what is allowed.

        verdict: fail: 2 measures of 4 got worse than the baseline
    "#]].assert_eq(&text);
}

#[test]
fn markdown_begins_with_the_verdict_and_folds_what_passed() {
    expect_test::expect![[r####"
        ### ✗ Linefinder gate: fail: 2 measures of 4 got worse than the baseline

        **✗ day\_1: fail** — 6 replications of seed 7, paired with the baseline's; another policy, engine 0.1.0

        | | measure | baseline | now | difference | allowed | sees |
        |---|---|---:|---:|---:|---:|---:|
        | ✗ fail | mean\_wait \* | 10.7 s | 12.7 s | +1.98 .. +2.01 s | 0.50 s | 0.03 s |
        | ? inconclusive | asa | 10.7 s | 11.0 s | -3.69 .. +2.34 s | 0.50 s | 6.23 s |
        | ✗ fail | wait\_p99 | 10.7 s | - | - | 0.500 s | - |

        - `mean_wait`: worse by 2.00 s, at least 1.98 s; 0.50 s allowed
        - `asa`: not shown to be worse, nor within the margin: may be worse by 2.34 s; 0.50 s allowed; 403 replications would tell
        - `wait_p99`: the baseline has it, and this run measures nothing of it; if that is meant, --bless

        > something to know

        > to see every margin: 403 replications instead of 6 (--bless --replications 403), or wider margins

        <details><summary>1 passes</summary>

        | | measure | baseline | now | difference | allowed | sees |
        |---|---|---:|---:|---:|---:|---:|
        | ✓ pass | wait\_p90 | 10.7 s | 10.8 s | +0.075 .. +0.111 s | 0.500 s | 0.033 s |

        </details>

        <sub>`*` primary. A measure passes when the worse end of its difference (95 %, one-sided) is within what is allowed, and fails when the better end (99.5 %, shared among the measures) is already worse than the baseline. An unchanged build fails in at most 1 % of runs, all measures together; a change as large as the column "sees" says is shown in 90 % (-: no replication differs from another), and fails when it is beyond what is allowed. Baseline: `a,b:c.json`. Repeat: `linefinder gate day.yaml --baseline a,b:c.json`</sub>
    "####]].assert_eq(&markdown(&report()));
}

#[test]
fn annotations_are_escaped_and_only_about_what_did_not_pass() {
    let lines = annotations(&report());
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        lines[0].starts_with(
            "::error file=a%2Cb%3Ac.json,line=12,title=day_1%3A mean_wait fail::mean_wait: worse by"
        ),
        "{}",
        lines[0]
    );
    assert!(lines[1].starts_with("::warning file="), "{}", lines[1]);
    let page_like = lines.iter().all(|line| !line.contains('\n'));
    assert!(page_like);
}

#[test]
fn junit_has_a_case_per_measure_and_a_place_for_the_third_verdict() {
    let skipped = junit(&report(), Inconclusive::Skip);
    assert!(
        skipped.contains(
            r#"<testsuites name="linefinder gate" tests="4" skipped="1" failures="2" errors="0">"#
        ),
        "{skipped}"
    );
    assert!(skipped.contains(r#"<skipped message="inconclusive: not shown"#));
    let failed = junit(&report(), Inconclusive::Fail);
    assert!(failed.contains(r#"failures="3""#), "{failed}");
    // What readers of the format do with it.
    let read = quick_junit::Report::deserialize_from_str(&skipped).unwrap();
    assert_eq!((read.tests, read.failures), (4, 2));
}

#[test]
fn json_csv_and_page_have_every_measure() {
    let report = report();
    let json: serde_json::Value = serde_json::from_str(&gate_json(&report)).unwrap();
    assert_eq!(json["verdict"], "fail");
    let measures = &json["scenarios"][0]["measures"];
    assert_eq!(measures["mean_wait"]["reason"], "worse");
    assert_eq!(measures["wait_p99"]["now"], serde_json::Value::Null);
    assert!(measures["asa"]["needs_replications"].as_u64().unwrap() > 6);
    let csv = gate_csv(&report);
    assert_eq!(csv.lines().count(), 5, "{csv}");
    let columns = |line: &str| line.split(',').count();
    assert!(csv.lines().all(|line| columns(line) == 11), "{csv}");
    let page = gate_page(&report);
    for id in ["mean_wait", "asa", "wait_p90", "wait_p99"] {
        assert!(page.html.contains(&id.replace('_', "_<wbr>")), "{id}");
    }
    assert_eq!(page.csvs.len(), 1);
    assert_eq!(page.csvs[0].0, "charts/gate-day-1.csv");
}
