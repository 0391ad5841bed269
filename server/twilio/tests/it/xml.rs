//! XML as a tree in which nothing but its meaning is left: attributes by name, no prologue, no difference of escapes.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) text: String,
    pub(crate) children: Vec<Node>,
}

impl Node {
    fn of(start: &BytesStart<'_>) -> Self {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.expect("well-formed");
            let value = attribute.normalized_value(XmlVersion::Explicit1_0);
            let value = value.expect("known entities").into_owned();
            (attribute.key.as_ref().to_owned(), value)
        });
        Self {
            name: start.name().as_ref().to_owned(),
            attributes: attributes.collect(),
            ..Self::default()
        }
    }
}

/// The root of a well-formed document.
pub(crate) fn parse(document: &str) -> Node {
    let mut reader = Reader::from_str(document);
    let mut open = vec![Node::default()];
    loop {
        let event = reader.read_event().expect("well-formed");
        let innermost = open.last_mut().expect("an outer element");
        match event {
            Event::Start(start) => open.push(Node::of(&start)),
            Event::Empty(start) => innermost.children.push(Node::of(&start)),
            Event::End(_) => {
                let node = open.pop().expect("an open element");
                open.last_mut()
                    .expect("an outer element")
                    .children
                    .push(node);
            }
            Event::Text(text) => innermost.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                let known = quick_xml::escape::unescape(&format!("&{name};"))
                    .expect("known")
                    .into_owned();
                innermost.text.push_str(&known);
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            Event::CData(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {
                panic!("no such thing in TwiML: {event:?}")
            }
        }
    }
    let mut outside = open.pop().expect("the document");
    assert_eq!((open.len(), outside.children.len()), (0, 1), "{document}");
    outside.children.remove(0)
}
