//! Any text as a policy file: a policy that passes the engine's check and reads back as itself, or
//! errors that can be shown.

#![no_main]

use policy_file::PolicyFile;

libfuzzer_sys::fuzz_target!(|text: &str| {
    match PolicyFile::parse(text, "fuzz") {
        Ok(file) => {
            file.policy.check().expect("what was read is sound");
            let again = PolicyFile::parse(&file.render(), "again");
            let again = again.unwrap_or_else(|errors| panic!("{errors}"));
            assert_eq!(file, again);
        }
        Err(errors) => {
            assert!(!errors.list.is_empty());
            assert!(!errors.to_string().is_empty());
        }
    }
});
