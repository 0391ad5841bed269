//! The chain: each row's text is sealed by its checksum and by a hash that covers it and, through the
//! hash before, every row before it.

use engine::Timestamp;
use sha2::{Digest, Sha256};

use crate::fault::{Fault, Refused};
use crate::row::Row;

/// A SHA-256.
pub type Hash = [u8; 32];

/// The hash before the first row of a journal.
pub const GENESIS: Hash = [0; 32];

/// A row as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sealed {
    /// The row as JSON: `{"seq":..,"at":..,"epoch":..,"input":..,"outputs":".."}`, in this order and
    /// without spaces.
    pub body: String,
    /// CRC-32 (IEEE) of the body.
    pub crc: u32,
    /// SHA-256 of the hash before it and the body.
    pub hash: Hash,
}

/// Where a journal stands: what the next row must continue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chain {
    seq: u64,
    hash: Hash,
    at: Timestamp,
    epoch: u64,
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Chain {
    /// An empty journal: the next row is number 1.
    #[must_use]
    pub const fn new() -> Self {
        Chain::after(0, GENESIS, Timestamp::ZERO, 0)
    }

    /// A journal whose last row has this number, hash, time and epoch.
    #[must_use]
    pub const fn after(seq: u64, hash: Hash, at: Timestamp, epoch: u64) -> Self {
        Chain {
            seq,
            hash,
            at,
            epoch,
        }
    }

    /// The number the next row must have.
    #[must_use]
    pub const fn next_seq(&self) -> u64 {
        self.seq + 1
    }

    /// When the last row was; no later row is of before.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// The last row's hash.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// Seals the next row.
    ///
    /// # Errors
    /// Its number, time or epoch does not follow; nothing has changed.
    pub fn seal(&mut self, row: &Row) -> Result<Sealed, Refused> {
        let mut body = Vec::with_capacity(192);
        let (crc, hash) = self.seal_into(row, &mut body)?;
        // The text is ASCII, but for strings of inputs to come.
        let body = String::from_utf8(body).map_err(|error| self.refuse(unreadable(error)))?;
        Ok(Sealed { body, crc, hash })
    }

    /// The same, the body appended to `text`.
    pub(crate) fn seal_into(
        &mut self,
        row: &Row,
        text: &mut Vec<u8>,
    ) -> Result<(u32, Hash), Refused> {
        self.follows(row)?;
        let from = text.len();
        row.write(text)
            .map_err(|why| self.refuse(Fault::Unreadable(why)))?;
        let body = &text[from..];
        let (crc, hash) = (crc32fast::hash(body), self.hash_of(body));
        self.go_on(row, hash);
        Ok((crc, hash))
    }

    /// The row, if it is as it was sealed and the next one.
    ///
    /// # Errors
    /// The first thing wrong with it; nothing has changed.
    pub fn verify(&mut self, sealed: &Sealed) -> Result<Row, Refused> {
        self.verify_body(sealed.body.as_bytes(), sealed.crc, sealed.hash)
    }

    #[inline]
    pub(crate) fn verify_body(
        &mut self,
        body: &[u8],
        crc: u32,
        hash: Hash,
    ) -> Result<Row, Refused> {
        if crc32fast::hash(body) != crc {
            return Err(self.refuse(Fault::Checksum));
        }
        let row = Row::read(body).map_err(|why| self.refuse(Fault::Unreadable(why)))?;
        self.follows(&row)?;
        if self.hash_of(body) != hash {
            return Err(self.refuse(Fault::Chain));
        }
        self.go_on(&row, hash);
        Ok(row)
    }

    /// What is wrong with the row that should come next.
    pub(crate) fn refuse(&self, fault: Fault) -> Refused {
        Refused::row(self.next_seq(), fault)
    }

    fn follows(&self, row: &Row) -> Result<(), Refused> {
        let found = row.seq;
        let fault = if found > self.next_seq() {
            Fault::Missing { found }
        } else if found < self.next_seq() {
            Fault::OutOfOrder { found }
        } else if row.at < self.at {
            Fault::TimeBackwards {
                before: self.at,
                at: row.at,
            }
        } else if row.epoch < self.epoch {
            Fault::StaleEpoch {
                before: self.epoch,
                epoch: row.epoch,
            }
        } else {
            return Ok(());
        };
        Err(self.refuse(fault))
    }

    fn hash_of(&self, body: &[u8]) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(self.hash);
        hasher.update(body);
        hasher.finalize().into()
    }

    fn go_on(&mut self, row: &Row, hash: Hash) {
        *self = Chain::after(row.seq, hash, row.at, row.epoch);
    }
}

fn unreadable(why: impl ToString) -> Fault {
    Fault::Unreadable(why.to_string())
}
