//! A call leaves without an agent: treatments, timeouts, hang-ups. The one place where a call
//! that was not connected gets its outcome.

use crate::call::{self, Phase, Refused};
use crate::engine::Engine;
use crate::id::{CallId, QueueId};
use crate::lane::LineKey;
use crate::output::{Command, Departure, Event, Outbox, Refusal, Stage};
use crate::policy::{AtClose, Treatment};
use crate::rejection::Rejection;
use crate::time::{Micros, Timestamp};
use crate::timers::Timer;
use alloc::vec::Vec;

/// How long a caller may think about a callback that is offered in place of waiting.
const CALLBACK_ANSWER_TIME: Micros = 20_000_000;

impl Engine {
    /// What a call gets that cannot wait (any longer). It must not be in line.
    pub(crate) fn treat(
        &mut self,
        now: Timestamp,
        slot: u32,
        then: Treatment,
        refused: Refused,
        out: &mut Outbox,
    ) {
        let call = &mut self.calls[slot];
        let id = call.id;
        match then {
            Treatment::Voicemail if !call.is_callback => {
                call.phase = Phase::Voicemail;
                let then = Departure::Voicemail;
                self.command(now, Command::LeaveQueue { call: id, then }, out);
                out.event(now, Event::VoicemailStarted { call: id });
            }
            Treatment::Callback
                if call.features.callback
                    && !call.legacy
                    && !call.is_callback
                    && !call.callback_offered
                    && self.policy.queues[call.queue.index()].callback.is_some() =>
            {
                call.phase = Phase::Declining(refused);
                call.callback_offered = true;
                self.command(now, Command::OfferCallback { call: id }, out);
                out.event(now, Event::CallbackOffered { call: id });
                let at = now.after(CALLBACK_ANSWER_TIME);
                self.arm_call(slot, call::slots::CALLBACK, Timer::CallbackOffer, at);
            }
            Treatment::Queue(to) if usize::from(call.hops) < self.queues.len().min(255) => {
                call.hops += 1;
                let from = call.queue;
                let (legacy, kind) = (call.legacy, (call.class, call.features));
                out.event(now, Event::CallOverflowed { call: id, from, to });
                if legacy {
                    // It is never held: its one attempt is made at the other queue.
                    self.calls[slot].queue = to;
                    self.attempt_legacy(now, slot, out);
                } else {
                    self.join(now, slot, to, kind, out);
                }
            }
            Treatment::Wait
            | Treatment::Voicemail
            | Treatment::HangUp
            | Treatment::Callback
            | Treatment::Queue(_) => self.end_unserved(now, slot, refused, out),
        }
    }

    /// Ends the call: goodbye, with the outcome of what kept it from an agent.
    pub(crate) fn end_unserved(
        &mut self,
        now: Timestamp,
        slot: u32,
        refused: Refused,
        out: &mut Outbox,
    ) {
        let call = self.calls[slot].id;
        let then = Departure::HangUp;
        self.command(now, Command::LeaveQueue { call, then }, out);
        self.end_refused(now, slot, refused, out);
    }

    /// The outcome of a call that was not served, its caller gone.
    fn end_refused(&mut self, now: Timestamp, slot: u32, refused: Refused, out: &mut Outbox) {
        let state = &self.calls[slot];
        debug_assert!(
            !state.is_callback,
            "invariant: a callback is promised, no limit of a queue ends it"
        );
        let (call, waited) = (state.id, now.since(state.arrived));
        out.event(
            now,
            match refused {
                Refused::At(reason) => Event::CallRefused { call, reason },
                Refused::TimedOut => Event::CallTimedOut { call, waited },
                Refused::Failed => Event::CallFailed { call },
            },
        );
        self.alerts.ended(false);
        self.forget(slot);
    }

    /// Drops an ended call.
    pub(crate) fn forget(&mut self, slot: u32) {
        self.disarm_call(slot);
        if self.arriving == Some(slot) {
            self.arriving = None;
        }
        self.calls.remove(slot);
    }

    pub(crate) fn voicemail_left(
        &mut self,
        now: Timestamp,
        call: CallId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let slot = self.slot(call)?;
        if self.calls[slot].phase != Phase::Voicemail {
            return Err(Rejection::WrongState);
        }
        out.event(now, Event::VoicemailTaken { call });
        self.alerts.ended(false);
        self.forget(slot);
        Ok(())
    }

    pub(crate) fn caller_hung_up(
        &mut self,
        now: Timestamp,
        call: CallId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let slot = self.slot(call)?;
        let state = &self.calls[slot];
        let (legacy, is_callback) = (state.legacy, state.is_callback);
        let stage = match state.phase {
            Phase::Waiting | Phase::Resting => {
                self.learn_abandoned(now, slot);
                self.leave_queue(slot);
                Stage::Waiting
            }
            Phase::Ringing => {
                self.withdraw_all(now, slot, out);
                if !legacy {
                    self.leave_queue(slot);
                }
                Stage::Ringing
            }
            Phase::Claimed(agent) => {
                self.release_claim(now, agent, out);
                if !legacy {
                    self.leave_queue(slot);
                }
                Stage::Claimed
            }
            Phase::Talking(..) => return self.call_ended(now, call, out),
            Phase::Voicemail => Stage::Voicemail,
            Phase::Declining(refused) => {
                self.end_refused(now, slot, refused, out);
                return Ok(());
            }
            Phase::CallbackPlacing(_) => return self.callback_unanswered(now, call, out),
            Phase::CallbackAnswered(agent) => {
                self.free_reserved(now, slot, agent, out);
                self.leave_queue(slot);
                Stage::Callback
            }
            // The caller is not on the line.
            Phase::CallbackWaiting | Phase::CallbackPaused => return Err(Rejection::WrongState),
        };
        let stage = if is_callback { Stage::Callback } else { stage };
        let waited = now.since(self.calls[slot].arrived);
        out.event(
            now,
            Event::CallAbandoned {
                call,
                stage,
                waited,
            },
        );
        self.alerts.ended(false);
        self.forget(slot);
        Ok(())
    }

    /// Maximum wait. While it rings, the ring finishes first.
    pub(crate) fn waited_too_long(&mut self, now: Timestamp, slot: u32, out: &mut Outbox) {
        match self.calls[slot].phase {
            Phase::Waiting | Phase::Resting => self.time_out(now, slot, out),
            Phase::Ringing | Phase::Claimed(_) => self.calls[slot].overdue = true,
            // A callback has no maximum wait; the others are in no line.
            Phase::Talking(..)
            | Phase::Voicemail
            | Phase::Declining(_)
            | Phase::CallbackWaiting
            | Phase::CallbackPaused
            | Phase::CallbackPlacing(_)
            | Phase::CallbackAnswered(_) => {
                unreachable!("invariant: only who waits on the phone has a longest wait")
            }
        }
    }

    /// The call leaves its queue by `on_timeout`.
    pub(crate) fn time_out(&mut self, now: Timestamp, slot: u32, out: &mut Outbox) {
        self.leave_queue(slot);
        self.disarm_call(slot);
        self.calls[slot].overdue = false;
        self.calls[slot].front = false;
        let queue = self.calls[slot].queue;
        let then = self.policy.queues[queue.index()].on_timeout;
        self.treat(now, slot, then, Refused::TimedOut, out);
    }

    pub(crate) fn queue_opened(
        &mut self,
        now: Timestamp,
        queue: QueueId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        self.known_queue(queue)?;
        if !self.queues[queue.index()].open {
            self.queues[queue.index()].open = true;
            out.event(now, Event::QueueOpen { queue, open: true });
        }
        Ok(())
    }

    pub(crate) fn queue_closed(
        &mut self,
        now: Timestamp,
        queue: QueueId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        self.known_queue(queue)?;
        if !self.queues[queue.index()].open {
            return Ok(());
        }
        self.queues[queue.index()].open = false;
        out.event(now, Event::QueueOpen { queue, open: false });
        self.clear_if_closed(now, queue, out);
        Ok(())
    }

    /// The callers on the line of a closed queue that clears leave it, in order of arrival.
    pub(crate) fn clear_if_closed(&mut self, now: Timestamp, queue: QueueId, out: &mut Outbox) {
        let clears = self.policy.queues[queue.index()].at_close == AtClose::Clear;
        if clears && !self.queues[queue.index()].open {
            for slot in self.waiting_in(queue) {
                self.clear_at_close(now, slot, out);
            }
        }
    }

    /// Whether the call's queue has closed and clears its line. Callbacks are promised: they stay.
    pub(crate) fn is_cleared(&self, slot: u32) -> bool {
        let call = &self.calls[slot];
        let queue = call.queue.index();
        !self.queues[queue].open
            && self.policy.queues[queue].at_close == AtClose::Clear
            && !call.is_callback
    }

    /// A call leaves its closed queue by `on_closed`.
    pub(crate) fn clear_at_close(&mut self, now: Timestamp, slot: u32, out: &mut Outbox) {
        self.leave_queue(slot);
        self.disarm_call(slot);
        self.calls[slot].front = false;
        let then = self.policy.queues[self.calls[slot].queue.index()].on_closed;
        self.treat(now, slot, then, Refused::At(Refusal::Closed), out);
    }

    /// The callers on the line of a queue, callbacks apart, in order of arrival.
    fn waiting_in(&self, queue: QueueId) -> Vec<u32> {
        let mut keys: Vec<LineKey> = self.queues[queue.index()]
            .lanes
            .iter()
            .flat_map(|lane| lane.ready.iter().chain(lane.resting.iter()))
            .filter(|key| !self.calls[key.slot()].is_callback)
            .collect();
        keys.sort_unstable();
        keys.into_iter().map(LineKey::slot).collect()
    }
}
