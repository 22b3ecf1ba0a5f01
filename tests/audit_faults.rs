//! The audit log of a real daemon when processes and disks fail: what was answered as done is in the log, in order, and the
//! log verifies with the public key alone.
//!
//! `PAYHSM_LONG_TESTS=1` does it two hundred times where the short form does it five times. What needs root says so.
#![cfg(test)]

#[path = "audit_faults/appliance.rs"]
mod appliance;
#[path = "audit_faults/claim.rs"]
mod claim;
#[path = "audit_faults/full.rs"]
mod full;
#[path = "audit_faults/injected.rs"]
mod injected;
#[path = "audit_faults/kills.rs"]
mod kills;
#[path = "audit_faults/load.rs"]
mod load;
#[path = "audit_faults/million.rs"]
mod million;
#[path = "audit_faults/mounts.rs"]
mod mounts;
#[path = "audit_faults/power.rs"]
mod power;
mod support;
