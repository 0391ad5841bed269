//! A sweep's streams at the server.

use std::time::Duration;

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::consumer::pull::Config as PullConfig;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::object_store::{Config as ObjectConfig, ObjectMetadata};
use async_nats::jetstream::stream::{Config as StreamConfig, RetentionPolicy, Stream};
use async_nats::jetstream::{self, Context};
use async_nats::{Client, HeaderMap};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt;

use super::super::block::Block;
use super::parts;

/// How often a block is handed out: more often it kills its workers or never ends in time.
pub(super) const MAX_DELIVER: i64 = 20;
/// How names of task streams begin.
const TASKS: &str = "linefinder-tasks-";
/// The object that is the plan.
const PLAN: &str = "plan";

/// Whatever the client says went wrong. It is shown and, mostly, tried again.
pub(super) type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// Waits for an answer no longer than `most`: a server that ends between question and answer never gives one,
/// and the client alone would wait for ever.
pub(super) async fn within<T>(
    most: Duration,
    answer: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    match tokio::time::timeout(most, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("no answer within {} s", most.as_secs()).into()),
    }
}

/// A block that somebody is to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Task {
    /// Its place among the plan's blocks.
    pub(super) place: usize,
    pub(super) address: String,
    /// Another whenever the same block is published again.
    pub(super) round: u64,
}

/// The queue of one sweep.
#[derive(Clone)]
pub(super) struct Queue {
    client: Client,
    context: Context,
    id: String,
}

/// How a queue stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Standing {
    /// Tasks that nobody has finished.
    pub(super) tasks: u64,
    /// Of these, not handed out yet.
    pub(super) waiting: u64,
    /// Of these, with a worker.
    pub(super) in_hand: u64,
    /// Messages with results that were not collected.
    pub(super) results: u64,
    /// Where the next round begins.
    pub(super) round: u64,
}

impl Queue {
    /// The queue of the plan with this digest.
    pub(super) fn new(client: &Client, plan_digest: &str) -> Queue {
        let id = plan_digest.get(..16).unwrap_or(plan_digest);
        Queue::named(client, id)
    }

    fn named(client: &Client, id: &str) -> Queue {
        Queue {
            client: client.clone(),
            context: jetstream::new(client.clone()),
            id: id.to_owned(),
        }
    }

    /// Every queue that a server has.
    pub(super) async fn all(client: &Client) -> Result<Vec<Queue>, Trouble> {
        use futures_util::TryStreamExt;
        let context = jetstream::new(client.clone());
        let names: Vec<String> = context.stream_names().try_collect().await?;
        let ids = names.iter().filter_map(|name| name.strip_prefix(TASKS));
        let mut queues: Vec<Queue> = ids.map(|id| Queue::named(client, id)).collect();
        queues.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(queues)
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    fn subject(&self, what: &str) -> String {
        format!("linefinder.{what}.{}", self.id)
    }

    fn bucket(&self) -> String {
        format!("linefinder-plan-{}", self.id)
    }

    /// Makes what is not there, the plan before the tasks: who sees tasks finds their plan.
    pub(super) async fn make(&self, plan: &str, patience: Duration) -> Result<(), Trouble> {
        let bucket = self.bucket();
        let store = match self.context.get_object_store(&bucket).await {
            Ok(store) => store,
            Err(_) => {
                let config = ObjectConfig {
                    bucket,
                    ..ObjectConfig::default()
                };
                self.context.create_object_store(config).await?
            }
        };
        if store.info(PLAN).await.is_err() {
            let object = ObjectMetadata {
                name: PLAN.to_owned(),
                chunk_size: Some(parts::longest(self.client.server_info().max_payload)),
                ..ObjectMetadata::default()
            };
            store.put(object, &mut plan.as_bytes()).await?;
        }
        self.work_queue("results").await?;
        let tasks = self.work_queue("tasks").await?;
        tasks
            .get_or_create_consumer(
                "workers",
                PullConfig {
                    durable_name: Some("workers".to_owned()),
                    ack_wait: patience,
                    max_deliver: MAX_DELIVER,
                    max_ack_pending: 100_000,
                    ..PullConfig::default()
                },
            )
            .await?;
        Ok(())
    }

    async fn work_queue(&self, what: &str) -> Result<Stream, Trouble> {
        let config = StreamConfig {
            name: format!("linefinder-{what}-{}", self.id),
            subjects: vec![self.subject(what)],
            retention: RetentionPolicy::WorkQueue,
            ..StreamConfig::default()
        };
        Ok(self.context.get_or_create_stream(config).await?)
    }

    async fn stream(&self, what: &str) -> Result<Stream, Trouble> {
        let name = format!("linefinder-{what}-{}", self.id);
        Ok(self.context.get_stream(name).await?)
    }

    /// Where workers pull.
    pub(super) async fn tasks(&self) -> Result<PullConsumer, Trouble> {
        self.stream("tasks").await?.get_consumer("workers").await
    }

    /// Where the sweep pulls.
    pub(super) async fn results(&self, patience: Duration) -> Result<PullConsumer, Trouble> {
        let stream = self.stream("results").await?;
        let config = PullConfig {
            durable_name: Some("sweep".to_owned()),
            ack_wait: patience,
            max_ack_pending: 100_000,
            ..PullConfig::default()
        };
        Ok(stream.get_or_create_consumer("sweep", config).await?)
    }

    /// The plan's text.
    pub(super) async fn plan(&self) -> Result<String, Trouble> {
        let store = self.context.get_object_store(self.bucket()).await?;
        let mut text = String::new();
        store.get(PLAN).await?.read_to_string(&mut text).await?;
        Ok(text)
    }

    /// How it stands. Results are looked at after tasks: a worker sends before it acknowledges.
    pub(super) async fn standing(&self) -> Result<Standing, Trouble> {
        let mut workers = self.tasks().await?;
        let tasks = self.stream("tasks").await?.cached_info().state.clone();
        let (waiting, in_hand) = {
            let info = workers.info().await?;
            (info.num_pending, info.num_ack_pending as u64)
        };
        let results = self.stream("results").await?.cached_info().state.messages;
        Ok(Standing {
            tasks: tasks.messages,
            waiting,
            in_hand,
            results,
            round: tasks.last_sequence,
        })
    }

    /// Publishes tasks.
    pub(super) async fn publish(
        &self,
        blocks: impl Iterator<Item = (usize, &Block)>,
        round: u64,
    ) -> Result<(), Trouble> {
        let mut acknowledged = Vec::new();
        for (place, block) in blocks {
            let task = Task {
                place,
                address: block.address.clone(),
                round,
            };
            let message = PublishMessage::build()
                .message_id(format!("{}/{round}", block.address))
                .payload(serde_json::to_vec(&task)?.into());
            acknowledged.push(
                self.context
                    .send_publish(self.subject("tasks"), message)
                    .await?,
            );
            // Only so many at once: the server is asked to take each before the next ones.
            if acknowledged.len() == 256 {
                for one in acknowledged.drain(..) {
                    one.await?;
                }
            }
        }
        for one in acknowledged {
            one.await?;
        }
        Ok(())
    }

    /// Sends what came of a block.
    pub(super) async fn send(&self, task: &Task, text: &str) -> Result<(), Trouble> {
        let max_payload = self.client.server_info().max_payload;
        for (place, part) in parts::cut(&task.address, text, max_payload)
            .into_iter()
            .enumerate()
        {
            let id = format!("{}/{}/{place}", task.address, task.round);
            self.send_one(part.headers, part.bytes.to_vec(), id).await?;
        }
        Ok(())
    }

    /// Sends why there is no result.
    pub(super) async fn send_failure(&self, task: &Task, said: &str) -> Result<(), Trouble> {
        let id = format!("{}/{}/failed", task.address, task.round);
        let headers = parts::failure(&task.address);
        self.send_one(headers, said.as_bytes().to_vec(), id).await
    }

    async fn send_one(
        &self,
        headers: HeaderMap,
        bytes: Vec<u8>,
        id: String,
    ) -> Result<(), Trouble> {
        let message = PublishMessage::build()
            .headers(headers)
            .message_id(id)
            .payload(bytes.into());
        let sent = self
            .context
            .send_publish(self.subject("results"), message)
            .await?;
        sent.await?;
        Ok(())
    }

    /// Takes away what waits to be collected.
    pub(super) async fn drop_results(&self) -> Result<(), Trouble> {
        self.stream("results").await?.purge().await?;
        Ok(())
    }

    /// Takes everything of it away.
    pub(super) async fn remove(&self) {
        // What cannot be removed now is found, and finished or removed, by the next run of the sweep.
        for what in ["tasks", "results"] {
            let name = format!("linefinder-{what}-{}", self.id);
            let _ = self.context.delete_stream(name).await;
        }
        let _ = self.context.delete_object_store(self.bucket()).await;
    }
}
