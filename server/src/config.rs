//! Settings: flags, then environment variables, then the file of `--config`, then defaults. Secrets come from the
//! environment or from files only: a command line is seen by everybody on the machine.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use serde::Deserialize;
use twilio::signature::Keys;
use twilio::token::ApiKey;
use twilio::{AccountSid, BaseUrl, Secret};

use crate::core::Manners;
use crate::http::access::{Role, Tokens};
use crate::voice::{Language, Words};

/// The phase-3 policy: events, heartbeats and devices, breakers, no callbacks.
pub const DEFAULT_POLICY: &str = include_str!("../../scenarios/policies/phase-3.yaml");

/// Linefinder's production server.
///
/// Secrets are read from the environment, or from the file that the variable with `_FILE` behind its name names:
/// LINEFINDER_ADMIN_TOKEN, LINEFINDER_SUPERVISOR_TOKEN, TWILIO_AUTH_TOKEN, TWILIO_AUTH_TOKEN_OLD (during a rotation),
/// TWILIO_API_KEY_SECRET (with TWILIO_API_KEY; without them the auth token is used). TWILIO_ACCOUNT_SID is no secret.
#[derive(Parser, Clone, Debug)]
#[command(name = "linefinder-server", version, disable_help_subcommand = true)]
pub struct Flags {
    /// A YAML file of settings: the names of these flags with `_` for `-`.
    #[arg(long, value_name = "FILE", env = "LINEFINDER_CONFIG")]
    pub config: Option<PathBuf>,
    /// Where it listens [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS", env = "LINEFINDER_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// sqlite:PATH or postgres://USER@HOST/NAME [default: sqlite:linefinder-data/linefinder.db].
    #[arg(
        long,
        value_name = "URL",
        env = "LINEFINDER_DATABASE",
        hide_env_values = true
    )]
    pub database: Option<String>,
    /// Which site's calls these are, when several share a database [default: main].
    #[arg(long, value_name = "NAME", env = "LINEFINDER_SITE")]
    pub site: Option<String>,
    /// The policy of a new store; later ones are put in force by the API [default: the plan's phase 3].
    #[arg(long, value_name = "FILE", env = "LINEFINDER_POLICY")]
    pub policy: Option<PathBuf>,
    /// The URL under which Twilio reaches this server, such as `https://calls.example.com`.
    #[arg(long, value_name = "URL", env = "LINEFINDER_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Where Twilio's REST API is [default: `https://api.twilio.com`].
    #[arg(long, value_name = "URL", env = "LINEFINDER_TWILIO_API")]
    pub twilio_api: Option<String>,
    /// Take webhooks without a signature: for development, refused together with --public-url.
    #[arg(long, env = "LINEFINDER_UNSIGNED")]
    pub unsigned: bool,
    /// The language of announcements: en, de, es or fr [default: en].
    #[arg(long, value_name = "LANGUAGE", env = "LINEFINDER_LANGUAGE")]
    pub language: Option<String>,
    /// A voice of Twilio's, such as Polly.Amy.
    #[arg(long, value_name = "NAME", env = "LINEFINDER_VOICE")]
    pub voice: Option<String>,
    /// A clip of 10 to 20 s that held callers hear [default: silence].
    #[arg(long, value_name = "URL", env = "LINEFINDER_MUSIC")]
    pub music: Option<String>,
    /// Ask callers how the call was.
    #[arg(long, env = "LINEFINDER_SURVEY")]
    pub survey: bool,
    /// How logs are written: text or json [default: text].
    #[arg(long, value_name = "FORM", env = "LINEFINDER_LOG_FORM")]
    pub log_form: Option<String>,
    #[command(subcommand)]
    /// What to do instead of serving.
    pub command: Option<Command>,
}

/// What else the program does.
#[derive(clap::Subcommand, Clone, Debug)]
pub enum Command {
    /// The journal of the store, while no server runs on it.
    Journal {
        /// Which.
        #[command(subcommand)]
        what: JournalCommand,
    },
}

/// The journal's commands.
#[derive(clap::Subcommand, Clone, Debug)]
pub enum JournalCommand {
    /// Writes it as a file for `linefinder replay`; `-` = standard output.
    Export {
        /// The file.
        file: PathBuf,
    },
    /// Reads every row and says whether it is as it was written.
    Verify,
}

/// The settings' file.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct File {
    listen: Option<SocketAddr>,
    database: Option<String>,
    site: Option<String>,
    policy: Option<PathBuf>,
    public_url: Option<String>,
    twilio_api: Option<String>,
    unsigned: Option<bool>,
    language: Option<String>,
    voice: Option<String>,
    music: Option<String>,
    survey: Option<bool>,
    log_form: Option<String>,
}

/// How logs are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogForm {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Checked settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The store.
    pub database: String,
    /// Whose rows.
    pub site: String,
    /// The policy of a new store: its text and what messages call it.
    pub policy: (String, String),
    /// The base of our own URLs; `None` = the address it listens on.
    pub base: Option<BaseUrl>,
    /// Twilio's tokens; `None` = unsigned webhooks are taken.
    pub keys: Option<Keys>,
    /// How the carrier is asked; `None` = it is not, and only agents who dial in themselves can be offered calls.
    pub carrier: Option<twilio::rest::Settings>,
    /// What callers hear.
    pub words: Words,
    /// Twilio's voice.
    pub voice: Option<String>,
    /// What held callers hear.
    pub music: Option<String>,
    /// Settings of the core.
    pub manners: Manners,
    /// Who may do what.
    pub tokens: Tokens,
    /// Nobody has a token: one was made up, to be shown once.
    pub made_up: Option<String>,
    /// How logs are written.
    pub log_form: LogForm,
}

/// What is wrong with the settings, in a sentence that names the setting and the remedy.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(pub String);

impl Settings {
    /// Puts the settings together.
    ///
    /// # Errors
    /// The first that is wrong.
    pub fn new(
        flags: &Flags,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Settings, SettingsError> {
        let wrong = |what: String| SettingsError(what);
        let file = match &flags.config {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| wrong(format!("--config {}: {error}", path.display())))?;
                serde_saphyr::from_str(&text)
                    .map_err(|error| wrong(format!("--config {}: {error}", path.display())))?
            }
            None => File::default(),
        };
        let listen = flags
            .listen
            .or(file.listen)
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let public = flags.public_url.clone().or(file.public_url);
        let is_unsigned = flags.unsigned || file.unsigned.unwrap_or(false);
        if is_unsigned && public.is_some() {
            return Err(wrong(
                "--unsigned is for development: with --public-url anybody could invent calls. Set \
                 TWILIO_AUTH_TOKEN instead"
                    .to_owned(),
            ));
        }
        let base = match public {
            Some(url) => {
                let base = BaseUrl::parse(&url);
                Some(base.map_err(|error| wrong(format!("--public-url {url}: {error}")))?)
            }
            None => None,
        };
        let keys = keys(variable, is_unsigned)?;
        let api = flags.twilio_api.clone().or(file.twilio_api);
        let carrier = carrier(variable, api)?;
        let language = flags.language.clone().or(file.language);
        let language = match language.as_deref() {
            None | Some("en") => Language::En,
            Some("de") => Language::De,
            Some("es") => Language::Es,
            Some("fr") => Language::Fr,
            Some(other) => {
                return Err(wrong(format!(
                    "--language {other}: there is en, de, es and fr"
                )));
            }
        };
        let policy = match flags.policy.clone().or(file.policy) {
            Some(path) => {
                let name = path.display().to_string();
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| wrong(format!("--policy {name}: {error}")))?;
                (text, name)
            }
            None => (DEFAULT_POLICY.to_owned(), "the default policy".to_owned()),
        };
        let (tokens, made_up) = tokens(variable)?;
        let log_form = match flags.log_form.clone().or(file.log_form).as_deref() {
            None | Some("text") => LogForm::Text,
            Some("json") => LogForm::Json,
            Some(other) => {
                return Err(wrong(format!("--log-form {other}: there is text and json")));
            }
        };
        Ok(Settings {
            listen,
            database: flags
                .database
                .clone()
                .or(file.database)
                .unwrap_or_else(|| "sqlite:linefinder-data/linefinder.db".to_owned()),
            site: flags
                .site
                .clone()
                .or(file.site)
                .unwrap_or_else(|| "main".to_owned()),
            policy,
            base,
            keys,
            carrier,
            words: Words(language),
            voice: flags.voice.clone().or(file.voice),
            music: flags.music.clone().or(file.music),
            manners: Manners {
                asks: flags.survey || file.survey.unwrap_or(false),
                ..Manners::default()
            },
            tokens,
            made_up,
            log_form,
        })
    }
}

/// A secret from the environment or from the file that it names.
fn secret(
    variable: &dyn Fn(&str) -> Option<String>,
    name: &str,
) -> Result<Option<String>, SettingsError> {
    let file = format!("{name}_FILE");
    let text = match (variable(name), variable(&file)) {
        (Some(_), Some(_)) => {
            return Err(SettingsError(format!(
                "{name} and {file} are both set: which of them?"
            )));
        }
        (Some(text), None) => text,
        (None, Some(path)) => std::fs::read_to_string(&path)
            .map_err(|error| SettingsError(format!("{file}={path}: {error}")))?
            .trim_end()
            .to_owned(),
        (None, None) => return Ok(None),
    };
    match text.is_empty() {
        true => Err(SettingsError(format!("{name} is empty"))),
        false => Ok(Some(text)),
    }
}

fn keys(
    variable: &dyn Fn(&str) -> Option<String>,
    is_unsigned: bool,
) -> Result<Option<Keys>, SettingsError> {
    let read = |name: &str| -> Result<Option<Secret>, SettingsError> {
        let text = secret(variable, name)?;
        Ok(text.and_then(|text| Secret::new(text).ok()))
    };
    let current = read("TWILIO_AUTH_TOKEN")?;
    let old = read("TWILIO_AUTH_TOKEN_OLD")?;
    match (current, old, is_unsigned) {
        (_, _, true) => Ok(None),
        (Some(current), None, false) => Ok(Some(Keys::one(current))),
        (Some(current), Some(old), false) => Ok(Some(Keys::rotating(current, old))),
        // Nothing could be verified: a token that nobody knows refuses every webhook.
        (None, _, false) => {
            let nobody = Secret::new(random_token()).map_err(|e| SettingsError(e.to_string()))?;
            Ok(Some(Keys::one(nobody)))
        }
    }
}

/// The account at the carrier.
fn carrier(
    variable: &dyn Fn(&str) -> Option<String>,
    api: Option<String>,
) -> Result<Option<twilio::rest::Settings>, SettingsError> {
    let Some(sid) = variable("TWILIO_ACCOUNT_SID") else {
        return Ok(None);
    };
    let wrong = |what: &str| SettingsError(what.to_owned());
    let account =
        AccountSid::new(sid.clone()).ok_or_else(|| wrong("TWILIO_ACCOUNT_SID is empty"))?;
    let (user, name) = match variable("TWILIO_API_KEY") {
        Some(key) => (key, "TWILIO_API_KEY_SECRET"),
        None => (sid, "TWILIO_AUTH_TOKEN"),
    };
    let password = secret(variable, name)?.ok_or_else(|| {
        SettingsError(format!(
            "TWILIO_ACCOUNT_SID is set and {name} is not: the carrier would refuse every request"
        ))
    })?;
    let api = api.unwrap_or_else(|| "https://api.twilio.com".to_owned());
    let base = BaseUrl::parse(&api)
        .map_err(|error| SettingsError(format!("--twilio-api {api}: {error}")))?;
    let key = ApiKey {
        sid: user,
        secret: Secret::new(password).map_err(|error| SettingsError(error.to_string()))?,
    };
    Ok(Some(twilio::rest::Settings::new(base, account, key)))
}

fn tokens(
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(Tokens, Option<String>), SettingsError> {
    let mut all = Vec::new();
    for (name, role) in [
        ("LINEFINDER_ADMIN_TOKEN", Role::Admin),
        ("LINEFINDER_SUPERVISOR_TOKEN", Role::Supervisor),
    ] {
        if let Some(token) = secret(variable, name)? {
            if token.len() < 24 {
                return Err(SettingsError(format!(
                    "{name} has fewer than 24 characters"
                )));
            }
            all.push((token, role));
        }
    }
    let made_up = all.is_empty().then(random_token);
    all.extend(made_up.clone().map(|token| (token, Role::Admin)));
    Ok((Tokens::new(all), made_up))
}

fn random_token() -> String {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).expect("invariant: the system has random bytes");
    policy_file::policy::hex(&bytes)
}
