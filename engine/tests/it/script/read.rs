//! The words of a script's inputs, one a line:
//!
//! ```text
//! 0s agent 0 works 0:1 1:2          queue:level
//! 0s agent 0 available | offline | break 3 | ready | beats | connects | disconnects
//! 1s call 0 arrives [queue 1] [class 2] [caller 77]
//! 1s call 0 hangs up | leaves a message | ends | is bridged | is not bridged
//! 1s call 0 wants a callback [at 90s] | picks up | does not pick up
//! 1s offer 0 placed | rings | answered | declined | unreachable | busy | carrier failed | bridged | not bridged
//! 1s offer 5/2 answered             a forged one: number 5 to agent 2
//! 1s queue 0 opens | closes
//! 1s policy NAME      1s feature callback 50%      1s feature callback cleared
//! 1s store 20ms       9s resumed since 4s
//! 9s view call 0 | agent 0 | queue 0 | carrier | features | alerts
//! 9s                                only looks at the clock
//! ```

use core::time::Duration;

use engine::id::{AgentId, CallId, CallerKey, ClassId, OfferId, QueueId};
use engine::input::{AgentStatus, OfferFailure};
use engine::output::{Event, What};
use engine::policy::{Feature, Policy, Share};
use engine::{Input, Output, Timestamp};

/// A script's line.
pub(super) enum Line {
    Look,
    Input(Input),
    View(Subject),
}

/// What is looked at.
#[derive(Clone, Copy)]
pub(super) enum Subject {
    Call(CallId),
    Agent(AgentId),
    Queue(QueueId),
    Carrier,
    Features,
    Alerts,
}

/// What the words of a line refer to.
pub(super) struct Names<'a> {
    offers: Vec<OfferId>,
    /// The last answered offer of each call.
    answered: Vec<(CallId, OfferId)>,
    policies: &'a [(&'a str, &'a Policy)],
}

impl<'a> Names<'a> {
    pub(super) fn new(policies: &'a [(&'a str, &'a Policy)]) -> Self {
        Names {
            offers: Vec::new(),
            answered: Vec::new(),
            policies,
        }
    }

    /// Remembers the offers that were made.
    pub(super) fn learn(&mut self, outputs: &[Output]) {
        for output in outputs {
            if let What::Event(Event::OfferAnswered { offer, call }) = output.what {
                self.answered.push((call, offer));
            }
            if let What::Event(Event::OfferMade { offer, .. }) = output.what
                && offer.number() == self.offers.len() as u64
            {
                self.offers.push(offer);
            }
        }
    }

    /// The offer that a word about the bridge of `call` names; a forged one when none was answered.
    fn answered(&self, call: CallId) -> OfferId {
        let last = self.answered.iter().rev().find(|(of, _)| *of == call);
        last.map_or(OfferId::new(0, AgentId(0)), |(_, offer)| *offer)
    }

    fn offer(&self, word: &str) -> OfferId {
        match word.split_once('/') {
            Some((number, agent)) => OfferId::new(num(number), AgentId(num(agent))),
            None => *self
                .offers
                .get(num::<usize>(word))
                .unwrap_or_else(|| panic!("no offer {word} was made yet; forge one as {word}/2")),
        }
    }
}

/// The moment of a line.
pub(super) fn moment(text: &str) -> Timestamp {
    let word = text.split_whitespace().next().expect("no line is empty");
    Timestamp(span(word).as_micros() as u64)
}

/// The meaning of a line.
pub(super) fn line(text: &str, names: &Names<'_>) -> Line {
    let words: Vec<&str> = text.split_whitespace().skip(1).collect();
    if words.is_empty() {
        return Line::Look;
    }
    if words[0] == "view" {
        return Line::View(match words[1] {
            "call" => Subject::Call(CallId(num(words[2]))),
            "agent" => Subject::Agent(AgentId(num(words[2]))),
            "queue" => Subject::Queue(QueueId(num(words[2]))),
            "carrier" => Subject::Carrier,
            "features" => Subject::Features,
            "alerts" => Subject::Alerts,
            _ => panic!("what is there to view in `{text}`?"),
        });
    }
    Line::Input(input(&words, names).unwrap_or_else(|| panic!("what is `{text}`?")))
}

/// The input that `words` say.
pub(super) fn input(words: &[&str], names: &Names<'_>) -> Option<Input> {
    match words[0] {
        "agent" => agent(AgentId(num(words[1])), &words[2..]),
        "call" => {
            let id = CallId(num(words[1]));
            let offer = names.answered(id);
            match words[2..] {
                ["is", "bridged"] => Some(Input::CallBridged { offer }),
                ["is", "not", "bridged"] => Some(Input::BridgeFailed { offer }),
                _ => call(id, &words[2..]),
            }
        }
        "offer" => offer(names.offer(words[1]), &words[2..]),
        "queue" => {
            let queue = QueueId(num(words[1]));
            match words[2] {
                "opens" => Some(Input::QueueOpened { queue }),
                "closes" => Some(Input::QueueClosed { queue }),
                _ => None,
            }
        }
        "policy" => {
            let named = names.policies.iter().find(|(name, _)| *name == words[1]);
            Some(Input::PolicyReplaced(Box::new((*named?.1).clone())))
        }
        "feature" => {
            let feature = Feature::ALL.into_iter().find(|f| f.key() == words[1])?;
            Some(match words[2] {
                "cleared" => Input::FeatureCleared { feature },
                share => Input::FeatureSet {
                    feature,
                    share: Share(num::<u16>(share.trim_end_matches('%')) * 100),
                },
            })
        }
        "store" => Some(Input::StoreLatencyMeasured {
            latency: span(words[1]),
        }),
        "resumed" => Some(Input::Resumed {
            since: Timestamp(span(words[2]).as_micros() as u64),
        }),
        _ => None,
    }
}

fn agent(agent: AgentId, words: &[&str]) -> Option<Input> {
    let status = |status| Some(Input::AgentStatusChanged { agent, status });
    match words[0] {
        "works" => Some(Input::AgentAssigned {
            agent,
            queues: words[1..]
                .iter()
                .map(|word| {
                    let (queue, level) = word.split_once(':').expect("queue:level");
                    (QueueId(num(queue)), num(level))
                })
                .collect(),
        }),
        "available" => status(AgentStatus::Available),
        "break" => status(AgentStatus::Break(num(words[1]))),
        "offline" => status(AgentStatus::Offline),
        "ready" => Some(Input::AgentReady { agent }),
        "beats" => Some(Input::HeartbeatReceived { agent }),
        "connects" => Some(Input::DeviceConnected { agent }),
        "disconnects" => Some(Input::DeviceDisconnected { agent }),
        _ => None,
    }
}

fn call(call: CallId, words: &[&str]) -> Option<Input> {
    let after = |word: &str| {
        words
            .iter()
            .position(|w| *w == word)
            .map(|at| words[at + 1])
    };
    match *words {
        ["arrives", ..] => Some(Input::CallArrived {
            call,
            caller: CallerKey(after("caller").map_or(call.0, num)),
            queue: QueueId(after("queue").map_or(0, num)),
            class: ClassId(after("class").map_or(0, num)),
        }),
        ["hangs", "up"] => Some(Input::CallerHungUp { call }),
        ["leaves", "a", "message"] => Some(Input::VoicemailLeft { call }),
        ["ends"] => Some(Input::CallEnded { call }),
        ["wants", "a", "callback", ..] => Some(Input::CallbackAccepted {
            call,
            at: after("at").map(|at| Timestamp(span(at).as_micros() as u64)),
        }),
        ["picks", "up"] => Some(Input::CallbackAnswered { call }),
        ["does", "not", "pick", "up"] => Some(Input::CallbackUnanswered { call }),
        _ => None,
    }
}

fn offer(offer: OfferId, words: &[&str]) -> Option<Input> {
    let failed = |cause| Some(Input::OfferFailed { offer, cause });
    match *words {
        ["placed"] => Some(Input::OfferPlaced { offer }),
        ["rings"] => Some(Input::OfferRinging { offer }),
        ["answered"] => Some(Input::OfferAnswered { offer }),
        ["bridged"] => Some(Input::CallBridged { offer }),
        ["not", "bridged"] => Some(Input::BridgeFailed { offer }),
        ["declined"] => Some(Input::OfferDeclined { offer }),
        ["unreachable"] => failed(OfferFailure::Unreachable),
        ["busy"] => failed(OfferFailure::Busy),
        ["carrier", "failed"] => failed(OfferFailure::Carrier),
        _ => None,
    }
}

fn num<T: core::str::FromStr>(word: &str) -> T {
    word.parse()
        .unwrap_or_else(|_| panic!("`{word}` is no number that fits"))
}

/// `12s`, `12.5s`, `20ms`, `7us`.
fn span(word: &str) -> Duration {
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let per = match unit {
        "s" => 1e6,
        "ms" => 1e3,
        "us" => 1.0,
        _ => panic!("`{word}` is no span; write 12s, 12.5s, 20ms or 7us"),
    };
    let amount: f64 = num(word.trim_end_matches(unit));
    Duration::from_micros((amount * per).round() as u64)
}
