//! A calibration on the terminal: for what callers heard first and for all they heard a table and a comparison with `best`,
//! and sentences about what the tables do not say. Plain text, aligned.

use std::fmt::Write as _;

use super::sentences::sentences;
use super::summary::{Calibration, Figures, Ratio, Speaker, Unit, Verdict};
use crate::render::{apart, confidence, signed, wrapped};

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
        let _ = writeln!(text, "{}", wrapped(&sentence));
    }
    text
}

fn head(calibration: &Calibration) -> String {
    let meta = &calibration.meta;
    let units = match meta.unit {
        Unit::Replication => plural(calibration.n_units, "replication"),
        Unit::Day => format!(
            "{} of a log, each {}",
            plural(calibration.n_units, "day"),
            match meta.replications {
                1 => "once".to_owned(),
                n => format!("{n} times"),
            }
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
    push_table(text, &columns(calibration, title, &speakers));
    if speakers.iter().any(|(_, figures)| is_compared(figures)) {
        push_table(text, &comparison(title, &speakers));
    }
}

fn push_table(text: &mut String, columns: &[Column]) {
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
    let rows = columns.first().map_or(0, |column| column.cells.len());
    for row in 0..rows {
        push_row(&|column| column.cells[row].clone());
    }
}

fn is_compared(figures: &Option<Figures>) -> bool {
    figures
        .as_ref()
        .is_some_and(|figures| figures.within_less_best.is_some())
}

/// How many percentage points less often than `best` each of the others is right.
fn comparison(title: &str, speakers: &[(&Speaker, Option<Figures>)]) -> Vec<Column> {
    let rows = || {
        let compared = speakers.iter().filter(|(_, figures)| is_compared(figures));
        compared.filter_map(|(speaker, figures)| {
            let less = figures.as_ref()?.within_less_best.as_ref()?;
            Some((speaker, less))
        })
    };
    let column = |heading: String, cells: Vec<String>, is_text| Column {
        heading,
        cells,
        is_text,
    };
    vec![
        column(
            format!("{title}, within 30 s"),
            rows().map(|(speaker, _)| speaker.name.clone()).collect(),
            true,
        ),
        column(
            "less best".to_owned(),
            rows().map(|(_, less)| points(less.by)).collect(),
            false,
        ),
        column(
            "verdict".to_owned(),
            rows()
                .map(|(_, less)| word(less.verdict).to_owned())
                .collect(),
            true,
        ),
    ]
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
            is_text: false,
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
        format!("{} s", signed(figures.bias.point, 1))
    });
    push("MAE", &|_, figures| format!("{:.1} s", figures.mae.point));
    push("in range", &|_, figures| percent(figures.coverage.point));
    push("n", &|_, figures| grouped(figures.n));
    columns
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
            " ({} .. {})",
            signed(interval.lower * 100.0, 1),
            signed(interval.upper * 100.0, 1)
        )
    });
    format!("{} points{interval}", signed(ratio.point * 100.0, 1))
}

/// Thousands apart, as on every page.
pub(super) fn grouped(n: u64) -> String {
    apart(&n.to_string())
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
