//! Writes elements through quick-xml. The only place that knows of escapes.

use quick_xml::Writer;
use quick_xml::escape::escape;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::name::QName;
use std::borrow::Cow;

/// A document under construction. Writing into memory does not fail.
pub(super) struct Xml {
    writer: Writer<Vec<u8>>,
}

/// An element's name and attributes, before its content.
pub(super) struct Element<'a> {
    start: BytesStart<'a>,
}

impl<'a> Element<'a> {
    pub(super) fn new(name: &'a str) -> Self {
        Self {
            start: BytesStart::new(name),
        }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        // A reader takes line ends and tabs in attributes for spaces, unless they are escaped.
        let value = escape(legal(value)).replace('\n', "&#10;");
        self.start.push_attribute(Attribute {
            key: QName(name),
            value: Cow::Owned(value.replace('\t', "&#9;")),
        });
        self
    }

    pub(super) fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(super) fn with_number(self, name: &str, value: Option<u32>) -> Self {
        match value {
            Some(value) => self.with(name, &value.to_string()),
            None => self,
        }
    }

    pub(super) fn with_bool(self, name: &str, value: Option<bool>) -> Self {
        match value {
            Some(true) => self.with(name, "true"),
            Some(false) => self.with(name, "false"),
            None => self,
        }
    }
}

impl Xml {
    pub(super) fn new() -> Self {
        let mut xml = Self {
            writer: Writer::new(Vec::new()),
        };
        xml.write(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml
    }

    pub(super) fn empty(&mut self, element: Element<'_>) {
        self.write(Event::Empty(element.start));
    }

    pub(super) fn text(&mut self, element: Element<'_>, text: &str) {
        let text = legal(text);
        self.within(element, |xml| xml.write(Event::Text(BytesText::new(&text))));
    }

    pub(super) fn within(&mut self, element: Element<'_>, content: impl FnOnce(&mut Self)) {
        let end = BytesEnd::from(element.start.name()).into_owned();
        self.write(Event::Start(element.start));
        content(self);
        self.write(Event::End(end));
    }

    pub(super) fn finish(self) -> String {
        let bytes = self.writer.into_inner();
        String::from_utf8(bytes).expect("invariant: only texts were written")
    }

    fn write(&mut self, event: Event<'_>) {
        let written = self.writer.write_event(event);
        written.expect("invariant: memory takes every byte");
    }
}

/// XML 1.0 has no control characters but tab and line ends, and neither U+FFFE nor U+FFFF.
fn legal(text: &str) -> Cow<'_, str> {
    let illegal = |c: char| {
        matches!(c, '\u{FFFE}' | '\u{FFFF}') || (c < ' ' && !matches!(c, '\t' | '\n' | '\r'))
    };
    if text.contains(illegal) {
        Cow::Owned(text.replace(illegal, "\u{FFFD}"))
    } else {
        Cow::Borrowed(text)
    }
}
