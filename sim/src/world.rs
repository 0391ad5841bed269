//! The world: callers, agents, carrier and store around the engine, on a virtual clock.
//!
//! Owns the loop. The world tells the engine what happened, carries out what the engine commands
//! and hands every output to the recorder; it never looks into the engine's state, and the engine
//! never learns what only the world knows (who is really there, who would still wait).
//!
//! Every draw belongs to a call, an agent or a stream by identity, so that no decision of a policy
//! moves anybody's patience. At one instant: what is planned (faults, shifts, heartbeats), answers,
//! service ends, hang-ups, arrivals; the engine's own timers come before all of these.

mod agents;
mod arrivals;
mod callers;
mod carrier;
mod dialer;
mod event;
mod faults;
pub(crate) mod local;
mod looks;
mod party;
pub(crate) mod plan;
pub(crate) mod schedule;
mod scribe;
mod step;

use std::hint::cold_path;

use engine::output::Outbox;
use engine::time::Micros;
use engine::{Engine, Input, Timestamp};
use reports::digest::TraceHasher;
use reports::record::Recorder;
use reports::stats::Controls;

use crate::calendar::Calendar;
use crate::streams::{Seed, Streams};
use crate::world::agents::Agent;
use crate::world::agents::talk::N_AHEAD;
use crate::world::arrivals::Source;
use crate::world::callers::{CallTable, Redials};
use crate::world::carrier::Mail;
use crate::world::dialer::Dialer;
use crate::world::event::{Event, Kind, Soon};
use crate::world::faults::Faults;

pub(crate) use carrier::changed_something;
pub use plan::WorldPlan;
pub use scribe::Scribe;

/// Calls are served out at most this long after the horizon.
const SERVE_OUT: Micros = 24 * 3_600_000_000;

/// One replication in progress.
pub struct World<'a> {
    plan: &'a WorldPlan,
    draws: Streams,
    engine: Engine,
    recorder: Recorder,
    digest: TraceHasher,
    /// Empty while a step's outputs are carried out.
    out: Option<Box<Outbox>>,
    calendar: Calendar,
    /// Events of this very instant, before those of the calendar.
    soon: Soon,
    now: Timestamp,
    sources: Vec<Source>,
    /// When the next call of a stream comes, and of which; `NEVER` when none is left. Arrivals are
    /// kept out of the calendar: one is always due soon, and would be sifted through it each time.
    next_arrival: (Timestamp, u32),
    calls: CallTable,
    redials: Redials,
    agents: Vec<Agent>,
    mail: Mail,
    dialer: Dialer,
    faults: Faults,
    lines_in_use: u32,
    /// What these will touch has been asked for.
    asked_for: [Event; N_AHEAD],
    /// A call that arrived and whose patience is still to be scheduled, should it wait.
    fresh: Option<u32>,
    rejected: u64,
    steps: u64,
    /// What the draws of the calls that count were beyond their means.
    controls: Controls,
    /// Looks at the engine at further moments, to show that it changes nothing.
    extra_polls: bool,
    check: Option<CheckEngine>,
    broken: Option<String>,
    /// Is told every step.
    scribe: Option<&'a mut dyn Scribe>,
    /// Of what is given by a record, how much has happened.
    n_given: usize,
}

/// A look at the engine between steps: what is wrong with it, if anything.
pub type CheckEngine = fn(&Engine) -> Result<(), String>;

/// How a replication ended.
#[derive(Debug)]
pub struct Finished {
    /// The records.
    pub recorder: Recorder,
    /// Over every output in order.
    pub digest: reports::digest::TraceDigest,
    /// When the last thing happened.
    pub at: Timestamp,
    /// Calls without an outcome when the time to serve out was over: must be 0.
    pub unserved: usize,
    /// Inputs the engine refused (late, doubled and overtaken webhooks).
    pub rejected: u64,
    /// Engine steps taken.
    pub steps: u64,
    /// Calls that reached the engine.
    pub calls: u64,
    /// The first thing a check between steps found wrong.
    pub broken: Option<String>,
    /// What draws were beyond their means: arrivals, talk and patience of the calls that count; `None` when
    /// the scenario wants none.
    pub controls: Option<Controls>,
}

/// Options for tests and `run --check`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Checks {
    /// Look at the engine at random further moments, and try what a late driver would hear.
    pub extra_polls: bool,
    /// Called after every engine step.
    pub after_step: Option<CheckEngine>,
}

impl<'a> World<'a> {
    /// The world at the epoch, its agents assigned and nothing happened.
    ///
    /// # Panics
    /// If the plan's policy is wrong: its reader has checked it.
    #[must_use]
    pub fn new(plan: &'a WorldPlan, seed: Seed, recorder: Recorder, checks: Checks) -> Self {
        World::watched(plan, seed, recorder, checks, None)
    }

    /// The same, with somebody who writes down every step, the first ones included.
    ///
    /// # Panics
    /// As [`World::new`].
    #[must_use]
    pub fn watched(
        plan: &'a WorldPlan,
        seed: Seed,
        recorder: Recorder,
        checks: Checks,
        scribe: Option<&'a mut dyn Scribe>,
    ) -> Self {
        let engine = Engine::new(plan.policy.clone())
            .expect("invariant: the scenario's reader checks the policy");
        let mut world = World {
            plan,
            draws: Streams::new(seed),
            engine,
            recorder,
            digest: TraceHasher::new(),
            out: Some(Box::default()),
            calendar: Calendar::with_capacity(1024),
            soon: Soon::default(),
            now: Timestamp::ZERO,
            sources: (0..plan.streams.len())
                .map(|s| Source::new(s as u16))
                .collect(),
            next_arrival: (Timestamp::NEVER, 0),
            calls: CallTable::default(),
            redials: Redials::default(),
            agents: Vec::new(),
            mail: Mail::default(),
            dialer: Dialer::default(),
            faults: Faults::new(plan),
            lines_in_use: 0,
            asked_for: [Event::of(0); N_AHEAD],
            fresh: None,
            rejected: 0,
            steps: 0,
            controls: Controls {
                arrivals: -plan.expected_arrivals,
                ..Controls::default()
            },
            extra_polls: checks.extra_polls,
            check: checks.after_step,
            broken: None,
            scribe,
            n_given: 0,
        };
        world.assign_agents();
        world.schedule_faults();
        world.plan_given();
        for (i, (at, ..)) in plan.queue_hours.iter().enumerate() {
            world.schedule(Timestamp(*at), Kind::QueueHours, i as u32, 0);
        }
        for stream in 0..plan.streams.len() {
            world.plan_arrival(stream as u32);
        }
        world
    }

    /// Runs to the last outcome, or until `stop` says so (asked every few thousand events).
    pub fn run(mut self, mut stop: impl FnMut() -> bool) -> Option<Finished> {
        let end = Timestamp(self.plan.horizon.saturating_add(SERVE_OUT));
        let mut until_asked = 4096u32;
        loop {
            until_asked -= 1;
            if until_asked == 0 {
                if stop() {
                    return None;
                }
                until_asked = 4096;
            }
            let event = match self.soon.next() {
                Some(event) => event,
                None => {
                    if let Some(call) = self.fresh.take() {
                        self.schedule_patience(call, true);
                    }
                    let scheduled = self
                        .calendar
                        .peek()
                        .map_or(Timestamp::NEVER, |next| Timestamp(next.time));
                    let deadline = self.engine_deadline();
                    let arrival = self.next_arrival.0;
                    let at = scheduled.min(deadline).min(arrival);
                    if at.0 >= self.plan.horizon && (at > end || self.is_over()) {
                        break;
                    }
                    if self.extra_polls {
                        cold_path();
                        self.look_before(at);
                        if deadline == at {
                            self.look_late(at);
                        }
                    }
                    self.now = at;
                    // At one instant: the engine's own timers, what is scheduled, arrivals.
                    if deadline == at {
                        self.advance();
                        continue;
                    }
                    if arrival == at && scheduled != at {
                        self.next_arrives();
                        continue;
                    }
                    match self.calendar.pop() {
                        Some(scheduled) => Event::of(scheduled.event),
                        None => break,
                    }
                }
            };
            self.happens(event);
        }
        Some(Finished {
            digest: self.digest.digest(),
            at: self.now.max(Timestamp(self.plan.horizon)),
            unserved: self.engine.n_calls(),
            rejected: self.rejected,
            steps: self.steps,
            calls: self.engine.next_call().0,
            broken: self.broken,
            controls: self.plan.has_controls.then_some(self.controls),
            recorder: self.recorder,
        })
    }

    /// Nothing that could still become an outcome: no call in hand and none to come.
    fn is_over(&self) -> bool {
        self.engine.n_calls() == 0 && self.calls.is_empty()
    }

    /// When the engine wants to be woken; `NEVER` while the server is away.
    #[inline]
    fn engine_deadline(&self) -> Timestamp {
        if self.faults.server_is_away() {
            return Timestamp::NEVER;
        }
        self.engine
            .next_deadline()
            .map_or(Timestamp::NEVER, |(at, _)| at)
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the function beside it names the rest"
    )]
    fn happens(&mut self, event: Event) {
        match event.kind() {
            Kind::Rings => self.agent_rings(event),
            Kind::Answers => self.agent_answers(event),
            Kind::Joins => self.joins(event),
            Kind::TalkEnds => self.talk_ends(event),
            Kind::HangsUp => self.caller_hangs_up(event),
            _ => self.happens_aside(event),
        }
    }

    /// What happens aside from the calls themselves.
    #[inline(never)]
    fn happens_aside(&mut self, event: Event) {
        match event.kind() {
            Kind::FaultBegins => self.fault_begins(event.index()),
            Kind::FaultEnds => self.fault_ends(event.index()),
            Kind::QueueHours => {
                let (_, queue, open) = self.plan.queue_hours[event.index() as usize];
                self.feed(if open {
                    Input::QueueOpened { queue }
                } else {
                    Input::QueueClosed { queue }
                });
            }
            Kind::Given => self.given_happens(),
            Kind::Staffing => self.staffing_changes(event.index(), event.generation()),
            Kind::BreaksOfDay => self.plan_breaks(event.index(), event.generation()),
            Kind::BreakBegins => self.break_begins(event.index(), event.generation()),
            Kind::BreakEnds => self.break_ends(event),
            Kind::Heartbeat => self.heartbeat(event),
            Kind::DeviceTurns => self.device_turns(event.index()),
            Kind::Dials => self.carrier_dials(),
            Kind::Declines => self.agent_declines(event),
            Kind::RingStops => self.ring_stops(event),
            Kind::Delivers => self.deliver(event.index()),
            Kind::Ready => self.agent_is_ready(event),
            Kind::CallbackRings => self.callback_rings(event),
            Kind::CallbackAnswers => self.callback_answers(event),
            Kind::CallbackUnanswered => self.callback_unanswered(event),
            Kind::MessageLeft => self.message_left(event),
            Kind::Redials => self.redials(event.index()),
            Kind::Rings | Kind::Answers | Kind::Joins | Kind::TalkEnds | Kind::HangsUp => {}
        }
    }

    #[inline]
    fn schedule(&mut self, at: Timestamp, kind: Kind, index: u32, generation: u32) {
        let event = Event::new(kind, index, generation);
        self.calendar.push(at.0, event.bits());
    }

    /// Schedules what follows after `delay` microseconds; at once, ahead of everything, for 0.
    #[inline]
    fn after(&mut self, delay: Micros, kind: Kind, index: u32, generation: u32) {
        if delay == 0 {
            self.soon.push(Event::new(kind, index, generation));
        } else {
            self.schedule(self.now.after(delay), kind, index, generation);
        }
    }
}
