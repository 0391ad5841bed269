//! Whether an agent is given a call ahead of one that comes before it: what the measure
//! `priority_inversions` counts.
//!
//! Judged at the moment of the decision (the offer, or the reservation for a callback), from the
//! waiting lines and not from what the selection found: a call waits that comes before the chosen
//! one, and this agent could have been offered it. How matches are found is no excuse: a call that
//! only waits for its next scan counts. A call the agent missed lately (the tried set) and one
//! whose leg the carrier does not take cannot be offered, and do not count. Under `level_first` a
//! call comes before another by the agent's level first. A legacy call has no score and is never
//! judged.
//!
//! One look at the head of each lane of the agent's queues; nothing while nobody waits.

use core::cmp::Reverse;

use crate::call::Phase;
use crate::engine::Engine;
use crate::id::{AgentId, Level};
use crate::lane::{Lane, LineKey, Score};
use crate::policy::SelectCall;
use crate::time::{Micros, Timestamp};

/// What calls are compared by; the least comes first.
pub(crate) type Order = (Level, Reverse<Score>, LineKey);

impl Engine {
    /// Whether giving the call, which is out of line, to `agent` of `level` passes over another.
    #[inline]
    pub(crate) fn passes_over(
        &self,
        now: Timestamp,
        slot: u32,
        agent: AgentId,
        level: Level,
    ) -> bool {
        let queues = &self.agents[agent.index()].queues;
        queues
            .iter()
            .any(|(queue, _)| self.queues[queue.index()].in_line > 0)
            && self.passes_over_waiting(now, slot, agent, level)
    }

    #[inline(never)]
    fn passes_over_waiting(&self, now: Timestamp, slot: u32, agent: AgentId, level: Level) -> bool {
        let call = &self.calls[slot];
        let key = LineKey::of(call, slot);
        let own = (call.queue, call.lane as usize);
        let by_level = |level| match self.policy.select_call {
            SelectCall::LevelFirst => level,
            SelectCall::LongestWaiting => 0,
        };
        let chosen = || -> Order {
            let lane = &self.queues[own.0.index()].lanes[own.1];
            (by_level(level), Reverse(lane.score(key, now)), key)
        };
        let who = &self.agents[agent.index()];
        let presence = who.presence();
        let takes_legs = self.carrier_takes_legs(now);
        who.queues.iter().any(|(queue, level)| {
            let state = &self.queues[queue.index()];
            let is_open_to = state.in_line > 0 && (takes_legs || !state.rules.push);
            let Some(after) = state.rules.reaches(*level).filter(|_| is_open_to) else {
                return false;
            };
            state.lanes.iter().enumerate().any(|(i, lane)| {
                let Some(head) = lane.ready.first() else {
                    return false;
                };
                // In its own lane the keys are the order.
                let leads = (*queue, i) == own && key < head;
                !leads
                    && lane.features.need <= presence
                    && self.is_ahead_in(now, lane, after, agent, takes_legs, |score, key| {
                        (by_level(*level), Reverse(score), key) < chosen()
                    })
            })
        })
    }

    /// Whether `lane` holds a call that `is_ahead`, has waited `after` and may be offered to
    /// `agent`.
    fn is_ahead_in(
        &self,
        now: Timestamp,
        lane: &Lane,
        after: Micros,
        agent: AgentId,
        takes_legs: bool,
        is_ahead: impl Fn(Score, LineKey) -> bool,
    ) -> bool {
        for i in 0..lane.ready.len() {
            let Some(key) = lane.ready.get(i) else {
                break;
            };
            if !is_ahead(lane.score(key, now), key) {
                break;
            }
            let call = &self.calls[key.slot()];
            if now.since(call.arrived) < after {
                // Those behind have waited less, unless this one was sent to the front.
                if key.is_front() {
                    continue;
                }
                break;
            }
            let needs_leg = call.phase == Phase::CallbackWaiting;
            if (takes_legs || !needs_leg) && !call.has_tried(agent, now) {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::Engine;
    use crate::id::{AgentId, CallId, CallerKey, ClassId, OfferId, QueueId};
    use crate::input::{AgentStatus, Input};
    use crate::output::{Event, Outbox, What};
    use crate::policy::{Feature, Policy, QueuePolicy, Share};
    use crate::time::Timestamp;
    use alloc::boxed::Box;
    use alloc::vec;

    /// Two calls wait, an agent becomes free, and a faulty router gives it the call in `place`.
    fn connected_by_a_router_that_takes(place: usize) -> bool {
        let mut policy = Policy {
            queues: vec![QueuePolicy::default()],
            ..Policy::default()
        };
        for feature in [Feature::EnhancedQueue, Feature::ContinuousDiscovery] {
            policy.features.set(feature, Share::ALL);
        }
        let mut engine = Engine::new(policy).expect("a sound policy");
        let mut out = Outbox::new();
        let (agent, queue) = (AgentId(0), QueueId(0));
        let queues = Box::new([(queue, 1)]);
        let mut take = |engine: &mut Engine, at: u64, input: Input| {
            engine
                .handle(Timestamp(at), input, &mut out)
                .expect("taken");
        };
        take(&mut engine, 0, Input::AgentAssigned { agent, queues });
        for i in 0..2 {
            let arrival = Input::CallArrived {
                call: CallId(i),
                caller: CallerKey(i),
                queue,
                class: ClassId(0),
            };
            take(&mut engine, i, arrival);
        }
        // What a step does, but for the choice of the call.
        let now = Timestamp(2);
        engine.advance_to(now, &mut out);
        let status = AgentStatus::Available;
        engine
            .agent_status_changed(now, agent, status, &mut out)
            .expect("taken");
        let lane = &engine.queues[0].lanes[0];
        let slot = lane.ready.get(place).expect("it waits").slot();
        let key = engine
            .select_agent(now, slot, 1, false)
            .expect("it is free");
        engine.leave_line(slot);
        engine.ring_agents(now, slot, key, &mut out);
        let offer = OfferId::new(0, agent);
        for input in [Input::OfferAnswered { offer }, Input::CallBridged { offer }] {
            engine.handle(now, input, &mut out).expect("taken");
        }
        out.iter()
            .find_map(|output| match output.what {
                What::Event(Event::CallConnected { inversion, .. }) => Some(inversion),
                What::Event(_) | What::Command(..) => None,
            })
            .expect("it is connected")
    }

    #[test]
    fn a_router_that_takes_the_second_call_in_line_is_found_out() {
        assert!(connected_by_a_router_that_takes(1));
        assert!(!connected_by_a_router_that_takes(0));
    }
}
