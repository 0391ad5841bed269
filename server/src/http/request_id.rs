//! Every request has an id: the client's when it is a short plain word, else one of ours. Answers and logs have it.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 64;

tokio::task_local! {
    static ID: String;
}

/// The id of the request that this task answers; empty outside of one.
pub(super) fn current() -> String {
    ID.try_with(Clone::clone).unwrap_or_default()
}

pub(super) async fn layer(request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get(&HEADER)
        .and_then(|id| id.to_str().ok());
    let is_plain = |id: &&str| {
        let mut bytes = id.bytes();
        !id.is_empty()
            && id.len() <= LONGEST
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let id = given.filter(is_plain).map_or_else(random, str::to_owned);
    let span = tracing::info_span!(
        "request",
        id = %id,
        method = %request.method(),
        path = %request.uri().path()
    );
    let mut response = ID
        .scope(id.clone(), next.run(request).instrument(span))
        .await;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, id);
    }
    response
}

fn random() -> String {
    let mut bytes = [0; 12];
    // An id that is not random is still an id.
    let _ = getrandom::fill(&mut bytes);
    policy_file::policy::hex(&bytes)
}
