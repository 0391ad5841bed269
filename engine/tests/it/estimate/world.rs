//! A small FCFS call centre with hang-ups, M(t)/G/n(t)+G, that announces by every estimator at each
//! arrival that has to wait, and by an oracle that knows the true rates. Owns its randomness
//! (a fixed generator); knows nothing of the engine but `estimate`.

use engine::estimate::{Estimate, Estimator, Kind, Learning, Line, LineState, RemainingWait};
use engine::time::Timestamp;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// A positive law with its mean in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Law {
    Exponential(f64),
    /// Mean, coefficient of variation.
    LogNormal(f64, f64),
}

/// One experiment. Times in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Centre {
    pub(crate) seed: u64,
    pub(crate) agents: u32,
    pub(crate) load: f64,
    pub(crate) service: Law,
    pub(crate) patience: Law,
    /// Calls that arrive before anything is scored.
    pub(crate) warm_up: u32,
    /// Calls scored: those of them that wait and are answered.
    pub(crate) calls: u32,
    /// Agents from the first scored call on; those who leave end their call first.
    pub(crate) agents_then: u32,
    /// `None`: a call meets a free agent at once, and is answered at once.
    pub(crate) scans: Option<Scans>,
}

/// The line is looked at from time to time, and a phone rings before it is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scans {
    pub(crate) every: u64,
    pub(crate) answer: Law,
    /// Share of the rings that nobody answers, after 15 s.
    pub(crate) missed: f64,
}

/// How long a phone rings that nobody answers.
const RING: u64 = 15_000_000;

/// Hits of one estimator.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Score {
    pub(crate) announced: u32,
    pub(crate) within_30s: u32,
    pub(crate) below_p50: u32,
    pub(crate) below_p90: u32,
    pub(crate) covered: u32,
    pub(crate) bias: f64,
    pub(crate) absolute: f64,
}

impl Score {
    fn add(&mut self, said: &Estimate, real: u64) {
        let error = said.point as f64 - real as f64;
        self.announced += 1;
        self.within_30s += u32::from(error.abs() <= 30e6);
        self.below_p50 += u32::from(real <= said.p50);
        self.below_p90 += u32::from(real <= said.p90);
        self.covered += u32::from((said.p50..=said.p90).contains(&real));
        self.bias += error * 1e-6;
        self.absolute += error.abs() * 1e-6;
    }

    /// Share of those told a range whose wait lay in it.
    pub(crate) fn coverage(&self) -> f64 {
        self.share(self.covered)
    }

    pub(crate) fn share(&self, hits: u32) -> f64 {
        f64::from(hits) / f64::from(self.announced.max(1))
    }
}

/// What came of it: calls that waited and were answered, and the scores over them.
#[derive(Clone, Default, Debug)]
pub(crate) struct Scores {
    pub(crate) waited: u32,
    pub(crate) oracle: Score,
    pub(crate) of: [Score; 6],
}

impl Scores {
    /// Share of the calls that waited and were answered whose point was within 30 s; silence misses.
    pub(crate) fn within(&self, estimator: Estimator) -> f64 {
        f64::from(self.of[estimator as usize].within_30s) / f64::from(self.waited.max(1))
    }

    /// As a share of the oracle's.
    pub(crate) fn of_oracle(&self, estimator: Estimator) -> f64 {
        self.within(estimator) / self.oracle.share(self.oracle.within_30s)
    }

    pub(crate) fn record(&mut self, call: &Announced, real: u64) {
        self.waited += 1;
        if let Some(said) = &call.oracle {
            self.oracle.add(said, real);
        }
        for (score, said) in self.of.iter_mut().zip(&call.said) {
            if let Some(said) = said {
                score.add(said, real);
            }
        }
    }
}

/// What one call was told, by everyone.
#[derive(Clone, Debug)]
pub(crate) struct Announced {
    pub(crate) oracle: Option<Estimate>,
    pub(crate) said: [Option<Estimate>; 6],
}

impl Announced {
    pub(crate) fn by_all(learning: &Learning, state: &LineState) -> Self {
        Announced {
            oracle: None,
            said: Estimator::ALL.map(|estimator| learning.estimate(estimator, state)),
        }
    }

    pub(crate) fn realise(&self, learning: &mut Learning, real: u64) {
        for (estimator, said) in Estimator::ALL.into_iter().zip(&self.said) {
            if let Some(said) = said {
                learning.realised(estimator, said, real);
            }
        }
    }
}

struct Waiting {
    since: u64,
    told: Announced,
    scored: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Event {
    ServiceEnds { agent: u32, took: u64 },
    RingEnds { agent: u32, call: u32, missed: bool },
    HangsUp { call: u32 },
    Arrives,
    Scan,
}

/// Runs `centre` and scores it.
pub(crate) fn run(centre: &Centre) -> Scores {
    World::new(*centre).run()
}

struct World {
    centre: Centre,
    draw: Draw,
    learning: Learning,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    pushed: u64,
    line: BTreeMap<u32, Waiting>,
    /// With the moment at which the phone began to ring.
    ringing: BTreeMap<u32, (u64, Waiting)>,
    staffed: u32,
    busy: u32,
    idle: Vec<u32>,
    arrived: u32,
    scores: Scores,
}

impl World {
    fn new(centre: Centre) -> Self {
        World {
            centre,
            draw: Draw(centre.seed),
            learning: Learning::new(Timestamp::ZERO, 1),
            events: BinaryHeap::new(),
            pushed: 0,
            line: BTreeMap::new(),
            ringing: BTreeMap::new(),
            staffed: centre.agents,
            busy: 0,
            idle: (0..centre.agents).collect(),
            arrived: 0,
            scores: Scores::default(),
        }
    }

    fn run(mut self) -> Scores {
        self.at(0, Event::Arrives);
        if let Some(scans) = self.centre.scans {
            self.at(scans.every, Event::Scan);
        }
        while let Some(Reverse((now, _, event))) = self.events.pop() {
            match event {
                Event::Arrives => self.arrives(now),
                Event::HangsUp { call } => {
                    if self.line.remove(&call).is_some() {
                        self.learning.abandoned(Timestamp(now));
                    }
                }
                Event::ServiceEnds { agent, took } => {
                    self.busy -= 1;
                    self.learning.handled(Timestamp(now), took);
                    self.is_free(now, agent);
                }
                Event::RingEnds {
                    agent,
                    call,
                    missed,
                } => self.ring_ends(now, agent, call, missed),
                Event::Scan => self.scan(now),
            }
            self.line_changed(now);
        }
        self.scores
    }

    fn arrives(&mut self, now: u64) {
        let call = self.arrived;
        self.arrived += 1;
        if call == self.centre.warm_up {
            self.staffed = self.centre.agents_then;
            self.idle.retain(|&agent| agent < self.centre.agents_then);
            self.line_changed(now);
        }
        if call + 1 < self.centre.warm_up + self.centre.calls {
            let rate = self.centre.load * f64::from(self.centre.agents) / mean(self.centre.service);
            let gap = self.draw.law(Law::Exponential(1.0 / rate));
            self.at(now + gap, Event::Arrives);
        }
        self.learning.arrived(Timestamp(now), 0);
        let scans = self.centre.scans;
        if scans.is_none() && !self.idle.is_empty() {
            self.learning.answered(Timestamp(now), 0, 0);
            let agent = self.idle.pop().expect("one is idle");
            self.serve(now, agent);
            return;
        }
        let ahead = self.line.len() as u32;
        let state = LineState {
            now: Timestamp(now),
            ahead,
            staffed: self.staffed,
            idle: self.idle.len() as u32,
            waited: 0,
            head_waited: self.line.values().next().map(|head| now - head.since),
            next_scan: scans.map_or(0, |scans| scans.every - now % scans.every),
            scan_every: scans.map_or(0, |scans| scans.every),
            overtaking: Default::default(),
        };
        let mut told = Announced::by_all(&self.learning, &state);
        let rate = f64::from(self.staffed) / mean(self.centre.service);
        let law = RemainingWait::new(f64::from(ahead), rate, 1.0 / mean(self.centre.patience));
        // It knows the law of the line, not of scans and rings.
        told.oracle = scans.is_none().then(|| spoken(&law));
        let patience = self.draw.law(self.centre.patience);
        self.at(now + patience, Event::HangsUp { call });
        let scored = call >= self.centre.warm_up;
        self.line.insert(
            call,
            Waiting {
                since: now,
                told,
                scored,
            },
        );
    }

    fn is_free(&mut self, now: u64, agent: u32) {
        if agent >= self.staffed {
            return;
        }
        self.idle.push(agent);
        if self.centre.scans.is_none()
            && let Some((_, call)) = self.line.pop_first()
        {
            self.idle.pop();
            self.answered(now, &call, 0);
            self.serve(now, agent);
        }
    }

    fn scan(&mut self, now: u64) {
        let scans = self.centre.scans.expect("who scans says how");
        while !self.idle.is_empty()
            && let Some((id, call)) = self.line.pop_first()
        {
            let agent = self.idle.pop().expect("one is idle");
            self.ringing.insert(id, (now, call));
            let missed = self.draw.uniform() < scans.missed;
            let ring = if missed {
                RING
            } else {
                self.draw.law(scans.answer)
            };
            let call = id;
            self.at(
                now + ring,
                Event::RingEnds {
                    agent,
                    call,
                    missed,
                },
            );
        }
        let more_calls = self.arrived < self.centre.warm_up + self.centre.calls;
        if more_calls || !self.line.is_empty() || !self.ringing.is_empty() {
            self.at(now + scans.every, Event::Scan);
        }
    }

    fn ring_ends(&mut self, now: u64, agent: u32, id: u32, missed: bool) {
        let (since, call) = self.ringing.remove(&id).expect("it rang");
        if missed {
            self.line.insert(id, call);
            self.is_free(now, agent);
            return;
        }
        self.answered(now, &call, now - since);
        self.serve(now, agent);
    }

    fn answered(&mut self, now: u64, call: &Waiting, setup: u64) {
        let real = now - call.since;
        self.learning.answered(Timestamp(now), real, setup);
        call.told.realise(&mut self.learning, real);
        if call.scored {
            self.scores.record(&call.told, real);
        }
    }

    fn serve(&mut self, now: u64, agent: u32) {
        self.busy += 1;
        let took = self.draw.law(self.centre.service);
        self.at(now + took, Event::ServiceEnds { agent, took });
    }

    fn line_changed(&mut self, now: u64) {
        let line = Line {
            waiting: self.line.len() as u32,
            staffed: self.staffed,
            busy: self.busy,
            idle: self.idle.len() as u32,
        };
        self.learning.line_changed(Timestamp(now), line);
    }

    fn at(&mut self, when: u64, event: Event) {
        self.pushed += 1;
        self.events.push(Reverse((when, self.pushed, event)));
    }
}

/// What one who knows the law says: the exact centre of its densest minute.
fn spoken(law: &RemainingWait) -> Estimate {
    let (p50, p90) = law.p50_p90();
    let micros = |s: f64| (s * 1e6) as u64;
    Estimate {
        point: micros(law.densest_window(60.0) + 30.0),
        p50: micros(p50),
        p90: micros(p90),
        kind: Kind::InLine,
    }
}

pub(crate) fn mean(law: Law) -> f64 {
    match law {
        Law::Exponential(mean) | Law::LogNormal(mean, _) => mean,
    }
}

/// SplitMix64 (Steele, Lea, Flood, 2014).
struct Draw(u64);

impl Draw {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn exponential(&mut self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }

    fn law(&mut self, law: Law) -> u64 {
        let seconds = match law {
            Law::Exponential(mean) => mean * self.exponential(),
            Law::LogNormal(mean, cv) => {
                let variance = (1.0 + cv * cv).ln();
                let radius = (2.0 * self.exponential()).sqrt();
                let normal = radius * (core::f64::consts::TAU * self.uniform()).cos();
                mean * (variance.sqrt() * normal - variance / 2.0).exp()
            }
        };
        (seconds * 1e6) as u64
    }
}

impl Scores {
    /// Adds the scores of another run.
    pub(crate) fn merge(&mut self, other: &Scores) {
        self.waited += other.waited;
        self.oracle.merge(&other.oracle);
        for (mine, theirs) in self.of.iter_mut().zip(&other.of) {
            mine.merge(theirs);
        }
    }
}

impl Score {
    fn merge(&mut self, other: &Score) {
        self.announced += other.announced;
        self.within_30s += other.within_30s;
        self.below_p50 += other.below_p50;
        self.below_p90 += other.below_p90;
        self.covered += other.covered;
        self.bias += other.bias;
        self.absolute += other.absolute;
    }
}
