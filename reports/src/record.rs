//! Records: folds a run's events and a few facts only the driver knows into one replication's
//! tallies, in one pass and in one place.
//!
//! * **What counts.** Calls that arrive in `[warm_up, horizon)`, each followed to its outcome,
//!   also beyond the horizon. Times of agents and lengths of lines are over `[warm_up, horizon)`.
//!   A call belongs to the queue in which it arrives, also after an overflow.
//! * **Cost.** A few nanoseconds per event; nothing is allocated once the tables have grown to the
//!   calls in progress. Commands are not looked at.
//! * **Never** reads engine state, a clock or a name, and never judges: measures do.
//!
//! Events must come in order of time, arrivals before anything else about their call. An event
//! that cannot be is not counted and makes [`Replication::conservation`] an error.

mod agent_log;
mod announcements;
mod call_table;
mod call_tally;
mod calls;
mod distribution;
mod facts;
mod line;
mod offers;
mod options;
mod outcome;
mod over_time;
mod pairs;
mod presence;
mod replication;
mod row;
mod series;
mod told;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use engine::output::{Alert, Event, Output, What};
use engine::time::{Micros, Timestamp};

use agent_log::Agent;
use announcements::Announcements;
use call_table::{CallTable, Phase};
use line::{Level, Line};
use options::Window;
use over_time::OverTime;
use replication::{Leftovers, conservation};
use told::ToldLog;

pub use agent_log::{Accuracy, AccuracyByLevel, AgentTimes, TrueAvailability};
pub use call_tally::{CallCounts, CallTally, EstimateCounts, Spans, Tally};
pub(crate) use distribution::bounds_of;
pub use distribution::{Distribution, Histogram};
pub use line::LineTally;
pub use options::{AvailabilityLevel, RecorderOptions};
pub use outcome::{Anomaly, ConservationError, Outcome, Outcomes};
pub use pairs::Pairs;
pub use replication::{AgentTotals, Replication, RunCounts};
pub use row::CallRow;
pub use series::{Bin, Series};
pub use told::{Said, ToldCall};

/// Records one replication.
#[derive(Debug)]
pub struct Recorder {
    options: RecorderOptions,
    window: Window,
    calls: CallTable,
    announcements: Announcements,
    /// By arrival queue and class: `queue * n_classes + class`.
    cells: Vec<Tally<Histogram>>,
    agents: Vec<Agent>,
    lines: Vec<Line>,
    all_lines: Level,
    accuracy: AccuracyByLevel,
    /// Agents that rest from offers, by the end of their rest.
    resting: BinaryHeap<Reverse<(Timestamp, u32)>>,
    run: RunCounts,
    response_latency: Histogram,
    /// The last commit's time: what its step said left after it.
    commit_took: u32,
    /// How long before the events that follow was what they tell of.
    heard_late: Micros,
    /// By agent, as far as there was any: the last late word that may have freed it, when it came,
    /// and of when.
    late_words: Vec<(Timestamp, Timestamp)>,
    series: Series,
    over_time: OverTime,
    pairs: Pairs,
    told: ToldLog,
    rows: Vec<CallRow>,
    /// When something must be done before the next event is looked at.
    next_wake: Timestamp,
}

impl Recorder {
    /// Ready for the first event of a replication.
    #[must_use]
    pub fn new(options: RecorderOptions) -> Self {
        let window = options.window();
        let n_cells = usize::from(options.n_queues) * usize::from(options.n_classes);
        let series = Series::new(options.series_step, options.horizon);
        let over_time = OverTime::new(&series, options.horizon);
        Recorder {
            window,
            calls: CallTable::default(),
            announcements: Announcements::default(),
            cells: vec![Tally::default(); n_cells],
            agents: Vec::new(),
            lines: vec![Line::new(window); usize::from(options.n_queues)],
            all_lines: Level::new(window),
            accuracy: AccuracyByLevel::default(),
            resting: BinaryHeap::new(),
            run: RunCounts::default(),
            response_latency: Histogram::default(),
            commit_took: 0,
            heard_late: 0,
            late_words: Vec::new(),
            pairs: Pairs::default(),
            told: ToldLog::default(),
            rows: Vec::new(),
            next_wake: over_time.bin_end,
            over_time,
            series,
            options,
        }
    }

    /// Folds the outputs of one engine step, or of several in order.
    #[inline]
    pub fn outputs(&mut self, outputs: &[Output]) {
        for output in outputs {
            self.output(output);
        }
    }

    /// Folds one output; they must come in order.
    #[inline]
    pub fn output(&mut self, output: &Output) {
        if let What::Event(event) = &output.what {
            self.event(output.at, event);
        }
    }

    /// Folds one event of `at`.
    #[inline(always)]
    pub fn event(&mut self, at: Timestamp, event: &Event) {
        if at >= self.next_wake {
            self.wake(at);
        }
        match *event {
            Event::CallArrived {
                call,
                caller: _,
                queue,
                class,
                queued,
            } => self.call_arrived(at, call, queue, class, queued),
            Event::CallQueued { call, queue: _ } => self.call_queued(call),
            Event::CallOverflowed { call, from, to } => self.call_overflowed(at, call, from, to),
            Event::EstimateAnnounced {
                call,
                position,
                estimate,
            } => {
                if self.options.told {
                    let said = Said {
                        at,
                        position,
                        estimate,
                    };
                    self.told.announced(call, said);
                }
                if let Some(announced) = estimate {
                    self.estimate_announced(at, call, announced);
                }
            }
            Event::OfferMade {
                offer,
                call,
                attempt,
                at_arrival,
                eligible_since,
                free_since,
            } => {
                self.offer_made(
                    at,
                    offer,
                    call,
                    attempt,
                    at_arrival,
                    (eligible_since, free_since),
                );
            }
            Event::OfferRang { offer } => self.offer_rang(at, offer),
            Event::OfferAnswered { offer: _, call } => self.offer_answered(at, call),
            Event::OfferEnded { offer, call, end } => self.offer_ended(at, offer, call, end),
            Event::ClaimUndone { offer, call } => self.claim_undone(at, offer, call),
            Event::CallConnected {
                call,
                agent,
                attempts,
                waited,
                callback,
                inversion,
            } => {
                self.call_connected(at, call, agent, waited, callback, inversion);
                self.note(call, |row| {
                    row.agent = Some(agent);
                    row.attempts = attempts;
                });
            }
            Event::CallEnded {
                call,
                agent: _,
                talked,
            } => self.call_ended(at, call, talked),
            Event::CallAbandoned {
                call,
                stage: _,
                waited,
            } => self.call_abandoned(at, call, waited),
            Event::CallRefused { call, reason } => {
                self.settle(at, call, Outcome::of_refusal(reason));
            }
            Event::CallTimedOut { call, waited } => {
                self.settle(at, call, Outcome::TimedOut);
                self.note(call, |row| row.wait = Some(waited));
            }
            Event::VoicemailStarted { call } => self.voicemail_started(at, call),
            Event::VoicemailTaken { call } => self.settle(at, call, Outcome::Voicemail),
            Event::CallFailed { call } => self.settle(at, call, Outcome::Failed),
            Event::CallbackTaken { call } => self.callback_taken(at, call),
            Event::CallbackPlaced {
                call: _,
                agent,
                attempt: _,
            } => self.agent_reserved(at, agent),
            Event::CallbackFailed { call, why: _ } => {
                self.settle(at, call, Outcome::CallbackFailed)
            }
            Event::AgentStatusSet { agent, status } => self.agent_status_set(at, agent, status),
            Event::AgentIdle { agent } => self.agent_idle(at, agent),
            Event::AgentWrapUp { agent } => self.agent_wraps_up(at, agent),
            Event::AgentAlive { agent, alive } => {
                self.note_delay(at, agent);
                self.believe(at, agent, |agent| agent.set_alive(alive));
            }
            Event::AgentReachable { agent, reachable } => {
                self.note_delay(at, agent);
                self.believe(at, agent, |agent| agent.set_reachable(reachable));
            }
            Event::AgentBreaker { agent, state } => self.agent_breaker(at, agent, state),
            Event::QueueScanned { queue: _, waiting } => {
                let counts = u64::from(self.window.contains(at));
                self.run.scans += counts;
                self.run.scanned_calls += counts * u64::from(waiting);
            }
            Event::Rescued { call: _, agent: _ } => {
                self.run.rescues += u64::from(self.window.contains(at));
            }
            Event::AlertRaised { alert, value: _ } => {
                let kind = match alert {
                    Alert::SuccessRate => 0,
                    Alert::StoreLatency => 1,
                    Alert::AgentAvailability => 2,
                    Alert::QueueLength(_) => 3,
                };
                self.run.alerts[kind] += u64::from(self.window.contains(at));
                self.run.open_alerts += 1;
            }
            Event::AlertCleared { alert: _ } => {
                self.run.open_alerts = self.run.open_alerts.saturating_sub(1);
            }
            Event::CallExhausted { call: _ }
            | Event::CallbackOffered { call: _ }
            | Event::CallbackMissed { call: _ }
            | Event::CarrierBreaker { state: _ }
            | Event::QueueOpen { queue: _, open: _ }
            | Event::PolicyApplied
            | Event::FeatureShareSet {
                feature: _,
                share: _,
            } => {}
        }
    }

    /// The replication is over at `at`: no call is left, or none will be followed further.
    #[must_use]
    pub fn finish(mut self, at: Timestamp) -> Replication {
        let end = at.max(self.options.horizon);
        if end >= self.next_wake {
            self.wake(end);
        }
        for agent in &mut self.agents {
            agent.advance(end, self.window);
            agent.judge(end, self.window, &mut self.accuracy);
        }
        self.all_lines.advance(end);
        for line in &mut self.lines {
            line.length.advance(end);
        }
        // A single line is kept only once.
        let line_by_queue = match self.lines.as_slice() {
            [_] => vec![self.all_lines.tally()],
            lines => lines.iter().map(|line| line.length.tally()).collect(),
        };
        let n_classes = usize::from(self.options.n_classes);
        let mut total = CallTally::default();
        let mut by_queue = vec![CallTally::default(); self.lines.len()];
        let mut by_class = vec![CallTally::default(); n_classes];
        for (index, cell) in self.cells.iter().enumerate() {
            let cell = cell.finish();
            total.absorb(&cell);
            by_queue[index / n_classes].absorb(&cell);
            by_class[index % n_classes].absorb(&cell);
        }
        let leftovers = Leftovers {
            anomaly: self.calls.anomaly(),
            open: self.calls.in_phase(Phase::Open),
            callback: self.calls.in_phase(Phase::Callback),
            talking: self.calls.in_phase(Phase::Talking),
        };
        self.pairs.shrink();
        Replication {
            conservation: conservation(&total, &leftovers),
            finished_at: at,
            total,
            by_queue,
            by_class,
            line: self.all_lines.tally(),
            line_by_queue,
            agents: AgentTotals::of(self.agents.iter().map(Agent::times)),
            accuracy: self.accuracy,
            run: self.run,
            response_latency: self.response_latency.distribution(),
            series: self.series,
            pairs: self.pairs,
            told: self.told.finish(),
            rows: self.rows,
            controls: None,
            options: self.options,
        }
    }
}
