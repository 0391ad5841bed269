//! What an answer means for whoever asked: done, over, refused, once more, or nobody knows.

use super::{Answer, Failure, Operation, Problem, Repeating, Reply};
use std::fmt;
use std::time::Duration;

/// What may be done next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome<R> {
    /// It was done.
    Done(R),
    /// There is nothing left to do: the call is over, the queue or its member away. As good as done.
    Over(Problem),
    /// It was not done and never will be: asking again is of no use. A number, an endpoint or a setting is at fault.
    Refused(Problem),
    /// It was not done, nor will anything else be: the credentials or the account are at fault. Stop, and tell somebody.
    Stop(Problem),
    /// It was not done, or may be done twice without harm: ask again, after this time if given, else after one's own.
    Retry {
        /// How long Twilio wants to be left alone.
        after: Option<Duration>,
        /// What happened.
        why: Why,
    },
    /// It may have been done, and must not be done twice. Only webhooks will tell.
    Ambiguous(Why),
}

/// What happened to a request that is neither done nor refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// Too many requests at a time (429, 20429): Twilio has not looked at it.
    TooMany,
    /// No answer.
    Failed(Failure),
    /// Twilio is at fault (5xx, 408).
    Status(Problem),
    /// It was done, says the status, but the body is not readable.
    Unreadable {
        /// The HTTP status.
        status: u16,
    },
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => f.write_str("too many requests at a time"),
            Self::Failed(Failure::NotSent(why)) => write!(f, "not sent: {why}"),
            Self::Failed(Failure::Lost(why)) => write!(f, "no answer: {why}"),
            Self::Status(problem) => problem.fmt(f),
            Self::Unreadable { status } => write!(f, "status {status} with an unreadable body"),
        }
    }
}

/// What `answer` means for `operation`.
#[must_use]
pub fn classify<O: Operation>(operation: &O, answer: Answer) -> Outcome<O::Resource> {
    match answer {
        Ok(reply) => match reply.status {
            200..=299 => match operation.read(&reply.body) {
                Some(resource) => Outcome::Done(resource),
                None => {
                    let status = reply.status;
                    let why = Why::Unreadable { status };
                    uncertain(operation.repeating(), None, why)
                }
            },
            _ => refused(operation, &reply),
        },
        Err(failure @ Failure::NotSent(_)) => Outcome::Retry {
            after: None,
            why: Why::Failed(failure),
        },
        Err(failure @ Failure::Lost(_)) => {
            uncertain(operation.repeating(), None, Why::Failed(failure))
        }
    }
}

fn refused<O: Operation>(operation: &O, reply: &Reply) -> Outcome<O::Resource> {
    let problem = Problem::read(reply.status, &reply.body);
    if reply.status == 429 || problem.has_code(20429) {
        return Outcome::Retry {
            after: reply.retry_after,
            why: Why::TooMany,
        };
    }
    // 20003: credentials; 20005: the account is not active.
    if reply.status == 401 || problem.has_code(20003) || problem.has_code(20005) {
        return Outcome::Stop(problem);
    }
    if operation.is_over(&problem) {
        return Outcome::Over(problem);
    }
    match reply.status {
        408 | 500.. => {
            let why = Why::Status(problem);
            uncertain(operation.repeating(), reply.retry_after, why)
        }
        _ => Outcome::Refused(problem),
    }
}

fn uncertain<R>(repeating: Repeating, after: Option<Duration>, why: Why) -> Outcome<R> {
    match repeating {
        Repeating::Harmless => Outcome::Retry { after, why },
        Repeating::Unsafe => Outcome::Ambiguous(why),
    }
}
