//! Effects with their intervals, one below the other, against nought: a forest plot. Names stand above
//! their intervals, so that long ones fit on a phone.

use std::fmt::Write as _;

use super::{Chart, Key, Mark, Role};
use crate::render::{escaped, signed};

/// A forest plot to be drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct Forest {
    /// Its name in files and on the page: lower case, digits and `-`.
    pub id: String,
    /// What a reader calls it.
    pub title: String,
    /// A sentence of what it shows.
    pub description: String,
    /// What effects are measured in.
    pub along: Along,
    /// What is drawn, from above.
    pub effects: Vec<Effect>,
}

/// What effects are measured in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Along {
    /// Shares of the baseline: 0.05 is shown as `+5 %`.
    Shares,
    /// Margins: at 1 a line stands for all that is allowed.
    Margins,
}

impl Along {
    /// Effects beyond this are drawn at the edge with an arrow.
    const fn most(self) -> f64 {
        match self {
            Along::Shares => 1.0,
            Along::Margins => 4.0,
        }
    }

    /// As the table has it.
    fn written(self, value: f64) -> String {
        match self {
            Along::Shares => format!("{} %", signed(value * 100.0, 2)),
            Along::Margins => signed(value, 2),
        }
    }

    /// As the axis has it; `step` lies between two labels.
    fn label(self, value: f64, step: f64) -> String {
        match self {
            Along::Shares => {
                let digits = match step {
                    s if s < 0.000_999 => 2,
                    s => usize::from(s < 0.00999),
                };
                format!("{} %", signed(value * 100.0, digits))
            }
            Along::Margins => signed(value, usize::from(step < 0.999)),
        }
    }
}

/// One effect.
#[derive(Clone, PartialEq, Debug)]
pub struct Effect {
    /// Whose.
    pub name: String,
    /// Its value in words, in its own unit.
    pub value: String,
    /// In what all are measured in; not finite when it cannot be drawn.
    pub relative: f64,
    /// Its interval.
    pub interval: (f64, f64),
    /// How far it may go without mattering.
    pub margin: Option<f64>,
    /// What stands behind the name: better, worse, ...
    pub verdict: String,
    /// The shape and colour of its dot.
    pub role: Role,
    /// Why nothing is drawn, in its place; empty when something is.
    pub missing: String,
}

/// Width in the drawing's own units, as the other charts have it.
const WIDTH: f64 = 420.0;
/// Height of an effect: a line of text, its interval close below, and a gap, so that it is not taken for the next one's.
const ROW: f64 = 48.0;
/// Room for the axis.
const AXIS: f64 = 34.0;
/// From the edges.
const SIDE: f64 = 14.0;

impl Forest {
    /// The drawing; `None` without effects.
    #[must_use]
    pub fn draw(&self) -> Option<Chart> {
        if self.effects.is_empty() {
            return None;
        }
        let along = match self.along {
            Along::Shares => "share",
            Along::Margins => "in margins",
        };
        let columns = ["measure", "difference", along, "interval", "verdict"];
        let rows = self.effects.iter().map(|effect| {
            vec![
                effect.name.clone(),
                effect.value.clone(),
                self.cell(effect, &[effect.relative]),
                self.cell(effect, &[effect.interval.0, effect.interval.1]),
                effect.verdict.clone(),
            ]
        });
        Some(Chart {
            id: self.id.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            svg: self.svg(),
            legend: self.legend(),
            columns: columns.map(str::to_string).to_vec(),
            rows: rows.collect(),
            csv: self.csv(),
        })
    }

    /// Values in the table.
    fn cell(&self, effect: &Effect, values: &[f64]) -> String {
        if !effect.missing.is_empty() {
            return "-".to_string();
        }
        let values: Vec<String> = values.iter().map(|v| self.along.written(*v)).collect();
        values.join(" .. ")
    }

    /// The kinds of effects that there are.
    fn legend(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = Vec::new();
        if self.along == Along::Margins {
            keys.push(Key::line(Role::Reference, "all that is allowed"));
        }
        for effect in self.effects.iter().filter(|e| e.missing.is_empty()) {
            let key = Key {
                role: effect.role,
                mark: Mark::Dots,
                name: effect.verdict.clone(),
            };
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    /// The ends of the axis: round, nought among them.
    fn ends(&self) -> (f64, f64) {
        let all = || {
            let drawn = self.effects.iter().filter(|e| e.missing.is_empty());
            let ends = drawn.flat_map(|effect| {
                let margin = effect.margin.unwrap_or(0.0);
                [effect.interval.0, effect.interval.1, margin, -margin]
            });
            let allowed = (self.along == Along::Margins).then_some(1.0);
            let most = self.along.most();
            ends.chain(allowed).map(move |end| end.clamp(-most, most))
        };
        let least = all().fold(0.0, f64::min);
        let most = all().fold(0.0, f64::max);
        let step = step(most - least);
        ((least / step).floor() * step, (most / step).ceil() * step)
    }

    fn svg(&self) -> String {
        let (least, most) = self.ends();
        let height = self.effects.len() as f64 * ROW + AXIS;
        let place = |share: f64| {
            let into = (share.clamp(least, most) - least) / (most - least);
            SIDE + into * (WIDTH - 2.0 * SIDE)
        };
        let mut svg = format!(
            "<svg class=\"chart\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {WIDTH} {height}\" \
             xmlns=\"http://www.w3.org/2000/svg\">\n",
            escaped(&self.title)
        );
        self.push_axis(&mut svg, (least, most), height - AXIS, place);
        for (row, effect) in self.effects.iter().enumerate() {
            push_effect(&mut svg, effect, self.along.most(), row as f64 * ROW, place);
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn push_axis(
        &self,
        svg: &mut String,
        (least, most): (f64, f64),
        foot: f64,
        place: impl Fn(f64) -> f64,
    ) {
        let step = step(most - least);
        let n = ((most - least) / step).round() as i32;
        for tick in 0..=n {
            let share = least + f64::from(tick) * step;
            let is_nought = share.abs() < step / 1e3;
            let (x, class) = (place(share), if is_nought { "ink" } else { "grid" });
            let _ = writeln!(
                svg,
                "<line class=\"line {class}\" x1=\"{x:.1}\" y1=\"0\" x2=\"{x:.1}\" y2=\"{foot:.1}\"/>"
            );
            // Every other one where they would touch; nought always, from which the others are counted.
            let from_nought = (share / step).round() as i32;
            if n <= 6 || from_nought % 2 == 0 {
                let text = match is_nought {
                    true => "0".to_string(),
                    false => self.along.label(share, step),
                };
                let anchor = match (x < 3.0 * SIDE, x > WIDTH - 3.0 * SIDE) {
                    (true, _) => "start",
                    (_, true) => "end",
                    (false, false) => "middle",
                };
                let _ = writeln!(
                    svg,
                    "<text class=\"fill ink\" x=\"{x:.1}\" y=\"{:.1}\" font-size=\"13.5\" text-anchor=\"{anchor}\">{text}</text>",
                    foot + 20.0
                );
            }
        }
        if self.along == Along::Margins {
            let x = place(1.0);
            let _ = writeln!(
                svg,
                "<path class=\"line reference\" d=\"M{x:.1} 0 V{foot:.1}\"/>"
            );
        }
    }

    fn csv(&self) -> String {
        let mut text = String::from("name,relative,lower,upper,margin,verdict\n");
        for effect in &self.effects {
            let margin = effect
                .margin
                .map_or(String::new(), |margin| margin.to_string());
            let values = [effect.relative, effect.interval.0, effect.interval.1];
            let values = values.map(|value| match value.is_finite() {
                true => value.to_string(),
                false => String::new(),
            });
            let _ = writeln!(
                text,
                "{},{},{margin},{}",
                crate::render::csv_field(&effect.name),
                values.join(","),
                effect.verdict
            );
        }
        text
    }
}

/// A round step that cuts `width` into four to ten.
fn step(width: f64) -> f64 {
    let rough = (width / 5.0).max(1e-9);
    let power = 10_f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0];
    let round = steps.into_iter().find(|step| step * power >= rough);
    round.unwrap_or(10.0) * power
}

fn push_effect(svg: &mut String, effect: &Effect, most: f64, top: f64, place: impl Fn(f64) -> f64) {
    let text = |x: f64, anchor: &str, text: &str| {
        format!(
            "<text class=\"fill ink\" x=\"{x:.1}\" y=\"{:.1}\" font-size=\"13.5\" text-anchor=\"{anchor}\">{}</text>\n",
            top + 15.0,
            escaped(text)
        )
    };
    let y = top + 27.0;
    if let Some(margin) = effect.margin {
        let (left, right) = (place(-margin), place(margin));
        let _ = writeln!(
            svg,
            "<rect class=\"fill shade\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"16\"/>",
            y - 8.0,
            right - left
        );
    }
    svg.push_str(&text(SIDE, "start", &effect.name));
    let _ = writeln!(
        svg,
        "<line class=\"line grid\" x1=\"{SIDE}\" y1=\"{0:.1}\" x2=\"{1:.1}\" y2=\"{0:.1}\"/>",
        top + ROW - 4.0,
        WIDTH - SIDE
    );
    if !effect.missing.is_empty() {
        let said = format!(
            "<text class=\"fill ink\" x=\"{SIDE}\" y=\"{:.1}\" font-size=\"12\" font-style=\"italic\">{}</text>\n",
            y + 4.0,
            escaped(&effect.missing)
        );
        svg.push_str(&said);
        svg.push_str(&text(WIDTH - SIDE, "end", &effect.value));
        return;
    }
    svg.push_str(&text(WIDTH - SIDE, "end", &effect.value));
    let (lower, upper) = effect.interval;
    let (left, right) = (place(lower), place(upper));
    let _ = writeln!(
        svg,
        "<line class=\"line ink\" stroke-width=\"2\" x1=\"{left:.1}\" y1=\"{y:.1}\" x2=\"{right:.1}\" y2=\"{y:.1}\"/>"
    );
    for (end, x, is_cut) in [(-1.0, left, lower < -most), (1.0, right, upper > most)] {
        let path = match is_cut {
            true => format!(
                "M{x:.1} {y:.1} l{:.1} -5 m{:.1} 5 l{:.1} 5",
                -6.0 * end,
                6.0 * end,
                -6.0 * end
            ),
            false => format!("M{x:.1} {:.1} v8", y - 4.0),
        };
        let _ = writeln!(
            svg,
            "<path class=\"line ink\" stroke-width=\"2\" d=\"{path}\"/>"
        );
    }
    svg.push_str(&dot(effect.role, place(effect.relative), y));
}

/// The dot of a series, at a place.
fn dot(role: Role, x: f64, y: f64) -> String {
    format!(
        "<g transform=\"translate({:.1} {:.1})\">{}</g>\n",
        x - 16.0,
        y - 6.0,
        super::dot(role)
    )
}
