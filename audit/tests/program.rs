//! The auditor's program: what it finds, what it shows, and how it ends.
#![cfg(test)]

#[path = "program/base.rs"]
mod base;
#[path = "program/commands.rs"]
mod commands;
#[path = "program/kit.rs"]
mod kit;
#[path = "program/made.rs"]
mod made;
#[path = "program/million.rs"]
mod million;
#[path = "program/mutations.rs"]
mod mutations;
#[path = "program/sample.rs"]
mod sample;
#[path = "program/shown.rs"]
mod shown;
#[path = "program/verified.rs"]
mod verified;
#[path = "program/witnessing.rs"]
mod witnessing;
#[path = "program/written.rs"]
mod written;
