//! Statistics over replications: means, ratios of sums, quantiles, their differences, intervals
//! and corrections for several tests.
//!
//! One idea carries all of it. An [`Estimate`] is a point and, per replication, its *influence*:
//! how far that replication pulls the point (Hampel 1974). The standard error is that of the mean
//! of the influences, and the influence of a difference is the difference of the influences, so
//! that pairing on replications comes out right by itself. Ratios give the delta method, quantiles
//! the jackknife.
//!
//! Never looks at a measure's meaning. Sums run in the order of the replications: the same input
//! gives the same bytes.

mod contrast;
mod estimate;
mod exclusive;
mod holm;
mod quantile;
mod student;

pub use contrast::{Contrast, smallest_effect};
pub use estimate::{Estimate, Interval};
pub use exclusive::{Adjusted, exclusive};
pub use holm::{Decision, holm};
pub use quantile::{Pooled, quantile};
pub use student::{normal_quantile, t_quantile, t_two_sided};
