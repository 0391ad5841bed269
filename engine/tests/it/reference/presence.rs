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
            self.reassign(now, agent, queues.to_vec());
        } else {
            let newcomer = self.newcomer(now, queues);
            self.agents.push(newcomer);
        }
        Ok(())
    }

    /// A free agent stays free since when it was. It works for a queue since now, unless it did
    /// already at the same level or a lower one.
    pub(super) fn reassign(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        queues: Vec<(QueueId, Level)>,
    ) {
        let who = self.agent_mut(agent);
        let since = |(queue, level): &(QueueId, Level)| match who.level_at(*queue) {
            Some(before) if before <= *level => who.works_since(*queue),
            Some(_) | None => now,
        };
        who.works_since = queues.iter().map(since).collect();
        who.queues = queues;
    }

    /// A newcomer starts as the median of those who work for its first queue, and as if it had
    /// just been asked.
    fn newcomer(&self, now: Timestamp, queues: &[(QueueId, Level)]) -> Agent {
        let mut newcomer = Agent::new(queues, now);
        newcomer.last_asked = self.next_offer.checked_sub(1);
        let Some((first, _)) = queues.first() else {
            return newcomer;
        };
        let median = |pick: &dyn Fn(&Agent) -> Option<u64>| {
            let colleagues = self
                .agents
                .iter()
                .filter(|who| who.level_at(*first).is_some());
            let mut all: Vec<u64> = colleagues.filter_map(pick).collect();
            all.sort_unstable();
            all.get(all.len() / 2).copied()
        };
        newcomer.calls = median(&|who| Some(who.calls)).unwrap_or(0);
        newcomer.talk = median(&|who| Some(who.talk)).unwrap_or(0);
        if let Some(handle) = median(&|who| who.mean_handle()) {
            newcomer.handle = handle;
            newcomer.handled = 1;
        }
        if self.keeps_busy_shares() {
            newcomer.busy_share =
                median(&|who| Some(u64::from(who.share_now(now)))).unwrap_or(0) as u32;
        }
        newcomer.share_at = now;
        if let Some(rate) = median(&|who| Some(u64::from(who.answer_rate))) {
            newcomer.answer_rate = rate as u32;
        }
        newcomer
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
