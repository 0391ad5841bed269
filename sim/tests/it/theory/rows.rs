//! Every row that others have printed of Erlang-C and Erlang-A, simulated. That the exact solution
//! gives the printed digits is tested beside it.

use super::{Expected, Model};
use crate::exact::birth_death::{Station, Stationary};

/// Calls and services an hour, agents; patience's mean in seconds.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) arrivals: f64,
    pub(super) talk: f64,
    pub(super) agents: usize,
    pub(super) patience: Option<f64>,
}

impl Line {
    pub(super) fn solve(self) -> Stationary {
        self.station().solve()
    }

    pub(super) fn station(self) -> Station {
        let services = 3600.0 / self.talk;
        match self.patience {
            None => Station::erlang_c(self.arrivals, services, self.agents),
            Some(mean) => Station::erlang_a(self.arrivals, services, self.agents, 3600.0 / mean),
        }
    }

    /// The keys of `theory/erlang-a.yaml` and `theory/erlang-c.yaml` that it changes.
    pub(super) fn set(self) -> Vec<String> {
        let class = "calls.line.classes.all";
        let mut set = vec![
            format!("agents.all.count={}", self.agents),
            format!("calls.line.arrivals={{ poisson: {}/h }}", self.arrivals),
            format!("{class}.talk={{ exponential: {{ mean: {}s }} }}", self.talk),
        ];
        if let Some(mean) = self.patience {
            set.push(format!(
                "{class}.patience={{ exponential: {{ mean: {mean}s }} }}"
            ));
        }
        set
    }

    /// Ten times the relaxation time, in hours. Without abandonment it is that of a busy M/M/n
    /// (Morse 1955), 1 / (sqrt(n mu) - sqrt(lambda))^2, if longer than a service; with it, the
    /// longer of service and patience bounds it.
    pub(super) fn warm_up(self) -> f64 {
        let (talk, arrivals) = (self.talk / 3600.0, self.arrivals);
        let longest = match self.patience {
            Some(mean) => talk.max(mean / 3600.0),
            None => {
                let full_rate = self.agents as f64 / talk;
                talk.max((full_rate.sqrt() - arrivals.sqrt()).powi(-2))
            }
        };
        10.0 * longest
    }

    pub(super) fn file(self) -> &'static str {
        match self.patience {
            Some(_) => "theory/erlang-a.yaml",
            None => "theory/erlang-c.yaml",
        }
    }

    pub(super) fn name(self) -> String {
        let Line {
            arrivals,
            talk,
            agents,
            patience,
        } = self;
        match patience {
            Some(mean) => {
                format!("Erlang-A, {arrivals}/h, talk {talk} s, n {agents}, patience {mean} s")
            }
            None => format!("Erlang-C, {arrivals}/h, talk {talk} s, n {agents}"),
        }
    }

    pub(super) fn model(self, seed: u64, expected: Vec<Expected>) -> Model {
        Model {
            what: self.name(),
            file: self.file(),
            set: self.set(),
            seed,
            arrivals: self.arrivals,
            warm_up: self.warm_up(),
            expected,
        }
    }
}

/// All that the printed Erlang-A tables have, and the mean wait.
pub(super) fn erlang_a(line: Line, seed: u64) -> Model {
    let exact = line.solve();
    line.model(
        seed,
        vec![
            Expected::whole("queue_length_mean", exact.mean_queue()),
            Expected::whole("wait_probability", exact.wait_probability()),
            Expected::whole("occupancy", exact.occupancy()),
            Expected::whole("abandonment_rate", exact.abandonment()),
            Expected::whole("mean_wait", exact.mean_wait() * 3600.0),
            Expected::whole("asa", exact.mean_wait_served() * 3600.0),
            Expected::whole("service_level_offered", exact.served_within(20.0 / 3600.0)),
        ],
    )
}

/// 100 calls per 30 minutes, 14 agents.
pub(super) fn erlang_a_half_hour() -> Model {
    let line = Line {
        arrivals: 200.0,
        talk: 180.0,
        agents: 14,
        patience: Some(300.0),
    };
    erlang_a(line, 31)
}

#[test]
fn every_printed_row_of_erlang_a_is_met() {
    let mut seed = 11;
    for agents in [31, 33] {
        for theta in [0.5, 1.0, 2.0, 4.0] {
            let line = Line {
                arrivals: 120.0,
                talk: 900.0,
                agents,
                patience: Some(3600.0 / theta),
            };
            erlang_a(line, seed).check();
            seed += 1;
        }
    }
    for agents in [13, 9] {
        let line = Line {
            arrivals: 210.0,
            talk: 180.0,
            agents,
            patience: Some(300.0),
        };
        erlang_a(line, seed).check();
        seed += 1;
    }
    erlang_a_half_hour().check();
}

/// P(wait) is printed for all of them, the mean wait for the last.
#[test]
fn every_printed_row_of_erlang_c_is_met() {
    for (seed, agents) in (41..).zip([31, 33, 35]) {
        let line = Line {
            arrivals: 120.0,
            talk: 900.0,
            agents,
            patience: None,
        };
        let exact = line.solve();
        let mut expected = vec![
            Expected::whole("wait_probability", exact.wait_probability()),
            Expected::whole("occupancy", exact.occupancy()),
        ];
        // At 97 % load and 31 agents its last percent would take a billion calls.
        if agents > 31 {
            expected.push(Expected::whole("mean_wait", exact.mean_wait() * 3600.0));
        }
        line.model(seed, expected).check();
    }
    let line = Line {
        arrivals: 210.0,
        talk: 180.0,
        agents: 13,
        patience: None,
    };
    let exact = line.solve();
    let expected = vec![
        Expected::whole("wait_probability", exact.wait_probability()),
        Expected::whole("mean_wait", exact.mean_wait() * 3600.0),
        Expected::whole("occupancy", exact.occupancy()),
    ];
    line.model(44, expected).check();
}
