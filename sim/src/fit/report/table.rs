//! The study on the terminal.

use std::fmt::Write as _;

use super::{
    ABANDONMENT_NEAR, WAIT_NEAR, class_cells, head_starts, interval, interval_name, off,
    predictions, replications, short, value, verdict,
};
use crate::fit::law::SpanFit;
use crate::fit::parts::ClassFit;
use crate::fit::study::Study;
use crate::fit::warnings::warnings;
use crate::fit::write::written_shape;

/// Sentences are broken at this many characters.
const WIDTH: usize = 100;

/// The tables: what was fitted, how well, what it predicts, what to know.
#[must_use]
pub fn fit_table(study: &Study) -> String {
    let mut text = String::new();
    head(&mut text, study);
    classes(&mut text, study);
    patience(&mut text, study);
    centre(&mut text, study);
    for prediction in predictions(study) {
        let _ = writeln!(
            text,
            "\n{} ({})",
            prediction.title,
            replications(prediction.replications)
        );
        let mut rows = vec![
            [
                "",
                "recorded",
                "predicted",
                &interval_name(prediction),
                "off",
                "",
            ]
            .map(String::from)
            .to_vec(),
        ];
        for figure in &prediction.figures {
            rows.push(vec![
                figure.name.to_owned(),
                value(figure, figure.recorded),
                value(figure, figure.mean),
                interval(figure),
                off(figure),
                if figure.is_inside() {
                    "inside"
                } else {
                    "outside"
                }
                .to_owned(),
            ]);
        }
        for class in &prediction.classes {
            let mut row = vec![format!("hung up: {}", class.name)];
            row.extend(class_cells(&class.hung_up));
            rows.push(row);
        }
        text.push_str(&aligned(&rows));
        let (calls, of) = prediction.days_inside(|day| day.calls);
        let (hung_up, _) = prediction.days_inside(|day| day.hung_up);
        let days = match prediction.figure("calls_per_day") {
            Some(_) => format!("days inside: calls {calls} of {of}, hang-ups {hung_up} of {of}"),
            None => format!("days inside: hang-ups {hung_up} of {of}"),
        };
        let _ = writeln!(text, "{days}");
        wrapped(&mut text, "", &verdict(prediction));
    }
    if !predictions(study).is_empty() {
        let near = format!(
            "near: abandonment within {:.1} points of the recorded and the mean wait of the served within {:.0} %; \
             inside, outside: of the interval",
            100.0 * ABANDONMENT_NEAR,
            100.0 * WAIT_NEAR
        );
        text.push('\n');
        wrapped(&mut text, "", &near);
    }
    let warnings = warnings(study);
    if !warnings.is_empty() {
        text.push_str("\nto know\n");
        for warning in warnings {
            wrapped(&mut text, "  * ", &warning);
        }
    }
    text
}

fn head(text: &mut String, study: &Study) {
    let log = &study.log;
    let calls: u64 = log.days.calls.values().sum();
    let (first, last) = (log.days.calls.keys().next(), log.days.calls.keys().last());
    let (Some(first), Some(last)) = (first, last) else {
        return;
    };
    let _ = writeln!(
        text,
        "{}: {calls} calls on {} dates, {first} to {last}; fitted to {}",
        log.file,
        log.days.calls.len(),
        study.fitted.len()
    );
}

fn classes(text: &mut String, study: &Study) {
    text.push_str("\nby class\n");
    let heading = [
        "",
        "calls",
        "hung up",
        "talk: data, law",
        "",
        "distance",
        "median patience",
    ];
    let mut rows = vec![heading.map(String::from).to_vec()];
    for class in &study.parts.classes {
        rows.push(class_row(class));
    }
    text.push_str(&aligned(&rows));
    let is_pooled = |class: &ClassFit| class.talk.is_pooled || class.patience.is_pooled;
    if study.parts.classes.iter().any(is_pooled) {
        text.push_str("  * of all classes together; means in seconds\n");
    }
}

fn class_row(class: &ClassFit) -> Vec<String> {
    let pooled = |fit: &SpanFit| if fit.is_pooled { " *" } else { "" };
    let seconds = |x: Option<f64>| x.map_or("-".to_owned(), |x| format!("{x:.0}"));
    let talk = &class.talk;
    let (mean, distance) = match talk.chosen {
        Some(place) => (
            Some(talk.candidates[place].mean),
            talk.candidates[place].distance,
        ),
        None => (talk.curve.as_ref().map(|curve| curve.dist().mean()), 0.0),
    };
    vec![
        class.name.clone(),
        class.n.to_string(),
        format!("{:.1} %", 100.0 * class.hung_up as f64 / class.n as f64),
        format!("{}, {} s", seconds(talk.spans.mean()), seconds(mean)),
        format!(
            "{}{}",
            talk.law().map_or("-", |law| law.name()),
            pooled(talk)
        ),
        format!("{distance:.3}"),
        format!("{}{}", median(&class.patience), pooled(&class.patience)),
    ]
}

/// When half have hung up; beyond what was seen for many.
fn median(fit: &SpanFit) -> String {
    let half = fit.spans.curve.iter().find(|step| step.share <= 0.5);
    match (half, fit.spans.curve.last()) {
        (Some(step), _) => format!("{:.0} s", step.after as f64 * 1e-6),
        (None, Some(last)) => format!("> {:.0} s", last.after as f64 * 1e-6),
        (None, None) => "-".to_owned(),
    }
}

fn patience(text: &mut String, study: &Study) {
    let fit = &study.parts.patience;
    let _ = writeln!(
        text,
        "\npatience of all: {} hung up, {} were served first (censored)",
        fit.spans.ended.len(),
        fit.spans.cut.len()
    );
    let mut rows = vec![
        ["", "parameters", "log-likelihood", "AIC", "distance"]
            .map(String::from)
            .to_vec(),
    ];
    for one in &fit.candidates {
        let parameters: Vec<String> = one
            .parameters
            .iter()
            .map(|p| format!("{} {}", p.name, short(p.value)))
            .collect();
        rows.push(vec![
            one.family.name().to_owned(),
            parameters.join(", "),
            format!("{:.1}", one.log_likelihood),
            format!("{:.1}", one.aic),
            format!("{:.3}", one.distance),
        ]);
    }
    text.push_str(&aligned(&rows));
}

fn centre(text: &mut String, study: &Study) {
    text.push_str("\nthe centre\n");
    let parts = &study.parts;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut add = |name: &str, what: String| rows.push(vec![name.to_owned(), what]);
    for (place, queue) in study.log.names.queues.iter().enumerate() {
        let days = match (
            written_shape(parts, place),
            parts.arrivals[place].overdispersion,
        ) {
            (Some(shape), Some(found)) => format!(
                "gamma shape {shape} ({:.1} .. {:.1}), sd {:.1} % of a day",
                found.lower,
                found.upper,
                100.0 / shape.sqrt()
            ),
            (None, Some(_)) => "no more than chance".to_owned(),
            (_, None) => "too few dates to tell".to_owned(),
        };
        add(&format!("days at {queue}"), days);
    }
    match &parts.redials {
        Some(redials) => add(
            "call again",
            format!(
                "{:.1} % of hung up beyond the {:.1} % of served who do anyway; mean delay {:.0} min",
                100.0 * redials.excess,
                100.0 * redials.share_after_service,
                redials.delay_mean / 60.0
            ),
        ),
        None => add("call again", "not told by the log".to_owned()),
    }
    for group in &parts.groups {
        add(
            &format!("group {}", group.name),
            format!(
                "{} agents, {:.0} agent-hours seen",
                group.n_agents, group.staff.hours
            ),
        );
    }
    if let Some(calibration) = &study.calibration {
        add(
            "staffing",
            format!(
                "{} times what was seen, calibrated to {:.1} % hung up",
                calibration.scale,
                100.0 * calibration.target
            ),
        );
    }
    match &parts.wrap_up {
        Some(curve) => add(
            "wrap-up",
            format!(
                "mean {:.1} s, from {} pauses under load",
                curve.dist().mean(),
                parts.pauses.n()
            ),
        ),
        None => add("wrap-up", "none seen".to_owned()),
    }
    let told = match (&study.told.policy, study.told.head_starts.as_slice()) {
        (Some(_), _) => "the policy that was given".to_owned(),
        (None, []) => "by time, as nothing else was told".to_owned(),
        (None, _) => format!("by time, told: head starts of {}", head_starts(&study.told)),
    };
    text.push_str(&aligned(&rows));
    wrapped(text, "  order: ", &told);
}

/// Columns of equal width: the first to the left, numbers to the right, words to the left.
fn aligned(rows: &[Vec<String>]) -> String {
    let n = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |k: usize| {
        rows.iter()
            .filter_map(|row| row.get(k))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let is_number = |k: usize| {
        let cells = rows
            .iter()
            .skip(1)
            .filter_map(|row| row.get(k))
            .filter(|cell| !cell.is_empty());
        let starts =
            |cell: &String| cell.starts_with(|c: char| c.is_ascii_digit() || "+-<>".contains(c));
        k > 0 && rows.len() > 1 && cells.clone().count() > 0 && cells.clone().all(starts)
    };
    let columns: Vec<(usize, bool)> = (0..n).map(|k| (width(k), is_number(k))).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for (cell, (width, right)) in row.iter().zip(&columns) {
            let pad = " ".repeat(width - cell.chars().count());
            let _ = match right {
                true => write!(line, " {pad}{cell} "),
                false => write!(line, " {cell}{pad} "),
            };
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn wrapped(text: &mut String, mark: &str, sentence: &str) {
    let mut line = mark.to_owned();
    let indent = " ".repeat(mark.chars().count());
    let mut is_first = true;
    for word in sentence.split(' ') {
        if !is_first && line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(text, "{line}");
            line.clone_from(&indent);
            is_first = true;
        }
        if !is_first {
            line.push(' ');
        }
        line.push_str(word);
        is_first = false;
    }
    let _ = writeln!(text, "{line}");
}
