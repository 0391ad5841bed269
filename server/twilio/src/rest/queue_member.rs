//! Takes a call out of a queue, and clears empty queues away.

use super::operation::path;
use super::{Instructions, MemberResource, Operation, Problem, Repeating, Request, Verb};
use crate::{AccountSid, CallSid, Form, Method, QueueSid};

/// A call in a queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Member {
    /// This one.
    Call(CallSid),
    /// The first.
    Front,
}

/// Takes a call out of its queue to other TwiML. One that has already left is [`super::Outcome::Over`]; a second
/// request for the same call fails, so that it is never moved twice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UpdateMember {
    /// Where it waits.
    pub queue: QueueSid,
    /// The call.
    pub member: Member,
    /// Where it goes on: absolute.
    pub url: String,
}

impl Operation for UpdateMember {
    type Resource = MemberResource;

    fn request(&self, account: &AccountSid) -> Request {
        let member = match &self.member {
            Member::Call(call) => call.as_str(),
            Member::Front => "Front",
        };
        let mut form = Form::new();
        let method = Some(Method::Post);
        let url = self.url.clone();
        Instructions::Url { url, method }.write(&mut form);
        Request {
            verb: Verb::Post,
            path: path(account, &["Queues", self.queue.as_str(), "Members", member]),
            form,
        }
    }

    fn repeating(&self) -> Repeating {
        match self.member {
            Member::Call(_) => Repeating::Harmless,
            // The next caller would be moved as well.
            Member::Front => Repeating::Unsafe,
        }
    }

    fn read(&self, body: &[u8]) -> Option<MemberResource> {
        MemberResource::read(&serde_json::from_slice(body).ok()?)
    }

    fn is_over(&self, problem: &Problem) -> bool {
        problem.has_code(21220) || problem.is_not_found()
    }
}

/// Deletes a queue that is empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeleteQueue {
    /// The queue.
    pub queue: QueueSid,
}

impl Operation for DeleteQueue {
    type Resource = ();

    fn request(&self, account: &AccountSid) -> Request {
        Request {
            verb: Verb::Delete,
            path: path(account, &["Queues", self.queue.as_str()]),
            form: Form::new(),
        }
    }

    fn repeating(&self) -> Repeating {
        Repeating::Harmless
    }

    fn read(&self, _: &[u8]) -> Option<()> {
        Some(())
    }

    fn is_over(&self, problem: &Problem) -> bool {
        problem.is_not_found()
    }
}
