//! What each command needs before it can be sent a million times: keys and values that the daemon
//! itself makes, under the LMK of the run.
//!
//! Every command of the protocol is here, in the order of its table. To add one, add its line to
//! [`Work`], which a test asks for, and write its function, which the compiler asks for.

mod audit;
mod cards;
mod data;
mod dynamic;
mod exchange;
mod ibm;
mod issue;
mod kit;
mod lmk_pins;
mod migration;
mod monitoring;
mod pin_life;
mod pins;
mod plain;
mod pvv;
mod tokens;
mod translate;

pub use kit::{Kit, PrepareError};

use crate::template::Request;
use payhsm_protocol::Opcode;
use payhsm_protocol::field::LmkId;

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

            /// The command of the protocol that it is.
            #[must_use]
            pub const fn opcode(self) -> Opcode {
                match self { $(Self::$name => Opcode::$name,)+ }
            }

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
            let kit = &kit.under(work.lmk(kit.lmk()));
            match work { $(Work::$name => $function(kit).await,)+ }
        }
    };
}

work! {
    B2 => plain::b2, "echo 64 bytes";
    N0 => plain::n0, "make 16 random bytes";
    NC => plain::nc, "tell the check value of the LMK";
    NI => monitoring::ni, "tell who is connected and what went through";
    NO => plain::no, "tell how the appliance is configured";
    J2 => monitoring::j2, "tell how busy the appliance was";
    J4 => monitoring::j4, "tell how often each command was called";
    J8 => monitoring::j8, "tell what went wrong, how often";
    JK => monitoring::jk, "tell how the appliance is";
    RA => plain::ra, "take back what officers have authorised";
    Q2 => audit::q2, "retrieve the next record of the audit log, as long as there are any";
    Q6 => audit::q6, "let go of retrieved records of the audit log, as long as there are any";
    Q8 => audit::q8, "verify a retrieved record of the audit log";
    A0 => plain::a0, "generate a TDES key for PIN blocks";
    A4 => plain::a4, "form a key from two components";
    A6 => exchange::a6, "import a ZPK from an X9.143 key block";
    A8 => exchange::a8, "export a ZPK as an X9.143 key block";
    B0 => plain::b0, "give a key another scheme (development only; under LMK 00 unless --lmk names another)";
    BU => plain::bu, "make the check value of a key";
    BW => migration::bw, "put a key from under the old LMK under the LMK (development only)";
    CS => migration::cs, "take the exportability from a key block";
    FA => exchange::fa, "import a ZPK from an X9.143 key block";
    FC => exchange::fc, "import a PVK from an X9.143 key block";
    FE => exchange::fe, "export a PVK as an X9.143 key block";
    GC => exchange::gc, "export a ZPK as an X9.143 key block";
    HA => exchange::ha, "generate a TAK for a terminal";
    HC => exchange::hc, "generate a TMK for a terminal";
    IA => exchange::ia, "generate a ZPK for a zone";
    M0 => data::m0, "encrypt 128 bytes, TDES CBC";
    M2 => data::m2, "decrypt 128 bytes, TDES CBC";
    M4 => data::m4, "translate 128 bytes from one key to another, TDES CBC";
    M6 => data::m6, "make a retail MAC of 128 bytes";
    M8 => data::m8, "verify a retail MAC of 128 bytes";
    BA => lmk_pins::ba, "encrypt a clear PIN under the LMK (development only)";
    BC => lmk_pins::bc, "compare a PIN block under a TPK with a PIN under the LMK";
    BE => lmk_pins::be, "compare a PIN block under a ZPK with a PIN under the LMK";
    BG => migration::bg, "put a PIN from under the old LMK under the LMK (development only)";
    BK => ibm::bk, "make the IBM offset of the PIN in a block (needs tables in clear)";
    CA => translate::ca, "translate a PIN block from TPK to ZPK";
    CC => translate::cc, "translate a PIN block from ZPK to ZPK";
    CU => pvv::cu, "verify a PIN by its PVV, make the PVV of a new one";
    DA => ibm::da, "verify a PIN block under a TPK by its IBM offset (needs tables in clear)";
    DC => pvv::dc, "verify a PIN block under a TPK by its PVV";
    DE => ibm::de, "make the IBM offset of a PIN under the LMK (needs tables in clear)";
    DG => pvv::dg, "make the PVV of a PIN under the LMK";
    DU => ibm::du, "verify a PIN by its IBM offset, make the offset of a new one (needs tables in clear)";
    EA => ibm::ea, "verify a PIN block under a ZPK by its IBM offset (needs tables in clear)";
    EC => pvv::ec, "verify a PIN block under a ZPK by its PVV";
    EE => ibm::ee, "derive a PIN from its IBM offset (needs tables in clear)";
    FW => pvv::fw, "make the PVV of the PIN in a block";
    JA => lmk_pins::ja, "generate a random PIN";
    JC => translate::jc, "translate a PIN from TPK to LMK";
    JE => translate::je, "translate a PIN from ZPK to LMK";
    JG => translate::jg, "translate a PIN from LMK to ZPK";
    LO => migration::lo, "put a decimalisation table from under the old LMK under the LMK (development only)";
    NG => lmk_pins::ng, "decrypt a PIN under the LMK (development only)";
    CW => cards::cw, "make a CVV";
    CY => cards::cy, "verify a CVV";
    TA => tokens::ta, "make a token of a card number (under the default LMK, as all of these; domain 998 without limits)";
    TC => tokens::tc, "give the card number of a token for zone OV1";
    TE => tokens::te, "make another token for the same card";
    TG => tokens::tg, "put a card number under the ZEK of zone OV1";
    TI => tokens::ti, "decrypt a card number under the ZEK of zone OV1";
    TK => tokens::tk, "make the fingerprint of a card number";
    YA => tokens::ya, "encrypt ten digits by FF1";
    YC => tokens::yc, "decrypt ten digits by FF1";
    XA => issue::xa, "reserve ten card numbers (under the default LMK, as all of these)";
    XC => issue::xc, "give a card number of a batch again, as a token of domain 998";
    XE => issue::xe, "make three values of a card for zone OV1";
    XG => issue::xg, "issue a card: number, token, three values for zone OV1, PIN, PVV, PIN block";
    XI => issue::xi, "verify a CVV that comes from zone OV1";
    PM => dynamic::pm, "verify the dCVV of a contactless card (development only; under the default LMK)";
    VA => dynamic::va, "make the next dynamic CVV2 of a card";
    VC => dynamic::vc, "verify a CVV2 where dynamic ones and the static one are good";
    VE => dynamic::ve, "enable the dynamic CVV2s of a card (the first time; then it answers VD)";
    VG => dynamic::vg, "tell how the dynamic CVV2 of a card stands";
    WA => pin_life::wa, "verify the PIN of a card (wants a product with many tries)";
    WC => pin_life::wc, "tell how the PIN of a card stands";
    WE => pin_life::we, "unblock the PIN of a card";
    WG => pin_life::wg, "change the PIN of a card, which works once";
    WI => pin_life::wi, "give a card the PIN that its customer chose";
    WK => pin_life::wk, "give a card a random PIN";
    WM => pin_life::wm, "register the PIN reference that another system made";
}

/// The variant LMK of the profile `development`: that of B0 where none is named, and what the others have as their old
/// one.
const VARIANT_LMK: LmkId = LmkId(0);

impl Work {
    /// The LMK that it is driven under if `named` is named on the command line; `None` if the port
    /// decides.
    #[must_use]
    pub fn lmk(self, named: Option<LmkId>) -> Option<LmkId> {
        match (self, named) {
            (Self::B0, None) => Some(VARIANT_LMK),
            // Stored keys are under the master, and only an AES LMK protects AES keys.
            (
                Self::PM
                | Self::TA
                | Self::TC
                | Self::TE
                | Self::TG
                | Self::TI
                | Self::TK
                | Self::YA
                | Self::YC
                | Self::XA
                | Self::XC
                | Self::XE
                | Self::XG
                | Self::XI,
                _,
            ) => None,
            (_, named) => named,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Opcode, Work};

    #[test]
    fn every_command_of_the_protocol_can_be_driven() {
        let driven: Vec<Opcode> = Work::ALL.iter().map(|work| work.opcode()).collect();
        assert_eq!(driven, Opcode::ALL, "a command needs a line in load/src/prepare.rs");
        for work in Work::ALL {
            assert_eq!(work.opcode().code().0, work.name().as_bytes());
        }
    }
}
