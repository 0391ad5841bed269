//! Legs that we place: agents' and callbacks'; and what became of each command.

use engine::Timestamp;
use engine::id::{CallId, OfferId};
use engine::input::{Input, OfferFailure};

use super::Core;
use crate::book::{Stage, State};
use crate::facts::{Carried, LegNews, Treatment};

impl Core {
    pub(super) fn agent_leg(
        &mut self,
        at: Timestamp,
        offer: OfferId,
        sid: Option<&str>,
        news: LegNews,
    ) -> Treatment {
        if let Some(sid) = sid {
            self.book.set_leg(offer, sid);
        }
        let failed = |cause| Input::OfferFailed { offer, cause };
        match news {
            LegNews::Placed => self.told(at, Input::OfferPlaced { offer }),
            LegNews::Ringing => self.told(at, Input::OfferRinging { offer }),
            LegNews::PickedUp if self.must_confirm(offer) => {
                return match self.is_open(offer) {
                    true => Treatment::Confirm { offer },
                    false => Treatment::CallerGone,
                };
            }
            LegNews::PickedUp | LegNews::Confirmed => return self.answer(at, offer),
            LegNews::Busy => self.told(at, Input::OfferDeclined { offer }),
            // Our own deadline is earlier than the carrier's: a leg that ends by itself before it was not heard.
            LegNews::NoAnswer | LegNews::Unreachable => {
                self.told(at, failed(OfferFailure::Unreachable));
            }
            LegNews::Failed => self.told(at, failed(OfferFailure::Carrier)),
            LegNews::Canceled => {}
            LegNews::Over { bridged } => self.agent_leg_over(at, offer, bridged),
        }
        Treatment::Nothing
    }

    /// Whether a person on this leg has to press a key: an answering machine must not win the call.
    fn must_confirm(&self, offer: OfferId) -> bool {
        let Some(known) = self.book.offer(offer) else {
            return false;
        };
        let queue = self.book.call(known.call).map(|call| call.queue);
        let asks = queue.is_some_and(|queue| {
            let queues = &self.engine.policy().queues;
            queues
                .get(queue.index())
                .is_some_and(|queue| queue.offer.confirm)
        });
        asks && !known.is_legacy
    }

    fn is_open(&self, offer: OfferId) -> bool {
        let state = self.book.offer(offer).map(|offer| offer.state);
        state.is_some_and(|state| !state.is_over())
    }

    /// The agent takes the call: the one place where a call and an agent become one.
    fn answer(&mut self, at: Timestamp, offer: OfferId) -> Treatment {
        let taken = self.input(at, Input::OfferAnswered { offer });
        let Some(known) = self.book.offer(offer) else {
            return Treatment::CallerGone;
        };
        let (call, is_legacy) = (known.call, known.is_legacy);
        match (taken, known.state) {
            // The carrier has joined the two already.
            (Ok(()), _) if is_legacy => {
                self.told(at, Input::CallBridged { offer });
                Treatment::Nothing
            }
            (Ok(()), _) | (Err(_), State::Answered | State::Bridged) => {
                Treatment::Join { offer, call }
            }
            (
                Err(_),
                State::Made | State::Ringing | State::Ended(_) | State::Undone | State::Done,
            ) => Treatment::CallerGone,
        }
    }

    fn agent_leg_over(&mut self, at: Timestamp, offer: OfferId, bridged: bool) {
        let Some(known) = self.book.offer(offer) else {
            return;
        };
        let call = known.call;
        match known.state {
            State::Bridged => self.told(at, Input::CallEnded { call }),
            State::Answered if bridged => {
                // They have talked, and the word of their being joined is late or lost.
                self.told(at, Input::CallBridged { offer });
                self.told(at, Input::CallEnded { call });
            }
            State::Answered => self.told(at, Input::BridgeFailed { offer }),
            // It was picked up and hung up before anybody was joined.
            State::Made | State::Ringing => self.told(at, Input::OfferDeclined { offer }),
            State::Ended(_) | State::Undone | State::Done => {}
        }
    }

    pub(super) fn callback_leg(
        &mut self,
        at: Timestamp,
        call: CallId,
        sid: Option<&str>,
        news: LegNews,
    ) -> Treatment {
        if let Some(sid) = sid {
            self.book.add_leg(call, sid);
        }
        let Some(stage) = self.book.call(call).map(|call| call.stage) else {
            return Treatment::HangUp;
        };
        let is_placed = stage == Stage::CallbackPlaced;
        match news {
            LegNews::Placed | LegNews::Ringing => Treatment::Nothing,
            LegNews::PickedUp if is_placed => Treatment::ConfirmCallback { call },
            LegNews::PickedUp | LegNews::Confirmed => {
                if is_placed {
                    self.told(at, Input::CallbackAnswered { call });
                    self.book.picked_up(call);
                }
                let known = self.book.call(call);
                known.map_or(Treatment::HangUp, |call| match call.stage.is_held() {
                    true => Treatment::Hold { call: call.id },
                    false => Treatment::HangUp,
                })
            }
            LegNews::Busy
            | LegNews::NoAnswer
            | LegNews::Unreachable
            | LegNews::Failed
            | LegNews::Canceled => {
                if is_placed {
                    self.told(at, Input::CallbackUnanswered { call });
                }
                Treatment::Nothing
            }
            LegNews::Over { .. } => {
                match stage {
                    Stage::CallbackPlaced => self.told(at, Input::CallbackUnanswered { call }),
                    Stage::Talking => self.told(at, Input::CallEnded { call }),
                    Stage::Arriving | Stage::Waiting | Stage::Ringing | Stage::Claimed => {
                        self.told(at, Input::CallerHungUp { call });
                    }
                    Stage::Legacy(_) | Stage::Leaving(_) | Stage::CallbackDue | Stage::Over => {}
                }
                Treatment::HangUp
            }
        }
    }

    /// What became of a command; a webhook may have told before.
    pub(super) fn carried(&mut self, at: Timestamp, command: u64, result: Carried) -> Treatment {
        let Some(row) = self.book.open_command(command) else {
            return Treatment::Nothing;
        };
        let (kind, call) = (row.kind.clone(), row.call_id.map(|id| CallId(id as u64)));
        let offer = row.offer_id.map(crate::book::offer_id);
        let (state, error) = match &result {
            Carried::Done { .. } => ("done", None),
            Carried::Refused { error } => ("refused", Some(error.clone())),
            Carried::GaveUp { error } => ("failed", Some(error.clone())),
            Carried::Unknown { error } => ("unknown", Some(error.clone())),
        };
        self.book.close_command(command, state, error, at);
        match (kind.as_str(), offer, call) {
            ("ring_agent", Some(offer), _) => match result {
                Carried::Done { sid } => {
                    self.agent_leg(at, offer, sid.as_deref(), LegNews::Placed);
                }
                // The endpoint is wrong, not the carrier.
                Carried::Refused { .. } => {
                    self.agent_leg(at, offer, None, LegNews::Unreachable);
                }
                Carried::GaveUp { .. } => {
                    self.agent_leg(at, offer, None, LegNews::Failed);
                }
                // The reservation stays: its webhooks or its deadline will tell.
                Carried::Unknown { .. } => {}
            },
            ("place_callback", _, Some(call)) => match result {
                Carried::Done { sid } => {
                    self.callback_leg(at, call, sid.as_deref(), LegNews::Placed);
                }
                Carried::Refused { .. } | Carried::GaveUp { .. } => {
                    self.callback_leg(at, call, None, LegNews::Failed);
                }
                Carried::Unknown { .. } => {}
            },
            _ => {}
        }
        Treatment::Nothing
    }
}
