//! Shares and probabilities in percent.

use engine::policy::Share;

use super::decimal::{Decimal, refuse, split_unit};

/// A share in hundredths of a percent: `0%` to `100%`, at most two decimals.
///
/// # Errors
/// What was expected.
pub fn share(text: &str) -> Result<Share, String> {
    let percent = percent(text)?;
    let hundredths = percent.times(100).filter(|h| *h <= 10_000);
    match hundredths.and_then(|h| u16::try_from(h).ok()) {
        Some(hundredths) if percent.places <= 2 => Ok(Share(hundredths)),
        Some(_) => Err(refuse(text, "a share in steps of 0.01%")),
        None => Err(refuse(text, "a share of 0% to 100%")),
    }
}

/// A probability 0..=1, written `0%` to `100%`.
///
/// # Errors
/// What was expected.
pub fn probability(text: &str) -> Result<f64, String> {
    let value = percent_value(percent(text)?);
    if value > 1.0 {
        return Err(refuse(text, "a share of 0% to 100%"));
    }
    Ok(value)
}

/// A change, written `15%`, `-30%` or above 100 %; 15 % is 0.15.
///
/// # Errors
/// What was expected.
pub fn signed_percent(text: &str) -> Result<f64, String> {
    match text.strip_prefix('-') {
        Some(rest) => Ok(-percent_value(percent(rest)?)),
        None => Ok(percent_value(percent(text)?)),
    }
}

/// The decimal point two places to the left, so that 95% is the f64 nearest to 0.95.
fn percent_value(percent: Decimal) -> f64 {
    Decimal {
        digits: percent.digits,
        places: percent.places + 2,
    }
    .to_f64()
}

fn percent(text: &str) -> Result<Decimal, String> {
    let (number, unit) = split_unit(text);
    match (Decimal::read(number), unit) {
        (Some(value), "%") => Ok(value),
        (Some(_), "") => Err("needs a unit: write 25%".to_owned()),
        (Some(_) | None, _) => Err(refuse(text, "a share such as 25% or 0.5%")),
    }
}

/// `25%`, `0.5%`.
#[must_use]
pub fn format_share(share: Share) -> String {
    let text = format!("{}.{:02}", share.0 / 100, share.0 % 100);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}
