//! Whether a scenario settles, or changes in its course.

use super::{Arrivals, PerPeriod, Scenario, Staffing};

impl Scenario {
    /// What changes with the time of day or in the course of the run, the first such thing; `None` = everything
    /// goes on as it is, so that there is a steady state.
    #[must_use]
    pub fn changes(&self) -> Option<String> {
        self.arrivals_change()
            .or_else(|| self.staffing_changes())
            .or_else(|| self.laws_change())
            .or_else(|| {
                let closes = self.policy.hours.iter().any(Option::is_some);
                closes.then(|| "queues open and close".to_owned())
            })
            .or_else(|| {
                let fails = !self.world.faults.is_empty();
                fails.then(|| "faults begin and end".to_owned())
            })
    }

    fn arrivals_change(&self) -> Option<String> {
        if self.experiment.day_factor.is_some() {
            return Some("every day has an arrival rate of its own".to_owned());
        }
        self.world.calls.iter().find_map(|stream| {
            let how = match stream.arrivals {
                Arrivals::Poisson(_) => return None,
                Arrivals::Profile(_) => "follow the time of day",
                Arrivals::Trace(_) | Arrivals::Journal { .. } => "are those of a log",
                Arrivals::Burst { .. } => "come in bursts",
            };
            let queue = &self.world.names.queues[stream.queue.index()];
            Some(format!("the arrivals of {queue} {how}"))
        })
    }

    fn staffing_changes(&self) -> Option<String> {
        self.world.agents.iter().find_map(|group| {
            let name = &group.group;
            match group.staffing {
                Staffing::Table(_) | Staffing::Dated { .. } | Staffing::Given => {
                    Some(format!("the staffing of {name} changes"))
                }
                Staffing::Count(_) if !group.shifts.is_empty() => {
                    Some(format!("{name} works in shifts"))
                }
                Staffing::Count(_) if !group.breaks.is_empty() => {
                    Some(format!("{name} has breaks"))
                }
                Staffing::Count(_) => None,
            }
        })
    }

    fn laws_change(&self) -> Option<String> {
        let is_by_period = |law: &Option<PerPeriod<_>>| {
            law.as_ref()
                .is_some_and(|law| matches!(law, PerPeriod::ByPeriod { .. }))
        };
        let mut classes = self.world.calls.iter().flat_map(|stream| &stream.classes);
        let of_callers =
            classes.any(|class| is_by_period(&class.patience) || is_by_period(&class.talk));
        let of_agents = self
            .world
            .agents
            .iter()
            .any(|group| is_by_period(&group.wrap_up));
        (of_callers || of_agents)
            .then(|| "patience, talk or wrap-up follow the time of day".to_owned())
    }
}
