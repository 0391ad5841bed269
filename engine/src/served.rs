//! The queues that an agent works for, and its level at each.
//!
//! Up to three stand in the agent itself, so that looking at them touches no further memory: in a
//! centre of ten thousand agents that is one cache miss less for each call.

use alloc::boxed::Box;
use core::ops::Deref;
use serde::{Deserialize, Serialize};

use crate::id::{Level, QueueId};

const FEW: usize = 3;

/// (queue, level) pairs in the order of their assignment; a slice of them to look at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Served {
    /// The first `n` count.
    Few {
        n: u8,
        pairs: [(QueueId, Level); FEW],
    },
    /// Boxed twice, to take no more room than the few.
    Many(Box<Box<[(QueueId, Level)]>>),
}

impl From<Box<[(QueueId, Level)]>> for Served {
    fn from(queues: Box<[(QueueId, Level)]>) -> Self {
        if queues.len() > FEW {
            return Served::Many(Box::new(queues));
        }
        let mut pairs = [(QueueId(0), 0); FEW];
        pairs[..queues.len()].copy_from_slice(&queues);
        Served::Few {
            n: queues.len() as u8,
            pairs,
        }
    }
}

impl Deref for Served {
    type Target = [(QueueId, Level)];
    #[inline]
    fn deref(&self) -> &Self::Target {
        match self {
            Served::Few { n, pairs } => &pairs[..usize::from(*n)],
            Served::Many(pairs) => pairs,
        }
    }
}

impl<'a> IntoIterator for &'a Served {
    type Item = &'a (QueueId, Level);
    type IntoIter = core::slice::Iter<'a, (QueueId, Level)>;
    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Served;
    use crate::id::QueueId;
    use alloc::boxed::Box;
    use alloc::vec::Vec;

    #[test]
    fn any_number_of_queues_is_kept_in_order() {
        for n in 0..6u16 {
            let queues: Vec<_> = (0..n).map(|q| (QueueId(q * 3), q as u8 + 1)).collect();
            let served = Served::from(queues.clone().into_boxed_slice());
            assert_eq!(&served[..], &queues[..]);
            assert!(served.into_iter().eq(queues.iter()));
        }
    }

    #[test]
    fn it_takes_no_more_room_than_a_boxed_slice() {
        assert_eq!(size_of::<Served>(), size_of::<Box<[(QueueId, u8)]>>());
    }
}
