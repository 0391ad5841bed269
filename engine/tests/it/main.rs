//! Integration tests of the engine, one binary.
mod estimate;
mod reference;
mod script;
mod swarm;
