//! Every kind of input is written and read back as it was.

use std::time::Duration;

use engine::id::{AgentId, CallId, CallerKey, ClassId, OfferId, QueueId};
use engine::input::{AgentStatus, OfferFailure};
use engine::policy::{Feature, Share};
use engine::{Input, Timestamp};
use journal::{Chain, Row};

use super::desk;

/// Samples of every kind: a kind that is not listed here does not compile.
macro_rules! samples {
    ($($kind:ident $fields:tt),+ $(,)?) => {
        fn samples() -> Vec<Input> {
            fn is_listed(input: &Input) {
                match input {
                    $(samples!(@pattern $kind $fields) => {})+
                }
            }
            let samples = vec![$(samples!(@value $kind $fields)),+];
            samples.iter().for_each(is_listed);
            samples
        }
    };
    (@pattern $kind:ident ($value:expr)) => { Input::$kind(_) };
    (@pattern $kind:ident {$($field:ident: $value:expr),+ $(,)?}) => { Input::$kind { $($field: _),+ } };
    (@value $kind:ident ($value:expr)) => { Input::$kind($value) };
    (@value $kind:ident {$($field:ident: $value:expr),+ $(,)?}) => { Input::$kind { $($field: $value),+ } };
}

const CALL: CallId = CallId(u64::MAX);
const OFFER: OfferId = OfferId::new((1 << 40) - 1, AgentId((1 << 24) - 1));
const AGENT: AgentId = AgentId(u32::MAX);
const QUEUE: QueueId = QueueId(u16::MAX);

samples! {
    CallArrived { call: CALL, caller: CallerKey(u64::MAX), queue: QUEUE, class: ClassId(u16::MAX) },
    CallerHungUp { call: CALL },
    VoicemailLeft { call: CALL },
    CallbackAccepted { call: CALL, at: Some(Timestamp::NEVER) },
    CallbackAnswered { call: CALL },
    CallbackUnanswered { call: CALL },
    CallEnded { call: CALL },
    OfferPlaced { offer: OFFER },
    OfferRinging { offer: OFFER },
    OfferAnswered { offer: OFFER },
    OfferDeclined { offer: OFFER },
    OfferFailed { offer: OFFER, cause: OfferFailure::Carrier },
    CallBridged { offer: OFFER },
    BridgeFailed { offer: OFFER },
    AgentAssigned { agent: AGENT, queues: Box::from([(QUEUE, u8::MAX), (QueueId(0), 1)]) },
    AgentStatusChanged { agent: AGENT, status: AgentStatus::Break(u16::MAX) },
    AgentReady { agent: AGENT },
    HeartbeatReceived { agent: AGENT },
    DeviceConnected { agent: AGENT },
    DeviceDisconnected { agent: AGENT },
    QueueOpened { queue: QUEUE },
    QueueClosed { queue: QUEUE },
    PolicyReplaced(Box::new(desk::policy())),
    FeatureSet { feature: Feature::Callback, share: Share(10_000) },
    FeatureCleared { feature: Feature::AgentHeartbeat },
    StoreLatencyMeasured { latency: Duration::MAX },
    Resumed { since: Timestamp::NEVER },
}

fn row(seq: u64, input: Option<Input>) -> Row {
    Row {
        seq,
        at: Timestamp(seq * 1_000),
        epoch: 1,
        input,
        outputs: [seq, u64::MAX - seq],
    }
}

#[test]
fn every_kind_of_input_is_read_as_it_was_written() {
    let more = [
        Input::CallbackAccepted {
            call: CALL,
            at: None,
        },
        Input::AgentAssigned {
            agent: AGENT,
            queues: Box::default(),
        },
        Input::AgentStatusChanged {
            agent: AGENT,
            status: AgentStatus::Available,
        },
        Input::AgentStatusChanged {
            agent: AGENT,
            status: AgentStatus::Offline,
        },
        Input::OfferFailed {
            offer: OFFER,
            cause: OfferFailure::Busy,
        },
        Input::OfferFailed {
            offer: OFFER,
            cause: OfferFailure::Unreachable,
        },
    ];
    let inputs = samples().into_iter().chain(more).map(Some);
    let (mut seals, mut verifies) = (Chain::new(), Chain::new());
    for (input, seq) in inputs.chain([None]).zip(1..) {
        let row = row(seq, input);
        let sealed = seals.seal(&row).expect("sealed");
        assert_eq!(verifies.verify(&sealed), Ok(row), "{}", sealed.body);
    }
    assert_eq!(seals, verifies);
}

#[test]
fn a_row_is_plain_json_with_its_keys_in_order() {
    let row = row(7, Some(Input::CallEnded { call: CallId(3) }));
    let mut chain = Chain::after(6, [1; 32], Timestamp::ZERO, 1);
    let sealed = chain.seal(&row).expect("sealed");
    assert_eq!(
        sealed.body,
        r#"{"seq":7,"at":7000,"epoch":1,"input":{"CallEnded":{"call":3}},"outputs":"0000000000000007fffffffffffffff8"}"#
    );
}
