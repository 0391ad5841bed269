//! Features set from the environment: `FEATURE_ENHANCED_QUEUE=false`, `true` or `25%`.

use std::fmt;

use engine::policy::{Feature, Share};

use super::PolicyFile;
use crate::quantity;

/// The start of every feature variable's name.
const PREFIX: &str = "FEATURE_";

/// A feature variable that cannot be understood. Never ignored: it may be somebody's kill switch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeatureVariableError {
    /// The variable's name.
    pub variable: String,
    /// What was expected.
    pub message: String,
}

impl fmt::Display for FeatureVariableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "environment variable {}: {}",
            self.variable, self.message
        )
    }
}

impl std::error::Error for FeatureVariableError {}

/// The features that `FEATURE_*` variables set, in the order of the plan's phases; other
/// variables are not looked at. `false` is 0 %, `true` 100 %.
///
/// # Errors
/// Every `FEATURE_*` variable that names no feature or has no such value.
pub fn feature_variables(
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Vec<(Feature, Share)>, Vec<FeatureVariableError>> {
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for (variable, value) in variables {
        let Some(key) = variable.strip_prefix(PREFIX) else {
            continue;
        };
        let key = key.to_ascii_lowercase();
        let feature = Feature::ALL
            .into_iter()
            .find(|feature| feature.key() == key);
        let share = match value.trim() {
            "true" => Ok(Share::ALL),
            "false" => Ok(Share::NONE),
            other => quantity::share(other),
        };
        match (feature, share) {
            (Some(feature), Ok(share)) => found.push((feature, share)),
            (None, _) => wrong.push(FeatureVariableError {
                message: format!(
                    "there is no feature `{key}`; there is {}",
                    Feature::ALL.map(Feature::key).join(", ")
                ),
                variable,
            }),
            (Some(_), Err(_)) => wrong.push(FeatureVariableError {
                message: format!("`{value}` is not true, false or a share such as 25%"),
                variable,
            }),
        }
    }
    if !wrong.is_empty() {
        wrong.sort_by(|a, b| a.variable.cmp(&b.variable));
        return Err(wrong);
    }
    found.sort_by_key(|(feature, _)| *feature);
    Ok(found)
}

impl PolicyFile {
    /// Sets the shares of features; what is not named stays.
    pub fn set_features(&mut self, features: &[(Feature, Share)]) {
        for (feature, share) in features {
            self.policy.features.set(*feature, *share);
        }
    }
}
