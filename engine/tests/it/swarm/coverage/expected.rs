//! Everything that the runs must have seen. A new input, command, event, timer or rejection that is
//! not here fails the swarm as soon as it is seen; `Rescued` must never be.

/// A group and the names in it.
const EXPECTED: &[(&str, &str)] = &[
    (
        "taken",
        "CallArrived CallerHungUp VoicemailLeft CallbackAccepted CallbackAnswered \
         CallbackUnanswered CallEnded OfferPlaced OfferRinging OfferAnswered OfferDeclined \
         OfferFailed CallBridged BridgeFailed AgentAssigned AgentStatusChanged AgentReady \
         HeartbeatReceived DeviceConnected DeviceDisconnected QueueOpened QueueClosed \
         PolicyReplaced FeatureSet FeatureCleared StoreLatencyMeasured Resumed",
    ),
    (
        "refused",
        "UnknownQueue CallIdOutOfOrder UnknownCall UnknownAgent AgentIdOutOfOrder BadAssignment \
         StaleOffer WrongState NoCallbackOffered BadPolicy BadShare BadGap",
    ),
    (
        "timer",
        "HeartbeatLease DeviceGrace AgentBreaker AgentRest WrapUp Offer CarrierBreaker MaxWait \
         CallbackExpiry CallRest Widen CallbackOffer CallbackDue Announce Pace Scan SlowScan Reconcile AlertWindow",
    ),
    (
        "command",
        "RingAgent StopRinging Bridge DialLegacy LeaveQueue OfferCallback PlaceCallback \
         StopCallback",
    ),
    (
        "event",
        "CallArrived CallQueued CallOverflowed EstimateAnnounced OfferMade OfferRang OfferAnswered \
         OfferEnded ClaimUndone CallExhausted CallConnected CallEnded CallAbandoned CallRefused \
         CallTimedOut VoicemailStarted VoicemailTaken CallFailed CallbackOffered CallbackTaken \
         CallbackPlaced CallbackMissed CallbackFailed AgentStatusSet AgentIdle AgentWrapUp \
         AgentAlive AgentReachable AgentBreaker CarrierBreaker QueueScanned QueueOpen PolicyApplied \
         FeatureShareSet AlertRaised AlertCleared",
    ),
    ("leave to", "Voicemail HangUp CallbackConfirmed"),
    ("callback failed", "Unreached Expired"),
    ("offer", "Declined Expired Unreachable Failed Withdrawn"),
    ("abandoned", "Waiting Ringing Claimed Voicemail Callback"),
    ("refused at", "Closed Full Nobody"),
    ("agent breaker", "Closed Open HalfOpen"),
    ("carrier breaker", "Closed Open HalfOpen"),
    (
        "alert",
        "SuccessRate StoreLatency AgentAvailability QueueLength",
    ),
    (
        "alert over",
        "SuccessRate StoreLatency AgentAvailability QueueLength",
    ),
    (
        "rotation",
        "LongestIdle RoundRobin FewestCalls LeastTalkTime LeastOccupied TopDown Random BestScore",
    ),
    ("discovery", "poll events events+and+reconcile"),
    ("choice", "LongestWaiting LevelFirst"),
    ("transport", "Push Pull"),
    ("ring", "parallel"),
    ("connected", "inversion"),
    (
        "estimator",
        "Best QueueLength HeadOfLine LastServed MovingAverage Ewma",
    ),
    (
        "feature",
        "AgentHeartbeat EnhancedDiscovery EnhancedQueue ContinuousDiscovery PriorityQueue \
         LoadBalancing Callback",
    ),
];

/// `group: name` of each.
pub(super) fn all() -> impl Iterator<Item = String> {
    EXPECTED.iter().flat_map(|(group, names)| {
        names
            .split_whitespace()
            .map(move |name| format!("{group}: {}", name.replace('+', " ")))
    })
}
