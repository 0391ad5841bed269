//! Experiments: a scenario run often enough, in parallel, with results that do not depend on how.
//!
//! Replication `i` is a pure function of (scenario, seed, i). Replications are handed out to threads
//! as they come free and put back in their order before anything is computed from them, so that
//! one thread and many give the same bytes.

mod batch;
mod calibrate;
mod check;
mod compare;
mod course;
mod each;
mod error;
mod gates;
mod record;
mod run;
mod sample;
mod sequential;

pub use calibrate::{Altered, Calibrate, Calibrated, calibrate, estimator_name};
pub use check::check_invariants;
pub use compare::{Contender, Pairing, compare};
pub(crate) use course::series_step;
pub use each::each;
pub use error::RunError;
pub use record::{RecordError, record};
pub use run::{Control, Options, Run, run};
pub use sample::{Sampled, Sampler};
pub use sequential::{FIRST_LOOK, Stopping};
