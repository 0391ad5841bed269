//! Agents' breaks.

use engine::Timestamp;
use engine::input::AgentStatus;
use engine::time::Micros;

use crate::streams::Purpose;
use crate::world::World;
use crate::world::event::{Event, Kind};
use crate::world::local::DAY;

impl World<'_> {
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
                    let seconds = (rest.length / 1_000_000).min(0xff_ffff) as u32;
                    self.schedule(Timestamp(from), Kind::BreakBegins, agent, seconds);
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
        who.breaks += 1;
        who.rings_unheard();
        let this = who.breaks;
        self.tell_status(agent, AgentStatus::Break(0));
        self.tell_truth(agent);
        let end = self.now.after(u64::from(seconds) * 1_000_000);
        self.schedule(end, Kind::BreakEnds, agent, this);
    }

    pub(crate) fn break_ends(&mut self, event: Event) {
        let agent = event.index();
        let who = &mut self.agents[agent as usize];
        if who.here && who.on_break && event.is_of(who.breaks) {
            who.on_break = false;
            self.tell_status(agent, AgentStatus::Available);
            self.tell_truth(agent);
        }
    }
}
