//! What a record says happened, happens again: agents come, go, rest, give signs of life, and queues
//! open and close, at the recorded moments.

use engine::Input;
use engine::id::AgentId;
use engine::input::AgentStatus;

use crate::world::World;
use crate::world::event::Kind;

impl World<'_> {
    /// Waits for the next thing that is given.
    pub(crate) fn plan_given(&mut self) {
        if let Some((at, _)) = self.plan.given.get(self.n_given) {
            self.schedule(*at, Kind::Given, 0, 0);
        }
    }

    /// All that is given of this instant happens.
    pub(crate) fn given_happens(&mut self) {
        let plan = self.plan;
        while let Some((at, input)) = plan.given.get(self.n_given)
            && *at <= self.now
        {
            self.n_given += 1;
            self.happens_again(input.clone());
        }
        self.plan_given();
    }

    fn happens_again(&mut self, input: Input) {
        match input {
            Input::AgentAssigned { agent, queues } => self.assign(agent, queues),
            Input::AgentStatusChanged { agent, status } => self.is_again(agent, status),
            Input::DeviceConnected { agent } => {
                self.agents[agent.index()].app_open = true;
                self.tell_truth(agent.0);
                self.feed(input);
            }
            Input::DeviceDisconnected { agent } => {
                let who = &mut self.agents[agent.index()];
                who.app_open = false;
                who.rings_unheard();
                self.tell_truth(agent.0);
                self.feed(input);
            }
            Input::HeartbeatReceived { .. }
            | Input::QueueOpened { .. }
            | Input::QueueClosed { .. }
            | Input::PolicyReplaced(_)
            | Input::FeatureSet { .. }
            | Input::FeatureCleared { .. }
            | Input::StoreLatencyMeasured { .. } => self.feed(input),
            // What callers and agents do about calls is simulated, and gaps are faults of the server.
            Input::CallArrived { .. }
            | Input::CallerHungUp { .. }
            | Input::VoicemailLeft { .. }
            | Input::CallbackAccepted { .. }
            | Input::CallbackAnswered { .. }
            | Input::CallbackUnanswered { .. }
            | Input::CallEnded { .. }
            | Input::OfferPlaced { .. }
            | Input::OfferRinging { .. }
            | Input::OfferAnswered { .. }
            | Input::OfferDeclined { .. }
            | Input::OfferFailed { .. }
            | Input::CallBridged { .. }
            | Input::BridgeFailed { .. }
            | Input::AgentReady { .. }
            | Input::Resumed { .. } => {}
        }
    }

    fn is_again(&mut self, agent: AgentId, status: AgentStatus) {
        let recorded = self.plan.signs_of(agent);
        let who = &mut self.agents[agent.index()];
        let was_here = who.here;
        who.here = status != AgentStatus::Offline;
        who.on_break = matches!(status, AgentStatus::Break(_));
        if status != AgentStatus::Available {
            who.rings_unheard();
        }
        match (was_here, who.here) {
            (false, true) => {
                if !recorded.heartbeats {
                    self.start_heartbeats(agent.0);
                }
                if !recorded.device {
                    self.agents[agent.index()].app_open = true;
                    self.feed(Input::DeviceConnected { agent });
                }
            }
            (true, false) => {
                who.sessions += 1;
                if !recorded.device {
                    who.app_open = false;
                    self.feed(Input::DeviceDisconnected { agent });
                }
            }
            (true, true) | (false, false) => {}
        }
        self.tell_status(agent.0, status);
        self.tell_truth(agent.0);
    }
}
