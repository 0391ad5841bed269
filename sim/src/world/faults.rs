//! Scheduled faults: who is cut off, what is down, and for how long.

use engine::time::Micros;
use engine::{Input, Timestamp};

use crate::scenario::FaultKind;
use crate::world::World;
use crate::world::event::Kind;
use crate::world::plan::WorldPlan;

/// What is wrong now.
#[derive(Debug)]
pub(crate) struct Faults {
    carrier_down: u32,
    heartbeats_lost: u32,
    store_factor: f64,
    /// The last commit's latency: what it said leaves after it.
    commit_delay: Micros,
    /// The same, until the engine has heard of it.
    unmeasured: Option<Micros>,
    /// When the server left and will be back.
    away: Option<(Timestamp, Timestamp)>,
    /// What was sent to it meanwhile: when it came, how long after what it tells of.
    held: Vec<(Timestamp, Micros, Input)>,
    /// When the webhook that is being answered met a server that was away.
    asked_at: Option<Timestamp>,
    /// The agents each fault cut off.
    struck: Vec<Vec<u32>>,
}

impl Faults {
    pub(crate) fn new(plan: &WorldPlan) -> Self {
        Faults {
            carrier_down: 0,
            heartbeats_lost: 0,
            store_factor: 1.0,
            commit_delay: 0,
            unmeasured: None,
            away: None,
            held: Vec::new(),
            asked_at: None,
            struck: vec![Vec::new(); plan.faults.len()],
        }
    }
    #[inline]
    pub(crate) fn server_is_away(&self) -> bool {
        self.away.is_some()
    }
    pub(crate) fn server_returns(&self) -> Option<Timestamp> {
        self.away.map(|(_, back)| back)
    }
    pub(crate) fn hold(&mut self, now: Timestamp, delay: Micros, input: Input) {
        self.held.push((now, delay, input));
    }
    /// When the webhook that is being answered met a server that was away; `None` = it met none.
    pub(crate) fn asked_at(&self) -> Option<Timestamp> {
        self.asked_at
    }
    /// The webhook being answered is one that met a server that was away, or any other.
    pub(crate) fn answer_since(&mut self, asked_at: Option<Timestamp>) {
        self.asked_at = asked_at;
    }
    pub(crate) fn carrier_is_down(&self) -> bool {
        self.carrier_down > 0
    }
    pub(crate) fn heartbeats_are_lost(&self) -> bool {
        self.heartbeats_lost > 0
    }
    pub(crate) fn store_factor(&self) -> f64 {
        self.store_factor
    }
    pub(crate) fn commit_took(&mut self, latency: Micros) {
        self.commit_delay = latency;
        self.unmeasured = Some(latency);
    }
    /// The last commit's latency, once.
    #[inline]
    pub(crate) fn measure_commit(&mut self) -> Option<Micros> {
        self.unmeasured.take()
    }
    #[inline]
    pub(crate) fn commit_delay(&self) -> Micros {
        self.commit_delay
    }
}

impl World<'_> {
    pub(crate) fn schedule_faults(&mut self) {
        for (i, fault) in self.plan.faults.iter().enumerate() {
            let at = Timestamp::ZERO + fault.at;
            self.schedule(at, Kind::FaultBegins, i as u32, 0);
            self.schedule(at + fault.lasts, Kind::FaultEnds, i as u32, 0);
        }
    }

    pub(crate) fn fault_begins(&mut self, index: u32) {
        let fault = self.plan.faults[index as usize];
        match fault.kind {
            FaultKind::AgentsUnreachable(share) => {
                let struck = self.struck_by(index, share);
                for agent in &struck {
                    self.cut_off(*agent, true);
                }
                self.faults.struck[index as usize] = struck;
            }
            FaultKind::CarrierDown => self.faults.carrier_down += 1,
            FaultKind::StoreSlow(factor) => self.faults.store_factor *= factor,
            FaultKind::ServerRestart => {
                self.faults.away = Some((self.now, self.now + fault.lasts));
            }
            FaultKind::HeartbeatsLost => self.faults.heartbeats_lost += 1,
        }
    }

    pub(crate) fn fault_ends(&mut self, index: u32) {
        let fault = self.plan.faults[index as usize];
        match fault.kind {
            FaultKind::AgentsUnreachable(_) => {
                for agent in std::mem::take(&mut self.faults.struck[index as usize]) {
                    self.cut_off(agent, false);
                }
            }
            FaultKind::CarrierDown => self.faults.carrier_down -= 1,
            FaultKind::StoreSlow(factor) => self.faults.store_factor /= factor,
            FaultKind::ServerRestart => {
                if let Some((since, _)) = self.faults.away.take() {
                    // It asks the carrier for what it did not hear in time.
                    self.feed(Input::Resumed { since });
                    for (asked_at, delay, input) in std::mem::take(&mut self.faults.held) {
                        self.faults.answer_since(Some(asked_at));
                        // A device rings and an agent picks up in a gap as at any time; but whom
                        // a gap kept from being offered a call is free from its end on.
                        let is_of_a_device = matches!(
                            input,
                            Input::OfferRinging { .. } | Input::OfferAnswered { .. }
                        );
                        let late = if is_of_a_device {
                            self.now.since(asked_at) + delay
                        } else {
                            0
                        };
                        self.feed_late(late, input);
                    }
                    self.faults.answer_since(None);
                }
            }
            FaultKind::HeartbeatsLost => self.faults.heartbeats_lost -= 1,
        }
    }
}
