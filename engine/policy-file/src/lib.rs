//! Reads a policy file.
