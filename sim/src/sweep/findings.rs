//! What a finished sweep says: every measure at every point with its interval, its change against the
//! first point, and the gates' verdicts.
//!
//! All points have the draws of one seed (common random numbers): replication i of one point is that of
//! another with the same callers. Changes are therefore taken replication by replication, which makes their
//! intervals far narrower than those of the points would suggest. Every interval is for itself; the gates
//! of a point are one family.

use reports::digest::TraceDigest;
use reports::gate::{Judged, Verdict};
use reports::measures::{self, Measure, Part};
use reports::sample::Evidence;
use reports::stats::{Estimate, Interval};

use super::block::of_point;
use super::bundle::Unpacked;
use super::vary::Axis;
use super::{Build, Plan, Store, SweepError, work};
use crate::experiment::Sampled;
use crate::scenario::Scenario;

/// Measures that are shown unless others are asked for; those of gates come on top.
const USUAL: [&str; 6] = [
    "connection_rate",
    "abandonment_rate",
    "mean_wait",
    "assignment_latency_p99",
    "occupancy",
    "store_ops_per_hour",
];

/// A finished sweep.
#[derive(Clone, Debug)]
pub struct Findings {
    /// The scenario's name.
    pub scenario: String,
    /// What it is about, for people only.
    pub description: String,
    /// What varied.
    pub axes: Vec<Axis>,
    /// It is a grid: every combination of the axes' values.
    pub is_grid: bool,
    /// The build that computed it.
    pub build: Build,
    /// The digest of its plan.
    pub plan: String,
    /// The digest of the first point's policy; others may have others.
    pub policy_digest: String,
    /// The digest of the first point's world; others may have others.
    pub world_digest: String,
    /// Of intervals and of each point's gates as a family, 0..1.
    pub confidence: f64,
    /// The command that repeats it.
    pub command: String,
    /// The measures to show.
    pub shown: Vec<&'static Measure>,
    /// In the order of the plan.
    pub points: Vec<PointFindings>,
    /// Names of queues and classes, for gates of parts.
    pub queues: Vec<String>,
    /// By id.
    pub classes: Vec<String>,
}

/// One point.
#[derive(Clone, Debug)]
pub struct PointFindings {
    /// A value per axis.
    pub values: Vec<String>,
    /// The seed of its draws.
    pub seed: u64,
    /// Replications.
    pub n: usize,
    /// The digest of its runs.
    pub trace_digest: TraceDigest,
    /// Calls offered in all replications.
    pub offered: u64,
    /// Of every measure, in the order of reports.
    pub figures: Vec<Figure>,
    /// The scenario's gates.
    pub gates: Vec<Judged>,
}

/// One measure at one point.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// The measure.
    pub measure: &'static Measure,
    /// Its value; `None` when nothing was measured.
    pub value: Option<Estimated>,
    /// Value minus that of the first point, paired; `None` at the first point and where the numbers of
    /// replications differ.
    pub change: Option<Estimated>,
}

/// An estimate with its interval.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Estimated {
    /// The estimate, in the measure's unit.
    pub point: f64,
    /// Its standard error; `None` below two replications.
    pub se: Option<f64>,
    /// The interval at the sweep's confidence.
    pub interval: Option<Interval>,
    /// Replications that it rests on.
    pub n: usize,
}

impl Estimated {
    fn of(estimate: &Estimate, confidence: f64, range: (f64, f64)) -> Estimated {
        Estimated {
            point: estimate.point,
            se: estimate.se(),
            interval: estimate
                .interval(confidence)
                .map(|interval| interval.within(range)),
            n: estimate.n(),
        }
    }

    /// Lower and upper bound.
    #[must_use]
    pub fn bounds(&self) -> Option<(f64, f64)> {
        self.interval.map(Interval::bounds)
    }
}

impl PointFindings {
    /// A measure's figure.
    #[must_use]
    pub fn figure(&self, measure: &Measure) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.measure == measure)
    }

    /// Of all gates; `None` without any.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        let verdicts = self.gates.iter().map(|gate| gate.verdict);
        (!self.gates.is_empty()).then(|| Verdict::of_all(verdicts))
    }
}

impl Findings {
    /// Reads every result of a complete sweep, point by point.
    ///
    /// # Errors
    /// A result that is missing, damaged or of something else.
    pub fn of(plan: &Plan, unpacked: &Unpacked, store: &Store) -> Result<Findings, SweepError> {
        let first = plan.scenario(unpacked, 0)?;
        let mut base: Option<Vec<Option<Estimate>>> = None;
        let mut points = Vec::with_capacity(plan.work.points.len());
        for place in 0..plan.work.points.len() {
            let scenario = plan.scenario(unpacked, place)?;
            let (point, estimates) = point(plan, store, place, &scenario, base.as_deref())?;
            points.push(point);
            base.get_or_insert(estimates);
        }
        Ok(Findings {
            shown: shown(plan, &points),
            scenario: first.name,
            description: first.description,
            axes: plan.work.axes.clone(),
            is_grid: plan.work.design == super::vary::Design::Grid,
            build: plan.work.build.clone(),
            plan: plan.digest(),
            policy_digest: first.policy_digest,
            world_digest: first.world_digest,
            confidence: first.experiment.confidence,
            command: plan.shown.command.clone(),
            points,
            queues: first.policy.names.queues,
            classes: first.world.names.classes,
        })
    }

    /// Every event of every point is that of the first: what varies decides nothing.
    #[must_use]
    pub fn is_without_effect(&self) -> bool {
        let mut pairs = self.points.windows(2);
        self.points.len() > 1 && pairs.all(|pair| pair[0].trace_digest == pair[1].trace_digest)
    }

    /// Points at which all gates are shown to hold; `None` without gates.
    #[must_use]
    pub fn n_passed(&self) -> Option<usize> {
        let verdicts: Option<Vec<Verdict>> =
            self.points.iter().map(PointFindings::verdict).collect();
        verdicts.map(|verdicts| verdicts.iter().filter(|v| **v == Verdict::Pass).count())
    }
}

/// One point, and its estimates for the changes of later ones.
fn point(
    plan: &Plan,
    store: &Store,
    place: usize,
    scenario: &Scenario,
    base: Option<&[Option<Estimate>]>,
) -> Result<(PointFindings, Vec<Option<Estimate>>), SweepError> {
    let planned = &plan.work.points[place];
    let failed = |error| SweepError::Run {
        point: plan.point_name(place),
        error,
    };
    let sampler = work::sampler(scenario, 1).map_err(failed)?;
    let mut all: Option<Sampled> = None;
    for block in of_point(plan, place) {
        let sampled = store.sampled(&block)?;
        let Some(sampled) = sampled.filter(|s| sampler.made(s, block.range.len())) else {
            return Err(SweepError::Wrong(format!(
                "the result of replications {}..{} at {} is missing or of something else",
                block.range.start,
                block.range.end,
                plan.point_name(place)
            )));
        };
        match &mut all {
            Some(all) => all.append(sampled),
            None => all = Some(sampled),
        }
    }
    let sampled = all.expect("invariant: a point has a block");
    let evidence = Evidence::from(&sampled.own);
    let confidence = scenario.experiment.confidence;
    let estimates: Vec<Option<Estimate>> = measures::all()
        .map(|measure| evidence.estimate(measure, Part::Whole))
        .collect();
    let figures = measures::all().enumerate().map(|(i, measure)| {
        let value = estimates[i].as_ref();
        let change = base
            .filter(|_| planned.seed == plan.work.points[0].seed)
            .and_then(|base| base[i].as_ref())
            .zip(value)
            .and_then(|(base, value)| value.minus(base));
        let anywhere = (f64::NEG_INFINITY, f64::INFINITY);
        Figure {
            measure,
            value: value.map(|value| Estimated::of(value, confidence, measure.unit.range())),
            change: change.map(|change| Estimated::of(&change, confidence, anywhere)),
        }
    });
    let findings = PointFindings {
        values: planned.values.clone(),
        seed: planned.seed,
        n: sampled.own.n(),
        trace_digest: sampled.trace_digest(),
        offered: evidence.offered(),
        figures: figures.collect(),
        gates: sampler.judge(&sampled),
    };
    Ok((findings, estimates))
}

/// What was asked for, or the usual measures and those of gates, that have a value somewhere.
fn shown(plan: &Plan, points: &[PointFindings]) -> Vec<&'static Measure> {
    let has_value = |measure: &Measure| {
        let mut figures = points.iter().filter_map(|point| point.figure(measure));
        figures.any(|figure| figure.value.is_some())
    };
    let asked = &plan.shown.measures;
    if !asked.is_empty() {
        let known = asked.iter().filter_map(|id| Measure::named(id));
        return known.collect();
    }
    let is_gated = |measure: &Measure| {
        let mut gates = points.iter().flat_map(|point| &point.gates);
        gates.any(|gate| gate.measure == measure && gate.part == Part::Whole)
    };
    measures::all()
        .filter(|measure| USUAL.contains(&measure.id) || is_gated(measure))
        .filter(|measure| has_value(measure))
        .collect()
}
