//! Power cuts: the image of a file system as it is while the daemon stands still, mounted again. What the system had not
//! written is lost, as it would be.

use crate::appliance::{Appliance, long};
use crate::load::Load;
use crate::mounts::{self, Mount};
use crate::support::binary::{Folder, pause, wait_for};
use crate::support::random::Chance;
use payhsm_audit::record::Entry;
use payhsm_audit::verify::Given;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

const IMAGE: u64 = 256 * 1024 * 1024;

/// Enough for what a release keeps in a hundred lives.
const LARGE_IMAGE: u64 = 16 * IMAGE;

/// A machine whose power is cut.
struct Machine {
    appliance: Appliance,
    load: Load,
    image: PathBuf,
    place: PathBuf,
    mount: Option<Mount>,
    /// What others hold of the log.
    checkpoints: Vec<Given>,
}

impl Machine {
    /// One that is on, if images can be mounted here.
    fn new(durability: &str, bytes: u64) -> Option<Self> {
        let folder = Folder::new();
        let (image, place) = (folder.path("image-0"), folder.path("disk"));
        fs::create_dir(&place).unwrap();
        let made = mounts::make_image(&image, bytes).and_then(|()| Mount::image(&image, &place));
        let mount = match made {
            Ok(mount) => Some(mount),
            Err(why) => {
                println!("skipped: power cuts: {why}");
                return None;
            }
        };
        let appliance = Appliance::with_log(folder, &place.join("audit"), durability);
        let (load, checkpoints) = (Load::new(6), Vec::new());
        Some(Self { appliance, load, image, place, mount, checkpoints })
    }

    /// A load for a while, then the power is cut, and the machine comes back with what is on its disk.
    fn cut_after(&mut self, while_: Duration, number: usize) {
        let copy = self.appliance.folder.path(&format!("image-{number}"));
        let (daemon, _) = self.appliance.start_and_ask();
        let (appliance, checkpoints) = (&self.appliance, &mut self.checkpoints);
        self.load.run(&appliance.folder, daemon.address(true, None), |_| {
            pause(while_);
            checkpoints.extend(appliance.checkpoint());
            let status = Command::new("kill").args(["-STOP", &daemon.id().to_string()]).status();
            assert!(status.unwrap().success());
            // A copy takes a while: what the journal of the file system moves meanwhile may be in neither place.
            for _ in 0..5 {
                let before = mounts::commits(&self.place);
                mounts::copy_image(&self.image, &copy);
                if mounts::commits(&self.place) == before {
                    break;
                }
            }
            // Whatever it answered before it stood still is read until the connections end.
            drop(daemon);
        });
        self.mount = None;
        fs::remove_file(&self.image).unwrap();
        self.image = copy;
        self.mount = Some(Mount::image(&self.image, &self.place).unwrap());
    }

    /// What the log says after a last start.
    fn entries(&self) -> Vec<Entry> {
        let (daemon, _) = self.appliance.start_and_ask();
        Appliance::stop(daemon);
        self.appliance.verified(&self.checkpoints)
    }
}

#[test]
fn what_was_answered_survives_a_power_cut() {
    survives(if long() { 20 } else { 2 }, 600, IMAGE);
}

#[test]
#[ignore = "four minutes: cargo test --release --test faults -- --ignored --nocapture a_hundred_cuts"]
fn what_was_answered_survives_a_hundred_cuts() {
    survives(100, 200, LARGE_IMAGE);
}

/// Cut so often, each time within so many milliseconds; now and then later, so that a checkpoint has been signed.
fn survives(cuts: usize, soonest: usize, bytes: u64) {
    if !mounts::possible("power cuts") {
        return;
    }
    let Some(mut machine) = Machine::new("durable", bytes) else { return };
    let mut chance = Chance::new(12);
    for number in 1..=cuts {
        let longest = if number % 5 == 0 { 2000 } else { soonest };
        let moment = Duration::from_millis(u64::try_from(chance.below(longest)).unwrap());
        machine.cut_after(moment, number);
    }
    let entries = machine.entries();
    println!(
        "{cuts} power cuts: {} commands answered, {} entries, {} checkpoints",
        machine.load.done(),
        entries.len(),
        machine.checkpoints.len()
    );
    assert_eq!(machine.load.missing(&entries), 0);
    assert!(machine.load.done() > 50 * cuts, "{} commands", machine.load.done());
}

/// The kernel makes the file system read-only under the daemon.
#[test]
fn nothing_is_answered_that_a_read_only_disk_does_not_keep() {
    if !mounts::possible("a read-only disk") {
        return;
    }
    let Some(mut machine) = Machine::new("durable", IMAGE) else { return };
    for _ in 0..if long() { 5 } else { 1 } {
        let (daemon, _) = machine.appliance.start_and_ask();
        let mount = machine.mount.take().unwrap();
        machine.load.run(&machine.appliance.folder, daemon.address(true, None), |progress| {
            wait_for("answers", || progress.done() > 100);
            mount.abort();
            progress.wait_until_refused();
            let done = progress.done();
            pause(Duration::from_millis(300));
            assert_eq!(progress.done(), done, "nothing is answered any more");
            drop(daemon);
        });
        drop(mount);
        machine.mount = Some(Mount::image(&machine.image, &machine.place).unwrap());
    }
    let entries = machine.entries();
    assert_eq!(machine.load.missing(&entries), 0);
}

/// The control: a log that does not wait for the disk loses what it promised, and this test sees it.
#[test]
fn a_cut_is_a_cut() {
    if !mounts::possible("power cuts") {
        return;
    }
    let Some(mut machine) = Machine::new("relaxed", IMAGE) else { return };
    machine.cut_after(Duration::from_millis(300), 1);
    // Held to a checkpoint of before, the log would be found out without a look at what was answered.
    machine.checkpoints.clear();
    let entries = machine.entries();
    let (done, missing) = (machine.load.done(), machine.load.missing(&entries));
    println!("without waiting for the disk a power cut took {missing} of {done}");
    assert!(missing > 0);
}
