//! Bytes to a policy and inputs of any kind: sensible ids and forged ones, the extremes of every
//! number, moments in the wrong order. The coverage-guided fuzzer of `engine/fuzz` and the seeded one
//! of the tests both run this.
//!
//! Only the driver's own duty is kept: time does not run backwards, and moves by at most a day at
//! once (a scan every few seconds for a thousand years is no bug).

use core::time::Duration;

use engine::id::{AgentId, CallId, CallerKey, ClassId, OfferId, QueueId};
use engine::input::{AgentStatus, OfferFailure};
use engine::policy::{Feature, Share};
use engine::{Command, Engine, Input, Outbox, Timestamp, What, invariants};

use super::draws::Draws;
use super::ledger::Ledger;
use super::policies::any_policy;

/// Numbers that a policy is drawn from.
const POLICY: usize = 60;
/// Further steps teach nothing new.
const STEPS: usize = 400;

/// The bytes, one after the other; zeros when they are used up.
struct Bytes<'a> {
    rest: &'a [u8],
}

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.rest.split_first().unwrap_or((&0, &[]));
        self.rest = rest;
        *first
    }

    /// A whole number of any size: mostly small, else the extremes, else eight bytes.
    fn number(&mut self) -> u64 {
        match self.byte() {
            251 => u64::MAX,
            252 => u64::MAX / 2,
            253 => 1 << 32,
            254 | 255 => (0..8).fold(0, |n, _| n << 8 | u64::from(self.byte())),
            small => u64::from(small % 10),
        }
    }

    fn span(&mut self) -> Duration {
        match self.byte() {
            255 => Duration::MAX,
            254 => Duration::from_micros(u64::MAX),
            253 => Duration::from_micros(self.number()),
            small => Duration::from_millis(u64::from(small) * 250),
        }
    }
}

/// The world as a driver might get it wrong.
struct Driver<'a> {
    bytes: Bytes<'a>,
    now: Timestamp,
    offers: Vec<OfferId>,
}

/// Runs what the bytes say and checks all that must hold after each step.
///
/// # Panics
/// If something does not hold.
pub fn run(bytes: &[u8]) {
    let mut bytes = Bytes { rest: bytes };
    let numbers: Vec<u32> = (0..POLICY)
        .map(|_| u32::from(bytes.byte()) | u32::from(bytes.byte()) << 8)
        .collect();
    let policy = any_policy(&mut Draws::new(&numbers));
    let mut engine = Engine::new(policy).expect("a sound policy");
    let mut driver = Driver {
        bytes,
        now: Timestamp::ZERO,
        offers: Vec::new(),
    };
    let mut ledger = Ledger::default();
    let mut out = Outbox::new();
    for n in 0..STEPS {
        if driver.bytes.rest.is_empty() {
            break;
        }
        driver.wait(&engine);
        let input = driver.input(&engine);
        // Writing the whole state down is slow: now and then.
        let looks_closely = n % 8 == 0;
        step(&mut engine, driver.now, input, &mut out, looks_closely);
        ledger.book(&out);
        assert_eq!(ledger.in_hand(), engine.n_calls(), "calls are conserved");
        driver.learn(&out);
    }
}

fn step(engine: &mut Engine, now: Timestamp, input: Input, out: &mut Outbox, looks_closely: bool) {
    out.clear();
    let only_looked = looks_closely.then(|| engine.clone());
    let said = format!("{input:?}");
    let result = engine.handle(now, input, out);
    assert!(out.iter().all(|o| o.at <= now), "an output of the future");
    assert!(out.is_sorted_by_key(|o| o.at), "outputs out of order");
    if result.is_err()
        && let Some(mut only_looked) = only_looked
    {
        let mut looked = Outbox::new();
        only_looked.advance_to(now, &mut looked);
        assert_eq!(**out, *looked, "{said} was refused and said something");
        let (is, was) = (format!("{engine:?}"), format!("{only_looked:?}"));
        assert_eq!(is, was, "{said} was refused and changed something");
    }
    if let Err(broken) = invariants::check(engine) {
        panic!("{now} {said}: {broken}");
    }
}

impl Driver<'_> {
    /// Time goes on: not at all, to the next deadline, just before or after it, or by some span.
    fn wait(&mut self, engine: &Engine) {
        let due = engine.next_deadline().map_or(self.now, |(at, _)| at);
        let then = match self.bytes.byte() {
            0..=99 => self.now,
            100..=139 => due,
            140..=149 => Timestamp(due.0.saturating_sub(1)),
            150..=159 => due.after(1),
            160..=250 => {
                let half_seconds = u64::from(self.bytes.byte());
                self.now.after(half_seconds * 500_000)
            }
            251..=254 => self.now.after(3_600_000_000),
            255 => self.now.after(86_400_000_000),
        };
        let latest = self.now.after(86_400_000_000);
        self.now = then.clamp(self.now, latest);
    }

    fn learn(&mut self, out: &Outbox) {
        for output in out.iter() {
            if let What::Command(
                _,
                Command::RingAgent { offer, .. } | Command::DialLegacy { offer, .. },
            ) = output.what
            {
                self.offers.push(offer);
            }
        }
    }

    /// One of the latest calls mostly, else any number.
    fn call(&mut self, engine: &Engine) -> CallId {
        match self.bytes.byte() {
            back @ 0..=220 => {
                let back = u64::from(back % 8);
                CallId(engine.next_call().0.saturating_sub(back))
            }
            _ => CallId(self.bytes.number()),
        }
    }

    fn offer(&mut self) -> OfferId {
        let back = usize::from(self.bytes.byte());
        match self.offers.len().checked_sub(back % 6 + 1) {
            Some(at) if back < 230 => self.offers[at],
            _ => {
                let number = self.bytes.number();
                OfferId::new(number % (1 << 40), self.agent())
            }
        }
    }

    fn agent(&mut self) -> AgentId {
        AgentId((self.bytes.number() % u64::from(OfferId::MAX_AGENTS)) as u32)
    }

    fn queue(&mut self) -> QueueId {
        QueueId(self.bytes.number() as u16)
    }

    fn moment(&mut self) -> Timestamp {
        match self.bytes.byte() % 4 {
            0 => self.now,
            1 => Timestamp(self.bytes.number()),
            2 => self.now.after(self.bytes.number()),
            _ => Timestamp(
                self.now
                    .0
                    .saturating_sub(self.bytes.number().saturating_mul(1_000_000)),
            ),
        }
    }

    fn input(&mut self, engine: &Engine) -> Input {
        match self.bytes.byte() % 40 {
            0..=6 => self.arrival(engine),
            7 => Input::CallerHungUp {
                call: self.call(engine),
            },
            8 => Input::VoicemailLeft {
                call: self.call(engine),
            },
            9 => Input::CallbackAccepted {
                call: self.call(engine),
                at: None,
            },
            10 => Input::CallbackAccepted {
                call: self.call(engine),
                at: Some(self.moment()),
            },
            11 => Input::CallbackAnswered {
                call: self.call(engine),
            },
            12 => Input::CallbackUnanswered {
                call: self.call(engine),
            },
            13 => Input::CallEnded {
                call: self.call(engine),
            },
            14 => Input::OfferPlaced {
                offer: self.offer(),
            },
            15 | 16 => Input::OfferRinging {
                offer: self.offer(),
            },
            17..=19 => Input::OfferAnswered {
                offer: self.offer(),
            },
            20 => Input::OfferDeclined {
                offer: self.offer(),
            },
            21 => Input::OfferFailed {
                offer: self.offer(),
                cause: [
                    OfferFailure::Unreachable,
                    OfferFailure::Busy,
                    OfferFailure::Carrier,
                ][usize::from(self.bytes.byte() % 3)],
            },
            22..=24 => Input::CallBridged {
                offer: self.offer(),
            },
            25 => Input::BridgeFailed {
                offer: self.offer(),
            },
            26 | 27 => self.assignment(engine),
            28 | 29 => Input::AgentStatusChanged {
                agent: self.agent(),
                status: match self.bytes.byte() {
                    0..=150 => AgentStatus::Available,
                    151..=200 => AgentStatus::Offline,
                    reason => AgentStatus::Break(reason.into()),
                },
            },
            30 => Input::AgentReady {
                agent: self.agent(),
            },
            31 => Input::HeartbeatReceived {
                agent: self.agent(),
            },
            32 => Input::DeviceConnected {
                agent: self.agent(),
            },
            33 => Input::DeviceDisconnected {
                agent: self.agent(),
            },
            34 => Input::QueueOpened {
                queue: self.queue(),
            },
            35 => Input::QueueClosed {
                queue: self.queue(),
            },
            36 => self.another_policy(),
            37 => Input::FeatureSet {
                feature: Feature::ALL[usize::from(self.bytes.byte()) % Feature::ALL.len()],
                share: Share(
                    [0, 1, 5_000, 10_000, 10_001, u16::MAX][usize::from(self.bytes.byte() % 6)],
                ),
            },
            38 => Input::StoreLatencyMeasured {
                latency: self.bytes.span(),
            },
            _ => Input::Resumed {
                since: self.moment(),
            },
        }
    }

    fn arrival(&mut self, engine: &Engine) -> Input {
        let call = match self.bytes.byte() {
            255 => self.call(engine),
            _ => engine.next_call(),
        };
        Input::CallArrived {
            call,
            caller: CallerKey(self.bytes.number()),
            queue: self.queue(),
            class: ClassId(self.bytes.number() as u16),
        }
    }

    fn assignment(&mut self, engine: &Engine) -> Input {
        let agent = match self.bytes.byte() {
            0..=150 => engine.next_agent(),
            _ => self.agent(),
        };
        let n = self.bytes.byte() % 5;
        let queues = (0..n)
            .map(|_| (self.queue(), self.bytes.number() as u8))
            .collect();
        Input::AgentAssigned { agent, queues }
    }

    /// A sound one, or one with a number that is wrong or at its limit.
    fn another_policy(&mut self) -> Input {
        let numbers: Vec<u32> = (0..POLICY).map(|_| u32::from(self.bytes.byte())).collect();
        let mut policy = any_policy(&mut Draws::new(&numbers));
        let year = Duration::from_secs(366 * 86_400);
        match self.bytes.byte() {
            0 => policy.queues[0].offer.ring = self.bytes.byte(),
            1 => policy.queues[0].offer.timeout = self.bytes.span(),
            2 => policy.queues[0].offer.tried_for = year,
            3 => policy.queues[0].max_wait = Some(self.bytes.span()),
            4 => policy.presence.heartbeat_timeout = self.bytes.span(),
            5 => policy.carrier.calls_per_second_milli = Some(self.bytes.number() as u32),
            6 => policy.queues[0].max_length = Some(self.bytes.number() as u32),
            7 => policy.queues.clear(),
            _ => {}
        }
        Input::PolicyReplaced(Box::new(policy))
    }
}
