//! The `queues` section.

use engine::estimate::Estimator;
use engine::id::{Level, QueueId};
use engine::policy::{
    Announce, AtClose, CallbackPolicy, Discovery, OfferPolicy, Priority, QueuePolicy, RetryAfter,
    Rotation, Transport, Treatment, Widen,
};
use std::time::Duration;

use super::{no_such_queue, set_boolean, set_count, set_span};
use crate::field::{Field, Keys};
use crate::hours::{Hours, OpenSpan, Weekdays};
use crate::names::{MOST_OF_A_POLICY as MOST, Names};
use crate::policy::PolicyFile;
use crate::quantity;

const KEYS: [&str; 18] = [
    "discovery",
    "slow_poll",
    "rotation",
    "offer",
    "widen",
    "wrap_up",
    "max_length",
    "max_wait",
    "on_full",
    "on_timeout",
    "on_nobody",
    "on_closed",
    "at_close",
    "hours",
    "priority",
    "announce",
    "estimator",
    "callback",
];

/// Words of the `rotation` key.
pub(in crate::policy) const ROTATIONS: [(&str, Rotation); 8] = [
    ("longest_idle", Rotation::LongestIdle),
    ("round_robin", Rotation::RoundRobin),
    ("fewest_calls", Rotation::FewestCalls),
    ("least_talk_time", Rotation::LeastTalkTime),
    ("least_occupied", Rotation::LeastOccupied),
    ("top_down", Rotation::TopDown),
    ("random", Rotation::Random),
    ("best_score", Rotation::BestScore),
];

/// Words of the `estimator` key.
pub(in crate::policy) const ESTIMATORS: [(&str, Estimator); 6] = [
    ("best", Estimator::Best),
    ("queue_length", Estimator::QueueLength),
    ("head_of_line", Estimator::HeadOfLine),
    ("last_served", Estimator::LastServed),
    ("moving_average", Estimator::MovingAverage),
    ("ewma", Estimator::Ewma),
];

/// Reads every queue into `file`.
pub(super) fn queues(field: &Field<'_>, file: &mut PolicyFile) {
    let Some(entries) = field.entries("queues by name, as in `queues: { sales: {} }`") else {
        return;
    };
    if entries.is_empty() || entries.len() > MOST {
        field.wrong(format!("expected 1 to {MOST} queues"));
        return;
    }
    for entry in &entries {
        // A wrong name is reported once and still counts, so that ids stay positions.
        let _ = entry.check_name();
        file.names.queues.push(entry.name.to_owned());
    }
    for entry in &entries {
        let (queue, hours) = queue(&entry.field, &mut file.names);
        file.policy.queues.push(queue);
        file.hours.push(hours);
    }
}

/// The queue of a name that another key gives.
pub(super) fn queue_name(field: &Field<'_>, names: &Names) -> Option<QueueId> {
    let text = field.text("the name of a queue")?;
    let queue = names.queue(text);
    if queue.is_none() {
        no_such_queue(field, text, names);
    }
    queue
}

fn queue(field: &Field<'_>, names: &mut Names) -> (QueuePolicy, Option<Hours>) {
    let mut queue = QueuePolicy::default();
    let Some(keys) = field.keys(&KEYS) else {
        return (queue, None);
    };
    if let Some(choice) = keys.get("discovery").and_then(|f| discovery(&f)) {
        queue.discovery = choice;
    }
    set_span(&keys, "slow_poll", &mut queue.slow_poll);
    set_span(&keys, "wrap_up", &mut queue.wrap_up);
    if let Some(choice) = keys.get("rotation").and_then(|f| f.choice(&ROTATIONS)) {
        queue.rotation = choice;
    }
    if let Some(choice) = keys.get("estimator").and_then(|f| f.choice(&ESTIMATORS)) {
        queue.estimator = choice;
    }
    queue.offer = offer(keys.get("offer"));
    queue.widen = widen(keys.get("widen"));
    queue.max_length = keys.get("max_length").and_then(|f| f.count(1, 1_000_000));
    queue.max_wait = keys
        .get("max_wait")
        .and_then(|f| f.quantity(quantity::span));
    for (key, treatment) in [
        ("on_full", &mut queue.on_full),
        ("on_timeout", &mut queue.on_timeout),
        ("on_nobody", &mut queue.on_nobody),
        ("on_closed", &mut queue.on_closed),
    ] {
        if let Some(choice) = keys.get(key).and_then(|f| self::treatment(&f, names)) {
            *treatment = choice;
        }
    }
    if let Some(choice) = keys
        .get("at_close")
        .and_then(|f| f.choice(&[("serve", AtClose::Serve), ("clear", AtClose::Clear)]))
    {
        queue.at_close = choice;
    }
    let hours = keys.get("hours").and_then(|f| hours(&f));
    queue.opens_at_start = keys.get("hours").is_none();
    queue.priority = priority(keys.get("priority"), names);
    queue.announce = keys.get("announce").and_then(|f| announce(&f));
    queue.callback = keys.get("callback").and_then(|f| callback(&f));
    (queue, hours)
}

fn discovery(field: &Field<'_>) -> Option<Discovery> {
    let keys = field.keys(&["poll", "events", "reconcile"])?;
    let (key, choice) = keys.one_of(&["poll", "events"])?;
    if key == "poll" {
        if let Some(reconcile) = keys.get("reconcile") {
            reconcile.wrong("goes with `events: true`; a poll needs no safety scan");
        }
        return choice.quantity(quantity::span).map(Discovery::Poll);
    }
    if !choice.boolean()? {
        choice.wrong_with_help("expected true", "to scan instead, write `poll: 10s`");
        return None;
    }
    let reconcile = keys.get("reconcile");
    let reconcile = reconcile.and_then(|f| f.quantity(quantity::span));
    Some(Discovery::Events { reconcile })
}

fn offer(field: Option<Field<'_>>) -> OfferPolicy {
    let mut offer = OfferPolicy::default();
    let Some(keys) = field.and_then(|field| {
        field.keys(&[
            "timeout",
            "place_timeout",
            "max_attempts",
            "ring",
            "tried_for",
            "exhausted",
            "transport",
            "retry_after",
            "confirm",
        ])
    }) else {
        return offer;
    };
    set_span(&keys, "timeout", &mut offer.timeout);
    set_span(&keys, "place_timeout", &mut offer.place_timeout);
    set_count(&keys, "max_attempts", &mut offer.max_attempts, 1, 10_000);
    set_count(&keys, "ring", &mut offer.ring, 1, 8);
    set_span(&keys, "tried_for", &mut offer.tried_for);
    set_span(&keys, "exhausted", &mut offer.exhausted);
    set_boolean(&keys, "confirm", &mut offer.confirm);
    if let Some(choice) = keys
        .get("transport")
        .and_then(|f| f.choice(&[("push", Transport::Push), ("pull", Transport::Pull)]))
    {
        offer.transport = choice;
    }
    if let Some(keys) = keys
        .get("retry_after")
        .and_then(|f| f.keys(&["declined", "expired", "unreachable", "failed"]))
    {
        let RetryAfter {
            declined,
            expired,
            unreachable,
            failed,
        } = &mut offer.retry_after;
        set_span(&keys, "declined", declined);
        set_span(&keys, "expired", expired);
        set_span(&keys, "unreachable", unreachable);
        set_span(&keys, "failed", failed);
    }
    offer
}

fn widen(field: Option<Field<'_>>) -> Box<[Widen]> {
    let items = field.and_then(|f| f.items("a list of `{ after: 30s, level: 2 }`"));
    let step = |item: Field<'_>| {
        let keys = item.keys(&["after", "level"])?;
        let example = "{ after: 30s, level: 2 }";
        let after = keys.required("after", example);
        let level = keys.required("level", example);
        Some(Widen {
            after: after?.quantity(quantity::span)?,
            level: level?.count::<Level>(1, 255)?,
        })
    };
    items.into_iter().flatten().filter_map(step).collect()
}

fn treatment(field: &Field<'_>, names: &Names) -> Option<Treatment> {
    if field.is_map() {
        let keys = field.keys(&["queue"])?;
        let queue = keys.required("queue", "{ queue: support }")?;
        return queue_name(&queue, names).map(Treatment::Queue);
    }
    // `on_timeout: "queue: support"` is what a reader of `queue: support` may write.
    if let Some(name) = field.word().and_then(|word| word.strip_prefix("queue:")) {
        let name = name.trim();
        let queue = names.queue(name);
        if queue.is_none() {
            no_such_queue(field, name, names);
        }
        return queue.map(Treatment::Queue);
    }
    field.choice(&[
        ("voicemail", Treatment::Voicemail),
        ("hang_up", Treatment::HangUp),
        ("callback", Treatment::Callback),
        ("wait", Treatment::Wait),
    ])
}

fn hours(field: &Field<'_>) -> Option<Hours> {
    let items = if field.is_list() {
        field.items("a list of opening hours")?
    } else {
        vec![field.clone()]
    };
    let mut hours = Hours {
        spans: Vec::new(),
        timezone: None,
    };
    for item in items {
        let Some(keys) = item.keys(&["days", "open", "timezone"]) else {
            continue;
        };
        let days = match keys.get("days") {
            Some(field) => field.quantity(quantity::weekdays),
            None => Some(Weekdays::ALL),
        };
        let open = keys.required("open", "open: 08:00-18:00");
        for field in open.iter().flat_map(each) {
            let span = field.quantity(quantity::time_span);
            if let (Some(days), Some(open)) = (days, span) {
                hours.spans.push(OpenSpan { days, open });
            }
        }
        set_timezone(&keys, &mut hours.timezone);
    }
    if hours.spans.is_empty() {
        field.wrong("a queue that never opens; leave `hours` out for one that is always open");
    }
    Some(hours)
}

/// The items of a list, or the one value itself.
fn each<'a>(field: &Field<'a>) -> Vec<Field<'a>> {
    match field.is_list() {
        true => field.items("a list").unwrap_or_default(),
        false => vec![field.clone()],
    }
}

fn set_timezone(keys: &Keys<'_>, timezone: &mut Option<String>) {
    let Some(field) = keys.get("timezone") else {
        return;
    };
    let Some(name) = field.text("a time zone such as Europe/Berlin") else {
        return;
    };
    match jiff::tz::TimeZone::get(name) {
        Err(_) => field.wrong_with_help(
            format!("there is no time zone `{name}`"),
            "IANA names are meant, such as Europe/Berlin or America/New_York",
        ),
        Ok(_) if timezone.as_ref().is_some_and(|other| other != name) => {
            field.wrong("a queue has one time zone; the entry before names another");
        }
        Ok(_) => *timezone = Some(name.to_owned()),
    }
}

fn priority(field: Option<Field<'_>>, names: &mut Names) -> Box<[Priority]> {
    let mut classes: Vec<Priority> = Vec::new();
    let entries = field.and_then(|f| f.entries("classes by name, as in `vip: { head_start: 5m }`"));
    for entry in entries.into_iter().flatten() {
        if !entry.check_name() {
            continue;
        }
        if names.classes.len() >= MOST && names.class(entry.name).is_none() {
            entry.wrong_name(format!("more than {MOST} classes"));
            break;
        }
        let Some(class) = names.intern_class(entry.name) else {
            continue;
        };
        let mut priority = Priority::default();
        if let Some(keys) = entry.field.keys(&["head_start", "aging"]) {
            set_span(&keys, "head_start", &mut priority.head_start);
            if let Some(aging) = keys
                .get("aging")
                .and_then(|f| f.quantity(quantity::factor_milli))
            {
                priority.aging_milli = aging;
            }
        }
        if classes.len() <= class.index() {
            classes.resize(class.index() + 1, Priority::default());
        }
        classes[class.index()] = priority;
    }
    classes.into()
}

fn announce(field: &Field<'_>) -> Option<Announce> {
    let keys = field.keys(&["first", "every", "position", "wait"])?;
    let mut announce = Announce {
        first: Duration::ZERO,
        every: Duration::from_secs(45),
        position: true,
        wait: true,
    };
    set_span(&keys, "first", &mut announce.first);
    set_span(&keys, "every", &mut announce.every);
    set_boolean(&keys, "position", &mut announce.position);
    set_boolean(&keys, "wait", &mut announce.wait);
    Some(announce)
}

fn callback(field: &Field<'_>) -> Option<CallbackPolicy> {
    let keys = field.keys(&[
        "offer_after",
        "attempts",
        "retry_every",
        "ring",
        "scheduled",
        "expires",
    ])?;
    let mut callback = CallbackPolicy {
        offer_after: Duration::from_secs(600),
        attempts: 3,
        retry_every: Duration::from_secs(300),
        ring: Duration::from_secs(25),
        scheduled: false,
        expires: None,
    };
    set_span(&keys, "offer_after", &mut callback.offer_after);
    set_count(&keys, "attempts", &mut callback.attempts, 1, 100);
    set_span(&keys, "retry_every", &mut callback.retry_every);
    set_span(&keys, "ring", &mut callback.ring);
    set_boolean(&keys, "scheduled", &mut callback.scheduled);
    callback.expires = keys.get("expires").and_then(|f| f.quantity(quantity::span));
    Some(callback)
}
