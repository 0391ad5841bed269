//! By how much a measure may get worse, as people write it.

use policy_file::quantity;
use reports::measures::{Better, Measure, Unit};
use reports::regression::Column;

use crate::scenario::Lift;

/// `1 points`, `10%` of the baseline's value, `0.5s`, `3/h`, or a plain number of what is counted.
#[derive(Clone, PartialEq, Debug)]
pub struct Margin {
    text: String,
    size: Lift,
}

impl Margin {
    /// Reads one for `measure`.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub fn parse(text: &str, measure: &Measure) -> Result<Margin, String> {
        if measure.better == Better::Neither {
            return Err(format!(
                "`{}` is neither better nor worse when it moves: it is shown, and takes no margin",
                measure.id
            ));
        }
        let text = text.trim();
        let size = size(text, measure.unit).ok_or_else(|| {
            let expected = match measure.unit {
                Unit::Ratio => "a margin such as `1 points`, or `10%` of the baseline's value",
                Unit::Seconds | Unit::SignedSeconds => {
                    "a margin such as `0.5s`, or `10%` of the baseline's value"
                }
                Unit::PerHour => "a margin such as `3/h`, or `10%` of the baseline's value",
                Unit::Count | Unit::Calls | Unit::Value | Unit::Score => {
                    "a margin such as `2` (per replication), or `10%` of the baseline's value"
                }
            };
            format!("`{text}` is not {expected}")
        })?;
        Ok(Margin {
            text: text.to_string(),
            size,
        })
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// In the measure's unit, at least 0, when the baseline's estimate is `value`.
    #[must_use]
    pub fn of(&self, value: f64) -> f64 {
        self.size.of(value.abs())
    }
}

fn size(text: &str, unit: Unit) -> Option<Lift> {
    if text == "0" {
        return Some(Lift::Absolute(0.0));
    }
    if text.ends_with('%') {
        let share = quantity::signed_percent(text).ok()?;
        return (share >= 0.0).then_some(Lift::Relative(share));
    }
    let size = match unit {
        Unit::Ratio => {
            let points = text.strip_suffix("points").or(text.strip_suffix("point"))?;
            quantity::number(points.trim_end()).ok()? / 100.0
        }
        Unit::Seconds | Unit::SignedSeconds => quantity::span(text).ok()?.as_secs_f64(),
        Unit::PerHour => quantity::rate(text).ok()? * 3600.0,
        Unit::Count | Unit::Calls | Unit::Value | Unit::Score => quantity::number(text).ok()?,
    };
    Some(Lift::Absolute(size))
}

/// Measures that are judged unless somebody says otherwise, with their margins: what callers, agents and
/// the bill feel. A measure beside these that a scenario's gates speak of is judged too.
const ORDINARY: &[(&str, &str)] = &[
    ("reach_rate", "1 points"),
    ("abandonment_rate", "1 points"),
    ("mean_wait", "10%"),
    ("wait_p90", "10%"),
    ("service_level", "2 points"),
    ("estimate_within_30s", "2 points"),
    ("estimate_mae", "10%"),
    ("assignment_latency_p99", "10%"),
    ("fallback_rate", "3 points"),
    ("occupancy_spread", "5 points"),
    ("handled_per_agent_hour", "5%"),
    ("availability_accuracy", "1 points"),
    ("rescues", "10%"),
    ("priority_inversions", "10%"),
    ("dropped_calls", "10%"),
    ("store_ops_per_hour", "10%"),
    ("carrier_requests_per_hour", "10%"),
];

/// Measures that are kept to be shown.
const SHOWN: &[&str] = &[
    "offered_calls",
    "estimate_bias",
    "estimate_coverage",
    "occupancy",
];

/// What is made of a measure that nobody has decided upon: `None` = it is not kept, `Some(None)` = it is
/// only shown. `is_gated`: the scenario's own gates speak of it.
#[must_use]
pub fn ordinary(measure: &Measure, column: &Column, is_gated: bool) -> Option<Option<Margin>> {
    let known = ORDINARY.iter().find(|(id, _)| *id == measure.id);
    let text = match (known, measure.unit) {
        (None, _) if measure.better == Better::Neither || !is_gated => {
            let is_shown = SHOWN.contains(&measure.id) || is_gated;
            return is_shown.then_some(None);
        }
        // What never happened must not begin to.
        _ if measure.better == Better::Lower && column.is_nothing() => "0",
        (Some((_, text)), _) => text,
        (None, Unit::Ratio) => "1 points",
        (None, _) => "10%",
    };
    let margin = Margin::parse(text, measure);
    Some(Some(margin.expect("invariant: our own margins are right")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(id: &str) -> &'static Measure {
        Measure::named(id).expect("a measure")
    }

    #[test]
    fn margins_are_read_in_the_units_of_their_measures() {
        for (id, text, of_two) in [
            ("reach_rate", "1 points", 0.01),
            ("reach_rate", "0.5 point", 0.005),
            ("reach_rate", "10%", 0.2),
            ("mean_wait", "500ms", 0.5),
            ("mean_wait", "0", 0.0),
            ("mean_wait", "1m", 60.0),
            ("store_ops_per_hour", "3/h", 3.0),
            ("rescues", "0.5", 0.5),
        ] {
            let margin = Margin::parse(text, measure(id)).expect(text);
            assert!((margin.of(2.0) - of_two).abs() < 1e-12, "{id} {text}");
            assert_eq!(margin.text(), text);
        }
    }

    #[test]
    fn what_is_no_margin_is_told_what_one_is() {
        for (id, text, said) in [
            ("reach_rate", "1", "`1 points`"),
            ("reach_rate", "-10%", "`1 points`"),
            ("mean_wait", "5", "`0.5s`"),
            ("store_ops_per_hour", "3s", "`3/h`"),
            ("rescues", "3s", "`2` (per replication)"),
            ("occupancy", "1 points", "neither better nor worse"),
        ] {
            let error = Margin::parse(text, measure(id)).expect_err(text);
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn every_ordinary_margin_is_one() {
        let column = Column::Values(vec![Some(1.0); 5]);
        for (id, text) in ORDINARY {
            let margin = ordinary(measure(id), &column, false).flatten();
            assert_eq!(margin.expect("judged").text(), *text);
        }
        for id in SHOWN {
            assert_eq!(ordinary(measure(id), &column, true), Some(None), "{id}");
        }
        assert_eq!(ordinary(measure("asa"), &column, false), None);
        let gated = ordinary(measure("asa"), &column, true).flatten();
        assert_eq!(gated.expect("judged").text(), "10%");
    }
}
