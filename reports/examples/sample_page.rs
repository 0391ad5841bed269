//! Writes a page with one of everything into a directory, to be looked at:
//! `cargo run -p linefinder-reports --example sample_page -- DIR`.

#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "shares its page with the tests"
)]

#[path = "../tests/it/charts.rs"]
mod charts;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: sample_page DIR")?;
    let directory = PathBuf::from(directory);
    let page = charts::page().finish();
    std::fs::create_dir_all(directory.join("charts"))?;
    std::fs::write(directory.join("sample.html"), page.html)?;
    for (path, text) in page.csvs {
        std::fs::write(directory.join(path), text)?;
    }
    Ok(())
}
