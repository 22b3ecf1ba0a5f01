//! The caller's library of payhsm.
//!
//! A [`Client`] speaks the compact dialect over mutual TLS 1.3. It is typed: a request of
//! [`payhsm_protocol::command`] goes in, the reply that belongs to it comes out. It is cheap to
//! clone, and all clones share one connection, on which any number of calls are under way at the
//! same time; replies may overtake each other.
//!
//! ```no_run
//! use payhsm_client::{CallError, Client, Config, Credentials};
//! use payhsm_protocol::command::ca_translate_pin_tpk_to_zpk::TranslatePinTpkToZpk;
//! use payhsm_protocol::field::{Account, KeyField, PinBlock, PinBlockFormat};
//!
//! # async fn example(tpk: KeyField, zpk: KeyField) -> Result<(), Box<dyn std::error::Error>> {
//! let credentials = Credentials::from_pem_files("ca.crt", "client.crt", "client.key")?;
//! let client = Client::connect(Config::new("hsm.example:2500", "hsm.example", credentials)).await?;
//!
//! let request = TranslatePinTpkToZpk {
//!     source_tpk: tpk,
//!     destination_zpk: zpk,
//!     pin_block: PinBlock::Tdes([0x5a; 8]), // as it came from the terminal
//!     source_format: PinBlockFormat::Iso0,
//!     destination_format: PinBlockFormat::Iso0,
//!     account: Account::Pan12(*b"401234567890"),
//! };
//! match client.call(&request).await {
//!     Ok(answer) => println!("forward {:?}", answer.reply.pin_block),
//!     // The HSM looked at the request and said no: asking again will not help.
//!     Err(CallError::Refused(code)) => println!("refused: {code}"),
//!     // No answer. The library does not know whether the command had effect.
//!     Err(failure) => println!("failed: {failure}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What happens when the connection fails
//! Every call that is under way then fails with [`CallError::ConnectionLost`] and is **never sent
//! again by the library**: the appliance may have carried the command out before the connection
//! broke, and a PIN verification or a key generation that runs twice is not the same as one that
//! runs once. Only the caller knows which of its commands may be repeated. Meanwhile the library
//! connects again, with growing pauses ([`Backoff`]); calls that are made in between wait for the
//! new connection within their own time limit.
//!
//! # What is wiped
//! Requests, replies and private keys stand in buffers that are overwritten when they are done
//! with. The TLS library has a private key of its own for as long as a connection may need it, and wipes it then.
#![forbid(unsafe_code)]

mod client;
mod config;
mod connection;
mod dial;
mod error;
mod pem;
mod provider;
mod tls;

pub use client::{Answer, Client};
pub use config::{Backoff, Config};
pub use error::{CallError, ConfigError, ConnectError};
pub use pem::{PemError, PrivateKeyForm, decode_private_key};
pub use provider::{provider, signing_key};
pub use tls::{Credentials, PrivateKey, tls_config};
