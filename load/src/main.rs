//! payhsm-load
fn main() {}
