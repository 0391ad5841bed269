//! Reads a file line by line, and believes nothing: every row is verified before it is given out.

use std::io::BufRead;

use crate::end::{BEGINS, End};
use crate::fault::{Fault, Refused};
use crate::header::Header;
use crate::hex;
use crate::row::Row;
use crate::seal::{Chain, Hash};

/// Reads a journal's file: its header at once, then row after row. An iterator that ends after the
/// first error.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    header: Header,
    chain: Chain,
    line: Vec<u8>,
    n_lines: u64,
    is_over: bool,
}

/// The end of a row's line.
const SEAL: usize = r#","crc":"","hash":""}"#.len() + 8 + 64;

impl<R: BufRead> Reader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// It is not the header of a journal, or not as it was written.
    pub fn open(mut input: R) -> Result<Self, Refused> {
        let mut line = Vec::with_capacity(512);
        if !next_line(&mut input, &mut line).map_err(Refused::header)? {
            return Err(Refused::header(Fault::Unreadable(
                "the file is empty".to_owned(),
            )));
        }
        let header = Header::read(&mut line)?;
        Ok(Reader {
            chain: header.chain(),
            input,
            header,
            line,
            n_lines: 1,
            is_over: false,
        })
    }

    /// What the engine was before the first row.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next row; `None` after the last.
    ///
    /// # Errors
    /// The file is not as it was written; where, and what is wrong. There is nothing more to read.
    pub fn next_row(&mut self) -> Result<Option<Row>, Refused> {
        if self.is_over {
            return Ok(None);
        }
        let row = self.read_row();
        if !matches!(row, Ok(Some(_))) {
            self.is_over = true;
        }
        row.map_err(|refused| refused.at_line(self.n_lines))
    }

    fn read_row(&mut self) -> Result<Option<Row>, Refused> {
        self.n_lines += 1;
        let found = next_line(&mut self.input, &mut self.line);
        if !found.map_err(|fault| self.chain.refuse(fault))? {
            return Err(self.chain.refuse(Fault::NoEnd));
        }
        if self.line.starts_with(BEGINS) {
            return self.ends().map(|()| None);
        }
        let Some((end, crc, hash)) = seal_of(&self.line) else {
            let why = "expected a row that ends in its checksum and hash".to_owned();
            return Err(self.chain.refuse(Fault::Unreadable(why)));
        };
        self.line[end] = b'}';
        self.chain
            .verify_body(&self.line[..=end], crc, hash)
            .map(Some)
    }

    /// The last line says what was read, and nothing follows it.
    fn ends(&mut self) -> Result<(), Refused> {
        let mut expected = Vec::with_capacity(128);
        End::of(&self.chain).write(&mut expected);
        if self.line != expected {
            return Err(self.chain.refuse(Fault::Unreadable(
                "the last line does not end what was read before it: rows are missing".to_owned(),
            )));
        }
        match self.input.fill_buf() {
            Ok([]) => Ok(()),
            Ok(_) => {
                self.n_lines += 1;
                Err(self.chain.refuse(Fault::AfterEnd))
            }
            Err(error) => Err(Refused::io(self.chain.next_seq(), &error)),
        }
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Row, Refused>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}

/// The next line without its end; false at the end of the file.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, Fault> {
    line.clear();
    match input.read_until(b'\n', line) {
        Ok(0) => Ok(false),
        Ok(_) if line.pop_if(|last| *last == b'\n').is_some() => Ok(true),
        Ok(_) => Err(Fault::NoEnd),
        Err(error) => Err(Fault::Io(error.kind(), error.to_string())),
    }
}

/// Where a row's seal begins in its line, and what it says.
#[inline]
fn seal_of(line: &[u8]) -> Option<(usize, u32, Hash)> {
    let from = line.len().checked_sub(SEAL)?;
    let seal = line[from..].strip_prefix(b",\"crc\":\"")?;
    let (crc, seal) = seal.split_at(8);
    let digits = seal.strip_prefix(b"\",\"hash\":\"")?.strip_suffix(b"\"}")?;
    let crc = u32::from_be_bytes(hex::read(crc)?);
    Some((from, crc, hex::read(digits)?))
}
