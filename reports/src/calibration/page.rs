//! `calibrate.html`: who is right how often, then the charts: announced against realised, errors, by time, by place in
//! line. Charts show what callers heard first. The oracle is drawn as a reference, the default estimator first.

use super::charts::{by_position, by_time, errors, groups, others, reliability};
use super::sentences::sentences;
use super::summary::{Calibration, Figures, Role, Speaker, Verdict};
use super::table;
use super::table::{percent, percents, points, word};
use crate::render::{Column, Document, NONE, Page, Phone, Tone, confidence, marked, signed};

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
    page.paragraph(
        "Bias: the mean of announced less realised, below 0 when callers waited longer than they were told. MAE: the mean \
         absolute error, how far off an announcement is on average. P50 and P90: the waits that half and nine in ten of the \
         calls were told not to exceed; in range is the share of waits between them. n: announcements judged. Told: the share \
         of calls that heard one. Less best: the share within 30 s less that of best.",
    );
    page.list(&sentences(calibration));
    page.section("reliability", "Announced against realised", "Reliability");
    page.paragraph(
        "Waits that were announced alike, and what was realised: the line is their mean, the band reaches from the wait \
         that half of them did not exceed to that which nine in ten did not. Where the line lies on the dotted one, \
         announcements are right on average. All charts have one scale.",
    );
    page.charts(reliability(calibration));
    page.section("errors", "Errors", "Errors");
    page.charts(groups(calibration).filter_map(|group| errors(&group)));
    page.section("time", "Share within 30 s over time", "Time");
    page.charts(groups(calibration).filter_map(|group| by_time(&group)));
    page.section("position", "Share within 30 s by place in line", "Position");
    page.charts(groups(calibration).filter_map(|group| by_position(&group)));
    page.origin(&[
        ("command", meta.command.clone()),
        ("seed", meta.seed.to_string()),
        ("world digest", meta.world_digest.clone()),
        ("engine", meta.engine.clone()),
    ]);
    page.finish()
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
        page.banner(
            Tone::Neutral,
            "Calls that waited were connected in one replication at most: nothing is judged.",
        );
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
        .find(|speaker| speaker.role == Role::Best)
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
        format!("off on average, bias {} s", signed(best.bias.point, 1)),
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
            format!("{} s", signed(figures.bias.point, 1)),
            format!("{:.1} s", figures.mae.point),
            percent(figures.coverage.point),
            table::grouped(figures.n),
            less.map_or(NONE.to_owned(), |less| points(less.by)),
            less.map_or(NONE.to_owned(), |less| {
                let tone = match less.verdict {
                    Verdict::Worse => Tone::Bad,
                    Verdict::Better => Tone::Good,
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
