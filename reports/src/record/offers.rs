//! What callers were told and which agents were asked, on the way to an outcome.

use engine::id::{CallId, OfferId};
use engine::output::{Announced, OfferEnd};
use engine::time::{Micros, Timestamp};

use super::Recorder;
use super::agent_log::{Activity, LiveOffer};
use super::call_table::{Marks, Phase, Slot};

impl Recorder {
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

    /// Compares what a connected call was told with what it then waited.
    #[inline(never)]
    pub(super) fn pair_announcements(
        &mut self,
        at: Timestamp,
        newest: u32,
        is_counted: bool,
        slot: Slot,
    ) {
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
    pub(super) fn offer_made(
        &mut self,
        at: Timestamp,
        offer: OfferId,
        call: CallId,
        attempt: u16,
        at_arrival: bool,
        (eligible_since, free_since): (Timestamp, Timestamp),
    ) {
        let (window, commit) = (self.window, self.commit_took);
        // A call that could be offered from this very step on could be from when it truly happened.
        let eligible_since = if eligible_since == at {
            self.truly(at)
        } else {
            eligible_since
        };
        let id = offer.agent();
        let possible_since = eligible_since.max(self.truly_free_since(id, free_since));
        let agent = self.agent(id);
        agent.turn(at, window, Activity::Open);
        agent.offer = Some(LiveOffer {
            id: offer,
            call,
            made_at: at,
            possible_since,
            commit,
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
        let at = self.truly(at);
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
            let commit = Micros::from(live.commit);
            cell.counts.commit_sum += commit;
            cell.counts.carrier_sum += at.since(live.made_at.after(commit));
            cell.spans.assignment_latency.record(latency);
        }
        self.note(live.call, |row| row.assignment_latency = Some(latency));
    }

    #[inline]
    pub(super) fn offer_answered(&mut self, at: Timestamp, call: CallId) {
        let at = self.truly(at);
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
        if attempt == Some(1)
            && end != OfferEnd::Withdrawn
            && let Some(slot) = self.calls.find(call)
        {
            slot.marks.set(Marks::FIRST_OFFER_FAILED);
            if slot.marks.has(Marks::COUNTED) {
                self.cells[slot.cell as usize].counts.first_offer_failed += 1;
            }
        }
        self.rest_after(at, offer, call, end);
    }

    /// The claim is void; its agent rests as after an offer that failed.
    pub(super) fn claim_undone(&mut self, at: Timestamp, offer: OfferId, call: CallId) {
        self.release(at, offer);
        self.rest_after(at, offer, call, OfferEnd::Failed);
    }

    /// An agent rests after an offer it missed, unless that was the legacy flow's, which knows no rest.
    fn rest_after(&mut self, at: Timestamp, offer: OfferId, call: CallId, end: OfferEnd) {
        if let Some(slot) = self.calls.find(call)
            && slot.marks.has(Marks::QUEUED)
        {
            let queue = slot.queue;
            self.rest(at, offer.agent(), queue, end);
        }
    }
}
