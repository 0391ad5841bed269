//! A progress bar on standard error: only when a person watches and it takes long.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Shorter work shows none.
const PATIENCE: Duration = Duration::from_millis(500);

/// The bar and the clock of a run.
pub(super) struct Progress {
    bar: ProgressBar,
    start: Instant,
}

impl Progress {
    /// Starts the clock.
    pub(super) fn start() -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::no_length()
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template(
            "{spinner} {bar:30} {pos}/{len} replications, {elapsed} gone, about {eta} left {msg}",
        );
        bar.set_style(style.expect("invariant: the template is right"));
        Progress { bar, start: now() }
    }

    /// To be called often, from any thread.
    pub(super) fn show(&self, done: u32, planned: u32) {
        if !self.bar.is_hidden() && self.start.elapsed() >= PATIENCE {
            self.bar.set_length(u64::from(planned));
            self.bar.set_position(u64::from(done));
            self.bar.tick();
        }
    }

    /// What is being done, beside the bar.
    pub(super) fn say(&self, what: &str) {
        if !self.bar.is_hidden() {
            self.bar.set_message(what.to_owned());
            self.bar.tick();
        }
    }

    /// Takes the bar away and stops the clock: seconds since the start.
    pub(super) fn finish(self) -> f64 {
        self.bar.finish_and_clear();
        self.start.elapsed().as_secs_f64()
    }
}

/// The wall clock, only to show how long something takes.
#[allow(clippy::disallowed_methods)]
fn now() -> Instant {
    Instant::now()
}
