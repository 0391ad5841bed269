//! Agents: who they are, what they want, their signs of life.

use engine::Timestamp;
use engine::id::{AgentId, Level, QueueId};
use engine::input::Input;
use engine::rejection::Rejection;

use super::Core;
use crate::facts::{AgentNews, LegNews, Refused, Taken, Treatment};

/// A heartbeat within this part of the lease after the last one says nothing new.
const SUPERFLUOUS: u64 = 4;

impl Core {
    pub(super) fn agent_news(&mut self, at: Timestamp, name: &str, news: AgentNews) -> Treatment {
        if let AgentNews::Assigned {
            contact,
            queues,
            token_hash,
        } = news
        {
            return self.assign(at, name, &contact, &queues, token_hash);
        }
        let Some(agent) = self.book.agent_called(name) else {
            return Treatment::Refused(Refused::Unknown(format!("there is no agent `{name}`")));
        };
        let input = match news {
            AgentNews::Assigned { .. } => return Treatment::Nothing,
            AgentNews::Status(status) => Input::AgentStatusChanged { agent, status },
            AgentNews::Ready => Input::AgentReady { agent },
            AgentNews::Heartbeat => return self.heartbeat(at, agent),
            AgentNews::Connected => Input::DeviceConnected { agent },
            AgentNews::Disconnected => Input::DeviceDisconnected { agent },
            AgentNews::Accepts(offer) | AgentNews::Declines(offer) | AgentNews::Shown(offer)
                if offer.agent() != agent =>
            {
                let why = format!("{offer} is not `{name}`'s");
                return Treatment::Refused(Refused::Conflict(why));
            }
            AgentNews::Accepts(offer) => {
                return self.agent_leg(at, offer, None, LegNews::Confirmed);
            }
            AgentNews::Declines(offer) => Input::OfferDeclined { offer },
            AgentNews::Shown(offer) => {
                self.told(at, Input::OfferPlaced { offer });
                Input::OfferRinging { offer }
            }
        };
        match self.input(at, input) {
            Ok(()) => Treatment::Taken(Taken::Agent(agent)),
            Err(refused) => Treatment::Refused(said(refused)),
        }
    }

    fn heartbeat(&mut self, at: Timestamp, agent: AgentId) -> Treatment {
        let lease = self.engine.policy().presence.heartbeat_timeout;
        let lease = engine::time::micros(lease);
        let known = self.heartbeats.get(&agent);
        let is_alive = self.book.agent(agent).is_some_and(|agent| agent.is_alive);
        if is_alive && known.is_some_and(|last| at.since(*last) < lease / SUPERFLUOUS) {
            return Treatment::Taken(Taken::Unchanged);
        }
        match self.input(at, Input::HeartbeatReceived { agent }) {
            Ok(()) => {
                self.heartbeats.insert(agent, at);
                Treatment::Taken(Taken::Agent(agent))
            }
            Err(refused) => Treatment::Refused(said(refused)),
        }
    }

    fn assign(
        &mut self,
        at: Timestamp,
        name: &str,
        contact: &str,
        queues: &[(String, Level)],
        token_hash: Option<String>,
    ) -> Treatment {
        let mut ids: Vec<(QueueId, Level)> = Vec::new();
        for (queue, level) in queues {
            match self.book.names.queue(queue) {
                Some(id) => ids.push((id, *level)),
                None => {
                    let why = format!("there is no queue `{queue}`");
                    return Treatment::Refused(Refused::Wrong(why));
                }
            }
        }
        let agent = self
            .book
            .agent_called(name)
            .unwrap_or_else(|| self.engine.next_agent());
        let input = Input::AgentAssigned {
            agent,
            queues: ids.into(),
        };
        match self.input(at, input) {
            Ok(()) => {
                self.book
                    .enter_agent(agent, name, contact, queues, token_hash, at);
                Treatment::Taken(Taken::Agent(agent))
            }
            Err(refused) => Treatment::Refused(said(refused)),
        }
    }
}

/// A rejection as whoever asked is told.
pub(super) fn said(refused: Rejection) -> Refused {
    let words = refused.to_string();
    match refused {
        Rejection::UnknownQueue | Rejection::UnknownCall | Rejection::UnknownAgent => {
            Refused::Unknown(words)
        }
        Rejection::StaleOffer | Rejection::WrongState | Rejection::NoCallbackOffered => {
            Refused::Conflict(words)
        }
        Rejection::CallIdOutOfOrder
        | Rejection::AgentIdOutOfOrder
        | Rejection::BadAssignment
        | Rejection::BadPolicy
        | Rejection::BadShare
        | Rejection::BadGap => Refused::Wrong(words),
    }
}
