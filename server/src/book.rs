//! What the engine does not know of its calls, legs, offers and agents: names, numbers and the carrier's ids;
//! and what the engine has said of each, as far as an answer or a table needs it.
//!
//! The book follows the engine's outputs ([`Book::note`]) and never decides. Everything in it is either in a
//! table already or among the changes that go into the next commit ([`Book::changes`]): it is read back
//! from there after a crash.

mod agent;
mod call;
mod changes;
mod note;
mod offer;
mod restore;

use std::collections::{BTreeMap, BTreeSet};

use engine::Timestamp;
use engine::id::{AgentId, CallId, CallerKey, ClassId, OfferId, QueueId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use policy_file::Names;
use sha2::Sha256;

use crate::facts::Inbound;
use crate::store::row::CommandRow;
pub use agent::{Activity, Agent};
pub use call::{Call, Outcome, Stage};
use changes::Changed;
pub use offer::{Offer, State};
pub use restore::RestoreError;
pub(crate) use restore::offer_id;

/// Ended calls are remembered for as long as webhooks about them may come: the longest call and a little.
pub const REMEMBERED_US: u64 = 5 * 3_600_000_000;

/// See the module.
#[derive(Debug)]
pub struct Book {
    /// Queues and classes.
    pub names: Names,
    /// The engine's epoch, microseconds since 1970.
    started_at: i64,
    caller_key: Vec<u8>,
    calls: BTreeMap<CallId, Call>,
    by_sid: BTreeMap<String, CallId>,
    offers: BTreeMap<OfferId, Offer>,
    agents: Vec<Agent>,
    by_name: BTreeMap<String, AgentId>,
    callers: BTreeMap<String, String>,
    /// Commands that are not done, by the engine's id.
    commands: BTreeMap<u64, CommandRow>,
    /// Ended calls in the order of their ends.
    ended: std::collections::VecDeque<(Timestamp, CallId)>,
    changed: Changed,
}

impl Book {
    /// An empty book.
    #[must_use]
    pub fn new(names: Names, started_at: i64, caller_key: Vec<u8>) -> Book {
        Book {
            names,
            started_at,
            caller_key,
            calls: BTreeMap::new(),
            by_sid: BTreeMap::new(),
            offers: BTreeMap::new(),
            agents: Vec::new(),
            by_name: BTreeMap::new(),
            callers: BTreeMap::new(),
            commands: BTreeMap::new(),
            ended: std::collections::VecDeque::new(),
            changed: Changed::default(),
        }
    }

    /// A call by its caller's leg.
    #[must_use]
    pub fn call_of_leg(&self, sid: &str) -> Option<&Call> {
        self.calls.get(self.by_sid.get(sid)?)
    }

    /// A call that is in hand or ended lately.
    #[must_use]
    pub fn call(&self, call: CallId) -> Option<&Call> {
        self.calls.get(&call)
    }

    /// An offer of a call that is in hand or ended lately.
    #[must_use]
    pub fn offer(&self, offer: OfferId) -> Option<&Offer> {
        self.offers.get(&offer)
    }

    /// An agent by name.
    #[must_use]
    pub fn agent_called(&self, name: &str) -> Option<AgentId> {
        self.by_name.get(name).copied()
    }

    /// An agent.
    #[must_use]
    pub fn agent(&self, agent: AgentId) -> Option<&Agent> {
        self.agents.get(agent.index())
    }

    /// All agents.
    #[must_use]
    pub fn agents(&self) -> &[Agent] {
        &self.agents
    }

    /// Calls in hand and those that ended lately.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.values()
    }

    /// Commands that are not done.
    pub fn open_commands(&self) -> impl Iterator<Item = &CommandRow> {
        self.commands.values()
    }

    /// Who calls, hashed with the site's own key; a withheld number hashes the leg instead, so that such
    /// callers share nothing.
    #[must_use]
    pub fn caller(&self, of: &Inbound) -> CallerKey {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.caller_key)
            .expect("invariant: HMAC takes a key of any length");
        match &of.from {
            Some(number) => mac.update(number.as_bytes()),
            None => {
                mac.update(b"withheld ");
                mac.update(of.sid.as_bytes());
            }
        }
        let hash = mac.finalize().into_bytes();
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        CallerKey(u64::from_be_bytes(first))
    }

    /// The class of a number, by name.
    #[must_use]
    pub fn class_of(&self, number: Option<&str>) -> Option<&str> {
        self.callers.get(number?).map(String::as_str)
    }

    /// A number's class from now on; `None` = none.
    pub fn set_class(&mut self, number: &str, class: Option<&str>) {
        match class {
            Some(class) => self.callers.insert(number.to_owned(), class.to_owned()),
            None => self.callers.remove(number),
        };
    }

    /// Enters a call that the engine is about to be told of.
    pub fn enter_call(
        &mut self,
        id: CallId,
        leg: &Inbound,
        queue: QueueId,
        class: ClassId,
        at: Timestamp,
    ) {
        self.by_sid.insert(leg.sid.clone(), id);
        self.calls.insert(
            id,
            Call {
                id,
                sid: leg.sid.clone(),
                from: leg.from.clone(),
                to: leg.to.clone(),
                queue,
                class,
                arrived_at: at,
                stage: Stage::Arriving,
                outcome: None,
                agent: None,
                offer: None,
                attempts: 0,
                n_ringing: 0,
                waited: None,
                talked: None,
                connected_at: None,
                ended_at: None,
                position: None,
                estimate: None,
                announced_at: None,
                offers_callback: false,
                is_callback: false,
                callback_asked_at: None,
                callback_due_at: None,
                callback_attempts: 0,
                returns: 0,
                is_asked: false,
            },
        );
        self.changed.calls.insert(id);
    }

    /// A caller's new leg: a callback's.
    pub fn add_leg(&mut self, call: CallId, sid: &str) {
        self.by_sid.insert(sid.to_owned(), call);
    }

    /// The carrier's id of the leg of a callback.
    #[must_use]
    pub fn last_leg(&self, call: CallId) -> Option<String> {
        let own = &self.calls.get(&call)?.sid;
        let mut legs = self
            .by_sid
            .iter()
            .filter(|(sid, of)| **of == call && *sid != own);
        legs.next_back().map(|(sid, _)| sid.clone())
    }

    /// The caller's leg was put back on hold after the carrier lost it; how often by now.
    pub fn put_back(&mut self, call: CallId) -> u32 {
        let Some(call) = self.calls.get_mut(&call) else {
            return 0;
        };
        call.returns += 1;
        call.returns
    }

    /// Who was called back is on the line, and held until its agent takes the call.
    pub fn picked_up(&mut self, call: CallId) {
        if let Some(known) = self.calls.get_mut(&call)
            && known.stage == Stage::CallbackPlaced
        {
            known.stage = Stage::Waiting;
            self.changed.calls.insert(call);
        }
    }

    /// The question after the call is being asked.
    pub fn ask(&mut self, call: CallId) {
        if let Some(call) = self.calls.get_mut(&call) {
            call.is_asked = true;
        }
    }

    /// The carrier's id of an offer's leg.
    pub fn set_leg(&mut self, offer: OfferId, sid: &str) {
        if let Some(known) = self.offers.get_mut(&offer)
            && known.leg.as_deref() != Some(sid)
        {
            known.leg = Some(sid.to_owned());
            self.changed.offers.insert(offer);
        }
    }

    /// Enters an agent, or how it is reached from now on.
    pub fn enter_agent(
        &mut self,
        id: AgentId,
        name: &str,
        contact: &str,
        queues: &[(String, u8)],
        token_hash: Option<String>,
        at: Timestamp,
    ) {
        if id.index() == self.agents.len() {
            self.agents.push(Agent::new(id, name, at));
            self.by_name.insert(name.to_owned(), id);
        }
        let agent = &mut self.agents[id.index()];
        contact.clone_into(&mut agent.contact);
        agent.queues = queues.to_vec();
        if token_hash.is_some() {
            agent.token_hash = token_hash;
        }
        self.changed.agents.insert(id);
    }

    /// A command that is not done.
    #[must_use]
    pub fn open_command(&self, id: u64) -> Option<&CommandRow> {
        self.commands.get(&id)
    }

    /// Forgets ended calls that nobody will speak of any more.
    pub fn forget_before(&mut self, at: Timestamp) {
        let mut forgotten = BTreeSet::new();
        while let Some((ended_at, call)) = self.ended.front().copied()
            && ended_at < at
        {
            self.ended.pop_front();
            self.calls.remove(&call);
            forgotten.insert(call);
        }
        if !forgotten.is_empty() {
            self.by_sid.retain(|_, of| !forgotten.contains(of));
            self.offers
                .retain(|_, offer| !forgotten.contains(&offer.call));
        }
    }

    fn wall(&self, at: Timestamp) -> i64 {
        self.started_at
            .saturating_add(i64::try_from(at.0).unwrap_or(i64::MAX))
    }
}
