//! How long agents are not ready after a service, from pauses under load: while somebody waits, an
//! agent who does not take the next call cannot.
//!
//! Owns the choice of pauses; the estimate is [`kaplan_meier`](super::kaplan_meier)'s. A pause is
//! looked at when somebody waited at the end of the service; it is seen to its end when somebody
//! waited throughout, and cut short when the line emptied. Longer pauses than `longest` are
//! absences: cut short there, and what is left of the curve ends there.

use std::time::Duration;

use engine::time::micros;

use super::kaplan_meier::{Observed, survival};
use super::waiting::Waiting;
use super::{LoggedCall, later, services_by_agent};

/// Whole seconds in a log are up to half a second off.
const HALF_SECOND: i64 = 500_000;
/// A line that emptied this shortly before the next service emptied because of it.
const TAKEN_BY_IT: i64 = 2_000_000;
/// The least that is looked at of a pause of no length.
const LEAST: u64 = 1_000_000;

/// The pauses under load.
#[must_use]
pub fn pauses(calls: &[LoggedCall], longest: Duration) -> Vec<Observed> {
    let waiting = Waiting::of(calls);
    let longest = micros(longest);
    let mut seen = Vec::new();
    for services in services_by_agent(calls) {
        for pair in services.windows(2) {
            let [(date, service), (next_date, next)] = pair else {
                continue;
            };
            let end = service.end;
            let Ok(pause) = u64::try_from(next.start - end) else {
                continue;
            };
            if date != next_date {
                continue;
            }
            let looked_at = next.start.max(later(end, LEAST));
            let Some((from, to)) = waiting.piece_after(end) else {
                continue;
            };
            if from > end + HALF_SECOND || from >= looked_at {
                continue;
            }
            let emptied = to.min(looked_at);
            seen.push(if emptied >= next.start - TAKEN_BY_IT {
                Observed {
                    after: pause.min(longest),
                    ended: pause <= longest,
                }
            } else {
                Observed {
                    after: emptied.abs_diff(end).min(longest),
                    ended: false,
                }
            });
        }
    }
    seen
}

/// The share of agents not ready so many seconds after a service: what a scenario's
/// `wrap_up: { empirical: ... }` takes. Empty when there is no pause under load.
#[must_use]
pub fn wrap_up(calls: &[LoggedCall], longest: Duration) -> Vec<(f64, f64)> {
    let curve = survival(pauses(calls, longest));
    let mut points: Vec<(f64, f64)> = curve
        .into_iter()
        .map(|(after, share)| (after as f64 * 1e-6, share))
        .collect();
    let end = longest.as_secs_f64();
    match points.last_mut() {
        None => {}
        Some(last) if last.0 >= end => last.1 = 0.0,
        Some(last) if last.1 <= 0.0 => {}
        Some(_) => points.push((end, 0.0)),
    }
    points
}

#[cfg(test)]
mod tests {
    use super::super::tests::{served, waited};
    use super::*;

    const LONGEST: Duration = Duration::from_secs(180);

    /// What is seen of the pause between services that end at 100 and start at `next`.
    fn pause(next: i64, waits: &[(i64, i64)]) -> Vec<(u64, bool)> {
        let mut calls = vec![served("a", 0, 100), served("a", next, next + 50)];
        calls.extend(waits.iter().map(|(from, to)| waited(*from, *to)));
        pauses(&calls, LONGEST)
            .into_iter()
            .map(|seen| (seen.after / 1_000_000, seen.ended))
            .collect()
    }

    #[test]
    fn a_pause_is_seen_to_its_end_when_somebody_waited_until_2_s_before_it() {
        assert_eq!(pause(110, &[(90, 110)]), [(10, true)]);
        assert_eq!(pause(110, &[(90, 108)]), [(10, true)]);
        assert_eq!(pause(110, &[(90, 107)]), [(7, false)]);
        assert_eq!(pause(110, &[(90, 500)]), [(10, true)]);
    }

    #[test]
    fn a_pause_counts_only_when_somebody_waited_as_the_service_ended() {
        assert_eq!(pause(110, &[]), []);
        assert_eq!(pause(110, &[(101, 110)]), []);
        assert_eq!(pause(110, &[(100, 110)]), [(10, true)]);
        // Who went at the very end of the service leaves nothing to see.
        assert_eq!(pause(110, &[(90, 100)]), []);
        assert_eq!(pause(110, &[(90, 100), (104, 110)]), []);
    }

    #[test]
    fn a_pause_longer_than_the_longest_is_cut_short() {
        assert_eq!(pause(280, &[(90, 300)]), [(180, true)]);
        assert_eq!(pause(281, &[(90, 300)]), [(180, false)]);
        assert_eq!(pause(900, &[(90, 400)]), [(180, false)]);
    }

    #[test]
    fn no_pause_at_all_is_seen_when_somebody_else_still_waits() {
        assert_eq!(pause(100, &[(90, 200)]), [(0, true)]);
        assert_eq!(pause(100, &[(90, 100)]), []);
        assert_eq!(pause(99, &[(90, 200)]), [], "services that overlap");
    }

    #[test]
    fn another_date_or_agent_is_no_pause() {
        let mut next = served("a", 110, 120);
        next.date = next.date.tomorrow().unwrap();
        let calls = [served("a", 0, 100), next, waited(0, 200)];
        assert_eq!(pauses(&calls, LONGEST), []);
        let calls = [served("a", 0, 100), served("b", 110, 120), waited(0, 200)];
        assert_eq!(pauses(&calls, LONGEST), []);
    }

    #[test]
    fn what_is_left_of_the_curve_ends_at_the_longest() {
        let calls = [
            served("a", 0, 100),
            served("a", 110, 200),
            served("a", 900, 950),
            waited(0, 1000),
        ];
        assert_eq!(wrap_up(&calls, LONGEST), [(10.0, 0.5), (180.0, 0.0)]);
        assert_eq!(wrap_up(&[], LONGEST), []);
    }
}
