//! Places a leg: the agent's phone rings, or a caller is called back.

use super::operation::path;
use super::{CallResource, Operation, Problem, Repeating, Request, Verb};
use crate::limits::{Identity, InlineTwiml, RingTime};
use crate::twiml::StatusCallback;
use crate::twiml::event_names;
use crate::{AccountSid, Form, Method};
use std::fmt;

/// Who is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Party {
    /// Every device that is logged in as an identity.
    Client(Identity),
    /// A telephone, in E.164.
    Number(String),
    /// A SIP address, with its scheme.
    Sip(String),
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(identity) => write!(f, "client:{}", identity.as_str()),
            Self::Number(number) => f.write_str(number),
            Self::Sip(uri) => f.write_str(uri),
        }
    }
}

/// Where the TwiML of a leg comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Instructions {
    /// From us, when it is needed.
    Url {
        /// Absolute.
        url: String,
        /// POST, unless said.
        method: Option<Method>,
    },
    /// From this request.
    Twiml(InlineTwiml),
}

impl Instructions {
    /// By POST from this absolute URL.
    #[must_use]
    pub fn url(url: impl Into<String>) -> Self {
        Self::Url {
            url: url.into(),
            method: Some(Method::Post),
        }
    }

    pub(super) fn write(&self, form: &mut Form) {
        match self {
            Self::Url { url, method } => {
                form.push("Url", url);
                if let Some(method) = method {
                    form.push("Method", method.as_str());
                }
            }
            Self::Twiml(document) => form.push("Twiml", document.as_str()),
        }
    }
}

/// Places a leg. **Not to be repeated when it is not known what became of it.**
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreateCall {
    /// Who is called.
    pub to: Party,
    /// The number that is seen: one of the account's, or with a call token the caller's.
    pub from: String,
    /// What happens when it is answered.
    pub instructions: Instructions,
    /// Asked when [`CreateCall::instructions`] cannot be had.
    pub fallback_url: Option<String>,
    /// Who is told what happens to the leg.
    pub status: Option<StatusCallback>,
    /// How long it rings; 60 s, unless said. Twilio may add 5 s.
    pub timeout: Option<RingTime>,
    /// How long the leg lasts at most, s; 14400, unless said.
    pub time_limit: Option<u32>,
    /// The caller's token, to show the caller's number on a telephone.
    pub call_token: Option<String>,
    /// Whether to find out who answers; costs, and delays the answer by some seconds.
    pub detect_machine: bool,
}

impl CreateCall {
    /// With Twilio's defaults otherwise.
    #[must_use]
    pub fn new(to: Party, from: impl Into<String>, instructions: Instructions) -> Self {
        Self {
            to,
            from: from.into(),
            instructions,
            fallback_url: None,
            status: None,
            timeout: None,
            time_limit: None,
            call_token: None,
            detect_machine: false,
        }
    }

    fn write_status(&self, form: &mut Form) {
        let Some(status) = &self.status else {
            return;
        };
        form.push("StatusCallback", &status.url);
        if let Some(method) = status.method {
            form.push("StatusCallbackMethod", method.as_str());
        }
        for event in event_names(&status.events) {
            form.push("StatusCallbackEvent", event);
        }
    }
}

impl Operation for CreateCall {
    type Resource = CallResource;

    fn request(&self, account: &AccountSid) -> Request {
        let mut form = Form::new();
        form.push("To", self.to.to_string());
        form.push("From", &self.from);
        self.instructions.write(&mut form);
        if let Some(url) = &self.fallback_url {
            form.push("FallbackUrl", url);
        }
        self.write_status(&mut form);
        if let Some(time) = self.timeout {
            form.push("Timeout", time.seconds().to_string());
        }
        if let Some(seconds) = self.time_limit {
            form.push("TimeLimit", seconds.to_string());
        }
        if let Some(token) = &self.call_token {
            form.push("CallToken", token);
        }
        if self.detect_machine {
            form.push("MachineDetection", "Enable");
        }
        Request {
            verb: Verb::Post,
            path: path(account, &["Calls"]),
            form,
        }
    }

    fn repeating(&self) -> Repeating {
        Repeating::Unsafe
    }

    fn read(&self, body: &[u8]) -> Option<CallResource> {
        CallResource::read(&serde_json::from_slice(body).ok()?)
    }

    fn is_over(&self, _: &Problem) -> bool {
        false
    }
}
