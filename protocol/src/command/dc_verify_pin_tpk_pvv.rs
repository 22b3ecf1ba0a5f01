//! DC: verify a PIN block under a TPK by its PVV. Source: docs/protocol/DC.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::{Account, KeyField, PinBlock, PinBlockFormat, Pvki, Pvv};
use crate::host::{Bare, Fields};

request! {
    /// A PIN block under a TPK, and the PVV that its PIN should have.
    pub struct VerifyPinTpkPvv {
        /// The TPK that the block is under.
        pub tpk: KeyField,
        /// The PVK pair of the Visa method.
        pub pvk: KeyField,
        /// The block, encrypted.
        pub pin_block: PinBlock,
        /// Its format.
        pub format: PinBlockFormat,
        /// The account that the block belongs to.
        pub account: Account,
        /// The account that the PVV was made with, where it is not that of the block.
        pub verification_account: Option<Account>,
        /// The index of the PVK.
        pub pvki: Pvki,
        /// The PVV of the PIN.
        pub pvv: Pvv,
    }
}

impl Command for VerifyPinTpkPvv {
    const OPCODE: Opcode = Opcode::DC;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let tpk = fields.key(Bare::Single)?;
        let pvk = fields.key(Bare::Pair)?;
        let pin_block = fields.pin_block(&tpk)?;
        let format = fields.pin_block_format()?;
        let account = fields.account(&[format])?;
        let verification_account = fields.skip(b';').then(|| fields.account(&[])).transpose()?;
        let pvki = fields.pvki()?;
        let pvv = fields.pvv()?;
        Ok(Self { tpk, pvk, pin_block, format, account, verification_account, pvki, pvv })
    }
}
