//! The fitted parts as files: a scenario, its policy and the curves it refers to.
//!
//! Owns the texts. What is written is what is simulated: the prediction reads these very texts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::Date;
use policy_file::quantity::format_span;
use policy_file::{FileErrors, Names};

use super::families::rounded;
use super::law::Law;
use super::parts::{ClassFit, Parts};
use crate::scenario::{DistSpec, Scenario};

/// The shortest `max_wait` of a policy that is made up.
const MAX_WAIT: Duration = Duration::from_secs(30 * 60);
/// Overdispersion is written when days of a kind differ by more than chance at this level.
const SIGNIFICANT: f64 = 0.05;

/// What a log does not say and the scenario needs.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Told {
    /// The scenario's name.
    pub name: String,
    /// A policy's text, when there is one already.
    pub policy: Option<String>,
    /// Head starts of classes, when there is none.
    pub head_starts: Vec<(String, Duration)>,
    /// Where the log came from, for the scenario's remarks.
    pub source: String,
}

/// When a scenario begins and how long it lasts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    /// Its first date.
    pub first: Date,
    /// How many.
    pub days: u32,
}

/// The files of a scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct Written {
    /// The scenario.
    pub scenario: String,
    /// Files in the folder beside it, by name.
    pub beside: BTreeMap<String, String>,
    /// The folder.
    pub folder: String,
}

impl Written {
    /// Reads what was written, as if it were on the disk.
    ///
    /// # Errors
    /// What is wrong with it: a policy that was told and does not fit.
    pub fn read(&self) -> Result<Scenario, FileErrors> {
        let folder = Path::new(&self.folder);
        let beside: BTreeMap<PathBuf, String> = self
            .beside
            .iter()
            .map(|(name, text)| (folder.join(name), text.clone()))
            .collect();
        Scenario::parse_with(&self.scenario, "the fitted scenario", &beside)
    }
}

/// Writes parts as a scenario with `scale` times as many agents as were seen; `folder` is what the files
/// beside it stand in.
#[must_use]
pub fn write(
    parts: &Parts,
    names: &Names,
    told: &Told,
    frame: Frame,
    scale: f64,
    folder: &str,
) -> Written {
    let mut files = Files {
        folder,
        beside: BTreeMap::new(),
    };
    let policy = told
        .policy
        .clone()
        .unwrap_or_else(|| policy(parts, names, told));
    files.beside.insert("policy.yaml".to_owned(), policy);
    let mut text = String::new();
    let _ = write!(
        text,
        "# Fitted by `linefinder fit` to {}.\nschema: 1\nname: {}\npolicy: {folder}/policy.yaml\n\
         experiment: {{ start: {}T00:00, days: {}, warm_up: 0s, seed: 1, replications: 20, confidence: 95% }}\n",
        told.source, told.name, frame.first, frame.days
    );
    text.push_str("calls:\n");
    for (place, queue) in names.queues.iter().enumerate() {
        stream(&mut text, parts, place, queue, &mut files);
    }
    text.push_str("agents:\n");
    let wrap_up = parts.wrap_up.as_ref().map(|curve| {
        files.add(
            "wrap-up.csv",
            curve.csv("how long an agent is not ready after a service"),
        )
    });
    for group in &parts.groups {
        let queues = group
            .queues
            .iter()
            .map(|queue| format!("{}: 1", names.queues[queue.index()]));
        let queues: Vec<String> = queues.collect();
        let _ = write!(
            text,
            "  - group: {}\n    queues: {{ {} }}\n    staffing:\n      step: {}\n      from: 00:00\n      weekdays:\n",
            group.name,
            queues.join(", "),
            format_span(group.staff.step)
        );
        for (days, counts) in group.staff.counts(scale) {
            let counts = counts.iter().map(u32::to_string);
            list(&mut text, &format!("        {days}"), counts);
        }
        if let Some(file) = &wrap_up {
            let _ = writeln!(text, "    wrap_up: {{ empirical: {{ file: {file} }} }}");
        }
    }
    Written {
        scenario: text,
        beside: files.beside,
        folder: folder.to_owned(),
    }
}

/// The files beside a scenario.
struct Files<'a> {
    folder: &'a str,
    beside: BTreeMap<String, String>,
}

impl Files<'_> {
    /// Adds one and gives the path that the scenario names it by.
    fn add(&mut self, name: &str, text: String) -> String {
        self.beside.insert(name.to_owned(), text);
        format!("{}/{name}", self.folder)
    }

    /// A law as a scenario writes it; a curve becomes a file.
    fn law(&mut self, law: &Law<'_>, kind: &str, class: &str, is_pooled: bool) -> String {
        match law {
            Law::Family(fitted) => dist(&fitted.spec),
            Law::Data(curve) => {
                let of = if is_pooled { "all" } else { class };
                let remark = format!("share of {kind} longer than this, of class {of}");
                let file = self.add(&format!("{kind}-{of}.csv"), curve.csv(&remark));
                format!("{{ empirical: {{ file: {file} }} }}")
            }
        }
    }
}

fn stream(text: &mut String, parts: &Parts, place: usize, queue: &str, files: &mut Files<'_>) {
    let arrivals = &parts.arrivals[place];
    let of_queue: Vec<&ClassFit> = parts
        .classes
        .iter()
        .filter(|class| class.calls[place] > 0)
        .collect();
    let all: u64 = of_queue.iter().map(|class| class.calls[place]).sum();
    if all == 0 {
        return;
    }
    let again = parts.redials.map_or(0.0, |redials| redials.excess);
    let hung_up: u64 = of_queue.iter().map(|class| class.hung_up).sum();
    let of_all: u64 = of_queue.iter().map(|class| class.n).sum();
    // The log counts those who call again; the scenario adds them itself.
    let fresh = 1.0 - again * hung_up as f64 / of_all as f64;
    let _ = write!(
        text,
        "  - queue: {queue}\n    arrivals:\n      profile:\n        step: {}\n        from: 00:00\n",
        format_span(arrivals.step)
    );
    if fresh < 1.0 {
        let _ = writeln!(
            text,
            "        # times {fresh:.4}: calls of those who call again are added by `redial`, the log counts them in"
        );
    }
    text.push_str("        weekdays:\n");
    for group in &arrivals.groups {
        let rates = group
            .hourly(arrivals.step, fresh)
            .into_iter()
            .map(|rate| format!("{rate}/h"));
        list(text, &format!("          {}", group.weekdays), rates);
    }
    if let Some(shape) = written_shape(parts, place) {
        let _ = writeln!(
            text,
            "        day_factor: {{ gamma: {{ shape: {shape} }} }}"
        );
    }
    text.push_str("    classes:\n");
    let shares = shares(
        &of_queue
            .iter()
            .map(|class| class.calls[place])
            .collect::<Vec<u64>>(),
    );
    for (class, share) in of_queue.iter().zip(shares) {
        let _ = writeln!(text, "      {}:\n        share: {share}%", class.name);
        let patience = class.patience.law();
        if let Some(law) = patience {
            let written = files.law(&law, "patience", &class.name, class.patience.is_pooled);
            let _ = writeln!(text, "        patience: {written}");
        }
        if let Some(law) = class.talk.law() {
            let written = files.law(&law, "talk", &class.name, class.talk.is_pooled);
            let _ = writeln!(text, "        talk: {written}");
        }
        if let Some(redials) = parts.redials.filter(|redials| redials.excess > 0.0) {
            let _ = writeln!(
                text,
                "        redial: {{ after: {{ abandoned: {}% }}, delay: {{ exponential: {{ mean: {}s }} }} }}",
                rounded(redials.excess * 100.0),
                rounded(redials.delay_mean)
            );
        }
    }
}

/// The shape of the days' factor that the scenario of these parts has; `None` = none.
#[must_use]
pub fn written_shape(parts: &Parts, queue: usize) -> Option<f64> {
    let found = parts.arrivals[queue].overdispersion?;
    let is_told = found.shape.is_finite() && found.p_value < SIGNIFICANT;
    is_told.then(|| rounded(found.shape))
}

/// Shares in per cent with four decimals that add up to exactly 100.
fn shares(calls: &[u64]) -> Vec<String> {
    let all: u64 = calls.iter().sum();
    let mut left = 1_000_000_i64;
    let mut units: Vec<i64> = Vec::new();
    for n in calls {
        let own = (*n as f64 / all as f64 * 1e6).round().max(1.0) as i64;
        units.push(own);
        left -= own;
    }
    // What rounding leaves is the largest class's; classes come by size.
    if let Some(first) = units.first_mut() {
        *first += left;
    }
    units
        .iter()
        .map(|unit| format!("{}.{:04}", unit / 10_000, unit % 10_000))
        .collect()
}

/// `key: [ a, b, ... ]`, ten to a line.
fn list(text: &mut String, key: &str, values: impl Iterator<Item = String>) {
    let values: Vec<String> = values.collect();
    let indent = " ".repeat(key.len() - key.trim_start().len() + 2);
    let _ = writeln!(text, "{key}: [");
    for line in values.chunks(10) {
        let _ = writeln!(text, "{indent}{},", line.join(", "));
    }
    // The last comma goes.
    text.truncate(text.len() - 2);
    text.push_str(" ]\n");
}

/// A distribution as a scenario writes it.
#[must_use]
pub fn dist(spec: &DistSpec) -> String {
    format!("{{ {} }}", inner(spec))
}

fn inner(spec: &DistSpec) -> String {
    let per_cent = |weight: f64| format!("{}%", rounded(weight * 100.0));
    match spec {
        DistSpec::Constant(value) => format!("constant: {value}s"),
        DistSpec::Exponential { mean } => format!("exponential: {{ mean: {mean}s }}"),
        DistSpec::Uniform { from, to } => format!("uniform: {{ from: {from}s, to: {to}s }}"),
        DistSpec::Lognormal { mean, sd } => format!("lognormal: {{ mean: {mean}s, sd: {sd}s }}"),
        DistSpec::Gamma { shape, mean } => format!("gamma: {{ shape: {shape}, mean: {mean}s }}"),
        DistSpec::Erlang { phases, mean } => {
            format!("erlang: {{ phases: {phases}, mean: {mean}s }}")
        }
        DistSpec::Weibull { shape, scale } => {
            format!("weibull: {{ shape: {shape}, scale: {scale}s }}")
        }
        DistSpec::Triangular { low, mode, high } => {
            format!("triangular: {{ low: {low}s, mode: {mode}s, high: {high}s }}")
        }
        DistSpec::Hyperexponential(branches) => {
            let branch = |b: &crate::scenario::dist_spec::Branch| {
                format!("{{ weight: {}, mean: {}s }}", per_cent(b.weight), b.mean)
            };
            let branches: Vec<String> = branches.iter().map(branch).collect();
            format!("hyperexponential: [ {} ]", branches.join(", "))
        }
        DistSpec::Mixture(parts) => {
            let part = |(weight, part): &(f64, DistSpec)| {
                format!("{{ weight: {}, {} }}", per_cent(*weight), inner(part))
            };
            let parts: Vec<String> = parts.iter().map(part).collect();
            format!("mixture: [ {} ]", parts.join(", "))
        }
        DistSpec::Sample(_) | DistSpec::Survival(_) => {
            unreachable!("invariant: curves are written as files")
        }
    }
}

/// A queue by time, with the head starts that were told.
fn policy(parts: &Parts, names: &Names, told: &Told) -> String {
    let longest = parts.patience.spans.ended.last().copied().unwrap_or(0.0);
    let longest = longest.max(parts.patience.spans.cut.last().copied().unwrap_or(0.0));
    // Nobody in the log was sent away: the limit only keeps a run from lasting for ever.
    let max_wait = MAX_WAIT.max(Duration::from_secs(
        (1.2 * longest / 60.0).ceil() as u64 * 60,
    ));
    let mut text = format!(
        "# Fitted by `linefinder fit` to {}. A log records orders, not rules: what it does not say is told\n\
         # or is the plainest there is.\nschema: 1\nfeatures:\n  agent_heartbeat: 100%\n  enhanced_discovery: 100%\n  \
         enhanced_queue: 100%\n  continuous_discovery: 100%\n  priority_queue: 100%\n  load_balancing: 0%\n  callback: 0%\n\
         select_call: longest_waiting\nroutes: [ {{ default: {} }} ]\nqueues:\n",
        told.source,
        names.queues.first().map_or("line", String::as_str)
    );
    for queue in &names.queues {
        let _ = write!(
            text,
            "  {queue}:\n    discovery: {{ events: true }}\n    rotation: longest_idle\n    wrap_up: 30m\n    \
             max_wait: {}\n    on_timeout: hang_up\n    on_nobody: wait\n    at_close: serve\n",
            format_span(max_wait)
        );
        if !told.head_starts.is_empty() {
            text.push_str("    priority:\n");
            for (class, head_start) in &told.head_starts {
                let _ = writeln!(
                    text,
                    "      {class}: {{ head_start: {} }}",
                    format_span(*head_start)
                );
            }
        }
    }
    text
}
