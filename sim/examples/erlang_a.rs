//! The yardstick run of `docs/performance.md`: Erlang-A with the full engine, events discovery,
//! one thread. Takes the arguments of the bare peer: LAMBDA MEAN_SERVICE N MEAN_PATIENCE CALLS SEED.

use std::time::{Duration, Instant};

use engine::Timestamp;
use engine::id::{ClassId, QueueId};
use engine::policy::{Feature, Features, Policy, QueuePolicy, Share};
use engine::time::micros;
use policy_file::{Names, PolicyFile};
use reports::record::{Recorder, RecorderOptions};
use sim::scenario::{
    AgentGroup, Answers, Arrivals, CallStream, CallbackAnswer, CallerClass, CarrierWorld, DistSpec,
    Experiment, PerPeriod, Scenario, Staffing, StoreWorld, Value, World as WorldSpec,
};
use sim::streams::Seed;
use sim::world::{Checks, World, WorldPlan};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize| -> f64 {
        let text = args.get(i).map_or("1", String::as_str);
        match text.split_once('/') {
            Some((a, b)) => {
                a.parse::<f64>().expect("a number") / b.parse::<f64>().expect("a number")
            }
            None => text.parse().expect("a number"),
        }
    };
    let (lambda, service, agents, patience, calls, seed) = (
        number(0),
        number(1),
        number(2) as u32,
        number(3),
        number(4),
        number(5) as u64,
    );
    let horizon = Duration::from_secs_f64(calls / lambda);
    let mut features = Features::default();
    for feature in [Feature::EnhancedQueue, Feature::ContinuousDiscovery] {
        features.set(feature, Share::ALL);
    }
    let policy = Policy {
        features,
        queues: vec![QueuePolicy::default()],
        ..Policy::default()
    };
    let names = Names {
        queues: vec!["line".into()],
        classes: vec!["standard".into()],
    };
    let scenario = Scenario {
        name: "erlang-a".into(),
        description: String::new(),
        experiment: Experiment {
            start: "2026-03-02T00:00".parse().expect("a date"),
            horizon,
            warm_up: horizon / 100,
            seed,
            replications: 1,
            confidence: 0.95,
            until: None,
            day_factor: None,
            control_variates: true,
            threshold: Duration::from_secs(20),
            short_abandon: Duration::from_secs(5),
        },
        world: WorldSpec {
            given: std::sync::Arc::default(),
            names: names.clone(),
            calls: vec![CallStream {
                queue: QueueId(0),
                arrivals: Arrivals::Poisson(lambda),
                classes: vec![CallerClass {
                    class: ClassId(0),
                    share: 1.0,
                    patience: Some(PerPeriod::Always(DistSpec::Exponential { mean: patience })),
                    talk: Some(PerPeriod::Always(DistSpec::Exponential { mean: service })),
                    balks: 0.0,
                    leaves_message: 1.0,
                    redial: None,
                    callback: CallbackAnswer::default(),
                }],
            }],
            agents: vec![AgentGroup {
                group: "all".into(),
                staffing: Staffing::Count(agents),
                queues: vec![(QueueId(0), 1)],
                shifts: vec![],
                breaks: vec![],
                answers: Answers::default(),
                talk_factor: None,
                wrap_up: None,
                heartbeat: None,
                device: None,
                forgets_to_sign_out: 0.0,
            }],
            carrier: CarrierWorld::default(),
            store: StoreWorld::default(),
            faults: vec![],
            value: Value::default(),
        },
        policy: PolicyFile {
            policy,
            names,
            routes: vec![],
            hours: vec![None],
            rollout: None,
        },
        policy_path: None,
        gates: vec![],
        world_digest: String::new(),
        policy_digest: String::new(),
    };
    let plan = WorldPlan::new(&scenario);
    let options = RecorderOptions::new(
        Timestamp(micros(scenario.experiment.warm_up)),
        Timestamp(micros(horizon)),
    );
    let world = World::new(
        &plan,
        Seed {
            seed,
            replication: 0,
        },
        Recorder::new(options),
        Checks::default(),
    );
    #[allow(clippy::disallowed_methods)]
    let start = Instant::now();
    let finished = world.run(|| false).expect("nobody stops it");
    let wall = start.elapsed().as_secs_f64();
    let at = finished.at;
    let digest = finished.digest;
    let steps = finished.steps;
    let rejected = finished.rejected;
    let record = finished.recorder.finish(at);
    record.conservation.as_ref().expect("calls add up");
    let counts = &record.total;
    println!(
        "{{\"n\":{agents},\"wall_s\":{wall:.6},\"calls_per_s\":{:.1},\"ns_per_call\":{:.1},\"steps\":{steps},\"rejected\":{rejected},\"digest\":\"{digest}\",\"unserved\":{},\"outcomes\":{:?}}}",
        calls / wall,
        wall / calls * 1e9,
        finished.unserved,
        counts.outcomes,
    );
}
