//! A rollout plan: phases of features, each rolled out by stages, with guards that must hold at every
//! stage and criteria that must hold at the end.
//!
//! Owns the types (this file), the way from YAML to them (`read`), the runs (`run`) and what is
//! said of them: `table`, `page`, `json`. It simulates through [`crate::experiment::Sampler`]
//! and judges through `reports::gate`; it decides nothing of its own but the order and the stop.
//!
//! **A stage** is the phase's policy with the phase's features at the stage's share of callers; what
//! earlier phases rolled out is at the policy's own share. **Before** is the policy that the phase
//! replaces, in the same world on the same draws.

mod json;
mod page;
mod read;
mod run;
mod table;

use engine::policy::Feature;
use engine::policy::Share;
use reports::gate::Verdict;

use crate::scenario::Scenario;

pub use json::plan_json;
pub use page::plan_page;
pub use read::PlanOptions;
pub use run::{Found, PhaseRun, PlanRun, StageRun, run};
pub use table::plan_table;

/// A plan, read with every scenario and policy that it refers to.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// A sentence or two; may be empty.
    pub description: String,
    /// In the order in which they are run.
    pub phases: Vec<Phase>,
    /// What no simulation can tell, and who can.
    pub elsewhere: Vec<Elsewhere>,
}

/// A step of the plan.
#[derive(Clone, PartialEq, Debug)]
pub struct Phase {
    /// What people call it.
    pub name: String,
    /// A sentence or two; may be empty.
    pub description: String,
    /// What its stages roll out; may be empty.
    pub features: Vec<Feature>,
    /// At least one; the last is where the criteria are judged.
    pub stages: Vec<Stage>,
    /// The first scenario under the policy that the phase replaces.
    pub before: Scenario,
    /// What must hold at the end.
    pub criteria: Vec<Criterion>,
}

/// A share of callers, and the scenarios with their features at it.
#[derive(Clone, PartialEq, Debug)]
pub struct Stage {
    /// `None` when the phase rolls out no feature: its policy as it is.
    pub share: Option<Share>,
    /// In the order of the phase; the first is the one that is drawn. Their gates are what is judged
    /// here.
    pub scenarios: Vec<StageScenario>,
}

/// A scenario at a stage.
#[derive(Clone, PartialEq, Debug)]
pub struct StageScenario {
    /// The scenario.
    pub scenario: Scenario,
    /// Whose each of its gates is.
    pub owners: Vec<Owner>,
}

/// On whose behalf something is judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Owner {
    /// A guard, that must hold at every stage.
    Guard,
    /// A criterion of the phase.
    Criterion(usize),
}

/// A line of the plan: what must hold when the phase has been rolled out.
#[derive(Clone, PartialEq, Debug)]
pub struct Criterion {
    /// In the plan's own words.
    pub says: String,
    /// Whether one of its gates is enough.
    pub needs: Needs,
}

/// How many of a criterion's gates must hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// Every one.
    All,
    /// One.
    Any,
}

impl Needs {
    /// The criterion's verdict. Nothing judged is nothing shown.
    fn verdict(self, verdicts: &[Verdict]) -> Verdict {
        let has = |verdict| verdicts.contains(&verdict);
        match self {
            Needs::All if verdicts.is_empty() => Verdict::Fail,
            Needs::All => Verdict::of_all(verdicts.iter().copied()),
            Needs::Any if has(Verdict::Pass) => Verdict::Pass,
            Needs::Any if has(Verdict::Inconclusive) => Verdict::Inconclusive,
            Needs::Any => Verdict::Fail,
        }
    }
}

/// Something that the plan asks for and a simulation cannot tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Elsewhere {
    /// In the plan's own words.
    pub says: String,
    /// Where it is measured instead.
    pub measured: String,
}

/// A share as people write it: `25 %`.
fn share(share: Share) -> String {
    let percent = f64::from(share.0) / 100.0;
    format!("{percent} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_gate_is_enough_where_any_is() {
        use Verdict::{Fail, Inconclusive, Pass};
        for (needs, verdicts, expected) in [
            (Needs::All, &[Pass, Pass][..], Pass),
            (Needs::All, &[Pass, Inconclusive], Inconclusive),
            (Needs::All, &[Fail, Pass], Fail),
            (Needs::All, &[], Fail),
            (Needs::Any, &[Fail, Pass], Pass),
            (Needs::Any, &[Fail, Inconclusive], Inconclusive),
            (Needs::Any, &[Fail, Fail], Fail),
            (Needs::Any, &[], Fail),
        ] {
            assert_eq!(needs.verdict(verdicts), expected, "{needs:?} {verdicts:?}");
        }
    }
}
