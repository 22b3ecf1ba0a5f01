//! A log in a folder for looking at: `PAYHSM_SAMPLE=FOLDER`.

use crate::made::{Made, day, encoded, event, key};
use payhsm_audit::record::{Record, event};
use std::path::Path;

#[test]
#[ignore = "writes a log for people: PAYHSM_SAMPLE=FOLDER cargo test -p payhsm-audit --test program sample -- --ignored"]
fn a_sample() {
    let folder = std::env::var_os("PAYHSM_SAMPLE").expect("a folder in PAYHSM_SAMPLE");
    let folder = Path::new(&folder);
    let mut records = day(20_000);
    records[700].0 = event(event::CLOCK, "-3.2 s");
    records[5000].0 = event(event::DURABILITY, "relaxed: a power cut may take the last second");
    records[9000].0 = event(
        event::GAP,
        "since 1795335462000000 us; 14 commands were refused for it; no space left",
    );
    records[12_000].0 = event(event::STOP, "SIGTERM");
    records[12_001].0 = event(event::START, "0.1.0");
    let Record::Command(command) = &mut records[15_000].0 else { panic!("another record") };
    command.caller = "<script>alert(1)</script>".to_owned();
    command.outcome = *b"70";
    Made::of(&encoded(&records), 1).write(folder);
    std::fs::write(folder.join("audit.pub"), format!("{}\n", key(1))).unwrap();
}
