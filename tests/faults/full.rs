//! A disk without room.

use crate::appliance::{Appliance, events, long};
use crate::load::{Load, Progress};
use crate::mounts::{self, Mount};
use crate::officers::note;
use crate::support::binary::{Daemon, Folder, configuration, pause, wait_for};
use payhsm_audit::record::{Entry, event};
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const DISK: u64 = 24 * 1024 * 1024;

/// How soon commands are answered again.
const AGAIN: Duration = Duration::from_secs(1);

struct Disk {
    place: PathBuf,
    _mount: Mount,
}

impl Disk {
    fn new(folder: &Folder) -> Self {
        let place = folder.path("disk");
        fs::create_dir(&place).unwrap();
        let mount = Mount::memory(&place, DISK).unwrap();
        Self { place, _mount: mount }
    }

    /// Takes all room but so many bytes.
    fn fill_but(&self, left: usize) {
        let file = |name| fs::File::create(self.place.join(name)).unwrap();
        file("left").write_all(&vec![1; left]).unwrap();
        let mut filler = file("filler");
        while filler.write_all(&[1; 4096]).is_ok() {}
        fs::remove_file(self.place.join("left")).unwrap();
    }

    fn make_room(&self) {
        fs::remove_file(self.place.join("filler")).unwrap();
    }
}

/// An appliance whose log is on a small disk.
fn small() -> (Disk, Appliance) {
    let folder = Folder::new();
    let disk = Disk::new(&folder);
    let appliance = Appliance::with_log(folder, &disk.place.join("audit"), "durable");
    (disk, appliance)
}

/// What is in its log after one more start.
fn kept(appliance: &Appliance) -> Vec<Entry> {
    let (daemon, _) = appliance.start_and_ask();
    Appliance::stop(daemon);
    appliance.verified(&[])
}

/// Has it refuse for want of room for a while, and dies then.
fn refuses_and_dies(progress: &Progress, daemon: Daemon) {
    progress.wait_until_refused();
    pause(Duration::from_millis(300));
    drop(daemon);
}

/// How long it takes until commands are answered again.
fn answered_again(progress: &Progress) -> Duration {
    let begun = Instant::now();
    let done = progress.done();
    wait_for("answers", || progress.done() > done);
    begun.elapsed()
}

#[test]
fn nothing_is_answered_that_a_full_disk_does_not_keep() {
    if !mounts::possible("a full disk") {
        return;
    }
    let rounds = if long() { 10 } else { 2 };
    let (disk, appliance) = small();
    let mut load = Load::new(4);
    let (daemon, _) = appliance.start_and_ask();
    let mut longest = Duration::ZERO;
    let address = daemon.address(true, None);
    load.run(&appliance.folder, address, |progress| {
        for _ in 0..rounds {
            answered_again(progress);
            disk.fill_but(0);
            progress.wait_until_refused();
            disk.make_room();
            longest = longest.max(answered_again(progress));
        }
    });
    Appliance::stop(daemon);
    let entries = appliance.verified(&[]);
    println!(
        "{rounds} times without a disk: {} answered, again after {longest:?} at most",
        load.done()
    );
    assert_eq!((load.missing(&entries), load.kept_though_refused(&entries)), (0, 0));
    let gaps = events(&entries, event::GAP);
    assert_eq!(gaps.len(), rounds, "{gaps:?}");
    for gap in gaps {
        assert!(
            gap.detail.starts_with("since ") && gap.detail.contains(" commands were refused"),
            "{gap:?}"
        );
    }
    assert!(longest <= AGAIN, "{longest:?}");
}

#[test]
fn a_daemon_that_dies_while_the_disk_is_full_loses_nothing() {
    if !mounts::possible("a full disk") {
        return;
    }
    let (disk, appliance) = small();
    let mut load = Load::new(4);
    for _ in 0..if long() { 10 } else { 2 } {
        let (daemon, _) = appliance.start_and_ask();
        load.run(&appliance.folder, daemon.address(true, None), |progress| {
            answered_again(progress);
            disk.fill_but(0);
            refuses_and_dies(progress, daemon);
        });
        disk.make_room();
    }
    assert_eq!(load.missing(&kept(&appliance)), 0);
}

/// There is room for the tree, and none for the next file of the journal.
#[test]
fn a_journal_that_cannot_go_on_keeps_what_it_has() {
    if !mounts::possible("a full disk") {
        return;
    }
    let (disk, appliance) = small();
    // The first file of the journal has 1 MiB and the second one twice as much.
    disk.fill_but(2_900_000);
    let (daemon, _) = appliance.start_and_ask();
    let mut load = Load::new(4);
    load.run(&appliance.folder, daemon.address(true, None), |progress| {
        refuses_and_dies(progress, daemon);
    });
    disk.make_room();
    let entries = kept(&appliance);
    println!("a journal without room: {} answered", load.done());
    assert_eq!(load.missing(&entries), 0);
    assert!(load.done() > 1000);
}

#[test]
fn officers_are_told() {
    if !mounts::possible("a full disk") {
        return;
    }
    let folder = Folder::new();
    let disk = Disk::new(&folder);
    let rest = format!(
        "[officers]\nsocket = 'officers.sock'\n[memory]\nstrict = false\n[audit]\nfolder = '{}'",
        disk.place.join("audit").display()
    );
    let daemon = Daemon::configured(&folder, &configuration("issuer", false, &rest), 1);
    let socket = folder.path("officers.sock");
    let mut caller = folder.host_client("client", daemon.address(true, None));
    assert!(caller.ask("NO01").starts_with("NP00"));
    assert_eq!(note(&socket), None);
    disk.fill_but(0);
    wait_for("a refusal", || caller.ask("NO01") == "NP71");
    let note_now = note(&socket).unwrap();
    assert!(
        note_now.starts_with("the audit log cannot be written (") && note_now.contains("71"),
        "{note_now}"
    );
    disk.make_room();
    let begun = Instant::now();
    wait_for("an answer", || caller.ask("NO01").starts_with("NP00"));
    assert!(begun.elapsed() <= AGAIN, "{:?}", begun.elapsed());
    assert_eq!(note(&socket), None);
}
