//! The last line of a file: where it ends. A file without one is cut off.
//!
//! `{"end":<last row>,"at":<its time>,"hash":"<64 digits>"}`

use std::io::{self, Read, Seek, SeekFrom};

use engine::Timestamp;
use serde::Deserialize;

use crate::fault::{Fault, Refused};
use crate::hex;
use crate::seal::{Chain, Hash};

/// What the last line of a file says of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub struct End {
    /// The last row's number; that before the first when there is none.
    #[serde(rename = "end")]
    pub seq: u64,
    /// When the last row was.
    pub at: Timestamp,
    /// The last row's hash.
    #[serde(with = "hex::bytes")]
    pub hash: Hash,
}

/// How the line begins.
pub(crate) const BEGINS: &[u8] = b"{\"end\":";

/// Longer than the line can be.
const LONGEST: u64 = 256;

impl End {
    pub(crate) fn of(chain: &Chain) -> End {
        End {
            seq: chain.next_seq() - 1,
            at: chain.at(),
            hash: chain.hash(),
        }
    }

    /// Appends the line, without its end.
    pub(crate) fn write(&self, line: &mut Vec<u8>) {
        let End { seq, at, hash } = self;
        line.extend_from_slice(format!("{{\"end\":{seq},\"at\":{},\"hash\":\"", at.0).as_bytes());
        hex::push(line, hash);
        line.extend_from_slice(b"\"}");
    }

    /// What the last line of `file` says, before anything else of it was read. Leaves the file at its
    /// beginning. To be believed only when a [`crate::Reader`] has come to it.
    ///
    /// # Errors
    /// There is no last line, or the file cannot be read.
    pub fn find(file: &mut (impl Read + Seek)) -> Result<End, Refused> {
        let mut read = || -> io::Result<Vec<u8>> {
            let length = file.seek(SeekFrom::End(0))?;
            file.seek(SeekFrom::Start(length.saturating_sub(LONGEST)))?;
            let mut tail = Vec::new();
            file.read_to_end(&mut tail)?;
            file.rewind()?;
            Ok(tail)
        };
        let tail = read().map_err(|error| Refused::io(0, &error))?;
        let line = tail.strip_suffix(b"\n").unwrap_or_default();
        let line = line
            .rsplit(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let end = line
            .starts_with(BEGINS)
            .then(|| serde_json::from_slice(line));
        match end {
            Some(Ok(end)) => Ok(end),
            Some(Err(_)) | None => Err(Refused::row(0, Fault::NoEnd)),
        }
    }
}
