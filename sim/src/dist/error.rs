//! What can be wrong with a distribution's parameters. Owns the messages; knows nothing of files
//! or positions, which the reader of scenarios adds.

use core::fmt;

/// Why a distribution cannot be made.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum DistError {
    /// A parameter is NaN or infinite.
    NotFinite {
        /// The distribution's name as in a scenario.
        distribution: &'static str,
        /// The parameter's name as in a scenario.
        parameter: &'static str,
        /// What was given.
        value: f64,
    },
    /// A parameter is below zero; spans and factors are not.
    Negative {
        /// The distribution's name as in a scenario.
        distribution: &'static str,
        /// The parameter's name as in a scenario.
        parameter: &'static str,
        /// What was given.
        value: f64,
    },
    /// A parameter is zero where only a positive one makes sense.
    Zero {
        /// The distribution's name as in a scenario.
        distribution: &'static str,
        /// The parameter's name as in a scenario.
        parameter: &'static str,
    },
    /// A parameter is outside the range in which the inversion is accurate.
    OutOfRange {
        /// The distribution's name as in a scenario.
        distribution: &'static str,
        /// The parameter's name as in a scenario.
        parameter: &'static str,
        /// What was given.
        value: f64,
        /// The least value allowed.
        least: f64,
        /// The greatest value allowed.
        greatest: f64,
    },
    /// Two parameters are in the wrong order.
    Order {
        /// The distribution's name as in a scenario.
        distribution: &'static str,
        /// The rule that is broken, e.g. `low < high`.
        rule: &'static str,
        /// The two values, in the order in which the rule names them.
        values: (f64, f64),
    },
    /// A mixture or hyperexponential without parts.
    NoParts {
        /// The distribution's name as in a scenario.
        distribution: &'static str,
    },
    /// The weights of a mixture or hyperexponential do not add to 1 (100 %).
    Weights {
        /// The distribution's name as in a scenario.
        distribution: &'static str,
        /// What they add to.
        sum: f64,
    },
    /// An empirical sample or survival curve without a value.
    NoValues,
    /// An empirical sample holds a value that is NaN, infinite or negative.
    SampleValue {
        /// Its place in the sample as given, from 0.
        index: usize,
        /// What was given.
        value: f64,
    },
    /// A time of a survival curve is NaN, infinite, negative or not after the one before.
    SurvivalTime {
        /// Its place in the curve as given, from 0.
        index: usize,
        /// What was given.
        value: f64,
    },
    /// A survival is outside [0, 1] or above the one before.
    SurvivalValue {
        /// Its place in the curve as given, from 0.
        index: usize,
        /// What was given.
        value: f64,
    },
    /// A survival curve that stays at 1 says nothing about when anything ends.
    SurvivalNeverFalls,
}

impl fmt::Display for DistError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DistError::NotFinite {
                distribution,
                parameter,
                value,
            } => write!(
                f,
                "{distribution}: {parameter} must be a finite number, got {value}"
            ),
            DistError::Negative {
                distribution,
                parameter,
                value,
            } => write!(
                f,
                "{distribution}: {parameter} must not be negative, got {value}"
            ),
            DistError::Zero {
                distribution,
                parameter,
            } => write!(
                f,
                "{distribution}: {parameter} must be positive, got 0; for a fixed value use `constant`"
            ),
            DistError::OutOfRange {
                distribution,
                parameter,
                value,
                least,
                greatest,
            } => write!(
                f,
                "{distribution}: {parameter} must be from {least} to {greatest}, got {value}"
            ),
            DistError::Order {
                distribution,
                rule,
                values,
            } => write!(
                f,
                "{distribution}: must have {rule}, got {} and {}",
                values.0, values.1
            ),
            DistError::NoParts { distribution } => {
                write!(f, "{distribution}: needs at least one part")
            }
            DistError::Weights { distribution, sum } => write!(
                f,
                "{distribution}: the weights must add to 100%, they add to {}%",
                sum * 100.0
            ),
            DistError::NoValues => write!(f, "empirical: needs at least one value"),
            DistError::SampleValue { index, value } => write!(
                f,
                "empirical: value {} must be finite and not negative, got {value}",
                index + 1
            ),
            DistError::SurvivalTime { index, value } => write!(
                f,
                "empirical: time {} must be finite, not negative and after the time before it, got {value}",
                index + 1
            ),
            DistError::SurvivalValue { index, value } => write!(
                f,
                "empirical: survival {} must be from 0 to 1 and not above the one before it, got {value}",
                index + 1
            ),
            DistError::SurvivalNeverFalls => {
                write!(f, "empirical: the survival curve never falls below 1")
            }
        }
    }
}

impl core::error::Error for DistError {}
