//! From the store to a core that goes on: the last snapshot, then every row since, each checked against its seal and
//! against what the engine says today.

use std::sync::Arc;

use engine::output::Outbox;
use engine::{Engine, Snapshot, Timestamp};
use journal::{Chain, GENESIS, Sealed};
use policy_file::{Names, PolicyFile};
use reports::digest::TraceDigest;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use tokio::sync::{broadcast, mpsc};

use super::{Committed, Delivery, Driver};
use crate::book::{Book, RestoreError};
use crate::clock::{Clock, wall_micros};
use crate::core::{Core, Manners, Order, Parts, STANDARD, list};
use crate::store::row::PolicyRow;
use crate::store::{
    self, Commit, CommitError, Journaled, Kept, Lease, LeaseError, Store, StoreError, unhash, unhex,
};

/// What a server starts with beside its store.
#[derive(Clone, Debug)]
pub struct Setup {
    /// In force when the store is new: text and what it says.
    pub policy: (String, PolicyFile),
    /// Settings that are no routing policy.
    pub manners: Manners,
    /// Who holds the lease.
    pub holder: String,
}

/// A core and what its driver needs.
pub struct Recovered {
    core: Core,
    started_at: i64,
    connection: AnyConnection,
    lease: Lease,
    chain: Chain,
    /// The last journaled moment.
    since: Timestamp,
    snapshot_at: u64,
    /// Rows that were run again.
    pub n_rows: u64,
}

/// Why a server cannot go on from its store.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// As the store has them.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database did not answer.
    #[error("the database: {0}")]
    Sql(#[from] sqlx::Error),
    /// The first rows were not written.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// Another server leads.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// A row is not as it was written.
    #[error("the journal, {0}: restore a backup, see docs/runbook.md")]
    Journal(journal::Refused),
    /// A row's columns say otherwise than its body.
    #[error(
        "the journal, row {0}: its columns and its body differ: restore a backup, see docs/runbook.md"
    )]
    Columns(i64),
    /// The engine of today says otherwise than the one that wrote the journal.
    #[error(
        "row {0} of the journal: this version of the engine says otherwise than the one that wrote it; start that one"
    )]
    Diverged(u64),
    /// The snapshot cannot be read.
    #[error("the snapshot of row {0}: {1}")]
    Snapshot(i64, String),
    /// The policy in force cannot be read.
    #[error("the policy in force: {0}")]
    Policy(String),
    /// A table cannot be read.
    #[error(transparent)]
    Book(#[from] RestoreError),
}

/// A snapshot's body.
#[derive(Serialize, Deserialize)]
struct Body {
    at: u64,
    epoch: u64,
    outputs: [u64; 2],
    engine: Snapshot,
}

/// The engine's state as it is written down.
pub(super) fn snapshot_body(core: &Core) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Body {
        at: core.last().0,
        epoch: core.epoch(),
        outputs: core.digest().0,
        engine: core.engine().snapshot(),
    })
}

impl Recovered {
    /// Reads everything back; takes the lease first, so that nobody else writes meanwhile.
    ///
    /// # Errors
    /// See [`RecoverError`]; [`LeaseError::Taken`] means: look again a little later.
    pub async fn read(store: &Store, setup: &Setup) -> Result<Recovered, RecoverError> {
        let mut connection = store.writer().await?;
        let lease = Lease::take(
            &mut connection,
            store.dialect(),
            store.site(),
            &setup.holder,
        )
        .await?;
        let mut kept = Kept::read(&mut connection, store.site()).await?;
        if kept.snapshot.is_none() {
            first(&mut connection, store, &lease, setup).await?;
            kept = Kept::read(&mut connection, store.site()).await?;
        }
        let started_at = kept.started_at.unwrap_or_default();
        let key = kept
            .caller_key
            .as_deref()
            .and_then(unhex)
            .unwrap_or_default();
        let (policy, n_policies) = policy_in_force(&kept)?;
        let tail = Tail::read(&mut connection, store.site(), &kept).await?;
        let book = Book::restore(&kept, policy.names.clone(), started_at, key)?;
        let core = Core::new(Parts {
            engine: tail.engine,
            book,
            policy,
            n_policies,
            manners: setup.manners,
            digest: tail.digest,
            seq: tail.chain.next_seq() - 1,
            last: tail.at,
            epoch: lease.epoch as u64,
            started_at,
        });
        Ok(Recovered {
            core,
            started_at,
            connection,
            lease,
            chain: tail.chain,
            since: tail.at,
            snapshot_at: tail.snapshot_at,
            n_rows: tail.n_rows,
        })
    }

    /// A clock that goes on from the last journaled moment.
    #[must_use]
    pub fn clock(&self) -> Clock {
        Clock::new(self.started_at, self.since)
    }

    /// The state that was read.
    #[must_use]
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// A driver that goes on from here.
    #[must_use]
    pub fn drive(
        self,
        store: Arc<Store>,
        clock: Arc<Clock>,
        inbox: mpsc::Receiver<Delivery>,
        commands: mpsc::UnboundedSender<Order>,
        committed: broadcast::Sender<Committed>,
    ) -> Driver {
        Driver {
            core: self.core,
            clock,
            store,
            connection: self.connection,
            lease: self.lease,
            chain: self.chain,
            inbox,
            commands,
            committed,
            looked_at: self.since,
            renewed_at: Timestamp::ZERO,
            snapshot_at: self.snapshot_at,
            is_stopping: false,
        }
    }
}

/// A new store gets its epoch, its key, its policy and the state before the first row.
async fn first(
    connection: &mut AnyConnection,
    store: &Store,
    lease: &Lease,
    setup: &Setup,
) -> Result<(), RecoverError> {
    let (text, file) = &setup.policy;
    let named = Names {
        queues: file.names.queues.clone(),
        classes: with_standard(&file.names.classes),
    };
    let bound = file
        .bind(&named)
        .map_err(|missing| RecoverError::Policy(format!("{missing:?}")))?;
    let engine = Engine::new(bound.policy.clone())
        .map_err(|errors| RecoverError::Policy(errors.to_string()))?;
    let started_at = wall_micros();
    store::write_site(connection, store.site(), started_at, &random_key()).await?;
    let policy = PolicyRow {
        id: 1,
        digest: file.digest(),
        text: text.clone(),
        at: started_at,
        author: "first start".to_owned(),
        queues: list(&bound.names.queues),
        classes: list(&bound.names.classes),
    };
    let commit = Commit {
        policies: vec![policy],
        ..Commit::default()
    };
    commit
        .write(connection, store.dialect(), store.site(), lease.epoch)
        .await?;
    let body = Body {
        at: 0,
        epoch: 0,
        outputs: TraceDigest::NOTHING.0,
        engine: engine.snapshot(),
    };
    let body =
        serde_json::to_string(&body).map_err(|e| RecoverError::Snapshot(0, e.to_string()))?;
    let hash = policy_file::policy::hex(&GENESIS);
    store::write_snapshot(
        connection,
        store.site(),
        (0, Timestamp::ZERO),
        (&hash, &body),
    )
    .await?;
    Ok(())
}

fn with_standard(classes: &[String]) -> Vec<String> {
    let mut classes = classes.to_vec();
    if !classes.iter().any(|class| class == STANDARD) {
        classes.push(STANDARD.to_owned());
    }
    classes
}

/// 32 random bytes in hexadecimal.
fn random_key() -> String {
    let mut key = [0; 32];
    // Without randomness there is no key that nobody can guess: the system is broken.
    getrandom::fill(&mut key).expect("invariant: the system has random bytes");
    policy_file::policy::hex(&key)
}

fn policy_in_force(kept: &Kept) -> Result<(PolicyFile, i64), RecoverError> {
    let wrong = |why: &str| RecoverError::Policy(why.to_owned());
    let row = kept.policy.as_ref().ok_or_else(|| wrong("there is none"))?;
    let file = PolicyFile::parse(&row.text, "the policy in force")
        .map_err(|errors| RecoverError::Policy(errors.to_string()))?;
    let read = |text: &str| serde_json::from_str::<Vec<String>>(text);
    let names = Names {
        queues: read(&row.queues).map_err(|_| wrong("its list of queues cannot be read"))?,
        classes: read(&row.classes).map_err(|_| wrong("its list of classes cannot be read"))?,
    };
    let bound = file
        .bind(&names)
        .map_err(|missing| RecoverError::Policy(format!("{missing:?}")))?;
    Ok((bound, row.id))
}

/// The snapshot and the rows after it, run.
struct Tail {
    engine: Engine,
    chain: Chain,
    digest: TraceDigest,
    at: Timestamp,
    snapshot_at: u64,
    n_rows: u64,
}

impl Tail {
    async fn read(
        connection: &mut AnyConnection,
        site: &str,
        kept: &Kept,
    ) -> Result<Tail, RecoverError> {
        let (seq, hash, body) = kept
            .snapshot
            .as_ref()
            .ok_or_else(|| RecoverError::Snapshot(0, "there is none".to_owned()))?;
        let wrong = |why: String| RecoverError::Snapshot(*seq, why);
        let body: Body = serde_json::from_str(body).map_err(|error| wrong(error.to_string()))?;
        let hash = unhash(hash).ok_or_else(|| wrong("its hash cannot be read".to_owned()))?;
        let engine = Engine::restore(body.engine).map_err(|error| wrong(error.to_string()))?;
        let at = Timestamp(body.at);
        let mut tail = Tail {
            engine,
            chain: Chain::after(*seq as u64, hash, at, body.epoch),
            digest: TraceDigest(body.outputs),
            at,
            snapshot_at: *seq as u64,
            n_rows: 0,
        };
        let mut journaled = Journaled::new(connection, site, *seq);
        let mut out = Outbox::new();
        loop {
            let rows = journaled.next().await?;
            if rows.is_empty() {
                return Ok(tail);
            }
            for row in rows {
                let sealed = Sealed {
                    crc: u32::try_from(row.crc).unwrap_or_default(),
                    hash: unhash(&row.hash).unwrap_or_default(),
                    body: row.body,
                };
                let read = tail.chain.verify(&sealed).map_err(RecoverError::Journal)?;
                if (read.seq, read.at.0, read.epoch)
                    != (row.seq as u64, row.at as u64, row.epoch as u64)
                {
                    return Err(RecoverError::Columns(row.seq));
                }
                out.clear();
                match read.input {
                    // Refused then, refused now: it is in what was said.
                    Some(input) => drop(tail.engine.handle(read.at, input, &mut out)),
                    None => tail.engine.advance_to(read.at, &mut out),
                }
                tail.digest = tail.digest.then(&out);
                if tail.digest.0 != read.outputs {
                    return Err(RecoverError::Diverged(read.seq));
                }
                tail.at = read.at;
                tail.n_rows += 1;
            }
        }
    }
}
