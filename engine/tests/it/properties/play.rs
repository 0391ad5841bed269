//! Makes inputs of numbers: sensible ones mostly, and forged, late and impossible ones.

use core::time::Duration;

use engine::id::{AgentId, CallId, CallerKey, ClassId, OfferId, QueueId};
use engine::input::{AgentStatus, OfferFailure};
use engine::output::Departure;
use engine::policy::{Discovery, Feature, Policy, Share};
use engine::{Command, Engine, Event, Input, Outbox, Output, Timestamp, What, invariants};

use super::draws::Draws;
use super::ledger::Ledger;
use super::policies::any_policy;
use super::restarts::Restarts;

/// Numbers that say what happens next.
#[derive(Clone, Debug)]
pub struct Step {
    pub what: u8,
    pub a: u32,
    pub b: u32,
    pub wait: u8,
}

/// What was done, and what came out.
pub struct Played {
    pub inputs: Vec<(Timestamp, Input)>,
    pub outputs: Vec<Output>,
}

/// What the driver knows, from the outputs alone: what waits for an answer of the world.
#[derive(Default)]
struct Driver {
    offers: Vec<OfferId>,
    calls: u64,
    todo: Vec<Todo>,
}

/// Something the world is to answer.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Todo {
    Ring(OfferId),
    Bridge(OfferId, CallId),
    Talk(CallId),
    Greeting(CallId),
    /// A callback was offered.
    Choice(CallId),
    Callback(CallId),
    WrapUp(AgentId),
}

/// Plays `steps`, checking all that must hold after each.
pub fn play(policy: &Policy, steps: &[Step]) -> Played {
    let mut engine = Engine::new(policy.clone()).expect("a sound policy");
    let mut driver = Driver::default();
    let mut ledger = Ledger::default();
    let mut played = Played {
        inputs: Vec::new(),
        outputs: Vec::new(),
    };
    let mut now = Timestamp::ZERO;
    let mut out = Outbox::new();
    let mut by_events = finds_all_by_events(policy);
    for agent in 0..6 {
        for input in staff(AgentId(agent), policy.queues.len()) {
            step(&mut engine, now, input, &mut out, &mut played, &mut ledger);
        }
    }
    for next in steps {
        let last = now;
        now = moment(now, next.wait, &engine);
        driver.learn(&out);
        let input = driver.input(next, last, now, &engine);
        by_events &= !matches!(
            input,
            Input::PolicyReplaced(_) | Input::FeatureSet { .. } | Input::FeatureCleared { .. }
        );
        step(&mut engine, now, input, &mut out, &mut played, &mut ledger);
        if by_events {
            assert!(out.iter().all(|o| !is_inversion(o)), "{now}: passed over");
        }
    }
    played
}

/// Every caller's matches are found in the step in which they become possible.
fn finds_all_by_events(policy: &Policy) -> bool {
    let share = |feature| policy.features.share(feature);
    share(Feature::EnhancedQueue) == Share::ALL
        && share(Feature::ContinuousDiscovery) == Share::ALL
        && policy
            .queues
            .iter()
            .all(|queue| matches!(queue.discovery, Discovery::Events { .. }))
}

fn is_inversion(output: &Output) -> bool {
    matches!(
        output.what,
        What::Event(Event::CallConnected {
            inversion: true,
            ..
        })
    )
}

/// One input, and all that must hold about it.
fn step(
    engine: &mut Engine,
    now: Timestamp,
    input: Input,
    out: &mut Outbox,
    played: &mut Played,
    ledger: &mut Ledger,
) {
    played.inputs.push((now, input.clone()));
    let mut only_looked = engine.clone();
    out.clear();
    let refused = engine.handle(now, input.clone(), out).err();
    assert!(out.iter().all(|o| o.at <= now), "an output of the future");
    assert!(out.is_sorted_by_key(|o| o.at), "outputs out of order");
    if let Some(why) = refused {
        let mut looked = Outbox::new();
        only_looked.advance_to(now, &mut looked);
        assert_eq!(
            **out, *looked,
            "{input:?} was refused ({why:?}) and said something"
        );
        assert_eq!(
            format!("{engine:?}"),
            format!("{only_looked:?}"),
            "{input:?} was refused ({why:?}) and changed something"
        );
    }
    ledger.book(out);
    assert_eq!(ledger.in_hand(), engine.n_calls(), "after {input:?}");
    if let Err(broken) = invariants::check(engine) {
        panic!("{now} {input:?}: {broken}");
    }
    played.outputs.extend_from_slice(out);
}

/// What comes out of the same inputs when the driver looks `looks` times in between, and is
/// restored from its written state where `restarts` says so.
pub fn replay(
    policy: &Policy,
    inputs: &[(Timestamp, Input)],
    looks: u64,
    restarts: &Restarts,
) -> Vec<Output> {
    let mut engine = Engine::new(policy.clone()).expect("a sound policy");
    let mut out = Outbox::new();
    let mut last = Timestamp::ZERO;
    for (i, (now, input)) in inputs.iter().enumerate() {
        // Nobody looks during a gap.
        let until = match input {
            Input::Resumed { since } if since <= now => (*since).max(last),
            _ => *now,
        };
        for k in 1..=looks {
            let between = last.0 + (until.0 - last.0) * k / looks;
            engine.advance_to(Timestamp(between), &mut out);
        }
        engine = restarts.before(i, engine);
        // A refusal is an output of the first run, too: it said nothing.
        let _ = engine.handle(*now, input.clone(), &mut out);
        last = *now;
    }
    out.to_vec()
}

/// Often the same instant, often the next deadline, else a little later.
fn moment(now: Timestamp, wait: u8, engine: &Engine) -> Timestamp {
    match wait {
        0..=7 => now,
        8 => now.after(1),
        9..=12 => now.after(500_000),
        13..=17 => now.after(1_000_000),
        18 | 19 => engine.next_deadline().map_or(now, |(at, _)| at),
        20 | 21 => now.after(2_000_000),
        22 => now.after(5_000_000),
        _ => now.after(20_000_000),
    }
}

/// A newcomer that is there.
fn staff(agent: AgentId, n_queues: usize) -> Vec<Input> {
    let queues = (0..n_queues as u16)
        .map(|q| (QueueId(q), 1 + ((agent.0 as u8 + q as u8) % 3)))
        .collect();
    vec![
        Input::AgentAssigned { agent, queues },
        Input::HeartbeatReceived { agent },
        Input::DeviceConnected { agent },
        Input::AgentStatusChanged {
            agent,
            status: AgentStatus::Available,
        },
    ]
}

impl Driver {
    fn learn(&mut self, outputs: &[Output]) {
        for output in outputs {
            match output.what {
                What::Command(_, command) => self.told(command),
                What::Event(event) => self.saw(event),
            }
        }
    }

    fn told(&mut self, command: Command) {
        match command {
            Command::RingAgent { offer, .. } | Command::DialLegacy { offer, .. } => {
                self.offers.push(offer);
                self.todo.push(Todo::Ring(offer));
            }
            Command::StopRinging { offer } => self.done(Todo::Ring(offer)),
            Command::Bridge { offer, call } => {
                self.done(Todo::Ring(offer));
                self.todo.push(Todo::Bridge(offer, call));
            }
            Command::LeaveQueue { call, then } => {
                self.done(Todo::Choice(call));
                if then == Departure::Voicemail {
                    self.todo.push(Todo::Greeting(call));
                }
            }
            Command::OfferCallback { call } => self.todo.push(Todo::Choice(call)),
            Command::PlaceCallback { call, .. } => self.todo.push(Todo::Callback(call)),
            Command::StopCallback { call } => self.done(Todo::Callback(call)),
        }
    }

    fn saw(&mut self, event: Event) {
        let Some(done) = self.over(event) else {
            return;
        };
        self.done(done);
    }

    /// What an event ends; notes what it begins.
    fn over(&mut self, event: Event) -> Option<Todo> {
        match event {
            Event::CallArrived { .. } => self.calls += 1,
            Event::OfferEnded { offer, .. } => return Some(Todo::Ring(offer)),
            Event::ClaimUndone { offer, call } => return Some(Todo::Bridge(offer, call)),
            Event::CallConnected { call, .. } => {
                self.done(Todo::Choice(call));
                self.todo.push(Todo::Talk(call));
                self.not_to_bridge(call);
            }
            Event::CallEnded { call, .. } => return Some(Todo::Talk(call)),
            Event::AgentWrapUp { agent } => self.todo.push(Todo::WrapUp(agent)),
            Event::AgentIdle { agent } => return Some(Todo::WrapUp(agent)),
            Event::VoicemailTaken { call } => return Some(Todo::Greeting(call)),
            Event::CallbackTaken { call } => return Some(Todo::Choice(call)),
            Event::CallbackMissed { call } => return Some(Todo::Callback(call)),
            Event::CallAbandoned { call, .. } => {
                self.not_to_bridge(call);
                for todo in [Todo::Choice(call), Todo::Greeting(call)] {
                    self.done(todo);
                }
            }
            // An agent was rung after all, or nothing that anybody answers.
            _ => {}
        }
        None
    }

    fn not_to_bridge(&mut self, call: CallId) {
        self.todo
            .retain(|todo| !matches!(todo, Todo::Bridge(_, c) if *c == call));
    }

    fn done(&mut self, done: Todo) {
        self.todo.retain(|todo| *todo != done);
    }

    /// What the world answers.
    fn answer(&self, a: u32, b: u32, now: Timestamp) -> Option<Input> {
        let todo = *self.todo.get((a as usize).checked_rem(self.todo.len())?)?;
        Some(match todo {
            Todo::Ring(offer) => match b % 16 {
                0..=7 => Input::OfferAnswered { offer },
                8..=10 => Input::OfferRinging { offer },
                11 | 12 => Input::OfferDeclined { offer },
                13 => Input::OfferPlaced { offer },
                _ => Input::OfferFailed {
                    offer,
                    cause: any_cause(b >> 4),
                },
            },
            Todo::Bridge(offer, call) => match b % 8 {
                0..=5 => Input::CallBridged { offer },
                6 => Input::BridgeFailed { offer },
                _ => Input::CallerHungUp { call },
            },
            Todo::Talk(call) => Input::CallEnded { call },
            Todo::Greeting(call) => match b % 2 {
                0 => Input::VoicemailLeft { call },
                _ => Input::CallerHungUp { call },
            },
            Todo::Choice(call) => Input::CallbackAccepted {
                call,
                at: (b % 4 == 1).then(|| now.after(u64::from(b % 16) * 1_000_000)),
            },
            Todo::Callback(call) => match b % 4 {
                0..=2 => Input::CallbackAnswered { call },
                _ => Input::CallbackUnanswered { call },
            },
            Todo::WrapUp(agent) => Input::AgentReady { agent },
        })
    }

    /// Mostly any, else a forged one.
    fn offer(&self, a: u32) -> OfferId {
        let some = match a % 4 {
            3 => None,
            _ => {
                let back = (a / 4) as usize % 8;
                self.offers
                    .len()
                    .checked_sub(back + 1)
                    .map(|at| self.offers[at])
            }
        };
        some.unwrap_or(OfferId::new(u64::from(a / 8) % 50, AgentId(a % 7)))
    }

    fn input(&self, step: &Step, last: Timestamp, now: Timestamp, engine: &Engine) -> Input {
        let (a, b) = (step.a, step.b);
        if step.what < 130
            && let Some(answer) = self.answer(a, b, now)
        {
            return answer;
        }
        // The latest calls are the likeliest to be in hand.
        let call = CallId(self.calls.saturating_sub(u64::from(a % 8)));
        let offer = self.offer(a);
        let agent = AgentId(a % 7);
        let queue = QueueId((a % 4) as u16);
        match step.what % 48 {
            0..=7 | 40..=47 => Input::CallArrived {
                call: match b % 16 {
                    15 => call,
                    _ => engine.next_call(),
                },
                caller: CallerKey(u64::from(b)),
                queue,
                class: ClassId((b % 3) as u16),
            },
            8 | 9 => Input::CallerHungUp { call },
            10 => Input::VoicemailLeft { call },
            11 => Input::CallbackAccepted {
                call,
                at: (b % 2 == 1).then(|| now.after(u64::from(b % 16) * 1_000_000)),
            },
            12 => Input::CallbackAnswered { call },
            13 => Input::CallbackUnanswered { call },
            14 | 15 => Input::CallEnded { call },
            16 => Input::OfferPlaced { offer },
            17 | 18 => Input::OfferRinging { offer },
            19..=22 => Input::OfferAnswered { offer },
            23 => Input::OfferDeclined { offer },
            24 => Input::OfferFailed {
                offer,
                cause: any_cause(b),
            },
            25 | 26 => Input::CallBridged { offer },
            27 => Input::BridgeFailed { offer },
            28 if b % 4 > 0 => Input::HeartbeatReceived { agent },
            28 => Input::AgentAssigned {
                agent: match b % 16 {
                    12 => engine.next_agent(),
                    _ => agent,
                },
                queues: (0..(b >> 12) % 4)
                    .map(|k| (QueueId(((b >> 4) + k) as u16 % 4), ((b >> 8) + k) as u8 % 4))
                    .collect(),
            },
            29 | 30 => Input::AgentStatusChanged {
                agent,
                status: [
                    AgentStatus::Available,
                    AgentStatus::Available,
                    AgentStatus::Available,
                    AgentStatus::Break(1),
                    AgentStatus::Offline,
                ][b as usize % 5],
            },
            31 => Input::AgentReady { agent },
            32 => Input::HeartbeatReceived { agent },
            33 => Input::DeviceConnected { agent },
            34 => Input::DeviceDisconnected { agent },
            35 => match b % 2 {
                0 => Input::QueueClosed { queue },
                _ => Input::QueueOpened { queue },
            },
            36 => Input::QueueOpened { queue },
            37 if b % 3 == 0 => policy_replaced(a, b / 3),
            37 => Input::HeartbeatReceived { agent },
            38 if b % 5 == 4 => Input::FeatureCleared {
                feature: Feature::ALL[a as usize % 7],
            },
            38 => Input::FeatureSet {
                feature: Feature::ALL[a as usize % 7],
                share: Share((b % 3 * 5_001) as u16),
            },
            _ => match b % 3 {
                0 => Input::StoreLatencyMeasured {
                    latency: Duration::from_micros(u64::from(a % 100_000)),
                },
                // Also one that begins before the last input, which a driver could not mean.
                1 if a % 5 == 4 => Input::Resumed {
                    since: Timestamp(last.0 / 2),
                },
                1 => Input::Resumed {
                    since: Timestamp(last.0 + (now.0 - last.0) * u64::from(a % 4) / 3),
                },
                _ => Input::Resumed {
                    since: now.after(1),
                },
            },
        }
    }
}

fn any_cause(b: u32) -> OfferFailure {
    [
        OfferFailure::Unreachable,
        OfferFailure::Busy,
        OfferFailure::Carrier,
    ][b as usize % 3]
}

/// Another sound policy, or a wrong one.
fn policy_replaced(a: u32, b: u32) -> Input {
    let mut state = u64::from(a) << 32 | u64::from(b);
    let numbers: Vec<u32> = (0..60)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u32
        })
        .collect();
    let mut policy = any_policy(&mut Draws::new(&numbers));
    if b % 8 == 7 {
        policy.queues[0].offer.ring = 9;
    }
    Input::PolicyReplaced(Box::new(policy))
}
