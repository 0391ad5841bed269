//! What a caller hears: speech, recordings, silence.

use super::xml::{Element, Xml};

/// How often a text or a recording is heard. Left out, once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Repeat {
    /// This often, 1 to 1000; more is a thousand times.
    Times(u16),
    /// Until the caller hangs up, or a thousand times.
    UntilHangup,
}

impl Repeat {
    fn number(self) -> u32 {
        match self {
            Self::Times(times) => u32::from(times.clamp(1, 1000)),
            Self::UntilHangup => 0,
        }
    }
}

/// Speaks a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Say {
    text: String,
    language: Option<String>,
    voice: Option<String>,
    repeat: Option<Repeat>,
}

impl Say {
    /// Speaks this text with the account's default voice.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            language: None,
            voice: None,
            repeat: None,
        }
    }

    /// In this language, as BCP 47 names it (`en-GB`).
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// With this voice (`Polly.Amy`).
    #[must_use]
    pub fn voice(mut self, voice: impl Into<String>) -> Self {
        self.voice = Some(voice.into());
        self
    }

    /// This often.
    #[must_use]
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = Some(repeat);
        self
    }

    pub(super) fn write(&self, xml: &mut Xml) {
        let element = Element::new("Say")
            .with_some("language", self.language.as_deref())
            .with_some("voice", self.voice.as_deref())
            .with_number("loop", self.repeat.map(Repeat::number));
        xml.text(element, &self.text);
    }
}

impl From<&str> for Say {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Say {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// Plays a recording: MPEG, WAV, AIFF, GSM or u-law. Twilio keeps a copy as long as its headers allow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Play {
    url: String,
    repeat: Option<Repeat>,
}

impl Play {
    /// The recording at `url`, which is requested without parameters.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            repeat: None,
        }
    }

    /// This often.
    #[must_use]
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = Some(repeat);
        self
    }

    pub(super) fn write(&self, xml: &mut Xml) {
        let element = Element::new("Play");
        let element = element.with_number("loop", self.repeat.map(Repeat::number));
        xml.text(element, &self.url);
    }
}

/// Waits in silence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pause {
    seconds: u32,
}

impl Pause {
    /// This many seconds, 1 at least.
    #[must_use]
    pub fn seconds(seconds: u32) -> Self {
        Self {
            seconds: seconds.max(1),
        }
    }

    pub(super) fn write(self, xml: &mut Xml) {
        xml.empty(Element::new("Pause").with_number("length", Some(self.seconds)));
    }
}

/// What a [`super::Gather`] lets the caller hear while it waits; a key interrupts it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Prompt {
    /// A text.
    Say(Say),
    /// A recording.
    Play(Play),
    /// Silence.
    Pause(Pause),
}

impl Prompt {
    pub(super) fn write(&self, xml: &mut Xml) {
        match self {
            Self::Say(say) => say.write(xml),
            Self::Play(play) => play.write(xml),
            Self::Pause(pause) => pause.write(xml),
        }
    }
}
