//! What whoever uses a fit should know of the log, in words.
//!
//! Owns thresholds and sentences; every figure is computed by the part it is about.

use jiff::civil::Date;

use super::families::Family;
use super::log::Fate;
use super::report::ABANDONMENT_NEAR;
use super::study::Study;

/// A share of short services above this is said.
const SHORT: f64 = 0.02;
/// An hour-long service is a line left open.
const OPEN: f64 = 3600.0;
/// Akaike's criterion of the exponential minus that of the best: no support is left for it (Burnham and
/// Anderson 2002).
const NO_SUPPORT: f64 = 10.0;
/// Intervals that vary this many times as much as chance are said.
const BURSTY: f64 = 1.5;
/// Rates that rest on fewer dates are said.
const FEW_DATES: usize = 4;
/// A share of services without an agent's name above this is said.
const NAMELESS: f64 = 0.01;
/// Who goes first in more than this share of pairs although it came later has a head start.
const OVERTAKES: f64 = 0.25;
/// ... when a head start explains so many more pairs than order of arrival does.
const EXPLAINS: f64 = 0.05;
/// A class of fewer calls is not said to be unlike.
const MANY_CALLS: u64 = 100;

/// The warnings, the gravest kinds first.
#[must_use]
pub fn warnings(study: &Study) -> Vec<String> {
    let mut said = Vec::new();
    days(study, &mut said);
    services(study, &mut said);
    patience(study, &mut said);
    arrivals(study, &mut said);
    discipline(study, &mut said);
    classes(study, &mut said);
    unlike_classes(study, &mut said);
    agents(study, &mut said);
    said
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn listed(dates: impl IntoIterator<Item = Date>) -> String {
    let dates: Vec<String> = dates.into_iter().map(|date| date.to_string()).collect();
    match dates.len() {
        0..=6 => dates.join(", "),
        n => format!("{}, ... ({n} in all)", dates[..5].join(", ")),
    }
}

fn days(study: &Study, said: &mut Vec<String>) {
    let log = &study.log;
    if log.skipped > 0 {
        said.push(format!(
            "{} rows of the log could not be read and were left out, as its columns file says.",
            log.skipped
        ));
    }
    let missing = &log.days.missing;
    if !missing.is_empty() {
        said.push(format!(
            "Missing from the log, though their weekdays are open: {}. They do not count.",
            listed(missing.iter().copied())
        ));
    }
    let thin = &log.days.thin;
    if !thin.is_empty() {
        said.push(format!(
            "Far fewer calls than usual: {}. They count; --leave-out takes them out.",
            listed(thin.iter().copied())
        ));
    }
    let groups = study
        .parts
        .arrivals
        .first()
        .map_or(&[][..], |arrivals| &arrivals.groups);
    let few = groups.iter().filter(|group| group.n_dates < FEW_DATES);
    let few: Vec<String> = few
        .map(|group| format!("{} on {}", group.weekdays, group.n_dates))
        .collect();
    if !few.is_empty() {
        said.push(format!(
            "Rates rest on few dates: {}. --alike takes weekdays together.",
            few.join(", ")
        ));
    }
}

fn services(study: &Study, said: &mut Vec<String>) {
    let parts = &study.parts;
    let talks = || study.log.calls.iter().filter_map(|call| call.talk());
    let n = talks().count().max(1) as f64;
    let limit = study.options.short;
    let short = talks()
        .filter(|talk| *talk < engine::time::micros(limit))
        .count() as f64
        / n;
    if short >= SHORT {
        let worst = parts.classes.iter().filter(|class| class.n >= 100);
        let worst = worst.max_by(|a, b| a.short_share.total_cmp(&b.short_share));
        let of_worst = worst
            .filter(|class| class.short_share > 2.0 * short)
            .map_or(String::new(), |class| {
                format!(
                    " Of class {} it is {}.",
                    class.name,
                    percent(class.short_share)
                )
            });
        said.push(format!(
            "{} of services are under {} s: agents shedding calls, or calls that reached nobody.{of_worst}",
            percent(short),
            limit.as_secs_f64()
        ));
    }
    let cap = study
        .log
        .cap
        .map_or(OPEN, |cap| (cap as f64 * 1e-6).min(OPEN));
    let open = talks().filter(|talk| *talk as f64 * 1e-6 >= cap).count();
    if open > 0 {
        let cut = match study.log.cap {
            Some(_) => "they are cut to the columns file's cap",
            None => "a `cap` in the columns file would cut them",
        };
        said.push(format!(
            "Lines left open: {open} services of {:.0} min or more; {cut}.",
            cap / 60.0
        ));
    }
    let connected = study
        .log
        .calls
        .iter()
        .filter(|call| call.fate == Fate::Connected);
    let nameless = connected
        .filter(|call| call.logged.service.is_none())
        .count() as f64
        / n;
    if nameless >= NAMELESS {
        said.push(format!(
            "{} of services name no agent: who gave them is missing from the staffing.",
            percent(nameless)
        ));
    }
}

fn patience(study: &Study, said: &mut Vec<String>) {
    let fit = &study.parts.patience;
    let exponential = fit
        .candidates
        .iter()
        .find(|one| one.family == Family::Exponential);
    if let (Some(best), Some(exponential)) = (fit.candidates.first(), exponential)
        && exponential.aic - best.aic > NO_SUPPORT
    {
        let weibull = fit
            .candidates
            .iter()
            .find(|one| one.family == Family::Weibull);
        let shape = weibull.map_or(1.0, |weibull| weibull.parameters[0].value);
        let way = match shape {
            shape if shape < 0.97 => "the longer they have waited, the less they hang up",
            shape if shape > 1.03 => "the longer they have waited, the more they hang up",
            _ => "the hazard of hanging up is not constant",
        };
        said.push(format!(
            "Patience is not exponential: {way} (Weibull shape {shape:.2}; {} is likelier by {:.0} in Akaike's \
             criterion).",
            best.family.name(),
            exponential.aic - best.aic
        ));
    }
    if !study.parts.peaks.is_empty() {
        let peaks = study.parts.peaks.iter().map(|peak| {
            format!(
                "{:.0} s ({:.1} times its surroundings)",
                peak.at,
                peak.hazard / peak.around
            )
        });
        said.push(format!(
            "Callers hang up more often around {}: an announcement?",
            peaks.collect::<Vec<_>>().join(", ")
        ));
    }
    let hung_up = fit.spans.ended.len();
    if hung_up < 100 {
        said.push(format!(
            "Only {hung_up} callers hung up: what is beyond their waits is hardly known of patience."
        ));
    }
}

fn arrivals(study: &Study, said: &mut Vec<String>) {
    for (place, arrivals) in study.parts.arrivals.iter().enumerate() {
        let queue = match study.log.names.queues.len() {
            1 => String::new(),
            _ => format!(" at {}", study.log.names.queues[place]),
        };
        if let Some(shape) = super::write::written_shape(&study.parts, place) {
            said.push(format!(
                "Days{queue} differ by more than chance: their volume has a standard deviation of {} around its \
                 weekday's mean.",
                percent(1.0 / shape.sqrt())
            ));
        }
        if let Some(within) = arrivals
            .dispersion_within
            .filter(|within| *within >= BURSTY)
        {
            said.push(format!(
                "Intervals{queue} vary {within:.1} times as much as chance around the shape of their day: days differ \
                 in shape too, which the scenario's do not."
            ));
        }
    }
}

fn discipline(study: &Study, said: &mut Vec<String>) {
    let told = &study.told;
    if told.policy.is_some() {
        return;
    }
    let has_head_start = |class: &str| told.head_starts.iter().any(|(name, _)| name == class);
    let is_there = |class: &str| study.parts.classes.iter().any(|known| known.name == class);
    let told_of_none: Vec<&str> = told
        .head_starts
        .iter()
        .map(|(class, _)| class.as_str())
        .filter(|class| !is_there(class))
        .collect();
    if !told_of_none.is_empty() {
        said.push(format!(
            "The fitted days have no calls of {}, to which a head start was told.",
            told_of_none.join(", ")
        ));
    }
    let mut hints: Vec<String> = Vec::new();
    for pair in &study.parts.overtaking {
        if pair.later != pair.earlier
            && pair.share() >= OVERTAKES
            && pair.explained >= 1.0 - pair.share() + EXPLAINS
            && !has_head_start(&pair.later)
        {
            hints.push(format!(
                "{} before {} in {} of {} pairs (as with {:.0} s of head start)",
                pair.later,
                pair.earlier,
                percent(pair.share()),
                pair.pairs,
                pair.head_start
            ));
        }
    }
    if !hints.is_empty() {
        said.push(format!(
            "Some go before callers who came earlier: {}. Rules or agents' skills may do that, and a log records \
             neither: --head-start and --policy tell rules.",
            hints.join("; ")
        ));
    }
}

fn classes(study: &Study, said: &mut Vec<String>) {
    let named = |is_pooled: fn(&super::parts::ClassFit) -> bool| {
        let names = study.parts.classes.iter().filter(|class| is_pooled(class));
        names.map(|class| class.name.clone()).collect::<Vec<_>>()
    };
    if study.parts.classes.len() < 2 {
        return;
    }
    for (names, what) in [
        (named(|class| class.talk.is_pooled), "services: their talk"),
        (
            named(|class| class.patience.is_pooled),
            "hang-ups: their patience",
        ),
    ] {
        if !names.is_empty() {
            said.push(format!(
                "Too few {what} is that of all classes together: {}.",
                names.join(", ")
            ));
        }
    }
    if study.log.has_callers && study.parts.redials.is_none() {
        said.push("Too few known callers hung up to tell who calls again: nobody does.".to_owned());
    }
}

/// Classes whose hang-ups the scenario does not make, though the day's calls and agents are theirs.
fn unlike_classes(study: &Study, said: &mut Vec<String>) {
    let Some(check) = &study.check_given else {
        return;
    };
    let unlike = check.classes.iter().filter(|class| {
        class.calls >= MANY_CALLS
            && class.off().abs() > ABANDONMENT_NEAR
            && !class.hung_up.is_inside()
    });
    let unlike: Vec<String> = unlike
        .map(|class| {
            format!(
                "{} {} recorded and {} simulated",
                class.name,
                percent(class.hung_up.recorded),
                percent(class.hung_up.mean)
            )
        })
        .collect();
    if !unlike.is_empty() {
        said.push(format!(
            "Classes fare differently than recorded; of the fitted days' callers hung up: {}. A log tells neither who \
             may serve which class nor in what order: --policy and --head-start do. Until then trust this scenario for \
             all callers together, not for one class.",
            unlike.join("; ")
        ));
    }
}

fn agents(study: &Study, said: &mut Vec<String>) {
    if study.parts.wrap_up.is_none() {
        said.push(
            "No time after services is to be seen under load: agents have no wrap-up in the scenario.".to_owned(),
        );
    }
    let Some(calibration) = &study.calibration else {
        return;
    };
    if !calibration.is_reached {
        said.push(format!(
            "No number of agents between {} and {} times those that were seen makes {} of callers hang up: something \
             else is unlike.",
            calibration.tried.iter().map(|t| t.0).fold(f64::INFINITY, f64::min),
            calibration.tried.iter().map(|t| (t.0 * 100.0).round() / 100.0).fold(0.0, f64::max),
            percent(calibration.target)
        ));
    } else if (calibration.scale - 1.0).abs() > 0.03 {
        said.push(format!(
            "The weekly staffing is {} times what was seen, so that {} hang up as recorded: a table follows no single \
             day. This is a calibration, not an observation.",
            calibration.scale,
            percent(calibration.target)
        ));
    }
}
