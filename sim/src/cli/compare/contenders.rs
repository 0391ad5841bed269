//! What is compared: scenarios, policies of one, or changes of one, each with a name of its own.

use std::path::{Path, PathBuf};

use policy_file::FileErrors;
use policy_file::field::known_names;

use super::super::run::{Changes, read_changed};
use super::super::tell;
use super::CompareArgs;
use crate::experiment::Contender;

/// What is compared, the baseline first.
pub(super) fn all(args: &CompareArgs) -> Result<Vec<Contender>, String> {
    let mut contenders = contenders(args)?;
    name_apart(&mut contenders, args);
    if let Some(wanted) = &args.baseline {
        let names: Vec<String> = contenders.iter().map(|c| c.name.clone()).collect();
        let place = names.iter().position(|name| name == wanted);
        let place = place.ok_or_else(|| {
            let help = known_names(&names, wanted);
            format!(
                "error: --baseline {wanted}: nothing that is compared has this name\n  help: {help}"
            )
        })?;
        contenders[..=place].rotate_right(1);
    }
    if contenders[0].scenario.experiment.replications < 2 {
        return Err(format!(
            "error: {}: one replication gives no interval; ask for more with --replications",
            contenders[0].name
        ));
    }
    Ok(contenders)
}

/// No assignment more.
const NOTHING: (&str, &[String]) = ("", &[]);

fn contenders(args: &CompareArgs) -> Result<Vec<Contender>, String> {
    let changed = |path: &Path, name: Option<String>, further: (&str, &[String])| {
        let changes = Changes {
            seed: args.seed,
            replications: args.replications,
            days: args.days,
            set: &args.set,
            further,
        };
        let scenario =
            read_changed(path, &changes).map_err(|errors: FileErrors| errors.to_string())?;
        for remark in scenario.remarks() {
            tell(&remark);
        }
        Ok::<Contender, String>(Contender {
            name: name.unwrap_or_else(|| stem(path)),
            scenario,
        })
    };
    let is_of_one = !args.policy.is_empty() || !args.against.is_empty();
    match (args.scenarios.as_slice(), is_of_one) {
        ([path], true) => {
            let mut all = Vec::new();
            if args.policy.len() < 2 {
                let own = changed(path, None, NOTHING)?;
                let policy = own.scenario.policy_path.as_deref().map(stem);
                let name = policy.filter(|_| !args.policy.is_empty());
                all.push(Contender {
                    name: name.unwrap_or(own.name),
                    ..own
                });
            }
            for policy in &args.policy {
                let set = policy_assignment(policy)?;
                all.push(changed(path, Some(stem(policy)), ("--policy", &[set]))?);
            }
            for assignment in &args.against {
                let further = ("--against", std::slice::from_ref(assignment));
                all.push(changed(path, Some(assignment.clone()), further)?);
            }
            Ok(all)
        }
        ([_], false) => Err(
            "error: one scenario alone has nothing to be compared with; name another one, or give --policy FILE... or \
             --against PATH=VALUE"
                .to_string(),
        ),
        (_, true) => Err(
            "error: --policy and --against are about one scenario; give only one, or put each into a file of its own"
                .to_string(),
        ),
        (paths, false) => paths.iter().map(|path| changed(path, None, NOTHING)).collect(),
    }
}

/// A file's name without folder and ending.
fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}

/// `policy=FILE`, with the file as seen from anywhere: a scenario's paths are of its own folder.
fn policy_assignment(path: &Path) -> Result<String, String> {
    let shown = path.display();
    if !path.is_file() {
        return Err(format!("error: --policy {shown}: there is no such file"));
    }
    let absolute =
        std::path::absolute(path).map_err(|error| format!("error: --policy {shown}: {error}"))?;
    let text = absolute.to_string_lossy().replace('\'', "''");
    Ok(format!("policy='{text}'"))
}

/// Files of one name in several folders are called by their paths; what is there twice is numbered.
fn name_apart(contenders: &mut [Contender], args: &CompareArgs) {
    let paths: &[PathBuf] = match args.policy.len() {
        0 if args.against.is_empty() => &args.scenarios,
        0 | 1 => &[],
        _ => &args.policy,
    };
    let names: Vec<String> = contenders.iter().map(|c| c.name.clone()).collect();
    let is_double = |name: &String| names.iter().filter(|other| *other == name).count() > 1;
    for (place, contender) in contenders.iter_mut().enumerate() {
        if let Some(path) = paths.get(place).filter(|_| is_double(&contender.name)) {
            contender.name = path.display().to_string();
        }
    }
    for place in 1..contenders.len() {
        let (before, rest) = contenders.split_at_mut(place);
        let same = before
            .iter()
            .filter(|other| other.name == rest[0].name)
            .count();
        if same > 0 {
            rest[0].name = format!("{} ({})", rest[0].name, same + 1);
        }
    }
}
