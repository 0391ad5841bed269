//! A baseline's text to a checked [`Baseline`]. Whatever is wrong is told with its place and what to
//! do about it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use reports::measures::{Measure, Unit, all};
use reports::regression::Column;
use serde::Deserialize;

use super::{Baseline, Entry, Kept, LEAST_REPLICATIONS, Margin};

/// Why a file is no baseline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BaselineError {
    /// The file, and the line and column where they are known.
    pub place: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for BaselineError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    scenarios: BTreeMap<String, FileEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileEntry {
    engine: String,
    world_digest: String,
    policy_digest: String,
    trace_digest: String,
    seed: u64,
    replications: u32,
    confidence: f64,
    primary: String,
    margins: BTreeMap<String, String>,
    measures: BTreeMap<String, FileColumn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileColumn {
    #[serde(rename = "says")]
    _says: Option<String>,
    numerators: Option<Vec<f64>>,
    denominators: Option<Vec<f64>>,
    values: Option<Vec<Option<f64>>>,
    point: Option<f64>,
    influence: Option<Vec<f64>>,
}

impl Baseline {
    /// Reads a file; `None` when there is none.
    ///
    /// # Errors
    /// It cannot be read, or it is not one.
    pub fn read(path: &Path) -> Result<Option<Baseline>, BaselineError> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Baseline::parse(&text, &name).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(BaselineError {
                place: name,
                message: error.to_string(),
            }),
        }
    }

    /// Reads a text that messages call `name`. An empty text is a baseline of no scenario.
    ///
    /// # Errors
    /// It is not one.
    pub fn parse(text: &str, name: &str) -> Result<Baseline, BaselineError> {
        if text.trim().is_empty() {
            return Ok(Baseline::default());
        }
        let file: File = serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            let bare = message.split(" at line ").next().unwrap_or(&message);
            BaselineError {
                place: format!("{name}:{}:{}", error.line(), error.column()),
                message: format!("is no baseline: {bare}; mend it, or remove the file and write it anew with --bless"),
            }
        })?;
        if file.schema != 1 {
            return Err(BaselineError {
                place: name.to_string(),
                message: format!(
                    "schema: {}: this version reads 1; remove the file and write it anew with --bless",
                    file.schema
                ),
            });
        }
        let lines = Lines { text };
        let scenarios = file.scenarios.into_iter().map(|(scenario, entry)| {
            let checked = entry.checked(&scenario, lines);
            let checked = checked.map_err(|wrong| BaselineError {
                place: format!("{name}:{}", wrong.line),
                message: format!("scenarios.{scenario}.{}", wrong.message),
            })?;
            Ok((scenario, checked))
        });
        Ok(Baseline {
            scenarios: scenarios.collect::<Result<_, BaselineError>>()?,
        })
    }
}

struct Wrong {
    line: usize,
    message: String,
}

impl FileEntry {
    fn checked(mut self, scenario: &str, lines: Lines<'_>) -> Result<Entry, Wrong> {
        let at = |key: &str, message: String| Wrong {
            line: lines.of(&[scenario, key]),
            message: format!("{key}: {message}"),
        };
        if self.replications < LEAST_REPLICATIONS {
            let message = format!("{} is below {LEAST_REPLICATIONS}", self.replications);
            return Err(at("replications", message));
        }
        if !(0.5..1.0).contains(&self.confidence) {
            return Err(at("confidence", "expected 0.5 up to below 1".to_string()));
        }
        let known = all().map(|measure| self.take(measure, scenario, lines));
        let measures: Result<Vec<Option<Kept>>, Wrong> = known.collect();
        let measures: Vec<Kept> = measures?.into_iter().flatten().collect();
        if let Some(id) = self.measures.keys().chain(self.margins.keys()).next() {
            return Err(Wrong {
                line: lines.of(&[scenario, id]),
                message: format!(
                    "measures.{id}: this version has no measure `{id}`; take it out, or take the scenario out and bless it anew"
                ),
            });
        }
        let primary = measures
            .iter()
            .find(|kept| kept.measure.id == self.primary && kept.margin.is_some());
        let Some(primary) = primary.map(|kept| kept.measure) else {
            let message = format!("`{}` is no measure with a margin", self.primary);
            return Err(at("primary", message));
        };
        Ok(Entry {
            engine: self.engine,
            world_digest: self.world_digest,
            policy_digest: self.policy_digest,
            trace_digest: self.trace_digest,
            seed: self.seed,
            replications: self.replications,
            confidence: self.confidence,
            primary,
            measures,
        })
    }

    /// Takes out what the file says of a measure.
    fn take(
        &mut self,
        measure: &'static Measure,
        scenario: &str,
        lines: Lines<'_>,
    ) -> Result<Option<Kept>, Wrong> {
        let id = measure.id;
        let wrong = |part: &str, message: String| Wrong {
            line: lines.of(&[scenario, part, id]),
            message: format!("{part}.{id}: {message}"),
        };
        let margin = self.margins.remove(id);
        let margin = margin.map(|text| Margin::parse(&text, measure)).transpose();
        let margin = margin.map_err(|message| wrong("margins", message))?;
        let Some(column) = self.measures.remove(id) else {
            let message = "has a margin and no numbers under `measures`; take the scenario out and bless it anew";
            return match margin {
                Some(_) => Err(wrong("margins", message.to_string())),
                None => Ok(None),
            };
        };
        let column = column.checked(self.replications as usize, measure.unit);
        let column = column.map_err(|message| wrong("measures", message))?;
        let part = if margin.is_some() {
            "margins"
        } else {
            "measures"
        };
        Ok(Some(Kept {
            measure,
            margin,
            column,
            line: lines.of(&[scenario, part, id]),
        }))
    }
}

impl FileColumn {
    fn checked(self, n: usize, unit: Unit) -> Result<Column, String> {
        let has = |len: usize, name: &str| match len == n {
            true => Ok(()),
            false => Err(format!("{len} {name} of {n} replications")),
        };
        match (
            (self.numerators, self.denominators),
            self.values,
            (self.point, self.influence),
        ) {
            ((Some(numerators), Some(denominators)), None, (None, None)) => {
                has(numerators.len(), "numerators")?;
                has(denominators.len(), "denominators")?;
                if let Some(below) = denominators.iter().find(|whole| **whole < 0.0) {
                    return Err(format!("a denominator of {below}; expected 0 or more"));
                }
                let pairs: Vec<(f64, f64)> = numerators.into_iter().zip(denominators).collect();
                // Shares of time may be off by a rounding.
                let is_share =
                    |(part, whole): &(f64, f64)| (0.0..=whole * (1.0 + 1e-9)).contains(part);
                match pairs
                    .iter()
                    .find(|pair| unit == Unit::Ratio && !is_share(pair))
                {
                    Some((part, whole)) => Err(format!("{part} of {whole} is no share")),
                    None => Ok(Column::Ratio(pairs)),
                }
            }
            ((None, None), Some(values), (None, None)) => {
                has(values.len(), "values")?;
                Ok(Column::Values(values))
            }
            ((None, None), None, (Some(point), Some(influence))) => {
                has(influence.len(), "influences")?;
                Ok(Column::Quantile { point, influence })
            }
            _ => Err(
                "expected `numerators` and `denominators`, or `values`, or `point` and `influence`"
                    .to_string(),
            ),
        }
    }
}

/// Where keys stand.
#[derive(Clone, Copy)]
struct Lines<'t> {
    text: &'t str,
}

impl Lines<'_> {
    /// The line of the last key, each looked for behind the one before; of the last that is found.
    fn of(self, keys: &[&str]) -> usize {
        let mut at = 0;
        for key in keys {
            let wanted = format!("{}:", serde_json::Value::from(*key));
            match self.text[at..].find(&wanted) {
                Some(further) => at += further + 1,
                None => break,
            }
        }
        self.text[..at].lines().count().max(1)
    }
}

/// The scenarios of a baseline, for a message.
#[must_use]
pub fn names_of(baseline: &Baseline) -> String {
    let names: Vec<&str> = baseline.scenarios.keys().map(String::as_str).collect();
    match names.is_empty() {
        true => "no scenario".to_string(),
        false => names.join(", "),
    }
}
