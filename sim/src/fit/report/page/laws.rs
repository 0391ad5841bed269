//! Patience and talk on the page: data beside families.

use reports::render::{Column, Document, Phone};

use crate::fit::families::Fitted;
use crate::fit::law::SpanFit;
use crate::fit::parts::ClassFit;
use crate::fit::report::charts::{laws as charts, slug};
use crate::fit::report::parameter;
use crate::fit::study::Study;
use crate::fit::write::dist;

/// Classes drawn; the others are in the tables.
const MOST_CLASSES: usize = 8;

pub(super) fn patience(page: &mut Document, study: &Study) {
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
        let id = format!("patience-{}", slug(&class.name));
        charts::patience(&id, &format!("Patience of {}", class.name), &class.patience)
    }));
    class_table(
        page,
        study,
        |class| &class.patience,
        "Patience by class; * of all classes together.",
    );
}

pub(super) fn talk(page: &mut Document, study: &Study) {
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

fn class_table(page: &mut Document, study: &Study, of: fn(&ClassFit) -> &SpanFit, caption: &str) {
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
