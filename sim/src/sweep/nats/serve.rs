//! The worker's side: pulls blocks of any sweep that waits, does them, sends what comes of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::{AckKind, Message};
use futures_util::StreamExt;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::queue::{Queue, Task, Trouble, within};
use super::{Contact, Server};
use crate::experiment::Control;
use crate::sweep::block::{Block, blocks};
use crate::sweep::bundle::Unpacked;
use crate::sweep::work::{Ready, Worker};
use crate::sweep::{Build, Plan, SweepError};

/// How long a worker without work waits before it asks again.
const IDLE: Duration = Duration::from_millis(250);
/// How long an answer may take; a message that comes later goes to another worker.
const ANSWER: Duration = Duration::from_secs(5);
/// How long a plan may take, which can be long.
const PLAN: Duration = Duration::from_secs(60);
/// How often a finished block is offered to a server that does not answer.
const SENDS: u32 = 40;

/// So many failures in a row are told.
const FAILURES: u32 = 20;

/// A sweep that this worker serves.
struct Served {
    plan: Plan,
    unpacked: Unpacked,
    blocks: Vec<Block>,
    ready: Mutex<Ready>,
}

/// What the worker thinks of a sweep.
enum Known {
    Served(Arc<Served>),
    /// It was said why.
    Refused,
}

/// A worker.
struct Serving<'s> {
    client: Client,
    build: &'s Build,
    threads: usize,
    tell: &'s dyn Fn(&str),
    folder: Folder,
    /// By the id of their queues.
    known: BTreeMap<String, Known>,
    /// How often in a row each could not be served.
    failures: BTreeMap<String, u32>,
    stop: Stop,
}

/// Ctrl-C and SIGTERM.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
    flag: Arc<AtomicBool>,
}

impl Stop {
    fn listen() -> std::io::Result<Stop> {
        Ok(Stop {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            flag: Arc::new(AtomicBool::new(false)),
        })
    }

    fn is_asked(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }

    /// Waits until somebody asks.
    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        self.flag.store(true, Ordering::Relaxed);
    }
}

/// Where the files of plans are unpacked; removed at the end.
struct Folder(PathBuf);

/// What a folder is named, before the number of its process.
const FOLDER: &str = "linefinder-worker-";

/// Removes the folders of workers that were killed, as far as `processes` (Linux's `/proc`) shows who
/// is gone.
fn remove_leftovers(temporary: &Path, processes: &Path) {
    if !processes.join("self").exists() {
        return;
    }
    for entry in std::fs::read_dir(temporary).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(FOLDER));
        let is_gone =
            |process: &str| process.parse::<u32>().is_ok() && !processes.join(process).exists();
        if process.is_some_and(is_gone) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(super) async fn serve(
    server: &Server,
    build: &Build,
    threads: usize,
    tell: &dyn Fn(&str),
) -> Result<(), SweepError> {
    let stop = Stop::listen().map_err(|error| SweepError::System(error.to_string()))?;
    remove_leftovers(&std::env::temp_dir(), Path::new("/proc"));
    let name = format!("{FOLDER}{}", std::process::id());
    let mut serving = Serving {
        client: server.connect("linefinder worker").await?,
        build,
        threads,
        tell,
        folder: Folder(std::env::temp_dir().join(name)),
        known: BTreeMap::new(),
        failures: BTreeMap::new(),
        stop,
    };
    tell(&format!("{build} waits for blocks at {}", server.shown()));
    let contact = Contact::new(tell);
    while !serving.stop.is_asked() {
        let did_something = match serving.round().await {
            Ok(did_something) => {
                contact.is(true, "");
                did_something
            }
            Err(trouble) => {
                contact.is(false, &trouble.to_string());
                false
            }
        };
        if !did_something && !serving.stop.is_asked() {
            tokio::select! {
                () = serving.stop.asked() => {}
                () = tokio::time::sleep(IDLE) => {}
            }
        }
    }
    tell("stopped");
    Ok(())
}

impl Serving<'_> {
    /// One block of each sweep that waits; whether there was any.
    async fn round(&mut self) -> Result<bool, Trouble> {
        let mut did_something = false;
        let queues = Queue::all(&self.client).await?;
        let is_there = |id: &String| queues.iter().any(|queue| queue.id() == id);
        self.known.retain(|id, _| is_there(id));
        self.failures.retain(|id, _| is_there(id));
        for queue in queues {
            if self.stop.is_asked() {
                break;
            }
            match self.one_of(&queue).await {
                Ok(did) => {
                    did_something |= did;
                    self.failures.remove(queue.id());
                }
                Err(trouble) => self.failed(queue.id(), &trouble),
            }
        }
        Ok(did_something)
    }

    /// A sweep that ends while it is looked at, or begins, is no trouble; one that fails again and again is.
    fn failed(&mut self, id: &str, trouble: &Trouble) {
        let failures = self.failures.entry(id.to_owned()).or_default();
        *failures += 1;
        if *failures == FAILURES {
            (self.tell)(&format!(
                "the sweep {id} cannot be served for now: {trouble}"
            ));
        }
    }

    /// One block of a sweep; whether there was one.
    async fn one_of(&mut self, queue: &Queue) -> Result<bool, Trouble> {
        let Some(served) = self.served(queue).await? else {
            return Ok(false);
        };
        let tasks = queue.tasks().await?;
        let patience = tasks.cached_info().config.ack_wait;
        let message = within(ANSWER, async {
            let mut batch = tasks.fetch().max_messages(1).messages().await?;
            batch.next().await.transpose()
        });
        let Some(message) = message.await? else {
            return Ok(false);
        };
        self.one(queue, &served, &message, patience).await?;
        Ok(true)
    }

    /// The sweep of a queue, when it was planned by this very build.
    async fn served(&mut self, queue: &Queue) -> Result<Option<Arc<Served>>, Trouble> {
        match self.known.get(queue.id()) {
            Some(Known::Served(served)) => return Ok(Some(Arc::clone(served))),
            Some(Known::Refused) => return Ok(None),
            None => {}
        }
        let text = within(PLAN, queue.plan()).await?;
        let name = format!("the sweep {}", queue.id());
        let plan = Plan::parse(&text, &name).and_then(|plan| {
            plan.check_build(&name, self.build)?;
            let unpacked = plan.work.scenario.unpack(&self.folder.0)?;
            Ok((plan, unpacked))
        });
        let known = match plan {
            Ok((plan, unpacked)) => Known::Served(Arc::new(Served {
                blocks: blocks(&plan),
                plan,
                unpacked,
                ready: Mutex::default(),
            })),
            Err(error) => {
                (self.tell)(&error.to_string());
                Known::Refused
            }
        };
        let served = match &known {
            Known::Served(served) => Some(Arc::clone(served)),
            Known::Refused => None,
        };
        self.known.insert(queue.id().to_owned(), known);
        Ok(served)
    }

    /// Does a block and tells the server meanwhile that it is being done.
    async fn one(
        &mut self,
        queue: &Queue,
        served: &Arc<Served>,
        message: &Message,
        patience: Duration,
    ) -> Result<(), Trouble> {
        let task: Task = serde_json::from_slice(&message.payload)?;
        let block = served.blocks.get(task.place);
        let Some(block) = block.filter(|block| block.address == task.address).cloned() else {
            // Not of this plan: whoever published it is not a sweep of ours.
            message.ack_with(AckKind::Term).await?;
            return Ok(());
        };
        let (served, threads) = (Arc::clone(served), self.threads);
        let stop = Arc::clone(&self.stop.flag);
        let mut doing = tokio::task::spawn_blocking(move || served.run(&block, threads, &stop));
        let mut beat = tokio::time::interval(patience / 3);
        let done = loop {
            tokio::select! {
                done = &mut doing => break done?,
                _ = beat.tick() => {
                    // A server that is away is told later, or has given the block to another.
                    let _ = message.ack_with(AckKind::Progress).await;
                }
                () = self.stop.asked() => {}
            }
        };
        match done {
            Ok(text) => self.deliver(queue, &task, Ok(&text)).await?,
            Err(SweepError::Stopped) => {
                message.ack_with(AckKind::Nak(None)).await?;
                within(ANSWER, async { Ok(self.client.flush().await?) }).await?;
                (self.tell)("a block was handed back");
                return Ok(());
            }
            Err(error) => {
                let said = error.to_string();
                self.deliver(queue, &task, Err(&said)).await?;
            }
        }
        message.double_ack().await
    }

    /// Sends a result, or why there is none, also to a server that comes back after a while.
    async fn deliver(
        &self,
        queue: &Queue,
        task: &Task,
        result: Result<&str, &str>,
    ) -> Result<(), Trouble> {
        let mut tried = 0;
        loop {
            let sent = match result {
                Ok(text) => queue.send(task, text).await,
                Err(said) => queue.send_failure(task, said).await,
            };
            tried += 1;
            match sent {
                Err(_) if tried < SENDS && !self.stop.is_asked() => {
                    tokio::time::sleep(IDLE).await;
                }
                sent => return sent,
            }
        }
    }
}

impl Served {
    fn run(&self, block: &Block, threads: usize, stop: &AtomicBool) -> Result<String, SweepError> {
        let worker = Worker {
            plan: &self.plan,
            unpacked: &self.unpacked,
            threads,
        };
        let control = Control {
            stop,
            progress: &|_, _| {},
        };
        let mut ready = self
            .ready
            .lock()
            .expect("invariant: nobody panics with the lock");
        worker.run(&mut ready, block, &control)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_workers_that_are_gone_are_removed() {
        let root =
            std::env::temp_dir().join(format!("linefinder-leftovers-{}", std::process::id()));
        let (temporary, processes) = (root.join("tmp"), root.join("proc"));
        let names = [
            "linefinder-worker-7",
            "linefinder-worker-8",
            "linefinder-worker-x",
            "other-9",
        ];
        for name in names {
            std::fs::create_dir_all(temporary.join(name)).unwrap();
        }
        std::fs::create_dir_all(processes.join("8")).unwrap();
        let there = || names.map(|name| temporary.join(name).exists());
        remove_leftovers(&temporary, &processes);
        assert_eq!(
            there(),
            [true; 4],
            "without a /proc nobody is known to be gone"
        );
        std::fs::create_dir_all(processes.join("self")).unwrap();
        remove_leftovers(&temporary, &processes);
        assert_eq!(there(), [false, true, true, true]);
        std::fs::remove_dir_all(&root).unwrap();
    }
}
