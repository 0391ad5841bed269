//! An oracle of waits: what a line's true rates and its state say of the wait of a call in it.
//!
//! In a line served first come, first served by n agents with exponential services (rate mu) and exponential patience
//! (rate theta), a call with k ahead waits for k + 1 departures, whatever comes behind it: its remaining wait, if it
//! is served, has the law of [`RemainingWait`] (e^(-theta W) ~ Beta(n mu / theta + 1, k + 1)) for arrivals of any kind.
//! The oracle announces the centre of that law's densest 60 s and knows the chance of being right with it, which nobody can
//! exceed who sees no more than the line. It knows how many agents there are now, not when that changes: of an
//! announcement whose wait may outlast the present staffing (with more than 1 in 1,000) it states no chance.
//!
//! [`Oracle::of`] refuses a scenario for which this is not exact, and says why.

use std::cell::RefCell;
use std::collections::BTreeMap;

use engine::estimate::RemainingWait;
use engine::output::Announced;
use engine::policy::{Discovery, Feature, Priority, Share};
use engine::time::{Micros, Timestamp, micros};
use reports::calibration::Spoken;

use crate::scenario::{
    AgentGroup, Answers, Arrivals, CallStream, CallerClass, CarrierWorld, DistSpec, PerPeriod,
    Scenario,
};
use crate::world::local::LocalTime;
use crate::world::schedule;

/// Half of the window that the point is the centre of, seconds.
const HALF_WINDOW: f64 = 30.0;
/// A wait that outlasts the present staffing with at most this probability is as if it never changed.
const NEVER: f64 = 1e-3;

/// Knows a scenario's true rates.
#[derive(Clone, Debug)]
pub struct Oracle {
    /// Services per second of one agent.
    services: f64,
    /// Hang-ups per second of one waiting call.
    hang_ups: f64,
    /// How many agents there are from when on: ascending, changes only.
    staffing: Vec<(Micros, u32)>,
}

/// What it said before, by agents and calls ahead.
#[derive(Debug, Default)]
pub struct Memory(RefCell<BTreeMap<(u32, u32), Known>>);

/// What there is to say in one state.
#[derive(Clone, Copy, Debug)]
struct Known {
    law: RemainingWait,
    announced: Announced,
    /// The probability of being right with it.
    chance: f64,
}

impl Oracle {
    /// The oracle of a scenario's line.
    ///
    /// # Errors
    /// Why the law of its waits is not known exactly.
    pub fn of(scenario: &Scenario) -> Result<Oracle, String> {
        check_policy(scenario)?;
        let world = &scenario.world;
        if world.carrier != CarrierWorld::default() || world.store.commit.is_some() {
            return Err("carrier or store take time or fail".to_owned());
        }
        if !world.faults.is_empty() {
            return Err("there are faults".to_owned());
        }
        for group in &world.agents {
            check_agents(group)?;
        }
        let (services, hang_ups) = rates(&world.calls)?;
        Ok(Oracle {
            services,
            hang_ups,
            staffing: staffing(scenario),
        })
    }

    /// One of known rates (per second) and constant staffing.
    #[must_use]
    pub fn new(services: f64, hang_ups: f64, agents: u32) -> Oracle {
        Oracle {
            services,
            hang_ups,
            staffing: vec![(0, agents)],
        }
    }

    /// What it says at `at` to a call with `position` - 1 calls ahead; nothing while nobody is there.
    pub fn says(&self, memory: &Memory, at: Timestamp, position: u32) -> Option<Spoken> {
        let next = self.staffing.partition_point(|(from, _)| *from <= at.0);
        let agents = next.checked_sub(1).map_or(0, |now| self.staffing[now].1);
        if agents == 0 {
            return None;
        }
        let ahead = position.saturating_sub(1);
        let mut memory = memory.0.borrow_mut();
        let known = memory
            .entry((agents, ahead))
            .or_insert_with(|| self.law(agents, ahead));
        let Known {
            law,
            announced,
            chance,
        } = *known;
        let lasts = self.staffing.get(next).is_none_or(|(change, _)| {
            let left = change.saturating_sub(at.0) as f64 * 1e-6;
            1.0 - law.cdf(left) <= NEVER
        });
        Some(Spoken {
            announced,
            chance: lasts.then_some(chance),
        })
    }

    fn law(&self, agents: u32, ahead: u32) -> Known {
        let rate = f64::from(agents) * self.services;
        let law = RemainingWait::new(f64::from(ahead), rate, self.hang_ups);
        let centre = law.densest_window(2.0 * HALF_WINDOW) + HALF_WINDOW;
        let (p50, p90) = law.p50_p90();
        let whole = |seconds: f64| (seconds * 1e6).round() as Micros;
        let announced = Announced {
            point: whole(centre),
            p50: whole(p50),
            p90: whole(p90),
        };
        Known {
            law,
            announced,
            chance: law.hits(centre, HALF_WINDOW),
        }
    }
}

/// First come, first served, in one line that nothing but an agent or a hang-up shortens, by events.
fn check_policy(scenario: &Scenario) -> Result<(), String> {
    let policy = &scenario.policy.policy;
    let features = &policy.features;
    let share = |feature| features.share(feature);
    let [queue] = policy.queues.as_slice() else {
        return Err(format!("there are {} queues", policy.queues.len()));
    };
    if share(Feature::EnhancedQueue) != Share::ALL
        || share(Feature::ContinuousDiscovery) != Share::ALL
        || !matches!(queue.discovery, Discovery::Events { .. })
    {
        return Err("calls meet agents at scans, not at once".to_owned());
    }
    if share(Feature::Callback) != Share::NONE && queue.callback.is_some() {
        return Err("callbacks take calls out of the line".to_owned());
    }
    if queue.max_wait.is_some() || queue.max_length.is_some() {
        return Err("the line is limited (`max_wait` or `max_length`)".to_owned());
    }
    let n_classes = scenario.world.names.classes.len();
    let class = |i: usize| queue.priority.get(i).copied().unwrap_or_default();
    let uses = share(Feature::PriorityQueue) != Share::NONE;
    let first = if n_classes > 0 {
        class(0)
    } else {
        Priority::default()
    };
    if uses && (1..n_classes).any(|i| class(i) != first) {
        return Err("some classes come before others".to_owned());
    }
    if scenario.policy.hours.iter().any(Option::is_some) {
        return Err("the queue closes".to_owned());
    }
    Ok(())
}

fn check_agents(group: &AgentGroup) -> Result<(), String> {
    let why = if group.answers != Answers::default() {
        "answer late, or not always"
    } else if group.talk_factor.is_some() {
        "differ in their talk times"
    } else if group.wrap_up.is_some() {
        "have wrap-up, so that services are not exponential"
    } else if !group.breaks.is_empty() {
        "take breaks"
    } else if group.device.is_some() || group.heartbeat.is_some() {
        "lose devices or heartbeats"
    } else if group.forgets_to_sign_out > 0.0 {
        "forget to sign out"
    } else {
        return Ok(());
    };
    Err(format!("agents of `{}` {why}", group.group))
}

/// Services per second of an agent and hang-ups per second of a waiting call: the same for all.
fn rates(streams: &[CallStream]) -> Result<(f64, f64), String> {
    let mut rates = None;
    for stream in streams {
        if matches!(
            stream.arrivals,
            Arrivals::Trace(_) | Arrivals::Journal { .. }
        ) {
            return Err("calls are of a log, whose talk and patience are its own".to_owned());
        }
        for class in stream.classes.iter().filter(|class| class.share > 0.0) {
            let own = rates_of(class)?;
            if *rates.get_or_insert(own) != own {
                return Err("classes differ in talk or patience".to_owned());
            }
        }
    }
    rates.ok_or_else(|| "nobody calls".to_owned())
}

fn rates_of(class: &CallerClass) -> Result<(f64, f64), String> {
    if class.balks > 0.0 {
        return Err("some callers hang up at once when they have to wait".to_owned());
    }
    let Some(talk) = class.talk.as_ref().and_then(exponential) else {
        return Err("talk times are not exponential with one mean".to_owned());
    };
    let hang_ups = match class.patience.as_ref().map(exponential) {
        None => 0.0,
        Some(Some(mean)) => 1.0 / mean,
        Some(None) => return Err("patience is not exponential with one mean".to_owned()),
    };
    Ok((1.0 / talk, hang_ups))
}

/// The mean of an exponential law that holds all day.
fn exponential(law: &PerPeriod<DistSpec>) -> Option<f64> {
    match law {
        PerPeriod::Always(DistSpec::Exponential { mean }) => Some(*mean),
        PerPeriod::Always(_) | PerPeriod::ByPeriod { .. } => None,
    }
}

/// All groups together: how many from when on.
fn staffing(scenario: &Scenario) -> Vec<(Micros, u32)> {
    let local = LocalTime::new(scenario.experiment.start);
    let horizon = micros(scenario.experiment.horizon);
    let groups: Vec<Vec<(Micros, u32)>> = scenario
        .world
        .agents
        .iter()
        .map(|group| schedule::staffing(group, &local, horizon))
        .collect();
    let mut moments: Vec<Micros> = groups.iter().flatten().map(|(at, _)| *at).collect();
    moments.sort_unstable();
    moments.dedup();
    let count = |steps: &[(Micros, u32)], at: Micros| {
        let past = steps.partition_point(|(from, _)| *from <= at);
        past.checked_sub(1).map_or(0, |place| steps[place].1)
    };
    let mut staffing: Vec<(Micros, u32)> = moments
        .into_iter()
        .map(|at| (at, groups.iter().map(|steps| count(steps, at)).sum()))
        .collect();
    staffing.dedup_by_key(|(_, n)| *n);
    staffing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_the_head_of_the_line_it_is_solved_by_hand() {
        // Two agents of mean 100 s, patience 300 s: the head waits Exp(1/50 + 1/300), if it is served. The densest
        // minute of an exponential law is the first.
        let oracle = Oracle::new(1.0 / 100.0, 1.0 / 300.0, 2);
        let spoken = oracle
            .says(&Memory::default(), Timestamp::ZERO, 1)
            .expect("somebody is there");
        assert_eq!(spoken.announced.point, 30_000_000);
        let rate: f64 = 1.0 / 50.0 + 1.0 / 300.0;
        let chance = 1.0 - (-60.0 * rate).exp();
        assert!((spoken.chance.expect("exact") - chance).abs() < 1e-12);
        let median = 2.0_f64.ln() / rate;
        assert!((spoken.announced.p50 as f64 * 1e-6 - median).abs() < 1e-5);
    }

    #[test]
    fn with_one_ahead_it_is_solved_by_hand() {
        // r = 1/60, theta = 1/60: the density is c e^(-2u)(1 - e^-u), u = w / 60; it integrates to c (1/2 - 1/3) = 1,
        // so c = 6. Densest minute [a, a + 60]: with x = e^-u, 1 - x = e^-2 (1 - x/e), x = (1 - e^-2) / (1 - e^-3). The
        // share in it is G(x) - G(x/e) with G(x) = 3 x^2 - 2 x^3.
        let oracle = Oracle::new(1.0 / 60.0, 1.0 / 60.0, 1);
        let spoken = oracle
            .says(&Memory::default(), Timestamp::ZERO, 2)
            .expect("somebody is there");
        let e = std::f64::consts::E;
        let x = (1.0 - e.powi(-2)) / (1.0 - e.powi(-3));
        let start = -60.0 * x.ln();
        assert!((spoken.announced.point as f64 * 1e-6 - (start + 30.0)).abs() < 1e-5);
        let below = |x: f64| 3.0 * x * x - 2.0 * x * x * x;
        let chance = below(x) - below(x / e);
        assert!((spoken.chance.expect("exact") - chance).abs() < 1e-9);
    }

    #[test]
    fn it_states_no_chance_when_the_wait_may_outlast_the_staffing() {
        let oracle = Oracle {
            staffing: vec![(0, 2), (3_600_000_000, 1)],
            ..Oracle::new(1.0 / 100.0, 1.0 / 300.0, 2)
        };
        let at = |seconds| oracle.says(&Memory::default(), Timestamp::from_secs(seconds), 1);
        assert!(at(0).expect("two are there").chance.is_some());
        let close = at(3_590).expect("two are there");
        assert_eq!((close.chance, close.announced.point), (None, 30_000_000));
        assert!(at(3_600).expect("one is there").chance.is_some());
    }
}
