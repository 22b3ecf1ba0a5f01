//! See `payhsm_fuzz::entry::compact_frame`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: payhsm_fuzz::seeds::plant("compact_frame"),
    |data: &[u8]| payhsm_fuzz::entry::compact_frame(data)
);
