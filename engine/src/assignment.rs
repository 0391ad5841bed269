//! Which agent works for which queues, and where a newcomer starts in the rotations.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::agent::{self, Activity, Agent, Device, Tally};
use crate::breaker::Breaker;
use crate::engine::Engine;
use crate::id::{AgentId, Level, OfferId, QueueId};
use crate::input::AgentStatus;
use crate::rejection::Rejection;
use crate::time::Timestamp;

impl Engine {
    pub(crate) fn agent_assigned(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        queues: Box<[(QueueId, crate::id::Level)]>,
    ) -> Result<(), Rejection> {
        self.check_assignment(agent, &queues)?;
        self.assign(now, agent, queues);
        Ok(())
    }

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
}
