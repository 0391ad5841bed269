//! A server of its own for a test: a store in a folder that goes away, no socket needed.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use server::config::{Flags, Settings};
use server::core::Order;
use server::http::{App, router};
use server::serve::{ServeError, Server};
use server::store::StoreError;
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tower::ServiceExt as _;
use twilio::Form;

pub(crate) const ADMIN: &str = "an-admin-token-of-many-characters";
pub(crate) const SUPERVISOR: &str = "a-supervisor-token-of-characters";
pub(crate) const AGENT: &str = "the-token-of-agent-ada-and-no-other";

pub(crate) const TOKEN: &str = "the-account-s-auth-token";
pub(crate) const OLD_TOKEN: &str = "the-one-before-it";
pub(crate) const BASE: &str = "https://calls.example.com";

/// A policy in which everything happens at once.
pub(crate) const POLICY: &str = "
schema: 1
features: { enhanced_queue: 100%, continuous_discovery: 100%, priority_queue: 100% }
legacy: { dial_timeout: 20s, on_failure: voicemail }
queues:
  sales: { discovery: { events: true }, offer: { timeout: 15s }, on_nobody: wait, priority: { vip: { head_start: 60s } }, announce: { first: 1s, every: 30s } }
routes: [ { number: \"+15550100\", queue: sales }, { default: sales } ]
";

/// Where a store is.
pub(crate) enum Place {
    /// A file.
    Sqlite,
    /// A database of its own.
    Postgres(String),
}

/// A server.
pub(crate) struct Site {
    pub(crate) app: App,
    pub(crate) orders: mpsc::UnboundedReceiver<Order>,
    task: JoinHandle<Result<(), ServeError>>,
    stop: Option<oneshot::Sender<()>>,
    folder: TempDir,
    database: String,
    policy: String,
    is_signed: bool,
}

impl Site {
    pub(crate) async fn new(policy: &str) -> Site {
        Site::at(&Place::Sqlite, policy).await
    }

    /// One that takes signed webhooks only.
    pub(crate) async fn signed(policy: &str) -> Site {
        let folder = tempfile::tempdir().expect("a folder");
        let database = format!("sqlite:{}/calls.db", folder.path().display());
        Site::open(folder, database, policy, true).await
    }

    pub(crate) async fn at(place: &Place, policy: &str) -> Site {
        let folder = tempfile::tempdir().expect("a folder");
        let database = match place {
            Place::Sqlite => format!("sqlite:{}/calls.db", folder.path().display()),
            Place::Postgres(url) => url.clone(),
        };
        Site::open(folder, database, policy, false).await
    }

    async fn open(folder: TempDir, database: String, policy: &str, is_signed: bool) -> Site {
        let file = folder.path().join("policy.yaml");
        std::fs::write(&file, policy).expect("it is written");
        let flags = Flags {
            config: None,
            listen: Some("127.0.0.1:0".parse().expect("an address")),
            database: Some(database.clone()),
            site: None,
            policy: Some(file),
            public_url: is_signed.then(|| BASE.to_owned()),
            twilio_api: None,
            unsigned: !is_signed,
            language: None,
            voice: None,
            music: None,
            survey: false,
            log_form: None,
            command: None,
        };
        let settings = Settings::new(&flags, &|name| match name {
            "LINEFINDER_ADMIN_TOKEN" => Some(ADMIN.to_owned()),
            "LINEFINDER_SUPERVISOR_TOKEN" => Some(SUPERVISOR.to_owned()),
            "TWILIO_AUTH_TOKEN" => Some(TOKEN.to_owned()),
            "TWILIO_AUTH_TOKEN_OLD" => Some(OLD_TOKEN.to_owned()),
            _ => None,
        });
        let settings = settings.expect("settings");
        let mut tries = 0;
        let mut server = loop {
            match Server::start(&settings).await {
                Ok(server) => break server,
                // What an aborted task held is dropped when the runtime gets to it.
                Err(ServeError::Store(StoreError::Locked(_))) if tries < 500 => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Err(error) => panic!("{error}"),
            }
        };
        let app = server.app();
        let orders = server.take_orders().expect("nobody has them");
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        Site {
            app,
            orders,
            task,
            stop: Some(stop),
            folder,
            database,
            policy: policy.to_owned(),
            is_signed,
        }
    }

    /// The process is gone in this instant, and another begins.
    pub(crate) async fn crashed(self) -> Site {
        self.task.abort();
        let _ = self.task.await;
        drop(self.app);
        Site::open(self.folder, self.database, &self.policy, self.is_signed).await
    }

    /// It drains, ends, and another begins.
    pub(crate) async fn restarted(mut self) -> Site {
        let stop = self.stop.take().expect("it runs");
        drop(self.app);
        stop.send(()).expect("it runs");
        self.task.await.expect("it ends").expect("as it should");
        Site::open(self.folder, self.database, &self.policy, self.is_signed).await
    }

    /// It drains and ends: the folder and the URL of its store.
    pub(crate) async fn ended(mut self) -> (TempDir, String) {
        let stop = self.stop.take().expect("it runs");
        drop(self.app);
        stop.send(()).expect("it runs");
        self.task.await.expect("it ends").expect("as it should");
        (self.folder, self.database)
    }

    /// A webhook and its document.
    pub(crate) async fn webhook(&self, path: &str, form: &[(&str, &str)]) -> String {
        let form: Form = form.iter().copied().collect();
        let request = Request::post(format!("/api/webhooks/twilio/{path}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.encode()))
            .expect("a request");
        let (status, body) = self.send(request).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    /// An API request with a token.
    pub(crate) async fn api(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: &str,
    ) -> (StatusCode, String) {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.starts_with('{') {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request
            .body(Body::from(body.to_owned()))
            .expect("a request");
        self.send(request).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> (StatusCode, String) {
        let response = router(self.app.clone())
            .oneshot(request)
            .await
            .expect("an answer");
        let status = response.status();
        let body = response
            .into_body()
            .collect()
            .await
            .expect("a body")
            .to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    /// An agent who can be offered calls.
    pub(crate) async fn agent(&self, name: &str) {
        let token = match name {
            "ada" => format!(", \"token\": \"{AGENT}\""),
            _ => String::new(),
        };
        let body =
            format!("{{\"contact\": \"client:{name}\", \"queues\": {{\"sales\": 1}}{token}}}");
        let path = format!("/api/agents/{name}");
        let put = |path: String, body: String| async move {
            let (status, said) = self.api(Method::PUT, &path, ADMIN, &body).await;
            assert_eq!(status, StatusCode::NO_CONTENT, "{path}: {said}");
        };
        put(path.clone(), body).await;
        put(
            format!("{path}/status"),
            "{\"status\": \"available\"}".to_owned(),
        )
        .await;
        put(format!("{path}/device"), "{\"connected\": true}".to_owned()).await;
    }

    /// The next command to the carrier.
    pub(crate) async fn order(&mut self) -> Order {
        let order = tokio::time::timeout(Duration::from_secs(10), self.orders.recv()).await;
        order.expect("a command within 10 s").expect("it runs")
    }
}

/// The offer of a command, as URLs name it.
pub(crate) fn offer_of(order: &Order) -> String {
    let raw = order.row.offer_id.expect("a command about an offer") as u64;
    format!("{}-{}", raw >> 24, raw & 0xff_ffff)
}

/// A caller's leg.
pub(crate) fn leg<'a>(sid: &'a str, from: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("CallSid", sid),
        ("From", from),
        ("To", "+15550100"),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
    ]
}

/// A leg's id of Twilio's form.
pub(crate) fn sid(n: u64) -> String {
    format!("CA{n:032x}")
}
