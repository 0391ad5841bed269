//! The measures of a recorded day: the same records and formulas as a simulation's, made from what
//! the engine says in the replay.
//!
//! What only a world knows is not in a journal: who was truly there, what the carrier refused before
//! the engine heard of it, how long commits took. Measures of these are empty or 0.

use std::collections::BTreeMap;

use engine::id::{CallId, CallerKey, ClassId, QueueId};
use engine::output::{Command, Event, Output, What};
use engine::policy::{Feature, Transport};
use engine::{Input, Policy, Timestamp};
use journal::{End, Header};
use reports::record::{AvailabilityLevel, Recorder, RecorderOptions, Replication};

use super::exact::Step;
use crate::experiment::series_step;
use crate::world::changed_something;

/// Which part of a record counts, and what is kept of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayOptions {
    /// Calls that arrive earlier do not count.
    pub warm_up: Timestamp,
    /// Calls that arrive later do not count; `None` = all do.
    pub horizon: Option<Timestamp>,
    /// A row per call.
    pub rows: bool,
}

/// What to record of a journal with this header and end.
#[must_use]
pub fn recorder_options(header: &Header, end: &End, day: &DayOptions) -> RecorderOptions {
    let policy = &header.policy;
    let horizon = day.horizon.unwrap_or(end.at.after(1));
    let horizon = horizon.max(day.warm_up.after(1));
    let uses = |feature| policy.features.share(feature).0 > 0;
    let level = if uses(Feature::EnhancedDiscovery) {
        AvailabilityLevel::Device
    } else if uses(Feature::AgentHeartbeat) {
        AvailabilityLevel::Heartbeat
    } else {
        AvailabilityLevel::Status
    };
    RecorderOptions {
        n_queues: policy.queues.len().max(header.names.queues.len()).max(1) as u16,
        n_classes: header.names.classes.len().max(1) as u16,
        availability_level: level,
        signs_up_to: level,
        retry_after: policy.queues.iter().map(|q| q.offer.retry_after).collect(),
        silent: policy
            .queues
            .iter()
            .map(|queue| !queue.announce.is_some_and(|announce| announce.wait))
            .collect(),
        series_step: Some(series_step(horizon.0)),
        calls_csv: day.rows,
        ..RecorderOptions::new(day.warm_up, horizon)
    }
}

/// Makes the records of a replay.
#[derive(Debug)]
pub struct Records {
    recorder: Recorder,
    /// Queues and classes that have a place: those that come later are put to the last.
    n_queues: u16,
    n_classes: u16,
    callers: Callers,
    calls: u64,
}

impl Records {
    /// Ready for the first step.
    #[must_use]
    pub fn new(options: RecorderOptions) -> Self {
        Records {
            n_queues: options.n_queues,
            n_classes: options.n_classes,
            recorder: Recorder::new(options),
            callers: Callers::default(),
            calls: 0,
        }
    }

    /// One more step.
    pub fn step(&mut self, step: Step<'_>) {
        for output in step.said {
            match &output.what {
                What::Command(_, command) => self.requests(output.at, *command, step.policy),
                What::Event(event) => {
                    let event = self.known(event);
                    self.recorder.event(output.at, &event);
                }
            }
        }
        if changed_something(step.said) {
            self.recorder.store_commit(step.at, 0);
        }
        self.callers.hear(step.said);
        match step.input {
            Some(Input::AgentAssigned { agent, queues }) if !step.is_refused => {
                let first = queues.iter().filter(|(_, level)| *level == 1);
                let last = QueueId(self.n_queues - 1);
                let first: Vec<_> = first.map(|(queue, _)| (*queue).min(last)).collect();
                self.recorder.agent_serves(step.at, *agent, &first);
            }
            Some(Input::CallArrived { call, caller, .. }) if !step.is_refused => {
                self.calls += 1;
                if self.callers.arrives(*call, *caller, step.said) {
                    self.recorder.redialed(*call);
                }
            }
            Some(_) | None => {}
        }
    }

    /// Calls so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// The records of a day that was over at `at`.
    #[must_use]
    pub fn finish(self, at: Timestamp) -> Replication {
        self.recorder.finish(at)
    }

    /// The event with queue and class among those that have a place.
    fn known(&self, event: &Event) -> Event {
        let mut event = *event;
        let last = QueueId(self.n_queues - 1);
        if let Event::CallArrived { queue, class, .. } = &mut event {
            *queue = (*queue).min(last);
            *class = ClassId(class.0.min(self.n_classes - 1));
        } else if let Event::CallOverflowed { from, to, .. } = &mut event {
            (*from, *to) = ((*from).min(last), (*to).min(last));
        } else if let Event::CallQueued { queue, .. }
        | Event::QueueScanned { queue, .. }
        | Event::QueueOpen { queue, .. } = &mut event
        {
            *queue = (*queue).min(last);
        }
        event
    }

    /// What a server asks of its carrier of its own accord.
    fn requests(&mut self, at: Timestamp, command: Command, policy: &Policy) {
        let is_request = match command {
            Command::RingAgent { call, .. } => {
                let queue = self.recorder.queue_of(call);
                let queue = queue.and_then(|queue| policy.queues.get(queue.index()));
                queue.is_none_or(|queue| queue.offer.transport == Transport::Push)
            }
            Command::StopRinging { .. }
            | Command::PlaceCallback { .. }
            | Command::StopCallback { .. } => true,
            Command::Bridge { .. }
            | Command::DialLegacy { .. }
            | Command::LeaveQueue { .. }
            | Command::OfferCallback { .. } => false,
        };
        if is_request {
            self.recorder.carrier_request(at);
        }
    }
}

/// Who called before, and in vain the last time.
#[derive(Debug, Default)]
struct Callers {
    /// By caller: its last call was in vain.
    in_vain: BTreeMap<CallerKey, bool>,
    /// The callers of calls in hand.
    of: BTreeMap<CallId, CallerKey>,
}

impl Callers {
    /// Whether this is another attempt of somebody who got nowhere.
    fn arrives(&mut self, call: CallId, caller: CallerKey, said: &[Output]) -> bool {
        let again = self.in_vain.insert(caller, false) == Some(true);
        self.of.insert(call, caller);
        // It may be over already.
        self.hear(said);
        again
    }

    fn hear(&mut self, said: &[Output]) {
        for output in said {
            let What::Event(event) = &output.what else {
                continue;
            };
            let Some((call, in_vain)) = end_of(event) else {
                continue;
            };
            if let Some(caller) = self.of.remove(&call)
                && in_vain
            {
                self.in_vain.insert(caller, true);
            }
        }
    }
}

/// A call's last event, and whether its caller got nowhere.
const fn end_of(event: &Event) -> Option<(CallId, bool)> {
    if let Event::CallEnded { call, .. } = *event {
        Some((call, false))
    } else if let Event::CallAbandoned { call, .. }
    | Event::CallRefused { call, .. }
    | Event::CallTimedOut { call, .. }
    | Event::VoicemailTaken { call }
    | Event::CallFailed { call }
    | Event::CallbackFailed { call, .. } = *event
    {
        Some((call, true))
    } else {
        None
    }
}
