//! `calibrate.html`: who is right how often, then the charts: announced against realised, errors, by time, by place in
//! line. Charts show what callers heard first. The oracle is drawn as a reference, the default estimator first.

use super::shape::{ANNOUNCED_FROM, ERROR_STEP, POSITION_FROM};
use super::summary::{Calibration, Figures, Role as Who, Speaker, Verdict};
use super::table::{percent, percents, points, sentences, word};
use super::{Shape, table};
use crate::chart::{Chart, Mark, Numbers, Plotted, Point, Role, Scale, Series};
use crate::record::EstimateCounts;
use crate::render::{Column, Document, NONE, Page, Phone, Tone, confidence, marked};

/// Shares of fewer announcements than this are left out of charts: they are noise.
const FEWEST: u64 = 30;
/// Others drawn in one chart beside the oracle and the default estimator: more would not be told apart.
const BESIDE: usize = 2;

/// The page, and the numbers of its charts beside it.
#[must_use]
pub fn calibration_page(calibration: &Calibration) -> Page {
    let meta = &calibration.meta;
    let title = format!("Wait estimates: {}", meta.scenario);
    let mut page = Document::new(&title, &meta.description);
    push_banner(&mut page, calibration);
    push_tiles(&mut page, calibration);
    page.section("figures", "Who is right how often", "Figures");
    let firsts = |speaker: &Speaker| speaker.first.clone();
    push_table(&mut page, calibration, "What callers heard first", firsts);
    push_table(&mut page, calibration, "Every announcement", |speaker| {
        speaker.all.clone()
    });
    page.list(&sentences(calibration));
    page.section("reliability", "Announced against realised", "Reliability");
    page.paragraph(
        "Waits that were announced alike, and what was realised: the line is their mean, the band reaches from the wait \
         that half of them did not exceed to that which nine in ten did not. Where the line lies on the dotted one, \
         announcements are right on average.",
    );
    page.charts(calibration.speakers.iter().filter_map(reliability));
    page.section("errors", "Errors", "Errors");
    page.charts(groups(calibration).filter_map(|group| errors(&group)));
    page.section("time", "Share within 30 s over time", "Time");
    page.charts(groups(calibration).filter_map(|group| by_time(&group)));
    page.section("position", "Share within 30 s by place in line", "Position");
    page.charts(groups(calibration).filter_map(|group| by_position(&group)));
    page.origin(&[
        ("Command", meta.command.clone()),
        ("Seed", meta.seed.to_string()),
        ("World", meta.world_digest.clone()),
        ("Engine", meta.engine.clone()),
    ]);
    page.finish()
}

fn others(calibration: &Calibration) -> impl Iterator<Item = &Speaker> {
    let speakers = calibration.speakers.iter();
    speakers.filter(|speaker| speaker.role == Who::Other)
}

/// Whether the default estimator is the one to use, at a glance.
fn push_banner(page: &mut Document, calibration: &Calibration) {
    let verdict = |speaker: &Speaker| speaker.first.as_ref()?.within_less_best.map(|l| l.verdict);
    let names = |of: Verdict| -> Vec<&str> {
        others(calibration)
            .filter(|speaker| verdict(speaker) == Some(of))
            .map(|speaker| speaker.name.as_str())
            .collect()
    };
    let (better, alike) = (names(Verdict::Better), names(Verdict::Alike));
    let at = confidence(calibration.meta.confidence);
    if calibration.n_units < 2 {
        page.banner(Tone::Neutral, "One replication: nothing is judged.");
    } else if !better.is_empty() {
        let text = format!(
            "Right within 30 s more often than best: {} ({at} for all comparisons together).",
            better.join(", ")
        );
        page.banner(Tone::Bad, &text);
    } else if alike.is_empty() {
        let text = format!(
            "best is right within 30 s more often than every other estimator ({at} for all comparisons together)."
        );
        page.banner(Tone::Good, &text);
    } else {
        let text = format!(
            "No estimator is shown to be right within 30 s more often than best; not shown to be right less often: {}.",
            alike.join(", ")
        );
        page.banner(Tone::Open, &text);
    }
    if !calibration.meta.same_waits {
        page.banner(
            Tone::Bad,
            "Waits differ between estimators: something reacts to what is announced.",
        );
    }
}

fn push_tiles(page: &mut Document, calibration: &Calibration) {
    let best = calibration
        .speakers
        .iter()
        .find(|speaker| speaker.role == Who::Best)
        .and_then(|speaker| speaker.first.as_ref());
    let Some(best) = best else { return };
    let mut tiles = vec![(
        percent(best.within_30s.point),
        "right within 30 s (best, first heard)".to_owned(),
    )];
    tiles.extend(best.of_oracle.map(|of| {
        (
            percent(of.point),
            format!("of what the oracle reaches ({})", percents(of)),
        )
    }));
    tiles.push((
        format!("{:.1} s", best.mae.point),
        format!("off on average, bias {:+.1} s", best.bias.point),
    ));
    tiles.push((
        percent(best.coverage.point),
        "of the waits in the announced range (40 % is right)".to_owned(),
    ));
    page.tiles(&tiles);
}

fn push_table(
    page: &mut Document,
    calibration: &Calibration,
    caption: &str,
    of: impl Fn(&Speaker) -> Option<Figures>,
) {
    let level = confidence(calibration.meta.confidence);
    let has_oracle = calibration.meta.no_oracle.is_none();
    let mut columns = vec![
        ("estimator", Column::Name),
        ("told", Column::Number),
        ("within 30 s", Column::Number),
        (level.as_str(), Column::Number),
        ("of oracle", Column::Number),
        ("bias", Column::Number),
        ("MAE", Column::Number),
        ("in range", Column::Number),
        ("n", Column::Number),
        ("less best", Column::Number),
        ("verdict", Column::Html),
    ];
    let rows = calibration.speakers.iter().filter_map(|speaker| {
        let figures = of(speaker)?;
        let less = figures.within_less_best;
        let mut cells = vec![
            speaker.name.clone(),
            speaker
                .announced
                .map_or(NONE.to_owned(), |told| percent(told.point)),
            percent(figures.within_30s.point),
            percents(figures.within_30s),
            figures
                .of_oracle
                .map_or(NONE.to_owned(), |of| percent(of.point)),
            format!("{:+.1} s", figures.bias.point),
            format!("{:.1} s", figures.mae.point),
            percent(figures.coverage.point),
            table::grouped(figures.n),
            less.map_or(NONE.to_owned(), |less| points(less.by)),
            less.map_or(NONE.to_owned(), |less| {
                let tone = match less.verdict {
                    Verdict::Worse => Tone::Neutral,
                    Verdict::Better => Tone::Bad,
                    Verdict::Alike => Tone::Open,
                };
                marked(tone, word(less.verdict))
            }),
        ];
        if !has_oracle {
            cells.remove(4);
        }
        Some(cells)
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if !has_oracle {
        columns.remove(4);
    }
    page.table(caption, &columns, &rows, Phone::Blocks);
}

/// A name as part of an id.
fn slug(name: &str) -> String {
    name.replace('_', "-")
}

/// Announced against realised.
fn reliability(speaker: &Speaker) -> Option<Chart> {
    let bins = &speaker.shape.by_announced;
    let points: Vec<Point> = bins
        .iter()
        .filter(|bin| bin.n >= FEWEST)
        .filter_map(|bin| {
            Some(Point {
                x: bin.announced()?,
                y: bin.realised()?,
                band: Some((bin.quantile(0.5)?, bin.quantile(0.9)?)),
            })
        })
        .collect();
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
        x: Scale::new("announced, seconds", Numbers::Plain),
        y: Scale::new("realised, seconds", Numbers::Plain),
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
struct Group<'a> {
    number: usize,
    speakers: Vec<(&'a Speaker, Role)>,
}

fn groups(calibration: &Calibration) -> impl Iterator<Item = Group<'_>> {
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
        let series = self.speakers.iter().map(|(speaker, role)| {
            Series::line(speaker.name.clone(), *role, points(&speaker.shape))
        });
        Plotted {
            id: format!("{id}-{}", self.number),
            title: format!("{title}: {}", self.names()),
            description: description.to_owned(),
            x: axes.0,
            y: axes.1,
            series: series.collect(),
        }
        .draw()
    }
}

/// How many errors are at most so large, in either direction: the higher a curve, the better.
fn errors(group: &Group<'_>) -> Option<Chart> {
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

fn by_time(group: &Group<'_>) -> Option<Chart> {
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

fn by_position(group: &Group<'_>) -> Option<Chart> {
    let first = &group.speakers.first()?.0.shape;
    let used = first
        .by_position
        .iter()
        .rposition(|counts| counts.n >= FEWEST)?;
    let words = (0..=used).map(|i| match POSITION_FROM.get(i + 1) {
        Some(next) if *next == POSITION_FROM[i] + 1 => POSITION_FROM[i].to_string(),
        Some(next) => format!("{}–{}", POSITION_FROM[i], next - 1),
        None => format!("{}+", POSITION_FROM[i]),
    });
    group.drawn(
        "within-by-position",
        "Within 30 s",
        &format!(
            "Share of first announcements within 30 s of the wait that remained, by the position announced with it; places \
             with fewer than {FEWEST} are left out."
        ),
        (
            Scale::of_words("place in line", words.collect()),
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
