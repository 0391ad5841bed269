//! A scenario's gates as the reports judge them; lifts run their other policy on the same draws.

use std::sync::Arc;

use reports::gate::{Gate, Rule as Judge};
use reports::measures::Measure;
use reports::record::Replication;

use crate::scenario::{Gate as GateSpec, Lift, Rule, Scenario, Scope};

use super::RunError;

/// The gates of a run, and what those that speak of a lift are over.
pub(super) struct Gates {
    judged: Vec<Judged>,
    baselines: Vec<(Arc<policy_file::PolicyFile>, Vec<Replication>)>,
}

struct Judged {
    measure: &'static Measure,
    rule: Judge,
    limit: f64,
    /// Its place among the baselines.
    baseline: Option<usize>,
}

impl Gates {
    pub(super) fn of(scenario: &Scenario) -> Result<Self, RunError> {
        let mut gates = Gates {
            judged: Vec::new(),
            baselines: Vec::new(),
        };
        for gate in &scenario.gates {
            let judged = gates.judge(gate)?;
            gates.judged.push(judged);
        }
        Ok(gates)
    }

    fn judge(&mut self, gate: &GateSpec) -> Result<Judged, RunError> {
        let measure = Measure::named(&gate.measure).ok_or_else(|| {
            RunError::Unsupported(format!("gates.{}: no such measure", gate.measure))
        })?;
        if gate.scope != Scope::All {
            return Err(RunError::Unsupported(format!(
                "gates.{}: gates of one queue or class are not judged yet; leave `queue` and \
                 `class` out",
                gate.measure
            )));
        }
        let (rule, limit, over) = match &gate.rule {
            Rule::AtLeast(limit) => (Judge::AtLeast, *limit, None),
            Rule::AtMost(limit) => (Judge::AtMost, *limit, None),
            Rule::LiftAtLeast(Lift::Relative(by), over) => (Judge::LiftAtLeast, *by, Some(over)),
            Rule::LiftAtLeast(Lift::Absolute(by), over) => (Judge::PointsAtLeast, *by, Some(over)),
            Rule::LiftAtMost(Lift::Relative(by), over) => (Judge::LiftAtMost, *by, Some(over)),
            Rule::LiftAtMost(Lift::Absolute(by), over) => (Judge::PointsAtMost, *by, Some(over)),
        };
        let baseline = over.map(|over| {
            let known = self
                .baselines
                .iter()
                .position(|(policy, _)| **policy == *over.policy);
            known.unwrap_or_else(|| {
                self.baselines.push((over.policy.clone(), Vec::new()));
                self.baselines.len() - 1
            })
        });
        Ok(Judged {
            measure,
            rule,
            limit,
            baseline,
        })
    }

    /// The policies to run beside the scenario's own.
    pub(super) fn policies(&self) -> impl Iterator<Item = Arc<policy_file::PolicyFile>> + '_ {
        self.baselines.iter().map(|(policy, _)| policy.clone())
    }

    pub(super) fn set_baseline(&mut self, place: usize, replications: Vec<Replication>) {
        self.baselines[place].1 = replications;
    }

    pub(super) fn gates(&self) -> Vec<Gate<'_>> {
        self.judged
            .iter()
            .map(|gate| Gate {
                measure: gate.measure,
                rule: gate.rule,
                limit: gate.limit,
                baseline: gate.baseline.map_or(&[][..], |b| &self.baselines[b].1),
            })
            .collect()
    }
}
