//! One queue: how long it is, who works for it, when it is looked through.

use serde::{Deserialize, Serialize};

use super::{Demand, View};
use crate::call::Phase;
use crate::id::QueueId;
use crate::queue::slots;
use crate::time::{Micros, Timestamp};

/// A queue.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct QueueView {
    /// Which.
    pub queue: QueueId,
    /// Within its hours: calls may join.
    pub open: bool,
    /// Calls in line: waiting, resting, due callbacks.
    pub in_line: u32,
    /// Of these: resting after too many failed offers.
    pub resting: u32,
    /// Of these: due callbacks.
    pub callbacks: u32,
    /// Calls being offered, claimed, or called back.
    pub in_hand: u32,
    /// Callbacks before their time or between attempts.
    pub paused: u32,
    /// Calls that take one of the queue's `max_length` places: all of the above.
    pub held: u32,
    /// Calls with an agent.
    pub talking: u32,
    /// The longest wait of a caller on the line, in microseconds; `None` = nobody waits.
    pub longest_wait: Option<Micros>,
    /// Agents that are available or on a break.
    pub signed_in: u32,
    /// Agents that want work, their breakers not open, who meet each demand, by `Demand as usize`.
    pub staffed: [u32; 3],
    /// Of these: who could be offered a call now.
    pub free: [u32; 3],
    /// Agents in after-call work for one of its calls.
    pub wrapping: u32,
    /// The next scan (poll or reconcile); `None` = events alone.
    pub next_scan: Option<Timestamp>,
    /// The next scan for calls without `continuous_discovery`; `None` = there are none.
    pub next_slow_scan: Option<Timestamp>,
}

impl QueueView {
    /// Agents that could be offered a call with this demand now.
    #[must_use]
    pub fn free_for(&self, demand: Demand) -> u32 {
        self.free[demand as usize]
    }
}

impl View<'_> {
    pub(super) fn view_queue(&self, queue: QueueId) -> QueueView {
        use crate::call::Need;
        let state = &self.engine.queues[queue.index()];
        let calls = || {
            let calls = self.engine.calls.iter().map(|(_, call)| call);
            calls.filter(move |call| call.queue == queue && !call.legacy)
        };
        let count =
            |of: &dyn Fn(Phase) -> bool| calls().filter(|call| of(call.phase)).count() as u32;
        let needs = [Need::Status, Need::Alive, Need::Reachable];
        let deadline = |nth| self.engine.timers.deadline(state.timers.nth(nth));
        QueueView {
            queue,
            open: state.open,
            in_line: state.in_line,
            resting: count(&|phase| phase == Phase::Resting),
            callbacks: count(&|phase| phase == Phase::CallbackWaiting),
            in_hand: count(&|phase| {
                matches!(
                    phase,
                    Phase::Ringing
                        | Phase::Claimed(_)
                        | Phase::CallbackPlacing(_)
                        | Phase::CallbackAnswered(_)
                )
            }),
            paused: count(&|phase| phase == Phase::CallbackPaused),
            held: state.held,
            talking: state.talking,
            longest_wait: calls()
                .filter(|call| matches!(call.phase, Phase::Waiting | Phase::Resting))
                .map(|call| self.now.since(call.arrived))
                .max(),
            signed_in: state.signed_in,
            staffed: needs.map(|need| state.staff(need)),
            free: needs.map(|need| state.n_idle(need)),
            wrapping: state.wrapping,
            next_scan: deadline(slots::SCAN),
            next_slow_scan: deadline(slots::SLOW),
        }
    }
}
