//! The null server as a process of its own, as the daemon is one.

use crate::null_server::{Announcement, NullServer, NullServerError, Settings};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

/// The subcommand that `payhsm-load` starts itself with.
pub const SUBCOMMAND: &str = "null-server";

/// The longest announcement that is believed, in bytes.
const LONGEST: u64 = 64 * 1024;

/// A null server that was started, and that is killed when this is dropped.
#[derive(Debug)]
pub struct NullProcess {
    child: Child,
    announcement: Announcement,
}

impl Drop for NullProcess {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing of it is left.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl NullProcess {
    /// Starts this program again, as a null server.
    ///
    /// # Errors
    /// [`NullServerError::Start`] if it cannot be started or does not say where it listens.
    pub fn start(plain: bool) -> Result<Self, NullServerError> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([SUBCOMMAND, "--port", "0"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        if plain {
            command.arg("--plain");
        }
        let mut child = command.spawn()?;
        match announcement(&mut child) {
            Ok(announcement) => Ok(Self { child, announcement }),
            Err(error) => {
                drop(child.kill());
                drop(child.wait());
                Err(error.into())
            }
        }
    }

    /// How to reach it.
    #[must_use]
    pub const fn announcement(&self) -> &Announcement {
        &self.announcement
    }
}

fn announcement(child: &mut Child) -> io::Result<Announcement> {
    let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let mut line = String::new();
    BufReader::new(stdout.take(LONGEST)).read_line(&mut line)?;
    serde_json::from_str(&line).map_err(io::Error::from)
}

/// What that process does: says where it listens, and serves until its standard input ends, which
/// it does also when whoever started it is no more.
///
/// # Errors
/// [`NullServerError`].
pub fn serve(settings: Settings) -> Result<(), NullServerError> {
    let server = NullServer::start(settings)?;
    let line = serde_json::to_string(server.announcement()).map_err(io::Error::from)?;
    writeln!(io::stdout().lock(), "{line}")?;
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    Ok(())
}
