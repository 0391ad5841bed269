//! The words that Twilio says states and results in.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A word that we do not know, as it came.
            Other(String),
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    _ => Self::Other(word.to_owned()),
                }
            }
        }

        impl $name {
            /// As Twilio writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }
    };
}

words! {
    /// Where a leg is.
    CallStatus {
        /// It waits for its turn to be dialled (calls per second).
        Queued = "queued",
        /// It is dialled.
        Initiated = "initiated",
        /// It rings. An incoming call's first webhook says so, too.
        Ringing = "ringing",
        /// It was answered. Other speakers of the dialect say so besides `in-progress`.
        Answered = "answered",
        /// Somebody talks or listens.
        InProgress = "in-progress",
        /// It was answered and is over.
        Completed = "completed",
        /// It was busy, or refused.
        Busy = "busy",
        /// It could not be reached.
        Failed = "failed",
        /// Nobody answered. An incoming call that ends unanswered, too.
        NoAnswer = "no-answer",
        /// We took it back before it was answered.
        Canceled = "canceled",
    }
}

impl CallStatus {
    /// Whether the leg is over for good.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled => true,
            Self::Queued
            | Self::Initiated
            | Self::Ringing
            | Self::Answered
            | Self::InProgress
            | Self::Other(_) => false,
        }
    }
}

words! {
    /// Who began a leg.
    Direction {
        /// A caller, or a device of the voice SDK.
        Inbound = "inbound",
        /// A REST request.
        OutboundApi = "outbound-api",
        /// `<Dial>`.
        OutboundDial = "outbound-dial",
    }
}

words! {
    /// How a `<Dial>` ended.
    DialStatus {
        /// The other party was there and has left.
        Completed = "completed",
        /// The conference was joined.
        Answered = "answered",
        /// Busy, or refused.
        Busy = "busy",
        /// Nobody answered in time.
        NoAnswer = "no-answer",
        /// It could not be reached.
        Failed = "failed",
        /// The call ended before it was answered.
        Canceled = "canceled",
    }
}

words! {
    /// Why a call is no longer in its queue.
    QueueResult {
        /// It was bridged, and the bridge is over. The caller may still be there.
        Bridged = "bridged",
        /// Twilio has been told to bridge it. Nothing has changed yet.
        BridgingInProcess = "bridging-in-process",
        /// The caller hung up.
        Hangup = "hangup",
        /// `<Leave>` in the wait document.
        Leave = "leave",
        /// A REST request took it out. What this webhook is answered is not executed.
        Redirected = "redirected",
        /// A REST request took it out of its bridge.
        RedirectedFromBridged = "redirected-from-bridged",
        /// It never was in: the queue is full.
        QueueFull = "queue-full",
        /// The TwiML of `<Enqueue>` or of a wait document was at fault.
        Error = "error",
        /// Twilio was at fault.
        SystemError = "system-error",
    }
}

words! {
    /// What came of a `<Dial><Queue>`. Twilio does not list the words; these have been seen.
    DequeueResult {
        /// A caller was there and was bridged.
        Bridged = "bridged",
        /// There is no such queue.
        QueueNotFound = "queue-not-found",
        /// The caller was redirected out of the bridge.
        RedirectedFromBridged = "redirected-from-bridged",
        /// Its TwiML was at fault.
        Error = "error",
        /// Twilio was at fault.
        SystemError = "system-error",
    }
}

words! {
    /// Who answered, where that was to be found out (`MachineDetection`).
    AnsweredBy {
        /// A person.
        Human = "human",
        /// An answering machine that begins to speak.
        MachineStart = "machine_start",
        /// An answering machine after its tone.
        MachineEndBeep = "machine_end_beep",
        /// An answering machine after its text.
        MachineEndSilence = "machine_end_silence",
        /// An answering machine after its text, otherwise.
        MachineEndOther = "machine_end_other",
        /// A fax.
        Fax = "fax",
        /// It could not be told.
        Unknown = "unknown",
    }
}
