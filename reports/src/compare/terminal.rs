//! The table on the terminal: at most 100 columns, a block per run that is compared.

use std::fmt::Write as _;

use super::size::{Size, times, values};
use super::{Compared, Comparison, POWER, Verdict};
use crate::render::{Align, aligned, confidence};

/// The whole table, ending in a newline.
#[must_use]
pub fn compare_table(compared: &Compared) -> String {
    let mut text = String::new();
    let question = &compared.question;
    let _ = writeln!(
        text,
        "{} replications each, engine {}",
        compared.replications(),
        question.engine
    );
    for (place, side) in compared.sides.iter().enumerate() {
        let _ = writeln!(
            text,
            "{}  {}: {}, seed {}, policy {}, world {}",
            letter(place),
            side.name,
            side.scenario,
            side.seed,
            short(&side.policy_digest),
            short(&side.world_digest)
        );
    }
    for side in 1..compared.sides.len() {
        push_side(&mut text, compared, side);
    }
    push_notes(&mut text, compared);
    text
}

/// A, B, ..., Z, 27, 28, ...
pub(super) fn letter(place: usize) -> String {
    match u8::try_from(place) {
        Ok(place) if place < 26 => char::from(b'A' + place).to_string(),
        Ok(_) | Err(_) => (place + 1).to_string(),
    }
}

/// The first digits of a digest.
fn short(digest: &str) -> &str {
    digest.get(..8).unwrap_or(digest)
}

fn push_side(text: &mut String, compared: &Compared, side: usize) {
    let name = letter(side);
    let how = match &compared.sides[side].unpaired {
        None => "paired: the same callers, agents and failures in both".to_string(),
        Some(why) => format!("not paired, {why}"),
    };
    let _ = writeln!(text, "\n{name} against A; {how}");
    let mut rows = vec![
        [
            "measure",
            "A",
            &name,
            &format!("{name} - A"),
            &format!("{} interval", confidence(compared.question.confidence)),
            "sees",
            "pairing",
            "verdict",
        ]
        .map(str::to_string)
        .to_vec(),
    ];
    rows.extend(compared.of_side(side).map(row));
    let columns = [
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Left,
    ];
    text.push_str(&aligned(&columns, &rows));
}

fn row(comparison: &Comparison) -> Vec<String> {
    let (base, other) = values(comparison.measure.unit, comparison.base, comparison.other);
    let mut cells = vec![comparison.measure.id.to_string(), base, other];
    match &comparison.change {
        None => cells.extend(["-", "-", "-", ""].map(str::to_string)),
        Some(change) => {
            let size = Size::of(comparison.measure.unit, change);
            let (lower, upper) = change.interval.bounds();
            cells.extend([
                size.bare(change.difference),
                format!("{} .. {}", size.bare(lower), size.bare(upper)),
                change
                    .smallest_effect
                    .map_or("-".to_string(), |effect| size.unsigned(effect)),
                change.variance_ratio.map_or(String::new(), times),
            ]);
        }
    }
    cells.push(comparison.verdict.word().to_string());
    cells
}

fn push_notes(text: &mut String, compared: &Compared) {
    let has = |wanted: Verdict| compared.comparisons.iter().any(|one| one.verdict == wanted);
    let confidence = confidence(compared.question.confidence);
    text.push('\n');
    match compared.family {
        0 | 1 => {}
        n => {
            let _ = writeln!(
                text,
                "All {n} verdicts hold together with {confidence} confidence ({}); intervals are {confidence} each.",
                compared.correction()
            );
        }
    }
    text.push_str("Differences are in the unit of their values, those of shares in points.\n");
    let sides = || compared.sides.iter().skip(1);
    let _ = writeln!(
        text,
        "sees: the smallest true difference that would have been shown with probability {POWER}."
    );
    if sides().any(|side| side.unpaired.is_none()) {
        text.push_str(
            "pairing: how many times the replications independent runs would need for the same interval.\n",
        );
    }
    if sides()
        .any(|side| side.world_digest != compared.sides[0].world_digest && side.unpaired.is_some())
    {
        text.push_str(
            "Runs of unlike worlds are paired on one seed by --pairing always: narrower where they share callers.\n",
        );
    }
    if has(Verdict::Equivalent) {
        text.push_str("equivalent: shown to differ by less than the margin.\n");
    }
}
