//! A webhook's form as a fact.

use engine::id::CallId;
use twilio::Form;
use twilio::webhook::{
    AnsweredBy, Call, CallStatus, Caller, DequeueResult, DialEnded, DialStatus, Gathered,
    LeftQueue, QueueResult, Recorded, Status,
};

use super::address::offer_named;
use super::hook::Hook;
use crate::facts::{Fact, Inbound, LeftHold, LegNews, LegacyOver};

/// A webhook that lacks what it is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreadable {
    /// Every webhook of a call names its leg.
    #[error("the parameter CallSid is missing")]
    NoLeg,
    /// The URL was not one of ours.
    #[error("the query parameter `o` names no offer")]
    NoOffer,
    /// Likewise.
    #[error("the query parameter `c` names no call")]
    NoCall,
}

/// SIP's words for a device that is not there.
const NOT_REGISTERED: [u16; 3] = [404, 408, 480];

/// What a webhook says; `query` is that of its URL. `None`: nothing follows from it.
///
/// # Errors
/// It lacks what it is about.
pub fn fact(hook: Hook, query: &Form, form: &Form) -> Result<Option<Fact>, Unreadable> {
    let call = Call::read(form);
    let sid = || {
        call.sid
            .as_ref()
            .map(|sid| sid.as_str().to_owned())
            .ok_or(Unreadable::NoLeg)
    };
    let offer = || {
        query
            .get("o")
            .and_then(offer_named)
            .ok_or(Unreadable::NoOffer)
    };
    let callback = || {
        let id = query.get("c").and_then(|text| text.parse().ok());
        id.map(CallId).ok_or(Unreadable::NoCall)
    };
    let leg = || -> Result<Inbound, Unreadable> {
        Ok(Inbound {
            sid: sid()?,
            from: number(&call.from),
            to: number(&call.to).unwrap_or_default(),
        })
    };
    let of_offer = |news| -> Result<Option<Fact>, Unreadable> {
        Ok(Some(Fact::AgentLeg {
            offer: offer()?,
            sid: Some(sid()?),
            news,
        }))
    };
    let of_callback = |news| -> Result<Option<Fact>, Unreadable> {
        Ok(Some(Fact::CallbackLeg {
            call: callback()?,
            sid: Some(sid()?),
            news,
        }))
    };
    match hook {
        Hook::Inbound | Hook::Fallback => Ok(Some(Fact::Inbound(leg()?))),
        Hook::Wait => Ok(Some(Fact::StillWaiting(leg()?))),
        Hook::Key => Ok(Some(Fact::Pressed {
            sid: sid()?,
            key: Gathered::read(form).digits.unwrap_or_default(),
        })),
        Hook::Left => Ok(Some(Fact::LeftHold {
            sid: sid()?,
            how: left(&LeftQueue::read(form)),
        })),
        Hook::Joining => Ok(Some(Fact::Joining { offer: offer()? })),
        Hook::LegacyOver => Ok(Some(Fact::LegacyOver {
            sid: sid()?,
            how: legacy(&DialEnded::read(form)),
        })),
        Hook::Voicemail => {
            let recorded = Recorded::read(form);
            Ok(Some(Fact::Recorded {
                sid: sid()?,
                recording: recorded.url,
                seconds: recorded.duration.and_then(|n| i64::try_from(n).ok()),
            }))
        }
        Hook::Survey => Ok(Some(Fact::Answered {
            sid: sid()?,
            answer: Gathered::read(form)
                .digits
                .and_then(|digits| digits.parse().ok())
                .unwrap_or(0),
        })),
        Hook::CallerStatus => match call.status.as_ref().is_some_and(CallStatus::is_final) {
            true => Ok(Some(Fact::CallerOver { sid: sid()? })),
            false => Ok(None),
        },
        Hook::AgentAnswer | Hook::AgentPull => match answered_by_a_machine(&call) {
            true => of_offer(LegNews::NoAnswer),
            false => of_offer(LegNews::PickedUp),
        },
        Hook::AgentAccept => match Gathered::read(form).digits.as_deref() {
            Some("1") => of_offer(LegNews::Confirmed),
            Some(_) | None => of_offer(LegNews::Busy),
        },
        Hook::AgentEnded => {
            let ended = DialEnded::read(form);
            let bridged = match ended.dequeued.result {
                Some(result) => {
                    result == DequeueResult::Bridged
                        || result == DequeueResult::RedirectedFromBridged
                }
                None => ended.bridged == Some(true) || ended.dequeued.duration.is_some(),
            };
            of_offer(LegNews::Over { bridged })
        }
        Hook::AgentStatus => match progress(&Status::read(form)) {
            Some(news) => of_offer(news),
            None => Ok(None),
        },
        Hook::CallbackAnswer => match answered_by_a_machine(&call) {
            true => of_callback(LegNews::NoAnswer),
            false => of_callback(LegNews::PickedUp),
        },
        Hook::CallbackAccept => match Gathered::read(form).digits.as_deref() {
            Some("1") => of_callback(LegNews::Confirmed),
            Some(_) | None => of_callback(LegNews::Busy),
        },
        Hook::CallbackStatus => match progress(&Status::read(form)) {
            Some(news) => of_callback(news),
            None => Ok(None),
        },
    }
}

fn number(caller: &Caller) -> Option<String> {
    match caller {
        Caller::Number(text) | Caller::Client(text) | Caller::Sip(text) | Caller::Other(text) => {
            Some(text.clone())
        }
        Caller::Withheld => None,
    }
}

fn answered_by_a_machine(call: &Call) -> bool {
    match &call.answered_by {
        Some(
            AnsweredBy::MachineStart
            | AnsweredBy::MachineEndBeep
            | AnsweredBy::MachineEndSilence
            | AnsweredBy::MachineEndOther
            | AnsweredBy::Fax,
        ) => true,
        Some(AnsweredBy::Human | AnsweredBy::Unknown | AnsweredBy::Other(_)) | None => false,
    }
}

fn left(left: &LeftQueue) -> LeftHold {
    match left.result {
        Some(QueueResult::Bridged) => LeftHold::Bridged,
        Some(QueueResult::Hangup) => LeftHold::HungUp,
        Some(QueueResult::Leave) => LeftHold::Left,
        Some(QueueResult::QueueFull) => LeftHold::Full,
        Some(QueueResult::Error | QueueResult::SystemError) => LeftHold::Failed,
        Some(
            QueueResult::BridgingInProcess
            | QueueResult::Redirected
            | QueueResult::RedirectedFromBridged
            | QueueResult::Other(_),
        )
        | None => LeftHold::Moved,
    }
}

fn legacy(ended: &DialEnded) -> LegacyOver {
    match ended.status {
        Some(DialStatus::Completed | DialStatus::Answered) => LegacyOver::Talked,
        Some(DialStatus::Busy) => LegacyOver::Busy,
        Some(DialStatus::NoAnswer | DialStatus::Canceled) => LegacyOver::NoAnswer,
        Some(DialStatus::Failed | DialStatus::Other(_)) | None => LegacyOver::Failed,
    }
}

fn progress(status: &Status) -> Option<LegNews> {
    let is_gone = || {
        status
            .sip_response_code
            .is_some_and(|code| NOT_REGISTERED.contains(&code))
    };
    match status.call.status.as_ref()? {
        CallStatus::Queued | CallStatus::Initiated => Some(LegNews::Placed),
        CallStatus::Ringing => Some(LegNews::Ringing),
        // Its Url is asked in the same moment, and decides.
        CallStatus::Answered | CallStatus::InProgress => None,
        CallStatus::Completed => Some(LegNews::Over { bridged: false }),
        CallStatus::Busy => Some(LegNews::Busy),
        CallStatus::NoAnswer | CallStatus::Failed if is_gone() => Some(LegNews::Unreachable),
        CallStatus::NoAnswer => Some(LegNews::NoAnswer),
        CallStatus::Failed => Some(LegNews::Failed),
        CallStatus::Canceled => Some(LegNews::Canceled),
        CallStatus::Other(_) => None,
    }
}
