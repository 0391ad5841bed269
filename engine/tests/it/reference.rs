//! The reference router: slow, obvious, written from the contract (the crate's documentation, the
//! policy's, the events', `timers::Timer`'s order, the order of pairs) to be compared with the
//! engine. It takes the same inputs at the same times and predicts every output.
//!
//! It keeps what happened and recomputes what follows: calls and agents are plain lists, a timer is
//! a plain `Option<Timestamp>` found by looking at everything, a position is a count over all
//! waiting calls, candidates are all agents filtered and sorted, an events queue is matched after
//! every step whether or not anything was marked. It must never use the engine's internals, nor
//! its shapes: no heap, no tree, no index, no lane, no mark for events.
//!
//! Mirrored, not derived (a formula has only one outcome): the fixed-point busy share and answer
//! rate behind `least_occupied` and `best_score`, the caller's bucket and the `random` rotation's
//! hash. Not predicted: wait estimates; an announcement's `estimate` is left out of the comparison.

mod agent;
mod alarm;
mod call;
mod callback;
mod carrier;
mod clock;
mod joining;
mod leaving;
mod matching;
mod offering;
mod presence;
mod replacing;
mod talking;

use engine::id::{AgentId, CallId, CommandId, QueueId};
use engine::policy::{Discovery, Feature, Policy, QueuePolicy, Share, Transport};
use engine::{Command, Event, Input, Output, Rejection, Timestamp, What};

use agent::Agent;
use alarm::Alarms;
use call::Call;
use carrier::Carrier;

/// The slow router.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    /// In force, its feature shares as overridden.
    policy: Policy,
    /// As it was written.
    written: Policy,
    /// Shares set at runtime, the latest last.
    set: Vec<(Feature, Share)>,
    now: Timestamp,
    /// The calls in hand, in order of arrival.
    calls: Vec<Call>,
    agents: Vec<Agent>,
    queues: Vec<Queue>,
    carrier: Carrier,
    /// When the driver was back from its last gap.
    back_at: Timestamp,
    alarms: Alarms,
    /// The call whose arrival step this is.
    arriving: Option<CallId>,
    next_call: u64,
    next_offer: u64,
    next_command: u64,
    /// Callers who have picked up a callback.
    n_picked_up: u64,
    /// What came out and was not yet taken.
    out: Vec<Output>,
}

/// What a queue is beyond its policy.
#[derive(Clone, Debug)]
struct Queue {
    open: bool,
    /// A scan has found work for its calls (with, without `continuous_discovery`) that the carrier
    /// holds up, or has just run.
    scanned: bool,
    slow_scanned: bool,
    scan_at: Option<Timestamp>,
    slow_scan_at: Option<Timestamp>,
}

impl Queue {
    fn new(policy: &QueuePolicy) -> Self {
        Queue {
            open: policy.opens_at_start,
            scanned: false,
            slow_scanned: false,
            scan_at: None,
            slow_scan_at: None,
        }
    }
}

impl Reference {
    /// A router at the epoch under a sound policy.
    pub(crate) fn new(policy: Policy) -> Self {
        let queues = policy.queues.iter().map(Queue::new).collect();
        let mut router = Reference {
            written: policy.clone(),
            set: Vec::new(),
            policy,
            now: Timestamp::ZERO,
            calls: Vec::new(),
            agents: Vec::new(),
            queues,
            carrier: Carrier::new(),
            back_at: Timestamp::ZERO,
            alarms: Alarms::default(),
            arriving: None,
            next_call: 0,
            next_offer: 0,
            next_command: 0,
            n_picked_up: 0,
            out: Vec::new(),
        };
        router.set_scans(Timestamp::ZERO);
        router.set_alarm_window(Timestamp::ZERO);
        router
    }

    /// What came out since the last time.
    pub(crate) fn take_outputs(&mut self) -> Vec<Output> {
        core::mem::take(&mut self.out)
    }

    /// Calls in hand.
    pub(crate) fn n_calls(&self) -> usize {
        self.calls.len()
    }

    /// One input at one instant.
    pub(crate) fn handle(&mut self, now: Timestamp, input: Input) -> Result<(), Rejection> {
        if let Input::Resumed { since } = input
            && since <= now
        {
            // What came due before the gap fires as if the driver had looked then; what came due in it,
            // at its end. The router knows of its last step that the driver was there.
            let since = since.max(self.now);
            self.advance_to(since);
            self.extend_over_gap(since, now);
            self.back_at = now;
        }
        self.advance_to(now);
        self.apply(now, input)?;
        self.look_at_agents(now);
        self.end_step(now);
        if let Some(id) = self.arriving.take()
            && let Some(call) = self.find(id)
            && call.phase == call::Phase::Waiting
            && call.attempts == 0
        {
            let queue = call.queue;
            self.event(now, Event::CallQueued { call: id, queue });
        }
        self.advance_to(now);
        Ok(())
    }

    /// Every instant up to `now` at which something is due.
    pub(crate) fn advance_to(&mut self, now: Timestamp) {
        while let Some((at, _, _)) = self.next_due()
            && at <= now
        {
            self.now = at;
            while let Some((due, timer, id)) = self.next_due()
                && due <= at
            {
                self.fire(at, timer, id);
                self.look_at_agents(at);
            }
            self.end_step(at);
        }
        self.now = now;
    }

    fn end_step(&mut self, now: Timestamp) {
        self.route(now);
        self.raise_long_queues(now);
    }

    fn apply(&mut self, now: Timestamp, input: Input) -> Result<(), Rejection> {
        match input {
            Input::CallArrived {
                call,
                caller,
                queue,
                class,
            } => self.call_arrived(now, call, caller, queue, class),
            Input::CallerHungUp { call } => self.caller_hung_up(now, call),
            Input::VoicemailLeft { call } => self.voicemail_left(now, call),
            Input::CallbackAccepted { call, at } => self.callback_accepted(now, call, at),
            Input::CallbackAnswered { call } => self.callback_answered(now, call),
            Input::CallbackUnanswered { call } => self.callback_unanswered(now, call),
            Input::CallEnded { call } => self.call_ended(now, call),
            Input::OfferPlaced { offer } => self.offer_placed(now, offer),
            Input::OfferRinging { offer } => self.offer_ringing(now, offer),
            Input::OfferAnswered { offer } => self.offer_answered(now, offer),
            Input::OfferDeclined { offer } => self.offer_declined(now, offer),
            Input::OfferFailed { offer, cause } => self.offer_failed(now, offer, cause),
            Input::CallBridged { offer } => self.call_bridged(now, offer),
            Input::BridgeFailed { offer } => self.bridge_failed(now, offer),
            Input::AgentAssigned { agent, queues } => self.agent_assigned(now, agent, &queues),
            Input::AgentStatusChanged { agent, status } => {
                self.agent_status_changed(now, agent, status)
            }
            Input::AgentReady { agent } => self.agent_ready(now, agent),
            Input::HeartbeatReceived { agent } => self.heartbeat_received(now, agent),
            Input::DeviceConnected { agent } => self.device_connected(now, agent),
            Input::DeviceDisconnected { agent } => self.device_disconnected(now, agent),
            Input::QueueOpened { queue } => self.queue_opened(now, queue),
            Input::QueueClosed { queue } => self.queue_closed(now, queue),
            Input::PolicyReplaced(policy) => self.policy_replaced(now, *policy),
            Input::FeatureSet { feature, share } => self.feature_set(now, feature, share),
            Input::FeatureCleared { feature } => self.feature_cleared(now, feature),
            Input::StoreLatencyMeasured { latency } => {
                self.alarms.store_took(latency);
                Ok(())
            }
            Input::Resumed { since } if since > now => Err(Rejection::BadGap),
            Input::Resumed { .. } => Ok(()),
        }
    }

    fn event(&mut self, at: Timestamp, event: Event) {
        self.alarms.heard(&event);
        let what = What::Event(event);
        self.out.push(Output { at, what });
    }

    fn command(&mut self, at: Timestamp, command: Command) {
        let id = CommandId(self.next_command);
        self.next_command += 1;
        let what = What::Command(id, command);
        self.out.push(Output { at, what });
    }

    fn find(&self, call: CallId) -> Option<&Call> {
        self.calls.iter().find(|c| c.id == call)
    }

    fn known_call(&self, call: CallId) -> Result<&Call, Rejection> {
        self.find(call).ok_or(Rejection::UnknownCall)
    }

    fn call(&self, call: CallId) -> &Call {
        self.find(call).expect("the call is in hand")
    }

    fn call_mut(&mut self, call: CallId) -> &mut Call {
        self.calls
            .iter_mut()
            .find(|c| c.id == call)
            .expect("the call is in hand")
    }

    fn agent_mut(&mut self, agent: AgentId) -> &mut Agent {
        &mut self.agents[agent.index()]
    }

    fn rules(&self, queue: QueueId) -> &QueuePolicy {
        &self.policy.queues[queue.index()]
    }

    fn is_push(&self, queue: QueueId) -> bool {
        self.rules(queue).offer.transport == Transport::Push
    }

    fn is_matched_by_events(&self, queue: QueueId) -> bool {
        matches!(self.rules(queue).discovery, Discovery::Events { .. })
    }

    /// The calls of `queue` in line, resting ones and due callbacks included.
    fn in_line(&self, queue: QueueId) -> impl Iterator<Item = &Call> {
        self.calls
            .iter()
            .filter(move |c| c.queue == queue && c.is_in_line())
    }

    fn n_in_line(&self, queue: QueueId) -> u32 {
        self.in_line(queue).count() as u32
    }
}
