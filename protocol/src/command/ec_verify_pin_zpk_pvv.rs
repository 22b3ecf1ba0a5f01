//! EC: verify a PIN block under a ZPK by its PVV. Source: docs/protocol/EC.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::{Account, KeyField, PinBlock, PinBlockFormat, Pvki, Pvv};
use crate::host::{Bare, Fields};

request! {
    /// A PIN block under a ZPK, and the PVV that its PIN should have.
    pub struct VerifyPinZpkPvv {
        /// The ZPK that the block is under.
        pub zpk: KeyField,
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

impl Command for VerifyPinZpkPvv {
    const OPCODE: Opcode = Opcode::EC;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let zpk = fields.key(Bare::Single)?;
        let pvk = fields.key(Bare::Pair)?;
        let pin_block = fields.pin_block(&zpk)?;
        let format = fields.pin_block_format()?;
        let account = fields.account(&[format])?;
        let verification_account = fields.skip(b';').then(|| fields.account(&[])).transpose()?;
        let pvki = fields.pvki()?;
        let pvv = fields.pvv()?;
        Ok(Self { zpk, pvk, pin_block, format, account, verification_account, pvki, pvv })
    }
}
