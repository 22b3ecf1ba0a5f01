//! A disk that fails once: `strace` has calls of the daemon answered with EIO.

use crate::appliance::{Appliance, events, long};
use crate::load::Load;
use crate::strace::{Strace, open_to_faults};
use crate::support::binary::{pause, wait_for};
use payhsm_audit::record::event;
use std::collections::HashSet;
use std::fs;
use std::time::Duration;

/// The files that a line of the list is about, and whether it failed.
fn synced(line: &str) -> Option<(&str, bool)> {
    let (_, call) = line.split_once("sync(")?;
    let (_, file) = call.split_once('<')?;
    let (file, _) = file.split_once('>')?;
    Some((file, line.contains("(INJECTED)")))
}

fn with(inject: &str, failures: bool) {
    let appliance = Appliance::new();
    let Some(daemon) = open_to_faults(&appliance) else { return };
    let list = appliance.folder.path("strace");
    let Some(strace) = Strace::on(&daemon, "fdatasync,fsync,pwrite64", inject, &list) else {
        return;
    };
    let mut load = Load::new(4);
    let while_ = Duration::from_millis(if long() { 5000 } else { 1000 });
    load.run(&appliance.folder, daemon.address(true, None), |progress| {
        progress.wait_until_refused();
        let done = progress.done();
        wait_for("answers again", || progress.done() > done);
        pause(while_);
    });
    drop(strace);
    Appliance::stop(daemon);
    let entries = appliance.verified(&[]);
    assert_eq!((load.missing(&entries), load.kept_though_refused(&entries)), (0, 0));
    assert!(!events(&entries, event::GAP).is_empty());
    let list = fs::read_to_string(list).unwrap();
    let mut failed = HashSet::new();
    for (file, fails) in list.lines().filter_map(synced) {
        assert!(!failed.contains(file), "{file} was synced again after an error");
        if fails {
            failed.insert(file);
        }
    }
    println!("{inject}: {} answered, {} files given up", load.done(), failed.len());
    assert!(failed.is_empty() != failures);
}

#[test]
fn a_file_that_could_not_be_synced_is_never_believed_again() {
    with("inject=fdatasync:error=EIO:when=40", true);
}

#[test]
fn again_and_again() {
    with("inject=fdatasync:error=EIO:when=10+9", true);
}

#[test]
fn what_could_not_be_written_is_not_kept() {
    with("inject=pwrite64:error=EIO:when=40", false);
}
