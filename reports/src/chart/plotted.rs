//! Any series over any axis, with interval bands: what every report but a run's own draws with.

use plotters::prelude::*;

use super::canvas::{Axis, DrawingError, Plot, Role, SIZE, stroke, svg, text_width};
use super::{Chart, Key, Mark, axis_end, thinned};
use crate::render::apart;

/// A chart to be drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct Plotted {
    /// Its name in files and on the page: lower case, digits and `-`.
    pub id: String,
    /// What a reader calls it.
    pub title: String,
    /// A sentence of what it shows, with the figures that matter.
    pub description: String,
    /// Left to right.
    pub x: Scale,
    /// Upwards.
    pub y: Scale,
    /// What is drawn, the first at the bottom.
    pub series: Vec<Series>,
}

/// An axis.
#[derive(Clone, PartialEq, Debug)]
pub struct Scale {
    /// What it shows, with its unit: `wait, seconds`.
    pub name: String,
    /// How its numbers are written.
    pub numbers: Numbers,
    /// It begins at 0, also when all values are far from it.
    pub from_zero: bool,
    /// Equal distances are equal ratios; only for values above 0.
    pub is_logarithmic: bool,
    /// It reaches at least here, so that charts side by side have one scale.
    pub until: Option<f64>,
    /// Words instead of numbers: value k (0, 1, 2, ...) is labelled with the k-th. Empty for numbers.
    pub words: Vec<String>,
}

/// How numbers are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Numbers {
    /// As they are.
    Plain,
    /// 0.25 is `25 %`.
    Percent,
}

/// One curve, one set of dots, one row of bars.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// What the legend calls it.
    pub name: String,
    /// Its colour, dash and shape; [`Role::SERIES`] in turn, [`Role::Reference`] for a limit.
    pub role: Role,
    /// How it is drawn.
    pub mark: Mark,
    /// From left to right. A value that is not finite makes a hole.
    pub points: Vec<Point>,
}

/// A value, with its interval where it has one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    /// Left to right.
    pub x: f64,
    /// Upwards.
    pub y: f64,
    /// Lower and upper bound: drawn as a band around lines, as whiskers on dots and bars.
    pub band: Option<(f64, f64)>,
}

impl Scale {
    /// Numbers from 0.
    #[must_use]
    pub fn new(name: impl Into<String>, numbers: Numbers) -> Scale {
        Scale {
            name: name.into(),
            numbers,
            from_zero: true,
            is_logarithmic: false,
            until: None,
            words: Vec::new(),
        }
    }

    /// Begins where the values do.
    #[must_use]
    pub fn cut(mut self) -> Scale {
        self.from_zero = false;
        self
    }

    /// Equal distances are equal ratios.
    #[must_use]
    pub fn logarithmic(mut self) -> Scale {
        self.is_logarithmic = true;
        self
    }

    /// Reaches at least to `end`, as the charts beside it do.
    #[must_use]
    pub fn until(mut self, end: f64) -> Scale {
        self.until = end.is_finite().then_some(end);
        self
    }

    /// With words instead of numbers.
    #[must_use]
    pub fn of_words(name: impl Into<String>, words: Vec<String>) -> Scale {
        Scale {
            words,
            ..Scale::new(name, Numbers::Plain)
        }
    }

    /// Where a value lies on the drawing.
    fn place(&self, value: f64) -> f64 {
        if self.is_logarithmic {
            value.log10()
        } else {
            value
        }
    }

    /// A value as the axis, the table and the descriptions write it.
    #[must_use]
    pub fn written(&self, value: f64) -> String {
        if !self.words.is_empty() {
            let is_whole = (value - value.round()).abs() < 1e-6 && value > -0.5;
            let word = self.words.get(value.round().max(0.0) as usize);
            return word
                .filter(|_| is_whole)
                .map_or(String::new(), String::clone);
        }
        match self.numbers {
            Numbers::Plain => short(value),
            Numbers::Percent => format!("{} %", short(value * 100.0)),
        }
    }

    /// Where labels stand, when round numbers would not do.
    fn ticks(&self, places: &[f64]) -> Option<Vec<f64>> {
        if !self.words.is_empty() {
            let every = self.words_apart();
            let words = (0..self.words.len()).step_by(every);
            return Some(words.map(|word| word as f64).collect());
        }
        if !self.is_logarithmic {
            return None;
        }
        let (least, most) = places.iter().fold(
            (f64::INFINITY, f64::NEG_INFINITY),
            |(least, most), place| (least.min(*place), most.max(*place)),
        );
        // 1, 2, 5 of each power of ten; of many powers only the ones.
        let steps: &[f64] = if most - least < 2.5 {
            &[1.0, 2.0, 5.0]
        } else {
            &[1.0]
        };
        let powers = least.floor() as i32..=most.ceil() as i32;
        let ticks =
            powers.flat_map(|power| steps.iter().map(move |s| (s.log10()) + f64::from(power)));
        Some(
            ticks
                .filter(|tick| *tick > least - 0.05 && *tick < most + 0.05)
                .collect(),
        )
    }

    /// Of so many words one is labelled, so that no two run together.
    fn words_apart(&self) -> usize {
        let slot = (f64::from(SIZE.0) - 90.0) / self.words.len() as f64;
        let fits = |every: &usize| {
            let labelled: Vec<&String> = self.words.iter().step_by(*every).collect();
            labelled.windows(2).all(|pair| {
                let halves = (text_width(pair[0]) + text_width(pair[1])) / 2.0;
                halves + 4.0 <= slot * *every as f64
            })
        };
        (1..self.words.len()).find(fits).unwrap_or(1)
    }

    /// The drawing's ends for these values (places, not values).
    fn range(&self, places: &[f64], is_x: bool) -> std::ops::Range<f64> {
        if !self.words.is_empty() {
            return -0.5..self.words.len() as f64 - 0.5;
        }
        let least = places.iter().copied().fold(f64::INFINITY, f64::min);
        let most = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let most = self.until.map_or(most, |end| most.max(self.place(end)));
        let width = most - least;
        if self.is_logarithmic || (!self.from_zero && width > 0.0) {
            let margin = if is_x { 0.0 } else { width * 0.08 };
            let margin = if width == 0.0 { 0.5 } else { margin };
            return (least - margin)..(most + margin);
        }
        let below = if least < 0.0 { -axis_end(-least) } else { 0.0 };
        match is_x && least >= 0.0 && most > 0.0 {
            true => 0.0..most,
            false => below..axis_end(most.max(0.0)).max(below + f64::EPSILON),
        }
    }
}

impl Series {
    /// A line through points without intervals.
    pub fn line(
        name: impl Into<String>,
        role: Role,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Series {
        let bare = |(x, y)| Point { x, y, band: None };
        Series {
            name: name.into(),
            role,
            mark: Mark::Line,
            points: points.into_iter().map(bare).collect(),
        }
    }

    /// The same drawn otherwise.
    #[must_use]
    pub fn drawn_as(mut self, mark: Mark) -> Series {
        self.mark = mark;
        self
    }
}

impl Plotted {
    /// The drawing; `None` when there is not one finite point.
    #[must_use]
    pub fn draw(&self) -> Option<Chart> {
        let places = self.places();
        let known = || places.iter().flatten().filter(|place| place.is_finite());
        let xs: Vec<f64> = known().map(|place| place.x).collect();
        if xs.is_empty() {
            return None;
        }
        let ys: Vec<f64> = known()
            .flat_map(|place| {
                let (lower, upper) = place.band.unwrap_or((place.y, place.y));
                [place.y, lower, upper]
            })
            .filter(|y| y.is_finite())
            .collect();
        let label = |scale: &Scale, place: f64| match scale.is_logarithmic {
            true => scale.written(10_f64.powf(place)),
            false => scale.written(place),
        };
        let (x_label, y_label) = (|x: &f64| label(&self.x, *x), |y: &f64| label(&self.y, *y));
        let bars = self.series.iter().filter(|s| s.mark == Mark::Bars);
        let half = bars.map(|s| bar_width(&s.points) / 2.0).fold(0.0, f64::max);
        let ends = xs.iter().flat_map(|x| [x - half, x + half]);
        let x = Axis {
            range: self.x.range(&ends.collect::<Vec<f64>>(), true),
            name: &self.x.name,
            label: &x_label,
            ticks: self.x.ticks(&xs),
        };
        let y = Axis {
            range: self.y.range(&ys, false),
            name: &self.y.name,
            label: &y_label,
            ticks: self.y.ticks(&ys),
        };
        let drawing = svg(&self.title, &x, &y, |plot| {
            for (series, places) in self.series.iter().zip(&places) {
                draw_series(plot, series, places, y.range.start)?;
            }
            Ok(())
        });
        let (columns, rows) = self.table();
        Some(Chart {
            id: self.id.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            svg: drawing,
            legend: self
                .series
                .iter()
                .map(|series| Key {
                    role: series.role,
                    mark: series.mark,
                    name: series.name.clone(),
                })
                .collect(),
            columns,
            rows,
            csv: self.csv(),
        })
    }

    /// The points where they lie on the drawing.
    fn places(&self) -> Vec<Vec<Point>> {
        let place = |point: &Point| Point {
            x: self.x.place(point.x),
            y: self.y.place(point.y),
            band: point
                .band
                .map(|(lower, upper)| (self.y.place(lower), self.y.place(upper))),
        };
        let series = self.series.iter();
        series
            .map(|series| series.points.iter().map(place).collect())
            .collect()
    }

    /// A column per series when all have their points at the same places, else a row per point.
    fn table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let xs = |series: &Series| -> Vec<f64> { series.points.iter().map(|p| p.x).collect() };
        let first = self.series.first().map(xs).unwrap_or_default();
        if self.series.iter().all(|series| xs(series) == first) {
            let mut columns = vec![self.x.name.clone()];
            columns.extend(self.series.iter().map(|series| series.name.clone()));
            let places: Vec<usize> = (0..first.len()).collect();
            let row = |place: &usize| {
                let cells = self.series.iter().map(|s| self.cell(s.points[*place]));
                let x = self.x.written(first[*place]);
                std::iter::once(x).chain(cells).collect()
            };
            return (columns, thinned(&places).map(row).collect());
        }
        let columns = [
            "series".to_string(),
            self.x.name.clone(),
            self.y.name.clone(),
        ];
        let rows = self.series.iter().flat_map(|series| {
            thinned(&series.points).map(|point| {
                let x = self.x.written(point.x);
                vec![series.name.clone(), x, self.cell(*point)]
            })
        });
        (columns.to_vec(), rows.collect())
    }

    fn cell(&self, point: Point) -> String {
        if !point.y.is_finite() {
            return "-".to_string();
        }
        let value = self.y.written(point.y);
        match point.band {
            Some((lower, upper)) => format!(
                "{value} ({} .. {})",
                self.y.written(lower),
                self.y.written(upper)
            ),
            None => value,
        }
    }

    /// A row per point: `series,x,y,lower,upper`.
    fn csv(&self) -> String {
        let mut text = String::from("series,x,y,lower,upper\n");
        let number = |value: f64| match value.is_finite() {
            true => value.to_string(),
            false => String::new(),
        };
        for series in &self.series {
            for point in &series.points {
                let x = match self.x.words.is_empty() {
                    true => number(point.x),
                    false => quoted(&self.x.written(point.x)),
                };
                let (lower, upper) = point.band.unwrap_or((f64::NAN, f64::NAN));
                let rest = [point.y, lower, upper].map(number).join(",");
                text.push_str(&format!("{},{x},{rest}\n", quoted(&series.name)));
            }
        }
        text
    }
}

impl Point {
    fn is_finite(&self) -> bool {
        self.x.is_finite() && self.y.is_finite()
    }
}

fn draw_series(
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
fn bar_width(points: &[Point]) -> f64 {
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

/// Few digits: three that matter below 1000, none after the point above, thousands apart. What is 0 but for
/// rounding is 0.
fn short(value: f64) -> String {
    let size = value.abs();
    let digits = match size {
        s if s < 1e-12 => return "0".to_string(),
        s if s < 0.001 => return format!("{value:.1e}"),
        s if s < 0.01 => 5,
        s if s < 0.1 => 4,
        s if s < 1.0 => 3,
        s if s < 10.0 => 2,
        s if s < 1000.0 => 1,
        _ => return apart(&format!("{value:.0}")),
    };
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

/// As RFC 4180 has it.
fn quoted(name: &str) -> String {
    match name.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_string(),
    }
}
