//! What each event means for its call, from arrival to its outcome.

use std::hint::cold_path;

use engine::id::{AgentId, CallId, ClassId, QueueId};
use engine::output::Refusal;
use engine::time::{Micros, Timestamp};

use super::agent_log::Activity;
use super::call_table::{Marks, Phase, Slot};
use super::{Anomaly, CallRow, Outcome, Recorder};

impl Recorder {
    #[inline]
    pub(super) fn call_arrived(
        &mut self,
        at: Timestamp,
        call: CallId,
        queue: QueueId,
        class: ClassId,
        queued: bool,
    ) {
        let cell = self.cell(queue, class);
        let mut slot = Slot::new(at, queue, cell as u32);
        if self.window.contains(at) {
            slot.marks.set(Marks::COUNTED);
            self.cells[cell].counts.offered += 1;
        }
        if let Some(bin) = self.bin_of_arrivals(at) {
            slot.bin = bin as u32;
            self.series.bins[bin].offered += 1;
        }
        if queued {
            slot.marks.set(Marks::QUEUED);
            slot.marks.set(Marks::IN_LINE);
            self.line_grows(at, queue);
        }
        if self.options.calls_csv {
            cold_path();
            slot.row = u32::try_from(self.rows.len()).expect("invariant: fewer than 2^32 rows");
            self.rows.push(CallRow::new(Some(call), at, queue, class));
        }
        if !self.calls.put(call, slot) {
            self.calls.note_anomaly(Anomaly::ArrivedTwice(call));
        }
    }

    #[inline]
    pub(super) fn call_queued(&mut self, call: CallId) {
        if let Some(slot) = self.calls.known(call) {
            slot.marks.set(Marks::WAITED);
        }
    }

    pub(super) fn call_overflowed(
        &mut self,
        at: Timestamp,
        call: CallId,
        from: QueueId,
        to: QueueId,
    ) {
        let Some(slot) = self.calls.known(call).filter(|s| s.phase == Phase::Open) else {
            return;
        };
        let was_since = slot.in_queue_since;
        let was_in_line = slot.marks.has(Marks::IN_LINE);
        slot.queue = to;
        slot.in_queue_since = at;
        if self.lines[from.index()].had_a_match(was_since, at) {
            slot.marks.set(Marks::OVERLOOKED);
        }
        if was_in_line {
            self.line_shrinks(at, from);
            self.line_grows(at, to);
        }
    }

    #[inline]
    pub(super) fn call_connected(
        &mut self,
        at: Timestamp,
        call: CallId,
        agent: AgentId,
        waited: Micros,
        callback: bool,
        inversion: bool,
    ) {
        let outcome = if callback {
            Outcome::CallbackConnected
        } else {
            Outcome::Connected
        };
        let (window, counts_now) = (self.window, self.window.contains(at));
        let it = self.agent(agent);
        it.turn(at, window, Activity::Talking);
        it.offer = None;
        if counts_now {
            it.handled();
        }
        self.refresh_free(at, agent);
        if self.over_time.is_kept {
            cold_path();
            self.over_time.talking.up(at);
        }
        let Some((slot, is_counted)) = self.leave(at, call, outcome) else {
            return;
        };
        if let Some(newest) = slot.announced {
            self.pair_announcements(at, newest, is_counted, slot);
        }
        // Rows and bins are of the whole run, warm-up included.
        if !callback {
            self.note(call, |row| row.wait = Some(waited));
            if let Some(bin) = self.series.bins.get_mut(slot.bin as usize) {
                bin.wait_sum += waited;
            }
        }
        if !is_counted {
            return;
        }
        let (t, cell) = (self.options.threshold, &mut self.cells[slot.cell as usize]);
        cell.counts.inversions += u64::from(inversion);
        cell.counts.fell_back += u64::from(slot.marks.has(Marks::FIRST_OFFER_FAILED));
        if callback {
            return;
        }
        cell.counts.connected_within += u64::from(waited <= t);
        cell.counts.connected_before += u64::from(waited < t);
        let could_be_told = slot.marks.has(Marks::WAITED)
            && slot.marks.has(Marks::QUEUED)
            && (slot.announced.is_some()
                || self.options.silent.get(slot.queue.index()) != Some(&true));
        cell.counts.could_be_told += u64::from(could_be_told);
        if self.options.told && could_be_told {
            cold_path();
            let arrived = Timestamp(at.0.saturating_sub(waited));
            self.told.connected(call, arrived, at);
        }
        cell.spans.connected_wait.record(waited);
        if slot.answered_at != Timestamp::NEVER {
            let bridged_at = Timestamp(at.0.saturating_sub(self.heard_late));
            cell.spans
                .dead_air
                .record(bridged_at.since(slot.answered_at));
            if slot.first_rang_at != Timestamp::NEVER {
                let delay = slot.answered_at.since(slot.first_rang_at);
                cell.spans.answer_delay.record(delay);
            }
        }
    }

    /// What the agent does next is said by the event that follows: idle, or in wrap-up.
    #[inline]
    pub(super) fn call_ended(&mut self, at: Timestamp, call: CallId, talked: Micros) {
        if self.over_time.is_kept {
            cold_path();
            self.over_time.talking.down(at);
        }
        let Some(slot) = self.calls.known(call) else {
            return;
        };
        if slot.phase != Phase::Talking {
            self.calls.note_anomaly(Anomaly::WrongPhase(call));
            return;
        }
        slot.phase = Phase::Done;
        if slot.marks.has(Marks::COUNTED) {
            self.cells[slot.cell as usize].counts.talk_sum += talked;
        }
        self.note(call, |row| row.talk = Some(talked));
        self.calls.done(call);
    }

    pub(super) fn call_abandoned(&mut self, at: Timestamp, call: CallId, waited: Micros) {
        let is_callback = self
            .calls
            .find(call)
            .is_some_and(|slot| slot.phase == Phase::Callback);
        if is_callback {
            self.settle(at, call, Outcome::CallbackFailed);
            return;
        }
        let Some((slot, is_counted)) = self.leave(at, call, Outcome::Abandoned) else {
            return;
        };
        self.announcements.forget(slot.announced);
        self.note(call, |row| row.wait = Some(waited));
        if let Some(bin) = self.series.bins.get_mut(slot.bin as usize) {
            bin.wait_sum += waited;
        }
        self.calls.done(call);
        if !is_counted {
            return;
        }
        let (t, short) = (self.options.threshold, self.options.short_abandon);
        let cell = &mut self.cells[slot.cell as usize];
        cell.counts.abandoned_within += u64::from(waited <= t);
        cell.counts.abandoned_before += u64::from(waited < t);
        cell.counts.abandoned_short += u64::from(waited <= short);
        cell.spans.abandoned_wait.record(waited);
    }

    /// The call is over with `outcome`, without a conversation.
    pub(super) fn settle(&mut self, at: Timestamp, call: CallId, outcome: Outcome) {
        if let Some((slot, _)) = self.leave(at, call, outcome) {
            self.announcements.forget(slot.announced);
            self.calls.done(call);
        }
    }

    pub(super) fn callback_taken(&mut self, at: Timestamp, call: CallId) {
        if let Some((slot, _)) = self.leave(at, call, Outcome::Callback) {
            self.announcements.forget(slot.announced);
        }
    }

    /// A refused call that reaches the greeting after all has the greeting's outcome instead.
    pub(super) fn voicemail_started(&mut self, at: Timestamp, call: CallId) {
        let Some(slot) = self.calls.known(call) else {
            return;
        };
        if let Phase::Refused(reason) = slot.phase {
            slot.phase = Phase::Open;
            let (cell, is_counted) = (slot.cell as usize, slot.marks.has(Marks::COUNTED));
            if is_counted {
                let was_sent_away = slot.marks.is_sent_away();
                if was_sent_away {
                    slot.marks.set(Marks::SENT_AWAY);
                }
                let cell = &mut self.cells[cell];
                cell.outcomes.take_back(Outcome::of_refusal(reason));
                cell.counts.sent_away -= u64::from(was_sent_away);
            }
            self.calls.reopened(call);
        } else {
            if slot.marks.is_sent_away() {
                slot.marks.set(Marks::SENT_AWAY);
            }
            self.leave_line(at, call);
        }
    }

    /// Gives a call its outcome and takes it out of the line. `None` when it cannot have it.
    #[inline]
    fn leave(&mut self, at: Timestamp, call: CallId, outcome: Outcome) -> Option<(Slot, bool)> {
        let slot = self.calls.known(call)?;
        let expected = if outcome.is_of_a_callback() {
            Phase::Callback
        } else {
            Phase::Open
        };
        if slot.phase != expected {
            self.calls
                .note_anomaly(Anomaly::SettledTwice(call, outcome));
            return None;
        }
        let before = *slot;
        slot.phase = match outcome {
            Outcome::Connected | Outcome::CallbackConnected => Phase::Talking,
            Outcome::Callback => Phase::Callback,
            Outcome::RefusedClosed => Phase::Refused(Refusal::Closed),
            Outcome::RefusedFull => Phase::Refused(Refusal::Full),
            Outcome::RefusedNobody => Phase::Refused(Refusal::Nobody),
            Outcome::RefusedNoLine
            | Outcome::Abandoned
            | Outcome::Voicemail
            | Outcome::TimedOut
            | Outcome::Failed
            | Outcome::CallbackFailed => Phase::Done,
        };
        slot.announced = None;
        slot.marks.clear(Marks::IN_LINE);
        if before.marks.has(Marks::IN_LINE) {
            self.line_shrinks(at, before.queue);
        }
        let is_counted = before.marks.has(Marks::COUNTED);
        if self.options.told && !(is_counted && outcome == Outcome::Connected) {
            cold_path();
            self.told.forget(call);
        }
        if is_counted {
            let is_overlooked = !before.marks.has(Marks::OFFERED)
                && before.marks.has(Marks::QUEUED)
                && (before.marks.has(Marks::OVERLOOKED)
                    || self.lines[before.queue.index()].had_a_match(before.in_queue_since, at));
            let cell = &mut self.cells[before.cell as usize];
            cell.outcomes.add(outcome);
            cell.counts.sent_away += u64::from(match outcome {
                Outcome::RefusedClosed | Outcome::RefusedFull | Outcome::RefusedNobody => {
                    before.marks.is_sent_away()
                }
                Outcome::Voicemail | Outcome::Abandoned => before.marks.has(Marks::SENT_AWAY),
                Outcome::Connected
                | Outcome::Callback
                | Outcome::RefusedNoLine
                | Outcome::TimedOut
                | Outcome::Failed
                | Outcome::CallbackConnected
                | Outcome::CallbackFailed => false,
            });
            cell.counts.overlooked += u64::from(is_overlooked && !outcome.is_of_a_callback());
        }
        if let Some(bin) = self.series.bins.get_mut(before.bin as usize) {
            bin.connected += u64::from(outcome == Outcome::Connected);
            bin.abandoned += u64::from(outcome == Outcome::Abandoned);
        }
        self.note(call, |row| row.outcome = Some(outcome));
        Some((before, is_counted))
    }

    /// Takes a call out of its line without an outcome.
    fn leave_line(&mut self, at: Timestamp, call: CallId) {
        let Some(slot) = self.calls.find(call) else {
            return;
        };
        let (queue, was_in_line) = (slot.queue, slot.marks.has(Marks::IN_LINE));
        slot.marks.clear(Marks::IN_LINE);
        if was_in_line {
            self.line_shrinks(at, queue);
        }
    }

    /// Writes into the call's row, when rows are kept.
    #[inline]
    pub(super) fn note(&mut self, call: CallId, write: impl FnOnce(&mut CallRow)) {
        if self.options.calls_csv {
            cold_path();
            if let Some(slot) = self.calls.find(call)
                && let Some(row) = self.rows.get_mut(slot.row as usize)
            {
                write(row);
            }
        }
    }

    pub(super) fn cell(&self, queue: QueueId, class: ClassId) -> usize {
        queue.index() * usize::from(self.options.n_classes) + class.index()
    }

    /// The series bin in which an arrival at `at` counts.
    pub(super) fn bin_of_arrivals(&self, at: Timestamp) -> Option<usize> {
        // The bin in progress, unless the run is past the horizon.
        let is_inside = self.over_time.is_kept && at < self.options.horizon;
        is_inside.then_some(self.over_time.bin)
    }

    #[inline]
    fn line_grows(&mut self, at: Timestamp, queue: QueueId) {
        self.all_lines.up(at);
        if self.lines.len() > 1 {
            cold_path();
            self.lines[queue.index()].length.up(at);
        }
        if self.over_time.is_kept {
            cold_path();
            self.over_time.line.up(at);
        }
    }

    #[inline]
    fn line_shrinks(&mut self, at: Timestamp, queue: QueueId) {
        self.all_lines.down(at);
        if self.lines.len() > 1 {
            cold_path();
            self.lines[queue.index()].length.down(at);
        }
        if self.over_time.is_kept {
            cold_path();
            self.over_time.line.down(at);
        }
    }
}
