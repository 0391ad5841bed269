//! Carries requests to Twilio and answers back. Bounded in time and in number; repeats nothing, decides nothing.

use super::{Answer, Failure, Operation, Outcome, Reply, Request, Verb, classify};
use crate::token::ApiKey;
use crate::{AccountSid, BaseUrl};
use reqwest::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// The longest body that is read: a page of a thousand calls has about 1 MB.
const LONGEST_BODY: usize = 8 << 20;

/// Where and as whom Twilio is asked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://api.twilio.com`, or the region's (`https://api.dublin.ie1.twilio.com`).
    pub base: BaseUrl,
    /// Whose calls.
    pub account: AccountSid,
    /// An API key of the region, or the account and its auth token.
    pub key: ApiKey,
    /// How long a connection may take to come to be.
    pub connect_timeout: Duration,
    /// How long a request may take, from when there is room for it to the last byte of its answer; and, before that, how
    /// long it may wait for room.
    pub timeout: Duration,
    /// Requests at a time; more wait. Twilio answers 429 to about a hundred.
    pub in_flight: usize,
    /// Whether the environment may name a proxy (`HTTPS_PROXY`, `NO_PROXY`).
    pub proxy_from_environment: bool,
}

impl Settings {
    /// 2 s for a connection, 10 s for a request, 20 at a time, the environment's proxy.
    #[must_use]
    pub fn new(base: BaseUrl, account: AccountSid, key: ApiKey) -> Self {
        Self {
            base,
            account,
            key,
            connect_timeout: Duration::from_secs(2),
            timeout: Duration::from_secs(10),
            in_flight: 20,
            proxy_from_environment: true,
        }
    }
}

/// Asks Twilio. Cheap to clone; clones share connections and the room for requests.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    settings: Arc<Settings>,
    room: Arc<Semaphore>,
}

/// Why there is no client: the machine's trusted certificates or its resolver could not be read.
#[derive(Debug)]
pub struct ClientError(String);

impl Client {
    /// A client; connects to nothing yet.
    ///
    /// # Errors
    ///
    /// [`ClientError`] when encryption cannot be set up.
    pub fn new(settings: Settings) -> Result<Self, ClientError> {
        let mut http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(settings.base.is_https())?)
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            // A redirect would take the credentials elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            // Which requests may be repeated is not for HTTP to say.
            .retry(reqwest::retry::never())
            .user_agent(concat!("linefinder/", env!("CARGO_PKG_VERSION")));
        if !settings.proxy_from_environment {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| ClientError(chain(&error)))?;
        let room = Arc::new(Semaphore::new(settings.in_flight.max(1)));
        Ok(Self {
            http,
            settings: Arc::new(settings),
            room,
        })
    }

    /// Asks once, and says what came of it.
    pub async fn send<O: Operation>(&self, operation: &O) -> Outcome<O::Resource> {
        let request = operation.request(&self.settings.account);
        classify(operation, self.carry(&request).await)
    }

    /// Asks once, and returns the answer as it is.
    ///
    /// # Errors
    ///
    /// [`Failure`] when there is no answer.
    pub async fn carry(&self, request: &Request) -> Answer {
        let wait = tokio::time::timeout(self.settings.timeout, self.room.acquire());
        let Ok(Ok(_place)) = wait.await else {
            return Err(Failure::NotSent("too many requests are in flight".into()));
        };
        let mut answer = self.built(request).send().await.map_err(failure)?;
        let status = answer.status().as_u16();
        let after = answer.headers().get(RETRY_AFTER);
        let seconds = after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut body = Vec::new();
        // An error's status counts though its body broke off.
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= LONGEST_BODY => {
                    body.extend_from_slice(&chunk);
                }
                Ok(None) => break,
                Ok(Some(_)) => {
                    body.clear();
                    break;
                }
                Err(_) if status >= 400 => break,
                Err(error) => return Err(Failure::Lost(chain(&error.without_url()))),
            }
        }
        Ok(Reply {
            status,
            retry_after: seconds.map(Duration::from_secs),
            body,
        })
    }

    fn built(&self, request: &Request) -> reqwest::RequestBuilder {
        let url = self.settings.base.join(&request.path);
        let parameters = request.form.encode();
        let builder = match request.verb {
            Verb::Get if parameters.is_empty() => self.http.get(url),
            Verb::Get => self.http.get(format!("{url}?{parameters}")),
            Verb::Delete => self.http.delete(url),
            Verb::Post => {
                let form = "application/x-www-form-urlencoded";
                let post = self.http.post(url).header(CONTENT_TYPE, form);
                post.body(parameters)
            }
        };
        let key = &self.settings.key;
        builder
            .header(ACCEPT, "application/json")
            .header("Accept-Charset", "utf-8")
            .basic_auth(&key.sid, Some(key.secret.expose()))
    }
}

/// Ring's cryptography by name, so that no default of the process is touched or needed, and the machine's trusted
/// certificates; none where nothing is encrypted, so that a bare machine can ask an emulator.
fn tls(encrypted: bool) -> Result<rustls::ClientConfig, ClientError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError(error.to_string()))?;
    let config = if encrypted {
        let trusting = config.with_platform_verifier();
        trusting.map_err(|error| ClientError(error.to_string()))?
    } else {
        config.with_root_certificates(rustls::RootCertStore::empty())
    };
    Ok(config.with_no_client_auth())
}

fn failure(error: reqwest::Error) -> Failure {
    // The URL has names in it that have no place in logs.
    let error = error.without_url();
    if error.is_connect() || error.is_builder() {
        Failure::NotSent(chain(&error))
    } else {
        Failure::Lost(chain(&error))
    }
}

/// What happened, and why, and why that.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no encrypted connections can be made: {}", self.0)
    }
}

impl std::error::Error for ClientError {}
