//! A plan file to a [`Plan`]. Every part reads on after an error, so that one run shows all.

use std::path::{Path, PathBuf};

use engine::policy::Feature;
use engine::policy::Share;
use policy_file::policy::check_version;
use policy_file::{Document, Field, FileErrors, Keys, Kind, Overrides, Problems, quantity};

use super::{Criterion, Elsewhere, Needs, Owner, Phase, Plan, Stage, StageScenario};
use crate::scenario::read::{Context, further_gates, name};
use crate::scenario::{Gate, Rule, Scenario};

const KEYS: [&str; 5] = ["schema", "name", "description", "phases", "elsewhere"];
const PHASE_KEYS: [&str; 9] = [
    "name",
    "description",
    "scenarios",
    "policy",
    "before",
    "features",
    "stages",
    "guards",
    "criteria",
];
const CRITERION_KEYS: [&str; 4] = ["says", "scenario", "gates", "needs"];
const FEATURES: [(&str, Feature); 7] = [
    ("agent_heartbeat", Feature::AgentHeartbeat),
    ("enhanced_discovery", Feature::EnhancedDiscovery),
    ("enhanced_queue", Feature::EnhancedQueue),
    ("continuous_discovery", Feature::ContinuousDiscovery),
    ("priority_queue", Feature::PriorityQueue),
    ("load_balancing", Feature::LoadBalancing),
    ("callback", Feature::Callback),
];

/// What is put in the place of what the scenarios say.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PlanOptions {
    /// The seed of every scenario.
    pub seed: Option<u64>,
    /// Replications of every scenario.
    pub replications: Option<u32>,
}

impl Plan {
    /// Reads a plan and every file it refers to.
    ///
    /// # Errors
    /// Everything that is wrong with the files.
    pub fn read(path: &Path, options: PlanOptions) -> Result<Plan, FileErrors> {
        let base = path.parent().unwrap_or(Path::new(""));
        Plan::of(&Document::read(path)?, base, options)
    }

    /// Reads a plan from a text that messages call `name`; its files are looked for in `base`.
    ///
    /// # Errors
    /// As [`Plan::read`].
    pub fn parse(
        text: &str,
        name: &str,
        base: &Path,
        options: PlanOptions,
    ) -> Result<Plan, FileErrors> {
        Plan::of(&Document::parse(text, name)?, base, options)
    }

    fn of(document: &Document, base: &Path, options: PlanOptions) -> Result<Plan, FileErrors> {
        let problems = Problems::new();
        let reader = Reader {
            context: Context::new(base),
            base,
            options,
        };
        let plan = reader.plan(&Field::root(&document.root, &problems));
        problems.into_result(())?;
        Ok(plan.expect("invariant: what is missing was reported"))
    }
}

struct Reader<'b> {
    context: Context<'b>,
    base: &'b Path,
    options: PlanOptions,
}

/// What a phase is made of before its stages are.
struct Frame<'a> {
    scenarios: Vec<PathBuf>,
    policy: Option<PathBuf>,
    features: Vec<(&'static str, Feature)>,
    guards: Option<Field<'a>>,
    criteria: Vec<(Criterion, usize, Option<Field<'a>>)>,
}

impl Reader<'_> {
    fn plan(&self, root: &Field<'_>) -> Option<Plan> {
        if !Kind::Plan.is_likely(root) {
            return None;
        }
        let keys = root.keys(&KEYS)?;
        check_version(&keys);
        let name = keys.required("name", "name: robust-queue");
        let name = name.and_then(|field| name_of(&field));
        let phases = keys
            .required("phases", "phases: [ { name: ..., scenarios: [ ... ] } ]")
            .and_then(|field| field.items("a list of phases"))
            .unwrap_or_default();
        if phases.is_empty() {
            root.wrong("needs at least one phase");
        }
        let mut read: Vec<Phase> = Vec::new();
        for field in &phases {
            let previous = read.last().and_then(Phase::policy_path);
            let phase = self.phase(field, previous);
            read.extend(phase);
        }
        let elsewhere = keys.get("elsewhere");
        let elsewhere = elsewhere
            .and_then(|field| field.items("a list of criteria"))
            .unwrap_or_default();
        let elsewhere: Vec<Elsewhere> = elsewhere.iter().filter_map(measured_elsewhere).collect();
        if root.problems().count() > 0 {
            return None;
        }
        Some(Plan {
            name: name?,
            description: sentence(&keys, "description"),
            phases: read,
            elsewhere,
        })
    }

    fn phase(&self, field: &Field<'_>, previous: Option<PathBuf>) -> Option<Phase> {
        let keys = field.keys(&PHASE_KEYS)?;
        let name = keys
            .required("name", "name: Phase 1, heartbeats")
            .and_then(|field| field.text("the name of the phase"));
        let frame = self.frame(&keys)?;
        let shares = shares(&keys, !frame.features.is_empty());
        let before = match keys.get("before") {
            Some(field) => self.context.file(&field),
            None => previous.or_else(|| {
                keys.required("before", "before: ../policies/legacy.yaml")
                    .and(None)
            }),
        };
        let before = self.scenario(frame.scenarios.first()?, before.as_deref(), &[], field)?;
        let mut stages: Vec<Stage> = Vec::new();
        for (place, share) in shares.iter().enumerate() {
            let is_last = place + 1 == shares.len();
            stages.push(self.stage(&frame, *share, is_last, field)?);
            if field.problems().count() > 0 {
                // Every further stage would say the same.
                return None;
            }
        }
        Some(Phase {
            name: name?.to_owned(),
            description: sentence(&keys, "description"),
            features: frame.features.iter().map(|(_, feature)| *feature).collect(),
            stages,
            before,
            criteria: frame.criteria.into_iter().map(|(one, ..)| one).collect(),
        })
    }

    fn frame<'a>(&self, keys: &Keys<'a>) -> Option<Frame<'a>> {
        let scenarios = keys
            .required("scenarios", "scenarios: [ phase-1.yaml ]")
            .and_then(|field| field.items("a list of scenario files"))?;
        if scenarios.is_empty() {
            keys.field().wrong("needs at least one scenario");
        }
        let scenarios: Vec<PathBuf> = scenarios
            .iter()
            .filter_map(|field| self.context.file(field))
            .collect();
        let features = keys.get("features");
        let features = features
            .and_then(|field| field.items("a list of features"))
            .unwrap_or_default();
        let named = FEATURES.map(|(name, feature)| (name, (name, feature)));
        let features = features.iter().filter_map(|field| field.choice(&named));
        let features: Vec<(&'static str, Feature)> = features.collect();
        let criteria = keys.get("criteria");
        let criteria = criteria
            .and_then(|field| field.items("a list of criteria"))
            .unwrap_or_default();
        let criteria: Vec<_> = criteria
            .iter()
            .filter_map(|field| self.criterion(field, &scenarios))
            .collect();
        if criteria.is_empty() && keys.get("guards").is_none() {
            keys.field()
                .wrong("needs `criteria` or `guards`: without them every phase would pass");
        }
        Some(Frame {
            policy: keys
                .get("policy")
                .and_then(|field| self.context.file(&field)),
            guards: keys.get("guards"),
            scenarios,
            features,
            criteria,
        })
    }

    /// A criterion, the place of its scenario and its gates; without gates the scenario's own.
    fn criterion<'a>(
        &self,
        field: &Field<'a>,
        scenarios: &[PathBuf],
    ) -> Option<(Criterion, usize, Option<Field<'a>>)> {
        let keys = field.keys(&CRITERION_KEYS)?;
        let says = keys
            .required("says", "says: Lost calls fall by at least 30 %")
            .and_then(|field| field.text("what must hold, in the plan's words"));
        let needs = keys.get("needs").map_or(Some(Needs::All), |field| {
            field.choice(&[("all", Needs::All), ("any", Needs::Any)])
        });
        let scenario = match keys.get("scenario") {
            None => Some(0),
            Some(field) => {
                let path = self.context.file(&field);
                let place = path.and_then(|path| scenarios.iter().position(|known| *known == path));
                if place.is_none() {
                    field.wrong("expected one of the phase's `scenarios`");
                }
                place
            }
        };
        let criterion = Criterion {
            says: says?.trim().to_owned(),
            needs: needs?,
        };
        Some((criterion, scenario?, keys.get("gates")))
    }

    fn stage(
        &self,
        frame: &Frame<'_>,
        share: Option<Share>,
        is_last: bool,
        field: &Field<'_>,
    ) -> Option<Stage> {
        let mut scenarios = Vec::new();
        for (place, path) in frame.scenarios.iter().enumerate() {
            let features: Vec<(&str, Share)> = share.map_or_else(Vec::new, |share| {
                frame.features.iter().map(|(n, _)| (*n, share)).collect()
            });
            let scenario = self.scenario(path, frame.policy.as_deref(), &features, field)?;
            let mut one = StageScenario {
                owners: Vec::new(),
                scenario: Scenario {
                    gates: Vec::new(),
                    ..scenario.clone()
                },
            };
            let base = self.base;
            if let Some(guards) = frame.guards.as_ref().filter(|_| place == 0) {
                one.add(Owner::Guard, further_gates(guards, base, &scenario));
            }
            for (index, (_, of, gates)) in frame.criteria.iter().enumerate() {
                if is_last && *of == place {
                    let gates = match gates {
                        Some(gates) => further_gates(gates, base, &scenario),
                        None => scenario.gates.clone(),
                    };
                    one.add(Owner::Criterion(index), gates);
                }
            }
            scenarios.push(one);
        }
        Some(Stage { share, scenarios })
    }

    fn scenario(
        &self,
        path: &Path,
        policy: Option<&Path>,
        features: &[(&str, Share)],
        field: &Field<'_>,
    ) -> Option<Scenario> {
        match self.try_scenario(path, policy, features) {
            Ok(scenario) => Some(scenario),
            Err(errors) => {
                // Of the stages of a phase all have the same errors.
                if field.problems().count() == 0 {
                    field.problems().extend(errors);
                }
                None
            }
        }
    }

    fn try_scenario(
        &self,
        path: &Path,
        policy: Option<&Path>,
        features: &[(&str, Share)],
    ) -> Result<Scenario, FileErrors> {
        let mut overrides = Overrides::new();
        let mut set = |assignment: String| overrides.set(&assignment);
        if let Some(policy) = policy {
            // The scenario would look for it beside itself.
            let policy = std::path::absolute(policy).unwrap_or_else(|_| policy.to_owned());
            let text = policy.to_string_lossy().replace('\'', "''");
            set(format!("policy='{text}'"))?;
        }
        for (feature, share) in features {
            let percent = f64::from(share.0) / 100.0;
            set(format!("policy.features.{feature}={percent}%"))?;
        }
        if let Some(seed) = self.options.seed {
            set(format!("experiment.seed={seed}"))?;
        }
        if let Some(n) = self.options.replications {
            set(format!("experiment.replications={n}"))?;
        }
        // A plan compares at fixed numbers of replications.
        set("experiment.until=null".to_owned())?;
        Scenario::read(path, &overrides)
    }
}

impl StageScenario {
    /// A gate that is held against a log is judged from both sides.
    fn add(&mut self, owner: Owner, gates: Vec<Gate>) {
        for gate in gates {
            let n = match gate.rule {
                Rule::WithinRecorded(_) => 2,
                Rule::AtLeast(_)
                | Rule::AtMost(_)
                | Rule::LiftAtLeast(..)
                | Rule::LiftAtMost(..) => 1,
            };
            self.owners.extend(std::iter::repeat_n(owner, n));
            self.scenario.gates.push(gate);
        }
    }
}

impl Phase {
    /// What the next phase replaces.
    fn policy_path(&self) -> Option<PathBuf> {
        let last = self.stages.last()?.scenarios.first()?;
        last.scenario.policy_path.clone()
    }
}

/// Ascending; `[None]` where nothing is rolled out.
fn shares(keys: &Keys<'_>, has_features: bool) -> Vec<Option<Share>> {
    let Some(field) = keys.get("stages") else {
        return vec![has_features.then_some(Share(10_000))];
    };
    if !has_features {
        field.wrong("goes with `features`: they are what the stages roll out");
    }
    let items = field.items("a list of shares").unwrap_or_default();
    let mut shares: Vec<Option<Share>> = Vec::new();
    for item in &items {
        let Some(share) = item.quantity(quantity::share) else {
            continue;
        };
        if shares.last().is_some_and(|last| *last >= Some(share)) {
            item.wrong("expected more than the stage before");
        }
        shares.push(Some(share));
    }
    if items.is_empty() {
        field.wrong("expected at least one stage, as in [10%, 25%, 50%, 75%, 100%]");
    }
    shares
}

fn measured_elsewhere(field: &Field<'_>) -> Option<Elsewhere> {
    let keys = field.keys(&["says", "measured"])?;
    let text = |key: &str, example: &str| {
        let field = keys.required(key, example)?;
        Some(field.text("a sentence")?.trim().to_owned())
    };
    let says = text("says", "says: Satisfaction above 4.5 of 5");
    let measured = text("measured", "measured: by the after-call question");
    Some(Elsewhere {
        says: says?,
        measured: measured?,
    })
}

fn sentence(keys: &Keys<'_>, key: &str) -> String {
    let field = keys.get(key);
    let text = field.and_then(|field| field.text("a sentence"));
    text.unwrap_or_default().trim().to_owned()
}

fn name_of(field: &Field<'_>) -> Option<String> {
    name(field).map(str::to_owned)
}
