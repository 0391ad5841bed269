//! The world around the engine: callers, agents, devices, carrier, operators, and nonsense. It
//! answers commands, well or badly, and makes up its own inputs; all times are on a coarse grid.

mod nonsense;
mod reactions;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use engine::id::{AgentId, CallId, CallerKey, ClassId, Level, OfferId, QueueId};
use engine::input::AgentStatus;
use engine::policy::{Feature, Policy};
use engine::{Input, Timestamp};

use super::options::Options;
use super::policies;
use super::rng::Rng;

/// What happens next in the world.
#[derive(Clone, Debug)]
enum Plan {
    /// Exactly this.
    Input(Input),
    Arrival,
    Heartbeat(AgentId),
    /// Some other thing, by the options' weights.
    Something,
}

/// The world.
pub(crate) struct World {
    pub(crate) options: Options,
    rng: Rng,
    plans: BTreeMap<(Timestamp, u64), Plan>,
    n_plans: u64,
    /// Inputs made.
    pub(crate) steps: u64,
    now: Timestamp,
    policy: Policy,
    /// Faults are over: everybody behaves.
    calm: bool,
    next_call: u64,
    /// What was said of each agent.
    agents: Vec<Vec<(QueueId, Level)>>,
    /// Offers the engine ever made, for late and forged answers.
    offers: Vec<OfferId>,
    talking: BTreeSet<CallId>,
    at_voicemail: BTreeSet<CallId>,
}

impl World {
    pub(crate) fn new(options: Options, rng: Rng, policy: Policy) -> Self {
        let mut world = World {
            options,
            rng,
            plans: BTreeMap::new(),
            n_plans: 0,
            steps: 0,
            now: Timestamp::ZERO,
            policy,
            calm: false,
            next_call: 0,
            agents: Vec::new(),
            offers: Vec::new(),
            talking: BTreeSet::new(),
            at_voicemail: BTreeSet::new(),
        };
        world.agents_come_in();
        world.plan(1, Plan::Arrival);
        world.plan(1, Plan::Something);
        world
    }

    /// In the order of their ids, some of them when others have had calls for a while.
    fn agents_come_in(&mut self) {
        let mut comes = 0;
        for i in 0..self.options.agents {
            let agent = AgentId(i as u32);
            if i > 0 && self.rng.percent(10) {
                comes += self.rng.between(20, 200);
            }
            let queues = self.some_queues();
            self.agents.push(queues.clone());
            let queues = queues.into_boxed_slice();
            self.plan(comes, Plan::Input(Input::AgentAssigned { agent, queues }));
            let status = AgentStatus::Available;
            if self.rng.percent(85) {
                let at = comes + self.rng.below(4);
                self.plan(at, Plan::Input(Input::AgentStatusChanged { agent, status }));
            }
            if self.rng.percent(85) {
                let at = comes + self.rng.below(3);
                self.plan(at, Plan::Input(Input::DeviceConnected { agent }));
            }
            self.plan(comes + 1, Plan::Heartbeat(agent));
        }
    }

    /// Some queues, each with a level; rarely none.
    fn some_queues(&mut self) -> Vec<(QueueId, Level)> {
        let n = self.policy.queues.len() as u16;
        let share = self.rng.pick(&[40, 70, 100]);
        let mut queues: Vec<(QueueId, Level)> = Vec::new();
        for i in 0..n {
            if self.rng.percent(share) {
                let level = self.rng.pick(&[1, 1, 1, 2, 2, 3, 255]);
                queues.push((QueueId(i), level));
            }
        }
        if queues.is_empty() && self.rng.percent(80) {
            let queue = self.rng.below(u64::from(n)) as u16;
            queues.push((QueueId(queue), 1));
        }
        queues
    }

    /// Plans something `steps` grid steps from now; at one moment in the order of planning.
    fn plan(&mut self, steps: u64, plan: Plan) {
        let grid = self.options.grid;
        let on_grid = Timestamp((self.now.0 / grid + steps) * grid).max(self.now);
        self.plan_at(on_grid, plan);
    }

    fn plan_at(&mut self, at: Timestamp, plan: Plan) {
        self.n_plans += 1;
        self.plans.insert((at, self.n_plans), plan);
    }

    /// The next moment at which something happens.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.plans.keys().next().map(|(at, _)| (*at).max(self.now))
    }

    /// Whether the driver looks at the clock when something is due.
    pub(crate) fn looks(&mut self) -> bool {
        !self.rng.percent(self.options.lazy)
    }

    /// The next input; `engine_now` is how far the engine has been driven.
    pub(crate) fn next(&mut self, engine_now: Timestamp) -> Option<(Timestamp, Input)> {
        let ((at, _), plan) = self.plans.pop_first()?;
        self.now = at.max(self.now).max(engine_now);
        self.steps += 1;
        let input = match plan {
            Plan::Input(input) => input,
            Plan::Arrival => self.arrival(),
            Plan::Heartbeat(agent) => self.heartbeat(agent),
            Plan::Something => {
                let in_steps = self.rng.between(0, 4);
                self.plan(in_steps, Plan::Something);
                self.something()
            }
        };
        self.remember(&input);
        Some((self.now, input))
    }

    fn remember(&mut self, input: &Input) {
        if let Input::AgentAssigned { agent, queues } = input
            && agent.index() < self.agents.len()
        {
            self.agents[agent.index()] = queues.to_vec();
        }
    }

    /// What the engine now goes by.
    pub(crate) fn accepted(&mut self, policy: &Policy, next_call: u64) {
        if self.policy != *policy {
            self.policy = policy.clone();
            for queues in &mut self.agents {
                queues.retain(|(queue, _)| queue.index() < policy.queues.len());
            }
        }
        self.next_call = next_call;
    }

    fn arrival(&mut self) -> Input {
        let gap = self.options.arrival_gap;
        let in_steps = self.rng.between(0, gap);
        self.plan(in_steps, Plan::Arrival);
        let call = CallId(self.next_call);
        if self.rng.percent(self.options.impatient) {
            let patience = self.rng.below(self.options.patience + 1);
            self.plan(patience, Plan::Input(Input::CallerHungUp { call }));
        }
        let n_queues = self.policy.queues.len() as u64;
        Input::CallArrived {
            call,
            caller: CallerKey(self.rng.below(self.options.callers)),
            queue: QueueId(self.rng.below(n_queues) as u16),
            class: ClassId(self.rng.below(self.options.classes) as u16),
        }
    }

    fn heartbeat(&mut self, agent: AgentId) -> Input {
        let lost = !self.calm && self.rng.percent(self.options.lost_heartbeats);
        let missed = if lost { self.rng.between(1, 4) } else { 0 };
        let in_steps = 4 * (1 + missed) + self.rng.below(2);
        self.plan(in_steps, Plan::Heartbeat(agent));
        Input::HeartbeatReceived { agent }
    }

    fn something(&mut self) -> Input {
        let o = &self.options;
        let kinds: [(u64, fn(&mut Self) -> Input); 9] = [
            (o.nonsense, Self::nonsense),
            (o.status_changes, Self::status_change),
            (o.flaps, Self::flap),
            (o.reassignments, Self::reassignment),
            (o.replacements, Self::replacement),
            (o.feature_changes, Self::feature_change),
            (o.hours, Self::opening_or_closing),
            (o.gaps, Self::gap),
            (o.latencies, Self::latency),
        ];
        let total: u64 = kinds.iter().map(|(weight, _)| weight).sum();
        let mut drawn = self.rng.below(total + 1);
        for (weight, make) in kinds {
            if drawn < weight {
                return make(self);
            }
            drawn -= weight;
        }
        Self::latency(self)
    }

    fn an_agent(&mut self) -> AgentId {
        AgentId(self.rng.below(self.options.agents) as u32)
    }

    fn a_queue(&mut self) -> QueueId {
        QueueId(self.rng.below(self.policy.queues.len() as u64) as u16)
    }

    fn status_change(&mut self) -> Input {
        let agent = self.an_agent();
        let status = self.rng.pick(&[
            AgentStatus::Available,
            AgentStatus::Available,
            AgentStatus::Available,
            AgentStatus::Break(1),
            AgentStatus::Offline,
        ]);
        Input::AgentStatusChanged { agent, status }
    }

    fn flap(&mut self) -> Input {
        let agent = self.an_agent();
        if self.rng.percent(60) {
            Input::DeviceConnected { agent }
        } else {
            Input::DeviceDisconnected { agent }
        }
    }

    fn reassignment(&mut self) -> Input {
        let queues = self.some_queues().into_boxed_slice();
        let agent = self.an_agent();
        Input::AgentAssigned { agent, queues }
    }

    /// Another policy, or this one with one queue's rules drawn anew.
    fn replacement(&mut self) -> Input {
        let n = self.policy.queues.len() as u64;
        let queues = match self.rng.below(6) {
            0 => n + 1,
            1 if n > 1 => n - 1,
            1.. => n,
        };
        let fresh = policies::draw(&mut self.rng, self.options.grid, queues.min(5));
        let mut policy = self.policy.clone();
        if fresh.queues.len() == policy.queues.len() && self.rng.percent(60) {
            let queue = self.a_queue().index();
            policy.queues[queue] = fresh.queues[queue].clone();
        } else {
            policy = fresh;
        }
        if self.rng.percent(5) {
            policy.queues[0].offer.max_attempts = 0;
        }
        Input::PolicyReplaced(Box::new(policy))
    }

    fn feature_change(&mut self) -> Input {
        let feature = self.rng.pick(&Feature::ALL);
        if self.rng.percent(20) {
            return Input::FeatureCleared { feature };
        }
        let share = policies::share(&mut self.rng, feature == Feature::EnhancedQueue);
        Input::FeatureSet { feature, share }
    }

    fn opening_or_closing(&mut self) -> Input {
        let queue = self.a_queue();
        if self.rng.percent(60) {
            Input::QueueOpened { queue }
        } else {
            Input::QueueClosed { queue }
        }
    }

    /// The driver was away: since now, or (a broken clock) since some other moment.
    fn gap(&mut self) -> Input {
        let away = self.rng.between(0, 20) * self.options.grid;
        let since = match self.rng.below(8) {
            0 => Timestamp(self.now.0 / 2),
            1 => self.now.after(away + 1),
            2.. => self.now,
        };
        if since <= self.now {
            self.now = self.now.after(away);
        }
        Input::Resumed { since }
    }

    fn latency(&mut self) -> Input {
        let millis = self.rng.pick(&[0, 2, 3, 10]);
        let latency = Duration::from_millis(millis);
        Input::StoreLatencyMeasured { latency }
    }

    /// Faults stop: queues open, agents come back with devices, heartbeats and at least one agent
    /// of level 1 for every queue; conversations end, greetings get their message. No more calls.
    pub(crate) fn calm_down(&mut self) {
        self.calm = true;
        self.plans.clear();
        for queue in (0..self.policy.queues.len()).map(|i| QueueId(i as u16)) {
            self.plan(1, Plan::Input(Input::QueueOpened { queue }));
        }
        for i in 0..self.agents.len() {
            let agent = AgentId(i as u32);
            if i == 0 {
                let queues = (0..self.policy.queues.len())
                    .map(|q| (QueueId(q as u16), 1))
                    .collect();
                self.plan(1, Plan::Input(Input::AgentAssigned { agent, queues }));
            }
            let status = AgentStatus::Available;
            self.plan(1, Plan::Input(Input::AgentStatusChanged { agent, status }));
            self.plan(1, Plan::Input(Input::DeviceConnected { agent }));
            self.plan(1, Plan::Heartbeat(agent));
        }
        for call in self.talking.clone() {
            self.plan(2, Plan::Input(Input::CallEnded { call }));
        }
        for call in self.at_voicemail.clone() {
            self.plan(2, Plan::Input(Input::VoicemailLeft { call }));
        }
    }
}
