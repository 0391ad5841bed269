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

    /// The class of this name, added at the end when new; `None` when the ids are used up.
    pub fn intern_class(&mut self, name: &str) -> Option<ClassId> {
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
