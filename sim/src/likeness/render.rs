//! The comparison as text: a table for people, CSV for programs. Decides nothing.

use std::fmt::Write as _;

use reports::report::{Recorded, RecordedSide, RecordedSpan};

use super::{ABANDONMENT_WITHIN, HALF_HOURS, Likeness, Pair, Tally, WAIT_WITHIN};

/// Sentences are broken at this many characters: as wide as the table.
const WIDTH: usize = 98;
/// What holds for every replay of a log.
const DRAWN: &str = "The log gives arrivals, talk of the served and patience of those who hung up. Drawn are the \
    patience of the served beyond their wait, the talk of those who hung up there and are served here, and the wrap-up.";

/// One figure of a tally.
struct Figure {
    /// In the table's heading.
    title: &'static str,
    /// In the CSV's heading.
    key: &'static str,
    /// Multiplies what the table shows (100 for shares; the CSV has them as they are).
    scale: f64,
    of: fn(&Tally) -> Option<f64>,
}

const FIGURES: [Figure; 4] = [
    Figure {
        title: "abandoned, %",
        key: "abandonment_rate",
        scale: 100.0,
        of: Tally::abandonment,
    },
    Figure {
        title: "wait of served, s",
        key: "mean_wait_connected",
        scale: 1.0,
        of: Tally::mean_served_wait,
    },
    Figure {
        title: "of hung up, s",
        key: "mean_wait_abandoned",
        scale: 1.0,
        of: Tally::mean_abandoned_wait,
    },
    Figure {
        title: "served in time, %",
        key: "connected_within_threshold",
        scale: 100.0,
        of: Tally::within,
    },
];

impl Likeness {
    /// The comparison for a terminal: a row per half hour with calls, the whole, the spread, the
    /// verdict and why it is not closer. Columns are recorded, simulated and their difference.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        self.write_table(&mut text)
            .expect("invariant: writing to a string does not fail");
        text
    }

    fn write_table(&self, out: &mut String) -> std::fmt::Result {
        writeln!(
            out,
            "recorded, simulated (mean of {} replications), difference; in time = within {} s",
            self.replications,
            self.threshold as f64 * 1e-6
        )?;
        let mut heading = format!("{:5} {:^13}", "", "calls");
        for figure in &FIGURES {
            heading.push_str(&format!(" |{:^18}", figure.title));
        }
        writeln!(out, "{}", heading.trim_end())?;
        for (half_hour, pair) in self.half_hours().iter().enumerate() {
            if pair.recorded.offered > 0 || pair.simulated.offered > 0 {
                self.write_row(out, &clock(half_hour), pair)?;
            }
        }
        self.write_row(out, "all", &self.overall())?;
        let by_half_hour = self.rms_by_half_hour();
        let by_cell = self.rms_by_date_and_half_hour();
        for (rms, what) in [
            (by_half_hour, "half hours of the day"),
            (by_cell, "dates and half hours"),
        ] {
            writeln!(
                out,
                "RMS over {what}: abandoned {:.1} points, wait of served {:.1} s",
                100.0 * rms.abandonment,
                rms.wait
            )?;
        }
        self.write_verdict(out)
    }

    fn write_row(&self, out: &mut String, name: &str, pair: &Pair) -> std::fmt::Result {
        let offered = self.per_replication(pair.simulated.offered);
        let mut row = format!("{name:5} {:6} {offered:6.0}", pair.recorded.offered);
        for figure in &FIGURES {
            let [recorded, simulated] = [&pair.recorded, &pair.simulated]
                .map(|tally| (figure.of)(tally).map(|value| value * figure.scale));
            let difference = match (recorded, simulated) {
                (Some(recorded), Some(simulated)) => format!("{:+.1}", simulated - recorded),
                (Some(_) | None, Some(_) | None) => String::new(),
            };
            let [recorded, simulated] = [recorded, simulated]
                .map(|value| value.map_or("-".to_owned(), |value| format!("{value:.1}")));
            row.push_str(&format!(" |{recorded:>5} {simulated:>5} {difference:>6}"));
        }
        writeln!(out, "{}", row.trim_end())
    }

    fn write_verdict(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "{}", self.said())?;
        writeln!(out, "why it is not closer:")?;
        for reason in self.reasons() {
            write_item(out, &reason)?;
        }
        Ok(())
    }

    /// The verdict in a sentence.
    fn said(&self) -> String {
        let Some(verdict) = self.verdict() else {
            return "no verdict: a side has nobody who was served".to_owned();
        };
        format!(
            "{}: abandoned {:+.1} points (within {:.0}), mean wait of served {:+.0} % (within {:.0} %)",
            if verdict.is_alike {
                "like the log"
            } else {
                "not like the log"
            },
            100.0 * verdict.abandonment_off,
            100.0 * ABANDONMENT_WITHIN,
            100.0 * verdict.wait_off,
            100.0 * WAIT_WITHIN,
        )
    }

    /// Why it is not closer: what is drawn, where it is furthest off, and what the scenario notes.
    fn reasons(&self) -> Vec<String> {
        let mut reasons = vec![DRAWN.to_owned()];
        if let Some((half_hour, points)) = self.furthest()
            && points.abs() >= 0.05
        {
            let from = clock(half_hour);
            reasons.push(format!(
                "Furthest off, by calls, is the half hour from {from}: abandoned {points:+.1} points."
            ));
        }
        reasons.extend(self.notes.iter().cloned());
        reasons
    }

    /// The comparison as a report shows it.
    #[must_use]
    pub fn recorded(&self) -> Recorded {
        let span = |name: String, pair: &Pair| RecordedSpan {
            name,
            recorded: side(&pair.recorded, 1),
            simulated: side(&pair.simulated, self.replications),
        };
        Recorded {
            threshold_s: self.threshold as f64 * 1e-6,
            half_hours: self
                .half_hours()
                .iter()
                .enumerate()
                .filter(|(_, pair)| pair.recorded.offered + pair.simulated.offered > 0)
                .map(|(half_hour, pair)| span(clock(half_hour), pair))
                .collect(),
            overall: span("all".to_owned(), &self.overall()),
            is_alike: self.verdict().map(|verdict| verdict.is_alike),
            verdict: self.said(),
            reasons: self.reasons(),
        }
    }

    /// The half hour in which most calls more (or fewer) hung up than were recorded.
    fn furthest(&self) -> Option<(usize, f64)> {
        let half_hours = self.half_hours();
        let off = half_hours.iter().enumerate().filter_map(|(k, pair)| {
            let off = pair.simulated.abandonment()? - pair.recorded.abandonment()?;
            Some((k, off, off.abs() * pair.recorded.offered as f64))
        });
        off.max_by(|a, b| a.2.total_cmp(&b.2))
            .map(|(half_hour, off, _)| (half_hour, 100.0 * off))
    }

    /// The comparison as CSV: a row per half hour of the day with calls, then `all`. Shares are
    /// 0..=1, waits seconds, `offered_simulated` a mean over replications; empty = nobody to speak
    /// of.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut text = String::from("half_hour,offered_recorded,offered_simulated");
        for figure in &FIGURES {
            for side in ["recorded", "simulated", "difference"] {
                text.push_str(&format!(",{}_{side}", figure.key));
            }
        }
        text.push('\n');
        let half_hours = self.half_hours();
        let named = (0..HALF_HOURS).map(clock).zip(half_hours);
        let with_calls = named.filter(|(_, p)| p.recorded.offered + p.simulated.offered > 0);
        for (name, pair) in with_calls.chain([("all".to_owned(), self.overall())]) {
            let offered = self.per_replication(pair.simulated.offered);
            text.push_str(&format!("{name},{},{offered:.2}", pair.recorded.offered));
            for figure in &FIGURES {
                let (recorded, simulated) =
                    ((figure.of)(&pair.recorded), (figure.of)(&pair.simulated));
                let difference = simulated.zip(recorded).map(|(a, b)| a - b);
                for value in [recorded, simulated, difference] {
                    text.push(',');
                    text.push_str(&value.map_or(String::new(), |value| format!("{value:.5}")));
                }
            }
            text.push('\n');
        }
        text
    }

    fn per_replication(&self, n: u64) -> f64 {
        n as f64 / f64::from(self.replications.max(1))
    }
}

fn side(tally: &Tally, replications: u32) -> RecordedSide {
    RecordedSide {
        offered: tally.offered as f64 / f64::from(replications.max(1)),
        abandonment_rate: tally.abandonment(),
        mean_wait_connected: tally.mean_served_wait(),
        mean_wait_abandoned: tally.mean_abandoned_wait(),
        connected_within_threshold: tally.within(),
    }
}

fn clock(half_hour: usize) -> String {
    format!("{:02}:{:02}", half_hour / 2, half_hour % 2 * 30)
}

/// An item of a list, broken at blanks.
fn write_item(out: &mut String, text: &str) -> std::fmt::Result {
    let mut line = String::from("  *");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(out, "{line}")?;
            line = String::from("   ");
        }
        line.push(' ');
        line.push_str(word);
    }
    writeln!(out, "{line}")
}
