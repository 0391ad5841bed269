//! The `calls` section.

use std::time::Duration;

use jiff::civil::DateTime;
use policy_file::{Field, Keys, Named, quantity};

use super::super::{
    Arrivals, CallStream, CallbackAnswer, CallerClass, Profile, Redial, RedialAfter,
};
use super::dist::{self, Unit, check_sum};
use super::{Context, files, tables};

/// What the parts of a stream need to know.
pub(super) struct Stream<'c> {
    pub(super) context: &'c Context<'c>,
    pub(super) start: DateTime,
    pub(super) horizon: Option<Duration>,
}

/// Reads every stream.
pub(super) fn calls(
    field: &Field<'_>,
    context: &Context<'_>,
    start: DateTime,
    horizon: Option<Duration>,
) -> Vec<CallStream> {
    let reader = Stream {
        context,
        start,
        horizon,
    };
    let items = field.items("a list of call streams").unwrap_or_default();
    if items.is_empty() {
        field.wrong("expected at least one stream of calls");
    }
    items
        .iter()
        .filter_map(|item| reader.stream(item))
        .collect()
}

impl Stream<'_> {
    fn stream(&self, field: &Field<'_>) -> Option<CallStream> {
        let keys = field.keys(&["queue", "arrivals", "classes"])?;
        let arrivals = keys.required("arrivals", "arrivals: { poisson: 180/h }");
        let replays = arrivals
            .as_ref()
            .is_some_and(|field| field.node.get("trace").is_some());
        let queue_field = match replays {
            true => keys.get("queue"),
            false => keys.required("queue", "queue: sales"),
        };
        let queue = queue_field
            .as_ref()
            .and_then(|field| self.context.queue(field));
        // Classes first: their order is that of the file, not that of a log's rows.
        let classes = keys.get("classes");
        let classes = classes.map(|field| (self.classes(&field, replays), field));
        let arrivals = arrivals.and_then(|field| self.arrivals(&field))?;
        let queue = match &arrivals {
            Arrivals::Trace(trace) => self.queue_of_trace(trace, queue, queue_field, &keys),
            Arrivals::Poisson(_)
            | Arrivals::Profile(_)
            | Arrivals::Journal { .. }
            | Arrivals::Burst { .. } => queue,
        };
        match &arrivals {
            Arrivals::Journal { .. } => {}
            Arrivals::Poisson(_)
            | Arrivals::Profile(_)
            | Arrivals::Burst { .. }
            | Arrivals::Trace(_)
                if classes.is_none() =>
            {
                let example = "classes: { standard: { talk: { exponential: { mean: 3m } } } }";
                let _ = keys.required("classes", example);
            }
            Arrivals::Trace(trace) => {
                if let Some((classes, field)) = &classes {
                    self.check_trace_classes(trace, classes, field);
                }
            }
            Arrivals::Poisson(_) | Arrivals::Profile(_) | Arrivals::Burst { .. } => {}
        }
        Some(CallStream {
            queue: queue?,
            arrivals,
            classes: classes.map(|(classes, _)| classes).unwrap_or_default(),
        })
    }

    fn arrivals(&self, field: &Field<'_>) -> Option<Arrivals> {
        let kinds = ["poisson", "profile", "trace", "journal", "burst"];
        let (kind, field) = field.keys(&kinds)?.one_of(&kinds)?;
        match kind {
            "poisson" => field.above_zero(quantity::rate).map(Arrivals::Poisson),
            "profile" => self.profile(&field),
            "trace" => self.trace(&field),
            "journal" => {
                let file = self.context.file(&field)?;
                let sha256 = files::digest(&file, &field)?;
                Some(Arrivals::Journal { file, sha256 })
            }
            _ => burst(&field),
        }
    }

    fn profile(&self, field: &Field<'_>) -> Option<Arrivals> {
        let keys = field.keys(&["step", "from", "rates", "weekdays", "day_factor"])?;
        let rate = |item: &Field<'_>| item.quantity(quantity::rate);
        let rates = tables::week_table(&keys, "rates", self.start, rate)?;
        if rates.days.iter().flatten().all(|rate| *rate == 0.0) {
            field.wrong("no call ever arrives: every rate is 0");
        }
        let day_factor = keys.get("day_factor");
        Some(Arrivals::Profile(Profile {
            rates,
            day_factor: day_factor.and_then(|field| dist::day_factor(&field)),
        }))
    }

    /// With `replays`, a log may say how long they talk.
    fn classes(&self, field: &Field<'_>, replays: bool) -> Vec<CallerClass> {
        let entries = field.entries("classes by name").unwrap_or_default();
        if entries.is_empty() {
            field.wrong("expected at least one class of callers");
        }
        let is_only = entries.len() == 1;
        let n_entries = entries.len();
        let classes: Vec<CallerClass> = entries
            .iter()
            .filter_map(|entry| self.class(entry, is_only, replays))
            .collect();
        if classes.len() == n_entries {
            check_sum(field, classes.iter().map(|class| class.share), "shares");
        }
        classes
    }

    fn class(&self, entry: &Named<'_>, is_only: bool, replays: bool) -> Option<CallerClass> {
        if !entry.check_name() {
            return None;
        }
        let class = self.context.class_called(entry.name);
        let keys = entry.field.keys(&[
            "share",
            "patience",
            "talk",
            "balks",
            "voicemail",
            "redial",
            "callback",
        ])?;
        let share = match keys.get("share") {
            Some(field) => field.quantity(quantity::probability),
            None if is_only => Some(1.0),
            None => keys.required("share", "share: 90%").and(None),
        };
        let per_period = |field: Field<'_>| tables::per_period(&field, self.context, self.start);
        let talk = match (keys.get("talk"), replays) {
            (Some(field), _) => Some(per_period(field)?),
            (None, true) => None,
            (None, false) => keys
                .required("talk", "talk: { lognormal: { mean: 180s, sd: 278s } }")
                .and(None)?,
        };
        let voicemail = keys.get("voicemail").and_then(|field| {
            let keys = field.keys(&["leaves_message"])?;
            Some(probability(&keys, "leaves_message", 1.0))
        });
        Some(CallerClass {
            patience: keys.get("patience").and_then(per_period),
            talk,
            balks: probability(&keys, "balks", 0.0),
            leaves_message: voicemail.unwrap_or(1.0),
            redial: keys.get("redial").and_then(|field| self.redial(&field)),
            callback: callback(keys.get("callback")),
            class: class?,
            share: share?,
        })
    }

    fn redial(&self, field: &Field<'_>) -> Option<Redial> {
        let keys = field.keys(&["after", "delay"])?;
        let example =
            "redial: { after: { abandoned: 41% }, delay: { exponential: { mean: 10m } } }";
        let delay = keys.required("delay", example);
        let delay = delay.and_then(|field| dist::dist(&field, Unit::Span, self.context));
        let after = keys.required("after", example)?;
        let after = after.keys(&[
            "abandoned",
            "refused",
            "voicemail",
            "timed_out",
            "failed",
            "callback_failed",
            "cut_off",
        ])?;
        let again = |key: &str| {
            let value = probability(&after, key, 0.0);
            if value >= 1.0
                && let Some(field) = after.get(key)
            {
                field.wrong("must be below 100%, or one caller would call for ever");
            }
            value
        };
        Some(Redial {
            after: RedialAfter {
                abandoned: again("abandoned"),
                refused: again("refused"),
                voicemail: again("voicemail"),
                timed_out: again("timed_out"),
                failed: again("failed"),
                callback_failed: again("callback_failed"),
                cut_off: again("cut_off"),
            },
            delay: delay?,
        })
    }
}

fn callback(field: Option<Field<'_>>) -> CallbackAnswer {
    match field.and_then(|field| field.keys(&["accepts", "answers"])) {
        Some(keys) => CallbackAnswer {
            accepts: probability(&keys, "accepts", 1.0),
            answers: probability(&keys, "answers", 1.0),
        },
        None => CallbackAnswer::default(),
    }
}

fn burst(field: &Field<'_>) -> Option<Arrivals> {
    let keys = field.keys(&["every", "calls", "within"])?;
    let example = "burst: { every: 1h, calls: 50, within: 2m }";
    let every = keys
        .required("every", example)
        .and_then(|field| field.above_zero(quantity::span));
    let calls = keys
        .required("calls", example)
        .and_then(|field| field.count(1, 1_000_000));
    let within = keys.get("within");
    let span = within.as_ref().map(|field| field.quantity(quantity::span));
    let span = span.unwrap_or(Some(Duration::ZERO));
    if let (Some(every), Some(span), Some(field)) = (every, span, within)
        && span > every
    {
        field.wrong("must be at most `every`, or bursts would overlap");
    }
    Some(Arrivals::Burst {
        every: every?,
        calls: calls?,
        within: span?,
    })
}

/// A probability under a key, or its default.
pub(super) fn probability(keys: &Keys<'_>, key: &str, default: f64) -> f64 {
    keys.get(key)
        .and_then(|field| field.quantity(quantity::probability))
        .unwrap_or(default)
}
