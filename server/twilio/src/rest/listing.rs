//! Lists legs and queues, to find out what is there after a time in which we were not. Twilio is late with them.

use super::operation::path;
use super::{
    CallResource, Operation, Page, PageToken, Problem, QueueResource, Repeating, Request, Verb,
};
use crate::webhook::CallStatus;
use crate::{AccountSid, CallSid, Form};

/// The most that a page has.
const PAGE_SIZE: &str = "1000";

/// Lists legs, the newest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ListCalls {
    /// To this party only, as Twilio writes it (`client:agent_7`).
    pub to: Option<String>,
    /// From this party only, as Twilio writes it.
    pub from: Option<String>,
    /// In this state only.
    pub status: Option<CallStatus>,
    /// Dialled by this leg only.
    pub parent: Option<CallSid>,
    /// The page; the first, unless said. It keeps what was asked for.
    pub page: Option<PageToken>,
}

impl Operation for ListCalls {
    type Resource = Page<CallResource>;

    fn request(&self, account: &AccountSid) -> Request {
        let form = match &self.page {
            Some(page) => page.form(),
            None => {
                let filters = [
                    ("To", self.to.as_deref()),
                    ("From", self.from.as_deref()),
                    ("Status", self.status.as_ref().map(CallStatus::as_str)),
                    ("ParentCallSid", self.parent.as_ref().map(CallSid::as_str)),
                    ("PageSize", Some(PAGE_SIZE)),
                ];
                let named = filters.into_iter();
                named
                    .filter_map(|(key, value)| Some((key, value?)))
                    .collect()
            }
        };
        Request {
            verb: Verb::Get,
            path: path(account, &["Calls"]),
            form,
        }
    }

    fn repeating(&self) -> Repeating {
        Repeating::Harmless
    }

    fn read(&self, body: &[u8]) -> Option<Page<CallResource>> {
        Page::read(body, "calls", CallResource::read)
    }

    fn is_over(&self, _: &Problem) -> bool {
        false
    }
}

/// Lists queues.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ListQueues {
    /// The page; the first, unless said.
    pub page: Option<PageToken>,
}

impl Operation for ListQueues {
    type Resource = Page<QueueResource>;

    fn request(&self, account: &AccountSid) -> Request {
        let form = match &self.page {
            Some(page) => page.form(),
            None => Form::from_iter([("PageSize", PAGE_SIZE)]),
        };
        Request {
            verb: Verb::Get,
            path: path(account, &["Queues"]),
            form,
        }
    }

    fn repeating(&self) -> Repeating {
        Repeating::Harmless
    }

    fn read(&self, body: &[u8]) -> Option<Page<QueueResource>> {
        Page::read(body, "queues", QueueResource::read)
    }

    fn is_over(&self, _: &Problem) -> bool {
        false
    }
}
