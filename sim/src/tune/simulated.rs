//! Points as simulations: a scenario each, and as many replications as were asked for, on one seed.

use reports::compare::Known;
use reports::digest::TraceDigest;
use reports::gate::{Judged, Verdict};
use reports::measures::{Measure, Part, Unit};
use reports::sample::{Evidence, SampleTable};
use reports::stats::{Difference, Estimate};
use reports::tune::{Cost, Method, Point, Tuned, Varied};

use super::{Found, Parameter, Question, Trials, Tried, TuneError, Values};
use crate::experiment::{Control, Options, Sampled, Sampler};
use crate::scenario::{Rule, Scenario, Scope};

/// A point's scenario and what was sampled of it.
struct Sampling {
    scenario: Scenario,
    sampler: Sampler,
    sampled: Option<Sampled>,
}

/// Points as simulations.
pub(super) struct Simulated<'a> {
    question: &'a Question<'a>,
    options: &'a Options,
    control: &'a Control<'a>,
    points: Vec<Option<Sampling>>,
    /// Made so far, of all points.
    replications: u32,
}

impl<'a> Simulated<'a> {
    /// `n` points, of which nothing is known.
    pub(super) fn new(
        question: &'a Question<'a>,
        options: &'a Options,
        control: &'a Control<'a>,
        n: usize,
    ) -> Self {
        Simulated {
            question,
            options,
            control,
            points: (0..n).map(|_| None).collect(),
            replications: 0,
        }
    }
}

impl Simulated<'_> {
    /// The place of each parameter's value at a point; the last parameter changes first.
    fn places(&self, point: usize) -> Vec<usize> {
        let mut rest = point;
        let mut places: Vec<usize> = self
            .question
            .parameters
            .iter()
            .rev()
            .map(|parameter| {
                let place = rest % parameter.n();
                rest /= parameter.n();
                place
            })
            .collect();
        places.reverse();
        places
    }

    fn values(&self, point: usize) -> Vec<String> {
        let parameters = self.question.parameters.iter().zip(self.places(point));
        parameters
            .map(|(parameter, place)| parameter.value(place))
            .collect()
    }

    /// The number of the only parameter.
    fn number(&self, point: usize) -> Option<f64> {
        match self.question.parameters.as_slice() {
            [only] => only.number(point),
            _ => None,
        }
    }

    /// Makes a point's scenario ready.
    pub(super) fn make(&mut self, point: usize) -> Result<(), TuneError> {
        if self.points[point].is_some() {
            return Ok(());
        }
        let parameters = self.question.parameters.iter().zip(self.places(point));
        let set: Vec<String> = parameters
            .map(|(parameter, place)| parameter.assignment(place))
            .collect();
        let scenario = (self.question.scenario)(&set)?;
        if scenario.gates.is_empty() {
            return Err(TuneError::Question(
                "the scenario has no gates: nothing says which values are good enough".to_string(),
            ));
        }
        let sampler = Sampler::new(&scenario, [], self.options.clone())
            .map_err(|error| TuneError::Run(set.join(", "), error))?;
        self.points[point] = Some(Sampling {
            scenario,
            sampler,
            sampled: None,
        });
        Ok(())
    }

    fn table(&self, point: usize) -> Option<&SampleTable> {
        let sampling = self.points[point].as_ref()?;
        sampling.sampled.as_ref().map(|sampled| &sampled.own)
    }

    /// The estimated cost over the first `n` replications.
    fn cost_of(&self, point: usize, n: usize) -> Option<Estimate> {
        match self.question.cost {
            Cost::Measure(measure) => estimate(&self.table(point)?.slice(0..n), measure),
            // A number that is known: two equal values have no error.
            Cost::Value => Estimate::of_mean(&[self.number(point)?; 2]),
        }
    }

    fn judged(&self, point: usize, confidence: f64) -> Vec<Judged> {
        let sampling = self.points[point].as_ref();
        sampling
            .and_then(|sampling| {
                let sampled = sampling.sampled.as_ref()?;
                Some(sampling.sampler.judge_at(sampled, confidence))
            })
            .unwrap_or_default()
    }

    /// Everything that was found, for reports.
    pub(super) fn tuned(&self, found: &Found) -> Tuned {
        let made = self.points.iter().flatten().next();
        let scenario = &made.expect("invariant: a point was made").scenario;
        let tried = found
            .tried
            .iter()
            .filter(|one| self.table(one.point).is_some());
        let points: Vec<Point> = tried.clone().map(|one| self.point(one, found)).collect();
        let places: Vec<usize> = tried.map(|one| one.point).collect();
        Tuned {
            set: Vec::new(),
            scenario: scenario.name.clone(),
            policy_digest: scenario.policy_digest.clone(),
            world_digest: scenario.world_digest.clone(),
            engine: env!("CARGO_PKG_VERSION").to_string(),
            seed: scenario.experiment.seed,
            confidence: self.question.precision.confidence,
            level: found.level,
            command: self.options.command.clone(),
            parameters: self.question.parameters.iter().map(varied).collect(),
            cost: self.question.cost,
            method: self.method(),
            most: self.question.precision.most,
            gate_parts: gate_parts(scenario),
            remarks: remarks(found, &points, self.is_without_effect()),
            chosen: found
                .chosen
                .and_then(|chosen| places.iter().position(|place| *place == chosen)),
            outcome: found.outcome,
            points,
        }
    }

    /// Every event of every point is that of the first, as far as they were simulated.
    fn is_without_effect(&self) -> bool {
        let points = self.points.iter().flatten();
        let digests: Vec<&[TraceDigest]> = points
            .filter_map(|point| point.sampled.as_ref())
            .map(|sampled| sampled.digests.as_slice())
            .collect();
        let mut pairs = digests.windows(2);
        let is_alike = |pair: &[&[TraceDigest]]| pair[0].iter().zip(pair[1]).all(|(a, b)| a == b);
        digests.len() > 1 && pairs.all(is_alike)
    }

    fn point(&self, tried: &Tried, found: &Found) -> Point {
        let n = self.table(tried.point).map_or(0, SampleTable::n);
        let cost = self.cost_of(tried.point, n);
        Point {
            values: self.values(tried.point),
            number: self.number(tried.point),
            n,
            gates: self.judged(tried.point, 1.0 - found.level),
            cost: cost.map(|cost| Known {
                point: cost.point,
                interval: cost.interval(self.question.precision.confidence),
            }),
            held: tried.held,
        }
    }

    fn method(&self) -> Method {
        match &self.question.parameters[0].values {
            Values::Range(grid) => Method::Bisection {
                step: grid.step(),
                values: self.points.len(),
            },
            Values::Listed(_) => Method::Selection {
                indifference: reports::render::with_unit(
                    self.question.precision.indifference,
                    Unit::Ratio,
                ),
            },
        }
    }
}

fn estimate(table: &SampleTable, measure: &'static Measure) -> Option<Estimate> {
    Evidence::from(table).estimate(measure, Part::Whole)
}

fn varied(parameter: &Parameter) -> Varied {
    let values = match &parameter.values {
        Values::Range(grid) => {
            let (first, last) = (parameter.value(0), parameter.value(parameter.n() - 1));
            format!("{first} .. {last} by {}", grid.step())
        }
        Values::Listed(all) => all.join(", "),
    };
    Varied {
        path: parameter.path.clone(),
        values,
        unit: parameter.unit(),
    }
}

/// Whose calls each gate is about, in words.
fn gate_parts(scenario: &Scenario) -> Vec<String> {
    let names = &scenario.world.names;
    let parts = scenario.gates.iter().flat_map(|gate| {
        let part = match gate.scope {
            Scope::All => String::new(),
            Scope::Queue(queue) => format!("queue {}", names.queues[queue.index()]),
            Scope::Class(class) => format!("class {}", names.classes[class.index()]),
        };
        // What is held against a log is judged from both sides.
        let n = match gate.rule {
            Rule::WithinRecorded(_) => 2,
            Rule::AtLeast(_) | Rule::AtMost(_) | Rule::LiftAtLeast(..) | Rule::LiftAtMost(..) => 1,
        };
        std::iter::repeat_n(part, n)
    });
    parts.collect()
}

fn remarks(found: &Found, points: &[Point], is_without_effect: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    if is_without_effect {
        remarks.push(
            "Every value that was tried gave the same events: what varies has no effect here."
                .to_string(),
        );
    }
    let gate = |place: usize| {
        let gates = points.iter().find_map(|point| point.gates.get(place));
        gates.map_or("a gate", |gate| gate.measure.id)
    };
    for place in &found.uneven_gates {
        remarks.push(format!(
            "{} holds and fails in turn along the range: it is not monotone, and a bisection may miss values. List \
             them instead: --vary PATH=v1,v2,...",
            gate(*place)
        ));
    }
    if found.is_cost_uneven {
        remarks.push(
            "The cost rises and falls along the range: the cheapest value may be none of those tried. List them instead: \
             --vary PATH=v1,v2,..."
                .to_string(),
        );
    }
    remarks
}

impl Trials for Simulated<'_> {
    type Error = TuneError;

    fn extend(&mut self, point: usize, n: u32) -> Result<(), TuneError> {
        self.make(point)?;
        let label = self.values(point).join(", ");
        let made = self.replications;
        let sampling = self.points[point].as_mut().expect("invariant: it was made");
        let have = sampling
            .sampled
            .as_ref()
            .map_or(0, |sampled| sampled.own.n() as u32);
        if have >= n {
            return Ok(());
        }
        let control = Control {
            stop: self.control.stop,
            progress: &|done, planned| {
                (self.control.progress)(made + done - have, made + planned - have);
            },
        };
        let more = sampling.sampler.run(have..n, &control);
        let more = more.map_err(|error| TuneError::Run(label, error))?;
        match &mut sampling.sampled {
            Some(sampled) => sampled.append(more),
            none => *none = Some(more),
        }
        self.replications += n - have;
        Ok(())
    }

    fn verdicts(&self, point: usize, confidence: f64) -> Vec<Verdict> {
        let judged = self.judged(point, confidence);
        judged.iter().map(|gate| gate.verdict).collect()
    }

    fn dearer(&self, base: usize, other: usize) -> Option<Difference> {
        let n = self.table(base)?.n().min(self.table(other)?.n());
        Difference::paired(&self.cost_of(other, n)?, &self.cost_of(base, n)?)
    }

    fn cost(&self, point: usize) -> Option<f64> {
        let n = self.table(point)?.n();
        Some(self.cost_of(point, n)?.point)
    }
}
