//! Columns files and the logs read with them.

use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use jiff::civil::date;
use policy_file::Names;
use sim::columns::Columns;
use sim::trace::{Patience, TraceFile, TraceReader};

use crate::{COLUMNS, files};

const HEADING: &str = "line,priority,day,entered,queued,waited,outcome,talk,agent,served,ended\n";

fn read(columns: &str, rows: &str) -> String {
    let columns = Columns::parse(columns, "columns.yaml").unwrap_or_else(|e| panic!("{e}"));
    let epoch = date(2026, 3, 2).at(8, 0, 0, 0);
    let mut names = Names::default();
    let reader = match TraceReader::new(
        rows.as_bytes(),
        "log.csv".to_owned(),
        &columns,
        epoch,
        &mut names,
    ) {
        Ok(reader) => reader,
        Err(errors) => return errors.to_string(),
    };
    let mut lines: Vec<String> = Vec::new();
    for row in reader {
        lines.push(match row {
            Ok(call) => format!(
                "{} queue {:?} class {:?} talk {:?} {:?} {:?}",
                call.arrived_at, call.queue, call.class, call.talk, call.patience, call.recorded
            ),
            Err(errors) => errors.to_string(),
        });
    }
    lines.join("\n")
}

fn check(columns: &str, rows: &str, expected: Expect) {
    expected.assert_eq(&read(columns, rows));
}

#[test]
fn rows_become_calls() {
    let log = std::fs::read_to_string(files().join("calls.csv")).unwrap();
    check(
        COLUMNS,
        &log,
        expect![[r#"
            3610s queue Some(QueueId(0)) class Some(ClassId(0)) talk Some(3600000000) Censored(5000000) Recorded { outcome: Some("connected"), wait: Some(5000000), agent: Some("ann"), caller: None, service_start: Some(2026-03-02T09:00:16), service_end: Some(2026-03-02T11:00:16) }
            3540s queue Some(QueueId(1)) class Some(ClassId(1)) talk Some(60000000) Censored(0) Recorded { outcome: Some("connected"), wait: Some(0), agent: Some("bob"), caller: None, service_start: Some(2026-03-02T08:59:01), service_end: Some(2026-03-02T09:00:01) }
            3690s queue Some(QueueId(1)) class Some(ClassId(1)) talk None Known(75000000) Recorded { outcome: Some("abandoned"), wait: Some(75000000), agent: None, caller: None, service_start: None, service_end: None }
            90060s queue Some(QueueId(1)) class Some(ClassId(1)) talk Some(5000000) Censored(0) Recorded { outcome: Some("connected"), wait: Some(0), agent: Some("bob"), caller: None, service_start: None, service_end: None }"#]],
    );
}

#[test]
fn a_wrong_cell_is_shown_with_its_row() {
    let row = "1,2,2026-13-02,9:00:00,9:00:10,5,AGENT,72,ann,,\n";
    check(
        COLUMNS,
        &format!("{HEADING}{row}"),
        expect![[r#"
            error: day: `2026-13-02` is not a date such as 2026-03-02
             --> log.csv:2:5
              |
            2 | 1,2,2026-13-02,9:00:00,9:00:10,5,AGENT,72,ann,,
              |     ^^^^^^^^^^"#]],
    );
    let row = "1,2,2026-03-02,9:00:00,9:61:10,5,AGENT,72,ann,,\n";
    check(
        COLUMNS,
        &format!("{HEADING}{row}"),
        expect![[r#"
            error: queued: `9:61:10` is not a time of day such as 08:00
             --> log.csv:2:24
              |
            2 | 1,2,2026-03-02,9:00:00,9:61:10,5,AGENT,72,ann,,
              |                        ^^^^^^^"#]],
    );
    let row = "1,2,2026-03-02,9:00:00,9:00:10,-5,AGENT,long,ann,,\n";
    check(
        COLUMNS,
        &format!("{HEADING}{row}"),
        expect![[r#"
            error: waited: `-5` is negative
             --> log.csv:2:32
              |
            2 | 1,2,2026-03-02,9:00:00,9:00:10,-5,AGENT,long,ann,,
              |                                ^^"#]],
    );
    let row = "1,2,2026-03-02,9:00:00,9:00:10,1e300,AGENT,1,ann,,\n1,2,2026-03-02,0:00:00,0:00:00,inf,AGENT,1,ann,,\n";
    check(
        COLUMNS,
        &format!("{HEADING}{row}"),
        expect![[r#"
            error: waited: `1e300` is not a span of at most a year
             --> log.csv:2:32
              |
            2 | 1,2,2026-03-02,9:00:00,9:00:10,1e300,AGENT,1,ann,,
              |                                ^^^^^
            error: queued: no time of arrival: every column of it is missing
             --> log.csv:3:24
              |
            3 | 1,2,2026-03-02,0:00:00,0:00:00,inf,AGENT,1,ann,,
              |                        ^^^^^^^"#]],
    );
    let row = "1,2,2026-03-02\n1,2,2026-03-02,9:00:00,9:00:10,5,AGENT,72,ann,,\n";
    check(
        COLUMNS,
        &format!("{HEADING}{row}"),
        expect![[r#"
            error: the row has 3 cells, the heading has 11
             --> log.csv:2:5
              |
            2 | 1,2,2026-03-02
              |     ^^^^^^^^^^
            3610s queue Some(QueueId(0)) class Some(ClassId(0)) talk Some(72000000) Censored(5000000) Recorded { outcome: Some("connected"), wait: Some(5000000), agent: Some("ann"), caller: None, service_start: None, service_end: None }"#]],
    );
}

const NOTES: &str = "{ arrived_at: { date: date, time: t }, talk: talk }";

/// A quote that nobody closed would take the rows below it, or the rest of the file, into its cell.
#[test]
fn a_quote_that_does_not_end_in_its_line_is_one_error_and_takes_no_row_with_it() {
    let heading = "date,t,talk,note\n";
    check(
        NOTES,
        &format!(
            "{heading}2026-03-02,08:05:00,100,\"hello\n2026-03-02,08:06:00,200,x\n2026-03-02,08:07:00,200,y\n"
        ),
        expect![[r#"
            error: this quoted cell does not end in its line
             --> log.csv:2:25
              |
            2 | 2026-03-02,08:05:00,100,"hello
              |                         ^^^^^^
              = help: close the quote; a quote within a quoted cell is written twice; if the log's cells hold line breaks, write `multiline: true` into the columns file
            360s queue None class None talk Some(200000000) Unknown Recorded { outcome: None, wait: None, agent: None, caller: None, service_start: None, service_end: None }
            420s queue None class None talk Some(200000000) Unknown Recorded { outcome: None, wait: None, agent: None, caller: None, service_start: None, service_end: None }"#]],
    );
    // The last line, and one whose quote another row's would close.
    check(
        NOTES,
        &format!(
            "{heading}2026-03-02,08:05:00,100,\"a\n2026-03-02,08:06:00,200,x\n2026-03-02,08:07:00,200,b\"\n2026-03-02,08:08:00,200,\"c"
        ),
        expect![[r#"
            error: this quoted cell does not end in its line
             --> log.csv:2:25
              |
            2 | 2026-03-02,08:05:00,100,"a
              |                         ^^
              = help: close the quote; a quote within a quoted cell is written twice; if the log's cells hold line breaks, write `multiline: true` into the columns file
            360s queue None class None talk Some(200000000) Unknown Recorded { outcome: None, wait: None, agent: None, caller: None, service_start: None, service_end: None }
            420s queue None class None talk Some(200000000) Unknown Recorded { outcome: None, wait: None, agent: None, caller: None, service_start: None, service_end: None }
            error: this quoted cell does not end in its line
             --> log.csv:5:25
              |
            5 | 2026-03-02,08:08:00,200,"c
              |                         ^^
              = help: close the quote; a quote within a quoted cell is written twice; if the log's cells hold line breaks, write `multiline: true` into the columns file"#]],
    );
    // Quotes that are closed, and one that means nothing, are no error.
    check(
        NOTES,
        &format!(
            "{heading}2026-03-02,08:05:00,100,\"a, \"\"b\"\"\"\n2026-03-02,08:06:00,\"200\",6\" pipe\n"
        ),
        expect![[r#"
            300s queue None class None talk Some(100000000) Unknown Recorded { outcome: None, wait: None, agent: None, caller: None, service_start: None, service_end: None }
            360s queue None class None talk Some(200000000) Unknown Recorded { outcome: None, wait: None, agent: None, caller: None, service_start: None, service_end: None }"#]],
    );
}

#[test]
fn quoted_cells_may_hold_line_breaks_when_the_columns_file_says_so() {
    let columns = NOTES.replace(" }", ", multiline: true }");
    let columns = columns.replacen(", multiline: true }", " }", 1);
    let heading = "date,t,talk,note\n";
    check(
        &columns,
        &format!(
            "{heading}2026-03-02,08:05:00,100,\"a\r\n\nb\"\n\"2026-03-02\n\",08:06:00,bad,\"c\nd\"\n2026-03-02,08:07:00,300,\"e\nf\n"
        ),
        expect![[r#"
            300s queue None class None talk Some(100000000) Unknown Recorded { outcome: None, wait: None, agent: None, caller: None, service_start: None, service_end: None }
            error: talk: `bad` is not a number of seconds (or the column's unit)
             --> log.csv:6:12
              |
            6 | ",08:06:00,bad,"c
              |            ^^^
            error: this quoted cell never ends
             --> log.csv:8:25
              |
            8 | 2026-03-02,08:07:00,300,"e
              |                         ^^
              = help: close the quote; a quote within a quoted cell is written twice"#]],
    );
    // Of what the last quote hides nothing is known: it is an error though wrong rows are skipped.
    let path = std::env::temp_dir().join(format!("linefinder-quotes-{}.csv", std::process::id()));
    std::fs::write(
        &path,
        format!("{heading}x,,,\n2026-03-02,08:07:00,300,\"e\nf\n"),
    )
    .unwrap();
    let skip = |multiline: &str| {
        let columns =
            format!("{NOTES}\n").replace(" }\n", &format!(", bad_rows: skip, {multiline} }}"));
        let columns = Columns::parse(&columns, "columns.yaml").unwrap_or_else(|e| panic!("{e}"));
        let epoch = date(2026, 3, 2).at(8, 0, 0, 0);
        TraceFile::read(&path, &columns, epoch, &mut Names::default())
            .map(|file| file.skipped)
            .map_err(|errors| errors.to_string())
    };
    let refused = skip("multiline: true").unwrap_err();
    assert!(refused.contains("this quoted cell never ends"), "{refused}");
    let none_left = skip("multiline: false").unwrap_err();
    assert!(none_left.contains("3 rows are wrong"), "{none_left}");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn an_error_shows_the_line_as_it_stands_in_the_file() {
    let heading = "who,date,t,talk\n";
    check(
        NOTES,
        &format!("{heading}\n\nx,2026-03-02,08:05:00,bad\n"),
        expect![[r#"
            error: talk: `bad` is not a number of seconds (or the column's unit)
             --> log.csv:4:23
              |
            4 | x,2026-03-02,08:05:00,bad
              |                       ^^^"#]],
    );
    check(
        NOTES,
        &format!("{heading}\"Smith, John\",2026-03-02,08:05:00,bad\n"),
        expect![[r#"
            error: talk: `bad` is not a number of seconds (or the column's unit)
             --> log.csv:2:35
              |
            2 | "Smith, John",2026-03-02,08:05:00,bad
              |                                   ^^^"#]],
    );
    check(
        NOTES,
        &format!("{heading}  x ,  2026-03-02 , 08:05:00,bad  \r\n"),
        expect![[r#"
            error: talk: `bad` is not a number of seconds (or the column's unit)
             --> log.csv:2:30
              |
            2 |   x ,  2026-03-02 , 08:05:00,bad
              |                              ^^^"#]],
    );
    // A byte order mark, line ends of old, and an umlaut before the cell.
    check(
        NOTES,
        "\u{feff}\r\rwho,date,t,talk\rJürgen,2026-03-02,08:05:00,bad\r",
        expect![[r#"
            error: talk: `bad` is not a number of seconds (or the column's unit)
             --> log.csv:4:28
              |
            4 | Jürgen,2026-03-02,08:05:00,bad
              |                            ^^^"#]],
    );
    check(
        NOTES,
        "\n\nwho,date,time,talk\n",
        expect![[r#"
        error: the log has no column `t`
         --> log.csv:3:1
          |
        3 | who,date,time,talk
          | ^^^^^^^^^^^^^^^^^^
          = help: there is `who`, `date`, `time` or `talk`"#]],
    );
}

#[test]
fn what_is_no_text_or_no_table_is_shown_as_far_as_it_can_be() {
    let columns = Columns::parse(NOTES, "columns.yaml").unwrap();
    let shown = |log: &[u8]| {
        let epoch = date(2026, 3, 2).at(8, 0, 0, 0);
        let mut names = Names::default();
        let reader = TraceReader::new(log, "log.csv".to_owned(), &columns, epoch, &mut names);
        let errors: Vec<String> = match reader {
            Err(errors) => vec![errors.to_string()],
            Ok(rows) => rows
                .filter_map(Result::err)
                .map(|e| e.to_string())
                .collect(),
        };
        errors.join("\n")
    };
    expect![[r#"
        error: not UTF-8 text
         --> log.csv:2:26
          |
        2 | 2026-03-02,08:05:00,1,caf� au lait
          |                          ^
          = help: save the file as UTF-8"#]]
    .assert_eq(&shown(
        b"date,t,talk,note\n2026-03-02,08:05:00,1,caf\xe9 au lait\n2026-03-02,08:05:00,1,y\n",
    ));
    expect![[r#"
        error: this line is longer than a mebibyte: this is no table
         --> log.csv:1:1
          |
        1 | 01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789...
          | ^"#]].assert_eq(&shown(&b"0123456789".repeat(200_000)));
    let endless = [
        b"date,t,talk,note\n2026-03-02,08:05:00,1,".to_vec(),
        b"x".repeat(2 << 20),
    ];
    expect![[r#"
        error: this line is longer than a mebibyte: this is no table
         --> log.csv:2:1
          |
        2 | 2026-03-02,08:05:00,1,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...
          | ^"#]].assert_eq(&shown(&endless.concat()));
}

#[test]
fn an_unmapped_word_is_refused() {
    let columns = "{ arrived_at: at, class: { column: kind, map: { a: vip } } }";
    check(
        columns,
        "at,kind\n2026-03-02T09:00,a\n2026-03-02T09:00,b\n",
        expect![[r#"
            3600s queue None class Some(ClassId(0)) talk None Unknown Recorded { outcome: None, wait: None, agent: None, caller: None, service_start: None, service_end: None }
            error: kind: `b` is not in the map of the columns file; `"*"` stands for all others
             --> log.csv:3:18
              |
            3 | 2026-03-02T09:00,b
              |                  ^"#]],
    );
    check(
        "{ arrived_at: at, class: kind }",
        "at,kind\n2026-03-02 09:00:30,two words\n",
        expect![[r#"
            error: kind: `two words` is not a name; map it to one in the columns file
             --> log.csv:2:21
              |
            2 | 2026-03-02 09:00:30,two words
              |                     ^^^^^^^^^"#]],
    );
}

#[test]
fn a_heading_without_the_columns_is_refused() {
    check(
        COLUMNS,
        "a,b\n1,2\n",
        expect![[r#"
            error: the log has no columns `day`, `queued`, `entered`, `line`, `outcome`, `priority`, `talk`, `waited`, `agent`, `served`, `ended`
             --> log.csv:1:1
              |
            1 | a,b
              | ^^^"#]],
    );
    check(
        "{ arrived_at: at }",
        "at,at\n1,2\n",
        expect![[r#"
            error: the log has two columns `at`
             --> log.csv:1:1
              |
            1 | at,at
              | ^^^^^"#]],
    );
    check("{ arrived_at: at }", "", expect!["error: log.csv is empty"]);
}

#[test]
fn wrong_columns_files_are_refused() {
    let errors = |text: &str| {
        Columns::parse(text, "columns.yaml")
            .unwrap_err()
            .to_string()
    };
    expect![[r#"
        error: needs the key `arrived_at`, as in `arrived_at: { column: start_time }`
         --> columns.yaml:1:1
          |
        1 | talk: ser_time
          | ^^^^^^^^^^^^^^"#]]
    .assert_eq(&errors("talk: ser_time\n"));
    expect![[r#"
        error: arrived_at.date: either `column` or `date`, not both
         --> columns.yaml:1:34
          |
        1 | { arrived_at: { column: a, date: b, time: c }, patience: q_time, cap: 3600, talkk: x, keep: [ {} ], class: { c...
          |                                  ^

        error: arrived_at.time: goes with `date`, when date and time are columns of their own
         --> columns.yaml:1:43
          |
        1 | { arrived_at: { column: a, date: b, time: c }, patience: q_time, cap: 3600, talkk: x, keep: [ {} ], class: { c...
          |                                           ^

        error: patience: must say when the caller hung up
         --> columns.yaml:1:58
          |
        1 | ...arrived_at: { column: a, date: b, time: c }, patience: q_time, cap: 3600, talkk: x, keep: [ {} ], class: { col...
          |                                                           ^^^^^^
          = help: as in `patience: { column: wait, when: { outcome: HANG }, else: censored }`

        error: cap: needs a unit: write 10s, 250ms or 2m
         --> columns.yaml:1:71
          |
        1 | ... column: a, date: b, time: c }, patience: q_time, cap: 3600, talkk: x, keep: [ {} ], class: { column: c, map:...
          |                                                           ^^^^

        error: talkk: unknown key
         --> columns.yaml:1:77
          |
        1 | ...n: a, date: b, time: c }, patience: q_time, cap: 3600, talkk: x, keep: [ {} ], class: { column: c, map: { a: t...
          |                                                           ^^^^^
          = help: did you mean `talk`?

        error: keep[0]: expected at least one column
         --> columns.yaml:1:95
          |
        1 | ... time: c }, patience: q_time, cap: 3600, talkk: x, keep: [ {} ], class: { column: c, map: { a: two words } } }
          |                                                               ^^

        error: class.map.a: expected a name: 1 to 64 letters, digits, `-` or `_`, starting with a letter or digit
         --> columns.yaml:1:131
          |
        1 | ... time: c }, patience: q_time, cap: 3600, talkk: x, keep: [ {} ], class: { column: c, map: { a: two words } } }
          |                                                                                                   ^^^^^^^^^"#]].assert_eq(&errors("{ arrived_at: { column: a, date: b, time: c }, patience: q_time, cap: 3600, talkk: x, keep: [ {} ], class: { column: c, map: { a: two words } } }"));
}

#[test]
fn logs_without_calls_are_refused() {
    let dir = std::env::temp_dir().join(format!("linefinder-traces-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let shown = |name: &str, text: &str, columns: &str| {
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        let columns = Columns::parse(columns, "columns.yaml").unwrap();
        let epoch = date(2026, 3, 2).at(8, 0, 0, 0);
        match TraceFile::read(&path, &columns, epoch, &mut Names::default()) {
            Ok(file) => format!("{} calls, {} skipped", file.calls.len(), file.skipped),
            Err(errors) => errors
                .to_string()
                .replace(&dir.display().to_string(), "DIR"),
        }
    };
    let skip = "{ arrived_at: at, bad_rows: skip }";
    expect!["error: DIR/a.csv has no call that the columns file keeps"].assert_eq(&shown(
        "a.csv",
        "at\n",
        "{ arrived_at: at }",
    ));
    expect!["error: DIR/b.csv is empty"].assert_eq(&shown("b.csv", "", "{ arrived_at: at }"));
    expect!["error: DIR/c.csv has no readable call; 1 rows are wrong"].assert_eq(&shown(
        "c.csv",
        "at,k\nx,1\n",
        skip,
    ));
    expect!["1 calls, 2 skipped"].assert_eq(&shown(
        "d.csv",
        "at,k\nx,1\n2026-03-02T09:00,1\n2026-03-02T09:00\n",
        skip,
    ));
    std::fs::remove_dir_all(&dir).unwrap();
}

/// Tells that this test has nothing to look at: in the list that `make test` ends with, and, past
/// cargo's capture of what passing tests print, on standard error.
pub(crate) fn tell_skipped(missing: &Path) {
    use std::io::Write;
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let line = format!("linefinder-sim {test}: no {}\n", missing.display());
    match std::env::var_os("LINEFINDER_SKIPPED") {
        Some(list) => {
            let list = std::fs::OpenOptions::new()
                .append(true)
                .create(true)
                .open(list);
            list.unwrap().write_all(line.as_bytes()).unwrap();
        }
        None => std::io::stderr()
            .write_all(format!("SKIPPED {line}").as_bytes())
            .unwrap(),
    }
}

/// The bank's log of January; `None`, having told so, where the study data is absent.
pub(crate) fn bank() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let shared =
        std::env::var_os("LINEFINDER_SHARED").map_or(workspace.join("../shared"), PathBuf::from);
    let log = shared.join("data/anonymous-bank/january-1999.csv");
    if !log.is_file() {
        tell_skipped(&log);
        return None;
    }
    Some(log)
}

const BANK_COLUMNS: &str = r#"
arrived_at: { date: date, format: "%y%m%d", time: [q_start, vru_exit], missing: "0:00:00" }
class: { column: priority, map: { "2": vip, "*": standard } }
talk: { column: ser_time, when: { outcome: AGENT } }
patience: { column: q_time, when: { outcome: HANG }, else: censored }
outcome: outcome
wait: q_time
agent: server
keep: [ { outcome: AGENT }, { outcome: HANG, q_start: { not: "0:00:00" } } ]
cap: 1h
"#;

/// Figures of the log's own description: 29 days, 10.28 % abandoned of the agent-seeking calls.
#[test]
fn the_bank_s_log_reads_as_its_description_says() {
    let Some(log) = bank() else { return };
    let columns = Columns::parse(BANK_COLUMNS, "bank.yaml").unwrap();
    let epoch = date(1999, 1, 1).at(0, 0, 0, 0);
    let mut names = Names::default();
    let trace =
        TraceFile::read(&log, &columns, epoch, &mut names).unwrap_or_else(|e| panic!("{e}"));
    let n = trace.calls.len() as f64;
    let hung_up = |call: &&sim::trace::TraceCall| matches!(call.patience, Patience::Known(_));
    let abandoned = trace.calls.iter().filter(hung_up).count() as f64;
    assert!(
        (abandoned / n - 0.1028).abs() < 0.00005,
        "{}",
        abandoned / n
    );
    let waits: Vec<f64> = trace
        .calls
        .iter()
        .filter(hung_up)
        .map(|c| c.recorded.wait.unwrap() as f64 * 1e-6)
        .collect();
    let mean_wait = waits.iter().sum::<f64>() / abandoned;
    assert!((mean_wait - 60.7).abs() < 0.05, "{mean_wait}");
    let days: std::collections::BTreeSet<_> =
        trace.calls.iter().map(|c| c.arrived_local.date()).collect();
    assert_eq!(days.len(), 29);
    assert_eq!(names.classes.len(), 2);
    println!("{n} calls, {abandoned} abandoned, mean wait of abandoners {mean_wait:.2} s");
}
