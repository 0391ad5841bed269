//! Equally spaced values of a range, as exact decimals in one unit: `1s..60s` by `1s` has the values `1s`,
//! `2s`, ..., never `2.9999s`.

/// Equally spaced decimals with a unit: `first + k x step`, and `last` at the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grid {
    first: i64,
    last: i64,
    step: i64,
    /// Digits after the point of the three above.
    places: u32,
    pub(super) unit: String,
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

impl Grid {
    pub(super) fn read(first: &str, last: &str, resolution: Option<&str>) -> Result<Grid, String> {
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

    pub(super) fn n(&self) -> usize {
        let whole = (self.last - self.first + self.step - 1) / self.step;
        whole as usize + 1
    }

    fn at(&self, place: usize) -> i64 {
        (self.first + place as i64 * self.step).min(self.last)
    }

    pub(super) fn number(&self, place: usize) -> f64 {
        self.at(place) as f64 / 10_f64.powi(self.places as i32)
    }

    pub(super) fn written(&self, place: usize) -> String {
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
pub(super) fn in_one_unit(texts: &[&str]) -> Result<(Vec<i64>, u32, String), String> {
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
                let named = |unit: &str| match unit {
                    "" => "no unit".to_string(),
                    unit => format!("`{unit}`"),
                };
                return Err(format!(
                    "{} and {} in {}: write all, --resolution too, in one unit",
                    named(unit),
                    named(other),
                    texts.join(", ")
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
