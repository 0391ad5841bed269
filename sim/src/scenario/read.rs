//! A scenario file to a [`Scenario`]. Every part reads on after an error, so that one run shows all.

mod agents;
mod calls;
mod dist;
mod experiment;
mod files;
mod gates;
mod logs;
mod paths;
mod replays;
mod tables;
mod world;

pub(crate) use dist::KINDS as DIST_KINDS;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::id::{ClassId, QueueId};
use jiff::civil::DateTime;
use policy_file::node::Value;
use policy_file::policy::check_version;
use policy_file::source::Place;
use policy_file::{
    Document, Field, FileError, FileErrors, Keys, Kind, Names, Overrides, PolicyFile, Problems,
};

use super::{Scenario, World};

const KEYS: [&str; 13] = [
    "schema",
    "name",
    "description",
    "policy",
    "policy_set",
    "experiment",
    "calls",
    "agents",
    "carrier",
    "store",
    "faults",
    "value",
    "gates",
];

impl Scenario {
    /// Reads a scenario and every file it refers to, with some of its keys replaced (paths are
    /// the scenario's; those that begin with `policy.` are the policy's).
    ///
    /// # Errors
    /// Everything that is wrong with the files or the overrides.
    pub fn read(path: &Path, overrides: &Overrides) -> Result<Scenario, FileErrors> {
        let base = path.parent().unwrap_or(Path::new(""));
        let context = Context::new(base);
        from_document(Document::read(path)?, &context, overrides)
    }

    /// Reads a scenario from a text that messages call `name`; its files are looked for in
    /// `base`.
    ///
    /// # Errors
    /// As [`Scenario::read`].
    pub fn parse(
        text: &str,
        name: &str,
        base: &Path,
        overrides: &Overrides,
    ) -> Result<Scenario, FileErrors> {
        let context = Context::new(base);
        from_document(Document::parse(text, name)?, &context, overrides)
    }

    /// Reads a scenario that is not written yet: `beside` has the texts of the files it refers to, by
    /// the paths it names them with.
    ///
    /// # Errors
    /// As [`Scenario::read`]; a file that it names and `beside` has not is looked for in the working
    /// folder.
    pub fn parse_with(
        text: &str,
        name: &str,
        beside: &BTreeMap<PathBuf, String>,
    ) -> Result<Scenario, FileErrors> {
        let context = Context {
            beside: beside.clone(),
            ..Context::new(Path::new(""))
        };
        from_document(Document::parse(text, name)?, &context, &Overrides::new())
    }

    /// The same, with every file that it refers to.
    ///
    /// # Errors
    /// As [`Scenario::read`].
    pub fn parse_with_references(
        text: &str,
        name: &str,
        base: &Path,
        overrides: &Overrides,
    ) -> Result<(Scenario, Vec<Reference>), FileErrors> {
        let context = Context::new(base);
        let scenario = from_document(Document::parse(text, name)?, &context, overrides)?;
        let references = context.references.into_inner();
        let references = references.into_iter();
        let named = references.map(|(written, path)| Reference { written, path });
        Ok((scenario, named.collect()))
    }

    /// Reads a scenario whose files lie at `files`, by what the scenario calls them, and nowhere
    /// else.
    ///
    /// # Errors
    /// As [`Scenario::read`], and a file that is not among them.
    pub fn parse_with_files(
        text: &str,
        name: &str,
        files: &BTreeMap<String, PathBuf>,
        overrides: &Overrides,
    ) -> Result<Scenario, FileErrors> {
        let context = Context::of(Files::Given(files));
        from_document(Document::parse(text, name)?, &context, overrides)
    }
}

/// A file that a scenario refers to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Reference {
    /// What the scenario calls it, variables as they are.
    pub written: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// Where the files that a scenario refers to are looked for.
#[derive(Clone, Copy)]
enum Files<'f> {
    /// In a folder, as their paths say.
    In(&'f Path),
    /// At given places, by what the scenario calls them.
    Given(&'f BTreeMap<String, PathBuf>),
}

fn from_document(
    mut document: Document,
    context: &Context<'_>,
    overrides: &Overrides,
) -> Result<Scenario, FileErrors> {
    let problems = Problems::new();
    let mut own = overrides.clone();
    let for_policy = own.split_off("policy");
    own.apply(&mut document.root, &problems);
    let scenario = scenario(&Field::root(&document.root, &problems), context, for_policy);
    problems.into_result(())?;
    Ok(scenario.expect("invariant: what is missing was reported"))
}

/// What every part needs to know of the whole.
pub(crate) struct Context<'f> {
    files: Files<'f>,
    /// The files that were found, by what the scenario calls them.
    references: RefCell<BTreeMap<String, PathBuf>>,
    /// Texts of files that are not written yet.
    beside: BTreeMap<PathBuf, String>,
    names: RefCell<Names>,
    /// Where each queue was first named, for errors about the policy.
    first_queues: RefCell<Vec<Mention>>,
    /// Files that were reported to be missing or, for logs, to be wrong.
    refused: RefCell<BTreeSet<PathBuf>>,
}

/// Where a queue was first named.
struct Mention {
    queue: String,
    place: Place,
    path: String,
}

impl<'f> Context<'f> {
    pub(crate) fn new(base: &'f Path) -> Context<'f> {
        Context::of(Files::In(base))
    }

    fn of(files: Files<'f>) -> Context<'f> {
        Context {
            files,
            references: RefCell::default(),
            beside: BTreeMap::new(),
            names: RefCell::default(),
            first_queues: RefCell::default(),
            refused: RefCell::default(),
        }
    }

    /// The queue that a field names.
    fn queue(&self, field: &Field<'_>) -> Option<QueueId> {
        let name = field.name("the name of a queue")?;
        self.queue_called(name, &field.node.place, field)
    }

    /// The queue of this name, which stands at `place` in the value or the key of `field`.
    fn queue_called(&self, name: &str, place: &Place, field: &Field<'_>) -> Option<QueueId> {
        let mut names = self.names.borrow_mut();
        let known = names.queues.len();
        let queue = names.intern_queue(name);
        if names.queues.len() > known {
            self.first_queues.borrow_mut().push(Mention {
                queue: name.to_owned(),
                place: place.clone(),
                path: field.path.clone(),
            });
        }
        if queue.is_none() {
            field.wrong("too many queues");
        }
        queue
    }

    fn class_called(&self, name: &str) -> Option<ClassId> {
        self.names.borrow_mut().intern_class(name)
    }
}

fn scenario(root: &Field<'_>, context: &Context<'_>, for_policy: Overrides) -> Option<Scenario> {
    if !Kind::Scenario.is_likely(root) {
        return None;
    }
    let keys = root.keys(&KEYS)?;
    check_version(&keys);
    let name = keys
        .required("name", "name: busy-monday")
        .and_then(|field| name(&field));
    let description = keys.get("description");
    let description = description.and_then(|field| field.text("a sentence"));
    let experiment = keys
        .required(
            "experiment",
            "experiment: { start: 2026-03-02T08:00, horizon: 10h }",
        )
        .and_then(|field| experiment::experiment(&field));
    // Later parts need a start; without one they are checked against the epoch of the calendar.
    let start = experiment.as_ref().map_or(DateTime::ZERO, |e| e.start);
    let horizon = experiment.as_ref().map(|e| e.horizon);
    let world = world(&keys, context, start, horizon);
    let policy = policy(&keys, context, for_policy);
    let names = context.names.borrow();
    let policy = policy.and_then(|read| bound(&keys, context, &names, read));
    let gates_field = keys.get("gates");
    let gates = gates_field
        .as_ref()
        .map_or_else(Vec::new, |field| gates::gates(field, context, &names));
    if root.problems().count() > 0 {
        return None;
    }
    let (experiment, (policy, policy_path, policy_digest)) = (experiment?, policy?);
    let scenario = Scenario {
        name: name?.to_owned(),
        description: description.unwrap_or_default().trim().to_owned(),
        world_digest: super::digest::world(&world, &experiment),
        experiment,
        world,
        policy,
        policy_path,
        gates,
        policy_digest,
    };
    if let Some(field) = gates_field {
        gates::check_recorded(&field, &scenario);
    }
    Some(scenario)
}

/// Reads gates that stand in another file, about this scenario; policies that they name are looked
/// for in `base`. Reports what is wrong to the field.
pub(crate) fn further_gates(
    field: &Field<'_>,
    base: &Path,
    scenario: &Scenario,
) -> Vec<super::Gate> {
    let names = &scenario.world.names;
    let found = gates::gates(field, &Context::new(base), names);
    let about = Scenario {
        gates: found,
        ..scenario.clone()
    };
    gates::check_recorded(field, &about);
    about.gates
}

pub(crate) fn name<'a>(field: &Field<'a>) -> Option<&'a str> {
    let text = field.text("a name such as busy-monday")?;
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_name = text.starts_with(char::is_alphanumeric)
        && text.chars().all(fits)
        && text.chars().count() <= 100;
    if !is_name {
        field.wrong("expected a name: at most 100 letters, digits, `-`, `_` or `.`");
    }
    is_name.then_some(text)
}

fn world(
    keys: &Keys<'_>,
    context: &Context<'_>,
    start: DateTime,
    horizon: Option<std::time::Duration>,
) -> World {
    let calls = keys
        .required(
            "calls",
            "calls: [ { queue: sales, arrivals: { poisson: 180/h }, classes: ... } ]",
        )
        .map_or_else(Vec::new, |field| {
            calls::calls(&field, context, start, horizon)
        });
    let agents = keys
        .required(
            "agents",
            "agents: [ { group: core, count: 14, queues: { sales: 1 } } ]",
        )
        .map_or_else(Vec::new, |field| agents::agents(&field, context, start));
    World {
        calls,
        agents,
        carrier: world::carrier(keys.get("carrier"), context),
        store: world::store(keys.get("store"), context),
        faults: world::faults(keys.get("faults"), horizon),
        value: world::value(keys.get("value")),
        given: Arc::default(),
        names: context.names.borrow().clone(),
    }
}

fn policy_field<'a>(keys: &Keys<'a>) -> Option<Field<'a>> {
    keys.required("policy", "policy: ../policies/phase-3.yaml")
}

/// What to do about queues in several time zones.
const ONE_CLOCK: &str = "give all of them the opening hours of one time zone; `policy_set` changes them for \
                         this scenario alone";

/// Every local time of a scenario is of one place: which queues of the world keep the hours of
/// another than the first does, if any.
fn second_clock(policy: &PolicyFile, names: &Names) -> Option<String> {
    let hours = names.queues.iter().zip(&policy.hours);
    let mut zones =
        hours.filter_map(|(name, hours)| Some((name, hours.as_ref()?.timezone.as_ref()?)));
    let (first, zone) = zones.next()?;
    let (other, other_zone) = zones.find(|(_, other)| *other != zone)?;
    Some(format!(
        "the queue `{first}` opens by the time of {zone}, `{other}` by that of {other_zone}; a simulation has one \
         clock"
    ))
}

type ReadPolicy = (PolicyFile, Option<PathBuf>, String);

/// The policy, from its file or inline, with `policy_set` and then the command line's overrides.
fn policy(keys: &Keys<'_>, context: &Context<'_>, for_policy: Overrides) -> Option<ReadPolicy> {
    let mut overrides = Overrides::new();
    if let Some(field) = keys.get("policy_set") {
        match &field.node.value {
            Value::Map(entries) => overrides.add_map("policy_set", entries),
            Value::Null | Value::Scalar { .. } | Value::List(_) => {
                field.wrong(
                    "expected key paths and values, as in `queues.sales.discovery.poll: 5s`",
                );
            }
        }
    }
    overrides.append(for_policy);
    let field = policy_field(keys)?;
    let (read, path) = if field.is_map() {
        (
            PolicyFile::from_node(field.node, "policy", &overrides),
            None,
        )
    } else {
        let path = context.file(&field)?;
        let read = match context.beside.get(&path) {
            Some(text) => Document::parse(text, &path.display().to_string())
                .and_then(|document| PolicyFile::from_node(&document.root, "", &overrides)),
            None => PolicyFile::read_with(&path, &overrides),
        };
        (read, Some(path))
    };
    match read {
        Ok(policy) => {
            let digest = policy.digest();
            Some((policy, path, digest))
        }
        Err(errors) => {
            field.problems().extend(errors);
            None
        }
    }
}

/// The policy with the world's ids; reports the queues it does not have.
fn bound(
    keys: &Keys<'_>,
    context: &Context<'_>,
    names: &Names,
    read: ReadPolicy,
) -> Option<ReadPolicy> {
    let (policy, path, digest) = read;
    match policy.bind(names) {
        Ok(policy) => {
            if let Some(message) = second_clock(&policy, names) {
                policy_field(keys)?.wrong_with_help(message, ONE_CLOCK);
            }
            Some((policy, path, digest))
        }
        Err(unknown) => {
            let mentions = context.first_queues.borrow();
            for error in unknown {
                let mention = mentions.iter().find(|mention| mention.queue == error.queue);
                let (place, path) = mention.map_or((&keys.field().node.place, ""), |mention| {
                    (&mention.place, &mention.path)
                });
                let help = policy_file::field::known_names(&error.known, &error.queue);
                let shown = FileError::at(place, path, error.to_string());
                keys.field().problems().push(shown.with_help(help));
            }
            None
        }
    }
}
