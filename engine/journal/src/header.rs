//! The first line of a file: what the engine was before the first row, and whose names its ids are.
//!
//! `{"journal":1,..,"crc":"<8 digits>"}`; the checksum is of the line without it.

use engine::{Policy, Snapshot};
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Refused};
use crate::hex;
use crate::seal::{Chain, GENESIS, Hash};
use engine::Timestamp;

/// The form of an exported file that this version writes and reads.
pub const FORMAT: u64 = 1;

/// What a file begins with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    journal: u64,
    /// The behaviour version of the engine that took the inputs ([`engine::BEHAVIOUR_VERSION`]).
    pub behaviour_version: u32,
    /// That engine's package version, for people.
    pub engine: String,
    /// Whose journal it is.
    pub site: String,
    /// The wall time of the engine's epoch (`at` = 0), RFC 3339.
    pub started: String,
    /// The policy before the first row, unless `snapshot` has it.
    pub policy: Policy,
    /// What the ids are called.
    pub names: Names,
    /// The engine before the first row; `None` = a new engine under `policy`.
    pub snapshot: Option<Snapshot>,
    /// The first row's number.
    pub first_seq: u64,
    /// The hash of the row before it; zeros before row 1.
    #[serde(with = "hex::bytes")]
    pub previous_hash: Hash,
    /// `outputs` of the row before it; zeros before row 1.
    #[serde(with = "hex::words")]
    pub previous_outputs: [u64; 2],
}

/// What the engine's ids are called; a name's place is its id.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// By `QueueId`.
    pub queues: Vec<String>,
    /// By `ClassId`.
    pub classes: Vec<String>,
    /// By `AgentId`.
    pub agents: Vec<String>,
}

/// The end of a header's line.
const SEAL: usize = r#","crc":""}"#.len() + 8;

/// Of whatever format: which one.
#[derive(Deserialize)]
struct AnyHeader {
    journal: u64,
}

impl Header {
    /// Of a journal from its beginning: a new engine of this version under `policy`.
    #[must_use]
    pub fn new(site: String, started: String, policy: Policy, names: Names) -> Self {
        Header {
            journal: FORMAT,
            behaviour_version: engine::BEHAVIOUR_VERSION,
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            site,
            started,
            policy,
            names,
            snapshot: None,
            first_seq: 1,
            previous_hash: GENESIS,
            previous_outputs: [0; 2],
        }
    }

    /// The same for rows after `chain`'s last, which had these outputs, and an engine in the state
    /// that `snapshot` is of.
    #[must_use]
    pub fn continuing(mut self, chain: &Chain, outputs: [u64; 2], snapshot: Snapshot) -> Self {
        self.snapshot = Some(snapshot);
        self.first_seq = chain.next_seq();
        self.previous_hash = chain.hash();
        self.previous_outputs = outputs;
        self
    }

    /// What the first row must continue.
    pub(crate) fn chain(&self) -> Chain {
        let before = self.first_seq.saturating_sub(1);
        Chain::after(before, self.previous_hash, Timestamp::ZERO, 0)
    }

    /// Appends the line, its end included.
    pub(crate) fn write(&self, line: &mut Vec<u8>) -> Result<(), Refused> {
        let from = line.len();
        serde_json::to_writer(&mut *line, self)
            .map_err(|error| Refused::header(Fault::Unreadable(error.to_string())))?;
        let crc = crc32fast::hash(&line[from..]);
        line.pop();
        line.extend_from_slice(b",\"crc\":\"");
        hex::push(line, &crc.to_be_bytes());
        line.extend_from_slice(b"\"}\n");
        Ok(())
    }

    /// The header in a line, without its end.
    pub(crate) fn read(line: &mut [u8]) -> Result<Header, Refused> {
        let unreadable = |why: String| Refused::header(Fault::Unreadable(why));
        let any: AnyHeader = serde_json::from_slice(line).map_err(|error| {
            unreadable(format!(
                "not the first line of a journal, {{\"journal\":{FORMAT},..}}: {error}"
            ))
        })?;
        if any.journal != FORMAT {
            return Err(Refused::header(Fault::OtherFormat { found: any.journal }));
        }
        let sealed = line.len().checked_sub(SEAL);
        let crc = sealed.and_then(|from| {
            let digits = line[from..].strip_prefix(b",\"crc\":\"")?;
            hex::read(digits.strip_suffix(b"\"}")?).map(u32::from_be_bytes)
        });
        let (Some(end), Some(crc)) = (sealed, crc) else {
            return Err(unreadable("expected a checksum at its end".to_owned()));
        };
        line[end] = b'}';
        let body = &line[..=end];
        if crc32fast::hash(body) != crc {
            return Err(Refused::header(Fault::Checksum));
        }
        let header: Header =
            serde_json::from_slice(body).map_err(|error| unreadable(error.to_string()))?;
        if header.first_seq == 0 {
            return Err(unreadable("`first_seq` is 0, rows count from 1".to_owned()));
        }
        Ok(header)
    }
}
