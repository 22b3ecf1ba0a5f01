//! BC: compare a PIN block under a TPK with a PIN under the LMK. Source: docs/protocol/BC.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::{Account, KeyField, LmkPin, PinBlock, PinBlockFormat};
use crate::host::{Bare, Fields};

request! {
    /// A PIN block under a TPK, and the PIN under the LMK that it should hold.
    pub struct ComparePinTpk {
        /// The TPK that the block is under.
        pub tpk: KeyField,
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

impl Command for ComparePinTpk {
    const OPCODE: Opcode = Opcode::BC;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let tpk = fields.key(Bare::Single)?;
        let pin_block = fields.pin_block(&tpk)?;
        let format = fields.pin_block_format()?;
        let account = fields.account(&[format])?;
        let pin = fields.lmk_pin()?;
        Ok(Self { tpk, pin_block, format, account, pin })
    }
}
