//! How long a caller waits and talks: as recorded, or drawn from its class.

use engine::time::Micros;

use crate::streams::Purpose;
use crate::trace::Patience;
use crate::world::World;
use crate::world::arrivals::recorded;
use crate::world::callers::{Caller, NUMBER_BITS, State, first_of};
use crate::world::event::Kind;
use crate::world::plan::ClassPlan;

impl World<'_> {
    #[inline]
    pub(crate) fn class_plan(&self, slot: u32) -> &ClassPlan {
        let caller = &self.calls[slot];
        &self.plan.streams[usize::from(caller.stream)].classes[usize::from(caller.class)]
    }

    /// A caller that was not served in its arrival's instant: when it will hang up.
    pub(crate) fn schedule_patience(&mut self, slot: u32) {
        let caller = self.calls[slot];
        if caller.state != State::Waiting {
            return;
        }
        if let Some(patience) = self.patience(slot) {
            let at = caller.arrived.after(patience);
            self.schedule(at.max(self.now), Kind::HangsUp, slot, caller.generation);
        }
    }

    /// From arrival to hanging up; `None` = never.
    fn patience(&self, slot: u32) -> Option<Micros> {
        let caller = &self.calls[slot];
        let dist = self
            .class_plan(slot)
            .patience
            .as_ref()
            .map(|p| p.at(&self.plan.local, caller.arrived.0));
        let u = self.draws.unit(
            Purpose::Patience,
            caller.entity,
            u64::from(caller.callbacks),
        );
        match self.recorded_patience(caller) {
            Patience::Known(span) => Some(span),
            Patience::Censored(beyond) => dist?.conditional_sample_micros(beyond as f64 * 1e-6, u),
            Patience::Unknown => Some(dist?.sample_micros(u)),
        }
    }

    fn recorded_patience(&self, caller: &Caller) -> Patience {
        if caller.entity != first_of(caller.entity) || caller.callbacks > 0 {
            return Patience::Unknown;
        }
        let source = &self.plan.streams[usize::from(caller.stream)].source;
        recorded(source, caller.entity & ((1 << NUMBER_BITS) - 1))
            .map_or(Patience::Unknown, |call| call.patience)
    }

    /// How long it talks with an agent of average speed.
    pub(crate) fn talk(&self, slot: u32) -> Micros {
        let caller = &self.calls[slot];
        let source = &self.plan.streams[usize::from(caller.stream)].source;
        if caller.entity == first_of(caller.entity)
            && let Some(talk) = recorded(source, caller.entity & ((1 << NUMBER_BITS) - 1))
                .and_then(|call| call.talk)
        {
            return talk;
        }
        let u = self.draws.unit(Purpose::Talk, caller.entity, 0);
        let law = self.class_plan(slot).talk.as_ref();
        law.expect("invariant: the log has the talk of every call of a class without a law of it")
            .at(&self.plan.local, caller.arrived.0)
            .sample_micros(u)
    }
}
