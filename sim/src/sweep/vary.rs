//! `--vary PATH=...`: what varies, and which points that makes.
//!
//! A list (`5s,10s,30s`) is a side of a grid, several lists multiply, the last varies fastest. A range
//! (`1s..60s`, `log:1s..60s`) needs a Latin hypercube, which takes lists too: each value as often as
//! any other.

use std::collections::BTreeSet;

use policy_file::quantity;
use policy_file::source::{Place, Source};
use policy_file::{FileError, FileErrors};
use serde::{Deserialize, Serialize};

use super::latin::hypercube;
use crate::scenario::DIST_KINDS;

/// The most points of one sweep.
const MOST_POINTS: usize = 100_000;

/// One key that varies.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// Its path in the scenario; those of the policy begin with `policy.`.
    pub path: String,
    /// What it is given.
    pub values: Values,
}

/// What a key is given.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Values {
    /// Each of these.
    List(Vec<String>),
    /// Anything between two.
    Range(Range),
}

/// Everything between two numbers of one unit.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The lower end; below `to`.
    pub from: f64,
    /// The upper end.
    pub to: f64,
    /// The unit of both, as it is written: `s`, `%`, nothing.
    pub unit: String,
    /// Equal ratios are equally likely, instead of equal differences.
    pub is_logarithmic: bool,
    /// Decimals of the values.
    pub decimals: usize,
}

impl Axis {
    /// Reads a `PATH=VALUES`.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(assignment: &str) -> Result<Axis, FileErrors> {
        let source = Source::new("--vary", assignment);
        let wrong = |start: usize, end: usize, message: String, help: &str| {
            let error = FileError::at(&Place::new(&source, start, end), "", message);
            Err(FileErrors::from(error.with_help(help)))
        };
        let end = assignment.len();
        let Some((path, values)) = assignment.split_once('=') else {
            let message = "expected PATH=VALUES".to_owned();
            return wrong(0, end, message, EXAMPLE);
        };
        let start = path.len() + 1;
        let path = path.trim();
        if values.trim().is_empty() {
            return wrong(start, end, "expected values after `=`".to_owned(), EXAMPLE);
        }
        if let Some(range) = Range::read(values.trim()) {
            return match range {
                Ok(range) => Ok(Axis {
                    path: path.to_owned(),
                    values: Values::Range(range),
                }),
                Err(message) => wrong(start, end, message, "a range is 1s..60s, or log:1s..60s"),
            };
        }
        let list: Vec<String> = split(values).map(|value| value.trim().to_owned()).collect();
        if list.iter().any(String::is_empty) {
            let message = "a value is missing beside a comma".to_owned();
            return wrong(start, end, message, EXAMPLE);
        }
        let different: BTreeSet<&String> = list.iter().collect();
        if different.len() < list.len() {
            let message = "the same value twice would be the same point twice".to_owned();
            return wrong(start, end, message, "give each value once");
        }
        Ok(Axis {
            path: path.to_owned(),
            values: Values::List(list),
        })
    }

    /// The end of the path, of so many of its words.
    fn end(&self, words: usize) -> &str {
        let mut dots = self.path.rmatch_indices('.').skip(words.max(1) - 1);
        dots.next()
            .map_or(self.path.as_str(), |(dot, _)| &self.path[dot + 1..])
    }

    /// How many words of the path's end tell people what it is: two, and that of which a law is,
    /// since `lognormal.mean` alone could be anybody's.
    fn words(&self) -> usize {
        let law = self.path.rsplit('.').nth(1);
        match law.is_some_and(|word| DIST_KINDS.contains(&word)) {
            true => 3,
            false => 2,
        }
    }
}

/// What people call the axes: the end of each path that tells what it is, and them apart.
#[must_use]
pub fn short_names(axes: &[Axis]) -> Vec<&str> {
    let longest = axes.iter().map(|axis| axis.path.split('.').count()).max();
    let is_alone = |axis: &Axis, words: usize| {
        let same = axes.iter().filter(|one| one.end(words) == axis.end(words));
        same.count() == 1
    };
    let words = |axis: &Axis| {
        let mut enough = axis.words()..=longest.unwrap_or(0);
        enough
            .find(|words| is_alone(axis, *words))
            .unwrap_or(usize::MAX)
    };
    axes.iter().map(|axis| axis.end(words(axis))).collect()
}

const EXAMPLE: &str = "for example --vary policy.queues.sales.offer.timeout=10s,15s,20s";

/// Values apart: at commas outside of brackets, braces and quotes.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut quote) = (0_u32, None);
    text.split(move |c: char| match (quote, c) {
        (Some(open), _) => {
            if c == open {
                quote = None;
            }
            false
        }
        (None, '\'' | '"') => {
            quote = Some(c);
            false
        }
        (None, '{' | '[') => {
            depth += 1;
            false
        }
        (None, '}' | ']') => {
            depth = depth.saturating_sub(1);
            false
        }
        (None, _) => c == ',' && depth == 0,
    })
}

impl Range {
    /// `None` when it is none: something else with two dots, such as a path.
    fn read(text: &str) -> Option<Result<Range, String>> {
        let (is_logarithmic, ends) = match text.strip_prefix("log:") {
            Some(ends) => (true, ends.trim()),
            None => (false, text),
        };
        let (from, to) = ends.split_once("..")?;
        let (from, to) = (End::read(from.trim()), End::read(to.trim()));
        match (from, to) {
            (Some(from), Some(to)) => Some(Range::between(&from, &to, is_logarithmic)),
            (None, None) if !is_logarithmic => None,
            (Some(_) | None, Some(_) | None) => {
                Some(Err("both ends of a range must be numbers".to_owned()))
            }
        }
    }

    fn between(from: &End<'_>, to: &End<'_>, is_logarithmic: bool) -> Result<Range, String> {
        if from.unit != to.unit {
            return Err(format!(
                "write both ends in one unit: `{}` and `{}` differ",
                from.unit, to.unit
            ));
        }
        if from.value >= to.value {
            return Err("the first end must be below the second".to_owned());
        }
        if is_logarithmic && from.value <= 0.0 {
            return Err("a range in equal ratios begins above 0".to_owned());
        }
        let written = from.decimals.max(to.decimals);
        let is_counted = from.unit.is_empty() && written == 0;
        // A thousandth of the range, or of the smaller end in equal ratios, can be told apart.
        let finest = if is_logarithmic {
            from.value
        } else {
            to.value - from.value
        };
        // 0.6 - 0.5 is a little less than 0.1.
        let power = libm::floor(libm::log10(finest) + 1e-9);
        let needed = (3.0 - power).clamp(0.0, 6.0) as usize;
        let decimals = match from.unit {
            _ if is_counted => 0,
            // Shares are read with two decimals.
            "%" => needed.clamp(written, 2.max(written)),
            _ => needed.max(written),
        };
        Ok(Range {
            from: from.value,
            to: to.value,
            unit: from.unit.to_owned(),
            is_logarithmic,
            decimals,
        })
    }

    /// The value below which a share `u` (0..1) of the range lies, as a scenario writes it.
    #[must_use]
    pub fn value_at(&self, u: f64) -> String {
        let (from, to) = (self.from, self.to);
        let value = if self.is_logarithmic {
            libm::exp(libm::log(from) + u * (libm::log(to) - libm::log(from)))
        } else if self.unit.is_empty() && self.decimals == 0 {
            // Each count as likely as any other, both ends among them.
            libm::floor(from + u * (to - from + 1.0))
        } else {
            from + u * (to - from)
        };
        let value = value.clamp(from, to);
        format!("{value:.*}{}", self.decimals, self.unit)
    }
}

/// One end of a range.
struct End<'t> {
    value: f64,
    unit: &'t str,
    decimals: usize,
}

impl<'t> End<'t> {
    fn read(text: &'t str) -> Option<End<'t>> {
        let is_digit = |c: char| c.is_ascii_digit() || c == '.';
        let (number, unit) = text.split_at(text.find(|c| !is_digit(c)).unwrap_or(text.len()));
        let value = quantity::number(number).ok()?;
        let decimals = number.split_once('.').map_or(0, |(_, rest)| rest.len());
        Some(End {
            value,
            unit,
            decimals,
        })
    }
}

/// Which points a sweep has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Design {
    /// Every combination.
    Grid,
    /// So many, spread evenly along every axis.
    LatinHypercube(u32),
}

/// The values of every point, in the order of the axes.
///
/// # Errors
/// A sentence: what varies twice, a range in a grid, too many points.
pub fn points(axes: &[Axis], design: Design, seed: u64) -> Result<Vec<Vec<String>>, String> {
    let paths: BTreeSet<&str> = axes.iter().map(|axis| axis.path.as_str()).collect();
    if paths.len() < axes.len() {
        return Err("--vary: the same path varies twice".to_owned());
    }
    let n_points = match design {
        Design::LatinHypercube(n) => n as usize,
        Design::Grid => axes.iter().fold(1_usize, |n, axis| match &axis.values {
            Values::List(list) => n.saturating_mul(list.len()),
            Values::Range(_) => n,
        }),
    };
    if n_points > MOST_POINTS {
        return Err(format!(
            "--vary: {n_points} points; at most {MOST_POINTS} can be one sweep"
        ));
    }
    match design {
        Design::Grid => grid(axes),
        Design::LatinHypercube(n) => Ok(sample(axes, n, seed)),
    }
}

fn grid(axes: &[Axis]) -> Result<Vec<Vec<String>>, String> {
    axes.iter()
        .try_fold(vec![Vec::new()], |points, axis| match &axis.values {
            Values::List(list) => {
                let with = |point: &Vec<String>| -> Vec<Vec<String>> {
                    let longer = |value: &String| [point.as_slice(), std::slice::from_ref(value)].concat();
                    list.iter().map(longer).collect()
                };
                Ok(points.iter().flat_map(with).collect())
            }
            Values::Range(range) => Err(format!(
                "--vary {}={}{unit}..{}{unit}: a range needs --latin-hypercube N; a grid lists its values, as in {}{unit},{}{unit}",
                axis.path,
                range.from,
                range.to,
                range.from,
                range.to,
                unit = range.unit,
            )),
        })
}

fn sample(axes: &[Axis], n: u32, seed: u64) -> Vec<Vec<String>> {
    let places = hypercube(n, axes.len() as u32, seed);
    let value = |(axis, u): (&Axis, &f64)| match &axis.values {
        Values::Range(range) => range.value_at(*u),
        Values::List(list) => {
            let at = (u * list.len() as f64) as usize;
            list[at.min(list.len() - 1)].clone()
        }
    };
    let point = |place: &Vec<f64>| axes.iter().zip(place).map(value).collect();
    places.iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(text: &str) -> Axis {
        Axis::read(text).unwrap_or_else(|errors| panic!("{text}: {errors}"))
    }

    fn refused(text: &str) -> String {
        match Axis::read(text) {
            Ok(axis) => panic!("{text}: {axis:?}"),
            Err(errors) => errors.to_string(),
        }
    }

    #[test]
    fn commas_inside_of_values_do_not_part_them() {
        let list = |text: &str| match axis(text).values {
            Values::List(list) => list,
            Values::Range(range) => panic!("{range:?}"),
        };
        assert_eq!(list("a.b=1s, 2s"), ["1s", "2s"]);
        assert_eq!(
            list("d={ poll: 1s, x: [1,2] },{ events: true }"),
            ["{ poll: 1s, x: [1,2] }", "{ events: true }"]
        );
        assert_eq!(list("t='a,b',c"), ["'a,b'", "c"]);
        assert_eq!(
            list("policy=../policies/a.yaml,../policies/b.yaml"),
            ["../policies/a.yaml", "../policies/b.yaml"]
        );
    }

    #[test]
    fn a_grid_has_every_combination_the_last_axis_fastest() {
        let axes = [axis("a=1,2"), axis("b=x,y,z")];
        let points = points(&axes, Design::Grid, 7).expect("a grid");
        let texts: Vec<String> = points.iter().map(|point| point.concat()).collect();
        assert_eq!(texts, ["1x", "1y", "1z", "2x", "2y", "2z"]);
    }

    #[test]
    fn what_cannot_vary_is_refused_where_it_stands() {
        for (text, message) in [
            ("poll", "expected PATH=VALUES"),
            ("poll=", "expected values after `=`"),
            ("poll=1s,,2s", "a value is missing beside a comma"),
            ("poll=1s,2s,1s", "the same value twice"),
            ("poll=1s..1m", "write both ends in one unit"),
            ("poll=5s..1s", "the first end must be below the second"),
            ("poll=log:0s..1s", "begins above 0"),
            ("poll=1s..x", "both ends of a range must be numbers"),
        ] {
            let said = refused(text);
            assert!(said.contains(message), "{text}: {said}");
            assert!(said.contains("--> --vary:1:"), "{said}");
        }
        let twice = points(&[axis("a=1,2"), axis("a=3")], Design::Grid, 7);
        assert_eq!(twice, Err("--vary: the same path varies twice".to_owned()));
        let range = points(&[axis("a=1s..2s")], Design::Grid, 7).expect_err("a range");
        assert!(
            range.contains("a range needs --latin-hypercube N"),
            "{range}"
        );
        let many = points(&[axis("a=1s..2s")], Design::LatinHypercube(100_001), 7);
        assert!(many.expect_err("many").contains("at most 100000"));
    }

    #[test]
    fn values_of_a_range_keep_its_unit_and_can_be_told_apart() {
        let at = |text: &str, u: f64| match axis(text).values {
            Values::Range(range) => range.value_at(u),
            Values::List(list) => panic!("{list:?}"),
        };
        assert_eq!(at("a=1s..60s", 0.5), "30.50s");
        assert_eq!(at("a=log:1s..100s", 0.5), "10.000s");
        assert_eq!(at("a=10%..90%", 0.123_456), "19.88%");
        assert_eq!(at("a=0.5s..0.6s", 0.55), "0.5550s");
        // Counts: each as likely as any other.
        let counts: Vec<String> = [0.1, 0.4, 0.7, 0.999].map(|u| at("a=1..3", u)).to_vec();
        assert_eq!(counts, ["1", "2", "3", "3"]);
    }

    #[test]
    fn a_hypercube_visits_every_stratum_of_every_axis_once() {
        let axes = [axis("a=0s..100s"), axis("b=x,y"), axis("c=log:1s..1024s")];
        let points = points(&axes, Design::LatinHypercube(10), 7).expect("points");
        let strata = |stratum: &dyn Fn(&str) -> f64, axis: usize| -> Vec<usize> {
            let number = |point: &Vec<String>| stratum(point[axis].trim_end_matches('s')) as usize;
            let mut strata: Vec<usize> = points.iter().map(number).collect();
            strata.sort_unstable();
            strata
        };
        let linear = |text: &str| text.parse::<f64>().expect("a number") / 10.0;
        let ratios = |text: &str| text.parse::<f64>().expect("a number").log2();
        assert_eq!(strata(&linear, 0), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(strata(&ratios, 2), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        let n_x = points.iter().filter(|point| point[1] == "x").count();
        assert_eq!(n_x, 5);
        // Another seed, another design; the same seed, the same.
        assert_eq!(
            super::points(&axes, Design::LatinHypercube(10), 7),
            Ok(points.clone())
        );
        assert_ne!(
            super::points(&axes, Design::LatinHypercube(10), 8),
            Ok(points)
        );
    }

    #[test]
    fn the_end_of_a_path_is_its_name() {
        for (paths, names) in [
            (
                &["policy.queues.sales.discovery.poll", "experiment.seed"][..],
                &["discovery.poll", "experiment.seed"][..],
            ),
            (
                &["agents.early.wrap_up.lognormal.mean", "policy"],
                &["wrap_up.lognormal.mean", "policy"],
            ),
            (
                &["agents.early.wrap_up.mean", "agents.late.wrap_up.mean"],
                &["early.wrap_up.mean", "late.wrap_up.mean"],
            ),
            (&["a.b.c", "b.c"], &["a.b.c", "b.c"]),
        ] {
            let axes: Vec<Axis> = paths
                .iter()
                .map(|path| axis(&format!("{path}=1")))
                .collect();
            assert_eq!(short_names(&axes), names);
        }
    }
}
