//! `sweep.html`: the curves first, then every point, its changes and its gates.

use reports::gate::Verdict;
use reports::render::{Column, Document, Page, Phone, Tone, confidence, marked};

use super::super::findings::{Figure, Findings};
use super::super::vary::short_names;
use super::{curves, n_points, range, replications, row_of, said_of_gates, signed, signed_range};

/// Rows of a table on the page; more are in `sweep.csv`.
const MOST_ROWS: usize = 200;

/// `sweep.html` and the numbers of its charts.
#[must_use]
pub fn page(findings: &Findings) -> Page {
    let n = findings.points.len();
    let mut page = Document::new(
        &format!("Sweep of {}", findings.scenario),
        &findings.description,
    );
    if let Some(n_passed) = findings.n_passed() {
        let tone = match n_passed {
            0 => Tone::Bad,
            some if some == n => Tone::Good,
            _ => Tone::Open,
        };
        let text = format!(
            "All gates are shown to hold at {n_passed} of {}",
            n_points(n)
        );
        page.banner(tone, &text);
    }
    page.tiles(&[
        counted(&n_points(n), ""),
        counted(&replications(&findings.points), " of each"),
    ]);
    page.section("curves", "What it changes", "Curves");
    page.paragraph(&format!(
        "Bands and whiskers are {} intervals, each for itself. All points have the same callers, agents and \
         failures, so that differences between points are known better than the bands suggest: see the changes.",
        confidence(findings.confidence)
    ));
    page.charts(curves::charts(findings));
    points(&mut page, findings);
    changes(&mut page, findings);
    gates(&mut page, findings);
    let seeds = findings.points.first().map(|point| point.seed.to_string());
    let each = replications(&findings.points);
    let n_each = each.rsplit_once(' ').map(|(number, _)| number);
    page.origin(&[
        ("command", findings.command.clone()),
        ("seed", seeds.unwrap_or_default()),
        ("replications", n_each.unwrap_or_default().to_owned()),
        ("engine", findings.build.to_string()),
        ("plan digest", findings.plan.clone()),
        ("policy digest, first point", findings.policy_digest.clone()),
        ("world digest, first point", findings.world_digest.clone()),
    ]);
    page.finish()
}

/// `20 to 40 replications` as a tile: the number, and of what.
fn counted(text: &str, of: &str) -> (String, String) {
    let (number, what) = text.rsplit_once(' ').unwrap_or((text, ""));
    (number.to_owned(), format!("{what}{of}"))
}

/// Columns: what varies, then a measure each.
fn columns(findings: &Findings) -> Vec<(&str, Column)> {
    let mut columns = vec![("point", Column::Name)];
    let names = short_names(&findings.axes).into_iter();
    columns.extend(names.map(|name| (name, Column::Number)));
    columns.extend(
        findings
            .shown
            .iter()
            .map(|measure| (measure.id, Column::Number)),
    );
    columns
}

/// A row per point: its number, its values, and a cell per shown measure.
fn rows(
    findings: &Findings,
    cell: impl Fn(usize, &Figure, &[&Figure]) -> String,
) -> Vec<Vec<String>> {
    let by_measure: Vec<Vec<&Figure>> = findings
        .shown
        .iter()
        .map(|measure| {
            findings
                .points
                .iter()
                .filter_map(|p| p.figure(measure))
                .collect()
        })
        .collect();
    let points = findings.points.iter().enumerate().take(MOST_ROWS);
    points
        .map(|(place, point)| {
            let mut row = vec![(place + 1).to_string()];
            row.extend(point.values.iter().cloned());
            let cells = by_measure.iter().map(|figures| match figures.get(place) {
                Some(figure) => cell(place, figure, figures),
                None => "-".to_owned(),
            });
            row.extend(cells);
            row
        })
        .collect()
}

fn points(page: &mut Document, findings: &Findings) {
    page.section("points", "Every point", "Points");
    let rows = rows(findings, |_, figure, figures| {
        let row = row_of(figures);
        figure
            .value
            .zip(row)
            .map_or("-".to_owned(), |(value, row)| {
                match range(row, value).as_str() {
                    "" => row.number(value.point),
                    interval => format!("{} ({interval})", row.number(value.point)),
                }
            })
    });
    let caption = format!(
        "Estimates with their {} intervals{}",
        confidence(findings.confidence),
        cut_off(findings)
    );
    page.wide_table(
        "Every point",
        &caption,
        &columns(findings),
        &rows,
        Phone::Blocks,
    );
}

fn changes(page: &mut Document, findings: &Findings) {
    let is_change = |figure: &Figure| figure.change.is_some();
    if !findings
        .points
        .iter()
        .any(|point| point.figures.iter().any(is_change))
    {
        return;
    }
    page.section("changes", "Changes against the first point", "Changes");
    let rows = rows(findings, |place, figure, _| {
        let unit = figure.measure.unit;
        match figure.change {
            None if place == 0 => "first".to_owned(),
            None => "-".to_owned(),
            Some(change) => match change.bounds() {
                Some(bounds) => format!(
                    "{} ({})",
                    signed(unit, change.point),
                    signed_range(unit, bounds)
                ),
                None => signed(unit, change.point),
            },
        }
    });
    let caption = format!(
        "Paired, replication by replication on the same draws; {} intervals, each for itself{}",
        confidence(findings.confidence),
        cut_off(findings)
    );
    page.wide_table(
        "Changes against the first point",
        &caption,
        &columns(findings),
        &rows,
        Phone::Blocks,
    );
}

fn gates(page: &mut Document, findings: &Findings) {
    if findings.n_passed().is_none() {
        return;
    }
    page.section("gates", "The scenario's gates at every point", "Gates");
    let mut columns = vec![("point", Column::Name)];
    let names = short_names(&findings.axes).into_iter();
    columns.extend(names.map(|name| (name, Column::Number)));
    columns.push(("verdict", Column::Html));
    columns.push(("which", Column::Long));
    let points = findings.points.iter().enumerate().take(MOST_ROWS);
    let rows: Vec<Vec<String>> = points
        .map(|(place, point)| {
            let tone = match point.verdict() {
                Some(Verdict::Pass) => Tone::Good,
                Some(Verdict::Fail) => Tone::Bad,
                Some(Verdict::Inconclusive) => Tone::Open,
                None => Tone::Neutral,
            };
            let mut row = vec![(place + 1).to_string()];
            row.extend(point.values.iter().cloned());
            let said = said_of_gates(point).unwrap_or_default();
            let (verdict, which) = said.split_once(": ").unwrap_or((&said, ""));
            row.push(marked(tone, verdict));
            row.push(which.to_owned());
            row
        })
        .collect();
    let caption = format!(
        "The gates of one point are one family at {}; points are not corrected for each other{}",
        confidence(findings.confidence),
        cut_off(findings)
    );
    page.wide_table("Gates by point", &caption, &columns, &rows, Phone::Blocks);
}

fn cut_off(findings: &Findings) -> String {
    match findings.points.len() {
        n if n > MOST_ROWS => format!("; the first {MOST_ROWS} of {n}, all are in sweep.csv"),
        _ => String::new(),
    }
}
