//! A calibration on the terminal: one table for what callers heard first, one for all they heard, and sentences about
//! what the tables do not say. Plain text, aligned.

use std::fmt::Write as _;

use super::summary::{Calibration, Difference, Figures, Ratio, Role, Speaker, Unit, Verdict};
use crate::render::confidence;

/// A column: heading, and the cell of a speaker.
struct Column {
    heading: String,
    cells: Vec<String>,
    is_text: bool,
}

/// The whole text, ending in a newline.
#[must_use]
pub fn table(calibration: &Calibration) -> String {
    let mut text = head(calibration);
    let firsts = |speaker: &Speaker| speaker.first.clone();
    push_scope(&mut text, calibration, "heard first", firsts);
    push_scope(&mut text, calibration, "all heard", |speaker| {
        speaker.all.clone()
    });
    text.push('\n');
    for sentence in sentences(calibration) {
        let _ = writeln!(text, "{sentence}");
    }
    text
}

fn head(calibration: &Calibration) -> String {
    let meta = &calibration.meta;
    let units = match meta.unit {
        Unit::Replication => plural(calibration.n_units, "replication"),
        Unit::Day => format!(
            "{} of a log, each {} times",
            plural(calibration.n_units, "day"),
            meta.replications
        ),
    };
    let between = meta.between.map_or(String::new(), |(from, to)| {
        format!(
            ", calls that came between {} and {}",
            clock(from),
            clock(to)
        )
    });
    format!(
        "{}: {units}{between}, seed {}, engine {}\n{} calls waited and were connected\n",
        meta.scenario,
        meta.seed,
        meta.engine,
        grouped(calibration.calls)
    )
}

fn push_scope(
    text: &mut String,
    calibration: &Calibration,
    title: &str,
    of: impl Fn(&Speaker) -> Option<Figures>,
) {
    let speakers: Vec<(&Speaker, Option<Figures>)> = calibration
        .speakers
        .iter()
        .map(|speaker| (speaker, of(speaker)))
        .collect();
    let columns = columns(calibration, title, &speakers);
    let widths: Vec<usize> = columns
        .iter()
        .map(|column| {
            let cells = column.cells.iter().chain([&column.heading]);
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let mut push_row = |cell: &dyn Fn(&Column) -> String| {
        let mut line = String::new();
        for (column, width) in columns.iter().zip(&widths) {
            let cell = cell(column);
            let _ = if column.is_text {
                write!(line, "{cell:<width$}  ")
            } else {
                write!(line, "{cell:>width$}  ")
            };
        }
        let _ = writeln!(text, "{}", line.trim_end());
    };
    push_row(&|_| String::new());
    push_row(&|column| column.heading.clone());
    for row in 0..speakers.len() {
        push_row(&|column| column.cells[row].clone());
    }
}

fn columns(
    calibration: &Calibration,
    title: &str,
    speakers: &[(&Speaker, Option<Figures>)],
) -> Vec<Column> {
    let level = confidence(calibration.meta.confidence);
    let mut columns = vec![Column {
        heading: title.to_owned(),
        cells: speakers.iter().map(|(s, _)| s.name.clone()).collect(),
        is_text: true,
    }];
    let mut push = |heading: &str, cell: &dyn Fn(&Speaker, &Figures) -> String| {
        let cells = speakers.iter().map(|(speaker, figures)| {
            figures
                .as_ref()
                .map_or("–".to_owned(), |figures| cell(speaker, figures))
        });
        columns.push(Column {
            heading: heading.to_owned(),
            cells: cells.collect(),
            is_text: heading == "verdict",
        });
    };
    push("told", &|speaker, _| {
        speaker
            .announced
            .map_or(String::new(), |told| percent(told.point))
    });
    push("within 30 s", &|_, figures| {
        percent(figures.within_30s.point)
    });
    push(&level, &|_, figures| percents(figures.within_30s));
    if calibration.meta.no_oracle.is_none() {
        push("of oracle", &|_, figures| {
            figures
                .of_oracle
                .map_or(String::new(), |of| percent(of.point))
        });
    }
    push("bias", &|_, figures| {
        format!("{:+.1} s", figures.bias.point)
    });
    push("MAE", &|_, figures| format!("{:.1} s", figures.mae.point));
    push("in range", &|_, figures| percent(figures.coverage.point));
    push("n", &|_, figures| grouped(figures.n));
    push("less best", &|_, figures| {
        figures
            .within_less_best
            .map_or(String::new(), |less| points(less.by))
    });
    push("verdict", &|_, figures| {
        figures
            .within_less_best
            .map_or(String::new(), |less| word(less.verdict).to_owned())
    });
    columns
}

/// What the reader of the tables has to know beside them.
pub(super) fn sentences(calibration: &Calibration) -> Vec<String> {
    let meta = &calibration.meta;
    let level = confidence(meta.confidence);
    let mut sentences = Vec::new();
    sentences.push(match &meta.no_oracle {
        Some(why) => format!("no oracle: {why}"),
        None => "oracle: knows every rate and the line; nobody who sees no more can expect a greater share".to_owned(),
    });
    for (name, of) in [
        (
            "first",
            (|s: &Speaker| s.first.as_ref()) as fn(&Speaker) -> Option<&Figures>,
        ),
        ("all", |s| s.all.as_ref()),
    ] {
        sentences.extend(promise(calibration, name, of, &level));
    }
    sentences.push(if meta.same_waits {
        "the same calls waited equally long under every estimator: callers do not react to what they are told".to_owned()
    } else {
        "waits differ between estimators: something reacts to what is announced, and `less best` compares different waits".to_owned()
    });
    if !meta.made_to_announce.is_empty() {
        sentences.push(format!(
            "made to announce waits, as calls join and every minute: {}",
            meta.made_to_announce.join(", ")
        ));
    }
    if calibration.n_units < 2 {
        sentences
            .push("one replication: no intervals and no verdicts; give --replications".to_owned());
    }
    let n_others = calibration
        .speakers
        .iter()
        .filter(|speaker| speaker.role == Role::Other)
        .count();
    if n_others > 0 {
        sentences.push(format!(
            "verdicts: share within 30 s less that of best, on the same calls, at {level} for all {n_others} together (Holm)"
        ));
        sentences.extend(preferred(calibration));
    }
    sentences.push(
        "in range: remaining waits between the announced P50 and P90; 40 % is right".to_owned(),
    );
    sentences
}

fn promise(
    calibration: &Calibration,
    name: &str,
    of: fn(&Speaker) -> Option<&Figures>,
    level: &str,
) -> Option<String> {
    let oracle = calibration
        .speakers
        .iter()
        .find(|speaker| speaker.role == Role::Oracle)?;
    let promised = of(oracle)?.promised?;
    let best = calibration
        .speakers
        .iter()
        .find(|speaker| speaker.role == Role::Best)
        .and_then(of)
        .and_then(|figures| figures.of_oracle)
        .map_or(String::new(), |ratio| {
            format!(
                "; best reaches {} of it ({level}: {})",
                percent(ratio.point),
                percents(ratio)
            )
        });
    Some(format!(
        "oracle, {name}: best share possible in the states met {}, kept {} (difference {}, {} announcements){best}",
        percent(promised.expected.point),
        percent(promised.kept.point),
        points(promised.difference),
        grouped(promised.n)
    ))
}

/// Estimators that another figure than the share within 30 s puts before the default one.
fn preferred(calibration: &Calibration) -> Vec<String> {
    let mut sentences = Vec::new();
    for speaker in calibration
        .speakers
        .iter()
        .filter(|s| s.role == Role::Other)
    {
        for (scope, figures) in [("first", &speaker.first), ("all", &speaker.all)] {
            let Some(less) = figures.as_ref().and_then(|figures| figures.mae_less_best) else {
                continue;
            };
            if less.verdict == Verdict::Better {
                sentences.push(format!(
                    "by mean absolute error ({scope}) {} is better than best: {}",
                    speaker.name,
                    seconds_of(&less)
                ));
            }
        }
    }
    let best = calibration
        .speakers
        .iter()
        .find(|speaker| speaker.role == Role::Best)
        .and_then(|speaker| speaker.first.as_ref());
    let Some(best) = best else { return sentences };
    sentences.extend(nearer(calibration, best, "bias, to 0 s,", |f| f.bias, 0.0));
    sentences.extend(nearer(
        calibration,
        best,
        "coverage, to 40 %,",
        |f| f.coverage,
        0.4,
    ));
    sentences
}

/// Who is nearer to what is right than the default estimator, by more than both intervals leave open.
fn nearer(
    calibration: &Calibration,
    best: &Figures,
    name: &str,
    of: fn(&Figures) -> Ratio,
    right: f64,
) -> Option<String> {
    let off = |ratio: Ratio| (ratio.point - right).abs();
    let reach = |ratio: Ratio| ratio.interval.map(|i| (i.upper - i.lower) / 2.0);
    let own = of(best);
    let others = calibration
        .speakers
        .iter()
        .filter(|speaker| speaker.role == Role::Other)
        .filter_map(|speaker| {
            let ratio = of(speaker.first.as_ref()?);
            let most = off(own) - reach(own)? - reach(ratio)?;
            (off(ratio) < most).then_some(speaker.name.as_str())
        });
    let names: Vec<&str> = others.collect();
    (!names.is_empty()).then(|| format!("nearer than best by {name} (first): {}", names.join(", ")))
}

fn seconds_of(difference: &Difference) -> String {
    let by = difference.by;
    let interval = by.interval.map_or(String::new(), |interval| {
        format!(" ({:+.1} .. {:+.1} s)", interval.lower, interval.upper)
    });
    format!("{:+.1} s{interval}", by.point)
}

pub(super) const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Worse => "worse",
        Verdict::Better => "BETTER",
        Verdict::Alike => "not shown",
    }
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// An interval of shares.
pub(super) fn percents(ratio: Ratio) -> String {
    ratio.interval.map_or("–".to_owned(), |interval| {
        format!(
            "{:.1} .. {:.1} %",
            interval.lower * 100.0,
            interval.upper * 100.0
        )
    })
}

/// A difference of shares, in percentage points.
pub(super) fn points(ratio: Ratio) -> String {
    let interval = ratio.interval.map_or(String::new(), |interval| {
        format!(
            " ({:+.1} .. {:+.1})",
            interval.lower * 100.0,
            interval.upper * 100.0
        )
    });
    format!("{:+.1} pp{interval}", ratio.point * 100.0)
}

pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn plural(n: usize, word: &str) -> String {
    match n {
        1 => format!("1 {word}"),
        n => format!("{n} {word}s"),
    }
}

/// A moment of the run, since its start.
pub(super) fn clock(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round() as u64;
    format!("{}:{:02} h", minutes / 60, minutes % 60)
}
