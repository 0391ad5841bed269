//! What Twilio is asked to do: the few REST operations that a router needs.
//!
//! An [`Operation`] is pure: it says what its [`Request`] is, and an [`Answer`] to it is classified into an [`Outcome`]
//! that says what may be done next. [`Client`] only carries requests; it never repeats one itself, because how often and
//! how late is for whoever knows what the request is for.

mod answer;
mod client;
mod create_call;
mod listing;
mod operation;
mod outcome;
mod page;
mod problem;
mod queue_member;
mod resource;
mod update_call;

pub use answer::{Answer, Failure, Reply};
pub use client::{Client, ClientError, Settings};
pub use create_call::{CreateCall, Instructions, Party};
pub use listing::{ListCalls, ListQueues};
pub use operation::{Operation, Repeating, Request, Verb};
pub use outcome::{Outcome, Why, classify};
pub use page::{Page, PageToken};
pub use problem::Problem;
pub use queue_member::{DeleteQueue, Member, UpdateMember};
pub use resource::{CallResource, MemberResource, QueueResource};
pub use update_call::{CallChange, EndedStatus, FetchCall, UpdateCall};
