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

/// Escaped text in which values are unbroken and a file's Markdown `code` is code, as its author meant it.
pub(super) fn prose(text: &str) -> String {
    let text = escaped(&unbroken(text));
    let parts: Vec<&str> = text.split('`').collect();
    // One that is left over is no mark.
    if parts.len().is_multiple_of(2) {
        return text;
    }
    let marked = parts
        .iter()
        .enumerate()
        .map(|(place, part)| match place % 2 {
            0 => (*part).to_string(),
            _ => format!("<code>{part}</code>"),
        });
    marked.collect()
}

/// Numbers that stay in one line with their units, thousands and other bounds: a phone breaks
/// between values, never within one.
pub(super) fn unbroken(text: &str) -> String {
    const UNITS: [&str; 6] = ["%", "s", "m", "h", "/h", "points"];
    let mut whole = String::with_capacity(text.len());
    let mut before = "";
    for word in text.split(' ') {
        let bare = word
            .trim_start_matches('(')
            .trim_end_matches([')', ',', ':', ';']);
        let is_value = |word: &str| word.ends_with(|c: char| c.is_ascii_digit());
        let starts_value = bare.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+');
        let holds = UNITS.contains(&bare) && is_value(before)
            || bare == ".."
            || before == ".." && starts_value
            || [">=", "<="].contains(&before.trim_start_matches('(')) && starts_value
            // 1 234, 4 m 05 s.
            || bare.starts_with(|c: char| c.is_ascii_digit())
                && (is_value(before) || ["m", "h"].contains(&before));
        if !before.is_empty() || !whole.is_empty() {
            whole.push(if holds { '\u{a0}' } else { ' ' });
        }
        whole.push_str(word);
        before = word;
    }
    whole
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
            let text = match column {
                Column::Html => escaped(cell),
                Column::Name | Column::Number => escaped(&unbroken(cell)),
                Column::Long => prose(cell),
            };
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
    fn backticks_become_code_and_stay_harmless() {
        assert_eq!(prose("a `<b>` c"), "a <code>&lt;b&gt;</code> c");
        assert_eq!(prose("5` wide"), "5` wide");
        assert_eq!(
            prose("a `cap <b>` cuts; a ` stays"),
            "a `cap &lt;b&gt;` cuts; a ` stays"
        );
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

    #[test]
    fn a_phone_breaks_no_value() {
        for (text, whole) in [
            ("95.7 %", "95.7~%"),
            ("-1 234.5 .. 1 234 s", "-1~234.5~..~1~234~s"),
            ("1 m 58 s .. 2 m 00 s", "1~m~58~s~..~2~m~00~s"),
            ("3.9 s (3.7 .. 4.1 s)", "3.9~s (3.7~..~4.1~s)"),
            (">= +0.5 points", ">=~+0.5~points"),
            ("<= 2 m 05 s", "<=~2~m~05~s"),
            (
                "+1 234.5 points (-1.0 .. +2.0)",
                "+1~234.5~points (-1.0~..~+2.0)",
            ),
            ("a day of 5 scenarios", "a day of 5 scenarios"),
            (
                "reach_rate 96.6 % (>= 95 %): pass",
                "reach_rate 96.6~% (>=~95~%): pass",
            ),
            ("in plan-phase-4-busy", "in plan-phase-4-busy"),
            ("", ""),
        ] {
            assert_eq!(unbroken(text).replace('\u{a0}', "~"), whole);
        }
    }
}
