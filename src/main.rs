//! `payhsmd`: arguments in, exit code out.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    payhsm::cli::run()
}
