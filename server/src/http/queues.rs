//! Queues as they are now, and who waits in them.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Serialize;

use super::App;
use super::access::{Caller, Role};

use super::error::ApiError;
use crate::book::Stage;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/queues", get(list))
        .route("/api/queues/waiting", get(waiting))
}

#[derive(Serialize)]
struct Shown {
    name: String,
    open: bool,
    in_line: u32,
    talking: u32,
    callbacks: u32,
    signed_in: u32,
    /// Of the first in line, microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    longest_wait_us: Option<u64>,
}

async fn list(State(app): State<App>, caller: Caller) -> Result<axum::Json<Vec<Shown>>, ApiError> {
    caller.at_least(Role::Supervisor)?;
    let all = app.inbox.ask(|core, _| {
        let names = &core.book().names.queues;
        let view = core.engine().view(core.last());
        let shown = view.queues().zip(names).map(|(queue, name)| Shown {
            name: name.clone(),
            open: queue.open,
            in_line: queue.in_line,
            talking: queue.talking,
            callbacks: queue.callbacks,
            signed_in: queue.signed_in,
            longest_wait_us: queue.longest_wait,
        });
        shown.collect()
    });
    Ok(axum::Json(all.await?))
}

#[derive(Serialize)]
struct Waiting {
    call: u64,
    queue: String,
    class: String,
    stage: &'static str,
    arrived_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate_us: Option<u64>,
}

async fn waiting(
    State(app): State<App>,
    caller: Caller,
) -> Result<axum::Json<Vec<Waiting>>, ApiError> {
    caller.at_least(Role::Supervisor)?;
    let all = app.inbox.ask(|core, clock| {
        let book = core.book();
        let view = core.engine().view(core.last());
        let held = book
            .calls()
            .filter(|call| call.stage.is_held() || call.stage == Stage::CallbackDue);
        held.map(|call| {
            let seen = view.call(call.id);
            Waiting {
                call: call.id.0,
                queue: book.names.queues[call.queue.index()].clone(),
                class: book.names.classes[call.class.index()].clone(),
                stage: call.stage.name(),
                arrived_at: clock.wall(call.arrived_at),
                position: seen.as_ref().and_then(|seen| seen.position),
                estimate_us: seen.and_then(|seen| Some(seen.estimate?.point)),
            }
        })
        .collect()
    });
    Ok(axum::Json(all.await?))
}
