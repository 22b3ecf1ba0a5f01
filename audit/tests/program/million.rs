//! How long it takes to check 1,000,000 records.

use crate::made::{Made, day, encoded, key};
use payhsm_audit::verify::{Folders, Job, verify};
use std::time::Instant;

#[test]
#[ignore = "a measurement: cargo test --release -p payhsm-audit --test program million -- --ignored --nocapture"]
fn a_million_records() {
    let folder = tempfile::tempdir().unwrap();
    let records = day(1_000_000);
    let entries = encoded(&records);
    let bytes: usize = entries.iter().map(Vec::len).sum();
    Made::of(&entries, 1).write(folder.path());
    drop((records, entries));
    let source = Folders::new(folder.path().to_owned(), None);
    for threads in [1, 2, 2, 2] {
        let begun = Instant::now();
        let job = Job {
            source: &source,
            key: &key(1),
            checkpoints: &[],
            witnesses: &[],
            threads,
            progress: &|_| (),
        };
        let verdict = verify(&job).unwrap();
        assert!(verdict.good && verdict.size == 1_000_000, "{:?}", verdict.faults);
        let bytes = bytes / 1_000_000;
        println!("1,000,000 records of {bytes} bytes, {threads} threads: {:.2?}", begun.elapsed());
    }
}
