//! The commands: one file each, and the table that names them all.
//!
//! To add a command, write `command/x.rs` here and in the daemon, and add its line to
//! [`for_each_command`](crate::for_each_command); the compiler asks for everything else.

use crate::compact::{Compact, Malformed};
use crate::error_code::ErrorCode;
use crate::field::{Checked, LmkId, Names};
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
pub trait Command: Compact + Checked + Names + std::fmt::Debug {
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

/// A reply with nothing to tell: the error code says it all. One byte in the compact dialect, so
/// that success with a warning and refusal stay apart there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, wincode::SchemaRead, wincode::SchemaWrite)]
pub enum Done {
    /// It is done.
    Done,
}

impl Reply for Done {
    fn encode_host(&self, _: &mut Writer<'_>) {}
}

/// Appends the body of a compact request to `out`: the LMK that is asked for, then the fields.
///
/// # Errors
/// [`Malformed`] if a field is too long to be sent; `out` is then as before.
pub fn put_body<C: Command>(
    lmk: Option<LmkId>,
    request: &C,
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let before = out.len();
    lmk.put(out)?;
    request.put(out).inspect_err(|_| out.truncate(before))
}

/// Reads the body of a compact request: the LMK that is asked for, and the checked fields.
///
/// # Errors
/// 15 if it is not such a body, else the code for the field that is out of range.
pub fn take_body<C: Command>(body: &[u8]) -> Result<(Option<LmkId>, C), ErrorCode> {
    let (lmk, fields) = match body {
        [0, fields @ ..] => (None, fields),
        [1, id, fields @ ..] => (Some(LmkId(*id)), fields),
        _ => return Err(ErrorCode::InvalidInput),
    };
    lmk.check()?;
    let request = C::take(fields).map_err(|Malformed| ErrorCode::InvalidInput)?;
    request.check()?;
    Ok((lmk, request))
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

        impl $crate::field::Names for $name {
            fn fill_in(
                &mut self,
                shelf: &dyn $crate::field::Shelf,
            ) -> Result<(), $crate::ErrorCode> {
                $($crate::field::Names::fill_in(&mut self.$field, shelf)?;)*
                let _ = shelf;
                Ok(())
            }

            fn mention(&self, to: &mut dyn FnMut($crate::field::SeenAccount)) {
                let fields: &[&dyn $crate::field::Names] = &[$(&self.$field,)*];
                fields.iter().for_each(|field| field.mention(to));
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

pub mod shared;

/// Calls `$callback!` with every command: code, file, request type, and what it does.
#[macro_export]
macro_rules! for_each_command {
    ($callback:ident) => {
        $callback! {
            B2, b2_echo, Echo, "echo";
            N0, n0_generate_random, GenerateRandom, "make random bytes";
            NC, nc_diagnostics, Diagnose, "tell the check value of the LMK";
            NI, ni_tell_network, TellNetwork, "tell who is connected and what went through";
            NO, no_status, ReportStatus, "tell how the appliance is configured";
            J2, j2_tell_load, TellLoad, "tell how busy the appliance was";
            J4, j4_tell_volumes, TellVolumes, "tell how often each command was called";
            J8, j8_tell_health_counts, TellHealthCounts, "tell what went wrong, how often";
            JK, jk_tell_health, TellHealth, "tell how the appliance is";
            RA, ra_revoke_activities, RevokeActivities, "take back what officers have authorised";
            Q2, q2_retrieve_audit_record, RetrieveAuditRecord, "retrieve the next record of the audit log";
            Q6, q6_release_audit_records, ReleaseAuditRecords, "let go of retrieved records of the audit log";
            Q8, q8_verify_audit_record, VerifyAuditRecord, "verify a retrieved record of the audit log";
            A0, a0_generate_key, GenerateKey, "generate a key";
            A4, a4_form_key, FormKey, "form a key from components";
            A6, a6_import_key, ImportKey, "import a key";
            A8, a8_export_key, ExportKey, "export a key";
            B0, b0_translate_key_scheme, TranslateKeyScheme, "give a key another scheme";
            BU, bu_check_key, CheckKey, "make the check value of a key";
            BW, bw_migrate_key, MigrateKey, "put a key from under the old LMK under the LMK";
            CS, cs_modify_header, ModifyHeader, "narrow the header of a key block";
            FA, fa_import_zpk, ImportZpk, "import a ZPK";
            FC, fc_import_terminal_key, ImportTerminalKey, "import a TMK, TPK or PVK";
            FE, fe_export_terminal_key, ExportTerminalKey, "export a TMK, TPK or PVK";
            GC, gc_export_zpk, ExportZpk, "export a ZPK";
            HA, ha_generate_tak, GenerateTak, "generate a TAK for a terminal";
            HC, hc_generate_terminal_key, GenerateTerminalKey, "generate a TMK, TPK or PVK for a terminal";
            IA, ia_generate_zpk, GenerateZpk, "generate a ZPK for a zone";
            M0, m0_encrypt_data, EncryptData, "encrypt data";
            M2, m2_decrypt_data, DecryptData, "decrypt data";
            M4, m4_translate_data, TranslateData, "translate data from one key to another";
            M6, m6_generate_mac, GenerateMac, "make a MAC";
            M8, m8_verify_mac, VerifyMac, "verify a MAC";
            BA, ba_encrypt_clear_pin, EncryptClearPin, "encrypt a clear PIN under the LMK";
            BC, bc_compare_pin_tpk, ComparePinTpk, "compare a PIN block under a TPK with a PIN under the LMK";
            BE, be_compare_pin_zpk, ComparePinZpk, "compare a PIN block under a ZPK with a PIN under the LMK";
            BG, bg_migrate_pin, MigratePin, "put a PIN from under the old LMK under the LMK";
            BK, bk_generate_offset_of_pin_block, GenerateOffsetOfPinBlock, "make the IBM offset of the PIN in a block";
            CA, ca_translate_pin_tpk_to_zpk, TranslatePinTpkToZpk, "translate a PIN block from TPK to ZPK";
            CC, cc_translate_pin_zpk_to_zpk, TranslatePinZpkToZpk, "translate a PIN block from ZPK to ZPK";
            CU, cu_change_pin_pvv, ChangePinPvv, "verify a PIN by its PVV, make the PVV of a new one";
            DA, da_verify_pin_tpk_ibm, VerifyPinTpkIbm, "verify a PIN block under a TPK by its IBM offset";
            DC, dc_verify_pin_tpk_pvv, VerifyPinTpkPvv, "verify a PIN block under a TPK by its PVV";
            DE, de_generate_offset_of_lmk_pin, GenerateOffsetOfLmkPin, "make the IBM offset of a PIN under the LMK";
            DG, dg_generate_pvv_of_lmk_pin, GeneratePvvOfLmkPin, "make the PVV of a PIN under the LMK";
            DU, du_change_pin_ibm, ChangePinIbm, "verify a PIN by its IBM offset, make the offset of a new one";
            EA, ea_verify_pin_zpk_ibm, VerifyPinZpkIbm, "verify a PIN block under a ZPK by its IBM offset";
            EC, ec_verify_pin_zpk_pvv, VerifyPinZpkPvv, "verify a PIN block under a ZPK by its PVV";
            EE, ee_derive_pin_ibm, DerivePinIbm, "derive a PIN from its IBM offset";
            FW, fw_generate_pvv_of_pin_block, GeneratePvvOfPinBlock, "make the PVV of the PIN in a block";
            JA, ja_generate_random_pin, GenerateRandomPin, "generate a random PIN";
            JC, jc_translate_pin_tpk_to_lmk, TranslatePinTpkToLmk, "translate a PIN from TPK to LMK";
            JE, je_translate_pin_zpk_to_lmk, TranslatePinZpkToLmk, "translate a PIN from ZPK to LMK";
            JG, jg_translate_pin_lmk_to_zpk, TranslatePinLmkToZpk, "translate a PIN from LMK to ZPK";
            LO, lo_migrate_table, MigrateTable, "put a decimalisation table from under the old LMK under the LMK";
            NG, ng_decrypt_pin, DecryptPin, "decrypt a PIN under the LMK";
            CW, cw_generate_cvv, GenerateCvv, "make a CVV";
            CY, cy_verify_cvv, VerifyCvv, "verify a CVV";
            TA, ta_make_token, MakeToken, "make a token of a card number";
            TC, tc_give_card_number, GiveCardNumber, "give the card number of a token";
            TE, te_exchange_token, ExchangeToken, "make another token for the same card";
            TG, tg_encrypt_card_number, EncryptCardNumber, "put a card number under a zone's ZEK";
            TI, ti_decrypt_card_number, DecryptCardNumber, "decrypt a card number under a zone's ZEK";
            TK, tk_fingerprint_card_number, FingerprintCardNumber, "make the fingerprint of a card number";
            YA, ya_encrypt_text, EncryptText, "encrypt a text into a text";
            YC, yc_decrypt_text, DecryptText, "decrypt a text that YA encrypted";
            XA, xa_reserve_card_numbers, ReserveCardNumbers, "reserve card numbers of a range";
            XC, xc_next_card_numbers, NextCardNumbers, "the next card numbers of a batch";
            XE, xe_export_card_values, ExportCardValues, "values of a card, made and encrypted for a zone";
            XG, xg_issue_card, IssueCard, "issue a card in one step";
            XI, xi_verify_card_value, VerifyCardValue, "verify a value of a card that may be encrypted for a zone";
            PM, pm_verify_contactless, VerifyContactless, "verify the dCVV or CVC3 of a contactless card";
            VA, va_generate_dynamic_cvv2, GenerateDynamicCvv2, "make the next dynamic CVV2 of a card";
            VC, vc_verify_dynamic_cvv2, VerifyDynamicCvv2, "verify a dynamic CVV2 and use it up";
            VE, ve_set_dynamic_mode, SetDynamicMode, "enable or disable the dynamic CVV2s of a card";
            VG, vg_tell_dynamic_status, TellDynamicStatus, "tell how the dynamic CVV2 of a card stands";
            WA, wa_verify_pin, VerifyPin, "verify the PIN of a card, counting tries";
            WC, wc_tell_pin_tries, TellPinTries, "tell how the PIN of a card stands";
            WE, we_set_pin_status, SetPinStatus, "block or unblock the PIN of a card";
            WG, wg_change_pin, ChangePin, "change the PIN of a card";
            WI, wi_assign_pin, AssignPin, "give a card the PIN that its customer chose";
            WK, wk_issue_pin, IssuePin, "give a card a random PIN";
            WM, wm_register_pin_reference, RegisterPinReference, "register the PIN reference that another system made";
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
