//! Whether the process lives, whether it can serve, and its metrics.

use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::App;
use super::error::{ApiError, Code};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
}

async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready = recovered, leading, and the driver answers.
async fn readyz(State(app): State<App>) -> Result<&'static str, ApiError> {
    let not_ready = || ApiError::new(Code::Unavailable, "not ready");
    if !app.is_ready.load(Ordering::Relaxed) {
        return Err(not_ready());
    }
    app.inbox.ask(|_, _| ()).await.map_err(|_| not_ready())?;
    Ok("ready\n")
}

async fn metrics(State(app): State<App>) -> Response {
    app.metrics.inbox_waiting.set(app.inbox.n_waiting() as i64);
    let kind = header::HeaderValue::from_static(
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
    );
    ([(header::CONTENT_TYPE, kind)], app.metrics.text()).into_response()
}
