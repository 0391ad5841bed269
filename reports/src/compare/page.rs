//! `compare.html`: what is better and worse, every difference, and the replications behind them.

use super::size::{Size, times, values};
use super::terminal::letter;
use super::{Compared, Comparison, POWER, Verdict, charts};
use crate::render::{Column, Document, Page, Phone, Tone, confidence, marked};

/// The page and the numbers of its charts.
#[must_use]
pub fn compare_page(compared: &Compared) -> Page {
    let names: Vec<&str> = compared
        .sides
        .iter()
        .map(|side| side.name.as_str())
        .collect();
    let (base, others) = names.split_first().unwrap_or((&"", &[]));
    let lead = format!(
        "{} replications of each; intervals are {}.",
        compared.replications(),
        confidence(compared.question.confidence)
    );
    let title = format!("{} against {base}", others.join(", "));
    let mut page = Document::new(&title, &lead);
    banner(&mut page, compared);
    verdicts(&mut page, compared);
    for side in 1..compared.sides.len() {
        differences(&mut page, compared, side);
    }
    replications(&mut page, compared);
    reading(&mut page, compared);
    origin(&mut page, compared);
    page.finish()
}

/// How verdicts are ranked, and the word for each rank: what is worse first.
const RANKS: [(Tone, &str, &[Verdict]); 6] = [
    (Tone::Bad, "worse", &[Verdict::Worse]),
    (Tone::Good, "better", &[Verdict::Better]),
    (
        Tone::Neutral,
        "higher or lower",
        &[Verdict::Higher, Verdict::Lower],
    ),
    (Tone::Open, "no difference seen", &[Verdict::NoneSeen]),
    (
        Tone::Good,
        "equivalent or the same",
        &[Verdict::Equivalent, Verdict::Same],
    ),
    (Tone::Neutral, "unknown", &[Verdict::Unknown]),
];

/// How many comparisons came out how, in one line for all runs.
fn banner(page: &mut Document, compared: &Compared) {
    let mut said = Vec::new();
    let mut tone = None;
    for (of_rank, word, verdicts) in RANKS {
        let is_of = |one: &&Comparison| verdicts.contains(&one.verdict);
        let n = compared.comparisons.iter().filter(is_of).count();
        if n > 0 {
            said.push(format!("{n} {word}"));
            tone = tone.or(Some(of_rank));
        }
    }
    let n = compared.comparisons.len();
    let text = format!("Of {n} comparisons: {}.", said.join(", "));
    page.banner(tone.unwrap_or(Tone::Neutral), &text);
}

/// Every comparison by its verdict, over all runs.
fn verdicts(page: &mut Document, compared: &Compared) {
    page.section("verdicts", "What differs", "Verdicts");
    let is_many = compared.sides.len() > 2;
    let mut columns = vec![
        ("measure", Column::Name),
        ("run", Column::Number),
        ("difference", Column::Number),
        ("interval", Column::Number),
        ("sees", Column::Number),
        ("verdict", Column::Html),
    ];
    let mut rows = Vec::new();
    for (_, _, verdicts) in RANKS {
        let found = compared.comparisons.iter();
        let found = found.filter(|one| verdicts.contains(&one.verdict));
        rows.extend(found.map(|one| {
            let run = format!("{} {}", letter(one.side), compared.sides[one.side].name);
            let mut cells = vec![one.measure.id.to_string(), run];
            cells.extend(sizes(one));
            cells.push(marked(tone(one.verdict), one.verdict.word()));
            cells
        }));
    }
    if !is_many {
        columns.remove(1);
        for row in &mut rows {
            row.remove(1);
        }
    }
    page.table(
        &format!(
            "Worse first, then better, then what is not shown. Sees: the smallest true difference that would have been shown \
             with probability {POWER}."
        ),
        &columns,
        &rows,
        Phone::Blocks,
    );
}

/// The difference, its interval and the smallest one that would have been seen.
fn sizes(comparison: &Comparison) -> [String; 3] {
    let Some(change) = &comparison.change else {
        return ["-"; 3].map(str::to_string);
    };
    let size = Size::of(comparison.measure.unit, change);
    let (lower, upper) = change.interval.bounds();
    [
        size.with_unit(change.difference),
        format!("{} .. {}", size.bare(lower), size.bare(upper)),
        change
            .smallest_effect
            .map_or("-".to_string(), |effect| size.unsigned_with_unit(effect)),
    ]
}

fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Better | Verdict::Equivalent | Verdict::Same => Tone::Good,
        Verdict::Worse => Tone::Bad,
        Verdict::NoneSeen => Tone::Open,
        Verdict::Higher | Verdict::Lower | Verdict::Unknown => Tone::Neutral,
    }
}

fn differences(page: &mut Document, compared: &Compared, side: usize) {
    let name = letter(side);
    let title = format!("{name} against A");
    page.section(&format!("differences-{side}"), &title, &title);
    page.paragraph(&format!(
        "A: {}. {name}: {}. {}",
        compared.sides[0].name,
        compared.sides[side].name,
        match &compared.sides[side].unpaired {
            None => "Paired: the same callers, agents and failures in both.".to_string(),
            Some(why) => format!("Not paired, {why}."),
        }
    ));
    page.charts(charts::forest(compared, side));
    let rows: Vec<Vec<String>> = compared.of_side(side).map(row).collect();
    let difference = format!("{name} - A");
    page.table(
        &format!(
            "Sees: the smallest true difference that would have been shown with probability {POWER}; pairing: how \
             many times the replications independent runs would need for the same interval."
        ),
        &[
            ("measure", Column::Name),
            ("A", Column::Number),
            (&name, Column::Number),
            (&difference, Column::Number),
            ("interval", Column::Number),
            ("sees", Column::Number),
            ("pairing", Column::Number),
            ("verdict", Column::Html),
        ],
        &rows,
        Phone::Blocks,
    );
}

fn row(comparison: &Comparison) -> Vec<String> {
    let (base, other) = values(comparison.measure.unit, comparison.base, comparison.other);
    let mut cells = vec![comparison.measure.id.to_string(), base, other];
    cells.extend(sizes(comparison));
    let ratio = comparison
        .change
        .as_ref()
        .and_then(|change| change.variance_ratio);
    cells.push(ratio.map_or("-".to_string(), times));
    cells.push(marked(tone(comparison.verdict), comparison.verdict.word()));
    cells
}

fn replications(page: &mut Document, compared: &Compared) {
    page.section("replications", "Replication by replication", "Replications");
    for side in 1..compared.sides.len() {
        if compared.sides.len() > 2 {
            page.heading(&format!("{} against A", letter(side)));
        }
        let charts = compared
            .of_side(side)
            .flat_map(|comparison| charts::of_measure(compared, comparison));
        page.charts(charts.collect::<Vec<_>>());
    }
}

fn reading(page: &mut Document, compared: &Compared) {
    let confidence = confidence(compared.question.confidence);
    page.section("reading", "How to read it", "How to read it");
    let mut items = vec![
        format!(
            "Better and worse hold with {confidence} confidence for all {} comparisons together ({}); each interval is \
             {confidence} for itself, so that one may miss 0 without a verdict.",
            compared.family,
            compared.correction()
        ),
        "No difference seen is no proof of equality: a smaller one than the table says may be there. Equivalence is \
         shown only against a margin (--margin MEASURE=VALUE)."
            .to_string(),
    ];
    if compared
        .sides
        .iter()
        .skip(1)
        .any(|side| side.unpaired.is_none())
    {
        items.push(
            "Paired runs have the same callers: when and why they call first, how patient they are, how long they \
             would talk; the same agents, devices and faults. What follows from the policy, such as who hangs up and calls \
             again, differs: that is the effect."
                .to_string(),
        );
    }
    page.list(&items);
}

fn origin(page: &mut Document, compared: &Compared) {
    let question = &compared.question;
    let mut entries = vec![
        ("command", question.command.clone()),
        ("engine", question.engine.clone()),
    ];
    for (place, side) in compared.sides.iter().enumerate() {
        entries.push((
            "run",
            format!(
                "{} {}: {}, seed {}, policy {}, world {}, trace {}",
                letter(place),
                side.name,
                side.scenario,
                side.seed,
                side.policy_digest,
                side.world_digest,
                side.trace_digest
            ),
        ));
    }
    page.origin(&entries);
}
