//! Values by time of day and day of the week.

use std::time::Duration;

use jiff::civil::DateTime;
use policy_file::{Field, Keys, TimeOfDay, Weekdays, quantity};

use super::super::{DistSpec, PerPeriod, WeekTable};
use super::Context;
use super::dist::{self, Unit};

const DAY: Duration = Duration::from_secs(86_400);

/// The time of day at which the scenario starts.
pub(super) fn start_of_day(start: DateTime) -> TimeOfDay {
    let time = start.time();
    let part = |value: i8| u32::try_from(value).unwrap_or(0);
    TimeOfDay(part(time.hour()) * 3600 + part(time.minute()) * 60 + part(time.second()))
}

/// `step`, `from` and either the values under `key` or, by day, under `weekdays`.
pub(super) fn week_table<T: Clone>(
    keys: &Keys<'_>,
    key: &str,
    start: DateTime,
    read: impl Fn(&Field<'_>) -> Option<T>,
) -> Option<WeekTable<T>> {
    let step = step(keys);
    let from = from(keys, start);
    let fits = step.map(most_steps);
    let mut days: [Vec<T>; 7] = std::array::from_fn(|_| Vec::new());
    let values = |field: &Field<'_>| -> Vec<T> {
        let items = field
            .items("a list with one value per step")
            .unwrap_or_default();
        match fits {
            Some(most) if items.len() as u64 > most => field.wrong(format!(
                "{} steps do not fit into a day of {most}",
                items.len()
            )),
            Some(_) if items.is_empty() => field.wrong("expected at least one value"),
            Some(_) | None => {}
        }
        items.iter().filter_map(&read).collect()
    };
    match (keys.get(key), keys.get("weekdays")) {
        (Some(_), Some(field)) => field.wrong(format!("either `{key}` or `weekdays`, not both")),
        (None, None) => keys
            .field()
            .wrong(format!("needs `{key}`, or `weekdays` with {key} by day")),
        (Some(field), None) => {
            days = std::array::from_fn({
                let all = values(&field);
                move |_| all.clone()
            })
        }
        (None, Some(field)) => {
            for entry in field.entries("values by day, as in `mon-fri: [...]`")? {
                match quantity::weekdays(entry.name) {
                    Err(message) => entry.wrong_name(message),
                    Ok(named) => fill(&mut days, named, &values(&entry.field), &entry),
                }
            }
        }
    }
    Some(WeekTable {
        step: step?,
        from,
        days,
    })
}

fn fill<T: Clone>(
    days: &mut [Vec<T>; 7],
    named: Weekdays,
    values: &[T],
    entry: &policy_file::Named<'_>,
) {
    for (day, slot) in days.iter_mut().enumerate() {
        if !named.contains(day) {
            continue;
        }
        if !slot.is_empty() {
            entry.wrong_name(format!("{} has values already", Weekdays::NAMES[day]));
            return;
        }
        *slot = values.to_vec();
    }
}

/// A distribution, or one `by_period`.
pub(super) fn per_period(
    field: &Field<'_>,
    context: &Context<'_>,
    start: DateTime,
) -> Option<PerPeriod<DistSpec>> {
    let Some(by_period) = field
        .node
        .get("by_period")
        .is_some()
        .then(|| field.keys(&["by_period"]))
    else {
        return dist::dist(field, Unit::Span, context).map(PerPeriod::Always);
    };
    let keys = by_period?
        .get("by_period")?
        .keys(&["step", "from", "values"])?;
    let step = step(&keys);
    let from = from(&keys, start);
    let list = keys.required("values", "values: [ { constant: 60s }, ... ]")?;
    let items = list.items("a list of distributions")?;
    if items.is_empty() {
        list.wrong("expected at least one distribution");
    }
    if step.is_some_and(|step| items.len() as u64 > most_steps(step)) {
        list.wrong("more steps than fit into a day");
    }
    let values = items
        .iter()
        .filter_map(|item| dist::dist(item, Unit::Span, context))
        .collect();
    Some(PerPeriod::ByPeriod {
        step: step?,
        from,
        values,
    })
}

fn step(keys: &Keys<'_>) -> Option<Duration> {
    let field = keys.required("step", "step: 30m")?;
    let step = field.above_zero(quantity::span)?;
    if !(Duration::from_secs(1)..=DAY).contains(&step) {
        field.wrong("expected 1s to 24h");
        return None;
    }
    Some(step)
}

fn from(keys: &Keys<'_>, start: DateTime) -> TimeOfDay {
    let Some(field) = keys.get("from") else {
        return start_of_day(start);
    };
    match field.quantity(quantity::time_of_day) {
        Some(TimeOfDay::END) => {
            field.wrong("expected a time of day before 24:00");
            TimeOfDay::MIDNIGHT
        }
        Some(from) => from,
        None => TimeOfDay::MIDNIGHT,
    }
}

/// How many steps fit into a day.
fn most_steps(step: Duration) -> u64 {
    u64::try_from(DAY.as_micros() / step.as_micros().max(1)).unwrap_or(u64::MAX)
}
