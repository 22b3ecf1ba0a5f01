//! The language between the officers' console and the daemon, over a local socket.
//!
//! A frame is two lengths (u32, big endian), a message of the first length and a secret of the second:
//! a component or an opened share, which the daemon reads straight into secret memory. Replies have no secret; shares
//! leave the daemon sealed. The message is encoded as in the compact dialect.

mod act;
mod answer;

pub use act::Act;
pub use answer::{
    Answer, AuthorisedLine, KeyLine, LmkLine, LogLine, SealedShare, Status, TableLine,
};

use crate::field::{KeyAttributes, LmkId};
use wincode::{SchemaRead, SchemaWrite};

/// The longest message, bytes.
pub const MAX_MESSAGE: usize = 256 * 1024;

/// The longest secret, bytes.
pub const MAX_SECRET: usize = 256;

/// What a login signs: this text, the challenge, the appliance's id, the officer's name.
pub const LOGIN_CONTEXT: &[u8] = b"payhsm officer login v1";

/// An officer as the appliance knows him or her: public keys only.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Officer {
    /// 1 to 32 characters: letters, digits, `-`, `_`, `.`.
    pub name: String,
    /// Ed25519 public key.
    pub signing_key: [u8; 32],
    /// X25519 public key.
    pub sealing_key: [u8; 32],
}

/// How many of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Quorum {
    /// Shares that bring the LMK back, 2 or more.
    pub needed: u8,
    /// Shares that there are, up to 9.
    pub of: u8,
}

/// What is to become of components.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum Forming {
    /// An LMK, of three or more components of 32 bytes, then split.
    Lmk {
        /// Its id.
        id: LmkId,
        /// Components, 3 to 9.
        components: u8,
        /// How many of how many.
        quorum: Quorum,
        /// Who gets the shares.
        holders: Vec<String>,
    },
    /// A working key, of two or more components.
    Key {
        /// What it is to be.
        key: NewKey,
        /// Components, 2 to 9.
        components: u8,
    },
}

/// A working key to be.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct NewKey {
    /// 1 to 32 characters: letters, digits, `-`, `_`, `.`.
    pub label: String,
    /// Place in user storage, 000 to FFF, if the host dialect is to name it (`K` and three digits).
    pub slot: Option<u16>,
    /// Usage, algorithm and length, mode of use, exportability.
    pub attributes: KeyAttributes,
}

/// A partner: the keys that are shared with it, and who may use them.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Zone {
    /// 1 to 3 letters or digits.
    pub name: String,
    /// Label of its ZMK.
    pub zmk: Option<String>,
    /// Label of its ZPK.
    pub zpk: Option<String>,
    /// Label of its ZEK.
    pub zek: Option<String>,
    /// How values leave for it, as `E6`, which is the default: docs/console.md, zones.
    pub export_profile: String,
    /// Names of the callers that may name it; empty means none.
    pub callers: Vec<String>,
}
