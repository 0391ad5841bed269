//! A policy document to a [`PolicyFile`]: every key, its default, and the engine's own rules put
//! back on the lines that broke them.

mod queue;

pub(super) use queue::{ESTIMATORS, ROTATIONS};

use std::collections::BTreeSet;
use std::time::Duration;

use engine::Policy;
use engine::policy::{
    Alerts, BreakerPolicy, Breakers, CarrierPolicy, Feature, Features, Legacy, LegacyFailure,
    PolicyError, Presence, SelectCall, Share,
};

use super::{Guard, PolicyFile, Rollout, Route};
use crate::diagnostic::{FileError, FileErrors, Problems};
use crate::field::{Field, Keys, known_names};
use crate::kind::Kind;
use crate::names::Names;
use crate::node::Node;
use crate::quantity;

/// The only version of the format.
pub const SCHEMA_VERSION: u64 = 1;

const KEYS: [&str; 11] = [
    "schema",
    "features",
    "presence",
    "legacy",
    "select_call",
    "routes",
    "queues",
    "carrier",
    "breakers",
    "alerts",
    "rollout",
];

/// Reads the tree of a policy that stands at `path` of its document (empty: is the document).
pub(super) fn policy(root: &Node, path: &str) -> Result<PolicyFile, FileErrors> {
    let problems = Problems::new();
    let file = read(&Field::root_at(root, path, &problems));
    if problems.count() == 0
        && let Err(errors) = file.policy.check()
    {
        for error in errors.0 {
            problems.push(place_error(root, path, &file.names, &error));
        }
    }
    problems.into_result(file)
}

fn read(root: &Field<'_>) -> PolicyFile {
    let mut file = PolicyFile {
        policy: Policy::default(),
        names: Names::default(),
        routes: Vec::new(),
        hours: Vec::new(),
        rollout: None,
    };
    if !Kind::Policy.is_likely(root) {
        return file;
    }
    let Some(keys) = root.keys(&KEYS) else {
        return file;
    };
    check_version(&keys);
    let policy = &mut file.policy;
    policy.features = features(keys.get("features"));
    policy.presence = presence(keys.get("presence"));
    policy.legacy = legacy(keys.get("legacy"));
    policy.carrier = carrier(keys.get("carrier"));
    policy.breakers = breakers(keys.get("breakers"));
    policy.alerts = keys.get("alerts").and_then(|field| alerts(&field));
    if let Some(choice) = keys.get("select_call").and_then(|field| {
        field.choice(&[
            ("longest_waiting", SelectCall::LongestWaiting),
            ("level_first", SelectCall::LevelFirst),
        ])
    }) {
        policy.select_call = choice;
    }
    if let Some(field) = keys.required("queues", "queues: { sales: {} }") {
        queue::queues(&field, &mut file);
    }
    file.routes = routes(keys.get("routes"), &file.names);
    let has_alerts = file.policy.alerts.is_some();
    file.rollout = keys
        .get("rollout")
        .and_then(|field| rollout(&field, has_alerts));
    file
}

/// Checks the `schema` key, which every file of the project has.
pub fn check_version(keys: &Keys<'_>) {
    let Some(field) = keys.required("schema", "schema: 1") else {
        return;
    };
    if let Some(version) = field.quantity(quantity::count)
        && version != SCHEMA_VERSION
    {
        field.wrong_with_help(
            format!("version {version} of the format is not known"),
            "this program reads `schema: 1`",
        );
    }
}

fn features(field: Option<Field<'_>>) -> Features {
    let mut features = Features::default();
    let words = Feature::ALL.map(Feature::key);
    if let Some(keys) = field.and_then(|field| field.keys(&words)) {
        for feature in Feature::ALL {
            let share = keys.get(feature.key());
            if let Some(share) = share.and_then(|field| field.quantity(quantity::share)) {
                features.set(feature, share);
            }
        }
    }
    features
}

fn presence(field: Option<Field<'_>>) -> Presence {
    let mut presence = Presence::default();
    if let Some(keys) = field.and_then(|f| f.keys(&["heartbeat_timeout", "device_grace"])) {
        set_span(&keys, "heartbeat_timeout", &mut presence.heartbeat_timeout);
        set_span(&keys, "device_grace", &mut presence.device_grace);
    }
    presence
}

fn legacy(field: Option<Field<'_>>) -> Legacy {
    let mut legacy = Legacy::default();
    if let Some(keys) = field.and_then(|f| f.keys(&["dial_timeout", "on_failure"])) {
        set_span(&keys, "dial_timeout", &mut legacy.dial_timeout);
        if let Some(choice) = keys.get("on_failure").and_then(|field| {
            field.choice(&[
                ("voicemail", LegacyFailure::Voicemail),
                ("hang_up", LegacyFailure::HangUp),
            ])
        }) {
            legacy.on_failure = choice;
        }
    }
    legacy
}

fn carrier(field: Option<Field<'_>>) -> CarrierPolicy {
    let mut carrier = CarrierPolicy::default();
    if let Some(keys) = field.and_then(|f| f.keys(&["calls_per_second"])) {
        carrier.calls_per_second_milli = keys
            .get("calls_per_second")
            .and_then(|field| field.quantity(quantity::per_second_milli));
    }
    carrier
}

fn breakers(field: Option<Field<'_>>) -> Breakers {
    let Some(keys) = field.and_then(|f| f.keys(&["agent", "carrier"])) else {
        return Breakers::default();
    };
    Breakers {
        agent: breaker(keys.get("agent"), (3, 60, 600)),
        carrier: breaker(keys.get("carrier"), (5, 5, 60)),
    }
}

fn breaker(field: Option<Field<'_>>, defaults: (u16, u64, u64)) -> Option<BreakerPolicy> {
    let keys = field?.keys(&["failures", "open", "max_open"])?;
    let mut breaker = BreakerPolicy {
        failures: defaults.0,
        open: Duration::from_secs(defaults.1),
        max_open: Duration::from_secs(defaults.2),
    };
    set_count(&keys, "failures", &mut breaker.failures, 1, 10_000);
    set_span(&keys, "open", &mut breaker.open);
    set_span(&keys, "max_open", &mut breaker.max_open);
    Some(breaker)
}

fn alerts(field: &Field<'_>) -> Option<Alerts> {
    let keys = field.keys(&[
        "success_rate_drop",
        "store_latency_factor",
        "agent_availability",
        "queue_length",
        "window",
        "min_calls",
        "standard_errors",
    ])?;
    let mut alerts = Alerts {
        success_rate_drop: Share(500),
        store_latency_factor_milli: 2000,
        agent_availability: Share(5000),
        queue_length: 20,
        window: Duration::from_secs(300),
        min_calls: 200,
        standard_errors: 6,
    };
    for (key, share) in [
        ("success_rate_drop", &mut alerts.success_rate_drop),
        ("agent_availability", &mut alerts.agent_availability),
    ] {
        if let Some(value) = keys.get(key).and_then(|f| f.quantity(quantity::share)) {
            *share = value;
        }
    }
    let factor = |text: &str| {
        let number = text.strip_suffix('x').unwrap_or(text);
        quantity::factor_milli(&format!("{number}x"))
            .map_err(|_| format!("`{text}` is not a factor such as 2 or 1.5x"))
    };
    if let Some(value) = keys
        .get("store_latency_factor")
        .and_then(|f| f.quantity(factor))
    {
        alerts.store_latency_factor_milli = value;
    }
    set_count(
        &keys,
        "queue_length",
        &mut alerts.queue_length,
        0,
        1_000_000,
    );
    set_count(&keys, "min_calls", &mut alerts.min_calls, 0, 1_000_000);
    set_count(
        &keys,
        "standard_errors",
        &mut alerts.standard_errors,
        0,
        100,
    );
    set_span(&keys, "window", &mut alerts.window);
    Some(alerts)
}

fn routes(field: Option<Field<'_>>, names: &Names) -> Vec<Route> {
    let Some(items) = field.and_then(|f| f.items("a list of routes")) else {
        return Vec::new();
    };
    let mut routes = Vec::new();
    let mut numbers = BTreeSet::new();
    let mut has_default = false;
    for item in items {
        let Some(keys) = item.keys(&["number", "queue", "default"]) else {
            continue;
        };
        if let Some(default) = keys.get("default") {
            if keys.get("number").is_some() || keys.get("queue").is_some() {
                item.wrong("either `{ default: QUEUE }` or `{ number: ..., queue: QUEUE }`");
            }
            if has_default {
                item.wrong("a second default route");
            }
            has_default = true;
            let queue = queue::queue_name(&default, names);
            routes.extend(queue.map(|queue| Route::Default { queue }));
            continue;
        }
        let example = "{ number: \"+15550100\", queue: sales }";
        let number = keys.required("number", example).and_then(|field| {
            let text = field.text("a phone number such as \"+15550100\"")?;
            if !is_e164(text) {
                field.wrong("expected a phone number: `+` and 2 to 15 digits");
                return None;
            }
            if !numbers.insert(text.to_owned()) {
                field.wrong("a second route for this number");
            }
            Some(text.to_owned())
        });
        let queue = keys
            .required("queue", example)
            .and_then(|field| queue::queue_name(&field, names));
        if let (Some(number), Some(queue)) = (number, queue) {
            routes.push(Route::Number { number, queue });
        }
    }
    routes
}

fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

fn rollout(field: &Field<'_>, has_alerts: bool) -> Option<Rollout> {
    let keys = field.keys(&["stages", "hold", "rollback_on"])?;
    let mut stages: Vec<Share> = Vec::new();
    let list = keys.required("stages", "stages: [10%, 50%, 100%]");
    for item in list
        .and_then(|f| f.items("a list of shares"))
        .into_iter()
        .flatten()
    {
        if let Some(share) = item.quantity(quantity::share) {
            if stages.last().copied().unwrap_or(Share::NONE) >= share {
                item.wrong("stages must rise: above 0%, and above the stage before");
            }
            stages.push(share);
        }
    }
    if stages.is_empty() {
        keys.field().wrong("needs at least one stage");
    }
    let hold = keys
        .required("hold", "hold: 48h")
        .and_then(|field| field.above_zero(quantity::span));
    let guards = Guard::ALL.map(|guard| (guard.key(), guard));
    let mut rollback_on = Vec::new();
    let list = keys.get("rollback_on");
    for item in list
        .and_then(|f| f.items("a list of alerts"))
        .into_iter()
        .flatten()
    {
        let Some(guard) = item.choice(&guards) else {
            continue;
        };
        if !has_alerts {
            item.wrong("there is no `alerts` section that could raise this");
        }
        if rollback_on.contains(&guard) {
            item.wrong("named twice");
        }
        rollback_on.push(guard);
    }
    Some(Rollout {
        stages,
        hold: hold.unwrap_or_default(),
        rollback_on,
    })
}

fn set_span(keys: &Keys<'_>, key: &str, value: &mut Duration) {
    if let Some(span) = keys.get(key).and_then(|f| f.quantity(quantity::span)) {
        *value = span;
    }
}

fn set_count<T: TryFrom<u64>>(keys: &Keys<'_>, key: &str, value: &mut T, least: u64, most: u64) {
    if let Some(count) = keys.get(key).and_then(|f| f.count(least, most)) {
        *value = count;
    }
}

fn set_boolean(keys: &Keys<'_>, key: &str, value: &mut bool) {
    if let Some(flag) = keys.get(key).and_then(|f| f.boolean()) {
        *value = flag;
    }
}

/// An engine's error with names for its indices, on the line of the key (or of the nearest key
/// above it that was written).
fn place_error(root: &Node, prefix: &str, names: &Names, error: &PolicyError) -> FileError {
    let mut parent = "";
    let segments = error.path.split('.').map(|segment| {
        let list = match parent {
            "queues" => &names.queues,
            "priority" => &names.classes,
            _ => &Vec::new(),
        };
        let index = segment
            .strip_prefix('#')
            .and_then(|i| i.parse::<usize>().ok());
        parent = segment;
        let name = index.and_then(|i| list.get(i));
        name.map_or(segment, String::as_str).to_owned()
    });
    let path = segments.collect::<Vec<_>>().join(".");
    let place = &root.nearest(&path).place;
    let path = if prefix.is_empty() {
        path
    } else {
        format!("{prefix}.{path}")
    };
    FileError::at(place, path, format!("expected {}", error.expected))
}

/// Reports a name that no queue has.
fn no_such_queue(field: &Field<'_>, name: &str, names: &Names) {
    field.wrong_with_help(
        format!("there is no queue `{name}`"),
        known_names(&names.queues, name),
    );
}
