//! Linefinder's virtual-clock simulator: scenarios, the world they describe, and experiments in it.

<<<<<<< HEAD
pub mod calendar;
pub mod dist;
pub mod scenario;
pub mod streams;
=======
pub mod columns;
pub mod scenario;
mod table;
>>>>>>> files
pub mod trace;
pub mod world;
