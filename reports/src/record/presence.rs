//! What each event means for its agent: activity, belief, and whether it stands free for a call.

use std::cmp::Reverse;

use engine::id::{AgentId, OfferId, QueueId};
use engine::input::AgentStatus;
use engine::output::{BreakerState, OfferEnd};
use engine::time::Timestamp;

use super::Recorder;
use super::agent_log::{Activity, Agent};

impl Recorder {
    /// The agent, known from now on.
    #[inline]
    pub(super) fn agent(&mut self, id: AgentId) -> &mut Agent {
        if id.index() >= self.agents.len() {
            self.meet(id);
        }
        &mut self.agents[id.index()]
    }

    #[cold]
    fn meet(&mut self, id: AgentId) {
        self.agents.resize_with(id.index() + 1, Agent::new);
    }

    #[inline]
    pub(super) fn agent_idle(&mut self, at: Timestamp, id: AgentId) {
        let window = self.window;
        self.agent(id).turn(at, window, Activity::Idle);
        self.note_delay(at, id);
        self.refresh_free(at, id);
    }

    /// What may have freed the agent was heard of late.
    #[inline]
    pub(super) fn note_delay(&mut self, at: Timestamp, id: AgentId) {
        if self.heard_late > 0 {
            self.late_word(at, id);
        }
    }

    #[inline(never)]
    fn late_word(&mut self, at: Timestamp, id: AgentId) {
        if id.index() >= self.late_words.len() {
            let none = (Timestamp::NEVER, Timestamp::NEVER);
            self.late_words.resize(id.index() + 1, none);
        }
        self.late_words[id.index()] = (at, self.truly(at));
    }

    /// When the agent was truly free that the server takes to be free since `believed`.
    #[inline]
    pub(super) fn truly_free_since(&self, id: AgentId, believed: Timestamp) -> Timestamp {
        match self.late_words.get(id.index()) {
            Some((at, truly)) if *at == believed => *truly,
            Some(_) | None => believed,
        }
    }

    /// When that truly was of which the server hears at `at`.
    #[inline]
    pub(super) fn truly(&self, at: Timestamp) -> Timestamp {
        Timestamp(at.0.saturating_sub(self.heard_late))
    }

    #[inline]
    pub(super) fn agent_wraps_up(&mut self, at: Timestamp, id: AgentId) {
        let window = self.window;
        self.agent(id).turn(at, window, Activity::WrapUp);
        self.refresh_free(at, id);
    }

    pub(super) fn agent_reserved(&mut self, at: Timestamp, id: AgentId) {
        let window = self.window;
        self.agent(id).turn(at, window, Activity::Open);
        self.refresh_free(at, id);
    }

    pub(super) fn agent_status_set(&mut self, at: Timestamp, id: AgentId, status: AgentStatus) {
        let window = self.window;
        self.note_delay(at, id);
        self.believe(at, id, |agent| agent.set_status(at, window, status));
    }

    pub(super) fn agent_breaker(&mut self, at: Timestamp, id: AgentId, state: BreakerState) {
        self.agent(id).set_breaker(state);
        self.refresh_free(at, id);
    }

    /// Changes what is believed or true of an agent, after accounting for the time until now.
    pub(super) fn believe(&mut self, at: Timestamp, id: AgentId, change: impl FnOnce(&mut Agent)) {
        let (window, level) = (self.window, self.options.availability_level);
        self.agent(id);
        let agent = &mut self.agents[id.index()];
        agent.judge(at, window, &mut self.accuracy);
        let before = (
            agent.is_believed_available(level),
            agent.is_truly_available(),
        );
        change(agent);
        let after = (
            agent.is_believed_available(level),
            agent.is_truly_available(),
        );
        for (level, before, after) in [
            (&mut self.over_time.believed, before.0, after.0),
            (&mut self.over_time.truly, before.1, after.1),
        ] {
            match (before, after) {
                (false, true) => level.up(at),
                (true, false) => level.down(at),
                (false, false) | (true, true) => {}
            }
        }
        self.refresh_free(at, id);
    }

    /// The offer is no longer its agent's. The attempt, if it was.
    pub(super) fn release(&mut self, at: Timestamp, offer: OfferId) -> Option<u16> {
        let window = self.window;
        let agent = self.agent(offer.agent());
        let live = agent.offer.filter(|live| live.id == offer)?;
        agent.offer = None;
        agent.turn(at, window, Activity::Idle);
        self.refresh_free(at, offer.agent());
        Some(live.attempt)
    }

    /// A missed offer: the agent is not free again before its rest is over.
    pub(super) fn rest(&mut self, at: Timestamp, id: AgentId, queue: QueueId, end: OfferEnd) {
        let Some(retry_after) = self.options.retry_after.get(queue.index()) else {
            return;
        };
        let rest = match end {
            OfferEnd::Declined => retry_after.declined,
            OfferEnd::Expired => retry_after.expired,
            OfferEnd::Unreachable => retry_after.unreachable,
            OfferEnd::Failed => retry_after.failed,
            OfferEnd::Withdrawn => return,
        };
        let until = at + rest;
        self.agent(id).rest(until);
        self.resting.push(Reverse((until, id.0)));
        self.next_wake = self.next_wake.min(until);
        self.refresh_free(at, id);
    }

    /// Keeps the count of agents that are free for a call of their queues.
    #[inline]
    pub(super) fn refresh_free(&mut self, at: Timestamp, id: AgentId) {
        let agent = &self.agents[id.index()];
        // A busy agent that was not free stays so: most of what happens to agents.
        if !agent.stays_busy() && !agent.queues.is_empty() {
            self.recount_free(at, id);
        }
    }

    fn recount_free(&mut self, at: Timestamp, id: AgentId) {
        let level = self.options.availability_level;
        let agent = &mut self.agents[id.index()];
        match agent.refresh_free(at, level) {
            (false, true) => {
                for queue in &agent.queues {
                    self.lines[queue.index()].agent_freed(at);
                }
            }
            (true, false) => {
                for queue in &agent.queues {
                    self.lines[queue.index()].agent_taken(at);
                }
            }
            (false, false) | (true, true) => {}
        }
    }

    /// Does what was due between events: rests end, bins close.
    #[cold]
    pub(super) fn wake(&mut self, at: Timestamp) {
        while let Some(&Reverse((until, id))) = self.resting.peek()
            && until <= at
        {
            self.resting.pop();
            self.refresh_free(until, AgentId(id));
        }
        self.over_time.close_bins(at, &mut self.series);
        let rest_end = self.resting.peek().map(|Reverse((until, _))| *until);
        let bin_end = self.over_time.bin_end;
        self.next_wake = rest_end.map_or(bin_end, |until| until.min(bin_end));
    }
}
