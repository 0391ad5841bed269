//! A made-up call centre that speaks in engine outputs: enough behaviour to fill every measure,
//! small enough to be obvious. It is not the simulator; it only feeds the recorder in tests, the
//! benchmark and the example page.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use engine::id::{AgentId, CallId, CallerKey, ClassId, CommandId, OfferId, QueueId};
use engine::input::AgentStatus;
use engine::output::{Announced, Command, Event, OfferEnd, Output, Stage, What};
use engine::time::{Micros, Timestamp};
use reports::record::{Recorder, TrueAvailability};

/// What the driver tells the recorder, in order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Told {
    /// An output of the engine.
    Output(Output),
    /// What is true of an agent.
    Truth(Timestamp, AgentId, TrueAvailability),
    /// The queues an agent serves.
    Serves(AgentId),
    /// The call is a redial.
    Redial(CallId),
    /// A call found no line.
    NoLine(Timestamp),
    /// A request to the carrier.
    CarrierRequest(Timestamp),
}

/// Tells everything.
pub(crate) fn tell(recorder: &mut Recorder, told: &[Told]) {
    for told in told {
        match *told {
            Told::Output(output) => recorder.outputs(&[output]),
            Told::Truth(at, agent, truth) => recorder.true_availability(at, agent, truth),
            Told::Serves(agent) => {
                recorder.agent_serves(Timestamp::ZERO, agent, &[QueueId(0), QueueId(1)]);
            }
            Told::Redial(call) => recorder.redialed(call),
            Told::NoLine(at) => recorder.refused_no_line(at, QueueId(0), ClassId(0), false),
            Told::CarrierRequest(at) => recorder.carrier_request(at),
        }
    }
}

/// The centre's parameters; times in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Centre {
    pub(crate) seed: u64,
    pub(crate) agents: u32,
    pub(crate) calls_per_hour: f64,
    pub(crate) hours: f64,
    pub(crate) mean_talk: f64,
    pub(crate) mean_patience: f64,
    /// Share of offers that ring out.
    pub(crate) misses: f64,
    /// Agents' devices fail, estimates are announced, callers redial.
    pub(crate) is_rich: bool,
}

impl Default for Centre {
    fn default() -> Self {
        Centre {
            seed: 1,
            agents: 14,
            calls_per_hour: 180.0,
            hours: 10.0,
            mean_talk: 240.0,
            mean_patience: 120.0,
            misses: 0.06,
            is_rich: true,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Due {
    Arrival,
    Patience(u64),
    Ring(OfferId),
    Answer(u64, OfferId),
    Bridge(u64, OfferId),
    Miss(u64, OfferId),
    TalkOver(u64, u32),
    WrapUpOver(u32),
    DeviceDown(u32),
    DeviceNoticed(u32, bool),
    Scan,
}

#[derive(Clone, Copy)]
struct Caller {
    arrived_at: Timestamp,
    offers: u16,
    is_gone: bool,
    is_offered: bool,
}

struct World {
    centre: Centre,
    draws: u64,
    due: BinaryHeap<Reverse<(Timestamp, u64, Due)>>,
    n_due: u64,
    told: Vec<Told>,
    calls: Vec<Caller>,
    line: VecDeque<u64>,
    idle: VecDeque<u32>,
    idle_since: Vec<Timestamp>,
    n_offers: u64,
}

/// One replication of the centre, and when its last call was over.
pub(crate) fn replication(centre: Centre) -> (Vec<Told>, Timestamp) {
    let mut world = World {
        draws: centre.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        due: BinaryHeap::new(),
        n_due: 0,
        told: Vec::new(),
        calls: Vec::new(),
        line: VecDeque::new(),
        idle: VecDeque::new(),
        idle_since: vec![Timestamp::ZERO; centre.agents as usize],
        n_offers: 0,
        centre,
    };
    world.open();
    let mut now = Timestamp::ZERO;
    while let Some(Reverse((at, _, due))) = world.due.pop() {
        now = at;
        world.handle(at, due);
    }
    (world.told, now)
}

fn secs(seconds: f64) -> Micros {
    (seconds * 1e6) as Micros
}

impl World {
    fn uniform(&mut self) -> f64 {
        self.draws = self.draws.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.draws;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.uniform()).ln()
    }
    fn event(&mut self, at: Timestamp, event: Event) {
        let what = What::Event(event);
        self.told.push(Told::Output(Output { at, what }));
    }
    fn command(&mut self, at: Timestamp, command: Command) {
        let what = What::Command(CommandId(self.told.len() as u64), command);
        self.told.push(Told::Output(Output { at, what }));
        if self.centre.is_rich {
            self.told.push(Told::CarrierRequest(at));
        }
    }
    fn later(&mut self, at: Timestamp, seconds: f64, due: Due) {
        self.n_due += 1;
        let key = (at.after(secs(seconds)), self.n_due, due);
        self.due.push(Reverse(key));
    }
    fn truth(&mut self, at: Timestamp, agent: u32, device_up: bool) {
        let truth = TrueAvailability {
            wants_work: true,
            present: true,
            device_up,
        };
        self.told.push(Told::Truth(at, AgentId(agent), truth));
    }

    fn open(&mut self) {
        for number in 0..self.centre.agents {
            let agent = AgentId(number);
            let status = AgentStatus::Available;
            let at = Timestamp::ZERO;
            if self.centre.is_rich {
                self.told.push(Told::Serves(agent));
                self.truth(at, number, true);
                let up = self.exponential(3600.0);
                self.later(at, up, Due::DeviceDown(number));
            }
            self.event(at, Event::AgentStatusSet { agent, status });
            self.event(at, Event::AgentAlive { agent, alive: true });
            let reachable = true;
            self.event(at, Event::AgentReachable { agent, reachable });
            self.event(at, Event::AgentIdle { agent });
            self.idle.push_back(number);
        }
        self.later(Timestamp::ZERO, 0.0, Due::Arrival);
        if self.centre.is_rich {
            self.later(Timestamp::ZERO, 10.0, Due::Scan);
        }
    }

    fn handle(&mut self, at: Timestamp, due: Due) {
        let is_open = at.as_secs_f64() < self.centre.hours * 3600.0;
        match due {
            Due::Arrival if is_open => self.arrival(at),
            Due::Patience(call) => self.hang_up(at, call),
            Due::Ring(offer) => self.event(at, Event::OfferRang { offer }),
            Due::Answer(call, offer) => self.answer(at, call, offer),
            Due::Bridge(call, offer) => self.bridge(at, call, offer),
            Due::Miss(call, offer) => self.miss(at, call, offer),
            Due::TalkOver(call, agent) => self.talk_over(at, call, agent),
            Due::WrapUpOver(agent) => self.agent_idle(at, agent),
            Due::DeviceDown(agent) if is_open => {
                self.truth(at, agent, false);
                self.later(at, 10.0, Due::DeviceNoticed(agent, false));
            }
            Due::DeviceNoticed(agent, reachable) => {
                if reachable {
                    self.truth(at, agent, true);
                    let up = self.exponential(3600.0);
                    self.later(at, up, Due::DeviceDown(agent));
                } else {
                    let down = self.exponential(120.0);
                    self.later(at, down, Due::DeviceNoticed(agent, true));
                }
                let agent = AgentId(agent);
                self.event(at, Event::AgentReachable { agent, reachable });
            }
            Due::Scan if is_open => {
                let waiting = self.line.len() as u32;
                let queue = QueueId(0);
                self.event(at, Event::QueueScanned { queue, waiting });
                self.later(at, 10.0, Due::Scan);
            }
            Due::Arrival | Due::DeviceDown(_) | Due::Scan => {}
        }
    }

    fn arrival(&mut self, at: Timestamp) {
        // Busier around the middle of the day.
        let middle = self.centre.hours * 1800.0;
        let from_middle = (at.as_secs_f64() - middle).abs() / middle;
        let rate = self.centre.calls_per_hour * (1.3 - 0.6 * from_middle);
        let next = self.exponential(3600.0 / rate);
        self.later(at, next, Due::Arrival);
        if self.centre.is_rich && self.uniform() < 0.004 {
            self.told.push(Told::NoLine(at));
            return;
        }
        let number = self.calls.len() as u64;
        let call = CallId(number);
        let caller = CallerKey(number * 7);
        let queue = QueueId(u16::from(self.centre.is_rich && self.uniform() < 0.3));
        let class = ClassId(u16::from(self.centre.is_rich && self.uniform() < 0.1));
        self.calls.push(Caller {
            arrived_at: at,
            offers: 0,
            is_gone: false,
            is_offered: false,
        });
        self.event(
            at,
            Event::CallArrived {
                call,
                caller,
                queue,
                class,
                queued: true,
            },
        );
        if self.centre.is_rich && self.uniform() < 0.1 {
            self.told.push(Told::Redial(call));
        }
        let patience = self.exponential(self.centre.mean_patience);
        self.later(at, patience, Due::Patience(number));
        if let Some(agent) = self.idle.pop_front() {
            self.offer(at, number, agent, true);
            return;
        }
        self.event(at, Event::CallQueued { call, queue });
        self.line.push_back(number);
        self.announce(at, number);
    }

    fn announce(&mut self, at: Timestamp, number: u64) {
        if !self.centre.is_rich {
            return;
        }
        let position = self.line.len() as u32;
        let per_place = self.centre.mean_talk / f64::from(self.centre.agents);
        let point = f64::from(position) * per_place * 1.1;
        let estimate = (position < 12).then(|| Announced {
            point: secs(point),
            p50: secs(0.8 * point),
            p90: secs(2.0 * point),
        });
        self.event(
            at,
            Event::EstimateAnnounced {
                call: CallId(number),
                position,
                estimate,
            },
        );
    }

    fn offer(&mut self, at: Timestamp, number: u64, agent: u32, at_arrival: bool) {
        let (call, free_since) = (CallId(number), self.idle_since[agent as usize]);
        let caller = &mut self.calls[number as usize];
        (caller.offers, caller.is_offered) = (caller.offers + 1, true);
        let (attempt, eligible_since) = (caller.offers, caller.arrived_at);
        let offer = OfferId::new(self.n_offers, AgentId(agent));
        self.n_offers += 1;
        self.event(
            at,
            Event::OfferMade {
                offer,
                call,
                attempt,
                at_arrival,
                eligible_since,
                free_since,
            },
        );
        self.command(at, Command::RingAgent { offer, call });
        if self.uniform() < self.centre.misses {
            self.later(at, 15.0, Due::Miss(number, offer));
            if self.uniform() < 0.3 {
                return;
            }
        } else {
            let delay = 0.5 + self.exponential(3.0);
            self.later(at, delay, Due::Answer(number, offer));
        }
        let delay = 0.15 + 0.2 * self.uniform();
        self.later(at, delay, Due::Ring(offer));
    }

    fn hang_up(&mut self, at: Timestamp, number: u64) {
        let caller = &mut self.calls[number as usize];
        if caller.is_gone || caller.is_offered {
            return;
        }
        caller.is_gone = true;
        let waited = at.since(caller.arrived_at);
        self.line.retain(|waiting| *waiting != number);
        self.event(
            at,
            Event::CallAbandoned {
                call: CallId(number),
                stage: Stage::Waiting,
                waited,
            },
        );
    }

    fn answer(&mut self, at: Timestamp, number: u64, offer: OfferId) {
        let call = CallId(number);
        self.event(at, Event::OfferAnswered { offer, call });
        self.command(at, Command::Bridge { offer, call });
        self.later(at, 0.12, Due::Bridge(number, offer));
    }

    fn bridge(&mut self, at: Timestamp, number: u64, offer: OfferId) {
        let caller = &mut self.calls[number as usize];
        caller.is_gone = true;
        let (waited, attempts) = (at.since(caller.arrived_at), caller.offers);
        self.event(
            at,
            Event::CallConnected {
                call: CallId(number),
                agent: offer.agent(),
                attempts,
                waited,
                callback: false,
                inversion: false,
            },
        );
        let talk = self.exponential(self.centre.mean_talk - 15.0);
        self.later(at, talk, Due::TalkOver(number, offer.agent().0));
    }

    fn miss(&mut self, at: Timestamp, number: u64, offer: OfferId) {
        let call = CallId(number);
        let end = OfferEnd::Expired;
        self.event(at, Event::OfferEnded { offer, call, end });
        self.command(at, Command::StopRinging { offer });
        self.calls[number as usize].is_offered = false;
        self.line.push_front(number);
        self.agent_idle(at, offer.agent().0);
    }

    fn talk_over(&mut self, at: Timestamp, number: u64, agent: u32) {
        let talked = 1_000_000;
        let (call, id) = (CallId(number), AgentId(agent));
        self.event(
            at,
            Event::CallEnded {
                call,
                agent: id,
                talked,
            },
        );
        self.event(at, Event::AgentWrapUp { agent: id });
        self.later(at, 15.0, Due::WrapUpOver(agent));
    }

    fn agent_idle(&mut self, at: Timestamp, agent: u32) {
        self.event(
            at,
            Event::AgentIdle {
                agent: AgentId(agent),
            },
        );
        self.idle_since[agent as usize] = at;
        match self.line.pop_front() {
            Some(call) => self.offer(at, call, agent, false),
            None => self.idle.push_back(agent),
        }
    }
}
