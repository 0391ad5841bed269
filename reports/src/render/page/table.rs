//! Tables and text of the page: escaped once, here, and readable by a screen reader also when a
//! phone shows each row as a block.

use std::fmt::Write as _;

/// `text` for element content and quoted attributes.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// An escaped name that may go on in the next line after each `_`: ids are longer than phones are
/// wide.
pub(super) fn breakable(escaped_name: &str) -> String {
    escaped_name.replace('_', "_<wbr>")
}

/// The same with gaps that hold inside a value, a value with its unit and an interval's bounds: a line never
/// ends there.
pub(super) fn kept(text: &str) -> String {
    let is_number = |word: &str| word.ends_with(|c: char| c.is_ascii_digit());
    let begins = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let mut whole = String::with_capacity(text.len());
    let mut before = "";
    for (place, word) in text.split(' ').enumerate() {
        let bare = word.trim_end_matches([',', ';', ':', ')', '.']);
        let is_unit = matches!(bare, "%" | "s" | "m" | "h" | "/h" | "points");
        let is_kept = (is_number(before) && (is_unit || begins(word)))
            || (matches!(before, "m" | "h") && begins(word))
            || matches!(before, ".." | "<=" | ">=")
            || word == "..";
        if place > 0 {
            whole.push(if is_kept { '\u{a0}' } else { ' ' });
        }
        whole.push_str(word);
        before = word;
    }
    whole
}

/// Escaped prose: values kept together, and what stands between backticks as code.
pub(super) fn prose(text: &str) -> String {
    let safe = escaped(&kept(text));
    let parts: Vec<&str> = safe.split('`').collect();
    // A backtick without its fellow is a character like any other.
    if parts.len().is_multiple_of(2) {
        return safe;
    }
    let mut html = String::with_capacity(safe.len());
    for (place, part) in parts.iter().enumerate() {
        match place % 2 {
            0 => html.push_str(part),
            _ => {
                let _ = write!(html, "<code>{part}</code>");
            }
        }
    }
    html
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Column {
    /// The row's name; the first column.
    Name,
    /// Numbers: to the right.
    Number,
    /// Sentences: last on a phone, without a label.
    Long,
    /// Ready-made HTML.
    Html,
}

/// What a phone, where only two or three columns have room, makes of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phone {
    /// A table: it has few columns.
    Table,
    /// A block per row, with a line per cell; cells without a value are left out.
    Blocks,
    /// A card per row of two or three lines; the style sheet places the cells by their labels.
    Cards,
}

impl Phone {
    const fn class(self) -> &'static str {
        match self {
            Phone::Table => "plain",
            Phone::Blocks => "stack",
            Phone::Cards => "stack cards",
        }
    }
}

/// The cell of what has no value.
pub(crate) const NONE: &str = "-";

/// A table whose cells are text (escaped here), except in [`Column::Html`]. With `caption`
/// everything a stranger needs to read it.
pub(super) fn table(
    caption: &str,
    columns: &[(&str, Column)],
    rows: &[Vec<String>],
    phone: Phone,
) -> String {
    let mut html = format!("<table class=\"{}\" role=\"table\">", phone.class());
    let _ = write!(
        html,
        "<caption>{}</caption><thead role=\"rowgroup\"><tr role=\"row\">",
        escaped(caption)
    );
    for (name, column) in columns {
        let class = if *column == Column::Number {
            " class=\"num\""
        } else {
            ""
        };
        let _ = write!(
            html,
            "<th scope=\"col\" role=\"columnheader\"{class}>{}</th>",
            escaped(name)
        );
    }
    html.push_str("</tr></thead>\n<tbody role=\"rowgroup\">\n");
    for row in rows {
        html.push_str("<tr role=\"row\">");
        for ((label, column), cell) in columns.iter().zip(row) {
            let label = escaped(label);
            let text = escaped(&kept(cell));
            let none = if cell == NONE { " none" } else { "" };
            let _ = match column {
                Column::Name => {
                    let text = breakable(&text);
                    write!(html, "<th scope=\"row\" role=\"rowheader\">{text}</th>")
                }
                Column::Number => write!(
                    html,
                    "<td role=\"cell\" class=\"num{none}\" data-label=\"{label}\">{text}</td>"
                ),
                Column::Long => write!(html, "<td role=\"cell\" class=\"long\">{text}</td>"),
                Column::Html => {
                    write!(html, "<td role=\"cell\" data-label=\"{label}\">{cell}</td>")
                }
            };
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table>\n");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_never_ends_inside_a_value() {
        let cases = [
            ("95.5 .. 95.9 %", "95.5~..~95.9~%"),
            ("<= 2 m 05 s", "<=~2~m~05~s"),
            (
                "+1 234.5 points (-1.0 .. +2.0)",
                "+1~234.5~points (-1.0~..~+2.0)",
            ),
            ("a day of 5 scenarios", "a day of 5 scenarios"),
        ];
        for (text, expected) in cases {
            assert_eq!(kept(text), expected.replace('~', "\u{a0}"));
        }
    }

    #[test]
    fn backticks_become_code_and_stay_harmless() {
        assert_eq!(prose("a `<b>` c"), "a <code>&lt;b&gt;</code> c");
        assert_eq!(prose("5` wide"), "5` wide");
    }

    #[test]
    fn names_from_files_cannot_become_markup() {
        let rows = [vec!["<script>\"&'".to_string()]];
        let html = table("a <b>", &[("q\"x", Column::Number)], &rows, Phone::Table);
        assert!(
            !html.contains("<script>") && !html.contains("<b>"),
            "{html}"
        );
        assert!(html.contains("data-label=\"q&quot;x\""), "{html}");
    }
}
