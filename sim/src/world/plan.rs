//! A scenario made ready to run: distributions instead of their specifications, tables instead of
//! schedules. Built once, shared by every replication and thread; holds nothing random.

use engine::Input;
use engine::id::{AgentId, ClassId, Level, QueueId};
use engine::policy::{Feature, Policy, Transport};
use engine::time::{Micros, Timestamp, micros};

use crate::dist::{Dist, Interpolation, SurvivalPoint};
use crate::scenario::{
    AgentGroup, Arrivals, CallStream, CallbackAnswer, CarrierWorld, DistSpec, Fault, FaultKind,
    PerPeriod, RedialAfter, Scenario, Staffing, StoreWorld,
};
use crate::trace::TraceCall;
use crate::world::arrivals::expected;
use crate::world::local::LocalTime;
use crate::world::schedule::{self, BreakPlan};

use std::sync::Arc;

/// Everything a replication needs that does not change.
#[derive(Clone, Debug)]
pub struct WorldPlan {
    /// The policy under test.
    pub policy: Policy,
    pub(crate) streams: Vec<StreamPlan>,
    pub(crate) groups: Vec<GroupPlan>,
    pub(crate) carrier: CarrierPlan,
    pub(crate) store: StorePlan,
    pub(crate) faults: Vec<Fault>,
    pub(crate) queue_hours: Vec<(Micros, QueueId, bool)>,
    pub(crate) local: LocalTime,
    pub(crate) warm_up: Micros,
    pub(crate) horizon: Micros,
    /// Of drawn arrivals between warm-up and horizon: how many there are on average.
    pub(crate) expected_arrivals: f64,
    /// What draws were beyond their means is told.
    pub(crate) has_controls: bool,
    pub(crate) day_factor: Option<Dist>,
    /// Somebody looks at heartbeats: a feature of some caller, the alert on availability, or the world
    /// itself, which models them. Agents without a model of their own then have ideal ones.
    pub(crate) watches_heartbeats: bool,
    /// Commits take time, and the policy has an alert that asks how long.
    pub(crate) watches_store: bool,
    /// The server may be slow to answer, or away.
    pub(crate) times_webhooks: bool,
    /// Some queue's agents are asked on their own screens, without a request to the carrier.
    pub(crate) pulls: bool,
    /// What happens as a record says, ascending.
    pub(crate) given: Arc<[(Timestamp, Input)]>,
    /// By agent: of which signs of its presence the record knows.
    signs: Box<[Signs]>,
}

/// One stream of calls.
#[derive(Clone, Debug)]
pub(crate) struct StreamPlan {
    pub(crate) queue: QueueId,
    pub(crate) source: SourcePlan,
    pub(crate) classes: Vec<ClassPlan>,
    pub(crate) day_factor: Option<Dist>,
}

/// When a stream's calls come.
#[derive(Clone, Debug)]
pub(crate) enum SourcePlan {
    /// Mean gap in microseconds.
    Poisson {
        mean_gap: f64,
    },
    /// Rates per microsecond by step of the day, by weekday; `from` after midnight.
    Profile {
        step: Micros,
        from: Micros,
        days: Box<[Vec<f64>; 7]>,
    },
    Trace(Arc<[TraceCall]>),
    Burst {
        every: Micros,
        calls: u32,
        within: Micros,
    },
}

impl SourcePlan {
    /// How many calls come is drawn, not given.
    #[inline]
    pub(crate) fn is_drawn(&self) -> bool {
        match self {
            SourcePlan::Poisson { .. } | SourcePlan::Profile { .. } => true,
            SourcePlan::Trace(_) | SourcePlan::Burst { .. } => false,
        }
    }
}

/// Callers of one class in one stream.
#[derive(Clone, Debug)]
pub(crate) struct ClassPlan {
    pub(crate) class: ClassId,
    /// Shares up to and including this class.
    pub(crate) up_to: f64,
    pub(crate) patience: Option<PeriodPlan>,
    /// `None` where the log says it of every call.
    pub(crate) talk: Option<PeriodPlan>,
    pub(crate) balks: f64,
    pub(crate) leaves_message: f64,
    pub(crate) redial: Option<(RedialAfter, Dist)>,
    pub(crate) callback: CallbackAnswer,
}

/// A distribution by time of day.
#[derive(Clone, Debug)]
pub(crate) struct PeriodPlan {
    step: Micros,
    from: Micros,
    values: Vec<Dist>,
    means: Vec<f64>,
}

/// Agents who are alike.
#[derive(Clone, Debug)]
pub(crate) struct GroupPlan {
    /// Keys the draws of its agents: a hash of the group's name, so that another group in the
    /// file moves nobody's draws.
    pub(crate) key: u64,
    pub(crate) size: u32,
    /// A record says what they do.
    pub(crate) is_given: bool,
    pub(crate) queues: Box<[(QueueId, Level)]>,
    /// When how many are to be there, ascending.
    pub(crate) staffing: Vec<(Micros, u32)>,
    pub(crate) breaks: Vec<BreakPlan>,
    pub(crate) answers: f64,
    pub(crate) declines: f64,
    pub(crate) answer_delay: Option<Dist>,
    pub(crate) talk_factor: Option<Dist>,
    pub(crate) wrap_up: Option<PeriodPlan>,
    /// (every, jitter, loss)
    pub(crate) heartbeat: Option<(Micros, Micros, f64)>,
    pub(crate) device: Option<(Dist, Dist)>,
    pub(crate) forgets: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct CarrierPlan {
    pub(crate) command_delay: Option<Dist>,
    pub(crate) webhook_delay: Option<Dist>,
    pub(crate) failure: f64,
    pub(crate) duplicate: f64,
    pub(crate) reorder: f64,
    pub(crate) lines: Option<u32>,
    /// Between two legs it dials at our request.
    pub(crate) spacing: Option<Micros>,
}

#[derive(Clone, Debug)]
pub(crate) struct StorePlan {
    pub(crate) commit: Option<Dist>,
}

impl WorldPlan {
    /// Makes a checked scenario ready, with its own policy.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let mut policy = scenario.policy.policy.clone();
        let n_queues = scenario.world.names.queues.len();
        debug_assert!(policy.queues.len() >= n_queues);
        for (queue, hours) in policy.queues.iter_mut().zip(&scenario.policy.hours) {
            queue.opens_at_start = hours.is_none();
        }
        let experiment = &scenario.experiment;
        let local = LocalTime::new(experiment.start);
        let horizon = micros(experiment.horizon);
        let uses = |feature: Feature| policy.features.share(feature).0 > 0;
        let mut plan = WorldPlan {
            streams: scenario.world.calls.iter().map(stream_plan).collect(),
            groups: scenario
                .world
                .agents
                .iter()
                .map(|g| group_plan(g, &local, horizon))
                .collect(),
            carrier: carrier_plan(&scenario.world.carrier),
            store: store_plan(&scenario.world.store),
            faults: scenario.world.faults.clone(),
            queue_hours: schedule::queue_hours(&scenario.policy.hours, &local, horizon),
            warm_up: micros(experiment.warm_up),
            horizon,
            expected_arrivals: 0.0,
            has_controls: experiment.control_variates,
            day_factor: experiment.day_factor.as_ref().map(dist),
            watches_store: scenario.world.store.commit.is_some()
                && scenario.policy.policy.alerts.is_some(),
            times_webhooks: scenario.world.store.commit.is_some()
                || scenario
                    .world
                    .faults
                    .iter()
                    .any(|fault| fault.kind == FaultKind::ServerRestart),
            pulls: policy
                .queues
                .iter()
                .any(|queue| queue.offer.transport == Transport::Pull),
            watches_heartbeats: uses(Feature::AgentHeartbeat)
                || uses(Feature::EnhancedDiscovery)
                || policy
                    .alerts
                    .is_some_and(|alerts| alerts.agent_availability.0 > 0)
                || scenario.world.agents.iter().any(|g| g.heartbeat.is_some()),
            given: scenario.world.given.clone(),
            signs: signs(&scenario.world.given),
            local,
            policy,
        };
        let streams = plan.streams.iter();
        plan.expected_arrivals = streams.map(|stream| expected(&plan, stream)).sum();
        plan
    }

    /// Of which signs of the agent's presence the record knows.
    pub(crate) fn signs_of(&self, agent: AgentId) -> Signs {
        self.signs.get(agent.index()).copied().unwrap_or_default()
    }

    /// How many agents there are in all.
    #[must_use]
    pub fn n_agents(&self) -> u32 {
        self.groups.iter().map(|g| g.size).sum()
    }
}

/// Of which signs of an agent's presence a record knows. Of the others the agent gives the ideal ones while it
/// is signed in.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Signs {
    pub(crate) heartbeats: bool,
    pub(crate) device: bool,
}

fn signs(given: &[(Timestamp, Input)]) -> Box<[Signs]> {
    let mut signs: Vec<Signs> = Vec::new();
    for (_, input) in given {
        let (Input::DeviceConnected { agent }
        | Input::DeviceDisconnected { agent }
        | Input::HeartbeatReceived { agent }) = input
        else {
            continue;
        };
        if signs.len() <= agent.index() {
            signs.resize(agent.index() + 1, Signs::default());
        }
        let known = &mut signs[agent.index()];
        match matches!(input, Input::HeartbeatReceived { .. }) {
            true => known.heartbeats = true,
            false => known.device = true,
        }
    }
    signs.into_boxed_slice()
}

impl PeriodPlan {
    fn new(spec: &PerPeriod<DistSpec>) -> Self {
        let (step, from, values) = match spec {
            PerPeriod::Always(spec) => (Micros::MAX, 0, vec![dist(spec)]),
            PerPeriod::ByPeriod { step, from, values } => (
                micros(*step),
                micros(from.since_midnight()),
                values.iter().map(dist).collect(),
            ),
        };
        PeriodPlan {
            step,
            from,
            means: values.iter().map(Dist::mean).collect(),
            values,
        }
    }

    /// The distribution at a time of day.
    #[inline]
    pub(crate) fn at(&self, local: &LocalTime, now: Micros) -> &Dist {
        &self.values[self.place(local, now)]
    }

    /// The same with its mean, in seconds.
    #[inline]
    pub(crate) fn with_mean(&self, local: &LocalTime, now: Micros) -> (&Dist, f64) {
        let place = self.place(local, now);
        (&self.values[place], self.means[place])
    }

    #[inline]
    fn place(&self, local: &LocalTime, now: Micros) -> usize {
        if self.values.len() == 1 {
            return 0;
        }
        self.place_by_time(local, now)
    }

    #[inline(never)]
    fn place_by_time(&self, local: &LocalTime, now: Micros) -> usize {
        let since = local.since_time_of_day(now, self.from);
        let i = usize::try_from(since / self.step).unwrap_or(usize::MAX);
        i.min(self.values.len() - 1)
    }
}

fn stream_plan(stream: &CallStream) -> StreamPlan {
    let source = match &stream.arrivals {
        Arrivals::Poisson(rate) => SourcePlan::Poisson {
            mean_gap: 1e6 / rate,
        },
        Arrivals::Profile(profile) => SourcePlan::Profile {
            step: micros(profile.rates.step),
            from: micros(profile.rates.from.since_midnight()),
            days: Box::new(
                profile
                    .rates
                    .days
                    .clone()
                    .map(|day| day.iter().map(|rate| rate * 1e-6).collect()),
            ),
        },
        Arrivals::Trace(trace) => SourcePlan::Trace(trace.calls.clone()),
        Arrivals::Journal { .. } => SourcePlan::Trace(Arc::from([])),
        Arrivals::Burst {
            every,
            calls,
            within,
        } => SourcePlan::Burst {
            every: micros(*every),
            calls: *calls,
            within: micros(*within),
        },
    };
    let day_factor = match &stream.arrivals {
        Arrivals::Profile(profile) => profile.day_factor.as_ref().map(dist),
        Arrivals::Poisson(_)
        | Arrivals::Trace(_)
        | Arrivals::Journal { .. }
        | Arrivals::Burst { .. } => None,
    };
    let mut up_to = 0.0;
    let classes = stream
        .classes
        .iter()
        .map(|class| {
            up_to += class.share;
            ClassPlan {
                class: class.class,
                up_to,
                patience: class.patience.as_ref().map(PeriodPlan::new),
                talk: class.talk.as_ref().map(PeriodPlan::new),
                balks: class.balks,
                leaves_message: class.leaves_message,
                redial: class.redial.as_ref().map(|r| (r.after, dist(&r.delay))),
                callback: class.callback,
            }
        })
        .collect();
    StreamPlan {
        queue: stream.queue,
        source,
        classes,
        day_factor,
    }
}

fn group_plan(group: &AgentGroup, local: &LocalTime, horizon: Micros) -> GroupPlan {
    GroupPlan {
        key: name_key(&group.group),
        size: group.staffing.most(),
        is_given: group.staffing == Staffing::Given,
        queues: group.queues.clone().into_boxed_slice(),
        staffing: schedule::staffing(group, local, horizon),
        breaks: schedule::breaks(group),
        answers: group.answers.probability,
        declines: group.answers.declines,
        answer_delay: group.answers.delay.as_ref().map(dist),
        talk_factor: group.talk_factor.as_ref().map(dist),
        wrap_up: group.wrap_up.as_ref().map(PeriodPlan::new),
        heartbeat: group
            .heartbeat
            .map(|h| (micros(h.every), micros(h.jitter), h.loss)),
        device: group.device.as_ref().map(|d| (dist(&d.up), dist(&d.down))),
        forgets: group.forgets_to_sign_out,
    }
}

/// FNV-1a (Fowler, Noll, Vo), 64 bits.
fn name_key(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn carrier_plan(carrier: &CarrierWorld) -> CarrierPlan {
    CarrierPlan {
        command_delay: carrier.command_delay.as_ref().map(dist),
        webhook_delay: carrier.webhook_delay.as_ref().map(dist),
        failure: carrier.failure,
        duplicate: carrier.duplicate,
        reorder: carrier.reorder,
        lines: carrier.lines,
        spacing: carrier
            .calls_per_second_milli
            .map(|rate| 1_000_000_000 / u64::from(rate)),
    }
}

fn store_plan(store: &StoreWorld) -> StorePlan {
    StorePlan {
        commit: store.commit.as_ref().map(dist),
    }
}

/// The reader has checked the parameters.
pub(crate) fn dist(spec: &DistSpec) -> Dist {
    let made = match spec {
        DistSpec::Constant(value) => Dist::constant(*value),
        DistSpec::Exponential { mean } => Dist::exponential(*mean),
        DistSpec::Uniform { from, to } => Dist::uniform(*from, *to),
        DistSpec::Lognormal { mean, sd } => Dist::lognormal(*mean, *sd),
        DistSpec::Gamma { shape, mean } => Dist::gamma(*shape, *mean),
        DistSpec::Erlang { phases, mean } => Dist::erlang(*phases, *mean),
        DistSpec::Weibull { shape, scale } => Dist::weibull_scale(*shape, *scale),
        DistSpec::Hyperexponential(branches) => {
            let branches: Vec<(f64, f64)> = branches.iter().map(|b| (b.weight, b.mean)).collect();
            Dist::hyperexponential(&branches)
        }
        DistSpec::Triangular { low, mode, high } => Dist::triangular(*low, *mode, *high),
        DistSpec::Mixture(parts) => {
            let parts: Vec<(f64, Dist)> = parts.iter().map(|(w, s)| (*w, dist(s))).collect();
            Dist::mixture(&parts)
        }
        DistSpec::Sample(values) => Dist::sample_of(values.to_vec()),
        DistSpec::Survival(points) => {
            let points: Vec<SurvivalPoint> = points
                .iter()
                .map(|(time, survival)| SurvivalPoint {
                    time: *time,
                    survival: *survival,
                })
                .collect();
            Dist::survival_curve(&points, Interpolation::Linear)
        }
    };
    made.expect("invariant: the scenario's reader checks every distribution")
}
