//! The known attacks on the commands of an HSM, each as the program of an attacker: against the engine and against running daemons
//! in the profiles `issuer` and `acquirer`, and against an engine whose one defence is off, where it has to succeed
//! (docs/attacks.md). A file for each row.
#![cfg(test)]

#[path = "officers/appliance.rs"]
#[expect(
    dead_code,
    clippy::wildcard_enum_match_arm,
    reason = "officers bring keys here, and do nothing else; an answer that is none of these is a failed test"
)]
mod appliance;
#[path = "attacks/bank.rs"]
mod bank;
#[path = "attacks/check_length.rs"]
mod check_length;
#[path = "attacks/check_values.rs"]
mod check_values;
#[path = "attacks/clear_output.rs"]
mod clear_output;
#[path = "attacks/conjuring.rs"]
mod conjuring;
#[path = "attacks/counted.rs"]
mod counted;
#[path = "attacks/decimalisation.rs"]
mod decimalisation;
#[path = "attacks/dictionary.rs"]
mod dictionary;
#[path = "attacks/differential.rs"]
mod differential;
#[path = "attacks/formats.rs"]
mod formats;
#[path = "attacks/generation.rs"]
mod generation;
#[path = "attacks/halves.rs"]
mod halves;
#[path = "attacks/messages.rs"]
mod messages;
#[path = "attacks/running.rs"]
mod running;
#[path = "../fuzz/src/seeds.rs"]
pub mod seeds;
mod support;
#[path = "attacks/sweeps.rs"]
mod sweeps;
#[path = "attacks/timing.rs"]
mod timing;
#[path = "attacks/type_casting.rs"]
mod type_casting;
