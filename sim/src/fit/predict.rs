//! How well a fitted scenario predicts days it has not seen: recorded beside the interval in which the
//! simulated figure lies in 95 of 100 replications.
//!
//! Two questions. *From the calendar*: arrivals and staffing are the fitted tables', as before any day
//! that has not come yet. *Given its calls and agents*: the arrivals, classes and inferred presence of the
//! days are taken from their log, everything else from the fit. No talk time and no patience is ever taken
//! from the rows that are predicted; a part of a what-if run is fitted to them and then drawn.
//!
//! The interval holds what chance does to such days. That the fit itself is uncertain is not in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use engine::Timestamp;
use engine::id::{ClassId, QueueId};
use jiff::civil::{Date, DateTime};
use serde::Serialize;

use super::log::Log;
use super::parts::GroupFit;
use super::presence::head_count;
use super::simulate::{FIGURES, Figure, Outcome, Simulator};
use super::{Moment, local, moment};
use crate::experiment::RunError;
use crate::likeness::Tally;
use crate::scenario::{AgentGroup, Arrivals, Scenario, Staffing, TraceSource};
use crate::trace::{Patience, TraceCall};

/// Of the intervals.
pub const CONFIDENCE: f64 = 0.95;

/// Days beside what was predicted of them.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Prediction {
    /// What it is made from.
    pub title: String,
    /// Replications.
    pub replications: u32,
    /// By figure.
    pub figures: Vec<Predicted>,
    /// By date.
    pub days: Vec<PredictedDay>,
    /// Recorded: served calls by whole second of the wait.
    #[serde(skip)]
    pub recorded_waits: Vec<u64>,
    /// The same of all replications together.
    #[serde(skip)]
    pub predicted_waits: Vec<u64>,
}

/// One figure over all days.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Predicted {
    /// In files.
    pub id: &'static str,
    /// In words.
    pub name: &'static str,
    /// Whether it is a share; else calls or seconds.
    pub is_share: bool,
    /// What was recorded.
    pub recorded: f64,
    /// The mean over the replications.
    pub mean: f64,
    /// In 95 of 100 replications it is at least this ...
    pub lower: f64,
    /// ... and at most this.
    pub upper: f64,
}

impl Predicted {
    /// Whether the recorded figure is one that the scenario makes.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        (self.lower..=self.upper).contains(&self.recorded)
    }

    /// Predicted minus recorded: points of a share, else as a share of the recorded.
    #[must_use]
    pub fn off(&self) -> f64 {
        match self.is_share {
            true => self.mean - self.recorded,
            false => self.mean / self.recorded - 1.0,
        }
    }
}

/// One date.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct PredictedDay {
    /// Which.
    pub date: Date,
    /// Calls: recorded, and the interval.
    pub calls: DayFigure,
    /// Hang-ups.
    pub hung_up: DayFigure,
}

/// A number of a day.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct DayFigure {
    /// What was recorded.
    pub recorded: f64,
    /// The mean over the replications.
    pub mean: f64,
    /// See [`Predicted::lower`].
    pub lower: f64,
    /// See [`Predicted::upper`].
    pub upper: f64,
}

impl DayFigure {
    fn of(recorded: u64, mut simulated: Vec<f64>) -> DayFigure {
        let (mean, lower, upper) = spread(&mut simulated);
        DayFigure {
            recorded: recorded as f64,
            mean,
            lower,
            upper,
        }
    }

    /// Whether the recorded number is one that the scenario makes.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        (self.lower..=self.upper).contains(&self.recorded)
    }
}

impl Prediction {
    /// Puts simulated beside recorded. Without replications, and for figures that one side has not,
    /// there is nothing to say. `with_calls`: the number of calls is predicted too.
    #[must_use]
    pub fn new(
        title: &str,
        recorded: &Outcome,
        simulated: &[Outcome],
        with_calls: bool,
    ) -> Prediction {
        let n_dates = recorded.by_date.len();
        let total = recorded.total();
        let totals: Vec<Tally> = simulated.iter().map(Outcome::total).collect();
        let figures = FIGURES
            .iter()
            .filter(|figure| with_calls || figure.id != "calls_per_day");
        let figure = |figure: &Figure| {
            let mut values: Vec<f64> = totals
                .iter()
                .filter_map(|t| (figure.of)(t, n_dates))
                .collect();
            let recorded = (figure.of)(&total, n_dates)?;
            if values.is_empty() {
                return None;
            }
            let (mean, lower, upper) = spread(&mut values);
            Some(Predicted {
                id: figure.id,
                name: figure.name,
                is_share: figure.is_share,
                recorded,
                mean,
                lower,
                upper,
            })
        };
        let days = recorded.by_date.iter().map(|(date, own)| {
            let each = |of: fn(&Tally) -> u64| {
                let values = simulated.iter().filter_map(|one| one.by_date.get(date));
                DayFigure::of(of(own), values.map(|tally| of(tally) as f64).collect())
            };
            PredictedDay {
                date: *date,
                calls: each(|t| t.offered),
                hung_up: each(|t| t.abandoned),
            }
        });
        let mut predicted_waits = vec![0; recorded.served_waits.len()];
        for outcome in simulated {
            for (all, own) in predicted_waits.iter_mut().zip(&outcome.served_waits) {
                *all += own;
            }
        }
        Prediction {
            title: title.to_owned(),
            replications: simulated.len() as u32,
            figures: figures.filter_map(figure).collect(),
            days: days.collect(),
            recorded_waits: recorded.served_waits.clone(),
            predicted_waits,
        }
    }

    /// One of the figures.
    #[must_use]
    pub fn figure(&self, id: &str) -> Option<&Predicted> {
        self.figures.iter().find(|figure| figure.id == id)
    }

    /// How many days' numbers of `what` lie in their intervals, of how many.
    #[must_use]
    pub fn days_inside(&self, what: fn(&PredictedDay) -> DayFigure) -> (usize, usize) {
        let inside = self.days.iter().filter(|day| what(day).is_inside());
        (inside.count(), self.days.len())
    }
}

/// Mean and the central 95 % of values: quantiles by interpolation between order statistics (Hyndman and
/// Fan 1996, type 7).
fn spread(values: &mut [f64]) -> (f64, f64, f64) {
    if values.is_empty() {
        return (f64::NAN, f64::NAN, f64::NAN);
    }
    values.sort_unstable_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let quantile = |p: f64| {
        let place = p * (values.len() - 1) as f64;
        let (below, above) = (place.floor() as usize, place.ceil() as usize);
        values[below] + (place - place.floor()) * (values[above] - values[below])
    };
    let tail = 0.5 * (1.0 - CONFIDENCE);
    (mean, quantile(tail), quantile(1.0 - tail))
}

/// The scenario with the time frame of these dates: arrivals and staffing as its tables say.
#[must_use]
pub fn from_the_calendar(scenario: &Scenario, dates: &BTreeSet<Date>) -> Scenario {
    let mut own = scenario.clone();
    framed(&mut own, dates);
    own
}

fn framed(scenario: &mut Scenario, dates: &BTreeSet<Date>) {
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else {
        return;
    };
    scenario.experiment.start = first.at(0, 0, 0, 0);
    let days = moment(last.at(0, 0, 0, 0)) - moment(scenario.experiment.start) + 86_400_000_000;
    scenario.experiment.horizon = Duration::from_micros(u64::try_from(days).unwrap_or(0));
}

/// What is taken of the rows beside arrivals and classes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rows {
    /// Nothing: a prediction.
    Arrivals,
    /// Talk of the served and patience as far as it is known: a replay, to tell what drawing them costs.
    All,
}

/// The scenario with the arrivals, queues and classes of a log on these dates, and its agents' presence:
/// `groups` are that log's, of all its dates together: a stretch may reach over midnight.
///
/// # Errors
/// Classes or queues of the log that the scenario has not.
pub fn given_calls_and_agents(
    scenario: &Scenario,
    log: &Log,
    groups: &[GroupFit],
    dates: &BTreeSet<Date>,
    rows: Rows,
) -> Result<Scenario, String> {
    let mut own = scenario.clone();
    framed(&mut own, dates);
    let names = &scenario.world.names;
    let lost = |what: &str, name: &String| {
        format!(
            "{} has calls of the {what} `{name}`, which the fitted log has not",
            log.file
        )
    };
    let queues: Vec<Option<QueueId>> = log
        .names
        .queues
        .iter()
        .map(|name| names.queue(name))
        .collect();
    let classes: Vec<Option<ClassId>> = log
        .names
        .classes
        .iter()
        .map(|name| names.class(name))
        .collect();
    let start = own.experiment.start;
    let mut by_queue: BTreeMap<QueueId, Vec<TraceCall>> = BTreeMap::new();
    for call in log
        .calls
        .iter()
        .filter(|call| dates.contains(&call.logged.date))
    {
        let (queue, class) = (call.queue().index(), call.class().index());
        let queue = queues[queue].ok_or_else(|| lost("queue", &log.names.queues[queue]))?;
        let class = classes[class].ok_or_else(|| lost("class", &log.names.classes[class]))?;
        let mut taken = arrival(call.logged.arrived_at, start, queue, class);
        if rows == Rows::All {
            (taken.talk, taken.patience) = (call.trace.talk, call.trace.patience);
        }
        by_queue.entry(queue).or_default().push(taken);
    }
    for stream in &mut own.world.calls {
        // Who calls again is in the log's own arrivals.
        for class in &mut stream.classes {
            class.redial = None;
        }
        let calls = by_queue.remove(&stream.queue).unwrap_or_default();
        stream.arrivals = Arrivals::Trace(TraceSource {
            file: log.file.clone().into(),
            columns: std::path::PathBuf::new(),
            sha256: String::new(),
            columns_sha256: String::new(),
            calls: Arc::from(calls),
            outside: 0,
            skipped: 0,
            notes: Vec::new(),
        });
    }
    own.experiment.day_factor = None;
    let usual = own.world.agents.first().cloned();
    let usual = usual.expect("invariant: a scenario has agents");
    let groups = groups.iter().map(|group| {
        let steps = head_count(&group.stretches)
            .into_iter()
            .map(|(at, n)| (local(at), n));
        let of_group: Option<Vec<_>> = group
            .queues
            .iter()
            .map(|queue| queues[queue.index()])
            .collect();
        let served = of_group
            .ok_or_else(|| format!("{} has agents of a queue that is not known", log.file))?;
        Ok(AgentGroup {
            group: group.name.clone(),
            staffing: Staffing::Dated {
                file: std::path::PathBuf::new(),
                steps: steps.collect(),
            },
            queues: served.into_iter().map(|queue| (queue, 1)).collect(),
            ..usual.clone()
        })
    });
    own.world.agents = groups.collect::<Result<_, String>>()?;
    Ok(own)
}

/// A call of which only its arrival and class are taken.
fn arrival(at: Moment, start: DateTime, queue: QueueId, class: ClassId) -> TraceCall {
    let since = u64::try_from(at - moment(start)).unwrap_or(0);
    TraceCall {
        arrived_local: local(at),
        arrived_at: Timestamp(since),
        queue: Some(queue),
        class: Some(class),
        talk: None,
        patience: Patience::Unknown,
        recorded: crate::trace::Recorded::default(),
    }
}

/// Predicts the days of a log given its calls and agents.
///
/// # Errors
/// What the scenario lacks of the log, or why it was not simulated.
pub fn predict(
    title: &str,
    scenario: &Scenario,
    (log, groups): (&Log, &[GroupFit]),
    (dates, rows): (&BTreeSet<Date>, Rows),
    n: u32,
    simulator: &Simulator<'_>,
) -> Result<Prediction, PredictError> {
    let given =
        given_calls_and_agents(scenario, log, groups, dates, rows).map_err(PredictError::Unlike)?;
    let recorded = super::simulate::recorded(log, dates, given.experiment.threshold);
    let simulated = simulator
        .outcomes(&given, dates, n)
        .map_err(PredictError::Run)?;
    Ok(Prediction::new(title, &recorded, &simulated, false))
}

/// Why there is no prediction.
#[derive(Clone, PartialEq, Debug)]
pub enum PredictError {
    /// The log has what the scenario has not.
    Unlike(String),
    /// It was not simulated.
    Run(RunError),
}
