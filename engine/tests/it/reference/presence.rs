//! What agents want and who can be reached.

use engine::id::{AgentId, Level, OfferId, QueueId};
use engine::input::AgentStatus;
use engine::time::micros;
use engine::{Event, Rejection, Timestamp};

use super::Reference;
use super::agent::{Activity, Agent, Device, Need};

impl Reference {
    pub(super) fn known_agent(&self, agent: AgentId) -> Result<&Agent, Rejection> {
        self.agents
            .get(agent.index())
            .ok_or(Rejection::UnknownAgent)
    }

    /// After every input and timer: who can be offered more than at the last look is free since
    /// now; and how many want work and can be reached is put on record.
    pub(super) fn look_at_agents(&mut self, now: Timestamp) {
        let keeps_shares = self.keeps_busy_shares();
        for who in &mut self.agents {
            let free_for = who.free_for();
            if free_for > who.was_free_for {
                who.free_since = now;
                if keeps_shares {
                    who.was_busy(false, now);
                }
            }
            who.was_free_for = free_for;
        }
        let willing = || {
            self.agents
                .iter()
                .filter(|who| who.status == AgentStatus::Available)
        };
        let reachable = willing()
            .filter(|who| who.presence() == Need::Reachable)
            .count();
        let wanting = willing().count();
        self.alarms.counted(now, wanting as u64, reachable as u64);
    }

    pub(super) fn agent_assigned(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        queues: &[(QueueId, Level)],
    ) -> Result<(), Rejection> {
        if queues.iter().any(|(q, _)| q.index() >= self.queues.len()) {
            return Err(Rejection::UnknownQueue);
        }
        if agent.index() > self.agents.len() || agent.0 >= OfferId::MAX_AGENTS {
            return Err(Rejection::AgentIdOutOfOrder);
        }
        let twice = |i: usize| queues[..i].iter().any(|(q, _)| *q == queues[i].0);
        if (0..queues.len()).any(|i| twice(i) || queues[i].1 == 0) {
            return Err(Rejection::BadAssignment);
        }
        if agent.index() < self.agents.len() {
            self.reassign(agent, queues.to_vec());
        } else {
            let calls = self.median_of_colleagues(queues, |who| who.calls);
            let talk = self.median_of_colleagues(queues, |who| who.talk);
            self.agents.push(Agent::new(queues, calls, talk, now));
        }
        Ok(())
    }

    /// With its new queues it counts as newly free.
    pub(super) fn reassign(&mut self, agent: AgentId, queues: Vec<(QueueId, Level)>) {
        let who = self.agent_mut(agent);
        who.queues = queues;
        who.was_free_for = None;
    }

    /// The (upper) median over those who work for the newcomer's first queue.
    fn median_of_colleagues(
        &self,
        queues: &[(QueueId, Level)],
        pick: impl Fn(&Agent) -> u64,
    ) -> u64 {
        let Some((first, _)) = queues.first() else {
            return 0;
        };
        let mut all: Vec<u64> = self
            .agents
            .iter()
            .filter(|who| who.level_at(*first).is_some())
            .map(pick)
            .collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied().unwrap_or(0)
    }

    pub(super) fn agent_status_changed(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        status: AgentStatus,
    ) -> Result<(), Rejection> {
        if self.known_agent(agent)?.status == status {
            return Ok(());
        }
        let who = self.agent_mut(agent);
        who.status = status;
        if who.activity == Activity::Idle && status == AgentStatus::Available {
            who.idle_since = now;
        }
        self.event(now, Event::AgentStatusSet { agent, status });
        if status != AgentStatus::Available {
            self.walk_away(now, agent);
        }
        Ok(())
    }

    pub(super) fn heartbeat_received(
        &mut self,
        now: Timestamp,
        agent: AgentId,
    ) -> Result<(), Rejection> {
        let was_alive = self.known_agent(agent)?.alive_until.is_some();
        let until = now + self.policy.presence.heartbeat_timeout;
        self.agent_mut(agent).alive_until = Some(until);
        if !was_alive {
            let alive = true;
            self.event(now, Event::AgentAlive { agent, alive });
        }
        Ok(())
    }

    pub(super) fn lease_ran_out(&mut self, now: Timestamp, agent: AgentId) {
        self.agent_mut(agent).alive_until = None;
        let alive = false;
        self.event(now, Event::AgentAlive { agent, alive });
    }

    pub(super) fn device_connected(
        &mut self,
        now: Timestamp,
        agent: AgentId,
    ) -> Result<(), Rejection> {
        let was = self.known_agent(agent)?.device;
        self.agent_mut(agent).device = Device::Connected;
        if was == Device::Unreachable {
            let reachable = true;
            self.event(now, Event::AgentReachable { agent, reachable });
        }
        Ok(())
    }

    pub(super) fn device_disconnected(
        &mut self,
        now: Timestamp,
        agent: AgentId,
    ) -> Result<(), Rejection> {
        if self.known_agent(agent)?.device != Device::Connected {
            return Ok(());
        }
        let grace = micros(self.policy.presence.device_grace);
        if grace > 0 {
            self.agent_mut(agent).device = Device::Grace(now.after(grace));
        } else {
            self.grace_ran_out(now, agent);
        }
        Ok(())
    }

    pub(super) fn grace_ran_out(&mut self, now: Timestamp, agent: AgentId) {
        self.agent_mut(agent).device = Device::Unreachable;
        let reachable = false;
        self.event(now, Event::AgentReachable { agent, reachable });
    }

    /// The agent has nothing to do. After a call or a missed offer it goes to the end of the
    /// rotation by idle time; when the offer was taken from it, it keeps its place.
    pub(super) fn becomes_idle(&mut self, now: Timestamp, agent: AgentId, keeps_place: bool) {
        let who = self.agent_mut(agent);
        who.activity = Activity::Idle;
        who.work_until = None;
        who.was_free_for = None;
        if !keeps_place {
            who.idle_since = now;
        }
        self.event(now, Event::AgentIdle { agent });
    }
}
