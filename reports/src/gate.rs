//! Gates: a rule about a measure, judged with three verdicts.
//!
//! The whole confidence interval on the good side is a pass, on the bad side a fail, and anything
//! else is inconclusive: more replications are needed. A run without calls and a measure without a
//! value fail. The gates of a run are one family: each is judged by an interval at the level that
//! Holm's procedure gives it, so that `confidence` holds for all of them together. What is shown
//! beside an estimate is its own interval at `confidence`, as everywhere in a report.
//!
//! Never decides what to measure or what the limit is.

use serde::Serialize;

use crate::measures::{Measure, Part, Unit};
use crate::report::RunMeta;
use crate::sample::Evidence;
use crate::stats::{Estimate, Interval, holm};

/// What must hold, of the measure itself or of its difference to a baseline on the same draws.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The measure >= limit.
    AtLeast,
    /// The measure <= limit.
    AtMost,
    /// Measure / baseline - 1 >= limit.
    LiftAtLeast,
    /// Measure / baseline - 1 <= limit; a limit of -30 % asks for a fall of at least that much.
    LiftAtMost,
    /// Measure - baseline >= limit.
    PointsAtLeast,
    /// Measure - baseline <= limit.
    PointsAtMost,
}

/// One rule about one measure of the whole run, or of one queue's or class's calls.
#[derive(Clone, Copy, Debug)]
pub struct Gate<'a> {
    /// What is judged.
    pub measure: &'static Measure,
    /// Over which calls; one that the measure is broken down by.
    pub part: Part,
    /// How.
    pub rule: Rule,
    /// In the measure's unit; for a relative lift a share (0.2 = 20 %).
    pub limit: f64,
    /// The baseline of a lift, replication for replication on the same draws.
    pub baseline: Option<Evidence<'a>>,
    /// What the baseline is called; empty without one.
    pub over: &'a str,
    /// What the measure itself, not its lift, is in an ideal that the driver has solved; `None` =
    /// arithmetic says nothing about it. It judges nothing.
    pub ideal: Option<f64>,
    /// What a replayed log recorded, where the limit was taken from that. It judges nothing.
    pub recorded: Option<f64>,
}

/// What became of a gate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Shown to hold.
    Pass,
    /// Shown not to hold, or nothing was measured.
    Fail,
    /// Neither.
    Inconclusive,
}

impl Verdict {
    /// The word in files.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Inconclusive => "inconclusive",
        }
    }

    /// Of several: fail if one fails, else inconclusive if one is, else pass.
    #[must_use]
    pub fn of_all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        verdicts
            .into_iter()
            .fold(Verdict::Pass, |all, one| match (all, one) {
                (Verdict::Fail, _) | (_, Verdict::Fail) => Verdict::Fail,
                (Verdict::Inconclusive, _) | (_, Verdict::Inconclusive) => Verdict::Inconclusive,
                (Verdict::Pass, Verdict::Pass) => Verdict::Pass,
            })
    }
}

/// A judged gate.
#[derive(Clone, PartialEq, Debug)]
pub struct Judged {
    /// What was judged.
    pub measure: &'static Measure,
    /// Over which calls.
    pub part: Part,
    /// How.
    pub rule: Rule,
    /// Over which baseline; empty for a rule about the measure itself.
    pub over: String,
    /// The limit.
    pub limit: f64,
    /// The estimate that was judged: the measure, or its lift.
    pub estimate: Option<f64>,
    /// Its interval at the run's confidence, for itself alone.
    pub interval: Option<Interval>,
    /// The bound that decides: of the interval at the level of this gate in the family the better end when
    /// the gate fails, else the worse one; the point when there are no bounds, or when the gate
    /// [holds while none is seen](Judged::holds_by_what_was_seen).
    pub observed: Option<f64>,
    /// The confidence of the interval of which `observed` is an end, 0..1: at least the run's.
    pub observed_confidence: f64,
    /// How far `observed` is on the good side of the limit.
    pub margin: Option<f64>,
    /// What arithmetic would allow: the measure in the driver's ideal, or that ideal's lift over
    /// the baseline's estimate. Shown beside the limit; the verdict does not depend on it.
    pub ideal: Option<f64>,
    /// What the log recorded from which the limit was taken.
    pub recorded: Option<f64>,
    /// The verdict.
    pub verdict: Verdict,
}

impl Judged {
    /// Nothing, or all, is asked for and was seen, and what was not seen may yet be: its interval reaches
    /// beyond the limit, and the gate holds all the same.
    #[must_use]
    pub fn holds_by_what_was_seen(&self) -> bool {
        let is_at_limit = self.estimate == Some(self.limit);
        let interval = self.interval.filter(|_| is_at_limit);
        self.verdict == Verdict::Pass && interval.is_some_and(|i| i.lower < i.upper)
    }

    /// Which queue's or class's calls it is about, by their names; empty for all.
    #[must_use]
    pub fn part_name(&self, meta: &RunMeta) -> String {
        match self.part {
            Part::Whole => String::new(),
            Part::Queue(queue) => format!("queue {}", meta.queues[queue.index()]),
            Part::Class(class) => format!("class {}", meta.classes[class.index()]),
        }
    }

    /// The unit of its numbers: the measure's, or a share for a relative lift. Differences of shares
    /// are written in points ([`crate::render::Row::judged_by`]).
    #[must_use]
    pub fn unit(&self) -> Unit {
        match self.rule {
            Rule::AtLeast | Rule::AtMost | Rule::PointsAtLeast | Rule::PointsAtMost => {
                self.measure.unit
            }
            Rule::LiftAtLeast | Rule::LiftAtMost => Unit::Ratio,
        }
    }
}

impl Rule {
    /// More is on the good side.
    #[must_use]
    pub const fn wants_more(self) -> bool {
        match self {
            Rule::AtLeast | Rule::LiftAtLeast | Rule::PointsAtLeast => true,
            Rule::AtMost | Rule::LiftAtMost | Rule::PointsAtMost => false,
        }
    }

    /// It is about measure - baseline.
    #[must_use]
    pub const fn is_points(self) -> bool {
        match self {
            Rule::PointsAtLeast | Rule::PointsAtMost => true,
            Rule::AtLeast | Rule::AtMost | Rule::LiftAtLeast | Rule::LiftAtMost => false,
        }
    }

    /// It is about the measure itself, not about its difference to a baseline.
    #[must_use]
    pub const fn is_absolute(self) -> bool {
        match self {
            Rule::AtLeast | Rule::AtMost => true,
            Rule::LiftAtLeast | Rule::LiftAtMost | Rule::PointsAtLeast | Rule::PointsAtMost => {
                false
            }
        }
    }
}

impl Gate<'_> {
    /// What is held against the limit.
    fn estimate(&self, evidence: Evidence<'_>) -> Option<Estimate> {
        let here = evidence.estimate(self.measure, self.part)?;
        let there = || self.baseline?.estimate(self.measure, self.part);
        match self.rule {
            Rule::AtLeast | Rule::AtMost => Some(here),
            Rule::LiftAtLeast | Rule::LiftAtMost => here.lift_over(&there()?),
            Rule::PointsAtLeast | Rule::PointsAtMost => here.minus(&there()?),
        }
    }

    /// What the ideal would give: the measure itself, or its difference to the measured baseline.
    fn ideal(&self) -> Option<f64> {
        let ideal = self.ideal?;
        let there = || {
            let there = self.baseline?.estimate(self.measure, self.part)?;
            Some(there.point)
        };
        match self.rule {
            Rule::AtLeast | Rule::AtMost => Some(ideal),
            Rule::LiftAtLeast | Rule::LiftAtMost => there()
                .filter(|there| *there > 0.0)
                .map(|there| ideal / there - 1.0),
            Rule::PointsAtLeast | Rule::PointsAtMost => Some(ideal - there()?),
        }
    }

    /// A share of nothing, or of all, is asked for: no number of calls shows that there is none among all
    /// that there could be. It holds while none is seen.
    fn is_of_what_was_seen(&self, estimate: &Estimate) -> bool {
        estimate.se() == Some(0.0) && estimate.point == self.limit
    }

    /// How unlikely the estimate would be at the limit; 0 when there is no doubt at all.
    fn p_value(&self, estimate: Option<&Estimate>) -> f64 {
        match estimate {
            None => 0.0,
            Some(estimate) if estimate.is_certain() || self.is_of_what_was_seen(estimate) => 0.0,
            Some(estimate) => estimate.p_value(self.limit).unwrap_or(1.0),
        }
    }
}

/// Judges all gates of a run together at `confidence` (0..1).
#[must_use]
pub fn judge<'a>(
    gates: &[Gate<'_>],
    evidence: impl Into<Evidence<'a>>,
    confidence: f64,
) -> Vec<Judged> {
    let evidence = evidence.into();
    let family: Vec<(Gate<'_>, Evidence<'_>)> =
        gates.iter().map(|gate| (*gate, evidence)).collect();
    judge_family(&family, confidence)
}

/// Judges gates about several runs together at `confidence` (0..1), each by its run's evidence.
#[must_use]
pub fn judge_family(family: &[(Gate<'_>, Evidence<'_>)], confidence: f64) -> Vec<Judged> {
    let estimates: Vec<Option<Estimate>> = family
        .iter()
        .map(|(gate, evidence)| gate.estimate(*evidence).filter(|_| evidence.offered() > 0))
        .collect();
    let p_values: Vec<f64> = family
        .iter()
        .zip(&estimates)
        .map(|((gate, _), estimate)| gate.p_value(estimate.as_ref()))
        .collect();
    let decisions = holm(&p_values, 1.0 - confidence);
    family
        .iter()
        .zip(estimates)
        .zip(decisions)
        .map(|(((gate, _), estimate), decision)| {
            let level = 1.0 - decision.level;
            judge_one(gate, estimate, decision.is_rejected, confidence, level)
        })
        .collect()
}

fn judge_one(
    gate: &Gate<'_>,
    estimate: Option<Estimate>,
    is_decided: bool,
    confidence: f64,
    in_family: f64,
) -> Judged {
    let judged = Judged {
        measure: gate.measure,
        part: gate.part,
        rule: gate.rule,
        over: gate.over.to_string(),
        limit: gate.limit,
        estimate: None,
        interval: None,
        observed: None,
        observed_confidence: in_family,
        margin: None,
        ideal: gate.ideal(),
        recorded: gate.recorded,
        verdict: Verdict::Fail,
    };
    let Some(estimate) = estimate else {
        return judged;
    };
    let range = gate.measure.unit.range();
    let interval_at = |confidence| {
        let interval = estimate.interval(confidence)?;
        Some(match gate.rule.is_absolute() {
            true => interval.within(range),
            false => interval,
        })
    };
    let wants_more = gate.rule.wants_more();
    let distance = |value: f64| {
        if wants_more {
            value - gate.limit
        } else {
            gate.limit - value
        }
    };
    let verdict = match (is_decided, distance(estimate.point) >= 0.0) {
        (false, _) => Verdict::Inconclusive,
        (true, true) => Verdict::Pass,
        (true, false) => Verdict::Fail,
    };
    // The end that decides: a gate holds when the worse end is on the good side, and fails when even the
    // better one is not.
    let by_lower = wants_more != (verdict == Verdict::Fail);
    let observed = match interval_at(in_family) {
        Some(_) if gate.is_of_what_was_seen(&estimate) => estimate.point,
        Some(interval) if by_lower => interval.lower,
        Some(interval) => interval.upper,
        None => estimate.point,
    };
    Judged {
        estimate: Some(estimate.point),
        interval: interval_at(confidence),
        observed: Some(observed),
        margin: Some(distance(observed)),
        verdict,
        ..judged
    }
}
