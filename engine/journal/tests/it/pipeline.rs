//! Reading ahead gives the same rows, and the same errors at the same place.

use std::io::{BufReader, Cursor, Read};

use journal::{Fault, Pipeline, Reader, Refused, Row, Writer};

use super::desk::{Desk, header};

fn file(rows: &[Row]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    for row in rows {
        writer.row(row).unwrap();
    }
    writer.finish().unwrap()
}

fn read_ahead(file: Vec<u8>) -> (Vec<Row>, Result<bool, Refused>) {
    let mut pipeline = Pipeline::open(Cursor::new(file)).unwrap();
    let (mut all, mut rows) = (Vec::new(), Vec::new());
    loop {
        match pipeline.next_rows(&mut rows) {
            Ok(true) => all.append(&mut rows),
            end => {
                assert_eq!(pipeline.next_rows(&mut rows), Ok(false), "nothing more");
                return (all, end);
            }
        }
    }
}

#[test]
fn reading_ahead_gives_the_same_rows() {
    for n in [0, 1, 2_047, 2_048, 2_049, 40_000] {
        let rows = Desk::rows(4, n, true);
        let (read, end) = read_ahead(file(&rows));
        assert!(read == rows, "{n} rows");
        assert_eq!(end, Ok(false));
    }
}

#[test]
fn every_row_before_a_damaged_one_is_given() {
    let rows = Desk::rows(4, 5_000, true);
    let mut file = file(&rows);
    let at = file.len() * 4 / 5;
    file[at] ^= 4;
    let (read, end) = read_ahead(file.clone());
    let found = end.expect_err("found");
    assert_eq!(found.seq, read.len() as u64 + 1);
    assert!(read[..] == rows[..read.len()]);
    let one_by_one = Reader::open(&*file).unwrap().find_map(Result::err);
    assert_eq!(one_by_one, Some(found));
}

#[test]
fn who_stops_reading_early_does_not_wait() {
    let file = file(&Desk::rows(4, 40_000, true));
    let mut pipeline = Pipeline::open(Cursor::new(file)).unwrap();
    let mut rows = Vec::new();
    assert_eq!(pipeline.next_rows(&mut rows), Ok(true));
    drop(pipeline);
}

/// Breaks down after so many bytes.
struct Breaking(usize, Cursor<Vec<u8>>);

impl Read for Breaking {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::Error::other("the disk is gone"));
        }
        let n = into.len().min(self.0);
        let n = self.1.read(&mut into[..n])?;
        self.0 -= n;
        Ok(n)
    }
}

#[test]
fn a_disk_that_breaks_is_told_with_its_row() {
    let file = file(&Desk::rows(4, 100, true));
    let input = BufReader::new(Breaking(file.len() / 2, Cursor::new(file)));
    let mut pipeline = Pipeline::open(input).unwrap();
    let mut rows = Vec::new();
    assert_eq!(pipeline.next_rows(&mut rows), Ok(true));
    let n = rows.len() as u64;
    let found = pipeline.next_rows(&mut rows).expect_err("it broke");
    assert_eq!(found.seq, n + 1);
    assert!(matches!(found.fault, Fault::Io(..)), "{found}");
}
