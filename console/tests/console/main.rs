//! The console against a daemon on a real socket: flows, scripts, and the program on a terminal.
#![cfg(test)]

mod flows;
mod script;
mod support;
mod terminal;
