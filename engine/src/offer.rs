//! Offers: a time-limited proposal of one call to one agent, from the command to ring to the answer
//! (a [`crate::claim`]) or its end. An offer is a lease with a number; whoever answers another number is refused.

use crate::agent::{self, Activity, IdleKey, Offer, OfferStage};
use crate::call::{self, MAX_RING, Phase, Refused};
use crate::engine::Engine;
use crate::id::{AgentId, OfferId, QueueId};
use crate::input::{AgentStatus, OfferFailure};
use crate::lane::LineKey;
use crate::output::{Command, Event, OfferEnd, Outbox};
use crate::rejection::Rejection;
use crate::time::{Timestamp, micros};
use crate::timers::Timer;

impl Engine {
    /// Rings the agent of `key` for the call, which is ringing and not in line.
    pub(crate) fn make_offer(
        &mut self,
        now: Timestamp,
        slot: u32,
        key: IdleKey,
        out: &mut Outbox,
    ) -> OfferId {
        let agent = key.agent();
        let inverts = !self.calls[slot].legacy && self.passes_over(now, slot, agent, key.level());
        self.unindex(agent);
        self.ring(now, slot, agent, key.level(), inverts, out)
    }

    /// The offer itself, to an agent that is out of the idle sets.
    pub(crate) fn ring(
        &mut self,
        now: Timestamp,
        slot: u32,
        agent: AgentId,
        level: crate::id::Level,
        inverts: bool,
        out: &mut Outbox,
    ) -> OfferId {
        let number = self.next_offer();
        let offer = OfferId::new(number, agent);
        let call = &self.calls[slot];
        let by_carrier = call.legacy || self.queues[call.queue.index()].rules.push;
        let state = &mut self.agents[agent.index()];
        let free_since = state.free_since;
        state.activity = Activity::Offered(Offer {
            id: offer,
            call: slot,
            made_at: now,
            stage: OfferStage::Placing,
            inverts,
            by_carrier,
        });
        state.tally.last_offer = number + 1;
        let call = &mut self.calls[slot];
        debug_assert!(usize::from(call.n_live) < MAX_RING);
        call.live[usize::from(call.n_live)] = agent;
        call.n_live += 1;
        call.attempts += 1;
        let (id, attempt, legacy) = (call.id, call.attempts, call.legacy);
        let rules = &self.queues[call.queue.index()].rules;
        // The legacy flow takes an agent of any level at once.
        let widened_after = if legacy {
            0
        } else {
            rules.reaches(level).unwrap_or(0)
        };
        let mut eligible_since = call.eligible.max(call.arrived.after(widened_after));
        let who = &self.agents[agent.index()];
        if who.gained_at > eligible_since {
            // The two could not be matched before the agent worked for the queue.
            eligible_since = eligible_since.max(who.works_for_since(call.queue));
        }
        let until = now.after(rules.place_timeout);
        let push = rules.push;
        let at_arrival = self.arriving == Some(slot) && attempt == 1;
        self.arm_agent(agent, agent::slots::WORK, Timer::Offer, until);
        out.event(
            now,
            Event::OfferMade {
                offer,
                call: id,
                attempt,
                at_arrival,
                eligible_since,
                free_since,
            },
        );
        if legacy {
            self.command(now, Command::DialLegacy { offer, call: id }, out);
        } else {
            if push {
                self.leg_placed(now, agent);
            }
            self.command(now, Command::RingAgent { offer, call: id }, out);
        }
        offer
    }

    /// The agent's live offer with this number.
    #[inline]
    pub(crate) fn live_offer(&self, offer: OfferId) -> Result<Offer, Rejection> {
        self.known_agent(offer.agent())?
            .live_offer(offer)
            .ok_or(Rejection::StaleOffer)
    }

    #[inline]
    pub(crate) fn set_stage(&mut self, offer: Offer, stage: OfferStage) {
        if let Activity::Offered(live) = &mut self.agents[offer.id.agent().index()].activity {
            live.stage = stage;
        }
    }

    pub(crate) fn offer_placed(
        &mut self,
        now: Timestamp,
        offer: OfferId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let live = self.live_offer(offer)?;
        if live.stage != OfferStage::Placing {
            return Err(Rejection::WrongState);
        }
        self.leg_succeeded(now, live, out);
        Ok(())
    }

    pub(crate) fn offer_ringing(
        &mut self,
        now: Timestamp,
        offer: OfferId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let live = self.live_offer(offer)?;
        if live.stage != OfferStage::Placing {
            return Err(Rejection::WrongState);
        }
        self.leg_succeeded(now, live, out);
        self.set_stage(live, OfferStage::Ringing);
        let call = &self.calls[live.call];
        let span = if call.legacy {
            micros(self.policy.legacy.dial_timeout)
        } else {
            self.queues[call.queue.index()].rules.ring_timeout
        };
        self.arm_agent(
            offer.agent(),
            agent::slots::WORK,
            Timer::Offer,
            now.after(span),
        );
        out.event(now, Event::OfferRang { offer });
        Ok(())
    }

    pub(crate) fn offer_declined(
        &mut self,
        now: Timestamp,
        offer: OfferId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let live = self.live_offer(offer)?;
        if live.stage == OfferStage::Answered {
            return Err(Rejection::WrongState);
        }
        self.leg_succeeded(now, live, out);
        self.end_offer(now, offer.agent(), OfferEnd::Declined, out);
        Ok(())
    }

    pub(crate) fn offer_failed(
        &mut self,
        now: Timestamp,
        offer: OfferId,
        cause: OfferFailure,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let live = self.live_offer(offer)?;
        if live.stage == OfferStage::Answered {
            self.undo_claim(now, offer.agent(), out);
            return Ok(());
        }
        let end = match cause {
            OfferFailure::Unreachable => {
                self.leg_succeeded(now, live, out);
                OfferEnd::Unreachable
            }
            OfferFailure::Busy => {
                self.leg_succeeded(now, live, out);
                OfferEnd::Failed
            }
            OfferFailure::Carrier => {
                self.carrier_failed(now, out);
                OfferEnd::Failed
            }
        };
        self.end_offer(now, offer.agent(), end, out);
        Ok(())
    }

    /// The deadline of the agent's live offer, claim, or reservation.
    pub(crate) fn offer_timed_out(&mut self, now: Timestamp, agent: AgentId, out: &mut Outbox) {
        match self.agents[agent.index()].activity {
            Activity::Offered(offer) => {
                let end = match offer.stage {
                    OfferStage::Placing => OfferEnd::Unreachable,
                    OfferStage::Ringing => OfferEnd::Expired,
                    OfferStage::Answered => return self.undo_claim(now, agent, out),
                };
                self.command(now, Command::StopRinging { offer: offer.id }, out);
                self.end_offer(now, agent, end, out);
            }
            Activity::Reserved(slot) => match self.calls[slot].phase {
                Phase::CallbackPlacing(_) => self.callback_missed(now, slot, true, out),
                Phase::CallbackAnswered(_) => self.give_up_reservation(now, slot, agent, out),
                Phase::Waiting
                | Phase::Resting
                | Phase::Ringing
                | Phase::Claimed(_)
                | Phase::Talking(..)
                | Phase::Voicemail
                | Phase::Declining(_)
                | Phase::CallbackWaiting
                | Phase::CallbackPaused => {
                    unreachable!(
                        "invariant: an agent is reserved for a callback placed or answered"
                    )
                }
            },
            Activity::Idle | Activity::Talking(_) | Activity::WrapUp(_) => {
                unreachable!("invariant: an offer's timer runs only with an offer or reservation")
            }
        }
    }

    /// Ends the agent's live, unanswered offer; the call goes on when it was the last.
    pub(crate) fn end_offer(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        end: OfferEnd,
        out: &mut Outbox,
    ) {
        let Activity::Offered(offer) = self.agents[agent.index()].activity else {
            unreachable!("invariant: the agent has a live offer");
        };
        let slot = offer.call;
        self.drop_offer(now, agent, offer, end, out);
        let rules = &self.queues[self.calls[slot].queue.index()].rules;
        let tried_until = now.after(rules.tried_for);
        let call = &mut self.calls[slot];
        call.failed += 1;
        call.tried.retain(|(_, until)| *until > now);
        call.tried.push((agent, tried_until));
        if call.n_live == 0 {
            self.ring_failed(now, slot, out);
        }
    }

    /// Frees the agent of an offer that ended in `end` and rests it as its cause demands.
    pub(crate) fn drop_offer(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        offer: Offer,
        end: OfferEnd,
        out: &mut Outbox,
    ) {
        let call = &mut self.calls[offer.call];
        let at = call
            .live()
            .iter()
            .position(|a| *a == agent)
            .expect("invariant: a live offer's agent is among its call's");
        call.n_live -= 1;
        call.live[at] = call.live[usize::from(call.n_live)];
        let (id, legacy) = (call.id, call.legacy);
        let rules = &self.queues[call.queue.index()].rules;
        let rest = match end {
            _ if legacy => 0,
            OfferEnd::Declined => rules.rest_declined,
            OfferEnd::Expired => rules.rest_expired,
            OfferEnd::Unreachable => rules.rest_unreachable,
            OfferEnd::Failed => rules.rest_failed,
            OfferEnd::Withdrawn => 0,
        };
        out.event(
            now,
            Event::OfferEnded {
                offer: offer.id,
                call: id,
                end,
            },
        );
        match end {
            OfferEnd::Declined => {
                self.agents[agent.index()].tally.answered(false);
                // Who changed its status said so elsewhere: the device has proved nothing.
                if self.agents[agent.index()].status == AgentStatus::Available {
                    self.agent_succeeded(now, agent, out);
                }
            }
            OfferEnd::Expired | OfferEnd::Unreachable => {
                self.agents[agent.index()].tally.answered(false);
                self.agent_failed(now, agent, out);
            }
            // Says nothing about the device: a half-open breaker stays so.
            OfferEnd::Failed | OfferEnd::Withdrawn => {}
        }
        self.probe_told_nothing(agent);
        self.disarm_agent(agent, agent::slots::WORK);
        if rest > 0 {
            self.rest(now, agent, rest);
        }
        // A missed offer counts as asked: the agent goes to the end of its rotation.
        self.become_idle(now, agent, end != OfferEnd::Withdrawn, out);
    }

    /// No offer of a ringing call is left: back into line, to its rest, or out.
    pub(crate) fn ring_failed(&mut self, now: Timestamp, slot: u32, out: &mut Outbox) {
        let call = &self.calls[slot];
        if call.legacy {
            return self.legacy_failed(now, slot, Refused::Failed, out);
        }
        let queue = call.queue.index();
        if call.overdue {
            return self.time_out(now, slot, out);
        }
        if self.is_cleared(slot) {
            return self.clear_at_close(now, slot, out);
        }
        self.ask_again(now, slot);
        let call = &self.calls[slot];
        let rules = &self.queues[queue].rules;
        if call.failed < rules.max_attempts {
            return self.return_to_line(now, slot);
        }
        let until = now.after(rules.exhausted);
        let call = &mut self.calls[slot];
        call.phase = Phase::Resting;
        call.failed = 0;
        call.tried.clear();
        let (id, lane, key) = (call.id, call.lane, LineKey::of(call, slot));
        self.queues[queue].lanes[lane as usize].resting.insert(key);
        self.queues[queue].in_line += 1;
        let in_line = self.queues[queue].in_line;
        self.alerts.lengthened(QueueId(queue as u16), in_line);
        self.touch(QueueId(queue as u16));
        self.arm_call(slot, call::slots::REST, Timer::CallRest, until);
        out.event(now, Event::CallExhausted { call: id });
    }

    /// Withdraws every live offer of the call but the one to `winner`.
    #[inline(never)]
    pub(crate) fn withdraw_others(
        &mut self,
        now: Timestamp,
        slot: u32,
        winner: AgentId,
        out: &mut Outbox,
    ) {
        let call = &self.calls[slot];
        let mut losers = call.live;
        let n = usize::from(call.n_live);
        losers[..n].sort_unstable();
        for agent in losers[..n].iter().copied().filter(|a| *a != winner) {
            self.withdraw(now, agent, out);
        }
    }

    /// Withdraws every live offer of the call.
    pub(crate) fn withdraw_all(&mut self, now: Timestamp, slot: u32, out: &mut Outbox) {
        let call = &self.calls[slot];
        let mut agents = call.live;
        let n = usize::from(call.n_live);
        agents[..n].sort_unstable();
        for agent in &agents[..n] {
            self.withdraw(now, *agent, out);
        }
    }

    fn withdraw(&mut self, now: Timestamp, agent: AgentId, out: &mut Outbox) {
        if let Activity::Offered(offer) = self.agents[agent.index()].activity {
            self.command(now, Command::StopRinging { offer: offer.id }, out);
            self.drop_offer(now, agent, offer, OfferEnd::Withdrawn, out);
        }
    }

    /// The agent changed its mind while it was being rung, or kept for a caller who has picked up.
    pub(crate) fn walk_away(&mut self, now: Timestamp, agent: AgentId, out: &mut Outbox) {
        if self.agents[agent.index()].status == AgentStatus::Available {
            return;
        }
        match self.agents[agent.index()].activity {
            Activity::Offered(offer) if offer.stage != OfferStage::Answered => {
                self.command(now, Command::StopRinging { offer: offer.id }, out);
                self.end_offer(now, agent, OfferEnd::Declined, out);
            }
            Activity::Reserved(slot)
                if self.calls[slot].phase == Phase::CallbackAnswered(agent) =>
            {
                self.give_up_reservation(now, slot, agent, out);
            }
            Activity::Idle
            | Activity::Reserved(_)
            | Activity::Offered(_)
            | Activity::Talking(_)
            | Activity::WrapUp(_) => {}
        }
    }
}
