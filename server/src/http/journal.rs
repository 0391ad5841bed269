//! The journal as a file that `linefinder replay` reads.

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::App;
use super::access::{Caller, Role};
use super::error::{ApiError, Code};
use crate::export;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/journal", get(whole))
}

async fn whole(State(app): State<App>, caller: Caller) -> Result<Response, ApiError> {
    caller.at_least(Role::Admin)?;
    let text = export::journal(&app.store).await.map_err(|error| {
        tracing::error!(%error, "the journal cannot be exported");
        ApiError::new(Code::Unavailable, "the journal cannot be read")
    })?;
    let lines = header::HeaderValue::from_static("application/jsonl");
    Ok(([(header::CONTENT_TYPE, lines)], text).into_response())
}
