//! A page put together by its author: headings, sentences, tables, charts. Every report but a run's
//! own is one; all share the style sheet, the ways to its parts and the files beside it.

use std::fmt::Write as _;

use super::charts::{csv_path, push_chart};
use super::table::{Column, Phone, escaped, prose, table, unbroken};
use super::{foot, head};
use crate::chart::Chart;

/// A finished page and what lies beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// The page, without resources from elsewhere.
    pub html: String,
    /// Path beside the page, and text: the numbers of every chart.
    pub csvs: Vec<(String, String)>,
}

/// What a banner says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// It holds.
    Good,
    /// It does not.
    Bad,
    /// It is not known.
    Open,
    /// Nothing was asked.
    Neutral,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Tone::Good => "pass",
            Tone::Bad => "fail",
            Tone::Open => "inconclusive",
            Tone::Neutral => "neutral",
        }
    }

    /// Never a colour alone.
    const fn sign(self) -> &'static str {
        match self {
            Tone::Good => "✓",
            Tone::Bad => "✗",
            Tone::Open => "?",
            Tone::Neutral => "",
        }
    }
}

/// A word with its sign in the colour of its tone, for a cell of [`Column::Html`].
#[must_use]
pub fn marked(tone: Tone, word: &str) -> String {
    format!(
        "<span class=\"verdict {}\"><span aria-hidden=\"true\">{}</span> {}</span>",
        tone.class(),
        tone.sign(),
        escaped(word)
    )
}

/// A page in the making. Texts are escaped here.
#[derive(Clone, Debug)]
pub struct Document {
    title: String,
    lead: String,
    banners: String,
    ways: Vec<(String, String)>,
    body: String,
    csvs: Vec<(String, String)>,
    is_in_section: bool,
}

impl Document {
    /// With a heading and a sentence under it, which may be empty.
    #[must_use]
    pub fn new(title: &str, lead: &str) -> Document {
        Document {
            title: title.to_string(),
            lead: lead.to_string(),
            banners: String::new(),
            ways: Vec::new(),
            body: String::new(),
            csvs: Vec::new(),
            is_in_section: false,
        }
    }

    /// What a person wants to know who looks for ten seconds; at the top, in this order.
    pub fn banner(&mut self, tone: Tone, text: &str) -> &mut Self {
        let _ = writeln!(
            self.banners,
            "<div class=\"banner {}\">\n<p><span aria-hidden=\"true\">{}</span> <span>{}</span></p>\n</div>",
            tone.class(),
            tone.sign(),
            prose(text)
        );
        self
    }

    /// The main numbers: value and name.
    pub fn tiles(&mut self, tiles: &[(String, String)]) -> &mut Self {
        self.banners.push_str("<ul class=\"tiles\">\n");
        for (value, name) in tiles {
            let _ = writeln!(
                self.banners,
                "<li><b>{}</b> {}</li>",
                escaped(&unbroken(value)),
                escaped(&unbroken(name))
            );
        }
        self.banners.push_str("</ul>\n");
        self
    }

    /// Begins a part of the page; `id` (lower case, digits, `-`) is its address, `way` its short name
    /// among the links at the top (empty: none).
    pub fn section(&mut self, id: &str, title: &str, way: &str) -> &mut Self {
        self.end_section();
        let _ = writeln!(
            self.body,
            "<section>\n<h2 id=\"{}\">{}</h2>",
            escaped(id),
            escaped(title)
        );
        if !way.is_empty() {
            self.ways.push((id.to_string(), way.to_string()));
        }
        self.is_in_section = true;
        self
    }

    /// A smaller heading.
    pub fn heading(&mut self, title: &str) -> &mut Self {
        let _ = writeln!(self.body, "<h3>{}</h3>", escaped(title));
        self
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) -> &mut Self {
        let _ = writeln!(self.body, "<p>{}</p>", prose(text));
        self
    }

    /// A list.
    pub fn list(&mut self, items: &[String]) -> &mut Self {
        self.body.push_str("<ul>\n");
        for item in items {
            let _ = writeln!(self.body, "<li>{}</li>", prose(item));
        }
        self.body.push_str("</ul>\n");
        self
    }

    /// A table, whose first column names its rows. With `caption` everything a stranger needs.
    pub fn table(
        &mut self,
        caption: &str,
        columns: &[(&str, Column)],
        rows: &[Vec<String>],
        phone: Phone,
    ) -> &mut Self {
        self.body.push_str(&table(caption, columns, rows, phone));
        self
    }

    /// A table with more columns than a page is wide: it scrolls in a box of its own, which the
    /// keyboard reaches, and the page stays where it is. `name` is what a screen reader calls the box.
    pub fn wide_table(
        &mut self,
        name: &str,
        caption: &str,
        columns: &[(&str, Column)],
        rows: &[Vec<String>],
        phone: Phone,
    ) -> &mut Self {
        let inner = table(caption, columns, rows, phone);
        let _ = writeln!(
            self.body,
            "<div role=\"region\" aria-label=\"{}\" tabindex=\"0\" class=\"wide\">\n{inner}</div>",
            escaped(name)
        );
        self
    }

    /// A table that opens.
    pub fn folded_table(
        &mut self,
        summary: &str,
        caption: &str,
        columns: &[(&str, Column)],
        rows: &[Vec<String>],
        phone: Phone,
    ) -> &mut Self {
        let inner = table(caption, columns, rows, phone);
        let _ = writeln!(
            self.body,
            "<details><summary>{}</summary>\n{inner}</details>",
            escaped(summary)
        );
        self
    }

    /// Charts side by side where there is room; their numbers go into files beside the page.
    pub fn charts(&mut self, charts: impl IntoIterator<Item = Chart>) -> &mut Self {
        let mut figures = String::new();
        for chart in charts {
            push_chart(&mut figures, &chart);
            self.csvs.push((csv_path(&chart), chart.csv));
        }
        if !figures.is_empty() {
            let _ = writeln!(self.body, "<div class=\"charts\">\n{figures}</div>");
        }
        self
    }

    /// How to repeat it: names and values; empty values are left out. The last section.
    pub fn origin(&mut self, entries: &[(&str, String)]) -> &mut Self {
        self.section("repeat", "How to repeat it", "Repeat");
        self.body.push_str("<dl>\n");
        for (name, value) in entries.iter().filter(|(_, value)| !value.is_empty()) {
            let _ = writeln!(
                self.body,
                "<dt>{}</dt><dd class=\"mono\">{}</dd>",
                escaped(name),
                escaped(value)
            );
        }
        self.body.push_str("</dl>\n");
        self
    }

    /// The page.
    #[must_use]
    pub fn finish(mut self) -> Page {
        self.end_section();
        let mut html = head(&self.title);
        let _ = writeln!(html, "<header>\n<h1>{}</h1>", escaped(&self.title));
        if !self.lead.is_empty() {
            let _ = writeln!(html, "<p class=\"soft\">{}</p>", prose(&self.lead));
        }
        html.push_str(&self.banners);
        html.push_str("<nav aria-label=\"On this page\">\n");
        for (id, way) in &self.ways {
            let _ = writeln!(html, "<a href=\"#{}\">{}</a>", escaped(id), escaped(way));
        }
        html.push_str("</nav>\n</header>\n<main id=\"content\" tabindex=\"-1\">\n");
        html.push_str(&self.body);
        html.push_str(foot());
        Page {
            html,
            csvs: self.csvs,
        }
    }

    fn end_section(&mut self) {
        if self.is_in_section {
            self.body.push_str("</section>\n");
        }
        self.is_in_section = false;
    }
}
