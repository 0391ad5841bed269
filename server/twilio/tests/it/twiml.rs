//! TwiML: the official documents, limits, and arbitrary texts.

use crate::material::{text, vectors};
use crate::xml::{Node, parse};
use proptest::prelude::*;
use twilio::Method;
use twilio::limits::{Identity, InlineTwiml, OutOfLimits, QueueName, RingTime};
use twilio::twiml::{
    CallEvent, Client, Conference, ConferenceEvent, Dial, DialNumber, DialQueue, Enqueue, Gather,
    GatherInput, LONGEST, Pause, Play, Record, Redirect, Reject, Repeat, Response, Ringing, Say,
    Sip, StatusCallback, TooLarge,
};

fn queue(name: &str) -> QueueName {
    QueueName::new(name).expect("1 to 64 characters")
}

fn agent() -> Identity {
    Identity::new("agent_7").expect("an identity")
}

fn seconds(n: u32) -> RingTime {
    RingTime::from_seconds(n).expect("5 to 600")
}

/// The documents that the official libraries wrote, by name.
pub(crate) fn documents() -> Vec<(&'static str, Response)> {
    let new = Response::new;
    let leg = |events: &[CallEvent]| StatusCallback::new("/v1/leg", events);
    vec![
        (
            "enqueue",
            new().enqueue(
                Enqueue::into_queue(queue("q-01JABC"))
                    .action("/v1/queue-left?call=1&k=2")
                    .method(Method::Post)
                    .wait_url("/v1/wait?call=1&k=2")
                    .wait_method(Method::Post),
            ),
        ),
        (
            "enqueue-escape",
            new().enqueue(Enqueue::into_queue(queue("a<b>&\"c' é日")).wait_url("/w?x=\"1\"&y=2")),
        ),
        (
            "wait-play",
            new()
                .say(
                    Say::new("You are number 2 in line.")
                        .language("en-GB")
                        .voice("Polly.Amy"),
                )
                .play(Play::new("https://cdn.example.com/hold.mp3").repeat(Repeat::Times(3))),
        ),
        (
            "wait-gather",
            new()
                .gather(
                    Gather::to("/v1/menu?c=1&n=2")
                        .action_on_empty_result(true)
                        .input(GatherInput::Dtmf)
                        .n_digits(1)
                        .timeout(4)
                        .say("Press 1 for a callback."),
                )
                .redirect(Redirect::to("/v1/wait").method(Method::Post)),
        ),
        ("leave", new().leave()),
        (
            "dial-queue",
            new().dial(
                Dial::queue(DialQueue::new(queue("q-01JABC")).url("/v1/agent/connecting?offer=o1"))
                    .action("/v1/agent/bridge-ended?offer=o1")
                    .answer_on_bridge(false)
                    .method(Method::Post)
                    .timeout(seconds(5)),
            ),
        ),
        (
            "dial-client",
            new().dial(
                Dial::party(Client::new(agent()).status_callback(leg(&CallEvent::ALL)))
                    .action("/v1/dial-done")
                    .answer_on_bridge(true)
                    .caller_id("+12125550123")
                    .timeout(seconds(20)),
            ),
        ),
        (
            "dial-client-params",
            new().dial(Dial::party(
                Client::new(agent()).parameter("offer", "o1 & <x>"),
            )),
        ),
        (
            "dial-number",
            new().dial(
                Dial::party(
                    DialNumber::new("+12125550199")
                        .url("/v1/whisper")
                        .status_callback(leg(&[CallEvent::Completed, CallEvent::Answered])),
                )
                .action("/v1/dial-done")
                .timeout(seconds(25)),
            ),
        ),
        (
            "dial-sip",
            new().dial(Dial::party(Sip::new(
                "sip:agent7@pbx.example.com?x-offer=o1",
            ))),
        ),
        (
            "dial-conference",
            new().dial(
                Dial::conference(
                    Conference::new("c-01JABC")
                        .beep(false)
                        .end_on_exit(true)
                        .participant_label("agent")
                        .start_on_enter(true)
                        .status_callback(
                            "/v1/conf",
                            &[
                                ConferenceEvent::Start,
                                ConferenceEvent::End,
                                ConferenceEvent::Join,
                                ConferenceEvent::Leave,
                            ],
                        )
                        .wait_url(""),
                )
                .action("/v1/conf-left"),
            ),
        ),
        ("pause-hangup", new().pause(Pause::seconds(2)).hangup()),
        ("reject-busy", new().reject(Reject::Busy)),
        (
            "redirect",
            new().redirect(Redirect::to("/v1/next?a=1&b=2").method(Method::Post)),
        ),
        (
            "record",
            new().record(
                Record::to("/v1/vm-done")
                    .finish_on_key("#")
                    .max_length(120)
                    .play_beep(true)
                    .status_callback("/v1/vm")
                    .timeout(5),
            ),
        ),
        ("empty", new()),
    ]
}

fn xml(response: &Response) -> String {
    response.to_xml().expect("short")
}

#[test]
fn the_official_documents_are_written_alike() {
    let Some(vectors) = vectors() else { return };
    let official = vectors["twiml"].as_array().unwrap();
    let ours = documents();
    let names: Vec<_> = ours.iter().map(|(name, _)| *name).collect();
    let known: Vec<_> = official.iter().map(|case| text(case, "name")).collect();
    assert_eq!(names, known);
    for (case, (name, document)) in official.iter().zip(&ours) {
        let ours = parse(&xml(document));
        assert_eq!(ours, parse(text(case, "python")), "{name}");
        assert_eq!(ours, parse(text(case, "js")), "{name}");
    }
}

#[test]
fn a_document_begins_with_its_prologue() {
    let document = xml(&Response::new().leave());
    assert_eq!(
        document,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Leave/></Response>"
    );
}

#[test]
fn a_document_over_64_kb_is_refused() {
    let text = "x".repeat(LONGEST - xml(&Response::new().say("")).len());
    let full = Response::new().say(text.as_str());
    assert_eq!(xml(&full).len(), LONGEST);
    let over = Response::new().say(format!("{text}x"));
    assert_eq!(over.to_xml(), Err(TooLarge { bytes: LONGEST + 1 }));
}

#[test]
fn limits_are_kept_by_their_types() {
    assert!(QueueName::new("é".repeat(64)).is_ok());
    assert_eq!(QueueName::new(""), Err(OutOfLimits::QueueName(0)));
    assert_eq!(
        QueueName::new("q".repeat(65)),
        Err(OutOfLimits::QueueName(65))
    );
    assert_eq!(RingTime::from_seconds(5), Ok(RingTime::SHORTEST));
    assert!(RingTime::from_seconds(600).is_ok());
    assert_eq!(RingTime::from_seconds(4), Err(OutOfLimits::RingTime(4)));
    assert_eq!(RingTime::from_seconds(601), Err(OutOfLimits::RingTime(601)));
    assert!(InlineTwiml::new("x".repeat(4000)).is_ok());
    assert_eq!(
        InlineTwiml::new("x".repeat(4001)),
        Err(OutOfLimits::InlineTwiml(4001))
    );
    assert!(Identity::new("a".repeat(121)).is_ok());
    for identity in ["", "agent-7", "agent 7", "é", &"a".repeat(122)] {
        assert_eq!(
            Identity::new(identity),
            Err(OutOfLimits::Identity),
            "{identity}"
        );
    }
}

#[test]
fn one_to_ten_parties_ring_at_once() {
    let parties = |n| std::iter::repeat_n(Ringing::Number(DialNumber::new("+1")), n);
    assert_eq!(Dial::parties(parties(0)), Err(OutOfLimits::Parties(0)));
    assert_eq!(Dial::parties(parties(11)), Err(OutOfLimits::Parties(11)));
    let ten = Response::new().dial(Dial::parties(parties(10)).expect("ten"));
    assert_eq!(parse(&xml(&ten)).children[0].children.len(), 10);
}

#[test]
fn values_below_the_least_are_the_least() {
    let document = Response::new()
        .pause(Pause::seconds(0))
        .play(Play::new("u").repeat(Repeat::UntilHangup))
        .play(Play::new("u").repeat(Repeat::Times(0)));
    let children = parse(&xml(&document)).children;
    let attributes: Vec<_> = children.iter().flat_map(|node| &node.attributes).collect();
    let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let expected = [text("length", "1"), text("loop", "0"), text("loop", "1")];
    assert_eq!(
        attributes,
        expected.iter().map(|(n, v)| (n, v)).collect::<Vec<_>>()
    );
}

#[test]
fn every_other_attribute_has_its_name() {
    let whisper = DialNumber::new("+1").url("u").method(Method::Get);
    let document = Response::new()
        .gather(
            Gather::to("a")
                .method(Method::Get)
                .input(GatherInput::DtmfOrSpeech)
                .finish_on_key("")
                .play(Play::new("p"))
                .pause(Pause::seconds(1)),
        )
        .record(Record::to("a").method(Method::Get))
        .dial(Dial::party(whisper).time_limit(60))
        .dial(Dial::queue(DialQueue::new(queue("q")).method(Method::Get)))
        .dial(Dial::conference(Conference::new("c").muted(true)))
        .reject(Reject::Rejected);
    let expected = "<Response>\
        <Gather action=\"a\" method=\"GET\" input=\"dtmf speech\" finishOnKey=\"\">\
        <Play>p</Play><Pause length=\"1\"/></Gather>\
        <Record action=\"a\" method=\"GET\"/>\
        <Dial timeLimit=\"60\"><Number url=\"u\" method=\"GET\">+1</Number></Dial>\
        <Dial><Queue method=\"GET\">q</Queue></Dial>\
        <Dial><Conference muted=\"true\">c</Conference></Dial>\
        <Reject reason=\"rejected\"/></Response>";
    assert_eq!(parse(&xml(&document)), parse(expected));
}

#[test]
fn what_xml_does_not_have_becomes_the_replacement_character() {
    let document = Response::new().say("a\u{0}b\u{B}c\u{FFFE}d\u{7F}\te\r\nf");
    assert_eq!(
        parse(&xml(&document)).children[0].text,
        "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{7F}\te\r\nf"
    );
}

/// What XML 1.0 has.
fn is_legal(c: char) -> bool {
    !matches!(c, '\u{FFFE}' | '\u{FFFF}') && (c >= ' ' || matches!(c, '\t' | '\n' | '\r'))
}

proptest! {
    #[test]
    fn every_text_arrives_as_it_is(
        said: String,
        url in any::<String>(),
        spice in "[<>&'\" \t\r\n;#x0-9\\]\\[!-]{0,20}",
    ) {
        let (said, url) = (format!("{said}{spice}"), format!("{spice}{url}"));
        let document = Response::new().say(said.as_str()).dial(
            Dial::party(Client::new(agent()).parameter(said.as_str(), url.as_str()).url(url.as_str())),
        );
        let root = parse(&xml(&document));
        let legal = |text: &str| -> String {
            text.chars().map(|c| if is_legal(c) { c } else { '\u{FFFD}' }).collect()
        };
        let client: &Node = &root.children[1].children[0];
        prop_assert_eq!(&root.children[0].text, &legal(&said));
        prop_assert_eq!(&client.attributes["url"], &legal(&url));
        prop_assert_eq!(&client.children[1].attributes["name"], &legal(&said));
        prop_assert_eq!(&client.children[1].attributes["value"], &legal(&url));
    }
}
