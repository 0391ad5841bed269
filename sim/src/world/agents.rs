//! Agents as they really are: who is there, whose device works, who answers and when. The engine
//! hears of it only through status changes, heartbeats, device registrations and answers.
//!
//! Owns an agent's state, and when it comes and goes.

mod breaks;
mod given;
mod legs;
mod presence;
pub(crate) mod talk;

use engine::id::{AgentId, Level, QueueId};
use engine::input::AgentStatus;
use engine::{Input, Timestamp};
use reports::record::TrueAvailability;

use crate::streams::Purpose;
use crate::world::World;
use crate::world::agents::legs::Leg;
use crate::world::event::Kind;
use crate::world::party::Key;
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
    /// Faults that cut its network off.
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
    /// Breaks begun: the end of an older one is void.
    breaks: u32,
    /// Draws taken by the commands, words and commits that concern it.
    drawn: u64,
}

impl Agent {
    /// Something from each cache line of it.
    #[inline]
    fn spread(&self) -> u64 {
        self.entity ^ self.ready_at.0 ^ self.drawn ^ u64::from(self.leg.is_some())
    }

    fn is_reachable(&self) -> bool {
        self.app_open && self.device_up && self.cuts == 0
    }

    /// The key of its next draw about what passes through carrier and store.
    pub(crate) fn next_key(&mut self) -> Key {
        self.drawn += 1;
        Key {
            entity: self.entity,
            k: self.drawn,
        }
    }
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
                    breaks: 0,
                    drawn: 0,
                });
                // Whom a record brings in, it also assigns.
                if !group.is_given {
                    self.assign(agent, group.queues.clone());
                }
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

    fn assign(&mut self, agent: AgentId, queues: Box<[(QueueId, Level)]>) {
        let at_once = queues.iter().filter(|(_, level)| *level == 1);
        let at_once: Vec<_> = at_once.map(|(queue, _)| *queue).collect();
        self.feed(Input::AgentAssigned { agent, queues });
        self.recorder.agent_serves(self.now, agent, &at_once);
        self.tell_truth(agent.0);
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
        let busy = who.leg.is_some_and(|leg| leg.is_answered());
        who.rings_unheard();
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
}
