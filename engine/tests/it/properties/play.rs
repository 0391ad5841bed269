//! Makes inputs of numbers: sensible ones mostly, and forged, late and impossible ones.

use core::time::Duration;

use engine::id::{AgentId, CallId, CallerKey, ClassId, OfferId, QueueId};
use engine::input::{AgentStatus, OfferFailure};
use engine::policy::{Feature, Policy, Share};
use engine::{Engine, Event, Input, Outbox, Output, Timestamp, What, invariants};

use super::draws::Draws;
use super::ledger::Ledger;
use super::policies::any_policy;

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

/// What the driver knows: the offers and calls it has heard of.
struct Driver {
    offers: Vec<OfferId>,
    live: Vec<OfferId>,
    calls: u64,
}

/// Plays `steps`, checking all that must hold after each.
pub fn play(policy: &Policy, steps: &[Step]) -> Played {
    let mut engine = Engine::new(policy.clone()).expect("a sound policy");
    let mut driver = Driver {
        offers: Vec::new(),
        live: Vec::new(),
        calls: 0,
    };
    let mut ledger = Ledger::default();
    let mut played = Played {
        inputs: Vec::new(),
        outputs: Vec::new(),
    };
    let mut now = Timestamp::ZERO;
    let mut out = Outbox::new();
    for agent in 0..4 {
        for input in staff(AgentId(agent), policy.queues.len()) {
            step(&mut engine, now, input, &mut out, &mut played, &mut ledger);
        }
    }
    for next in steps {
        let last = now;
        now = moment(now, next.wait, &engine);
        driver.learn(&played.outputs);
        let input = driver.input(next, last, now, &engine);
        step(&mut engine, now, input, &mut out, &mut played, &mut ledger);
    }
    played
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

/// What comes out of the same inputs when the driver looks `looks` times in between, or is
/// restored from its written state before input `restored`.
pub fn replay(
    policy: &Policy,
    inputs: &[(Timestamp, Input)],
    looks: u64,
    restored: Option<usize>,
) -> Vec<Output> {
    let mut engine = Engine::new(policy.clone()).expect("a sound policy");
    let mut out = Outbox::new();
    let mut last = Timestamp::ZERO;
    for (i, (now, input)) in inputs.iter().enumerate() {
        // Nobody looks during a gap.
        let until = match input {
            Input::Resumed { since } if since <= now => *since,
            _ => *now,
        };
        for k in 1..=looks {
            let between = last.0 + (until.0 - last.0) * k / looks;
            engine.advance_to(Timestamp(between), &mut out);
        }
        if restored == Some(i) {
            let written = serde_json::to_string(&engine).expect("written");
            engine = serde_json::from_str(&written).expect("read");
        }
        // A refusal is an output of the first run, too: it said nothing.
        let _ = engine.handle(*now, input.clone(), &mut out);
        last = *now;
    }
    out.to_vec()
}

/// Often the same instant, often the next deadline, else a little later.
fn moment(now: Timestamp, wait: u8, engine: &Engine) -> Timestamp {
    match wait {
        0..=3 => now,
        4..=6 => engine.next_deadline().map_or(now, |(at, _)| at),
        7 => now.after(1),
        8 => now.after(500_000),
        9 => now.after(1_000_000),
        10 => now.after(5_000_000),
        _ => now.after(30_000_000),
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
        self.offers.clear();
        self.live.clear();
        self.calls = 0;
        for output in outputs {
            match output.what {
                What::Event(Event::OfferMade { offer, .. }) => {
                    self.offers.push(offer);
                    self.live.push(offer);
                }
                What::Event(Event::OfferEnded { offer, .. } | Event::ClaimUndone { offer, .. }) => {
                    self.live.retain(|live| *live != offer);
                }
                What::Event(Event::CallArrived { .. }) => self.calls += 1,
                What::Event(_) | What::Command(..) => {}
            }
        }
    }

    /// Mostly a live one, else any, else a forged one.
    fn offer(&self, a: u32) -> OfferId {
        let among = |offers: &[OfferId]| {
            let at = (a / 8) as usize;
            offers.get(at.checked_rem(offers.len())?).copied()
        };
        let some = match a % 8 {
            7 => None,
            6 => among(&self.offers),
            _ => among(&self.live),
        };
        some.unwrap_or(OfferId::new(u64::from(a / 8) % 50, AgentId(a % 5)))
    }

    fn input(&self, step: &Step, last: Timestamp, now: Timestamp, engine: &Engine) -> Input {
        let (a, b) = (step.a, step.b);
        // The latest calls are the likeliest to be in hand.
        let call = CallId(self.calls.saturating_sub(u64::from(a % 8)));
        let offer = self.offer(a);
        let agent = AgentId(a % 5);
        let queue = QueueId((a % 4) as u16);
        match step.what % 40 {
            0..=7 => Input::CallArrived {
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
                cause: [
                    OfferFailure::Unreachable,
                    OfferFailure::Busy,
                    OfferFailure::Carrier,
                ][b as usize % 3],
            },
            25 | 26 => Input::CallBridged { call },
            27 => Input::BridgeFailed { call },
            28 => Input::AgentAssigned {
                agent: match b % 4 {
                    3 => engine.next_agent(),
                    _ => agent,
                },
                queues: (0..b % 4)
                    .map(|k| (QueueId(((b >> 4) + k) as u16 % 4), ((b >> 8) + k) as u8 % 4))
                    .collect(),
            },
            29 | 30 => Input::AgentStatusChanged {
                agent,
                status: [
                    AgentStatus::Available,
                    AgentStatus::Break(1),
                    AgentStatus::Available,
                    AgentStatus::Offline,
                ][b as usize % 4],
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
            37 => policy_replaced(a, b),
            38 => Input::FeatureSet {
                feature: Feature::ALL[a as usize % 7],
                share: Share((b % 3 * 5_001) as u16),
            },
            _ => match b % 3 {
                0 => Input::StoreLatencyMeasured {
                    latency: Duration::from_micros(u64::from(a % 100_000)),
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
