//! Writes a file: the header, rows as they come, the last line.

use std::io::Write;

use crate::end::End;
use crate::fault::Refused;
use crate::header::Header;
use crate::hex;
use crate::row::Row;
use crate::seal::{Chain, Hash, Sealed};

/// Writes a journal's file. Not buffered: give it a writer that is.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    chain: Chain,
    line: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// Writing failed.
    pub fn new(out: W, header: &Header) -> Result<Self, Refused> {
        let mut writer = Writer {
            out,
            chain: header.chain(),
            line: Vec::with_capacity(512),
        };
        header.write(&mut writer.line)?;
        writer.put(0)?;
        Ok(writer)
    }

    /// The number the next row must have.
    #[must_use]
    pub fn next_seq(&self) -> u64 {
        self.chain.next_seq()
    }

    /// Seals the next row and writes it.
    ///
    /// # Errors
    /// It does not follow the row before it, or writing failed.
    pub fn row(&mut self, row: &Row) -> Result<(), Refused> {
        self.line.clear();
        let (crc, hash) = self.chain.seal_into(row, &mut self.line)?;
        self.seal(row.seq, crc, hash)
    }

    /// Writes a row that was sealed before: a store's, as it is kept.
    ///
    /// # Errors
    /// It is not as it was sealed, does not follow the row before it, or writing failed.
    pub fn sealed(&mut self, sealed: &Sealed) -> Result<Row, Refused> {
        let row = self.chain.verify(sealed)?;
        self.line.clear();
        self.line.extend_from_slice(sealed.body.as_bytes());
        self.seal(row.seq, sealed.crc, sealed.hash)?;
        Ok(row)
    }

    /// Writes the last line, without which a reader takes the file for cut off.
    ///
    /// # Errors
    /// Writing failed.
    pub fn finish(mut self) -> Result<W, Refused> {
        self.line.clear();
        End::of(&self.chain).write(&mut self.line);
        self.line.push(b'\n');
        let seq = self.chain.next_seq();
        self.put(seq)?;
        match self.out.flush() {
            Ok(()) => Ok(self.out),
            Err(error) => Err(Refused::io(seq, &error)),
        }
    }

    fn seal(&mut self, seq: u64, crc: u32, hash: Hash) -> Result<(), Refused> {
        self.line.pop();
        self.line.extend_from_slice(b",\"crc\":\"");
        hex::push(&mut self.line, &crc.to_be_bytes());
        self.line.extend_from_slice(b"\",\"hash\":\"");
        hex::push(&mut self.line, &hash);
        self.line.extend_from_slice(b"\"}\n");
        self.put(seq)
    }

    fn put(&mut self, seq: u64) -> Result<(), Refused> {
        self.out
            .write_all(&self.line)
            .map_err(|error| Refused::io(seq, &error))
    }
}
