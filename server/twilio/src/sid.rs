//! Names that Twilio gives to its things, one type a role so that they cannot be swapped.
//!
//! Their shape is not checked: Twilio's are two letters and 32 hexadecimal digits, other speakers of the dialect have
//! their own. All that holds is that a name is not empty.

use std::fmt;

macro_rules! sid {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(String);

        impl $name {
            /// The name as Twilio writes it; `None` when it is empty.
            #[must_use]
            pub fn new(text: impl Into<String>) -> Option<Self> {
                let text = text.into();
                (!text.is_empty()).then_some(Self(text))
            }

            /// The name as Twilio writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

sid! {
    /// An account (`AC...`).
    AccountSid
}
sid! {
    /// One leg of a call (`CA...`): the caller's and the agent's have one each.
    CallSid
}
sid! {
    /// A queue (`QU...`).
    QueueSid
}
sid! {
    /// A recording (`RE...`).
    RecordingSid
}
