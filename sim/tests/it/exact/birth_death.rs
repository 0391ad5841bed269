//! M/M/n with exponential patience and perhaps a limited number of waiting places: Erlang-B (no
//! places), Erlang-C (no abandonment), Erlang-A (both unlimited), M/M/n/K+M (the general case).
//! First come, first served.
//!
//! Stationary birth-death solution: with j calls in the system, births at the arrival rate, deaths
//! at min(j, n) mu + max(j - n, 0) theta.

/// The model's parameters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Station {
    /// Arrivals per unit of time.
    pub(crate) arrivals: f64,
    /// Services per busy agent and unit of time: 1 / mean service.
    pub(crate) services: f64,
    /// The number of agents, n.
    pub(crate) agents: usize,
    /// Abandonments per waiting call and unit of time, theta: 1 / mean patience; 0 = they wait for
    /// ever.
    pub(crate) abandonments: f64,
    /// Waiting places beside the agents; `None` is any number.
    pub(crate) places: Option<usize>,
}

/// The stationary distribution and what follows from it. Shares are of all arrivals.
#[derive(Clone, Debug)]
pub(crate) struct Stationary {
    station: Station,
    /// P(j calls in the system), from j = 0.
    probabilities: Vec<f64>,
}

/// What is left out beyond the truncation, calls in queue included, is below this.
const TRUNCATION: f64 = 1e-17;

impl Station {
    /// M/M/n: patient calls, any number of them.
    pub(crate) fn erlang_c(arrivals: f64, services: f64, agents: usize) -> Self {
        Station {
            arrivals,
            services,
            agents,
            abandonments: 0.0,
            places: None,
        }
    }

    /// M/M/n+M.
    pub(crate) fn erlang_a(arrivals: f64, services: f64, agents: usize, abandonments: f64) -> Self {
        Station {
            abandonments,
            ..Self::erlang_c(arrivals, services, agents)
        }
    }

    /// The same with a limited number of waiting places.
    pub(crate) fn with_places(self, places: usize) -> Self {
        Station {
            places: Some(places),
            ..self
        }
    }

    fn death_rate(&self, calls: usize) -> f64 {
        let busy = calls.min(self.agents) as f64;
        let waiting = calls.saturating_sub(self.agents) as f64;
        busy * self.services + waiting * self.abandonments
    }

    /// Panics when the queue would grow for ever.
    pub(crate) fn solve(self) -> Stationary {
        let full_rate = self.agents as f64 * self.services;
        assert!(
            self.abandonments > 0.0 || self.places.is_some() || self.arrivals < full_rate,
            "unstable: {self:?}"
        );
        // In logarithms first: weights of 1,000 agents overflow.
        let mut logs = vec![0.0f64];
        let mut greatest = 0.0f64;
        loop {
            let j = logs.len();
            if self.places.is_some_and(|k| j > self.agents + k) {
                break;
            }
            let ratio = self.arrivals / self.death_rate(j);
            let log = logs[j - 1] + ratio.ln();
            greatest = greatest.max(log);
            logs.push(log);
            // Ratios fall from here on, so the rest is below a geometric series; times j for the
            // queue's mean.
            let rest = (log - greatest).exp() * j as f64 / (1.0 - ratio).powi(2);
            if j > self.agents && ratio < 1.0 && rest < TRUNCATION {
                break;
            }
        }
        let weights: Vec<f64> = logs.iter().map(|log| (log - greatest).exp()).collect();
        // From the smallest on, as far as that matters.
        let sum: f64 = weights.iter().rev().sum();
        Stationary {
            station: self,
            probabilities: weights.iter().map(|w| w / sum).collect(),
        }
    }
}

impl Stationary {
    /// (calls that an arrival finds waiting, probability), for arrivals that wait.
    fn waiting(&self) -> impl DoubleEndedIterator<Item = (usize, f64)> {
        let n = self.station.agents;
        let last = self.station.places.unwrap_or(usize::MAX);
        let states = self.probabilities[n..].iter().copied().enumerate();
        states
            .collect::<Vec<_>>()
            .into_iter()
            .filter(move |(ahead, _)| *ahead < last)
    }

    /// Share of arrivals that find no agent free and join the queue.
    pub(crate) fn wait_probability(&self) -> f64 {
        self.waiting().rev().map(|(_, p)| p).sum()
    }

    /// Of the calls that wait and are served, the share whose wait can be told to within `span` as they
    /// join by whoever knows every rate and the line: for each number ahead the one point with most
    /// of the waits around it. Patience must be finite.
    ///
    /// A call with k ahead that is served waits W with e^(-theta W) ~ Beta(n mu / theta + 1, k + 1):
    /// the density is e^(-(n mu + theta) w) (1 - e^(-theta w))^k but for a factor.
    pub(crate) fn told_within(&self, span: f64) -> f64 {
        const STEPS: usize = 200;
        let step = span / STEPS as f64;
        let theta = self.station.abandonments;
        let full_rate = self.station.agents as f64 * self.station.services;
        let (mut right, mut served) = (0.0, 0.0);
        for (ahead, probability) in self.waiting().filter(|(_, p)| *p > 1e-9) {
            let k = ahead as f64;
            let log_density = |w: f64| -(full_rate + theta) * w + k * (-(-theta * w).exp()).ln_1p();
            let peak = ((1.0 + k * theta / (full_rate + theta)).ln() / theta).max(step);
            let mut below = vec![0.0];
            for i in 0.. {
                let w = (i as f64 + 0.5) * step;
                let weight = (log_density(w) - log_density(peak)).exp();
                below.push(below[i] + weight);
                if w > peak && weight < 1e-9 {
                    break;
                }
            }
            let last = below.len() - 1;
            let around = |point: usize| {
                below[(point + STEPS).min(last)] - below[point.saturating_sub(STEPS)]
            };
            let best = (0..=last).map(around).fold(0.0, f64::max) / below[last];
            let is_served = full_rate / (full_rate + (k + 1.0) * theta);
            right += probability * is_served * best;
            served += probability * is_served;
        }
        right / served
    }

    /// Share of arrivals that find every agent and every place taken.
    pub(crate) fn blocking(&self) -> f64 {
        match self.station.places {
            // Beyond the truncation it is 0.
            Some(k) => {
                let full = self.probabilities.get(self.station.agents + k);
                full.copied().unwrap_or(0.0)
            }
            None => 0.0,
        }
    }

    /// Time average of waiting calls.
    pub(crate) fn mean_queue(&self) -> f64 {
        let states = self.probabilities[self.station.agents..].iter().enumerate();
        states.rev().map(|(waiting, p)| waiting as f64 * p).sum()
    }

    /// Time average of busy agents over all agents.
    pub(crate) fn occupancy(&self) -> f64 {
        let n = self.station.agents;
        let states = self.probabilities.iter().enumerate();
        let busy: f64 = states.rev().map(|(j, p)| j.min(n) as f64 * p).sum();
        busy / n as f64
    }

    /// Share of arrivals that abandon: theta L_q / lambda.
    pub(crate) fn abandonment(&self) -> f64 {
        self.station.abandonments * self.mean_queue() / self.station.arrivals
    }

    /// Share of arrivals that are served.
    pub(crate) fn served(&self) -> f64 {
        1.0 - self.abandonment() - self.blocking()
    }

    /// Mean wait of the arrivals that are let in, served or not (Little's law).
    pub(crate) fn mean_wait(&self) -> f64 {
        self.mean_queue() / (self.station.arrivals * (1.0 - self.blocking()))
    }

    /// The rate at which the queue in front of a call shrinks when nobody abandons.
    fn full_rate(&self) -> f64 {
        self.station.agents as f64 * self.station.services
    }

    /// P(a call with k ahead is served) = (n mu) / (n mu + (k + 1) theta): at each place it
    /// outlives the next move with odds n mu + i theta to theta, and the product telescopes.
    fn served_from(&self, ahead: usize) -> f64 {
        let c = self.full_rate();
        c / (c + (ahead + 1) as f64 * self.station.abandonments)
    }

    /// Mean wait of those served. A served call spends exponential spans of rate
    /// n mu + (i + 1) theta at each place i, whatever ended them.
    pub(crate) fn mean_wait_served(&self) -> f64 {
        let (c, theta) = (self.full_rate(), self.station.abandonments);
        let mut span = 0.0;
        let mut sum = 0.0;
        for (ahead, p) in self.waiting() {
            span += 1.0 / (c + (ahead + 1) as f64 * theta);
            sum += p * self.served_from(ahead) * span;
        }
        sum / self.served()
    }

    /// Share of arrivals that are served after a wait of at most `t`.
    ///
    /// The wait of a call with k ahead that is served is a sum of independent exponentials of the
    /// rates n mu + i theta, i from 1 to k + 1, which is -ln(B)/theta for a beta variable B with
    /// parameters 1 + n mu/theta and k + 1 (Renyi's spacings); without abandonment it is Erlang.
    /// The upper tails of both are finite sums of positive terms.
    pub(crate) fn served_within(&self, t: f64) -> f64 {
        let (c, theta) = (self.full_rate(), self.station.abandonments);
        let at_once = 1.0 - self.wait_probability() - self.blocking();
        // P(wait > t | k ahead, served) is the sum of the first k + 1 terms, whose logarithms are
        // kept, since the first ones of a large site underflow.
        let (mut ln_term, a, ln_step) = if theta > 0.0 {
            let a = c / theta + 1.0;
            (-theta * t * a, a, (-(-theta * t).exp()).ln_1p())
        } else {
            (-c * t, 0.0, (c * t).ln())
        };
        let mut longer = 0.0;
        let mut sum = at_once;
        for (ahead, p) in self.waiting() {
            longer += ln_term.exp();
            sum += p * self.served_from(ahead) * (1.0 - longer);
            let b = (ahead + 1) as f64;
            ln_term += ln_step;
            ln_term += if theta > 0.0 {
                ((a + b - 1.0) / b).ln()
            } else {
                -b.ln()
            };
        }
        sum
    }
}

/// Erlang's loss formula for `load` erlangs on n agents, by its recursion.
pub(crate) fn erlang_b(load: f64, agents: usize) -> f64 {
    (1..=agents).fold(1.0, |b, n| load * b / (n as f64 + load * b))
}

/// Erlang's delay formula: P(wait > 0) for `load` < n.
pub(crate) fn erlang_c(load: f64, agents: usize) -> f64 {
    let b = erlang_b(load, agents);
    let n = agents as f64;
    n * b / (n - load * (1.0 - b))
}

mod tests {
    use super::*;

    fn close(got: f64, want: f64) {
        assert!((got - want).abs() < 1e-11, "{got} and {want}");
    }

    #[test]
    fn without_places_it_is_erlangs_loss_formula() {
        for (load, n) in [(0.5, 1), (8.0, 10), (300.0, 310)] {
            let solution = Station::erlang_c(load, 1.0, n).with_places(0).solve();
            close(solution.blocking(), erlang_b(load, n));
            close(solution.wait_probability(), 0.0);
            close(solution.served_within(0.0), 1.0 - erlang_b(load, n));
        }
    }

    #[test]
    fn without_abandonment_it_is_erlangs_delay_formula() {
        for (load, n) in [(0.5, 1), (8.0, 10), (1990.0, 2000)] {
            let solution = Station::erlang_c(load, 1.0, n).solve();
            let spare = n as f64 - load;
            close(solution.wait_probability(), erlang_c(load, n));
            close(solution.mean_wait(), erlang_c(load, n) / spare);
            close(solution.mean_wait_served(), erlang_c(load, n) / spare);
            // 1,900 calls ahead and 2,000 services a unit of time: the first terms underflow.
            for t in [0.0, 0.01, 0.3, 2.0] {
                let late = erlang_c(load, n) * (-spare * t).exp();
                close(solution.served_within(t), 1.0 - late);
            }
        }
    }

    #[test]
    fn one_agent_with_one_place_is_solved_by_hand() {
        // States 0, 1, 2 with weights 1, 2, 2 * 2/(1 + 3) = 1.
        let solution = Station::erlang_a(2.0, 1.0, 1, 3.0).with_places(1).solve();
        close(solution.blocking(), 0.25);
        close(solution.wait_probability(), 0.5);
        close(solution.mean_queue(), 0.25);
        close(solution.occupancy(), 0.75);
        close(solution.abandonment(), 0.375);
        close(solution.served(), 0.375);
        // A waiting call is served with probability 1/4, after Exp(4).
        close(solution.served_within(f64::MAX), 0.25 + 0.5 * 0.25);
        close(solution.mean_wait_served(), 0.5 * 0.25 * 0.25 / 0.375);
        let t: f64 = 0.1;
        close(
            solution.served_within(t),
            0.25 + 0.125 * (1.0 - (-4.0 * t).exp()),
        );
    }

    #[test]
    fn what_is_served_is_what_keeps_the_agents_busy() {
        for places in [None, Some(5)] {
            let mut station = Station::erlang_a(120.0, 4.0, 31, 2.0);
            station.places = places;
            let solution = station.solve();
            close(solution.served(), solution.occupancy() * 31.0 * 4.0 / 120.0);
            close(solution.served_within(1e9), solution.served());
        }
    }
}
