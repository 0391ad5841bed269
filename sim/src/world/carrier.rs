//! The telephone network and the store between world and engine: delays, failures, duplicates and
//! overtaking of webhooks, and the time a commit takes before a command leaves.
//!
//! A *request* to the carrier is what a server sends of its own accord: to ring an agent, to stop
//! that, to call back, to give that up. Bridges, the legacy flow's dials and what takes a caller out
//! of line are answers to the carrier's webhooks. A *webhook* is any request to the server, of
//! the carrier or of an agent's application.

use std::hint::cold_path;

use engine::Input;
use engine::id::{CallId, OfferId};
use engine::output::{Command, Event as Said, Output, What};
use engine::policy::Transport;
use engine::time::{Micros, Timestamp};

use crate::dist::Dist;
use crate::streams::Purpose;
use crate::world::World;
use crate::world::event::Kind;
use crate::world::party::{Key, Party};

/// The carrier gives up on a webhook after this long.
pub(crate) const WEBHOOK_LIMIT: Micros = 15_000_000;

/// Webhooks under way.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    /// What is told, and of when.
    letters: Vec<Option<(Timestamp, Input)>>,
    free: Vec<u32>,
    /// By agent: its last offer that took no request to the carrier.
    unrequested: Vec<Option<OfferId>>,
}

/// A step that said something else than that it looked has changed what is stored.
#[inline]
pub(crate) fn changed_something(outputs: &[Output]) -> bool {
    outputs
        .iter()
        .any(|output| !matches!(output.what, What::Event(Said::QueueScanned { .. })))
}

/// Whether the server is asked this over the network, and not by its own clock, calendar or staff.
#[inline]
pub(crate) fn is_webhook(input: &Input) -> bool {
    match input {
        Input::CallArrived { .. }
        | Input::CallerHungUp { .. }
        | Input::VoicemailLeft { .. }
        | Input::CallbackAccepted { .. }
        | Input::CallbackAnswered { .. }
        | Input::CallbackUnanswered { .. }
        | Input::CallEnded { .. }
        | Input::OfferPlaced { .. }
        | Input::OfferRinging { .. }
        | Input::OfferAnswered { .. }
        | Input::OfferDeclined { .. }
        | Input::OfferFailed { .. }
        | Input::CallBridged { .. }
        | Input::BridgeFailed { .. }
        | Input::AgentStatusChanged { .. }
        | Input::AgentReady { .. }
        | Input::HeartbeatReceived { .. }
        | Input::DeviceConnected { .. }
        | Input::DeviceDisconnected { .. } => true,
        Input::AgentAssigned { .. }
        | Input::QueueOpened { .. }
        | Input::QueueClosed { .. }
        | Input::PolicyReplaced(_)
        | Input::FeatureSet { .. }
        | Input::FeatureCleared { .. }
        | Input::StoreLatencyMeasured { .. }
        | Input::Resumed { .. } => false,
    }
}

impl Mail {
    fn put(&mut self, now: Timestamp, input: Input) -> u32 {
        match self.free.pop() {
            Some(place) => {
                self.letters[place as usize] = Some((now, input));
                place
            }
            None => {
                self.letters.push(Some((now, input)));
                (self.letters.len() - 1) as u32
            }
        }
    }

    fn is_requested(&self, offer: OfferId) -> bool {
        self.unrequested.get(offer.agent().index()) != Some(&Some(offer))
    }

    fn rings_unrequested(&mut self, offer: OfferId) {
        let agent = offer.agent().index();
        if agent >= self.unrequested.len() {
            self.unrequested.resize(agent + 1, None);
        }
        self.unrequested[agent] = Some(offer);
    }
}

impl World<'_> {
    /// What the engine commands.
    #[inline]
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the function beside it names the rest"
    )]
    pub(crate) fn carry_out(&mut self, command: Command) {
        match command {
            Command::RingAgent { offer, call } => {
                let is_pulled = self.plan.pulls && self.is_pulled(call);
                if is_pulled {
                    self.mail.rings_unrequested(offer);
                } else {
                    self.recorder.carrier_request(self.now);
                }
                let waits_its_turn = self.plan.carrier.spacing.is_some() && !is_pulled;
                self.ring(offer, call, waits_its_turn);
            }
            Command::Bridge { offer, call } => self.join(offer, call),
            _ => self.carry_out_rare(command),
        }
    }

    #[inline(never)]
    fn carry_out_rare(&mut self, command: Command) {
        match command {
            Command::RingAgent { .. } | Command::Bridge { .. } => {}
            // A `<Dial>` within the caller's own leg: the answer to its webhook, with its own time
            // limit.
            Command::DialLegacy { offer, call } => {
                self.mail.rings_unrequested(offer);
                self.ring(offer, call, false);
            }
            Command::StopRinging { offer } => {
                if self.mail.is_requested(offer) {
                    self.recorder.carrier_request(self.now);
                }
                self.stop_ringing(offer);
            }
            Command::LeaveQueue { call, then } => self.leaves_queue(call, then),
            Command::OfferCallback { call } => self.hears_callback_offer(call),
            Command::PlaceCallback { call, agent: _ } => {
                self.recorder.carrier_request(self.now);
                if let Some(slot) = self.calls.find(call) {
                    let caller = &mut self.calls[slot];
                    caller.generation += 1;
                    let generation = caller.generation;
                    let delay = self.command_delay(Party::Caller(slot));
                    self.after(delay, Kind::CallbackRings, slot, generation);
                }
            }
            Command::StopCallback { call } => {
                self.recorder.carrier_request(self.now);
                self.callback_stops(call);
            }
        }
    }

    /// The call's agents are asked on their own screens, and answer from their own devices.
    fn is_pulled(&self, call: CallId) -> bool {
        self.recorder.queue_of(call).is_some_and(|queue| {
            self.plan.policy.queues[queue.index()].offer.transport == Transport::Pull
        })
    }

    /// One commit of what a step said.
    #[inline]
    pub(crate) fn commit(&mut self, said: &[Output]) {
        let plan = self.plan;
        let took = match &plan.store.commit {
            None => 0,
            Some(dist) => self.drawn_commit(dist, said),
        };
        self.recorder.store_commit(self.now, took);
    }

    #[inline(never)]
    fn drawn_commit(&mut self, dist: &Dist, said: &[Output]) -> Micros {
        let Key { entity, k } = self.key_of_commit(said);
        let u = self.draws.unit(Purpose::StoreCommit, entity, k);
        let took = (dist.sample(u) * self.faults.store_factor() * 1e6) as Micros;
        self.faults.commit_took(took);
        took
    }

    /// The webhook that began this step is answered, after the step's commit if it made one.
    /// Legacy commits what a webhook tells to the same store, so that only the wait for a server that
    /// was away is more than legacy's.
    #[inline(never)]
    pub(crate) fn webhook_is_answered(&mut self, is_committed: bool) {
        let commit = if is_committed {
            self.faults.commit_delay()
        } else {
            0
        };
        let received_at = self.faults.asked_at().unwrap_or(self.now);
        let added = self.now.since(received_at);
        let is_in_time = added + commit < WEBHOOK_LIMIT;
        self.recorder
            .webhook_answered(received_at, is_in_time.then_some(added));
    }

    /// The driver measures its store; what the engine makes of it, it says when a window is over.
    #[inline(never)]
    pub(crate) fn tell_store_latency(&mut self) {
        if let Some(latency) = self.faults.measure_commit()
            && !self.faults.server_is_away()
        {
            let latency = std::time::Duration::from_micros(latency);
            self.feed(Input::StoreLatencyMeasured { latency });
        }
    }

    /// From the command to its effect: the commit, then the carrier.
    #[inline]
    pub(crate) fn command_delay(&mut self, party: Party) -> Micros {
        let commit = self.faults.commit_delay();
        let plan = self.plan;
        match &plan.carrier.command_delay {
            None => commit,
            Some(dist) => commit + self.drawn_delay(dist, party),
        }
    }

    #[inline(never)]
    fn drawn_delay(&mut self, dist: &Dist, party: Party) -> Micros {
        let Key { entity, k } = self.key_of(party);
        let u = self.draws.unit(Purpose::CarrierCommand, entity, k);
        dist.sample_micros(u)
    }

    /// Whether the carrier fails a command.
    #[inline]
    pub(crate) fn command_fails(&mut self, party: Party) -> bool {
        if self.faults.carrier_is_down() {
            return true;
        }
        let failure = self.plan.carrier.failure;
        failure > 0.0 && self.is_drawn_to_fail(failure, party)
    }

    #[inline(never)]
    fn is_drawn_to_fail(&mut self, failure: f64, party: Party) -> bool {
        let Key { entity, k } = self.key_of(party);
        self.draws
            .chance(Purpose::CarrierFailure, entity, k, failure)
    }

    /// A webhook: at once in an ideal world.
    #[inline]
    pub(crate) fn tell(&mut self, input: Input, party: Party) {
        let carrier = &self.plan.carrier;
        if carrier.webhook_delay.is_none() && carrier.duplicate <= 0.0 && carrier.reorder <= 0.0 {
            self.feed(input);
        } else {
            cold_path();
            self.post(input, party);
        }
    }

    /// A webhook that goes through the mail even in an ideal world.
    #[inline(never)]
    pub(crate) fn post(&mut self, input: Input, party: Party) {
        let Key { entity, k } = self.key_of(party);
        let mut delay = self.webhook_delay(entity, 2 * k);
        let (duplicate, reorder) = (self.plan.carrier.duplicate, self.plan.carrier.reorder);
        if reorder > 0.0
            && self
                .draws
                .chance(Purpose::CarrierReorder, entity, k, reorder)
        {
            // Long enough for what was sent after it to arrive before.
            delay = delay * 4 + 1_000;
        }
        if duplicate > 0.0
            && self
                .draws
                .chance(Purpose::CarrierDuplicate, entity, k, duplicate)
        {
            let again = delay + self.webhook_delay(entity, 2 * k + 1).max(1);
            let place = self.mail.put(self.now, input.clone());
            self.after(again, Kind::Delivers, place, 0);
        }
        let place = self.mail.put(self.now, input);
        self.after(delay, Kind::Delivers, place, 0);
    }

    fn webhook_delay(&self, entity: u64, k: u64) -> Micros {
        self.plan.carrier.webhook_delay.as_ref().map_or(0, |dist| {
            dist.sample_micros(self.draws.unit(Purpose::CarrierWebhook, entity, k))
        })
    }

    pub(crate) fn deliver(&mut self, place: u32) {
        if let Some((sent_at, input)) = self.mail.letters[place as usize].take() {
            self.mail.free.push(place);
            self.feed_late(self.now.since(sent_at), input);
        }
    }
}
