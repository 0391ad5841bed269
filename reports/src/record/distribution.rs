//! Spans, counted in buckets no wider than 1/256 of their value: [`Histogram`] while recording
//! (dense, one increment), [`Distribution`] afterwards (only the buckets in use, so that a
//! thousand replications fit).
//!
//! The layout is that of `hdrhistogram` with 256 linear buckets per octave (checked against it in
//! tests); our own because a record is one shift and one add, and because a finished replication
//! keeps a few kilobytes instead of a dense table. Sums and maxima are exact; values below 512 us
//! are exact. Never holds a floating-point count.

use engine::time::Micros;

/// Linear buckets per octave, as a power of two.
const PRECISION: u32 = 8;

/// The bucket of `value`; below 2^14 for every value.
#[inline]
const fn bucket_of(value: Micros) -> u32 {
    let shift = (64 - PRECISION - 1).saturating_sub(value.leading_zeros());
    (shift << PRECISION) + (value >> shift) as u32
}

/// The smallest value of `bucket` and the bucket's width.
pub(crate) const fn bounds_of(bucket: u32) -> (Micros, Micros) {
    let octave = bucket >> PRECISION;
    let shift = octave.saturating_sub(1);
    let within = (bucket - (shift << PRECISION)) as u64;
    (within << shift, 1 << shift)
}

/// Counts of spans while a replication runs. Grows to the largest value seen, then never again.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    counts: Vec<u32>,
    n: u64,
    sum: u64,
    max: Micros,
}

impl Histogram {
    /// Counts `span` once.
    #[inline]
    pub fn record(&mut self, span: Micros) {
        let bucket = bucket_of(span) as usize;
        match self.counts.get_mut(bucket) {
            Some(count) => *count += 1,
            None => self.grow_and_count(bucket),
        }
        self.n += 1;
        self.sum += span;
        self.max = self.max.max(span);
    }

    #[cold]
    fn grow_and_count(&mut self, bucket: usize) {
        // To the end of the octave above, so that growth is rare.
        self.counts.resize((bucket | 0xff) + 0x101, 0);
        self.counts[bucket] = 1;
    }

    /// What was counted, without the empty buckets.
    #[must_use]
    pub fn distribution(&self) -> Distribution {
        let buckets = self.counts.iter().zip(0..);
        Distribution {
            buckets: buckets
                .filter(|(count, _)| **count > 0)
                .map(|(count, bucket)| (bucket, *count))
                .collect(),
            n: self.n,
            sum: self.sum,
            max: self.max,
        }
    }
}

/// A finished histogram: its used buckets in ascending order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Distribution {
    buckets: Vec<(u32, u32)>,
    n: u64,
    sum: u64,
    max: Micros,
}

impl Distribution {
    /// Nothing counted.
    pub const EMPTY: &'static Distribution = &Distribution {
        buckets: Vec::new(),
        n: 0,
        sum: 0,
        max: 0,
    };

    /// Spans counted.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }
    /// Their exact sum, microseconds.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.sum
    }
    /// The largest, exact; 0 when empty.
    #[must_use]
    pub fn max(&self) -> Micros {
        self.max
    }
    pub(crate) fn heap_bytes(&self) -> usize {
        self.buckets.capacity() * size_of::<(u32, u32)>()
    }
    /// Bucket number and count, ascending, no zeros.
    pub(crate) fn buckets(&self) -> &[(u32, u32)] {
        &self.buckets
    }

    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Distribution) -> Distribution {
        let mut all = [self.buckets.as_slice(), &other.buckets].concat();
        all.sort_unstable_by_key(|(bucket, _)| *bucket);
        all.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                kept.1 += later.1;
            }
            same
        });
        all.shrink_to_fit();
        Distribution {
            buckets: all,
            n: self.n + other.n,
            sum: self.sum + other.sum,
            max: self.max.max(other.max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_in_its_bucket_and_buckets_are_narrow() {
        let mut values: Vec<u64> = (0..5_000).collect();
        values.extend((0..64).flat_map(|k| {
            let power = 1_u64 << k;
            [power - 1, power, power + 1]
        }));
        values.push(u64::MAX);
        for value in values {
            let (low, width) = bounds_of(bucket_of(value));
            assert!(
                low <= value && value - low < width,
                "{value}: {low}+{width}"
            );
            assert!(width == 1 || width <= low / 256, "{value}: width {width}");
        }
    }

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        let mut next = 0;
        for bucket in 0..bucket_of(u64::MAX) {
            let (low, width) = bounds_of(bucket);
            assert_eq!(low, next, "bucket {bucket}");
            next = low + width;
        }
    }

    #[test]
    fn adding_distributions_is_recording_everything_in_one() {
        let (mut a, mut b, mut both) = <(Histogram, Histogram, Histogram)>::default();
        for k in 0..2_000_u64 {
            let span = k * k * 37 % 9_000_000;
            if k % 3 == 0 { &mut a } else { &mut b }.record(span);
            both.record(span);
        }
        assert_eq!(
            a.distribution().plus(&b.distribution()),
            both.distribution()
        );
    }
}
