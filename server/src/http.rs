//! The HTTP face: webhooks, the API for agents and supervisors, health and metrics. Handlers translate and never decide.
//!
//! Whoever is not known is refused: a webhook by its signature, everybody else by a token and its role ([`access`]).
//! Every refusal has one JSON form (`error`).

pub mod access;
mod agents;
mod calls;
mod error;
mod extract;
mod features;
mod health;
mod journal;
mod policy;
mod queues;
mod request_id;
mod webhooks;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use tokio::sync::broadcast;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;
use twilio::signature::Verifier;

use crate::clock::Clock;
use crate::driver::{Committed, Inbox};
use crate::store::Store;
use crate::voice::Markup;
use access::Tokens;
pub use error::{ApiError, Code};

/// The longest body that is read: a webhook is below 8 kB, a policy below 64 kB.
const BODY: usize = 256 << 10;
/// No request takes longer than this, the live stream apart.
const REQUEST: Duration = Duration::from_secs(10);

/// What handlers share.
#[derive(Clone)]
pub struct App {
    /// To the driver.
    pub inbox: Inbox,
    /// For readers.
    pub store: Arc<Store>,
    /// For stamps in answers.
    pub clock: Arc<Clock>,
    /// Writes TwiML.
    pub markup: Arc<Markup>,
    /// Checks webhooks; `None` = unsigned ones are taken, which is for development only.
    pub verifier: Option<Arc<Verifier>>,
    /// Who may do what.
    pub tokens: Arc<Tokens>,
    /// What was committed, for live views.
    pub committed: broadcast::Sender<Committed>,
    /// Recovered, and not stopping.
    pub is_ready: Arc<AtomicBool>,
    /// Counters.
    pub metrics: Arc<crate::metrics::Metrics>,
}

/// All routes.
pub fn router(app: App) -> Router {
    let slow = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST);
    Router::new()
        .merge(webhooks::routes())
        .merge(agents::routes())
        .merge(calls::routes())
        .merge(queues::routes())
        .merge(features::routes())
        .merge(policy::routes())
        .merge(journal::routes())
        .merge(health::routes())
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::not_allowed)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(slow)
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(middleware::from_fn(request_id::layer))
        .with_state(app)
}
