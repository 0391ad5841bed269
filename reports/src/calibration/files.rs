//! A calibration for programs: JSON with every figure and its interval, CSV with a row per speaker and scope. Keys in
//! a fixed order, numbers in their shortest exact form, seconds and shares, absent values `null` or empty.

use std::fmt::Write as _;

use serde::Serialize;

use super::summary::{Calibration, Difference, Figures, Ratio, Role, Speaker, Unit, Verdict};

pub use super::page::calibration_page;

/// Several calibrations as one document.
#[must_use]
pub fn calibration_json(calibrations: &[Calibration]) -> String {
    let json = Json {
        schema: 1,
        calibrations: calibrations.iter().map(CalibrationJson::of).collect(),
    };
    let mut text = serde_json::to_string_pretty(&json)
        .expect("invariant: a calibration has string keys and no foreign types");
    text.push('\n');
    text
}

/// A row per speaker and scope.
#[must_use]
pub fn calibration_csv(calibration: &Calibration) -> String {
    let mut text = String::from(
        "speaker,scope,n,announced,within_30s,within_30s_lower,within_30s_upper,of_oracle,of_oracle_lower,\
         of_oracle_upper,bias_s,mae_s,coverage,within_less_best,within_less_best_lower,within_less_best_upper,p_value,\
         verdict\n",
    );
    for speaker in &calibration.speakers {
        for (scope, figures) in [("first", &speaker.first), ("all", &speaker.all)] {
            let Some(figures) = figures else { continue };
            let less = figures.within_less_best;
            let mut cells = vec![
                speaker.name.clone(),
                scope.to_owned(),
                figures.n.to_string(),
                speaker
                    .announced
                    .map_or(String::new(), |r| r.point.to_string()),
            ];
            cells.extend(three(Some(figures.within_30s)));
            cells.extend(three(figures.of_oracle));
            let points = [figures.bias, figures.mae, figures.coverage];
            cells.extend(points.map(|ratio| ratio.point.to_string()));
            cells.extend(three(less.map(|less| less.by)));
            let p_value = less.and_then(|less| less.p_value);
            cells.push(p_value.map_or(String::new(), |p| p.to_string()));
            cells.push(less.map_or(String::new(), |less| key(less.verdict).to_owned()));
            let _ = writeln!(text, "{}", cells.join(","));
        }
    }
    text
}

/// Point, lower and upper bound; empty where there is none.
fn three(ratio: Option<Ratio>) -> [String; 3] {
    let interval = ratio.and_then(|ratio| ratio.interval);
    [
        ratio.map(|ratio| ratio.point),
        interval.map(|interval| interval.lower),
        interval.map(|interval| interval.upper),
    ]
    .map(|number| number.map_or(String::new(), |number| number.to_string()))
}

const fn key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Worse => "worse",
        Verdict::Better => "better",
        Verdict::Alike => "not_shown",
    }
}

#[derive(Serialize)]
struct Json<'a> {
    schema: u32,
    calibrations: Vec<CalibrationJson<'a>>,
}

#[derive(Serialize)]
struct CalibrationJson<'a> {
    scenario: &'a str,
    engine: &'a str,
    world_digest: &'a str,
    seed: u64,
    replications: u32,
    confidence: f64,
    unit: &'static str,
    units: usize,
    between: Option<(f64, f64)>,
    calls: u64,
    same_waits: bool,
    no_oracle: Option<&'a str>,
    made_to_announce: &'a [String],
    speakers: Vec<SpeakerJson<'a>>,
    command: &'a str,
}

#[derive(Serialize)]
struct SpeakerJson<'a> {
    name: &'a str,
    role: &'static str,
    announced: Option<RatioJson>,
    first: Option<FiguresJson>,
    all: Option<FiguresJson>,
}

#[derive(Serialize)]
struct FiguresJson {
    n: u64,
    within_30s: RatioJson,
    bias: RatioJson,
    mae: RatioJson,
    coverage: RatioJson,
    of_oracle: Option<RatioJson>,
    promised: Option<PromisedJson>,
    within_less_best: Option<DifferenceJson>,
    mae_less_best: Option<DifferenceJson>,
}

#[derive(Serialize)]
struct PromisedJson {
    n: u64,
    expected: RatioJson,
    kept: RatioJson,
    difference: RatioJson,
}

#[derive(Serialize)]
struct DifferenceJson {
    #[serde(flatten)]
    by: RatioJson,
    p_value: Option<f64>,
    verdict: &'static str,
}

#[derive(Serialize)]
struct RatioJson {
    mean: f64,
    lower: Option<f64>,
    upper: Option<f64>,
}

impl<'a> CalibrationJson<'a> {
    fn of(calibration: &'a Calibration) -> Self {
        let meta = &calibration.meta;
        CalibrationJson {
            scenario: &meta.scenario,
            engine: &meta.engine,
            world_digest: &meta.world_digest,
            seed: meta.seed,
            replications: meta.replications,
            confidence: meta.confidence,
            unit: match meta.unit {
                Unit::Replication => "replication",
                Unit::Day => "day",
            },
            units: calibration.n_units,
            between: meta.between,
            calls: calibration.calls,
            same_waits: meta.same_waits,
            no_oracle: meta.no_oracle.as_deref(),
            made_to_announce: &meta.made_to_announce,
            speakers: calibration.speakers.iter().map(SpeakerJson::of).collect(),
            command: &meta.command,
        }
    }
}

impl<'a> SpeakerJson<'a> {
    fn of(speaker: &'a Speaker) -> Self {
        SpeakerJson {
            name: &speaker.name,
            role: match speaker.role {
                Role::Oracle => "oracle",
                Role::Best => "default",
                Role::Other => "other",
            },
            announced: speaker.announced.map(RatioJson::of),
            first: speaker.first.as_ref().map(FiguresJson::of),
            all: speaker.all.as_ref().map(FiguresJson::of),
        }
    }
}

impl FiguresJson {
    fn of(figures: &Figures) -> Self {
        FiguresJson {
            n: figures.n,
            within_30s: RatioJson::of(figures.within_30s),
            bias: RatioJson::of(figures.bias),
            mae: RatioJson::of(figures.mae),
            coverage: RatioJson::of(figures.coverage),
            of_oracle: figures.of_oracle.map(RatioJson::of),
            promised: figures.promised.map(|promised| PromisedJson {
                n: promised.n,
                expected: RatioJson::of(promised.expected),
                kept: RatioJson::of(promised.kept),
                difference: RatioJson::of(promised.difference),
            }),
            within_less_best: figures.within_less_best.map(DifferenceJson::of),
            mae_less_best: figures.mae_less_best.map(DifferenceJson::of),
        }
    }
}

impl DifferenceJson {
    fn of(difference: Difference) -> Self {
        DifferenceJson {
            by: RatioJson::of(difference.by),
            p_value: difference.p_value,
            verdict: key(difference.verdict),
        }
    }
}

impl RatioJson {
    fn of(ratio: Ratio) -> Self {
        RatioJson {
            mean: ratio.point,
            lower: ratio.interval.map(|interval| interval.lower),
            upper: ratio.interval.map(|interval| interval.upper),
        }
    }
}
