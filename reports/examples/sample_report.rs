//! Renders every report file of a made-up run into a directory, to be looked at:
//! `cargo run -p linefinder-reports --example sample_report -- DIR [calm|failing|empty]`.

#[path = "../tests/it/sample.rs"]
mod sample;
#[path = "../tests/it/synthetic.rs"]
mod synthetic;

use std::error::Error;
use std::path::PathBuf;

use reports::render::{self, TableOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("usage: sample_report DIR [KIND]")?);
    let report = sample::report(arguments.next().as_deref().unwrap_or("calm"));
    std::fs::create_dir_all(&directory)?;
    for (name, text) in [
        ("report.json", render::report_json(&report)),
        ("report.html", render::report_page(&report).html),
        ("calls.csv", render::calls_csv(&report)),
        ("series.csv", render::series_csv(&report)),
    ] {
        std::fs::write(directory.join(name), text)?;
    }
    let options = TableOptions {
        colour: false,
        all: false,
    };
    print!("{}", render::table(&report, options));
    Ok(())
}
