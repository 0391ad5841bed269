//! Any series over any axis, with interval bands: what every report but a run's own draws with.

mod marks;
mod scale;

use super::canvas::{Axis, Role, svg};
use super::{Chart, Key, Mark, thinned};
use marks::{bar_width, draw_series};

pub(crate) use marks::dot;
pub use scale::{Numbers, Scale};

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

/// As RFC 4180 has it.
fn quoted(name: &str) -> String {
    match name.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_string(),
    }
}
