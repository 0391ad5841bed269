//! Whom a command, a word or a commit concerns: its draws belong to that call, agent or leg, and to
//! how many it had before, so that nothing else that passes through carrier or store moves them.

use engine::id::{AgentId, CallId, QueueId};
use engine::output::{Command, Event as Said, Output, What};

use crate::world::World;

/// Whom a command or a word through the carrier concerns.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Party {
    /// The caller in this place of the table.
    Caller(u32),
    /// The agent: its application or its device.
    Agent(u32),
    /// A leg. Each of its steps happens once, so that the step's number takes a counter's place.
    Leg { entity: u64, step: u64 },
}

/// What a draw is addressed by, next to its purpose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) entity: u64,
    pub(crate) k: u64,
}

/// Whom an output speaks of.
enum Subject {
    Call(CallId),
    Agent(AgentId),
    Queue(QueueId),
    Nobody,
}

/// Draws of commits that concern no call and no agent, by queue; the last is nobody's.
const NOBODY: u64 = u64::MAX;

impl World<'_> {
    /// The key of the party's next draw.
    pub(crate) fn key_of(&mut self, party: Party) -> Key {
        match party {
            Party::Caller(slot) => {
                let caller = &mut self.calls[slot];
                caller.drawn = caller.drawn.wrapping_add(1);
                Key {
                    entity: caller.entity,
                    k: u64::from(caller.drawn),
                }
            }
            Party::Agent(agent) => self.agents[agent as usize].next_key(),
            Party::Leg { entity, step } => Key { entity, k: step },
        }
    }

    /// The key of a commit: that of the first call or agent its outputs speak of. One that concerns
    /// neither, as a scan, belongs to its queue and moment.
    pub(crate) fn key_of_commit(&mut self, outputs: &[Output]) -> Key {
        let now = self.now.0;
        let nobody = |entity| Key { entity, k: now };
        match outputs.first().map_or(Subject::Nobody, subject) {
            Subject::Call(call) => match self.calls.find(call) {
                Some(slot) => self.key_of(Party::Caller(slot)),
                None => nobody(NOBODY ^ call.0 << 16),
            },
            Subject::Agent(agent) => self.key_of(Party::Agent(agent.0)),
            Subject::Queue(queue) => nobody(NOBODY - 1 - u64::from(queue.0)),
            Subject::Nobody => nobody(NOBODY),
        }
    }
}

fn subject(output: &Output) -> Subject {
    match output.what {
        What::Command(_, command) => match command {
            Command::RingAgent { call, .. }
            | Command::DialLegacy { call, .. }
            | Command::Bridge { call, .. }
            | Command::LeaveQueue { call, .. }
            | Command::OfferCallback { call }
            | Command::PlaceCallback { call, .. }
            | Command::StopCallback { call } => Subject::Call(call),
            Command::StopRinging { offer } => Subject::Agent(offer.agent()),
        },
        What::Event(said) => match said {
            Said::CallArrived { call, .. }
            | Said::CallQueued { call, .. }
            | Said::CallOverflowed { call, .. }
            | Said::EstimateAnnounced { call, .. }
            | Said::OfferMade { call, .. }
            | Said::OfferAnswered { call, .. }
            | Said::OfferEnded { call, .. }
            | Said::ClaimUndone { call, .. }
            | Said::CallExhausted { call }
            | Said::CallConnected { call, .. }
            | Said::CallEnded { call, .. }
            | Said::CallAbandoned { call, .. }
            | Said::CallRefused { call, .. }
            | Said::CallTimedOut { call, .. }
            | Said::VoicemailStarted { call }
            | Said::VoicemailTaken { call }
            | Said::CallFailed { call }
            | Said::CallbackOffered { call }
            | Said::CallbackTaken { call }
            | Said::CallbackPlaced { call, .. }
            | Said::CallbackMissed { call }
            | Said::CallbackFailed { call, .. }
            | Said::Rescued { call, .. } => Subject::Call(call),
            Said::OfferRang { offer } => Subject::Agent(offer.agent()),
            Said::AgentStatusSet { agent, .. }
            | Said::AgentIdle { agent }
            | Said::AgentWrapUp { agent }
            | Said::AgentAlive { agent, .. }
            | Said::AgentReachable { agent, .. }
            | Said::AgentBreaker { agent, .. } => Subject::Agent(agent),
            Said::QueueScanned { queue, .. } | Said::QueueOpen { queue, .. } => {
                Subject::Queue(queue)
            }
            Said::CarrierBreaker { .. }
            | Said::PolicyApplied
            | Said::FeatureShareSet { .. }
            | Said::AlertRaised { .. }
            | Said::AlertCleared { .. } => Subject::Nobody,
        },
    }
}
