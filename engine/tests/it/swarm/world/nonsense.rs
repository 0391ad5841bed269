//! Inputs that make no sense, or only by chance: unknown ids, forged and late answers, the wrong
//! moment.

use engine::id::{AgentId, CallId, CallerKey, ClassId, OfferId, QueueId};
use engine::input::OfferFailure;
use engine::policy::{Feature, Share};
use engine::{Input, Timestamp};

use super::World;

impl World {
    pub(super) fn nonsense(&mut self) -> Input {
        let call = self.any_call();
        let agent = self.any_agent();
        let offer = self.any_offer();
        let queue = QueueId(self.rng.below(self.policy.queues.len() as u64 + 2) as u16);
        match self.rng.below(21) {
            0 => Input::CallerHungUp { call },
            1 => Input::VoicemailLeft { call },
            2 => Input::CallbackAnswered { call },
            3 => Input::CallbackUnanswered { call },
            4 => Input::CallEnded { call },
            5 => Input::CallBridged { offer },
            6 => Input::BridgeFailed { offer },
            7 => Input::OfferPlaced { offer },
            8 => Input::OfferRinging { offer },
            9 => Input::OfferAnswered { offer },
            10 => Input::OfferDeclined { offer },
            11 => Input::OfferFailed {
                offer,
                cause: OfferFailure::Carrier,
            },
            12 => Input::AgentReady { agent },
            13 => Input::HeartbeatReceived { agent },
            14 => Input::DeviceDisconnected { agent },
            15 => Input::QueueClosed { queue },
            16 => self.odd_assignment(agent, queue),
            17 => Input::FeatureSet {
                feature: Feature::Callback,
                share: Share(self.rng.pick(&[10_000, 10_001])),
            },
            18 => Input::CallArrived {
                call,
                caller: CallerKey(self.rng.below(self.options.callers)),
                queue,
                class: ClassId(7),
            },
            19 => self.odd_callback(call),
            20.. => Input::Resumed {
                since: self.now.after(1),
            },
        }
    }

    /// Mostly a recent one.
    fn any_call(&mut self) -> CallId {
        let back = self.rng.pick(&[2, 8, 1000]);
        let first = self.next_call.saturating_sub(back);
        CallId(self.rng.between(first, self.next_call + 1))
    }

    fn any_agent(&mut self) -> AgentId {
        AgentId(self.rng.below(self.options.agents + 2) as u32)
    }

    /// Mostly a recent one; sometimes one that never was.
    fn any_offer(&mut self) -> OfferId {
        if self.offers.is_empty() || self.rng.percent(5) {
            let number = self.rng.below(1000);
            return OfferId::new(number, self.any_agent());
        }
        let back = self.rng.below(5.min(self.offers.len() as u64)) as usize;
        self.offers[self.offers.len() - 1 - back]
    }

    fn odd_assignment(&mut self, agent: AgentId, queue: QueueId) -> Input {
        let level = self.rng.pick(&[0, 1, 2]);
        let queues = match self.rng.below(3) {
            0 => vec![(queue, level)],
            1 => vec![(queue, 1), (QueueId(0), level), (queue, 1)],
            2.. => vec![(QueueId(0), 1), (queue, level)],
        };
        let beyond = AgentId(self.options.agents as u32 + 1);
        let agent = if self.rng.percent(30) { beyond } else { agent };
        // A sound one must not bring in an agent whom nobody drives.
        let agent = if agent.0 == self.options.agents as u32 {
            beyond
        } else {
            agent
        };
        let queues = queues.into_boxed_slice();
        Input::AgentAssigned { agent, queues }
    }

    fn odd_callback(&mut self, call: CallId) -> Input {
        let at = self.rng.pick(&[
            None,
            Some(Timestamp::ZERO),
            Some(self.now),
            Some(self.now.after(30_000_000)),
        ]);
        Input::CallbackAccepted { call, at }
    }
}
