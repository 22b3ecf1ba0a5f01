//! See `payhsm_fuzz::entry::compact_request`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: payhsm_fuzz::seeds::plant("compact_request"),
    |data: &[u8]| payhsm_fuzz::entry::compact_request(data)
);
