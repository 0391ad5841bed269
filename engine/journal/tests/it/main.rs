//! Integration tests of the journal, one binary.
