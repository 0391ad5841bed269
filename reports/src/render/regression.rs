//! A regression report for whoever asks: terminal, Markdown, JUnit, annotations, JSON, CSV, a page.
//! All say the same: the verdict first, the same words, the same digits.

mod annotations;
mod json;
mod junit;
mod markdown;
mod page;
mod terminal;

pub use annotations::annotations;
pub use json::{gate_csv, gate_json};
pub use junit::{Inconclusive, junit};
pub use markdown::markdown;
pub use page::gate_page;
pub use terminal::{changes_table, gate_table};

use super::number::Row;
use crate::gate::Verdict;
use crate::measures::Unit;
use crate::regression::{Finding, Moved, Reason, RegressionReport, ScenarioFindings, Shown};

/// How the changes of one measure are written: in one unit with as many digits as matter.
#[derive(Clone, Copy, Debug)]
struct Size {
    factor: f64,
    unit: &'static str,
    decimals: usize,
}

impl Size {
    /// For these numbers; the largest gets three digits.
    fn of(unit: Unit, values: impl IntoIterator<Item = Option<f64>>) -> Size {
        let (factor, unit) = match unit {
            Unit::Ratio => (100.0, " points"),
            Unit::Seconds | Unit::SignedSeconds => (1.0, " s"),
            Unit::PerHour => (1.0, " /h"),
            Unit::Count | Unit::Calls | Unit::Value | Unit::Score => (1.0, ""),
        };
        let sizes = values.into_iter().flatten().map(|v| (v * factor).abs());
        let largest = sizes.filter(|v| v.is_finite()).fold(0.0, f64::max);
        let before_the_point = if largest > 0.0 {
            largest.log10().floor() as i32
        } else {
            0
        };
        Size {
            factor,
            unit,
            decimals: (2 - before_the_point).clamp(0, 4) as usize,
        }
    }

    fn of_finding(finding: &Finding) -> Size {
        let (lower, upper) = finding.bounds.unzip();
        let bounds = [finding.difference, lower, upper];
        let limits = [Some(finding.margin), finding.detectable];
        Size::of(finding.measure.unit, bounds.into_iter().chain(limits))
    }

    fn of_moved(moved: &Moved) -> Size {
        let (lower, upper) = moved.bounds.unzip();
        Size::of(moved.measure.unit, [moved.difference, lower, upper])
    }

    /// Without its unit, never a negative zero.
    fn bare(self, value: f64) -> String {
        let text = format!("{:.*}", self.decimals, value * self.factor);
        match text.strip_prefix('-') {
            Some(rest) if !rest.contains(|c: char| ('1'..='9').contains(&c)) => rest.to_string(),
            _ => text,
        }
    }

    fn signed(self, value: f64) -> String {
        let text = self.bare(value);
        let is_zero = !text.contains(|c: char| ('1'..='9').contains(&c));
        let plus = if is_zero || text.starts_with('-') {
            ""
        } else {
            "+"
        };
        format!("{plus}{text}")
    }

    fn with_unit(self, value: f64) -> String {
        format!("{}{}", self.bare(value), self.unit)
    }

    /// `-0.98 .. +0.12 points`.
    fn range(self, (lower, upper): (f64, f64)) -> String {
        format!(
            "{} .. {}{}",
            self.signed(lower),
            self.signed(upper),
            self.unit
        )
    }
}

/// Both estimates of a measure, in one unit.
fn estimates(unit: Unit, then: Option<f64>, now: Option<f64>) -> [String; 2] {
    let row = Row::of(unit, [then, now]);
    [then, now].map(|value| value.map_or("-".to_string(), |value| row.number(value)))
}

/// Why a measure's verdict is what it is.
fn sentence(shown: &Shown) -> String {
    let finding = &shown.finding;
    let size = Size::of_finding(finding);
    let allowed = format!("{} allowed", size.with_unit(finding.margin));
    let worse = |point: f64, lower: f64| {
        format!(
            "worse by {}, at least {}; {allowed}",
            size.with_unit(point),
            size.with_unit(lower)
        )
    };
    match (
        finding.reason,
        finding.worsening(),
        finding.worsening_bounds(),
    ) {
        (Reason::Same, ..) => "the same in every replication".to_string(),
        (Reason::Within, _, Some((_, upper))) if upper <= 0.0 => {
            format!("not worse; {allowed}")
        }
        (Reason::Within, _, Some((lower, upper))) if lower > 0.0 => {
            format!("worse, but by at most {}; {allowed}", size.with_unit(upper))
        }
        (Reason::Within, _, Some((_, upper))) => {
            format!("worse by at most {}; {allowed}", size.with_unit(upper))
        }
        (Reason::Worse, Some(point), Some((lower, _))) => worse(point, lower),
        (Reason::Open, _, Some((_, upper))) => {
            let needs = match finding.needs {
                Some(n) => format!("; {n} replications would tell"),
                None => String::new(),
            };
            format!(
                "not shown to be worse, nor within the margin: may be worse by {}; {allowed}{needs}",
                size.with_unit(upper)
            )
        }
        (Reason::Vanished, ..) => {
            "the baseline has it, and this run measures nothing of it; if that is meant, --bless"
                .to_string()
        }
        (Reason::TooFew, ..) => "fewer than two replications have a value".to_string(),
        (Reason::Within | Reason::Worse | Reason::Open, ..) => {
            unreachable!("what was compared has bounds")
        }
    }
}

/// What a person wants to know first.
fn headline(report: &RegressionReport) -> String {
    let n = report.n_judged();
    let measures = |n: usize| match n {
        1 => "1 measure".to_string(),
        n => format!("{n} measures"),
    };
    match report.verdict() {
        Verdict::Pass => format!("pass: {}, none worse than its margin allows", measures(n)),
        Verdict::Fail => format!(
            "fail: {} of {n} got worse than the baseline",
            measures(report.n(Verdict::Fail))
        ),
        Verdict::Inconclusive => format!(
            "inconclusive: {} of {n} not shown to be within the margin; none is shown to be worse",
            measures(report.n(Verdict::Inconclusive))
        ),
    }
}

/// How a scenario was run beside its baseline.
fn course(scenario: &ScenarioFindings) -> String {
    let (then, now) = (&scenario.then, &scenario.now);
    let draws = match scenario.is_paired {
        true => format!(
            "{} replications of seed {}, paired with the baseline's",
            now.replications, now.seed
        ),
        false => format!(
            "{} replications of seed {} beside the baseline's {} of seed {}, not paired",
            now.replications, now.seed, then.replications, then.seed
        ),
    };
    let policy = match then.policy_digest == now.policy_digest {
        true => "the same policy",
        false => "another policy",
    };
    let engine = match then.engine == now.engine {
        true => format!("engine {}", now.engine),
        false => format!("engine {} after {}", now.engine, then.engine),
    };
    let identical = match scenario.is_identical() {
        true => format!(
            "; identical, event for event, in {} measures",
            scenario.findings.len()
        ),
        false => String::new(),
    };
    format!("{draws}; {policy}, {engine}{identical}")
}

/// Nothing moved: a table would be all zeros.
fn is_all_said(scenario: &ScenarioFindings) -> bool {
    scenario.is_identical() && scenario.verdict() == Verdict::Pass
}

/// How the columns of a table are to be read.
fn reading(report: &RegressionReport) -> String {
    let rates = report.rates;
    let percent = |share: f64| format!("{} %", (1e3 * share).round() / 10.0);
    format!(
        "A measure passes when the worse end of its difference ({}, one-sided) is within what is allowed, and \
         fails when the better end ({}, shared among the measures) is already worse than the baseline. An \
         unchanged build fails in at most {} of runs, all measures together; a change as large as the column \
         \"sees\" says is shown in {} (-: no replication differs from another), and fails when it is \
         beyond what is allowed.",
        percent(1.0 - rates.wrong_pass),
        percent(1.0 - rates.false_alarm / 2.0),
        percent(rates.false_alarm),
        percent(rates.power)
    )
}

/// What is to be known of a scenario beside its measures.
fn notes(scenario: &ScenarioFindings) -> Vec<String> {
    let own = scenario.remarks.iter().cloned();
    own.chain(edited(scenario))
        .chain(advice(scenario))
        .collect()
}

/// The baseline's events and other numbers: its file was edited, or a measure counts otherwise now.
fn edited(scenario: &ScenarioFindings) -> Option<String> {
    let differs = scenario.has_its_events() && !scenario.is_identical();
    differs.then(|| {
        "every event is the baseline's and its numbers are not: the file was edited, or a measure counts otherwise now; \
         if that is meant, --bless"
            .to_owned()
    })
}

/// More replications, where margins ask for them.
fn advice(scenario: &ScenarioFindings) -> Option<String> {
    let n = scenario.needs()?;
    let has = scenario.now.replications;
    Some(format!(
        "to see every margin: {n} replications instead of {has} (--bless --replications {n}), or wider margins"
    ))
}

/// The word of a verdict.
const fn word(verdict: Verdict) -> &'static str {
    verdict.key()
}

/// Its sign, never a colour alone.
const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Fail => "✗",
        Verdict::Inconclusive => "?",
    }
}

/// A measure's name, marked where it is the scenario's primary one.
fn name(finding: &Finding) -> String {
    match finding.is_primary {
        true => format!("{} *", finding.measure.id),
        false => finding.measure.id.to_string(),
    }
}
