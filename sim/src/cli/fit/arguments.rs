//! What the command line of `fit` says, read, and written again to repeat it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use jiff::civil::Date;
use policy_file::{Weekdays, quantity};

use super::FitArgs;
use crate::cli::repeat;
use crate::fit::law::Choice;
use crate::fit::parts::divides_a_day;
use crate::fit::request::HoldOut;

/// The command that repeats it.
pub(super) fn command(args: &FitArgs) -> String {
    let path = |path: &Path| repeat::quoted(&path.to_string_lossy());
    let mut words = vec!["linefinder fit".to_owned(), path(&args.log)];
    let mut add = |flag: &str, value: String| words.push(format!("{flag} {value}"));
    add("--columns", path(&args.columns));
    add("--out", path(&args.out));
    if let Some(hold_out) = &args.hold_out {
        add("--hold-out", hold_out.to_string());
    }
    if let Some(predict) = &args.predict {
        add("--predict", path(predict));
        if let Some(columns) = &args.predict_columns {
            add("--predict-columns", path(columns));
        }
        add("--predict-days", args.predict_days.to_string());
    }
    if let Some(policy) = &args.policy {
        add("--policy", path(policy));
    }
    for (class, by) in &args.head_start {
        add(
            "--head-start",
            format!("{class}={}", quantity::format_span(*by)),
        );
    }
    add("--queue", args.queue.clone());
    add("--step", quantity::format_span(args.step));
    for days in &args.alike {
        add("--alike", days.to_string());
    }
    if let Some(dates) = &args.leave_out {
        let dates: Vec<String> = dates.iter().map(Date::to_string).collect();
        add("--leave-out", dates.join(","));
    }
    add("--talk", args.talk.key().to_owned());
    add("--patience", args.patience.key().to_owned());
    add("--gap", quantity::format_span(args.gap));
    add("--short", quantity::format_span(args.short));
    if args.no_what_ifs {
        words.push("--no-what-ifs".to_owned());
    }
    if args.no_calibration {
        words.push("--no-calibration".to_owned());
    }
    words.push(format!("--replications {}", args.replications));
    words.join(" ")
}

pub(super) fn hold_out(text: &str) -> Result<HoldOut, String> {
    let number = |text: &str, least: usize| {
        text.parse()
            .ok()
            .filter(|n: &usize| *n >= least)
            .ok_or_else(|| format!("expected a number of at least {least}"))
    };
    if let Some(k) = text.strip_prefix("every-") {
        return number(k, 2).map(HoldOut::Every);
    }
    if let Some(n) = text.strip_prefix("last-") {
        return number(n, 1).map(HoldOut::Last);
    }
    dates(text)
        .map(HoldOut::Dates)
        .map_err(|_| "expected every-5, last-7, or dates such as 2026-03-02".to_owned())
}

pub(super) fn dates(text: &str) -> Result<BTreeSet<Date>, String> {
    let date = |part: &str| {
        part.trim()
            .parse()
            .map_err(|_| format!("`{part}` is not a date such as 2026-03-02"))
    };
    text.split(',').map(date).collect()
}

pub(super) fn weekdays(text: &str) -> Result<Weekdays, String> {
    quantity::weekdays(text)
}

pub(super) fn span(text: &str) -> Result<Duration, String> {
    quantity::span(text)
}

pub(super) fn step(text: &str) -> Result<Duration, String> {
    let step = quantity::span(text)?;
    match divides_a_day(step) && step >= Duration::from_secs(60) {
        true => Ok(step),
        false => {
            Err("expected a span of at least 1m that divides a day, such as 15m or 1h".to_owned())
        }
    }
}

pub(super) fn name(text: &str) -> Result<String, String> {
    match policy_file::field::is_name(text) {
        true => Ok(text.to_owned()),
        false => Err("expected a name: letters, digits, `-` or `_`".to_owned()),
    }
}

pub(super) fn head_start(text: &str) -> Result<(String, Duration), String> {
    let (class, span) = text
        .split_once('=')
        .ok_or("expected CLASS=SPAN, as in vip=90s")?;
    Ok((name(class)?, quantity::span(span)?))
}

pub(super) fn choice(text: &str) -> Result<Choice, String> {
    let found = Choice::ALL.into_iter().find(|choice| choice.key() == text);
    found.ok_or_else(|| {
        let keys = Choice::ALL.map(Choice::key);
        format!("expected one of {}", keys.join(", "))
    })
}
