//! NG: decrypt a PIN under the LMK. Source: docs/protocol/NG.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Account, ClearPin, LmkPin};
use crate::host::{Fields, Writer};

request! {
    /// A PIN under the LMK, to be had in clear.
    pub struct DecryptPin {
        /// The account that the PIN belongs to.
        pub account: Account,
        /// The PIN under the LMK.
        pub pin: LmkPin,
    }
}

reply! {
    /// A PIN in clear.
    pub struct PinInClear {
        /// The PIN.
        pub pin: ClearPin,
    }
}

impl Command for DecryptPin {
    const OPCODE: Opcode = Opcode::NG;
    type Reply = PinInClear;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let account = fields.account(&[])?;
        let pin = fields.lmk_pin()?;
        Ok(Self { account, pin })
    }
}

impl Reply for PinInClear {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.clear_pin(&self.pin);
    }
}
