//! The server without IO: facts in, engine inputs and rows out, and what the sender of each fact is to do.
//!
//! Owns the engine and the book and nothing else: no clock, no socket, no database. What it has decided becomes true
//! for the world only when its [`Commit`] is written; the driver answers nobody before.
//!
//! In reading order: `calls` (callers' legs), `legs` (agents' and callbacks' legs, the carrier's results), `people`
//! (agents), `rules` (policies, shares, hours), `orders` (commands with what the carrier has to know).

mod calls;
mod legs;
mod orders;
mod people;
mod rules;

use std::collections::BTreeMap;

use engine::id::{AgentId, CallId};
use engine::input::Input;
use engine::output::{Outbox, Output};
use engine::rejection::Rejection;
use engine::{Engine, Timestamp};
use journal::Row;
use policy_file::PolicyFile;
use reports::digest::TraceDigest;

use crate::book::Book;
use crate::facts::{Fact, Treatment};
use crate::store::Commit;
use crate::store::row::{PolicyRow, SurveyRow, VoicemailRow};

pub use orders::Order;
pub(crate) use rules::list;

/// A class that no policy names: callers of whom nothing is known.
pub const STANDARD: &str = "standard";

/// Settings that are no routing policy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Manners {
    /// Callers are asked how the call was.
    pub asks: bool,
    /// A caller is told of its place when it was announced to it so lately, in microseconds: the length of a piece of
    /// music and a little.
    pub says_within_us: u64,
    /// The carrier may lose its hold of a caller so often.
    pub max_returns: u32,
}

impl Default for Manners {
    fn default() -> Self {
        Manners {
            asks: false,
            says_within_us: 25_000_000,
            max_returns: 5,
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Core {
    engine: Engine,
    book: Book,
    /// In force, its ids the engine's.
    policy: PolicyFile,
    manners: Manners,
    out: Outbox,
    /// Of everything the engine has said.
    digest: TraceDigest,
    seq: u64,
    /// The last step.
    last: Timestamp,
    epoch: u64,
    /// Since the last [`Core::take_commit`].
    rows: Vec<Row>,
    /// Likewise: what the engine said.
    said: Vec<Output>,
    voicemails: Vec<VoicemailRow>,
    surveys: Vec<SurveyRow>,
    policies: Vec<PolicyRow>,
    n_policies: i64,
    /// The last heartbeat that reached the engine.
    heartbeats: BTreeMap<AgentId, Timestamp>,
    started_at: i64,
    /// When a queue next opens or closes.
    next_hours: Option<Timestamp>,
}

/// What a core is made from.
#[derive(Debug)]
pub struct Parts {
    /// At the end of the journal.
    pub engine: Engine,
    /// As the tables have it.
    pub book: Book,
    /// In force, bound to the book's names.
    pub policy: PolicyFile,
    /// How many policies were in force so far, this one included.
    pub n_policies: i64,
    /// Settings that are no routing policy.
    pub manners: Manners,
    /// The digest of all outputs so far.
    pub digest: TraceDigest,
    /// The last row's number; 0 = none.
    pub seq: u64,
    /// The last row's time.
    pub last: Timestamp,
    /// Of the lease.
    pub epoch: u64,
    /// The engine's epoch, microseconds since 1970.
    pub started_at: i64,
}

impl Core {
    /// A core that goes on where its parts left off.
    #[must_use]
    pub fn new(parts: Parts) -> Core {
        Core {
            engine: parts.engine,
            book: parts.book,
            policy: parts.policy,
            manners: parts.manners,
            out: Outbox::new(),
            digest: parts.digest,
            seq: parts.seq,
            last: parts.last,
            epoch: parts.epoch,
            rows: Vec::new(),
            said: Vec::new(),
            voicemails: Vec::new(),
            surveys: Vec::new(),
            policies: Vec::new(),
            n_policies: parts.n_policies,
            heartbeats: BTreeMap::new(),
            started_at: parts.started_at,
            next_hours: Some(Timestamp::ZERO),
        }
    }

    /// One fact at one instant.
    pub fn handle(&mut self, at: Timestamp, fact: Fact) -> Treatment {
        match fact {
            Fact::Inbound(leg) => self.inbound(at, &leg),
            Fact::StillWaiting(leg) => self.still_waiting(at, &leg),
            Fact::LeftHold { sid, how } => self.left_hold(at, &sid, how),
            Fact::Joining { offer } => self.joining(at, offer),
            Fact::CallerOver { sid } => self.caller_over(at, &sid),
            Fact::Pressed { sid, key } => self.pressed(at, &sid, &key),
            Fact::LegacyOver { sid, how } => self.legacy_over(at, &sid, how),
            Fact::Recorded {
                sid,
                recording,
                seconds,
            } => self.recorded(at, &sid, recording, seconds),
            Fact::Answered { sid, answer } => self.answered_survey(at, &sid, answer),
            Fact::AgentLeg { offer, sid, news } => self.agent_leg(at, offer, sid.as_deref(), news),
            Fact::CallbackLeg { call, sid, news } => {
                self.callback_leg(at, call, sid.as_deref(), news)
            }
            Fact::Carried { command, result } => self.carried(at, command, result),
            Fact::Agent { agent, news } => self.agent_news(at, &agent, news),
            Fact::Policy { file, text, author } => self.replace_policy(at, &file, text, author),
            Fact::Share { feature, share } => self.set_share(at, feature, share),
            Fact::Caller { number, class } => self.set_class(&number, class.as_deref()),
            Fact::StoreLatency(latency) => {
                let latency = core::time::Duration::from_micros(latency);
                // The engine takes it at any time.
                let _ = self.input(at, Input::StoreLatencyMeasured { latency });
                Treatment::Nothing
            }
            Fact::Tick => {
                self.look(at);
                Treatment::Nothing
            }
        }
    }

    /// Lets everything happen that is due by `at`.
    pub fn look(&mut self, at: Timestamp) {
        self.keep_hours(at);
        self.out.clear();
        self.last = at;
        self.engine.advance_to(at, &mut self.out);
        if !self.out.is_empty() {
            self.note(at, None);
        }
    }

    /// The driver was away from `since` to `at`.
    pub fn resume(&mut self, at: Timestamp, since: Timestamp) {
        // `since` is never in the future: the engine takes it.
        let _ = self.input(at, Input::Resumed { since });
    }

    /// When to look at the latest.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let timer = self.engine.next_deadline().map(|(at, _)| at);
        timer.into_iter().chain(self.next_hours).min()
    }

    /// The engine, to look at.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The book, to look at.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> &PolicyFile {
        &self.policy
    }

    /// The digest of everything the engine has said.
    #[must_use]
    pub fn digest(&self) -> TraceDigest {
        self.digest
    }

    /// The last step: none may be before it.
    #[must_use]
    pub fn last(&self) -> Timestamp {
        self.last
    }

    /// The lease's epoch.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The last row's number.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// What the engine has said since the last commit was taken.
    #[must_use]
    pub fn said(&self) -> &[Output] {
        &self.said
    }

    /// Everything that is to be written, its journal apart; the rows and what the engine said.
    pub fn take_commit(&mut self) -> (Commit, Vec<Row>, Vec<Output>) {
        let mut commit = Commit::default();
        self.book.changes(&mut commit);
        commit.voicemails = std::mem::take(&mut self.voicemails);
        commit.surveys = std::mem::take(&mut self.surveys);
        commit.policies = std::mem::take(&mut self.policies);
        (
            commit,
            std::mem::take(&mut self.rows),
            std::mem::take(&mut self.said),
        )
    }

    /// Forgets calls that ended long ago.
    pub fn forget(&mut self, at: Timestamp) {
        let before = Timestamp(at.0.saturating_sub(crate::book::REMEMBERED_US));
        self.book.forget_before(before);
    }

    /// One input, journaled whether it was refused or not: due timers have fired.
    fn input(&mut self, at: Timestamp, input: Input) -> Result<(), Rejection> {
        self.out.clear();
        self.last = at;
        let result = self.engine.handle(at, input.clone(), &mut self.out);
        self.note(at, Some(input));
        result
    }

    fn note(&mut self, at: Timestamp, input: Option<Input>) {
        self.digest = self.digest.then(&self.out);
        for output in self.out.iter() {
            self.book.note(output);
            self.said.push(*output);
        }
        self.seq += 1;
        self.rows.push(Row {
            seq: self.seq,
            at,
            epoch: self.epoch,
            input,
            outputs: self.digest.0,
        });
    }

    fn wall(&self, at: Timestamp) -> i64 {
        self.started_at
            .saturating_add(i64::try_from(at.0).unwrap_or(i64::MAX))
    }

    /// The call of a leg that the engine still has in hand.
    fn live(&self, sid: &str) -> Option<CallId> {
        let call = self.book.call_of_leg(sid)?;
        call.ended_at.is_none().then_some(call.id)
    }
}
