//! See `payhsm_fuzz::entry::compact_engine`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: payhsm_fuzz::seeds::plant("compact_engine"),
    |data: &[u8]| payhsm_fuzz::entry::compact_engine(data)
);
