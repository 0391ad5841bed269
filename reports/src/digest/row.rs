//! One output as the words that its digest is made of: every field of every command and event.

use engine::id::{AgentId, OfferId};
use engine::input::AgentStatus;
use engine::output::{
    Alert, BreakerState, Command, Departure, Event, OfferEnd, Output, Refusal, Stage, What,
};

use super::{K1, K2, K3, K4, K5, K6, fold};

/// The words of one output, folded.
#[derive(Clone, Copy)]
pub(super) struct Row(pub(super) u64);

/// Commands have kinds from here.
const COMMANDS: u64 = 64;

/// The second word: the kind in the top byte, small parts below (at most 32, 16 and 8 bits).
#[inline(always)]
const fn tag(kind: u64, long: u32, short: u16, byte: u8) -> u64 {
    kind << 56 | (byte as u64) << 48 | (short as u64) << 32 | long as u64
}

#[inline(always)]
const fn offer_bits(offer: OfferId) -> u64 {
    offer.number() << 24 | offer.agent().0 as u64
}

impl Row {
    /// A row of two words that is no output's.
    pub(super) const fn pair(a: u64, b: u64) -> Row {
        Row::short(0, 0, a, b)
    }

    #[inline(always)]
    const fn short(at: u64, tag: u64, a: u64, b: u64) -> Row {
        Row(fold(at ^ K1, tag ^ K2) ^ fold(a ^ K3, b ^ K4))
    }

    #[inline(always)]
    const fn long(at: u64, tag: u64, a: u64, b: u64, c: u64, d: u64) -> Row {
        Row(Row::short(at, tag, a, b).0 ^ fold(c ^ K5, d ^ K6))
    }

    #[inline]
    pub(super) fn of(output: &Output) -> Row {
        let at = output.at.0;
        match output.what {
            What::Command(id, command) => Row::of_command(at, id.0, command),
            What::Event(ref event) => Row::of_event(at, event),
        }
    }

    #[inline(always)]
    pub(super) fn of_command(at: u64, id: u64, command: Command) -> Row {
        let (kind, long, byte, a, b) = match command {
            Command::RingAgent { offer, call } => (0, 0, 0, call.0, offer_bits(offer)),
            Command::StopRinging { offer } => (1, 0, 0, 0, offer_bits(offer)),
            Command::Bridge { offer, call } => (2, 0, 0, call.0, offer_bits(offer)),
            Command::DialLegacy { offer, call } => (3, 0, 0, call.0, offer_bits(offer)),
            Command::LeaveQueue { call, then } => (4, 0, departure(then), call.0, 0),
            Command::OfferCallback { call } => (5, 0, 0, call.0, 0),
            Command::PlaceCallback { call, agent } => (6, agent.0, 0, call.0, 0),
            Command::StopCallback { call } => (7, 0, 0, call.0, 0),
        };
        Row::long(at, tag(COMMANDS + kind, long, 0, byte), a, b, id, 0)
    }

    #[inline(always)]
    pub(super) fn of_event(at: u64, event: &Event) -> Row {
        let of_agent =
            |kind, agent: AgentId, byte| Row::short(at, tag(kind, agent.0, 0, byte), 0, 0);
        match *event {
            Event::CallArrived {
                call,
                caller,
                queue,
                class,
                queued,
            } => {
                let small = tag(0, u32::from(class.0), queue.0, u8::from(queued));
                Row::short(at, small, call.0, caller.0)
            }
            Event::CallQueued { call, queue } => Row::short(at, tag(1, 0, queue.0, 0), call.0, 0),
            Event::CallOverflowed { call, from, to } => {
                Row::short(at, tag(2, u32::from(to.0), from.0, 0), call.0, 0)
            }
            Event::EstimateAnnounced {
                call,
                position,
                estimate,
            } => {
                let small = tag(3, position, 0, u8::from(estimate.is_some()));
                let (point, p50, p90) = estimate.map_or((0, 0, 0), |e| (e.point, e.p50, e.p90));
                Row::long(at, small, call.0, point, p50, p90)
            }
            Event::OfferMade {
                offer,
                call,
                attempt,
                at_arrival,
                eligible_since,
                free_since,
            } => {
                let small = tag(4, 0, attempt, u8::from(at_arrival));
                let (eligible, free) = (eligible_since.0, free_since.0);
                Row::long(at, small, call.0, offer_bits(offer), eligible, free)
            }
            Event::OfferRang { offer } => Row::short(at, tag(5, 0, 0, 0), 0, offer_bits(offer)),
            Event::OfferAnswered { offer, call } => {
                Row::short(at, tag(6, 0, 0, 0), call.0, offer_bits(offer))
            }
            Event::OfferEnded { offer, call, end } => {
                Row::short(at, tag(7, 0, 0, offer_end(end)), call.0, offer_bits(offer))
            }
            Event::ClaimUndone { offer, call } => {
                Row::short(at, tag(8, 0, 0, 0), call.0, offer_bits(offer))
            }
            Event::CallExhausted { call } => Row::short(at, tag(9, 0, 0, 0), call.0, 0),
            Event::CallConnected {
                call,
                agent,
                attempts,
                waited,
                callback,
                inversion,
            } => {
                let small = tag(10, agent.0, attempts, u8::from(callback));
                Row::long(at, small, call.0, waited, u64::from(inversion), 0)
            }
            Event::CallEnded {
                call,
                agent,
                talked,
            } => Row::short(at, tag(11, agent.0, 0, 0), call.0, talked),
            Event::CallAbandoned {
                call,
                stage: at_stage,
                waited,
            } => Row::short(at, tag(12, 0, 0, stage(at_stage)), call.0, waited),
            Event::CallRefused { call, reason } => {
                Row::short(at, tag(13, 0, 0, refusal(reason)), call.0, 0)
            }
            Event::CallTimedOut { call, waited } => {
                Row::short(at, tag(14, 0, 0, 0), call.0, waited)
            }
            Event::VoicemailStarted { call } => Row::short(at, tag(15, 0, 0, 0), call.0, 0),
            Event::VoicemailTaken { call } => Row::short(at, tag(16, 0, 0, 0), call.0, 0),
            Event::CallFailed { call } => Row::short(at, tag(17, 0, 0, 0), call.0, 0),
            Event::CallbackOffered { call } => Row::short(at, tag(18, 0, 0, 0), call.0, 0),
            Event::CallbackTaken { call } => Row::short(at, tag(19, 0, 0, 0), call.0, 0),
            Event::CallbackPlaced {
                call,
                agent,
                attempt,
            } => Row::short(at, tag(20, agent.0, attempt, 0), call.0, 0),
            Event::CallbackMissed { call } => Row::short(at, tag(21, 0, 0, 0), call.0, 0),
            Event::CallbackFailed { call, why } => {
                Row::short(at, tag(22, 0, 0, why as u8), call.0, 0)
            }
            Event::AgentStatusSet { agent, status } => {
                let (byte, reason) = match status {
                    AgentStatus::Available => (0, 0),
                    AgentStatus::Break(reason) => (1, u64::from(reason)),
                    AgentStatus::Offline => (2, 0),
                };
                Row::short(at, tag(23, agent.0, 0, byte), reason, 0)
            }
            Event::AgentIdle { agent } => of_agent(24, agent, 0),
            Event::AgentWrapUp { agent } => of_agent(25, agent, 0),
            Event::AgentAlive { agent, alive } => of_agent(26, agent, u8::from(alive)),
            Event::AgentReachable { agent, reachable } => of_agent(27, agent, u8::from(reachable)),
            Event::AgentBreaker { agent, state } => of_agent(28, agent, breaker(state)),
            Event::CarrierBreaker { state } => Row::short(at, tag(29, 0, 0, breaker(state)), 0, 0),
            Event::QueueScanned { queue, waiting } => {
                Row::short(at, tag(30, waiting, queue.0, 0), 0, 0)
            }
            Event::Rescued { call, agent } => Row::short(at, tag(31, agent.0, 0, 0), call.0, 0),
            Event::QueueOpen { queue, open } => {
                Row::short(at, tag(32, 0, queue.0, u8::from(open)), 0, 0)
            }
            Event::PolicyApplied => Row::short(at, tag(33, 0, 0, 0), 0, 0),
            Event::FeatureShareSet { feature, share } => {
                Row::short(at, tag(34, feature as u32, share.0, 0), 0, 0)
            }
            Event::AlertRaised {
                alert: which,
                value,
            } => {
                let (byte, queue) = alert(which);
                Row::short(at, tag(35, 0, queue, byte), value, 0)
            }
            Event::AlertCleared { alert: which } => {
                let (byte, queue) = alert(which);
                Row::short(at, tag(36, 0, queue, byte), 0, 0)
            }
        }
    }
}

const fn departure(then: Departure) -> u8 {
    match then {
        Departure::Voicemail => 0,
        Departure::HangUp => 1,
        Departure::CallbackConfirmed => 2,
    }
}

const fn offer_end(end: OfferEnd) -> u8 {
    match end {
        OfferEnd::Declined => 0,
        OfferEnd::Expired => 1,
        OfferEnd::Unreachable => 2,
        OfferEnd::Failed => 3,
        OfferEnd::Withdrawn => 4,
    }
}

const fn stage(stage: Stage) -> u8 {
    match stage {
        Stage::Waiting => 0,
        Stage::Ringing => 1,
        Stage::Claimed => 2,
        Stage::Voicemail => 3,
        Stage::Callback => 4,
    }
}

const fn refusal(reason: Refusal) -> u8 {
    match reason {
        Refusal::Closed => 0,
        Refusal::Full => 1,
        Refusal::Nobody => 2,
    }
}

const fn breaker(state: BreakerState) -> u8 {
    match state {
        BreakerState::Closed => 0,
        BreakerState::Open => 1,
        BreakerState::HalfOpen => 2,
    }
}

const fn alert(alert: Alert) -> (u8, u16) {
    match alert {
        Alert::SuccessRate => (0, 0),
        Alert::StoreLatency => (1, 0),
        Alert::AgentAvailability => (2, 0),
        Alert::QueueLength(queue) => (3, queue.0),
    }
}
