//! Recorded beside simulated, on the page.

use reports::render::{Column, Document, Phone, Tone, marked};

use crate::fit::predict::Prediction;
use crate::fit::report::charts::outcomes as charts;
use crate::fit::report::{class_cells, interval, interval_name, off, replications, value, verdict};
use crate::fit::study::Study;

pub(super) fn predictions(page: &mut Document, study: &Study) {
    let Some(check) = &study.check else {
        return;
    };
    page.section("predictions", "Recorded and simulated", "Predictions");
    page.paragraph(
        "From the calendar: arrivals and staffing are the scenario's own tables. Given their calls and agents: arrivals, \
         classes and inferred presence are those of the days, everything else is the scenario's; talk and patience are \
         drawn. In an interval such days lie by chance so often as its column says; that the fit itself is uncertain is not in it. Near means \
         abandonment within 1.5 points and the mean wait of the served within 15 %; inside and outside are of the interval, and a \
         prediction can be near and outside it.",
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
    let mut rows: Vec<Vec<String>> = prediction
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
    rows.extend(prediction.classes.iter().map(|class| {
        let [recorded, mean, interval, off, is] = class_cells(&class.hung_up);
        let tone = match class.hung_up.is_inside() {
            true => Tone::Good,
            false => Tone::Bad,
        };
        let name = format!("hung up: {}", class.name);
        vec![name, recorded, mean, interval, off, marked(tone, &is)]
    }));
    page.table(
        &format!(
            "{}, {}: {}.",
            prediction.title,
            replications(prediction.replications),
            verdict(prediction)
        ),
        &[
            ("figure", Column::Name),
            ("recorded", Column::Number),
            ("simulated", Column::Number),
            (&interval_name(prediction), Column::Number),
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
