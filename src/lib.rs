//! The daemon: bytes in, bytes out, and the sockets around it.
//!
//! The road of a request is told in ARCHITECTURE.md. In short: [`net`] reads whole frames,
//! [`engine`] decodes them, asks [`authorization`], lets a handler of [`command`] act, hands a
//! record to [`record`] and encodes the answers; `net` writes them in one go.
#![forbid(unsafe_code)]

pub mod audit;
pub mod authorization;
mod cage;
pub mod caller;
pub mod cards;
pub mod cli;
pub mod clock;
pub mod command;
pub mod config;
mod daemon;
pub mod engine;
pub mod lifecycle;
mod log;
pub mod monitoring;
pub mod net;
pub mod numbers;
pub mod officers;
pub mod quickstart;
pub mod record;
mod reload;
pub mod service;
pub mod settings;
mod stacks;
pub mod state;

pub use engine::Engine;
pub use reload::Reloader;
