//! Carries commands out at Twilio: once each where that matters, again where it does not, and says what became of
//! them. Decides nothing: whom to ring, when and how fast is the engine's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::id::CallId;
use tokio::sync::{Mutex, mpsc};
use twilio::CallSid;
use twilio::limits::{Identity, RingTime};
use twilio::rest::{
    CallChange, Client, CreateCall, EndedStatus, Instructions, Operation, Outcome, Party,
    UpdateCall,
};
use twilio::twiml::{CallEvent, StatusCallback};

use crate::core::Order;
use crate::driver::Inbox;
use crate::facts::{Carried, Fact};
use crate::voice::{Addresses, Hook};

/// Attempts of one command.
const ATTEMPTS: u32 = 4;
/// Before the second attempt; doubled each time, with a random part.
const BACK_OFF: Duration = Duration::from_millis(100);
/// The longest time between two attempts.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(3);
/// Legs that are remembered.
const REMEMBERED: usize = 20_000;

type Leg = Arc<Mutex<Option<CallSid>>>;

/// Who carries commands out.
#[derive(Clone)]
pub struct Carrier {
    client: Option<Client>,
    addresses: Addresses,
    inbox: Inbox,
    /// By command's offer or call: held while the leg is being made, so that ending it waits for its name.
    legs: Arc<Mutex<BTreeMap<(bool, i64), Leg>>>,
}

impl Carrier {
    /// Without a client every push command fails in words.
    #[must_use]
    pub fn new(client: Option<Client>, addresses: Addresses, inbox: Inbox) -> Carrier {
        Carrier {
            client,
            addresses,
            inbox,
            legs: Arc::default(),
        }
    }

    /// Carries out what comes, side by side, until the driver ends.
    pub async fn run(self, mut orders: mpsc::UnboundedReceiver<Order>) {
        while let Some(order) = orders.recv().await {
            let leg = self.leg(&order).await;
            // The lock is taken in the order in which commands come.
            let held = Arc::clone(&leg).lock_owned().await;
            let carrier = self.clone();
            tokio::spawn(async move {
                let mut held = held;
                let result = carrier.carry(&order, &mut held).await;
                drop(held);
                let command = order.row.id as u64;
                if let Carried::Refused { error }
                | Carried::GaveUp { error }
                | Carried::Unknown { error } = &result
                {
                    tracing::warn!(
                        command,
                        kind = order.row.kind,
                        error,
                        "a command was not carried out"
                    );
                }
                let told = carrier.inbox.note(Fact::Carried { command, result }).await;
                if told.is_err() {
                    tracing::warn!(
                        command,
                        "nobody heard what became of a command; it is carried out again"
                    );
                }
            });
        }
    }

    /// Where the name of an offer's or a callback's leg is kept.
    async fn leg(&self, order: &Order) -> Leg {
        let key = match order.row.offer_id {
            Some(offer) => (true, offer),
            None => (false, order.row.call_id.unwrap_or_default()),
        };
        let mut legs = self.legs.lock().await;
        while legs.len() >= REMEMBERED {
            legs.pop_first();
        }
        Arc::clone(legs.entry(key).or_default())
    }

    async fn carry(&self, order: &Order, leg: &mut Option<CallSid>) -> Carried {
        if order.is_pull {
            // The agent's application places the leg.
            return Carried::Done { sid: None };
        }
        let Some(client) = &self.client else {
            let error =
                "there is no account: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN".to_owned();
            return Carried::GaveUp { error };
        };
        match order.row.kind.as_str() {
            "ring_agent" | "place_callback" => {
                let Some(operation) = self.create(order) else {
                    let error = format!("`{}` is nobody who can be called", order.to);
                    return Carried::Refused { error };
                };
                let made = send(client, &operation).await;
                if let Ok(call) = &made {
                    *leg = call.as_ref().map(|call| call.sid.clone());
                }
                carried(made.map(|call| call.map(|call| call.sid)))
            }
            _ => {
                let known = leg
                    .clone()
                    .or_else(|| order.leg.clone().and_then(CallSid::new));
                let Some(call) = known else {
                    let error = "its leg is not known; its own webhook refuses it".to_owned();
                    return Carried::GaveUp { error };
                };
                // Canceled ends a leg that rings and leaves one that was answered in the same moment: it hears why.
                let change = CallChange::Status(EndedStatus::Canceled);
                let ended = send(client, &UpdateCall { call, change }).await;
                carried(ended.map(|_| None))
            }
        }
    }

    fn create(&self, order: &Order) -> Option<CreateCall> {
        let to = party(&order.to)?;
        let (answer, status, fallback) = match order.row.offer_id {
            Some(raw) => {
                let offer = crate::book::offer_id(raw);
                (
                    self.addresses.of_offer(Hook::AgentAnswer, offer),
                    self.addresses.of_offer(Hook::AgentStatus, offer),
                    self.addresses.of_offer(Hook::AgentAnswer, offer),
                )
            }
            None => {
                let call = CallId(order.row.call_id? as u64);
                (
                    self.addresses.of_call(Hook::CallbackAnswer, call),
                    self.addresses.of_call(Hook::CallbackStatus, call),
                    self.addresses.of_call(Hook::CallbackAnswer, call),
                )
            }
        };
        let mut create = CreateCall::new(to, order.from.clone(), Instructions::url(answer));
        create.status = Some(StatusCallback::new(status, &CallEvent::ALL));
        create.fallback_url = Some(fallback);
        create.timeout = RingTime::from_seconds(order.timeout).ok();
        create.detect_machine = order.row.offer_id.is_none();
        Some(create)
    }
}

fn party(contact: &str) -> Option<Party> {
    if let Some(identity) = contact.strip_prefix("client:") {
        return Identity::new(identity).ok().map(Party::Client);
    }
    match contact.as_bytes().first()? {
        b'+' => Some(Party::Number(contact.to_owned())),
        b's' => Some(Party::Sip(contact.to_owned())),
        _ => None,
    }
}

/// What remains after all attempts.
enum Failed {
    Refused(String),
    GaveUp(String),
    Unknown(String),
}

fn carried(result: Result<Option<CallSid>, Failed>) -> Carried {
    match result {
        Ok(sid) => Carried::Done {
            sid: sid.map(|sid| sid.as_str().to_owned()),
        },
        Err(Failed::Refused(error)) => Carried::Refused { error },
        Err(Failed::GaveUp(error)) => Carried::GaveUp { error },
        Err(Failed::Unknown(error)) => Carried::Unknown { error },
    }
}

/// Sends an operation until it is done, refused, or no longer to be sent. `None`: there was nothing left to do.
async fn send<O: Operation>(client: &Client, operation: &O) -> Result<Option<O::Resource>, Failed> {
    let mut pause = BACK_OFF;
    for attempt in 1.. {
        let (after, why) = match client.send(operation).await {
            Outcome::Done(resource) => return Ok(Some(resource)),
            Outcome::Over(_) => return Ok(None),
            Outcome::Refused(problem) => return Err(Failed::Refused(problem.to_string())),
            Outcome::Stop(problem) => {
                tracing::error!(%problem, "the carrier refuses this account");
                return Err(Failed::GaveUp(problem.to_string()));
            }
            Outcome::Ambiguous(why) => return Err(Failed::Unknown(why.to_string())),
            Outcome::Retry { after, why } => (after, why),
        };
        if attempt >= ATTEMPTS {
            return Err(Failed::GaveUp(why.to_string()));
        }
        // Full jitter: those who were refused together do not come back together.
        let longest = after.unwrap_or(pause).min(LONGEST_BACK_OFF);
        tokio::time::sleep(longest.mul_f64(0.5 + 0.5 * random())).await;
        pause = (pause * 2).min(LONGEST_BACK_OFF);
    }
    Ok(None)
}

/// 0 to 1.
fn random() -> f64 {
    let mut bytes = [0; 4];
    // A pause that is not random is still a pause.
    let _ = getrandom::fill(&mut bytes);
    f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX)
}
