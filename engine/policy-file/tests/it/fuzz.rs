//! No input makes the reader panic: it gives a policy that passes the engine's check, or an error.

use policy_file::{Document, PolicyFile};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn judge(text: &str) {
    match PolicyFile::parse(text, "fuzz") {
        Ok(file) => {
            file.policy.check().unwrap();
            let again =
                PolicyFile::parse(&file.render(), "again").unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(file, again);
        }
        Err(errors) => {
            assert!(!errors.list.is_empty());
            assert!(!errors.to_string().is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn a_valid_file_with_a_few_characters_changed(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6),
    ) {
        let pieces = ["", "0", "9", "%", "s", "x", ":", "{", "}", "[", "]", ",", "-", " ", "\n", "\t", "\"", "'", "&a", "*a",
            "<<", "!", "|", ">", "#", "~", "é", "🦀", "\u{feff}", "\r", "---", "null", "1e999", "nan"];
        let mut chars: Vec<String> = crate::FULL.chars().map(String::from).collect();
        for (at, piece) in edits {
            let at = at.index(chars.len());
            chars[at] = (*piece.get(&pieces)).to_owned();
        }
        judge(&chars.concat());
    }

    #[test]
    fn a_valid_file_with_lines_dropped_doubled_or_swapped(
        moves in prop::collection::vec((0..3_u8, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..4),
    ) {
        let mut lines: Vec<&str> = crate::FULL.lines().collect();
        for (kind, a, b) in moves {
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            match kind {
                0 => { lines.remove(a); }
                1 => lines.insert(b, lines[a]),
                _ => lines.swap(a, b),
            }
        }
        judge(&lines.join("\n"));
    }

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        judge(&text);
    }

    #[test]
    fn any_yaml_like_text(text in "[a-c0-9:{}\\[\\], \n\"'&*!|>#%-]{0,120}") {
        judge(&text);
    }

    #[test]
    fn a_text_is_cut_anywhere(at in any::<prop::sample::Index>()) {
        judge(&crate::FULL[..at.index(crate::FULL.len())]);
    }
}

#[test]
fn an_alias_bomb_is_refused_quickly() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..30 {
        let before = i - 1;
        let line = format!("a{i}: &a{i} [{}]\n", format!("*a{before}, ").repeat(10));
        text.push_str(&line);
    }
    let errors = Document::parse(&text, "bomb.yaml").unwrap_err();
    assert_eq!(errors.list.len(), 1);
    assert!(
        errors.list[0].message.contains("more than 200000 values"),
        "{errors}"
    );
}

#[test]
fn deep_nesting_is_refused() {
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
    ] {
        assert_eq!(
            Document::parse(&text, "deep.yaml").unwrap_err().list.len(),
            1
        );
    }
}

#[test]
fn a_hundred_thousand_duplicates_are_counted_not_listed() {
    let text = format!("schema: 1\n{}", "a: 1\n".repeat(90_000));
    let errors = Document::parse(&text, "many.yaml").unwrap_err();
    assert_eq!(errors.list.len() + errors.more, 89_999);
    assert!(errors.to_string().ends_with("more errors"));
}
