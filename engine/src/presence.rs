//! Who can be reached: status, heartbeat lease, device with its grace, rest and breaker, each with
//! its own clock; and the staff counts that follow from them.

use core::hint::cold_path;

use crate::agent::{self, Activity, Device};
use crate::call::Need;
use crate::engine::Engine;
use crate::id::AgentId;
use crate::input::AgentStatus;
use crate::output::{BreakerState, Event, Outbox};
use crate::rejection::Rejection;
use crate::time::{Micros, Timestamp, micros};
use crate::timers::Timer;

impl Engine {
    pub(crate) fn agent_status_changed(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        status: AgentStatus,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let old = self.known_agent(agent)?.status;
        if old == status {
            return Ok(());
        }
        let was_in = old != AgentStatus::Offline;
        let is_in = status != AgentStatus::Offline;
        self.agents[agent.index()].status = status;
        if was_in != is_in {
            self.count_signed_in(agent, is_in);
        }
        out.event(now, Event::AgentStatusSet { agent, status });
        if self.agents[agent.index()].activity == Activity::Idle && status == AgentStatus::Available
        {
            self.agents[agent.index()].idle_since = now;
        }
        self.count_staff(agent);
        self.reindex(now, agent);
        self.walk_away(now, agent, out);
        Ok(())
    }

    pub(crate) fn heartbeat_received(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let was_alive = self.known_agent(agent)?.alive;
        let until = now + self.policy.presence.heartbeat_timeout;
        self.arm_agent(agent, agent::slots::LEASE, Timer::HeartbeatLease, until);
        if !was_alive {
            self.agents[agent.index()].alive = true;
            out.event(now, Event::AgentAlive { agent, alive: true });
            self.presence_changed(now, agent);
        }
        Ok(())
    }

    pub(crate) fn lease_expired(&mut self, now: Timestamp, agent: AgentId, out: &mut Outbox) {
        self.agents[agent.index()].alive = false;
        let alive = false;
        out.event(now, Event::AgentAlive { agent, alive });
        self.presence_changed(now, agent);
    }

    pub(crate) fn device_connected(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let was = self.known_agent(agent)?.device;
        self.disarm_agent(agent, agent::slots::GRACE);
        self.agents[agent.index()].device = Device::Connected;
        if was == Device::Unreachable {
            let reachable = true;
            out.event(now, Event::AgentReachable { agent, reachable });
            self.presence_changed(now, agent);
        }
        Ok(())
    }

    pub(crate) fn device_disconnected(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        if self.known_agent(agent)?.device != Device::Connected {
            return Ok(());
        }
        let grace = micros(self.policy.presence.device_grace);
        if grace > 0 {
            self.agents[agent.index()].device = Device::Grace;
            let until = now.after(grace);
            self.arm_agent(agent, agent::slots::GRACE, Timer::DeviceGrace, until);
        } else {
            self.grace_expired(now, agent, out);
        }
        Ok(())
    }

    pub(crate) fn grace_expired(&mut self, now: Timestamp, agent: AgentId, out: &mut Outbox) {
        self.agents[agent.index()].device = Device::Unreachable;
        let reachable = false;
        out.event(now, Event::AgentReachable { agent, reachable });
        self.presence_changed(now, agent);
    }

    fn presence_changed(&mut self, now: Timestamp, agent: AgentId) {
        self.count_staff(agent);
        self.reindex(now, agent);
    }

    pub(crate) fn count_signed_in(&mut self, agent: AgentId, is_in: bool) {
        for (queue, _) in &self.agents[agent.index()].queues {
            let n = &mut self.queues[queue.index()].signed_in;
            *n = if is_in { *n + 1 } else { *n - 1 };
        }
    }

    pub(crate) fn uncount_staff(&mut self, agent: AgentId) {
        if let Some(need) = self.agents[agent.index()].staffed.take() {
            for (queue, _) in &self.agents[agent.index()].queues {
                self.queues[queue.index()].staffed[need as usize] -= 1;
            }
        }
    }

    /// Counts the agent among the staff of its queues while it wants work and its breaker is
    /// not open; and, for the availability alert, among those who want work and can be reached.
    pub(crate) fn count_staff(&mut self, agent: AgentId) {
        let was_staffed = self.agents[agent.index()].staffed;
        let who = &self.agents[agent.index()];
        let wants = who.status == AgentStatus::Available;
        let presence = who.presence();
        let staffed = (wants && !who.breaker.is_open()).then_some(presence);
        if staffed != was_staffed {
            self.uncount_staff(agent);
            let who = &mut self.agents[agent.index()];
            who.staffed = staffed;
            if let Some(need) = staffed {
                for (queue, _) in &who.queues {
                    self.queues[queue.index()].staffed[need as usize] += 1;
                }
            }
            self.touch_queues_of(agent);
        }
        let counted = wants.then_some(presence == Need::Reachable);
        let who = &mut self.agents[agent.index()];
        if who.counted != counted {
            self.alerts.recount(self.now, who.counted, counted);
            who.counted = counted;
        }
    }

    pub(crate) fn agent_succeeded(&mut self, now: Timestamp, agent: AgentId, out: &mut Outbox) {
        if self.agents[agent.index()].breaker.succeed() {
            cold_path();
            let state = BreakerState::Closed;
            out.event(now, Event::AgentBreaker { agent, state });
        }
    }

    pub(crate) fn agent_failed(&mut self, now: Timestamp, agent: AgentId, out: &mut Outbox) {
        let Some(policy) = self.policy.breakers.agent else {
            return;
        };
        if let Some(span) = self.agents[agent.index()].breaker.fail(&policy) {
            let state = BreakerState::Open;
            out.event(now, Event::AgentBreaker { agent, state });
            let until = now.after(span);
            self.arm_agent(agent, agent::slots::BREAKER, Timer::AgentBreaker, until);
            self.count_staff(agent);
        }
    }

    pub(crate) fn agent_breaker_half_opens(
        &mut self,
        at: Timestamp,
        agent: AgentId,
        out: &mut Outbox,
    ) {
        self.agents[agent.index()].breaker.half_open();
        out.event(
            at,
            Event::AgentBreaker {
                agent,
                state: BreakerState::HalfOpen,
            },
        );
        self.count_staff(agent);
        self.reindex(at, agent);
    }

    pub(crate) fn rest(&mut self, now: Timestamp, agent: AgentId, span: Micros) {
        self.agents[agent.index()].resting = true;
        self.arm_agent(agent, agent::slots::REST, Timer::AgentRest, now.after(span));
    }

    pub(crate) fn agent_rested(&mut self, at: Timestamp, agent: AgentId) {
        self.agents[agent.index()].resting = false;
        self.reindex(at, agent);
    }
}
