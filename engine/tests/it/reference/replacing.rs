//! New rules while calls wait.

use engine::id::{AgentId, CallId};
use engine::policy::{Feature, Policy, Share};
use engine::{Event, Rejection, Timestamp};

use super::agent::Activity;
use super::call::Phase;
use super::{Queue, Reference};

impl Reference {
    pub(super) fn policy_replaced(
        &mut self,
        now: Timestamp,
        policy: Policy,
    ) -> Result<(), Rejection> {
        let kept = policy.queues.len();
        let in_use = self.calls.iter().any(|c| c.queue.index() >= kept)
            || self
                .agents
                .iter()
                .any(|who| who.activity == Activity::WrapUp && who.last_queue.index() >= kept);
        if policy.check().is_err() || in_use {
            return Err(Rejection::BadPolicy);
        }
        for i in 0..self.agents.len() {
            let mut queues = self.agents[i].queues.clone();
            queues.retain(|(queue, _)| queue.index() < kept);
            if queues != self.agents[i].queues {
                self.reassign(AgentId(i as u32), queues);
            }
        }
        self.queues.truncate(kept);
        for queue in &policy.queues[self.queues.len()..] {
            self.queues.push(Queue::new(queue));
        }
        self.policy = policy;
        self.set_scans(now);
        self.set_alarm_window(now);
        let ids: Vec<CallId> = self.calls.iter().map(|c| c.id).collect();
        for id in ids {
            let call = self.call_mut(id);
            if call.is_waiting_on_the_phone() {
                call.overdue = false;
                self.set_waiting_timers(now, id);
            } else if matches!(
                call.phase,
                Phase::CallbackWaiting | Phase::CallbackPaused | Phase::CallbackPlacing(_)
            ) {
                self.set_widen(now, id);
            }
        }
        self.event(now, Event::PolicyApplied);
        Ok(())
    }

    pub(super) fn feature_set(
        &mut self,
        now: Timestamp,
        feature: Feature,
        share: Share,
    ) -> Result<(), Rejection> {
        if share > Share::ALL {
            return Err(Rejection::BadShare);
        }
        self.policy.features.set(feature, share);
        self.set_scans(now);
        self.event(now, Event::FeatureShareSet { feature, share });
        Ok(())
    }
}
