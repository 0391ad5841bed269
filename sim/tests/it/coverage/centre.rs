//! Erlang-A centres of 25 agents, their exact values, and runs of them.

use std::ops::Range;
use std::sync::atomic::AtomicBool;

use policy_file::Overrides;
use reports::measures::Measure;
use reports::sample::SampleTable;
use sim::experiment::{Control, Options, Sampler};
use sim::scenario::Scenario;
use sim::world::Checks;

use crate::exact::birth_death::Station;
use crate::exact::offered_wait::Model;

/// Seconds, calls an hour.
pub(super) struct Centre {
    pub(super) name: &'static str,
    pub(super) calls_per_hour: f64,
    pub(super) agents: usize,
    talk: f64,
    patience: f64,
    /// Ten times the longer of talk and patience: the empty start is forgotten.
    warm_up: f64,
    window: f64,
}

const fn centre(name: &'static str, calls_per_hour: f64) -> Centre {
    Centre {
        name,
        calls_per_hour,
        agents: 25,
        talk: 180.0,
        patience: 120.0,
        warm_up: 1800.0,
        window: 7200.0,
    }
}

/// 100 % of what its agents could do is offered; a half waits.
pub(super) const BUSY: Centre = centre("busy", 500.0);
/// 112 %; three quarters wait.
pub(super) const OVERLOADED: Centre = centre("overloaded", 560.0);
/// 85 %; one in eight waits: skewed.
pub(super) const QUIET: Centre = centre("quiet", 425.0);

/// 300 agents, as many erlangs.
pub(super) const LARGE: Centre = Centre {
    agents: 300,
    ..centre("large", 6000.0)
};

/// One measure's exact value.
#[derive(Clone, Copy)]
pub(super) struct Exact {
    pub(super) measure: &'static Measure,
    pub(super) value: f64,
}

impl Centre {
    /// What is known of it: shares, means per call and over time, a count and quantiles. Not the median of a
    /// centre in which about half of the callers do not wait: it jumps.
    pub(super) fn exact(&self) -> Vec<Exact> {
        let (services, abandonments) = (1.0 / self.talk, 1.0 / self.patience);
        let arrivals = self.calls_per_hour / 3600.0;
        let known = Station::erlang_a(arrivals, services, self.agents, abandonments).solve();
        let model = Model {
            arrivals,
            services,
            agents: self.agents,
        };
        let quantile =
            |q| model.wait_quantile(|t| (-abandonments * t).exp(), q, 20.0 * self.talk, 200_000);
        let mut exact = vec![
            ("abandonment_rate", known.abandonment()),
            ("wait_probability", known.wait_probability()),
            ("mean_wait", known.mean_wait()),
            ("asa", known.mean_wait_served()),
            ("service_level_offered", known.served_within(20.0)),
            ("occupancy", known.occupancy()),
            ("queue_length_mean", known.mean_queue()),
            (
                "abandoned_calls",
                known.abandonment() * arrivals * self.window,
            ),
            ("wait_p90", quantile(0.9)),
            ("wait_p99", quantile(0.99)),
        ];
        if known.wait_probability() > 0.65 {
            exact.push(("wait_p50", quantile(0.5)));
        }
        let exact = exact.into_iter().map(|(id, value)| Exact {
            measure: Measure::named(id).expect("a known measure"),
            value,
        });
        exact.collect()
    }

    /// Does `n` runs of `size` replications each, one after the other.
    pub(super) fn runs(&self, seed: u64, n: u32, size: u32, mut see: impl FnMut(&SampleTable)) {
        let sampler = sampler(&self.scenario(seed));
        for run in 0..n {
            see(&sample(&sampler, run * size..(run + 1) * size));
        }
    }

    pub(super) fn scenario(&self, seed: u64) -> Scenario {
        let class = "calls.line.classes.all";
        let mut overrides = Overrides::new();
        for assignment in [
            "gates=null".to_owned(),
            format!("experiment.seed={seed}"),
            format!("experiment.warm_up={}s", self.warm_up),
            format!("experiment.horizon={}s", self.warm_up + self.window),
            format!("agents.all.count={}", self.agents),
            format!(
                "calls.line.arrivals={{ poisson: {}/h }}",
                self.calls_per_hour
            ),
            format!("{class}.talk={{ exponential: {{ mean: {}s }} }}", self.talk),
            format!(
                "{class}.patience={{ exponential: {{ mean: {}s }} }}",
                self.patience
            ),
        ] {
            overrides.set(&assignment).expect("a good assignment");
        }
        let file = crate::theory::scenarios().join("theory/erlang-a.yaml");
        Scenario::read(&file, &overrides).unwrap_or_else(|errors| panic!("{errors}"))
    }
}

pub(super) fn sampler(scenario: &Scenario) -> Sampler {
    let options = Options {
        threads: 2,
        rows: false,
        checks: Checks::default(),
        command: String::new(),
    };
    Sampler::new(scenario, [], options).expect("it can be run")
}

pub(super) fn sample(sampler: &Sampler, replications: Range<u32>) -> SampleTable {
    let control = Control {
        stop: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    sampler.run(replications, &control).expect("it runs").own
}
