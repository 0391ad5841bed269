//! One drawing surface and the way from `plotters`' colours to the page's classes.
//!
//! `plotters` knows only fixed colours. Each [`Role`] draws in a marker colour of its own, and the
//! finished text gets a class where the marker stood: the style sheet decides what it looks like.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

/// Size in the drawing's own units; the page scales it.
const SIZE: (u32, u32) = (420, 270);
/// Text of axes, in the same units: at least 10 px on a phone 390 px wide.
const TEXT: f64 = 13.0;

/// What a mark is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// Text and axes.
    Ink,
    /// Grid lines.
    Grid,
    /// The main curve, solid.
    First,
    /// The second, dashed.
    Second,
    /// A reference such as a threshold, dotted.
    Reference,
    /// A filled span, faint.
    Shade,
}

impl Role {
    const ALL: [Role; 6] = [
        Role::Ink,
        Role::Grid,
        Role::First,
        Role::Second,
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
            Role::Reference => "reference",
            Role::Shade => "shade",
        }
    }

    /// The marker colour: nothing else draws in it.
    pub(super) const fn marker(self) -> RGBColor {
        RGBColor(1, 2, 0xf0 + self as u8)
    }
}

/// The chart that drawing functions work on.
pub(super) type Plot<'a, 'b> =
    ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// How an axis is labelled.
pub(super) struct Axis<'a> {
    pub(super) range: Range<f64>,
    pub(super) name: &'a str,
    pub(super) label: &'a dyn Fn(&f64) -> String,
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
    let mut plot = ChartBuilder::on(root)
        .margin(6)
        .margin_right(14)
        .x_label_area_size(38)
        .y_label_area_size(52)
        .build_cartesian_2d(x.range.clone(), y.range.clone())?;
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
        let RGBColor(r, g, b) = role.marker();
        let marker = format!("#{r:02X}{g:02X}{b:02X}");
        let class = role.class();
        text = text
            .replace(
                &format!("stroke=\"{marker}\""),
                &format!("class=\"line {class}\""),
            )
            .replace(
                &format!("fill=\"{marker}\""),
                &format!("class=\"fill {class}\""),
            );
    }
    let (width, height) = SIZE;
    let fixed = format!("<svg width=\"{width}\" height=\"{height}\" ");
    text.replace(
        &fixed,
        &format!("<svg class=\"chart\" role=\"img\" aria-label=\"{label}\" "),
    )
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
