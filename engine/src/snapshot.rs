//! The engine's whole state, written down and read back: equal state, equal future.
//!
//! Owns the versions that say who may read it. Never converts: a state of another version is
//! refused, and the driver then begins from the inputs that led to it.

use alloc::boxed::Box;
use core::fmt;
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{self, Serialize, SerializeStruct, Serializer};

use crate::engine::Engine;
use crate::invariants::{self, Broken};

/// The form of the written state. Raised when a field of the engine's state comes, goes, moves or
/// changes its meaning.
pub const SNAPSHOT_FORMAT: u32 = 1;

/// What the engine does with inputs. Raised by every intended change of outputs for inputs that
/// could be given before: a journal replays exactly under the version it was recorded by, and
/// states of one version are not continued by another.
pub const BEHAVIOUR_VERSION: u32 = 1;

/// An engine's state between two steps, with the versions that can read it.
///
/// Serialises as a struct of `format`, `behaviour_version` and `state`, in this order, by any serde
/// format: text or binary, self-describing or not. Of a snapshot of other versions only these are
/// read. Bit rot is the store's to detect (by a checksum): what still reads as a state is taken
/// for one.
#[derive(Clone, Debug)]
pub struct Snapshot(State);

#[derive(Clone, Debug)]
enum State {
    Ours(Box<Engine>),
    Other(Versions),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Versions {
    format: u32,
    behaviour: u32,
}

impl Versions {
    const OURS: Versions = Versions {
        format: SNAPSHOT_FORMAT,
        behaviour: BEHAVIOUR_VERSION,
    };
}

/// Why an engine does not come back from a snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RestoreError {
    /// It is written in a form that this engine does not read.
    OtherFormat {
        /// The form it is written in; this engine reads [`SNAPSHOT_FORMAT`].
        found: u32,
    },
    /// It is the state of an engine that decides otherwise.
    OtherBehaviour {
        /// That engine's version; this one's is [`BEHAVIOUR_VERSION`].
        found: u32,
    },
    /// It reads as a state that no engine can be in.
    Broken(Broken),
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RestoreError::OtherFormat { found } => write!(
                f,
                "the snapshot has format {found}, this engine reads format {SNAPSHOT_FORMAT}"
            ),
            RestoreError::OtherBehaviour { found } => write!(
                f,
                "the snapshot is of behaviour version {found}, this engine is version {BEHAVIOUR_VERSION}"
            ),
            RestoreError::Broken(broken) => {
                write!(f, "the snapshot holds an impossible state: {broken}")
            }
        }
    }
}

impl core::error::Error for RestoreError {}

impl Engine {
    /// The state as it is now, between two steps. O(n) in calls and agents.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(State::Ours(Box::new(self.clone())))
    }

    /// The engine that was in this state: fed the same from here on, it says the same.
    /// O(n log n): the invariants are checked.
    ///
    /// # Errors
    /// The snapshot is of another version, or breaks an invariant.
    pub fn restore(snapshot: Snapshot) -> Result<Engine, RestoreError> {
        match snapshot.0 {
            State::Ours(engine) => match invariants::check(&engine) {
                Ok(()) => Ok(*engine),
                Err(broken) => Err(RestoreError::Broken(broken)),
            },
            State::Other(Versions { format: found, .. }) if found != SNAPSHOT_FORMAT => {
                Err(RestoreError::OtherFormat { found })
            }
            State::Other(Versions {
                behaviour: found, ..
            }) => Err(RestoreError::OtherBehaviour { found }),
        }
    }
}

impl Snapshot {
    /// The form it is written in.
    #[must_use]
    pub fn format(&self) -> u32 {
        self.versions().format
    }

    /// The behaviour version of the engine it was taken of.
    #[must_use]
    pub fn behaviour_version(&self) -> u32 {
        self.versions().behaviour
    }

    fn versions(&self) -> Versions {
        match &self.0 {
            State::Ours(_) => Versions::OURS,
            State::Other(versions) => *versions,
        }
    }
}

const FIELDS: &[&str] = &["format", "behaviour_version", "state"];

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let State::Ours(engine) = &self.0 else {
            return Err(ser::Error::custom(
                "a snapshot of another version is not written again: its state was not read",
            ));
        };
        let mut fields = serializer.serialize_struct("Snapshot", FIELDS.len())?;
        fields.serialize_field(FIELDS[0], &SNAPSHOT_FORMAT)?;
        fields.serialize_field(FIELDS[1], &BEHAVIOUR_VERSION)?;
        fields.serialize_field(FIELDS[2], engine)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("Snapshot", FIELDS, Fields)
    }
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    Format,
    BehaviourVersion,
    State,
}

/// Reads the versions first, and the state only if it is ours to read.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Snapshot;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an engine's snapshot")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<Snapshot, A::Error> {
        let too_short = |n| de::Error::invalid_length(n, &Fields);
        let versions = Versions {
            format: fields.next_element()?.ok_or_else(|| too_short(0))?,
            behaviour: fields.next_element()?.ok_or_else(|| too_short(1))?,
        };
        if versions != Versions::OURS {
            return Ok(Snapshot(State::Other(versions)));
        }
        let engine = fields.next_element()?.ok_or_else(|| too_short(2))?;
        Ok(Snapshot(State::Ours(engine)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Snapshot, A::Error> {
        let (mut format, mut behaviour, mut state) = (None, None, None);
        while let Some(field) = fields.next_key()? {
            match field {
                Field::Format => format = Some(fields.next_value()?),
                Field::BehaviourVersion => behaviour = Some(fields.next_value()?),
                Field::State => {
                    let is_other = format.is_some_and(|f: u32| f != SNAPSHOT_FORMAT)
                        || behaviour.is_some_and(|b: u32| b != BEHAVIOUR_VERSION);
                    if is_other {
                        fields.next_value::<IgnoredAny>()?;
                    } else {
                        state = Some(fields.next_value()?);
                    }
                }
            }
        }
        let missing = de::Error::missing_field;
        let versions = Versions {
            format: format.ok_or_else(|| missing(FIELDS[0]))?,
            behaviour: behaviour.ok_or_else(|| missing(FIELDS[1]))?,
        };
        if versions != Versions::OURS {
            return Ok(Snapshot(State::Other(versions)));
        }
        let engine = state.ok_or_else(|| missing(FIELDS[2]))?;
        Ok(Snapshot(State::Ours(engine)))
    }
}
