//! A terminal with the console in it, and somebody who types.

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Where the first `text` of a screen ends; lines may be broken at its spaces.
fn end_of(text: &str, screen: &str) -> Option<usize> {
    let ends = |from: usize| {
        let mut rest = screen.get(from..)?;
        for (place, word) in text.split_whitespace().enumerate() {
            if place > 0 {
                rest = rest.strip_prefix(char::is_whitespace)?.trim_start();
            }
            rest = rest.strip_prefix(word)?;
        }
        Some(screen.len() - rest.len())
    };
    // Only where it could begin: the screen is long, and looked at often.
    let first = text.split_whitespace().next()?;
    screen.match_indices(first).find_map(|(from, _)| ends(from))
}

/// A terminal of 80 columns and 24 lines with the console in it.
pub(crate) struct Screen {
    keyboard: File,
    /// Kept open, so that the terminal's settings can be looked at after the program has ended.
    terminal: File,
    shown: Arc<Mutex<String>>,
    pub(crate) child: Child,
}

impl Screen {
    pub(crate) fn open(folder: &Path, arguments: &[&str]) -> Self {
        Self::with_output(folder, arguments, None)
    }

    /// The same, with its standard output somewhere else than on the screen.
    pub(crate) fn with_output(folder: &Path, arguments: &[&str], output: Option<Stdio>) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap().into_string().unwrap();
        let terminal = File::options().read(true).write(true).open(name).unwrap();
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&terminal, size).unwrap();
        // setsid makes it the controlling terminal, so that Ctrl-C is a signal.
        let child = Command::new("setsid")
            .args(["--ctty", "--wait", env!("CARGO_BIN_EXE_payhsm-console")])
            .args(arguments)
            .current_dir(folder)
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .stdin(terminal.try_clone().unwrap())
            .stdout(output.unwrap_or_else(|| terminal.try_clone().unwrap().into()))
            .stderr(terminal.try_clone().unwrap())
            .spawn()
            .unwrap();
        let keyboard = File::from(controller);
        let shown = Arc::new(Mutex::new(String::new()));
        let (mut screen, text) = (keyboard.try_clone().unwrap(), Arc::clone(&shown));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = screen.read(&mut bytes) {
                text.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..read]));
            }
        });
        Self { keyboard, terminal, shown, child }
    }

    pub(crate) fn shown(&self) -> String {
        self.shown.lock().unwrap().clone()
    }

    /// Waits until `text` stands behind everything that was there at `from`.
    pub(crate) fn wait(&self, text: &str, from: usize) -> usize {
        let start = Instant::now();
        loop {
            let shown = self.shown();
            if let Some(end) = shown.get(from..).and_then(|rest| end_of(text, rest)) {
                return from + end;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "no {text:?} in:\n{shown}");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// Waits for the echo to be off: the prompt is there a moment earlier.
    pub(crate) fn wait_silent(&self) {
        let start = Instant::now();
        while self.echoes() {
            assert!(start.elapsed() < Duration::from_secs(30), "the echo stays on");
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }

    pub(crate) fn echoes(&self) -> bool {
        tcgetattr(&self.terminal).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    pub(crate) fn type_keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    pub(crate) fn answer(&mut self, question: &str, from: usize, keys: &str) -> usize {
        let at = self.wait(question, from);
        if question.contains("not shown") {
            self.wait_silent();
        }
        self.type_keys(keys);
        at
    }

    pub(crate) fn ended(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "still there:\n{}", self.shown());
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// The console itself: the child of setsid, which waits for it.
    pub(crate) fn process(&self) -> String {
        let parent = self.child.id();
        let children =
            std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap();
        children.split_whitespace().next().map_or(parent.to_string(), str::to_owned)
    }

    pub(crate) fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.process()]).status().unwrap().success());
    }

    /// Waits until the console stands still, or does so no more.
    pub(crate) fn wait_stopped(&self, stopped: bool) {
        let start = Instant::now();
        let path = format!("/proc/{}/stat", self.process());
        while std::fs::read_to_string(&path).unwrap().contains(") T ") != stopped {
            assert!(start.elapsed() < Duration::from_secs(30), "stopped: {}", !stopped);
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// Answers questions one after the other, each behind the one before.
    pub(crate) fn walk(&mut self, from: usize, steps: &[(&str, &str)]) -> usize {
        steps.iter().fold(from, |at, (question, keys)| self.answer(question, at, keys))
    }
}
