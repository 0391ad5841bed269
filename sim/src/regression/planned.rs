//! A scenario that fits its baseline, and its run.

use std::collections::BTreeSet;

use reports::regression::Column;

use super::{Asked, Failed, Planned, Ran, at_least, course, prepared, sample, short};
use crate::baseline::{Baseline, Entry, names_of};
use crate::experiment::{Control, Options};
use crate::scenario::Scenario;

impl Planned {
    /// Finds the scenario in the baseline, which messages call `name`.
    ///
    /// # Errors
    /// A sentence: it is not there, its world is another, or what was asked for does not fit.
    pub fn new(
        scenario: Scenario,
        file: &str,
        baseline: &Baseline,
        name: &str,
        asked: &Asked,
    ) -> Result<Planned, String> {
        let title = &scenario.name;
        if baseline.scenarios.is_empty() {
            return Err(format!(
                "{name}: holds no scenario yet; write `{title}` into it with --bless"
            ));
        }
        let entry = baseline.scenarios.get(title).ok_or_else(|| {
            let known = names_of(baseline);
            format!("{name}: has no scenario `{title}` (it has {known}); add it with --bless")
        })?;
        let same_world = entry.world_digest == scenario.world_digest;
        let seed = asked.seed.unwrap_or(entry.seed);
        let replications = asked.replications.unwrap_or(entry.replications);
        let is_paired = same_world && seed == entry.seed;
        if is_paired && replications != entry.replications {
            return Err(format!(
                "--replications {replications}: the baseline of `{title}` has {} of seed {seed}, and a run with the same draws \
                 is paired with each; leave it out, give another --seed, or --bless --replications {replications}",
                entry.replications
            ));
        }
        at_least(replications)?;
        let entry = with_margins(entry.clone(), asked, title)?;
        let mut remarks = remarks(&scenario, &entry, asked);
        if !same_world {
            remarks.push(format!(
                "the world is not the baseline's any more (world {}, then {}): judged as independent runs (Welch), and a \
                 difference may be the world's doing; if the change is meant, --bless",
                short(&scenario.world_digest),
                short(&entry.world_digest)
            ));
        }
        Ok(Planned {
            scenario: prepared(scenario, seed, replications),
            file: file.to_string(),
            entry,
            is_paired,
            remarks,
        })
    }

    /// Runs it.
    ///
    /// # Errors
    /// Why there is no result.
    pub fn run(self, options: &Options, control: &Control<'_>) -> Result<Ran, Failed> {
        let sampled = sample(&self.scenario, options, control)?;
        let now = course(&self.scenario, &sampled);
        let measures = self.entry.measures.iter().map(|kept| kept.measure);
        let columns: Vec<_> = measures
            .map(|measure| (measure, Column::of(&sampled.own, measure)))
            .collect();
        for (kept, (measure, column)) in self.entry.measures.iter().zip(&columns) {
            if column.as_ref().is_some_and(|c| !c.is_like(&kept.column)) {
                return Err(Failed::Refused(format!(
                    "{}: `{}` is measured otherwise than when the baseline was written; --bless",
                    self.file, measure.id
                )));
            }
        }
        Ok(Ran {
            planned: self,
            now,
            columns,
        })
    }
}

/// The entry with what the command line says instead.
fn with_margins(mut entry: Entry, asked: &Asked, title: &str) -> Result<Entry, String> {
    for (measure, margin) in &asked.margins {
        let kept = entry
            .measures
            .iter_mut()
            .find(|kept| kept.measure == *measure);
        let kept = kept.ok_or_else(|| {
            format!(
                "--margin {0}: the baseline of `{title}` does not keep `{0}`; --bless with the same --margin keeps it",
                measure.id
            )
        })?;
        kept.margin.clone_from(margin);
    }
    if let Some(primary) = asked.primary {
        entry.primary = primary;
    }
    let primary = entry.primary;
    if entry.kept(primary).is_none_or(|kept| kept.margin.is_none()) {
        return Err(format!(
            "`{}` is to be the primary measure of `{title}`, and has no margin; give --margin {0}=... or another --primary",
            primary.id
        ));
    }
    Ok(entry)
}

/// What has changed in the scenario's file without making it another world.
fn remarks(scenario: &Scenario, entry: &Entry, asked: &Asked) -> Vec<String> {
    let experiment = &scenario.experiment;
    let mut changed = BTreeSet::new();
    if experiment.seed != entry.seed && asked.seed.is_none() {
        changed.insert(format!("seed {}", experiment.seed));
    }
    if experiment.replications != entry.replications && asked.replications.is_none() {
        changed.insert(format!("{} replications", experiment.replications));
    }
    if changed.is_empty() {
        return Vec::new();
    }
    let says: Vec<String> = changed.into_iter().collect();
    vec![format!(
        "the scenario says {}; what the baseline has was run: seed {}, {} replications",
        says.join(", "),
        entry.seed,
        entry.replications
    )]
}
