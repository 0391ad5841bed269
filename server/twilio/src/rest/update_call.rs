//! Changes a leg, or asks where it is.

use super::operation::path;
use super::{CallResource, Instructions, Operation, Problem, Repeating, Request, Verb};
use crate::{AccountSid, CallSid, Form};

/// How a leg is ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndedStatus {
    /// If it was not answered: one that was in this very moment goes on and hears what we say.
    Canceled,
    /// In any case.
    Completed,
}

/// What is changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CallChange {
    /// It goes on with other TwiML.
    Instructions(Instructions),
    /// It ends.
    Status(EndedStatus),
}

/// Changes a leg. One that is over is [`super::Outcome::Over`]: error 21220, or no such call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UpdateCall {
    /// The leg.
    pub call: CallSid,
    /// What is changed.
    pub change: CallChange,
}

impl Operation for UpdateCall {
    type Resource = CallResource;

    fn request(&self, account: &AccountSid) -> Request {
        let mut form = Form::new();
        match &self.change {
            CallChange::Instructions(instructions) => instructions.write(&mut form),
            CallChange::Status(EndedStatus::Canceled) => form.push("Status", "canceled"),
            CallChange::Status(EndedStatus::Completed) => form.push("Status", "completed"),
        }
        Request {
            verb: Verb::Post,
            path: path(account, &["Calls", self.call.as_str()]),
            form,
        }
    }

    fn repeating(&self) -> Repeating {
        Repeating::Harmless
    }

    fn read(&self, body: &[u8]) -> Option<CallResource> {
        CallResource::read(&serde_json::from_slice(body).ok()?)
    }

    fn is_over(&self, problem: &Problem) -> bool {
        problem.has_code(21220) || problem.is_not_found()
    }
}

/// Asks where a leg is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FetchCall {
    /// The leg.
    pub call: CallSid,
}

impl Operation for FetchCall {
    type Resource = CallResource;

    fn request(&self, account: &AccountSid) -> Request {
        Request {
            verb: Verb::Get,
            path: path(account, &["Calls", self.call.as_str()]),
            form: Form::new(),
        }
    }

    fn repeating(&self) -> Repeating {
        Repeating::Harmless
    }

    fn read(&self, body: &[u8]) -> Option<CallResource> {
        CallResource::read(&serde_json::from_slice(body).ok()?)
    }

    fn is_over(&self, problem: &Problem) -> bool {
        problem.is_not_found()
    }
}
