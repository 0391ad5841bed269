//! Who can be reached: status, heartbeat lease, device with its grace, rest and breaker, each with
//! its own clock; and the idle sets and staff counts that follow from them.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::agent::{self, Activity, Agent, Device, IdleKey, Tally};
use crate::breaker::Breaker;
use crate::call::Need;
use crate::engine::Engine;
use crate::id::{AgentId, Level, OfferId, QueueId};
use crate::input::AgentStatus;
use crate::output::{Event, Outbox};
use crate::policy::{Feature, Rotation};
use crate::queue::{IdleSet, pending};
use crate::rejection::Rejection;
use crate::time::{Timestamp, micros};
use crate::timers::Timer;

impl Engine {
    pub(crate) fn check_assignment(
        &self,
        agent: AgentId,
        queues: &[(QueueId, Level)],
    ) -> Result<(), Rejection> {
        for (queue, _) in queues {
            self.known_queue(*queue)?;
        }
        if agent.index() > self.agents.len() || agent.0 >= OfferId::MAX_AGENTS {
            return Err(Rejection::AgentIdOutOfOrder);
        }
        for (i, (queue, level)) in queues.iter().enumerate() {
            if *level == 0 || queues[..i].iter().any(|(other, _)| other == queue) {
                return Err(Rejection::BadAssignment);
            }
        }
        Ok(())
    }

    pub(crate) fn assign(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        queues: Box<[(QueueId, Level)]>,
    ) {
        if agent.index() == self.agents.len() {
            let tally = self.median_tally(now, &queues);
            self.agents.push(Agent {
                status: AgentStatus::Offline,
                activity: Activity::Idle,
                alive: false,
                device: Device::Unreachable,
                resting: false,
                breaker: Breaker::CLOSED,
                indexed: None,
                staffed: None,
                counted: None,
                idle_since: now,
                last_queue: queues.first().map_or(QueueId(0), |(q, _)| *q),
                free_since: now,
                tally,
                served_since: queues.iter().map(|_| now).collect(),
                gained_at: now,
                queues: queues.into(),
                timers: self.timers.block(agent::slots::COUNT),
            });
            return;
        }
        // Who is free stays free, since when it was, and keeps its place in the rotation: another
        // queue is the pair's news, not the agent's.
        let free_for = self.agents[agent.index()].indexed;
        self.unindex(agent);
        let was_in = self.agents[agent.index()].status != AgentStatus::Offline;
        self.uncount_staff(agent);
        if was_in {
            self.count_signed_in(agent, false);
        }
        self.agents[agent.index()].take_queues(now, queues);
        if was_in {
            self.count_signed_in(agent, true);
        }
        self.count_staff(agent);
        if let Some(need) = free_for {
            self.index(agent, need, true);
        }
    }

    /// A newcomer starts at the median of those who work for its first queue, and at the end of
    /// the round, so that no rotation floods it.
    fn median_tally(&self, now: Timestamp, queues: &[(QueueId, Level)]) -> Tally {
        let Some((queue, _)) = queues.first().filter(|_| self.n_offers() > 0) else {
            // There is nobody, or nobody has done anything yet, to take a median of.
            return Tally {
                last_offer: self.n_offers(),
                ..Tally::NEW
            };
        };
        let median = |pick: &dyn Fn(&Agent) -> Option<u64>| -> Option<u64> {
            let mut all: Vec<u64> = self
                .agents
                .iter()
                .filter(|a| a.queues.iter().any(|(q, _)| q == queue))
                .filter_map(pick)
                .collect();
            let middle = all.len() / 2;
            (!all.is_empty()).then(|| *all.select_nth_unstable(middle).1)
        };
        let handle = median(&|a| (a.tally.n_handled > 0).then(|| a.tally.mean_handle()));
        let share = |a: &Agent| self.tracks_load.then(|| u64::from(a.busy_share_at(now)));
        Tally {
            calls: median(&|a| Some(a.tally.calls)).unwrap_or(0),
            talk: median(&|a| Some(a.tally.talk)).unwrap_or(0),
            handle: handle.unwrap_or(0),
            n_handled: u64::from(handle.is_some()),
            last_offer: self.n_offers(),
            busy_share: median(&share).map_or(0, |share| share as u32),
            share_at: now,
            answer_rate: median(&|a| Some(u64::from(a.tally.answer_rate)))
                .map_or(Tally::NEW.answer_rate, |rate| rate as u32),
        }
    }

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

    /// The agent has nothing to do. Unless it was not its doing, it goes to the end of the
    /// rotation by idle time.
    pub(crate) fn become_idle(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        anew: bool,
        out: &mut Outbox,
    ) {
        self.lay_down(now, agent, anew, out);
        self.reindex(now, agent);
    }

    /// The agent's hands are free; it is in no idle set yet.
    #[inline]
    pub(crate) fn lay_down(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        anew: bool,
        out: &mut Outbox,
    ) {
        let who = &mut self.agents[agent.index()];
        who.activity = Activity::Idle;
        if anew {
            who.idle_since = now;
        }
        out.event(now, Event::AgentIdle { agent });
    }

    /// Puts the agent where its state says: under the strictest need it meets, or nowhere.
    #[inline]
    pub(crate) fn reindex(&mut self, now: Timestamp, agent: AgentId) {
        self.enter_idle_sets(now, agent, true);
    }

    /// The agent can be offered calls from now on.
    #[inline]
    pub(crate) fn freed(&mut self, now: Timestamp, agent: AgentId) {
        let who = &mut self.agents[agent.index()];
        who.free_since = now;
        if self.tracks_load {
            // Its key is frozen from now on.
            who.tally.age(now, false);
        }
    }

    /// [`Self::reindex`]; with `marks`, queues whose calls it could take are to be routed.
    pub(crate) fn enter_idle_sets(&mut self, now: Timestamp, agent: AgentId, marks: bool) {
        let who = &self.agents[agent.index()];
        let target = who.offerable();
        if target == who.indexed {
            return;
        }
        let rises = target > who.indexed;
        self.unindex(agent);
        let Some(need) = target else {
            return;
        };
        if rises {
            self.freed(now, agent);
        }
        self.index(agent, need, marks && rises);
    }

    /// Puts an agent that is in no idle set into those of its queues; with `marks`, waiting calls
    /// may match it in this step.
    fn index(&mut self, agent: AgentId, need: Need, marks: bool) {
        self.agents[agent.index()].indexed = Some(need);
        self.touch_queues_of(agent);
        let who = &self.agents[agent.index()];
        for (queue, level) in &who.queues {
            let state = &mut self.queues[queue.index()];
            for set in &mut state.idle {
                set.by_need[need as usize].insert(who.key(agent, set.rotation, *level));
            }
            if marks && state.rules.events && state.in_line > 0 {
                if state.pending == 0 {
                    self.to_route.push(*queue);
                }
                state.pending |= pending::CONTINUOUS;
            }
        }
    }

    /// Takes the agent out of the idle sets it is in.
    pub(crate) fn unindex(&mut self, agent: AgentId) {
        let Some(need) = self.agents[agent.index()].indexed.take() else {
            return;
        };
        self.touch_queues_of(agent);
        let who = &self.agents[agent.index()];
        for (queue, level) in &who.queues {
            for set in &mut self.queues[queue.index()].idle {
                let key = who.key(agent, set.rotation, *level);
                let was_there = set.by_need[need as usize].remove(key);
                debug_assert!(
                    was_there,
                    "invariant: an indexed agent is in its queues' sets"
                );
            }
        }
    }

    /// Makes the idle sets anew, by the policy's rotations.
    pub(crate) fn rebuild_idle_sets(&mut self) {
        let balances = self.policy.features.share(Feature::LoadBalancing).0 > 0
            || self.calls.iter().any(|(_, c)| c.features.balanced);
        for (queue, policy) in self.queues.iter_mut().zip(&self.policy.queues) {
            queue.idle.clear();
            queue.idle.push(IdleSet::new(policy.rotation));
            if balances && policy.rotation != Rotation::BestScore {
                queue.idle.push(IdleSet::new(Rotation::BestScore));
            }
        }
        for (i, who) in self.agents.iter().enumerate() {
            let Some(need) = who.indexed else {
                continue;
            };
            for (queue, level) in &who.queues {
                for set in &mut self.queues[queue.index()].idle {
                    let key: IdleKey = who.key(AgentId(i as u32), set.rotation, *level);
                    set.by_need[need as usize].insert(key);
                }
            }
        }
    }

    fn count_signed_in(&mut self, agent: AgentId, is_in: bool) {
        for (queue, _) in &self.agents[agent.index()].queues {
            let n = &mut self.queues[queue.index()].signed_in;
            *n = if is_in { *n + 1 } else { *n - 1 };
        }
    }

    fn uncount_staff(&mut self, agent: AgentId) {
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
}
