//! The `linefinder` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(sim::cli::main(std::env::args_os()) as u8)
}
