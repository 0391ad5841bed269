//! A treatment as a TwiML document. Every URL in it is absolute.

use engine::id::{CallId, OfferId};
use twilio::limits::{Identity, QueueName, RingTime};
use twilio::twiml::{
    CallEvent, Client, Dial, DialNumber, DialQueue, Enqueue, Gather, Pause, Play, Record, Response,
    Ringing, Say, Sip, StatusCallback,
};

use super::address::{Addresses, queue_name};
use super::hook::Hook;
use super::words::Words;
use crate::facts::{Music, Treatment};

/// How long the agent's leg looks for the caller, in seconds: the shortest that Twilio allows.
const JOIN_WITHIN: RingTime = RingTime::SHORTEST;
/// The longest message, in seconds.
const LONGEST_MESSAGE: u32 = 180;
/// How long a key is waited for, in seconds.
const KEY_WITHIN: u32 = 8;
/// Without music, silence for this long, in seconds: a held caller asks again after it.
const SILENCE: u32 = 15;

/// Writes documents.
#[derive(Clone, Debug)]
pub struct Markup {
    /// Our own URLs.
    pub addresses: Addresses,
    /// What is said.
    pub words: Words,
    /// A voice of Twilio's; `None` = its default.
    pub voice: Option<String>,
    /// A clip of 10 to 20 s; `None` = silence.
    pub music: Option<String>,
}

impl Markup {
    /// The document.
    #[must_use]
    pub fn document(&self, treatment: &Treatment) -> String {
        let response = self.response(treatment);
        // A few sentences and a handful of URLs are far below 64 kB.
        response.to_xml().unwrap_or_else(|_| EMPTY.to_owned())
    }

    fn response(&self, treatment: &Treatment) -> Response {
        let empty = Response::new();
        match treatment {
            Treatment::Nothing | Treatment::Taken(_) => empty,
            Treatment::Hold { call } => self.hold(*call),
            Treatment::Music(music) => self.music(*music),
            Treatment::Leave => empty.leave(),
            Treatment::Voicemail => empty
                .say(self.say(self.words.voicemail()))
                .record(
                    Record::to(self.addresses.of(Hook::Voicemail))
                        .max_length(LONGEST_MESSAGE)
                        .play_beep(true),
                )
                .hangup(),
            Treatment::Goodbye(why) => empty.say(self.say(self.words.goodbye(*why))).hangup(),
            Treatment::DialAgent {
                offer,
                contact,
                timeout,
            } => self.dial(*offer, contact, *timeout),
            Treatment::Join { offer, call } => self.join(*offer, *call),
            Treatment::Confirm { offer } => {
                let to = self.addresses.of_offer(Hook::AgentAccept, *offer);
                self.ask(self.words.confirm(), to)
            }
            Treatment::CallerGone => empty.say(self.say(self.words.caller_gone())).hangup(),
            Treatment::ConfirmCallback { call } => {
                let to = self.addresses.of_call(Hook::CallbackAccept, *call);
                self.ask(self.words.confirm_callback(), to)
            }
            Treatment::Survey => self.ask(self.words.survey(), self.addresses.of(Hook::Survey)),
            Treatment::HangUp | Treatment::Refused(_) => empty.hangup(),
        }
    }

    fn hold(&self, call: CallId) -> Response {
        let Ok(queue) = QueueName::new(queue_name(call)) else {
            return Response::new().hangup();
        };
        let wait = self.addresses.of_call(Hook::Wait, call);
        Response::new().enqueue(
            Enqueue::into_queue(queue)
                .action(self.addresses.of_call(Hook::Left, call))
                .wait_url(Addresses::insistent(&wait)),
        )
    }

    fn music(&self, music: Music) -> Response {
        let mut response = Response::new();
        if let Some(position) = music.position {
            response = response.say(self.say(&self.words.position(position)));
        }
        if let Some(wait) = music.estimate {
            response = response.say(self.say(&self.words.wait(wait)));
        }
        let pause = Pause::seconds(SILENCE);
        match (music.offers_callback, &self.music) {
            (true, clip) => {
                let gather = Gather::to(self.addresses.of(Hook::Key))
                    .n_digits(1)
                    .say(self.say(self.words.callback_offer()));
                response.gather(match clip {
                    Some(clip) => gather.play(Play::new(clip)),
                    None => gather.pause(pause),
                })
            }
            (false, Some(clip)) => response.play(Play::new(clip)),
            (false, None) => response.pause(pause),
        }
    }

    fn dial(&self, offer: OfferId, contact: &str, timeout: u32) -> Response {
        let status = StatusCallback::new(
            self.addresses.of_offer(Hook::AgentStatus, offer),
            &[
                CallEvent::Initiated,
                CallEvent::Ringing,
                CallEvent::Completed,
            ],
        );
        let answered = self.addresses.of_offer(Hook::AgentAnswer, offer);
        let Some(party) = party(contact, status, answered) else {
            return Response::new().hangup();
        };
        let timeout = RingTime::from_seconds(timeout.clamp(5, 600)).unwrap_or(JOIN_WITHIN);
        Response::new().dial(
            Dial::party(party)
                .timeout(timeout)
                .answer_on_bridge(true)
                .action(self.addresses.of_offer(Hook::LegacyOver, offer)),
        )
    }

    fn join(&self, offer: OfferId, call: CallId) -> Response {
        let Ok(queue) = QueueName::new(queue_name(call)) else {
            return Response::new().hangup();
        };
        let joining = self.addresses.of_both(Hook::Joining, call, offer);
        Response::new().dial(
            Dial::queue(DialQueue::new(queue).url(joining))
                .timeout(JOIN_WITHIN)
                .action(self.addresses.of_offer(Hook::AgentEnded, offer)),
        )
    }

    /// Asks for one key; silence ends the leg.
    fn ask(&self, question: &str, to: String) -> Response {
        Response::new()
            .gather(
                Gather::to(to)
                    .n_digits(1)
                    .timeout(KEY_WITHIN)
                    .say(self.say(question)),
            )
            .hangup()
    }

    fn say(&self, text: &str) -> Say {
        let say = Say::new(text).language(self.words.code());
        match &self.voice {
            Some(voice) => say.voice(voice),
            None => say,
        }
    }
}

/// An empty document: nothing more is to be done.
pub(crate) const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

/// Whom a contact names.
fn party(contact: &str, status: StatusCallback, answered: String) -> Option<Ringing> {
    if let Some(identity) = contact.strip_prefix("client:") {
        let identity = Identity::new(identity).ok()?;
        return Some(
            Client::new(identity)
                .status_callback(status)
                .url(answered)
                .into(),
        );
    }
    if contact.starts_with("sip:") || contact.starts_with("sips:") {
        return Some(
            Sip::new(contact)
                .status_callback(status)
                .url(answered)
                .into(),
        );
    }
    contact.starts_with('+').then(|| {
        DialNumber::new(contact)
            .status_callback(status)
            .url(answered)
            .into()
    })
}
