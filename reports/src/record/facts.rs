//! What the driver knows and no event says. Each fact is told at its own moment, in order with the
//! outputs.

use engine::id::{AgentId, CallId, ClassId, QueueId};
use engine::time::{Micros, Timestamp};

use super::agent_log::Agent;
use super::call_table::{Marks, Phase};
use super::{CallRow, Outcome, Recorder, TrueAvailability};

impl Recorder {
    /// What is true of `agent` from `at` on. Without it there is no `availability_accuracy` and no
    /// `offer_reach_rate`.
    pub fn true_availability(&mut self, at: Timestamp, agent: AgentId, truth: TrueAvailability) {
        self.keep_time(at);
        self.believe(at, agent, |agent| agent.truth = Some(truth));
    }

    /// The queues whose calls `agent` may be offered at once: those at which its level is 1 (or
    /// widened to from the first moment). Without it there is no `discovery_rate`.
    pub fn agent_serves(&mut self, at: Timestamp, agent: AgentId, queues: &[QueueId]) {
        self.keep_time(at);
        let agent_now = self.agent(agent);
        let served = std::mem::replace(&mut agent_now.queues, queues.into());
        if agent_now.forget_free() {
            for queue in &served {
                self.lines[queue.index()].agent_taken(at);
            }
        }
        self.refresh_free(at, agent);
    }

    /// `call`, which just arrived, is its caller's second or later one.
    #[inline(never)]
    pub fn redialed(&mut self, call: CallId) {
        if let Some(slot) = self.calls.find(call)
            && slot.phase != Phase::Vacant
            && slot.marks.has(Marks::COUNTED)
        {
            self.cells[slot.cell as usize].counts.redials += 1;
        }
    }

    /// A call found no free line at the carrier; the engine never sees it.
    pub fn refused_no_line(
        &mut self,
        at: Timestamp,
        queue: QueueId,
        class: ClassId,
        is_redial: bool,
    ) {
        self.never_arrived(at, queue, class, is_redial, Outcome::RefusedNoLine);
    }

    /// Nobody answered the carrier in time when the call came in, so the carrier ended it; the engine
    /// never sees it.
    pub fn failed_at_carrier(
        &mut self,
        at: Timestamp,
        queue: QueueId,
        class: ClassId,
        is_redial: bool,
    ) {
        self.never_arrived(at, queue, class, is_redial, Outcome::Failed);
    }

    #[inline(never)]
    fn never_arrived(
        &mut self,
        at: Timestamp,
        queue: QueueId,
        class: ClassId,
        is_redial: bool,
        outcome: Outcome,
    ) {
        self.keep_time(at);
        let cell = self.cell(queue, class);
        if self.window.contains(at) {
            let cell = &mut self.cells[cell];
            cell.counts.offered += 1;
            cell.counts.redials += u64::from(is_redial);
            cell.outcomes.add(outcome);
        }
        if let Some(bin) = self.bin_of_arrivals(at) {
            self.series.bins[bin].offered += 1;
        }
        if self.options.calls_csv {
            let mut row = CallRow::new(None, at, queue, class);
            row.outcome = Some(outcome);
            self.rows.push(row);
        }
    }

    /// The events that follow, until the next word of it, tell of what truly happened `delay`
    /// microseconds before the server heard of it. Without it what the server hears is taken to have
    /// just happened, as in production.
    #[inline]
    pub fn heard_late(&mut self, delay: Micros) {
        self.heard_late = delay;
    }

    /// One request to the carrier. What answers a webhook is none, nor what an agent's own
    /// device does.
    pub fn carrier_request(&mut self, at: Timestamp) {
        self.run.carrier_requests += u64::from(self.window.contains(at));
    }

    /// One commit to the store: it took that long, microseconds (below 71 minutes), and what its step says, told next,
    /// leaves after it.
    #[inline]
    pub fn store_commit(&mut self, at: Timestamp, took: Micros) {
        self.commit_took = u32::try_from(took).unwrap_or(u32::MAX);
        self.run.commits += u64::from(self.window.contains(at));
    }

    /// A webhook, received at `at`. `added` = how much longer its answer took than the legacy path's
    /// would have taken on the same store, microseconds; `None` = no valid answer within the
    /// carrier's limit.
    pub fn webhook_answered(&mut self, at: Timestamp, added: Option<Micros>) {
        if self.window.contains(at) {
            self.run.webhooks += 1;
            if let Some(added) = added {
                self.run.webhooks_answered += 1;
                self.response_latency.record(added);
            }
        }
    }

    /// The queue in which a call in progress stands.
    #[must_use]
    pub fn queue_of(&self, call: CallId) -> Option<QueueId> {
        self.calls.peek(call).map(|slot| slot.queue)
    }

    /// A caller answered the after-call question with 1..=5.
    pub fn survey_answered(&mut self, at: Timestamp, score: u8) {
        if self.window.contains(at) {
            self.run.survey_answers += 1;
            self.run.survey_sum += u64::from(score);
        }
    }

    /// Asks the memory for what the end of `call` with `agent` will touch; see
    /// [`engine::Engine::prefetch`].
    #[inline]
    pub fn prefetch(&self, call: CallId, agent: AgentId) {
        let who = self.agents.get(agent.index()).map(Agent::spread);
        let call = self.calls.peek(call).map(|slot| slot.in_queue_since);
        std::hint::black_box((who, call));
    }

    fn keep_time(&mut self, at: Timestamp) {
        if at >= self.next_wake {
            self.wake(at);
        }
    }
}
