//! What must be true of the outputs alone, whoever made them: calls are conserved, an agent has one
//! thing to do, commands are numbered, time does not run backwards.

use std::collections::BTreeMap;

use engine::id::{AgentId, CallId, OfferId};
use engine::output::OfferEnd;
use engine::{Command, Event, Output, Timestamp, What};

/// Where the outputs say a call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    InHand,
    Connected,
    Over,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Work {
    Offered(OfferId),
    Answered(OfferId),
    Reserved(CallId),
    Talking(CallId),
    WrapUp,
}

/// The judge's memory.
#[derive(Default)]
pub(crate) struct Judge {
    calls: BTreeMap<CallId, Place>,
    work: BTreeMap<AgentId, Work>,
    next_command: u64,
    next_offer: u64,
    last: Timestamp,
}

type Verdict = Result<(), String>;

fn require(holds: bool, what: &str) -> Verdict {
    if holds { Ok(()) } else { Err(what.to_string()) }
}

impl Judge {
    /// One output.
    pub(crate) fn hear(&mut self, now: Timestamp, output: &Output) -> Verdict {
        require(self.last <= output.at, "outputs are in order of time")?;
        require(output.at <= now, "outputs are not of the future")?;
        self.last = output.at;
        match &output.what {
            What::Command(id, command) => {
                require(id.0 == self.next_command, "commands are numbered")?;
                self.next_command += 1;
                self.hear_command(command)
            }
            What::Event(event) => {
                self.hear_call(event)?;
                self.hear_agent(output.at, event)
            }
        }
    }

    fn hear_command(&mut self, command: &Command) -> Verdict {
        match command {
            Command::RingAgent { offer, call } | Command::DialLegacy { offer, call } => {
                self.in_hand(*call)?;
                self.works(offer.agent(), Work::Offered(*offer))
            }
            Command::Bridge { offer, call } => {
                self.in_hand(*call)?;
                self.works(offer.agent(), Work::Answered(*offer))
            }
            Command::PlaceCallback { call, agent } => self.works(*agent, Work::Reserved(*call)),
            Command::LeaveQueue { call, .. }
            | Command::OfferCallback { call }
            | Command::StopCallback { call } => self.in_hand(*call),
            Command::StopRinging { .. } => Ok(()),
        }
    }

    fn in_hand(&self, call: CallId) -> Verdict {
        require(
            self.calls.get(&call) == Some(&Place::InHand),
            "what happens to a call happens before its outcome",
        )
    }

    fn works(&self, agent: AgentId, work: Work) -> Verdict {
        require(
            self.work.get(&agent) == Some(&work),
            "an agent does what it was last told",
        )
    }

    fn hear_call(&mut self, event: &Event) -> Verdict {
        match event {
            Event::CallArrived { call, .. } => require(
                self.calls.insert(*call, Place::InHand).is_none(),
                "a call arrives once",
            ),
            Event::CallConnected { call, .. } => self.moves(*call, Place::InHand, Place::Connected),
            Event::CallEnded { call, .. } => self.moves(*call, Place::Connected, Place::Over),
            Event::CallAbandoned { call, .. }
            | Event::CallRefused { call, .. }
            | Event::CallTimedOut { call, .. }
            | Event::VoicemailTaken { call }
            | Event::CallFailed { call }
            | Event::CallbackFailed { call, .. } => self.moves(*call, Place::InHand, Place::Over),
            Event::CallQueued { call, .. }
            | Event::CallOverflowed { call, .. }
            | Event::EstimateAnnounced { call, .. }
            | Event::OfferMade { call, .. }
            | Event::OfferAnswered { call, .. }
            | Event::OfferEnded { call, .. }
            | Event::ClaimUndone { call, .. }
            | Event::CallExhausted { call }
            | Event::VoicemailStarted { call }
            | Event::CallbackOffered { call }
            | Event::CallbackTaken { call }
            | Event::CallbackPlaced { call, .. }
            | Event::CallbackMissed { call } => self.in_hand(*call),
            Event::Rescued { .. } => Err("events miss no match".to_string()),
            Event::OfferRang { .. }
            | Event::AgentStatusSet { .. }
            | Event::AgentIdle { .. }
            | Event::AgentWrapUp { .. }
            | Event::AgentAlive { .. }
            | Event::AgentReachable { .. }
            | Event::AgentBreaker { .. }
            | Event::CarrierBreaker { .. }
            | Event::QueueScanned { .. }
            | Event::QueueOpen { .. }
            | Event::PolicyApplied
            | Event::FeatureShareSet { .. }
            | Event::AlertRaised { .. }
            | Event::AlertCleared { .. } => Ok(()),
        }
    }

    fn moves(&mut self, call: CallId, from: Place, to: Place) -> Verdict {
        require(
            self.calls.insert(call, to) == Some(from),
            "a call has exactly one outcome",
        )
    }

    fn hear_agent(&mut self, at: Timestamp, event: &Event) -> Verdict {
        match event {
            Event::OfferMade {
                offer,
                eligible_since,
                free_since,
                ..
            } => {
                require(offer.number() == self.next_offer, "offers are numbered")?;
                self.next_offer += 1;
                require(
                    *eligible_since <= at && *free_since <= at,
                    "call and agent are free before the offer",
                )?;
                let before = self.work.insert(offer.agent(), Work::Offered(*offer));
                require(
                    matches!(before, None | Some(Work::Reserved(_))),
                    "only an idle agent is asked",
                )
            }
            Event::OfferRang { offer } => self.works(offer.agent(), Work::Offered(*offer)),
            Event::OfferAnswered { offer, .. } => {
                let before = self.work.insert(offer.agent(), Work::Answered(*offer));
                require(
                    before == Some(Work::Offered(*offer)),
                    "only a live offer is answered",
                )
            }
            Event::OfferEnded { offer, end, .. } => {
                let work = self.work.get(&offer.agent());
                let was_answered = work == Some(&Work::Answered(*offer));
                require(
                    work == Some(&Work::Offered(*offer))
                        || was_answered && *end == OfferEnd::Withdrawn,
                    "only a live offer ends",
                )
            }
            Event::ClaimUndone { offer, .. } => self.works(offer.agent(), Work::Answered(*offer)),
            Event::CallbackPlaced { call, agent, .. } => require(
                self.work.insert(*agent, Work::Reserved(*call)).is_none(),
                "only an idle agent is reserved",
            ),
            Event::CallConnected { call, agent, .. } => {
                let before = self.work.insert(*agent, Work::Talking(*call));
                require(
                    matches!(before, Some(Work::Answered(_))),
                    "who connects has answered",
                )
            }
            Event::CallEnded { call, agent, .. } => self.works(*agent, Work::Talking(*call)),
            Event::AgentWrapUp { agent } => {
                let before = self.work.insert(*agent, Work::WrapUp);
                require(
                    matches!(before, Some(Work::Talking(_))),
                    "after-call work follows a call",
                )
            }
            Event::AgentIdle { agent } => require(
                self.work.remove(agent).is_some(),
                "an agent becomes idle after doing something",
            ),
            Event::CallArrived { .. }
            | Event::CallQueued { .. }
            | Event::CallOverflowed { .. }
            | Event::EstimateAnnounced { .. }
            | Event::CallExhausted { .. }
            | Event::CallAbandoned { .. }
            | Event::CallRefused { .. }
            | Event::CallTimedOut { .. }
            | Event::VoicemailStarted { .. }
            | Event::VoicemailTaken { .. }
            | Event::CallFailed { .. }
            | Event::CallbackOffered { .. }
            | Event::CallbackTaken { .. }
            | Event::CallbackMissed { .. }
            | Event::CallbackFailed { .. }
            | Event::AgentStatusSet { .. }
            | Event::AgentAlive { .. }
            | Event::AgentReachable { .. }
            | Event::AgentBreaker { .. }
            | Event::CarrierBreaker { .. }
            | Event::QueueScanned { .. }
            | Event::Rescued { .. }
            | Event::QueueOpen { .. }
            | Event::PolicyApplied
            | Event::FeatureShareSet { .. }
            | Event::AlertRaised { .. }
            | Event::AlertCleared { .. } => Ok(()),
        }
    }

    /// Calls without their last outcome.
    pub(crate) fn unserved(&self) -> Vec<CallId> {
        let over = |place: &Place| *place == Place::Over;
        self.calls
            .iter()
            .filter(|(_, place)| !over(place))
            .map(|(call, _)| *call)
            .collect()
    }

    /// Calls that arrived.
    pub(crate) fn n_calls(&self) -> usize {
        self.calls.len()
    }
}
