//! What an engine was told, in order: the rows that make its state again, and the lines of an
//! exported file of them.
//!
//! Owns the form of a row and of a line, the checksum, and the chain of hashes. Never opens a file,
//! reads a clock or runs an engine: a server keeps rows in its store, a simulator writes them to a
//! file, a replay reads them, and all three mean the same.
//!
//! A [`Row`] is one step of the engine: an input, or a look that made a timer act, with the digest of
//! everything said so far. A [`Chain`] seals rows ([`Sealed`]: the row as text, its checksum, and a
//! hash that covers every row before it) and verifies sealed ones. A file is a [`Header`] (what the
//! engine was when the first row came), a line per row, and a last line that says where it ends:
//! [`Writer`], [`Reader`], and [`Pipeline`], which reads ahead on a thread of its own.
//!
//! The checksum finds what hardware does to bytes; the chain finds rows that are missing, doubled,
//! exchanged or of another journal. Neither stops somebody who seals everything anew: whoever needs
//! evidence keeps the last hash where the journal's keeper cannot write.

mod end;
mod fault;
mod header;
mod hex;
mod pipeline;
mod reader;
mod row;
mod seal;
mod writer;

pub use end::End;
pub use fault::{Fault, Refused};
pub use header::{FORMAT, Header, Names};
pub use pipeline::Pipeline;
pub use reader::Reader;
pub use row::Row;
pub use seal::{Chain, GENESIS, Hash, Sealed};
pub use writer::Writer;
