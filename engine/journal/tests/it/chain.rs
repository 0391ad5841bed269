//! What a chain accepts, and what it refuses: each refusal names the row and changes nothing.

use engine::{Engine, Timestamp};
use journal::{Chain, Fault, GENESIS, Reader, Refused, Row, Sealed, Writer};

use super::desk::{Desk, header};

fn refused(seq: u64, fault: Fault) -> Refused {
    Refused {
        seq,
        line: None,
        fault,
    }
}

fn sealed(rows: &[Row]) -> Vec<Sealed> {
    let mut chain = Chain::new();
    rows.iter().map(|row| chain.seal(row).unwrap()).collect()
}

#[test]
fn a_sealed_row_is_verified_by_who_read_those_before_it() {
    let rows = Desk::rows(1, 100, false);
    let mut chain = Chain::new();
    assert_eq!((chain.next_seq(), chain.hash()), (1, GENESIS));
    for (row, sealed) in rows.iter().zip(sealed(&rows)) {
        assert_eq!(chain.verify(&sealed).as_ref(), Ok(row));
        assert_eq!(chain.hash(), sealed.hash);
    }
    assert_eq!(chain.next_seq(), 101);
}

#[test]
fn a_chain_goes_on_from_a_row_that_somebody_kept() {
    let rows = Desk::rows(1, 20, false);
    let sealed = sealed(&rows);
    let kept = &rows[9];
    let mut chain = Chain::after(kept.seq, sealed[9].hash, kept.at, kept.epoch);
    assert_eq!(chain.seal(&rows[10]), Ok(sealed[10].clone()));
}

#[test]
fn rows_that_do_not_follow_are_not_sealed() {
    let mut chain = Chain::after(6, GENESIS, Timestamp(50), 3);
    let before = chain.clone();
    let row = |seq, at, epoch| Row {
        seq,
        at: Timestamp(at),
        epoch,
        input: None,
        outputs: [0; 2],
    };
    for (wrong, fault) in [
        (row(8, 50, 3), Fault::Missing { found: 8 }),
        (row(6, 50, 3), Fault::OutOfOrder { found: 6 }),
        (
            row(7, 49, 3),
            Fault::TimeBackwards {
                before: Timestamp(50),
                at: Timestamp(49),
            },
        ),
        (
            row(7, 50, 2),
            Fault::StaleEpoch {
                before: 3,
                epoch: 2,
            },
        ),
    ] {
        assert_eq!(chain.seal(&wrong), Err(refused(7, fault)));
        assert_eq!(chain, before);
    }
    assert!(chain.seal(&row(7, 50, 4)).is_ok());
}

#[test]
fn what_was_sealed_out_of_order_is_not_verified_either() {
    let mut forger = Chain::after(6, GENESIS, Timestamp::ZERO, 0);
    let row = Row {
        seq: 7,
        at: Timestamp(49),
        epoch: 2,
        input: None,
        outputs: [0; 2],
    };
    let sealed = forger.seal(&row).unwrap();
    let late = Chain::after(6, GENESIS, Timestamp(50), 0).verify(&sealed);
    assert!(matches!(
        late.unwrap_err().fault,
        Fault::TimeBackwards { .. }
    ));
    let stale = Chain::after(6, GENESIS, Timestamp::ZERO, 3).verify(&sealed);
    assert!(matches!(stale.unwrap_err().fault, Fault::StaleEpoch { .. }));
}

#[test]
fn a_row_of_another_journal_is_refused_at_its_place() {
    let (ours, others) = (Desk::rows(1, 40, true), Desk::rows(2, 40, true));
    let (mut mixed, others) = (sealed(&ours), sealed(&others));
    // The same centre opens in the same way: take a row where they differ.
    let k = (0..40).find(|k| mixed[*k].hash != others[*k].hash).unwrap();
    mixed[k + 1] = others[k + 1].clone();
    let mut chain = Chain::new();
    let wrong = mixed.iter().find_map(|sealed| chain.verify(sealed).err());
    assert_eq!(wrong.unwrap().seq, k as u64 + 2);
}

#[test]
fn refusals_say_where_and_what_in_one_line() {
    let mut chain = Chain::new();
    let mut sealed = chain.seal(&Desk::rows(1, 1, true)[0]).unwrap();
    sealed.crc ^= 1;
    assert_eq!(
        Chain::new().verify(&sealed).unwrap_err().to_string(),
        "row 1: its checksum is another: bytes have changed"
    );
}

#[test]
fn a_file_that_begins_in_the_middle_goes_on_from_its_snapshot() {
    let mut desk = Desk::open(5, false);
    let mut whole = Writer::new(Vec::new(), &header()).unwrap();
    let (mut chain, mut middle, mut from) = (Chain::new(), None, 0);
    while desk.rows.len() < 300 {
        desk.turn();
        for row in &desk.rows[from..] {
            whole.row(row).unwrap();
            chain.seal(row).unwrap();
        }
        if desk.rows.len() > 150 && middle.is_none() {
            let outputs = desk.rows.last().unwrap().outputs;
            let header = header().continuing(&chain, outputs, desk.engine.snapshot());
            middle = Some((Writer::new(Vec::new(), &header).unwrap(), chain.clone()));
        } else if let Some((writer, _)) = &mut middle {
            for row in &desk.rows[from..] {
                writer.row(row).unwrap();
            }
        }
        from = desk.rows.len();
    }
    let (writer, at) = middle.unwrap();
    let (whole, part) = (whole.finish().unwrap(), writer.finish().unwrap());
    let rows: Vec<Row> = Reader::open(&*whole).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows, desk.rows);
    let mut reader = Reader::open(&*part).unwrap();
    let header = reader.header().clone();
    assert_eq!(header.first_seq, at.next_seq());
    let mut engine = Engine::restore(header.snapshot.unwrap()).unwrap();
    let mut outputs = reports::digest::TraceDigest(header.previous_outputs);
    let mut out = engine::Outbox::new();
    while let Some(row) = reader.next_row().unwrap() {
        out.clear();
        match row.input {
            Some(input) => {
                let _ = engine.handle(row.at, input, &mut out);
            }
            None => engine.advance_to(row.at, &mut out),
        }
        outputs = outputs.then(&out);
        assert_eq!(outputs.0, row.outputs, "row {}", row.seq);
    }
}

#[test]
fn kept_rows_are_exported_as_they_are() {
    let rows = Desk::rows(3, 50, false);
    let mut sealed = sealed(&rows);
    let mut written = Writer::new(Vec::new(), &header()).unwrap();
    let mut exported = Writer::new(Vec::new(), &header()).unwrap();
    for (row, sealed) in rows.iter().zip(&sealed) {
        written.row(row).unwrap();
        assert_eq!(exported.sealed(sealed).as_ref(), Ok(row));
    }
    assert_eq!(written.finish().unwrap(), exported.finish().unwrap());
    sealed[3].body.replace_range(9..10, "1");
    let mut exported = Writer::new(Vec::new(), &header()).unwrap();
    let wrong = sealed
        .iter()
        .find_map(|sealed| exported.sealed(sealed).err());
    assert_eq!(wrong, Some(refused(4, Fault::Checksum)));
}
