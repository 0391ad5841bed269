//! The table on the terminal: a block per measure, a row per point, at most 100 columns.

use std::fmt::Write as _;

use reports::render::{confidence, wrapped};

use super::super::findings::{Figure, Findings};
use super::super::vary::short_names;
use super::{n_points, range, replications, row_of, said_of_gates, signed, signed_range};

/// Rows of a block; more are in `sweep.csv`.
const MOST_ROWS: usize = 40;
/// The widest cell of a value that varies.
const WIDEST: usize = 32;

/// The whole table, ending in a newline.
#[must_use]
pub fn table(findings: &Findings) -> String {
    let mut text = String::new();
    write(&mut text, findings).expect("invariant: writing to a string does not fail");
    text
}

fn write(text: &mut String, findings: &Findings) -> std::fmt::Result {
    let points = &findings.points;
    let seeds = points.iter().map(|point| point.seed);
    let seed = match points.first() {
        Some(first) if seeds.clone().all(|seed| seed == first.seed) => {
            format!("seed {}", first.seed)
        }
        Some(_) | None => "several seeds".to_owned(),
    };
    writeln!(
        text,
        "{}: {} of {} each, {seed}, {}",
        findings.scenario,
        n_points(points.len()),
        replications(points),
        findings.build
    )?;
    let names = Names::of(findings);
    for measure in &findings.shown {
        let figures: Option<Vec<&Figure>> =
            points.iter().map(|point| point.figure(measure)).collect();
        if let Some(figures) = figures {
            block(text, findings, &names, measure.id, &figures)?;
        }
    }
    gates(text, findings, &names)?;
    if points.len() > MOST_ROWS {
        writeln!(
            text,
            "\nthe first {MOST_ROWS} of {}; --out DIR writes all of them to sweep.csv",
            n_points(points.len())
        )?;
    }
    Ok(())
}

/// What points are called: a column per axis.
struct Names {
    heading: String,
    rows: Vec<String>,
}

impl Names {
    fn of(findings: &Findings) -> Names {
        let names = short_names(&findings.axes).into_iter();
        let columns = names.enumerate().map(|(axis, named)| {
            let own = |values: &[String]| -> String { values[axis].chars().take(WIDEST).collect() };
            let cells = findings.points.iter().map(|point| own(&point.values));
            let heading: String = named.chars().take(WIDEST).collect();
            std::iter::once(heading)
                .chain(cells)
                .collect::<Vec<String>>()
        });
        let mut lines = vec![String::new(); findings.points.len() + 1];
        for column in columns {
            let width = column.iter().map(|cell| cell.chars().count()).max();
            let width = width.unwrap_or(0) + 2;
            for (line, cell) in lines.iter_mut().zip(column) {
                let _ = write!(line, "{cell:width$}");
            }
        }
        let rows = lines.split_off(1);
        Names {
            heading: lines.concat(),
            rows,
        }
    }
}

fn block(
    text: &mut String,
    findings: &Findings,
    names: &Names,
    id: &str,
    figures: &[&Figure],
) -> std::fmt::Result {
    let Some(row) = row_of(figures) else {
        return Ok(());
    };
    let level = format!("{} interval", confidence(findings.confidence));
    let has_changes = figures.iter().any(|figure| figure.change.is_some());
    let mut lines = vec![match has_changes {
        true => ["estimate", &level, "change", &level].map(str::to_owned),
        false => ["estimate", &level, "", ""].map(str::to_owned),
    }];
    lines.extend(figures.iter().take(MOST_ROWS).map(|figure| {
        let (value, interval) = figure.value.map_or_else(
            || ("-".to_owned(), String::new()),
            |value| (row.number(value.point), range(row, value)),
        );
        let unit = figure.measure.unit;
        let (change, bounds) = figure.change.map_or_else(Default::default, |change| {
            let bounds = change.bounds();
            let bounds = bounds.map_or(String::new(), |bounds| signed_range(unit, bounds));
            (signed(unit, change.point), bounds)
        });
        [value, interval, change, bounds]
    }));
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths = [0, 1, 2].map(width);
    writeln!(text, "\n{id}")?;
    let labels = std::iter::once(&names.heading).chain(&names.rows);
    for (label, [value, interval, change, bounds]) in labels.zip(&lines) {
        let line = format!(
            "  {label}{value:>w0$}  {interval:<w1$}  {change:>w2$}  {bounds}",
            w0 = widths[0],
            w1 = widths[1],
            w2 = widths[2],
        );
        writeln!(text, "{}", line.trim_end())?;
    }
    Ok(())
}

fn gates(text: &mut String, findings: &Findings, names: &Names) -> std::fmt::Result {
    let Some(n_passed) = findings.n_passed() else {
        return Ok(());
    };
    writeln!(text, "\ngates\n  {}verdict", names.heading)?;
    for (point, name) in findings.points.iter().zip(&names.rows).take(MOST_ROWS) {
        let said = said_of_gates(point).unwrap_or_default();
        writeln!(text, "  {name}{said}")?;
    }
    let said = format!(
        "all gates are shown to hold at {n_passed} of {}; a change is against the first point, paired on the same \
         draws{}",
        n_points(findings.points.len()),
        match findings.is_without_effect() {
            true => "; every point gave the same events: what varies has no effect here",
            false => "",
        }
    );
    writeln!(text, "\n{}", wrapped(&said))
}
