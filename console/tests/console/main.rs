//! The console against a daemon on a real socket: flows, scripts, and the program on a terminal.
#![cfg(test)]

mod appliance;
mod audit_key;
mod credential;
mod flows;
mod long;
mod person;
mod real;
mod screen;
mod script;
mod sealed;
mod state;
mod stops;
mod support;
mod terminal;
mod zones;
