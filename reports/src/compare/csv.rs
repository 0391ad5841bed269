//! `compare.csv`: a row per comparison; plain decimals, empty where there is none.

use super::{Compared, Comparison, Known};
use crate::render::csv_field;

const HEADER: &str = "baseline,variant,measure,unit,paired,baseline_estimate,baseline_lower,baseline_upper,variant_estimate,\
     variant_lower,variant_upper,difference,lower,upper,se,df,p,p_adjusted,smallest_effect,variance_ratio,margin,verdict\n";

/// The whole file.
#[must_use]
pub fn compare_csv(compared: &Compared) -> String {
    let mut text = HEADER.to_string();
    for comparison in &compared.comparisons {
        let mut cells = vec![
            csv_field(&compared.sides[0].name),
            csv_field(&compared.sides[comparison.side].name),
            comparison.measure.id.to_string(),
            comparison.measure.unit.key().to_string(),
        ];
        cells.extend(numbers(comparison));
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

fn numbers(comparison: &Comparison) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    let known = |known: Option<Known>| {
        let (lower, upper) = known.and_then(|k| k.interval).map(|i| i.bounds()).unzip();
        [known.map(|k| k.point), lower, upper].map(number)
    };
    let change = comparison.change.as_ref();
    let mut cells = vec![change.map_or(String::new(), |change| change.is_paired.to_string())];
    cells.extend(known(comparison.base));
    cells.extend(known(comparison.other));
    cells.extend(
        [
            change.map(|c| c.difference),
            change.map(|c| c.interval.lower),
            change.map(|c| c.interval.upper),
            change.map(|c| c.se),
            change.map(|c| c.df),
            change.map(|c| c.p),
            change.map(|c| c.p_adjusted),
            change.and_then(|c| c.smallest_effect),
            change.and_then(|c| c.variance_ratio),
            comparison.margin,
        ]
        .map(number),
    );
    cells.push(comparison.verdict.key().to_string());
    cells
}
