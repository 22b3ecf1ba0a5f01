//! Officers at their socket: ceremonies, dual control, and what must be refused, each in its own sentence.
#![cfg(test)]
#![expect(clippy::string_slice, reason = "the answers are ASCII")]
#![expect(clippy::wildcard_enum_match_arm, reason = "any other answer fails the test")]

#[path = "officers/appliance.rs"]
mod appliance;
#[path = "officers/audit.rs"]
mod audit;
#[path = "officers/cards.rs"]
mod cards;
#[path = "officers/ceremonies.rs"]
mod ceremonies;
#[path = "officers/changes.rs"]
mod changes;
#[path = "officers/daemon.rs"]
mod daemon;
#[path = "officers/keys.rs"]
mod keys;
#[path = "officers/leftovers.rs"]
mod leftovers;
#[path = "officers/lists.rs"]
mod lists;
#[path = "officers/logins.rs"]
mod logins;
#[path = "officers/refusals.rs"]
mod refusals;
#[path = "officers/reissue.rs"]
mod reissue;
#[path = "officers/shares.rs"]
mod shares;
mod support;
#[path = "officers/wire.rs"]
mod wire;
