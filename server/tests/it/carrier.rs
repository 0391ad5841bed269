//! A carrier in small: takes the REST requests of a server, rings, answers, joins and ends legs by webhooks.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use twilio::Form;

/// A client for loopback.
pub(crate) fn client() -> reqwest::Client {
    // The first one counts; they are all the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build();
    client.expect("a client")
}

/// Who carries calls.
#[derive(Clone)]
pub(crate) struct Carrier {
    legs: Arc<AtomicU64>,
    client: reqwest::Client,
    /// Callers' legs by the name of the queue that holds them.
    held: Arc<std::sync::Mutex<BTreeMap<String, String>>>,
}

/// It listens until this is dropped.
pub(crate) struct Listening {
    pub(crate) carrier: Carrier,
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Carrier {
    pub(crate) async fn listen() -> Listening {
        let carrier = Carrier {
            legs: Arc::default(),
            client: client(),
            held: Arc::default(),
        };
        let app = Router::new()
            .route("/2010-04-01/Accounts/{account}/Calls.json", post(create))
            .route("/2010-04-01/Accounts/{account}/Calls/{call}", post(update))
            .with_state(carrier.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("it serves");
        });
        Listening {
            carrier,
            address,
            task,
        }
    }

    /// A caller calls: whether the server took it, and what it said.
    pub(crate) async fn call(&self, server: &str, sid: &str, from: &str) -> Option<String> {
        let form: Form = crate::site::leg(sid, from).into_iter().collect();
        let said = self
            .send(&format!("{server}/api/webhooks/twilio/voice"), &form)
            .await?;
        if let Some(queue) = between(&said, "<Enqueue", "</Enqueue>") {
            let queue = queue.rsplit('>').next().unwrap_or_default().to_owned();
            self.held
                .lock()
                .expect("nobody panics")
                .insert(queue, sid.to_owned());
        }
        Some(said)
    }

    /// A webhook; `None` when the server does not answer with 200.
    pub(crate) async fn send(&self, url: &str, form: &Form) -> Option<String> {
        let request = self
            .client
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .timeout(Duration::from_secs(10))
            .body(form.encode());
        let answer = request.send().await.ok()?;
        match answer.status().is_success() {
            true => answer.text().await.ok(),
            false => None,
        }
    }

    /// A webhook that is sent until it is answered, for a while.
    async fn insist(&self, url: &str, form: &Form) -> Option<String> {
        for _ in 0..50 {
            if let Some(said) = self.send(url, form).await {
                return Some(said);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        None
    }

    /// A leg's life after it was created.
    async fn live(self, sid: String, asked: Form) {
        let url = |key: &str| asked.get(key).unwrap_or_default().to_owned();
        let (answer, status) = (url("Url"), url("StatusCallback"));
        let of = |status: &str| -> Form {
            [("CallSid", sid.as_str()), ("CallStatus", status)]
                .into_iter()
                .collect()
        };
        self.insist(&status, &of("ringing")).await;
        tokio::time::sleep(Duration::from_millis(15)).await;
        let said = self
            .send(&answer, &of("in-progress"))
            .await
            .unwrap_or_default();
        let Some(dial) = between(&said, "<Dial", "</Dial>") else {
            self.insist(&status, &of("completed")).await;
            return;
        };
        let queue = between(dial, "<Queue", "</Queue>").unwrap_or_default();
        let name = queue.rsplit('>').next().unwrap_or_default();
        let caller = self.held.lock().expect("nobody panics").get(name).cloned();
        let joining = attribute(queue, "url");
        let ended = attribute(dial, "action");
        let mut form = of("in-progress");
        form.push("DequeingCallSid", &sid);
        self.insist(&joining, &form).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
        let mut form = of("completed");
        form.push("DialCallStatus", "completed");
        form.push("DequeueResult", "bridged");
        self.insist(&ended, &form).await;
        if let Some(caller) = caller {
            let left = joining.replace("queue-joining", "queue-handler");
            let form = [("CallSid", caller.as_str()), ("QueueResult", "bridged")];
            self.insist(&left, &form.into_iter().collect()).await;
        }
        self.insist(&status, &of("completed")).await;
    }
}

async fn create(State(carrier): State<Carrier>, body: Bytes) -> (StatusCode, String) {
    let asked = Form::parse(&body);
    let sid = format!("CAA{:031x}", carrier.legs.fetch_add(1, Ordering::Relaxed));
    let answer = format!("{{\"sid\": \"{sid}\", \"status\": \"queued\"}}");
    tokio::spawn(carrier.clone().live(sid, asked));
    (StatusCode::CREATED, answer)
}

async fn update() -> (StatusCode, String) {
    // Legs live too shortly to be ended in time.
    (
        StatusCode::BAD_REQUEST,
        "{\"code\": 21220, \"message\": \"Call is not in-progress\", \"status\": 400}".to_owned(),
    )
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    let start = text.find(from)?;
    let end = text[start..].find(to)? + start;
    Some(&text[start..end])
}

fn attribute(element: &str, name: &str) -> String {
    let start = element
        .find(&format!("{name}=\""))
        .map(|at| at + name.len() + 2);
    let value = start.and_then(|start| element[start..].split('"').next());
    value.unwrap_or_default().replace("&amp;", "&")
}
