//! What a reader has to know beside the tables: the oracle's promise or why there is none, whether the same calls waited,
//! and which figures prefer another estimator than the share within 30 s does.

use super::summary::{Calibration, Difference, Figures, Ratio, Role, Speaker, Verdict};
use super::table::{grouped, percent, percents, points};
use crate::render::{confidence, signed};

/// What the reader of the tables has to know beside them.
pub(super) fn sentences(calibration: &Calibration) -> Vec<String> {
    let meta = &calibration.meta;
    let level = confidence(meta.confidence);
    let mut sentences = Vec::new();
    sentences.push(match &meta.no_oracle {
        Some(why) => format!("no oracle: {why}"),
        None => "oracle: knows every rate and the line; nobody who sees no more can expect a greater share".to_owned(),
    });
    for (name, of) in [
        (
            "first",
            (|s: &Speaker| s.first.as_ref()) as fn(&Speaker) -> Option<&Figures>,
        ),
        ("all", |s| s.all.as_ref()),
    ] {
        sentences.extend(promise(calibration, name, of, &level));
    }
    sentences.push(if meta.same_waits {
        "the same calls waited equally long under every estimator: callers do not react to what they are told".to_owned()
    } else {
        "waits differ between estimators: something reacts to what is announced, and the column less best compares different waits".to_owned()
    });
    if !meta.made_to_announce.is_empty() {
        sentences.push(format!(
            "made to announce waits, as calls join and every minute: {}",
            meta.made_to_announce.join(", ")
        ));
    }
    if calibration.n_units < 2 {
        sentences.push(match calibration.n_units {
            0 => "no call that waited in a queue was connected: there is nothing to announce (a legacy flow has no queue)".to_owned(),
            _ => "calls that waited were connected in one replication only: no intervals and no verdicts; give more --replications".to_owned(),
        });
    }
    let n_others = calibration
        .speakers
        .iter()
        .filter(|speaker| speaker.role == Role::Other)
        .count();
    if n_others > 0 {
        sentences.push(format!(
            "verdicts: share within 30 s less that of best, on the same calls, at {level} for all {n_others} together (Holm)"
        ));
        sentences.extend(preferred(calibration));
    }
    sentences.push(
        "in range: remaining waits between the announced P50 and P90; 40 % is right".to_owned(),
    );
    sentences
}

fn promise(
    calibration: &Calibration,
    name: &str,
    of: fn(&Speaker) -> Option<&Figures>,
    level: &str,
) -> Option<String> {
    let oracle = calibration
        .speakers
        .iter()
        .find(|speaker| speaker.role == Role::Oracle)?;
    let promised = of(oracle)?.promised?;
    let best = calibration
        .speakers
        .iter()
        .find(|speaker| speaker.role == Role::Best)
        .and_then(of)
        .and_then(|figures| figures.of_oracle)
        .map_or(String::new(), |ratio| {
            format!(
                "; best is right {} as often ({level}: {})",
                percent(ratio.point),
                percents(ratio)
            )
        });
    Some(format!(
        "oracle, {name}: best share possible in the states met {}, kept {} (difference {}, {} announcements){best}",
        percent(promised.expected.point),
        percent(promised.kept.point),
        points(promised.difference),
        grouped(promised.n)
    ))
}

/// Estimators that another figure than the share within 30 s puts before the default one.
fn preferred(calibration: &Calibration) -> Vec<String> {
    let mut sentences = Vec::new();
    for speaker in calibration
        .speakers
        .iter()
        .filter(|s| s.role == Role::Other)
    {
        for (scope, figures) in [("first", &speaker.first), ("all", &speaker.all)] {
            let Some(less) = figures.as_ref().and_then(|figures| figures.mae_less_best) else {
                continue;
            };
            if less.verdict == Verdict::Better {
                sentences.push(format!(
                    "by mean absolute error ({scope}) {} is better than best: {}",
                    speaker.name,
                    seconds_of(&less)
                ));
            }
        }
    }
    let best = calibration
        .speakers
        .iter()
        .find(|speaker| speaker.role == Role::Best)
        .and_then(|speaker| speaker.first.as_ref());
    let Some(best) = best else { return sentences };
    sentences.extend(nearer(calibration, best, "bias, to 0 s,", |f| f.bias, 0.0));
    sentences.extend(nearer(
        calibration,
        best,
        "coverage, to 40 %,",
        |f| f.coverage,
        0.4,
    ));
    sentences
}

/// Who is nearer to what is right than the default estimator, by more than both intervals leave open.
fn nearer(
    calibration: &Calibration,
    best: &Figures,
    name: &str,
    of: fn(&Figures) -> Ratio,
    right: f64,
) -> Option<String> {
    let off = |ratio: Ratio| (ratio.point - right).abs();
    let reach = |ratio: Ratio| ratio.interval.map(|i| (i.upper - i.lower) / 2.0);
    let own = of(best);
    let others = calibration
        .speakers
        .iter()
        .filter(|speaker| speaker.role == Role::Other)
        .filter_map(|speaker| {
            let ratio = of(speaker.first.as_ref()?);
            let most = off(own) - reach(own)? - reach(ratio)?;
            (off(ratio) < most).then_some(speaker.name.as_str())
        });
    let names: Vec<&str> = others.collect();
    (!names.is_empty()).then(|| format!("nearer than best by {name} (first): {}", names.join(", ")))
}

fn seconds_of(difference: &Difference) -> String {
    let by = difference.by;
    let interval = by.interval.map_or(String::new(), |interval| {
        format!(
            " ({} .. {} s)",
            signed(interval.lower, 1),
            signed(interval.upper, 1)
        )
    });
    format!("{} s{interval}", signed(by.point, 1))
}
