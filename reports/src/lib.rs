//! Linefinder's judge: what a run's events amount to, with intervals and verdicts.
//!
//! The way of a run, which is the reading order of the modules:
//!
//! 1. [`record`]: a [`record::Recorder`] folds the engine's outputs, and a few facts only the
//!    driver knows, into one [`record::Replication`]: counts, sums and histograms, no calls.
//! 2. [`measures`]: each KPI of the domain as a pure function of a replication, with its formula.
//! 3. [`sample`]: only the numbers of measures, kept and put together again without the replications.
//! 4. [`stats`]: estimates over replications: ratios of sums, pooled quantiles, paired lifts.
//! 5. [`calibration`]: announced waits against realised ones, by estimator.
//! 6. [`gate`]: rules about measures, judged as a family with three verdicts.
//! 7. [`regression`]: a run beside a committed baseline, with margins and three verdicts.
//! 8. [`report`]: all of it for one run, computed once; [`compare`]: runs beside each other;
//!    [`tune`]: what a search found.
//! 9. [`render`]: `report.json`, CSV files, the terminal's table, the page with its charts.
//!
//! [`digest`] stands beside them: equal digests, equal runs.
//!
//! The crate knows the engine's vocabulary and nothing of how a run was driven: no clock, no
//! scenario, no policy file, no network. Simulator and server both record through it, so a number
//! means the same in a dry run and in production.

pub mod record;

pub mod measures;
pub mod sample;
pub mod stats;

pub mod calibration;

pub mod compare;
pub mod gate;
pub mod regression;
pub mod report;
pub mod tune;

pub mod chart;
pub mod render;

pub mod digest;
