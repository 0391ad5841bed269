//! What an operation is, whatever it does.

use super::Problem;
use crate::{AccountSid, Form};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// An HTTP method of the API.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// Reads; the parameters are a query.
    Get,
    /// Creates or changes; the parameters are a form.
    Post,
    /// Deletes.
    Delete,
}

/// A request before it has a host and credentials.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// Its method.
    pub verb: Verb,
    /// Its path, from `/2010-04-01`.
    pub path: String,
    /// Its parameters: the query of a GET, the body of a POST.
    pub form: Form,
}

/// Whether a request may be repeated when nobody knows what became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Repeating {
    /// Once more has the same effect.
    Harmless,
    /// Once more may do it twice: there is no key to tell a repetition by.
    Unsafe,
}

/// Something that Twilio can be asked to do.
pub trait Operation {
    /// What it is answered with.
    type Resource;

    /// The request, in this account.
    fn request(&self, account: &AccountSid) -> Request;

    /// Whether it may be repeated.
    fn repeating(&self) -> Repeating;

    /// Reads the body of an answer that says that it was done; `None` when it is none.
    fn read(&self, body: &[u8]) -> Option<Self::Resource>;

    /// Whether a refusal says that there is nothing left to do: what it is about is over or away.
    fn is_over(&self, problem: &Problem) -> bool;
}

/// What a segment of a path may have unescaped.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// `/2010-04-01/Accounts/{account}/{segments}.json`. Names come from outside: none reaches beyond its segment.
pub(super) fn path(account: &AccountSid, segments: &[&str]) -> String {
    let mut path = String::from("/2010-04-01/Accounts");
    for segment in std::iter::once(&account.as_str()).chain(segments) {
        path.push('/');
        // A segment of dots only would name a directory.
        if segment.bytes().all(|c| c == b'.') {
            path.extend(segment.bytes().map(|_| "%2E"));
        } else {
            path.extend(utf8_percent_encode(segment, SEGMENT));
        }
    }
    path.push_str(".json");
    path
}
