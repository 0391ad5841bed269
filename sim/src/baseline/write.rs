//! A baseline as text: the layout that a reviewer reads.

use std::fmt::Write as _;

use reports::measures::Unit;
use reports::regression::Column;
use reports::render::Row;

use super::{Baseline, Entry, Kept};

impl Baseline {
    /// The file's text. The same baseline gives the same bytes.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::from("{\n  \"schema\": 1,\n  \"scenarios\": {");
        for (place, (name, entry)) in self.scenarios.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            let _ = write!(text, "{comma}\n    {}: {{", quoted(name));
            push_entry(&mut text, entry);
            text.push_str("\n    }");
        }
        text.push_str("\n  }\n}\n");
        text
    }
}

fn push_entry(text: &mut String, entry: &Entry) {
    let _ = write!(
        text,
        "\n      \"engine\": {},\n      \"world_digest\": {},\n      \"policy_digest\": {},\n      \"trace_digest\": {},\n      \
         \"seed\": {},\n      \"replications\": {},\n      \"confidence\": {},\n      \"primary\": {},\n      \"margins\": {{",
        quoted(&entry.engine),
        quoted(&entry.world_digest),
        quoted(&entry.policy_digest),
        quoted(&entry.trace_digest),
        entry.seed,
        entry.replications,
        entry.confidence,
        quoted(entry.primary.id),
    );
    let margins = entry
        .measures
        .iter()
        .filter_map(|kept| Some((kept.measure.id, kept.margin.as_ref()?)));
    for (place, (id, margin)) in margins.enumerate() {
        let comma = if place > 0 { "," } else { "" };
        let _ = write!(
            text,
            "{comma}\n        {}: {}",
            quoted(id),
            quoted(margin.text())
        );
    }
    text.push_str("\n      },\n      \"measures\": {");
    for (place, kept) in entry.measures.iter().enumerate() {
        let comma = if place > 0 { "," } else { "" };
        let _ = write!(text, "{comma}\n        {}: {{", quoted(kept.measure.id));
        push_column(text, kept, entry.confidence);
        text.push_str("\n        }");
    }
    text.push_str("\n      }");
}

fn push_column(text: &mut String, kept: &Kept, confidence: f64) {
    let says = says(kept, confidence);
    let _ = write!(text, "\n          \"says\": {}", quoted(&says));
    let mut push = |name: &str, list: String| {
        let _ = write!(text, ",\n          \"{name}\": {list}");
    };
    match &kept.column {
        Column::Ratio(pairs) => {
            push("numerators", list(pairs.iter().map(|pair| Some(pair.0))));
            push("denominators", list(pairs.iter().map(|pair| Some(pair.1))));
        }
        Column::Values(values) => push("values", list(values.iter().copied())),
        Column::Quantile { point, influence } => {
            push("point", number(Some(*point)));
            push("influence", list(influence.iter().copied().map(Some)));
        }
    }
}

/// For the reader, who cannot add up columns: never read back.
fn says(kept: &Kept, confidence: f64) -> String {
    let estimate = kept.column.estimate();
    let unit: Unit = kept.measure.unit;
    let Some(estimate) = estimate else {
        return "nothing".to_string();
    };
    let interval = estimate.interval(confidence);
    let bounds = interval.map(|interval| interval.within(unit.range()).bounds());
    let row = Row::of_estimate(unit, Some(estimate.point), bounds);
    match bounds {
        Some(bounds) => format!("{} ({})", row.number(estimate.point), row.range(bounds)),
        None => row.number(estimate.point),
    }
}

fn list(values: impl Iterator<Item = Option<f64>>) -> String {
    let values: Vec<String> = values.map(number).collect();
    format!("[{}]", values.join(", "))
}

/// The shortest text that reads back to the same number.
fn number(value: Option<f64>) -> String {
    value.map_or("null".to_string(), |value| value.to_string())
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("invariant: a string is JSON")
}
