//! What a search for the cheapest value found: every point it tried, with its gates, its cost and a
//! verdict. Rendered here; searched by the driver.

mod charts;
mod csv;
mod json;
mod page;
mod table;

use crate::compare::Known;
use crate::gate::{Judged, Verdict};
use crate::measures::{Measure, Unit};
use crate::render::{Row, with_unit};

pub use csv::tune_csv;
pub use json::tune_json;
pub use page::tune_page;
pub use table::tune_table;

/// A finished search.
#[derive(Clone, Debug)]
pub struct Tuned {
    /// The scenario's name.
    pub scenario: String,
    /// Digest of its policy as the file has it.
    pub policy_digest: String,
    /// Digest of its world as the file has it.
    pub world_digest: String,
    /// Version of the engine.
    pub engine: String,
    /// The seed of every draw, the same at every point.
    pub seed: u64,
    /// Of all verdicts together, 0..1.
    pub confidence: f64,
    /// Of one bound: 1 - confidence, divided by all that might have been asked.
    pub level: f64,
    /// The command that repeats it.
    pub command: String,
    /// What else the command set, as `PATH=VALUE`; before what was varied.
    pub set: Vec<String>,
    /// What was varied.
    pub parameters: Vec<Varied>,
    /// What was to be small.
    pub cost: Cost,
    /// How it was searched.
    pub method: Method,
    /// At most so many replications of a point.
    pub most: u32,
    /// Queue or class of each gate, in words; empty for the whole run.
    pub gate_parts: Vec<String>,
    /// In the order of their values.
    pub points: Vec<Point>,
    /// The place of the chosen one.
    pub chosen: Option<usize>,
    /// What became of it.
    pub outcome: Outcome,
    /// What else was seen, in sentences.
    pub remarks: Vec<String>,
}

/// A parameter.
#[derive(Clone, PartialEq, Debug)]
pub struct Varied {
    /// Its path in the scenario.
    pub path: String,
    /// Its values, in words.
    pub values: String,
    /// The unit of its numbers; `None` when its values are none.
    pub unit: Option<String>,
}

/// What is to be small.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Cost {
    /// A measure of the whole run.
    Measure(&'static Measure),
    /// The parameter's own number.
    Value,
}

/// How it was searched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Method {
    /// One monotone parameter, in steps of so much.
    Bisection {
        /// Distance of neighbouring values.
        step: String,
        /// How many values there are.
        values: usize,
    },
    /// A set of points.
    Selection {
        /// Costs closer than this, in words, are as good as equal.
        indifference: String,
    },
}

/// A point that was tried.
#[derive(Clone, Debug)]
pub struct Point {
    /// Its values, by parameter, as they are written.
    pub values: Vec<String>,
    /// The number of its only parameter, in that one's unit.
    pub number: Option<f64>,
    /// Replications.
    pub n: usize,
    /// Its gates; their intervals are at the level of one decision.
    pub gates: Vec<Judged>,
    /// Its cost, with an interval for itself alone.
    pub cost: Option<Known>,
    /// In a word.
    pub held: Held,
}

/// Whether a point's gates hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// All are shown to hold.
    Holds,
    /// One is shown not to.
    Fails,
    /// Not decided with the most replications.
    Undecided,
    /// All hold, and it is shown to cost more than another that holds.
    HoldsDearer,
    /// Not decided, and needless: it is shown to cost more than one that holds.
    Dearer,
}

/// What became of a search.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The chosen one holds, and the next cheaper one does not, or no other that holds is cheaper.
    Cheapest,
    /// The chosen one holds, and others that hold cost the same as far as it matters.
    AsGoodAsCheapest,
    /// The whole range holds; the chosen one is its cheap end.
    AllHold,
    /// The chosen one holds; of a cheaper one it could not be decided.
    PerhapsNotCheapest,
    /// None that was tried holds.
    NothingHolds,
    /// None is shown to hold, and of some it could not be decided.
    Undecided,
}

impl Held {
    /// The word in tables and files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Held::Holds => "holds",
            Held::Fails => "fails",
            Held::Undecided => "undecided",
            Held::HoldsDearer => "holds, dearer",
            Held::Dearer => "dearer",
        }
    }
}

impl Outcome {
    /// The question was answered: a value, or that there is none.
    #[must_use]
    pub const fn is_decided(self) -> bool {
        match self {
            Outcome::Cheapest
            | Outcome::AsGoodAsCheapest
            | Outcome::AllHold
            | Outcome::NothingHolds => true,
            Outcome::PerhapsNotCheapest | Outcome::Undecided => false,
        }
    }
}

impl Cost {
    /// What it is called.
    #[must_use]
    pub fn name(self, parameters: &[Varied]) -> String {
        match self {
            Cost::Measure(measure) => measure.id.to_string(),
            Cost::Value => parameters.first().map_or("value", |p| &p.path).to_string(),
        }
    }

    fn written(self, value: f64, parameters: &[Varied]) -> String {
        match self {
            Cost::Measure(measure) => with_unit(value, measure.unit),
            Cost::Value => {
                let unit = parameters.first().and_then(|p| p.unit.as_deref());
                format!("{value}{}", unit.unwrap_or(""))
            }
        }
    }
}

impl Tuned {
    /// `--set PATH=VALUE ...` of a point, ready to be pasted.
    #[must_use]
    pub fn assignments(&self, point: &Point) -> String {
        let found = self.parameters.iter().zip(&point.values);
        let found = found.map(|(parameter, value)| format!("{}={value}", parameter.path));
        let all = self.set.iter().cloned().chain(found);
        let all: Vec<String> = all
            .map(|assignment| {
                let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
                match assignment.chars().all(is_plain) {
                    true => format!("--set {assignment}"),
                    false => format!("--set '{}'", assignment.replace('\'', r"'\''")),
                }
            })
            .collect();
        all.join(" ")
    }

    /// Gates that hold while nothing is seen, and what so many replications exclude of it; `None` without
    /// any.
    #[must_use]
    pub fn of_what_was_seen(&self) -> Option<String> {
        let point = self.choice().or(self.points.first())?;
        let all = point.gates.iter().enumerate();
        let names: Vec<String> = all
            .filter(|(_, gate)| gate.holds_by_what_was_seen())
            .map(|(place, gate)| self.gate_name(place, gate))
            .collect();
        (!names.is_empty()).then(|| {
            format!(
                "Not so of {}: they hold while nothing else is seen, and {} cannot see what is rarer than one in {} of them.",
                names.join(", "),
                replications(point.n as u32),
                (point.n as f64 / -(1.0 - self.confidence).ln()).floor().max(1.0)
            )
        })
    }

    /// The chosen point.
    #[must_use]
    pub fn choice(&self) -> Option<&Point> {
        self.points.get(self.chosen?)
    }

    /// The answer in a sentence or two.
    #[must_use]
    pub fn answer(&self) -> String {
        let confidence = crate::render::confidence(self.confidence);
        let choice = self.choice();
        let cost = choice
            .and_then(|point| point.cost)
            .map_or(String::new(), |cost| {
                let written = self.cost.written(cost.point, &self.parameters);
                match self.cost {
                    Cost::Measure(measure) => format!(", {} {written}", measure.id),
                    Cost::Value => String::new(),
                }
            });
        let value = choice.map_or(String::new(), |point| point.values.join(", "));
        match self.outcome {
            Outcome::Cheapest => {
                format!(
                    "{value} is the cheapest whose gates hold{cost}, with {confidence} confidence."
                )
            }
            Outcome::AsGoodAsCheapest => format!(
                "{value} holds{cost}, and no other that holds is cheaper by more than {}, with {confidence} confidence.",
                match &self.method {
                    Method::Selection { indifference } => indifference,
                    Method::Bisection { step, .. } => step,
                }
            ),
            Outcome::AllHold => format!(
                "Every value that was tried holds: {value} is the cheap end of the range{cost}. A wider range may \
                 have a cheaper one."
            ),
            Outcome::PerhapsNotCheapest => format!(
                "{value} holds{cost}, with {confidence} confidence; whether a cheaper one does could not be \
                 decided with {}.",
                replications(self.most)
            ),
            Outcome::NothingHolds => {
                format!("Nothing that was tried holds, with {confidence} confidence.")
            }
            Outcome::Undecided => format!(
                "Nothing is shown to hold, and not everything to fail, with {}.",
                replications(self.most)
            ),
        }
    }

    /// What a gate is called: `assignment_latency_p99 <= 2 s`, with its part.
    fn gate_name(&self, place: usize, gate: &Judged) -> String {
        let over = match gate.over.is_empty() {
            true => String::new(),
            false => format!(" over {}", gate.over),
        };
        let part = self.gate_parts.get(place).filter(|part| !part.is_empty());
        let part = part.map_or(String::new(), |part| format!(" of {part}"));
        format!(
            "{}{part} {}{over}",
            gate.measure.id,
            numbers(gate).target(gate)
        )
    }
}

impl Point {
    /// The gate that says most: the first that fails, else the first that is open, else the one that
    /// holds most narrowly.
    fn binding(&self) -> Option<(usize, &Judged)> {
        let with = |verdict: Verdict| {
            let mut all = self.gates.iter().enumerate();
            all.find(move |(_, gate)| gate.verdict == verdict)
        };
        let narrowly = || {
            let all = self.gates.iter().enumerate();
            let known = all.filter_map(|(place, gate)| Some((place, gate, room(gate)?)));
            known
                .min_by(|a, b| a.2.total_cmp(&b.2))
                .map(|(place, gate, _)| (place, gate))
        };
        with(Verdict::Fail)
            .or_else(|| with(Verdict::Inconclusive))
            .or_else(narrowly)
            .or_else(|| self.gates.iter().enumerate().next())
    }
}

/// How far the bound is from the limit, in lengths from estimate to bound; `None` when nothing varies.
fn room(gate: &Judged) -> Option<f64> {
    let reach = (gate.observed? - gate.estimate?).abs();
    (reach > 0.0).then_some(gate.margin? / reach)
}

/// `400 replications`.
fn replications(n: u32) -> String {
    match n {
        1 => "1 replication".to_string(),
        n => format!("{n} replications"),
    }
}

/// How a gate's numbers are written.
fn numbers(gate: &Judged) -> Row {
    Row::of(gate.unit(), [gate.estimate, gate.observed]).judged_by(gate.rule)
}

/// What an axis adds to a measure's name.
const fn axis(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds | Unit::SignedSeconds => ", seconds",
        Unit::Ratio | Unit::Count | Unit::Calls | Unit::PerHour | Unit::Value | Unit::Score => "",
    }
}
