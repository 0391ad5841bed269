//! A plan's run on the terminal, like the plan itself: a mark for each stage and each criterion, and
//! under it what was found. At most 100 columns.

use std::fmt::Write as _;

use reports::gate::{Judged, Verdict};
use reports::render::{Row, confidence};
use reports::stats::Interval;

use super::run::{Found, PhaseRun, PlanRun, StageRun};
use super::{Needs, Owner, Phase, Plan, share};

/// Sentences are broken at this many characters.
const WIDTH: usize = 98;

/// The whole table, ending in a newline.
#[must_use]
pub fn plan_table(plan: &Plan, run: &PlanRun, colour: bool) -> String {
    let table = Table { colour };
    let mut text = format!("{}: {} phases\n", plan.name, plan.phases.len());
    for (place, phase) in plan.phases.iter().enumerate() {
        let _ = writeln!(text, "\n{}", phase.name);
        match run.phases.get(place) {
            Some(run) => table.push_phase(&mut text, phase, run),
            None => text.push_str("  not run: the plan stopped before\n"),
        }
    }
    if !plan.elsewhere.is_empty() {
        text.push_str("\nMeasured elsewhere, because no simulation can tell\n");
        for one in &plan.elsewhere {
            push_wrapped(
                &mut text,
                "  - ",
                &format!("{}: {}", one.says, one.measured),
            );
        }
    }
    let confidence = confidence(plan.phases[0].before.experiment.confidence);
    let _ = writeln!(text, "\nverdict: {}", table.marked(run.verdict()));
    push_wrapped(&mut text, "", &why(plan, run));
    push_wrapped(
        &mut text,
        "",
        &format!(
            "Intervals are {confidence} each; what is judged at a stage is judged together, by wider ones, so that \
             {confidence} is the confidence of the stage."
        ),
    );
    text
}

/// Why the verdict is what it is, in a sentence.
pub(super) fn why(plan: &Plan, run: &PlanRun) -> String {
    let criteria = || run.phases.iter().flat_map(|phase| &phase.criteria);
    let n: usize = plan.phases.iter().map(|phase| phase.criteria.len()).sum();
    let held = criteria().filter(|v| **v == Verdict::Pass).count();
    let shown = format!("{held} of {n} criteria are shown to hold");
    let open = plan
        .phases
        .iter()
        .zip(&run.phases)
        .find_map(|(phase, run)| {
            let stage = run
                .stages
                .iter()
                .find(|stage| stage.verdict != Verdict::Pass)?;
            Some((phase, stage))
        });
    let Some((phase, stage)) = open else {
        return format!("{shown}; every stage holds.");
    };
    let measures: Vec<String> = unmet(phase, stage)
        .map(|found| kpi_name(found, phase))
        .collect();
    let at = stage
        .share
        .map_or(String::new(), |s| format!(" at {}", share(s)));
    let doubt = match stage.verdict {
        Verdict::Inconclusive => " (more replications would tell)",
        Verdict::Pass | Verdict::Fail => "",
    };
    format!(
        "{shown}. The first that does not: {}{at}: {}{doubt}.",
        phase.name,
        measures.join(", ")
    )
}

/// The gates because of which a stage does not hold.
fn unmet<'a>(phase: &'a Phase, stage: &'a StageRun) -> impl Iterator<Item = &'a Found> {
    stage.found.iter().filter(move |found| {
        let is_met = |verdict| verdict == Verdict::Pass;
        let own = found.judged.verdict;
        match found.owner {
            Owner::Guard => !is_met(own),
            Owner::Criterion(place) => {
                let same = stage.found.iter().filter(|one| one.owner == found.owner);
                let verdicts: Vec<Verdict> = same.map(|one| one.judged.verdict).collect();
                !is_met(own) && !is_met(phase.criteria[place].needs.verdict(&verdicts))
            }
        }
    })
}

struct Table {
    colour: bool,
}

impl Table {
    fn push_phase(&self, text: &mut String, phase: &Phase, run: &PhaseRun) {
        if !phase.description.is_empty() {
            push_wrapped(text, "  ", &phase.description);
        }
        self.push_stages(text, phase, run);
        for stage in &run.stages {
            let is_open = |found: &&Found| {
                found.owner == Owner::Guard && found.judged.verdict != Verdict::Pass
            };
            for found in stage.found.iter().filter(is_open) {
                let at = stage
                    .share
                    .map_or(String::new(), |s| format!(" at {}", share(s)));
                let mark = self.mark(found.judged.verdict);
                let _ = writeln!(text, "  {mark} guard{at}");
                self.push_found(text, &measure_name(found), 0, &found.judged);
            }
        }
        let Some(last) = run.stages.last().filter(|_| !run.criteria.is_empty()) else {
            if !phase.criteria.is_empty() {
                text.push_str("  criteria not judged: the last stage was not reached\n");
            }
            return;
        };
        let judged = last.found.iter().filter(|f| f.owner != Owner::Guard);
        let widths = judged.map(|found| measure_name(found).chars().count());
        let width = widths.max().unwrap_or(0);
        for (place, (criterion, verdict)) in phase.criteria.iter().zip(&run.criteria).enumerate() {
            let any = match criterion.needs {
                Needs::All => "",
                Needs::Any => " (any of)",
            };
            let is_own = |found: &&Found| found.owner == Owner::Criterion(place);
            let own: Vec<&Found> = last.found.iter().filter(is_own).collect();
            let other = own.first().filter(|one| one.scenario != phase.before.name);
            let scenario = other.map_or(String::new(), |one| format!(", in {}", one.scenario));
            let lead = format!("  {} ", self.mark(*verdict));
            push_wrapped(text, &lead, &format!("{}{any}{scenario}", criterion.says));
            for found in own {
                self.push_found(text, &measure_name(found), width, &found.judged);
            }
        }
    }

    fn push_stages(&self, text: &mut String, phase: &Phase, run: &PhaseRun) {
        let _ = write!(text, "  stages ");
        for (place, stage) in phase.stages.iter().enumerate() {
            let name = stage.share.map_or("as it is".to_string(), share);
            let mark = match run.stages.get(place) {
                Some(stage) => self.mark(stage.verdict),
                None => "not run".to_string(),
            };
            let _ = write!(text, "  {name} {mark}");
        }
        text.push('\n');
    }

    fn push_found(&self, text: &mut String, name: &str, width: usize, judged: &Judged) {
        let bounds = judged.interval.map(Interval::bounds);
        let row = Row::of_estimate(judged.unit(), judged.estimate, bounds).judged_by(judged.rule);
        let estimate = judged
            .estimate
            .map_or("nothing measured".to_string(), |value| row.number(value));
        let interval = bounds.map_or(String::new(), |bounds| row.range(bounds));
        let ideal = row
            .ideal(judged)
            .map_or(String::new(), |ideal| format!(" (Erlang-A {ideal})"));
        let verdict = match judged.verdict {
            Verdict::Pass => String::new(),
            Verdict::Fail | Verdict::Inconclusive => format!(" {}", self.marked(judged.verdict)),
        };
        let line = format!(
            "      {name:<width$} {estimate:>8}  {interval:<17} {}",
            row.target(judged)
        );
        // A mark's colour has no width.
        let rest = format!("{ideal} {}", judged.verdict.key());
        let is_long = line.chars().count() + rest.chars().count() > WIDTH;
        let gap = match is_long && !ideal.is_empty() {
            true => "\n       ",
            false => "",
        };
        let line = format!("{line}{gap}{ideal}{verdict}");
        text.push_str(line.trim_end());
        text.push('\n');
    }

    fn mark(&self, verdict: Verdict) -> String {
        let sign = match verdict {
            Verdict::Pass => "✓",
            Verdict::Fail => "✗",
            Verdict::Inconclusive => "?",
        };
        self.painted(verdict, sign)
    }

    /// The word, for what is not a mark of many.
    fn marked(&self, verdict: Verdict) -> String {
        self.painted(verdict, verdict.key())
    }

    fn painted(&self, verdict: Verdict, word: &str) -> String {
        let code = match verdict {
            Verdict::Pass => 32,
            Verdict::Fail => 31,
            Verdict::Inconclusive => 33,
        };
        match self.colour {
            true => format!("\x1b[{code}m{word}\x1b[0m"),
            false => word.to_string(),
        }
    }
}

/// The measure, whose and over what.
fn measure_name(found: &Found) -> String {
    let mut name = found.judged.measure.id.to_string();
    if !found.part.is_empty() {
        let _ = write!(name, ", {}", found.part);
    }
    if !found.judged.rule.is_absolute() {
        let _ = write!(name, " over {}", found.judged.over);
    }
    name
}

/// The measure, whose, over what, and in which scenario when it is not the phase's first.
pub(super) fn kpi_name(found: &Found, phase: &Phase) -> String {
    let name = measure_name(found);
    match found.scenario == phase.before.name {
        true => name,
        false => format!("{name}, in {}", found.scenario),
    }
}

/// Words in lines of at most [`WIDTH`] characters, the first after `lead`, the others under it.
fn push_wrapped(text: &mut String, lead: &str, sentence: &str) {
    // Colours have no width.
    let width = lead
        .split('\x1b')
        .enumerate()
        .map(|(place, part)| match place {
            0 => part.chars().count(),
            _ => part
                .split_once('m')
                .map_or(0, |(_, rest)| rest.chars().count()),
        })
        .sum();
    let mut line = lead.to_string();
    let mut used = width;
    for word in sentence.split_whitespace() {
        let n = word.chars().count();
        if used > width && used + n > WIDTH {
            let _ = writeln!(text, "{}", line.trim_end());
            line = " ".repeat(width);
            used = width;
        }
        line.push_str(word);
        line.push(' ');
        used += n + 1;
    }
    let _ = writeln!(text, "{}", line.trim_end());
}
