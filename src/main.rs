//! payhsmd
fn main() {}
