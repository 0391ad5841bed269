//! Quantiles of pooled histograms, with the error of the share below them.
//!
//! A quantile interpolates within its bucket (less than 0.4 % wide).

use std::borrow::Borrow;

use engine::time::Micros;
use serde::{Deserialize, Serialize};

use super::Estimate;
use super::estimate::standard_deviation;
use super::scale::Scale;
use crate::record::{Distribution, bounds_of};

/// Several distributions together. In files: the used buckets and their counts, ascending.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<(u32, u64)>", into = "Vec<(u32, u64)>")]
pub struct Pooled {
    /// Bucket and count, ascending.
    buckets: Vec<(u32, u64)>,
    n: u64,
}

impl From<Vec<(u32, u64)>> for Pooled {
    fn from(buckets: Vec<(u32, u64)>) -> Pooled {
        sum(buckets.iter().copied(), buckets.iter().map(|b| b.1).sum())
    }
}

impl From<Pooled> for Vec<(u32, u64)> {
    fn from(pooled: Pooled) -> Self {
        pooled.buckets
    }
}

impl Pooled {
    /// Everything counted in `parts`.
    #[must_use]
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a Distribution>) -> Pooled {
        let wide = |(bucket, count): &(u32, u32)| (*bucket, u64::from(*count));
        let parts = parts.into_iter().filter(|part| part.n() > 0);
        parts.fold(Pooled::default(), |all, part| {
            if all.n == 0 {
                return Pooled {
                    buckets: part.buckets().iter().map(wide).collect(),
                    n: part.n(),
                };
            }
            let theirs = part.buckets().iter().map(wide);
            sum(all.buckets.iter().copied().chain(theirs), all.n + part.n())
        })
    }

    /// Everything in `replications`.
    #[must_use]
    pub fn all<P: Borrow<Pooled>>(replications: &[P]) -> Pooled {
        let replications = || replications.iter().map(Borrow::borrow);
        let buckets = replications().flat_map(|pooled| &pooled.buckets);
        sum(buckets.copied(), replications().map(Pooled::n).sum())
    }

    /// Spans counted.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The middle of each bucket in use, microseconds, and its count; ascending.
    pub(crate) fn middles(&self) -> impl Iterator<Item = (Micros, u64)> {
        self.buckets.iter().map(|(bucket, count)| {
            let (low, width) = bounds_of(*bucket);
            (low + width / 2, *count)
        })
    }

    /// The span that a share `q` (0..=1) of all does not exceed, in microseconds, interpolated
    /// within its bucket (less than 0.4 % wide); `None` when empty.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        walk(self.buckets.iter().copied(), self.n, q)
    }

    /// The share of spans at or below `limit`, by bucket; `None` when empty.
    #[must_use]
    pub fn share_within(&self, limit: Micros) -> Option<f64> {
        let below = self.buckets.iter().map(|(bucket, count)| {
            let (low, width) = bounds_of(*bucket);
            let covered = (limit + 1).saturating_sub(low).min(width);
            *count as f64 * covered as f64 / width as f64
        });
        (self.n > 0).then(|| below.sum::<f64>() / self.n as f64)
    }

    /// The share of spans below `micros`, interpolated within its bucket as [`Self::quantile`] is, whose
    /// inverse it is; `None` when empty.
    pub(super) fn share_below(&self, micros: f64) -> Option<f64> {
        let below = self.buckets.iter().map(|(bucket, count)| {
            let (low, width) = bounds_of(*bucket);
            let into = (micros - low as f64) / width as f64;
            let exact = if micros >= low as f64 { 1.0 } else { 0.0 };
            *count as f64
                * if width == 1 {
                    exact
                } else {
                    into.clamp(0.0, 1.0)
                }
        });
        (self.n > 0).then(|| below.sum::<f64>() / self.n as f64)
    }
}

/// Adds buckets up, in whatever order they come.
fn sum(buckets: impl Iterator<Item = (u32, u64)>, n: u64) -> Pooled {
    let mut counts = Vec::new();
    for (bucket, count) in buckets {
        let bucket = bucket as usize;
        if counts.len() <= bucket {
            counts.resize(bucket + 1, 0);
        }
        counts[bucket] += count;
    }
    let used = (0..).zip(counts).filter(|(_, count)| *count > 0);
    Pooled {
        buckets: used.collect(),
        n,
    }
}

/// Finds the quantile in ascending buckets that hold `n` spans.
fn walk(buckets: impl Iterator<Item = (u32, u64)>, n: u64, q: f64) -> Option<f64> {
    if n == 0 {
        return None;
    }
    let rank = q * n as f64;
    let mut below = 0;
    let mut last = None;
    for (bucket, count) in buckets.filter(|(_, count)| *count > 0) {
        let (low, width) = bounds_of(bucket);
        let into = (rank - below as f64) / count as f64;
        let within = if width == 1 {
            0.0
        } else {
            into.clamp(0.0, 1.0)
        };
        last = Some(low as f64 + within * width as f64);
        if into <= 1.0 {
            return last;
        }
        below += count;
    }
    last
}

/// The `q` quantile over all replications, microseconds. A replication is one or more
/// distributions taken together. `None` when nothing was counted.
///
/// The share of spans below the quantile is a ratio of sums, with the influence of any ratio; its interval
/// is carried over to spans by the quantiles at its ends (Woodruff 1952), and influences by the slope
/// between these.
#[must_use]
pub fn quantile<P: Borrow<Pooled>>(replications: &[P], q: f64) -> Option<Estimate> {
    let all = Pooled::all(replications);
    let point = all.quantile(q)?;
    let replications = || replications.iter().map(Borrow::borrow);
    let own: Vec<f64> = replications().filter_map(|r| r.quantile(q)).collect();
    let sd = standard_deviation(&own);
    if own.len() < 2 {
        // Without that one nothing is left: there is no telling how far it would move.
        return Some(Estimate::new(point, sd, Vec::new(), 1.0, Scale::PLAIN));
    }
    let place = Place::of(&all, q);
    let mean_n = all.n as f64 / replications().count() as f64;
    let influence: Vec<f64> = replications()
        .map(|one| (q * one.n as f64 - place.below(one)) / mean_n)
        .collect();
    let se = standard_deviation(&influence)? / (influence.len() as f64).sqrt();
    let slope = slope(&all, q, se);
    let scale = Scale::Levels {
        pooled: all,
        q,
        shift: 0.0,
        per: 1.0,
        slope,
    };
    Some(Estimate::new(point, sd, influence, slope, scale))
}

/// Microseconds per share between the two quantiles `REACH` standard errors around `q`.
fn slope(all: &Pooled, q: f64, se: f64) -> f64 {
    // Those of a 95 % interval.
    const REACH: f64 = 1.96;
    let (low, high) = ((q - REACH * se).max(0.0), (q + REACH * se).min(1.0));
    let ends = [low, high].map(|level| all.quantile(level).unwrap_or(0.0));
    if high > low {
        (ends[1] - ends[0]) / (high - low)
    } else {
        0.0
    }
}

/// Where a quantile lies: so far into a bucket.
struct Place {
    bucket: u32,
    into: f64,
}

impl Place {
    fn of(all: &Pooled, q: f64) -> Place {
        let rank = q * all.n as f64;
        let mut below = 0;
        for (bucket, count) in &all.buckets {
            let into = (rank - below as f64) / *count as f64;
            if into <= 1.0 {
                return Place {
                    bucket: *bucket,
                    into: into.max(0.0),
                };
            }
            below += count;
        }
        Place {
            bucket: u32::MAX,
            into: 0.0,
        }
    }

    /// How many of `one`'s spans lie below it, those of its own bucket as far as it is into that.
    fn below(&self, one: &Pooled) -> f64 {
        let end = one.buckets.partition_point(|(b, _)| *b < self.bucket);
        let below: u64 = one.buckets[..end].iter().map(|(_, count)| count).sum();
        let inside = one.buckets.get(end).filter(|(b, _)| *b == self.bucket);
        below as f64 + inside.map_or(0.0, |(_, count)| self.into * *count as f64)
    }
}
