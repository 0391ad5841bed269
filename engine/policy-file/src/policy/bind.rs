//! Putting a policy's queues and classes into the order of a world, so that one world has the same
//! ids under every policy.

use std::fmt;

use engine::id::{ClassId, QueueId};
use engine::policy::{Priority, QueuePolicy, Treatment};

use super::{PolicyFile, Route};
use crate::names::Names;

/// A queue that a world has and a policy has not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BindError {
    /// The queue's name.
    pub queue: String,
    /// The queues that the policy has.
    pub known: Vec<String>,
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the policy has no queue `{}`", self.queue)
    }
}

impl std::error::Error for BindError {}

impl PolicyFile {
    /// The same policy with the queues and classes of `world` first, in the world's order; its
    /// other queues and classes follow in their own. Binding twice changes nothing.
    ///
    /// # Errors
    /// Every queue of the world that the policy does not have.
    pub fn bind(&self, world: &Names) -> Result<PolicyFile, Vec<BindError>> {
        let unknown: Vec<BindError> = world
            .queues
            .iter()
            .filter(|name| self.names.queue(name).is_none())
            .map(|name| BindError {
                queue: name.clone(),
                known: self.names.queues.clone(),
            })
            .collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let names = Names {
            queues: world_first(&world.queues, &self.names.queues),
            classes: world_first(&world.classes, &self.names.classes),
        };
        let queue_map: Vec<QueueId> = self
            .names
            .queues
            .iter()
            .map(|name| {
                names
                    .queue(name)
                    .expect("invariant: every own queue is listed")
            })
            .collect();
        let mut bound = self.clone();
        for (name, own) in names.queues.iter().zip(0..) {
            let from = self.names.queue(name).expect("invariant: checked above");
            let queue: &QueuePolicy = &self.policy.queues[from.index()];
            bound.policy.queues[own] = rebuilt(queue, &queue_map, &self.names, &names);
            bound.hours[own].clone_from(&self.hours[from.index()]);
        }
        for route in &mut bound.routes {
            match route {
                Route::Number { queue, .. } | Route::Default { queue } => {
                    *queue = queue_map[queue.index()];
                }
            }
        }
        bound.names = names;
        Ok(bound)
    }
}

fn world_first(world: &[String], own: &[String]) -> Vec<String> {
    let mut all = world.to_vec();
    all.extend(own.iter().filter(|name| !world.contains(name)).cloned());
    all
}

fn rebuilt(queue: &QueuePolicy, queue_map: &[QueueId], own: &Names, bound: &Names) -> QueuePolicy {
    let mut queue = queue.clone();
    for treatment in [
        &mut queue.on_full,
        &mut queue.on_timeout,
        &mut queue.on_nobody,
        &mut queue.on_closed,
    ] {
        match treatment {
            Treatment::Queue(to) => *to = queue_map[to.index()],
            Treatment::Wait | Treatment::Voicemail | Treatment::HangUp | Treatment::Callback => {}
        }
    }
    let mut priority: Vec<Priority> = Vec::new();
    for (name, value) in own.classes.iter().zip(&queue.priority) {
        let ClassId(class) = bound
            .class(name)
            .expect("invariant: every own class is listed");
        let class = usize::from(class);
        if priority.len() <= class {
            priority.resize(class + 1, Priority::default());
        }
        priority[class] = *value;
    }
    queue.priority = priority.into();
    queue
}
