//! Runs the target that `FUZZ_TARGET` names; `fuzz/run-all` does it for all of them.
#![no_main]

use payhsm_fuzz::targets::{Target, named, plant};
use peak_alloc::PeakAlloc;
use std::sync::OnceLock;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The target. What it makes once and keeps is made by its seeds, so that no input is blamed for it.
fn target() -> &'static Target {
    static TARGET: OnceLock<&'static Target> = OnceLock::new();
    TARGET.get_or_init(|| {
        let name = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET is the name of a target");
        let target = named(&name).unwrap_or_else(|| panic!("there is no target {name}"));
        plant(target);
        for seed in (target.seeds)() {
            (target.run)(&seed);
        }
        target
    })
}

libfuzzer_sys::fuzz_target!(init: { target(); }, |data: &[u8]| {
    let target = target();
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    (target.run)(data);
    let grown = MEMORY.peak_usage().saturating_sub(before);
    assert!(grown <= target.holds, "memory grew by {grown} bytes; {} is the most", target.holds);
});
