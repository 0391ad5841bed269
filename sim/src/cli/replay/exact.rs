//! Without a policy: the same inputs, the same outputs, and what the day was like.

use std::io::IsTerminal;
use std::sync::atomic::Ordering;

use journal::Header;
use policy_file::policy::hex;
use reports::record::{ConservationError, Replication};
use reports::render::{TableOptions, Timing, report_json_with_speed, table};
use reports::report::{RunMeta, RunReport};
use sha2::{Digest, Sha256};

use super::super::files::{self, Folder};
use super::super::progress::Progress;
use super::super::repeat::quoted;
use super::super::run::stop_on_interrupt;
use super::super::{Exit, print, tell};
use super::{ReplayArgs, day_options, fail, open};
use crate::experiment::Run;
use crate::replay::{self, Exact, Records, recorder_options};

pub(super) fn exact(args: &ReplayArgs) -> Exit {
    let (mut journal, end) = match open(&args.journal) {
        Ok(opened) => opened,
        Err(exit) => return exit,
    };
    let stop = stop_on_interrupt();
    let folder = args.out.as_deref();
    let folder = match folder
        .map(|path| Folder::make(path, files::OF_RUN))
        .transpose()
    {
        Ok(folder) => folder,
        Err(error) => return invalid(&error),
    };
    let header = journal.header().clone();
    let options = recorder_options(&header, &end, &day_options(args));
    let mut records = Records::new(options);
    let progress = Progress::start();
    let is_stopped = || stop.load(Ordering::Relaxed);
    let replayed = replay::exact(&mut journal, &is_stopped, |step| records.step(step));
    let wall_s = progress.finish();
    let exact = match replayed {
        Ok(exact) => exact,
        Err(error) => return fail(&args.journal, &error),
    };
    let calls = records.calls();
    let mut replication = records.finish(exact.to);
    if is_only_cut_short(&replication, &exact) {
        replication.conservation = Ok(());
    }
    let meta = meta(args, &header, &end.hash, &exact, &replication);
    let mut report = RunReport::from_replications(meta, &[replication], &[]);
    report.charts.begins = replay::begins(&header);
    let timing = Timing::new(calls, wall_s);
    let run = Run {
        report,
        likeness: None,
        calls,
    };
    let printed = match args.json {
        true => print(&report_json_with_speed(&run.report, &timing)),
        false => {
            let options = TableOptions {
                colour: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
                all: args.all,
            };
            let heading = heading(args, &header, &exact, calls);
            print(&format!("{heading}\n{}", table(&run.report, options)))
        }
    };
    tell(&format!(
        "{} inputs in {wall_s:.1} s ({:.0} inputs/s)",
        exact.inputs,
        exact.inputs as f64 / wall_s.max(1e-9)
    ));
    if header.snapshot.is_some() {
        tell(
            "remark: the journal begins with a snapshot: calls that were in hand then do not count",
        );
    }
    if exact.in_hand > 0 {
        tell(&format!(
            "remark: calls without an outcome, in hand at the journal's end: {}",
            exact.in_hand
        ));
    }
    if let Some((folder, path)) = folder.zip(args.out.as_deref()) {
        if let Err(error) = folder.write(&files::of_run(&run, &timing, true)) {
            return invalid(&error);
        }
        tell(&format!("report written to {}", path.display()));
    }
    printed.map_or_else(|failed| failed, |()| Exit::Passed)
}

fn invalid(error: &str) -> Exit {
    tell(&format!("error: {error}"));
    Exit::Invalid
}

/// Calls do not add up for the only reason that some were in hand when the journal ended.
fn is_only_cut_short(replication: &Replication, exact: &Exact) -> bool {
    match replication.conservation {
        Ok(()) | Err(ConservationError::Anomaly(_)) => false,
        Err(
            ConservationError::Unsettled { .. }
            | ConservationError::CallbacksOpen { .. }
            | ConservationError::StillTalking { .. },
        ) => exact.in_hand > 0,
    }
}

/// Names for all of them.
fn named(names: &[String], n: u16, word: &str) -> Vec<String> {
    let name = |place: u16| names.get(usize::from(place)).cloned();
    (0..n)
        .map(|place| name(place).unwrap_or_else(|| format!("{word} {place}")))
        .collect()
}

fn meta(
    args: &ReplayArgs,
    header: &Header,
    hash: &[u8],
    exact: &Exact,
    replication: &Replication,
) -> RunMeta {
    let recorded = &replication.options;
    let policy = serde_json::to_vec(&header.policy).unwrap_or_default();
    let mut command = format!(
        "linefinder replay {}",
        quoted(&args.journal.to_string_lossy())
    );
    for (option, span) in [("--warm-up", args.warm_up), ("--horizon", args.horizon)] {
        if let Some(span) = span {
            command.push_str(&format!(
                " {option} {}",
                policy_file::quantity::format_span(span)
            ));
        }
    }
    RunMeta {
        scenario: header.site.clone(),
        description: format!("recorded from {} on", header.started),
        policy_digest: hex(&Sha256::digest(policy)),
        world_digest: hex(hash),
        engine: env!("CARGO_PKG_VERSION").to_owned(),
        seed: 0,
        trace_digest: exact.digest.to_string(),
        confidence: 0.95,
        level: None,
        queues: named(&header.names.queues, recorded.n_queues, "queue"),
        classes: named(&header.names.classes, recorded.n_classes, "class"),
        agents: header.names.agents.clone(),
        command,
    }
}

/// What was replayed, above the measures.
fn heading(args: &ReplayArgs, header: &Header, exact: &Exact, calls: u64) -> String {
    let Exact {
        rows,
        inputs,
        refused,
        from,
        to,
        in_hand,
        ..
    } = exact;
    let lines = [
        ("site", header.site.clone()),
        (
            "recorded",
            format!("by Linefinder {}, epoch {}", header.engine, header.started),
        ),
        (
            "rows",
            format!("{rows}: {inputs} inputs, {refused} of them refused"),
        ),
        ("time", format!("{from} to {to} since the epoch")),
        ("calls", format!("{calls}, {in_hand} in hand at the end")),
        ("outputs", format!("{}, as recorded", exact.digest)),
    ];
    let mut text = format!("{}: replayed to the same outputs\n", args.journal.display());
    for (word, what) in lines {
        text.push_str(&format!("  {word:<8}  {what}\n"));
    }
    text
}
