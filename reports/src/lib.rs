//! Records and measures.
