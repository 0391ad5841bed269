//! A small centre that answers an engine at random and writes down what it told it: where the tests'
//! journals come from. A pure function of its seed.

use std::time::Duration;

use engine::id::{AgentId, CallId, CallerKey, ClassId, OfferId, QueueId};
use engine::input::{AgentStatus, OfferFailure};
use engine::output::Departure;
use engine::policy::{
    Alerts, Announce, BreakerPolicy, Breakers, CallbackPolicy, Discovery, Feature, Features,
    Policy, QueuePolicy, Share,
};
use engine::{Command, Engine, Event, Input, Outbox, Timestamp, What};
use journal::{Header, Names, Row};
use reports::digest::TraceDigest;

const AGENTS: u32 = 5;

/// Two queues with callbacks, breakers, announcements, alerts, safety scans and a little wrap-up.
pub fn policy() -> Policy {
    let seconds = Duration::from_secs;
    let mut queue = QueuePolicy {
        discovery: Discovery::Events {
            reconcile: Some(seconds(30)),
        },
        wrap_up: seconds(8),
        max_wait: Some(seconds(300)),
        announce: Some(Announce {
            first: seconds(0),
            every: seconds(20),
            position: true,
            wait: true,
        }),
        callback: Some(CallbackPolicy {
            offer_after: seconds(15),
            attempts: 2,
            retry_every: seconds(20),
            ring: seconds(20),
            scheduled: true,
            expires: None,
        }),
        ..QueuePolicy::default()
    };
    queue.offer.max_attempts = 2;
    let breaker = BreakerPolicy {
        failures: 2,
        open: seconds(20),
        max_open: seconds(60),
    };
    Policy {
        features: Features::ALL,
        queues: vec![queue.clone(), queue],
        breakers: Breakers {
            agent: Some(breaker),
            carrier: Some(breaker),
        },
        alerts: Some(Alerts {
            success_rate_drop: Share(500),
            store_latency_factor_milli: 2_000,
            agent_availability: Share(5_000),
            queue_length: 4,
            window: seconds(60),
            min_calls: 5,
            standard_errors: 1,
        }),
        ..Policy::default()
    }
}

/// A header for journals of [`Desk`].
pub fn header() -> Header {
    let name = |kind: &str, k: u32| format!("{kind} {k}");
    Header::new(
        "desk".to_owned(),
        "2026-03-02T08:00:00Z".to_owned(),
        policy(),
        Names {
            queues: vec!["sales".to_owned(), "support".to_owned()],
            classes: vec!["standard".to_owned(), "vip".to_owned()],
            agents: (0..AGENTS).map(|k| name("agent", k)).collect(),
        },
    )
}

/// What the world owes the engine.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Todo {
    Place(OfferId),
    Answer(OfferId),
    Bridge(OfferId),
    Talk(CallId),
    Greeting(CallId),
    Choice(CallId),
    Callback(CallId),
    WrapUp(AgentId),
}

/// The centre.
pub struct Desk {
    pub engine: Engine,
    state: u64,
    now: Timestamp,
    outputs: TraceDigest,
    pub rows: Vec<Row>,
    todo: Vec<Todo>,
    waiting: Vec<CallId>,
    /// Nothing but ordinary calls.
    is_calm: bool,
}

impl Desk {
    pub fn open(seed: u64, is_calm: bool) -> Self {
        let mut desk = Desk {
            engine: Engine::new(policy()).expect("a sound policy"),
            state: seed,
            now: Timestamp::ZERO,
            outputs: TraceDigest::NOTHING,
            rows: Vec::new(),
            todo: Vec::new(),
            waiting: Vec::new(),
            is_calm,
        };
        for agent in (0..AGENTS).map(AgentId) {
            let queues = [(QueueId(0), 1), (QueueId(1), 2)].into();
            desk.tell(Input::AgentAssigned { agent, queues });
            desk.tell(Input::DeviceConnected { agent });
            desk.tell(Input::HeartbeatReceived { agent });
            let status = AgentStatus::Available;
            desk.tell(Input::AgentStatusChanged { agent, status });
        }
        desk
    }

    /// A journal of `n` rows.
    pub fn rows(seed: u64, n: usize, is_calm: bool) -> Vec<Row> {
        let mut desk = Desk::open(seed, is_calm);
        while desk.rows.len() < n {
            desk.turn();
        }
        desk.rows.truncate(n);
        desk.rows
    }

    /// A number below `n`.
    fn draw(&mut self, n: u64) -> u64 {
        // SplitMix64 (Steele, Lea, Flood 2014).
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.state;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % n
    }

    fn tell(&mut self, input: Input) {
        self.step(Some(input));
    }

    fn step(&mut self, input: Option<Input>) {
        let mut out = Outbox::new();
        match input.clone() {
            // A refused input is in the journal, too.
            Some(input) => {
                let _ = self.engine.handle(self.now, input, &mut out);
            }
            None => self.engine.advance_to(self.now, &mut out),
        }
        self.outputs = self.outputs.then(&out);
        if input.is_some() || !out.is_empty() {
            self.rows.push(Row {
                seq: self.rows.len() as u64 + 1,
                at: self.now,
                epoch: 1 + self.now.0 / 600_000_000,
                input,
                outputs: self.outputs.0,
            });
        }
        for output in out.iter() {
            match output.what {
                What::Command(_, command) => self.is_told(command),
                What::Event(event) => self.sees(event),
            }
        }
    }

    fn is_told(&mut self, command: Command) {
        let todo = match command {
            Command::RingAgent { offer, .. } | Command::DialLegacy { offer, .. } => {
                Todo::Place(offer)
            }
            Command::StopRinging { offer } => {
                let gone = [Todo::Place(offer), Todo::Answer(offer), Todo::Bridge(offer)];
                self.todo.retain(|todo| !gone.contains(todo));
                return;
            }
            Command::Bridge { offer, .. } => Todo::Bridge(offer),
            Command::LeaveQueue { call, then } => {
                self.waiting.retain(|waiting| *waiting != call);
                match then {
                    Departure::Voicemail => Todo::Greeting(call),
                    Departure::HangUp | Departure::CallbackConfirmed => return,
                }
            }
            Command::OfferCallback { call } => Todo::Choice(call),
            Command::PlaceCallback { call, .. } => Todo::Callback(call),
            Command::StopCallback { call } => {
                self.todo.retain(|todo| *todo != Todo::Callback(call));
                return;
            }
        };
        self.todo.push(todo);
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the few that begin something"
    )]
    fn sees(&mut self, event: Event) {
        match event {
            Event::CallQueued { call, .. } => self.waiting.push(call),
            Event::CallConnected { call, .. } => {
                self.waiting.retain(|waiting| *waiting != call);
                self.todo.push(Todo::Talk(call));
            }
            Event::AgentWrapUp { agent } => self.todo.push(Todo::WrapUp(agent)),
            _ => {}
        }
    }

    pub fn turn(&mut self) {
        let span = self.draw(4_000_000);
        self.now = self.now.after(span);
        while let Some((at, _)) = self.engine.next_deadline()
            && at <= self.now
            && self.draw(8) > 0
        {
            let now = std::mem::replace(&mut self.now, at);
            self.step(None);
            self.now = now;
        }
        let input = match self.draw(16) {
            0..=10 if !self.todo.is_empty() => {
                let place = self.draw(self.todo.len() as u64) as usize;
                let todo = self.todo.swap_remove(place);
                self.does(todo)
            }
            11 => Some(self.comes_round()),
            12 | 13 if !self.is_calm => Some(self.is_odd()),
            _ => Some(self.arrives()),
        };
        if let Some(input) = input {
            self.tell(input);
        }
    }

    fn arrives(&mut self) -> Input {
        Input::CallArrived {
            call: self.engine.next_call(),
            caller: CallerKey(self.draw(u64::MAX)),
            queue: QueueId(self.draw(2) as u16),
            class: ClassId(self.draw(2) as u16),
        }
    }

    fn does(&mut self, todo: Todo) -> Option<Input> {
        let luck = if self.is_calm { 0 } else { self.draw(10) };
        Some(match todo {
            Todo::Place(offer) => {
                self.todo.push(Todo::Answer(offer));
                match luck {
                    0..=6 => Input::OfferRinging { offer },
                    7 => Input::OfferPlaced { offer },
                    8 => Input::OfferFailed {
                        offer,
                        cause: OfferFailure::Carrier,
                    },
                    _ => Input::OfferFailed {
                        offer,
                        cause: OfferFailure::Unreachable,
                    },
                }
            }
            Todo::Answer(offer) => match luck {
                0..=7 => Input::OfferAnswered { offer },
                8 => Input::OfferDeclined { offer },
                // It rings out.
                _ => return None,
            },
            Todo::Bridge(offer) => match luck {
                0..=8 => Input::CallBridged { offer },
                _ => Input::BridgeFailed { offer },
            },
            Todo::Talk(call) => Input::CallEnded { call },
            Todo::Greeting(call) => match luck {
                0..=5 => Input::VoicemailLeft { call },
                _ => Input::CallerHungUp { call },
            },
            Todo::Choice(call) => match luck {
                0..=3 => Input::CallbackAccepted { call, at: None },
                4..=6 => Input::CallbackAccepted {
                    call,
                    at: Some(self.now.after(30_000_000)),
                },
                _ => return None,
            },
            Todo::Callback(call) => match luck {
                0..=6 => Input::CallbackAnswered { call },
                _ => Input::CallbackUnanswered { call },
            },
            Todo::WrapUp(agent) => Input::AgentReady { agent },
        })
    }

    /// What happens again and again.
    fn comes_round(&mut self) -> Input {
        let agent = AgentId(self.draw(u64::from(AGENTS)) as u32);
        match self.draw(8) {
            0 if !self.waiting.is_empty() => {
                let call = self.waiting.remove(0);
                Input::CallerHungUp { call }
            }
            _ => Input::HeartbeatReceived { agent },
        }
    }

    fn is_odd(&mut self) -> Input {
        let agent = AgentId(self.draw(u64::from(AGENTS)) as u32);
        let queue = QueueId(self.draw(2) as u16);
        let status = |status| Input::AgentStatusChanged { agent, status };
        match self.draw(16) {
            0 => Input::DeviceDisconnected { agent },
            1 | 2 => Input::DeviceConnected { agent },
            3 => status(AgentStatus::Break(7)),
            4 | 5 => status(AgentStatus::Available),
            6 => status(AgentStatus::Offline),
            7 => Input::QueueClosed { queue },
            8 | 9 => Input::QueueOpened { queue },
            10 => self.replaces_policy(),
            11 => Input::FeatureSet {
                feature: Feature::LoadBalancing,
                share: Share(self.draw(10_001) as u16),
            },
            12 => Input::FeatureCleared {
                feature: Feature::LoadBalancing,
            },
            13 => Input::StoreLatencyMeasured {
                latency: Duration::from_micros(self.draw(50_000)),
            },
            14 => {
                let since = self.now;
                self.now = since.after(1_000_000 + self.draw(20_000_000));
                Input::Resumed { since }
            }
            // An answer to an offer that nobody knows.
            _ => Input::OfferAnswered {
                offer: OfferId::new(1 << 30, agent),
            },
        }
    }

    fn replaces_policy(&mut self) -> Input {
        let mut policy = policy();
        policy.queues[0].offer.ring = 1 + self.draw(2) as u8;
        policy.queues[1].offer.timeout = Duration::from_millis(5_000 + self.draw(15_000));
        Input::PolicyReplaced(Box::new(policy))
    }
}
