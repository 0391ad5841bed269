//! What came back for a request, before anybody knows what it means.

use std::time::Duration;

/// An HTTP answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// Its status code.
    pub status: u16,
    /// How long Twilio wants to be left alone (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// Its body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The request never left: no name, no connection, no free place among those in flight.
    NotSent(String),
    /// The request may have arrived: it timed out or the connection broke.
    Lost(String),
}

/// What became of a request.
pub type Answer = Result<Reply, Failure>;
