//! How a series is drawn: lines with bands, dots with whiskers, bars, areas, and its sign in a legend.

use plotters::prelude::*;

use super::{Point, Series};
use crate::chart::Mark;
use crate::chart::canvas::{DrawingError, Plot, Role, stroke};

pub(super) fn draw_series(
    plot: &mut Plot<'_, '_>,
    series: &Series,
    places: &[Point],
    floor: f64,
) -> Result<(), DrawingError> {
    // A hole in the values is a hole in the line.
    for stretch in places.chunk_by(|a, b| a.is_finite() && b.is_finite()) {
        let points: Vec<Point> = stretch.iter().copied().filter(Point::is_finite).collect();
        match series.mark {
            Mark::Line => draw_line(plot, series.role, &points)?,
            Mark::Marked => {
                draw_line(plot, series.role, &points)?;
                draw_dots(plot, series.role, &points, false)?;
            }
            Mark::Steps => draw_line(plot, series.role, &stepped(&points))?,
            Mark::Dots => draw_dots(plot, series.role, &points, true)?,
            Mark::Bars => draw_bars(plot, series.role, &points, floor.max(0.0))?,
            Mark::Area => draw_area(plot, series.role, &points, floor)?,
        }
    }
    Ok(())
}

fn draw_line(plot: &mut Plot<'_, '_>, role: Role, points: &[Point]) -> Result<(), DrawingError> {
    let edge = |pick: fn((f64, f64)) -> f64| {
        points
            .iter()
            .filter_map(move |point| Some((point.x, pick(point.band?))))
    };
    let mut outline: Vec<(f64, f64)> = edge(|band| band.1).collect();
    let lower: Vec<(f64, f64)> = edge(|band| band.0).collect();
    outline.extend(lower.into_iter().rev());
    if !outline.is_empty() {
        plot.draw_series([Polygon::new(outline, role.band().filled())])?;
    }
    let line = points.iter().map(|point| (point.x, point.y));
    plot.draw_series(LineSeries::new(line, stroke(role)))?;
    Ok(())
}

/// A value holds until the next point.
fn stepped(points: &[Point]) -> Vec<Point> {
    let mut steps: Vec<Point> = Vec::with_capacity(points.len() * 2);
    for point in points {
        if let Some(last) = steps.last().copied() {
            steps.push(Point { x: point.x, ..last });
        }
        steps.push(*point);
    }
    steps
}

/// Half the size of a dot, in the drawing's units.
const DOT: i32 = 4;

fn draw_dots(
    plot: &mut Plot<'_, '_>,
    role: Role,
    points: &[Point],
    with_whiskers: bool,
) -> Result<(), DrawingError> {
    let fill = role.marker().filled();
    for point in points {
        if let Some((lower, upper)) = point.band.filter(|_| with_whiskers) {
            let whisker = [(point.x, lower), (point.x, upper)];
            // Never dashed: an interval is not a curve.
            plot.draw_series(LineSeries::new(whisker, stroke(Role::Ink)))?;
        }
        let at = (point.x, point.y);
        match role {
            Role::Second => {
                let corners = [(-DOT, -DOT), (DOT, DOT)];
                plot.draw_series([EmptyElement::at(at) + Rectangle::new(corners, fill)])?;
            }
            Role::Third => {
                plot.draw_series([TriangleMarker::new(at, DOT + 1, fill)])?;
            }
            Role::Fourth => {
                plot.draw_series([Cross::new(at, DOT, stroke(role))])?;
            }
            Role::Fifth => {
                plot.draw_series([Circle::new(at, DOT, stroke(role))])?;
            }
            Role::First | Role::Ink | Role::Grid | Role::Reference | Role::Shade => {
                plot.draw_series([Circle::new(at, DOT, fill)])?;
            }
        }
    }
    Ok(())
}

fn draw_bars(
    plot: &mut Plot<'_, '_>,
    role: Role,
    points: &[Point],
    floor: f64,
) -> Result<(), DrawingError> {
    let half = bar_width(points) / 2.0;
    for point in points {
        let corners = [(point.x - half, floor), (point.x + half, point.y)];
        plot.draw_series([Rectangle::new(corners, role.marker().filled())])?;
        if let Some((lower, upper)) = point.band {
            let whisker = [(point.x, lower), (point.x, upper)];
            plot.draw_series(LineSeries::new(whisker, stroke(Role::Ink)))?;
        }
    }
    Ok(())
}

/// Most of the least distance between two bars.
pub(super) fn bar_width(points: &[Point]) -> f64 {
    let gaps = points.windows(2).map(|pair| pair[1].x - pair[0].x);
    let least = gaps.filter(|gap| *gap > 0.0).fold(f64::INFINITY, f64::min);
    if least.is_finite() { least * 0.8 } else { 0.8 }
}

fn draw_area(
    plot: &mut Plot<'_, '_>,
    role: Role,
    points: &[Point],
    floor: f64,
) -> Result<(), DrawingError> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Ok(());
    };
    let mut outline: Vec<(f64, f64)> = points.iter().map(|point| (point.x, point.y)).collect();
    outline.extend([(last.x, floor), (first.x, floor)]);
    plot.draw_series([Polygon::new(outline, role.marker().filled())])?;
    Ok(())
}

/// The dot of a series for its legend, in a box of 32 x 12.
pub(crate) fn dot(role: Role) -> String {
    let class = role.class();
    match role {
        Role::Second => {
            format!("<rect class=\"fill {class}\" x=\"12\" y=\"2\" width=\"8\" height=\"8\"/>")
        }
        Role::Third => format!("<polygon class=\"fill {class}\" points=\"16,1 21,10 11,10\"/>"),
        Role::Fourth => {
            format!("<path class=\"line {class} solid\" d=\"M12 2 L20 10 M12 10 L20 2\"/>")
        }
        Role::Fifth => {
            format!("<circle class=\"line {class} solid\" cx=\"16\" cy=\"6\" r=\"4\"/>")
        }
        Role::First | Role::Ink | Role::Grid | Role::Reference | Role::Shade => {
            format!("<circle class=\"fill {class}\" cx=\"16\" cy=\"6\" r=\"4\"/>")
        }
    }
}
