//! What the engine tells the estimators, and what it asks them.
//!
//! A queue learns only while its policy announces waits; the others pay nothing.

use alloc::boxed::Box;

use crate::agent::Activity;
use crate::engine::Engine;
use crate::estimate::{Estimate, Learning, Line, LineState};
use crate::id::{AgentId, QueueId};
use crate::lane::LineKey;
use crate::time::{Micros, Timestamp, micros};

impl Engine {
    /// Gives every queue that announces waits something to learn with.
    pub(crate) fn prepare_learning(&mut self) {
        self.learns = false;
        for (queue, policy) in self.queues.iter_mut().zip(&self.policy.queues) {
            if policy.announce.is_some_and(|a| a.wait) {
                self.learns = true;
                let classes = policy.priority.len().max(1);
                queue
                    .learning
                    .get_or_insert_with(|| Box::new(Learning::new(self.now, classes)));
            } else {
                queue.learning = None;
            }
        }
    }

    /// Something about the queue's line or agents changed.
    #[inline]
    pub(crate) fn touch(&mut self, queue: QueueId) {
        if self.learns {
            self.note_touched(queue);
        }
    }

    #[inline(never)]
    fn note_touched(&mut self, queue: QueueId) {
        let state = &mut self.queues[queue.index()];
        if state.learning.is_some() && !state.is_touched {
            state.is_touched = true;
            self.touched.push(queue);
        }
    }

    #[inline]
    pub(crate) fn touch_queues_of(&mut self, agent: AgentId) {
        if self.learns {
            self.note_touched_of(agent);
        }
    }

    #[inline(never)]
    fn note_touched_of(&mut self, agent: AgentId) {
        for i in 0..self.agents[agent.index()].queues.len() {
            let queue = self.agents[agent.index()].queues[i].0;
            self.note_touched(queue);
        }
    }

    /// The lines as they are at the end of the step.
    pub(crate) fn learn_lines(&mut self, now: Timestamp) {
        let need = self.usual_need;
        for queue in self.touched.drain(..) {
            let Some(state) = self.queues.get_mut(queue.index()) else {
                continue;
            };
            state.is_touched = false;
            let line = Line {
                waiting: state.in_line,
                staffed: state.staff(need),
                busy: state.talking + state.wrapping,
                idle: state.n_idle(need),
            };
            if let Some(learning) = &mut state.learning {
                learning.line_changed(now, line);
            }
        }
    }

    #[inline]
    fn learner(&mut self, queue: QueueId) -> Option<&mut Learning> {
        if self.learns {
            self.queues[queue.index()].learning.as_deref_mut()
        } else {
            None
        }
    }

    /// A call joined its queue.
    #[inline]
    pub(crate) fn learn_arrived(&mut self, now: Timestamp, slot: u32) {
        let (queue, class) = (self.calls[slot].queue, self.calls[slot].class);
        if let Some(learning) = self.learner(queue) {
            learning.arrived(now, class.index());
        }
    }

    /// A waiting caller hung up.
    pub(crate) fn learn_abandoned(&mut self, now: Timestamp, slot: u32) {
        let queue = self.calls[slot].queue;
        if let Some(learning) = self.learner(queue) {
            learning.abandoned(now);
        }
    }

    /// A call was bridged to `agent`.
    #[inline]
    pub(crate) fn learn_answered(&mut self, now: Timestamp, slot: u32, agent: AgentId) {
        if self.learns && !self.calls[slot].legacy {
            self.learn_wait(now, slot, agent);
        }
    }

    #[inline(never)]
    fn learn_wait(&mut self, now: Timestamp, slot: u32, agent: AgentId) {
        let call = &self.calls[slot];
        let (queue, waited, told) = (call.queue, now.since(call.arrived), call.told);
        let setup = match self.agents[agent.index()].activity {
            Activity::Offered(offer) => now.since(offer.made_at),
            Activity::Idle | Activity::Reserved(_) | Activity::Talking(_) | Activity::WrapUp(_) => {
                0
            }
        };
        let estimator = self.policy.queues[queue.index()].estimator;
        if let Some(learning) = self.learner(queue) {
            learning.answered(now, waited, setup);
            if let Some((at, said)) = told {
                learning.realised(estimator, &said, now.since(at));
            }
        }
    }

    /// An agent is done with a call of this queue.
    #[inline]
    pub(crate) fn learn_handled(&mut self, now: Timestamp, queue: QueueId, handle: Micros) {
        self.touch(queue);
        if let Some(learning) = self.learner(queue) {
            learning.handled(now, handle);
        }
    }

    /// The remaining wait of a call in line, if the queue's estimator knows.
    pub(crate) fn estimate(&self, now: Timestamp, slot: u32) -> Option<Estimate> {
        let call = &self.calls[slot];
        let queue = &self.queues[call.queue.index()];
        let learning = queue.learning.as_deref()?;
        let key = LineKey::of(call, slot);
        let ahead = queue.ahead(call.lane, key, now);
        let head = queue
            .lanes
            .iter()
            .filter_map(|lane| lane.ready.first().map(|key| (lane.score(key, now), key)))
            .max_by(|(a, ka), (b, kb)| a.cmp(b).then(kb.cmp(ka)))
            .map(|(_, key)| now.since(self.calls[key.slot()].arrived));
        let scan_every = match (call.features.continuous, queue.rules.poll) {
            (true, None) => 0,
            (true, Some(every)) => every,
            (false, _) => queue.rules.slow_poll,
        };
        let scan = if call.features.continuous {
            crate::queue::slots::SCAN
        } else {
            crate::queue::slots::SLOW
        };
        let next_scan = if scan_every == 0 {
            0
        } else {
            self.timers
                .deadline(queue.timers.nth(scan))
                .map_or(0, |at| at.since(now))
        };
        let lane = &queue.lanes[call.lane as usize];
        let score = lane.score(key, now);
        let own_aging = self.aging_of(call.queue, call.class);
        let priorities = &self.policy.queues[call.queue.index()].priority;
        let spans = priorities.iter().map(|priority| {
            let head_start = u128::from(micros(priority.head_start)) * 1000;
            let credit = if call.features.priority {
                head_start.saturating_sub(score)
            } else {
                0
            };
            u64::try_from(credit / u128::from(own_aging.max(1))).unwrap_or(u64::MAX)
        });
        let state = LineState {
            now,
            ahead: u32::try_from(ahead).unwrap_or(u32::MAX),
            staffed: queue.staff(call.features.need),
            idle: queue.n_idle(call.features.need),
            waited: now.since(call.arrived),
            head_waited: head.filter(|_| ahead > 0),
            next_scan,
            scan_every,
            overtaking: learning.overtaking(now, spans),
        };
        let estimator = self.policy.queues[call.queue.index()].estimator;
        learning.estimate(estimator, &state)
    }

    /// In thousandths.
    fn aging_of(&self, queue: QueueId, class: crate::id::ClassId) -> u32 {
        self.policy.queues[queue.index()]
            .priority
            .get(class.index())
            .copied()
            .unwrap_or_default()
            .aging_milli
    }
}
