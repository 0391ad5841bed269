//! Integration tests of the engine, one binary.
mod estimate;
mod properties;
mod reference;
mod script;
mod swarm;
