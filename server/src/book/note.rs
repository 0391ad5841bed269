//! The engine's outputs, one after the other: what each changes in the book. Every output is named here, so
//! that a new one does not compile before somebody has thought of it.

use engine::Timestamp;
use engine::id::{AgentId, CallId, CommandId, OfferId};
use engine::output::{Command, Departure, Event, OfferEnd, Output, What};

use super::Book;
use super::agent::Activity;
use super::call::{Call, Outcome, Stage};
use super::offer::{Offer, State};
use crate::store::row::CommandRow;

impl Book {
    /// Follows one output.
    pub fn note(&mut self, output: &Output) {
        match output.what {
            What::Command(id, command) => self.note_command(output.at, id, command),
            What::Event(event) => self.note_event(output.at, event),
        }
    }

    fn note_command(&mut self, at: Timestamp, id: CommandId, command: Command) {
        match command {
            Command::RingAgent { offer, call } => {
                self.open(at, id, "ring_agent", Some(call), Some(offer));
            }
            Command::StopRinging { offer } => {
                let call = self.offers.get(&offer).map(|offer| offer.call);
                self.open(at, id, "stop_ringing", call, Some(offer));
            }
            Command::PlaceCallback { call, agent } => {
                self.busy(at, agent, Activity::Reserved, Some(call));
                self.open(at, id, "place_callback", Some(call), None);
            }
            Command::StopCallback { call } => self.open(at, id, "stop_callback", Some(call), None),
            // The rest is said in the answer to a webhook, from the state that is kept here.
            Command::Bridge { .. } => {}
            Command::DialLegacy { offer, call } => {
                if let Some(offer) = self.offers.get_mut(&offer) {
                    offer.is_legacy = true;
                }
                self.stage(call, Stage::Legacy(offer));
            }
            Command::LeaveQueue { call, then } => self.stage(call, Stage::Leaving(then)),
            Command::OfferCallback { call } => {
                if let Some(call) = self.change_call(call) {
                    call.offers_callback = true;
                }
            }
        }
    }

    fn note_event(&mut self, at: Timestamp, event: Event) {
        match event {
            Event::CallArrived { call, queued, .. } => {
                if queued {
                    self.stage(call, Stage::Waiting);
                }
            }
            Event::CallQueued { call, queue } => {
                if let Some(call) = self.change_call(call) {
                    call.queue = queue;
                }
            }
            Event::CallOverflowed { call, to, .. } => {
                if let Some(call) = self.change_call(call) {
                    call.queue = to;
                }
            }
            Event::EstimateAnnounced {
                call,
                position,
                estimate,
            } => {
                if let Some(call) = self.change_call(call) {
                    call.position = Some(position);
                    call.estimate = estimate.map(|said| said.point);
                    call.announced_at = Some(at);
                }
            }
            Event::OfferMade {
                offer,
                call,
                attempt,
                ..
            } => self.offer_made(at, offer, call, attempt),
            Event::OfferRang { offer } => {
                if let Some(offer) = self.change_offer(offer) {
                    offer.state = State::Ringing;
                    offer.rang_at = Some(at);
                }
            }
            Event::OfferAnswered { offer, call } => {
                if let Some(offer) = self.change_offer(offer) {
                    offer.state = State::Answered;
                    offer.answered_at = Some(at);
                }
                let agent = offer.agent();
                if let Some(call) = self.change_call(call) {
                    call.n_ringing = call.n_ringing.saturating_sub(1);
                    call.offer = Some(offer);
                    call.agent = Some(agent);
                    if call.stage.is_held() {
                        call.stage = Stage::Claimed;
                    }
                }
                self.busy(at, agent, Activity::Reserved, Some(call));
            }
            Event::OfferEnded { offer, call, end } => self.offer_ended(at, offer, call, end),
            Event::ClaimUndone { offer, call } => {
                if let Some(offer) = self.change_offer(offer) {
                    offer.state = State::Undone;
                    offer.ended_at = Some(at);
                }
                if let Some(call) = self.change_call(call) {
                    call.agent = None;
                    call.offer = None;
                    call.stage = Stage::Waiting;
                }
            }
            Event::CallExhausted { .. } => {}
            Event::CallConnected {
                call,
                agent,
                waited,
                callback,
                ..
            } => {
                let mut of = None;
                if let Some(call) = self.change_call(call) {
                    call.stage = Stage::Talking;
                    call.agent = Some(agent);
                    call.waited = Some(waited);
                    call.connected_at = Some(at);
                    call.outcome = Some(match callback {
                        true => Outcome::CallbackConnected,
                        false => Outcome::Connected,
                    });
                    of = call.offer;
                }
                if let Some(offer) = of.and_then(|offer| self.change_offer(offer)) {
                    offer.state = State::Bridged;
                }
                self.busy(at, agent, Activity::Talking, Some(call));
            }
            Event::CallEnded {
                call,
                agent,
                talked,
            } => {
                let mut of = None;
                if let Some(call) = self.change_call(call) {
                    call.talked = Some(talked);
                    of = call.offer;
                }
                if let Some(offer) = of.and_then(|offer| self.change_offer(offer)) {
                    offer.state = State::Done;
                    offer.ended_at = Some(at);
                }
                self.over(at, call, None);
                self.busy(at, agent, Activity::Idle, None);
            }
            Event::CallAbandoned { call, waited, .. } => {
                if let Some(call) = self.change_call(call) {
                    call.waited = Some(waited);
                }
                let is_callback = self.calls.get(&call).is_some_and(|call| call.is_callback);
                let outcome = match is_callback {
                    true => Outcome::CallbackFailed,
                    false => Outcome::Abandoned,
                };
                self.over(at, call, Some(outcome));
            }
            Event::CallRefused { call, reason } => {
                self.over(at, call, Some(Outcome::Refused(reason)))
            }
            Event::CallTimedOut { call, waited } => {
                if let Some(call) = self.change_call(call) {
                    call.waited = Some(waited);
                }
                self.over(at, call, Some(Outcome::TimedOut));
            }
            Event::VoicemailStarted { call } => {
                self.stage(call, Stage::Leaving(Departure::Voicemail));
            }
            Event::VoicemailTaken { call } => self.over(at, call, Some(Outcome::Voicemail)),
            Event::CallFailed { call } => self.over(at, call, Some(Outcome::Failed)),
            Event::CallbackOffered { call } => {
                if let Some(call) = self.change_call(call) {
                    call.offers_callback = true;
                }
            }
            Event::CallbackTaken { call } => {
                if let Some(entry) = self.change_call(call) {
                    entry.is_callback = true;
                    entry.offers_callback = false;
                    entry.outcome = Some(Outcome::Callback);
                    entry.callback_asked_at = Some(at);
                }
                self.changed.callback(call, at, "waiting");
            }
            Event::CallbackPlaced {
                call,
                agent,
                attempt,
            } => {
                if let Some(entry) = self.change_call(call) {
                    entry.callback_attempts = attempt;
                    entry.stage = Stage::CallbackPlaced;
                    entry.agent = Some(agent);
                }
                self.changed.callback(call, at, "placed");
            }
            Event::CallbackMissed { call } => {
                let agent = self.calls.get(&call).and_then(|call| call.agent);
                if let Some(entry) = self.change_call(call) {
                    entry.stage = Stage::CallbackDue;
                    entry.agent = None;
                }
                if let Some(agent) = agent {
                    self.busy(at, agent, Activity::Idle, None);
                }
                self.changed.callback(call, at, "waiting");
            }
            Event::CallbackFailed { call, .. } => {
                self.over(at, call, Some(Outcome::CallbackFailed));
                self.changed.callback(call, at, "failed");
            }
            Event::AgentStatusSet { agent, status } => {
                if let Some(agent) = self.change_agent(agent) {
                    agent.status = status;
                }
            }
            Event::AgentIdle { agent } => self.busy(at, agent, Activity::Idle, None),
            Event::AgentWrapUp { agent } => self.busy(at, agent, Activity::WrapUp, None),
            Event::AgentAlive { agent, alive } => {
                self.seen(agent, at, |agent| agent.is_alive = alive);
            }
            Event::AgentReachable { agent, reachable } => {
                self.seen(agent, at, |agent| agent.is_reachable = reachable);
            }
            // Told by the engine's view, by metrics and by the live stream; no row says them.
            Event::AgentBreaker { .. }
            | Event::CarrierBreaker { .. }
            | Event::QueueScanned { .. }
            | Event::Rescued { .. }
            | Event::QueueOpen { .. }
            | Event::PolicyApplied
            | Event::FeatureShareSet { .. }
            | Event::AlertRaised { .. }
            | Event::AlertCleared { .. } => {}
        }
    }

    fn offer_made(&mut self, at: Timestamp, id: OfferId, call: CallId, attempt: u16) {
        let agent = id.agent();
        self.offers.insert(
            id,
            Offer {
                id,
                call,
                agent,
                attempt,
                state: State::Made,
                leg: None,
                is_legacy: false,
                made_at: at,
                rang_at: None,
                answered_at: None,
                ended_at: None,
            },
        );
        self.changed.offers.insert(id);
        if let Some(call) = self.change_call(call) {
            call.attempts = call.attempts.max(attempt);
            call.n_ringing += 1;
            if call.stage == Stage::Waiting {
                call.stage = Stage::Ringing;
            }
        }
        self.busy(at, agent, Activity::Offered, Some(call));
    }

    fn offer_ended(&mut self, at: Timestamp, id: OfferId, call: CallId, end: OfferEnd) {
        let was = self.offers.get(&id).map(|offer| offer.state);
        if let Some(offer) = self.change_offer(id) {
            offer.state = State::Ended(end);
            offer.ended_at = Some(at);
        }
        let was_ringing = was.is_some_and(State::is_ringing);
        if let Some(call) = self.change_call(call) {
            call.n_ringing = call.n_ringing.saturating_sub(u16::from(was_ringing));
            if call.stage == Stage::Ringing && call.n_ringing == 0 {
                call.stage = Stage::Waiting;
            }
        }
        self.busy(at, id.agent(), Activity::Idle, None);
    }

    /// A command that the carrier is to carry out.
    fn open(
        &mut self,
        at: Timestamp,
        id: CommandId,
        kind: &str,
        call: Option<CallId>,
        offer: Option<OfferId>,
    ) {
        let raw = |offer: OfferId| (offer.number() << 24 | u64::from(offer.agent().0)) as i64;
        let row = CommandRow {
            id: id.0 as i64,
            kind: kind.to_owned(),
            call_id: call.map(|call| call.0 as i64),
            offer_id: offer.map(raw),
            state: "open".to_owned(),
            attempts: 0,
            made_at: self.wall(at),
            ended_at: None,
            error: None,
        };
        self.changed.commands.insert(id.0, row.clone());
        self.commands.insert(id.0, row);
    }

    /// A command is no longer open.
    pub fn close_command(&mut self, id: u64, state: &str, error: Option<String>, at: Timestamp) {
        let Some(mut row) = self.commands.remove(&id) else {
            return;
        };
        state.clone_into(&mut row.state);
        row.attempts += 1;
        row.error = error;
        row.ended_at = Some(self.wall(at));
        self.changed.commands.insert(id, row);
    }

    fn stage(&mut self, call: CallId, stage: Stage) {
        if let Some(call) = self.change_call(call) {
            // What is over stays over: it may still have a last word to hear.
            if call.stage != Stage::Over || matches!(stage, Stage::Leaving(_)) {
                call.stage = stage;
            }
        }
    }

    /// The engine has no more to do with a call. A caller who is still to hear something is heard out.
    fn over(&mut self, at: Timestamp, id: CallId, outcome: Option<Outcome>) {
        let Some(call) = self.change_call(id) else {
            return;
        };
        if outcome.is_some() {
            call.outcome = outcome;
        }
        call.ended_at = Some(at);
        let hears_more = matches!(call.stage, Stage::Leaving(Departure::HangUp));
        if !hears_more {
            call.stage = Stage::Over;
        }
        let is_callback = call.is_callback;
        self.ended.push_back((at, id));
        if is_callback {
            self.changed.callback(id, at, "connected");
        }
    }

    fn change_call(&mut self, call: CallId) -> Option<&mut Call> {
        let known = self.calls.get_mut(&call)?;
        self.changed.calls.insert(call);
        Some(known)
    }

    fn change_offer(&mut self, offer: OfferId) -> Option<&mut Offer> {
        let known = self.offers.get_mut(&offer)?;
        self.changed.offers.insert(offer);
        Some(known)
    }

    fn change_agent(&mut self, agent: AgentId) -> Option<&mut super::Agent> {
        let known = self.agents.get_mut(agent.index())?;
        self.changed.agents.insert(agent);
        Some(known)
    }

    fn busy(&mut self, at: Timestamp, agent: AgentId, activity: Activity, call: Option<CallId>) {
        if let Some(agent) = self.change_agent(agent) {
            agent.activity = activity;
            agent.call = call;
            agent.since = at;
        }
    }

    fn seen(&mut self, agent: AgentId, at: Timestamp, change: impl FnOnce(&mut super::Agent)) {
        if let Some(known) = self.agents.get_mut(agent.index()) {
            change(known);
            known.seen_at = at;
            self.changed.heartbeats.insert(agent);
        }
    }
}
