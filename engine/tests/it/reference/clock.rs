//! What is due when: found by looking at everything.

use engine::id::{AgentId, CallId, QueueId};
use engine::output::BreakerState;
use engine::policy::Discovery;
use engine::timers::Timer;
use engine::{Event, Timestamp};

use super::Reference;

impl Reference {
    /// The next moment at which something is due, what, and whose; at one moment in the order of
    /// [`Timer`], then of the id.
    ///
    /// `Pace` is due whenever the carrier takes the next leg: looking for matches once too often
    /// finds none.
    pub(super) fn next_due(&self) -> Option<(Timestamp, Timer, u64)> {
        let next_leg = self.carrier.next_leg;
        let pace = (next_leg > self.now).then_some((next_leg.max(self.back_at), Timer::Pace, 0));
        self.armed().chain(pace).min()
    }

    /// The same without `Pace`, for comparison.
    pub(crate) fn next_deadline(&self) -> Option<(Timestamp, Timer)> {
        self.armed().map(|(at, timer, _)| (at, timer)).min()
    }

    fn armed(&self) -> impl Iterator<Item = (Timestamp, Timer, u64)> {
        let agents = self
            .agents
            .iter()
            .enumerate()
            .flat_map(|(id, who)| who.timers().map(|(at, timer)| (at, timer, id as u64)));
        let calls = self
            .calls
            .iter()
            .flat_map(|call| call.timers().map(|(at, timer)| (at, timer, call.id.0)));
        let queues = self.queues.iter().enumerate().flat_map(|(id, queue)| {
            let scan = match self.policy.queues[id].discovery {
                Discovery::Poll(_) => Timer::Scan,
                Discovery::Events { .. } => Timer::Reconcile,
            };
            [
                (queue.scan_at, scan, id as u64),
                (queue.slow_scan_at, Timer::SlowScan, id as u64),
            ]
        });
        let rest = [
            (self.carrier.breaker.opens_until(), Timer::CarrierBreaker, 0),
            (self.alarms.window_at, Timer::AlertWindow, 0),
        ];
        agents
            .chain(calls)
            .chain(queues)
            .chain(rest)
            .filter_map(|(at, timer, id)| at.map(|at| (at.max(self.back_at), timer, id)))
    }

    pub(super) fn fire(&mut self, at: Timestamp, timer: Timer, id: u64) {
        let (agent, call, queue) = (AgentId(id as u32), CallId(id), QueueId(id as u16));
        match timer {
            Timer::HeartbeatLease => self.lease_ran_out(at, agent),
            Timer::DeviceGrace => self.grace_ran_out(at, agent),
            Timer::AgentBreaker => {
                self.agent_mut(agent).breaker.half_open();
                let state = BreakerState::HalfOpen;
                self.event(at, Event::AgentBreaker { agent, state });
            }
            Timer::AgentRest => self.agent_mut(agent).rest_until = None,
            Timer::WrapUp => self.wrap_up_over(at, agent),
            Timer::Offer => self.offer_timed_out(at, agent),
            Timer::CarrierBreaker => {
                self.carrier.breaker.half_open();
                let state = BreakerState::HalfOpen;
                self.event(at, Event::CarrierBreaker { state });
            }
            Timer::MaxWait => self.waited_too_long(at, call),
            Timer::CallbackExpiry => self.callback_expired(at, call),
            Timer::CallRest => self.call_rested(at, call),
            Timer::Widen => self.set_widen(at, call),
            Timer::CallbackOffer => self.callback_offer_due(at, call),
            Timer::CallbackDue => self.callback_due(at, call),
            Timer::Announce => self.announce(at, call),
            Timer::Pace => {}
            Timer::Scan => self.scan(at, queue),
            Timer::SlowScan => self.slow_scan(at, queue),
            Timer::Reconcile => self.reconcile(at, queue),
            Timer::AlertWindow => self.alarm_window_over(at),
        }
    }

    /// The driver was away: what was live when the gap began gets the gap on top. The rest is not
    /// due before `back_at`.
    pub(super) fn extend_over_gap(&mut self, since: Timestamp, now: Timestamp) {
        let gap = now.since(since);
        for who in &mut self.agents {
            let offers = who.activity != super::agent::Activity::WrapUp;
            let grace = match &mut who.device {
                super::agent::Device::Grace(until) => Some(until),
                super::agent::Device::Connected | super::agent::Device::Unreachable => None,
            };
            let extended = [
                who.alive_until.as_mut(),
                grace,
                who.work_until.as_mut().filter(|_| offers),
            ];
            for until in extended.into_iter().flatten() {
                if *until >= since {
                    *until = until.after(gap);
                }
            }
        }
    }
}
