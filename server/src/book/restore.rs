//! The book as the tables have it.

use std::collections::BTreeMap;

use engine::Timestamp;
use engine::id::{AgentId, CallId, OfferId};
use policy_file::Names;

use super::Book;
use super::agent::{Activity, Agent, status_named};
use super::call::{Call, Outcome, Stage};
use super::offer::{Offer, State};
use crate::store::Kept;
use crate::store::row::{AgentRow, CallRow, OfferRow};

/// A row that this version cannot have written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "table {table}, row {id}: `{value}` is no {column}; `linefinder-server rebuild` shows what differs from the journal"
)]
pub struct RestoreError {
    table: &'static str,
    id: i64,
    column: &'static str,
    value: String,
}

/// The offer that a table's number stands for.
#[must_use]
pub(crate) fn offer_id(raw: i64) -> OfferId {
    let raw = raw as u64;
    OfferId::new(raw >> 24, AgentId((raw & 0xff_ffff) as u32))
}

impl Book {
    /// Reads the book back.
    ///
    /// # Errors
    /// A value that this version does not know.
    pub fn restore(
        kept: &Kept,
        names: Names,
        started_at: i64,
        caller_key: Vec<u8>,
    ) -> Result<Book, RestoreError> {
        let mut book = Book::new(names, started_at, caller_key);
        book.callers = kept.callers.iter().cloned().collect();
        for row in &kept.agents {
            let agent = book.agent_of(row)?;
            book.by_name.insert(agent.name.clone(), agent.id);
            book.agents.push(agent);
        }
        for row in &kept.heartbeats {
            let seen_at = book.engine_time(row.at);
            if let Some(agent) = book.agents.get_mut(row.agent_id as usize) {
                agent.is_alive = row.alive != 0;
                agent.is_reachable = row.reachable != 0;
                agent.seen_at = seen_at;
            }
        }
        for row in &kept.offers {
            let offer = book.offer_of(row)?;
            book.offers.insert(offer.id, offer);
        }
        for row in &kept.calls {
            let call = book.call_of(row)?;
            if call.stage == Stage::Over || call.ended_at.is_some() {
                book.ended
                    .push_back((call.ended_at.unwrap_or(Timestamp::ZERO), call.id));
            }
            if let Stage::Legacy(offer) = call.stage
                && let Some(offer) = book.offers.get_mut(&offer)
            {
                offer.is_legacy = true;
            }
            book.by_sid.insert(call.sid.clone(), call.id);
            book.calls.insert(call.id, call);
        }
        for offer in book
            .offers
            .values()
            .filter(|offer| offer.state.is_ringing())
        {
            if let Some(call) = book.calls.get_mut(&offer.call) {
                call.n_ringing += 1;
            }
        }
        book.ended.make_contiguous().sort_unstable();
        for row in &kept.line {
            if let Some(call) = book.calls.get_mut(&CallId(row.call_id as u64)) {
                call.position = row.position.and_then(|n| u32::try_from(n).ok());
                call.estimate = row.estimate_us.and_then(|n| u64::try_from(n).ok());
            }
        }
        for row in &kept.callbacks {
            let (asked, due) = (
                book.engine_time(row.asked_at),
                row.due_at.map(|at| book.engine_time(at)),
            );
            if let Some(call) = book.calls.get_mut(&CallId(row.call_id as u64)) {
                call.is_callback = true;
                call.callback_asked_at = Some(asked);
                call.callback_due_at = due;
                call.callback_attempts = u16::try_from(row.attempts).unwrap_or(u16::MAX);
            }
        }
        for row in &kept.commands {
            book.commands.insert(row.id as u64, row.clone());
        }
        Ok(book)
    }

    fn engine_time(&self, wall: i64) -> Timestamp {
        Timestamp(u64::try_from(wall.saturating_sub(self.started_at)).unwrap_or(0))
    }

    fn agent_of(&self, row: &AgentRow) -> Result<Agent, RestoreError> {
        let wrong = |column, value: &str| RestoreError {
            table: "agents",
            id: row.id,
            column,
            value: value.to_owned(),
        };
        let queues: BTreeMap<String, u8> =
            serde_json::from_str(&row.queues).map_err(|_| wrong("queues", &row.queues))?;
        let mut agent = Agent::new(
            AgentId(row.id as u32),
            &row.name,
            self.engine_time(row.since),
        );
        agent.contact.clone_from(&row.contact);
        agent.queues = queues.into_iter().collect();
        agent.status = status_named(&row.status).ok_or_else(|| wrong("status", &row.status))?;
        agent.activity =
            Activity::named(&row.activity).ok_or_else(|| wrong("activity", &row.activity))?;
        agent.call = row.call_id.map(|id| CallId(id as u64));
        agent.token_hash.clone_from(&row.token_hash);
        Ok(agent)
    }

    fn offer_of(&self, row: &OfferRow) -> Result<Offer, RestoreError> {
        let id = offer_id(row.id);
        let state = State::named(&row.state).ok_or_else(|| RestoreError {
            table: "offers",
            id: row.id,
            column: "state",
            value: row.state.clone(),
        })?;
        Ok(Offer {
            id,
            call: CallId(row.call_id as u64),
            agent: id.agent(),
            attempt: u16::try_from(row.attempt).unwrap_or(u16::MAX),
            state,
            leg: row.leg_sid.clone(),
            is_legacy: false,
            made_at: self.engine_time(row.made_at),
            rang_at: row.rang_at.map(|at| self.engine_time(at)),
            answered_at: row.answered_at.map(|at| self.engine_time(at)),
            ended_at: row.ended_at.map(|at| self.engine_time(at)),
        })
    }

    fn call_of(&self, row: &CallRow) -> Result<Call, RestoreError> {
        let wrong = |column, value: &str| RestoreError {
            table: "calls",
            id: row.id,
            column,
            value: value.to_owned(),
        };
        let id = CallId(row.id as u64);
        let live = |offer: &&Offer| offer.call == id && !offer.state.is_over();
        let live = self.offers.values().find(live).map(|offer| offer.id);
        let stage = Stage::named(&row.stage, live).ok_or_else(|| wrong("stage", &row.stage))?;
        let outcome = match &row.outcome {
            Some(name) => Some(Outcome::named(name).ok_or_else(|| wrong("outcome", name))?),
            None => None,
        };
        let queue = self.names.queue(&row.queue);
        let class = self.names.class(&row.class);
        let is_claimed = match stage {
            Stage::Claimed | Stage::Talking => true,
            Stage::Arriving
            | Stage::Waiting
            | Stage::Ringing
            | Stage::Legacy(_)
            | Stage::Leaving(_)
            | Stage::CallbackDue
            | Stage::CallbackPlaced
            | Stage::Over => false,
        };
        Ok(Call {
            id,
            sid: row.sid.clone(),
            from: row.caller_number.clone(),
            to: row.called_number.clone(),
            queue: queue.ok_or_else(|| wrong("queue", &row.queue))?,
            class: class.ok_or_else(|| wrong("class", &row.class))?,
            arrived_at: self.engine_time(row.arrived_at),
            stage,
            outcome,
            agent: row
                .agent
                .as_deref()
                .and_then(|name| self.agent_called(name)),
            offer: live.filter(|_| is_claimed),
            attempts: u16::try_from(row.attempts).unwrap_or(u16::MAX),
            n_ringing: 0,
            waited: row.waited_us.map(|span| span as u64),
            talked: row.talked_us.map(|span| span as u64),
            connected_at: row.connected_at.map(|at| self.engine_time(at)),
            ended_at: row.ended_at.map(|at| self.engine_time(at)),
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
        })
    }
}
