//! The telephone network and the store between world and engine: delays, failures, duplicates and
//! overtaking of webhooks, and the time a commit takes before a command leaves.

use engine::Input;
use engine::id::CallId;
use engine::output::{Command, Output};
use engine::policy::Transport;
use engine::time::Micros;

use crate::streams::Purpose;
use crate::world::World;
use crate::world::callers::queue_of;
use crate::world::event::Kind;
use crate::world::party::{Key, Party};

/// The carrier gives up on a webhook after this long.
pub(crate) const WEBHOOK_LIMIT: Micros = 15_000_000;

/// Webhooks under way.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    letters: Vec<Option<Input>>,
    free: Vec<u32>,
}

impl Mail {
    fn put(&mut self, input: Input) -> u32 {
        match self.free.pop() {
            Some(place) => {
                self.letters[place as usize] = Some(input);
                place
            }
            None => {
                self.letters.push(Some(input));
                (self.letters.len() - 1) as u32
            }
        }
    }
}

impl World<'_> {
    /// What the engine commands.
    #[inline]
    pub(crate) fn carry_out(&mut self, command: Command) {
        match command {
            Command::RingAgent { offer, call } => {
                let is_requested = self.plan.carrier.spacing.is_some() && self.is_pushed(call);
                self.ring(offer, call, is_requested);
            }
            // A `<Dial>` within the caller's own leg.
            Command::DialLegacy { offer, call } => self.ring(offer, call, false),
            Command::StopRinging { offer } => self.stop_ringing(offer),
            Command::Bridge { offer, call } => self.join(offer, call),
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
            Command::StopCallback { call } => self.callback_stops(call),
        }
    }

    /// Whether the legs for this call are requests of ours, not of the agent's application.
    fn is_pushed(&self, call: CallId) -> bool {
        let Some(slot) = self.calls.find(call) else {
            return true;
        };
        let caller = &self.calls[slot];
        let queue = queue_of(
            &self.plan.streams[usize::from(caller.stream)],
            caller.entity,
        );
        self.plan.policy.queues[queue.index()].offer.transport == Transport::Push
    }

    /// One commit of what a step said.
    #[inline]
    pub(crate) fn commit(&mut self, said: &[Output]) {
        self.recorder.store_commit(self.now);
        let mut answered_after = 0;
        let plan = self.plan;
        if let Some(dist) = &plan.store.commit {
            let Key { entity, k } = self.key_of_commit(said);
            let u = self.draws.unit(Purpose::StoreCommit, entity, k);
            answered_after = (dist.sample(u) * self.faults.store_factor() * 1e6) as Micros;
            self.faults.commit_took(answered_after);
        } else if !self.plan.restarts {
            // A server that is never slow and never away has nothing to be measured.
            return;
        }
        if let Some(asked_at) = self.faults.asked_at() {
            answered_after += self.now.since(asked_at);
        }
        let is_answered = answered_after < WEBHOOK_LIMIT;
        self.recorder
            .webhook_answered(self.now, is_answered.then_some(answered_after));
    }

    /// The driver measures its store; what the engine makes of it, it says when a window is over.
    pub(crate) fn tell_store_latency(&mut self) {
        if let Some(latency) = self.faults.measure_commit()
            && !self.faults.server_is_away()
        {
            let latency = std::time::Duration::from_micros(latency);
            self.feed(Input::StoreLatencyMeasured { latency });
        }
    }

    /// From the command to its effect: the commit, then the carrier.
    pub(crate) fn command_delay(&mut self, party: Party) -> Micros {
        let commit = self.faults.commit_delay();
        let plan = self.plan;
        match &plan.carrier.command_delay {
            None => commit,
            Some(dist) => {
                let Key { entity, k } = self.key_of(party);
                let u = self.draws.unit(Purpose::CarrierCommand, entity, k);
                commit + dist.sample_micros(u)
            }
        }
    }

    /// Whether the carrier fails a command.
    pub(crate) fn command_fails(&mut self, party: Party) -> bool {
        if self.faults.carrier_is_down() {
            return true;
        }
        let failure = self.plan.carrier.failure;
        if failure <= 0.0 {
            return false;
        }
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
            self.post(input, party);
        }
    }

    /// A webhook that goes through the mail even in an ideal world.
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
            let place = self.mail.put(input.clone());
            self.after(again, Kind::Delivers, place, 0);
        }
        let place = self.mail.put(input);
        self.after(delay, Kind::Delivers, place, 0);
    }

    fn webhook_delay(&self, entity: u64, k: u64) -> Micros {
        self.plan.carrier.webhook_delay.as_ref().map_or(0, |dist| {
            dist.sample_micros(self.draws.unit(Purpose::CarrierWebhook, entity, k))
        })
    }

    pub(crate) fn deliver(&mut self, place: u32) {
        if let Some(input) = self.mail.letters[place as usize].take() {
            self.mail.free.push(place);
            self.feed(input);
        }
    }
}
