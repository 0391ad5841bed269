//! A conference: how more than two, or two that can be held and transferred, talk.

use super::super::xml::{Element, Xml};

/// What happens in a conference, in the order in which Twilio's documentation has it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ConferenceEvent {
    /// It began.
    Start,
    /// It is over.
    End,
    /// Somebody came.
    Join,
    /// Somebody left.
    Leave,
    /// Somebody was muted or no longer is.
    Mute,
    /// Somebody was put on hold or no longer is.
    Hold,
}

impl ConferenceEvent {
    fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
            Self::Join => "join",
            Self::Leave => "leave",
            Self::Mute => "mute",
            Self::Hold => "hold",
        }
    }
}

/// A conference by its name, which comes to be when it is named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conference {
    name: String,
    beep: Option<bool>,
    muted: Option<bool>,
    start_on_enter: Option<bool>,
    end_on_exit: Option<bool>,
    participant_label: Option<String>,
    wait_url: Option<String>,
    status: Option<(String, Vec<ConferenceEvent>)>,
}

impl Conference {
    /// The conference of this name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            beep: None,
            muted: None,
            start_on_enter: None,
            end_on_exit: None,
            participant_label: None,
            wait_url: None,
            status: None,
        }
    }

    /// Whether a tone tells of coming and going; yes, unless said.
    #[must_use]
    pub fn beep(mut self, beep: bool) -> Self {
        self.beep = Some(beep);
        self
    }

    /// Whether this participant is heard; yes, unless said.
    #[must_use]
    pub fn muted(mut self, muted: bool) -> Self {
        self.muted = Some(muted);
        self
    }

    /// Whether it begins with this participant; yes, unless said.
    #[must_use]
    pub fn start_on_enter(mut self, starts: bool) -> Self {
        self.start_on_enter = Some(starts);
        self
    }

    /// Whether it ends with this participant; no, unless said.
    #[must_use]
    pub fn end_on_exit(mut self, ends: bool) -> Self {
        self.end_on_exit = Some(ends);
        self
    }

    /// What this participant is called in it: unique, at most 128 characters (error 16025).
    #[must_use]
    pub fn participant_label(mut self, label: impl Into<String>) -> Self {
        self.participant_label = Some(label.into());
        self
    }

    /// What is heard until it begins; an empty text is silence. Unlike a queue's it is asked once.
    #[must_use]
    pub fn wait_url(mut self, url: impl Into<String>) -> Self {
        self.wait_url = Some(url.into());
        self
    }

    /// Who is told what happens in it. Only the first participant's counts.
    #[must_use]
    pub fn status_callback(mut self, url: impl Into<String>, events: &[ConferenceEvent]) -> Self {
        let mut events = events.to_vec();
        events.sort_unstable();
        events.dedup();
        self.status = Some((url.into(), events));
        self
    }

    pub(super) fn write(&self, xml: &mut Xml) {
        let mut element = Element::new("Conference")
            .with_bool("beep", self.beep)
            .with_bool("muted", self.muted)
            .with_bool("startConferenceOnEnter", self.start_on_enter)
            .with_bool("endConferenceOnExit", self.end_on_exit)
            .with_some("participantLabel", self.participant_label.as_deref())
            .with_some("waitUrl", self.wait_url.as_deref());
        if let Some((url, events)) = &self.status {
            let names: Vec<_> = events.iter().map(|event| event.as_str()).collect();
            let names = names.join(" ");
            element = element.with("statusCallback", url).with_some(
                "statusCallbackEvent",
                Some(&*names).filter(|n| !n.is_empty()),
            );
        }
        xml.text(element, &self.name);
    }
}
