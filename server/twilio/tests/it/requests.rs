//! REST requests: those of the official libraries, field by field.

use crate::material::vectors;
use serde_json::Value;
use std::collections::BTreeSet;
use twilio::limits::{Identity, InlineTwiml, RingTime};
use twilio::rest::{
    CallChange, CreateCall, DeleteQueue, EndedStatus, FetchCall, Instructions, ListCalls,
    ListQueues, Member, Operation, Page, Party, Request, UpdateCall, UpdateMember, Verb,
};
use twilio::twiml::{CallEvent, StatusCallback};
use twilio::webhook::CallStatus;
use twilio::{AccountSid, CallSid, Form, Method, QueueSid};

pub(crate) const ACCOUNT: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const CALL: &str = "CA11111111111111111111111111111111";
const QUEUE: &str = "QU22222222222222222222222222222222";

pub(crate) fn account() -> AccountSid {
    AccountSid::new(ACCOUNT).expect("not empty")
}

pub(crate) fn call() -> CallSid {
    CallSid::new(CALL).expect("not empty")
}

pub(crate) fn queue() -> QueueSid {
    QueueSid::new(QUEUE).expect("not empty")
}

/// The offer of the official libraries' vectors.
pub(crate) fn offer() -> CreateCall {
    let status = StatusCallback {
        url: "https://voice.example.com/v1/agent/status?offer=o1".into(),
        method: Some(Method::Post),
        events: CallEvent::ALL.to_vec(),
    };
    CreateCall {
        fallback_url: Some("https://voice.example.com/v1/agent/fallback?offer=o1".into()),
        status: Some(status),
        timeout: Some(RingTime::from_seconds(20).expect("5 to 600")),
        time_limit: Some(14_400),
        ..CreateCall::new(
            Party::Client(Identity::new("agent_7").expect("an identity")),
            "+18005551212",
            Instructions::url("https://voice.example.com/v1/agent/answer?offer=o1"),
        )
    }
}

pub(crate) fn update(change: CallChange) -> UpdateCall {
    UpdateCall {
        call: call(),
        change,
    }
}

fn goodbye() -> CallChange {
    let document = InlineTwiml::new("<Response><Say>Bye</Say><Hangup/></Response>");
    CallChange::Instructions(Instructions::Twiml(document.expect("short")))
}

fn next() -> CallChange {
    CallChange::Instructions(Instructions::url("https://voice.example.com/v1/next"))
}

pub(crate) fn member() -> UpdateMember {
    UpdateMember {
        queue: queue(),
        member: Member::Call(call()),
        url: "https://voice.example.com/v1/next".into(),
    }
}

/// A request without its order: method, path, sorted fields.
type Plain = (String, String, Vec<(String, String)>);

fn plain(request: &Request) -> Plain {
    let verb = match request.verb {
        Verb::Get => "GET",
        Verb::Post => "POST",
        Verb::Delete => "DELETE",
    };
    let fields = request
        .form
        .iter()
        .map(|(k, v)| (k.to_owned(), v.to_owned()));
    let mut fields: Vec<_> = fields.collect();
    fields.sort();
    (verb.into(), request.path.clone(), fields)
}

/// The same of an official request; a list is a key that comes again.
fn official(case: &Value, url: &str) -> Plain {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    };
    let mut fields = Vec::new();
    for (key, value) in case["data"].as_object().into_iter().flatten() {
        match value.as_array() {
            Some(values) => fields.extend(values.iter().map(|value| (key.clone(), text(value)))),
            None => fields.push((key.clone(), text(value))),
        }
    }
    fields.sort();
    let path = case[url]
        .as_str()
        .and_then(|url| url.strip_prefix("https://api.twilio.com"))
        .expect("a URL of the API");
    let method = case["method"].as_str().expect("a method").to_uppercase();
    (method, path.to_owned(), fields)
}

#[test]
fn requests_are_those_of_the_official_python_library() {
    let Some(vectors) = vectors() else { return };
    let cases = vectors["rest_requests_python"].as_array().unwrap();
    let official: BTreeSet<_> = cases.iter().map(|case| official(case, "url")).collect();
    let delete = DeleteQueue { queue: queue() };
    let ours = [
        offer().request(&account()),
        update(CallChange::Status(EndedStatus::Canceled)).request(&account()),
        update(CallChange::Status(EndedStatus::Completed)).request(&account()),
        update(next()).request(&account()),
        update(goodbye()).request(&account()),
        FetchCall { call: call() }.request(&account()),
        member().request(&account()),
        delete.request(&account()),
    ];
    let ours: BTreeSet<_> = ours.iter().map(plain).collect();
    assert_eq!(
        ours.difference(&official).collect::<Vec<_>>(),
        Vec::<&Plain>::new()
    );
    // The rest is what we have no operation for.
    let rest = official.difference(&ours).map(|(method, path, _)| {
        let path = path.split_once(ACCOUNT).expect("our account").1;
        format!("{method} {path}")
    });
    let without = [
        "DELETE /Conferences/CF33333333333333333333333333333333/Participants/CA11111111111111111111111111111111.json",
        "GET /Queues/QU22222222222222222222222222222222/Members/Front.json",
        "POST /Conferences/CF33333333333333333333333333333333.json",
        "POST /Conferences/c-01JABC/Participants.json",
        "POST /IncomingPhoneNumbers/PN44444444444444444444444444444444.json",
        "POST /Queues.json",
    ];
    assert_eq!(rest.collect::<Vec<_>>(), without);
}

#[test]
fn requests_are_those_of_the_official_javascript_library() {
    let Some(vectors) = vectors() else { return };
    let cases = vectors["rest_requests_js"].as_array().unwrap();
    let official: Vec<_> = cases.iter().map(|case| official(case, "uri")).collect();
    let url = "https://voice.example.com/v1/agent/status?offer=o1";
    let short = CreateCall {
        instructions: Instructions::Url {
            url: "https://voice.example.com/v1/agent/answer?offer=o1".into(),
            method: None,
        },
        fallback_url: None,
        status: Some(StatusCallback::new(url, &CallEvent::ALL)),
        time_limit: None,
        ..offer()
    };
    let ours = [
        short.request(&account()),
        update(CallChange::Status(EndedStatus::Completed)).request(&account()),
        member().request(&account()),
        DeleteQueue { queue: queue() }.request(&account()),
    ];
    assert_eq!(ours.iter().map(plain).collect::<Vec<_>>(), official);
}

#[test]
fn lists_are_asked_for_with_their_filters_and_then_page_by_page() {
    let list = ListCalls {
        to: Some("client:agent_7".into()),
        status: Some(CallStatus::InProgress),
        ..ListCalls::default()
    };
    let request = list.request(&account());
    assert_eq!(
        request.path,
        format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json")
    );
    assert_eq!(
        request.form.encode(),
        "To=client%3Aagent_7&Status=in-progress&PageSize=1000"
    );

    let body = br#"{"calls":[{"sid":"CA1","status":"ringing"},{"no":"sid"}],"next_page_uri":
        "/2010-04-01/Accounts/ACx/Calls.json?PageSize=1000&Page=1&PageToken=PACA1"}"#;
    let page = list.read(body).expect("a page");
    assert_eq!(page.items.len(), 1, "what cannot be read is left out");
    assert_eq!(page.items[0].status, Some(CallStatus::Ringing));
    let next = ListCalls {
        page: page.next,
        ..list
    };
    let request = next.request(&account());
    assert_eq!(
        request.path,
        format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json"),
        "not ACx"
    );
    assert_eq!(
        request.form.encode(),
        "PageSize=1000&Page=1&PageToken=PACA1"
    );

    let queues = ListQueues::default();
    assert_eq!(queues.request(&account()).form.encode(), "PageSize=1000");
    let body = br#"{"queues":[{"sid":"QU1","friendly_name":"h-1","current_size":0}],"next_page_uri":null}"#;
    let Page { items, next } = queues.read(body).expect("a page");
    assert_eq!(
        (items[0].friendly_name.as_deref(), items[0].current_size),
        (Some("h-1"), Some(0))
    );
    assert_eq!(next, None);
    assert_eq!(queues.read(b"{}"), None);
    assert_eq!(queues.read(b"<html>"), None);
}

#[test]
fn a_name_from_outside_stays_within_its_segment() {
    let fetch = |call: &str| {
        let call = CallSid::new(call).expect("not empty");
        FetchCall { call }.request(&account()).path
    };
    let calls = format!("/2010-04-01/Accounts/{ACCOUNT}/Calls/");
    assert_eq!(
        fetch("../Queues/QU1?x#y"),
        format!("{calls}..%2FQueues%2FQU1%3Fx%23y.json")
    );
    assert_eq!(fetch(".."), format!("{calls}%2E%2E.json"));
    assert_eq!(fetch("v3:a_b-c"), format!("{calls}v3%3Aa_b-c.json"));
}

#[test]
fn a_leg_may_be_placed_on_a_telephone_with_the_callers_number_and_a_machine_told_apart() {
    let place = CreateCall {
        call_token: Some("{\"token\":1}".into()),
        detect_machine: true,
        ..CreateCall::new(
            Party::Number("+12125550199".into()),
            "+12125550123",
            Instructions::url("https://x/answer"),
        )
    };
    let form = place.request(&account()).form;
    let expected = Form::from_iter([
        ("To", "+12125550199"),
        ("From", "+12125550123"),
        ("Url", "https://x/answer"),
        ("Method", "POST"),
        ("CallToken", "{\"token\":1}"),
        ("MachineDetection", "Enable"),
    ]);
    assert_eq!(form, expected);
    assert_eq!(Party::Sip("sip:a@b".into()).to_string(), "sip:a@b");
    let front = UpdateMember {
        member: Member::Front,
        ..member()
    };
    assert!(
        front
            .request(&account())
            .path
            .ends_with("/Members/Front.json")
    );
}
