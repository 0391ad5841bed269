//! Every counter, lane and idle set, against a recount.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use super::Invariant::{CountersAgree, IdleSetsAgree, LanesHoldTheLine, SharesAgree};
use super::{Broken, expect};
use crate::agent::Activity;
use crate::call::{Need, Phase};
use crate::engine::Engine;
use crate::id::{AgentId, QueueId};
use crate::input::AgentStatus;
use crate::lane::LineKey;
use crate::policy::{Feature, Rotation};

/// A queue's counters, counted again.
#[derive(Clone, Default, PartialEq, Debug)]
struct Count {
    in_line: u32,
    held: u32,
    talking: u32,
    wrapping: u32,
    signed_in: u32,
    staffed: [u32; 3],
    idle: [usize; 3],
}

pub(super) fn check(engine: &Engine) -> Result<(), Broken> {
    for feature in Feature::ALL {
        let set = engine.overrides[feature as usize];
        let wanted = set.unwrap_or(engine.policy_features.share(feature));
        let share = engine.policy.features.share(feature);
        expect(share == wanted, SharesAgree, || {
            format!("{feature:?} is {share:?}, should be {wanted:?} (set: {set:?})")
        })?;
    }
    let mut counts = vec![Count::default(); engine.queues.len()];
    count_calls(engine, &mut counts)?;
    count_agents(engine, &mut counts)?;
    for (i, (queue, count)) in engine.queues.iter().zip(counts).enumerate() {
        let id = QueueId(i as u16);
        let in_lanes: usize = queue
            .lanes
            .iter()
            .map(|lane| lane.ready.len() + lane.resting.len())
            .sum();
        expect(in_lanes == count.in_line as usize, LanesHoldTheLine, || {
            format!(
                "{id} has {in_lanes} in its lanes, {} in line",
                count.in_line
            )
        })?;
        let kept = Count {
            in_line: queue.in_line,
            held: queue.held,
            talking: queue.talking,
            wrapping: queue.wrapping,
            signed_in: queue.signed_in,
            staffed: queue.staffed,
            idle: count.idle,
        };
        expect(kept == count, CountersAgree, || {
            format!("{id} keeps {kept:?}, counted {count:?}")
        })?;
        check_idle_sets(engine, id, &count)?;
    }
    Ok(())
}

fn count_calls(engine: &Engine, counts: &mut [Count]) -> Result<(), Broken> {
    for (slot, call) in engine.calls.iter() {
        let count = &mut counts[call.queue.index()];
        let is_held = match call.phase {
            Phase::Ringing | Phase::Claimed(_) => !call.legacy,
            Phase::Waiting
            | Phase::Resting
            | Phase::CallbackWaiting
            | Phase::CallbackPaused
            | Phase::CallbackPlacing(_)
            | Phase::CallbackAnswered(_) => true,
            Phase::Talking(..) | Phase::Voicemail | Phase::Declining(_) => false,
        };
        count.held += u32::from(is_held);
        count.in_line += u32::from(call.is_in_line());
        count.talking += u32::from(matches!(call.phase, Phase::Talking(..)));
        expect(!(is_held && call.legacy), CountersAgree, || {
            format!("{} is legacy and held: {:?}", call.id, call.phase)
        })?;
        if !call.is_in_line() {
            continue;
        }
        let key = LineKey::of(call, slot);
        let lane = &engine.queues[call.queue.index()].lanes[call.lane as usize];
        let tree = match call.phase {
            Phase::Resting => &lane.resting,
            Phase::Waiting
            | Phase::Ringing
            | Phase::Claimed(_)
            | Phase::Talking(..)
            | Phase::Voicemail
            | Phase::Declining(_)
            | Phase::CallbackWaiting
            | Phase::CallbackPaused
            | Phase::CallbackPlacing(_)
            | Phase::CallbackAnswered(_) => &lane.ready,
        };
        let fits = lane.class == call.class
            && lane.features.need == call.features.need
            && lane.features.continuous == call.features.continuous
            && lane.features.priority == call.features.priority
            && lane.features.balanced == call.features.balanced;
        let is_there = tree.get(tree.rank(key)) == Some(key);
        expect(fits && is_there, LanesHoldTheLine, || {
            format!("{} is {:?} and not in its lane", call.id, call.phase)
        })?;
    }
    Ok(())
}

fn count_agents(engine: &Engine, counts: &mut [Count]) -> Result<(), Broken> {
    for (i, who) in engine.agents.iter().enumerate() {
        let agent = AgentId(i as u32);
        let wants = who.status == AgentStatus::Available;
        let staffed = (wants && !who.breaker.is_open()).then(|| who.presence());
        let counted = wants.then(|| who.presence() == Need::Reachable);
        expect(
            (who.staffed, who.counted) == (staffed, counted),
            CountersAgree,
            || format!("{agent} counts as staff {:?}, is {staffed:?}", who.staffed),
        )?;
        expect(who.indexed == who.offerable(), IdleSetsAgree, || {
            format!(
                "{agent} is indexed under {:?}, can be offered a call under {:?}",
                who.indexed,
                who.offerable()
            )
        })?;
        let latest = who.served_since.iter().max();
        expect(
            who.served_since.len() == who.queues.len()
                && latest.is_none_or(|latest| *latest <= who.gained_at),
            CountersAgree,
            || {
                format!(
                    "{agent} works for {:?} since {:?}",
                    who.queues, who.served_since
                )
            },
        )?;
        if matches!(who.activity, Activity::WrapUp(_)) {
            counts[who.last_queue.index()].wrapping += 1;
        }
        for (queue, _) in &who.queues {
            let count = &mut counts[queue.index()];
            count.signed_in += u32::from(who.status != AgentStatus::Offline);
            if let Some(need) = staffed {
                count.staffed[need as usize] += 1;
            }
            if let Some(need) = who.indexed {
                count.idle[need as usize] += 1;
            }
        }
    }
    Ok(())
}

fn check_idle_sets(engine: &Engine, queue: QueueId, count: &Count) -> Result<(), Broken> {
    let state = &engine.queues[queue.index()];
    let own = engine.policy.queues[queue.index()].rotation;
    let rotations: Vec<Rotation> = state.idle.iter().map(|set| set.rotation).collect();
    let balances = engine.policy.features.share(Feature::LoadBalancing).0 > 0
        || engine
            .calls
            .iter()
            .any(|(_, c)| c.queue == queue && c.features.balanced && c.is_in_line());
    expect(
        rotations.first() == Some(&own)
            && (!balances || rotations.last() == Some(&Rotation::BestScore)),
        IdleSetsAgree,
        || format!("{queue} keeps {rotations:?} for {own:?}"),
    )?;
    for set in &state.idle {
        let kept = [0, 1, 2].map(|need| set.by_need[need].len());
        expect(kept == count.idle, IdleSetsAgree, || {
            format!(
                "{queue} {:?}: {kept:?}, counted {:?}",
                set.rotation, count.idle
            )
        })?;
        for (i, who) in engine.agents.iter().enumerate() {
            let Some(need) = who.indexed else {
                continue;
            };
            let tree = &set.by_need[need as usize];
            for (_, level) in who.queues.iter().filter(|(q, _)| *q == queue) {
                let agent = AgentId(i as u32);
                let key = who.key(agent, set.rotation, *level);
                expect(tree.get(tree.rank(key)) == Some(key), IdleSetsAgree, || {
                    format!("{agent} is not in {queue}'s {:?} set", set.rotation)
                })?;
            }
        }
    }
    Ok(())
}
