//! When a queue is open.

use jiff::civil::{DateTime, date};
use policy_file::{Hours, PolicyFile};

fn hours(text: &str) -> Hours {
    let text = format!("schema: 1\nqueues: {{ q: {{ hours: {text} }} }}");
    let file = PolicyFile::parse(&text, "h").unwrap_or_else(|e| panic!("{e}"));
    file.hours[0].clone().unwrap()
}

/// 2026-03-02 is a Monday.
fn at(day: i8, hour: i8, minute: i8) -> DateTime {
    date(2026, 3, day).at(hour, minute, 0, 0)
}

#[test]
fn it_opens_and_closes_at_the_minute() {
    let hours = hours("{ days: mon-fri, open: 08:00-18:00 }");
    assert!(!hours.is_open(at(2, 7, 59)));
    assert!(hours.is_open(at(2, 8, 0)));
    assert!(hours.is_open(at(2, 17, 59)));
    assert!(!hours.is_open(at(2, 18, 0)));
    assert!(!hours.is_open(at(7, 12, 0)), "Saturday");
    assert_eq!(hours.next_change(at(2, 7, 0)), Some(at(2, 8, 0)));
    assert_eq!(hours.next_change(at(2, 8, 0)), Some(at(2, 18, 0)));
    assert_eq!(
        hours.next_change(at(6, 18, 0)),
        Some(at(9, 8, 0)),
        "over the weekend"
    );
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_starts() {
    let hours = hours("{ days: fri, open: 22:00-06:00 }");
    assert!(hours.is_open(at(7, 5, 59)), "Saturday morning");
    assert!(!hours.is_open(at(6, 5, 0)), "Friday morning");
    assert_eq!(hours.next_change(at(7, 0, 0)), Some(at(7, 6, 0)));
}

#[test]
fn touching_and_overlapping_spans_are_one() {
    let hours = hours("[ { open: [08:00-12:00, 12:00-16:00] }, { days: mon, open: 15:00-20:00 } ]");
    assert_eq!(hours.next_change(at(2, 9, 0)), Some(at(2, 20, 0)));
    assert_eq!(hours.next_change(at(3, 9, 0)), Some(at(3, 16, 0)));
}

#[test]
fn round_the_clock_never_changes() {
    let hours = hours("{ open: 00:00-24:00 }");
    assert!(hours.is_open(at(2, 0, 0)));
    assert_eq!(hours.next_change(at(2, 0, 0)), None);
}
