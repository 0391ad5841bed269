//! Replays the bank's call log (Anonymous Bank, January and February 1999; Guedj and Mandelbaum,
//! Technion) through the estimators: what would its callers have been told at the moment they joined the line?
//!
//! The log has calls, not agents' hours: an agent is taken to be there from the first to the last service
//! of a stretch without gaps over 15 minutes. One queue by waiting time with 90 s of credit per step of priority: what
//! the log shows (overtaking of 0 by 1 and of 1 by 2 stops at 90 s), where its documentation says 90 s for 2.
//! Internet support (IN) has its own agents and is left out.

use super::world::{Announced, Scores};
use engine::estimate::{Learning, Line, LineState};
use engine::time::Timestamp;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const CREDIT: u64 = 90;
const LONGEST_GAP: u64 = 15 * 60;

/// What happens, in the order in which it is handled within one second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Event {
    Left,
    Ended {
        took: u64,
    },
    Came,
    HungUp {
        call: usize,
    },
    Taken {
        call: usize,
    },
    Queued {
        call: usize,
    },
    /// A call that an agent had at once.
    Served,
    Began,
}

#[derive(Clone, Copy, Debug)]
struct Call {
    since: u64,
    priority: u64,
}

#[derive(Default)]
struct Log {
    events: Vec<(u64, Event)>,
    calls: Vec<Call>,
    services: BTreeMap<String, Vec<(u64, u64)>>,
}

/// Tells that this test has nothing to look at: in the list that `make test` ends with, and, past
/// cargo's capture of what passing tests print, on standard error.
fn tell_skipped(missing: &Path) {
    use std::io::Write;
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let line = format!("linefinder-engine {test}: no {}\n", missing.display());
    match std::env::var_os("LINEFINDER_SKIPPED") {
        Some(list) => {
            let list = std::fs::OpenOptions::new()
                .append(true)
                .create(true)
                .open(list);
            let list = list.expect("the list of skipped tests");
            (&list).write_all(line.as_bytes()).expect("written");
        }
        None => std::io::stderr()
            .write_all(format!("SKIPPED {line}").as_bytes())
            .expect("written"),
    }
}

/// The scores over both months, or `None`, having told so, where the data is absent.
pub(crate) fn replay() -> Option<Scores> {
    let shared = std::env::var_os("LINEFINDER_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        PathBuf::from,
    );
    let mut log = Log::default();
    for (month, file) in ["january-1999.csv", "february-1999.csv"].iter().enumerate() {
        let path = shared.join("data/anonymous-bank").join(file);
        let Ok(text) = std::fs::read_to_string(&path) else {
            tell_skipped(&path);
            return None;
        };
        for row in text.lines().skip(1) {
            log.read(month as u64, row);
        }
    }
    log.staff();
    log.events.sort_unstable();
    Some(log.play())
}

impl Log {
    fn read(&mut self, month: u64, row: &str) {
        let field: Vec<&str> = row.split(',').collect();
        let (kind, outcome, server) = (field[4], field[12], field[16]);
        let day: u64 = field[5][4..].parse().expect("a date yymmdd");
        let at = |clock: &str| (month * 31 + day - 1) * 86_400 + clock_seconds(clock);
        let queued = field[9] != "0:00:00";
        if kind == "IN" || outcome == "PHANTOM" || !(queued || outcome == "AGENT") {
            return;
        }
        if queued {
            let call = self.calls.len();
            let since = at(field[9]);
            let priority = field[3].parse().expect("a priority 0..2");
            self.calls.push(Call { since, priority });
            self.events.push((since, Event::Queued { call }));
            // A second at least: within one second calls leave before others join.
            let end = at(field[10]).max(since + 1);
            let event = if outcome == "AGENT" {
                Event::Taken { call }
            } else {
                Event::HungUp { call }
            };
            self.events.push((end, event));
        } else {
            self.events.push((at(field[7]), Event::Served));
        }
        let (began, ended) = (at(field[13]), at(field[14]));
        if outcome == "AGENT" && server != "NO_SERVER" && ended >= began {
            let ended = ended.clamp(began + 1, began + 3_600);
            self.events.push((began, Event::Began));
            let took = ended - began;
            self.events.push((ended, Event::Ended { took }));
            let services = self.services.entry(server.to_owned()).or_default();
            services.push((began, ended));
        }
    }

    /// Agents come at the start and leave at the end of each stretch of services.
    fn staff(&mut self) {
        for services in self.services.values_mut() {
            services.sort_unstable();
            let mut until: Option<u64> = None;
            for &(began, ended) in services.iter() {
                match until {
                    Some(end) if began <= end + LONGEST_GAP => until = Some(end.max(ended)),
                    Some(end) => {
                        self.events.push((end, Event::Left));
                        self.events.push((began, Event::Came));
                        until = Some(ended);
                    }
                    None => {
                        self.events.push((began, Event::Came));
                        until = Some(ended);
                    }
                }
            }
            self.events.extend(until.map(|end| (end, Event::Left)));
        }
    }

    fn play(self) -> Scores {
        let mut learning = Learning::new(Timestamp::ZERO, 3);
        let mut scores = Scores::default();
        let mut line: BTreeMap<usize, Announced> = BTreeMap::new();
        let (mut staffed, mut busy) = (0, 0);
        for (at, event) in self.events {
            let now = Timestamp::from_secs(at);
            match event {
                Event::Left => staffed -= 1,
                Event::Came => staffed += 1,
                Event::Began => busy += 1,
                Event::Ended { took } => {
                    busy -= 1;
                    learning.handled(now, took * 1_000_000);
                }
                Event::Served => learning.answered(now, 0, 0),
                Event::HungUp { call } => {
                    line.remove(&call);
                    learning.abandoned(now);
                }
                Event::Taken { call } => {
                    let real = (at - self.calls[call].since) * 1_000_000;
                    learning.answered(now, real, 0);
                    if let Some(told) = line.remove(&call) {
                        told.realise(&mut learning, real);
                        scores.record(&told, real);
                    }
                }
                Event::Queued { call } => {
                    let me = self.calls[call];
                    learning.arrived(now, me.priority as usize);
                    let waiting = line.keys().map(|&other| self.calls[other]);
                    let state = state(&learning, at, me, waiting, staffed);
                    line.insert(call, Announced::by_all(&learning, &state));
                }
            }
            let waiting = line.len() as u32;
            // Idle agents are not in the log: those who wait, wait because nobody is free.
            let idle = if waiting > 0 {
                0
            } else {
                staffed.max(busy) - busy
            };
            let line = Line {
                waiting,
                staffed,
                busy,
                idle,
            };
            learning.line_changed(now, line);
        }
        scores
    }
}

fn state(
    learning: &Learning,
    at: u64,
    me: Call,
    waiting: impl Iterator<Item = Call>,
    staffed: u32,
) -> LineState {
    let score = |call: Call| at - call.since + CREDIT * call.priority;
    let now = Timestamp::from_secs(at);
    let (mut ahead, mut head) = (0, None);
    for other in waiting.filter(|&other| score(other) >= score(me)) {
        ahead += 1;
        if head.is_none_or(|head| score(other) > score(head)) {
            head = Some(other);
        }
    }
    let spans = (0..3_u64).map(|other| CREDIT * other.saturating_sub(me.priority) * 1_000_000);
    LineState {
        now,
        ahead,
        staffed,
        idle: 0,
        waited: 0,
        head_waited: head.map(|head| (at - head.since) * 1_000_000),
        next_scan: 0,
        scan_every: 0,
        overtaking: learning.overtaking(now, spans),
    }
}

fn clock_seconds(clock: &str) -> u64 {
    clock.split(':').fold(0, |sum, part| {
        sum * 60 + part.parse::<u64>().expect("h:mm:ss")
    })
}
