//! Workers elsewhere, by a queue of NATS JetStream.
//!
//! The sweep's process publishes a message per missing block, workers pull them, and results come back
//! through the same server: no disk is shared. The folder of the sweep stays the truth and the server is
//! only the way there: JetStream may lose what it acknowledged, so whatever is missing when the queue is
//! empty is published again. A block whose worker falls silent goes to another.
//!
//! Three things lie at the server while a sweep runs, and are removed at its end: the plan (an object), the
//! tasks (a work queue) and the results (a work queue too; its one reader is the sweep).
//!
//! Only this module knows a runtime: the simulator is synchronous.

mod collect;
mod parts;
mod queue;
mod serve;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::{Client, ConnectOptions, ServerAddr};

use super::block::Block;
use super::{Build, Plan, Store, SweepError};
use crate::experiment::Control;

/// Where the queue is.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    /// `nats://`, `tls://`; the user and password, or the token, before the host.
    pub url: String,
    /// A file with credentials.
    pub credentials: Option<PathBuf>,
    /// How long a worker may be silent before its block is given to another; at least 1 s.
    pub patience: Duration,
}

/// The least patience: workers tell of themselves three times as often.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);

impl Server {
    /// As it may be shown: without secrets.
    fn shown(&self) -> String {
        match self.url.rsplit_once('@') {
            Some((before, host)) => {
                let scheme = before
                    .split_once("://")
                    .map_or("nats", |(scheme, _)| scheme);
                format!("{scheme}://{host}")
            }
            None => self.url.clone(),
        }
    }

    /// # Errors
    /// An address or credentials that are none; a server that does not answer or refuses.
    async fn connect(&self, name: &str) -> Result<Client, SweepError> {
        let wrong = |error: String| SweepError::Wrong(format!("--nats {}: {error}", self.shown()));
        if self.patience < LEAST_PATIENCE {
            return Err(SweepError::Wrong("--nats-patience: at least 1s".to_owned()));
        }
        let address: ServerAddr = self.url.parse().map_err(|error| {
            wrong(format!(
                "{error}; an address is nats://HOST:PORT or tls://HOST:PORT"
            ))
        })?;
        let mut options = ConnectOptions::new()
            .name(name)
            .max_reconnects(None)
            .request_timeout(Some(Duration::from_secs(5)))
            .reconnect_delay_callback(|nth| Duration::from_millis(100 * nth.clamp(1, 20) as u64));
        // The client takes these from options alone.
        options = match (address.username(), address.password()) {
            (Some(user), Some(password)) => {
                options.user_and_password(decoded(user), decoded(password))
            }
            (Some(token), None) => options.token(decoded(token)),
            (None, _) => options,
        };
        if let Some(path) = &self.credentials {
            options = options.credentials_file(path).await.map_err(|error| {
                SweepError::Wrong(format!("--nats-creds {}: {error}", path.display()))
            })?;
        }
        options.connect(address).await.map_err(|error| {
            SweepError::System(format!(
                "no connection to the NATS server at {}: {error}",
                self.shown()
            ))
        })
    }
}

/// `%40` in a URL is `@`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%');
        let code = code.and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Has `missing` done by workers at `server` and keeps what they send.
///
/// # Errors
/// No connection, a point that cannot be run, a block that was handed out again and again in vain; stopped.
pub fn collect(
    server: &Server,
    plan: &Plan,
    store: &Store,
    missing: &[Block],
    control: &Control<'_>,
    tell: &dyn Fn(&str),
) -> Result<(), SweepError> {
    runtime()?.block_on(collect::collect(
        server, plan, store, missing, control, tell,
    ))
}

/// Does blocks of whatever sweeps wait at `server`, until the process is asked to end.
///
/// # Errors
/// No connection at the start.
pub fn serve(
    server: &Server,
    build: &Build,
    threads: usize,
    tell: &dyn Fn(&str),
) -> Result<(), SweepError> {
    runtime()?.block_on(serve::serve(server, build, threads, tell))
}

fn runtime() -> Result<tokio::runtime::Runtime, SweepError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| SweepError::System(format!("no runtime: {error}")))
}

/// Tells once that the server does not answer, and once that it does again.
struct Contact<'t> {
    tell: &'t dyn Fn(&str),
    is_lost: AtomicBool,
}

impl<'t> Contact<'t> {
    fn new(tell: &'t dyn Fn(&str)) -> Contact<'t> {
        Contact {
            tell,
            is_lost: AtomicBool::new(false),
        }
    }

    fn is(&self, there: bool, why: &str) {
        let was_lost = self.is_lost.swap(!there, Ordering::Relaxed);
        match (was_lost, there) {
            (false, false) => {
                (self.tell)(&format!("the NATS server does not answer ({why}); waiting"))
            }
            (true, true) => (self.tell)("the NATS server answers again"),
            (true, false) | (false, true) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let shown = |url: &str| {
            Server {
                url: url.to_owned(),
                credentials: None,
                patience: LEAST_PATIENCE,
            }
            .shown()
        };
        assert_eq!(shown("nats://a:b@host:4222"), "nats://host:4222");
        assert_eq!(shown("token@host"), "nats://host");
        assert_eq!(shown("tls://host:4222"), "tls://host:4222");
    }

    #[test]
    fn a_password_may_hold_any_character() {
        assert_eq!(decoded("p%40ss%2Fw%C3%B6rd"), "p@ss/wörd");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("a%zz"), "a%zz");
    }
}
