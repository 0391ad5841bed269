//! Groups of agents: who serves the same queues, and when they were there.

use std::collections::{BTreeMap, BTreeSet};

use engine::id::QueueId;

use super::log::Log;
use super::parts::Options;
use super::presence;
use super::staffing::{MeanStaff, mean_staff};

/// Agents who serve the same queues.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupFit {
    /// Its name.
    pub name: String,
    /// The queues they serve.
    pub queues: BTreeSet<QueueId>,
    /// How many agents.
    pub n_agents: usize,
    /// When they were there.
    pub stretches: Vec<presence::Stretch>,
    /// The same on average.
    pub staff: MeanStaff,
}

/// Agents by the queues that at least one in twenty of their services came from.
#[must_use]
pub fn groups(log: &Log, options: &Options, rule: presence::Rule) -> Vec<GroupFit> {
    let stretches = presence::stretches(&log.logged(), rule);
    let mut served: BTreeMap<&str, BTreeMap<QueueId, u64>> = BTreeMap::new();
    for call in &log.calls {
        if let Some(service) = &call.logged.service {
            *served
                .entry(&service.agent)
                .or_default()
                .entry(call.queue())
                .or_default() += 1;
        }
    }
    let mut by_queues: BTreeMap<BTreeSet<QueueId>, Vec<&str>> = BTreeMap::new();
    for (agent, of_queues) in &served {
        let all: u64 = of_queues.values().sum();
        let own = of_queues.iter().filter(|(_, n)| **n * 20 >= all);
        by_queues
            .entry(own.map(|(queue, _)| *queue).collect())
            .or_default()
            .push(agent);
    }
    let dates = log.days.dates();
    let group = |(queues, agents): (BTreeSet<QueueId>, Vec<&str>)| {
        let names: Vec<&str> = queues
            .iter()
            .map(|queue| log.names.queues[queue.index()].as_str())
            .collect();
        let of_group = stretches
            .iter()
            .filter(|stretch| agents.contains(&stretch.agent.as_str()));
        let stretches: Vec<presence::Stretch> = of_group.cloned().collect();
        GroupFit {
            name: match log.names.queues.len() {
                1 => "agents".to_owned(),
                _ => names.join("-"),
            },
            staff: mean_staff(&stretches, &dates, options.step, &options.alike),
            n_agents: agents.len(),
            queues,
            stretches,
        }
    };
    by_queues.into_iter().map(group).collect()
}
