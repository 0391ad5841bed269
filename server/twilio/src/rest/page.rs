//! Lists come in pages.

use crate::Form;
use serde_json::Value;

/// Where the next page is, from [`Page::next`]: the query of Twilio's link. Only its query, so that whatever a link
/// says, requests go to our base and account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageToken(String);

/// One page of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page<R> {
    /// What is on it; what could not be read is left out.
    pub items: Vec<R>,
    /// Where the next one is.
    pub next: Option<PageToken>,
}

impl PageToken {
    pub(super) fn form(&self) -> Form {
        Form::parse(self.0.as_bytes())
    }
}

impl<R> Page<R> {
    /// `None` when `body` has no list of that name.
    pub(super) fn read(body: &[u8], list: &str, read: fn(&Value) -> Option<R>) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let items = body.get(list)?.as_array()?;
        let link = body.get("next_page_uri").and_then(Value::as_str);
        let query = link.and_then(|link| link.split_once('?'));
        Some(Self {
            items: items.iter().filter_map(read).collect(),
            next: query.map(|(_, query)| PageToken(query.to_owned())),
        })
    }
}
