//! The secrets that may sign: one, or two while one replaces the other.

use crate::Secret;

/// One or two secrets. Printed without them.
#[derive(Clone, Debug)]
pub struct Keys {
    current: Secret,
    other: Option<Secret>,
}

impl Keys {
    /// The one secret in use.
    #[must_use]
    pub fn one(current: Secret) -> Self {
        Self {
            current,
            other: None,
        }
    }

    /// Two secrets during a rotation: either may have signed. Twilio signs with the *primary* token, so that both are needed
    /// from before the promotion of the secondary until after it.
    #[must_use]
    pub fn rotating(current: Secret, other: Secret) -> Self {
        Self {
            current,
            other: Some(other),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.current).chain(&self.other)
    }
}
