//! Faults: what fails around a daemon, and what it still keeps. docs/faults.md has the table: fault, injection, what is expected,
//! the bar, the figure and the test.
//!
//! By default each is short; `PAYHSM_LONG_TESTS=1` takes as many connections, kills and torn files as the bars ask for. The
//! hour of mixed load is `cargo test --release --test faults -- --ignored --nocapture an_hour`. `PAYHSM_TEST_BINARY` names
//! another daemon than the one that is built for the tests. What needs root or `strace` says so.
#![cfg(test)]

#[path = "faults/appliance.rs"]
mod appliance;
#[path = "faults/claim.rs"]
mod claim;
#[path = "faults/clocks.rs"]
mod clocks;
#[path = "faults/flood.rs"]
mod flood;
#[path = "faults/full.rs"]
mod full;
#[path = "faults/injected.rs"]
mod injected;
#[path = "faults/kills.rs"]
mod kills;
#[path = "faults/load.rs"]
mod load;
#[path = "faults/million.rs"]
mod million;
#[path = "faults/mounts.rs"]
mod mounts;
#[path = "faults/officers.rs"]
mod officers;
#[path = "faults/power.rs"]
mod power;
#[path = "faults/process.rs"]
mod process;
#[path = "faults/reload.rs"]
mod reload;
#[path = "faults/slow.rs"]
mod slow;
#[path = "faults/soak.rs"]
mod soak;
#[path = "faults/stalled.rs"]
mod stalled;
#[path = "faults/strace.rs"]
mod strace;
mod support;
#[path = "faults/tls.rs"]
mod tls;
#[path = "faults/torn.rs"]
mod torn;
#[path = "faults/waits.rs"]
mod waits;
#[path = "faults/worker.rs"]
mod worker;
