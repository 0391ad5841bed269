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

    /// A caller that was not served in its arrival's instant, or is back in line: when it will hang up.
    pub(crate) fn schedule_patience(&mut self, slot: u32, is_fresh: bool) {
        let caller = self.calls[slot];
        if caller.state != State::Waiting {
            return;
        }
        let (patience, beyond_middle) = self.patience(slot);
        // Nothing of its draw has been seen before: whoever it is, its mean is the middle.
        if is_fresh && caller.arrived.0 >= self.plan.warm_up {
            self.controls.patience += beyond_middle;
        }
        if let Some(patience) = patience {
            let at = caller.arrived.after(patience);
            self.schedule(at.max(self.now), Kind::HangsUp, slot, caller.generation);
        }
    }

    /// From arrival to hanging up; `None` = never. And how far into its law it was drawn, from -1/2 to 1/2;
    /// 0 when it was not drawn. The share of callers who are less patient, not the span: its mean is the
    /// same for every law, of a survivor's too, and no long tail outweighs the many who nearly stayed.
    fn patience(&self, slot: u32) -> (Option<Micros>, f64) {
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
            Patience::Known(span) => (Some(span), 0.0),
            Patience::Censored(beyond) => {
                let beyond = beyond as f64 * 1e-6;
                let span = dist.and_then(|dist| dist.conditional_sample_micros(beyond, u));
                (span, span.map_or(0.0, |_| u - 0.5))
            }
            Patience::Unknown => match dist {
                Some(dist) => (Some(dist.sample_micros(u)), u - 0.5),
                None => (None, 0.0),
            },
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

    /// How long it talks with an agent of average speed; and by how many seconds that is more than the mean
    /// of its law, 0 when it is recorded.
    pub(crate) fn talk(&self, slot: u32) -> (Micros, f64) {
        let caller = &self.calls[slot];
        let source = &self.plan.streams[usize::from(caller.stream)].source;
        if caller.entity == first_of(caller.entity)
            && let Some(talk) = recorded(source, caller.entity & ((1 << NUMBER_BITS) - 1))
                .and_then(|call| call.talk)
        {
            return (talk, 0.0);
        }
        let u = self.draws.unit(Purpose::Talk, caller.entity, 0);
        let law = self.class_plan(slot).talk.as_ref();
        let law = law
            .expect("invariant: the log has the talk of every call of a class without a law of it");
        let (law, mean) = law.with_mean(&self.plan.local, caller.arrived.0);
        let talk = law.sample_micros(u);
        (talk, talk as f64 * 1e-6 - mean)
    }
}
