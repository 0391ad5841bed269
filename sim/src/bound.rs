//! What arithmetic allows: an ideal centre with a scenario's callers and agents, solved, not
//! simulated. It stands beside a gate so that nobody tunes a policy against it.
//!
//! **The ideal.** Everyone who is staffed is there, reachable and picks up; any agent may take any
//! call; free agents are rung at once, as many together as the policy rings (the quickest of them
//! takes the call). Nothing fails, nobody signs out late, no call leaves the
//! line except by hanging up. The line is M/M/n+M ([`ErlangA`]), stationary in each span in which
//! rates and staffing do not change (the stationary independent period-by-period approximation of
//! Green, Kolesar and Soares 2001) and averaged over the spans by their calls, and over the law of the
//! day factor.
//!
//! * service: mean talk (times the mean talk factor) + mean wrap-up + mean time to pick up;
//! * patience: exponential with the classes' mean hang-up rate; patience of exactly 0 and `balks` are
//!   callers who hang up at once when they have to wait;
//! * picking up: carrier's command and agent's answer delay, during which a caller may hang up too,
//!   by its own law of patience: no policy makes a phone be picked up sooner;
//! * redials: those of callers who hung up add to the arrivals of the span.
//!
//! **What it is not.** A measured figure, or a proof: services and patience are taken as exponential,
//! periods as stationary, breaks are left out. Nothing is said where callbacks change the line: the
//! policy offers them and more than a tenth of the callers would have to wait.

mod erlang_a;
mod spans;

pub use erlang_a::{ErlangA, Stationary};

use engine::policy::Feature;
use engine::time::micros;

use crate::scenario::{CallerClass, DistSpec, Scenario};
use crate::world::plan::dist;
use spans::{Span, spans};

/// Points at which the law of the day factor is taken.
const DAY_FACTORS: u32 = 9;
/// Points at which the law of the time to pick up is taken.
const PICK_UPS: u32 = 24;
/// Share of callers who wait below which callbacks hardly matter.
const FEW: f64 = 0.1;
/// Rounds of the fixed point of redials; each divides its error by ten or more.
const ROUNDS: u32 = 6;

/// The ideal's sums over the counted time. Rates of calls are per replication.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Ideal {
    offered: f64,
    connected: f64,
    waited: f64,
    wait_all: f64,
    wait_connected: f64,
    connected_within: f64,
    hung_up_within: f64,
    busy_hours: f64,
    agent_hours: f64,
    hours: f64,
    value: f64,
}

impl Ideal {
    /// The ideal of a scenario's world; `None` where it has none: arrivals from a log or in
    /// bursts, calls while nobody is staffed, or a line that would grow for ever.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Option<Ideal> {
        let mut ideal = Ideal {
            value: scenario.world.value.connected_call,
            ..Ideal::default()
        };
        let threshold = scenario.experiment.threshold.as_secs_f64();
        let factors = day_factors(scenario);
        for span in spans(scenario)? {
            for factor in &factors {
                ideal.add(
                    scenario,
                    &span,
                    *factor,
                    threshold,
                    1.0 / factors.len() as f64,
                )?;
            }
            ideal.hours += span.seconds / 3600.0;
        }
        let callbacks = scenario.policy.policy.features.share(Feature::Callback).0 > 0;
        let says = ideal.offered > 0.0 && !(callbacks && ideal.waited > FEW * ideal.offered);
        says.then_some(ideal)
    }

    /// What the ideal would show for a measure, in the measure's unit; `None` where arithmetic has
    /// nothing to say.
    #[must_use]
    pub fn of_measure(&self, id: &str) -> Option<f64> {
        let hung_up = self.offered - self.connected;
        let value = match id {
            "connection_rate" | "reach_rate" => self.connected / self.offered,
            "abandonment_rate" => hung_up / self.offered,
            "mean_wait" => self.wait_all / self.offered,
            "asa" => self.wait_connected / self.connected,
            "wait_probability" => self.waited / self.offered,
            "service_level" | "service_level_strict" => {
                self.connected_within / (self.offered - self.hung_up_within)
            }
            "service_level_offered" => self.connected_within / self.offered,
            "connected_within_threshold" => self.connected_within,
            "connected_calls" => self.connected,
            "occupancy" | "utilization" => self.busy_hours / self.agent_hours,
            "handled_per_agent_hour" => self.connected / self.agent_hours,
            "queue_length_mean" => self.wait_all / (self.hours * 3600.0),
            "revenue" => self.connected * self.value,
            _ => return None,
        };
        Some(value).filter(|value| value.is_finite())
    }

    fn add(
        &mut self,
        scenario: &Scenario,
        span: &Span<'_>,
        factor: f64,
        threshold: f64,
        weight: f64,
    ) -> Option<()> {
        self.agent_hours += weight * f64::from(span.agents) * span.seconds / 3600.0;
        let first_calls: f64 = span.streams.iter().map(|(_, rate)| rate * factor).sum();
        if first_calls <= 0.0 {
            return Some(());
        }
        if span.agents == 0 {
            return None;
        }
        let mix = Mix::of(scenario, span);
        let mut arrivals = first_calls;
        let mut solved = None;
        for _ in 0..ROUNDS {
            let line = mix.centre(arrivals, span.agents).solve()?;
            let connected = (1.0 - line.abandonment()) * mix.stays;
            arrivals = first_calls / (1.0 - mix.redials * (1.0 - connected));
            solved = Some((line, connected));
        }
        let (line, connected) = solved?;
        let calls = weight * arrivals * span.seconds;
        let (mut within, mut lost_within) = (0.0, line.hung_up_within(threshold));
        for pick_up in &mix.pick_ups {
            let in_time = pick_up.weight * line.served_within(threshold - pick_up.seconds);
            within += in_time * pick_up.stays;
            lost_within += in_time * (1.0 - pick_up.stays);
        }
        self.offered += calls;
        self.connected += calls * connected;
        self.waited += calls * line.wait_probability();
        self.wait_all += calls * (line.mean_wait() + (1.0 - line.abandonment()) * mix.ringing);
        self.wait_connected +=
            calls * connected * (line.mean_wait_served() + mix.pick_up_of_served);
        self.connected_within += calls * within;
        self.hung_up_within += calls * lost_within;
        self.busy_hours += calls * connected * mix.handle / 3600.0;
        Some(())
    }
}

/// A time from the decision to the bridge.
struct PickUp {
    weight: f64,
    seconds: f64,
    /// Share of the callers who stay so long.
    stays: f64,
}

/// The callers and agents of a span, averaged.
struct Mix {
    /// Talk and wrap-up, seconds.
    handle: f64,
    hang_ups: f64,
    balks: f64,
    /// Share of lost callers who call again.
    redials: f64,
    pick_ups: Vec<PickUp>,
    /// Share of the callers who stay until it is picked up.
    stays: f64,
    /// Mean time on a ringing line, of all; and to pick up, of those who stay. Seconds.
    ringing: f64,
    pick_up_of_served: f64,
    /// Mean time to pick up; seconds.
    rings: f64,
}

impl Mix {
    fn of(scenario: &Scenario, span: &Span<'_>) -> Mix {
        let classes: Vec<(f64, &CallerClass)> = span
            .streams
            .iter()
            .flat_map(|(stream, rate)| stream.classes.iter().map(move |c| (rate * c.share, c)))
            .collect();
        let all: f64 = classes.iter().map(|(weight, _)| weight).sum();
        let mean = |of: &dyn Fn(&CallerClass) -> f64| {
            classes.iter().map(|(w, class)| w * of(class)).sum::<f64>() / all
        };
        let patience =
            |class: &CallerClass| class.patience.as_ref().map(|p| dist(p.at(span.local)));
        let at_once = |class: &CallerClass| patience(class).map_or(0.0, |p| p.cdf(0.0));
        let staff: f64 = span.groups.iter().map(|(_, n)| f64::from(*n)).sum();
        let by_agent = |of: &dyn Fn(&crate::scenario::AgentGroup) -> f64| {
            let sum: f64 = span.groups.iter().map(|(g, n)| f64::from(*n) * of(g)).sum();
            sum / staff
        };
        let talk = mean(&|class| {
            let law = class.talk.as_ref();
            law.map_or(0.0, |talk| dist(talk.at(span.local)).mean())
        });
        let talk_factor =
            by_agent(&|group| group.talk_factor.as_ref().map_or(1.0, |f| dist(f).mean()));
        let longest = longest_wrap_up(scenario);
        let wrap_up = by_agent(&|group| {
            group.wrap_up.as_ref().map_or(0.0, |w| {
                let law = dist(w.at(span.local));
                midpoints(PICK_UPS * 4)
                    .map(|u| law.sample(u).min(longest))
                    .sum::<f64>()
                    / f64::from(PICK_UPS * 4)
            })
        });
        let command = scenario.world.carrier.command_delay.as_ref();
        let command = command.map_or(0.0, |delay| dist(delay).mean());
        let queues = scenario.policy.policy.queues.iter();
        let rung = f64::from(
            queues
                .map(|queue| queue.offer.ring)
                .max()
                .unwrap_or(1)
                .max(1),
        );
        let mut pick_ups = Vec::new();
        for (group, n) in &span.groups {
            let share = f64::from(*n) / staff;
            let laws = group.answers.delay.as_ref().map(dist);
            let points = if laws.is_some() { PICK_UPS } else { 1 };
            for u in midpoints(points) {
                let seconds = command
                    + laws
                        .as_ref()
                        .map_or(0.0, |law| law.sample(quickest_of(rung, u)));
                pick_ups.push(PickUp {
                    weight: share / f64::from(points),
                    seconds,
                    // Those who hang up at once when they wait do not when an agent is rung.
                    stays: mean(&|class| {
                        patience(class).map_or(1.0, |p| {
                            let never = 1.0 - p.cdf(0.0);
                            if never > 0.0 {
                                p.survival(seconds) / never
                            } else {
                                1.0
                            }
                        })
                    }),
                });
            }
        }
        let over = |of: &dyn Fn(&PickUp) -> f64| -> f64 {
            pick_ups.iter().map(|p| p.weight * of(p)).sum()
        };
        let stays = over(&|p| p.stays);
        Mix {
            handle: talk * talk_factor + wrap_up,
            hang_ups: mean(&|class| patience(class).map_or(0.0, |p| (1.0 - p.cdf(0.0)) / p.mean())),
            balks: mean(&|class| 1.0 - (1.0 - class.balks) * (1.0 - at_once(class))),
            redials: mean(&|class| class.redial.as_ref().map_or(0.0, |r| r.after.abandoned)),
            // Between 0 and the delay callers leave at a nearly constant rate.
            ringing: over(&|p| p.seconds * (1.0 + p.stays) / 2.0),
            pick_up_of_served: over(&|p| p.stays * p.seconds) / stays,
            rings: over(&|p| p.seconds),
            stays,
            pick_ups,
        }
    }

    fn centre(&self, arrivals: f64, agents: u32) -> ErlangA {
        ErlangA {
            arrivals,
            services: 1.0 / (self.handle + self.rings),
            agents,
            hang_ups: self.hang_ups,
            balks: self.balks,
        }
    }
}

/// The longest wrap-up that any queue allows, seconds.
fn longest_wrap_up(scenario: &Scenario) -> f64 {
    let queues = scenario.policy.policy.queues.iter();
    queues
        .map(|queue| micros(queue.wrap_up) as f64 * 1e-6)
        .fold(0.0, f64::max)
}

/// The share at which the least of `n` draws stands where one draw stands at `u`.
fn quickest_of(n: f64, u: f64) -> f64 {
    -((-u).ln_1p() / n).exp_m1()
}

/// The middles of `n` equal shares.
fn midpoints(n: u32) -> impl Iterator<Item = f64> {
    (0..n).map(move |k| (f64::from(k) + 0.5) / f64::from(n))
}

/// What multiplies the rates of a day, equally likely each, with mean 1.
fn day_factors(scenario: &Scenario) -> Vec<f64> {
    let points = |law: Option<&DistSpec>| -> Vec<f64> {
        let Some(law) = law.map(dist) else {
            return vec![1.0];
        };
        let points: Vec<f64> = midpoints(DAY_FACTORS).map(|u| law.sample(u)).collect();
        let mean = points.iter().sum::<f64>() / points.len() as f64;
        points.iter().map(|point| point / mean).collect()
    };
    let shared = points(scenario.experiment.day_factor.as_ref());
    // Own factors of several streams even out; the ideal takes them as 1.
    let own = match scenario.world.calls.as_slice() {
        [stream] => points(spans::own_day_factor(stream)),
        _ => vec![1.0],
    };
    let both = shared.iter().flat_map(|a| own.iter().map(move |b| a * b));
    both.collect()
}
