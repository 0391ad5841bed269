//! `tune.csv`: a row per point and gate; plain decimals, empty where there is none.

use super::{Held, Tuned};
use crate::render::csv_field;

/// The whole file.
#[must_use]
pub fn tune_csv(tuned: &Tuned) -> String {
    let mut header: Vec<String> = tuned
        .parameters
        .iter()
        .map(|p| csv_field(&p.path))
        .collect();
    header.push(
        "chosen,replications,point,cost,cost_lower,cost_upper,gate,part,rule,limit,estimate,bound,verdict".to_string(),
    );
    let mut text = header.join(",");
    text.push('\n');
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    for (place, point) in tuned.points.iter().enumerate() {
        let (lower, upper) = point
            .cost
            .and_then(|c| c.interval)
            .map(|i| i.bounds())
            .unzip();
        let mut first: Vec<String> = point.values.iter().map(|value| csv_field(value)).collect();
        first.extend([
            (tuned.chosen == Some(place)).to_string(),
            point.n.to_string(),
            key(point.held).to_string(),
            number(point.cost.map(|cost| cost.point)),
            number(lower),
            number(upper),
        ]);
        let first = first.join(",");
        for (gate_place, gate) in point.gates.iter().enumerate() {
            let part = tuned.gate_parts.get(gate_place).map_or("", String::as_str);
            let rule = serde_json::to_value(gate.rule).expect("invariant: a rule is a word");
            text.push_str(&format!(
                "{first},{},{},{},{},{},{},{}\n",
                gate.measure.id,
                csv_field(part),
                rule.as_str().unwrap_or_default(),
                gate.limit,
                number(gate.estimate),
                number(gate.observed),
                gate.verdict.key()
            ));
        }
    }
    text
}

const fn key(held: Held) -> &'static str {
    match held {
        Held::Holds => "holds",
        Held::Fails => "fails",
        Held::Undecided => "undecided",
        Held::HoldsDearer => "holds_dearer",
        Held::Dearer => "dearer",
    }
}
