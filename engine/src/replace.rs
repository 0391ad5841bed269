//! Changing the rules while calls wait: a new policy, or one feature's share; and what the engine
//! takes from the policy as a whole.

use alloc::vec::Vec;

use crate::agent;
use crate::breaker::Breaker;
use crate::call::{self, CallFeatures, Phase};
use crate::engine::Engine;
use crate::id::{AgentId, QueueId};
use crate::output::{BreakerState, Event, Outbox};
use crate::policy::{Feature, Policy, Rotation, Share};
use crate::queue::{self, Queue, pending};
use crate::rejection::Rejection;
use crate::rules::Rules;
use crate::time::Timestamp;

impl Engine {
    /// A new policy: waiting calls keep their features and their place and take the new queue
    /// settings; open offers finish; a queue that holds calls cannot be removed. Who waits in a queue
    /// that is closed is cleared if the new policy clears: whoever fails to be served from then on is.
    pub(crate) fn policy_replaced(
        &mut self,
        now: Timestamp,
        policy: Policy,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        policy.check().map_err(|_| Rejection::BadPolicy)?;
        let kept = policy.queues.len();
        if self
            .calls
            .iter()
            .any(|(_, call)| call.queue.index() >= kept)
            || self.queues.iter().skip(kept).any(|q| q.wrapping > 0)
        {
            return Err(Rejection::BadPolicy);
        }
        for i in 0..self.agents.len() {
            let agent = crate::id::AgentId(i as u32);
            if self.agents[i].queues.iter().any(|(q, _)| q.index() >= kept) {
                let left: Vec<_> = self.agents[i]
                    .queues
                    .iter()
                    .copied()
                    .filter(|(q, _)| q.index() < kept)
                    .collect();
                self.assign(now, agent, left.into_boxed_slice());
            }
        }
        for removed in self.queues.drain(kept.min(self.queues.len())..) {
            for nth in 0..queue::slots::COUNT {
                self.timers.disarm(removed.timers.nth(nth));
            }
        }
        self.to_route.retain(|q| q.index() < kept);
        for (i, queue) in policy.queues.iter().enumerate() {
            match self.queues.get_mut(i) {
                Some(state) => {
                    let was_events = state.rules.events;
                    state.rules = Rules::of(queue);
                    if was_events && !state.rules.events {
                        // What an event marked now waits for a scan.
                        state.pending &= !pending::CONTINUOUS;
                    }
                    for lane in &mut state.lanes {
                        lane.weigh(&queue.priority);
                    }
                }
                None => {
                    let block = self.timers.block(queue::slots::COUNT);
                    self.queues.push(Queue::new(queue, block));
                }
            }
        }
        let queues = &self.queues;
        self.to_route.retain(|q| queues[q.index()].pending != 0);
        self.policy_features = policy.features;
        self.policy = policy;
        self.override_features();
        self.take_rules();
        self.arm_scans(now);
        self.rearm_waiting(now);
        self.mark_events_queues();
        out.event(now, Event::PolicyApplied);
        self.drop_removed_breakers(now, out);
        self.arm_alerts(now);
        self.clear_stale_alerts(now, out);
        for i in 0..kept {
            self.clear_if_closed(now, QueueId(i as u16), out);
        }
        Ok(())
    }

    /// What an operator set at runtime holds under every policy: a rollback is not undone by the
    /// next push of a policy file.
    fn override_features(&mut self) {
        self.policy.features = self.policy_features;
        for feature in Feature::ALL {
            if let Some(share) = self.overrides[feature as usize] {
                self.policy.features.set(feature, share);
            }
        }
    }

    pub(crate) fn feature_set(
        &mut self,
        now: Timestamp,
        feature: Feature,
        share: Share,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        if share > Share::ALL {
            return Err(Rejection::BadShare);
        }
        self.overrides[feature as usize] = Some(share);
        self.feature_changed(now, feature, out);
        Ok(())
    }

    pub(crate) fn feature_cleared(
        &mut self,
        now: Timestamp,
        feature: Feature,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        if self.overrides[feature as usize].take().is_some() {
            self.feature_changed(now, feature, out);
        }
        Ok(())
    }

    fn feature_changed(&mut self, now: Timestamp, feature: Feature, out: &mut Outbox) {
        self.override_features();
        self.take_rules();
        self.arm_scans(now);
        let share = self.policy.features.share(feature);
        out.event(now, Event::FeatureShareSet { feature, share });
    }

    /// Waiting calls take the new queue's limits, from when they joined.
    fn rearm_waiting(&mut self, now: Timestamp) {
        let waiting: Vec<u32> = self
            .calls
            .iter()
            .filter(|(_, call)| {
                matches!(
                    call.phase,
                    Phase::Waiting
                        | Phase::Resting
                        | Phase::Ringing
                        | Phase::Claimed(_)
                        | Phase::CallbackWaiting
                        | Phase::CallbackPaused
                        | Phase::CallbackPlacing(_)
                        | Phase::CallbackAnswered(_)
                ) && !call.legacy
            })
            .map(|(slot, _)| slot)
            .collect();
        for slot in waiting {
            let block = self.calls[slot].timers;
            for nth in [
                call::slots::MAX_WAIT,
                call::slots::WIDEN,
                call::slots::CALLBACK,
                call::slots::ANNOUNCE,
            ] {
                self.timers.disarm(block.nth(nth));
            }
            self.calls[slot].overdue = false;
            self.arm_waiting(now, slot);
            if let Phase::CallbackWaiting | Phase::CallbackPaused | Phase::CallbackPlacing(_) =
                self.calls[slot].phase
            {
                self.arm_callback_expiry(now, slot);
            }
        }
    }

    /// A breaker that the policy no longer has holds nothing back, and remembers nothing should it
    /// come back.
    fn drop_removed_breakers(&mut self, now: Timestamp, out: &mut Outbox) {
        let state = BreakerState::Closed;
        if self.policy.breakers.carrier.is_none() {
            let was = core::mem::replace(&mut self.carrier.breaker, Breaker::CLOSED);
            self.carrier.probe = None;
            self.disarm_carrier_breaker();
            if was.is_open() || was.is_half_open() {
                out.event(now, Event::CarrierBreaker { state });
            }
        }
        if self.policy.breakers.agent.is_none() {
            for i in 0..self.agents.len() {
                let was = core::mem::replace(&mut self.agents[i].breaker, Breaker::CLOSED);
                if was.is_open() || was.is_half_open() {
                    let agent = AgentId(i as u32);
                    self.disarm_agent(agent, agent::slots::BREAKER);
                    out.event(now, Event::AgentBreaker { agent, state });
                    self.count_staff(agent);
                    self.reindex(now, agent);
                }
            }
        }
    }

    fn mark_events_queues(&mut self) {
        for i in 0..self.queues.len() {
            if self.queues[i].rules.events && self.queues[i].in_line > 0 {
                self.mark(QueueId(i as u16), pending::CONTINUOUS);
            }
        }
    }

    /// What follows from the policy as a whole.
    pub(crate) fn take_rules(&mut self) {
        self.carrier.spacing = self
            .policy
            .carrier
            .calls_per_second_milli
            .map_or(0, |rate| 1_000_000_000 / u64::from(rate));
        let by_load = |r: Rotation| matches!(r, Rotation::LeastOccupied | Rotation::BestScore);
        let balances = self.policy.features.share(Feature::LoadBalancing).0 > 0;
        let tracks_load = balances || self.policy.queues.iter().any(|q| by_load(q.rotation));
        if tracks_load && !self.tracks_load {
            // Busy shares count from when somebody looks at them.
            for who in &mut self.agents {
                who.tally.age(self.now, false);
            }
        }
        self.tracks_load = tracks_load;
        let features = &self.policy.features;
        self.usual_need = CallFeatures::of(features, 5_000).need;
        let (first, last) = (
            CallFeatures::of(features, 0),
            CallFeatures::of(features, 9_999),
        );
        self.same_for_all = (first == last).then_some(first);
        self.rebuild_idle_sets();
        self.prepare_learning();
    }
}
