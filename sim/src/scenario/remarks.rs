//! What whoever runs a scenario should know beforehand, though nothing is wrong with it: what of a
//! log is left out, what of the policy a simulation cannot show, and that it will take very long.

use std::time::Duration;

use engine::policy::{Discovery, Feature, QueuePolicy, Share};

use super::{Arrivals, CallStream, Profile, Scenario};

/// Calls in all replications together above which a run is a matter of hours rather than of minutes,
/// or of a rate that was meant per hour.
const MANY: f64 = 50e6;
const WEEK: Duration = Duration::from_secs(7 * 86_400);

impl Scenario {
    /// Sentences, each with the remedy; usually none.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let streams = self.world.calls.iter().enumerate();
        let mut remarks: Vec<String> = streams
            .flat_map(|(place, stream)| self.about_log(place, stream))
            .collect();
        remarks.extend(self.about_confirmation());
        remarks.extend(self.about_discovery());
        remarks.extend(self.about_size());
        remarks
    }

    /// Calls to be expected in one replication, calls of those who call again apart.
    #[must_use]
    pub fn expected_calls(&self) -> f64 {
        let streams = self.world.calls.iter();
        streams.map(|stream| self.expected_of(stream)).sum()
    }

    fn about_log(&self, place: usize, stream: &CallStream) -> Vec<String> {
        let Arrivals::Trace(trace) = &stream.arrivals else {
            return Vec::new();
        };
        let (at, file) = (
            format!("calls[{place}].arrivals.trace"),
            trace.file.display(),
        );
        let mut said = Vec::new();
        if trace.outside > 0 {
            let (start, horizon) = (self.experiment.start, self.experiment.horizon);
            let end = start.saturating_add(horizon);
            let all = trace.calls.len() as u64 + trace.outside;
            said.push(format!(
                "note: {at}: {} of {all} calls in {file} left out: outside the experiment's time, {start} to \
                 {end}; `start` and `horizon` (or `days`) set it",
                trace.outside
            ));
        }
        if trace.skipped > 0 {
            said.push(format!(
                "note: {at}: {} rows in {file} left out: they could not be read, and {} says `bad_rows: \
                 skip`; `refuse` shows them",
                trace.skipped,
                trace.columns.display()
            ));
        }
        said
    }

    /// A poll of a queue's own that no caller's feature asks for. Whose `slow_poll` is not the ordinary one
    /// knows what finds calls; where nobody is queued, as in the legacy flow, nothing is scanned at all.
    fn about_discovery(&self) -> impl Iterator<Item = String> {
        let policy = &self.policy.policy;
        let ordinary = QueuePolicy::default().slow_poll;
        let has = |feature| policy.features.share(feature) != Share::NONE;
        let is_idle = has(Feature::EnhancedQueue) && !has(Feature::ContinuousDiscovery);
        let queues = self.world.names.queues.iter().zip(&policy.queues);
        queues.filter_map(move |(name, queue)| match queue.discovery {
            Discovery::Poll(every)
                if is_idle && every != ordinary && queue.slow_poll == ordinary =>
            {
                Some(format!(
                    "note: policy.queues.{name}.discovery.poll: has no effect, as no caller has \
                 continuous_discovery: scans are every `slow_poll`; set that, or the feature"
                ))
            }
            Discovery::Poll(_) | Discovery::Events { .. } => None,
        })
    }

    /// Agents of a scenario who answer have confirmed: its `answers` knows no key to press.
    fn about_confirmation(&self) -> impl Iterator<Item = String> {
        let queues = self.world.names.queues.iter();
        let queues = queues.zip(self.policy.policy.queues.iter());
        queues
            .filter(|(_, queue)| queue.offer.confirm)
            .map(|(name, _)| {
                format!(
                    "note: policy.queues.{name}.offer.confirm: has no effect in a simulation: whoever answers \
                     has confirmed; put the time to press 1 into the agents' `answers.delay`, and those who do \
                     not press it into `answers.probability`"
                )
            })
    }

    fn about_size(&self) -> Option<String> {
        let replications = f64::from(self.experiment.replications);
        let each = self.expected_calls();
        (each * replications > MANY).then(|| {
            format!(
                "warning: about {:.0} million calls are to be expected ({each:.0} in each of {replications} \
                 replications): this will take very long; are all rates meant as they are written (180/h is \
                 a rate per hour, 3/s one per second)? Less is set by `horizon`, `days` or `replications`",
                each * replications / 1e6
            )
        })
    }

    fn expected_of(&self, stream: &CallStream) -> f64 {
        let horizon = self.experiment.horizon;
        match &stream.arrivals {
            Arrivals::Poisson(rate) => rate * horizon.as_secs_f64(),
            Arrivals::Profile(profile) => {
                let weeks = (horizon.as_secs_f64() / WEEK.as_secs_f64()).floor();
                let rest = horizon.saturating_sub(WEEK.mul_f64(weeks));
                let of_weeks = if weeks > 0.0 {
                    weeks * self.expected_within(profile, WEEK)
                } else {
                    0.0
                };
                of_weeks + self.expected_within(profile, rest)
            }
            Arrivals::Trace(trace) => trace.calls.len() as f64,
            // What a journal holds is known when it is read.
            Arrivals::Journal { .. } => 0.0,
            Arrivals::Burst { every, calls, .. } => {
                (horizon.as_secs_f64() / every.as_secs_f64()).floor() * f64::from(*calls)
            }
        }
    }

    /// Of a profile in a span after the start: by its rates in the middles of steps.
    fn expected_within(&self, profile: &Profile, span: Duration) -> f64 {
        let (mut sum, mut since) = (0.0, Duration::ZERO);
        while since < span {
            let step = profile.rates.step.min(span - since);
            let middle = self.experiment.start.saturating_add(since + step / 2);
            let rate = profile.rates.at(middle).copied().unwrap_or(0.0);
            sum += rate * step.as_secs_f64();
            since += step;
        }
        sum
    }
}
