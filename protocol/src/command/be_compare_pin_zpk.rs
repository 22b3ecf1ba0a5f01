//! BE: compare a PIN block under a ZPK with a PIN under the LMK. Source: docs/protocol/BE.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::{Account, KeyField, LmkPin, PinBlock, PinBlockFormat};
use crate::host::{Bare, Fields};

request! {
    /// A PIN block under a ZPK, and the PIN under the LMK that it should hold.
    pub struct ComparePinZpk {
        /// The ZPK that the block is under.
        pub zpk: KeyField,
        /// The block, encrypted.
        pub pin_block: PinBlock,
        /// Its format.
        pub format: PinBlockFormat,
        /// The account that the block belongs to.
        pub account: Account,
        /// The PIN under the LMK.
        pub pin: LmkPin,
    }
}

impl Command for ComparePinZpk {
    const OPCODE: Opcode = Opcode::BE;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let zpk = fields.key(Bare::Single)?;
        let pin_block = fields.pin_block(&zpk)?;
        let format = fields.pin_block_format()?;
        let account = fields.account(&[format])?;
        let pin = fields.lmk_pin()?;
        Ok(Self { zpk, pin_block, format, account, pin })
    }
}
