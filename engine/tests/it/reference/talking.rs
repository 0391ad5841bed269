//! Caller and agent are joined; then after-call work.

use engine::id::{AgentId, CallId, OfferId};
use engine::policy::{Feature, Rotation};
use engine::{Event, Rejection, Timestamp};

use super::Reference;
use super::agent::{Activity, Stage};
use super::call::Phase;

impl Reference {
    /// The call that the agent of this offer has answered and not yet been joined with.
    fn claimed(&self, offer: OfferId) -> Result<CallId, Rejection> {
        match self.live(offer)? {
            (call, Stage::Answered) => Ok(call),
            _ => Err(Rejection::WrongState),
        }
    }

    /// Busy shares are kept only while some rotation looks at them.
    pub(super) fn keeps_busy_shares(&self) -> bool {
        self.policy.features.share(Feature::LoadBalancing).0 > 0
            || self
                .policy
                .queues
                .iter()
                .any(|q| matches!(q.rotation, Rotation::LeastOccupied | Rotation::BestScore))
    }

    pub(super) fn call_bridged(&mut self, now: Timestamp, offer: OfferId) -> Result<(), Rejection> {
        let id = self.claimed(offer)?;
        let agent = offer.agent();
        let keeps_shares = self.keeps_busy_shares();
        let inversion = self.agents[agent.index()].inverts;
        let call = self.call_mut(id);
        call.phase = Phase::Talking(agent, now);
        call.forget_timers();
        let call = call.clone();
        let who = self.agent_mut(agent);
        who.activity = Activity::Talking(id);
        who.work_until = None;
        who.bridged_at = now;
        who.last_queue = call.queue;
        who.calls += 1;
        if keeps_shares {
            who.was_busy(false, now);
        }
        self.event(
            now,
            Event::CallConnected {
                call: id,
                agent,
                attempts: call.attempts,
                waited: now.since(call.arrived),
                callback: call.is_callback,
                inversion,
            },
        );
        Ok(())
    }

    pub(super) fn bridge_failed(
        &mut self,
        now: Timestamp,
        offer: OfferId,
    ) -> Result<(), Rejection> {
        self.claimed(offer)?;
        self.undo_claim(now, offer.agent());
        Ok(())
    }

    pub(super) fn call_ended(&mut self, now: Timestamp, id: CallId) -> Result<(), Rejection> {
        let call = self.known_call(id)?;
        let Phase::Talking(agent, since) = call.phase else {
            return Err(Rejection::WrongState);
        };
        let wrap_up = self.rules(call.queue).wrap_up;
        let talked = now.since(since);
        let ended = Event::CallEnded {
            call: id,
            agent,
            talked,
        };
        self.end(now, id, ended);
        let who = self.agent_mut(agent);
        who.talk += talked;
        if wrap_up.is_zero() {
            self.wrap_up_over(now, agent);
        } else {
            who.activity = Activity::WrapUp;
            who.work_until = Some(now + wrap_up);
            self.event(now, Event::AgentWrapUp { agent });
        }
        Ok(())
    }

    pub(super) fn agent_ready(&mut self, now: Timestamp, agent: AgentId) -> Result<(), Rejection> {
        if self.known_agent(agent)?.activity != Activity::WrapUp {
            return Err(Rejection::WrongState);
        }
        self.wrap_up_over(now, agent);
        Ok(())
    }

    pub(super) fn wrap_up_over(&mut self, now: Timestamp, agent: AgentId) {
        let keeps_shares = self.keeps_busy_shares();
        let who = self.agent_mut(agent);
        who.handle += now.since(who.bridged_at);
        who.handled += 1;
        if keeps_shares {
            who.was_busy(true, now);
        }
        self.becomes_idle(now, agent, false);
    }
}
