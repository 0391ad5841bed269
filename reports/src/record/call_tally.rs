//! What is counted of calls, per (arrival queue, class) while recording and per queue, per class
//! and over all in a finished replication.
//!
//! Sums of whole microseconds and counts only: adding tallies in any order gives the same bytes.

use engine::time::Micros;

use super::distribution::{Distribution, Histogram};
use super::outcome::Outcomes;

macro_rules! counts {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub struct $name { $($(#[$field_doc])* pub $field: u64,)* }
        impl $name {
            pub(crate) fn absorb(&mut self, other: &$name) {
                $(self.$field += other.$field;)*
            }
        }
    };
}

counts! {
    /// Counts and sums over the counted calls. Sums are microseconds.
    CallCounts {
        /// Arrived, or found no line.
        offered,
        /// Of these: a caller's second or later call.
        redials,
        /// Offered to an agent in the arrival step.
        offered_at_arrival,
        /// Abandoned within `short_abandon`.
        abandoned_short,
        /// Connected with wait <= T.
        connected_within,
        /// Connected with wait < T.
        connected_before,
        /// Abandoned with wait <= T.
        abandoned_within,
        /// Abandoned with wait < T.
        abandoned_before,
        /// Offered to at least one agent.
        discovered,
        /// Never offered, though an agent was free for it for 2 s or more.
        overlooked,
        /// The first agent asked did not take the call.
        first_offer_failed,
        /// Of these: connected later, as a callback too.
        fell_back,
        /// Connected ahead of a higher score that the agent could have been offered.
        inversions,
        /// Offers made.
        offers,
        /// Offers to agents of whom the truth is known.
        offers_judged,
        /// Of these: rang an agent who was there.
        offers_rang_present,
        /// Offers that rang.
        offers_rang,
        /// Over these: from both being free for each other to the offer.
        decide_sum,
        /// Over these: from the offer to its commit.
        commit_sum,
        /// Over these: from the commit to the ring.
        carrier_sum,
        /// Calls that waited in a line that announces waits, and were connected.
        could_be_told,
        /// Calls that waited in line until we ended the waiting, with another outcome than
        /// `timed_out` or `failed`: they reached the voicemail, or their queue was closed.
        sent_away,
        /// Connected calls' conversations.
        talk_sum,
    }
}

counts! {
    /// Announced points against the wait that remained.
    EstimateCounts {
        /// Announcements paired with a connection.
        n,
        /// At most 30 s off.
        within_30s,
        /// Remaining wait inside the announced P50..=P90.
        covered,
        /// Announced too long: by how much, microseconds.
        over_sum,
        /// Announced too short: by how much, microseconds.
        under_sum,
    }
}

impl EstimateCounts {
    /// How far a point may be off to be "within 30 s".
    const TOLERANCE: Micros = 30_000_000;

    /// Whether the point was within 30 s.
    pub(crate) fn pair(&mut self, announced: engine::output::Announced, remained: Micros) -> bool {
        let is_within = announced.point.abs_diff(remained) <= Self::TOLERANCE;
        self.n += 1;
        self.within_30s += u64::from(is_within);
        self.covered += u64::from(announced.p50 <= remained && remained <= announced.p90);
        self.over_sum += announced.point.saturating_sub(remained);
        self.under_sum += remained.saturating_sub(announced.point);
        is_within
    }
}

/// Spans of the counted calls, as [`Histogram`] or [`Distribution`].
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Spans<H> {
    /// Arrival to bridge, of connected calls (not callbacks).
    pub connected_wait: H,
    /// Arrival to hang-up, of abandoned calls.
    pub abandoned_wait: H,
    /// Per offer that rang: the ring, from both call and agent being free for each other.
    pub assignment_latency: H,
    /// Of connected calls: first ring to answer.
    pub answer_delay: H,
    /// Of connected calls: answer to bridge.
    pub dead_air: H,
}

/// Everything counted of a set of calls.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tally<H> {
    /// Counts and sums.
    pub counts: CallCounts,
    /// Calls by outcome.
    pub outcomes: Outcomes,
    /// The first announcement of each call that waited and was connected.
    pub first_estimate: EstimateCounts,
    /// Every announcement of these calls.
    pub every_estimate: EstimateCounts,
    /// Spans.
    pub spans: Spans<H>,
}

/// A finished [`Tally`].
pub type CallTally = Tally<Distribution>;

impl Tally<Histogram> {
    pub(crate) fn finish(&self) -> CallTally {
        let spans = &self.spans;
        Tally {
            counts: self.counts,
            outcomes: self.outcomes,
            first_estimate: self.first_estimate,
            every_estimate: self.every_estimate,
            spans: Spans {
                connected_wait: spans.connected_wait.distribution(),
                abandoned_wait: spans.abandoned_wait.distribution(),
                assignment_latency: spans.assignment_latency.distribution(),
                answer_delay: spans.answer_delay.distribution(),
                dead_air: spans.dead_air.distribution(),
            },
        }
    }
}

impl CallTally {
    pub(crate) fn heap_bytes(&self) -> usize {
        let spans = &self.spans;
        [
            &spans.connected_wait,
            &spans.abandoned_wait,
            &spans.assignment_latency,
            &spans.answer_delay,
            &spans.dead_air,
        ]
        .into_iter()
        .map(Distribution::heap_bytes)
        .sum()
    }

    pub(crate) fn absorb(&mut self, other: &CallTally) {
        self.counts.absorb(&other.counts);
        self.outcomes.absorb(&other.outcomes);
        self.first_estimate.absorb(&other.first_estimate);
        self.every_estimate.absorb(&other.every_estimate);
        let (mine, theirs) = (&mut self.spans, &other.spans);
        for (mine, theirs) in [
            (&mut mine.connected_wait, &theirs.connected_wait),
            (&mut mine.abandoned_wait, &theirs.abandoned_wait),
            (&mut mine.assignment_latency, &theirs.assignment_latency),
            (&mut mine.answer_delay, &theirs.answer_delay),
            (&mut mine.dead_air, &theirs.dead_air),
        ] {
            *mine = mine.plus(theirs);
        }
    }
}
