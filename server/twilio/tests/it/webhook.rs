//! Webhooks: what each kind says, withheld numbers, and arbitrary forms.

use proptest::prelude::*;
use twilio::webhook::{
    AnsweredBy, Call, CallStatus, Caller, DequeueResult, DialEnded, DialStatus, Direction,
    Fallback, Gathered, Joining, LeftQueue, QueueResult, Recorded, Status, Waiting,
};
use twilio::{CallSid, Form, QueueSid, RecordingSid};

fn form(query: &str) -> Form {
    Form::parse(query.as_bytes())
}

fn call(sid: &str) -> Option<CallSid> {
    CallSid::new(sid)
}

#[test]
fn an_incoming_call_says_who_calls_whom() {
    let read = Call::read(&form(
        "AccountSid=AC1&ApiVersion=2010-04-01&CallSid=CA1&CallStatus=ringing&Direction=inbound\
         &From=%2B12125550123&To=%2B18005551212&ForwardedFrom=%2B18005550000&CallerName=SMITH%20J\
         &CallToken=%7B%7D&StirVerstat=TN-Validation-Passed-A&NewIn2027=x",
    ));
    assert_eq!(read.sid, call("CA1"));
    assert_eq!(read.account.as_ref().map(|sid| sid.as_str()), Some("AC1"));
    assert_eq!(read.from, Caller::Number("+12125550123".into()));
    assert_eq!(read.to.number(), Some("+18005551212"));
    assert_eq!(read.status, Some(CallStatus::Ringing));
    assert_eq!(read.direction, Some(Direction::Inbound));
    assert_eq!(
        read.forwarded_from,
        Some(Caller::Number("+18005550000".into()))
    );
    assert_eq!(read.caller_name.as_deref(), Some("SMITH J"));
    assert_eq!(read.call_token.as_deref(), Some("{}"));
    assert_eq!(read.stir_verstat.as_deref(), Some("TN-Validation-Passed-A"));
    assert_eq!((read.parent, read.answered_by), (None, None));
}

#[test]
fn a_waiting_call_says_its_place() {
    let read = Waiting::read(&form(
        "CallSid=CA1&QueuePosition=1&QueueSid=QU2&QueueTime=17&AvgQueueTime=9&CurrentQueueSize=3\
         &MaxQueueSize=1000",
    ));
    assert_eq!(read.call.sid, call("CA1"));
    assert_eq!(read.queue, QueueSid::new("QU2"));
    assert_eq!((read.position, read.queue_time), (Some(1), Some(17)));
    assert_eq!(
        (read.average_queue_time, read.size, read.max_size),
        (Some(9), Some(3), Some(1000))
    );
}

#[test]
fn a_call_that_left_its_queue_says_why() {
    let words = [
        ("bridged", QueueResult::Bridged),
        ("bridging-in-process", QueueResult::BridgingInProcess),
        ("hangup", QueueResult::Hangup),
        ("leave", QueueResult::Leave),
        ("redirected", QueueResult::Redirected),
        (
            "redirected-from-bridged",
            QueueResult::RedirectedFromBridged,
        ),
        ("queue-full", QueueResult::QueueFull),
        ("error", QueueResult::Error),
        ("system-error", QueueResult::SystemError),
        ("timeout", QueueResult::Other("timeout".into())),
    ];
    for (word, result) in words {
        let read = LeftQueue::read(&form(&format!(
            "CallSid=CA1&QueueResult={word}&QueueTime=4"
        )));
        assert_eq!(result.as_str(), word);
        assert_eq!(
            (read.result, read.queue, read.queue_time),
            (Some(result), None, Some(4))
        );
    }
}

#[test]
fn a_call_about_to_be_bridged_says_by_whom() {
    for key in ["DequeingCallSid", "DequeueingCallSid"] {
        let read = Joining::read(&form(&format!(
            "CallSid=CA1&QueueSid=QU2&QueueTime=5&{key}=CA9"
        )));
        assert_eq!((read.call.sid, read.taken_by), (call("CA1"), call("CA9")));
        assert_eq!(
            (read.queue, read.queue_time),
            (QueueSid::new("QU2"), Some(5))
        );
    }
}

#[test]
fn a_dial_that_ended_says_how_and_what_came_of_the_queue() {
    let read = DialEnded::read(&form(
        "CallSid=CA9&DialCallStatus=completed&DialCallSid=CA1&DialCallDuration=61&DialBridged=true\
         &QueueSid=QU2&DequeueResult=bridged&DequeuedCallSid=CA1&DequeuedCallQueueTime=12\
         &DequeuedCallDuration=60",
    ));
    assert_eq!((read.call.sid, read.dialled), (call("CA9"), call("CA1")));
    assert_eq!(
        (read.status, read.bridged),
        (Some(DialStatus::Completed), Some(true))
    );
    assert_eq!(read.duration, Some(61));
    assert_eq!(read.dequeued.result, Some(DequeueResult::Bridged));
    assert_eq!(
        (read.dequeued.call, read.dequeued.queue),
        (call("CA1"), QueueSid::new("QU2"))
    );
    assert_eq!(
        (read.dequeued.queue_time, read.dequeued.duration),
        (Some(12), Some(60))
    );
    let plain = DialEnded::read(&form("CallSid=CA9&DialCallStatus=no-answer"));
    assert_eq!(plain.status, Some(DialStatus::NoAnswer));
    assert_eq!(plain.dequeued, Default::default());
}

#[test]
fn a_status_callback_says_its_place_and_time() {
    let read = Status::read(&form(
        "CallSid=CA9&CallStatus=no-answer&SequenceNumber=2&Timestamp=Fri%2C%2027%20Nov%202026%2011%3A22%3A11%20%2B0000\
         &CallbackSource=call-progress-events&SipResponseCode=487&CallDuration=0&AnsweredBy=machine_start",
    ));
    assert_eq!(read.call.status, Some(CallStatus::NoAnswer));
    assert_eq!(read.call.answered_by, Some(AnsweredBy::MachineStart));
    assert_eq!(
        (read.sequence_number, read.sip_response_code),
        (Some(2), Some(487))
    );
    assert_eq!(
        (read.call_duration, read.happened_at()),
        (Some(0), Some(1_795_778_531))
    );
    let odd = Status::read(&form(
        "CallStatus=on-the-moon&SequenceNumber=-1&Timestamp=yesterday",
    ));
    assert_eq!(
        odd.call.status,
        Some(CallStatus::Other("on-the-moon".into()))
    );
    assert_eq!((odd.sequence_number, odd.happened_at()), (None, None));
}

#[test]
fn only_ends_are_final() {
    let ends = ["completed", "busy", "failed", "no-answer", "canceled"];
    for end in ends {
        assert!(CallStatus::from(end).is_final(), "{end}");
    }
    for other in [
        "queued",
        "initiated",
        "ringing",
        "answered",
        "in-progress",
        "on-the-moon",
    ] {
        assert!(!CallStatus::from(other).is_final(), "{other}");
        assert_eq!(CallStatus::from(other).as_str(), other);
    }
}

#[test]
fn keys_speech_recordings_and_errors_are_read() {
    let keys = Gathered::read(&form("CallSid=CA1&Digits=1"));
    assert_eq!((keys.digits.as_deref(), keys.speech), (Some("1"), None));
    let speech = Gathered::read(&form(
        "CallSid=CA1&Digits=&SpeechResult=%20yes%20&Confidence=0.75",
    ));
    assert_eq!(
        (speech.digits, speech.speech.as_deref()),
        (None, Some(" yes "))
    );
    assert_eq!(speech.confidence, Some(0.75));
    for confidence in ["7", "NaN", "-0.5", "sure"] {
        let read = Gathered::read(&form(&format!("Confidence={confidence}")));
        assert_eq!(read.confidence, None, "{confidence}");
    }
    let left = Recorded::read(&form(
        "CallSid=CA1&RecordingUrl=https%3A%2F%2Fx%2FRE1&RecordingSid=RE1&RecordingDuration=9&Digits=hangup",
    ));
    assert_eq!(
        (left.sid, left.duration),
        (RecordingSid::new("RE1"), Some(9))
    );
    assert_eq!(left.url.as_deref(), Some("https://x/RE1"));
    assert_eq!(
        (left.ended_by.as_deref(), left.status),
        (Some("hangup"), None)
    );
    let failed = Fallback::read(&form(
        "CallSid=CA1&ErrorCode=11200&ErrorUrl=https%3A%2F%2Fx%2Fwait",
    ));
    assert_eq!(failed.error_code, Some(11200));
    assert_eq!(failed.error_url.as_deref(), Some("https://x/wait"));
}

#[test]
fn withheld_callers_have_nothing_in_common() {
    let withheld = [
        "",
        "anonymous",
        "Anonymous",
        "RESTRICTED",
        "unavailable",
        "unknown",
        "private",
        "blocked",
        "+266696687",
        "+7378742833",
        "+2562533",
        "+8656696",
        "+86282452253",
        "+7748283",
        "sip:anonymous@anonymous.invalid",
        "sips:Anonymous@pbx.example.com",
        " anonymous ",
    ];
    for text in withheld {
        assert_eq!(Caller::read(text), Caller::Withheld, "{text}");
    }
    assert_eq!(Call::read(&Form::new()).from, Caller::Withheld);
}

#[test]
fn other_callers_are_kept_as_they_came() {
    let kept = |text: &str| text.to_owned();
    for text in ["+12125550123", "12125550123", "266696687", "+2666966871"] {
        assert_eq!(Caller::read(text), Caller::Number(kept(text)));
    }
    assert_eq!(
        Caller::read("client:agent_7"),
        Caller::Client(kept("agent_7"))
    );
    let sip = "sip:+12125550123@pbx.example.com";
    assert_eq!(Caller::read(sip), Caller::Sip(kept(sip)));
    for text in [
        "+",
        "+1 212",
        " 12125550123",
        "Anonymous Coward",
        "whatsapp:+1",
    ] {
        assert_eq!(Caller::read(text), Caller::Other(kept(text)), "{text}");
    }
}

proptest! {
    #[test]
    fn arbitrary_forms_are_read_as_every_kind(
        keys in prop::collection::vec(
            (
                prop::sample::select(vec![
                    "CallSid", "From", "CallStatus", "Direction", "QueueTime", "QueuePosition",
                    "QueueResult", "DialCallStatus", "DialBridged", "SequenceNumber", "Timestamp",
                    "Confidence", "ErrorCode", "RecordingDuration",
                ]),
                ".{0,16}|-?[0-9]{1,30}",
            ),
            0..12,
        ),
    ) {
        let form: Form = keys.into_iter().collect();
        let _ = Call::read(&form);
        let _ = Waiting::read(&form);
        let _ = LeftQueue::read(&form);
        let _ = Joining::read(&form);
        let _ = DialEnded::read(&form);
        let _ = Status::read(&form).happened_at();
        let _ = Gathered::read(&form);
        let _ = Recorded::read(&form);
        let _ = Fallback::read(&form);
    }
}
