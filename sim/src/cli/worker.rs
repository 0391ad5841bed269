//! `linefinder worker --nats URL`, and how the server is named there and by `sweep`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::sweep::{Failed, span};
use super::{Exit, run, tell};
use crate::sweep::nats::{self, Server};
use crate::sweep::{Build, SweepError};

/// Examples of `worker`.
const EXAMPLES: &str = "\
Examples:
  linefinder worker --nats nats://queue:4222
  LINEFINDER_NATS=tls://worker:secret@queue:4222 linefinder worker --threads 4
  linefinder worker --nats tls://queue:4222 --nats-creds worker.creds

Serves every sweep that waits there and was planned by this very build, one block at a time. Ctrl-C and SIGTERM hand
the block back. Exit codes: 0 stopped, 2 the input is wrong, 4 the server cannot be reached.";

/// The variable that says where the server is when the command line does not.
const VARIABLE: &str = "LINEFINDER_NATS";

/// How to talk to the NATS server.
#[derive(Args)]
pub(super) struct NatsArgs {
    /// A file with credentials for the NATS server.
    #[arg(long, value_name = "FILE", requires = "nats")]
    nats_creds: Option<PathBuf>,
    /// A block is given to another worker when its own has been silent for so long.
    #[arg(long, value_name = "SPAN", default_value = "15s", value_parser = span)]
    nats_patience: Duration,
}

impl NatsArgs {
    /// The server at `url`, or where LINEFINDER_NATS says when it is empty: an address with a password is better
    /// not on a command line, which others can read.
    ///
    /// # Errors
    /// When neither says it.
    pub(super) fn server(&self, url: &str) -> Result<Server, SweepError> {
        let given = Some(url.to_owned()).filter(|url| !url.is_empty());
        let url = given.or_else(|| std::env::var(VARIABLE).ok());
        let url = url.filter(|url| !url.is_empty()).ok_or_else(|| {
            SweepError::Wrong(format!(
                "--nats: where is the server? Give nats://HOST:PORT, or set {VARIABLE}"
            ))
        })?;
        Ok(Server {
            url,
            credentials: self.nats_creds.clone(),
            patience: self.nats_patience,
        })
    }
}

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct WorkerArgs {
    /// The NATS server (JetStream): nats://HOST:PORT or tls://..., with user:password@ or token@
    /// before the host; where LINEFINDER_NATS says unless given.
    #[arg(
        long,
        value_name = "URL",
        default_value = "",
        hide_default_value = true
    )]
    nats: String,
    #[command(flatten)]
    options: NatsArgs,
    /// Threads; as many as there are cores unless said. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

pub(super) fn worker(args: &WorkerArgs) -> Exit {
    match try_worker(args) {
        Ok(()) => Exit::Passed,
        Err(error) => Failed::Error(error).told(),
    }
}

fn try_worker(args: &WorkerArgs) -> Result<(), SweepError> {
    let server = args.options.server(&args.nats)?;
    let build = Build::this().map_err(SweepError::System)?;
    nats::serve(&server, &build, run::threads(args.threads), &tell)
}
