//! What kind of file a document is, by the keys that only that kind has, so that whoever gives the wrong
//! file is told which it is instead of every key that it lacks.

use crate::field::Field;

/// The kinds of YAML files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// How calls are routed.
    Policy,
    /// A world, a policy and gates.
    Scenario,
    /// Phases, stages and criteria.
    Plan,
    /// How a call log is read.
    Columns,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Scenario, Kind::Plan, Kind::Columns, Kind::Policy];

    fn name(self) -> &'static str {
        match self {
            Kind::Policy => "policy",
            Kind::Scenario => "scenario",
            Kind::Plan => "plan",
            Kind::Columns => "columns file",
        }
    }

    /// A key that every file of this kind has and no other.
    fn key(self) -> &'static str {
        match self {
            Kind::Policy => "queues",
            Kind::Scenario => "experiment",
            Kind::Plan => "phases",
            Kind::Columns => "arrived_at",
        }
    }

    /// What to do with it.
    fn remedy(self) -> &'static str {
        match self {
            Kind::Policy => "a scenario names its policy: `policy: this-file.yaml`",
            Kind::Scenario => "`linefinder run` runs it",
            Kind::Plan => "`linefinder plan` runs it",
            Kind::Columns => "a columns file goes with a log: `--columns this-file.yaml`",
        }
    }

    /// Whether the document may be of this kind; else it is said which it is instead.
    #[must_use]
    pub fn is_likely(self, root: &Field<'_>) -> bool {
        let has = |kind: Kind| root.node.get(kind.key()).is_some();
        if has(self) {
            return true;
        }
        let Some(other) = Kind::ALL.into_iter().find(|other| has(*other)) else {
            return true;
        };
        let (is, expected) = (other.name(), self.name());
        root.wrong_with_help(
            format!("this is a {is}; a {expected} is expected here"),
            other.remedy(),
        );
        false
    }
}
