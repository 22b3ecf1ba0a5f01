//! `openssl s_client`, which asks for an echo.

use crate::support::binary::{Folder, framed, pause};
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Longer than a handshake and an echo take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(12);

/// How far a client comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// Its command was done.
    Served,
    /// TLS was good, and every command is refused.
    Unknown,
    /// No answer came.
    Refused,
}

/// It ends with the test, however that ends.
struct Openssl(Child);

impl Drop for Openssl {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Openssl {
    fn start(folder: &Folder, address: SocketAddr, certificate: Option<&str>, rest: &str) -> Self {
        let mut command = Command::new("openssl");
        command.args(["s_client", "-connect", &address.to_string(), "-CAfile", "ca.crt"]);
        if let Some(name) = certificate {
            command.args(["-cert", &format!("{name}.crt"), "-key", &format!("{name}.key")]);
        }
        command.args(rest.split_whitespace()).current_dir(folder.path("."));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    /// What it says from now on, as it comes.
    fn says(&mut self) -> Arc<Mutex<String>> {
        let said = Arc::<Mutex<String>>::default();
        let out: Box<dyn Read + Send> = Box::new(self.0.stdout.take().unwrap());
        let err: Box<dyn Read + Send> = Box::new(self.0.stderr.take().unwrap());
        for mut stream in [out, err] {
            let said = Arc::clone(&said);
            std::thread::spawn(move || {
                let mut chunk = [0; 4096];
                while let Ok(length @ 1..) = stream.read(&mut chunk) {
                    let text: String = chunk[..length].iter().copied().map(char::from).collect();
                    said.lock().unwrap().push_str(&text);
                }
            });
        }
        said
    }

    fn write(&mut self, bytes: &[u8]) {
        // It may have ended.
        let input = self.0.stdin.as_mut().unwrap();
        drop(input.write_all(bytes).and_then(|()| input.flush()));
    }

    /// Waits until it has ended or says one of these.
    fn wait(&mut self, said: &Mutex<String>, words: &[&str]) {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let done = |said: &str| words.iter().any(|word| said.contains(word));
            if done(&said.lock().unwrap()) {
                return;
            }
            if self.0.try_wait().unwrap().is_some() {
                // What it said last.
                pause(Duration::from_millis(50));
                return;
            }
            pause(Duration::from_millis(5));
        }
    }
}

/// Asks for an echo; how far it comes, and what `openssl` said.
pub(crate) fn come(
    folder: &Folder,
    address: SocketAddr,
    certificate: Option<&str>,
    rest: &str,
) -> (Came, String) {
    let mut openssl = Openssl::start(folder, address, certificate, &format!("-quiet {rest}"));
    let said = openssl.says();
    openssl.write(&framed("B20002hi"));
    openssl.wait(&said, &["B300hi", "B368"]);
    let said = said.lock().unwrap().clone();
    let came = match (said.contains("B300hi"), said.contains("B368")) {
        (true, _) => Came::Served,
        (false, true) => Came::Unknown,
        (false, false) => Came::Refused,
    };
    (came, said)
}

/// How often `-reconnect` connects again.
pub(crate) const AGAIN: usize = 5;

/// New sessions and ones that go on, as `openssl` tells of them.
pub(crate) fn sessions(said: &str) -> usize {
    said.matches("New, ").count() + said.matches("Reused, ").count()
}

/// What `openssl` says when a good client types these things, one after the other.
pub(crate) fn asked(folder: &Folder, address: SocketAddr, rest: &str, typed: &[&[u8]]) -> String {
    let mut openssl = Openssl::start(folder, address, Some("client"), rest);
    let said = openssl.says();
    let shaken = ["Verify return code", "error:"];
    openssl.wait(&said, &shaken);
    for bytes in typed {
        // It takes what comes together for one message.
        pause(Duration::from_millis(300));
        openssl.write(bytes);
    }
    if typed.is_empty() {
        // It connects again so often.
        let begun = Instant::now();
        while sessions(&said.lock().unwrap()) < AGAIN + 1 && begun.elapsed() < PATIENCE {
            pause(Duration::from_millis(5));
        }
    } else {
        openssl.wait(&said, &["B300hi"]);
    }
    said.lock().unwrap().clone()
}
