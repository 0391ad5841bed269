//! What every webhook about a call says.

use super::{AnsweredBy, CallStatus, Caller, Direction, text, word};
use crate::{AccountSid, CallSid, Form};

/// The standard parameters. In themselves the webhook of an incoming call, and of a placed leg that was answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// The leg that this is about.
    pub sid: Option<CallSid>,
    /// The account that it belongs to.
    pub account: Option<AccountSid>,
    /// Who calls.
    pub from: Caller,
    /// Who is called.
    pub to: Caller,
    /// Where the leg is.
    pub status: Option<CallStatus>,
    /// Who began it.
    pub direction: Option<Direction>,
    /// Who had the call forwarded to us.
    pub forwarded_from: Option<Caller>,
    /// What the caller's carrier has for a name; anybody may have written it.
    pub caller_name: Option<String>,
    /// The leg that dialled this one.
    pub parent: Option<CallSid>,
    /// Shown when a leg is placed it keeps the caller's number.
    pub call_token: Option<String>,
    /// How far the carrier vouches for the caller's number.
    pub stir_verstat: Option<String>,
    /// Who answered, where that was to be found out.
    pub answered_by: Option<AnsweredBy>,
}

impl Call {
    /// Reads what is there.
    #[must_use]
    pub fn read(form: &Form) -> Self {
        Self {
            sid: text(form, "CallSid").and_then(CallSid::new),
            account: text(form, "AccountSid").and_then(AccountSid::new),
            from: Caller::of(form, "From"),
            to: Caller::of(form, "To"),
            status: word(form, "CallStatus"),
            direction: word(form, "Direction"),
            forwarded_from: text(form, "ForwardedFrom").map(|text| Caller::read(&text)),
            caller_name: text(form, "CallerName"),
            parent: text(form, "ParentCallSid").and_then(CallSid::new),
            call_token: text(form, "CallToken"),
            stir_verstat: text(form, "StirVerstat"),
            answered_by: word(form, "AnsweredBy"),
        }
    }
}
