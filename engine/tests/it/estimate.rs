//! Estimates measured
mod bank;
mod world;
use engine::estimate::Estimator;
use world::{Centre, Law, run};

#[test]
fn table() {
    let calls: u32 = std::env::var("LINEFINDER_ESTIMATE_CALLS")
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(2000);
    println!(
        "{:>4} {:>5} {:>5} {:10} waited oracle | {}",
        "n",
        "load",
        "pat",
        "kind",
        "best ql hol les ma ewma (share of oracle) | best p50 p90 bias mae oracle p50 p90 bias mae"
    );
    let ln = Law::LogNormal(180.0, 1.3);
    let ex = Law::Exponential(180.0);
    for agents in [10, 50, 300] {
        for load in [0.9, 1.0, 1.2] {
            for patience in [120.0, 300.0, 600.0] {
                for (name, service, pat, step) in [
                    ("M+M", ex, Law::Exponential(patience), false),
                    ("LN+M", ln, Law::Exponential(patience), false),
                    ("LN+LN", ln, Law::LogNormal(patience, 2.0), false),
                    ("step M+M", ex, Law::Exponential(patience), true),
                    ("step LN", ln, Law::LogNormal(patience, 2.0), true),
                ] {
                    let (calls, runs) = if step {
                        (agents * 10, (calls / (agents * 10)).max(1))
                    } else {
                        (calls, 1)
                    };
                    let mut s = world::Scores::default();
                    for i in 0..runs {
                        let x = run(&Centre {
                            seed: 7 + i as u64,
                            agents,
                            load,
                            service,
                            patience: pat,
                            warm_up: agents.max(40) * 20,
                            calls,
                            agents_then: if step { agents / 2 } else { agents },
                        });
                        s.merge(&x);
                    }
                    let o = &s.oracle;
                    print!(
                        "{agents:>4} {load:>5} {patience:>5} {name:10} {:>6} {:.3} |",
                        s.waited,
                        o.share(o.within_30s)
                    );
                    for e in Estimator::ALL {
                        print!(" {:.3}", s.of_oracle(e));
                    }
                    for b in [s.of[0], s.of[1], *o] {
                        print!(
                            " | {:.3} {:.3} {:>6.1} {:>5.1}",
                            b.share(b.below_p50),
                            b.share(b.below_p90),
                            b.bias / b.announced as f64,
                            b.absolute / b.announced as f64
                        );
                    }
                    println!();
                }
            }
        }
    }
}

#[test]
fn bank_log() {
    let Some(s) = bank::replay() else {
        println!("absent");
        return;
    };
    println!("waited {}", s.waited);
    for e in Estimator::ALL {
        let b = &s.of[e as usize];
        println!(
            "BANK {e:?} {:.4} announced {:.3} p50 {:.3} p90 {:.3} bias {:.1} mae {:.1}",
            s.within(e),
            b.announced as f64 / s.waited as f64,
            b.share(b.below_p50),
            b.share(b.below_p90),
            b.bias / b.announced as f64,
            b.absolute / b.announced as f64
        );
    }
}
