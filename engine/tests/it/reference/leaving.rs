//! A call leaves without an agent.

use engine::id::{CallId, QueueId};
use engine::output::{Departure, Refusal, Stage};
use engine::policy::{AtClose, Treatment};
use engine::{Command, Event, Rejection, Timestamp};

use super::Reference;
use super::call::{Call, Phase, Unserved};

/// How long a caller may think about a callback that is offered in place of waiting, in
/// microseconds (contract: 20 s).
const CALLBACK_ANSWER_TIME: u64 = 20_000_000;

impl Reference {
    /// What a call gets that cannot wait, or no longer.
    pub(super) fn treat(
        &mut self,
        now: Timestamp,
        id: CallId,
        then: Treatment,
        unserved: Unserved,
    ) {
        self.call_mut(id).phase = Phase::Nowhere;
        let call = self.call(id);
        let may_call_back = call.traits.callback
            && !call.is_legacy()
            && !call.is_callback
            && !call.callback_offered
            && self.rules(call.queue).callback.is_some();
        let may_go_on = call.hops < self.queues.len().min(255);
        let is_callback = call.is_callback;
        match then {
            Treatment::Voicemail if !is_callback => {
                self.call_mut(id).phase = Phase::Voicemail;
                let then = Departure::Voicemail;
                self.command(now, Command::LeaveQueue { call: id, then });
                self.event(now, Event::VoicemailStarted { call: id });
            }
            Treatment::Callback if may_call_back => {
                let call = self.call_mut(id);
                call.phase = Phase::Declining(unserved);
                call.callback_offered = true;
                call.callback_offer_at = Some(now.after(CALLBACK_ANSWER_TIME));
                self.command(now, Command::OfferCallback { call: id });
                self.event(now, Event::CallbackOffered { call: id });
            }
            Treatment::Queue(to) if may_go_on => {
                let call = self.call_mut(id);
                call.hops += 1;
                let from = call.queue;
                self.event(now, Event::CallOverflowed { call: id, from, to });
                self.come_to(now, id, to);
            }
            Treatment::Wait
            | Treatment::Voicemail
            | Treatment::HangUp
            | Treatment::Callback
            | Treatment::Queue(_) => self.say_goodbye(now, id, unserved),
        }
    }

    pub(super) fn say_goodbye(&mut self, now: Timestamp, id: CallId, unserved: Unserved) {
        let then = Departure::HangUp;
        self.command(now, Command::LeaveQueue { call: id, then });
        self.end_unserved(now, id, unserved);
    }

    fn end_unserved(&mut self, now: Timestamp, id: CallId, unserved: Unserved) {
        let call = self.call(id);
        let waited = now.since(call.arrived);
        let outcome = match unserved {
            Unserved::Refused(reason) => Event::CallRefused { call: id, reason },
            Unserved::TimedOut => Event::CallTimedOut { call: id, waited },
            Unserved::Failed => Event::CallFailed { call: id },
        };
        self.end(now, id, outcome);
    }

    /// The call's last outcome.
    pub(super) fn end(&mut self, now: Timestamp, id: CallId, outcome: Event) {
        self.event(now, outcome);
        self.calls.retain(|c| c.id != id);
    }

    pub(super) fn voicemail_left(&mut self, now: Timestamp, id: CallId) -> Result<(), Rejection> {
        if self.known_call(id)?.phase != Phase::Voicemail {
            return Err(Rejection::WrongState);
        }
        self.end(now, id, Event::VoicemailTaken { call: id });
        Ok(())
    }

    pub(super) fn caller_hung_up(&mut self, now: Timestamp, id: CallId) -> Result<(), Rejection> {
        let call = self.known_call(id)?.clone();
        let stage = match call.phase {
            Phase::Waiting | Phase::Resting => Stage::Waiting,
            Phase::Ringing => {
                self.withdraw_all_but(now, id, None);
                Stage::Ringing
            }
            Phase::Claimed(_) => {
                self.withdraw_all_but(now, id, None);
                Stage::Claimed
            }
            Phase::Voicemail => Stage::Voicemail,
            Phase::Talking(..) => return self.call_ended(now, id),
            Phase::CallbackPlacing(_) => return self.callback_unanswered(now, id),
            Phase::PickedUp(_, agent) => {
                self.becomes_idle(now, agent, true);
                Stage::Callback
            }
            Phase::Declining(unserved) => {
                self.end_unserved(now, id, unserved);
                return Ok(());
            }
            Phase::CallbackWaiting | Phase::CallbackPaused => return Err(Rejection::WrongState),
            Phase::Nowhere => unreachable!("between steps a call is somewhere"),
        };
        let stage = if call.is_callback {
            Stage::Callback
        } else {
            stage
        };
        let waited = now.since(call.arrived);
        let outcome = Event::CallAbandoned {
            call: id,
            stage,
            waited,
        };
        self.end(now, id, outcome);
        Ok(())
    }

    /// Maximum wait; a ring finishes first.
    pub(super) fn waited_too_long(&mut self, now: Timestamp, id: CallId) {
        let call = self.call_mut(id);
        call.max_wait_at = None;
        if matches!(call.phase, Phase::Ringing | Phase::Claimed(_)) {
            call.overdue = true;
        } else {
            self.time_out(now, id);
        }
    }

    pub(super) fn time_out(&mut self, now: Timestamp, id: CallId) {
        let then = self.rules(self.call(id).queue).on_timeout;
        self.leave_line_for(now, id, then, Unserved::TimedOut);
    }

    /// It loses its place, its timers, and whatever put it ahead.
    fn leave_line_for(&mut self, now: Timestamp, id: CallId, then: Treatment, unserved: Unserved) {
        let call = self.call_mut(id);
        call.forget_timers();
        call.overdue = false;
        call.front = false;
        self.treat(now, id, then, unserved);
    }

    pub(super) fn queue_opened(&mut self, now: Timestamp, queue: QueueId) -> Result<(), Rejection> {
        self.known_queue(queue)?;
        if !self.queues[queue.index()].open {
            self.queues[queue.index()].open = true;
            self.event(now, Event::QueueOpen { queue, open: true });
        }
        Ok(())
    }

    pub(super) fn queue_closed(&mut self, now: Timestamp, queue: QueueId) -> Result<(), Rejection> {
        self.known_queue(queue)?;
        if !self.queues[queue.index()].open {
            return Ok(());
        }
        self.queues[queue.index()].open = false;
        self.event(now, Event::QueueOpen { queue, open: false });
        self.clear_line_if_closed(now, queue);
        Ok(())
    }

    pub(super) fn clear_line_if_closed(&mut self, now: Timestamp, queue: QueueId) {
        // The callers on the line; those at the front of it first, then by arrival.
        let mut leavers: Vec<(bool, CallId)> = self
            .in_line(queue)
            .filter(|c| self.is_cleared(c))
            .map(|c| (!c.front, c.id))
            .collect();
        leavers.sort_unstable();
        for (_, id) in leavers {
            self.clear_at_close(now, id);
        }
    }

    /// Its queue has closed and clears its line. Callbacks are promised: they stay.
    pub(super) fn is_cleared(&self, call: &Call) -> bool {
        !self.queues[call.queue.index()].open
            && self.rules(call.queue).at_close == AtClose::Clear
            && !call.is_callback
    }

    pub(super) fn clear_at_close(&mut self, now: Timestamp, id: CallId) {
        let then = self.rules(self.call(id).queue).on_closed;
        self.leave_line_for(now, id, then, Unserved::Refused(Refusal::Closed));
    }
}
