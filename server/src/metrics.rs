//! Counters and histograms in OpenMetrics' text.

use std::time::Duration;

use engine::output::{Event, What};
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::driver::Committed;
use crate::voice::Hook;

/// Which webhook.
#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct HookLabel {
    hook: &'static str,
}

/// Which event of the engine.
#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct EventLabel {
    event: &'static str,
}

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    webhooks: Family<HookLabel, Histogram, fn() -> Histogram>,
    /// Webhooks that got the fallback treatment.
    pub webhook_fallbacks: Counter,
    /// Webhooks whose signature was missing or wrong.
    pub webhooks_refused: Counter,
    /// Facts that wait for the driver.
    pub inbox_waiting: Gauge,
    commits: Histogram,
    facts: Counter,
    journal_seq: Gauge,
    events: Family<EventLabel, Counter>,
    /// Times the driver went back to the journal.
    pub recoveries: Counter,
}

/// From half a millisecond to 16 s.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("linefinder");
        let webhooks = Family::new_with_constructor(seconds as fn() -> Histogram);
        let webhook_fallbacks = Counter::default();
        let webhooks_refused = Counter::default();
        let inbox_waiting = Gauge::default();
        let commits = seconds();
        let facts = Counter::default();
        let journal_seq = Gauge::default();
        let events = Family::<EventLabel, Counter>::default();
        let recoveries = Counter::default();
        registry.register_with_unit(
            "webhook_duration",
            "Webhook received to document returned",
            Unit::Seconds,
            webhooks.clone(),
        );
        registry.register(
            "webhook_fallbacks",
            "Webhooks answered with the fallback treatment",
            webhook_fallbacks.clone(),
        );
        registry.register(
            "webhooks_refused",
            "Webhooks whose signature is missing or wrong",
            webhooks_refused.clone(),
        );
        registry.register(
            "inbox_waiting",
            "Facts that wait for the driver",
            inbox_waiting.clone(),
        );
        registry.register_with_unit(
            "commit_duration",
            "One transaction of the journal and its tables",
            Unit::Seconds,
            commits.clone(),
        );
        registry.register("facts", "Facts that were taken", facts.clone());
        registry.register("journal_seq", "The journal's last row", journal_seq.clone());
        registry.register("events", "What the engine said", events.clone());
        registry.register(
            "recoveries",
            "Times the driver went back to the journal",
            recoveries.clone(),
        );
        Metrics {
            registry,
            webhooks,
            webhook_fallbacks,
            webhooks_refused,
            inbox_waiting,
            commits,
            facts,
            journal_seq,
            events,
            recoveries,
        }
    }
}

impl Metrics {
    /// A webhook was answered.
    pub fn webhook(&self, hook: Hook, took: Duration) {
        let label = HookLabel { hook: hook.path() };
        self.webhooks
            .get_or_create(&label)
            .observe(took.as_secs_f64());
    }

    /// A transaction is there.
    pub fn committed(&self, committed: &Committed) {
        self.commits.observe(committed.took.as_secs_f64());
        self.facts.inc_by(committed.n_facts as u64);
        self.journal_seq
            .set(i64::try_from(committed.seq).unwrap_or(i64::MAX));
        for output in committed.outputs.iter() {
            if let What::Event(event) = &output.what
                && let Some(event) = counted(event)
            {
                self.events.get_or_create(&EventLabel { event }).inc();
            }
        }
    }

    /// The whole as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // A string takes everything.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// The name under which an event is counted; not those of every scan and agent's breath.
fn counted(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::CallArrived { .. } => "call_arrived",
        Event::CallQueued { .. } => "call_queued",
        Event::CallOverflowed { .. } => "call_overflowed",
        Event::EstimateAnnounced { .. } => "estimate_announced",
        Event::OfferMade { .. } => "offer_made",
        Event::OfferRang { .. } => "offer_rang",
        Event::OfferAnswered { .. } => "offer_answered",
        Event::OfferEnded { .. } => "offer_ended",
        Event::ClaimUndone { .. } => "claim_undone",
        Event::CallExhausted { .. } => "call_exhausted",
        Event::CallConnected { .. } => "call_connected",
        Event::CallEnded { .. } => "call_ended",
        Event::CallAbandoned { .. } => "call_abandoned",
        Event::CallRefused { .. } => "call_refused",
        Event::CallTimedOut { .. } => "call_timed_out",
        Event::VoicemailStarted { .. } => "voicemail_started",
        Event::VoicemailTaken { .. } => "voicemail_taken",
        Event::CallFailed { .. } => "call_failed",
        Event::CallbackOffered { .. } => "callback_offered",
        Event::CallbackTaken { .. } => "callback_taken",
        Event::CallbackPlaced { .. } => "callback_placed",
        Event::CallbackMissed { .. } => "callback_missed",
        Event::CallbackFailed { .. } => "callback_failed",
        Event::Rescued { .. } => "rescued",
        Event::PolicyApplied => "policy_applied",
        Event::FeatureShareSet { .. } => "feature_share_set",
        Event::AlertRaised { .. } => "alert_raised",
        Event::AlertCleared { .. } => "alert_cleared",
        Event::AgentStatusSet { .. }
        | Event::AgentIdle { .. }
        | Event::AgentWrapUp { .. }
        | Event::AgentAlive { .. }
        | Event::AgentReachable { .. }
        | Event::AgentBreaker { .. }
        | Event::CarrierBreaker { .. }
        | Event::QueueScanned { .. }
        | Event::QueueOpen { .. } => return None,
    })
}
