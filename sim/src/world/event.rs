//! What the world schedules for itself: eight bytes an event, cancelled by generation.

/// What happens. The doc of each says what its index is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Kind {
    /// What a record says happens (0).
    Given,
    /// A group's number of agents changes (group; generation = row of its table).
    Staffing,
    /// A day's breaks are planned (group; generation = day).
    BreaksOfDay,
    /// A scheduled fault begins (fault).
    FaultBegins,
    /// ... and ends (fault).
    FaultEnds,
    /// A queue opens or closes (row of the plan's queue hours).
    QueueHours,
    /// An agent's break begins (agent; generation = its length in seconds).
    BreakBegins,
    /// ... and ends (agent; generation = which of its breaks).
    BreakEnds,
    /// An agent's application gives a sign of life (agent).
    Heartbeat,
    /// An agent's device goes or comes (agent).
    DeviceTurns,
    /// The command to ring reaches the agent (agent).
    Rings,
    /// The agent answers (agent).
    Answers,
    /// The agent declines (agent).
    Declines,
    /// The command to stop reaches the agent (agent).
    RingStops,
    /// The command to bridge takes effect (agent).
    Joins,
    /// A webhook arrives (its place in the mail).
    Delivers,
    /// An agent has done its after-call work (agent).
    Ready,
    /// The conversation is over (call).
    TalkEnds,
    /// The command to call back reaches the caller (call).
    CallbackRings,
    /// The caller answers the callback (call).
    CallbackAnswers,
    /// Nobody answered it (call).
    CallbackUnanswered,
    /// The caller has left a message (call).
    MessageLeft,
    /// The caller hangs up (call).
    HangsUp,
    /// A caller calls again (place among the redials).
    Redials,
    /// The carrier dials the next leg in its line.
    Dials,
}

impl Kind {
    const ALL: [Kind; 25] = [
        Kind::Given,
        Kind::Staffing,
        Kind::BreaksOfDay,
        Kind::FaultBegins,
        Kind::FaultEnds,
        Kind::QueueHours,
        Kind::BreakBegins,
        Kind::BreakEnds,
        Kind::Heartbeat,
        Kind::DeviceTurns,
        Kind::Rings,
        Kind::Answers,
        Kind::Declines,
        Kind::RingStops,
        Kind::Joins,
        Kind::Delivers,
        Kind::Ready,
        Kind::TalkEnds,
        Kind::CallbackRings,
        Kind::CallbackAnswers,
        Kind::CallbackUnanswered,
        Kind::MessageLeft,
        Kind::HangsUp,
        Kind::Redials,
        Kind::Dials,
    ];

    /// The order at one instant: what is planned, answers, service ends, hang-ups, arrivals.
    pub(crate) const fn class(self) -> u8 {
        match self {
            Kind::Given
            | Kind::FaultBegins
            | Kind::FaultEnds
            | Kind::QueueHours
            | Kind::Staffing
            | Kind::BreaksOfDay
            | Kind::BreakBegins
            | Kind::BreakEnds
            | Kind::Heartbeat
            | Kind::DeviceTurns => 0,
            Kind::Rings
            | Kind::Answers
            | Kind::Declines
            | Kind::RingStops
            | Kind::Joins
            | Kind::Delivers
            | Kind::CallbackRings
            | Kind::CallbackAnswers
            | Kind::CallbackUnanswered
            | Kind::Dials => 1,
            Kind::TalkEnds | Kind::Ready => 2,
            Kind::HangsUp | Kind::MessageLeft => 3,
            Kind::Redials => 4,
        }
    }
}

/// One scheduled event, packed so that events of one instant come by class, then kind, then index:
/// class in the upper 3 bits, kind in 5, index in 32, generation in 24.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Event(u64);

const GENERATION: u32 = 0xff_ffff;

impl Event {
    #[inline]
    pub(crate) const fn new(kind: Kind, index: u32, generation: u32) -> Self {
        let head = (kind.class() as u64) << 5 | kind as u64;
        Event(head << 56 | (index as u64) << 24 | (generation & GENERATION) as u64)
    }
    /// As [`Self::bits`] gave it.
    #[inline]
    pub(crate) const fn of(bits: u64) -> Self {
        Event(bits)
    }
    #[inline]
    pub(crate) const fn bits(self) -> u64 {
        self.0
    }
    #[inline]
    pub(crate) const fn index(self) -> u32 {
        (self.0 >> 24) as u32
    }
    #[inline]
    pub(crate) fn kind(self) -> Kind {
        Kind::ALL[(self.0 >> 56) as usize & 0x1f]
    }
    #[inline]
    pub(crate) const fn generation(self) -> u32 {
        self.0 as u32 & GENERATION
    }
    /// Whether it was scheduled under this generation.
    #[inline]
    pub(crate) const fn is_of(self, generation: u32) -> bool {
        self.generation() == generation & GENERATION
    }
}

/// Events of this very instant, first in, first out.
#[derive(Debug, Default)]
pub(crate) struct Soon {
    events: Vec<Event>,
    /// Those before have been taken.
    next: usize,
}

impl Soon {
    #[inline]
    pub(crate) fn push(&mut self, event: Event) {
        self.events.push(event);
    }
    /// Takes the first.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Event> {
        let event = self.events.get(self.next).copied();
        if event.is_some() {
            self.next += 1;
        } else if self.next > 0 {
            self.events.clear();
            self.next = 0;
        }
        event
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Kind};

    #[test]
    fn kinds_survive_packing() {
        for (i, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, i);
            let event = Event::new(*kind, 7, 0x1ff_ffff);
            assert_eq!((event.kind(), event.index()), (*kind, 7));
            assert!(event.is_of(0xff_ffff));
        }
    }
}
