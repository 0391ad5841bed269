//! The text that is signed, and the spellings of a URL that may have been signed.

use crate::Form;
use crate::base_url::Parts;

/// The URL, then key and value of each distinct parameter, ascending. UTF-8 orders as code points do.
pub(super) fn of(url: &str, form: &Form) -> String {
    let mut parameters: Vec<_> = form.iter().collect();
    parameters.sort_unstable();
    parameters.dedup();
    let mut text = url.to_owned();
    for (key, value) in parameters {
        text.push_str(key);
        text.push_str(value);
    }
    text
}

/// Fragments carry connection overrides (`#rc=2`): Twilio keeps them to itself.
pub(super) fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(before, _)| before)
}

/// The spellings that Twilio may have signed for a request seen at `url`: without a port, and with one, the scheme's own
/// where none was seen; for a host with capitals the same in small letters.
pub(super) fn variants(url: &str) -> Vec<String> {
    let Some(parts) = Parts::of(url) else {
        return vec![url.to_owned()];
    };
    let port = match (parts.port, parts.scheme) {
        ("", "https://") => ":443",
        ("", _) => ":80",
        (port, _) => port,
    };
    let mut hosts = vec![parts.host.to_owned()];
    if parts.host.contains(|c: char| c.is_ascii_uppercase()) {
        hosts.push(parts.host.to_ascii_lowercase());
    }
    let Parts {
        scheme, user, rest, ..
    } = parts;
    let spell = |host: &String| ["", port].map(|port| format!("{scheme}{user}{host}{port}{rest}"));
    hosts.iter().flat_map(spell).collect()
}
