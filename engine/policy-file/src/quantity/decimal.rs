//! Plain decimal numbers, counts and factors.

/// The most digits that a number may have: they fit into a u64.
const MAX_DIGITS: usize = 18;

/// An unsigned decimal as digits and the number of them after the point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Decimal {
    pub(super) digits: u64,
    pub(super) places: u32,
}

impl Decimal {
    /// Reads `12`, `1.5`, `0.25`; not `.5`, `5.`, `01`, `1e3`, `+1`, `-1`.
    pub(super) fn read(text: &str) -> Option<Decimal> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(part) || (whole.len() > 1 && whole.starts_with('0')) {
            return None;
        }
        let part = part.trim_end_matches('0');
        if whole.len() + part.len() > MAX_DIGITS {
            return None;
        }
        let digits = format!("{whole}{part}").parse().ok()?;
        let places = u32::try_from(part.len()).ok()?;
        Some(Decimal { digits, places })
    }

    /// The nearest f64.
    pub(super) fn to_f64(self) -> f64 {
        // The standard library rounds correctly; digits / 10^places would round twice.
        format!("{}e-{}", self.digits, self.places)
            .parse()
            .expect("invariant: digits and a small exponent are a number")
    }

    /// `self x unit`, rounded to the nearest whole, ties up; `None` beyond u64.
    pub(super) fn times(self, unit: u64) -> Option<u64> {
        let scale = 10_u128.pow(self.places);
        let exact = u128::from(self.digits) * u128::from(unit);
        u64::try_from((exact + scale / 2) / scale).ok()
    }
}

/// Splits `12.5min` into `12.5` and `min`; one blank between them is allowed.
pub(super) fn split_unit(text: &str) -> (&str, &str) {
    let at = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    (number, unit.strip_prefix(' ').unwrap_or(unit))
}

/// What to say of a text that is not the quantity wanted.
pub(super) fn refuse(text: &str, expected: &str) -> String {
    let shown: String = text.chars().take(40).collect();
    if let Some(rest) = text.strip_prefix('-')
        && rest.starts_with(|c: char| c.is_ascii_digit())
    {
        return format!("`{shown}` is negative; expected {expected}");
    }
    format!("`{shown}` is not {expected}")
}

/// A plain number at or above 0: `25`, `0.5`.
///
/// # Errors
/// What was expected.
pub fn number(text: &str) -> Result<f64, String> {
    Decimal::read(text)
        .map(Decimal::to_f64)
        .ok_or_else(|| refuse(text, "a plain number such as 25 or 0.5"))
}

/// A whole number: `40`, `10_000` is not one.
///
/// # Errors
/// What was expected.
pub fn count(text: &str) -> Result<u64, String> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    match text.parse() {
        Ok(value) if digits && !leading_zero => Ok(value),
        Ok(_) | Err(_) => Err(refuse(text, "a whole number such as 40")),
    }
}

/// A factor, `1x` or `1.5x`, in thousandths.
///
/// # Errors
/// What was expected.
pub fn factor_milli(text: &str) -> Result<u32, String> {
    let (number, unit) = split_unit(text);
    let expected = "a factor such as 1x or 1.5x";
    match (Decimal::read(number), unit) {
        (Some(_), "") => Err(format!("needs a unit: write {number}x")),
        (Some(value), "x") => value
            .times(1000)
            .and_then(|milli| u32::try_from(milli).ok())
            .ok_or_else(|| refuse(text, expected)),
        (Some(_) | None, _) => Err(refuse(text, expected)),
    }
}

/// Calls per second as `1`, `0.5` or `1/s`, in thousandths: the key names the unit itself.
///
/// # Errors
/// When it is no such number.
pub fn per_second_milli(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    factor_milli(&format!("{number}x"))
        .map_err(|_| format!("`{text}` is not a number of calls per second such as 1 or 0.5"))
}

/// A factor with or without its `x`, for keys that end in `_factor` or say "times" themselves.
///
/// # Errors
/// What was expected.
pub fn factor(text: &str) -> Result<f64, String> {
    let (digits, unit) = split_unit(text);
    match (Decimal::read(digits), unit) {
        (Some(value), "" | "x") => Ok(value.to_f64()),
        (Some(_) | None, _) => Err(refuse(text, "a factor such as 2 or 1.5x")),
    }
}

/// `1x`, `1.25x`.
#[must_use]
pub fn format_factor(milli: u32) -> String {
    format!("{}x", format_thousandths(u64::from(milli)))
}

/// Thousandths as a decimal without trailing zeros.
pub(crate) fn format_thousandths(milli: u64) -> String {
    let text = format!("{}.{:03}", milli / 1000, milli % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
