//! See `payhsm_fuzz::entry::host_frame`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: payhsm_fuzz::seeds::plant("host_frame"),
    |data: &[u8]| payhsm_fuzz::entry::host_frame(data)
);
