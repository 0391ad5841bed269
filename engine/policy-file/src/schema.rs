//! The JSON Schema of a policy file, for editors. The reader is stricter: it also checks what a
//! schema cannot say (names that must exist, spans that must rise).

/// The schema's text (draft 2020-12).
#[must_use]
pub fn schema() -> &'static str {
    include_str!("schema/policy.json")
}
