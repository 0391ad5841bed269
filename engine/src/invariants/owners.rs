//! Who has which call: offers, claims, reservations and conversations, from both sides.

use alloc::format;

use super::Invariant::{CallsConserved, OneOfferPerAgent, OneOwnerPerCall};
use super::{Broken, expect};
use crate::agent::{Activity, OfferStage};
use crate::call::{Call, Phase};
use crate::engine::Engine;
use crate::id::AgentId;

pub(super) fn check(engine: &Engine) -> Result<(), Broken> {
    expect(engine.arriving.is_none(), CallsConserved, || {
        "an arrival's step is over, and it is still arriving".into()
    })?;
    let (live, kept) = (engine.calls.iter().count(), engine.calls.len());
    expect(live == kept, CallsConserved, || {
        format!("{live} calls in the table, {kept} in the directory")
    })?;
    for (slot, call) in engine.calls.iter() {
        check_call(engine, slot, call)?;
    }
    for slot in &engine.answered_callbacks {
        let call = &engine.calls[*slot];
        let answered = matches!(call.phase, Phase::CallbackAnswered(_));
        expect(
            answered && engine.calls.slot(call.id) == Some(*slot),
            OneOwnerPerCall,
            || format!("{} is listed as picked up and is {:?}", call.id, call.phase),
        )?;
    }
    for (i, agent) in engine.agents.iter().enumerate() {
        check_agent(engine, AgentId(i as u32), &agent.activity)?;
    }
    Ok(())
}

fn check_call(engine: &Engine, slot: u32, call: &Call) -> Result<(), Broken> {
    let id = call.id;
    let activity = |agent: AgentId| &engine.agents[agent.index()].activity;
    for (i, agent) in call.live().iter().enumerate() {
        let offered = matches!(activity(*agent), Activity::Offered(offer) if offer.call == slot);
        expect(
            offered && !call.live()[..i].contains(agent),
            OneOfferPerAgent,
            || format!("{id} lists an offer to {agent}: {:?}", activity(*agent)),
        )?;
    }
    let n_live = match call.phase {
        Phase::Ringing => usize::from(call.n_live).max(1),
        Phase::Claimed(_) => 1,
        Phase::Waiting
        | Phase::Resting
        | Phase::Talking(..)
        | Phase::Voicemail
        | Phase::Declining(_)
        | Phase::CallbackWaiting
        | Phase::CallbackPaused
        | Phase::CallbackPlacing(_)
        | Phase::CallbackAnswered(_) => 0,
    };
    expect(call.live().len() == n_live, OneOfferPerAgent, || {
        format!("{id} is {:?} with offers to {:?}", call.phase, call.live())
    })?;
    let both_say_so = match call.phase {
        Phase::Claimed(agent) => call.live() == [agent],
        Phase::Talking(agent, _) => *activity(agent) == Activity::Talking(slot),
        Phase::CallbackPlacing(agent) => *activity(agent) == Activity::Reserved(slot),
        Phase::CallbackAnswered(agent) => {
            let held = engine.answered_callbacks.iter();
            *activity(agent) == Activity::Reserved(slot)
                && held.filter(|held| **held == slot).count() == 1
        }
        Phase::Waiting
        | Phase::Resting
        | Phase::Ringing
        | Phase::Voicemail
        | Phase::Declining(_)
        | Phase::CallbackWaiting
        | Phase::CallbackPaused => true,
    };
    expect(both_say_so, OneOwnerPerCall, || {
        format!("{id} is {:?}, its agent is not", call.phase)
    })
}

fn check_agent(engine: &Engine, agent: AgentId, activity: &Activity) -> Result<(), Broken> {
    let live = |slot: u32| {
        let call = &engine.calls[slot];
        (engine.calls.slot(call.id) == Some(slot)).then_some(call)
    };
    let (invariant, agrees) = match activity {
        Activity::Idle | Activity::WrapUp(_) => (OneOwnerPerCall, true),
        Activity::Offered(offer) => {
            let listed = live(offer.call).is_some_and(|call| {
                let stage = match call.phase {
                    Phase::Claimed(by) => by == agent && offer.stage == OfferStage::Answered,
                    Phase::Ringing => offer.stage < OfferStage::Answered,
                    Phase::Waiting
                    | Phase::Resting
                    | Phase::Talking(..)
                    | Phase::Voicemail
                    | Phase::Declining(_)
                    | Phase::CallbackWaiting
                    | Phase::CallbackPaused
                    | Phase::CallbackPlacing(_)
                    | Phase::CallbackAnswered(_) => false,
                };
                stage && call.live().contains(&agent)
            });
            (OneOfferPerAgent, listed && offer.id.agent() == agent)
        }
        Activity::Reserved(slot) => {
            let keeps = [
                Phase::CallbackPlacing(agent),
                Phase::CallbackAnswered(agent),
            ];
            let kept = live(*slot).is_some_and(|c| keeps.contains(&c.phase));
            (OneOwnerPerCall, kept)
        }
        Activity::Talking(slot) => {
            let talking = live(*slot)
                .is_some_and(|c| matches!(c.phase, Phase::Talking(with, _) if with == agent));
            (OneOwnerPerCall, talking)
        }
    };
    expect(agrees, invariant, || {
        format!("{agent} is {activity:?}, its call is not")
    })
}
