//! A [`PolicyFile`] as canonical YAML: every key, one order, one spelling. It is what digests are
//! made of, so changing it changes every digest.

use std::fmt::Write;
use std::time::Duration;

use engine::policy::{
    AtClose, BreakerPolicy, Discovery, Feature, LegacyFailure, Priority, QueuePolicy, SelectCall,
    Transport, Treatment,
};

use super::read::{ESTIMATORS, ROTATIONS};
use super::{Guard, PolicyFile, Route};
use crate::hours::Hours;
use crate::names::Names;
use crate::quantity::{format_factor, format_share, format_span, format_thousandths};

/// The canonical text.
pub(super) fn policy(file: &PolicyFile) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_policy(&mut out, file);
    out
}

fn write_policy(out: &mut String, file: &PolicyFile) -> std::fmt::Result {
    let policy = &file.policy;
    writeln!(out, "schema: 1\nfeatures:")?;
    for feature in Feature::ALL {
        let share = format_share(policy.features.share(feature));
        writeln!(out, "  {}: {share}", feature.key())?;
    }
    writeln!(
        out,
        "presence: {{ heartbeat_timeout: {}, device_grace: {} }}",
        format_span(policy.presence.heartbeat_timeout),
        format_span(policy.presence.device_grace)
    )?;
    let on_failure = match policy.legacy.on_failure {
        LegacyFailure::Voicemail => "voicemail",
        LegacyFailure::HangUp => "hang_up",
    };
    let dial_timeout = format_span(policy.legacy.dial_timeout);
    writeln!(
        out,
        "legacy: {{ dial_timeout: {dial_timeout}, on_failure: {on_failure} }}"
    )?;
    let select_call = match policy.select_call {
        SelectCall::LongestWaiting => "longest_waiting",
        SelectCall::LevelFirst => "level_first",
    };
    writeln!(out, "select_call: {select_call}")?;
    if !file.routes.is_empty() {
        writeln!(out, "routes:")?;
    }
    for route in &file.routes {
        match route {
            Route::Number { number, queue } => {
                let name = &file.names.queues[queue.index()];
                writeln!(
                    out,
                    "  - {{ number: \"{number}\", queue: {} }}",
                    quoted(name)
                )?;
            }
            Route::Default { queue } => {
                let name = &file.names.queues[queue.index()];
                writeln!(out, "  - {{ default: {} }}", quoted(name))?;
            }
        }
    }
    writeln!(out, "queues:")?;
    for (i, queue) in policy.queues.iter().enumerate() {
        writeln!(out, "  {}:", quoted(&file.names.queues[i]))?;
        write_queue(out, queue, file.hours[i].as_ref(), &file.names)?;
    }
    if let Some(milli) = policy.carrier.calls_per_second_milli {
        let rate = format_thousandths(u64::from(milli));
        writeln!(out, "carrier: {{ calls_per_second: {rate} }}")?;
    }
    let breakers = [
        ("agent", policy.breakers.agent),
        ("carrier", policy.breakers.carrier),
    ];
    if breakers.iter().any(|(_, breaker)| breaker.is_some()) {
        writeln!(out, "breakers:")?;
    }
    for (name, breaker) in breakers {
        if let Some(breaker) = breaker {
            write_breaker(out, name, &breaker)?;
        }
    }
    write_alerts_and_rollout(out, file)
}

fn write_breaker(out: &mut String, name: &str, breaker: &BreakerPolicy) -> std::fmt::Result {
    writeln!(
        out,
        "  {name}: {{ failures: {}, open: {}, max_open: {} }}",
        breaker.failures,
        format_span(breaker.open),
        format_span(breaker.max_open)
    )
}

fn write_alerts_and_rollout(out: &mut String, file: &PolicyFile) -> std::fmt::Result {
    if let Some(alerts) = &file.policy.alerts {
        writeln!(out, "alerts:")?;
        let drop = format_share(alerts.success_rate_drop);
        writeln!(out, "  success_rate_drop: {drop}")?;
        let factor = format_thousandths(u64::from(alerts.store_latency_factor_milli));
        writeln!(out, "  store_latency_factor: {factor}")?;
        let availability = format_share(alerts.agent_availability);
        writeln!(out, "  agent_availability: {availability}")?;
        writeln!(out, "  queue_length: {}", alerts.queue_length)?;
        writeln!(out, "  window: {}", format_span(alerts.window))?;
        writeln!(out, "  min_calls: {}", alerts.min_calls)?;
        writeln!(out, "  standard_errors: {}", alerts.standard_errors)?;
    }
    if let Some(rollout) = &file.rollout {
        let stages: Vec<String> = rollout.stages.iter().map(|s| format_share(*s)).collect();
        let guards: Vec<&str> = rollout.rollback_on.iter().map(|g| Guard::key(*g)).collect();
        writeln!(out, "rollout:\n  stages: [{}]", stages.join(", "))?;
        writeln!(out, "  hold: {}", format_span(rollout.hold))?;
        writeln!(out, "  rollback_on: [{}]", guards.join(", "))?;
    }
    Ok(())
}

fn write_queue(
    out: &mut String,
    queue: &QueuePolicy,
    hours: Option<&Hours>,
    names: &Names,
) -> std::fmt::Result {
    let span_line = |out: &mut String, key: &str, span: Duration| {
        writeln!(out, "    {key}: {}", format_span(span))
    };
    match queue.discovery {
        Discovery::Poll(every) => {
            writeln!(out, "    discovery: {{ poll: {} }}", format_span(every))?;
        }
        Discovery::Events { reconcile: None } => {
            writeln!(out, "    discovery: {{ events: true }}")?;
        }
        Discovery::Events {
            reconcile: Some(every),
        } => {
            let every = format_span(every);
            writeln!(out, "    discovery: {{ events: true, reconcile: {every} }}")?;
        }
    }
    span_line(out, "slow_poll", queue.slow_poll)?;
    writeln!(out, "    rotation: {}", word_of(&ROTATIONS, queue.rotation))?;
    write_offer(out, queue)?;
    if !queue.widen.is_empty() {
        writeln!(out, "    widen:")?;
    }
    for step in &queue.widen {
        let after = format_span(step.after);
        writeln!(out, "      - {{ after: {after}, level: {} }}", step.level)?;
    }
    span_line(out, "wrap_up", queue.wrap_up)?;
    if let Some(max_length) = queue.max_length {
        writeln!(out, "    max_length: {max_length}")?;
    }
    if let Some(max_wait) = queue.max_wait {
        span_line(out, "max_wait", max_wait)?;
    }
    for (key, treatment) in [
        ("on_full", queue.on_full),
        ("on_timeout", queue.on_timeout),
        ("on_nobody", queue.on_nobody),
        ("on_closed", queue.on_closed),
    ] {
        writeln!(out, "    {key}: {}", treatment_text(treatment, names))?;
    }
    let at_close = match queue.at_close {
        AtClose::Serve => "serve",
        AtClose::Clear => "clear",
    };
    writeln!(out, "    at_close: {at_close}")?;
    if let Some(hours) = hours {
        write_hours(out, hours)?;
    }
    write_priority(out, &queue.priority, names)?;
    if let Some(announce) = &queue.announce {
        writeln!(
            out,
            "    announce: {{ first: {}, every: {}, position: {}, wait: {} }}",
            format_span(announce.first),
            format_span(announce.every),
            announce.position,
            announce.wait
        )?;
    }
    writeln!(
        out,
        "    estimator: {}",
        word_of(&ESTIMATORS, queue.estimator)
    )?;
    if let Some(callback) = &queue.callback {
        writeln!(out, "    callback:")?;
        writeln!(
            out,
            "      offer_after: {}",
            format_span(callback.offer_after)
        )?;
        writeln!(out, "      attempts: {}", callback.attempts)?;
        writeln!(
            out,
            "      retry_every: {}",
            format_span(callback.retry_every)
        )?;
        writeln!(out, "      ring: {}", format_span(callback.ring))?;
        writeln!(out, "      scheduled: {}", callback.scheduled)?;
        if let Some(expires) = callback.expires {
            writeln!(out, "      expires: {}", format_span(expires))?;
        }
    }
    Ok(())
}

fn write_offer(out: &mut String, queue: &QueuePolicy) -> std::fmt::Result {
    let offer = &queue.offer;
    let transport = match offer.transport {
        Transport::Push => "push",
        Transport::Pull => "pull",
    };
    writeln!(out, "    offer:")?;
    writeln!(out, "      timeout: {}", format_span(offer.timeout))?;
    writeln!(
        out,
        "      place_timeout: {}",
        format_span(offer.place_timeout)
    )?;
    writeln!(out, "      max_attempts: {}", offer.max_attempts)?;
    writeln!(out, "      ring: {}", offer.ring)?;
    writeln!(out, "      tried_for: {}", format_span(offer.tried_for))?;
    writeln!(out, "      exhausted: {}", format_span(offer.exhausted))?;
    writeln!(out, "      transport: {transport}")?;
    let retry = &offer.retry_after;
    writeln!(
        out,
        "      retry_after: {{ declined: {}, expired: {}, unreachable: {}, failed: {} }}",
        format_span(retry.declined),
        format_span(retry.expired),
        format_span(retry.unreachable),
        format_span(retry.failed)
    )?;
    writeln!(out, "      confirm: {}", offer.confirm)
}

fn write_hours(out: &mut String, hours: &Hours) -> std::fmt::Result {
    writeln!(out, "    hours:")?;
    for span in &hours.spans {
        write!(
            out,
            "      - {{ days: \"{}\", open: {}",
            span.days, span.open
        )?;
        if let Some(timezone) = &hours.timezone {
            write!(out, ", timezone: {timezone}")?;
        }
        writeln!(out, " }}")?;
    }
    Ok(())
}

/// Every class up to the last that the queue names, so that ids read back the same.
fn write_priority(out: &mut String, priority: &[Priority], names: &Names) -> std::fmt::Result {
    if !priority.is_empty() {
        writeln!(out, "    priority:")?;
    }
    for (class, value) in priority.iter().enumerate() {
        writeln!(
            out,
            "      {}: {{ head_start: {}, aging: {} }}",
            quoted(&names.classes[class]),
            format_span(value.head_start),
            format_factor(value.aging_milli)
        )?;
    }
    Ok(())
}

fn treatment_text(treatment: Treatment, names: &Names) -> String {
    match treatment {
        Treatment::Wait => "wait".to_owned(),
        Treatment::Voicemail => "voicemail".to_owned(),
        Treatment::HangUp => "hang_up".to_owned(),
        Treatment::Callback => "callback".to_owned(),
        Treatment::Queue(queue) => {
            format!("{{ queue: {} }}", quoted(&names.queues[queue.index()]))
        }
    }
}

fn word_of<T: PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words
        .iter()
        .find(|(_, known)| *known == value)
        .map(|(word, _)| *word)
        .expect("invariant: every value has its word")
}

/// A name that YAML could take for something else is put in quotes.
fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        && !matches!(
            name.to_ascii_lowercase().as_str(),
            "null" | "true" | "false"
        );
    if plain {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}
