//! The one form of a refusal: `{"code": "...", "message": "...", "request_id": "..."}`.

use std::any::Any;

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::request_id;
use crate::driver::Refusal;
use crate::facts::{Refused, Treatment};

/// Why a request was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No token, or one that is not known.
    Unauthorized,
    /// A role that may not do this.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// Not with this method.
    MethodNotAllowed,
    /// Not in the present state.
    Conflict,
    /// The body or a parameter is wrong.
    Invalid,
    /// The body is of another kind than JSON.
    MediaType,
    /// The body is too long.
    TooLarge,
    /// Too many requests of this client.
    TooMany,
    /// A bug of ours.
    Internal,
    /// Not ready, or too many wait.
    Unavailable,
}

/// A refusal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiError {
    /// Which.
    pub code: Code,
    /// For people.
    pub message: String,
}

impl ApiError {
    /// A refusal.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> ApiError {
        ApiError {
            code,
            message: message.into(),
        }
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.code {
            Code::Unauthorized => StatusCode::UNAUTHORIZED,
            Code::Forbidden => StatusCode::FORBIDDEN,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Code::Conflict => StatusCode::CONFLICT,
            Code::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Code::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Code::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

#[derive(Serialize)]
struct Form<'a> {
    code: Code,
    message: &'a str,
    request_id: String,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let form = Form {
            code: self.code,
            message: &self.message,
            request_id: request_id::current(),
        };
        let text = serde_json::to_string(&form).unwrap_or_default();
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = self.status();
        let json = header::HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        if self.code == Code::Unauthorized {
            let scheme = header::HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
        }
        if self.code == Code::Unavailable {
            let soon = header::HeaderValue::from_static("1");
            response.headers_mut().insert(header::RETRY_AFTER, soon);
        }
        response
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> ApiError {
        ApiError::new(Code::Unavailable, refusal.to_string())
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> ApiError {
        tracing::error!(%error, "a query failed");
        ApiError::new(Code::Unavailable, "the store does not answer")
    }
}

/// What was taken, or why not.
pub(super) fn taken(treatment: Treatment) -> Result<(), ApiError> {
    match treatment {
        Treatment::Refused(Refused::Unknown(why)) => Err(ApiError::new(Code::NotFound, why)),
        Treatment::Refused(Refused::Conflict(why)) => Err(ApiError::new(Code::Conflict, why)),
        Treatment::Refused(Refused::Wrong(why)) => Err(ApiError::new(Code::Invalid, why)),
        Treatment::Nothing
        | Treatment::Hold { .. }
        | Treatment::Music(_)
        | Treatment::Leave
        | Treatment::Voicemail
        | Treatment::Goodbye(_)
        | Treatment::DialAgent { .. }
        | Treatment::Join { .. }
        | Treatment::Confirm { .. }
        | Treatment::CallerGone
        | Treatment::ConfirmCallback { .. }
        | Treatment::Survey
        | Treatment::HangUp
        | Treatment::Taken(_) => Ok(()),
    }
}

pub(super) async fn not_found() -> ApiError {
    ApiError::new(Code::NotFound, "there is nothing here; see /openapi.json")
}

pub(super) async fn not_allowed() -> ApiError {
    ApiError::new(
        Code::MethodNotAllowed,
        "not with this method; see /openapi.json",
    )
}

/// A panic in a handler: a bug, of which the caller is told no more than that.
#[expect(clippy::needless_pass_by_value, reason = "the layer's signature")]
pub(super) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let what = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = what, "a handler panicked");
    ApiError::new(Code::Internal, "an internal error").into_response()
}
