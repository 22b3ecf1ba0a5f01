//! The commands: one file each, and the table that names them all.
//!
//! To add a command, write `command/x.rs` here and in the daemon, and add its line to
//! [`for_each_command`]; the compiler asks for everything else.

use crate::compact::Compact;
use crate::error_code::ErrorCode;
use crate::field::Checked;
use crate::host::{Fields, Writer};

/// The two letters of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommandCode(pub [u8; 2]);

impl CommandCode {
    /// The code of the answer: the second character, plus one.
    #[must_use]
    pub const fn reply(self) -> [u8; 2] {
        let [first, second] = self.0;
        [first, second.wrapping_add(1)]
    }
}

impl std::fmt::Display for CommandCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

/// A request: its fields in both dialects, and the reply that belongs to it.
pub trait Command: Compact + Checked + std::fmt::Debug {
    /// Its place in the table.
    const OPCODE: Opcode;

    /// What a success answers.
    type Reply: Reply;

    /// Reads the fields of the host dialect, up to but without the tail.
    ///
    /// # Errors
    /// The code that the caller gets.
    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode>;
}

/// A reply in both dialects.
pub trait Reply: Compact + std::fmt::Debug {
    /// Writes the fields of the host dialect, behind the error code.
    fn encode_host(&self, writer: &mut Writer<'_>);
}

/// A reply with nothing in it: the error code says it all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, wincode::SchemaRead, wincode::SchemaWrite)]
pub struct Done;

impl Reply for Done {
    fn encode_host(&self, _: &mut Writer<'_>) {}
}

/// Declares a request: a struct whose fields are all from [`crate::field`], checked one by one.
macro_rules! request {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, wincode::SchemaRead, wincode::SchemaWrite)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }

        impl $crate::field::Checked for $name {
            fn check(&self) -> Result<(), $crate::ErrorCode> {
                $($crate::field::Checked::check(&self.$field)?;)*
                Ok(())
            }
        }
    };
}

/// Declares a reply: a struct whose fields are written to the host dialect by `encode_host`.
macro_rules! reply {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, wincode::SchemaRead, wincode::SchemaWrite)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }
    };
}

/// Calls `$callback!` with every command: code, file, request type, and what it does.
#[macro_export]
macro_rules! for_each_command {
    ($callback:ident) => {
        $callback! {
            B2, b2_echo, Echo, "echo";
            CA, ca_translate_pin_tpk_to_zpk, TranslatePinTpkToZpk, "translate a PIN block from TPK to ZPK";
        }
    };
}

macro_rules! declare_opcodes {
    ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
        $(pub mod $module;)+

        /// Every command that payhsm knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Opcode { $(#[doc = concat!("`", stringify!($code), "`: ", $what, ".")] $code,)+ }

        impl Opcode {
            /// Every command, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$code,)+];

            /// The two letters.
            #[must_use]
            pub const fn code(self) -> CommandCode {
                match self { $(Self::$code => CommandCode(two_letters(stringify!($code))),)+ }
            }

            /// What it does, in a few words.
            #[must_use]
            pub const fn what(self) -> &'static str {
                match self { $(Self::$code => $what,)+ }
            }

            /// The command with these two letters.
            #[must_use]
            pub fn from_code(code: [u8; 2]) -> Option<Self> {
                Self::ALL.iter().copied().find(|opcode| opcode.code().0 == code)
            }
        }
    };
}

const fn two_letters(text: &str) -> [u8; 2] {
    match text.as_bytes() {
        [first, second] => [*first, *second],
        // Evaluated at compile time for every line of the table: a longer code does not build.
        #[expect(
            clippy::panic,
            reason = "a constant expression; stops the build, never the daemon"
        )]
        _ => panic!("a command code has two letters"),
    }
}

for_each_command!(declare_opcodes);
