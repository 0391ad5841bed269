//! The charts of a calibration, all of first announcements: announced against realised, errors, by time, by place in
//! line. The oracle is drawn as a reference, the default estimator first, others beside them a few at a time.

use super::Shape;
use super::shape::{ANNOUNCED_FROM, ERROR_STEP, POSITION_FROM};
use super::summary::{Calibration, Role as Who, Speaker};
use crate::chart::{Chart, Mark, Numbers, Plotted, Point, Role, Scale, Series};
use crate::record::EstimateCounts;

/// Shares of fewer announcements than this are left out: they are noise.
const FEWEST: u64 = 30;
/// Others drawn in one chart beside the oracle and the default estimator: more would not be told apart.
const BESIDE: usize = 2;

pub(super) fn others(calibration: &Calibration) -> impl Iterator<Item = &Speaker> {
    let speakers = calibration.speakers.iter();
    speakers.filter(|speaker| speaker.role == Who::Other)
}

/// A name as part of an id.
fn slug(name: &str) -> String {
    name.replace('_', "-")
}

/// What was realised of waits announced alike.
fn realised(speaker: &Speaker) -> Vec<Point> {
    let bins = &speaker.shape.by_announced;
    bins.iter()
        .filter(|bin| bin.n >= FEWEST)
        .filter_map(|bin| {
            Some(Point {
                x: bin.announced()?,
                y: bin.realised()?,
                band: Some((bin.quantile(0.5)?, bin.quantile(0.9)?)),
            })
        })
        .collect()
}

/// Announced against realised, a chart per speaker, all on one scale.
pub(super) fn reliability(calibration: &Calibration) -> Vec<Chart> {
    let speakers = calibration.speakers.iter();
    let all: Vec<(&Speaker, Vec<Point>)> = speakers.map(|s| (s, realised(s))).collect();
    let points = || all.iter().flat_map(|(_, points)| points);
    let ends = (
        points().map(|point| point.x).fold(0.0, f64::max),
        points()
            .map(|point| point.band.map_or(point.y, |(_, upper)| upper.max(point.y)))
            .fold(0.0, f64::max),
    );
    all.iter()
        .filter_map(|(speaker, points)| reliability_of(speaker, points.clone(), ends))
        .collect()
}

fn reliability_of(speaker: &Speaker, points: Vec<Point>, ends: (f64, f64)) -> Option<Chart> {
    let last = points.last()?.x;
    let role = match speaker.role {
        Who::Oracle => Role::Third,
        Who::Best => Role::First,
        Who::Other => Role::Second,
    };
    Plotted {
        id: format!("reliability-{}", slug(&speaker.name)),
        title: speaker.name.clone(),
        description: format!(
            "Mean realised wait of calls that {} told the same, in {} bins of the announced point, with the band from the \
             realised median to the realised 90 % point. On the dotted line both are equal.",
            speaker.name,
            points.len()
        ),
        x: Scale::new("announced, seconds", Numbers::Plain).until(ends.0),
        y: Scale::new("realised, seconds", Numbers::Plain).until(ends.0.max(ends.1)),
        series: vec![
            Series::line("equal", Role::Reference, [(0.0, 0.0), (last, last)]),
            Series {
                name: "mean, P50 to P90".to_owned(),
                role,
                mark: Mark::Marked,
                points,
            },
        ],
    }
    .draw()
}

/// The oracle, the default estimator and some others.
pub(super) struct Group<'a> {
    number: usize,
    /// Also those of the other groups: all have one scale.
    all: &'a [Speaker],
    speakers: Vec<(&'a Speaker, Role)>,
}

pub(super) fn groups(calibration: &Calibration) -> impl Iterator<Item = Group<'_>> {
    let others: Vec<&Speaker> = others(calibration).collect();
    let n_groups = others.len().div_ceil(BESIDE).max(1);
    let each = others.len().div_ceil(n_groups).max(1);
    (0..n_groups).map(move |group| {
        let firsts = calibration
            .speakers
            .iter()
            .filter_map(|speaker| match speaker.role {
                Who::Oracle => Some((speaker, Role::Reference)),
                Who::Best => Some((speaker, Role::First)),
                Who::Other => None,
            });
        let beside = others.iter().skip(group * each).take(each);
        let roles = [Role::Second, Role::Third, Role::Fourth];
        Group {
            number: group + 1,
            all: &calibration.speakers,
            speakers: firsts
                .chain(beside.zip(roles).map(|(speaker, role)| (*speaker, role)))
                .collect(),
        }
    })
}

impl Group<'_> {
    fn names(&self) -> String {
        let names: Vec<&str> = self.speakers.iter().map(|(s, _)| s.name.as_str()).collect();
        names.join(", ")
    }

    fn drawn(
        &self,
        id: &str,
        title: &str,
        description: &str,
        axes: (Scale, Scale),
        points: impl Fn(&Shape) -> Vec<(f64, f64)>,
    ) -> Option<Chart> {
        let values = self.all.iter().flat_map(|speaker| points(&speaker.shape));
        let most = values.map(|(_, y)| y).fold(0.0, f64::max);
        let series = self.speakers.iter().map(|(speaker, role)| {
            Series::line(speaker.name.clone(), *role, points(&speaker.shape))
        });
        Plotted {
            id: format!("{id}-{}", self.number),
            title: format!("{title}: {}", self.names()),
            description: description.to_owned(),
            x: axes.0,
            y: axes.1.until(most),
            series: series.collect(),
        }
        .draw()
    }
}

/// How many errors are at most so large, in either direction: the higher a curve, the better.
pub(super) fn errors(group: &Group<'_>) -> Option<Chart> {
    group.drawn(
        "errors",
        "Announced less realised",
        &format!(
            "Share of first announcements by their error in steps of {ERROR_STEP} s: below 0 the caller waited longer than it was \
             told. Beyond 5 minutes nothing is drawn."
        ),
        (
            Scale::new("announced less realised, seconds", Numbers::Plain).cut(),
            Scale::new("share", Numbers::Percent),
        ),
        |shape| {
            let all: u64 = shape.errors.values().sum();
            (-30..=30)
                .map(|step| {
                    let error = step * ERROR_STEP;
                    let n = shape.errors.get(&error).copied().unwrap_or(0);
                    (f64::from(error), n as f64 / all.max(1) as f64)
                })
                .collect()
        },
    )
}

fn share(counts: &EstimateCounts) -> f64 {
    if counts.n < FEWEST {
        return f64::NAN;
    }
    counts.within_30s as f64 / counts.n as f64
}

pub(super) fn by_time(group: &Group<'_>) -> Option<Chart> {
    group.drawn(
        "within-by-time",
        "Within 30 s",
        &format!(
            "Share of first announcements within 30 s of the wait that remained, by the moment of the announcement; moments \
             with fewer than {FEWEST} are left out."
        ),
        (
            Scale::new("hours since the start", Numbers::Plain).cut(),
            Scale::new("within 30 s", Numbers::Percent),
        ),
        |shape| {
            let step = shape.time_step as f64 / 3.6e9;
            let bins = shape.by_time.iter().enumerate();
            bins.map(|(i, counts)| ((i as f64 + 0.5) * step, share(counts)))
                .collect()
        },
    )
}

pub(super) fn by_position(group: &Group<'_>) -> Option<Chart> {
    let first = &group.speakers.first()?.0.shape;
    let used = first
        .by_position
        .iter()
        .rposition(|counts| counts.n >= FEWEST)?;
    // Only where each bin begins: with its end the labels would run together.
    let words = POSITION_FROM.iter().take(used + 1);
    let words = words.map(|from| from.to_string());
    group.drawn(
        "within-by-position",
        "Within 30 s",
        &format!(
            "Share of first announcements within 30 s of the wait that remained, by the position announced with it, each group from \
             the number under it to before the next; places \
             with fewer than {FEWEST} are left out."
        ),
        (
            Scale::of_words("place in line, from", words.collect()),
            Scale::new("within 30 s", Numbers::Percent),
        ),
        |shape| {
            let bins = shape.by_position.iter().take(used + 1).enumerate();
            bins.map(|(i, counts)| (i as f64, share(counts))).collect()
        },
    )
}

const _: () = assert!(
    ANNOUNCED_FROM[0] == 0,
    "no announced wait lies before its bins"
);
