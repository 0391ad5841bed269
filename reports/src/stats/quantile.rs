//! Quantiles of pooled histograms, with the jackknife over replications for their error.
//!
//! A quantile interpolates within its bucket, so that leaving a replication out moves it even when
//! it stays in the bucket.

use std::borrow::Borrow;

use engine::time::Micros;
use serde::{Deserialize, Serialize};

use super::Estimate;
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

    fn quantile_without(&self, left_out: &Pooled, q: f64) -> Option<f64> {
        let mut minus = left_out.buckets.iter().copied().peekable();
        let rest = self.buckets.iter().map(|(bucket, count)| {
            let theirs = minus.next_if(|(other, _)| other == bucket);
            (*bucket, count - theirs.map_or(0, |(_, count)| count))
        });
        walk(rest, self.n - left_out.n, q)
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
#[must_use]
pub fn quantile<P: Borrow<Pooled>>(replications: &[P], q: f64) -> Option<Estimate> {
    let all = Pooled::all(replications);
    let point = all.quantile(q)?;
    let replications = || replications.iter().map(Borrow::borrow);
    let own: Vec<f64> = replications().filter_map(|r| r.quantile(q)).collect();
    let left_out: Option<Vec<f64>> = replications()
        .map(|replication| all.quantile_without(replication, q))
        .collect();
    // Without one of them nothing is left: there is no telling how far it would move.
    Some(Estimate::of_jackknife(
        point,
        &own,
        &left_out.unwrap_or_default(),
    ))
}
