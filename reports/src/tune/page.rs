//! `tune.html`: the answer, the curves, and every point that was tried.

use super::{Cost, Held, Method, Outcome, Point, Tuned, charts, numbers, replications};
use crate::measures::Unit;
use crate::render::{Column, Document, Page, Phone, Row, Tone, confidence, marked, with_unit};

/// The page and the numbers of its charts.
#[must_use]
pub fn tune_page(tuned: &Tuned) -> Page {
    let varied: Vec<&str> = tuned.parameters.iter().map(|p| p.path.as_str()).collect();
    let title = format!("{}: {} tuned", tuned.scenario, varied.join(", "));
    let lead = format!(
        "The least {} at which every gate of the scenario holds.",
        tuned.cost.name(&tuned.parameters)
    );
    let mut page = Document::new(&title, &lead);
    page.banner(tone(tuned.outcome), &tuned.answer());
    for remark in &tuned.remarks {
        page.banner(Tone::Open, remark);
    }
    if let Some(choice) = tuned.choice() {
        tiles(&mut page, tuned, choice);
    }
    page.section("curves", "Against the values tried", "Curves");
    page.charts(charts::all(tuned));
    points(&mut page, tuned);
    reading(&mut page, tuned);
    let choice = tuned
        .choice()
        .map_or(String::new(), |point| tuned.assignments(point));
    page.origin(&[
        ("command", tuned.command.clone()),
        ("to paste", choice),
        ("seed", tuned.seed.to_string()),
        ("engine", tuned.engine.clone()),
        ("policy digest", tuned.policy_digest.clone()),
        ("world digest", tuned.world_digest.clone()),
    ]);
    page.finish()
}

const fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Cheapest | Outcome::AsGoodAsCheapest | Outcome::AllHold => Tone::Good,
        Outcome::NothingHolds => Tone::Bad,
        Outcome::PerhapsNotCheapest | Outcome::Undecided => Tone::Open,
    }
}

fn tiles(page: &mut Document, tuned: &Tuned, choice: &Point) {
    let mut tiles: Vec<(String, String)> = choice
        .values
        .iter()
        .zip(&tuned.parameters)
        .map(|(value, parameter)| (value.clone(), parameter.path.clone()))
        .collect();
    if let (Cost::Measure(measure), Some(cost)) = (tuned.cost, choice.cost) {
        tiles.push((with_unit(cost.point, measure.unit), measure.id.to_string()));
    }
    if let Some((_, gate)) = choice.binding()
        && let Some(estimate) = gate.estimate
    {
        let row = numbers(gate);
        tiles.push((
            row.number(estimate),
            format!("{}, {}", gate.measure.id, row.target(gate)),
        ));
    }
    page.tiles(&tiles);
}

fn points(page: &mut Document, tuned: &Tuned) {
    page.section("points", "Every point that was tried", "Points");
    let rows: Vec<Vec<String>> = tuned
        .points
        .iter()
        .enumerate()
        .map(|(place, point)| row(tuned, place, point))
        .collect();
    page.table(
        &format!(
            "Costs with {} intervals of each alone; bounds are those by which verdicts were made.",
            confidence(tuned.confidence)
        ),
        &[
            ("value", Column::Name),
            ("replications", Column::Number),
            ("cost", Column::Number),
            ("cost interval", Column::Number),
            ("gate that says most", Column::Number),
            ("estimate", Column::Number),
            ("bound", Column::Number),
            ("gates", Column::Html),
        ],
        &rows,
        Phone::Blocks,
    );
    let all: Vec<Vec<String>> = tuned
        .points
        .iter()
        .flat_map(|point| gate_rows(tuned, point))
        .collect();
    page.folded_table(
        "Every gate at every point",
        "Estimates and the bounds by which verdicts were made.",
        &[
            ("value", Column::Name),
            ("gate", Column::Number),
            ("estimate", Column::Number),
            ("bound", Column::Number),
            ("verdict", Column::Number),
        ],
        &all,
        Phone::Blocks,
    );
}

fn label(tuned: &Tuned, place: usize, point: &Point) -> String {
    let chosen = if tuned.chosen == Some(place) {
        " (chosen)"
    } else {
        ""
    };
    let number = match tuned.parameters.len() > 1 || point.number.is_none() {
        true => format!("{}. ", place + 1),
        false => String::new(),
    };
    format!("{number}{}{chosen}", point.values.join(", "))
}

fn row(tuned: &Tuned, place: usize, point: &Point) -> Vec<String> {
    let cost = point.cost.map(|cost| cost.point);
    let bounds = point
        .cost
        .and_then(|cost| cost.interval)
        .map(|i| i.bounds());
    let none = || "-".to_string();
    let mut cells = vec![
        label(tuned, place, point),
        point.n.to_string(),
        cost.map_or_else(none, |cost| tuned.cost.written(cost, &tuned.parameters)),
        match tuned.cost {
            Cost::Measure(measure) => {
                let row = Row::of_estimate(measure.unit, cost, bounds);
                bounds.map_or_else(none, |bounds| row.range(bounds))
            }
            Cost::Value => none(),
        },
    ];
    match point.binding() {
        None => cells.extend([none(), none(), none()]),
        Some((gate_place, gate)) => {
            let row = numbers(gate);
            cells.push(tuned.gate_name(gate_place, gate));
            cells.push(gate.estimate.map_or_else(none, |value| row.number(value)));
            cells.push(gate.observed.map_or_else(none, |value| row.number(value)));
        }
    }
    cells.push(marked(held_tone(point.held), point.held.word()));
    cells
}

const fn held_tone(held: Held) -> Tone {
    match held {
        Held::Holds | Held::HoldsDearer => Tone::Good,
        Held::Fails => Tone::Bad,
        Held::Undecided => Tone::Open,
        Held::Dearer => Tone::Neutral,
    }
}

fn gate_rows(tuned: &Tuned, point: &Point) -> Vec<Vec<String>> {
    let none = || "-".to_string();
    let gates = point.gates.iter().enumerate();
    gates
        .map(|(place, gate)| {
            let row = numbers(gate);
            vec![
                point.values.join(", "),
                tuned.gate_name(place, gate),
                gate.estimate.map_or_else(none, |value| row.number(value)),
                gate.observed.map_or_else(none, |value| row.number(value)),
                gate.verdict.key().to_string(),
            ]
        })
        .collect()
}

fn reading(page: &mut Document, tuned: &Tuned) {
    page.section("reading", "How to read it", "How to read it");
    let confidence = confidence(tuned.confidence);
    let mut items = vec![format!(
        "With {confidence} confidence no verdict of this page is wrong. A bound is therefore one of {}: the error is divided \
         by all points and looks that there could have been (Bonferroni), and among the gates of a point by Holm.",
        with_unit(1.0 - tuned.level, Unit::Ratio)
    )];
    items.extend(tuned.of_what_was_seen());
    items.push(match &tuned.method {
        Method::Bisection { step, values } => format!(
            "{} of {values} values, {step} apart, were tried: both ends and three between, then the middle of what was \
             left. That nothing cheaper holds among the others rests on each gate and the cost being monotone.",
            tuned.points.len()
        ),
        Method::Selection { indifference } => format!(
            "Every point was tried until its gates were decided or it was shown to cost more than one that holds. Costs \
             that differ by less than {indifference} count as equal."
        ),
    });
    items.push(
        "All points run on the same draws: the same callers call, and are as patient, at every value.".to_string(),
    );
    items.push(format!(
        "Undecided means that {} could not tell: the truth is close to the limit. More \
         (--max-replications) decide more.",
        replications(tuned.most)
    ));
    page.list(&items);
}
