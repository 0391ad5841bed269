//! `fit.html`: data beside model, part by part, and what is predicted.

mod laws;
mod outcomes;

use reports::render::{Column, Document, Page, Phone, Tone};

use super::{charts, head_starts, is_near, value, verdict};
use crate::fit::predict::Prediction;
use crate::fit::study::Study;
use crate::fit::warnings::warnings;
use crate::fit::write::written_shape;

/// The page and the numbers of its charts.
#[must_use]
pub fn fit_page(study: &Study, command: &str) -> Page {
    let log = &study.log;
    let calls: u64 = log.days.calls.values().sum();
    let lead = format!(
        "{calls} calls of {} on {} dates; fitted to {} of them. Every part is shown as data beside what the scenario \
         has for it.",
        study.told.source,
        log.days.calls.len(),
        study.fitted.len()
    );
    let mut page = Document::new(&format!("Fit of {}", study.told.name), &lead);
    banners(&mut page, study);
    let warnings = warnings(study);
    page.section("know", "What to know", "To know");
    match warnings.as_slice() {
        [] => page.paragraph("Nothing stands out in this log."),
        all => page.list(all),
    };
    untold(&mut page, study);
    outcomes::predictions(&mut page, study);
    arrivals(&mut page, study);
    laws::patience(&mut page, study);
    laws::talk(&mut page, study);
    agents(&mut page, study);
    order(&mut page, study);
    page.origin(&[
        ("command", command.to_string()),
        ("seed", study.scenario.experiment.seed.to_string()),
        ("log", study.told.source.clone()),
        ("engine", env!("CARGO_PKG_VERSION").to_string()),
        ("policy digest", study.scenario.policy_digest.clone()),
        ("world digest", study.scenario.world_digest.clone()),
    ]);
    page.finish()
}

fn banners(page: &mut Document, study: &Study) {
    let held = study.held_out.as_ref();
    let unseen = [
        (
            "Days kept aside, from the calendar",
            held.map(|held| &held.from_the_calendar),
        ),
        (
            "Days kept aside, given their calls and agents",
            held.map(|held| &held.given_calls_and_agents),
        ),
        (
            "The other log, given its calls and agents",
            study.predicted.as_ref().map(|other| &other.prediction),
        ),
    ];
    let mut any = false;
    for (what, prediction) in unseen {
        if let Some(prediction) = prediction {
            any = true;
            page.banner(
                tone(prediction),
                &format!("{what}: {}.", verdict(prediction)),
            );
        }
    }
    if !any {
        page.banner(
            Tone::Neutral,
            "No days were kept aside and no other log was predicted: nothing here says how well unseen days are \
             predicted. --hold-out and --predict do.",
        );
    }
    let mut tiles = Vec::new();
    if let Some(check) = &study.check {
        for id in [
            "calls_per_day",
            "abandonment_rate",
            "asa",
            "connected_within_threshold",
        ] {
            if let Some(figure) = check.figure(id) {
                tiles.push((
                    value(figure, figure.recorded),
                    format!("{} (scenario: {})", figure.name, value(figure, figure.mean)),
                ));
            }
        }
    }
    page.tiles(&tiles);
}

fn tone(prediction: &Prediction) -> Tone {
    match is_near(prediction) {
        // Near, and yet further apart than chance explains: neither good nor bad.
        Some(true) if prediction.figures.iter().any(|f| !f.is_inside()) => Tone::Open,
        Some(true) => Tone::Good,
        Some(false) => Tone::Bad,
        None => Tone::Open,
    }
}

fn untold(page: &mut Document, study: &Study) {
    page.heading("What a log does not say");
    let order = match (&study.told.policy, study.told.head_starts.as_slice()) {
        (Some(_), _) => "The order of callers is that of the policy that was given.".to_owned(),
        (None, []) => {
            "The order of callers: by time, as nothing else was told (--head-start, --policy)."
                .to_owned()
        }
        (None, _) => format!(
            "The order of callers, told: by time, with head starts of {}.",
            head_starts(&study.told)
        ),
    };
    let redials = match &study.parts.redials {
        Some(redials) => format!(
            "Whether a call is a second try: of {} hang-ups of known callers {:.1} % were followed by a call within the \
             window, of {} services {:.1} %. The excess, {:.1} % (standard error {:.1} points), calls again; mean delay \
             {:.1} min (exponential cut off at the window, distance {:.3}).",
            redials.hung_up,
            100.0 * redials.share_after_hanging_up,
            redials.served,
            100.0 * redials.share_after_service,
            100.0 * redials.excess,
            100.0 * redials.standard_error,
            redials.delay_mean / 60.0,
            redials.delay_distance
        ),
        None => "Who calls again: not told by this log, so nobody does.".to_owned(),
    };
    page.list(&[
        order,
        redials,
        "When agents were there: inferred from services. A pause counts as presence when it is short, or when hardly \
         anybody waited in it; so does the quiet time before a first and after a last service."
            .to_owned(),
        "Agents' skills, log-ins, breaks and transfers: all agents of a group are alike, and there at once.".to_owned(),
    ]);
}

fn arrivals(page: &mut Document, study: &Study) {
    page.section("arrivals", "Arrivals", "Arrivals");
    for (place, queue) in study.log.names.queues.iter().enumerate() {
        let arrivals = &study.parts.arrivals[place];
        let shape = written_shape(&study.parts, place);
        let said = match (shape, arrivals.overdispersion) {
            (Some(shape), Some(found)) => format!(
                "Days differ by a gamma factor of shape {shape} ({:.1} to {:.1}): a standard deviation of {:.1} % beside \
                 chance; likelihood ratio against no factor: p {}.",
                found.lower,
                found.upper,
                100.0 / shape.sqrt(),
                match found.p_value {
                    p if p < 1e-9 => "< 1e-9".to_owned(),
                    p => format!("= {p:.1e}"),
                }
            ),
            (None, Some(found)) => format!(
                "Days of a kind differ by no more than chance makes them (p = {:.2}): no factor.",
                found.p_value
            ),
            (_, None) => "Too few dates of a kind to tell how much days differ.".to_owned(),
        };
        let within = arrivals.dispersion_within.map_or(String::new(), |within| {
            format!(" Within a day, intervals vary {within:.2} times as much as chance around their day's shape.")
        });
        page.paragraph(&format!("{queue}: {said}{within}"));
        page.charts(
            charts::by_interval(queue, arrivals)
                .into_iter()
                .chain(charts::overdispersion(queue, arrivals, shape)),
        );
    }
}

fn agents(page: &mut Document, study: &Study) {
    page.section("agents", "Agents", "Agents");
    let scale = study
        .calibration
        .as_ref()
        .map_or(1.0, |calibration| calibration.scale);
    if let Some(calibration) = &study.calibration {
        page.paragraph(&format!(
            "The table has {} times the agents that were seen, found by simulation: with it as many callers hang up as \
             were recorded ({:.1} %). {} factors were tried.",
            calibration.scale,
            100.0 * calibration.target,
            calibration.tried.len()
        ));
    }
    for group in &study.parts.groups {
        page.paragraph(&format!(
            "Group {}: {} agents, {:.0} agent-hours seen in {} stretches.",
            group.name,
            group.n_agents,
            group.staff.hours,
            group.stretches.len()
        ));
        page.charts(charts::staffing(group, scale));
    }
    match &study.parts.wrap_up {
        Some(curve) => {
            page.charts(charts::laws::wrap_up(curve, &study.parts.pauses));
        }
        None => {
            page.paragraph("No time after services was seen under load.");
        }
    }
}

fn order(page: &mut Document, study: &Study) {
    if study.parts.overtaking.is_empty() {
        return;
    }
    page.section("order", "Who goes first", "Order");
    let rows: Vec<Vec<String>> = study
        .parts
        .overtaking
        .iter()
        .map(|pair| {
            vec![
                format!("{} after {}", pair.later, pair.earlier),
                pair.pairs.to_string(),
                format!("{:.1} %", 100.0 * pair.share()),
                format!("{:.0} s", pair.head_start),
                format!("{:.1} %", 100.0 * pair.explained),
            ]
        })
        .collect();
    page.table(
        "Pairs of callers who waited at the same time and were both served: how often the later went first, and the head \
         start that explains most pairs.",
        &[
            ("who came when", Column::Name),
            ("pairs", Column::Number),
            ("later went first", Column::Number),
            ("head start", Column::Number),
            ("explains", Column::Number),
        ],
        &rows,
        Phone::Blocks,
    );
}
