//! The daemon in its cage: what it may do is what it does. `strace` reads along while it is made to do everything that it can do
//! (`calls`); a call that is not on the list ends it (`forbidden`); and it is what a service manager expects (`service`), also
//! when it stands still (`stall`).
//!
//! `strace` and `gdb` have to be there, and for some of it root; where they are not, that part is skipped, unless
//! `PAYHSM_LONG_TESTS` is set.
#![cfg(test)]
#![expect(clippy::wildcard_enum_match_arm, reason = "any other answer fails the test")]

#[path = "officers/appliance.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod appliance;
#[path = "cage/calls.rs"]
mod calls;
#[path = "cage/forbidden.rs"]
mod forbidden;
#[path = "cage/rare.rs"]
mod rare;
#[path = "cage/same_user.rs"]
mod same_user;
#[path = "cage/service.rs"]
mod service;
#[path = "cage/stall.rs"]
mod stall;
mod support;
#[path = "cage/traced.rs"]
mod traced;

use std::process::Command;

/// Whether a program is there; where it has to be, it is.
fn has(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    assert!(there || std::env::var_os("PAYHSM_LONG_TESTS").is_none(), "there is no {program}");
    if !there {
        println!("skipped: there is no {program}");
    }
    there
}
