//! Statistics over replications: means, ratios of sums, quantiles, their differences, intervals
//! and corrections for several tests.
//!
//! One idea carries all of it. An [`Estimate`] is a point and, per replication, its *influence*:
//! how far that replication pulls the point (Hampel 1974). The standard error is that of the mean
//! of the influences, and the influence of a difference is the difference of the influences, so
//! that pairing on replications comes out right by itself. Ratios give the delta method, quantiles
//! the share below them. Controls are regressed out of influences, whatever they are of; intervals are
//! symmetric on the scale that suits what is estimated.
//!
//! Never looks at a measure's meaning. Sums run in the order of the replications: the same input
//! gives the same bytes.

mod controls;
mod difference;
mod estimate;
mod exclusive;
mod holm;
mod kolmogorov;
mod minimum;
mod overdispersion;
mod quantile;
mod scale;
mod student;
mod warm_up;

pub use controls::{Controls, LEAST_REPLICATIONS, WORTH_IT};
pub use difference::Difference;
pub use estimate::{Estimate, Interval};
pub use exclusive::{Adjusted, exclusive};
pub use holm::{Decision, holm};
pub use kolmogorov::{distance as kolmogorov_distance, p_value as kolmogorov_p_value};
pub use minimum::{Minimum, minimum, standard_errors};
pub use overdispersion::{Overdispersion, overdispersion};
pub use quantile::{Pooled, quantile};
pub use student::{normal_quantile, t_quantile, t_two_sided};
pub use warm_up::{Truncation, mser, truncation, welch};
