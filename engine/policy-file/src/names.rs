//! The names behind the engine's dense ids. A name's id is its position.

use engine::id::{ClassId, QueueId};
use serde::Serialize;

/// Queue and caller-class names; `queues[q.index()]` is the name of queue `q`, likewise classes.
///
/// Invariant: no name occurs twice in its list.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Names {
    /// By [`QueueId`].
    pub queues: Vec<String>,
    /// By [`ClassId`].
    pub classes: Vec<String>,
}

/// A policy file names at most this many queues, and this many classes: more are not needed by anyone,
/// and ids end at 65,535.
pub(crate) const MOST_OF_A_POLICY: usize = 4096;

/// A world's classes and a policy's, together, have 16-bit ids.
const MOST_CLASSES: usize = (1 << 16) - MOST_OF_A_POLICY;

impl Names {
    /// The queue of this name.
    #[must_use]
    pub fn queue(&self, name: &str) -> Option<QueueId> {
        position(&self.queues, name).map(QueueId)
    }

    /// The class of this name.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<ClassId> {
        position(&self.classes, name).map(ClassId)
    }

    /// The queue of this name, added at the end when new; `None` when the ids are used up.
    pub fn intern_queue(&mut self, name: &str) -> Option<QueueId> {
        intern(&mut self.queues, name).map(QueueId)
    }

    /// The class of this name, added at the end when new; `None` when the ids are used up: there is
    /// always room left for those that a policy adds to a world's when it is bound.
    pub fn intern_class(&mut self, name: &str) -> Option<ClassId> {
        if self.classes.len() >= MOST_CLASSES && self.class(name).is_none() {
            return None;
        }
        intern(&mut self.classes, name).map(ClassId)
    }
}

fn position(names: &[String], name: &str) -> Option<u16> {
    let found = names.iter().position(|known| known == name)?;
    u16::try_from(found).ok()
}

fn intern(names: &mut Vec<String>, name: &str) -> Option<u16> {
    if let Some(known) = position(names, name) {
        return Some(known);
    }
    let id = u16::try_from(names.len()).ok()?;
    names.push(name.to_owned());
    Some(id)
}
