//! A conversation: from the bridge to the end of the call, and of the agent's work after it.

use crate::agent::{self, Activity};
use crate::call::Phase;
use crate::engine::Engine;
use crate::id::{AgentId, CallId, OfferId, QueueId};
use crate::output::{Event, Outbox};
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::timers::Timer;

impl Engine {
    pub(crate) fn call_bridged(
        &mut self,
        now: Timestamp,
        offer: OfferId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let claim = self.claim(offer)?;
        let (slot, agent, inversion) = (claim.call, offer.agent(), claim.inverts);
        let call = self.calls[slot].id;
        self.learn_answered(now, slot, agent);
        self.disarm_agent(agent, agent::slots::WORK);
        self.disarm_call(slot);
        let state = &mut self.calls[slot];
        state.phase = Phase::Talking(agent, now);
        state.n_live = 0;
        let (attempts, callback) = (state.attempts, state.is_callback);
        let waited = now.since(state.arrived);
        let (legacy, queue_id) = (state.legacy, state.queue);
        let queue = &mut self.queues[queue_id.index()];
        queue.talking += 1;
        if !legacy {
            queue.held -= 1;
        }
        let who = &mut self.agents[agent.index()];
        who.activity = Activity::Talking(slot);
        who.last_queue = queue_id;
        who.tally.calls += 1;
        if self.tracks_load {
            who.tally.age(now, false);
        }
        self.alerts.ended(true);
        out.event(
            now,
            Event::CallConnected {
                call,
                agent,
                attempts,
                waited,
                callback,
                inversion,
            },
        );
        Ok(())
    }

    pub(crate) fn call_ended(
        &mut self,
        now: Timestamp,
        call: CallId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let slot = self.slot(call)?;
        let Phase::Talking(agent, since) = self.calls[slot].phase else {
            return Err(Rejection::WrongState);
        };
        let talked = now.since(since);
        out.event(
            now,
            Event::CallEnded {
                call,
                agent,
                talked,
            },
        );
        let queue = self.calls[slot].queue;
        let state = &mut self.queues[queue.index()];
        state.talking -= 1;
        let wrap_up = state.rules.wrap_up;
        self.touch(queue);
        self.calls.remove(slot);
        self.agents[agent.index()].tally.talk += talked;
        if wrap_up > 0 {
            self.agents[agent.index()].activity = Activity::WrapUp(since);
            self.queues[queue.index()].wrapping += 1;
            let until = now.after(wrap_up);
            self.arm_agent(agent, agent::slots::WORK, Timer::WrapUp, until);
            out.event(now, Event::AgentWrapUp { agent });
        } else {
            self.handled(now, agent, queue, since, true, out);
        }
        Ok(())
    }

    pub(crate) fn agent_ready(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let Activity::WrapUp(_) = self.known_agent(agent)?.activity else {
            return Err(Rejection::WrongState);
        };
        self.disarm_agent(agent, agent::slots::WORK);
        self.wrap_up_over(now, agent, true, out);
        Ok(())
    }

    /// After-call work is over. `is_last`: routing follows, nothing before it.
    pub(crate) fn wrap_up_over(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        is_last: bool,
        out: &mut Outbox,
    ) {
        let who = &self.agents[agent.index()];
        let Activity::WrapUp(bridged_at) = who.activity else {
            unreachable!("invariant: a wrap-up's timer runs only in wrap-up");
        };
        let queue = who.last_queue;
        self.queues[queue.index()].wrapping -= 1;
        self.handled(now, agent, queue, bridged_at, is_last, out);
    }

    /// A call and its after-call work are done.
    fn handled(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        queue: QueueId,
        bridged_at: Timestamp,
        is_last: bool,
        out: &mut Outbox,
    ) {
        let who = &mut self.agents[agent.index()];
        let handle = now.since(bridged_at);
        who.tally.handle += handle;
        who.tally.n_handled += 1;
        if self.tracks_load {
            who.tally.age(now, true);
        }
        self.learn_handled(now, queue, handle);
        self.come_free(now, agent, is_last, out);
    }
}
