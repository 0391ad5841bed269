//! When at least one caller waited.
//!
//! Invariant: the pieces are ascending, not empty, and do not touch.

use engine::time::Micros;

use super::{LoggedCall, Moment, later};

/// The times at which at least one caller waited.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Waiting {
    pieces: Vec<(Moment, Moment)>,
}

impl Waiting {
    /// From arrival to the end of the wait of every call that waited.
    #[must_use]
    pub fn of(calls: &[LoggedCall]) -> Waiting {
        let waits = calls.iter().filter(|call| call.wait > 0);
        Waiting {
            pieces: union(
                waits
                    .map(|call| (call.arrived_at, later(call.arrived_at, call.wait)))
                    .collect(),
            ),
        }
    }

    /// How long somebody waited within `[from, to)`.
    #[must_use]
    pub fn within(&self, from: Moment, to: Moment) -> Micros {
        let first = self.pieces.partition_point(|(_, end)| *end <= from);
        let inside = self.pieces[first..]
            .iter()
            .take_while(|(start, _)| *start < to);
        inside
            .map(|(start, end)| (*end).min(to).abs_diff((*start).max(from)))
            .sum()
    }

    /// How long before `at`, at most `most`, somebody had waited for no more than `slack` until then.
    #[must_use]
    pub fn quiet_before(&self, at: Moment, most: Micros, slack: Micros) -> Micros {
        let after = self.pieces.partition_point(|(start, _)| *start < at);
        let before = self.pieces[..after]
            .iter()
            .rev()
            .map(|(start, end)| (*start, (*end).min(at)));
        quiet(
            before.map(|(start, end)| (at.abs_diff(end), at.abs_diff(start))),
            most,
            slack,
        )
    }

    /// How long after `at`, at most `most`, somebody waits for no more than `slack` since then.
    #[must_use]
    pub fn quiet_after(&self, at: Moment, most: Micros, slack: Micros) -> Micros {
        let first = self.pieces.partition_point(|(_, end)| *end <= at);
        let after = self.pieces[first..]
            .iter()
            .map(|(start, end)| ((*start).max(at), *end));
        quiet(
            after.map(|(start, end)| (at.abs_diff(start), at.abs_diff(end))),
            most,
            slack,
        )
    }

    /// The first piece that ends after `at`.
    #[must_use]
    pub fn piece_after(&self, at: Moment) -> Option<(Moment, Moment)> {
        let first = self.pieces.partition_point(|(_, end)| *end <= at);
        self.pieces.get(first).copied()
    }
}

/// How far one gets over pieces (nearest first, as distances) until `slack` of them is used up.
fn quiet(pieces: impl Iterator<Item = (Micros, Micros)>, most: Micros, slack: Micros) -> Micros {
    let mut left = slack;
    for (from, to) in pieces {
        if from >= most {
            break;
        }
        if to - from > left {
            return (from + left).min(most);
        }
        left -= to - from;
    }
    most
}

/// The union of spans, ascending and apart; spans that touch are joined, empty ones are left out.
pub(crate) fn union(mut spans: Vec<(Moment, Moment)>) -> Vec<(Moment, Moment)> {
    spans.retain(|(from, to)| from < to);
    spans.sort_unstable();
    let mut joined: Vec<(Moment, Moment)> = Vec::new();
    for (from, to) in spans {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            Some(_) | None => joined.push((from, to)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, waited};
    use super::*;

    #[test]
    fn waits_that_overlap_or_touch_are_one_piece() {
        let calls = [
            waited(10, 20),
            waited(15, 30),
            waited(30, 31),
            waited(40, 50),
        ];
        let waiting = Waiting::of(&calls);
        assert_eq!(waiting.pieces, [(at(10), at(31)), (at(40), at(50))]);
        assert_eq!(waiting.within(at(0), at(100)), 31_000_000);
        assert_eq!(waiting.within(at(25), at(45)), 11_000_000);
        assert_eq!(waiting.within(at(31), at(40)), 0);
    }

    #[test]
    fn a_piece_that_ends_at_a_moment_is_not_after_it() {
        let waiting = Waiting::of(&[waited(10, 20), waited(30, 40)]);
        assert_eq!(waiting.piece_after(at(19)), Some((at(10), at(20))));
        assert_eq!(waiting.piece_after(at(20)), Some((at(30), at(40))));
        assert_eq!(waiting.piece_after(at(40)), None);
    }

    #[test]
    fn a_quiet_time_ends_where_the_slack_is_used_up() {
        let waiting = Waiting::of(&[waited(10, 20), waited(40, 60)]);
        let s = 1_000_000;
        assert_eq!(waiting.quiet_before(at(35), 100 * s, 5 * s), 20 * s);
        assert_eq!(waiting.quiet_before(at(35), 100 * s, 10 * s), 100 * s);
        assert_eq!(waiting.quiet_before(at(35), 12 * s, 0), 12 * s);
        assert_eq!(waiting.quiet_before(at(50), 100 * s, 3 * s), 3 * s);
        assert_eq!(waiting.quiet_after(at(0), 100 * s, 12 * s), 42 * s);
        assert_eq!(waiting.quiet_after(at(15), 100 * s, 0), 0);
        assert_eq!(waiting.quiet_after(at(60), 100 * s, 0), 100 * s);
    }

    #[test]
    fn who_did_not_wait_leaves_no_piece() {
        assert_eq!(Waiting::of(&[waited(10, 10)]), Waiting::default());
    }
}
