//! CU: verify a PIN by its PVV and make the PVV of a new one. Source: docs/protocol/CU.md.

use super::shared::PinPvv;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{Account, KeyField, KeyType, PinBlock, PinBlockFormat, Pvki, Pvv};
use crate::host::{Bare, Fields};

request! {
    /// A PIN block with its PVV, and a block with the PIN that is to come in its place.
    pub struct ChangePinPvv {
        /// What kind of key the blocks are under.
        pub key_type: KeyType,
        /// The key that both blocks are under.
        pub key: KeyField,
        /// The PVK pair of the Visa method.
        pub pvk: KeyField,
        /// The block with the PIN that holds, encrypted.
        pub current_pin_block: PinBlock,
        /// The format of both.
        pub format: PinBlockFormat,
        /// The account that both belong to.
        pub account: Account,
        /// The index of the PVK.
        pub pvki: Pvki,
        /// The PVV that the PIN should have.
        pub current_pvv: Pvv,
        /// The block with the PIN that is to hold, encrypted.
        pub new_pin_block: PinBlock,
    }
}

impl Command for ChangePinPvv {
    const OPCODE: Opcode = Opcode::CU;
    type Reply = PinPvv;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let key_type = fields.key_type()?;
        let key = fields.key(Bare::Single)?;
        let pvk = fields.key(Bare::Pair)?;
        let current_pin_block = fields.pin_block(&key)?;
        let format = fields.pin_block_format()?;
        let account = fields.account(&[format])?;
        let pvki = fields.pvki()?;
        let current_pvv = fields.pvv()?;
        let new_pin_block = fields.pin_block(&key)?;
        Ok(Self {
            key_type,
            key,
            pvk,
            current_pin_block,
            format,
            account,
            pvki,
            current_pvv,
            new_pin_block,
        })
    }
}
