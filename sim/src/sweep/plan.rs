//! The plan file: all that a sweep is, in one text that a worker anywhere can run from.
//!
//! What is to be computed ([`Work`]) and how it is shown ([`Shown`]) are apart: another choice of
//! measures makes no other sweep. Plans of equal work have equal results, to the byte.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use policy_file::document::MAX_BYTES;
use policy_file::policy::hex;
use policy_file::source::Source;
use policy_file::{FileErrors, Overrides};
use reports::measures::{Measure, Part};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::bundle::{Bundle, Unpacked};
use super::vary::{Axis, Design, points};
use super::{Build, SweepError};
use crate::scenario::{Rule, Scenario};

/// Raised when a plan is written differently.
const SCHEMA: u32 = 1;
/// How a plan begins to tell what it is.
const KIND: &str = "linefinder-sweep";
/// Replications of a block, unless said: long enough that handing it out costs nothing, short enough
/// that little is lost with whoever runs it.
pub const BLOCK: u32 = 20;

/// A plan.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Of this format.
    schema: u32,
    /// `linefinder-sweep`.
    kind: String,
    /// How it is shown.
    pub shown: Shown,
    /// What is computed.
    pub work: Work,
}

/// How a sweep is shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// The command that repeats it.
    pub command: String,
    /// Ids of the measures that tables and charts show; empty for the usual ones.
    pub measures: Vec<String>,
}

/// What a sweep computes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// By which build.
    pub build: Build,
    /// Replications of a block; the last of a point may have fewer.
    pub block: u32,
    /// Keys replaced at every point, as `path=value`.
    pub set: Vec<String>,
    /// What varies.
    pub axes: Vec<Axis>,
    /// How points were made of that.
    pub design: Design,
    /// The points.
    pub points: Vec<Point>,
    /// The scenario and its files.
    pub scenario: Bundle,
}

/// One setting of everything that varies.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// A value per axis.
    pub values: Vec<String>,
    /// The seed of its draws.
    pub seed: u64,
    /// How often it is run.
    pub replications: u32,
    /// Hex digest of everything else that its results depend on: the world, the policy, what the
    /// gates are about.
    pub contents: String,
}

/// What is asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// The scenario's file.
    pub scenario: PathBuf,
    /// Keys to replace at every point, as `path=value`.
    pub set: Vec<String>,
    /// What varies, as `path=values`.
    pub vary: Vec<String>,
    /// A Latin hypercube of so many points instead of a grid.
    pub latin_hypercube: Option<u32>,
    /// Replications of a block.
    pub block: u32,
    /// How it is shown.
    pub shown: Shown,
}

impl Plan {
    /// Reads the scenario at every point.
    ///
    /// # Errors
    /// What is wrong with the request, the scenario or one of the points.
    pub fn make(request: &Request, build: Build) -> Result<Made, SweepError> {
        let axes = request.vary.iter().map(|vary| Axis::read(vary));
        let axes: Vec<Axis> = axes.collect::<Result<_, FileErrors>>()?;
        check_measures(&request.shown.measures)?;
        let source = Source::read(&request.scenario, MAX_BYTES)?;
        let base = request.scenario.parent().unwrap_or(Path::new(""));
        let (scenario, _) =
            Scenario::parse_with_references(&source.text, &source.name, base, &set(&request.set)?)?;
        let design = match request.latin_hypercube {
            Some(n) => Design::LatinHypercube(n),
            None => Design::Grid,
        };
        let seed = scenario.experiment.seed;
        let values = points(&axes, design, seed).map_err(SweepError::Wrong)?;
        let mut references = BTreeSet::new();
        let mut points = Vec::with_capacity(values.len());
        for values in values {
            let overrides = overrides(&request.set, &axes, &values)?;
            let (scenario, of_point) =
                Scenario::parse_with_references(&source.text, &source.name, base, &overrides)?;
            references.extend(of_point);
            points.push(Point {
                values,
                seed: scenario.experiment.seed,
                replications: scenario.experiment.replications,
                contents: contents(&scenario),
            });
        }
        let mut remarks: Vec<String> = scenario.remarks().iter().map(ToString::to_string).collect();
        if scenario.experiment.until.is_some() {
            remarks.push(format!(
                "experiment.until is left alone in a sweep: every point has its {} replications",
                scenario.experiment.replications
            ));
        }
        if points.iter().any(|point| point.seed != points[0].seed) {
            remarks.push(
                "experiment.seed varies: a point of another seed than the first is not on the same draws and \
                 has no change against it"
                    .to_owned(),
            );
        }
        let what = |point: &Point| (point.contents.clone(), point.seed, point.replications);
        let different: BTreeSet<_> = points.iter().map(what).collect();
        if different.len() < points.len() {
            remarks.push(format!(
                "{} of {} points are the same as another: values are rounded to what their setting takes",
                points.len() - different.len(),
                points.len()
            ));
        }
        let plan = Plan {
            schema: SCHEMA,
            kind: KIND.to_owned(),
            shown: request.shown.clone(),
            work: Work {
                build,
                block: request.block,
                set: request.set.clone(),
                axes,
                design,
                points,
                scenario: Bundle::of(&source.name, &source.text, &references)?,
            },
        };
        Ok(Made { plan, remarks })
    }

    /// Reads a plan file's text, which messages call `name`.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub fn parse(text: &str, name: &str) -> Result<Plan, SweepError> {
        let wrong = |said: String| SweepError::Wrong(format!("{name}: {said}"));
        // A scenario by mistake is told apart from a plan of another version.
        let kind: Option<Kind> = serde_json::from_str(text).ok();
        match kind {
            Some(kind) if kind.kind == KIND && kind.schema == SCHEMA => {}
            Some(kind) if kind.kind == KIND => {
                return Err(wrong(format!(
                    "is a plan of format {}, and this version reads {SCHEMA}",
                    kind.schema
                )));
            }
            Some(_) | None => return Err(wrong("is not the plan of a sweep".to_owned())),
        }
        let plan: Plan = serde_json::from_str(text)
            .map_err(|error| wrong(format!("is a damaged plan ({error}); make it again")))?;
        plan.check().map_err(wrong)?;
        Ok(plan)
    }

    /// Whether a text says that it is a plan.
    #[must_use]
    pub fn is_plan(text: &str) -> bool {
        let kind: Option<Kind> = serde_json::from_str(text).ok();
        kind.is_some_and(|kind| kind.kind == KIND)
    }

    /// What every plan that is made keeps to, also one that came from elsewhere.
    fn check(&self) -> Result<(), String> {
        let work = &self.work;
        let is_whole = |point: &Point| {
            point.values.len() == work.axes.len()
                && point.replications > 0
                && point.contents.len() == 64
        };
        if work.block == 0 || work.points.is_empty() || !work.points.iter().all(is_whole) {
            return Err("is a damaged plan; make it again".to_owned());
        }
        Ok(())
    }

    /// The plan file's text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text =
            serde_json::to_string_pretty(self).expect("invariant: plain data is written");
        text.push('\n');
        text
    }

    /// The hex digest of its work.
    #[must_use]
    pub fn digest(&self) -> String {
        let work = serde_json::to_vec(&self.work).expect("invariant: plain data is written");
        hex(&Sha256::digest(work))
    }

    /// A point as people read it: `discovery.poll=5s`, or `the scenario as it is`.
    #[must_use]
    pub fn point_name(&self, point: usize) -> String {
        let values = self.work.axes.iter().zip(&self.work.points[point].values);
        let named: Vec<String> = values
            .map(|(axis, value)| format!("{}={value}", axis.path))
            .collect();
        match named.is_empty() {
            true => "the scenario as it is".to_owned(),
            false => named.join(", "),
        }
    }

    /// The scenario at a point.
    ///
    /// # Errors
    /// When it is not what was planned.
    pub fn scenario(&self, unpacked: &Unpacked, point: usize) -> Result<Scenario, SweepError> {
        let planned = &self.work.points[point];
        let overrides = overrides(&self.work.set, &self.work.axes, &planned.values)?;
        let scenario = self.work.scenario.scenario(unpacked, &overrides)?;
        if contents(&scenario) != planned.contents {
            return Err(SweepError::Wrong(format!(
                "at {}: the scenario is not what was planned: a file was changed while the plan was made; make \
                 it again",
                self.point_name(point)
            )));
        }
        Ok(scenario)
    }

    /// How the work of another plan differs, in words.
    #[must_use]
    pub fn differences(&self, other: &Plan) -> Vec<String> {
        let (a, b) = (&self.work, &other.work);
        let mut found = Vec::new();
        if a.build != b.build {
            found.push(format!("the build ({}, {})", a.build, b.build));
        }
        let parts = [
            (a.scenario != b.scenario, "the scenario or its files"),
            (a.set != b.set, "what is set"),
            (a.axes != b.axes || a.design != b.design, "what varies"),
            (a.block != b.block, "the size of blocks"),
        ];
        found.extend(parts.iter().filter(|p| p.0).map(|p| p.1.to_owned()));
        // What else the points depend on, if none of these: an environment variable's file.
        if found.is_empty() && a.points != b.points {
            found.push("the points".to_owned());
        }
        found
    }

    /// # Errors
    /// When another build made it, naming both.
    pub fn check_build(&self, name: &str, this: &Build) -> Result<(), SweepError> {
        let planned = &self.work.build;
        if planned == this {
            return Ok(());
        }
        Err(SweepError::Wrong(format!(
            "{name} was planned by {planned}, and this is {this}: results of two builds are not put \
             together. Use one build everywhere, or make the sweep again with this one"
        )))
    }
}

/// A plan and what there is to say about it.
#[derive(Clone, PartialEq, Debug)]
pub struct Made {
    /// The plan.
    pub plan: Plan,
    /// What a person should know.
    pub remarks: Vec<String>,
}

/// The head of a plan.
#[derive(Deserialize)]
struct Kind {
    schema: u32,
    kind: String,
}

fn set(assignments: &[String]) -> Result<Overrides, FileErrors> {
    let mut overrides = Overrides::new();
    for assignment in assignments {
        overrides.set(assignment)?;
    }
    Ok(overrides)
}

/// What a point sets, behind what all of them set.
fn overrides(
    assignments: &[String],
    axes: &[Axis],
    values: &[String],
) -> Result<Overrides, FileErrors> {
    let mut overrides = set(assignments)?;
    for (axis, value) in axes.iter().zip(values) {
        overrides.set_by("--vary", &format!("{}={value}", axis.path))?;
    }
    Ok(overrides)
}

fn check_measures(ids: &[String]) -> Result<(), SweepError> {
    for id in ids {
        if Measure::named(id).is_none() {
            let known: Vec<String> = reports::measures::all().map(|m| m.id.to_owned()).collect();
            return Err(SweepError::Wrong(format!(
                "--measure {id}: there is no such measure; {}",
                policy_file::field::known_names(&known, id)
            )));
        }
    }
    Ok(())
}

/// What the samples of a scenario depend on beside the build and the seeds.
#[derive(Serialize)]
struct Contents<'s> {
    world: &'s str,
    policy: &'s str,
    gates: Vec<GateContents<'s>>,
}

/// A gate adds a quantity that is measured, and perhaps a policy that runs beside.
#[derive(Serialize)]
struct GateContents<'s> {
    measure: &'s str,
    part: Part,
    over: Option<String>,
}

fn contents(scenario: &Scenario) -> String {
    let gates = scenario.gates.iter().map(|gate| GateContents {
        measure: &gate.measure,
        part: gate.scope.part(),
        over: match &gate.rule {
            Rule::LiftAtLeast(_, over) | Rule::LiftAtMost(_, over) => Some(over.policy.digest()),
            Rule::AtLeast(_) | Rule::AtMost(_) | Rule::WithinRecorded(_) => None,
        },
    });
    let contents = Contents {
        world: &scenario.world_digest,
        policy: &scenario.policy_digest,
        gates: gates.collect(),
    };
    let json = serde_json::to_vec(&contents).expect("invariant: plain data is written");
    hex(&Sha256::digest(json))
}
