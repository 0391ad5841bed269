//! Who may do what: bearer tokens, each with a role. What no role is named for is refused.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use sha2::{Digest as _, Sha256};

use super::App;
use super::error::{ApiError, Code};

/// What somebody may do, each more than the one before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    /// Its own status, heartbeats and offers.
    Agent,
    /// Look at everything, change agents' status.
    Supervisor,
    /// Change policies, shares, agents and callers.
    Admin,
}

/// The tokens of supervisors and admins, by hash; agents' are in the book.
#[derive(Clone, Default)]
pub struct Tokens {
    roles: BTreeMap<String, Role>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tokens({})", self.roles.len())
    }
}

impl Tokens {
    /// These tokens.
    #[must_use]
    pub fn new(tokens: impl IntoIterator<Item = (String, Role)>) -> Tokens {
        let hashed = tokens.into_iter().map(|(token, role)| (hash(&token), role));
        Tokens {
            roles: hashed.collect(),
        }
    }

    fn role(&self, token_hash: &str) -> Option<Role> {
        self.roles.get(token_hash).copied()
    }
}

/// SHA-256 in hexadecimal: tokens are long and random, so that their hash needs no salt, and comparing hashes tells a
/// guesser nothing of the token.
#[must_use]
pub fn hash(token: &str) -> String {
    policy_file::policy::hex(&Sha256::digest(token.as_bytes()))
}

/// Whoever sent the request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// May do this.
    pub role: Role,
    /// The agent's name.
    pub agent: Option<String>,
}

impl Caller {
    /// Refuses whoever may do less.
    ///
    /// # Errors
    /// The role is below `role`.
    pub fn at_least(&self, role: Role) -> Result<(), ApiError> {
        match self.role >= role {
            true => Ok(()),
            false => Err(ApiError::new(Code::Forbidden, "this needs another role")),
        }
    }

    /// Refuses agents who speak of another.
    ///
    /// # Errors
    /// An agent's token of another name.
    pub fn may_speak_for(&self, agent: &str) -> Result<(), ApiError> {
        match self.role > Role::Agent || self.agent.as_deref() == Some(agent) {
            true => Ok(()),
            false => Err(ApiError::new(Code::Forbidden, "an agent speaks for itself")),
        }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Caller, ApiError> {
        let refused = || ApiError::new(Code::Unauthorized, "a bearer token is needed");
        let mut headers = parts.headers.get_all(AUTHORIZATION).iter();
        let header = headers.next().ok_or_else(refused)?;
        if headers.next().is_some() {
            return Err(refused());
        }
        let header = header.to_str().map_err(|_| refused())?;
        let (scheme, token) = header.split_once(' ').ok_or_else(refused)?;
        if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
            return Err(refused());
        }
        let hashed = hash(token);
        if let Some(role) = app.tokens.role(&hashed) {
            return Ok(Caller { role, agent: None });
        }
        let agent = app
            .inbox
            .ask(move |core, _| {
                let agents = core.book().agents().iter();
                let mut known =
                    agents.filter(|agent| agent.token_hash.as_deref() == Some(&*hashed));
                known.next().map(|agent| agent.name.clone())
            })
            .await?;
        match agent {
            Some(name) => Ok(Caller {
                role: Role::Agent,
                agent: Some(name),
            }),
            None => Err(refused()),
        }
    }
}
