//! Calls: those of the past by pages, one by its id, and the classes of numbers.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, put};
use serde::{Deserialize, Serialize};

use super::App;
use super::access::{Caller, Role};
use super::error::{ApiError, Code, taken};
use super::extract::{Json, Path, Query};
use crate::facts::Fact;
use crate::store::row::CallRow;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/calls", get(list))
        .route("/api/calls/{call}", get(one))
        .route("/api/callers/{number}", put(class).delete(forget))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Calls before this id: `next` of the page before.
    before: Option<i64>,
    /// At most so many; 1 to 500.
    limit: Option<i64>,
    queue: Option<String>,
    agent: Option<String>,
    outcome: Option<String>,
}

#[derive(Serialize)]
struct Page {
    calls: Vec<CallRow>,
    /// Give it as `before` for what follows; none: this was the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

const LONGEST_PAGE: i64 = 500;

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<axum::Json<Page>, ApiError> {
    caller.at_least(Role::Supervisor)?;
    let limit = asked.limit.unwrap_or(100);
    if !(1..=LONGEST_PAGE).contains(&limit) {
        return Err(ApiError::new(Code::Invalid, "`limit` is 1 to 500"));
    }
    let calls: Vec<CallRow> = sqlx::query_as(
        "SELECT * FROM calls WHERE site = $1 AND id < $2 AND ($3 IS NULL OR queue = $3) \
         AND ($4 IS NULL OR agent = $4) AND ($5 IS NULL OR outcome = $5) ORDER BY id DESC LIMIT $6",
    )
    .bind(app.store.site())
    .bind(asked.before.unwrap_or(i64::MAX))
    .bind(asked.queue)
    .bind(asked.agent)
    .bind(asked.outcome)
    .bind(limit)
    .fetch_all(app.store.pool())
    .await?;
    let next = calls
        .last()
        .filter(|_| calls.len() as i64 == limit)
        .map(|call| call.id);
    Ok(axum::Json(Page { calls, next }))
}

async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<axum::Json<CallRow>, ApiError> {
    caller.at_least(Role::Supervisor)?;
    let found: Option<CallRow> = sqlx::query_as("SELECT * FROM calls WHERE site = $1 AND id = $2")
        .bind(app.store.site())
        .bind(id)
        .fetch_optional(app.store.pool())
        .await?;
    found
        .map(axum::Json)
        .ok_or_else(|| ApiError::new(Code::NotFound, "there is no such call"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Class {
    class: String,
}

async fn class(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    Json(class): Json<Class>,
) -> Result<StatusCode, ApiError> {
    caller.at_least(Role::Admin)?;
    set(&app, number, Some(class.class)).await
}

async fn forget(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.at_least(Role::Admin)?;
    set(&app, number, None).await
}

async fn set(app: &App, number: String, class: Option<String>) -> Result<StatusCode, ApiError> {
    taken(app.inbox.tell(Fact::Caller { number, class }).await?)?;
    Ok(StatusCode::NO_CONTENT)
}
