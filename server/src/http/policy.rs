//! The policy: as it is, checked, put in force, rolled back, and its history.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use policy_file::PolicyFile;
use serde::{Deserialize, Serialize};

use super::App;
use super::access::{Caller, Role};
use super::error::{ApiError, Code, taken};
use super::extract::Text;
use crate::facts::Fact;
use crate::store::row::PolicyRow;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/policy", get(current).put(apply))
        .route("/api/policy/validate", post(validate))
        .route("/api/policy/history", get(history))
        .route("/api/policy/rollback", post(roll_back))
}

/// In its canonical form.
async fn current(State(app): State<App>, caller: Caller) -> Result<Response, ApiError> {
    caller.at_least(Role::Supervisor)?;
    let text = app.inbox.ask(|core, _| core.policy().render()).await?;
    let yaml = header::HeaderValue::from_static("application/yaml");
    Ok(([(header::CONTENT_TYPE, yaml)], text).into_response())
}

#[derive(Serialize)]
struct Checked {
    digest: String,
    /// It is the one in force.
    unchanged: bool,
}

fn read(text: &str) -> Result<PolicyFile, ApiError> {
    PolicyFile::parse(text, "policy")
        .map_err(|errors| ApiError::new(Code::Invalid, errors.to_string()))
}

async fn validate(
    State(app): State<App>,
    caller: Caller,
    Text(text): Text,
) -> Result<axum::Json<Checked>, ApiError> {
    caller.at_least(Role::Supervisor)?;
    let file = read(&text)?;
    let digest = file.digest();
    let (unchanged, bound) = app
        .inbox
        .ask(move |core, _| {
            let bound = file.bind(&core.book().names);
            let same = bound
                .as_ref()
                .is_ok_and(|bound| bound.render() == core.policy().render());
            (same, bound.map(|_| ()).map_err(|missing| missing.len()))
        })
        .await?;
    if bound.is_err() {
        let why = "it lacks a queue that is known: a queue is closed by its hours, not removed";
        return Err(ApiError::new(Code::Invalid, why));
    }
    Ok(axum::Json(Checked { digest, unchanged }))
}

async fn apply(
    State(app): State<App>,
    caller: Caller,
    Text(text): Text,
) -> Result<StatusCode, ApiError> {
    caller.at_least(Role::Admin)?;
    put(&app, text, "admin").await
}

async fn put(app: &App, text: String, author: &str) -> Result<StatusCode, ApiError> {
    let file = Box::new(read(&text)?);
    let author = author.to_owned();
    taken(app.inbox.tell(Fact::Policy { file, text, author }).await?)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn history(
    State(app): State<App>,
    caller: Caller,
) -> Result<axum::Json<Vec<PolicyRow>>, ApiError> {
    caller.at_least(Role::Supervisor)?;
    let rows = sqlx::query_as("SELECT * FROM policies WHERE site = $1 ORDER BY id DESC LIMIT 100")
        .bind(app.store.site())
        .fetch_all(app.store.pool())
        .await?;
    Ok(axum::Json(rows))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct To {
    /// A policy of the history; without it the one before the present one.
    #[serde(default)]
    id: Option<i64>,
}

async fn roll_back(
    State(app): State<App>,
    caller: Caller,
    body: Text,
) -> Result<StatusCode, ApiError> {
    caller.at_least(Role::Admin)?;
    let to: To = match body.0.trim() {
        "" => To::default(),
        text => serde_json::from_str(text)
            .map_err(|error| ApiError::new(Code::Invalid, error.to_string()))?,
    };
    let id = to.id;
    let row: Option<PolicyRow> = sqlx::query_as(
        "SELECT * FROM policies WHERE site = $1 AND ($2 IS NULL OR id = $2) ORDER BY id DESC LIMIT 1 OFFSET $3",
    )
    .bind(app.store.site())
    .bind(id)
    .bind(i64::from(id.is_none()))
    .fetch_optional(app.store.pool())
    .await?;
    let row = row.ok_or_else(|| ApiError::new(Code::NotFound, "there is no such policy"))?;
    put(&app, row.text, &format!("rollback to {}", row.id)).await
}
