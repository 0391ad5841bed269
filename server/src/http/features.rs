//! Feature shares: as the policy has them, and as they were set at runtime. Setting `enhanced_queue` to 0 is the
//! rollback: it holds from the next call on, and strands nobody who waits.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, put};
use engine::policy::{Feature, Share};
use serde::{Deserialize, Serialize};

use super::App;
use super::access::{Caller, Role};
use super::error::{ApiError, Code, taken};
use super::extract::{Json, Path};
use crate::facts::Fact;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/features", get(list))
        .route("/api/features/{feature}", put(set).delete(clear))
}

#[derive(Serialize)]
struct Shown {
    /// In percent, as it is now.
    percent: f64,
    /// As the policy has it.
    policy_percent: f64,
    /// It was set at runtime.
    set: bool,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<axum::Json<BTreeMap<&'static str, Shown>>, ApiError> {
    caller.at_least(Role::Supervisor)?;
    let percent = |share: Share| f64::from(share.0) / 100.0;
    let all = app.inbox.ask(move |core, _| {
        let features = core.engine().view(core.last()).features();
        let shown = features.into_iter().map(|feature| {
            let shown = Shown {
                percent: percent(feature.share),
                policy_percent: percent(feature.policy),
                set: feature.is_set,
            };
            (feature.feature.key(), shown)
        });
        shown.collect()
    });
    Ok(axum::Json(all.await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    percent: f64,
}

async fn set(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Json(wanted): Json<Wanted>,
) -> Result<StatusCode, ApiError> {
    caller.at_least(Role::Admin)?;
    if !(0.0..=100.0).contains(&wanted.percent) {
        return Err(ApiError::new(Code::Invalid, "`percent` is 0 to 100"));
    }
    let share = Share((wanted.percent * 100.0).round() as u16);
    change(&app, &name, Some(share)).await
}

async fn clear(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.at_least(Role::Admin)?;
    change(&app, &name, None).await
}

async fn change(app: &App, name: &str, share: Option<Share>) -> Result<StatusCode, ApiError> {
    let feature = Feature::ALL
        .into_iter()
        .find(|feature| feature.key() == name);
    let feature =
        feature.ok_or_else(|| ApiError::new(Code::NotFound, "there is no such feature"))?;
    taken(app.inbox.tell(Fact::Share { feature, share }).await?)?;
    Ok(StatusCode::NO_CONTENT)
}
