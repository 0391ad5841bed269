//! `linefinder-server`: reads the settings, serves, ends.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use server::config::{Command, Flags, JournalCommand, LogForm, Settings};
use server::export;
use server::serve::Server;
use server::store::Store;
use tracing_subscriber::EnvFilter;

/// The settings are wrong.
const WRONG: u8 = 2;
/// It could not run.
const FAILED: u8 = 4;

fn main() -> ExitCode {
    let flags = Flags::parse();
    let settings = match Settings::new(&flags, &|name| std::env::var(name).ok()) {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(WRONG);
        }
    };
    let filter = EnvFilter::try_from_env("LINEFINDER_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match settings.log_form {
        LogForm::Text => logs.with_target(false).init(),
        LogForm::Json => logs.json().flatten_event(true).init(),
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(FAILED);
        }
    };
    let ended = runtime.block_on(async {
        match &flags.command {
            None => serve(&settings).await,
            Some(Command::Journal { what }) => journal(&settings, what).await,
        }
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(FAILED)
        }
    }
}

async fn serve(settings: &Settings) -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::start(settings).await?;
    eprintln!(
        "linefinder-server {} on http://{} (site {}, {})",
        env!("CARGO_PKG_VERSION"),
        server.address,
        settings.site,
        server.app().store.dialect().name(),
    );
    if let Some(token) = &settings.made_up {
        eprintln!("  admin token for this run: {token}");
        eprintln!("  (set LINEFINDER_ADMIN_TOKEN to one of your own)");
    }
    let hook = server
        .app()
        .markup
        .addresses
        .of(server::voice::Hook::Inbound);
    eprintln!("  next: point a Twilio number's voice URL at {hook}");
    eprintln!("        add agents with PUT /api/agents/NAME; see /healthz, /readyz, /metrics");
    server.run(stopped()).await?;
    Ok(())
}

/// SIGINT or SIGTERM.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
    eprintln!("stopping: no new requests, writing what is left");
}

async fn journal(
    settings: &Settings,
    what: &JournalCommand,
) -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::open(&settings.database, &settings.site).await?;
    let text = export::journal(&store).await?;
    let lines = text.iter().filter(|byte| **byte == b'\n').count();
    match what {
        JournalCommand::Export { file } if file.as_os_str() == "-" => {
            std::io::stdout().write_all(&text)?;
        }
        JournalCommand::Export { file } => {
            std::fs::write(file, &text).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        JournalCommand::Verify => {}
    }
    // The first line is the header, the last says where the file ends.
    eprintln!("{} rows, each as it was written", lines.saturating_sub(2));
    Ok(())
}
