//! The idle sets: who can be offered a call, in rotation order; entering and leaving them, and the
//! first of them that fits.

use serde::{Deserialize, Serialize};

use crate::agent::{Activity, IdleKey};
use crate::call::Need;
use crate::engine::Engine;
use crate::id::{AgentId, Level};
use crate::output::{Event, Outbox};
use crate::policy::{Feature, Rotation};
use crate::queue::{Queue, pending};
use crate::time::Timestamp;
use crate::tree::CountedTree;

/// Idle agents in one rotation, by the strictest need each meets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct IdleSet {
    pub(crate) rotation: Rotation,
    pub(crate) by_need: [CountedTree<IdleKey>; 3],
}

impl IdleSet {
    pub(crate) fn new(rotation: Rotation) -> Self {
        IdleSet {
            rotation,
            by_need: [const { CountedTree::new() }; 3],
        }
    }
}

impl Queue {
    /// The idle set that a call's rotation looks at.
    #[inline]
    pub(crate) fn idle_set(&self, balanced: bool) -> &IdleSet {
        let last = self.idle.len() - 1;
        &self.idle[if balanced { last } else { 0 }]
    }

    /// The lowest level among the idle agents that meet `need`.
    #[inline]
    pub(crate) fn lowest_level(&self, need: Need) -> Option<Level> {
        self.idle[0].by_need[need as usize..]
            .iter()
            .filter_map(|tree| tree.first().map(IdleKey::level))
            .min()
    }

    /// Idle agents that meet `need`.
    pub(crate) fn n_idle(&self, need: Need) -> u32 {
        self.idle[0].by_need[need as usize..]
            .iter()
            .map(|tree| tree.len() as u32)
            .sum()
    }

    /// The idle agent that comes first in the rotation among those that `fits`, of level `allowed`
    /// at most and meeting `need`.
    pub(crate) fn first_idle(
        &self,
        balanced: bool,
        need: Need,
        allowed: Level,
        mut fits: impl FnMut(AgentId) -> bool,
    ) -> Option<IdleKey> {
        let trees = &self.idle_set(balanced).by_need[need as usize..];
        let mut at = [0usize; 3];
        loop {
            let mut best: Option<(IdleKey, usize)> = None;
            for (i, tree) in trees.iter().enumerate() {
                if let Some(key) = tree.get(at[i])
                    && best.is_none_or(|(least, _)| key < least)
                {
                    best = Some((key, i));
                }
            }
            let (key, i) = best?;
            if key.level() > allowed {
                return None;
            }
            if fits(key.agent()) {
                return Some(key);
            }
            at[i] += 1;
        }
    }

    /// The k-th idle agent by id of the lowest level present, k = `hash` mod their number; the
    /// next one round that `fits`, then the next level.
    #[inline(never)]
    pub(crate) fn random_idle(
        &self,
        need: Need,
        allowed: Level,
        hash: u64,
        mut fits: impl FnMut(AgentId) -> bool,
    ) -> Option<IdleKey> {
        let trees = &self.idle_set(false).by_need[need as usize..];
        let mut from = IdleKey::start_of(0);
        while let Some(start) = from {
            let level = trees
                .iter()
                .filter_map(|t| t.get(t.rank(start)).map(IdleKey::level))
                .min()
                .filter(|level| *level <= allowed)?;
            let begin = IdleKey::start_of(u16::from(level))?;
            from = IdleKey::start_of(u16::from(level) + 1);
            let end = |t: &CountedTree<IdleKey>| from.map_or(t.len(), |end| t.rank(end));
            let n: usize = trees.iter().map(|t| end(t) - t.rank(begin)).sum();
            let k = (hash % n as u64) as usize;
            for i in 0..n {
                let key = nth_by_agent(trees, begin, (k + i) % n);
                if fits(key.agent()) {
                    return Some(key);
                }
            }
        }
        None
    }
}

/// The key with `n` keys from `begin` before it, over all trees: by bisection on the agent's id
/// (keys of one level in a random rotation differ in nothing else).
fn nth_by_agent(trees: &[CountedTree<IdleKey>], begin: IdleKey, n: usize) -> IdleKey {
    let below = |agent: u32| -> usize {
        let key = IdleKey { agent, ..begin };
        trees.iter().map(|t| t.rank(key) - t.rank(begin)).sum()
    };
    let (mut low, mut high) = (0u32, crate::id::OfferId::MAX_AGENTS);
    // `below(low) <= n < below(high)`: the n-th has the largest id with at most n below it.
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if below(middle) <= n {
            low = middle;
        } else {
            high = middle;
        }
    }
    IdleKey {
        agent: low,
        ..begin
    }
}

impl Engine {
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
    pub(crate) fn index(&mut self, agent: AgentId, need: Need, marks: bool) {
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
}
