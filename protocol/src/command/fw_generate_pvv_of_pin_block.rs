//! FW: make the PVV of the PIN in a block. Source: docs/protocol/FW.md.

use super::shared::PinPvv;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{Account, KeyField, KeyType, PinBlock, PinBlockFormat, Pvki};
use crate::host::{Bare, Fields};

request! {
    /// A PIN block, whose PIN's PVV is to be had.
    pub struct GeneratePvvOfPinBlock {
        /// What kind of key the block is under.
        pub key_type: KeyType,
        /// The key that the block is under.
        pub key: KeyField,
        /// The PVK pair of the Visa method.
        pub pvk: KeyField,
        /// The block, encrypted.
        pub pin_block: PinBlock,
        /// Its format.
        pub format: PinBlockFormat,
        /// The account that the block belongs to.
        pub account: Account,
        /// The index of the PVK.
        pub pvki: Pvki,
    }
}

impl Command for GeneratePvvOfPinBlock {
    const OPCODE: Opcode = Opcode::FW;
    type Reply = PinPvv;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let key_type = fields.key_type()?;
        let key = fields.key(Bare::Single)?;
        let pvk = fields.key(Bare::Pair)?;
        let pin_block = fields.pin_block(&key)?;
        let format = fields.pin_block_format()?;
        let account = fields.account(&[format])?;
        let pvki = fields.pvki()?;
        Ok(Self { key_type, key, pvk, pin_block, format, account, pvki })
    }
}
