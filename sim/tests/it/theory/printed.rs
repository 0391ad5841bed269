//! The four models whose figures the libraries of the Universite de Montreal print, with intervals:
//! ContactCenters and SSJ (Apache-2.0).
//!
//! A figure of ours and a printed one must differ by less than the joint interval, the family's
//! error of 1 % shared among all [`COMPARISONS`]. A value printed without an interval is rounded:
//! half a unit of its last digit. One printed with its spread over days, and no interval of ours,
//! has the spread of a day over the root of our days.

mod occupancy;

use reports::report::RunReport;

use super::{figure, is_proof, run_with};

/// All comparisons of this file.
const COMPARISONS: f64 = 19.0;

/// z(1 - 0.01 / 19 / 2): two-sided, normal.
const Z: f64 = 3.466_993;

/// A figure and its standard error.
#[derive(Clone, Copy)]
struct Estimate {
    mean: f64,
    se: f64,
}

impl Estimate {
    fn of(report: &RunReport, id: &str) -> Self {
        let figure = figure(report, id, None);
        Estimate {
            mean: figure.mean.expect("measured"),
            se: figure.se.expect("replicated"),
        }
    }

    fn times(self, factor: f64) -> Self {
        Estimate {
            mean: self.mean * factor,
            se: self.se * factor,
        }
    }
}

/// `half_width` is that of the printed 95 % interval.
fn agrees(model: &str, what: &str, ours: Estimate, printed: f64, half_width: f64) {
    let Estimate { mean, se } = ours;
    let joint = se.hypot(half_width / 1.96);
    println!(
        "| {model} | {what} | {printed} +-{half_width} | {mean:.4} +-{:.4} | {:+.2} |",
        1.96 * se,
        (mean - printed) / joint
    );
    assert!(
        (mean - printed).abs() <= Z * joint,
        "{model}: {what} is {mean:.4} +- {se:.4} (standard error), printed {printed} +- {half_width} (95 %)"
    );
}

fn days(reduced: u32, full: u32) -> u32 {
    if is_proof() { full } else { reduced }
}

fn run_days(file: &str, n: u32) -> RunReport {
    run_with(file, &[format!("experiment.replications={n}")])
}

/// P(|N| > z), by the complementary error function's continued fraction (Abramowitz and Stegun
/// 26.2.14); good to 1e-10 beyond z = 3.
fn two_sided_tail(z: f64) -> f64 {
    let fraction = (1..200).rev().fold(z, |tail, k| z + f64::from(k) / tail);
    2.0 * (-z * z / 2.0).exp() / (2.0 * core::f64::consts::PI).sqrt() / fraction
}

#[test]
fn the_joint_intervals_have_a_family_wise_confidence_of_99_percent() {
    assert!((two_sided_tail(Z) * COMPARISONS - 0.01).abs() < 1e-5);
}

#[test]
fn mmc_agrees_with_contact_centers() {
    let report = run_days("published/mmc.yaml", days(100, 2000));
    let of = |id| Estimate::of(&report, id);
    let within = of("connected_within_threshold");
    agrees("MMC", "served within 20 s a day", within, 1816.158, 3.5);
    let level = of("service_level_strict");
    agrees("MMC", "service level of served", level, 0.902, 0.002);
    let wait = of("asa").times(1.0 / 60.0);
    agrees("MMC", "mean wait, min", wait, 0.099, 0.0025);
    agrees("MMC", "occupancy", of("occupancy"), 0.695, 0.0015);
}

#[test]
fn mmc_with_abandonment_agrees_with_contact_centers() {
    let report = run_days("published/mmc-abandon.yaml", days(100, 2000));
    let of = |id| Estimate::of(&report, id);
    let abandoned = of("abandoned_calls");
    agrees("MMCAb", "abandoned a day", abandoned, 58.609, 0.95);
    let within = of("connected_within_threshold");
    agrees("MMCAb", "served within 20 s a day", within, 1906.008, 2.2);
    let level = of("service_level_strict");
    agrees("MMCAb", "service level", level, 0.968, 0.0005);
    // Its spread is that of the level with the abandoned ones, or less.
    let of_served = Estimate {
        mean: within.mean / of("connected_calls").mean,
        se: level.se,
    };
    agrees("MMCAb", "service level of served", of_served, 0.975, 0.0005);
    let wait = of("asa").times(1.0 / 60.0);
    agrees("MMCAb", "mean wait of served, min", wait, 0.024, 0.0005);
    agrees("MMCAb", "occupancy", of("occupancy"), 0.675, 0.0015);
}

#[test]
fn the_call_center_of_ssj_agrees() {
    let n = days(300, 10_000);
    let report = run_days("published/ssj-call-center.yaml", n);
    let of = |id| Estimate::of(&report, id);
    let root = f64::from(n).sqrt();
    let offered = of("offered_calls");
    agrees("SSJ", "arrivals a day", offered, 1660.366, 1.55);
    // Of the replications, not of the mean: that of arrivals is known exactly by its control.
    let sd = figure(&report, "offered_calls", None)
        .sd
        .expect("replicated");
    let spread = Estimate {
        mean: sd,
        se: sd / root / 2f64.sqrt(),
    };
    let printed = 93.6;
    // Of a spread over 10,000 days, nearly normal: 1.96 x 93.6 / sqrt(20,000).
    let error = 1.30;
    agrees("SSJ", "sd of arrivals a day", spread, printed, error);
    let lost = of("abandoned_calls").times(1.0 / 1660.0);
    agrees("SSJ", "lost, share", lost, 0.020, 0.0005);
    // SSJ counts every call that waited less than the threshold, hang-ups included (its
    // `endWait`): the connected within T and those that the service level leaves out.
    let within = of("connected_within_threshold").mean;
    let hung_up = offered.mean - within / of("service_level").mean;
    let answered = Estimate {
        mean: (within + hung_up) / 1660.0,
        se: 0.040 / root,
    };
    agrees(
        "SSJ",
        "within 20 s a day over 1660",
        answered,
        0.925,
        0.0008,
    );
    let wait = Estimate {
        mean: of("mean_wait").mean * offered.mean / 1660.0,
        se: 1.997 / root,
    };
    agrees("SSJ", "wait a day over 1660, s", wait, 4.713, 0.033);
}

#[test]
fn the_multi_skill_model_of_contact_centers_agrees() {
    let file = "published/simple-msk.yaml";
    let report = run_days(file, days(100, 1000));
    let of = |id| Estimate::of(&report, id);
    let served = of("connected_calls");
    agrees("SimpleMSK", "served a day", served, 4297.305, 27.2);
    let abandoned = of("abandoned_calls");
    agrees("SimpleMSK", "abandoned a day", abandoned, 910.335, 34.2);
    let level = of("service_level_strict");
    agrees("SimpleMSK", "service level", level, 0.501, 0.0075);
    let first = occupancy::of_the_first_group(file, days(60, 400));
    agrees("SimpleMSK", "occupancy of group 0", first, 0.881, 0.0035);
}
