//! M/M/n+G: any distribution of patience, first come, first served, by the law of the offered wait
//! (Baccelli & Hebuterne, "On queues with impatient customers", Performance '81).
//!
//! The wait V that an arrival with unlimited patience would have has density
//! v(x) = lambda p(n-1) exp(lambda H(x) - n mu x) for x > 0, H(x) the integral of the patience's
//! survival to x; the call is served if it is more patient than V. Integrated by Simpson's rule:
//! exact to about 1e-10 for smooth patience; put jumps of the survival on multiples of the step.

/// The parameters; patience is passed to [`Model::solve`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    pub(crate) arrivals: f64,
    pub(crate) services: f64,
    pub(crate) agents: usize,
}

/// Measures as shares of all arrivals and in the unit of time of the rates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measures {
    /// P(V > 0): no agent is free at the arrival. A call without any patience counts.
    pub(crate) wait_probability: f64,
    /// Share that abandons.
    pub(crate) abandonment: f64,
    /// Share served after at most the threshold.
    pub(crate) served_within: f64,
    /// Mean of min(V, patience) over all arrivals.
    pub(crate) mean_wait: f64,
    /// Mean wait of those served.
    pub(crate) mean_wait_served: f64,
}

impl Model {
    /// `survival(x)` = P(patience > x). The offered wait is taken up to `horizon` in steps of
    /// `horizon / steps`; the threshold must be a multiple of the step.
    pub(crate) fn solve(
        self,
        survival: impl Fn(f64) -> f64,
        threshold: f64,
        horizon: f64,
        steps: usize,
    ) -> Measures {
        let load = self.arrivals / self.services;
        let n = self.agents as f64;
        // p(j) / p(n-1) for j < n, from the top, summed.
        let mut free = 0.0;
        let mut weight = 1.0;
        for j in (0..self.agents).rev() {
            free += weight;
            weight *= j as f64 / load;
        }
        let h = horizon / steps as f64;
        let mut sums = [0.0f64; 5];
        let mut patience_area = 0.0;
        for step in 0..steps {
            let x = step as f64 * h;
            // Limits from inside the step, so that a jump may lie on its edge.
            let inside = h * 1e-12;
            let points = [x + inside, x + 0.5 * h, x + h - inside];
            let alive = points.map(&survival);
            let quarter = survival(x + 0.25 * h);
            // H at the middle by Simpson over the half step, at the end over the whole.
            let areas = [
                patience_area,
                patience_area + h / 12.0 * (alive[0] + 4.0 * quarter + alive[1]),
                patience_area + h / 6.0 * (alive[0] + 4.0 * alive[1] + alive[2]),
            ];
            let density: [f64; 3] = std::array::from_fn(|i| {
                self.arrivals * (self.arrivals * areas[i] - n * self.services * points[i]).exp()
            });
            let simpson = |f: &dyn Fn(usize) -> f64| h / 6.0 * (f(0) + 4.0 * f(1) + f(2));
            let served = simpson(&|i| density[i] * alive[i]);
            sums[0] += simpson(&|i| density[i]);
            sums[1] += served;
            sums[2] += simpson(&|i| density[i] * areas[i]);
            sums[3] += simpson(&|i| density[i] * alive[i] * points[i]);
            if x + 0.5 * h < threshold {
                sums[4] += served;
            }
            patience_area = areas[2];
        }
        let [waits, served, wait, wait_served, served_within] = sums.map(|s| s / (free + sums[0]));
        let at_once = 1.0 - waits;
        Measures {
            wait_probability: waits,
            abandonment: waits - served,
            served_within: at_once + served_within,
            // E[min(V, patience)] given V = x is H(x).
            mean_wait: wait,
            mean_wait_served: wait_served / (at_once + served),
        }
    }

    /// The wait min(V, patience) that a share `q` of all arrivals does not exceed: P(wait > t) =
    /// P(V > t) survival(t). Above the share that does not wait at all.
    pub(crate) fn wait_quantile(
        self,
        survival: impl Fn(f64) -> f64,
        q: f64,
        horizon: f64,
        steps: usize,
    ) -> f64 {
        let load = self.arrivals / self.services;
        let (mut free, mut weight) = (0.0, 1.0);
        for j in (0..self.agents).rev() {
            free += weight;
            weight *= j as f64 / load;
        }
        let h = horizon / steps as f64;
        // Of V, up to a factor, by trapezes: its density at the grid and its integral up to it.
        let mut below = vec![0.0];
        let (mut patience_area, mut last) = (0.0, self.arrivals);
        for step in 1..=steps {
            let x = step as f64 * h;
            // Limits from inside the step, so that a jump may lie on its edge.
            let inside = h * 1e-12;
            patience_area += h / 2.0 * (survival(x - h + inside) + survival(x - inside));
            let rate = self.arrivals * patience_area - self.agents as f64 * self.services * x;
            let density = self.arrivals * rate.exp();
            below.push(below[step - 1] + h / 2.0 * (last + density));
            last = density;
        }
        let waits = below[steps];
        let longer =
            |step: usize| (waits - below[step]) / (free + waits) * survival(step as f64 * h);
        assert!(longer(0) > 1.0 - q, "the quantile is 0");
        let after = (0..=steps).find(|step| longer(*step) <= 1.0 - q);
        let after = after.expect("the horizon is beyond the quantile");
        let (above, beneath) = (longer(after - 1), longer(after));
        h * (after as f64 - (1.0 - q - beneath) / (above - beneath))
    }
}

mod tests {
    use super::super::birth_death::Station;
    use super::*;

    #[test]
    fn with_exponential_patience_it_is_erlang_a() {
        for (arrivals, n, theta) in [(120.0, 31, 0.5), (120.0, 31, 4.0), (9.0, 3, 2.0)] {
            let services = 4.0;
            let exact = Station::erlang_a(arrivals, services, n, theta).solve();
            let model = Model {
                arrivals,
                services,
                agents: n,
            };
            let got = model.solve(|x| (-theta * x).exp(), 0.05, 4.0, 40_000);
            for (name, got, want) in [
                ("wait", got.wait_probability, exact.wait_probability()),
                ("abandonment", got.abandonment, exact.abandonment()),
                ("mean wait", got.mean_wait, exact.mean_wait()),
                ("of served", got.mean_wait_served, exact.mean_wait_served()),
                ("within", got.served_within, exact.served_within(0.05)),
            ] {
                assert!((got - want).abs() < 1e-9, "{name}: {got} and {want}");
            }
        }
    }

    #[test]
    fn quantiles_of_the_wait_are_those_of_the_served_and_of_those_who_hang_up() {
        // P(wait <= t): served within t, or hung up within t. With patience the same for all, who
        // hangs up does so at that time, so that below it only the served count.
        let model = Model {
            arrivals: 120.0,
            services: 4.0,
            agents: 31,
        };
        let patience = 0.1;
        let survival = |x: f64| if x < patience { 1.0 } else { 0.0 };
        for within in [0.02, 0.05, 0.08] {
            let got = model.solve(survival, within, 2.0, 40_000);
            let quantile = model.wait_quantile(survival, got.served_within, 2.0, 40_000);
            assert!((quantile - within).abs() < 1e-6, "{quantile} and {within}");
        }
        // Exponential patience: what is not over by the quantile is a share 1 - q, by numbers.
        let theta = 2.0;
        let exact = Station::erlang_a(120.0, 4.0, 31, theta).solve();
        let t = model.wait_quantile(|x| (-theta * x).exp(), 0.9, 4.0, 80_000);
        // Of the waits, those beyond t: served later, or hung up later. Those who hang up within t
        // are theta times the queue's age below t.
        assert!(exact.served_within(t) < 0.9, "some hang up before");
        assert!(exact.served_within(t) > 0.9 - exact.abandonment());
    }

    #[test]
    fn calls_without_any_patience_make_it_erlangs_loss_formula() {
        let model = Model {
            arrivals: 8.0,
            services: 1.0,
            agents: 10,
        };
        let got = model.solve(|_| 0.0, 0.01, 10.0, 10_000);
        let want = super::super::birth_death::erlang_b(8.0, 10);
        assert!((got.abandonment - want).abs() < 1e-10);
        assert!(got.mean_wait.abs() < 1e-12);
    }
}
