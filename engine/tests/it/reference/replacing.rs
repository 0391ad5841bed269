//! New rules while calls wait.

use engine::id::{AgentId, CallId, QueueId};
use engine::output::BreakerState;
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
                self.reassign(now, AgentId(i as u32), queues);
            }
        }
        self.queues.truncate(kept);
        for i in 0..self.queues.len() {
            // What a scan found before events took over is theirs; after them it takes a new scan.
            if self.is_matched_by_events(QueueId(i as u16)) {
                self.queues[i].scanned = false;
            }
        }
        for queue in &policy.queues[self.queues.len()..] {
            self.queues.push(Queue::new(queue));
        }
        self.written = policy;
        self.take_policy(now);
        self.set_alarm_window(now);
        let ids: Vec<CallId> = self.calls.iter().map(|c| c.id).collect();
        for id in ids {
            let call = self.call_mut(id);
            if call.is_waiting_on_the_phone() {
                call.overdue = false;
                self.set_waiting_timers(now, id);
            } else if matches!(
                call.phase,
                Phase::CallbackWaiting
                    | Phase::CallbackPaused
                    | Phase::CallbackPlacing(_)
                    | Phase::PickedUp(..)
            ) {
                if !matches!(call.phase, Phase::PickedUp(..)) {
                    self.set_expiry(now, id);
                }
                self.set_widen(now, id);
            }
        }
        self.event(now, Event::PolicyApplied);
        self.forget_breakers(now);
        self.drop_alarms(now);
        for queue in (0..kept).map(|i| QueueId(i as u16)) {
            self.clear_line_if_closed(now, queue);
        }
        Ok(())
    }

    /// A breaker that is in the policy no more is closed.
    fn forget_breakers(&mut self, now: Timestamp) {
        let state = BreakerState::Closed;
        if self.policy.breakers.carrier.is_none() && self.carrier.forget_breaker() {
            self.event(now, Event::CarrierBreaker { state });
        }
        if self.policy.breakers.agent.is_none() {
            for i in 0..self.agents.len() {
                if self.agents[i].breaker.forget() {
                    let agent = AgentId(i as u32);
                    self.event(now, Event::AgentBreaker { agent, state });
                }
            }
        }
    }

    /// The written policy comes into force, with the shares that were set at runtime.
    fn take_policy(&mut self, now: Timestamp) {
        let kept_shares = self.keeps_busy_shares();
        self.policy = self.written.clone();
        for (feature, share) in self.set.clone() {
            self.policy.features.set(feature, share);
        }
        if self.keeps_busy_shares() && !kept_shares {
            for who in &mut self.agents {
                who.was_busy(false, now);
            }
        }
        self.set_scans(now);
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
        self.set.push((feature, share));
        self.take_policy(now);
        self.event(now, Event::FeatureShareSet { feature, share });
        Ok(())
    }

    pub(super) fn feature_cleared(
        &mut self,
        now: Timestamp,
        feature: Feature,
    ) -> Result<(), Rejection> {
        if self.set.iter().any(|(set, _)| *set == feature) {
            self.set.retain(|(set, _)| *set != feature);
            self.take_policy(now);
            let share = self.written.features.share(feature);
            self.event(now, Event::FeatureShareSet { feature, share });
        }
        Ok(())
    }
}
