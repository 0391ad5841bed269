//! A chart per measure: curves with interval bands over what varies, where it is a number; dots with
//! their intervals over words.

use reports::chart::{Chart, Mark, Numbers, Plotted, Point, Role, Scale, Series};
use reports::gate::Rule;
use reports::measures::{Measure, Part, Unit};
use reports::render::{confidence, with_unit};

use super::super::findings::{Findings, PointFindings};
use super::super::quantity::{Dimension, numbers};
use super::super::vary::{Values, short_names};

/// Curves that one chart can tell apart.
const CURVES: usize = Role::SERIES.len();
/// An axis over which values are spread this far apart has equal ratios.
const WIDE: f64 = 20.0;
/// And one over a range of equal ratios, if it has room for two of its labels (1, 2, 5, 10 ...).
const LABELLED: f64 = 5.0;
/// Words that fit below a chart.
const WORDS: usize = 8;

/// What is drawn over what.
struct Layout {
    x: Scale,
    /// By point.
    places: Vec<f64>,
    /// By point: which curve it belongs to.
    curves: Vec<usize>,
    /// What the curves are called.
    names: Vec<String>,
    mark: Mark,
    /// Which axis it is over, where there is a chart for each; else empty.
    of: String,
}

/// The charts of the measures that are shown.
pub(super) fn charts(findings: &Findings) -> Vec<Chart> {
    let layouts = layouts(findings);
    let measures = findings.shown.iter();
    measures
        .flat_map(|measure| {
            layouts
                .iter()
                .flat_map(|layout| draw(findings, measure, layout))
        })
        .collect()
}

fn layouts(findings: &Findings) -> Vec<Layout> {
    let column = |axis: usize| -> Vec<String> {
        let points = findings.points.iter();
        points.map(|point| point.values[axis].clone()).collect()
    };
    match findings.axes.len() {
        0 => Vec::new(),
        1 => vec![over(findings, 0, &column(0))],
        2 if findings.is_grid => {
            // Along the numbers, so that a curve is a curve.
            let along = (0..2).find(|axis| numbers(&column(*axis)).is_some());
            let along = along.unwrap_or(0);
            let across = column(1 - along);
            let mut names: Vec<String> = Vec::new();
            let curves = across.iter().map(|value| {
                let known = names.iter().position(|name| name == value);
                known.unwrap_or_else(|| {
                    names.push(value.clone());
                    names.len() - 1
                })
            });
            let curves = curves.collect();
            let called = short_names(&findings.axes)[1 - along];
            vec![Layout {
                curves,
                names: names
                    .iter()
                    .map(|name| format!("{called} {name}"))
                    .collect(),
                ..over(findings, along, &column(along))
            }]
        }
        n => (0..n)
            .map(|axis| Layout {
                mark: Mark::Dots,
                of: short_names(&findings.axes)[axis].to_owned(),
                ..over(findings, axis, &column(axis))
            })
            .collect(),
    }
}

/// All points over one axis, as one curve.
fn over(findings: &Findings, axis: usize, column: &[String]) -> Layout {
    let name = short_names(&findings.axes)[axis];
    let is_in_ratios = match &findings.axes[axis].values {
        Values::Range(range) => range.is_logarithmic,
        Values::List(_) => false,
    };
    let (x, places, mark) = match numbers(column) {
        Some((values, dimension)) => (
            scale(name, &values, dimension, is_in_ratios),
            values,
            Mark::Marked,
        ),
        None => words(name, column),
    };
    let n = findings.points.len();
    Layout {
        x,
        places,
        curves: vec![0; n],
        names: vec![String::new()],
        mark,
        of: String::new(),
    }
}

fn scale(name: &str, values: &[f64], dimension: Dimension, is_in_ratios: bool) -> Scale {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let scale = match dimension {
        Dimension::Plain => Scale::new(name, Numbers::Plain),
        Dimension::Seconds => Scale::new(format!("{name}, seconds"), Numbers::Plain),
        Dimension::Share => Scale::new(name, Numbers::Percent),
        Dimension::PerHour => Scale::new(format!("{name}, per hour"), Numbers::Plain),
    };
    let wide = if is_in_ratios { LABELLED } else { WIDE };
    if least > 0.0 && most / least >= wide {
        scale.logarithmic()
    } else if least > most / 2.0 {
        scale.cut()
    } else {
        scale
    }
}

/// Words in the order in which they first come; many of them are numbered.
fn words(name: &str, column: &[String]) -> (Scale, Vec<f64>, Mark) {
    let mut known: Vec<String> = Vec::new();
    let places = column.iter().map(|value| {
        let place = known.iter().position(|known| known == value);
        let place = place.unwrap_or_else(|| {
            known.push(value.clone());
            known.len() - 1
        });
        place as f64
    });
    let places: Vec<f64> = places.collect();
    let fits = known.len() <= WORDS && known.iter().map(|w| w.chars().count()).sum::<usize>() < 40;
    let labels = match fits {
        true => known,
        false => (1..=known.len()).map(|number| number.to_string()).collect(),
    };
    let name = match fits {
        true => name.to_owned(),
        false => format!("{name}, in the order of the table"),
    };
    (Scale::of_words(name, labels), places, Mark::Dots)
}

/// As many charts as there are handfuls of curves.
fn draw(findings: &Findings, measure: &'static Measure, layout: &Layout) -> Vec<Chart> {
    let curves: Vec<usize> = (0..layout.names.len()).collect();
    let handfuls = curves.chunks(CURVES).enumerate();
    let drawn = handfuls.map(|(nth, handful)| {
        let mut series: Vec<Series> = limits(findings, measure, layout);
        for (curve, role) in handful.iter().zip(Role::SERIES) {
            series.push(Series {
                name: match layout.names[*curve].as_str() {
                    "" => spoken(measure),
                    name => name.to_owned(),
                },
                role,
                mark: layout.mark,
                points: curve_points(findings, measure, layout, *curve),
            });
        }
        let more = match nth {
            0 => String::new(),
            nth => format!("-{}", nth + 1),
        };
        // Charts of one measure over each axis are told apart by it.
        let (suffix, over) = match layout.of.as_str() {
            "" => (String::new(), String::new()),
            axis => (format!("-{}", slug(axis)), format!(", over {axis}")),
        };
        let plotted = Plotted {
            id: format!("{}{suffix}{more}", slug(measure.id)),
            title: format!("{}{over}", spoken(measure)),
            description: described(findings, measure),
            x: layout.x.clone(),
            y: y_scale(findings, measure),
            series,
        };
        plotted.draw()
    });
    drawn.flatten().collect()
}

fn curve_points(
    findings: &Findings,
    measure: &Measure,
    layout: &Layout,
    curve: usize,
) -> Vec<Point> {
    let of_curve = (0..findings.points.len()).filter(|point| layout.curves[*point] == curve);
    let mut points: Vec<Point> = of_curve
        .map(|point| {
            let figure = findings.points[point].figure(measure);
            let value = figure.and_then(|figure| figure.value);
            Point {
                x: layout.places[point],
                y: value.map_or(f64::NAN, |value| value.point),
                band: value.and_then(|value| value.bounds()),
            }
        })
        .collect();
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    points
}

/// The limits of gates about the measure itself.
fn limits(findings: &Findings, measure: &Measure, layout: &Layout) -> Vec<Series> {
    let least = layout.places.iter().copied().fold(f64::INFINITY, f64::min);
    let most = layout
        .places
        .iter()
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    let gates = findings
        .points
        .first()
        .map_or(&[][..], |point| &point.gates);
    gates
        .iter()
        .filter(|gate| gate.measure == measure && gate.part == Part::Whole)
        .filter(|gate| gate.rule.is_absolute())
        .map(|gate| {
            let side = match gate.rule {
                Rule::AtLeast => "at least",
                Rule::AtMost
                | Rule::LiftAtLeast
                | Rule::LiftAtMost
                | Rule::PointsAtLeast
                | Rule::PointsAtMost => "at most",
            };
            let limit = with_unit(gate.limit, measure.unit);
            // Somebody wrote a round number.
            let limit = limit.replace(".00 ", " ").replace(".0 ", " ");
            let name = format!("gate: {side} {limit}");
            let line = [(least, gate.limit), (most, gate.limit)];
            Series::line(name, Role::Reference, line)
        })
        .collect()
}

/// From 0, unless all values are far from it.
fn y_scale(findings: &Findings, measure: &'static Measure) -> Scale {
    let name = match measure.unit {
        Unit::Ratio => spoken(measure),
        Unit::Seconds | Unit::SignedSeconds => format!("{}, seconds", spoken(measure)),
        Unit::PerHour => spoken(measure).replace(" per hour", ", per hour"),
        Unit::Count | Unit::Calls | Unit::Value | Unit::Score => spoken(measure),
    };
    let scale = Scale::new(name, Numbers::of(measure.unit));
    let (least, most) = ends(findings, measure);
    match least > most / 2.0 {
        true => scale.cut(),
        false => scale,
    }
}

/// The least and the most value.
fn ends(findings: &Findings, measure: &Measure) -> (f64, f64) {
    let value = |point: &PointFindings| Some(point.figure(measure)?.value?.point);
    let values = findings.points.iter().filter_map(value);
    values.fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(least, most), value| (least.min(value), most.max(value)),
    )
}

fn described(findings: &Findings, measure: &'static Measure) -> String {
    let (least, most) = ends(findings, measure);
    let written = |value: f64| with_unit(value, measure.unit);
    format!(
        "From {} to {}; with {} intervals. {}.",
        written(least),
        written(most),
        confidence(findings.confidence),
        measure.formula.trim_end_matches('.')
    )
}

/// A measure's id as words.
fn spoken(measure: &Measure) -> String {
    measure.id.replace('_', " ")
}

/// Lower case, digits and `-`.
fn slug(text: &str) -> String {
    let fits = |c: char| match c.is_ascii_alphanumeric() {
        true => c.to_ascii_lowercase(),
        false => '-',
    };
    text.chars().map(fits).collect()
}
