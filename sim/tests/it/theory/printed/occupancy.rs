//! The occupancy of one group of agents, which no measure gives: from the rows of the calls, by a
//! sweep over the agents' conversations.

use reports::record::CallRow;

use super::super::run_rows;
use super::Estimate;

const PERIOD: u64 = 120 * 60 * 1_000_000;
/// The first group's agents by period; its ids come first.
const CAPACITY: [i64; 3] = [12, 18, 9];
const IDS: u32 = 18;

/// From the opening of SimpleMSK to the end of its last service (the last period's agents serve the
/// queue out): busy time / time of all agents at work, those that finish a call beyond the group's
/// new capacity included.
pub(super) fn of_the_first_group(file: &str, days: u32) -> Estimate {
    let rows = run_rows(file, &[format!("experiment.replications={days}")]);
    let of_days: Vec<[f64; 2]> = rows.iter().map(|day| busy_and_present(day)).collect();
    let n = of_days.len() as f64;
    let [busy, present] =
        [0, 1].map(|i| of_days.iter().map(|day: &[f64; 2]| day[i]).sum::<f64>() / n);
    let ratio = busy / present;
    // A ratio of sums: by its linear part (Law, Simulation Modeling and Analysis, 9.5).
    let rest = of_days.iter().map(|[b, p]| (b - ratio * p).powi(2));
    let variance = rest.sum::<f64>() / (n - 1.0) / n / present.powi(2);
    Estimate {
        mean: ratio,
        se: variance.sqrt(),
    }
}

fn busy_and_present(day: &[CallRow]) -> [f64; 2] {
    // (when, change of the number of busy agents); capacities change on the periods' edges.
    let mut changes: Vec<(u64, i64)> = (1..=3).map(|k| (k * PERIOD, 0)).collect();
    let mut last = 3 * PERIOD;
    for row in day {
        let (Some(agent), Some(wait), Some(talk)) = (row.agent, row.wait, row.talk) else {
            continue;
        };
        let begin = row.arrived_at.0 + wait;
        last = last.max(begin + talk);
        if agent.0 < IDS {
            changes.push((begin, 1));
            changes.push((begin + talk, -1));
        }
    }
    changes.push((last, 0));
    changes.sort_unstable();
    let (mut now, mut busy) = (0, 0);
    let mut areas = [0.0; 2];
    for (at, change) in changes {
        let capacity = CAPACITY[((now / PERIOD) as usize).min(2)];
        let span = (at - now) as f64;
        areas[0] += span * busy as f64;
        areas[1] += span * busy.max(capacity) as f64;
        busy += change;
        now = at;
    }
    areas
}
