//! The counted time of a scenario, cut where rates or staffing change.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::time::{Micros, micros};
use jiff::civil::DateTime;

use crate::scenario::{AgentGroup, Arrivals, CallStream, DistSpec, PerPeriod, Scenario};
use crate::world::local::{DAY, LocalTime};
use crate::world::schedule;

/// A span in which nothing changes, or all such spans alike together.
#[derive(Clone, Debug)]
pub(super) struct Span<'s> {
    pub(super) seconds: f64,
    /// A moment of it, for what depends on the time of day.
    pub(super) local: DateTime,
    /// Streams with calls and their rates, per second.
    pub(super) streams: Vec<(&'s CallStream, f64)>,
    /// Groups that are there and how many of them.
    pub(super) groups: Vec<(&'s AgentGroup, u32)>,
    pub(super) agents: u32,
}

/// `None` when the arrivals have no rate (a log, a journal, bursts).
pub(super) fn spans(scenario: &Scenario) -> Option<Vec<Span<'_>>> {
    let experiment = &scenario.experiment;
    let local = LocalTime::new(experiment.start);
    let (from, to) = (micros(experiment.warm_up), micros(experiment.horizon));
    let world = &scenario.world;
    let staffing: Vec<Vec<(Micros, u32)>> = world
        .agents
        .iter()
        .map(|group| schedule::staffing(group, &local, to))
        .collect();
    let mut cuts = vec![from, to];
    cuts.extend(staffing.iter().flatten().map(|(at, _)| *at));
    for (start, step) in grids(scenario) {
        for day in 0..=local.day(to) {
            let steps = (0..DAY.div_ceil(step)).map(|k| start + k * step);
            cuts.extend(steps.filter_map(|of_day| local.at(day, of_day)));
        }
    }
    cuts.retain(|at| (from..=to).contains(at));
    cuts.sort_unstable();
    cuts.dedup();
    let depends_on_time = depends_on_time(scenario);
    let mut alike: BTreeMap<(Vec<u64>, Vec<u32>, u64), Span<'_>> = BTreeMap::new();
    for pair in cuts.windows(2) {
        let (start, end) = (pair[0], pair[1]);
        // Halfway: clear of both edges.
        let local_time = experiment
            .start
            .saturating_add(Duration::from_micros((start + end) / 2));
        let mut streams = Vec::new();
        for stream in &world.calls {
            streams.push((stream, rate(stream, local_time)?));
        }
        let counts: Vec<u32> = staffing
            .iter()
            .map(|steps| count_at(steps, start))
            .collect();
        let rates = streams.iter().map(|(_, rate)| rate.to_bits()).collect();
        let time = if depends_on_time { start } else { 0 };
        let seconds = (end - start) as f64 * 1e-6;
        alike
            .entry((rates, counts.clone(), time))
            .or_insert_with(|| Span {
                seconds: 0.0,
                local: local_time,
                streams,
                agents: counts.iter().sum(),
                groups: world
                    .agents
                    .iter()
                    .zip(counts)
                    .filter(|(_, n)| *n > 0)
                    .collect(),
            })
            .seconds += seconds;
    }
    Some(alike.into_values().collect())
}

/// The law that multiplies only this stream's rates of a day.
pub(super) fn own_day_factor(stream: &CallStream) -> Option<&DistSpec> {
    match &stream.arrivals {
        Arrivals::Profile(profile) => profile.day_factor.as_ref(),
        Arrivals::Poisson(_)
        | Arrivals::Trace(_)
        | Arrivals::Journal { .. }
        | Arrivals::Burst { .. } => None,
    }
}

fn rate(stream: &CallStream, local: DateTime) -> Option<f64> {
    match &stream.arrivals {
        Arrivals::Poisson(rate) => Some(*rate),
        Arrivals::Profile(profile) => Some(profile.rates.at(local).copied().unwrap_or(0.0)),
        Arrivals::Trace(_) | Arrivals::Journal { .. } | Arrivals::Burst { .. } => None,
    }
}

fn count_at(steps: &[(Micros, u32)], at: Micros) -> u32 {
    let past = steps.partition_point(|(from, _)| *from <= at);
    past.checked_sub(1).map_or(0, |place| steps[place].1)
}

/// Where steps of the day begin, and how long they are.
fn grids(scenario: &Scenario) -> Vec<(Micros, Micros)> {
    let mut grids = Vec::new();
    for stream in &scenario.world.calls {
        if let Arrivals::Profile(profile) = &stream.arrivals {
            let table = &profile.rates;
            grids.push((micros(table.from.since_midnight()), micros(table.step)));
        }
        for class in &stream.classes {
            grids.extend(class.talk.as_ref().and_then(period_grid));
            grids.extend(class.patience.as_ref().and_then(period_grid));
        }
    }
    let groups = scenario.world.agents.iter();
    grids.extend(groups.filter_map(|group| period_grid(group.wrap_up.as_ref()?)));
    grids.sort_unstable();
    grids.dedup();
    grids
}

fn period_grid<T>(period: &PerPeriod<T>) -> Option<(Micros, Micros)> {
    match period {
        PerPeriod::Always(_) => None,
        PerPeriod::ByPeriod { step, from, .. } => {
            Some((micros(from.since_midnight()), micros(*step)))
        }
    }
}

/// Whether talk, patience or wrap-up depend on the time of day.
fn depends_on_time(scenario: &Scenario) -> bool {
    let classes = scenario.world.calls.iter().flat_map(|s| &s.classes);
    let by_class = |class: &crate::scenario::CallerClass| {
        class.talk.as_ref().and_then(period_grid).is_some()
            || class.patience.as_ref().and_then(period_grid).is_some()
    };
    let by_group = |group: &AgentGroup| group.wrap_up.as_ref().and_then(period_grid).is_some();
    classes.clone().any(by_class) || scenario.world.agents.iter().any(by_group)
}
