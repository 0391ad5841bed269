//! Agents as they really are: who is there, whose device works, who answers and when. The engine
//! hears of it only through status changes, heartbeats, device registrations and answers.

use engine::id::{AgentId, CallId, OfferId};
use engine::input::{AgentStatus, OfferFailure};
use engine::time::Micros;
use engine::{Input, Timestamp};
use reports::record::TrueAvailability;

use crate::streams::Purpose;
use crate::world::World;
use crate::world::callers::State;
use crate::world::event::{Event, Kind};
use crate::world::local::DAY;
use crate::world::plan::GroupPlan;

/// One agent.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    /// Who it is, for its draws.
    entity: u64,
    group: u16,
    talk_factor: f64,
    /// On shift and there.
    pub(crate) here: bool,
    on_break: bool,
    /// Its application runs and its device would be registered.
    app_open: bool,
    device_up: bool,
    /// Faults that cut it off.
    cuts: u8,
    /// The shift is over, the call is not.
    leaving: bool,
    /// After-call work lasts until then.
    ready_at: Timestamp,
    leg: Option<Leg>,
    /// Grows when the application closes: older heartbeats are void.
    sessions: u32,
    beats: u64,
    beat_base: Timestamp,
    turns: u64,
    departures: u64,
}

/// A call on the agent's device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Leg {
    offer: OfferId,
    call: CallId,
    /// The caller's place in the table when the leg was placed; compare the id.
    slot: u32,
    stage: LegStage,
    /// For draws about this call and this agent.
    entity: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum LegStage {
    /// The command is under way.
    Commanded,
    Ringing,
    Answered,
    Talking,
}

impl Agent {
    fn is_reachable(&self) -> bool {
        self.app_open && self.device_up && self.cuts == 0
    }

    /// The leg that an event of this offer speaks of.
    #[inline]
    fn leg_of(&mut self, event: Event) -> Option<&mut Leg> {
        self.leg
            .as_mut()
            .filter(|leg| event.is_of(generation(leg.offer)))
    }
}

/// The part of an offer's number that fits into an event.
pub(crate) fn generation(offer: OfferId) -> u32 {
    (offer.number() & 0xff_ffff) as u32
}

impl World<'_> {
    fn group(&self, agent: u32) -> &GroupPlan {
        &self.plan.groups[usize::from(self.agents[agent as usize].group)]
    }

    /// All agents exist from the start, offline; the staffing tables bring them in.
    pub(crate) fn assign_agents(&mut self) {
        for (g, group) in self.plan.groups.iter().enumerate() {
            for i in 0..group.size {
                let entity = group.key.wrapping_add(u64::from(i) << 1 | 1);
                let talk_factor = group.talk_factor.as_ref().map_or(1.0, |dist| {
                    dist.sample(self.draws.unit(Purpose::TalkFactor, entity, 0))
                });
                let agent = AgentId(self.agents.len() as u32);
                self.agents.push(Agent {
                    entity,
                    group: g as u16,
                    talk_factor,
                    here: false,
                    on_break: false,
                    app_open: false,
                    device_up: true,
                    cuts: 0,
                    leaving: false,
                    ready_at: Timestamp::ZERO,
                    leg: None,
                    sessions: 0,
                    beats: 0,
                    beat_base: Timestamp::ZERO,
                    turns: 0,
                    departures: 0,
                });
                self.feed(Input::AgentAssigned {
                    agent,
                    queues: group.queues.clone(),
                });
                let first: Vec<_> = group
                    .queues
                    .iter()
                    .filter(|(_, level)| *level == 1)
                    .map(|(queue, _)| *queue)
                    .collect();
                self.recorder.agent_serves(self.now, agent, &first);
                self.tell_truth(agent.0);
                if group.device.is_some() {
                    self.schedule_turn(agent.0);
                }
            }
            for (row, (at, _)) in group.staffing.iter().enumerate() {
                self.schedule(Timestamp(*at), Kind::Staffing, g as u32, row as u32);
            }
            if !group.breaks.is_empty() {
                self.schedule(Timestamp::ZERO, Kind::BreaksOfDay, g as u32, 0);
            }
        }
    }

    pub(crate) fn staffing_changes(&mut self, group: u32, row: u32) {
        let first: u32 = self.plan.groups[..group as usize]
            .iter()
            .map(|g| g.size)
            .sum();
        let plan = &self.plan.groups[group as usize];
        let count = plan.staffing[row as usize].1;
        for i in 0..plan.size {
            let agent = first + i;
            match (self.agents[agent as usize].here, i < count) {
                (false, true) => self.comes(agent),
                (true, false) => self.goes(agent),
                (true, true) | (false, false) => {}
            }
        }
    }

    fn comes(&mut self, agent: u32) {
        let who = &mut self.agents[agent as usize];
        who.here = true;
        who.leaving = false;
        who.on_break = false;
        if !who.app_open {
            who.app_open = true;
            self.start_heartbeats(agent);
            if self.agents[agent as usize].is_reachable() {
                self.feed(Input::DeviceConnected {
                    agent: AgentId(agent),
                });
            }
        }
        self.tell_status(agent, AgentStatus::Available);
        self.tell_truth(agent);
    }

    fn goes(&mut self, agent: u32) {
        let forgets = self.group(agent).forgets;
        let who = &mut self.agents[agent as usize];
        who.here = false;
        who.on_break = false;
        who.departures += 1;
        let (entity, k) = (who.entity, who.departures);
        let busy = who
            .leg
            .is_some_and(|leg| matches!(leg.stage, LegStage::Answered | LegStage::Talking));
        if !self
            .draws
            .chance(Purpose::ForgetsSignOut, entity, k, forgets)
        {
            self.tell_status(agent, AgentStatus::Offline);
        }
        if busy {
            self.agents[agent as usize].leaving = true;
        } else {
            self.closes(agent);
        }
        self.tell_truth(agent);
    }

    /// The application is closed: no heartbeats, no registered device.
    fn closes(&mut self, agent: u32) {
        let who = &mut self.agents[agent as usize];
        let was_reachable = who.is_reachable();
        who.leaving = false;
        who.app_open = false;
        who.sessions += 1;
        if was_reachable {
            self.feed(Input::DeviceDisconnected {
                agent: AgentId(agent),
            });
        }
        self.tell_truth(agent);
    }

    fn tell_status(&mut self, agent: u32, status: AgentStatus) {
        self.feed(Input::AgentStatusChanged {
            agent: AgentId(agent),
            status,
        });
    }

    fn tell_truth(&mut self, agent: u32) {
        let who = &self.agents[agent as usize];
        let truth = TrueAvailability {
            wants_work: who.here && !who.on_break,
            present: who.here && !who.on_break,
            device_up: who.is_reachable(),
        };
        self.recorder
            .true_availability(self.now, AgentId(agent), truth);
    }

    /// The application sends a sign of life at once, then at its own moment of each period.
    fn start_heartbeats(&mut self, agent: u32) {
        let who = &self.agents[agent as usize];
        let entity = who.entity;
        let every = match self.group(agent).heartbeat {
            Some((every, ..)) => every,
            None if self.plan.watches_heartbeats => self.ideal_period(),
            None => return,
        };
        let u = self
            .draws
            .unit(Purpose::HeartbeatPhase, entity, u64::from(who.sessions));
        let first = self.now.after((u * every as f64) as Micros);
        let sessions = who.sessions;
        self.agents[agent as usize].beat_base = first;
        self.schedule(first, Kind::Heartbeat, agent, sessions);
        if self.agents[agent as usize].cuts == 0 && !self.faults.heartbeats_are_lost() {
            self.feed(Input::HeartbeatReceived {
                agent: AgentId(agent),
            });
        }
    }

    /// Without a model of heartbeats they are never late: three in each lease.
    fn ideal_period(&self) -> Micros {
        engine::time::micros(self.plan.policy.presence.heartbeat_timeout) / 3
    }

    pub(crate) fn heartbeat(&mut self, event: Event) {
        let agent = event.index();
        let who = &self.agents[agent as usize];
        if !event.is_of(who.sessions) {
            return;
        }
        let (entity, k, sessions) = (who.entity, who.beats, who.sessions);
        let cut = who.cuts > 0;
        let (every, jitter, loss) =
            self.group(agent)
                .heartbeat
                .unwrap_or((self.ideal_period(), 0, 0.0));
        let base = who.beat_base.after(every);
        let mut next = base;
        if jitter > 0 {
            let u = self.draws.unit(Purpose::HeartbeatJitter, entity, k);
            let shift = (u * 2.0 * jitter as f64) as Micros;
            next = Timestamp((base.0 + shift).saturating_sub(jitter)).max(self.now);
        }
        let who = &mut self.agents[agent as usize];
        who.beats += 1;
        who.beat_base = base;
        self.schedule(next, Kind::Heartbeat, agent, sessions);
        let is_lost = loss > 0.0 && self.draws.chance(Purpose::HeartbeatLoss, entity, k, loss);
        if !cut && !is_lost && !self.faults.heartbeats_are_lost() {
            let input = Input::HeartbeatReceived {
                agent: AgentId(agent),
            };
            self.tell(input, entity);
        }
    }

    fn schedule_turn(&mut self, agent: u32) {
        let who = &self.agents[agent as usize];
        let (entity, k, up) = (who.entity, who.turns, who.device_up);
        let Some((ups, downs)) = &self.group(agent).device else {
            return;
        };
        let span = if up {
            ups.sample_micros(self.draws.unit(Purpose::DeviceUp, entity, k))
        } else {
            downs.sample_micros(self.draws.unit(Purpose::DeviceDown, entity, k))
        };
        let at = self.now.after(span.max(1));
        self.agents[agent as usize].turns += 1;
        self.schedule(at, Kind::DeviceTurns, agent, 0);
    }

    pub(crate) fn device_turns(&mut self, agent: u32) {
        let who = &mut self.agents[agent as usize];
        let was = who.is_reachable();
        who.device_up = !who.device_up;
        self.schedule_turn(agent);
        self.reachability_changed(agent, was);
    }

    pub(crate) fn cut_off(&mut self, agent: u32, cut: bool) {
        let who = &mut self.agents[agent as usize];
        let was = who.is_reachable();
        who.cuts = if cut { who.cuts + 1 } else { who.cuts - 1 };
        self.reachability_changed(agent, was);
    }

    fn reachability_changed(&mut self, agent: u32, was: bool) {
        let who = &self.agents[agent as usize];
        let (is, entity) = (who.is_reachable(), who.entity);
        if was == is {
            return;
        }
        let id = AgentId(agent);
        let input = if is {
            Input::DeviceConnected { agent: id }
        } else {
            Input::DeviceDisconnected { agent: id }
        };
        self.tell_truth(agent);
        self.tell(input, entity);
    }

    pub(crate) fn struck_by(&self, fault: u32, share: f64) -> Vec<u32> {
        (0..self.agents.len() as u32)
            .filter(|agent| {
                let who = &self.agents[*agent as usize];
                who.here
                    && self
                        .draws
                        .chance(Purpose::Fault, who.entity, u64::from(fault), share)
            })
            .collect()
    }

    pub(crate) fn plan_breaks(&mut self, group: u32, day: u32) {
        let first: u32 = self.plan.groups[..group as usize]
            .iter()
            .map(|g| g.size)
            .sum();
        let plan = &self.plan.groups[group as usize];
        let local = &self.plan.local;
        for (b, rest) in plan.breaks.iter().enumerate() {
            if !rest.is_on(local.weekday(u64::from(day))) {
                continue;
            }
            for agent in first..first + plan.size {
                let entity = self.agents[agent as usize].entity;
                let k = u64::from(day) << 8 | b as u64;
                let u = self.draws.unit(Purpose::Break, entity, k);
                let begin = rest.from + (u * (rest.window - rest.length) as f64) as Micros;
                let from = local.at(u64::from(day), begin);
                if let Some(from) = from.filter(|from| *from >= self.now.0) {
                    let minutes = (rest.length / 1_000_000).min(0xff_ffff) as u32;
                    self.schedule(Timestamp(from), Kind::BreakBegins, agent, minutes);
                }
            }
        }
        let midnight = local.at_or_epoch(u64::from(day) + 1, 0);
        if midnight < self.plan.horizon && midnight / DAY < 0xff_ffff {
            self.schedule(Timestamp(midnight), Kind::BreaksOfDay, group, day + 1);
        }
    }

    /// `seconds` long.
    pub(crate) fn break_begins(&mut self, agent: u32, seconds: u32) {
        let who = &mut self.agents[agent as usize];
        if !who.here || who.on_break {
            return;
        }
        who.on_break = true;
        self.tell_status(agent, AgentStatus::Break(0));
        self.tell_truth(agent);
        let end = self.now.after(u64::from(seconds) * 1_000_000);
        self.schedule(end, Kind::BreakEnds, agent, 0);
    }

    pub(crate) fn break_ends(&mut self, agent: u32) {
        let who = &mut self.agents[agent as usize];
        if who.here && who.on_break {
            who.on_break = false;
            self.tell_status(agent, AgentStatus::Available);
            self.tell_truth(agent);
        }
    }

    /// The engine wants the agent rung.
    #[inline]
    pub(crate) fn ring(&mut self, offer: OfferId, call: CallId) {
        let agent = offer.agent().0;
        let who = self.agents[agent as usize].entity;
        // For draws about this call and this agent.
        let (slot, entity) = match self.calls.find(call) {
            Some(slot) => (slot, self.calls[slot].entity ^ who.rotate_left(32)),
            None => (u32::MAX, who),
        };
        self.agents[agent as usize].leg = Some(Leg {
            offer,
            call,
            slot,
            stage: LegStage::Commanded,
            entity,
        });
        let delay = self.command_delay(entity);
        self.recorder.carrier_request(self.now);
        self.after(delay, Kind::Rings, agent, generation(offer));
    }

    pub(crate) fn agent_rings(&mut self, event: Event) {
        let agent = event.index();
        let Some(&mut leg) = self.agents[agent as usize].leg_of(event) else {
            return;
        };
        let (offer, entity) = (leg.offer, leg.entity);
        if self.command_fails(entity) {
            let cause = OfferFailure::Carrier;
            return self.fail_leg(agent, Input::OfferFailed { offer, cause }, entity);
        }
        let who = &mut self.agents[agent as usize];
        if !who.is_reachable() {
            let cause = OfferFailure::Unreachable;
            return self.fail_leg(agent, Input::OfferFailed { offer, cause }, entity);
        }
        if let Some(leg) = &mut who.leg {
            leg.stage = LegStage::Ringing;
        }
        self.react(agent, leg);
        self.tell(Input::OfferRinging { offer }, entity);
    }

    fn fail_leg(&mut self, agent: u32, input: Input, entity: u64) {
        self.agents[agent as usize].leg = None;
        self.tell(input, entity);
    }

    /// Whether and when the agent will answer or decline; who is not there lets it ring.
    fn react(&mut self, agent: u32, leg: Leg) {
        let who = &self.agents[agent as usize];
        if !who.here || who.on_break {
            return;
        }
        let k = self.calls.at(leg.slot, leg.call).map_or(0, |caller| {
            caller.rings += 1;
            u64::from(caller.rings)
        });
        let group = &self.plan.groups[usize::from(who.group)];
        let kind = if group.answers >= 1.0 {
            Kind::Answers
        } else {
            let u = self.draws.unit(Purpose::AgentAnswer, leg.entity, k);
            if u < group.answers {
                Kind::Answers
            } else if u < group.answers + group.declines {
                Kind::Declines
            } else {
                return;
            }
        };
        let delay = group.answer_delay.as_ref().map_or(0, |dist| {
            dist.sample_micros(self.draws.unit(Purpose::AgentDelay, leg.entity, k))
        });
        let busy = who.ready_at.since(self.now);
        self.after(delay + busy, kind, agent, generation(leg.offer));
    }

    pub(crate) fn agent_answers(&mut self, event: Event) {
        let Some(leg) = self.agents[event.index() as usize].leg_of(event) else {
            return;
        };
        if leg.stage != LegStage::Ringing {
            return;
        }
        leg.stage = LegStage::Answered;
        let (offer, entity) = (leg.offer, leg.entity);
        self.tell(Input::OfferAnswered { offer }, entity);
    }

    pub(crate) fn agent_declines(&mut self, event: Event) {
        let agent = event.index();
        if let Some(&mut leg) = self.agents[agent as usize].leg_of(event)
            && leg.stage == LegStage::Ringing
        {
            self.fail_leg(agent, Input::OfferDeclined { offer: leg.offer }, leg.entity);
        }
    }

    /// The engine wants the ringing (or a late answer's leg) stopped.
    pub(crate) fn stop_ringing(&mut self, offer: OfferId) {
        let agent = offer.agent().0;
        let delay = self.command_delay(self.agents[agent as usize].entity);
        self.recorder.carrier_request(self.now);
        self.after(delay, Kind::RingStops, agent, generation(offer));
    }

    pub(crate) fn ring_stops(&mut self, event: Event) {
        let who = &mut self.agents[event.index() as usize];
        if let Some(leg) = who.leg_of(event)
            && leg.stage != LegStage::Talking
        {
            who.leg = None;
            if who.leaving {
                self.closes(event.index());
            }
        }
    }

    /// The engine wants caller and agent joined.
    pub(crate) fn join(&mut self, offer: OfferId, call: CallId) {
        let agent = offer.agent().0;
        let entity = self.agents[agent as usize]
            .leg
            .filter(|leg| leg.call == call)
            .map_or(0, |leg| leg.entity);
        let delay = self.command_delay(entity);
        self.after(delay, Kind::Joins, agent, generation(offer));
    }

    pub(crate) fn joins(&mut self, event: Event) {
        let agent = event.index();
        let Some(&mut leg) = self.agents[agent as usize].leg_of(event) else {
            return;
        };
        let (call, slot, entity) = (leg.call, leg.slot, leg.entity);
        let waits = self
            .calls
            .at(slot, call)
            .is_some_and(|caller| caller.state == State::Waiting);
        if !waits || self.command_fails(entity) {
            return self.fail_leg(agent, Input::BridgeFailed { call }, entity);
        }
        let who = &mut self.agents[agent as usize];
        if let Some(leg) = &mut who.leg {
            leg.stage = LegStage::Talking;
        }
        let factor = who.talk_factor;
        let mut talk = self.talk(slot);
        if factor != 1.0 {
            talk = (talk as f64 * factor).round() as Micros;
        }
        let caller = &mut self.calls[slot];
        caller.state = State::Talking(AgentId(agent));
        caller.generation += 1;
        let generation = caller.generation;
        let at = self.now.after(talk);
        self.schedule(at, Kind::TalkEnds, slot, generation);
        self.tell(Input::CallBridged { call }, entity);
    }

    pub(crate) fn talk_ends(&mut self, event: Event) {
        let slot = event.index();
        let caller = &self.calls[slot];
        let State::Talking(agent) = caller.state else {
            return;
        };
        if !event.is_of(caller.generation) {
            return;
        }
        let (call, entity) = (caller.id, caller.entity);
        self.engine.prefetch(call, agent);
        self.recorder.prefetch(call, agent);
        self.hang_up(slot);
        let group = self.group(agent.0);
        let need = group.wrap_up.as_ref().map_or(0, |dist| {
            let u = self.draws.unit(Purpose::WrapUp, entity, 0);
            dist.at(&self.plan.local, self.now.0).sample_micros(u)
        });
        let who = &mut self.agents[agent.index()];
        who.leg = None;
        who.ready_at = self.now.after(need);
        self.tell(Input::CallEnded { call }, entity);
        if self.agents[agent.index()].leaving {
            self.closes(agent.0);
        }
    }

    /// The engine gives the agent time for after-call work; it says when it is done earlier.
    pub(crate) fn agent_wraps_up(&mut self, agent: AgentId) {
        let ready_at = self.agents[agent.index()].ready_at;
        let delay = ready_at.since(self.now);
        self.after(delay, Kind::Ready, agent.0, 0);
    }

    pub(crate) fn agent_is_ready(&mut self, event: Event) {
        let agent = event.index();
        // A wrap-up that the engine has ended itself needs no word.
        if self.agents[agent as usize].ready_at <= self.now {
            self.tell_ready(agent);
        }
    }

    fn tell_ready(&mut self, agent: u32) {
        let entity = self.agents[agent as usize].entity;
        self.tell(
            Input::AgentReady {
                agent: AgentId(agent),
            },
            entity,
        );
    }
}
