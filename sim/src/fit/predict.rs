//! How well a fitted scenario predicts days it has not seen: recorded beside the interval in which one
//! replication more, or such days themselves, would lie in 95 of 100 cases.
//!
//! Two questions. *From the calendar*: arrivals and staffing are the fitted tables', as before any day
//! that has not come yet. *Given its calls and agents*: the arrivals, classes and inferred presence of the
//! days are taken from their log, everything else from the fit. No talk time and no patience is ever taken
//! from the rows that are predicted; a part of a what-if run is fitted to them and then drawn.
//!
//! The interval holds what chance does to such days. That the fit itself is uncertain is not in it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;

use super::given::{Rows, given_calls_and_agents};
use super::groups::GroupFit;
use super::log::Log;
use super::simulate::{FIGURES, Figure, Outcome, Simulator};
use crate::experiment::RunError;
use crate::likeness::Tally;
use crate::scenario::Scenario;

/// Of the intervals, when there are replications enough.
const CONFIDENCE: f64 = 0.95;

/// Days beside what was predicted of them.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Prediction {
    /// What it is made from.
    pub title: String,
    /// Replications.
    pub replications: u32,
    /// By figure.
    pub figures: Vec<Predicted>,
    /// Who hung up of each class that was recorded, by name; empty when there is one class.
    pub classes: Vec<PredictedClass>,
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
    /// With the chance of [`Prediction::confidence`] one more is at least this ...
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

    /// Predicted minus recorded: points of a share, else as a share of the recorded; `None` when that is
    /// 0 and the prediction is not.
    #[must_use]
    pub fn off(&self) -> Option<f64> {
        let distance = self.mean - self.recorded;
        match self.is_share || distance == 0.0 {
            true => Some(distance),
            false => Some(distance / self.recorded).filter(|off| off.is_finite()),
        }
    }
}

/// The hang-ups of one class.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct PredictedClass {
    /// Its name.
    pub name: String,
    /// Calls recorded.
    pub calls: u64,
    /// Share that hung up: recorded, and the interval.
    pub hung_up: DayFigure,
}

impl PredictedClass {
    /// Predicted minus recorded, as a share.
    #[must_use]
    pub fn off(&self) -> f64 {
        self.hung_up.mean - self.hung_up.recorded
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

/// A number of a day or of a class.
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
    fn of(recorded: f64, mut simulated: Vec<f64>) -> DayFigure {
        let (mean, lower, upper) = spread(&mut simulated);
        DayFigure {
            recorded,
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
                DayFigure::of(
                    of(own) as f64,
                    values.map(|tally| of(tally) as f64).collect(),
                )
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
            classes: by_class(recorded, simulated),
            days: days.collect(),
            recorded_waits: recorded.served_waits.clone(),
            predicted_waits,
        }
    }

    /// The chance with which one replication more lies in an interval: 95 % from 39 replications on; of n
    /// fewer, between the least and the greatest, (n - 1) / (n + 1).
    #[must_use]
    pub fn confidence(&self) -> f64 {
        let n = f64::from(self.replications);
        CONFIDENCE.min((n - 1.0) / (n + 1.0))
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

/// Hang-ups by class, where there is more than one and both sides know them.
fn by_class(recorded: &Outcome, simulated: &[Outcome]) -> Vec<PredictedClass> {
    if recorded.by_class.len() < 2 {
        return Vec::new();
    }
    let one = |(name, own): (&String, &Tally)| {
        let tallies = simulated.iter().filter_map(|one| one.by_class.get(name));
        let shares: Vec<f64> = tallies.filter_map(Tally::abandonment).collect();
        if shares.is_empty() {
            return None;
        }
        Some(PredictedClass {
            name: name.clone(),
            calls: own.offered,
            hung_up: DayFigure::of(own.abandonment()?, shares),
        })
    };
    recorded.by_class.iter().filter_map(one).collect()
}

/// Mean, and the interval of one value more of the same law: the order statistics of places p (n + 1),
/// interpolated (Wilks 1941; Hyndman and Fan 1996, type 6), at most from the least to the greatest.
fn spread(values: &mut [f64]) -> (f64, f64, f64) {
    if values.is_empty() {
        return (f64::NAN, f64::NAN, f64::NAN);
    }
    values.sort_unstable_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let quantile = |p: f64| {
        let place = p * (values.len() + 1) as f64 - 1.0;
        let place = place.clamp(0.0, (values.len() - 1) as f64);
        let (below, above) = (place.floor() as usize, place.ceil() as usize);
        values[below] + (place - place.floor()) * (values[above] - values[below])
    };
    let tail = 0.5 * (1.0 - CONFIDENCE);
    (mean, quantile(tail), quantile(1.0 - tail))
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
