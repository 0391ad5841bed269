//! `fit.html`: data beside model, part by part, and what is predicted.

use reports::render::{Column, Document, Page, Phone, Tone, marked};

use super::{charts, head_starts, interval, is_near, off, parameter, value, verdict};
use crate::fit::families::Fitted;
use crate::fit::parts::SpanFit;
use crate::fit::predict::Prediction;
use crate::fit::study::Study;
use crate::fit::warnings::warnings;
use crate::fit::write::{dist, written_shape};

/// Classes drawn; the others are in the tables.
const MOST_CLASSES: usize = 8;

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
    predictions(&mut page, study);
    arrivals(&mut page, study);
    patience(&mut page, study);
    talk(&mut page, study);
    agents(&mut page, study);
    order(&mut page, study);
    page.origin(&[
        ("command", command.to_string()),
        ("log", study.told.source.clone()),
        ("world digest", study.scenario.world_digest.clone()),
        ("policy digest", study.scenario.policy_digest.clone()),
        ("engine", env!("CARGO_PKG_VERSION").to_string()),
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

fn predictions(page: &mut Document, study: &Study) {
    let Some(check) = &study.check else {
        return;
    };
    page.section("predictions", "Recorded and simulated", "Predictions");
    page.paragraph(
        "From the calendar: arrivals and staffing are the scenario's own tables. Given their calls and agents: arrivals, \
         classes and inferred presence are those of the days, everything else is the scenario's; talk and patience are \
         drawn. An interval holds 95 of 100 replications; that the fit itself is uncertain is not in it. Near means \
         abandonment within 1.5 points and the mean wait of the served within 15 %.",
    );
    page.heading("The fitted days: a check, no forecast");
    one(page, "check", check);
    if let Some(given) = &study.check_given {
        one(page, "check-given", given);
    }
    if let Some(held) = &study.held_out {
        page.heading("Days kept aside");
        page.paragraph(&format!(
            "{} dates that no figure was fitted to.",
            held.dates.len()
        ));
        one(page, "held", &held.from_the_calendar);
        one(page, "held-given", &held.given_calls_and_agents);
    }
    if let Some(other) = &study.predicted {
        page.heading("The other log");
        page.paragraph(&format!(
            "{} dates that no figure was fitted to.",
            other.dates.len()
        ));
        one(page, "other", &other.prediction);
        what_if(page, &other.prediction, &other.what_if);
    }
}

fn one(page: &mut Document, id: &str, prediction: &Prediction) {
    let rows: Vec<Vec<String>> = prediction
        .figures
        .iter()
        .map(|figure| {
            let mark = match figure.is_inside() {
                true => marked(Tone::Good, "inside"),
                false => marked(Tone::Bad, "outside"),
            };
            vec![
                figure.name.to_owned(),
                value(figure, figure.recorded),
                value(figure, figure.mean),
                interval(figure),
                off(figure),
                mark,
            ]
        })
        .collect();
    page.table(
        &format!(
            "{}, {} replications: {}.",
            prediction.title,
            prediction.replications,
            verdict(prediction)
        ),
        &[
            ("figure", Column::Name),
            ("recorded", Column::Number),
            ("simulated", Column::Number),
            ("95 %", Column::Number),
            ("off", Column::Number),
            ("recorded is", Column::Html),
        ],
        &rows,
        Phone::Blocks,
    );
    let calls = prediction
        .figure("calls_per_day")
        .map(|_| charts::days(&format!("{id}-calls"), "Calls", prediction, |day| day.calls));
    let hung_up = charts::days(&format!("{id}-hang-ups"), "Hang-ups", prediction, |day| {
        day.hung_up
    });
    page.charts(
        charts::waits(id, prediction)
            .into_iter()
            .chain(calls.flatten())
            .chain(hung_up),
    );
}

/// One part after the other taken from the predicted log itself.
fn what_if(page: &mut Document, fitted: &Prediction, others: &[Prediction]) {
    let figures = [
        "abandonment_rate",
        "asa",
        "mean_wait_abandoned",
        "connected_within_threshold",
    ];
    let row = |prediction: &Prediction| {
        let cells = figures.iter().filter_map(|id| prediction.figure(id));
        let cells = cells.map(|figure| format!("{} ({})", value(figure, figure.mean), off(figure)));
        std::iter::once(prediction.title.clone())
            .chain(cells)
            .collect::<Vec<String>>()
    };
    let recorded = figures
        .iter()
        .filter_map(|id| fitted.figure(id))
        .map(|figure| value(figure, figure.recorded));
    let mut rows: Vec<Vec<String>> = vec![
        std::iter::once("recorded".to_owned())
            .chain(recorded)
            .collect(),
    ];
    rows.push(row(fitted));
    rows.extend(others.iter().map(row));
    page.table(
        "What if: the same days, with one part fitted to that log itself instead; then two runs that tell what drawing costs. The last is no \
         prediction.",
        &[
            ("run", Column::Name),
            ("abandoned", Column::Number),
            ("wait of served", Column::Number),
            ("of hung up", Column::Number),
            ("served in time", Column::Number),
        ],
        &rows,
        Phone::Blocks,
    );
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

fn patience(page: &mut Document, study: &Study) {
    page.section("patience", "Patience", "Patience");
    let parts = &study.parts;
    page.paragraph(
        "A caller who is served shows only that its patience was longer than its wait: censored. The curve is Kaplan \
         and Meier's with Greenwood's band; the families are fitted by maximum likelihood with the same censoring.",
    );
    candidates(page, "All callers together.", &parts.patience);
    page.charts(
        charts::patience("patience", "Patience of all callers", &parts.patience)
            .into_iter()
            .chain(charts::hazard(&parts.patience.spans, &parts.peaks)),
    );
    let own = parts
        .classes
        .iter()
        .filter(|class| !class.patience.is_pooled)
        .take(MOST_CLASSES);
    page.charts(own.filter_map(|class| {
        let id = format!("patience-{}", charts::slug(&class.name));
        charts::patience(&id, &format!("Patience of {}", class.name), &class.patience)
    }));
    class_table(
        page,
        study,
        |class| &class.patience,
        "Patience by class; * of all classes together.",
    );
}

fn talk(page: &mut Document, study: &Study) {
    page.section("talk", "Talk times", "Talk");
    page.paragraph(
        "The likeliest family (least AIC) stands for a class when its distance to the data is at most 0.03 and its mean \
         within 2 % of theirs; otherwise the data themselves do.",
    );
    class_table(
        page,
        study,
        |class| &class.talk,
        "Talk by class; * of all classes together.",
    );
    let own: Vec<_> = study
        .parts
        .classes
        .iter()
        .filter(|class| !class.talk.is_pooled)
        .take(MOST_CLASSES)
        .collect();
    page.charts(own.iter().filter_map(|class| charts::talk(class)));
    for class in own {
        candidates(page, &format!("Talk of {}.", class.name), &class.talk);
    }
}

fn class_table(
    page: &mut Document,
    study: &Study,
    of: fn(&crate::fit::parts::ClassFit) -> &SpanFit,
    caption: &str,
) {
    let rows: Vec<Vec<String>> = study
        .parts
        .classes
        .iter()
        .map(|class| {
            let fit = of(class);
            let pooled = if fit.is_pooled { " *" } else { "" };
            let seconds = |x: Option<f64>| x.map_or("-".to_owned(), |x| format!("{x:.1} s"));
            let chosen = fit.chosen.map(|place| &fit.candidates[place]);
            let mean = chosen
                .map(|one| one.mean)
                .or_else(|| fit.curve.as_ref().map(|curve| curve.dist().mean()));
            vec![
                class.name.clone(),
                class.n.to_string(),
                format!("{}{pooled}", fit.spans.ended.len()),
                seconds(fit.spans.mean()),
                fit.law().map_or("-", |law| law.name()).to_owned(),
                seconds(mean),
                format!("{:.3}", chosen.map_or(0.0, |one| one.distance)),
            ]
        })
        .collect();
    page.table(
        caption,
        &[
            ("class", Column::Name),
            ("calls", Column::Number),
            ("seen to the end", Column::Number),
            ("their mean", Column::Number),
            ("law", Column::Long),
            ("its mean", Column::Number),
            ("distance", Column::Number),
        ],
        &rows,
        Phone::Blocks,
    );
}

fn candidates(page: &mut Document, caption: &str, fit: &SpanFit) {
    let rows: Vec<Vec<String>> = fit.candidates.iter().map(candidate).collect();
    if rows.is_empty() {
        return;
    }
    page.folded_table(
        &format!("Families tried: {caption}"),
        &format!("{caption} The best first; distance is Kolmogorov's."),
        &[
            ("family", Column::Name),
            ("as a scenario writes it", Column::Long),
            ("parameters ± standard error", Column::Long),
            ("log-likelihood", Column::Number),
            ("AIC", Column::Number),
            ("distance", Column::Number),
        ],
        &rows,
        Phone::Blocks,
    );
}

fn candidate(one: &Fitted) -> Vec<String> {
    let parameters: Vec<String> = one.parameters.iter().map(parameter).collect();
    vec![
        one.family.name().to_owned(),
        dist(&one.spec),
        parameters.join(", "),
        format!("{:.1}", one.log_likelihood),
        format!("{:.1}", one.aic),
        format!("{:.3}", one.distance),
    ]
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
            page.charts(charts::wrap_up(curve, &study.parts.pauses));
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
