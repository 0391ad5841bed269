//! What is varied: a path of the scenario and its values, written as a person would write them.

use super::grid::{Grid, in_one_unit};

/// A path and its values.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// The key path; `policy.` begins those of the policy.
    pub path: String,
    /// Its values.
    pub values: Values,
}

/// The values of a parameter.
#[derive(Clone, PartialEq, Debug)]
pub enum Values {
    /// From one end to the other in equal steps.
    Range(Grid),
    /// These, as they were written.
    Listed(Vec<String>),
}

impl Parameter {
    /// Reads `PATH=LO..HI` or `PATH=v1,v2,...`.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(text: &str, resolution: Option<&str>) -> Result<Parameter, String> {
        let (path, values) = text
            .split_once('=')
            .filter(|(path, values)| !path.trim().is_empty() && !values.trim().is_empty())
            .ok_or_else(|| "expected PATH=LO..HI or PATH=v1,v2,...".to_string())?;
        let (path, values) = (path.trim(), values.trim());
        if path.starts_with("experiment.") || path == "gates" || path.starts_with("gates.") {
            return Err(format!(
                "`{path}` is not what is tuned: vary the policy or the world; gates and the experiment say \
                 what is asked of them"
            ));
        }
        let values = match values.split_once("..") {
            Some((first, last)) => Values::Range(Grid::read(first, last, resolution)?),
            None => {
                let all = listed(values);
                if all.len() < 2 || all.iter().any(String::is_empty) {
                    return Err(
                        "expected a range LO..HI or at least two values v1,v2,...".to_string()
                    );
                }
                Values::Listed(all)
            }
        };
        Ok(Parameter {
            path: path.to_string(),
            values,
        })
    }

    /// How many values there are.
    #[must_use]
    pub fn n(&self) -> usize {
        match &self.values {
            Values::Range(grid) => grid.n(),
            Values::Listed(all) => all.len(),
        }
    }

    /// The `place`-th value as it is written.
    #[must_use]
    pub fn value(&self, place: usize) -> String {
        match &self.values {
            Values::Range(grid) => grid.written(place),
            Values::Listed(all) => all[place].clone(),
        }
    }

    /// The number of the `place`-th value, in the unit of all; `None` when they are no numbers.
    #[must_use]
    pub fn number(&self, place: usize) -> Option<f64> {
        match &self.values {
            Values::Range(grid) => Some(grid.number(place)),
            Values::Listed(all) => {
                let (numbers, places, _) = one_unit_of(all)?;
                Some(numbers[place] as f64 / 10_f64.powi(places as i32))
            }
        }
    }

    /// The unit of the values' numbers, which may be none; `None` when they are no numbers.
    #[must_use]
    pub fn unit(&self) -> Option<String> {
        match &self.values {
            Values::Range(grid) => Some(grid.unit.clone()),
            Values::Listed(all) => one_unit_of(all).map(|(_, _, unit)| unit),
        }
    }

    /// `--set PATH=VALUE`
    #[must_use]
    pub fn assignment(&self, place: usize) -> String {
        format!("{}={}", self.path, self.value(place))
    }
}

fn one_unit_of(all: &[String]) -> Option<(Vec<i64>, u32, String)> {
    let texts: Vec<&str> = all.iter().map(String::as_str).collect();
    in_one_unit(&texts).ok()
}

/// Cut at commas outside of braces, brackets and quotes.
fn listed(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let (mut depth, mut quote) = (0_i32, None);
    for character in text.chars() {
        match (character, quote) {
            ('\'' | '"', None) => quote = Some(character),
            (c, Some(open)) if c == open => quote = None,
            ('{' | '[', None) => depth += 1,
            ('}' | ']', None) => depth -= 1,
            (',', None) if depth == 0 => {
                all.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = all.last_mut() {
            last.push(character);
        }
    }
    all.into_iter()
        .map(|value| value.trim().to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, resolution: Option<&str>) -> Vec<String> {
        let parameter = Parameter::read(text, resolution).expect("it is right");
        (0..parameter.n())
            .map(|place| parameter.value(place))
            .collect()
    }

    #[test]
    fn a_range_has_round_values_in_one_unit_and_both_ends() {
        for (text, resolution, first, last, n) in [
            ("a=1s..60s", None, "1s,2s,3s", "60s", 60),
            ("a=1s..60s", Some("10s"), "1s,11s,21s", "60s", 7),
            ("a=0.5s..2.5s", Some("0.1s"), "0.5s,0.6s,0.7s", "2.5s", 21),
            (
                "a=250ms..2s",
                Some("250ms"),
                "250ms,500ms,750ms",
                "2000ms",
                8,
            ),
            ("a=1s..3m", Some("1m"), "1s,61s,121s", "180s", 4),
            ("a=10..24", None, "10,11,12", "24", 15),
            ("a=0%..100%", None, "0%,2%,4%", "100%", 51),
            ("a=1x..2x", None, "1x,1.02x,1.04x", "2x", 51),
            (
                "a=100/h..200/h",
                Some("25/h"),
                "100/h,125/h,150/h",
                "200/h",
                5,
            ),
        ] {
            let all = values(text, resolution);
            assert_eq!(all[..3].join(","), first, "{text}");
            assert_eq!(all.last().map(String::as_str), Some(last), "{text}");
            assert_eq!(all.len(), n, "{text}: {all:?}");
        }
    }

    #[test]
    fn lists_are_cut_at_their_own_commas_only() {
        assert_eq!(values("a=1s, 5s,10s", None), ["1s", "5s", "10s"]);
        let discovery = "a={ poll: 1s, reconcile: 5s },[x,y],'p,q'";
        assert_eq!(
            values(discovery, None),
            ["{ poll: 1s, reconcile: 5s }", "[x,y]", "'p,q'"]
        );
        let last = |text| {
            let parameter = Parameter::read(text, None).expect("it is right");
            parameter.number(1).zip(parameter.unit())
        };
        assert_eq!(last("a=500ms,2s"), Some((2000.0, "ms".to_string())));
        assert_eq!(last("a=longest_idle,random"), None);
    }

    #[test]
    fn what_is_no_parameter_is_refused_in_words() {
        for (text, resolution, words) in [
            ("a", None, "PATH=LO..HI"),
            ("=1..2", None, "PATH=LO..HI"),
            ("a=5s", None, "at least two values"),
            ("a=5s,", None, "at least two values"),
            ("a=60s..1s", None, "smaller end"),
            ("a=1s..1s", None, "smaller end"),
            ("a=1s..60", None, "`s` and no unit in 1s, 60"),
            ("a=x..y", None, "not a number"),
            ("a=1.s..2s", None, "not a number"),
            ("a=1s..2s", Some("0s"), "above 0"),
            ("a=1s..2s", Some("1us"), "coarser"),
            ("a=1..999999999999999999", None, "too many digits"),
            ("experiment.seed=1..5", None, "is not what is tuned"),
        ] {
            let error = Parameter::read(text, resolution).expect_err(text);
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
