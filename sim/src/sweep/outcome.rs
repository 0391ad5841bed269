//! What comes of a block, as text: a line that says what it is and its digest, and a line with the
//! samples. Half a file, a file of another address, a flipped bit: none passes for a result.

use std::fmt;

use policy_file::policy::hex;
use reports::digest::TraceDigest;
use reports::sample::SampleTable;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::experiment::Sampled;

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    schema: u32,
    address: String,
    /// Hex SHA-256 of the second line, its end not among it.
    sha256: String,
}

/// The second line.
#[derive(Serialize)]
struct Written<'s> {
    own: &'s SampleTable,
    others: &'s [SampleTable],
    digests: Vec<String>,
    calls: u64,
}

/// The same, read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    own: SampleTable,
    others: Vec<SampleTable>,
    digests: Vec<String>,
    calls: u64,
}

/// Why a text is not the result that was looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Damage(String);

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text of what came of the block at `address`.
#[must_use]
pub fn text(address: &str, sampled: &Sampled) -> String {
    let written = Written {
        own: &sampled.own,
        others: &sampled.others,
        digests: sampled.digests.iter().map(ToString::to_string).collect(),
        calls: sampled.calls,
    };
    let body = serde_json::to_string(&written).expect("invariant: plain data is written");
    let head = Head {
        schema: 1,
        address: address.to_owned(),
        sha256: hex(&Sha256::digest(&body)),
    };
    let head = serde_json::to_string(&head).expect("invariant: plain data is written");
    format!("{head}\n{body}\n")
}

/// The samples' line of a text that is complete and of this address.
///
/// # Errors
/// What is wrong with it.
pub fn verified<'t>(address: &str, text: &'t str) -> Result<&'t str, Damage> {
    let damage = |what: &str| Err(Damage(what.to_owned()));
    let lines = text.split_once('\n');
    let Some((head, Some(body))) = lines.map(|(head, body)| (head, body.strip_suffix('\n'))) else {
        return damage("is not complete");
    };
    let head: Head = match serde_json::from_str(head) {
        Ok(head) => head,
        Err(error) => return Err(Damage(format!("is not a result ({error})"))),
    };
    if head.schema != 1 {
        return damage("is of another version of the format");
    }
    if head.address != address {
        return damage("is of another block");
    }
    if head.sha256 != hex(&Sha256::digest(body)) {
        return damage("does not have its digest");
    }
    Ok(body)
}

/// The samples.
///
/// # Errors
/// What is wrong with the text.
pub fn read(address: &str, text: &str) -> Result<Sampled, Damage> {
    let body = verified(address, text)?;
    let read: Read =
        serde_json::from_str(body).map_err(|error| Damage(format!("cannot be read ({error})")))?;
    let digests = read.digests.iter().map(|digest| trace_digest(digest));
    let digests = digests.collect::<Option<Vec<TraceDigest>>>();
    Ok(Sampled {
        own: read.own,
        others: read.others,
        digests: digests.ok_or_else(|| Damage("has a trace digest that is none".to_owned()))?,
        calls: read.calls,
    })
}

/// 32 hexadecimal digits.
fn trace_digest(text: &str) -> Option<TraceDigest> {
    let half = |range| u64::from_str_radix(text.get(range)?, 16).ok();
    let digest = TraceDigest([half(0..16)?, half(16..32)?]);
    (text.len() == 32).then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampled() -> Sampled {
        Sampled {
            own: SampleTable::new([]),
            others: vec![SampleTable::new([])],
            digests: vec![TraceDigest([1, u64::MAX]), TraceDigest([0, 7])],
            calls: 12,
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = text("a1", &sampled());
        assert_eq!(read("a1", &text), Ok(sampled()));
    }

    #[test]
    fn half_a_text_or_a_changed_one_is_no_result() {
        let whole = text("a1", &sampled());
        for length in 0..whole.len() {
            assert!(verified("a1", &whole[..length]).is_err(), "{length} bytes");
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] ^= 1;
            let changed = String::from_utf8(bytes).expect("ASCII");
            assert!(verified("a1", &changed).is_err(), "byte {at}");
        }
        assert!(verified("a2", &whole).is_err());
    }
}
