//! Agents: who they are, what they want, their signs of life and their offers.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use engine::id::OfferId;
use engine::input::AgentStatus;
use serde::{Deserialize, Serialize};

use super::App;
use super::access::{Caller, Role, hash};
use super::error::{ApiError, Code, taken};
use super::extract::{Json, Path};
use crate::book::Agent;
use crate::clock::Clock;
use crate::facts::{AgentNews, Fact};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/agents", get(list))
        .route("/api/agents/{agent}", get(one).put(assign))
        .route("/api/agents/{agent}/status", put(status))
        .route("/api/agents/{agent}/device", put(device))
        .route("/api/agents/{agent}/ready", post(ready))
        .route("/api/agents/{agent}/offers/{offer}", post(offer))
        .route("/api/agent-heartbeat", post(heartbeat))
}

/// An agent as others see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Shown {
    name: String,
    contact: String,
    /// Queue name to level.
    queues: std::collections::BTreeMap<String, u8>,
    /// `available`, `break` or `offline`.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    break_reason: Option<u16>,
    /// `idle`, `offered`, `reserved`, `talking` or `wrap_up`.
    activity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<u64>,
    /// Microseconds since 1970.
    since: i64,
    alive: bool,
    reachable: bool,
}

impl Shown {
    fn of(agent: &Agent, clock: &Clock) -> Shown {
        let (status, break_reason) = match agent.status {
            AgentStatus::Available => ("available", None),
            AgentStatus::Break(reason) => ("break", Some(reason)),
            AgentStatus::Offline => ("offline", None),
        };
        Shown {
            name: agent.name.clone(),
            contact: agent.contact.clone(),
            queues: agent.queues.iter().cloned().collect(),
            status,
            break_reason,
            activity: agent.activity.name(),
            call: agent.call.map(|call| call.0),
            since: clock.wall(agent.since),
            alive: agent.is_alive,
            reachable: agent.is_reachable,
        }
    }
}

async fn list(State(app): State<App>, caller: Caller) -> Result<axum::Json<Vec<Shown>>, ApiError> {
    caller.at_least(Role::Supervisor)?;
    let all = app.inbox.ask(|core, clock| {
        let agents = core.book().agents().iter();
        agents.map(|agent| Shown::of(agent, clock)).collect()
    });
    Ok(axum::Json(all.await?))
}

async fn one(
    State(app): State<App>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<axum::Json<Shown>, ApiError> {
    caller.may_speak_for(&name)?;
    let found = app.inbox.ask(move |core, clock| {
        let id = core.book().agent_called(&name)?;
        core.book().agent(id).map(|agent| Shown::of(agent, clock))
    });
    let found = found.await?;
    found
        .map(axum::Json)
        .ok_or_else(|| ApiError::new(Code::NotFound, "there is no such agent"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Assignment {
    contact: String,
    queues: std::collections::BTreeMap<String, u8>,
    /// At least 24 characters; without it the one before stays.
    #[serde(default)]
    token: Option<String>,
}

/// The shortest token that cannot be guessed, when it is random.
const SHORTEST_TOKEN: usize = 24;

async fn assign(
    State(app): State<App>,
    Path(name): Path<String>,
    caller: Caller,
    Json(asked): Json<Assignment>,
) -> Result<StatusCode, ApiError> {
    caller.at_least(Role::Admin)?;
    let wrong = |why: &str| ApiError::new(Code::Invalid, why);
    if !is_name(&name) {
        return Err(wrong("a name has 1 to 121 of A-Z, a-z, 0-9 and _"));
    }
    if !is_contact(&asked.contact) {
        return Err(wrong(
            "a contact is client:NAME, a number such as +15550100, or sip:USER@HOST",
        ));
    }
    if asked
        .token
        .as_ref()
        .is_some_and(|token| token.len() < SHORTEST_TOKEN)
    {
        return Err(wrong("a token has at least 24 characters"));
    }
    let fact = Fact::Agent {
        agent: name,
        news: AgentNews::Assigned {
            contact: asked.contact,
            queues: asked.queues.into_iter().collect(),
            token_hash: asked.token.map(|token| hash(&token)),
        },
    };
    taken(app.inbox.tell(fact).await?)?;
    Ok(StatusCode::NO_CONTENT)
}

fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=121).contains(&name.len()) && name.bytes().all(is_plain)
}

fn is_contact(contact: &str) -> bool {
    if let Some(name) = contact.strip_prefix("client:") {
        return is_name(name);
    }
    if let Some(digits) = contact.strip_prefix('+') {
        return (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit());
    }
    let sip = contact
        .strip_prefix("sips:")
        .or(contact.strip_prefix("sip:"));
    sip.is_some_and(|rest| rest.contains('@') && !rest.contains(char::is_whitespace))
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", tag = "status", deny_unknown_fields)]
enum Wanted {
    Available,
    Break {
        #[serde(default)]
        reason: u16,
    },
    Offline,
}

async fn status(
    State(app): State<App>,
    Path(name): Path<String>,
    caller: Caller,
    Json(wanted): Json<Wanted>,
) -> Result<StatusCode, ApiError> {
    let status = match wanted {
        Wanted::Available => AgentStatus::Available,
        Wanted::Break { reason } => AgentStatus::Break(reason),
        Wanted::Offline => AgentStatus::Offline,
    };
    tell(&app, &caller, name, AgentNews::Status(status)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Device {
    connected: bool,
}

async fn device(
    State(app): State<App>,
    Path(name): Path<String>,
    caller: Caller,
    Json(device): Json<Device>,
) -> Result<StatusCode, ApiError> {
    let news = match device.connected {
        true => AgentNews::Connected,
        false => AgentNews::Disconnected,
    };
    tell(&app, &caller, name, news).await
}

async fn ready(
    State(app): State<App>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    tell(&app, &caller, name, AgentNews::Ready).await
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", tag = "news", deny_unknown_fields)]
enum OfferNews {
    /// The application shows it.
    Shown,
    /// The agent takes it; its device dials in.
    Accepted,
    /// The agent does not.
    Declined,
}

async fn offer(
    State(app): State<App>,
    Path((name, offer)): Path<(String, String)>,
    caller: Caller,
    Json(news): Json<OfferNews>,
) -> Result<StatusCode, ApiError> {
    let offer: OfferId = crate::voice::offer_named(&offer)
        .ok_or_else(|| ApiError::new(Code::NotFound, "there is no such offer"))?;
    let news = match news {
        OfferNews::Shown => AgentNews::Shown(offer),
        OfferNews::Accepted => AgentNews::Accepts(offer),
        OfferNews::Declined => AgentNews::Declines(offer),
    };
    tell(&app, &caller, name, news).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Heartbeat {
    /// An agent's own token need not say.
    #[serde(default)]
    agent: Option<String>,
}

async fn heartbeat(
    State(app): State<App>,
    caller: Caller,
    Json(beat): Json<Heartbeat>,
) -> Result<StatusCode, ApiError> {
    let name = beat
        .agent
        .or_else(|| caller.agent.clone())
        .ok_or_else(|| ApiError::new(Code::Invalid, "whose heartbeat: `agent` is missing"))?;
    tell(&app, &caller, name, AgentNews::Heartbeat).await
}

async fn tell(
    app: &App,
    caller: &Caller,
    agent: String,
    news: AgentNews,
) -> Result<StatusCode, ApiError> {
    caller.may_speak_for(&agent)?;
    taken(app.inbox.tell(Fact::Agent { agent, news }).await?)?;
    Ok(StatusCode::NO_CONTENT)
}
