//! Everything a log says about a call centre: the parts of a scenario, each fitted by itself.
//!
//! Owns the choices (which law stands for a class's talk, when a class is too small for a law of its
//! own) and what is worth a warning is left to [`warnings`](super::warnings). Nothing here simulates.

use std::time::Duration;

use engine::id::{ClassId, QueueId};
use engine::time::micros;
use policy_file::Weekdays;

use super::arrivals::{Arrivals, arrivals};
use super::curve::Curve;
use super::discipline::{Overtaking, overtaking};
use super::families;
use super::groups::{GroupFit, groups};
use super::kaplan_meier::Observed;
use super::law::{Choice, SpanFit};
use super::log::{Fate, Log};
use super::peaks::{Peak, peaks};
use super::presence;
use super::redials::{Redials, redials};
use super::spans::Spans;
use super::wrap_up::pauses;
use crate::trace::Patience;

/// A class with fewer talk times takes those of all classes together.
pub const LEAST_TALKS: usize = 100;
/// A class with fewer hang-ups takes the patience of all classes together.
pub const LEAST_HANG_UPS: usize = 50;
/// A wrap-up shorter than this on average, seconds, is none: the log's own rounding.
const LEAST_WRAP_UP: f64 = 0.5;

/// How a log is fitted.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// The length of the intervals of arrivals and staffing; divides a day.
    pub step: Duration,
    /// Weekdays that are alike; every other is alone.
    pub alike: Vec<Weekdays>,
    /// Services below this are short.
    pub short: Duration,
    /// Who calls within this after hanging up calls again.
    pub redial_within: Duration,
    /// When an agent's pause is an absence.
    pub presence: presence::Rule,
    /// For talk.
    pub talk: Choice,
    /// For patience.
    pub patience: Choice,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            step: Duration::from_secs(30 * 60),
            alike: Vec::new(),
            short: Duration::from_secs(10),
            redial_within: Duration::from_secs(3600),
            presence: presence::Rule::for_drawn_talk(presence::Rule::default().gap),
            talk: Choice::Best,
            patience: Choice::Data,
        }
    }
}

/// One class of callers.
#[derive(Clone, PartialEq, Debug)]
pub struct ClassFit {
    /// Its id in the log.
    pub class: ClassId,
    /// Its name.
    pub name: String,
    /// Calls by queue.
    pub calls: Vec<u64>,
    /// Of all queues.
    pub n: u64,
    /// Of these, how many hung up.
    pub hung_up: u64,
    /// Talk.
    pub talk: SpanFit,
    /// The share of services below the limit of short ones.
    pub short_share: f64,
    /// Patience.
    pub patience: SpanFit,
}

/// A log, fitted.
#[derive(Clone, PartialEq, Debug)]
pub struct Parts {
    /// By queue.
    pub arrivals: Vec<Arrivals>,
    /// By class, the most calls first.
    pub classes: Vec<ClassFit>,
    /// The patience of all classes together.
    pub patience: SpanFit,
    /// Where the hazard of hanging up stands out.
    pub peaks: Vec<Peak>,
    /// Who calls again; `None` when the log does not say who calls.
    pub redials: Option<Redials>,
    /// Groups of agents.
    pub groups: Vec<GroupFit>,
    /// How long agents are not ready after a service: the pauses under load.
    pub pauses: Spans,
    /// The same as a curve; `None` = no time.
    pub wrap_up: Option<Curve>,
    /// Who goes before whom.
    pub overtaking: Vec<Overtaking>,
    /// Services at the cap or above.
    pub capped: u64,
}

impl Parts {
    /// Fits a log; `said` hears what is being done.
    #[must_use]
    pub fn fit(log: &Log, options: &Options, said: &dyn Fn(&str)) -> Parts {
        let logged = log.logged();
        said("presence of agents");
        let groups = groups(log, options, options.presence);
        let longest = options.presence.gap;
        let seen = pauses(&logged, longest);
        said("patience");
        let everyone = SpanFit::new(patience(log, None), true, options.patience, options.short);
        let classes = classes(log, options, &everyone, said);
        let queues = (0..log.names.queues.len()).map(|queue| QueueId(queue as u16));
        Parts {
            arrivals: queues
                .map(|queue| arrivals(log, queue, options.step, &options.alike))
                .collect(),
            peaks: peaks(&everyone.spans),
            patience: everyone,
            classes,
            redials: redials(log, options.redial_within),
            groups,
            wrap_up: wrap_up(&seen, longest),
            pauses: Spans::of(seen),
            overtaking: overtaking(log),
            capped: log.cap.map_or(0, |cap| {
                log.calls
                    .iter()
                    .filter(|call| call.talk() == Some(cap))
                    .count() as u64
            }),
        }
    }

    /// The class of this name.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<&ClassFit> {
        self.classes.iter().find(|class| class.name == name)
    }
}

fn wrap_up(seen: &[Observed], longest: Duration) -> Option<Curve> {
    let ended = seen.iter().filter(|one| one.ended).count();
    if ended < families::LEAST {
        return None;
    }
    let spans = Spans::of(seen.to_vec());
    let mut points: Vec<(f64, f64)> = spans
        .curve
        .iter()
        .map(|step| (step.after as f64 * 1e-6, step.share))
        .collect();
    let end = longest.as_secs_f64();
    match points.last_mut() {
        Some(last) if last.0 >= end => last.1 = 0.0,
        Some(last) if last.1 <= 0.0 => {}
        Some(_) | None => points.push((end, 0.0)),
    }
    let curve = Curve::through(&points);
    (curve.is_usable() && curve.dist().mean() >= LEAST_WRAP_UP).then_some(curve)
}

fn talks(log: &Log, class: Option<ClassId>) -> Spans {
    let of_class = log
        .calls
        .iter()
        .filter(|call| class.is_none_or(|class| call.class() == class));
    let cap = log.cap.unwrap_or(u64::MAX);
    // What was cut to the cap lasted longer.
    let seen = of_class
        .filter_map(|call| call.talk())
        .map(|talk| Observed {
            after: talk,
            ended: talk < cap,
        });
    Spans::of(seen.collect())
}

/// Who did not have to wait says nothing about patience.
fn patience(log: &Log, class: Option<ClassId>) -> Spans {
    let of_class = log
        .calls
        .iter()
        .filter(|call| class.is_none_or(|class| call.class() == class));
    let seen = of_class.filter_map(|call| match call.trace.patience {
        Patience::Known(after) => Some(Observed { after, ended: true }),
        Patience::Censored(0) | Patience::Unknown => None,
        Patience::Censored(after) => Some(Observed {
            after,
            ended: false,
        }),
    });
    Spans::of(seen.collect())
}

fn classes(log: &Log, options: &Options, everyone: &SpanFit, said: &dyn Fn(&str)) -> Vec<ClassFit> {
    let all_talks = SpanFit::new(talks(log, None), true, options.talk, options.short);
    let mut classes = Vec::new();
    for (place, name) in log.names.classes.iter().enumerate() {
        let class = ClassId(place as u16);
        let own: Vec<_> = log
            .calls
            .iter()
            .filter(|call| call.class() == class)
            .collect();
        if own.is_empty() {
            continue;
        }
        said(&format!("class {name}"));
        let mut calls = vec![0; log.names.queues.len()];
        for call in &own {
            calls[call.queue().index()] += 1;
        }
        let fit = |spans: Spans, least, choice, pooled: &SpanFit| match spans.ended.len() < least {
            true => pooled.clone(),
            false => SpanFit::new(spans, false, choice, options.short),
        };
        let talk_spans = talks(log, Some(class));
        let short = options.short.as_secs_f64();
        let n_short = talk_spans.ended.partition_point(|talk| *talk < short);
        classes.push(ClassFit {
            class,
            name: name.clone(),
            calls,
            n: own.len() as u64,
            hung_up: own
                .iter()
                .filter(|call| call.fate == Fate::Abandoned)
                .count() as u64,
            short_share: n_short as f64 / talk_spans.n().max(1) as f64,
            talk: fit(talk_spans, LEAST_TALKS, options.talk, &all_talks),
            patience: fit(
                patience(log, Some(class)),
                LEAST_HANG_UPS,
                options.patience,
                everyone,
            ),
        });
    }
    classes.sort_by(|a, b| b.n.cmp(&a.n).then(a.name.cmp(&b.name)));
    classes
}

/// Whether a step divides a day into whole intervals.
#[must_use]
pub fn divides_a_day(step: Duration) -> bool {
    let step = micros(step);
    step > 0 && 86_400_000_000_u64.is_multiple_of(step)
}
