//! See `payhsm_fuzz::entry::host_engine`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: payhsm_fuzz::seeds::plant("host_engine"),
    |data: &[u8]| payhsm_fuzz::entry::host_engine(data)
);
