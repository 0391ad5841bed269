//! Arming and disarming the timers of calls, agents, queues and the engine itself, each in its own
//! slot; and moving what was live over a gap of the driver.

use alloc::vec::Vec;

use crate::call;
use crate::engine::{Engine, slots};
use crate::id::{AgentId, QueueId};
use crate::time::Timestamp;
use crate::timers::{Slot, Timer};

impl Engine {
    #[inline]
    pub(crate) fn arm_call(&mut self, slot: u32, nth: u32, timer: Timer, at: Timestamp) {
        let call = &mut self.calls[slot];
        call.is_timed = true;
        self.timers
            .arm(call.timers.nth(nth), timer, call.id.0, slot, at);
    }

    #[inline]
    pub(crate) fn disarm_call(&mut self, slot: u32) {
        if self.calls[slot].is_timed {
            self.disarm_timed(slot);
        }
    }

    #[inline(never)]
    fn disarm_timed(&mut self, slot: u32) {
        let call = &mut self.calls[slot];
        call.is_timed = false;
        let block = call.timers;
        for nth in 0..call::slots::COUNT {
            self.timers.disarm(block.nth(nth));
        }
    }

    #[inline]
    pub(crate) fn arm_agent(&mut self, agent: AgentId, nth: u32, timer: Timer, at: Timestamp) {
        let slot = self.agents[agent.index()].timers.nth(nth);
        self.timers
            .arm(slot, timer, u64::from(agent.0), agent.0, at);
    }

    #[inline]
    pub(crate) fn disarm_agent(&mut self, agent: AgentId, nth: u32) {
        let slot = self.agents[agent.index()].timers.nth(nth);
        self.timers.disarm(slot);
    }

    pub(crate) fn arm_queue(&mut self, queue: QueueId, nth: u32, timer: Timer, at: Timestamp) {
        let slot = self.queues[queue.index()].timers.nth(nth);
        self.timers
            .arm(slot, timer, u64::from(queue.0), u32::from(queue.0), at);
    }

    pub(crate) fn arm_carrier_breaker(&mut self, at: Timestamp) {
        let slot = self.slots.nth(slots::CARRIER_BREAKER);
        self.timers.arm(slot, Timer::CarrierBreaker, 0, 0, at);
    }

    pub(crate) fn disarm_carrier_breaker(&mut self) {
        self.timers.disarm(self.slots.nth(slots::CARRIER_BREAKER));
    }

    pub(crate) fn arm_pace(&mut self, at: Timestamp) {
        let slot = self.slots.nth(slots::PACE);
        self.timers.arm(slot, Timer::Pace, 0, 0, at);
    }

    pub(crate) fn arm_alert_window(&mut self, at: Timestamp) {
        let slot = self.slots.nth(slots::ALERTS);
        self.timers.arm(slot, Timer::AlertWindow, 0, 0, at);
    }

    pub(crate) fn disarm_alert_window(&mut self) {
        self.timers.disarm(self.slots.nth(slots::ALERTS));
    }

    /// Leases, graces and the deadlines of offers, live when the gap began, are moved by the gap;
    /// whatever else came due in it is due at its end, once, in the order of [`Timer`].
    pub(crate) fn put_off_over_gap(&mut self, since: Timestamp, now: Timestamp) {
        let gap = now.since(since);
        let moved: Vec<(Slot, Timestamp)> = self
            .timers
            .armed()
            .filter_map(|(slot, due)| {
                let lasts = matches!(
                    due.timer,
                    Timer::HeartbeatLease | Timer::DeviceGrace | Timer::Offer
                );
                let at = if lasts {
                    due.at.after(gap)
                } else {
                    due.at.max(now)
                };
                (at > due.at).then_some((slot, at))
            })
            .collect();
        for (slot, at) in moved {
            self.timers.put_off(slot, at);
        }
    }
}
