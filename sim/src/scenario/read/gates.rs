//! The `gates` section.

use std::sync::Arc;

use policy_file::field::known_names;
use policy_file::{Field, Keys, Names, PolicyFile, quantity};

use reports::measures::Measure;

use super::super::gates::{
    Gate, Lift, LiftOver, MeasureUnit, Rule, Scope, measure_ids, measure_unit,
};
use super::Context;
use super::experiment::seconds;
use crate::likeness::{self, Likeness};
use crate::scenario::Scenario;

/// The rules, in the order in which one map's are listed.
const RULES: [&str; 5] = [
    "at_least",
    "at_most",
    "lift_at_least",
    "lift_at_most",
    "within",
];

/// Reads every gate; scopes are names of the world.
pub(super) fn gates(field: &Field<'_>, context: &Context<'_>, names: &Names) -> Vec<Gate> {
    let entries = field.entries("rules by measure, as in `reach_rate: { at_least: 95% }`");
    let mut gates = Vec::new();
    for entry in entries.unwrap_or_default() {
        let Some(unit) = measure_unit(entry.name) else {
            entry.unknown_name("measure", &all_measures());
            continue;
        };
        let rules = if entry.field.is_list() {
            entry.field.items("a list of rules").unwrap_or_default()
        } else {
            vec![entry.field.clone()]
        };
        if rules.is_empty() {
            entry.field.wrong("expected at least one rule");
        }
        for rule in rules {
            let found = rules_of(&rule, entry.name, unit, context, names);
            gates.extend(found.into_iter().map(|(scope, rule)| Gate {
                measure: entry.name.to_owned(),
                scope,
                rule,
            }));
        }
    }
    gates
}

fn rules_of(
    field: &Field<'_>,
    id: &str,
    unit: MeasureUnit,
    context: &Context<'_>,
    names: &Names,
) -> Vec<(Scope, Rule)> {
    let mut known = RULES.to_vec();
    known.extend(["over", "of", "queue", "class"]);
    let Some(keys) = field.keys(&known) else {
        return Vec::new();
    };
    let scope = scope(&keys, id, names);
    let has_lift = keys.get("lift_at_least").is_some() || keys.get("lift_at_most").is_some();
    let over = match (keys.get("over"), has_lift) {
        (Some(field), true) => over(&field, context, names),
        (None, true) => keys
            .required("over", "{ lift_at_least: 15%, over: legacy.yaml }")
            .and(None),
        (Some(field), false) => {
            field.wrong("goes with `lift_at_least` or `lift_at_most`");
            None
        }
        (None, false) => None,
    };
    match (keys.get("of"), keys.get("within").is_some()) {
        (Some(field), true) => {
            let _ = field.choice(&[("recorded", ())]);
        }
        (None, true) => {
            let _ = keys.required("of", "{ within: 2 points, of: recorded }");
        }
        (Some(field), false) => field.wrong("goes with `within`"),
        (None, false) => {}
    }
    let mut rules = Vec::new();
    for key in RULES {
        let Some(field) = keys.get(key) else { continue };
        let rule = match key {
            "at_least" => limit(&field, unit).map(Rule::AtLeast),
            "at_most" => limit(&field, unit).map(Rule::AtMost),
            "lift_at_least" => {
                let lift = lift(&field, unit);
                lift.and_then(|lift| Some(Rule::LiftAtLeast(lift, over.clone()?)))
            }
            "lift_at_most" => {
                let lift = lift(&field, unit);
                lift.and_then(|lift| Some(Rule::LiftAtMost(lift, over.clone()?)))
            }
            _ => within(&field, id, unit, scope),
        };
        rules.extend(rule.map(|rule| (scope, rule)));
    }
    if RULES.iter().all(|key| keys.get(key).is_none()) {
        field.wrong(
            "needs a rule: `at_least`, `at_most`, `lift_at_least`, `lift_at_most` or `within`",
        );
    }
    if let [(_, Rule::AtLeast(least)), (_, Rule::AtMost(most)), ..] = rules.as_slice()
        && least > most
    {
        field.wrong("`at_least` is above `at_most`: nothing can pass");
    }
    rules
}

/// `within: 2 points` of what the replayed log recorded.
fn within(field: &Field<'_>, id: &str, unit: MeasureUnit, scope: Scope) -> Option<Rule> {
    if !likeness::MEASURES.contains(&id) {
        let known: Vec<String> = likeness::MEASURES.map(str::to_owned).to_vec();
        field.wrong_with_help(
            format!("a log does not record `{id}`"),
            known_names(&known, id),
        );
        return None;
    }
    if scope != Scope::All {
        field.wrong("is of all calls: leave out `queue` and `class`");
        return None;
    }
    let lift = lift(field, unit)?;
    if lift.of(1.0) <= 0.0 {
        field.wrong("expected more than 0");
        return None;
    }
    Some(Rule::WithinRecorded(lift))
}

/// Reports gates that ask for what no log of the scenario recorded.
pub(super) fn check_recorded(field: &Field<'_>, scenario: &Scenario) {
    let asks = |gate: &&Gate| matches!(gate.rule, Rule::WithinRecorded(_));
    let Some(first) = scenario.gates.iter().find(asks) else {
        return;
    };
    let Some(log) = Likeness::new(scenario) else {
        field.wrong_with_help(
            format!("{}: `within ... of: recorded` needs a log to compare with", first.measure),
            "every stream of `calls` replays a log whose columns file has `wait` and an `outcome` of \
             `connected` and `abandoned`",
        );
        return;
    };
    for gate in scenario.gates.iter().filter(asks) {
        if log.recorded_measure(&gate.measure).is_none() {
            field.wrong(format!(
                "{}: the log has nobody of whom it could be measured",
                gate.measure
            ));
        }
    }
}

fn scope(keys: &Keys<'_>, id: &str, names: &Names) -> Scope {
    let queue = keys.get("queue").and_then(|field| {
        let name = field.text("the name of a queue")?;
        if names.queue(name).is_none() {
            let help = known_names(&names.queues, name);
            field.wrong_with_help(format!("there is no queue `{name}`"), help);
        }
        names.queue(name)
    });
    let class = keys.get("class").and_then(|field| {
        let name = field.text("the name of a class")?;
        if names.class(name).is_none() {
            let help = known_names(&names.classes, name);
            field.wrong_with_help(format!("there is no class `{name}`"), help);
        }
        names.class(name)
    });
    let (scope, key) = match (queue, class) {
        (Some(_), Some(_)) => {
            keys.field().wrong("either `queue` or `class`, not both");
            return Scope::All;
        }
        (Some(queue), None) => (Scope::Queue(queue), "queue"),
        (None, Some(class)) => (Scope::Class(class), "class"),
        (None, None) => return Scope::All,
    };
    if let (Some(measure), Some(field)) = (Measure::named(id), keys.get(key))
        && !measure.is_of(scope.part())
    {
        field.wrong(format!("`{id}` is not measured by {key}"));
    }
    scope
}

fn over(field: &Field<'_>, context: &Context<'_>, names: &Names) -> Option<LiftOver> {
    let path = context.file(field)?;
    match PolicyFile::read(&path) {
        Err(errors) => {
            field.problems().extend(errors);
            None
        }
        Ok(policy) => match policy.bind(names) {
            Ok(policy) => {
                if let Some(message) = super::second_clock(&policy, names) {
                    field.wrong(format!("{}: {message}", path.display()));
                }
                Some(LiftOver {
                    path,
                    policy: Arc::new(policy),
                })
            }
            Err(unknown) => {
                for error in unknown {
                    field.wrong(format!("{}: {error}", path.display()));
                }
                None
            }
        },
    }
}

/// A value of a measure, in its own unit.
pub(super) fn limit(field: &Field<'_>, unit: MeasureUnit) -> Option<f64> {
    match unit {
        MeasureUnit::Ratio => field.quantity(quantity::probability),
        MeasureUnit::Seconds => field.quantity(signed_seconds),
        MeasureUnit::Count => field.quantity(quantity::number),
        MeasureUnit::PerHour => field.quantity(per_hour),
    }
}

fn signed_seconds(text: &str) -> Result<f64, String> {
    match text.strip_prefix('-') {
        Some(rest) => seconds(rest).map(|value| -value),
        None => seconds(text),
    }
}

fn per_hour(text: &str) -> Result<f64, String> {
    quantity::rate(text).map(|per_second| per_second * 3600.0)
}

/// `15%` is relative; `3 points` (of a ratio), `-10s` or `2/h` is a difference.
fn lift(field: &Field<'_>, unit: MeasureUnit) -> Option<Lift> {
    field.quantity(|text| {
        if text.ends_with('%') {
            return quantity::signed_percent(text).map(Lift::Relative);
        }
        let (sign, size) = match text.strip_prefix('-') {
            Some(size) => (-1.0, size),
            None => (1.0, text),
        };
        let points = size.strip_suffix("points").or(size.strip_suffix("point"));
        let value = match (unit, points) {
            (MeasureUnit::Ratio, Some(points)) => {
                quantity::number(points.trim_end()).map(|points| points / 100.0)
            }
            (MeasureUnit::Seconds, None) => seconds(size),
            (MeasureUnit::PerHour, None) => per_hour(size),
            (MeasureUnit::Ratio | MeasureUnit::Count, None)
            | (MeasureUnit::Seconds | MeasureUnit::Count | MeasureUnit::PerHour, Some(_)) => {
                Err(String::new())
            }
        };
        let expected = match unit {
            MeasureUnit::Ratio => "a lift such as 15% (relative) or 3 points",
            MeasureUnit::Seconds => "a lift such as -15% (relative) or -10s",
            MeasureUnit::Count => "a lift such as 15% (relative)",
            MeasureUnit::PerHour => "a lift such as 15% (relative) or 2/h",
        };
        value
            .map(|value| Lift::Absolute(sign * value))
            .map_err(|_| format!("`{text}` is not {expected}"))
    })
}

/// The measure that a field names.
pub(super) fn measure(field: &Field<'_>) -> Option<MeasureUnit> {
    let id = field.text("a measure such as abandonment_rate")?;
    let unit = measure_unit(id);
    if unit.is_none() {
        let help = known_names(&all_measures(), id);
        field.wrong_with_help(format!("there is no measure `{id}`"), help);
    }
    unit
}

fn all_measures() -> Vec<String> {
    measure_ids().map(str::to_owned).collect()
}
