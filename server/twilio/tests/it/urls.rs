//! Base URLs and forms.

use twilio::base_url::BaseUrlError;
use twilio::{BaseUrl, Form};

#[test]
fn a_base_url_is_scheme_and_host_with_port_and_path_if_need_be() {
    for text in [
        "https://voice.example.com",
        "http://127.0.0.1:8080",
        "https://[::1]:8443/base",
        "https://user:pass@example.com/a/b",
    ] {
        let base = BaseUrl::parse(text).expect(text);
        assert_eq!(base.to_string(), text);
        assert_eq!(
            BaseUrl::parse(&format!("{text}/")),
            Ok(base.clone()),
            "one slash is dropped"
        );
        assert_eq!(base.join("/x?c=1"), format!("{text}/x?c=1"));
    }
}

#[test]
fn what_is_wrong_with_a_base_url_is_named() {
    for (text, error) in [
        ("", BaseUrlError::Scheme),
        ("voice.example.com", BaseUrlError::Scheme),
        ("ftp://example.com", BaseUrlError::Scheme),
        ("https://", BaseUrlError::Scheme),
        ("https:///path", BaseUrlError::Host),
        ("https://my_host.example.com", BaseUrlError::Host),
        ("https://[::1", BaseUrlError::Host),
        ("https://example.com:", BaseUrlError::Port),
        ("https://example.com:0", BaseUrlError::Port),
        ("https://example.com:65536", BaseUrlError::Port),
        ("https://example.com:+80", BaseUrlError::Port),
        ("https://example.com/?a=1", BaseUrlError::Rest),
        ("https://example.com/#rc=2", BaseUrlError::Rest),
        ("https://exa mple.com", BaseUrlError::Rest),
    ] {
        assert_eq!(BaseUrl::parse(text), Err(error), "{text}");
    }
}

#[test]
fn a_base_url_tells_whether_it_is_encrypted_and_whether_it_is_this_machine() {
    for (text, https, loopback) in [
        ("https://example.com", true, false),
        ("http://localhost:80", false, true),
        ("http://127.3.2.1", false, true),
        ("https://[::1]", true, true),
        ("http://localhost.example.com", false, false),
        ("http://localhost@example.com", false, false),
    ] {
        let base = BaseUrl::parse(text).expect(text);
        assert_eq!(
            (base.is_https(), base.is_loopback()),
            (https, loopback),
            "{text}"
        );
    }
}

#[test]
fn a_form_keeps_order_repetition_and_spaces() {
    let form = Form::parse(b"b=2&a=+x%20&b=1&empty=&bare&%zz=%ff&&caf%C3%A9=1");
    let pairs: Vec<_> = form.iter().collect();
    let expected = [
        ("b", "2"),
        ("a", " x "),
        ("b", "1"),
        ("empty", ""),
        ("bare", ""),
        ("%zz", "\u{FFFD}"),
        ("caf\u{e9}", "1"),
    ];
    assert_eq!(pairs, expected);
    assert_eq!((form.get("b"), form.get("nothing")), (Some("2"), None));
    assert_eq!(form.all("b").collect::<Vec<_>>(), ["2", "1"]);
}
