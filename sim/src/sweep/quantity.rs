//! Values that vary, as numbers: what an axis of a chart and a range need to know of their texts.

use policy_file::quantity;

/// What a number is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dimension {
    /// A bare number or a factor.
    Plain,
    /// A span, in seconds.
    Seconds,
    /// A share, 0..=1.
    Share,
    /// A rate, per hour.
    PerHour,
}

/// A value's number: `250ms` is 0.25 seconds, `40%` the share 0.4. `None` for words and maps.
#[must_use]
pub fn number(text: &str) -> Option<(f64, Dimension)> {
    let text = text.trim();
    let plain = quantity::number(text)
        .or_else(|_| quantity::factor(text))
        .map(|value| (value, Dimension::Plain));
    let span = || quantity::span(text).map(|span| (span.as_secs_f64(), Dimension::Seconds));
    let share = || quantity::signed_percent(text).map(|share| (share, Dimension::Share));
    let rate = || quantity::rate(text).map(|rate| (rate * 3600.0, Dimension::PerHour));
    plain
        .or_else(|_| span())
        .or_else(|_| share())
        .or_else(|_| rate())
        .ok()
}

/// All of them as numbers of one dimension; `None` when one is something else.
#[must_use]
pub fn numbers(texts: &[String]) -> Option<(Vec<f64>, Dimension)> {
    let (_, dimension) = number(texts.first()?)?;
    let numbers = texts.iter().map(|text| {
        let (value, own) = number(text)?;
        (own == dimension).then_some(value)
    });
    Some((numbers.collect::<Option<Vec<f64>>>()?, dimension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_number_of_its_dimension() {
        for (text, number_of) in [
            ("250ms", Some((0.25, Dimension::Seconds))),
            ("2m", Some((120.0, Dimension::Seconds))),
            ("40%", Some((0.4, Dimension::Share))),
            ("180/h", Some((180.0, Dimension::PerHour))),
            ("12", Some((12.0, Dimension::Plain))),
            ("longest_idle", None),
            ("{ poll: 5s }", None),
        ] {
            assert_eq!(number(text), number_of, "{text}");
        }
        let mixed = ["1s".to_owned(), "2%".to_owned()];
        assert_eq!(numbers(&mixed), None);
    }
}
