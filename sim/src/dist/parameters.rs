//! Checks of a distribution's parameters; each error names the distribution and the parameter.

use super::error::DistError;

/// Finite, and 0 or more.
pub(super) fn not_negative(
    distribution: &'static str,
    parameter: &'static str,
    value: f64,
) -> Result<(), DistError> {
    if !value.is_finite() {
        return Err(DistError::NotFinite {
            distribution,
            parameter,
            value,
        });
    }
    if value < 0.0 {
        return Err(DistError::Negative {
            distribution,
            parameter,
            value,
        });
    }
    Ok(())
}

/// Finite, and above 0.
pub(super) fn positive(
    distribution: &'static str,
    parameter: &'static str,
    value: f64,
) -> Result<(), DistError> {
    not_negative(distribution, parameter, value)?;
    if value == 0.0 {
        return Err(DistError::Zero {
            distribution,
            parameter,
        });
    }
    Ok(())
}

/// From `least` to `greatest`, both allowed.
pub(super) fn within(
    distribution: &'static str,
    parameter: &'static str,
    value: f64,
    least: f64,
    greatest: f64,
) -> Result<(), DistError> {
    if (least..=greatest).contains(&value) {
        return Ok(());
    }
    Err(DistError::OutOfRange {
        distribution,
        parameter,
        value,
        least,
        greatest,
    })
}

/// Values that stand in the order of `rule`, which `holds` says they do.
pub(super) fn ordered(
    distribution: &'static str,
    rule: &'static str,
    values: (f64, f64),
    holds: bool,
) -> Result<(), DistError> {
    if holds {
        return Ok(());
    }
    Err(DistError::Order {
        distribution,
        rule,
        values,
    })
}
