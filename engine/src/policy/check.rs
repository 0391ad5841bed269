//! The rules between a policy's fields. Reports every broken one at once, each with its key path.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;

use super::{
    BreakerPolicy, Discovery, Policy, PolicyError, PolicyErrors, Priority, QueuePolicy, Share,
    Treatment,
};

/// What recurs does so at most a hundred times a second: a shorter span is a mistake in the unit, and would
/// keep the engine busy with nothing else.
const SHORTEST: Duration = Duration::from_millis(10);

/// Spans beyond a year are a mistake in the unit.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

impl Policy {
    /// Checks every rule.
    ///
    /// # Errors
    /// All broken rules, each with its key path.
    pub fn check(&self) -> Result<(), PolicyErrors> {
        let mut found = Found(Vec::new());
        for feature in super::Feature::ALL {
            found.expect(
                self.features.share(feature) <= Share::ALL,
                || format!("features.{}", feature.key()),
                "a share of at most 100 %",
            );
        }
        found.recurring(
            "presence.heartbeat_timeout",
            self.presence.heartbeat_timeout,
        );
        found.short("presence.device_grace", self.presence.device_grace);
        found.span("legacy.dial_timeout", self.legacy.dial_timeout);
        found.expect(
            !self.queues.is_empty() && self.queues.len() <= 4096,
            || "queues".to_string(),
            "1 to 4096 queues",
        );
        for (i, queue) in self.queues.iter().enumerate() {
            check_queue(&mut found, i, queue, self.queues.len());
        }
        found.expect(
            self.carrier.calls_per_second_milli != Some(0),
            || "carrier.calls_per_second".to_string(),
            "above 0",
        );
        if let Some(breaker) = &self.breakers.agent {
            check_breaker(&mut found, "breakers.agent", breaker);
        }
        if let Some(breaker) = &self.breakers.carrier {
            check_breaker(&mut found, "breakers.carrier", breaker);
        }
        if let Some(alerts) = &self.alerts {
            found.span("alerts.window", alerts.window);
            found.expect(
                alerts.window >= Duration::from_secs(5),
                || "alerts.window".to_string(),
                "at least 5s",
            );
            found.expect(
                alerts.store_latency_factor_milli >= 1000,
                || "alerts.store_latency_factor".to_string(),
                "at least 1",
            );
            found.expect(
                alerts.standard_errors <= 100,
                || "alerts.standard_errors".to_string(),
                "at most 100",
            );
        }
        if found.0.is_empty() {
            Ok(())
        } else {
            Err(PolicyErrors(found.0))
        }
    }
}

fn check_queue(found: &mut Found, index: usize, queue: &QueuePolicy, n_queues: usize) {
    let at = |key: &str| format!("queues.#{index}.{key}");
    match queue.discovery {
        Discovery::Poll(interval) => found.recurring(&at("discovery.poll"), interval),
        Discovery::Events { reconcile: None } => {}
        Discovery::Events {
            reconcile: Some(interval),
        } => found.recurring(&at("discovery.reconcile"), interval),
    }
    found.recurring(&at("slow_poll"), queue.slow_poll);
    found.recurring(&at("offer.timeout"), queue.offer.timeout);
    found.recurring(&at("offer.place_timeout"), queue.offer.place_timeout);
    found.short(&at("offer.tried_for"), queue.offer.tried_for);
    found.recurring(&at("offer.exhausted"), queue.offer.exhausted);
    found.expect(
        queue.offer.max_attempts >= 1,
        || at("offer.max_attempts"),
        "at least 1",
    );
    found.expect(
        (1..=8).contains(&queue.offer.ring),
        || at("offer.ring"),
        "1 to 8",
    );
    let mut last = (None, 1);
    for (k, step) in queue.widen.iter().enumerate() {
        found.expect(
            last.0.is_none_or(|after| step.after > after) && step.level > last.1,
            || at(&format!("widen[{k}]")),
            "a later `after` and a higher `level` than the step before (level 1 serves from 0s)",
        );
        found.short(&at(&format!("widen[{k}].after")), step.after);
        last = (Some(step.after), step.level);
    }
    found.short(&at("wrap_up"), queue.wrap_up);
    if let Some(max_wait) = queue.max_wait {
        found.span(&at("max_wait"), max_wait);
    }
    for (key, treatment, may_wait) in [
        ("on_full", queue.on_full, false),
        ("on_timeout", queue.on_timeout, false),
        ("on_nobody", queue.on_nobody, true),
        ("on_closed", queue.on_closed, false),
    ] {
        match treatment {
            Treatment::Wait => found.expect(
                may_wait,
                || at(key),
                "voicemail, hang_up, callback or queue: NAME",
            ),
            Treatment::Queue(to) => found.expect(
                to.index() < n_queues && to.index() != index,
                || at(key),
                "another queue of this policy",
            ),
            Treatment::Voicemail | Treatment::HangUp | Treatment::Callback => {}
        }
    }
    check_priorities(found, index, queue);
    if let Some(announce) = &queue.announce {
        found.short(&at("announce.first"), announce.first);
        found.recurring(&at("announce.every"), announce.every);
    }
    if let Some(callback) = &queue.callback {
        found.short(&at("callback.offer_after"), callback.offer_after);
        found.expect(
            callback.attempts >= 1,
            || at("callback.attempts"),
            "at least 1",
        );
        found.recurring(&at("callback.retry_every"), callback.retry_every);
        found.span(&at("callback.ring"), callback.ring);
        if let Some(expires) = callback.expires {
            found.span(&at("callback.expires"), expires);
        }
    }
}

/// A class must not age slower than one with the same or a larger head start, or its calls are
/// passed for ever by calls that come after them with no less of a start (see [`Priority`]).
/// Classes that are not named, and calls without `priority_queue`, count as one more class.
fn check_priorities(found: &mut Found, index: usize, queue: &QueuePolicy) {
    let rest = Priority::default();
    // From the largest head start down; with each, the fastest aging so far.
    let classes = queue.priority.iter().chain([&rest]);
    let mut fastest: Vec<(Duration, u32)> = classes
        .map(|class| (class.head_start, class.aging_milli))
        .collect();
    fastest.sort_unstable_by(|a, b| b.cmp(a));
    for i in 1..fastest.len() {
        fastest[i].1 = fastest[i].1.max(fastest[i - 1].1);
    }
    for (i, class) in queue.priority.iter().enumerate() {
        found.short(
            &format!("queues.#{index}.priority.#{i}.head_start"),
            class.head_start,
        );
        let no_less = fastest.partition_point(|(start, _)| *start >= class.head_start);
        let slower = fastest[..no_less]
            .last()
            .is_some_and(|(_, aging)| *aging > class.aging_milli);
        found.expect(
            !slower,
            || format!("queues.#{index}.priority.#{i}.aging"),
            "at least the aging of every class with the same or a larger head start: a lower class that ages slower could be passed for ever",
        );
        found.expect(
            class.aging_milli <= rest.aging_milli,
            || format!("queues.#{index}.priority.#{i}.aging"),
            "at most 1x: classes that are not named have no head start and age at 1x",
        );
    }
}

fn check_breaker(found: &mut Found, path: &str, breaker: &BreakerPolicy) {
    found.expect(
        breaker.failures >= 1,
        || format!("{path}.failures"),
        "at least 1",
    );
    found.recurring(&format!("{path}.open"), breaker.open);
    found.expect(
        breaker.max_open >= breaker.open && breaker.max_open <= LONGEST,
        || format!("{path}.max_open"),
        "at least `open`, at most 366 days",
    );
}

struct Found(Vec<PolicyError>);

impl Found {
    fn expect(&mut self, holds: bool, path: impl FnOnce() -> String, expected: &str) {
        if !holds {
            self.0.push(PolicyError {
                path: path(),
                expected: expected.to_string(),
            });
        }
    }
    /// A span that must be above 0 and at most [`LONGEST`].
    fn span(&mut self, path: &str, span: Duration) {
        self.expect(
            span >= Duration::from_micros(1) && span <= LONGEST,
            || path.to_string(),
            "a span above 0 and of at most 366 days",
        );
    }
    /// A span after which the same may happen again: at least [`SHORTEST`].
    fn recurring(&mut self, path: &str, span: Duration) {
        self.expect(
            span >= SHORTEST && span <= LONGEST,
            || path.to_string(),
            "a span of 10ms to 366 days",
        );
    }
    /// A span that may be 0.
    fn short(&mut self, path: &str, span: Duration) {
        self.expect(
            span <= LONGEST,
            || path.to_string(),
            "a span of at most 366 days",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, QueuePolicy, check_priorities};
    use crate::policy::Priority;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;
    use core::time::Duration;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_class_is_refused_if_and_only_if_another_of_no_less_a_start_ages_faster(
            drawn in prop::collection::vec((0u64..4, 0u32..5), 0..6),
        ) {
            let classes: Vec<Priority> = drawn
                .iter()
                .map(|(start, aging)| Priority {
                    head_start: Duration::from_secs(*start),
                    aging_milli: aging * 250,
                })
                .collect();
            let expected: Vec<String> = classes
                .iter()
                .enumerate()
                .filter(|(_, class)| {
                    classes.iter().chain([&Priority::default()]).any(|other| {
                        other.head_start >= class.head_start
                            && other.aging_milli > class.aging_milli
                    })
                })
                .map(|(i, _)| format!("queues.#7.priority.#{i}.aging"))
                .collect();
            let mut found = Found(Vec::new());
            let queue = QueuePolicy { priority: classes.into(), ..QueuePolicy::default() };
            check_priorities(&mut found, 7, &queue);
            let paths: Vec<String> = found.0.into_iter().map(|error| error.path).collect();
            prop_assert_eq!(paths, expected);
        }
    }
}
