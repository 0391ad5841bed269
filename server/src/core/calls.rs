//! Callers' legs: in, on hold, out.

use engine::Timestamp;
use engine::id::{CallId, ClassId, OfferId, QueueId};
use engine::input::{Input, OfferFailure};
use engine::output::{Departure, Refusal};
use policy_file::Route;

use super::{Core, STANDARD};
use crate::book::{Call, Outcome, Stage};
use crate::facts::{Goodbye, Inbound, LeftHold, LegacyOver, Music, Treatment};
use crate::store::row::{SurveyRow, VoicemailRow};

/// The key that takes the callback.
const CALLBACK_KEY: &str = "1";

impl Core {
    pub(super) fn inbound(&mut self, at: Timestamp, leg: &Inbound) -> Treatment {
        if let Some(call) = self.book.call_of_leg(&leg.sid) {
            // The same webhook again, or a wait request of a call that was adopted.
            return self.treatment(call);
        }
        let Some(queue) = self.queue_of(&leg.to) else {
            tracing::error!(
                "a number without a route was called: give the policy a `default` route"
            );
            return Treatment::Goodbye(Goodbye::Failed);
        };
        let class = self.class_of(leg.from.as_deref());
        let id = self.engine.next_call();
        let caller = self.book.caller(leg);
        self.book.enter_call(id, leg, queue, class, at);
        let taken = self.input(
            at,
            Input::CallArrived {
                call: id,
                caller,
                queue,
                class,
            },
        );
        match (taken, self.book.call(id)) {
            (Ok(()), Some(call)) => self.treatment(call),
            (Err(refused), _) => {
                tracing::error!(%refused, "the engine refused an arrival: a bug of the driver");
                Treatment::Goodbye(Goodbye::Failed)
            }
            (Ok(()), None) => Treatment::Goodbye(Goodbye::Failed),
        }
    }

    /// The queue that a number reaches.
    fn queue_of(&self, number: &str) -> Option<QueueId> {
        let routes = &self.policy.routes;
        let own = routes.iter().find_map(|route| match route {
            Route::Number {
                number: known,
                queue,
            } if known == number => Some(*queue),
            Route::Number { .. } | Route::Default { .. } => None,
        });
        let default = || {
            routes.iter().find_map(|route| match route {
                Route::Default { queue } => Some(*queue),
                Route::Number { .. } => None,
            })
        };
        let only = || (self.policy.names.queues.len() == 1).then_some(QueueId(0));
        own.or_else(default).or_else(only)
    }

    fn class_of(&self, number: Option<&str>) -> ClassId {
        let names = &self.book.names;
        let own = self
            .book
            .class_of(number)
            .and_then(|name| names.class(name));
        own.or_else(|| names.class(STANDARD)).unwrap_or(ClassId(0))
    }

    /// What a caller's leg is to do next, by where its call stands: the same answer to the same question.
    pub(super) fn treatment(&self, call: &Call) -> Treatment {
        match call.stage {
            Stage::Arriving | Stage::Waiting | Stage::Ringing | Stage::Claimed | Stage::Talking => {
                Treatment::Hold { call: call.id }
            }
            Stage::Legacy(offer) => self.dial(offer),
            Stage::Leaving(Departure::Voicemail) => Treatment::Voicemail,
            Stage::Leaving(Departure::HangUp) => Treatment::Goodbye(goodbye(call.outcome)),
            Stage::Leaving(Departure::CallbackConfirmed) | Stage::CallbackDue => {
                Treatment::Goodbye(Goodbye::CallbackConfirmed)
            }
            Stage::CallbackPlaced => Treatment::Hold { call: call.id },
            Stage::Over => Treatment::HangUp,
        }
    }

    fn dial(&self, offer: OfferId) -> Treatment {
        let agent = self.book.agent(offer.agent());
        let contact = agent.map_or_else(String::new, |agent| agent.contact.clone());
        let timeout = self.engine.policy().legacy.dial_timeout.as_secs().max(1);
        Treatment::DialAgent {
            offer,
            contact,
            timeout: u32::try_from(timeout).unwrap_or(600),
        }
    }

    pub(super) fn still_waiting(&mut self, at: Timestamp, leg: &Inbound) -> Treatment {
        if self.book.call_of_leg(&leg.sid).is_none() {
            // A caller that is held and of whom nothing is known: it is ours from now on.
            tracing::warn!("a held caller that was not known is adopted");
            let _ = self.inbound(at, leg);
        } else {
            self.look(at);
        }
        let Some(call) = self.book.call_of_leg(&leg.sid) else {
            return Treatment::Leave;
        };
        match call.stage {
            Stage::Arriving | Stage::Waiting | Stage::Ringing | Stage::Claimed => {
                let is_fresh = call
                    .announced_at
                    .is_some_and(|told| at.since(told) <= self.manners.says_within_us);
                Treatment::Music(Music {
                    position: call.position.filter(|_| is_fresh),
                    estimate: call.estimate.filter(|_| is_fresh),
                    offers_callback: call.offers_callback,
                })
            }
            Stage::Talking => Treatment::Nothing,
            Stage::Legacy(_)
            | Stage::Leaving(_)
            | Stage::CallbackDue
            | Stage::CallbackPlaced
            | Stage::Over => Treatment::Leave,
        }
    }

    pub(super) fn left_hold(&mut self, at: Timestamp, sid: &str, how: LeftHold) -> Treatment {
        let Some(call) = self.book.call_of_leg(sid) else {
            return Treatment::HangUp;
        };
        let (id, stage) = (call.id, call.stage);
        match how {
            LeftHold::HungUp => {
                self.hang_up(at, id);
                Treatment::HangUp
            }
            LeftHold::Bridged => {
                if stage == Stage::Talking {
                    self.told(at, Input::CallEnded { call: id });
                }
                self.after_call(id)
            }
            LeftHold::Left => self
                .book
                .call(id)
                .map_or(Treatment::HangUp, |call| self.treatment(call)),
            LeftHold::Failed | LeftHold::Full => {
                if !stage.is_held() {
                    return self
                        .book
                        .call(id)
                        .map_or(Treatment::HangUp, |call| self.treatment(call));
                }
                if self.book.put_back(id) <= self.manners.max_returns {
                    return Treatment::Hold { call: id };
                }
                tracing::error!(call = id.0, "the carrier cannot hold this caller");
                self.hang_up(at, id);
                Treatment::Goodbye(Goodbye::Failed)
            }
            LeftHold::Moved => Treatment::Nothing,
        }
    }

    /// What a caller hears whose agent has gone.
    fn after_call(&mut self, id: CallId) -> Treatment {
        let is_to_ask = self.manners.asks
            && self
                .book
                .call(id)
                .is_some_and(|call| call.connected_at.is_some() && !call.is_asked);
        match is_to_ask {
            true => {
                self.book.ask(id);
                Treatment::Survey
            }
            false => Treatment::HangUp,
        }
    }

    pub(super) fn joining(&mut self, at: Timestamp, offer: OfferId) -> Treatment {
        self.told(at, Input::CallBridged { offer });
        Treatment::Nothing
    }

    pub(super) fn caller_over(&mut self, at: Timestamp, sid: &str) -> Treatment {
        if let Some(call) = self.live(sid) {
            self.hang_up(at, call);
        }
        Treatment::Nothing
    }

    /// The caller is gone, wherever it stood.
    fn hang_up(&mut self, at: Timestamp, id: CallId) {
        let Some(call) = self.book.call(id) else {
            return;
        };
        if call.ended_at.is_some() {
            return;
        }
        match call.stage {
            Stage::Arriving
            | Stage::Waiting
            | Stage::Ringing
            | Stage::Claimed
            | Stage::Legacy(_)
            | Stage::Talking
            | Stage::Leaving(Departure::Voicemail | Departure::HangUp)
            | Stage::CallbackPlaced => self.told(at, Input::CallerHungUp { call: id }),
            // Its leg ends because it is to be called back.
            Stage::Leaving(Departure::CallbackConfirmed) | Stage::CallbackDue | Stage::Over => {}
        }
    }

    pub(super) fn pressed(&mut self, at: Timestamp, sid: &str, key: &str) -> Treatment {
        let Some(call) = self.live(sid) else {
            return Treatment::Leave;
        };
        if key == CALLBACK_KEY {
            self.told(at, Input::CallbackAccepted { call, at: None });
        }
        let stage = self.book.call(call).map(|call| call.stage);
        match stage.is_some_and(Stage::is_held) {
            true => Treatment::Music(Music::default()),
            false => Treatment::Leave,
        }
    }

    pub(super) fn legacy_over(&mut self, at: Timestamp, sid: &str, how: LegacyOver) -> Treatment {
        let Some(call) = self.book.call_of_leg(sid) else {
            return Treatment::HangUp;
        };
        let id = call.id;
        let offer = match call.stage {
            Stage::Legacy(offer) => Some(offer),
            Stage::Arriving
            | Stage::Waiting
            | Stage::Ringing
            | Stage::Claimed
            | Stage::Leaving(_)
            | Stage::Talking
            | Stage::CallbackDue
            | Stage::CallbackPlaced
            | Stage::Over => None,
        };
        let unreachable = OfferFailure::Unreachable;
        match (how, offer) {
            (LegacyOver::Talked, Some(offer)) => {
                // Its beginning was not told, or is still to come.
                self.told(at, Input::OfferAnswered { offer });
                self.told(at, Input::CallBridged { offer });
                self.told(at, Input::CallEnded { call: id });
            }
            (LegacyOver::Talked, None) => {
                if self.book.call(id).map(|call| call.stage) == Some(Stage::Talking) {
                    self.told(at, Input::CallEnded { call: id });
                }
            }
            (LegacyOver::Busy, Some(offer)) => self.told(at, Input::OfferDeclined { offer }),
            (LegacyOver::NoAnswer, Some(offer)) => self.told(
                at,
                Input::OfferFailed {
                    offer,
                    cause: unreachable,
                },
            ),
            (LegacyOver::Failed, Some(offer)) => self.told(
                at,
                Input::OfferFailed {
                    offer,
                    cause: OfferFailure::Carrier,
                },
            ),
            (LegacyOver::Busy | LegacyOver::NoAnswer | LegacyOver::Failed, None) => {}
        }
        let Some(call) = self.book.call(id) else {
            return Treatment::HangUp;
        };
        match call.stage {
            Stage::Over => self.after_call(id),
            // The same dial again would be a second attempt.
            Stage::Legacy(_) | Stage::Talking => Treatment::HangUp,
            Stage::Arriving
            | Stage::Waiting
            | Stage::Ringing
            | Stage::Claimed
            | Stage::Leaving(_)
            | Stage::CallbackDue
            | Stage::CallbackPlaced => self.treatment(call),
        }
    }

    pub(super) fn recorded(
        &mut self,
        at: Timestamp,
        sid: &str,
        recording: Option<String>,
        seconds: Option<i64>,
    ) -> Treatment {
        let Some(call) = self.book.call_of_leg(sid) else {
            return Treatment::HangUp;
        };
        let id = call.id;
        self.voicemails.push(VoicemailRow {
            call_id: id.0 as i64,
            recording,
            seconds,
            at: self.wall(at),
        });
        if call.stage == Stage::Leaving(Departure::Voicemail) && call.ended_at.is_none() {
            self.told(at, Input::VoicemailLeft { call: id });
        }
        Treatment::HangUp
    }

    pub(super) fn answered_survey(&mut self, at: Timestamp, sid: &str, answer: u8) -> Treatment {
        if let Some(call) = self.book.call_of_leg(sid)
            && (1..=5).contains(&answer)
        {
            let row = SurveyRow {
                call_id: call.id.0 as i64,
                answer: i64::from(answer),
                at: self.wall(at),
            };
            self.surveys.push(row);
        }
        Treatment::HangUp
    }

    /// A fact that the engine may refuse because it comes twice, late or in another order: then it changes nothing.
    pub(super) fn told(&mut self, at: Timestamp, input: Input) {
        if let Err(refused) = self.input(at, input) {
            tracing::debug!(%refused, "a fact came late, twice or out of order");
        }
    }
}

/// Why a caller is sent away.
fn goodbye(outcome: Option<Outcome>) -> Goodbye {
    match outcome {
        Some(Outcome::Refused(Refusal::Closed)) => Goodbye::Closed,
        Some(Outcome::Refused(Refusal::Full)) => Goodbye::Full,
        Some(Outcome::Refused(Refusal::Nobody)) => Goodbye::Nobody,
        Some(Outcome::TimedOut) => Goodbye::TooLong,
        Some(Outcome::Callback) => Goodbye::CallbackConfirmed,
        Some(Outcome::Failed) => Goodbye::Failed,
        Some(
            Outcome::Connected
            | Outcome::Abandoned
            | Outcome::CallbackConnected
            | Outcome::CallbackFailed
            | Outcome::Voicemail,
        )
        | None => Goodbye::Over,
    }
}
