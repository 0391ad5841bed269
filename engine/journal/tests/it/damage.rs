//! Whatever happens to a file is found, and the right row is named.

use std::io::Cursor;

use engine::Timestamp;
use journal::{End, Fault, Reader, Refused, Row, Writer};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::desk::{Desk, header};

const ROWS: usize = 15;

fn file(n: usize) -> Vec<u8> {
    let rows = Desk::rows(11, n + 20, false);
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    // The first twenty are as good as alike: the desk opens.
    for (row, seq) in rows[20..].iter().zip(1..) {
        writer.row(&Row { seq, ..row.clone() }).unwrap();
    }
    writer.finish().unwrap()
}

fn read(file: &[u8]) -> Result<Vec<Row>, Refused> {
    Reader::open(file)?.collect()
}

fn lines(file: &[u8]) -> Vec<&[u8]> {
    file.split_inclusive(|byte| *byte == b'\n').collect()
}

/// The row that the byte belongs to; 0 = the header, one more than there are = the last line.
fn row_of(file: &[u8], at: usize) -> u64 {
    file[..at].iter().filter(|byte| **byte == b'\n').count() as u64
}

#[test]
fn any_flipped_bit_is_found_and_its_row_named() {
    let whole = file(ROWS);
    assert_eq!(read(&whole).unwrap().len(), ROWS);
    let mut file = whole.clone();
    for at in 0..file.len() {
        for bit in 0..8 {
            file[at] ^= 1 << bit;
            let found = read(&file).expect_err("found");
            assert_eq!(
                found.seq,
                row_of(&whole, at),
                "bit {bit} of byte {at}: {found}"
            );
            assert!(found.line.is_some());
            file[at] ^= 1 << bit;
        }
    }
}

#[test]
fn a_tail_cut_off_anywhere_is_found() {
    let file = file(ROWS);
    for end in 0..file.len() {
        let found = read(&file[..end]).expect_err("found");
        assert_eq!(found.seq, row_of(&file, end), "cut at {end}: {found}");
        if end > 0 {
            assert_eq!(found.fault, Fault::NoEnd);
        }
    }
}

#[test]
fn a_row_taken_out_is_named() {
    let file = file(ROWS);
    for seq in 1..=ROWS as u64 {
        let mut lines = lines(&file);
        lines.remove(seq as usize);
        let found = read(&lines.concat()).expect_err("found");
        assert_eq!(found.seq, seq, "{found}");
        assert_eq!(found.line, Some(seq + 1));
        if seq < ROWS as u64 {
            assert_eq!(found.fault, Fault::Missing { found: seq + 1 });
        }
    }
}

#[test]
fn exchanged_rows_are_named_at_the_first() {
    let file = file(ROWS);
    for seq in 1..ROWS as u64 {
        let mut lines = lines(&file);
        lines.swap(seq as usize, seq as usize + 1);
        let found = read(&lines.concat()).expect_err("found");
        assert_eq!(found.seq, seq);
        assert_eq!(found.fault, Fault::Missing { found: seq + 1 });
    }
}

#[test]
fn a_doubled_row_is_named_at_its_double() {
    let file = file(ROWS);
    for seq in 1..=ROWS as u64 {
        let mut lines = lines(&file);
        lines.insert(seq as usize, lines[seq as usize]);
        let found = read(&lines.concat()).expect_err("found");
        assert_eq!(found.seq, seq + 1);
        assert_eq!(found.fault, Fault::OutOfOrder { found: seq });
    }
}

#[test]
fn what_follows_the_last_line_is_not_overlooked() {
    let mut file = file(3);
    file.extend_from_slice(b"\n");
    let found = read(&file).expect_err("found");
    assert_eq!(
        (found.seq, found.line, found.fault),
        (4, Some(6), Fault::AfterEnd)
    );
}

#[test]
fn the_last_line_is_found_without_reading_the_rest() {
    let rows = Desk::rows(1, 200, true);
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    for row in &rows {
        writer.row(row).unwrap();
    }
    let mut file = writer.finish().unwrap();
    let end = End::find(&mut Cursor::new(&file)).unwrap();
    assert_eq!((end.seq, end.at), (200, rows[199].at));
    file.truncate(file.len() - 1);
    let none = End::find(&mut Cursor::new(&file)).expect_err("cut off");
    assert_eq!(none.fault, Fault::NoEnd);
    let empty = Writer::new(Vec::new(), &header())
        .unwrap()
        .finish()
        .unwrap();
    let end = End::find(&mut Cursor::new(&empty)).unwrap();
    assert_eq!((end.seq, end.at), (0, Timestamp::ZERO));
}

#[test]
fn other_files_are_told_apart() {
    let said = |text: &str| read(text.as_bytes()).expect_err("refused").to_string();
    assert_eq!(
        said(""),
        "line 1, the header: unreadable: the file is empty"
    );
    assert!(said("a,b,c\n").starts_with(
        "line 1, the header: unreadable: not the first line of a journal, {\"journal\":1,..}: "
    ));
    assert_eq!(
        said("{\"journal\":7,\"rows\":[]}\n"),
        "line 1, the header: the file has format 7, this version reads format 1"
    );
}

#[test]
fn a_reader_says_nothing_after_an_error() {
    let mut file = file(5);
    let at = file.len() - 200;
    file[at] ^= 1;
    let mut reader = Reader::open(&*file).unwrap();
    assert!(reader.by_ref().any(|row| row.is_err()));
    assert_eq!(reader.next_row(), Ok(None));
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::with_cases(2_000)
    })]

    /// Bytes overwritten, put in, taken out: either the file is what it was, or it is refused, and no
    /// row that was given out is another than the one written.
    #[test]
    fn no_damage_gets_through(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0u8..3, any::<u8>()), 1..6)
    ) {
        let whole = file(ROWS);
        let rows = read(&whole).unwrap();
        let mut file = whole.clone();
        for (at, how, byte) in edits {
            let at = at.index(file.len());
            match how {
                0 => file[at] = byte,
                1 => file.insert(at, byte),
                _ => drop(file.remove(at)),
            }
        }
        if file != whole {
            let given: Vec<_> = match Reader::open(&*file) {
                Ok(reader) => reader.collect(),
                Err(_) => return Ok(()),
            };
            prop_assert!(given.last().is_some_and(Result::is_err));
            for (given, row) in given.iter().zip(&rows) {
                if let Ok(given) = given {
                    prop_assert_eq!(given, row);
                }
            }
        }
    }

    /// Nothing at all makes a reader panic.
    #[test]
    fn any_text_is_refused_in_words(text in prop::collection::vec(any::<u8>(), 0..300)) {
        let found = read(&text).expect_err("refused");
        prop_assert!(!found.to_string().is_empty());
    }
}
