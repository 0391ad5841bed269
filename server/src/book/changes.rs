//! What changed since the last commit, as rows.

use std::collections::{BTreeMap, BTreeSet};

use engine::Timestamp;
use engine::id::{AgentId, CallId, OfferId};

use super::Book;
use super::agent::status_name;
use super::call::Stage;
use crate::store::Commit;
use crate::store::row::{
    AgentRow, CallRow, CallbackRow, CommandRow, HeartbeatRow, LineRow, OfferRow,
};

/// Ids of what changed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Changed {
    pub(super) calls: BTreeSet<CallId>,
    pub(super) offers: BTreeSet<OfferId>,
    pub(super) agents: BTreeSet<AgentId>,
    pub(super) heartbeats: BTreeSet<AgentId>,
    pub(super) commands: BTreeMap<u64, CommandRow>,
    pub(super) callbacks: BTreeMap<CallId, (Timestamp, &'static str)>,
}

impl Changed {
    pub(super) fn callback(&mut self, call: CallId, at: Timestamp, state: &'static str) {
        self.callbacks.insert(call, (at, state));
    }
}

impl Book {
    /// Moves what changed into `commit`.
    pub fn changes(&mut self, commit: &mut Commit) {
        let changed = std::mem::take(&mut self.changed);
        for id in &changed.calls {
            let Some(call) = self.calls.get(id) else {
                continue;
            };
            let row = self.call_row(id);
            commit.calls.extend(row);
            match call.stage.is_held() {
                true => commit.line.extend(self.line_row(id)),
                false => commit.left_line.push(id.0 as i64),
            }
        }
        commit
            .offers
            .extend(changed.offers.iter().filter_map(|id| self.offer_row(*id)));
        commit
            .agents
            .extend(changed.agents.iter().filter_map(|id| self.agent_row(*id)));
        commit.heartbeats.extend(
            changed
                .heartbeats
                .iter()
                .filter_map(|id| self.heartbeat_row(*id)),
        );
        commit.commands.extend(changed.commands.into_values());
        for (id, (at, state)) in changed.callbacks {
            commit.callbacks.extend(self.callback_row(id, at, state));
        }
    }

    /// A call's row as it is now.
    #[must_use]
    pub fn call_row(&self, id: &CallId) -> Option<CallRow> {
        let call = self.calls.get(id)?;
        Some(CallRow {
            id: id.0 as i64,
            sid: call.sid.clone(),
            caller_number: call.from.clone(),
            called_number: call.to.clone(),
            queue: self.names.queues[call.queue.index()].clone(),
            class: self.names.classes[call.class.index()].clone(),
            stage: call.stage.name().to_owned(),
            outcome: call.outcome.map(|outcome| outcome.name().to_owned()),
            arrived_at: self.wall(call.arrived_at),
            connected_at: call.connected_at.map(|at| self.wall(at)),
            ended_at: call.ended_at.map(|at| self.wall(at)),
            agent: call.agent.and_then(|id| Some(self.agent(id)?.name.clone())),
            attempts: i64::from(call.attempts),
            waited_us: call.waited.map(|span| span as i64),
            talked_us: call.talked.map(|span| span as i64),
        })
    }

    fn line_row(&self, id: &CallId) -> Option<LineRow> {
        let call = self.calls.get(id)?;
        Some(LineRow {
            call_id: id.0 as i64,
            queue: self.names.queues[call.queue.index()].clone(),
            class: self.names.classes[call.class.index()].clone(),
            arrived_at: self.wall(call.arrived_at),
            status: call.stage.name().to_owned(),
            position: call.position.map(i64::from),
            estimate_us: call.estimate.map(|span| span as i64),
        })
    }

    fn offer_row(&self, id: OfferId) -> Option<OfferRow> {
        let offer = self.offers.get(&id)?;
        Some(OfferRow {
            id: (id.number() << 24 | u64::from(id.agent().0)) as i64,
            call_id: offer.call.0 as i64,
            agent: self.agent(offer.agent)?.name.clone(),
            state: offer.state.name().to_owned(),
            leg_sid: offer.leg.clone(),
            attempt: i64::from(offer.attempt),
            made_at: self.wall(offer.made_at),
            rang_at: offer.rang_at.map(|at| self.wall(at)),
            answered_at: offer.answered_at.map(|at| self.wall(at)),
            ended_at: offer.ended_at.map(|at| self.wall(at)),
        })
    }

    fn agent_row(&self, id: AgentId) -> Option<AgentRow> {
        let agent = self.agent(id)?;
        let queues: BTreeMap<&str, u8> = agent
            .queues
            .iter()
            .map(|(name, level)| (name.as_str(), *level))
            .collect();
        Some(AgentRow {
            id: i64::from(id.0),
            name: agent.name.clone(),
            contact: agent.contact.clone(),
            queues: serde_json::to_string(&queues).expect("invariant: a map of names is written"),
            status: status_name(agent.status),
            activity: agent.activity.name().to_owned(),
            call_id: agent.call.map(|call| call.0 as i64),
            since: self.wall(agent.since),
            token_hash: agent.token_hash.clone(),
        })
    }

    fn heartbeat_row(&self, id: AgentId) -> Option<HeartbeatRow> {
        let agent = self.agent(id)?;
        Some(HeartbeatRow {
            agent_id: i64::from(id.0),
            at: self.wall(agent.seen_at),
            alive: i64::from(agent.is_alive),
            reachable: i64::from(agent.is_reachable),
        })
    }

    fn callback_row(&self, id: CallId, at: Timestamp, state: &str) -> Option<CallbackRow> {
        let call = self.calls.get(&id)?;
        let is_over = call.stage == Stage::Over;
        Some(CallbackRow {
            call_id: id.0 as i64,
            state: state.to_owned(),
            asked_at: self.wall(call.callback_asked_at.unwrap_or(at)),
            due_at: call.callback_due_at.map(|at| self.wall(at)),
            attempts: i64::from(call.callback_attempts),
            ended_at: is_over.then(|| self.wall(at)),
        })
    }
}
