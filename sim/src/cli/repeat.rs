//! The command that repeats a run, ready to be pasted into a shell.

use super::RunArgs;

/// `linefinder run ...` with the seed spelled out. Leaves out what does not change the result:
/// threads, where it is written and how it is shown.
pub(super) fn command(args: &RunArgs, seed: u64) -> String {
    let mut words = vec![
        "linefinder".to_owned(),
        "run".to_owned(),
        quoted(&args.scenario.to_string_lossy()),
        format!("--seed {seed}"),
    ];
    if let Some(n) = args.replications {
        words.push(format!("--replications {n}"));
    }
    if let Some(days) = args.days {
        words.push(format!("--days {days}"));
    }
    for assignment in &args.set {
        words.push(format!("--set {}", quoted(assignment)));
    }
    if args.check {
        words.push("--check".to_owned());
    }
    words.join(" ")
}

/// The same as it is told after a failure, with the version that it is true of.
pub(super) fn advice(command: &str) -> String {
    format!(
        "repeat it with: {command}  # linefinder {}",
        env!("CARGO_PKG_VERSION")
    )
}

/// A word as a POSIX shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_every_word_back_as_it_was() {
        for (word, shown) in [
            ("scenarios/day.yaml", "scenarios/day.yaml"),
            ("a b.yaml", "'a b.yaml'"),
            ("", "''"),
            ("it's", r"'it'\''s'"),
            ("a={ poll: 5s }", "'a={ poll: 5s }'"),
            ("$HOME", "'$HOME'"),
        ] {
            assert_eq!(quoted(word), shown);
        }
    }
}
