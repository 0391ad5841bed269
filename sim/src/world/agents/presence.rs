//! Signs of an agent's presence: heartbeats, the device's registration, and the faults that cut
//! both off.

use engine::id::AgentId;
use engine::time::Micros;
use engine::{Input, Timestamp};

use crate::streams::Purpose;
use crate::world::World;
use crate::world::event::{Event, Kind};
use crate::world::party::Party;

impl World<'_> {
    /// The application sends a sign of life at once, then at its own moment of each period.
    pub(super) fn start_heartbeats(&mut self, agent: u32) {
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
            self.tell(input, Party::Agent(agent));
        }
    }

    pub(super) fn schedule_turn(&mut self, agent: u32) {
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

    /// A fault takes the agent's network, or gives it back.
    pub(crate) fn cut_off(&mut self, agent: u32, cut: bool) {
        let who = &mut self.agents[agent as usize];
        let was = who.is_reachable();
        who.cuts = if cut { who.cuts + 1 } else { who.cuts - 1 };
        self.reachability_changed(agent, was);
        if cut {
            self.voice_is_cut(agent);
        }
    }

    fn reachability_changed(&mut self, agent: u32, was: bool) {
        let who = &mut self.agents[agent as usize];
        let is = who.is_reachable();
        if was == is {
            return;
        }
        if !is {
            who.rings_unheard();
        }
        let id = AgentId(agent);
        let input = if is {
            Input::DeviceConnected { agent: id }
        } else {
            Input::DeviceDisconnected { agent: id }
        };
        self.tell_truth(agent);
        self.tell(input, Party::Agent(agent));
    }

    pub(crate) fn struck_by(&self, fault: u32, share: f64) -> Vec<u32> {
        (0..self.agents.len() as u32)
            .filter(|agent| {
                let who = &self.agents[*agent as usize];
                who.app_open
                    && self
                        .draws
                        .chance(Purpose::Fault, who.entity, u64::from(fault), share)
            })
            .collect()
    }
}
