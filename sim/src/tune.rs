//! Tuning: the cheapest value of a parameter, or point of a set, whose gates hold.
//!
//! In reading order: `parameter` and `grid` (what is varied), `search` (what every search asks of its
//! points, and how sure it is), `bisection`, `selection`, `simulated` (points as replications of a
//! scenario, on one seed).

mod bisection;
mod grid;
mod parameter;
mod search;
mod selection;
mod simulated;

use policy_file::FileErrors;
use reports::tune::{Cost, Tuned};

pub use bisection::bisect;
pub use grid::Grid;
pub use parameter::{Parameter, Values};
pub use search::{Found, Precision, Trials, Tried};
pub use selection::select;

use crate::experiment::{Control, Options, RunError};
use crate::scenario::Scenario;
use simulated::Simulated;

/// What is asked.
pub struct Question<'a> {
    /// What is varied: one range, or lists that multiply.
    pub parameters: Vec<Parameter>,
    /// What is to be small.
    pub cost: Cost,
    /// How sure it has to be.
    pub precision: Precision,
    /// The scenario with these `PATH=VALUE` put in.
    pub scenario: &'a dyn Fn(&[String]) -> Result<Scenario, FileErrors>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum TuneError {
    /// A value makes no scenario.
    File(FileErrors),
    /// Its replications went wrong at this point.
    Run(String, RunError),
    /// The question has no answer, in words.
    Question(String),
}

impl From<FileErrors> for TuneError {
    fn from(errors: FileErrors) -> TuneError {
        TuneError::File(errors)
    }
}

/// Sets of more points than this are a mistake.
const MOST_POINTS: usize = 1_000;

/// Searches.
///
/// # Errors
/// A value that makes no scenario, a question without an answer, or as [`crate::experiment::run`].
pub fn tune(
    question: &Question<'_>,
    options: &Options,
    control: &Control<'_>,
) -> Result<Tuned, TuneError> {
    check(question)?;
    let n: usize = question.parameters.iter().map(Parameter::n).product();
    let is_range = matches!(question.parameters[0].values, Values::Range(_));
    let mut simulated = Simulated::new(question, options, control, n);
    // Both ends, or every point, before the first long run: a value may make no scenario.
    for point in match is_range {
        true => vec![0, n - 1],
        false => (0..n).collect(),
    } {
        simulated.make(point)?;
    }
    let found = match is_range {
        true => bisect(&mut simulated, n, &question.precision)?,
        false => select(&mut simulated, n, &question.precision)?,
    };
    let tuned = simulated.tuned(&found);
    if tuned.points.iter().all(|point| point.cost.is_none()) {
        let cost = tuned.cost.name(&tuned.parameters);
        return Err(TuneError::Question(format!(
            "no replication says anything of {cost}: it cannot be what is to be small"
        )));
    }
    Ok(tuned)
}

fn check(question: &Question<'_>) -> Result<(), TuneError> {
    let wrong = |what: &str| Err(TuneError::Question(what.to_string()));
    let parameters = &question.parameters;
    let is_range = |parameter: &Parameter| matches!(parameter.values, Values::Range(_));
    if parameters.len() > 1 && parameters.iter().any(is_range) {
        return wrong(
            "a range is searched alone; list the values of each parameter, as in --vary a=1s,2s,5s",
        );
    }
    let paths: Vec<&String> = parameters.iter().map(|parameter| &parameter.path).collect();
    if paths
        .iter()
        .enumerate()
        .any(|(place, path)| paths[..place].contains(path))
    {
        return wrong("each path is varied once");
    }
    if question.cost == Cost::Value && (parameters.len() > 1 || parameters[0].unit().is_none()) {
        return wrong("--minimize value is for one parameter whose values are numbers");
    }
    let n = parameters
        .iter()
        .try_fold(1_usize, |all, one| all.checked_mul(one.n()));
    if !is_range(&parameters[0]) && n.is_none_or(|n| n > MOST_POINTS) {
        return wrong("more than 1000 points: vary less at once");
    }
    Ok(())
}
