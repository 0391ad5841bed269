//! A scenario's gates as the reports judge them; lifts run their other policy on the same draws.

use std::sync::Arc;

use policy_file::PolicyFile;
use reports::gate::{Gate, Rule as Judge};
use reports::measures::{Measure, Part};
use reports::sample::{Evidence, Quantity};

use crate::bound::Ideal;
use crate::likeness::Likeness;
use crate::scenario::{Gate as GateSpec, Lift, Rule, Scenario};

/// The gates of a run, and what those that speak of a lift are over.
pub(super) struct Gates {
    judged: Vec<Judged>,
    /// The policies of lifts, each once.
    policies: Vec<Arc<PolicyFile>>,
}

struct Judged {
    measure: &'static Measure,
    part: Part,
    rule: Judge,
    limit: f64,
    /// The place of its other policy.
    baseline: Option<usize>,
    /// Its other policy's file, without folder and ending.
    over: String,
    /// What arithmetic allows, of the whole run only.
    ideal: Option<f64>,
    /// What the replayed log recorded, where that is what it is held against.
    recorded: Option<f64>,
}

impl Gates {
    pub(super) fn of(scenario: &Scenario) -> Self {
        let mut gates = Gates {
            judged: Vec::new(),
            policies: Vec::new(),
        };
        let ideal = (!scenario.gates.is_empty())
            .then(|| Ideal::of(scenario))
            .flatten();
        let log = scenario
            .gates
            .iter()
            .any(|gate| matches!(gate.rule, Rule::WithinRecorded(_)))
            .then(|| Likeness::new(scenario))
            .flatten();
        for gate in &scenario.gates {
            if let Rule::WithinRecorded(within) = gate.rule {
                let recorded = log
                    .as_ref()
                    .and_then(|log| log.recorded_measure(&gate.measure));
                let recorded = recorded.expect("invariant: the reader saw what the log recorded");
                gates.hold_against(gate, recorded, within);
            }
            let Some(mut judged) = gates.judge(gate) else {
                continue;
            };
            if judged.part == Part::Whole {
                judged.ideal = ideal.and_then(|ideal| ideal.of_measure(judged.measure.id));
            }
            gates.judged.push(judged);
        }
        gates
    }

    /// Not far below and not far above what was recorded: two gates.
    fn hold_against(&mut self, gate: &GateSpec, recorded: f64, within: Lift) {
        let far = within.of(recorded);
        for (rule, limit) in [
            (Judge::AtLeast, recorded - far),
            (Judge::AtMost, recorded + far),
        ] {
            self.judged.push(Judged {
                measure: measure(gate),
                part: gate.scope.part(),
                rule,
                limit,
                baseline: None,
                over: String::new(),
                ideal: None,
                recorded: Some(recorded),
            });
        }
    }

    /// `None` for what is held against a log.
    fn judge(&mut self, gate: &GateSpec) -> Option<Judged> {
        let measure = measure(gate);
        let (rule, limit, over) = match &gate.rule {
            Rule::AtLeast(limit) => (Judge::AtLeast, *limit, None),
            Rule::AtMost(limit) => (Judge::AtMost, *limit, None),
            Rule::LiftAtLeast(Lift::Relative(by), over) => (Judge::LiftAtLeast, *by, Some(over)),
            Rule::LiftAtLeast(Lift::Absolute(by), over) => (Judge::PointsAtLeast, *by, Some(over)),
            Rule::LiftAtMost(Lift::Relative(by), over) => (Judge::LiftAtMost, *by, Some(over)),
            Rule::LiftAtMost(Lift::Absolute(by), over) => (Judge::PointsAtMost, *by, Some(over)),
            Rule::WithinRecorded(_) => return None,
        };
        let baseline = over.map(|over| {
            let known = self
                .policies
                .iter()
                .position(|known| **known == *over.policy);
            known.unwrap_or_else(|| {
                self.policies.push(over.policy.clone());
                self.policies.len() - 1
            })
        });
        Some(Judged {
            measure,
            part: gate.scope.part(),
            rule,
            limit,
            baseline,
            over: over
                .and_then(|over| over.path.file_stem())
                .map_or(String::new(), |stem| stem.to_string_lossy().into_owned()),
            ideal: None,
            recorded: None,
        })
    }

    /// What has to be measured for them.
    pub(super) fn quantities(&self) -> impl Iterator<Item = Quantity> {
        self.judged.iter().map(|gate| Quantity {
            measure: gate.measure,
            part: gate.part,
        })
    }

    /// The policies to run beside the scenario's own.
    pub(super) fn policies(&self) -> &[Arc<PolicyFile>] {
        &self.policies
    }

    /// The gates, with the replications of [`Self::policies`] in their order.
    pub(super) fn over<'a, T>(&'a self, by_policy: &'a [T]) -> Vec<Gate<'a>>
    where
        &'a T: Into<Evidence<'a>>,
    {
        self.judged
            .iter()
            .map(|gate| Gate {
                measure: gate.measure,
                part: gate.part,
                rule: gate.rule,
                limit: gate.limit,
                baseline: gate.baseline.map(|place| (&by_policy[place]).into()),
                over: &gate.over,
                ideal: gate.ideal,
                recorded: gate.recorded,
            })
            .collect()
    }
}

fn measure(gate: &GateSpec) -> &'static Measure {
    Measure::named(&gate.measure).expect("invariant: the scenario's reader knows the measures")
}
