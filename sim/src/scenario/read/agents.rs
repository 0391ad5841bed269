//! The `agents` section.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::id::{Level, QueueId};
use jiff::civil::DateTime;
use policy_file::{Field, Keys, Weekdays, quantity};

use super::super::{AgentGroup, Answers, Break, DeviceModel, Heartbeat, Shift, Staffing};
use super::calls::probability;
use super::dist::{self, Unit};
use super::{Context, files, logs, tables};

/// More agents than this do not fit into offer ids.
const MOST_AGENTS: u64 = engine::id::OfferId::MAX_AGENTS as u64;

/// Reads every group.
pub(super) fn agents(field: &Field<'_>, context: &Context<'_>, start: DateTime) -> Vec<AgentGroup> {
    let items = field.items("a list of agent groups").unwrap_or_default();
    if items.is_empty() {
        field.wrong("expected at least one group of agents");
    }
    let mut names = BTreeSet::new();
    let mut groups = Vec::new();
    for item in &items {
        let Some(group) = group(item, context, start) else {
            continue;
        };
        if !names.insert(group.group.clone()) {
            item.wrong(format!("a second group called `{}`", group.group));
        }
        groups.push(group);
    }
    let n_agents: u64 = groups.iter().map(|g| u64::from(g.staffing.most())).sum();
    if n_agents > MOST_AGENTS {
        field.wrong(format!("{n_agents} agents; at most {MOST_AGENTS}"));
    }
    groups
}

fn group(field: &Field<'_>, context: &Context<'_>, start: DateTime) -> Option<AgentGroup> {
    let keys = field.keys(&[
        "group",
        "count",
        "staffing",
        "queues",
        "shifts",
        "breaks",
        "answers",
        "talk_factor",
        "wrap_up",
        "heartbeat",
        "device",
        "forgets_to_sign_out",
    ])?;
    let name = keys
        .required("group", "group: core")
        .and_then(|field| field.name("a name"));
    let staffing = staffing(&keys, context, start);
    let queues = keys
        .required("queues", "queues: { sales: 1 }")
        .map_or_else(Vec::new, |field| queues(&field, context));
    let shifts = keys.get("shifts").map_or_else(Vec::new, |f| shifts(&f));
    let breaks = keys.get("breaks").map_or_else(Vec::new, |f| breaks(&f));
    if keys.get("staffing").is_some()
        && let Some(field) = keys.get("shifts")
    {
        field
            .wrong("either `shifts` with `count`, or `staffing`, which says itself who works when");
    }
    let per_period = |field: Field<'_>| tables::per_period(&field, context, start);
    let factor = |field: Field<'_>| dist::dist(&field, Unit::Factor, context);
    Some(AgentGroup {
        shifts,
        breaks,
        answers: answers(keys.get("answers"), context),
        talk_factor: keys.get("talk_factor").and_then(factor),
        wrap_up: keys.get("wrap_up").and_then(per_period),
        heartbeat: keys.get("heartbeat").and_then(|field| heartbeat(&field)),
        device: keys.get("device").and_then(|field| device(&field, context)),
        forgets_to_sign_out: probability(&keys, "forgets_to_sign_out", 0.0),
        group: name?.to_owned(),
        staffing: staffing?,
        queues,
    })
}

fn staffing(keys: &Keys<'_>, context: &Context<'_>, start: DateTime) -> Option<Staffing> {
    let (key, field) = keys.one_of(&["count", "staffing"])?;
    if key == "count" {
        return field.count(1, MOST_AGENTS).map(Staffing::Count);
    }
    let keys = field.keys(&["step", "from", "counts", "weekdays", "file", "from_log"])?;
    let sources = [keys.get("file"), keys.get("from_log")];
    let is_table = ["step", "counts", "weekdays"].map(|key| keys.get(key).is_some());
    if sources.iter().flatten().count() + usize::from(is_table.contains(&true)) > 1 {
        field.wrong("either a `file`, or `from_log`, or a table of counts, not several");
        return None;
    }
    let [file, from_log] = sources;
    if let Some(from_log) = from_log {
        return logs::staffing(&from_log, context, start);
    }
    if let Some(file) = file {
        let steps = files::staffing(&file, context)?;
        let file = context.file(&file)?;
        return Some(Staffing::Dated { file, steps });
    }
    let count = |item: &Field<'_>| item.count::<u32>(0, MOST_AGENTS);
    let table = tables::week_table(&keys, "counts", start, count)?;
    let staffing = Staffing::Table(table);
    if staffing.most() == 0 {
        field.wrong("nobody ever works: every count is 0");
    }
    Some(staffing)
}

fn queues(field: &Field<'_>, context: &Context<'_>) -> Vec<(QueueId, Level)> {
    let entries = field
        .entries("levels by queue, as in `queues: { sales: 1, support: 2 }`")
        .unwrap_or_default();
    if entries.is_empty() {
        field.wrong("expected at least one queue");
    }
    let mut queues = Vec::new();
    for entry in &entries {
        if entry.check_name()
            && let Some(queue) = context.queue_called(entry.name, entry.place(), &entry.field)
            && let Some(level) = entry.field.count::<Level>(1, 255)
        {
            queues.push((queue, level));
        }
    }
    queues
}

/// `[ 08:00-18:00 ]` or `[ { days: mon-fri, hours: 08:00-18:00 } ]`.
fn shifts(field: &Field<'_>) -> Vec<Shift> {
    let items = field.items("a list of shifts such as [ 08:00-18:00 ]");
    let shift = |item: Field<'_>| {
        if !item.is_map() {
            let hours = item.quantity(quantity::time_span)?;
            let days = Weekdays::ALL;
            return Some(Shift { days, hours });
        }
        let keys = item.keys(&["days", "hours"])?;
        let hours = keys.required("hours", "{ days: mon-fri, hours: 08:00-18:00 }");
        Some(Shift {
            days: days(&keys)?,
            hours: hours?.quantity(quantity::time_span)?,
        })
    };
    items.into_iter().flatten().filter_map(shift).collect()
}

/// `[ 12:00-12:30 ]` or `[ { hours: 11:00-14:00, for: 30m } ]`.
fn breaks(field: &Field<'_>) -> Vec<Break> {
    let items = field.items("a list of breaks such as [ 12:00-12:30 ]");
    let one = |item: Field<'_>| {
        if !item.is_map() {
            let window = item.quantity(quantity::time_span)?;
            return Some(Break {
                days: Weekdays::ALL,
                window,
                length: window.length(),
            });
        }
        let keys = item.keys(&["days", "hours", "for"])?;
        let example = "{ hours: 11:00-14:00, for: 30m }";
        let window = keys.required("hours", example);
        let window = window.and_then(|field| field.quantity(quantity::time_span));
        let length = match keys.get("for") {
            Some(field) => {
                let length = field.above_zero(quantity::span);
                if let (Some(length), Some(window)) = (length, window)
                    && length > window.length()
                {
                    field.wrong("longer than its window, `hours`");
                }
                length
            }
            None => window.map(|window| window.length()),
        };
        Some(Break {
            days: days(&keys)?,
            window: window?,
            length: length?,
        })
    };
    items.into_iter().flatten().filter_map(one).collect()
}

fn days(keys: &Keys<'_>) -> Option<Weekdays> {
    match keys.get("days") {
        Some(field) => field.quantity(quantity::weekdays),
        None => Some(Weekdays::ALL),
    }
}

fn answers(field: Option<Field<'_>>, context: &Context<'_>) -> Answers {
    let mut answers = Answers::default();
    let Some(field) = field else {
        return answers;
    };
    let Some(keys) = field.keys(&["probability", "declines", "delay"]) else {
        return answers;
    };
    answers.declines = probability(&keys, "declines", 0.0);
    // Those who decline do not answer; all others do, unless the file says more.
    answers.probability = probability(&keys, "probability", 1.0 - answers.declines);
    if answers.probability + answers.declines > 1.0 + 1e-9 {
        field.wrong("`probability` and `declines` add up to more than 100%");
    }
    let delay = keys.get("delay");
    answers.delay = delay.and_then(|field| dist::dist(&field, Unit::Span, context));
    answers
}

/// A hundred beats a second are a mistake in the unit, as in a policy.
const FASTEST_HEARTBEAT: Duration = Duration::from_millis(10);

fn heartbeat(field: &Field<'_>) -> Option<Heartbeat> {
    let keys = field.keys(&["every", "jitter", "loss"])?;
    let field = keys.required("every", "heartbeat: { every: 15s }");
    let every = field.as_ref().and_then(|field| {
        let every = field.above_zero(quantity::span)?;
        if every < FASTEST_HEARTBEAT {
            field.wrong("must be at least 10ms");
        }
        Some(every)
    });
    let mut jitter = Duration::ZERO;
    if let Some(field) = keys.get("jitter") {
        jitter = field.quantity(quantity::span).unwrap_or_default();
        if every.is_some_and(|every| jitter >= every) {
            field.wrong("must be below `every`");
        }
    }
    Some(Heartbeat {
        jitter,
        loss: probability(&keys, "loss", 0.0),
        every: every?,
    })
}

fn device(field: &Field<'_>, context: &Context<'_>) -> Option<DeviceModel> {
    let keys = field.keys(&["up", "down"])?;
    let example = "device: { up: { exponential: { mean: 4h } }, down: { constant: 2m } }";
    let [up, down] = ["up", "down"].map(|key| {
        let field = keys.required(key, example)?;
        let spec = dist::dist(&field, Unit::Span, context)?;
        // Two spans that are always 0 would alternate for ever at one instant.
        if spec.mean() == Some(0.0) {
            field.wrong("must not always be 0");
        }
        Some(spec)
    });
    Some(DeviceModel {
        up: up?,
        down: down?,
    })
}
