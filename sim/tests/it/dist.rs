//! Distributions through their public surface. `laws` lists one of each and more; `oracles` holds
//! them against `rand_distr` and `statrs`; `inversion` their shape in u; `survivors` the
//! conditional draws; `empirical` curves and samples by hand; `errors` what is refused; `digests`
//! the very microseconds.

mod digests;
mod empirical;
mod errors;
mod inversion;
mod laws;
mod oracles;
mod survivors;
