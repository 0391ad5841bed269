//! Who goes before whom, as far as a log shows it: a log records no rules, only orders.
//!
//! Of two callers who waited in one queue at the same time and were both served, the later may have gone
//! first. Between callers of one class that should not happen in a queue by time; between two classes it
//! shows a head start. The head start that explains most pairs (the later goes first when it came less
//! than that after the earlier) is given as a hint; what the policy says must be told.

use std::collections::BTreeMap;

use engine::id::ClassId;
use serde::Serialize;

use super::Moment;
use super::log::{Fate, Log};

/// Fewer pairs say too little.
pub const LEAST: u64 = 50;

/// Callers of one class behind callers of another.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Overtaking {
    /// The class of the later caller.
    pub later: String,
    /// The class of the earlier one.
    pub earlier: String,
    /// Pairs that waited at the same time and were both served.
    pub pairs: u64,
    /// Of these, the later went first.
    pub overtook: u64,
    /// The head start of the later class that explains most pairs, seconds; 0: none does better than
    /// order of arrival.
    pub head_start: f64,
    /// The share of pairs it explains.
    pub explained: f64,
}

impl Overtaking {
    /// The share of pairs in which the later went first.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.overtook as f64 / self.pairs as f64
    }
}

/// One caller who waited and was served.
struct Waiter {
    class: ClassId,
    from: Moment,
    to: Moment,
}

/// Every pair of classes with enough pairs of callers, by name.
#[must_use]
pub fn overtaking(log: &Log) -> Vec<Overtaking> {
    let mut pairs: BTreeMap<(ClassId, ClassId), Vec<(i64, bool)>> = BTreeMap::new();
    let n_queues = log.names.queues.len().max(1);
    let mut open: Vec<Vec<Waiter>> = (0..n_queues).map(|_| Vec::new()).collect();
    for call in &log.calls {
        let logged = &call.logged;
        if call.fate != Fate::Connected || logged.wait == 0 {
            continue;
        }
        let own = Waiter {
            class: call.class(),
            from: logged.arrived_at,
            to: super::later(logged.arrived_at, logged.wait),
        };
        let line = &mut open[call.queue().index()];
        line.retain(|other| other.to > own.from);
        for other in line.iter() {
            let of_pair = pairs.entry((own.class, other.class)).or_default();
            of_pair.push((own.from - other.from, own.to < other.to));
        }
        line.push(own);
    }
    let name = |class: ClassId| log.names.classes[class.index()].clone();
    pairs
        .into_iter()
        .filter(|(_, seen)| seen.len() as u64 >= LEAST)
        .map(|((later, earlier), seen)| of(name(later), name(earlier), seen))
        .collect()
}

fn of(later: String, earlier: String, mut seen: Vec<(i64, bool)>) -> Overtaking {
    seen.sort_unstable();
    let overtook = seen.iter().filter(|(_, first)| *first).count();
    // With head start h, whoever came less than h later goes first: begin with none, then let each gap
    // in turn be below it.
    let mut right = seen.len() - overtook;
    let (mut best, mut head_start) = (right, 0);
    for (gap, first) in &seen {
        if *first {
            right += 1;
        } else {
            right -= 1;
        }
        if right > best {
            (best, head_start) = (right, *gap);
        }
    }
    Overtaking {
        later,
        earlier,
        pairs: seen.len() as u64,
        overtook: overtook as u64,
        head_start: head_start as f64 * 1e-6,
        explained: best as f64 / seen.len() as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_start_that_explains_most_pairs_is_found() {
        // Whoever came less than 90 s later went first, but for one in ten.
        let seen = (0..200_i64)
            .map(|k| (k * 1_000_000, (k < 90) != (k % 10 == 0)))
            .collect();
        let found = of("vip".into(), "standard".into(), seen);
        assert_eq!((found.pairs, found.overtook), (200, 81 + 11));
        assert!((88.0..=90.0).contains(&found.head_start), "{found:?}");
        assert!((found.explained - 0.9).abs() < 0.011, "{found:?}");
        let none = of(
            "a".into(),
            "b".into(),
            (0..60).map(|k| (k, false)).collect(),
        );
        assert_eq!(
            (none.head_start, none.explained, none.share()),
            (0.0, 1.0, 0.0)
        );
    }
}
