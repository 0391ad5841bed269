//! Which webhook it is: the last part of its path.

/// The webhooks, in the order of a call's life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Hook {
    /// A call comes in: the number's VoiceUrl.
    Inbound,
    /// A held caller's music: Enqueue's waitUrl.
    Wait,
    /// A key while waiting: the action of the music's Gather.
    Key,
    /// The hold is over: Enqueue's action.
    Left,
    /// The caller is about to be joined: Queue's url.
    Joining,
    /// The legacy flow's dial is over: Dial's action.
    LegacyOver,
    /// A message was recorded: Record's action.
    Voicemail,
    /// The question after the call was answered.
    Survey,
    /// The caller's leg: the number's StatusCallback.
    CallerStatus,
    /// An agent's leg was picked up: the call's Url.
    AgentAnswer,
    /// The person on it pressed a key.
    AgentAccept,
    /// It is no longer joined: Dial's action.
    AgentEnded,
    /// Its progress: the call's StatusCallback.
    AgentStatus,
    /// An agent's application places its own leg: the application's VoiceUrl.
    AgentPull,
    /// Who is called back has picked up.
    CallbackAnswer,
    /// The person has pressed a key.
    CallbackAccept,
    /// The progress of that leg.
    CallbackStatus,
    /// Something of ours failed: the fallback URL.
    Fallback,
}

impl Hook {
    /// Every webhook.
    pub const ALL: [Hook; 18] = [
        Hook::Inbound,
        Hook::Wait,
        Hook::Key,
        Hook::Left,
        Hook::Joining,
        Hook::LegacyOver,
        Hook::Voicemail,
        Hook::Survey,
        Hook::CallerStatus,
        Hook::AgentAnswer,
        Hook::AgentAccept,
        Hook::AgentEnded,
        Hook::AgentStatus,
        Hook::AgentPull,
        Hook::CallbackAnswer,
        Hook::CallbackAccept,
        Hook::CallbackStatus,
        Hook::Fallback,
    ];

    /// The last part of its path; the first three are those of the system that this one replaces.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Hook::Inbound => "voice",
            Hook::Wait => "queue-hold-music",
            Hook::Left => "queue-handler",
            Hook::Key => "queue-key",
            Hook::Joining => "queue-joining",
            Hook::LegacyOver => "dial-ended",
            Hook::Voicemail => "voicemail",
            Hook::Survey => "survey",
            Hook::CallerStatus => "caller-status",
            Hook::AgentAnswer => "agent-answer",
            Hook::AgentAccept => "agent-accept",
            Hook::AgentEnded => "agent-ended",
            Hook::AgentStatus => "agent-status",
            Hook::AgentPull => "agent-pull",
            Hook::CallbackAnswer => "callback-answer",
            Hook::CallbackAccept => "callback-accept",
            Hook::CallbackStatus => "callback-status",
            Hook::Fallback => "fallback",
        }
    }

    /// The webhook at a path's last part.
    #[must_use]
    pub fn at(path: &str) -> Option<Hook> {
        Hook::ALL.into_iter().find(|hook| hook.path() == path)
    }
}
