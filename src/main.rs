//! The `parentage` command. It alone prints and exits; the library decides.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
