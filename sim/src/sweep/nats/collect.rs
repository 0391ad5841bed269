//! The sweep's side: hands out what is missing and keeps what comes back.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::Client;
use futures_util::StreamExt;
use tokio::time::Instant;

use super::parts::{self, Arrived, Whole};
use super::queue::{MAX_DELIVER, Queue, Trouble};
use super::{Contact, Server};
use crate::experiment::Control;
use crate::sweep::block::{Block, blocks};
use crate::sweep::{Plan, Store, SweepError, outcome};

/// How often the queue is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long one pull waits.
const PULL: Duration = Duration::from_millis(300);
/// How long a look or a pull may take, the plan and all tasks among them.
const ANSWER: Duration = Duration::from_secs(120);
/// Without any worker for so long, a person is told how to start one.
const ALONE: Duration = Duration::from_secs(5);

/// Of the patience, after which the server hands out again what was not acknowledged: parts that have not
/// come by then are lost.
const STALLED: u32 = 3;

/// A sweep that waits for its workers.
struct Collector<'s> {
    plan: &'s Plan,
    plan_text: String,
    store: &'s Store,
    queue: Queue,
    patience: Duration,
    /// By address: its place in the plan, and the block.
    missing: BTreeMap<String, (usize, Block)>,
    arrived: Arrived,
    tell: &'s dyn Fn(&str),
    /// Since when nobody has had a block in hand.
    alone_since: Option<Instant>,
    was_exhausted: bool,
    /// Since when results have come and none was whole, and how much was missing then.
    stalled: Option<(Instant, u32)>,
}

/// Why it does not go on.
enum End {
    /// For good.
    Failed(SweepError),
    /// The server: it is tried again.
    Trouble(Trouble),
}

impl From<Trouble> for End {
    fn from(trouble: Trouble) -> Self {
        End::Trouble(trouble)
    }
}

impl From<SweepError> for End {
    fn from(error: SweepError) -> Self {
        End::Failed(error)
    }
}

pub(super) async fn collect(
    server: &Server,
    plan: &Plan,
    store: &Store,
    missing: &[Block],
    control: &Control<'_>,
    tell: &dyn Fn(&str),
) -> Result<(), SweepError> {
    let client = server.connect("linefinder sweep").await?;
    let mut collector = Collector::new(&client, server, plan, store, missing, tell);
    let text = &collector.plan_text;
    collector.queue.make(text, server.patience).await.map_err(|trouble| {
        SweepError::System(format!(
            "the NATS server at {} has no JetStream for us ({trouble}); start it with: nats-server -js",
            server.shown()
        ))
    })?;
    let n_planned = missing.iter().map(|block| block.range.len() as u32).sum();
    let contact = Contact::new(tell);
    let mut looked: Option<Instant> = None;
    let result = loop {
        let n_left: u32 = collector.n_left();
        (control.progress)(n_planned - n_left, n_planned);
        if collector.missing.is_empty() {
            break Ok(());
        }
        if control.stop.load(Ordering::Relaxed) {
            break Err(SweepError::Stopped);
        }
        let is_time = looked.is_none_or(|at| at.elapsed() >= LOOK);
        let went = match is_time {
            true => {
                looked = Some(Instant::now());
                bounded(collector.look()).await
            }
            false => bounded(collector.pull()).await,
        };
        match went {
            Ok(()) => contact.is(true, ""),
            Err(End::Failed(error)) => break Err(error),
            Err(End::Trouble(trouble)) => {
                contact.is(false, &trouble.to_string());
                tokio::time::sleep(PULL).await;
            }
        }
    };
    collector.queue.remove().await;
    result
}

/// What a server that ended never answers is asked again.
async fn bounded(step: impl Future<Output = Result<(), End>>) -> Result<(), End> {
    match tokio::time::timeout(ANSWER, step).await {
        Ok(went) => went,
        Err(_) => Err(End::Trouble("no answer".into())),
    }
}

impl<'s> Collector<'s> {
    fn new(
        client: &Client,
        server: &Server,
        plan: &'s Plan,
        store: &'s Store,
        missing: &[Block],
        tell: &'s dyn Fn(&str),
    ) -> Collector<'s> {
        let all = blocks(plan).into_iter().enumerate();
        let is_missing = |block: &Block| missing.contains(block);
        Collector {
            plan,
            plan_text: plan.text(),
            store,
            queue: Queue::new(client, &plan.digest()),
            patience: server.patience,
            missing: all
                .filter(|(_, block)| is_missing(block))
                .map(|(place, block)| (block.address.clone(), (place, block)))
                .collect(),
            arrived: Arrived::default(),
            tell,
            alone_since: None,
            was_exhausted: false,
            stalled: None,
        }
    }

    /// Replications that are missing.
    fn n_left(&self) -> u32 {
        let blocks = self.missing.values();
        blocks.map(|(_, block)| block.range.len() as u32).sum()
    }

    /// Sees to it that the queue is there and holds what is missing.
    async fn look(&mut self) -> Result<(), End> {
        self.queue.make(&self.plan_text, self.patience).await?;
        let standing = self.queue.standing().await?;
        if standing.results > 0 {
            if standing.tasks == 0 && self.has_stalled() {
                // Parts of results whose other parts are lost.
                self.queue.drop_results().await?;
                self.arrived = Arrived::default();
            }
            return self.pull().await;
        }
        self.stalled = None;
        if standing.tasks == 0 {
            // New, or done with all results collected and some lost, or the server lost its state.
            let missing = self.missing.values();
            let tasks = missing.map(|(place, block)| (*place, block));
            self.queue.publish(tasks, standing.round).await?;
            return Ok(());
        }
        let is_exhausted = standing.waiting == 0 && standing.in_hand == 0;
        if is_exhausted && std::mem::replace(&mut self.was_exhausted, true) {
            return Err(End::Failed(self.exhausted()));
        }
        self.was_exhausted = is_exhausted;
        self.tell_when_alone(standing.in_hand);
        Ok(())
    }

    /// Whether for a long while nothing became whole although all workers have sent theirs.
    fn has_stalled(&mut self) -> bool {
        let n_left = self.n_left();
        match self.stalled {
            Some((since, then)) if then == n_left => since.elapsed() >= STALLED * self.patience,
            Some(_) | None => {
                self.stalled = Some((Instant::now(), n_left));
                false
            }
        }
    }

    fn exhausted(&self) -> SweepError {
        let points = self.missing.values().next();
        let point = points.map_or(String::new(), |(_, block)| {
            self.plan.point_name(block.point)
        });
        SweepError::Elsewhere {
            point,
            said: format!(
                "{} blocks, this point's among them, were each given to {MAX_DELIVER} workers and never came back: \
                 they end their workers (memory?), or workers are cut off. Without --nats the same command \
                 does them here",
                self.missing.len()
            ),
        }
    }

    fn tell_when_alone(&mut self, in_hand: u64) {
        if in_hand > 0 {
            self.alone_since = None;
            return;
        }
        let since = *self.alone_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= ALONE {
            (self.tell)(
                "no worker takes blocks; one is started with: linefinder worker --nats URL",
            );
            // Once more after a while.
            self.alone_since = Some(Instant::now() + ALONE * 11);
        }
    }

    /// Takes what has come.
    async fn pull(&mut self) -> Result<(), End> {
        let results = self.queue.results(self.patience).await?;
        let batch = results.batch().max_messages(64).expires(PULL);
        let mut batch = batch.messages().await.map_err(Trouble::from)?;
        while let Some(message) = batch.next().await {
            let message = message?;
            let address = parts::address(&message);
            if address.is_some_and(|address| !self.missing.contains_key(address)) {
                message.ack().await?;
                continue;
            }
            let Some(whole) = self.arrived.add(message) else {
                continue;
            };
            match whole {
                Whole::Text {
                    address,
                    text,
                    messages,
                } => {
                    self.keep(&address, &text)?;
                    for message in messages {
                        message.ack().await?;
                    }
                }
                Whole::Failure {
                    address,
                    said,
                    message,
                } => {
                    message.ack().await?;
                    if let Some((_, block)) = self.missing.get(&address) {
                        return Err(End::Failed(SweepError::Elsewhere {
                            point: self.plan.point_name(block.point),
                            said,
                        }));
                    }
                }
                Whole::Superfluous(message) => message.ack().await?,
            }
        }
        Ok(())
    }

    /// Keeps a result that is missing and whole; of another one nothing is lost.
    fn keep(&mut self, address: &str, text: &str) -> Result<(), SweepError> {
        let Some((_, block)) = self.missing.get(address) else {
            return Ok(());
        };
        match outcome::verified(address, text) {
            Ok(_) => {
                self.store.keep(block, text)?;
                self.missing.remove(address);
            }
            Err(damage) => {
                (self.tell)(&format!("a result that arrived {damage}; it is made again"));
            }
        }
        Ok(())
    }
}
