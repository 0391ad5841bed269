//! Handover: an agent that has just come free takes the best waiting call at once, without standing
//! in the idle sets in between. What most calls of a busy centre go through.
//!
//! One of three places that choose a pair, all by the rule that [`crate::routing`] states: that one for
//! every case, this one for an agent that has just come free, [`crate::arrival`] (`match_at_once`) for
//! a call that has just come. Gives the same outputs as [`crate::routing`] does. Under events discovery no possible pair was
//! left before this step (an invariant), so the only possible pairs are of this agent, and the best
//! of them is its best call. Whatever is less clear than that is left to routing.

use core::cmp::Reverse;

use crate::agent::IdleKey;
use crate::call::Phase;
use crate::engine::Engine;
use crate::id::{AgentId, Level};
use crate::inversion::Order;
use crate::output::Outbox;
use crate::policy::SelectCall;
use crate::time::Timestamp;

/// What came of looking for the agent's call.
enum Best {
    /// This call, at the agent's level in its queue.
    Call(u32, Level),
    /// No call in line may be offered to it.
    Nothing,
    /// For routing to decide.
    Unclear,
}

impl Engine {
    /// The agent has done its call and its after-call work. `is_last`: routing follows, nothing
    /// before it.
    pub(crate) fn come_free(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        is_last: bool,
        out: &mut Outbox,
    ) {
        let is_alone = self.to_route.is_empty() && self.answered_callbacks.is_empty();
        if !is_last || !is_alone {
            return self.become_idle(now, agent, true, out);
        }
        self.lay_down(now, agent, true, out);
        match self.best_call_of(now, agent) {
            Best::Nothing => self.enter_idle_sets(now, agent, false),
            Best::Unclear => self.enter_idle_sets(now, agent, true),
            Best::Call(slot, level) => {
                self.freed(now, agent);
                // As an agent would that enters the sets and leaves them.
                self.touch_queues_of(agent);
                let key = IdleKey::of_level(level, agent);
                self.leave_line(slot);
                if self.calls[slot].phase == Phase::CallbackWaiting {
                    self.place_callback(now, slot, key, out);
                } else {
                    self.ring_agents(now, slot, key, out);
                }
            }
        }
    }

    /// The best call for an agent in no idle set: of the lowest level under `level_first`, then the
    /// highest score, the earliest arrival, the lowest id.
    fn best_call_of(&self, now: Timestamp, agent: AgentId) -> Best {
        let who = &self.agents[agent.index()];
        let Some(meets) = who.offerable() else {
            return Best::Nothing;
        };
        let push = self.carrier_takes_legs(now);
        let level_first = self.policy.select_call == SelectCall::LevelFirst;
        let mut best: Option<(Order, Level)> = None;
        for (queue, level) in &who.queues {
            let state = &self.queues[queue.index()];
            if state.in_line == 0 || !state.rules.events {
                continue;
            }
            if !push {
                return Best::Unclear;
            }
            for lane in &state.lanes {
                if !lane.features.continuous || lane.features.need > meets {
                    continue;
                }
                let Some(key) = lane.ready.first() else {
                    continue;
                };
                let call = &self.calls[key.slot()];
                if !call.tried.is_empty() || key.is_front() {
                    return Best::Unclear;
                }
                // Those behind have waited less.
                if *level > state.rules.allowed_level(now.since(call.arrived)) {
                    continue;
                }
                let ranked = if level_first { *level } else { 0 };
                let order = (ranked, Reverse(lane.score(key, now)), key);
                if best.is_none_or(|(least, _)| order < least) {
                    best = Some((order, *level));
                }
            }
        }
        match best {
            Some(((_, _, key), level)) => Best::Call(key.slot(), level),
            None => Best::Nothing,
        }
    }
}
