//! What each event means for its call.

use engine::id::{AgentId, CallId, ClassId, OfferId, QueueId};
use engine::output::{Announced, OfferEnd, Refusal};
use engine::time::{Micros, Timestamp};

use super::agent_log::{Activity, LiveOffer};
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

    pub(super) fn estimate_announced(&mut self, at: Timestamp, call: CallId, announced: Announced) {
        let Some(slot) = self.calls.known(call).filter(|s| s.phase == Phase::Open) else {
            return;
        };
        let is_first = slot.announced.is_none();
        let newest = self.announcements.push(slot.announced, at, announced);
        slot.announced = Some(newest);
        if is_first {
            self.note(call, |row| row.estimate = Some(announced.point));
        }
    }

    #[inline]
    pub(super) fn offer_made(
        &mut self,
        at: Timestamp,
        offer: OfferId,
        call: CallId,
        attempt: u16,
        at_arrival: bool,
        possible_since: Timestamp,
    ) {
        let window = self.window;
        let id = offer.agent();
        let agent = self.agent(id);
        agent.turn(at, window, Activity::Open);
        agent.offer = Some(LiveOffer {
            id: offer,
            call,
            made_at: at,
            possible_since,
            attempt,
        });
        let truth = agent.truth;
        self.refresh_free(at, id);
        let Some(slot) = self.calls.known(call) else {
            return;
        };
        let is_first = !slot.marks.has(Marks::OFFERED);
        slot.marks.set(Marks::OFFERED);
        if slot.marks.has(Marks::COUNTED) {
            let counts = &mut self.cells[slot.cell as usize].counts;
            counts.offers += 1;
            counts.offers_judged += u64::from(truth.is_some());
            counts.offered_at_arrival += u64::from(is_first && at_arrival);
            counts.discovered += u64::from(is_first);
        }
        self.note(call, |row| row.attempts = row.attempts.max(attempt));
    }

    #[inline]
    pub(super) fn offer_rang(&mut self, at: Timestamp, offer: OfferId) {
        let agent = self.agent(offer.agent());
        let truth = agent.truth;
        let Some(live) = agent.offer.filter(|live| live.id == offer) else {
            return;
        };
        let latency = at.since(live.possible_since);
        let Some(slot) = self.calls.known(live.call) else {
            return;
        };
        slot.first_rang_at = slot.first_rang_at.min(at);
        if slot.marks.has(Marks::COUNTED) {
            let cell = &mut self.cells[slot.cell as usize];
            cell.counts.offers_rang += 1;
            let is_there = truth.is_some_and(|truth| truth.present && truth.device_up);
            cell.counts.offers_rang_present += u64::from(is_there);
            cell.counts.decide_sum += live.made_at.since(live.possible_since);
            cell.counts.carrier_sum += at.since(live.made_at);
            cell.spans.assignment_latency.record(latency);
        }
        self.note(live.call, |row| row.assignment_latency = Some(latency));
    }

    #[inline]
    pub(super) fn offer_answered(&mut self, at: Timestamp, call: CallId) {
        if let Some(slot) = self.calls.known(call) {
            slot.answered_at = at;
        }
    }

    pub(super) fn offer_ended(
        &mut self,
        at: Timestamp,
        offer: OfferId,
        call: CallId,
        end: OfferEnd,
    ) {
        let attempt = self.release(at, offer);
        let queue = match self.calls.find(call) {
            Some(slot) => {
                if attempt == Some(1) && end != OfferEnd::Withdrawn {
                    slot.marks.set(Marks::FIRST_OFFER_FAILED);
                }
                slot.queue
            }
            None => return,
        };
        self.rest(at, offer.agent(), queue, end);
    }

    #[inline]
    pub(super) fn call_connected(
        &mut self,
        at: Timestamp,
        call: CallId,
        agent: AgentId,
        waited: Micros,
        callback: bool,
        inversions: u16,
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
        let Some((slot, is_counted)) = self.leave(at, call, outcome) else {
            return;
        };
        if let Some(newest) = slot.announced {
            self.pair_announcements(at, newest, is_counted, slot);
        }
        if !is_counted {
            return;
        }
        let (t, cell) = (self.options.threshold, &mut self.cells[slot.cell as usize]);
        cell.counts.inversions += u64::from(inversions);
        if callback {
            return;
        }
        cell.counts.connected_within += u64::from(waited <= t);
        cell.counts.connected_before += u64::from(waited < t);
        cell.counts.waited_connected += u64::from(slot.marks.has(Marks::WAITED));
        cell.counts.fell_back += u64::from(slot.marks.has(Marks::FIRST_OFFER_FAILED));
        cell.spans.connected_wait.record(waited);
        if slot.answered_at != Timestamp::NEVER {
            cell.spans.dead_air.record(at.since(slot.answered_at));
            if slot.first_rang_at != Timestamp::NEVER {
                let delay = slot.answered_at.since(slot.first_rang_at);
                cell.spans.answer_delay.record(delay);
            }
        }
        if let Some(bin) = self.series.bins.get_mut(slot.bin as usize) {
            bin.wait_sum += waited;
        }
        self.note(call, |row| row.wait = Some(waited));
    }

    /// Compares what a connected call was told with what it then waited.
    fn pair_announcements(&mut self, at: Timestamp, newest: u32, is_counted: bool, slot: Slot) {
        let mut next = Some(newest);
        while let Some(place) = next {
            let (announced_at, announced, before) = self.announcements.pop(place);
            next = before;
            if !is_counted || !slot.marks.has(Marks::WAITED) {
                continue;
            }
            let remained = at.since(announced_at);
            let cell = &mut self.cells[slot.cell as usize];
            cell.every_estimate.pair(announced, remained);
            if before.is_none() {
                cell.first_estimate.pair(announced, remained);
                self.pairs.push(announced.point, remained);
                if let Some(bin) = self.series.bins.get_mut(slot.bin as usize) {
                    bin.announced += 1;
                    bin.announced_sum += announced.point;
                    bin.remained_sum += remained;
                }
            }
        }
    }

    #[inline]
    pub(super) fn call_ended(
        &mut self,
        at: Timestamp,
        call: CallId,
        agent: AgentId,
        talked: Micros,
    ) {
        let window = self.window;
        self.agent(agent).turn(at, window, Activity::Idle);
        self.refresh_free(at, agent);
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
        if let Some(bin) = self.series.bins.get_mut(slot.bin as usize) {
            bin.wait_sum += waited;
        }
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
                let outcomes = &mut self.cells[cell].outcomes;
                outcomes.take_back(Outcome::of_refusal(reason));
            }
            self.calls.reopened(call);
        } else {
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
        let before = *slot;
        slot.announced = None;
        slot.marks.clear(Marks::IN_LINE);
        if before.marks.has(Marks::IN_LINE) {
            self.line_shrinks(at, before.queue);
        }
        let is_counted = before.marks.has(Marks::COUNTED);
        if is_counted {
            let is_overlooked = !before.marks.has(Marks::OFFERED)
                && before.marks.has(Marks::QUEUED)
                && (before.marks.has(Marks::OVERLOOKED)
                    || self.lines[before.queue.index()].had_a_match(before.in_queue_since, at));
            let cell = &mut self.cells[before.cell as usize];
            cell.outcomes.add(outcome);
            cell.counts.overlooked += u64::from(is_overlooked && !outcome.is_of_a_callback());
            cell.counts.first_offer_failed += u64::from(
                before.marks.has(Marks::FIRST_OFFER_FAILED) && !outcome.is_of_a_callback(),
            );
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
        if self.options.calls_csv
            && let Some(slot) = self.calls.find(call)
            && let Some(row) = self.rows.get_mut(slot.row as usize)
        {
            write(row);
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
            self.lines[queue.index()].length.up(at);
        }
        if self.over_time.is_kept {
            self.over_time.line.up(at);
        }
    }

    #[inline]
    fn line_shrinks(&mut self, at: Timestamp, queue: QueueId) {
        self.all_lines.down(at);
        if self.lines.len() > 1 {
            self.lines[queue.index()].length.down(at);
        }
        if self.over_time.is_kept {
            self.over_time.line.down(at);
        }
    }
}
