//! Outputs as text, one a line: when, then what. `!` begins a command.

use core::fmt::Write;

use engine::input::AgentStatus;
use engine::output::{
    Alert, Announced, BreakerState, CallbackFailure, Departure, Event, OfferEnd, Output, Refusal,
    Stage,
};
use engine::{Command, Timestamp, What};

/// The lines of `outputs`.
pub(super) fn write(outputs: &[Output]) -> String {
    let mut text = String::new();
    for output in outputs {
        let line = match output.what {
            What::Command(_, command) => format!("! {}", of_command(command)),
            What::Event(event) => of_event(event),
        };
        writeln!(text, "{} {line}", output.at).expect("a string takes all");
    }
    text
}

fn of_command(command: Command) -> String {
    match command {
        Command::RingAgent { offer, call } => format!("ring {} for {call}", offer.agent()),
        Command::StopRinging { offer } => format!("stop {offer} to {}", offer.agent()),
        Command::Bridge { offer, call } => format!("bridge {call} with {}", offer.agent()),
        Command::DialLegacy { offer, call } => format!("dial {} from {call}", offer.agent()),
        Command::LeaveQueue { call, then } => match then {
            Departure::Voicemail => format!("{call} to voicemail"),
            Departure::HangUp => format!("{call} goodbye"),
            Departure::CallbackConfirmed => format!("{call} confirm callback"),
        },
        Command::OfferCallback { call } => format!("offer {call} a callback"),
        Command::PlaceCallback { call, agent } => format!("call back {call} for {agent}"),
        Command::StopCallback { call } => format!("stop calling back {call}"),
    }
}

fn of_event(event: Event) -> String {
    match event {
        Event::CallArrived {
            call,
            caller: _,
            queue,
            class,
            queued,
        } => {
            let flow = if queued { "" } else { " (legacy)" };
            match class.0 {
                0 => format!("{call} arrived: {queue}{flow}"),
                _ => format!("{call} arrived: {queue}, {class}{flow}"),
            }
        }
        Event::CallQueued { call, queue } => format!("{call} waits in {queue}"),
        Event::CallOverflowed { call, from, to } => format!("{call} overflowed: {from} -> {to}"),
        Event::EstimateAnnounced {
            call,
            position,
            estimate,
        } => format!("{call} was told: place {position}{}", of_estimate(estimate)),
        Event::OfferMade {
            offer,
            call,
            attempt,
            at_arrival,
            eligible_since,
            free_since,
        } => {
            let at_arrival = if at_arrival { " at arrival" } else { "" };
            let agent = offer.agent();
            format!(
                "{offer}: {call} -> {agent}{at_arrival} (attempt {attempt}, eligible since \
                 {eligible_since}, free since {free_since})"
            )
        }
        Event::OfferRang { offer } => format!("{offer} rang"),
        Event::OfferAnswered { offer, call } => format!("{offer} answered: {call}"),
        Event::OfferEnded { offer, call, end } => match end {
            OfferEnd::Declined => format!("{offer} declined: {call}"),
            OfferEnd::Expired => format!("{offer} expired: {call}"),
            OfferEnd::Unreachable => format!("{offer} unreachable: {call}"),
            OfferEnd::Failed => format!("{offer} failed: {call}"),
            OfferEnd::Withdrawn => format!("{offer} withdrawn: {call}"),
        },
        Event::ClaimUndone { offer, call } => format!("{offer} undone: {call}"),
        Event::CallExhausted { call } => format!("{call} exhausted"),
        Event::CallConnected {
            call,
            agent,
            attempts,
            waited,
            callback,
            inversion,
        } => {
            let callback = if callback { ", a callback" } else { "" };
            let inversion = if inversion { ", INVERSION" } else { "" };
            format!(
                "{call} connected: {agent} (attempts {attempts}, waited {}{callback}{inversion})",
                Timestamp(waited)
            )
        }
        Event::CallEnded {
            call,
            agent,
            talked,
        } => format!("{call} ended: {agent} (talked {})", Timestamp(talked)),
        Event::CallAbandoned {
            call,
            stage,
            waited,
        } => {
            let stage = match stage {
                Stage::Waiting => "waiting",
                Stage::Ringing => "ringing",
                Stage::Claimed => "claimed",
                Stage::Voicemail => "at the greeting",
                Stage::Callback => "on a callback",
            };
            format!("{call} abandoned {stage} (waited {})", Timestamp(waited))
        }
        Event::CallRefused { call, reason } => match reason {
            Refusal::Closed => format!("{call} refused: closed"),
            Refusal::Full => format!("{call} refused: full"),
            Refusal::Nobody => format!("{call} refused: nobody"),
        },
        Event::CallTimedOut { call, waited } => {
            format!("{call} timed out (waited {})", Timestamp(waited))
        }
        Event::VoicemailStarted { call } => format!("{call} hears the greeting"),
        Event::VoicemailTaken { call } => format!("{call} left a message"),
        Event::CallFailed { call } => format!("{call} failed"),
        Event::CallbackOffered { call } => format!("{call} was offered a callback"),
        Event::CallbackTaken { call } => format!("{call} takes a callback"),
        Event::CallbackPlaced {
            call,
            agent,
            attempt,
        } => format!("{call} is called back for {agent} (attempt {attempt})"),
        Event::CallbackMissed { call } => format!("{call} missed its callback"),
        Event::CallbackFailed { call, why } => match why {
            CallbackFailure::Unreached => format!("{call} callback failed"),
            CallbackFailure::Expired => format!("{call} callback expired"),
        },
        Event::AgentStatusSet { agent, status } => match status {
            AgentStatus::Available => format!("{agent} available"),
            AgentStatus::Break(reason) => format!("{agent} on break {reason}"),
            AgentStatus::Offline => format!("{agent} offline"),
        },
        Event::AgentIdle { agent } => format!("{agent} idle"),
        Event::AgentWrapUp { agent } => format!("{agent} in wrap-up"),
        Event::AgentAlive { agent, alive } => {
            format!("{agent} {}", if alive { "alive" } else { "not alive" })
        }
        Event::AgentReachable { agent, reachable } => {
            format!(
                "{agent} {}",
                if reachable {
                    "reachable"
                } else {
                    "unreachable"
                }
            )
        }
        Event::AgentBreaker { agent, state } => format!("{agent} breaker {}", of_breaker(state)),
        Event::CarrierBreaker { state } => format!("carrier breaker {}", of_breaker(state)),
        Event::QueueScanned { queue, waiting } => format!("{queue} scanned: {waiting} waiting"),
        Event::Rescued { call, agent } => format!("RESCUED {call} -> {agent}"),
        Event::QueueOpen { queue, open } => {
            format!("{queue} {}", if open { "open" } else { "closed" })
        }
        Event::PolicyApplied => "policy applied".to_owned(),
        Event::FeatureShareSet { feature, share } => {
            format!("{} {}%", feature.key(), share.0 / 100)
        }
        Event::AlertRaised { alert, value } => format!("ALERT {}: {value}", of_alert(alert)),
        Event::AlertCleared { alert } => format!("alert over: {}", of_alert(alert)),
    }
}

pub(super) fn of_estimate(estimate: Option<Announced>) -> String {
    estimate.map_or(String::new(), |told| {
        let [point, p50, p90] = [told.point, told.p50, told.p90].map(Timestamp);
        format!(", {point} ({p50} to {p90})")
    })
}

pub(super) fn of_breaker(state: BreakerState) -> &'static str {
    match state {
        BreakerState::Closed => "closed",
        BreakerState::Open => "open",
        BreakerState::HalfOpen => "half-open",
    }
}

pub(super) fn of_alert(alert: Alert) -> String {
    match alert {
        Alert::SuccessRate => "success rate".to_owned(),
        Alert::StoreLatency => "store latency".to_owned(),
        Alert::AgentAvailability => "agent availability".to_owned(),
        Alert::QueueLength(queue) => format!("length of {queue}"),
    }
}
