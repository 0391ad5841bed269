//! Our own URLs, as Twilio is told them: absolute, below the configured base, with the ids of what they are about.

use engine::id::{AgentId, CallId, OfferId};
use twilio::BaseUrl;

use super::hook::Hook;

/// Where webhooks stand below the base.
pub(crate) const FOLDER: &str = "/api/webhooks/twilio/";

/// The URLs.
#[derive(Clone, Debug)]
pub struct Addresses {
    base: BaseUrl,
}

impl Addresses {
    /// Below this base.
    #[must_use]
    pub fn new(base: BaseUrl) -> Addresses {
        Addresses { base }
    }

    /// The base.
    #[must_use]
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// A webhook that is about nothing yet.
    #[must_use]
    pub fn of(&self, hook: Hook) -> String {
        self.base.join(&format!("{FOLDER}{}", hook.path()))
    }

    /// A webhook about a call.
    #[must_use]
    pub fn of_call(&self, hook: Hook, call: CallId) -> String {
        self.base
            .join(&format!("{FOLDER}{}?c={}", hook.path(), call.0))
    }

    /// A webhook about an offer.
    #[must_use]
    pub fn of_offer(&self, hook: Hook, offer: OfferId) -> String {
        let (number, agent) = (offer.number(), offer.agent().0);
        self.base
            .join(&format!("{FOLDER}{}?o={number}-{agent}", hook.path()))
    }

    /// A webhook about an offer and its call.
    #[must_use]
    pub fn of_both(&self, hook: Hook, call: CallId, offer: OfferId) -> String {
        format!("{}&c={}", self.of_offer(hook, offer), call.0)
    }

    /// Twilio asks again when it cannot connect or gets no answer: a held caller must not be thrown out by one
    /// lost request. The fragment is not sent and not signed.
    #[must_use]
    pub fn insistent(url: &str) -> String {
        format!("{url}#rc=2&rp=ct,rt,5xx")
    }
}

/// The offer that a URL names.
#[must_use]
pub fn offer_named(text: &str) -> Option<OfferId> {
    let (number, agent) = text.split_once('-')?;
    let (number, agent) = (number.parse::<u64>().ok()?, agent.parse::<u32>().ok()?);
    let fits = number < 1 << 39 && agent < OfferId::MAX_AGENTS;
    fits.then(|| OfferId::new(number, AgentId(agent)))
}

/// The name of the queue in which a call is held, alone: the engine owns the order, not the carrier.
#[must_use]
pub(crate) fn queue_name(call: CallId) -> String {
    format!("h-{}", call.0)
}
