//! Twilio's webhooks: signature, fact, treatment, TwiML; and an answer in time whatever happens.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use twilio::Form;
use twilio::signature::{Content, Incoming};

use super::App;
use super::error::{ApiError, Code};
use super::extract::{Path, Raw};
use crate::facts::{Goodbye, Music, Treatment};
use crate::voice::{Hook, fact};

const SIGNATURE: &str = "x-twilio-signature";
const SETTINGS: &str = "x-twilio-webhooks-signature-settings";

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/webhooks/twilio/{hook}", post(webhook))
}

async fn webhook(
    State(app): State<App>,
    Path(hook): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, ApiError> {
    let Some(hook) = Hook::at(&hook) else {
        return Err(ApiError::new(Code::NotFound, "there is no such webhook"));
    };
    let began = crate::clock::monotonic();
    let form = verified(&app, &uri, &headers, &body)?;
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let fact = match fact(hook, &query, &form) {
        Ok(Some(fact)) => fact,
        Ok(None) => return Ok(markup(&app, &Treatment::Nothing)),
        Err(error) => return Err(ApiError::new(Code::Invalid, error.to_string())),
    };
    let treatment = match app.inbox.tell(fact).await {
        Ok(treatment) => treatment,
        Err(refusal) => {
            tracing::warn!(%refusal, hook = hook.path(), "the fallback treatment");
            app.metrics.webhook_fallbacks.inc();
            fallback(hook)
        }
    };
    app.metrics.webhook(hook, began.elapsed());
    Ok(markup(&app, &treatment))
}

/// The form of a webhook that Twilio sent.
fn verified(app: &App, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Form, ApiError> {
    let Some(verifier) = &app.verifier else {
        return Ok(Form::parse(body));
    };
    let forbidden = |why: String| {
        tracing::warn!(why, "a webhook was refused");
        app.metrics.webhooks_refused.inc();
        ApiError::new(Code::Forbidden, "the signature is missing or wrong")
    };
    let text = |name: &str| {
        let mut all = headers.get_all(name).iter();
        let first = all.next().and_then(|value| value.to_str().ok());
        // Two signatures are none.
        first.filter(|_| all.next().is_none())
    };
    let path_and_query = uri.path_and_query().map_or("/", |path| path.as_str());
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    verifier
        .verify(&Incoming {
            path_and_query,
            content: Content::posted(content_type, body),
            signature: text(SIGNATURE),
            settings: text(SETTINGS),
        })
        .map_err(|refusal| forbidden(refusal.to_string()))
}

/// What a caller gets when the driver did not answer in time.
fn fallback(hook: Hook) -> Treatment {
    match hook {
        Hook::Inbound | Hook::Left | Hook::LegacyOver | Hook::Fallback => Treatment::Voicemail,
        // The caller stays on hold and asks again.
        Hook::Wait | Hook::Key => Treatment::Music(Music::default()),
        Hook::AgentAnswer | Hook::AgentAccept | Hook::AgentPull => Treatment::CallerGone,
        Hook::CallbackAnswer | Hook::CallbackAccept => Treatment::Goodbye(Goodbye::Failed),
        Hook::AgentEnded | Hook::Voicemail | Hook::Survey => Treatment::HangUp,
        Hook::Joining | Hook::CallerStatus | Hook::AgentStatus | Hook::CallbackStatus => {
            Treatment::Nothing
        }
    }
}

fn markup(app: &App, treatment: &Treatment) -> Response {
    let xml = header::HeaderValue::from_static("text/xml; charset=utf-8");
    let document = app.markup.document(treatment);
    (StatusCode::OK, [(header::CONTENT_TYPE, xml)], document).into_response()
}
