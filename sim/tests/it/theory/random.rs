//! Random parameter sets: Erlang-C and Erlang-A from one agent to hundreds and from quiet to
//! overloaded, a limited number of places, two classes of which one is always taken first.
//!
//! Sets are drawn from fixed seeds. One whose rarest share is below [`RAREST`] is drawn again: to
//! know it to 1 % would take hundreds of millions of calls.

use super::rows::{Line, erlang_a};
use super::{Expected, Model, is_proof};
use crate::exact::birth_death::Stationary;
use crate::exact::priority;

/// The rarest share that is measured to 1 %.
const RAREST: f64 = 0.02;

/// SplitMix64 (Steele, Lea, Flood 2014): parameters must not move with a crate's version.
struct Draws(u64);

impl Draws {
    /// 0..1.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) as f64 / 2f64.powi(64)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Evenly over the orders of magnitude, rounded to three digits.
    fn magnitude(&mut self, low: f64, high: f64) -> f64 {
        three_digits(self.between(low.ln(), high.ln()).exp())
    }

    /// A line of `most` agents at most whose load is a share `low..high` of them.
    fn line(&mut self, most: f64, (low, high): (f64, f64), is_patient: bool) -> Line {
        let agents = self.magnitude(1.0, most).round();
        let talk = self.magnitude(30.0, 1200.0);
        let load = self.between(low, high);
        let arrivals = three_digits(load * agents * 3600.0 / talk);
        let patience = (!is_patient).then(|| three_digits(talk * self.magnitude(0.1, 10.0)));
        Line {
            arrivals,
            talk,
            agents: agents as usize,
            patience,
        }
    }
}

/// What a scenario file says and what is solved must be one number.
fn three_digits(x: f64) -> f64 {
    format!("{x:.2e}").parse().expect("a number")
}

/// How many of the drawn sets are run.
fn sets(reduced: usize, full: usize) -> usize {
    if is_proof() { full } else { reduced }
}

/// Draws until `n` sets are kept, then checks each.
fn check(n: usize, seed: u64, mut draw: impl FnMut(&mut Draws, u64) -> Option<Model>) {
    let mut draws = Draws(seed);
    let models = (seed * 100..).filter_map(|seed| draw(&mut draws, seed));
    for model in models.take(n) {
        model.check();
    }
}

fn is_common(shares: &[f64]) -> bool {
    shares.iter().all(|share| *share >= RAREST)
}

#[test]
fn random_erlang_a_sets_are_met() {
    check(sets(8, 24), 51, |draws, seed| {
        let line = draws.line(500.0, (0.4, 1.6), false);
        let exact = line.solve();
        let within = exact.served_within(20.0 / 3600.0);
        is_common(&[exact.wait_probability(), exact.abandonment(), within])
            .then(|| erlang_a(line, seed))
    });
}

#[test]
fn random_erlang_c_sets_are_met() {
    check(sets(6, 12), 52, |draws, seed| {
        let line = draws.line(300.0, (0.2, 0.95), true);
        let exact = line.solve();
        is_common(&[exact.wait_probability()]).then(|| {
            let expected = vec![
                Expected::whole("queue_length_mean", exact.mean_queue()),
                Expected::whole("wait_probability", exact.wait_probability()),
                Expected::whole("mean_wait", exact.mean_wait() * 3600.0),
                Expected::whole("occupancy", exact.occupancy()),
            ];
            line.model(seed, expected)
        })
    });
}

/// M/M/n/n+K, without and with abandonment: refused when the line is full.
#[test]
fn random_sets_with_limited_places_are_met() {
    check(sets(6, 12), 53, |draws, seed| {
        let is_patient = draws.unit() < 0.5;
        let line = draws.line(100.0, (0.6, 1.5), is_patient);
        let places = draws.magnitude(1.0, 2.0 * line.agents as f64 + 3.0) as usize;
        let exact = line.station().with_places(places).solve();
        let mut rare = vec![exact.blocking(), exact.wait_probability()];
        if !is_patient {
            rare.push(exact.abandonment());
        }
        is_common(&rare).then(|| limited(line, places, &exact, seed))
    });
}

fn limited(line: Line, places: usize, exact: &Stationary, seed: u64) -> Model {
    let let_in = 1.0 - exact.blocking();
    let mut expected = vec![
        Expected::whole("connection_rate", exact.served()),
        // Neither offered at once: those that wait and those that are refused.
        Expected::whole(
            "wait_probability",
            exact.wait_probability() + exact.blocking(),
        ),
        Expected::whole("queue_length_mean", exact.mean_queue()),
        Expected::whole("mean_wait", exact.mean_wait() * 3600.0),
        Expected::whole("occupancy", exact.occupancy()),
    ];
    if line.patience.is_some() {
        expected.push(Expected::whole("abandonment_rate", exact.abandonment()));
        assert!(exact.abandonment() < let_in);
    }
    let mut model = line.model(seed, expected);
    model.what = format!("{}, {places} places", model.what);
    model
        .set
        .push(format!("policy.queues.line.max_length={places}"));
    model
        .set
        .push("policy.queues.line.on_full=hang_up".to_string());
    // However loaded, a full line forgets within some services and fillings of it.
    let fill = (line.agents + places) as f64 / line.arrivals;
    model.warm_up = 10.0 * (line.talk / 3600.0 + fill);
    model
}

/// Two patient classes, the first always before the second, nobody interrupted.
#[test]
fn random_sets_of_two_priorities_are_met() {
    check(sets(4, 8), 54, |draws, seed| {
        let line = draws.line(60.0, (0.5, 0.93), true);
        let first_share = draws.between(0.15, 0.7);
        let percent = (first_share * 100.0).round();
        let first = line.arrivals * percent / 100.0;
        let arrivals = [first, line.arrivals - first];
        let exact = line.solve();
        is_common(&[exact.wait_probability()]).then(|| {
            let waits = priority::mean_waits(arrivals, 3600.0 / line.talk, line.agents);
            let of = |class, hours: f64| Expected {
                id: "mean_wait",
                class: Some(class),
                exact: hours * 3600.0,
            };
            let expected = vec![
                of("first", waits[0]),
                of("second", waits[1]),
                Expected::whole("mean_wait", exact.mean_wait() * 3600.0),
                Expected::whole("wait_probability", exact.wait_probability()),
            ];
            let mut model = line.model(seed, expected);
            model.what = format!("{}, {percent} % before the rest", model.what);
            let talk = format!("talk: {{ exponential: {{ mean: {}s }} }}", line.talk);
            model.set = vec![
                format!("agents.all.count={}", line.agents),
                format!("calls.line.arrivals={{ poisson: {}/h }}", line.arrivals),
                format!(
                    "calls.line.classes={{ first: {{ share: {percent}%, {talk} }}, second: {{ share: {}%, {talk} }} }}",
                    100.0 - percent
                ),
                "policy.features.priority_queue=100%".to_string(),
                // Longer than any wait: always before.
                "policy.queues.line.priority={ first: { head_start: 360d }, second: { head_start: 0s } }"
                    .to_string(),
            ];
            model
        })
    });
}
