//! Signatures: the official vectors, each way to be refused, and arbitrary requests.

use crate::material::{text, vectors};
use proptest::prelude::*;
use serde_json::Value;
use twilio::signature::{
    Algorithm, Content, Incoming, Keys, Refusal, Verifier, check, sign, sign_json,
};
use twilio::{BaseUrl, Form, Secret};

fn secret(text: &str) -> Secret {
    Secret::new(text).expect("not empty")
}

fn keys(token: &str) -> Keys {
    Keys::one(secret(token))
}

fn form(parameters: &Value) -> Form {
    let mut form = Form::new();
    for (key, value) in parameters.as_object().expect("an object") {
        match value.as_array() {
            Some(values) => values
                .iter()
                .for_each(|v| form.push(key, v.as_str().expect("a text"))),
            None => form.push(key, value.as_str().expect("a text")),
        }
    }
    form
}

const SHA1: Algorithm = Algorithm::HmacSha1;

#[test]
fn the_official_signatures_are_made_and_taken() {
    let Some(vectors) = vectors() else { return };
    let cases = vectors["signature"].as_array().unwrap();
    assert!(cases.len() >= 12, "{} cases", cases.len());
    for case in cases {
        let name = text(case, "name");
        let (url, token) = (text(case, "url"), text(case, "token"));
        let (form, signature) = (form(&case["params"]), text(case, "signature"));
        assert_eq!(sign(&secret(token), SHA1, url, &form), signature, "{name}");
        assert_eq!(
            check(&keys(token), SHA1, url, &form, signature),
            Ok(()),
            "{name}"
        );
        // The same through bytes, as they are received.
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"))
            .unwrap();
        let split = url.len() - rest.len() + rest.find('/').unwrap_or(rest.len());
        let (base, target) = url.split_at(split);
        let verifier = Verifier::new(BaseUrl::parse(base).unwrap(), keys(token));
        let body = form.encode();
        let read = verifier.verify(&Incoming {
            path_and_query: target,
            content: Content::Form(body.as_bytes()),
            signature: Some(signature),
            settings: None,
        });
        assert_eq!(read, Ok(form), "{name}");
    }
}

#[test]
fn what_both_official_libraries_take_or_refuse_about_urls_is_taken_or_refused() {
    let Some(vectors) = vectors() else { return };
    let mut differ = Vec::new();
    let cases = vectors["signature_url_pairs"].as_array().unwrap();
    for case in cases {
        let note = text(case, "note");
        let (form, signature) = (form(&case["params"]), text(case, "signature"));
        let token = text(case, "token");
        assert_eq!(
            sign(&secret(token), SHA1, text(case, "signed_url"), &form),
            signature,
            "{note}"
        );
        let taken = check(&keys(token), SHA1, text(case, "seen_url"), &form, signature).is_ok();
        let python = case["python_accepts"].as_bool().unwrap();
        let js = case["js_accepts"].as_bool().unwrap();
        if python == js {
            assert_eq!(taken, python, "{note}");
        } else {
            differ.push((note, python, js, taken));
        }
    }
    // (what, Python, JavaScript, ours): signature.rs says why.
    let known = [
        ("userinfo + port, signed without port", false, true, true),
        ("host upper-case", false, true, true),
        ("quote in query, signed escaped", false, true, false),
    ];
    assert_eq!(differ, known);
    assert!(cases.len() >= 17, "{} cases", cases.len());
}

#[test]
fn a_json_body_is_signed_by_its_digest_in_the_url() {
    let Some(vectors) = vectors() else { return };
    let case = &vectors["signature_json_body"];
    let (token, body, url) = (text(case, "token"), text(case, "body"), text(case, "url"));
    let plain = url.split_once("&bodySHA256").unwrap().0;
    let signed = sign_json(&secret(token), SHA1, plain, body.as_bytes());
    assert_eq!(
        (signed.0.as_str(), signed.1.as_str()),
        (url, text(case, "signature"))
    );

    let verifier = Verifier::new(BaseUrl::parse("https://example.com").unwrap(), keys(token));
    let target = url.strip_prefix("https://example.com").unwrap();
    let verify = |target: &str, body: &str, signature: &str| {
        verifier.verify(&Incoming {
            path_and_query: target,
            content: Content::posted(Some("application/json; charset=utf-8"), body.as_bytes()),
            signature: Some(signature),
            settings: None,
        })
    };
    let query = verify(target, body, &signed.1).expect("taken");
    assert_eq!((query.get("foo"), query.get("bar")), (Some("1"), Some("2")));
    let tampered = body.replace("true", "null");
    assert_eq!(
        verify(target, &tampered, &signed.1),
        Err(Refusal::WrongBody)
    );
    assert_eq!(
        verify(&target.replace("foo=1", "foo=2"), body, &signed.1),
        Err(Refusal::Wrong)
    );
    // A URL that is signed without a digest vouches for no body.
    let bare = sign(&secret(token), SHA1, plain, &Form::new());
    let bare_target = plain.strip_prefix("https://example.com").unwrap();
    assert_eq!(verify(bare_target, body, &bare), Err(Refusal::WrongBody));
}

#[test]
fn what_the_official_libraries_refuse_is_refused() {
    let Some(vectors) = vectors() else { return };
    let cases = vectors["signature_negative"].as_array().unwrap();
    let notes: Vec<_> = cases.iter().map(|case| text(case, "note")).collect();
    let known = [
        "wrong token",
        "tampered param",
        "missing param",
        "empty signature",
        "trimmed value",
    ];
    assert_eq!(notes, known);
    let url = "https://voice.example.com/s";
    let form = Form::from_iter([
        ("CallSid", "CA1"),
        ("SpeechResult", " yes "),
        ("From", "+1"),
    ]);
    let signature = sign(&secret("12345"), SHA1, url, &form);
    let refusal = |token: &str, form: &Form, signature: &str| {
        check(&keys(token), SHA1, url, form, signature).expect_err("refused")
    };
    let tampered = Form::from_iter([
        ("CallSid", "CA2"),
        ("SpeechResult", " yes "),
        ("From", "+1"),
    ]);
    let missing = Form::from_iter([("CallSid", "CA1"), ("SpeechResult", " yes ")]);
    let trimmed = Form::from_iter([("CallSid", "CA1"), ("SpeechResult", "yes"), ("From", "+1")]);
    assert_eq!(refusal("54321", &form, &signature), Refusal::Wrong);
    assert_eq!(refusal("12345", &tampered, &signature), Refusal::Wrong);
    assert_eq!(refusal("12345", &missing, &signature), Refusal::Wrong);
    assert_eq!(refusal("12345", &form, ""), Refusal::Missing);
    assert_eq!(refusal("12345", &trimmed, &signature), Refusal::Wrong);
    assert_eq!(check(&keys("12345"), SHA1, url, &form, &signature), Ok(()));
}

#[test]
fn a_shared_key_signs_with_the_algorithm_that_the_settings_name() {
    let Some(vectors) = vectors() else { return };
    let case = &vectors["signature_hmac_sha256"];
    let settings = text(case, "settings_header");
    assert_eq!(
        Algorithm::from_settings(Some(settings)),
        Ok(Algorithm::HmacSha256)
    );
    let (form, signature, url) = (
        form(&case["params"]),
        text(case, "signature"),
        text(case, "url"),
    );
    let shared = secret(text(case, "token"));
    assert_eq!(sign(&shared, Algorithm::HmacSha256, url, &form), signature);

    let body = form.encode();
    let incoming = Incoming {
        path_and_query: url.strip_prefix("https://example.com").unwrap(),
        content: Content::Form(body.as_bytes()),
        signature: Some(signature),
        settings: Some(settings),
    };
    let verifier = Verifier::new(
        BaseUrl::parse("https://example.com").unwrap(),
        keys("12345"),
    );
    assert_eq!(
        verifier.verify(&incoming),
        Err(Refusal::Wrong),
        "the token is not the shared key"
    );
    let verifier = verifier.with_shared_keys(Keys::one(shared));
    assert_eq!(verifier.verify(&incoming), Ok(form.clone()));
    // The auth token still signs what names no shared key.
    let by_token = sign(&secret("12345"), SHA1, url, &form);
    let plain = Incoming {
        signature: Some(&by_token),
        settings: None,
        ..incoming
    };
    assert_eq!(verifier.verify(&plain), Ok(form));
    // A digest of one algorithm is none of the other.
    let downgraded = Incoming {
        settings: Some("key=k,algorithm=HMAC_SHA1"),
        ..incoming
    };
    assert_eq!(verifier.verify(&downgraded), Err(Refusal::Malformed));
}

#[test]
fn settings_without_an_algorithm_mean_the_old_one_and_an_unknown_one_is_refused() {
    for silent in [
        None,
        Some(""),
        Some("key=webhooks_sharedkey_1"),
        Some("key=k,algorithm="),
    ] {
        assert_eq!(Algorithm::from_settings(silent), Ok(SHA1), "{silent:?}");
    }
    assert_eq!(
        Algorithm::from_settings(Some(" algorithm = hmac_sha256 ")),
        Ok(Algorithm::HmacSha256)
    );
    assert_eq!(
        Algorithm::from_settings(Some("algorithm=MD5")),
        Err(Refusal::Malformed)
    );
}

#[test]
fn a_signature_that_is_absent_or_no_digest_is_told_apart_from_a_wrong_one() {
    let verifier = Verifier::new(
        BaseUrl::parse("https://example.com").unwrap(),
        keys("12345"),
    );
    let verify = |signature| {
        verifier.verify(&Incoming {
            path_and_query: "/s",
            content: Content::Form(b"a=1"),
            signature,
            settings: None,
        })
    };
    assert_eq!(verify(None), Err(Refusal::Missing));
    assert_eq!(verify(Some("")), Err(Refusal::Missing));
    for malformed in [
        "*",
        "AAAA",
        "L/OH5YylLD5NRKLltdqwSvS0BnU",
        "L/OH5YylLD5NRKLltdqwSvS0BnV=",
    ] {
        assert_eq!(
            verify(Some(malformed)),
            Err(Refusal::Malformed),
            "{malformed}"
        );
    }
    assert_eq!(
        verify(Some("L/OH5YylLD5NRKLltdqwSvS0BnU=")),
        Err(Refusal::Wrong)
    );
}

#[test]
fn either_token_signs_during_a_rotation_and_none_is_printed() {
    let url = "https://example.com/s";
    let rotating = Keys::rotating(secret("old-token"), secret("new-token"));
    for token in ["old-token", "new-token"] {
        let signature = sign(&secret(token), SHA1, url, &Form::new());
        assert_eq!(
            check(&rotating, SHA1, url, &Form::new(), &signature),
            Ok(())
        );
    }
    let other = sign(&secret("other"), SHA1, url, &Form::new());
    assert_eq!(
        check(&rotating, SHA1, url, &Form::new(), &other),
        Err(Refusal::Wrong)
    );
    let verifier = Verifier::new(BaseUrl::parse("https://example.com").unwrap(), rotating);
    let printed = format!("{verifier:?}");
    assert!(
        !printed.contains("token\"") && !printed.contains("-token"),
        "{printed}"
    );
    assert!(
        Secret::new("").is_err(),
        "everybody could sign with an empty secret"
    );
}

#[test]
fn a_fragment_is_neither_sent_nor_signed() {
    let token = secret("12345");
    let with = sign(
        &token,
        SHA1,
        "https://example.com/s?a=1#rc=2&rp=all",
        &Form::new(),
    );
    assert_eq!(
        with,
        sign(&token, SHA1, "https://example.com/s?a=1", &Form::new())
    );
}

#[test]
fn keys_are_ordered_by_code_point() {
    // UTF-16, and so JavaScript's library, has the second before the first.
    let form = Form::from_iter([("\u{1F600}", "2"), ("\u{FF5E}", "1")]);
    let mirrored = Form::from_iter([("\u{FF5E}", "1"), ("\u{1F600}", "2")]);
    let url = "https://example.com/s";
    let plain = sign(
        &secret("k"),
        SHA1,
        &format!("{url}\u{FF5E}1\u{1F600}2"),
        &Form::new(),
    );
    assert_eq!(sign(&secret("k"), SHA1, url, &form), plain);
    assert_eq!(sign(&secret("k"), SHA1, url, &mirrored), plain);
}

#[test]
fn a_get_has_its_parameters_in_its_query() {
    let verifier = Verifier::new(
        BaseUrl::parse("https://example.com/base/").unwrap(),
        keys("k"),
    );
    let target = "/s?CallSid=CA1&From=%2B12125550123";
    let url = format!("https://example.com/base{target}");
    let signature = sign(&secret("k"), SHA1, &url, &Form::new());
    let form = verifier.verify(&Incoming {
        path_and_query: target,
        content: Content::Query,
        signature: Some(&signature),
        settings: None,
    });
    let form = form.expect("taken");
    assert_eq!(
        (form.get("CallSid"), form.get("From")),
        (Some("CA1"), Some("+12125550123"))
    );
}

/// What stands on a request line: a path, and perhaps a query.
fn target() -> impl Strategy<Value = String> {
    "/[a-zA-Z0-9/_.~-]{0,20}([?][a-zA-Z0-9=&_.~+-]{1,20})?"
}

fn parameters() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec((".{0,8}", ".{0,12}"), 0..6)
}

proptest! {
    #[test]
    fn what_is_signed_is_taken_whatever_its_order(
        target in target(),
        parameters in parameters(),
        token in "[a-z0-9]{1,40}",
        sha256: bool,
        port in prop::sample::select(vec!["", ":443", ":8443"]),
    ) {
        let settings = if sha256 { "key=k,algorithm=HMAC_SHA256" } else { "" };
        let algorithm = Algorithm::from_settings(Some(settings)).unwrap();
        let base = BaseUrl::parse(&format!("https://voice.example.com{port}")).unwrap();
        let form: Form = parameters.clone().into_iter().collect();
        let signature = sign(&secret(&token), algorithm, &base.join(&target), &form);
        let reversed: Form = parameters.into_iter().rev().collect();
        let body = reversed.encode();
        let read = Verifier::new(base, keys(&token)).verify(&Incoming {
            path_and_query: &target,
            content: Content::Form(body.as_bytes()),
            signature: Some(&signature),
            settings: Some(settings),
        });
        prop_assert_eq!(read, Ok(reversed));
    }

    #[test]
    fn any_changed_byte_of_the_target_is_refused(
        target in target(),
        at: prop::sample::Index,
        other in "[a-zA-Z0-9/?=&_.~+-]",
    ) {
        let at = at.index(target.len());
        prop_assume!(target[at..=at] != other);
        let mut changed = target.clone();
        changed.replace_range(at..=at, &other);
        let signature = sign(&secret("k"), SHA1, &format!("https://example.com{target}"), &Form::new());
        let seen = format!("https://example.com{changed}");
        prop_assert_eq!(check(&keys("k"), SHA1, &seen, &Form::new(), &signature), Err(Refusal::Wrong));
    }

    #[test]
    fn any_changed_parameter_is_refused(
        mut parameters in prop::collection::btree_map("[A-Z][a-z]{1,8}", ".{0,12}", 1..6),
        at: prop::sample::Index,
        more in ".{1,3}",
    ) {
        let url = "https://example.com/s";
        let form: Form = parameters.clone().into_iter().collect();
        let signature = sign(&secret("k"), SHA1, url, &form);
        let at = at.index(parameters.len());
        parameters.values_mut().nth(at).unwrap().push_str(&more);
        let changed: Form = parameters.into_iter().collect();
        prop_assert_eq!(check(&keys("k"), SHA1, url, &changed, &signature), Err(Refusal::Wrong));
    }

    #[test]
    fn any_changed_bit_of_the_signature_is_refused(bit in 0_usize..160) {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;
        let url = "https://example.com/s";
        let signature = sign(&secret("k"), SHA1, url, &Form::new());
        let mut bytes = STANDARD.decode(signature).unwrap();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let changed = STANDARD.encode(bytes);
        prop_assert_eq!(check(&keys("k"), SHA1, url, &Form::new(), &changed), Err(Refusal::Wrong));
    }

    #[test]
    fn arbitrary_requests_are_refused_without_panic(
        path_and_query: String,
        body: Vec<u8>,
        kind: Option<String>,
        signature: Option<String>,
        settings: Option<String>,
    ) {
        let base = BaseUrl::parse("https://example.com").unwrap();
        let read = Verifier::new(base, keys("k")).verify(&Incoming {
            path_and_query: &path_and_query,
            content: Content::posted(kind.as_deref(), &body),
            signature: signature.as_deref(),
            settings: settings.as_deref(),
        });
        prop_assert!(read.is_err());
    }

    #[test]
    fn every_sequence_of_bytes_is_a_form_that_is_read_again_from_what_it_is_written_as(bytes: Vec<u8>) {
        let form = Form::parse(&bytes);
        prop_assert_eq!(Form::parse(form.encode().as_bytes()), form);
    }
}
