//! One drawing surface and the way from `plotters`' colours to the page's classes.
//!
//! `plotters` knows only fixed colours. Each [`Role`] draws in a marker colour of its own, and the
//! finished text gets a class where the marker stood: the style sheet decides what it looks like.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::render::escaped;

/// Size in the drawing's own units; the page scales it.
pub(super) const SIZE: (u32, u32) = (420, 280);
/// Text of axes; the backend draws it at 1 / 1.24 of this: 11 px on a phone 390 px wide.
const TEXT: f64 = 17.0;

/// What a mark is for. Series differ by dash and by the shape of their dots as well as by colour, so
/// that a chart reads in black and white.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Text and axes.
    Ink,
    /// Grid lines.
    Grid,
    /// The main curve, solid, round dots.
    First,
    /// The second, dashed, square dots.
    Second,
    /// The third, dash and dot, triangles.
    Third,
    /// The fourth, short dashes, crosses.
    Fourth,
    /// The fifth, long dashes, rings.
    Fifth,
    /// A reference such as a threshold, dotted.
    Reference,
    /// A filled span, faint.
    Shade,
}

impl Role {
    /// Those of series, in the order in which they are given out.
    pub const SERIES: [Role; 5] = [
        Role::First,
        Role::Second,
        Role::Third,
        Role::Fourth,
        Role::Fifth,
    ];

    const ALL: [Role; 9] = [
        Role::Ink,
        Role::Grid,
        Role::First,
        Role::Second,
        Role::Third,
        Role::Fourth,
        Role::Fifth,
        Role::Reference,
        Role::Shade,
    ];

    /// The class in the style sheet.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Role::Ink => "ink",
            Role::Grid => "grid",
            Role::First => "first",
            Role::Second => "second",
            Role::Third => "third",
            Role::Fourth => "fourth",
            Role::Fifth => "fifth",
            Role::Reference => "reference",
            Role::Shade => "shade",
        }
    }

    /// The marker colour: nothing else draws in it.
    pub(super) const fn marker(self) -> RGBColor {
        RGBColor(1, 2, 0xf0 + self as u8)
    }

    /// The marker colour of the band around its curve.
    pub(super) const fn band(self) -> RGBColor {
        RGBColor(1, 3, 0xf0 + self as u8)
    }
}

/// The chart that drawing functions work on.
pub(super) type Plot<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Ticked, Ticked>>;

/// An axis with its labels at given places.
pub(super) struct Ticked {
    numbers: RangedCoordf64,
    ticks: Vec<f64>,
}

impl Ranged for Ticked {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn range(&self) -> Range<f64> {
        self.numbers.range()
    }

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        self.numbers.map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }
}

/// How an axis is labelled.
pub(super) struct Axis<'a> {
    pub(super) range: Range<f64>,
    pub(super) name: &'a str,
    pub(super) label: &'a dyn Fn(&f64) -> String,
    /// Where labels stand; `None` = at round numbers.
    pub(super) ticks: Option<Vec<f64>>,
}

impl Axis<'_> {
    /// With about `n` labels.
    fn ticked(&self, n: usize) -> Ticked {
        let numbers: RangedCoordf64 = self.range.clone().into();
        let ticks = self.ticks.clone();
        let mut ticks = ticks.unwrap_or_else(|| numbers.key_points(n));
        // Steps add up to almost 0: it would be labelled -2.8e-15.
        let nought = (self.range.end - self.range.start).abs() * 1e-6;
        for tick in &mut ticks {
            if tick.abs() < nought {
                *tick = 0.0;
            }
        }
        Ticked { numbers, ticks }
    }

    /// Room at the left for the longest label and, beside it, the name.
    fn room(&self, ticked: &Ticked) -> u32 {
        let widths = ticked
            .ticks
            .iter()
            .map(|tick| text_width(&(self.label)(tick)));
        let widest = widths.fold(0.0, f64::max);
        (widest + 33.0).ceil().clamp(62.0, 160.0) as u32
    }
}

/// About how wide a text of an axis is drawn.
pub(super) fn text_width(text: &str) -> f64 {
    text.chars().count() as f64 * TEXT / 1.24 * 0.6
}

/// Draws axes and then what `draw` adds; the SVG with classes, labelled by `label`.
pub(super) fn svg(
    label: &str,
    x: &Axis<'_>,
    y: &Axis<'_>,
    draw: impl FnOnce(&mut Plot<'_, '_>) -> Result<(), DrawingError>,
) -> String {
    let mut text = String::new();
    let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
    // The backend writes to memory: it has no way to fail.
    draw_on(&root, x, y, draw).expect("invariant: drawing to a string cannot fail");
    drop(root);
    with_classes(&text, label)
}

/// The only error there could be.
pub(super) type DrawingError = DrawingAreaErrorKind<std::io::Error>;

fn draw_on(
    root: &DrawingArea<SVGBackend<'_>, Shift>,
    x: &Axis<'_>,
    y: &Axis<'_>,
    draw: impl FnOnce(&mut Plot<'_, '_>) -> Result<(), DrawingError>,
) -> Result<(), DrawingError> {
    let font = ("sans-serif", TEXT).into_font().color(&Role::Ink.marker());
    let (x_ticks, y_ticks) = (x.ticked(6), y.ticked(5));
    let mut plot = ChartBuilder::on(root)
        .margin(6)
        .margin_right(24)
        .margin_top(10)
        .x_label_area_size(44)
        .y_label_area_size(y.room(&y_ticks))
        .build_cartesian_2d(x_ticks, y_ticks)?;
    plot.configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(Role::Grid.marker())
        .axis_style(Role::Ink.marker())
        .x_labels(6)
        .y_labels(5)
        .x_desc(x.name)
        .y_desc(y.name)
        .x_label_formatter(x.label)
        .y_label_formatter(y.label)
        .label_style(font.clone())
        .axis_desc_style(font)
        .draw()?;
    draw(&mut plot)?;
    root.present()
}

/// Classes for marker colours, a name for screen readers, and no fixed size.
fn with_classes(drawn: &str, label: &str) -> String {
    let mut text = drawn.to_string();
    for role in Role::ALL {
        let class = role.class();
        let (mark, band) = (hex(role.marker()), hex(role.band()));
        for (drawn, said) in [
            (
                format!("stroke=\"{mark}\""),
                format!("class=\"line {class}\""),
            ),
            (
                format!("fill=\"{mark}\""),
                format!("class=\"fill {class}\""),
            ),
            (
                format!("fill=\"{band}\""),
                format!("class=\"band {class}\""),
            ),
        ] {
            text = text.replace(&drawn, &said);
        }
    }
    let (width, height) = SIZE;
    let fixed = format!("<svg width=\"{width}\" height=\"{height}\" ");
    text.replace(
        &fixed,
        &format!(
            "<svg class=\"chart\" role=\"img\" aria-label=\"{}\" ",
            escaped(label)
        ),
    )
}

fn hex(RGBColor(r, g, b): RGBColor) -> String {
    format!("#{r:02X}{g:02X}{b:02X}")
}

/// A solid line for `role`; the style sheet adds dashes.
pub(super) fn stroke(role: Role) -> ShapeStyle {
    ShapeStyle::from(role.marker()).stroke_width(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_fixed_colour_and_no_fixed_size_is_left() {
        let label = |value: &f64| value.to_string();
        let axis = |name| Axis {
            range: 0.0..1.0,
            name,
            label: &label,
            ticks: None,
        };
        let svg = svg("A chart", &axis("x"), &axis("y"), |plot| {
            let points = [(0.0, 0.0), (1.0, 1.0)];
            plot.draw_series(LineSeries::new(points, stroke(Role::Second)))?;
            Ok(())
        });
        assert!(svg.contains("class=\"line second\""), "{svg}");
        assert!(!svg.contains("=\"#"), "{svg}");
        assert!(svg.contains("viewBox"), "{svg}");
    }
}
