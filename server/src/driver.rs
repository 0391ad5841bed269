//! The one task that owns the engine: takes facts in the order of their stamps, writes what they changed in one
//! transaction, and only then answers their senders and lets the carrier hear of the commands.
//!
//! Everything that waits is one transaction (group commit). A commit that fails is never guessed about: the
//! driver drops what it believes and reads it back from the journal.

mod inbox;
mod recover;

use std::sync::Arc;
use std::time::Duration;

use engine::Timestamp;
use engine::output::Output;
use journal::{Chain, Row};
use sqlx::AnyConnection;
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::clock::Clock;
use crate::core::{Core, Order};
use crate::facts::Treatment;
use crate::store::row::{CommandRow, JournalRow};
use crate::store::{Commit, CommitError, Lease, LeaseError, Store};
pub use inbox::{Delivery, Inbox, Question, Refusal};
pub use recover::{RecoverError, Recovered, Setup};

/// Deliveries that are one transaction at most.
const BATCH: usize = 512;
/// A driver that was away for longer says so to the engine first.
const AWAY: Duration = Duration::from_secs(1);
/// Rows after which the state is written down, so that starting needs to read no more of them.
const SNAPSHOT_EVERY: u64 = 20_000;

/// Why the driver stopped.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// Another server leads.
    #[error("another server has taken over this site")]
    Fenced,
    /// The store is not there: what is believed is to be read back.
    #[error(transparent)]
    Store(#[from] CommitError),
    /// The lease was not renewed.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// A row does not follow: a bug of the driver.
    #[error("the journal: {0}")]
    Journal(String),
}

/// What the live views and the metrics are told, once it is durable.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The last row.
    pub seq: u64,
    /// What the engine said.
    pub outputs: Arc<[Output]>,
    /// How long the transaction took.
    pub took: Duration,
    /// How many facts it held.
    pub n_facts: usize,
}

/// See the module.
pub struct Driver {
    core: Core,
    clock: Arc<Clock>,
    store: Arc<Store>,
    connection: AnyConnection,
    lease: Lease,
    chain: Chain,
    inbox: mpsc::Receiver<Delivery>,
    commands: mpsc::UnboundedSender<Order>,
    committed: broadcast::Sender<Committed>,
    looked_at: Timestamp,
    renewed_at: Timestamp,
    snapshot_at: u64,
    is_stopping: bool,
}

impl Driver {
    /// Runs until the inbox closes or the store is lost.
    ///
    /// # Errors
    /// See [`DriverError`]; the caller recovers.
    pub async fn run(&mut self) -> Result<(), DriverError> {
        // What was not done before is done again, by the same ids; what the gap's end brings goes out with its commit.
        let open: Vec<CommandRow> = self.core.book().open_commands().cloned().collect();
        let now = self.clock.stamp().max(self.core.last());
        self.core.resume(now, self.looked_at);
        self.looked_at = now;
        self.commit(Vec::new()).await?;
        for row in open {
            self.send(row);
        }
        loop {
            let wait = self.wait();
            let first = tokio::time::timeout(wait, self.inbox.recv()).await;
            let now = self.clock.stamp().max(self.core.last());
            if now - self.looked_at > AWAY + wait {
                self.core.resume(now, self.looked_at);
            }
            self.looked_at = now;
            let mut answers = Vec::new();
            match first {
                Ok(Some(delivery)) => self.take(delivery, &mut answers),
                Ok(None) => return self.close().await,
                Err(_) => {}
            }
            while answers.len() < BATCH
                && let Ok(delivery) = self.inbox.try_recv()
            {
                self.take(delivery, &mut answers);
            }
            // Only when nobody waits any more: an answer that is there is heard before its deadline passes.
            if self.inbox.is_empty() {
                self.core.look(self.clock.stamp().max(self.looked_at));
            }
            self.commit(answers).await?;
            if self.is_stopping && self.inbox.is_empty() {
                return self.close().await;
            }
            self.renew().await?;
            self.keep_snapshot().await?;
        }
    }

    /// What is left when it has stopped: what still waits is for the next driver.
    #[must_use]
    pub fn into_inbox(self) -> mpsc::Receiver<Delivery> {
        self.inbox
    }

    /// How long nothing will happen by itself.
    fn wait(&self) -> Duration {
        let renewal = crate::store::RENEWED;
        self.core
            .next_deadline()
            .map_or(renewal, |at| self.clock.until(at).min(renewal))
    }

    fn take(&mut self, delivery: Delivery, answers: &mut Vec<Answer>) {
        match delivery {
            Delivery::Fact { at, fact, reply } => {
                let treatment = self.core.handle(at.max(self.core.last()), fact);
                answers.push(Answer::Told(reply, treatment));
            }
            Delivery::Ask(question) => answers.push(Answer::Asked(question)),
            Delivery::Stop => self.is_stopping = true,
        }
    }

    /// Writes everything, then answers.
    async fn commit(&mut self, answers: Vec<Answer>) -> Result<(), DriverError> {
        let (mut commit, rows, outputs) = self.core.take_commit();
        let seq = self.core.seq();
        let began = crate::clock::monotonic();
        if !rows.is_empty() || !commit.is_empty() {
            commit.journal = self.sealed(&rows)?;
            let written = commit
                .write(
                    &mut self.connection,
                    self.store.dialect(),
                    self.store.site(),
                    self.lease.epoch,
                )
                .await;
            match written {
                Ok(()) => {}
                Err(CommitError::Fenced(_)) => return Err(DriverError::Fenced),
                Err(error) => return Err(error.into()),
            }
        }
        let took = began.elapsed();
        let n_facts = answers.len();
        for answer in answers {
            match answer {
                // Whoever asked may have given up.
                Answer::Told(reply, treatment) => drop(reply.send(treatment)),
                Answer::Asked(question) => question(&self.core, &self.clock),
            }
        }
        self.dispatch(&commit);
        if !outputs.is_empty() {
            let _ = self.committed.send(Committed {
                seq,
                outputs: outputs.into(),
                took,
                n_facts,
            });
        }
        Ok(())
    }

    fn sealed(&mut self, rows: &[Row]) -> Result<Vec<JournalRow>, DriverError> {
        let mut sealed = Vec::with_capacity(rows.len());
        for row in rows {
            let one = self
                .chain
                .seal(row)
                .map_err(|refused| DriverError::Journal(refused.to_string()))?;
            sealed.push(JournalRow {
                seq: row.seq as i64,
                at: row.at.0 as i64,
                epoch: row.epoch as i64,
                body: one.body,
                crc: i64::from(one.crc),
                hash: policy_file::policy::hex(&one.hash),
            });
        }
        Ok(sealed)
    }

    /// New commands go to the carrier, now that they are in the outbox.
    fn dispatch(&mut self, commit: &Commit) {
        for row in &commit.commands {
            if row.state == "open" && row.attempts == 0 {
                self.send(row.clone());
            }
        }
    }

    fn send(&mut self, row: CommandRow) {
        if let Some(order) = self.core.order(row) {
            // The carrier's task ends after this one.
            let _ = self.commands.send(order);
        }
    }

    async fn renew(&mut self) -> Result<(), DriverError> {
        let now = self.looked_at;
        if now - self.renewed_at < crate::store::RENEWED {
            return Ok(());
        }
        self.renewed_at = now;
        match self
            .lease
            .renew(&mut self.connection, self.store.dialect())
            .await
        {
            Ok(()) => Ok(()),
            Err(LeaseError::Taken) => Err(DriverError::Fenced),
            Err(error @ LeaseError::Sql(_)) => Err(error.into()),
        }
    }

    async fn keep_snapshot(&mut self) -> Result<(), DriverError> {
        if self.core.seq() - self.snapshot_at < SNAPSHOT_EVERY {
            return Ok(());
        }
        self.snapshot().await
    }

    /// Writes the engine's state down.
    async fn snapshot(&mut self) -> Result<(), DriverError> {
        let seq = self.core.seq();
        let body = recover::snapshot_body(&self.core)
            .map_err(|error| DriverError::Journal(error.to_string()))?;
        let hash = policy_file::policy::hex(&self.chain.hash());
        crate::store::write_snapshot(
            &mut self.connection,
            self.store.site(),
            (seq, self.core.last()),
            (&hash, &body),
        )
        .await
        .map_err(CommitError::from)?;
        self.snapshot_at = seq;
        self.core.forget(self.looked_at);
        Ok(())
    }

    async fn close(&mut self) -> Result<(), DriverError> {
        self.commit(Vec::new()).await?;
        self.snapshot().await?;
        // Whoever comes next need not wait for the lease's end.
        let _ = self.lease.release(&mut self.connection).await;
        Ok(())
    }
}

/// What is said once the transaction is there.
enum Answer {
    Told(oneshot::Sender<Treatment>, Treatment),
    Asked(Question),
}
