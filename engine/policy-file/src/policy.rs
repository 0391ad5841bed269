//! The content of a policy file: the engine's policy, the names behind its ids and the parts
//! that belong to the drivers (routes, opening hours, rollout).

mod bind;
mod features;
mod read;
mod render;

use std::path::Path;
use std::time::Duration;

use engine::Policy;
use engine::id::QueueId;
use engine::policy::Share;
use sha2::{Digest, Sha256};

use crate::diagnostic::{FileErrors, Problems};
use crate::document::Document;
use crate::hours::Hours;
use crate::names::Names;
use crate::node::Node;
use crate::overrides::{self, Overrides};

pub use bind::BindError;
pub use features::{FeatureVariableError, feature_variables};
pub use read::{SCHEMA_VERSION, check_version};

/// A checked policy file. Equal files have equal [`PolicyFile::digest`]s.
#[derive(Clone, PartialEq, Debug)]
pub struct PolicyFile {
    /// Passes [`Policy::check`].
    pub policy: Policy,
    /// The names of its queues and of the classes its priorities name.
    pub names: Names,
    /// Which number reaches which queue; the server's business.
    pub routes: Vec<Route>,
    /// By [`QueueId`]: when the queue is open; `None` = always (`opens_at_start`).
    pub hours: Vec<Option<Hours>>,
    /// How features are rolled out; `None` = by hand.
    pub rollout: Option<Rollout>,
}

impl PolicyFile {
    /// Reads a policy file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(path: &Path) -> Result<PolicyFile, FileErrors> {
        PolicyFile::read_with(path, &Overrides::new())
    }

    /// Reads a policy file with some of its keys replaced.
    ///
    /// # Errors
    /// Everything that is wrong with it or with the overrides.
    pub fn read_with(path: &Path, overrides: &Overrides) -> Result<PolicyFile, FileErrors> {
        read::policy(&overrides::read_with(path, overrides)?.root, "")
    }

    /// Reads a policy from a text that messages call `name`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str, name: &str) -> Result<PolicyFile, FileErrors> {
        read::policy(&Document::parse(text, name)?.root, "")
    }

    /// Reads a policy that stands at the key path `path` of another document, with some of its
    /// keys replaced.
    ///
    /// # Errors
    /// Everything that is wrong with it or with the overrides.
    pub fn from_node(
        node: &Node,
        path: &str,
        overrides: &Overrides,
    ) -> Result<PolicyFile, FileErrors> {
        let problems = Problems::new();
        let mut root = node.clone();
        overrides.apply(&mut root, &problems);
        problems.into_result(())?;
        read::policy(&root, path)
    }

    /// The canonical YAML: every key, in a fixed order and spelling. It reads back equal.
    #[must_use]
    pub fn render(&self) -> String {
        render::policy(self)
    }

    /// Hex SHA-256 of the canonical form: equal for files that differ only in layout,
    /// comments, the order of fixed keys and defaults spelled out. Of the file as read: binding adds names.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(self.render().as_bytes()))
    }
}

/// Bytes in lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where a call to a number goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Route {
    /// Calls to this number.
    Number {
        /// E.164, `+` and 2 to 15 digits.
        number: String,
        /// The queue they join.
        queue: QueueId,
    },
    /// Calls to every other number; at most one.
    Default {
        /// The queue they join.
        queue: QueueId,
    },
}

/// A staged rollout.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rollout {
    /// Ascending shares, each above 0.
    pub stages: Vec<Share>,
    /// How long a stage must stay healthy before the next; above 0.
    pub hold: Duration,
    /// The alerts that roll back; keys of the `alerts` section.
    pub rollback_on: Vec<Guard>,
}

/// An alert that may roll a stage back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Guard {
    /// `success_rate_drop`.
    SuccessRateDrop,
    /// `store_latency_factor`.
    StoreLatencyFactor,
    /// `agent_availability`.
    AgentAvailability,
    /// `queue_length`.
    QueueLength,
}

impl Guard {
    /// Every guard.
    pub const ALL: [Guard; 4] = [
        Guard::SuccessRateDrop,
        Guard::StoreLatencyFactor,
        Guard::AgentAvailability,
        Guard::QueueLength,
    ];

    /// Its key in the `alerts` section.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Guard::SuccessRateDrop => "success_rate_drop",
            Guard::StoreLatencyFactor => "store_latency_factor",
            Guard::AgentAvailability => "agent_availability",
            Guard::QueueLength => "queue_length",
        }
    }
}
