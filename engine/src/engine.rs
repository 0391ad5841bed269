//! The engine's state and its step: which input goes where, which timer does what, and in which
//! order. Decisions live in the modules beside this one.

use alloc::vec::Vec;
use core::mem::ManuallyDrop;
use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::alert::AlertWatch;
use crate::breaker::Breaker;
use crate::call::{CallFeatures, Calls, Need};
use crate::carrier::Carrier;
use crate::id::{AgentId, CallId, CommandId, QueueId};
use crate::input::Input;
use crate::output::{Command, Outbox};
use crate::policy::{Features, Policy, PolicyErrors, Share};
use crate::queue::{self, Queue};
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::timers::{Due, Slot, Timer, Timers};

/// The engine-wide timers within their block of slots.
pub(crate) mod slots {
    pub(crate) const CARRIER_BREAKER: u32 = 0;
    pub(crate) const PACE: u32 = 1;
    pub(crate) const ALERTS: u32 = 2;
    pub(super) const COUNT: u32 = 3;
}

/// The routing engine: a state machine of calls, agents and offers. No clock, no IO, no threads,
/// no randomness; equal inputs give equal outputs.
///
/// See the crate's documentation for the contract of a step.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Engine {
    /// The policy in force, its feature shares as overridden.
    pub(crate) policy: Policy,
    /// The feature shares as the policy has them.
    pub(crate) policy_features: Features,
    /// The feature shares that were set at runtime, by `Feature as usize`.
    pub(crate) overrides: [Option<Share>; 7],
    pub(crate) now: Timestamp,
    pub(crate) calls: Calls,
    pub(crate) agents: Vec<Agent>,
    pub(crate) queues: Vec<Queue>,
    pub(crate) timers: Timers,
    pub(crate) carrier: Carrier,
    pub(crate) alerts: AlertWatch,
    /// Callbacks whose callers have picked up and whose agents' legs the carrier does not take yet,
    /// by slot, the first to pick up first.
    pub(crate) answered_callbacks: Vec<u32>,
    /// Queues with calls that may be matched in this step, in no order that reaches an output.
    pub(crate) to_route: Vec<QueueId>,
    /// Some of them are to be looked at by a safety scan.
    pub(crate) reconciles: bool,
    /// The call that arrived in this step, by slot.
    pub(crate) arriving: Option<u32>,
    /// Queues whose learners are to hear of their lines at the end of this step.
    pub(crate) touched: Vec<QueueId>,
    /// Some queue announces waits.
    pub(crate) learns: bool,
    /// Every caller's features, when no feature has a share between 0 and all.
    pub(crate) same_for_all: Option<CallFeatures>,
    /// What most callers' features demand of an agent: whom the estimators count.
    pub(crate) usual_need: Need,
    /// Some rotation looks at how busy agents are.
    pub(crate) tracks_load: bool,
    pub(crate) slots: Slot,
    next_offer: u64,
    next_command: u64,
}

impl Engine {
    /// An engine at the epoch, without calls or agents.
    ///
    /// # Errors
    /// Everything wrong with the policy.
    pub fn new(policy: Policy) -> Result<Self, PolicyErrors> {
        policy.check()?;
        let mut timers = Timers::default();
        let slots = timers.block(slots::COUNT);
        let queues = policy
            .queues
            .iter()
            .map(|q| Queue::new(q, timers.block(queue::slots::COUNT)))
            .collect();
        let mut engine = Engine {
            policy_features: policy.features,
            overrides: [None; 7],
            policy,
            now: Timestamp::ZERO,
            calls: Calls::default(),
            agents: Vec::new(),
            queues,
            timers,
            carrier: Carrier {
                breaker: Breaker::CLOSED,
                probe: None,
                spacing: 0,
                next_leg: Timestamp::ZERO,
            },
            alerts: AlertWatch::default(),
            answered_callbacks: Vec::new(),
            to_route: Vec::new(),
            reconciles: false,
            arriving: None,
            touched: Vec::new(),
            learns: false,
            same_for_all: None,
            usual_need: Need::Status,
            tracks_load: false,
            slots,
            next_offer: 0,
            next_command: 0,
        };
        engine.take_rules();
        engine.arm_scans(Timestamp::ZERO);
        engine.arm_alerts(Timestamp::ZERO);
        Ok(engine)
    }

    /// The id the next [`Input::CallArrived`] must carry.
    #[must_use]
    pub fn next_call(&self) -> CallId {
        self.calls.next_id()
    }

    /// The id the next new agent must have.
    #[must_use]
    pub fn next_agent(&self) -> AgentId {
        AgentId(self.agents.len() as u32)
    }

    /// The policy in force, with the feature shares as they are now.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Asks the memory for what the end of `call` with `agent` will touch, all at once. Changes
    /// nothing and says nothing: a hint, for a driver with so many calls in hand that they are in no
    /// cache, and that knows which of them is next.
    #[inline]
    pub fn prefetch(&self, call: CallId, agent: AgentId) {
        let who = self.agents.get(agent.index()).map(Agent::spread);
        let call = self.calls.slot(call).map(|slot| self.calls[slot].spread());
        core::hint::black_box((who, call));
    }

    /// Calls in hand: arrived, and without their last outcome.
    #[must_use]
    pub fn n_calls(&self) -> usize {
        self.calls.len()
    }

    /// When to call [`Self::advance_to`] at the latest, and for what.
    #[must_use]
    pub fn next_deadline(&self) -> Option<(Timestamp, Timer)> {
        self.timers.next().map(|due| (due.at, due.timer))
    }

    /// Fires every timer due up to `now`, each at its own deadline. Calling it at any further
    /// moments changes no output.
    ///
    /// # Panics
    /// If `now` is before the last step: a bug of the driver.
    #[inline]
    pub fn advance_to(&mut self, now: Timestamp, out: &mut Outbox) {
        assert!(now >= self.now, "time ran backwards: a bug of the driver");
        while let Some(at) = self.timers.next_at()
            && at <= now
        {
            self.fire(at, out);
        }
        self.now = now;
    }

    /// One step: due timers, then `input`, then matches, then timers created for this instant.
    ///
    /// # Errors
    /// The input is refused and has changed nothing; timers that came due have fired and their
    /// outputs stand.
    ///
    /// # Panics
    /// If `now` is before the last step: a bug of the driver.
    #[inline]
    pub fn handle(
        &mut self,
        now: Timestamp,
        input: Input,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        if let Input::Resumed { since } = input {
            self.bridge_gap(since, now, out)?;
        }
        self.advance_to(now, out);
        self.apply(now, input, out)?;
        self.route(now, out);
        self.end_step(now, out);
        if let Some(slot) = self.arriving.take() {
            self.announce_queueing(now, slot, out);
        }
        while let Some(at) = self.timers.next_at()
            && at <= now
        {
            self.fire(now, out);
        }
        Ok(())
    }

    /// What came due before the gap fires as if the driver had looked then. In the gap nobody
    /// decided anything: nothing expires that was answered in it, and the rest waited.
    #[cold]
    fn bridge_gap(
        &mut self,
        since: Timestamp,
        now: Timestamp,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        if since > now {
            self.advance_to(now, out);
            return Err(Rejection::BadGap);
        }
        // At its last step the driver was there: a gap begins no earlier.
        let since = since.max(self.now);
        self.advance_to(since, out);
        self.put_off_over_gap(since, now);
        Ok(())
    }

    /// All timers due at `at`, in their order, then matches.
    #[inline(never)]
    fn fire(&mut self, at: Timestamp, out: &mut Outbox) {
        self.now = at;
        while let Some(due) = self.timers.pop_due(at) {
            self.expire(at, due, out);
        }
        self.route(at, out);
        self.end_step(at, out);
    }

    /// What is told only once per step.
    #[inline]
    fn end_step(&mut self, at: Timestamp, out: &mut Outbox) {
        if self.alerts.has_long_queues() {
            self.raise_queue_alerts(at, out);
        }
        if !self.touched.is_empty() {
            self.learn_lines(at);
        }
    }

    #[inline(always)]
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the function beside it names the rest"
    )]
    fn apply(&mut self, now: Timestamp, input: Input, out: &mut Outbox) -> Result<(), Rejection> {
        // None of the inputs named here holds anything to be dropped.
        let input = ManuallyDrop::new(input);
        match *input {
            Input::CallArrived {
                call,
                caller,
                queue,
                class,
            } => self.call_arrived(now, call, caller, queue, class, out),
            Input::CallEnded { call } => self.call_ended(now, call, out),
            Input::OfferRinging { offer } => self.offer_ringing(now, offer, out),
            Input::OfferAnswered { offer } => self.offer_answered(now, offer, out),
            Input::CallBridged { offer } => self.call_bridged(now, offer, out),
            _ => self.apply_aside(now, ManuallyDrop::into_inner(input), out),
        }
    }

    /// What an ordinary call does not go through.
    #[inline(never)]
    fn apply_aside(
        &mut self,
        now: Timestamp,
        input: Input,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        match input {
            Input::CallArrived { .. }
            | Input::CallEnded { .. }
            | Input::OfferRinging { .. }
            | Input::OfferAnswered { .. }
            | Input::CallBridged { .. } => Ok(()),
            Input::CallerHungUp { call } => self.caller_hung_up(now, call, out),
            Input::VoicemailLeft { call } => self.voicemail_left(now, call, out),
            Input::CallbackAccepted { call, at } => self.callback_accepted(now, call, at, out),
            Input::CallbackAnswered { call } => self.callback_answered(now, call, out),
            Input::CallbackUnanswered { call } => self.callback_unanswered(now, call, out),
            Input::OfferPlaced { offer } => self.offer_placed(now, offer, out),
            Input::OfferDeclined { offer } => self.offer_declined(now, offer, out),
            Input::OfferFailed { offer, cause } => self.offer_failed(now, offer, cause, out),
            Input::BridgeFailed { offer } => self.bridge_failed(now, offer, out),
            Input::AgentAssigned { agent, queues } => self.agent_assigned(now, agent, queues),
            Input::AgentStatusChanged { agent, status } => {
                self.agent_status_changed(now, agent, status, out)
            }
            Input::AgentReady { agent } => self.agent_ready(now, agent, out),
            Input::HeartbeatReceived { agent } => self.heartbeat_received(now, agent, out),
            Input::DeviceConnected { agent } => self.device_connected(now, agent, out),
            Input::DeviceDisconnected { agent } => self.device_disconnected(now, agent, out),
            Input::QueueOpened { queue } => self.queue_opened(now, queue, out),
            Input::QueueClosed { queue } => self.queue_closed(now, queue, out),
            Input::PolicyReplaced(policy) => self.policy_replaced(now, *policy, out),
            Input::FeatureSet { feature, share } => self.feature_set(now, feature, share, out),
            Input::FeatureCleared { feature } => self.feature_cleared(now, feature, out),
            Input::StoreLatencyMeasured { latency } => {
                self.store_latency_measured(latency);
                Ok(())
            }
            Input::Resumed { .. } => Ok(()),
        }
    }

    fn expire(&mut self, at: Timestamp, due: Due, out: &mut Outbox) {
        let entity = due.entity;
        match due.timer {
            Timer::HeartbeatLease => self.lease_expired(at, AgentId(entity), out),
            Timer::DeviceGrace => self.grace_expired(at, AgentId(entity), out),
            Timer::AgentBreaker => self.agent_breaker_half_opens(at, AgentId(entity), out),
            Timer::AgentRest => self.agent_rested(at, AgentId(entity)),
            Timer::WrapUp => {
                let is_last = self.timers.next_at() != Some(at);
                self.wrap_up_over(at, AgentId(entity), is_last, out);
            }
            Timer::Offer => self.offer_timed_out(at, AgentId(entity), out),
            Timer::CarrierBreaker => self.carrier_half_opens(at, out),
            Timer::MaxWait => self.waited_too_long(at, entity, out),
            Timer::CallbackExpiry => self.callback_expired(at, entity, out),
            Timer::CallRest => self.call_rested(at, entity),
            Timer::Widen => self.call_widened(at, entity),
            Timer::CallbackOffer => self.callback_offer_due(at, entity, out),
            Timer::CallbackDue => self.callback_due(at, entity),
            Timer::Announce => self.announce_due(at, entity, out),
            // Routing follows the timers of every instant; the queues are still to be routed.
            Timer::Pace => {}
            Timer::Scan => self.scan_due(at, entity, out),
            Timer::SlowScan => self.slow_scan_due(at, entity, out),
            Timer::Reconcile => self.reconcile_due(at, entity, out),
            Timer::AlertWindow => self.alert_window_over(at, out),
        }
    }

    /// Offers made so far: the number of the next.
    pub(crate) fn n_offers(&self) -> u64 {
        self.next_offer
    }

    pub(crate) fn next_offer(&mut self) -> u64 {
        let number = self.next_offer;
        self.next_offer += 1;
        number
    }

    #[inline]
    pub(crate) fn command(&mut self, at: Timestamp, command: Command, out: &mut Outbox) {
        let id = CommandId(self.next_command);
        self.next_command += 1;
        out.command(at, id, command);
    }

    /// The live call's slot.
    #[inline]
    pub(crate) fn slot(&self, call: CallId) -> Result<u32, Rejection> {
        self.calls.slot(call).ok_or(Rejection::UnknownCall)
    }

    pub(crate) fn known_agent(&self, agent: AgentId) -> Result<&Agent, Rejection> {
        self.agents
            .get(agent.index())
            .ok_or(Rejection::UnknownAgent)
    }

    pub(crate) fn known_queue(&self, queue: QueueId) -> Result<(), Rejection> {
        if queue.index() < self.queues.len() {
            Ok(())
        } else {
            Err(Rejection::UnknownQueue)
        }
    }
}
