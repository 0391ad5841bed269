//! `<Gather>`: keys or speech from the caller.

use super::xml::{Element, Xml};
use super::{Pause, Play, Prompt, Say};
use crate::Method;

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GatherInput {
    /// Keys.
    Dtmf,
    /// Speech.
    Speech,
    /// Whichever comes first.
    DtmfOrSpeech,
}

/// Waits for keys or speech and sends them to its action. Nothing pressed: the document goes on behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gather {
    action: String,
    method: Option<Method>,
    input: Option<GatherInput>,
    timeout: Option<u32>,
    finish_on_key: Option<String>,
    n_digits: Option<u32>,
    action_on_empty_result: Option<bool>,
    prompts: Vec<Prompt>,
}

impl Gather {
    /// Sends what was pressed to `action`. There is no default: Twilio's is the current document, for ever.
    #[must_use]
    pub fn to(action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            method: None,
            input: None,
            timeout: None,
            finish_on_key: None,
            n_digits: None,
            action_on_empty_result: None,
            prompts: Vec::new(),
        }
    }

    /// How the action is requested.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// What is waited for; keys, unless said.
    #[must_use]
    pub fn input(mut self, input: GatherInput) -> Self {
        self.input = Some(input);
        self
    }

    /// Seconds of silence after which it gives up, 1 at least; 5, unless said.
    #[must_use]
    pub fn timeout(mut self, seconds: u32) -> Self {
        self.timeout = Some(seconds.max(1));
        self
    }

    /// The key that ends the input; `#`, unless said; empty for none.
    #[must_use]
    pub fn finish_on_key(mut self, key: impl Into<String>) -> Self {
        self.finish_on_key = Some(key.into());
        self
    }

    /// Ends after this many keys, 1 at least.
    #[must_use]
    pub fn n_digits(mut self, n: u32) -> Self {
        self.n_digits = Some(n.max(1));
        self
    }

    /// Whether the action is asked though nothing was pressed.
    #[must_use]
    pub fn action_on_empty_result(mut self, asked: bool) -> Self {
        self.action_on_empty_result = Some(asked);
        self
    }

    /// Then speaks a text.
    #[must_use]
    pub fn say(self, say: impl Into<Say>) -> Self {
        self.prompt(Prompt::Say(say.into()))
    }

    /// Then plays a recording.
    #[must_use]
    pub fn play(self, play: Play) -> Self {
        self.prompt(Prompt::Play(play))
    }

    /// Then is silent.
    #[must_use]
    pub fn pause(self, pause: Pause) -> Self {
        self.prompt(Prompt::Pause(pause))
    }

    fn prompt(mut self, prompt: Prompt) -> Self {
        self.prompts.push(prompt);
        self
    }

    pub(super) fn write(&self, xml: &mut Xml) {
        let input = self.input.map(|input| match input {
            GatherInput::Dtmf => "dtmf",
            GatherInput::Speech => "speech",
            GatherInput::DtmfOrSpeech => "dtmf speech",
        });
        let element = Element::new("Gather")
            .with("action", &self.action)
            .with_some("method", self.method.map(Method::as_str))
            .with_some("input", input)
            .with_number("timeout", self.timeout)
            .with_some("finishOnKey", self.finish_on_key.as_deref())
            .with_number("numDigits", self.n_digits)
            .with_bool("actionOnEmptyResult", self.action_on_empty_result);
        xml.within(element, |xml| {
            self.prompts.iter().for_each(|prompt| prompt.write(xml))
        });
    }
}
