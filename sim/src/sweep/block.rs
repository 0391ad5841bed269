//! Blocks: some replications of one point. What is handed out, stored and counted.

use std::ops::Range;

use policy_file::policy::hex;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Build, Plan};

/// Raised when results are written differently.
const FORMAT: u32 = 1;

/// Consecutive replications of one point.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// The place of its point in the plan.
    pub point: usize,
    /// Which replications.
    pub range: Range<u32>,
    /// Where its result is found: the hex digest of everything that it depends on.
    pub address: String,
}

/// What a result depends on. The parameters are there although the contents follow from them: a
/// setting that no digest saw must not find another's result.
#[derive(Serialize)]
struct Cause<'p> {
    format: u32,
    build: &'p Build,
    parameters: Vec<(&'p str, &'p str)>,
    contents: &'p str,
    seed: u64,
    first: u32,
    end: u32,
}

/// Every block of a plan, point by point.
#[must_use]
pub fn blocks(plan: &Plan) -> Vec<Block> {
    let points = 0..plan.work.points.len();
    points.flat_map(|point| of_point(plan, point)).collect()
}

/// The blocks of one point.
pub fn of_point(plan: &Plan, point: usize) -> impl Iterator<Item = Block> {
    let work = &plan.work;
    let n = work.points[point].replications;
    let firsts = (0..n).step_by(work.block as usize);
    firsts.map(move |first| {
        let range = first..first.saturating_add(work.block).min(n);
        Block {
            point,
            address: address(plan, point, &range),
            range,
        }
    })
}

fn address(plan: &Plan, point: usize, range: &Range<u32>) -> String {
    let work = &plan.work;
    let planned = &work.points[point];
    let paths = work.axes.iter().map(|axis| axis.path.as_str());
    let cause = Cause {
        format: FORMAT,
        build: &work.build,
        parameters: paths
            .zip(planned.values.iter().map(String::as_str))
            .collect(),
        contents: &planned.contents,
        seed: planned.seed,
        first: range.start,
        end: range.end,
    };
    let json = serde_json::to_vec(&cause).expect("invariant: plain data is written");
    hex(&Sha256::digest(json))
}

/// One of several shares of the blocks: `0/8` to `7/8`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shard {
    /// From 0.
    pub index: u32,
    /// How many there are.
    pub of: u32,
}

impl Shard {
    /// Whether it does the block at this place among all. In turn: what is slow is mostly slow at
    /// neighbouring points.
    #[must_use]
    pub const fn takes(self, place: usize) -> bool {
        place % self.of as usize == self.index as usize
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((index, of)) if index < of => Ok(Shard { index, of }),
            Some((_, 0)) => Err("there is no shard of none".to_owned()),
            Some((_, of)) => Err(format!(
                "shards are counted from 0: the last of {of} is {}/{of}",
                of - 1
            )),
            None => Err("expected I/N, as in 0/8, 1/8, ... 7/8".to_owned()),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_part_the_blocks() {
        for of in 1..7 {
            for place in 0..40 {
                let takers = (0..of).filter(|index| Shard { index: *index, of }.takes(place));
                assert_eq!(takers.count(), 1, "{place} of {of}");
            }
        }
    }

    #[test]
    fn shards_are_counted_from_0() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, of: 3 }));
        let refused = |text: &str| text.parse::<Shard>().expect_err(text);
        assert!(refused("3/3").contains("the last of 3 is 2/3"));
        assert!(refused("0/0").contains("no shard of none"));
        assert!(refused("1").contains("expected I/N"));
        assert!(refused("-1/2").contains("expected I/N"));
    }
}
