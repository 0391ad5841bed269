//! A fit from beginning to end: read, keep days aside, fit, calibrate, write, simulate, predict.
//!
//! Owns the order of the steps and what is kept of them; every figure comes from the step's own module.

use std::collections::BTreeSet;

use jiff::civil::Date;
use policy_file::{FileError, FileErrors};

use super::arrivals::weekday;
use super::calibrate::{self, Calibration, calibrate};
use super::given::{Rows, from_the_calendar};
use super::groups::{GroupFit, groups};
use super::log::Log;
use super::parts::{Options, Parts};
use super::predict::{PredictError, Prediction, predict};
use super::presence;
use super::request::{Request, frame, held_out, read};
use super::simulate::{Simulator, recorded};
use super::write::{Told, Written, write};
use crate::experiment::RunError;
use crate::scenario::Scenario;

/// What came of it.
#[derive(Clone, Debug)]
pub struct Study {
    /// The log, all dates that count.
    pub log: Log,
    /// The dates that were fitted.
    pub fitted: BTreeSet<Date>,
    /// What was fitted.
    pub parts: Parts,
    /// The options it was fitted with.
    pub options: Options,
    /// What the log does not say.
    pub told: Told,
    /// How many times the agents that were seen; `None` = once.
    pub calibration: Option<Calibration>,
    /// The files.
    pub written: Written,
    /// The same, read.
    pub scenario: Scenario,
    /// The fitted days, from the calendar: a check, no forecast.
    pub check: Option<Prediction>,
    /// The fitted days, given their calls and agents: another.
    pub check_given: Option<Prediction>,
    /// The days that were kept aside.
    pub held_out: Option<HeldOut>,
    /// The other log.
    pub predicted: Option<PredictedLog>,
}

/// Days that were kept aside.
#[derive(Clone, PartialEq, Debug)]
pub struct HeldOut {
    /// Which.
    pub dates: BTreeSet<Date>,
    /// Arrivals and staffing as fitted.
    pub from_the_calendar: Prediction,
    /// Arrivals, classes and presence as recorded.
    pub given_calls_and_agents: Prediction,
}

/// Another log.
#[derive(Clone, PartialEq, Debug)]
pub struct PredictedLog {
    /// Its file.
    pub file: String,
    /// The dates that were predicted.
    pub dates: BTreeSet<Date>,
    /// Given its calls and agents, everything else as fitted.
    pub prediction: Prediction,
    /// The same with one part fitted to that log instead: what that part is to blame for.
    pub what_if: Vec<Prediction>,
    /// Its own parts, on those dates.
    pub own: Parts,
}

/// Why there is no study.
#[derive(Clone, Debug)]
pub enum StudyError {
    /// The input is wrong.
    Input(FileErrors),
    /// It could not be simulated.
    Run(RunError),
}

impl From<FileErrors> for StudyError {
    fn from(errors: FileErrors) -> Self {
        StudyError::Input(errors)
    }
}

impl From<RunError> for StudyError {
    fn from(error: RunError) -> Self {
        StudyError::Run(error)
    }
}

/// Does it; `said` hears what is being done.
///
/// # Errors
/// Files that are wrong or say too little; a simulation that failed.
pub fn study(
    request: &Request,
    simulator: &Simulator<'_>,
    said: &(dyn Fn(&str) + Sync),
) -> Result<Study, StudyError> {
    said("reading the log");
    let log = read(request)?;
    let held = held_out(&log, request)?;
    let fitted: BTreeSet<Date> = log.days.dates().difference(&held).copied().collect();
    let training = log.only(&fitted);
    let parts = Parts::fit(&training, &request.options, said);
    let frame = frame(&fitted);
    let names = &log.names;
    let told = &request.told;
    let first = write(&parts, names, told, frame, 1.0, &request.folder);
    // A policy that was told may not fit: said before long work.
    first.read()?;
    let simulates = request.replications > 0;
    let target = recorded(&training, &fitted, std::time::Duration::from_secs(20)).total();
    let enough = target.abandoned >= calibrate::LEAST;
    let calls = request.calibration_calls.filter(|_| simulates && enough);
    let calibration = match (target.abandonment(), calls) {
        (Some(target), Some(calls)) => {
            said("calibrating the number of agents");
            let of = calibrate::Of {
                parts: &parts,
                names,
                told,
                frame,
                dates: &fitted,
            };
            Some(calibrate(&of, target, calls, simulator)?)
        }
        (Some(_) | None, _) => None,
    };
    let scale = calibration
        .as_ref()
        .map_or(1.0, |calibration| calibration.scale);
    let written = write(&parts, names, told, frame, scale, &request.folder);
    let scenario = written.read()?;
    let mut study = Study {
        fitted,
        parts,
        options: request.options.clone(),
        told: told.clone(),
        calibration,
        written,
        scenario,
        check: None,
        check_given: None,
        held_out: None,
        predicted: None,
        log,
    };
    if simulates {
        study.simulate(request, &held, simulator, said)?;
    }
    Ok(study)
}

impl Study {
    fn simulate(
        &mut self,
        request: &Request,
        held: &BTreeSet<Date>,
        simulator: &Simulator<'_>,
        said: &(dyn Fn(&str) + Sync),
    ) -> Result<(), StudyError> {
        said("simulating the fitted days");
        let n = request.replications;
        let title = "the fitted days, from the calendar";
        self.check = Some(self.calendar(title, &self.fitted, n, simulator)?);
        let own = groups(&self.log, &self.options, self.options.presence);
        let given = |title: &str, dates: &BTreeSet<Date>| {
            let of = (&self.log, own.as_slice());
            let made = predict(
                title,
                &self.scenario,
                of,
                (dates, Rows::Arrivals),
                n,
                simulator,
            );
            made.map_err(|error| unlike(error, &self.log.file))
        };
        let title = "the fitted days, given their calls and agents";
        let check_given = given(title, &self.fitted)?;
        if !held.is_empty() {
            said("simulating the days kept aside");
            let title = "days kept aside, from the calendar";
            let from_the_calendar = self.calendar(title, held, n, simulator)?;
            let title = "days kept aside, given their calls and agents";
            let given_calls_and_agents = given(title, held)?;
            self.held_out = Some(HeldOut {
                dates: held.clone(),
                from_the_calendar,
                given_calls_and_agents,
            });
        }
        self.check_given = Some(check_given);
        if let Some((path, columns)) = &request.predict {
            said("reading the log to predict");
            let other = Log::read(path, columns, &request.queue)?;
            self.predicted = Some(self.predict(&other, request, simulator, said)?);
        }
        Ok(())
    }

    /// Days from the calendar beside what was recorded.
    fn calendar(
        &self,
        title: &str,
        dates: &BTreeSet<Date>,
        n: u32,
        simulator: &Simulator<'_>,
    ) -> Result<Prediction, RunError> {
        let scenario = from_the_calendar(&self.scenario, dates);
        let own = recorded(&self.log, dates, scenario.experiment.threshold);
        let simulated = simulator.outcomes(&scenario, dates, n)?;
        Ok(Prediction::new(title, &own, &simulated, true))
    }

    fn predict(
        &self,
        other: &Log,
        request: &Request,
        simulator: &Simulator<'_>,
        said: &(dyn Fn(&str) + Sync),
    ) -> Result<PredictedLog, StudyError> {
        let all = other.days.dates();
        let is_wanted = |date: &&Date| request.predict_days.contains(weekday(**date));
        let dates: BTreeSet<Date> = all.iter().filter(is_wanted).copied().collect();
        if dates.is_empty() {
            let message = format!("has no date on {}", request.predict_days);
            return Err(FileErrors::from(FileError::whole_file(&other.file, message)).into());
        }
        let own = Parts::fit(other, &self.options, said);
        let n = request.replications;
        let run = |title: &str, scenario: &Scenario, of: &[GroupFit], rows: Rows| {
            said(title);
            let made = predict(title, scenario, (other, of), (&dates, rows), n, simulator);
            made.map_err(|error| unlike(error, &other.file))
        };
        let title = "the other log, everything as fitted";
        let prediction = run(title, &self.scenario, &own.groups, Rows::Arrivals)?;
        let what_if = match request.what_ifs {
            true => self.what_if(other, &own, request, &run)?,
            false => Vec::new(),
        };
        Ok(PredictedLog {
            file: other.file.clone(),
            dates,
            prediction,
            what_if,
            own,
        })
    }

    /// The same days with one part fitted to their own log, then without the quiet edges of presence.
    fn what_if(
        &self,
        other: &Log,
        own: &Parts,
        request: &Request,
        run: &RunAs<'_>,
    ) -> Result<Vec<Prediction>, StudyError> {
        let mut what_if = Vec::new();
        for part in Part::ALL {
            let mut parts = self.parts.clone();
            part.take(&mut parts, own);
            let frame = frame(&self.fitted);
            let scale = self.calibration.as_ref().map_or(1.0, |c| c.scale);
            let names = &self.log.names;
            let written = write(&parts, names, &self.told, frame, scale, &request.folder);
            what_if.push(run(
                part.title(),
                &written.read()?,
                &own.groups,
                Rows::Arrivals,
            )?);
        }
        // What drawing costs, and what the rule of presence makes good of it.
        let rule = presence::Rule {
            edge: std::time::Duration::ZERO,
            ..self.options.presence
        };
        let narrow = groups(other, &self.options, rule);
        let title = "as fitted, presence without quiet edges";
        what_if.push(run(title, &self.scenario, &narrow, Rows::Arrivals)?);
        let title = "a replay of its rows, presence without quiet edges";
        what_if.push(run(title, &self.scenario, &narrow, Rows::All)?);
        Ok(what_if)
    }
}

/// Predicts the other log by a scenario, given agents' presence and what of its rows.
type RunAs<'a> = dyn Fn(&str, &Scenario, &[GroupFit], Rows) -> Result<Prediction, StudyError> + 'a;

fn unlike(error: PredictError, file: &str) -> StudyError {
    match error {
        PredictError::Unlike(message) => {
            let error = FileError::whole_file(file, "cannot be predicted").with_help(message);
            StudyError::Input(error.into())
        }
        PredictError::Run(error) => StudyError::Run(error),
    }
}

/// A part that a what-if run takes from the predicted log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    Patience,
    Talk,
    WrapUp,
    All,
}

impl Part {
    const ALL: [Part; 4] = [Part::Patience, Part::Talk, Part::WrapUp, Part::All];

    fn title(self) -> &'static str {
        match self {
            Part::Patience => "with its own patience",
            Part::Talk => "with its own talk times",
            Part::WrapUp => "with its own wrap-up",
            Part::All => "with all three of its own",
        }
    }

    fn take(self, parts: &mut Parts, other: &Parts) {
        let is = |part| self == part || self == Part::All;
        for class in &mut parts.classes {
            let Some(own) = other.class(&class.name) else {
                continue;
            };
            if is(Part::Patience) {
                class.patience = own.patience.clone();
            }
            if is(Part::Talk) {
                class.talk = own.talk.clone();
            }
        }
        if is(Part::WrapUp) {
            parts.wrap_up.clone_from(&other.wrap_up);
        }
    }
}
