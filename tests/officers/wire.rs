//! The socket itself: what it takes, and what it closes on.

use crate::appliance::{Appliance, Console};
use payhsm::officers::{Server, SocketError};
use payhsm_protocol::officer::{Act, Answer, MAX_MESSAGE, MAX_SECRET};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::sync::Arc;

fn closes_with(console: &mut Console, word: &str) {
    let Some(Answer::Refused(why)) = console.receive() else { panic!("not told: {word}") };
    assert!(why.contains(word), "{why}");
    assert!(console.receive().is_none(), "still open after: {why}");
}

#[test]
fn what_is_no_frame_is_told_and_closed() {
    let folder = tempfile::tempdir().unwrap();
    let appliance = Appliance::start(folder.path());
    let message = u32::try_from(MAX_MESSAGE).unwrap();
    let secret = u32::try_from(MAX_SECRET).unwrap();
    for lengths in [[message + 1, 0], [u32::MAX, 0], [1, secret + 1], [1, u32::MAX]] {
        let mut console = appliance.connect();
        console.send(lengths, &[]);
        closes_with(&mut console, "more than there can be");
    }
    for bytes in [&b""[..], b"\xff", b"\x00\x00"] {
        let mut console = appliance.connect();
        console.send([u32::try_from(bytes.len()).unwrap(), 0], bytes);
        closes_with(&mut console, "no act");
    }
    // A secret where none belongs is taken and forgotten.
    let mut console = appliance.connect();
    assert!(matches!(console.ask_with(&Act::Status, &[7; 256]), Answer::Status(_)));
}

#[test]
fn there_are_eight_connections_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let appliance = Appliance::start(folder.path());
    let mut open: Vec<_> = (0..8).map(|_| appliance.connect()).collect();
    open.iter_mut().for_each(|console| drop(console.status()));
    // The ninth is told why, whether it has asked already or not.
    closes_with(&mut appliance.connect(), "Eight consoles are connected");
    assert!(!appliance.connect().try_status());
    drop(open.pop());
    crate::support::binary::wait_for("room for one more", || {
        let mut again = appliance.connect();
        again.try_status()
    });
}

impl Console {
    fn try_status(&mut self) -> bool {
        use std::io::Write;
        // Status is the first of the acts.
        self.stream.write_all(&[0, 0, 0, 1, 0, 0, 0, 0, 0]).is_ok()
            && matches!(self.receive(), Some(Answer::Status(_)))
    }
}

#[test]
fn a_socket_takes_no_place_that_is_not_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let appliance = Appliance::start(folder.path());
    let office = || Arc::clone(&appliance.office);
    let path = folder.path().join("officers.sock");
    assert!(matches!(Server::start(office(), &path), Err(SocketError::InUse(_))));
    let file = folder.path().join("file");
    fs::write(&file, "mine").unwrap();
    assert!(matches!(Server::start(office(), &file), Err(SocketError::Taken(_))));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");

    // One that a daemon left behind which ended badly.
    let stale = folder.path().join("stale.sock");
    drop(UnixListener::bind(&stale).unwrap());
    let server = Server::start(office(), &stale).unwrap();
    assert_eq!(fs::metadata(&stale).unwrap().permissions().mode() & 0o777, 0o600);
    Console::connect(&stale).status();
    server.stop();
    assert!(!stale.exists());

    let open = folder.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, Permissions::from_mode(0o777)).unwrap();
    let refused = Server::start(office(), &open.join("s")).unwrap_err();
    assert!(matches!(refused, SocketError::OpenFolder(_)) && refused.to_string().contains("chmod"));
    assert!(Server::start(office(), &folder.path().join("none/s")).is_err());
}
