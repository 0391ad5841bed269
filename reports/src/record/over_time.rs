//! Fills the series: levels are integrated all the time and read off when a bin ends, so that an
//! event costs the same with and without bins.

use engine::time::Timestamp;

use super::line::Level;
use super::options::Window;
use super::series::Series;

/// Levels that the series integrates, over the whole run.
#[derive(Debug)]
pub(super) struct OverTime {
    pub(super) is_kept: bool,
    /// The bin in progress and its end.
    pub(super) bin: usize,
    pub(super) bin_end: Timestamp,
    pub(super) line: Level,
    pub(super) talking: Level,
    pub(super) believed: Level,
    pub(super) truly: Level,
    /// Integrals at the start of the bin.
    at_start: [u64; 4],
}

impl OverTime {
    pub(super) fn new(series: &Series, horizon: Timestamp) -> Self {
        let whole_run = Window {
            from: Timestamp::ZERO,
            to: horizon,
        };
        let is_kept = !series.bins.is_empty();
        OverTime {
            is_kept,
            bin: 0,
            bin_end: if is_kept {
                Timestamp(series.step)
            } else {
                Timestamp::NEVER
            },
            line: Level::new(whole_run),
            talking: Level::new(whole_run),
            believed: Level::new(whole_run),
            truly: Level::new(whole_run),
            at_start: [0; 4],
        }
    }

    /// Closes the bins that end at or before `at`.
    pub(super) fn close_bins(&mut self, at: Timestamp, series: &mut Series) {
        while self.bin_end <= at {
            let Some(bin) = series.bins.get_mut(self.bin) else {
                self.bin_end = Timestamp::NEVER;
                return;
            };
            let levels = [
                &mut self.line,
                &mut self.talking,
                &mut self.believed,
                &mut self.truly,
            ];
            let areas = [
                &mut bin.line_area,
                &mut bin.talk_area,
                &mut bin.believed_area,
                &mut bin.true_area,
            ];
            for ((level, area), start) in levels.into_iter().zip(areas).zip(&mut self.at_start) {
                level.advance(self.bin_end);
                *area = level.area() - *start;
                *start = level.area();
            }
            self.bin += 1;
            self.bin_end = self.bin_end.after(series.step);
        }
    }
}
