//! Against other people's code: the samplers of `rand_distr`, which work by other methods, in a
//! two-sample Kolmogorov-Smirnov test; the distribution functions of `statrs`.

use super::laws::named;
use rand_distr::Distribution;
use sim::dist::Dist;
use sim::streams::{Draw, Purpose, Seed, Streams};
use statrs::distribution::ContinuousCDF;

const SAMPLE: u64 = 20_000;

fn streams() -> Streams {
    Streams::new(Seed {
        seed: 11,
        replication: 0,
    })
}

/// Ours from the first draw of each entity; theirs from one long sequence of the same generator.
fn kolmogorov_smirnov(dist: &Dist, theirs: impl Fn(&mut Draw) -> f64) -> f64 {
    let streams = streams();
    let micros = |e| dist.sample_micros(streams.unit(Purpose::Talk, e, 0));
    let mut ours: Vec<f64> = (0..SAMPLE).map(|e| micros(e) as f64 * 1e-6).collect();
    let mut rng = streams.draw(Purpose::Patience, 0);
    let mut others: Vec<f64> = (0..SAMPLE).map(|_| theirs(&mut rng)).collect();
    ours.sort_unstable_by(f64::total_cmp);
    others.sort_unstable_by(f64::total_cmp);
    let (mut i, mut j, mut distance) = (0, 0, 0.0f64);
    while i < ours.len() && j < others.len() {
        // Step over ties together, or a rounded sample would seem far from itself.
        let x = ours[i].min(others[j]);
        i += ours[i..].iter().take_while(|&&v| v <= x).count();
        j += others[j..].iter().take_while(|&&v| v <= x).count();
        distance = distance.max((i as f64 - j as f64).abs() / SAMPLE as f64);
    }
    distance
}

/// 0.1 % of pairs of equal distributions lie beyond 1.95 sqrt(2/n).
const LIMIT: f64 = 0.0195;

#[track_caller]
fn check(name: &str, theirs: impl Fn(&mut Draw) -> f64) {
    let distance = kolmogorov_smirnov(&named(name), theirs);
    assert!(distance < LIMIT, "{name}: distance {distance}");
}

/// sigma and mu of the lognormal of that mean and standard deviation.
fn lognormal(mean: f64, sd: f64) -> (f64, f64) {
    let square = (1.0 + (sd / mean).powi(2)).ln();
    (mean.ln() - square / 2.0, square.sqrt())
}

#[test]
fn every_law_has_the_distribution_of_the_samplers_of_rand_distr() {
    let (mu, sigma) = lognormal(180.0, 278.0);
    let (wild_mu, wild_sigma) = lognormal(10.0, 1e4);
    macro_rules! against {
        ($name:literal, $theirs:expr) => {{
            let theirs = $theirs.expect("valid");
            check($name, |rng| theirs.sample(rng));
        }};
    }
    against!("exponential", rand_distr::Exp::new(1.0 / 120.0));
    against!("uniform", rand_distr::Uniform::new(2.0, 5.0));
    against!("lognormal", rand_distr::LogNormal::new(mu, sigma));
    against!(
        "lognormal wild",
        rand_distr::LogNormal::new(wild_mu, wild_sigma)
    );
    against!("gamma", rand_distr::Gamma::new(2.5, 180.0 / 2.5));
    against!("gamma small", rand_distr::Gamma::new(0.3, 200.0));
    against!("gamma day", rand_distr::Gamma::new(400.0, 1.0 / 400.0));
    against!("erlang", rand_distr::Gamma::new(3.0, 60.0));
    against!("weibull steep", rand_distr::Weibull::new(300.0, 20.0));
    against!("triangular", rand_distr::Triangular::new(1.0, 6.0, 2.0));
    let exponential = |mean: f64| rand_distr::Exp::new(1.0 / mean).expect("valid");
    check("hyperexponential", |rng| {
        let u = rng.unit();
        let mean = match u {
            u if u < 0.3 => 30.0,
            u if u < 0.9 => 300.0,
            _ => 3000.0,
        };
        exponential(mean).sample(rng)
    });
    let (mu, sigma) = lognormal(60.0, 40.0);
    let talk = rand_distr::LogNormal::new(mu, sigma).expect("valid");
    let rest = rand_distr::Gamma::new(0.5, 400.0).expect("valid");
    check("mixture", |rng| match rng.unit() {
        u if u < 0.2 => 30.0,
        u if u < 0.7 => talk.sample(rng),
        _ => rest.sample(rng),
    });
}

#[test]
fn the_test_of_samplers_sees_a_mean_that_is_eight_percent_off() {
    let theirs = rand_distr::Exp::new(1.0 / 129.6).expect("valid");
    assert!(kolmogorov_smirnov(&named("exponential"), |rng| theirs.sample(rng)) > LIMIT);
}

#[test]
fn distribution_functions_are_those_of_statrs() {
    fn against(name: &str, dist: &Dist, theirs: impl ContinuousCDF<f64, f64>) {
        for i in 1..200 {
            let x = dist.sample(f64::from(i) / 200.0);
            for x in [x, x * 0.01, x * 3.0] {
                let (got, want) = (dist.cdf(x), theirs.cdf(x));
                assert!((got - want).abs() < 1e-9, "{name} at {x}: {got}, {want}");
                let (got, want) = (dist.survival(x), theirs.sf(x));
                assert!((got - want).abs() < 1e-9, "{name} at {x}: {got}, {want}");
            }
        }
    }
    use statrs::distribution as other;
    let (mu, sigma) = lognormal(180.0, 278.0);
    let valid = "valid";
    against(
        "exponential",
        &named("exponential"),
        other::Exp::new(1.0 / 120.0).expect(valid),
    );
    against(
        "uniform",
        &named("uniform"),
        other::Uniform::new(2.0, 5.0).expect(valid),
    );
    against(
        "lognormal",
        &named("lognormal"),
        other::LogNormal::new(mu, sigma).expect(valid),
    );
    against(
        "gamma",
        &named("gamma"),
        other::Gamma::new(2.5, 2.5 / 180.0).expect(valid),
    );
    against(
        "gamma small",
        &named("gamma small"),
        other::Gamma::new(0.3, 0.3 / 60.0).expect(valid),
    );
    against(
        "gamma day",
        &named("gamma day"),
        other::Gamma::new(400.0, 400.0).expect(valid),
    );
    against(
        "erlang",
        &named("erlang"),
        other::Erlang::new(3, 3.0 / 180.0).expect(valid),
    );
    against(
        "weibull steep",
        &named("weibull steep"),
        other::Weibull::new(20.0, 300.0).expect(valid),
    );
    against(
        "triangular",
        &named("triangular"),
        other::Triangular::new(1.0, 6.0, 2.0).expect(valid),
    );
}

#[test]
fn a_weibull_by_its_mean_has_that_mean() {
    let scale = 300.0 / statrs::function::gamma::gamma(1.0 + 1.0 / 0.7);
    let by_mean = named("weibull");
    let by_scale = Dist::weibull_scale(0.7, scale).expect("valid");
    assert!((by_mean.mean() - 300.0).abs() < 1e-9);
    for u in [0.001, 0.2, 0.5, 0.99] {
        assert!((by_mean.sample(u) / by_scale.sample(u) - 1.0).abs() < 1e-9);
    }
}
