//! Where facts wait for the driver: bounded, stamped at receipt, each with a place for the answer.

use std::sync::Arc;
use std::time::Duration;

use engine::Timestamp;
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::core::Core;
use crate::facts::{Fact, Treatment};

/// Facts that may wait; more are refused at once.
pub(super) const ROOM: usize = 4_096;
/// Every webhook is answered within this, if need be with the fallback treatment: carriers wait 5 to 15 s.
pub(super) const ANSWERED_WITHIN: Duration = Duration::from_secs(4);

/// A look at the core, between two transactions: it sees everything that was answered before.
pub type Question = Box<dyn FnOnce(&Core, &Clock) + Send>;

/// What waits for the driver.
pub enum Delivery {
    /// Something happened.
    Fact {
        /// When it came.
        at: Timestamp,
        /// What.
        fact: Fact,
        /// Where the answer goes.
        reply: oneshot::Sender<Treatment>,
    },
    /// Somebody wants to know something.
    Ask(Question),
    /// Nothing more will come: write what is left, and end.
    Stop,
}

/// Why there is no answer. The fact may still be taken: it is harmless to send it again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// Too many wait.
    #[error("too many requests wait")]
    Full,
    /// The server is stopping, or has not recovered yet.
    #[error("the server is not ready")]
    Stopped,
    /// Not within 4 s.
    #[error("no answer in time")]
    Late,
}

/// The sending side.
#[derive(Clone, Debug)]
pub struct Inbox {
    sender: mpsc::Sender<Delivery>,
    clock: Arc<Clock>,
}

impl Inbox {
    /// Both sides.
    #[must_use]
    pub fn new(clock: Arc<Clock>) -> (Inbox, mpsc::Receiver<Delivery>) {
        let (sender, receiver) = mpsc::channel(ROOM);
        (Inbox { sender, clock }, receiver)
    }

    /// Hands a fact over and waits for what follows, which is durable then.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn tell(&self, fact: Fact) -> Result<Treatment, Refusal> {
        let (reply, answer) = oneshot::channel();
        let delivery = Delivery::Fact {
            at: self.clock.stamp(),
            fact,
            reply,
        };
        self.sender
            .try_send(delivery)
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => Refusal::Full,
                mpsc::error::TrySendError::Closed(_) => Refusal::Stopped,
            })?;
        match tokio::time::timeout(ANSWERED_WITHIN, answer).await {
            Ok(Ok(treatment)) => Ok(treatment),
            Ok(Err(_)) => Err(Refusal::Stopped),
            Err(_) => Err(Refusal::Late),
        }
    }

    /// Hands a fact over, as soon as there is room, without waiting for what follows.
    ///
    /// # Errors
    /// The server stops.
    pub async fn note(&self, fact: Fact) -> Result<(), Refusal> {
        let (reply, _) = oneshot::channel();
        let place = self.sender.reserve().await;
        let place = place.map_err(|_| Refusal::Stopped)?;
        let at = self.clock.stamp();
        place.send(Delivery::Fact { at, fact, reply });
        Ok(())
    }

    /// Looks at the core.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Core, &Clock) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let (reply, answer) = oneshot::channel();
        let question: Question = Box::new(move |core, clock| {
            // Whoever asked may have given up.
            let _ = reply.send(question(core, clock));
        });
        self.sender
            .try_send(Delivery::Ask(question))
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => Refusal::Full,
                mpsc::error::TrySendError::Closed(_) => Refusal::Stopped,
            })?;
        match tokio::time::timeout(ANSWERED_WITHIN, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(Refusal::Stopped),
            Err(_) => Err(Refusal::Late),
        }
    }

    /// Nothing more will come.
    pub async fn stop(&self) {
        // A driver that has ended need not be told.
        let _ = self.sender.send(Delivery::Stop).await;
    }

    /// How many wait.
    #[must_use]
    pub fn n_waiting(&self) -> usize {
        ROOM - self.sender.capacity()
    }
}
