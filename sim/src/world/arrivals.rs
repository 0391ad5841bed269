//! When the calls of one stream come: one arrival after another, each a pure function of the
//! seed, the stream and its number. Never looks at what becomes of the calls.

use engine::time::{Micros, Timestamp};

use crate::dist::Dist;
use crate::streams::{Purpose, Streams};
use crate::trace::TraceCall;
use crate::world::local::{DAY, LocalTime};
use crate::world::plan::{SourcePlan, StreamPlan, WorldPlan};

/// The state of one stream's arrivals.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Keys its draws.
    key: u64,
    /// Arrivals so far.
    count: u64,
    /// When the next one is, of which [`Self::last_number`] is the number; `NEVER` = none is left.
    pub(crate) due: Timestamp,
    /// Of the last arrival; fractions of a microsecond are kept.
    at: f64,
    /// Of a profile: the day and step that `at` lies in, and the day's factor.
    day: u64,
    factor: f64,
    factor_of: u64,
    /// Of a burst: the offsets of the present one, latest first.
    burst: Vec<Micros>,
    burst_start: Micros,
}

impl Source {
    pub(crate) fn new(stream: u16) -> Self {
        Source {
            key: u64::from(stream) << 40,
            count: 0,
            due: Timestamp::NEVER,
            at: 0.0,
            day: 0,
            factor: 1.0,
            factor_of: u64::MAX,
            burst: Vec::new(),
            burst_start: 0,
        }
    }

    /// The number of the arrival that [`Self::next`] gave last.
    pub(crate) fn last_number(&self) -> u64 {
        self.count - 1
    }

    /// Moves on to the next arrival before the horizon.
    #[inline]
    pub(crate) fn go_on(&mut self, plan: &WorldPlan, stream: &StreamPlan, draws: &Streams) {
        match self.next(plan, stream, draws) {
            Some(at) if at < plan.horizon => {
                self.due = Timestamp(at);
                self.count += 1;
            }
            Some(_) | None => self.due = Timestamp::NEVER,
        }
    }

    #[inline]
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the function beside it names the rest"
    )]
    fn next(&mut self, plan: &WorldPlan, stream: &StreamPlan, draws: &Streams) -> Option<Micros> {
        match &stream.source {
            SourcePlan::Poisson { mean_gap } if plan.day_factor.is_none() => {
                self.at += self.exponential(draws) * mean_gap;
                Some(self.at as Micros)
            }
            _ => self.next_of_varied(plan, stream, draws),
        }
    }

    #[inline(never)]
    fn next_of_varied(
        &mut self,
        plan: &WorldPlan,
        stream: &StreamPlan,
        draws: &Streams,
    ) -> Option<Micros> {
        match &stream.source {
            SourcePlan::Poisson { mean_gap } => {
                let unit = self.exponential(draws);
                self.advance(plan, stream, draws, unit, &Rates::Constant(1.0 / mean_gap))
            }
            SourcePlan::Profile { step, from, days } => {
                let unit = self.exponential(draws);
                let rates = Rates::Table {
                    step: *step,
                    from: *from,
                    days,
                };
                self.advance(plan, stream, draws, unit, &rates)
            }
            SourcePlan::Trace(calls) => {
                let call = calls.get(usize::try_from(self.count).ok()?)?;
                Some(call.arrived_at.0)
            }
            SourcePlan::Burst {
                every,
                calls,
                within,
            } => Some(self.next_in_burst(draws, *every, *calls, *within)),
        }
    }

    /// A gap in units of the mean.
    #[inline]
    fn exponential(&self, draws: &Streams) -> f64 {
        let u = draws.unit(Purpose::ArrivalGap, self.key | self.count, 0);
        crate::dist::exp1(u)
    }

    /// Moves `at` until the cumulative rate has grown by `unit` (inversion of the cumulative
    /// intensity of a Poisson process, Cinlar 1975); `None` beyond the horizon.
    fn advance(
        &mut self,
        plan: &WorldPlan,
        stream: &StreamPlan,
        draws: &Streams,
        unit: f64,
        rates: &Rates<'_>,
    ) -> Option<Micros> {
        let mut left = unit;
        let horizon = plan.horizon as f64;
        while self.at < horizon {
            let now = self.at as Micros;
            self.day = plan.local.day(now);
            let (rate, until) = rates.at(&plan.local, now);
            let rate = rate * self.day_factor(plan, stream, draws);
            let span = until as f64 - self.at;
            if rate * span > left {
                self.at += left / rate;
                return Some(self.at as Micros);
            }
            left -= rate * span;
            self.at = until as f64;
        }
        None
    }

    /// The factor of the present day: the experiment's, shared by all streams, times the
    /// stream's own.
    fn day_factor(&mut self, plan: &WorldPlan, stream: &StreamPlan, draws: &Streams) -> f64 {
        if self.factor_of != self.day {
            self.factor_of = self.day;
            let shared = plan.day_factor.as_ref().map_or(1.0, |dist| {
                dist.sample(draws.unit(Purpose::DayFactor, self.day, 0))
            });
            let own = stream.day_factor.as_ref().map_or(1.0, |dist| {
                dist.sample(draws.unit(Purpose::DayFactor, self.key | self.day, 1))
            });
            self.factor = shared * own;
        }
        self.factor
    }

    fn next_in_burst(
        &mut self,
        draws: &Streams,
        every: Micros,
        calls: u32,
        within: Micros,
    ) -> Micros {
        if self.burst.is_empty() {
            self.burst_start += every;
            let first = self.count;
            self.burst.extend((0..u64::from(calls)).map(|k| {
                let u = draws.unit(Purpose::Burst, self.key | (first + k), 0);
                (u * within as f64) as Micros
            }));
            self.burst.sort_unstable_by(|a, b| b.cmp(a));
        }
        self.burst_start + self.burst.pop().unwrap_or(0)
    }
}

/// How many calls of a stream arrive between warm-up and horizon on average: the integral of its rate times
/// the mean of a day's factor. 0 for a stream whose calls are given.
pub(crate) fn expected(plan: &WorldPlan, stream: &StreamPlan) -> f64 {
    let rates = match &stream.source {
        SourcePlan::Poisson { mean_gap } => Rates::Constant(1.0 / mean_gap),
        SourcePlan::Profile { step, from, days } => Rates::Table {
            step: *step,
            from: *from,
            days,
        },
        SourcePlan::Trace(_) | SourcePlan::Burst { .. } => return 0.0,
    };
    let (mut at, mut calls) = (plan.warm_up, 0.0);
    while at < plan.horizon {
        let (rate, until) = rates.at(&plan.local, at);
        let until = until.min(plan.horizon);
        calls += rate * (until - at) as f64;
        at = until;
    }
    let factors = [&plan.day_factor, &stream.day_factor];
    let means = factors.map(|factor| factor.as_ref().map_or(1.0, Dist::mean));
    calls * means[0] * means[1]
}

/// A rate per microsecond that follows the time of day.
enum Rates<'a> {
    Constant(f64),
    Table {
        step: Micros,
        from: Micros,
        days: &'a [Vec<f64>; 7],
    },
}

impl Rates<'_> {
    /// The rate at `now` and until when it holds (for a day factor: midnight at the latest).
    fn at(&self, local: &LocalTime, now: Micros) -> (f64, Micros) {
        let midnight = now + DAY - local.since_time_of_day(now, 0);
        match self {
            Rates::Constant(rate) => (*rate, midnight),
            Rates::Table { step, from, days } => {
                let since = local.since_time_of_day(now, *from);
                // Before today's first step, the steps that began yesterday go on.
                let today = local.weekday(local.day(now));
                let weekday = if local.since_time_of_day(now, 0) < *from {
                    (today + 6) % 7
                } else {
                    today
                };
                let values = &days[weekday];
                let k = since / step;
                let rate = usize::try_from(k)
                    .ok()
                    .and_then(|k| values.get(k).copied())
                    .unwrap_or(0.0);
                let step_end = now - since.min(now) + (k + 1) * step;
                let step_end = if since > now {
                    (k + 1) * step - (since - now)
                } else {
                    step_end
                };
                (rate, step_end.min(midnight).max(now + 1))
            }
        }
    }
}

/// The recorded call of an arrival, if the stream replays a log.
#[inline]
pub(crate) fn recorded(source: &SourcePlan, number: u64) -> Option<&TraceCall> {
    match source {
        SourcePlan::Trace(calls) => in_log(calls, number),
        SourcePlan::Poisson { .. } | SourcePlan::Profile { .. } | SourcePlan::Burst { .. } => None,
    }
}

#[inline(never)]
fn in_log(calls: &[TraceCall], number: u64) -> Option<&TraceCall> {
    calls.get(usize::try_from(number).ok()?)
}
