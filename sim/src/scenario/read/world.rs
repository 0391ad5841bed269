//! The sections `carrier`, `store`, `faults` and `value`.

use std::time::Duration;

use policy_file::{Field, Keys, quantity};

use super::super::{CarrierWorld, DistSpec, Fault, FaultKind, StoreWorld, Value};
use super::Context;
use super::calls::probability;
use super::dist::{self, Unit};

/// Reads the telephone network.
pub(super) fn carrier(field: Option<Field<'_>>, context: &Context<'_>) -> CarrierWorld {
    let keys = field.and_then(|field| {
        field.keys(&[
            "command_delay",
            "webhook_delay",
            "failure",
            "duplicate",
            "reorder",
            "lines",
            "calls_per_second",
        ])
    });
    let Some(keys) = keys else {
        return CarrierWorld::default();
    };
    let lines = keys.get("lines");
    CarrierWorld {
        command_delay: span_dist(&keys, "command_delay", context),
        webhook_delay: span_dist(&keys, "webhook_delay", context),
        failure: probability(&keys, "failure", 0.0),
        duplicate: probability(&keys, "duplicate", 0.0),
        reorder: probability(&keys, "reorder", 0.0),
        lines: lines.and_then(|field| field.count(1, 10_000_000)),
        calls_per_second_milli: keys
            .get("calls_per_second")
            .and_then(|field| per_second(&field)),
    }
}

fn per_second(field: &Field<'_>) -> Option<u32> {
    let milli = field.quantity(quantity::per_second_milli)?;
    if milli == 0 {
        field.wrong("must be above 0; leave it out for no limit");
    }
    Some(milli.max(1))
}

fn span_dist(keys: &Keys<'_>, key: &str, context: &Context<'_>) -> Option<DistSpec> {
    dist::dist(&keys.get(key)?, Unit::Span, context)
}

/// Reads the store.
pub(super) fn store(field: Option<Field<'_>>, context: &Context<'_>) -> StoreWorld {
    let keys = field.and_then(|f| f.keys(&["commit", "ops_per_scan", "ops_per_waiting_call"]));
    let Some(keys) = keys else {
        return StoreWorld::default();
    };
    let number = |key: &str| {
        let field = keys.get(key);
        field
            .and_then(|field| field.quantity(quantity::number))
            .unwrap_or(0.0)
    };
    StoreWorld {
        commit: span_dist(&keys, "commit", context),
        ops_per_scan: number("ops_per_scan"),
        ops_per_waiting_call: number("ops_per_waiting_call"),
    }
}

/// Reads the faults.
pub(super) fn faults(field: Option<Field<'_>>, horizon: Option<Duration>) -> Vec<Fault> {
    let items = field.and_then(|field| field.items("a list of faults"));
    let fault = |item: Field<'_>| fault(&item, horizon);
    items.into_iter().flatten().filter_map(fault).collect()
}

fn fault(field: &Field<'_>, horizon: Option<Duration>) -> Option<Fault> {
    let kinds = [
        "agents_unreachable",
        "carrier",
        "store",
        "server",
        "heartbeats",
    ];
    let mut known = vec!["at", "for"];
    known.extend(kinds);
    let keys = field.keys(&known)?;
    let example = "{ at: 2h, for: 10m, agents_unreachable: 30% }";
    let at = keys.required("at", example);
    let at = at.and_then(|field| {
        let at = field.quantity(quantity::span)?;
        if horizon.is_some_and(|horizon| at >= horizon) {
            field.wrong("is not before the horizon");
        }
        Some(at)
    });
    let kind = keys.one_of(&kinds).and_then(|(kind, field)| match kind {
        "agents_unreachable" => field
            .above_zero(quantity::probability)
            .map(FaultKind::AgentsUnreachable),
        "carrier" => field.choice(&[("down", FaultKind::CarrierDown)]),
        "store" => field.quantity(slow).map(FaultKind::StoreSlow),
        "server" => field.choice(&[("restart", FaultKind::ServerRestart)]),
        _ => field.choice(&[("lost", FaultKind::HeartbeatsLost)]),
    });
    let lasts = match (keys.get("for"), kind) {
        (Some(field), Some(FaultKind::ServerRestart)) => field.quantity(quantity::span),
        (None, Some(FaultKind::ServerRestart)) => Some(Duration::ZERO),
        (Some(field), _) => field.above_zero(quantity::span),
        (None, _) => keys.required("for", example).and(None),
    };
    Some(Fault {
        at: at?,
        lasts: lasts?,
        kind: kind?,
    })
}

/// `slow(x10)`.
fn slow(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is not a slowdown above 1 such as slow(x10)");
    let factor = text
        .strip_prefix("slow(")
        .and_then(|rest| rest.strip_suffix(')'))
        .ok_or_else(wrong)?;
    let factor = factor.trim_matches('x');
    match quantity::factor(factor) {
        Ok(factor) if factor > 1.0 => Ok(factor),
        Ok(_) | Err(_) => Err(wrong()),
    }
}

/// Reads what a call is worth.
pub(super) fn value(field: Option<Field<'_>>) -> Value {
    let keys = field.and_then(|field| field.keys(&["connected_call"]));
    let worth = keys.and_then(|keys| keys.get("connected_call")?.quantity(quantity::number));
    Value {
        connected_call: worth.unwrap_or(0.0),
    }
}
