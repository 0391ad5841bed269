//! What is varied: a path of the scenario and its values, written as a person would write them.
//!
//! A range is a grid of exact decimals in one unit: `1s..60s` by `1s` has the values `1s`, `2s`, ...,
//! never `2.9999s`.

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

/// Equally spaced decimals with a unit: `first + k x step`, and `last` at the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grid {
    first: i64,
    last: i64,
    step: i64,
    /// Digits after the point of the three above.
    places: u32,
    unit: String,
}

/// About as many steps as a range has when nothing is said.
const STEPS: i64 = 64;
/// More points than anybody can mean.
const MOST_POINTS: i64 = 1_000_000;
/// Units of time that may be mixed, in microseconds.
const TIMES: [(&str, i64); 6] = [
    ("us", 1),
    ("ms", 1_000),
    ("s", 1_000_000),
    ("m", 60_000_000),
    ("min", 60_000_000),
    ("h", 3_600_000_000),
];

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

impl Grid {
    fn read(first: &str, last: &str, resolution: Option<&str>) -> Result<Grid, String> {
        let mut texts = vec![first.trim(), last.trim()];
        texts.extend(resolution.map(str::trim));
        let (numbers, places, unit) = in_one_unit(&texts)?;
        let (first, last) = (numbers[0], numbers[1]);
        if first >= last {
            return Err(format!(
                "the range {}..{} has no values: the smaller end comes first",
                texts[0], texts[1]
            ));
        }
        let mut grid = Grid {
            first,
            last,
            step: 1,
            places,
            unit,
        };
        match numbers.get(2) {
            Some(step) if *step <= 0 => return Err("a resolution is above 0".to_string()),
            Some(step) => grid.step = *step,
            None => grid.choose_step(),
        }
        if (grid.last - grid.first) / grid.step >= MOST_POINTS {
            return Err(format!(
                "the range has more than {MOST_POINTS} values; give a coarser --resolution"
            ));
        }
        Ok(grid)
    }

    /// A round step of about a 64th of the range; of whole numbers without unit, which count
    /// something, a whole one.
    fn choose_step(&mut self) {
        let counts = self.unit.is_empty() && self.places == 0;
        // Two more digits than the ends have are enough for any step.
        if !counts {
            self.first *= 100;
            self.last *= 100;
            self.places += 2;
        }
        let rough = (self.last - self.first + STEPS - 1) / STEPS;
        let mut power = 1;
        while power * 10 <= rough {
            power *= 10;
        }
        let steps = [1, 2, 5, 10];
        let step = steps.into_iter().find(|step| step * power >= rough);
        self.step = step.unwrap_or(10) * power;
    }

    fn n(&self) -> usize {
        let whole = (self.last - self.first + self.step - 1) / self.step;
        whole as usize + 1
    }

    fn at(&self, place: usize) -> i64 {
        (self.first + place as i64 * self.step).min(self.last)
    }

    fn number(&self, place: usize) -> f64 {
        self.at(place) as f64 / 10_f64.powi(self.places as i32)
    }

    fn written(&self, place: usize) -> String {
        format!("{}{}", decimal(self.at(place), self.places), self.unit)
    }

    /// The distance of neighbouring values.
    #[must_use]
    pub fn step(&self) -> String {
        format!("{}{}", decimal(self.step, self.places), self.unit)
    }
}

/// `1250` with 3 places is `1.25`.
fn decimal(number: i64, places: u32) -> String {
    let scale = 10_i64.pow(places);
    let (whole, rest) = (number / scale, number % scale);
    if rest == 0 {
        return whole.to_string();
    }
    let digits = format!("{rest:0width$}", width = places as usize);
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// Numbers with one number of decimal places, that number, and their unit. Times may be in several
/// units: all become the finest.
fn in_one_unit(texts: &[&str]) -> Result<(Vec<i64>, u32, String), String> {
    let mut parts = Vec::new();
    for text in texts {
        let at = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(at);
        let (digits, places) = digits_of(number).ok_or_else(|| {
            format!("`{text}` is not a number with its unit, such as 10s, 5% or 12")
        })?;
        parts.push((digits, places, unit.trim()));
    }
    let finest = {
        let micros = |unit: &str| {
            TIMES
                .iter()
                .find(|(name, _)| *name == unit)
                .map(|(_, of)| *of)
        };
        let all: Option<Vec<i64>> = parts.iter().map(|part| micros(part.2)).collect();
        all.map(|all| all.into_iter().min().unwrap_or(1))
    };
    let unit = match finest {
        Some(finest) => TIMES
            .iter()
            .find(|(_, of)| *of == finest)
            .map_or("", |(name, _)| name),
        None => {
            let unit = parts[0].2;
            if let Some((_, _, other)) = parts.iter().find(|part| part.2 != unit) {
                return Err(format!(
                    "`{unit}` and `{other}` are different units; write all in one"
                ));
            }
            unit
        }
    };
    let places = parts.iter().map(|part| part.1).max().unwrap_or(0);
    let too_large = || "the numbers have too many digits".to_string();
    let mut numbers = Vec::new();
    for (digits, own_places, own_unit) in parts {
        let of = |name: &str| {
            TIMES
                .iter()
                .find(|(known, _)| *known == name)
                .map_or(1, |(_, of)| *of)
        };
        let ratio = if finest.is_some() {
            of(own_unit) / of(unit)
        } else {
            1
        };
        let scaled = 10_i64
            .checked_pow(places - own_places)
            .and_then(|scale| digits.checked_mul(scale)?.checked_mul(ratio))
            .filter(|number| *number < i64::MAX / 1_000)
            .ok_or_else(too_large)?;
        numbers.push(scaled);
    }
    Ok((numbers, places, unit.to_string()))
}

fn one_unit_of(all: &[String]) -> Option<(Vec<i64>, u32, String)> {
    let texts: Vec<&str> = all.iter().map(String::as_str).collect();
    in_one_unit(&texts).ok()
}

/// Digits without the point, and how many came after it.
fn digits_of(number: &str) -> Option<(i64, u32)> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let is_number =
        !whole.is_empty() && part.len() <= 6 && (part.is_empty() != number.contains('.'));
    let digits = is_number
        .then(|| format!("{whole}{part}").parse().ok())
        .flatten()?;
    Some((digits, part.len() as u32))
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
            ("a=1s..60", None, "different units"),
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
