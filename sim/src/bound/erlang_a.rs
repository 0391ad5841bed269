//! M/M/n+M, solved exactly: Poisson arrivals, exponential services, n agents, exponential patience,
//! first come, first served (Palm 1943; Garnett, Mandelbaum and Reiman 2002, "Designing a Call
//! Center with Impatient Customers"). Callers may also balk: hang up at once when no agent is free.
//!
//! The stationary law is that of a birth-death chain: with j calls in the centre the next arrives at
//! rate lambda (lambda (1 - b) from j = n on) and one leaves at min(j, n) mu + max(j - n, 0) theta.
//! It is computed by ratios of neighbours outward from its mode, where nothing can overflow, and cut
//! where what is left cannot be seen in a double. Works for ten agents and for ten thousand.

/// One centre. Rates are per second (or any one unit of time).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ErlangA {
    /// Arrivals, lambda; above 0.
    pub arrivals: f64,
    /// Services of one busy agent, mu: 1 / mean handle time; above 0.
    pub services: f64,
    /// Agents, n; at least 1.
    pub agents: u32,
    /// Hang-ups of one waiting caller, theta: 1 / mean patience; 0 = they wait for ever.
    pub hang_ups: f64,
    /// Share that hangs up at once when it would have to wait, b; 0..=1.
    pub balks: f64,
}

/// Probabilities below this share of the greatest are left out.
const NEGLIGIBLE: f64 = 1e-18;

impl ErlangA {
    /// The stationary law; `None` when the line would grow for ever.
    #[must_use]
    pub fn solve(self) -> Option<Stationary> {
        let n = f64::from(self.agents);
        let capacity = n * self.services;
        let joining = self.arrivals * (1.0 - self.balks);
        if self.hang_ups <= 0.0 && joining >= capacity {
            return None;
        }
        // Where births and deaths balance, the law peaks.
        let mode = if self.arrivals < capacity {
            (self.arrivals / self.services).floor()
        } else if joining <= capacity {
            n
        } else {
            n + ((joining - capacity) / self.hang_ups).floor()
        };
        let mode = mode as u64;
        let mut below = Vec::new();
        let mut weight = 1.0;
        for j in (0..mode).rev() {
            weight *= self.deaths(j + 1) / self.births(j);
            if weight < NEGLIGIBLE {
                break;
            }
            below.push(weight);
        }
        let first = mode - below.len() as u64;
        let mut weights: Vec<f64> = below.into_iter().rev().collect();
        weights.push(1.0);
        weight = 1.0;
        for j in mode.. {
            weight *= self.births(j) / self.deaths(j + 1);
            // The mean queue counts a state as often as it has calls.
            if weight * (j + 1) as f64 <= NEGLIGIBLE * mode.max(1) as f64 {
                break;
            }
            weights.push(weight);
        }
        let sum: f64 = weights.iter().sum();
        for weight in &mut weights {
            *weight /= sum;
        }
        Some(Stationary {
            centre: self,
            first,
            probabilities: weights,
        })
    }

    fn births(&self, calls: u64) -> f64 {
        if calls < u64::from(self.agents) {
            self.arrivals
        } else {
            self.arrivals * (1.0 - self.balks)
        }
    }

    fn deaths(&self, calls: u64) -> f64 {
        let agents = u64::from(self.agents);
        let busy = calls.min(agents) as f64;
        let waiting = calls.saturating_sub(agents) as f64;
        busy * self.services + waiting * self.hang_ups
    }

    /// Departures per second from a full centre when nobody hangs up.
    fn capacity(&self) -> f64 {
        f64::from(self.agents) * self.services
    }
}

/// The stationary law of an [`ErlangA`] and what follows from it. Shares are of all arrivals.
#[derive(Clone, Debug)]
pub struct Stationary {
    centre: ErlangA,
    /// The state of the first probability.
    first: u64,
    probabilities: Vec<f64>,
}

impl Stationary {
    /// (calls in line, probability) of the states without a free agent.
    fn full(&self) -> impl Iterator<Item = (u64, f64)> {
        let agents = u64::from(self.centre.agents);
        let states = (self.first..).zip(&self.probabilities);
        states
            .filter(move |(calls, _)| *calls >= agents)
            .map(move |(calls, p)| (calls - agents, *p))
    }

    /// Share of arrivals that find no agent free: P(wait > 0), balkers included.
    #[must_use]
    pub fn wait_probability(&self) -> f64 {
        self.full().map(|(_, p)| p).sum()
    }

    /// Calls in line, averaged over time.
    #[must_use]
    pub fn mean_queue(&self) -> f64 {
        self.full().map(|(waiting, p)| waiting as f64 * p).sum()
    }

    /// Share that hangs up, balkers included.
    #[must_use]
    pub fn abandonment(&self) -> f64 {
        let centre = &self.centre;
        centre.hang_ups * self.mean_queue() / centre.arrivals
            + centre.balks * self.wait_probability()
    }

    /// Busy agents over all agents, averaged over time.
    #[must_use]
    pub fn occupancy(&self) -> f64 {
        let centre = &self.centre;
        centre.arrivals * (1.0 - self.abandonment()) / centre.capacity()
    }

    /// Mean wait in line of all arrivals, served or not (Little's law).
    #[must_use]
    pub fn mean_wait(&self) -> f64 {
        self.mean_queue() / self.centre.arrivals
    }

    /// Mean wait in line of the served.
    ///
    /// A caller with k ahead is served with probability c / (c + (k + 1) theta), c = n mu, and then has
    /// spent an exponential span of rate c + i theta, i = 1..k + 1, at each place.
    #[must_use]
    pub fn mean_wait_served(&self) -> f64 {
        let (c, theta) = (self.centre.capacity(), self.centre.hang_ups);
        let (mut span, mut sum, mut next) = (0.0, 0.0, 0);
        for (ahead, p) in self.full() {
            while next <= ahead {
                span += 1.0 / (c + (next + 1) as f64 * theta);
                next += 1;
            }
            sum += p * self.served_from(ahead) * span;
        }
        sum / (1.0 - self.abandonment())
    }

    /// Share of arrivals that is served within `t` seconds in line.
    #[must_use]
    pub fn served_within(&self, t: f64) -> f64 {
        if t < 0.0 {
            return 0.0;
        }
        let at_once = 1.0 - self.wait_probability();
        // Given that it is served, each place has lasted as if hang-ups had one more head.
        let mut longer = Tail::new(&self.centre, 1.0, t);
        let waited: f64 = self
            .full()
            .map(|(ahead, p)| p * self.served_from(ahead) * (1.0 - longer.of(ahead)))
            .sum();
        at_once + waited
    }

    /// Share of arrivals that has hung up within `t` seconds in line, balkers included.
    #[must_use]
    pub fn hung_up_within(&self, t: f64) -> f64 {
        if t < 0.0 {
            return 0.0;
        }
        let ErlangA {
            hang_ups, balks, ..
        } = self.centre;
        let mut in_line = Tail::new(&self.centre, 0.0, t);
        let patient = (-hang_ups * t).exp();
        let waiting: f64 = self
            .full()
            .map(|(ahead, p)| p * (1.0 - balks) * patient * in_line.of(ahead))
            .sum();
        (1.0 - self.served_within(t) - waiting).max(0.0)
    }

    /// Share of the arrivals that find `ahead` calls in line that is served.
    fn served_from(&self, ahead: u64) -> f64 {
        let (c, theta) = (self.centre.capacity(), self.centre.hang_ups);
        (1.0 - self.centre.balks) * c / (c + (ahead + 1) as f64 * theta)
    }
}

/// P(the k + 1 departures ahead of a call take longer than t), for ascending k.
///
/// They are exponentials of rates c + (i + e) theta, i = 0..k, whose sum is -ln(B) / theta with
/// B ~ Beta(c / theta + e, k + 1) (Renyi's spacings); its tail is a sum of k + 1 positive terms. Without
/// hang-ups it is Erlang's. Terms are kept as logarithms: a large centre's first ones underflow.
struct Tail {
    a: f64,
    ln_term: f64,
    ln_step: f64,
    n_terms: u64,
    sum: f64,
}

impl Tail {
    fn new(centre: &ErlangA, extra: f64, t: f64) -> Self {
        let (c, theta) = (centre.capacity(), centre.hang_ups);
        let (a, ln_term, ln_step) = if theta > 0.0 {
            let a = c / theta + extra;
            (a, -theta * t * a, (-(-theta * t).exp_m1()).ln())
        } else {
            (f64::INFINITY, -c * t, (c * t).ln())
        };
        Tail {
            a,
            ln_term,
            ln_step,
            n_terms: 0,
            sum: 0.0,
        }
    }

    fn of(&mut self, ahead: u64) -> f64 {
        while self.n_terms <= ahead {
            self.sum += self.ln_term.exp();
            let i = (self.n_terms + 1) as f64;
            let ratio = if self.a.is_finite() {
                (self.a + i - 1.0) / i
            } else {
                1.0 / i
            };
            self.ln_term += self.ln_step + ratio.ln();
            self.n_terms += 1;
        }
        self.sum.min(1.0)
    }
}
