//! A table of samples says what its replications say, to the last bit.

use engine::id::{ClassId, QueueId};
use reports::gate::{Rule, judge};
use reports::measures::{Part, all};
use reports::record::Replication;
use reports::sample::{Evidence, Quantity, SampleTable};

use crate::sample::{gate, record};
use crate::synthetic::Centre;

fn replications(n: u64) -> Vec<Replication> {
    let centre = |seed| Centre {
        seed,
        hours: 1.0,
        ..Centre::default()
    };
    (1..=n).map(|seed| record(centre(seed))).collect()
}

/// Every measure, of the whole and of a queue and a class.
fn quantities() -> Vec<Quantity> {
    let parts = [
        Part::Whole,
        Part::Queue(QueueId(1)),
        Part::Class(ClassId(0)),
    ];
    let every = |part| {
        all()
            .filter(move |measure| measure.is_of(part))
            .map(move |measure| Quantity { measure, part })
    };
    parts.into_iter().flat_map(every).collect()
}

fn table(replications: &[Replication]) -> SampleTable {
    let mut table = SampleTable::new(quantities());
    for replication in replications {
        table.push(replication);
    }
    table
}

#[test]
fn a_table_estimates_what_its_replications_estimate() {
    let runs = replications(5);
    let table = table(&runs);
    let (kept, whole) = (Evidence::from(&table), Evidence::from(&runs));
    assert_eq!((kept.n(), kept.offered()), (whole.n(), whole.offered()));
    let mut n_known = 0;
    for Quantity { measure, part } in quantities() {
        let known = whole.estimate(measure, part);
        assert_eq!(
            kept.estimate(measure, part),
            known,
            "{} {part:?}",
            measure.id
        );
        n_known += usize::from(known.is_some());
    }
    assert!(n_known > 60, "{n_known}");
}

#[test]
fn pieces_that_went_through_files_make_the_same_table() {
    let whole = table(&replications(5));
    let mut again = SampleTable::new(quantities());
    for range in [0..2, 2..3, 3..5] {
        let json = serde_json::to_string(&whole.slice(range)).unwrap();
        again.append(serde_json::from_str(&json).unwrap());
    }
    assert_eq!(again, whole);
}

#[test]
fn gates_judge_samples_as_they_judge_replications() {
    let runs = replications(6);
    let other = replications(12).split_off(6);
    let (kept, kept_other) = (table(&runs), table(&other));
    let mut by_runs = [
        gate("connection_rate", Rule::AtLeast, 0.5),
        gate("wait_p90", Rule::AtMost, 20.0),
        gate("utilization", Rule::LiftAtLeast, 0.01),
    ];
    let mut by_samples = by_runs;
    by_runs[2].baseline = Some((&other).into());
    by_samples[2].baseline = Some((&kept_other).into());
    assert_eq!(
        judge(&by_samples, &kept, 0.95),
        judge(&by_runs, &runs, 0.95)
    );
}

#[test]
fn a_measure_that_no_longer_exists_is_named() {
    let json = serde_json::to_string(&table(&[])).unwrap();
    let error = serde_json::from_str::<SampleTable>(&json.replace("mean_wait", "average_wait"));
    let said = error.unwrap_err().to_string();
    assert!(
        said.contains("there is no measure `average_wait`"),
        "{said}"
    );
}
