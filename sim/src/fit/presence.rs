//! When agents were there, from their services alone, for logs without sign-ins.
//!
//! An agent is taken to be there from its first to its last service of a stretch. A stretch goes on
//! over a pause that is short, or not too long and in which hardly anybody waited: who pauses while
//! nobody waits shows nothing, who pauses while callers wait is away. Judged on the Anonymous Bank
//! log against a dozen other rules: `scenarios/bank-1999/README.md`.
//!
//! Never looks at a date's end: a service past midnight belongs to the date of its row.

use std::time::Duration;

use engine::time::micros;

use super::waiting::{Waiting, union};
use super::{LoggedCall, Moment, later, services_by_agent};

/// When a pause between two services ends a stretch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rule {
    /// A pause up to this is part of the stretch.
    pub gap: Duration,
    /// So is one up to this in which callers waited for `slack` at most.
    pub quiet_limit: Duration,
    /// See `quiet_limit`.
    pub slack: Duration,
    /// An agent was there this long before its first and after its last service of a stretch, as far
    /// as callers waited for `slack` at most: it was idle and nothing shows it.
    pub edge: Duration,
}

impl Default for Rule {
    /// 3 min, 30 min and 10 s: what came closest for January 1999 when its recorded talk is replayed. No
    /// edges: who replays recorded talk meets an agent wherever the log has a service.
    fn default() -> Self {
        Rule {
            gap: Duration::from_secs(3 * 60),
            quiet_limit: Duration::from_secs(30 * 60),
            slack: Duration::from_secs(10),
            edge: Duration::ZERO,
        }
    }
}

impl Rule {
    /// The rule for talk that is drawn. A quiet time before an agent's first service is as good a sign
    /// of presence as one between two services, so that `edge` is `quiet_limit`. Without it drawn talk
    /// meets too few agents: those that were seen were there just when the recorded calls were long
    /// (decision 24).
    #[must_use]
    pub fn for_drawn_talk(gap: Duration) -> Rule {
        let usual = Rule::default();
        Rule {
            gap,
            edge: usual.quiet_limit,
            ..usual
        }
    }
}

/// One agent's uninterrupted presence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// Who.
    pub agent: String,
    /// From the start of its first service.
    pub from: Moment,
    /// To the end of its last; after `from`.
    pub to: Moment,
}

/// Every agent's stretches, by name and then time; those of one agent neither overlap nor touch.
#[must_use]
pub fn stretches(calls: &[LoggedCall], rule: Rule) -> Vec<Stretch> {
    let waiting = Waiting::of(calls);
    let [gap, quiet_limit, slack, edge] =
        [rule.gap, rule.quiet_limit, rule.slack, rule.edge].map(micros);
    let mut all = Vec::new();
    for services in services_by_agent(calls) {
        let mut open = None;
        let mut spans: Vec<(Moment, Moment)> = Vec::new();
        for (date, service) in &services {
            let goes_on = match (open, spans.last()) {
                (Some(open), Some((_, end))) if open == *date => {
                    // Services may overlap: no pause then.
                    let pause = u64::try_from(service.start - end).unwrap_or(0);
                    pause <= gap
                        || pause <= quiet_limit && waiting.within(*end, service.start) <= slack
                }
                (Some(_) | None, Some(_) | None) => false,
            };
            match spans.last_mut() {
                Some(last) if goes_on => last.1 = last.1.max(service.end),
                Some(_) | None => {
                    spans.push((service.start, service.end));
                    open = Some(*date);
                }
            }
        }
        let agent = services.first().map(|(_, service)| &service.agent);
        if edge > 0 {
            for (from, to) in spans.iter_mut().filter(|(from, to)| from < to) {
                *from -= waiting.quiet_before(*from, edge, slack) as i64;
                *to = later(*to, waiting.quiet_after(*to, edge, slack));
            }
        }
        for (from, to) in union(spans) {
            let agent = agent.expect("invariant: an agent has a service").clone();
            all.push(Stretch { agent, from, to });
        }
    }
    all
}

/// How many were there: from each moment on, this many, 0 before the first; a row per change. An
/// agent who comes in the moment another goes changes nothing.
#[must_use]
pub fn head_count(stretches: &[Stretch]) -> Vec<(Moment, u32)> {
    let comes = stretches.iter().map(|stretch| (stretch.from, 1));
    let goes = stretches.iter().map(|stretch| (stretch.to, -1));
    let mut changes: Vec<(Moment, i64)> = comes.chain(goes).collect();
    changes.sort_unstable();
    let mut count = 0i64;
    let mut rows: Vec<(Moment, u32)> = Vec::new();
    for same in changes.chunk_by(|a, b| a.0 == b.0) {
        let change: i64 = same.iter().map(|(_, change)| change).sum();
        if change != 0 {
            count += change;
            let count = u32::try_from(count).expect("invariant: who goes has come");
            rows.push((same[0].0, count));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, served, waited};
    use super::*;

    fn spans(calls: &[LoggedCall]) -> Vec<(String, i64, i64)> {
        let seconds = |moment: Moment| (moment - at(0)) / 1_000_000;
        stretches(calls, Rule::default())
            .into_iter()
            .map(|s| (s.agent, seconds(s.from), seconds(s.to)))
            .collect()
    }

    fn one(agent: &str, from: i64, to: i64) -> (String, i64, i64) {
        (agent.to_owned(), from, to)
    }

    #[test]
    fn a_pause_of_exactly_the_gap_goes_on_and_a_longer_one_under_load_ends_the_stretch() {
        let load = waited(100, 2000);
        let on = [served("a", 0, 100), served("a", 280, 300), load.clone()];
        assert_eq!(spans(&on), [one("a", 0, 300)]);
        let off = [served("a", 0, 100), served("a", 281, 300), load];
        assert_eq!(spans(&off), [one("a", 0, 100), one("a", 281, 300)]);
    }

    #[test]
    fn a_long_pause_goes_on_while_callers_waited_no_longer_than_the_slack() {
        let calls = |waits: LoggedCall| [served("a", 0, 100), served("a", 1000, 1100), waits];
        assert_eq!(spans(&calls(waited(500, 510))), [one("a", 0, 1100)]);
        assert_eq!(spans(&calls(waited(500, 511))).len(), 2);
        // Only what lies inside the pause counts: 90 to 100 was before it, 1000 to 1050 after.
        assert_eq!(spans(&calls(waited(60, 110))), [one("a", 0, 1100)]);
        assert_eq!(spans(&calls(waited(990, 1050))), [one("a", 0, 1100)]);
    }

    #[test]
    fn a_quiet_pause_goes_on_to_exactly_the_limit() {
        let calls = |start| [served("a", 0, 100), served("a", start, start + 10)];
        assert_eq!(spans(&calls(1900)), [one("a", 0, 1910)]);
        assert_eq!(spans(&calls(1901)).len(), 2);
    }

    #[test]
    fn a_service_inside_a_longer_one_shortens_nothing() {
        let calls = [
            served("a", 0, 1000),
            served("a", 100, 150),
            served("a", 1100, 1200),
            waited(0, 2000),
        ];
        assert_eq!(spans(&calls), [one("a", 0, 1200)]);
    }

    #[test]
    fn another_date_is_another_stretch_and_touching_ones_are_joined() {
        let mut next = served("a", 200, 300);
        next.date = next.date.tomorrow().unwrap();
        assert_eq!(
            spans(&[served("a", 0, 100), next.clone()]),
            [one("a", 0, 100), one("a", 200, 300)]
        );
        let overlapping = [served("a", 0, 250), next.clone()];
        assert_eq!(spans(&overlapping), [one("a", 0, 300)]);
        assert_eq!(spans(&[served("a", 0, 200), next]), [one("a", 0, 300)]);
    }

    #[test]
    fn a_service_of_no_length_makes_no_stretch_of_its_own_but_prolongs_one() {
        assert_eq!(spans(&[served("a", 50, 50)]), []);
        let calls = [
            served("a", 0, 100),
            served("a", 250, 250),
            served("a", 400, 450),
            waited(100, 450),
        ];
        assert_eq!(spans(&calls), [one("a", 0, 450)]);
    }

    #[test]
    fn with_edges_a_stretch_reaches_over_the_quiet_time_around_it() {
        let rule = Rule::for_drawn_talk(Duration::from_secs(180));
        let calls = [
            served("a", 5000, 5100),
            waited(4000, 4020),
            waited(5400, 5500),
        ];
        let found = stretches(&calls, rule);
        let seconds = |moment: Moment| (moment - at(0)) / 1_000_000;
        let spans: Vec<_> = found
            .iter()
            .map(|s| (seconds(s.from), seconds(s.to)))
            .collect();
        // Before: 980 s without anybody and 10 s of slack; after: 300 s and the same.
        assert_eq!(spans, [(4010, 5410)]);
        let alone = stretches(&calls[..1], rule);
        assert_eq!(
            (seconds(alone[0].from), seconds(alone[0].to)),
            (5000 - 1800, 5100 + 1800)
        );
    }

    #[test]
    fn agents_do_not_prolong_each_other_and_the_order_of_rows_does_not_matter() {
        let mut calls = vec![
            served("b", 90, 200),
            served("a", 0, 100),
            served("a", 500, 600),
            waited(0, 600),
        ];
        let expected = [one("a", 0, 100), one("a", 500, 600), one("b", 90, 200)];
        assert_eq!(spans(&calls), expected);
        calls.reverse();
        assert_eq!(spans(&calls), expected);
    }

    #[test]
    fn the_head_count_has_a_row_per_change_and_closes_before_it_opens() {
        let calls = [
            served("a", 0, 100),
            served("b", 50, 100),
            served("c", 100, 150),
            served("d", 150, 160),
        ];
        let rows = head_count(&stretches(&calls, Rule::default()));
        let rows: Vec<_> = rows
            .into_iter()
            .map(|(moment, n)| ((moment - at(0)) / 1_000_000, n))
            .collect();
        assert_eq!(rows, [(0, 1), (50, 2), (100, 1), (160, 0)]);
    }
}
