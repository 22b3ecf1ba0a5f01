//! See `payhsm_fuzz::entry::host_request`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: payhsm_fuzz::seeds::plant("host_request"),
    |data: &[u8]| payhsm_fuzz::entry::host_request(data)
);
