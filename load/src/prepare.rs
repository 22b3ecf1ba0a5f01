//! What each command needs before it can be sent a million times: keys and values that the daemon
//! itself makes, under the LMK of the run.
//!
//! To add a command, add it to [`Work`] and write its function; the compiler asks for both.

mod cards;
mod data;
mod kit;
mod pins;
mod plain;

pub use kit::{Kit, PrepareError};

use crate::template::Request;

macro_rules! work {
    ($($name:ident => $function:path, $what:literal;)+) => {
        /// The commands that can be driven.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
        pub enum Work {
            $(#[doc = $what] #[value(name = stringify!($name))] $name,)+
        }

        impl Work {
            /// Every command, in the order of the list.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The two letters.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }
        }

        /// Makes a request of this command, and has the daemon carry it out once.
        ///
        /// # Errors
        /// [`PrepareError`] names the command that did not work, which may be one that `work`
        /// depends on.
        pub async fn prepare(work: Work, kit: &Kit) -> Result<Request, PrepareError> {
            match work { $(Work::$name => $function(kit).await,)+ }
        }
    };
}

work! {
    B2 => plain::b2, "echo 64 bytes";
    NC => plain::nc, "tell the check value of the LMK";
    N0 => plain::n0, "make 16 random bytes";
    A0 => plain::a0, "generate a TDES key for PIN blocks";
    BU => plain::bu, "make the check value of a key";
    CA => pins::ca, "translate a PIN block from TPK to ZPK";
    CC => pins::cc, "translate a PIN block from ZPK to ZPK";
    DA => pins::da, "verify a PIN block under a TPK by its IBM offset (needs tables in clear)";
    DC => pins::dc, "verify a PIN block under a TPK by its PVV";
    EA => pins::ea, "verify a PIN block under a ZPK by its IBM offset (needs tables in clear)";
    EC => pins::ec, "verify a PIN block under a ZPK by its PVV";
    CW => cards::cw, "make a CVV";
    CY => cards::cy, "verify a CVV";
    M0 => data::m0, "encrypt 128 bytes, TDES CBC";
    M6 => data::m6, "make a retail MAC of 128 bytes";
    M8 => data::m8, "verify a retail MAC of 128 bytes";
}
