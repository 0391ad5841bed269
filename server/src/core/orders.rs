//! Commands with what the carrier has to know.

use engine::id::CallId;
use engine::policy::Transport;

use super::Core;
use crate::store::row::CommandRow;

/// A command to carry out, with what the carrier has to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// The row of the outbox.
    pub row: CommandRow,
    /// The agent's contact or the caller's number.
    pub to: String,
    /// The number that calls: the one that the caller called.
    pub from: String,
    /// The carrier's id of the leg, where it is known.
    pub leg: Option<String>,
    /// How long it may ring, in seconds.
    pub timeout: u32,
    /// The agent's application places the leg itself.
    pub is_pull: bool,
}

/// A leg rings this much longer at the carrier than with us: our own deadline is the one that counts.
const SLACK: u64 = 5;

impl Core {
    /// A command with whom it is about; `None` when that is no longer known.
    #[must_use]
    pub fn order(&self, row: CommandRow) -> Option<Order> {
        let offer = row.offer_id.map(crate::book::offer_id);
        let call = self.book.call(CallId(row.call_id? as u64))?;
        let queue = self.engine.policy().queues.get(call.queue.index())?;
        let known = offer.and_then(|offer| self.book.offer(offer));
        let (to, timeout) = match offer {
            Some(offer) => (
                self.book.agent(offer.agent())?.contact.clone(),
                queue.offer.timeout.as_secs() + SLACK,
            ),
            None => (
                call.from.clone()?,
                queue
                    .callback
                    .map_or(30, |callback| callback.ring.as_secs())
                    + SLACK,
            ),
        };
        Some(Order {
            to,
            from: call.to.clone(),
            leg: match offer {
                Some(_) => known.and_then(|offer| offer.leg.clone()),
                None => self.book.last_leg(call.id),
            },
            is_pull: offer.is_some() && queue.offer.transport == Transport::Pull,
            timeout: u32::try_from(timeout.clamp(5, 600)).unwrap_or(600),
            row,
        })
    }
}
