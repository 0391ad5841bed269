//! What answers mean: each kind of answer to each kind of request.

use crate::requests::{call, member, offer, queue, update};
use proptest::prelude::*;
use std::time::Duration;
use twilio::rest::{
    Answer, CallChange, DeleteQueue, EndedStatus, Failure, FetchCall, ListCalls, Member, Operation,
    Outcome, Reply, UpdateCall, UpdateMember, Why, classify,
};
use twilio::webhook::CallStatus;

fn reply(status: u16, body: &str) -> Answer {
    Ok(Reply {
        status,
        retry_after: None,
        body: body.as_bytes().to_vec(),
    })
}

/// Twilio's older form of an error.
fn error(status: u16, code: u32) -> Answer {
    let body = format!(
        "{{\"code\":{code},\"message\":\"m{code}\",\"more_info\":\"https://x/{code}\",\"status\":{status}}}"
    );
    reply(status, &body)
}

/// An outcome in a word.
fn word<O: Operation>(operation: &O, answer: Answer) -> &'static str {
    match classify(operation, answer) {
        Outcome::Done(_) => "done",
        Outcome::Over(_) => "over",
        Outcome::Refused(_) => "refused",
        Outcome::Stop(_) => "stop",
        Outcome::Retry { .. } => "retry",
        Outcome::Ambiguous(_) => "ambiguous",
    }
}

fn cancel() -> UpdateCall {
    update(CallChange::Status(EndedStatus::Canceled))
}

#[test]
fn an_answer_means_what_the_request_makes_of_it() {
    let create = offer();
    let delete = DeleteQueue { queue: queue() };
    let (list, fetch) = (ListCalls::default(), FetchCall { call: call() });
    let not_sent = || Err(Failure::NotSent("connection refused".into()));
    let lost = || Err(Failure::Lost("timed out".into()));
    #[rustfmt::skip]
    let table: [(&str, Answer, [&str; 6]); 23] = [
        //                                              create       cancel     member     delete     list       fetch
        ("never sent",             not_sent(),        ["retry",     "retry",   "retry",   "retry",   "retry",   "retry"]),
        ("no answer",              lost(),            ["ambiguous", "retry",   "retry",   "retry",   "retry",   "retry"]),
        ("429",                    error(429, 20429), ["retry",     "retry",   "retry",   "retry",   "retry",   "retry"]),
        ("429 without a body",     reply(429, ""),    ["retry",     "retry",   "retry",   "retry",   "retry",   "retry"]),
        ("20429 as 503",           error(503, 20429), ["retry",     "retry",   "retry",   "retry",   "retry",   "retry"]),
        ("wrong credentials",      error(401, 20003), ["stop",      "stop",    "stop",    "stop",    "stop",    "stop"]),
        ("401 of a proxy",         reply(401, "<p>"), ["stop",      "stop",    "stop",    "stop",    "stop",    "stop"]),
        ("20003 as 403",           error(403, 20003), ["stop",      "stop",    "stop",    "stop",    "stop",    "stop"]),
        ("account closed",         error(403, 20005), ["stop",      "stop",    "stop",    "stop",    "stop",    "stop"]),
        ("forbidden",              error(403, 20403), ["refused",   "refused", "refused", "refused", "refused", "refused"]),
        ("invalid To",             error(400, 21211), ["refused",   "refused", "refused", "refused", "refused", "refused"]),
        ("no permission",          error(400, 13227), ["refused",   "refused", "refused", "refused", "refused", "refused"]),
        ("400 without a body",     reply(400, ""),    ["refused",   "refused", "refused", "refused", "refused", "refused"]),
        ("not in progress",        error(400, 21220), ["refused",   "over",    "over",    "refused", "refused", "refused"]),
        ("not found",              error(404, 20404), ["refused",   "over",    "over",    "over",    "refused", "over"]),
        ("404 without a body",     reply(404, ""),    ["refused",   "over",    "over",    "over",    "refused", "over"]),
        ("conflict",               error(409, 20409), ["refused",   "refused", "refused", "refused", "refused", "refused"]),
        ("redirect",               reply(302, ""),    ["refused",   "refused", "refused", "refused", "refused", "refused"]),
        ("request timeout",        reply(408, ""),    ["ambiguous", "retry",   "retry",   "retry",   "retry",   "retry"]),
        ("internal error",         error(500, 20500), ["ambiguous", "retry",   "retry",   "retry",   "retry",   "retry"]),
        ("gateway timeout",        reply(504, "<p>"), ["ambiguous", "retry",   "retry",   "retry",   "retry",   "retry"]),
        ("done but not readable",  reply(201, "<p>"), ["ambiguous", "retry",   "retry",   "done",    "retry",   "retry"]),
        ("done without a body",    reply(204, ""),    ["ambiguous", "retry",   "retry",   "done",    "retry",   "retry"]),
    ];
    for (name, answer, expected) in table {
        let words = [
            word(&create, answer.clone()),
            word(&cancel(), answer.clone()),
            word(&member(), answer.clone()),
            word(&delete, answer.clone()),
            word(&list, answer.clone()),
            word(&fetch, answer),
        ];
        assert_eq!(
            words, expected,
            "{name}: create, cancel, member, delete, list, fetch"
        );
    }
}

#[test]
fn the_next_caller_is_not_taken_out_because_nobody_knows_of_the_first() {
    let front = UpdateMember {
        member: Member::Front,
        ..member()
    };
    assert_eq!(
        word(&front, Err(Failure::Lost("timed out".into()))),
        "ambiguous"
    );
}

#[test]
fn a_placed_leg_says_its_name_and_its_wait() {
    let body = r#"{"sid":"CA9","status":"queued","queue_time":"1500","direction":"outbound-api",
        "from":"+18005551212","to":"client:agent_7","parent_call_sid":null,"duration":null,"price":null}"#;
    let Outcome::Done(leg) = classify(&offer(), reply(201, body)) else {
        panic!("not done")
    };
    assert_eq!((leg.sid.as_str(), leg.queue_time), ("CA9", Some(1500)));
    assert_eq!(leg.status, Some(CallStatus::Queued));
    assert_eq!(
        (leg.parent, leg.duration, leg.to.as_deref()),
        (None, None, Some("client:agent_7"))
    );

    let body = r#"{"call_sid":"CA1","queue_sid":"QU2","position":1,"wait_time":143}"#;
    let Outcome::Done(waiting) = classify(&member(), reply(200, body)) else {
        panic!("not done")
    };
    assert_eq!((waiting.call.as_str(), waiting.position), ("CA1", Some(1)));
    assert_eq!(waiting.wait_time, Some(143));
}

#[test]
fn both_forms_of_an_error_are_read() {
    let newer = r#"{"type":"https://www.twilio.com/docs/api/errors/21211","title":"Invalid 'To'",
        "status":400,"code":21211,"detail":"The 'To' number is not valid.","errors":[]}"#;
    let older = r#"{"code":"21211","message":"The 'To' number is not valid.","status":400}"#;
    for body in [newer, older] {
        let Outcome::Refused(problem) = classify(&offer(), reply(400, body)) else {
            panic!("not refused: {body}")
        };
        assert_eq!((problem.status, problem.code), (400, Some(21211)));
        assert_eq!(problem.message, "The 'To' number is not valid.");
        let told = "status 400, error 21211: The 'To' number is not valid.";
        assert_eq!(problem.to_string(), told);
    }
    let bare = Outcome::Refused(twilio::rest::Problem {
        status: 418,
        code: None,
        message: String::new(),
    });
    assert_eq!(classify(&offer(), reply(418, "[1]")), bare);
}

#[test]
fn how_long_to_leave_twilio_alone_is_passed_on() {
    for status in [429, 503] {
        let answer = Ok(Reply {
            status,
            retry_after: Some(Duration::from_secs(7)),
            body: Vec::new(),
        });
        let Outcome::Retry { after, .. } = classify(&cancel(), answer) else {
            panic!("not to be repeated")
        };
        assert_eq!(after, Some(Duration::from_secs(7)), "{status}");
    }
    let told = Why::Failed(Failure::Lost("timed out".into())).to_string();
    assert_eq!(told, "no answer: timed out");
}

proptest! {
    #[test]
    fn no_answer_makes_a_panic_or_a_second_call(status in 100_u16..1000, body: Vec<u8>) {
        let answer = Ok(Reply { status, retry_after: None, body });
        let create = word(&offer(), answer.clone());
        let processed = (200..300).contains(&status) || status == 408 || status >= 500;
        prop_assert!(create != "retry" || !processed, "{} to {}", create, status);
        word(&cancel(), answer.clone());
        word(&ListCalls::default(), answer);
    }
}
