//! What a random number is for. Owns the list of purposes and their numbers, nothing else.
//!
//! Invariant: the numbers are part of every committed digest. A new purpose takes the next free
//! number at the end; a number is never reused or moved.

macro_rules! purposes {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)+) => {
        /// What a draw decides. Draws of different purposes are independent of each other, so that
        /// a world that stops asking for one purpose moves no other.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Purpose {
            $($(#[$doc])* $name = $number,)+
        }

        impl Purpose {
            /// Every purpose, in the order of its number: `ALL[p as usize] == p`.
            pub const ALL: [Purpose; [$($number,)+].len()] = [$(Purpose::$name,)+];
        }
    };
}

purposes! {
    /// Time between two arrivals of one source.
    ArrivalGap = 0,
    /// Whether a candidate arrival of a time-varying source is kept.
    Thinning = 1,
    /// The factor that multiplies a whole day's arrival rates.
    DayFactor = 2,
    /// Which class a call belongs to.
    Class = 3,
    /// Which caller, and so which feature bucket, a call comes from.
    CallerKey = 4,
    /// How long a caller would wait.
    Patience = 5,
    /// Whether a caller leaves at once instead of queueing.
    Balk = 6,
    /// How long the conversation takes.
    Talk = 7,
    /// Whether a caller who was lost calls again.
    Redial = 8,
    /// How long until the caller calls again.
    RedialDelay = 9,
    /// Whether a caller accepts an offered callback.
    CallbackAccept = 10,
    /// Whether a caller answers a placed callback.
    CallbackAnswer = 11,
    /// Whether a caller leaves a message.
    Voicemail = 12,
    /// Whether an agent answers an offer.
    AgentAnswer = 13,
    /// How long an agent takes to answer.
    AgentDelay = 14,
    /// Whether an agent declines an offer.
    AgentDecline = 15,
    /// An agent's own factor on talk time.
    TalkFactor = 16,
    /// How much after-call work an agent needs.
    WrapUp = 17,
    /// By how much one heartbeat is early or late.
    HeartbeatJitter = 18,
    /// Whether one heartbeat is lost.
    HeartbeatLoss = 19,
    /// How long a device stays connected.
    DeviceUp = 20,
    /// How long a device stays away.
    DeviceDown = 21,
    /// Whether an agent leaves without signing out.
    ForgetsSignOut = 22,
    /// How long the carrier takes to carry out a command.
    CarrierCommand = 23,
    /// How long a carrier's notification travels.
    CarrierWebhook = 24,
    /// Whether a carrier command fails.
    CarrierFailure = 25,
    /// Whether a notification comes twice.
    CarrierDuplicate = 26,
    /// Whether a notification overtakes another.
    CarrierReorder = 27,
    /// How long a store commit takes.
    StoreCommit = 28,
    /// Which entities a scheduled fault strikes.
    Fault = 29,
    /// When the calls of a burst come within its window.
    Burst = 30,
    /// When and how long an agent's break is.
    Break = 31,
    /// When an agent's shift really begins.
    ShiftStart = 32,
    /// How long a placed callback rings before it is answered.
    CallbackDelay = 33,
    /// How far into the greeting a caller hangs up, or how long the message is.
    VoicemailLength = 34,
    /// Which row of a recorded log stands for a call or a day.
    Resample = 35,
    /// Which of several carrier lines or servers a call uses.
    Route = 36,
    /// When a test looks at the engine at moments nobody planned.
    ExtraPoll = 37,
    /// When in its period an agent's heartbeat comes.
    HeartbeatPhase = 38,
    /// Where a point of a Latin hypercube lies: no draw of a world.
    SweepPoint = 39,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_sits_at_its_own_number() {
        for (i, p) in Purpose::ALL.iter().enumerate() {
            assert_eq!(*p as usize, i, "{p:?}");
        }
    }
}
