//! JG: translate a PIN from LMK to ZPK. Source: docs/protocol/JG.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Account, KeyField, LmkPin, PinBlock, PinBlockFormat};
use crate::host::{Bare, Fields, Writer};

request! {
    /// A PIN under the LMK, to be had as a PIN block under a ZPK.
    pub struct TranslatePinLmkToZpk {
        /// The ZPK that the block is to be under.
        pub zpk: KeyField,
        /// The format that it is to have.
        pub format: PinBlockFormat,
        /// The account that PIN and block belong to.
        pub account: Account,
        /// The PIN under the LMK.
        pub pin: LmkPin,
    }
}

reply! {
    /// The PIN block under the ZPK.
    pub struct EncryptedPinBlock {
        /// The block, encrypted.
        pub pin_block: PinBlock,
    }
}

impl Command for TranslatePinLmkToZpk {
    const OPCODE: Opcode = Opcode::JG;
    type Reply = EncryptedPinBlock;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let zpk = fields.key(Bare::Single)?;
        let format = fields.pin_block_format()?;
        let account = fields.account(&[format])?;
        let pin = fields.lmk_pin()?;
        Ok(Self { zpk, format, account, pin })
    }
}

impl Reply for EncryptedPinBlock {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.pin_block(&self.pin_block);
    }
}
