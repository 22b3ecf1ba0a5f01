//! DG: make the PVV of a PIN under the LMK. Source: docs/protocol/DG.md.

use super::shared::PinPvv;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{Account, KeyField, LmkPin, Pvki};
use crate::host::{Bare, Fields};

request! {
    /// A PIN under the LMK, whose PVV is to be had.
    pub struct GeneratePvvOfLmkPin {
        /// The PVK pair of the Visa method.
        pub pvk: KeyField,
        /// The PIN under the LMK.
        pub pin: LmkPin,
        /// The account that the PIN belongs to.
        pub account: Account,
        /// The index of the PVK.
        pub pvki: Pvki,
    }
}

impl Command for GeneratePvvOfLmkPin {
    const OPCODE: Opcode = Opcode::DG;
    type Reply = PinPvv;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let pvk = fields.key(Bare::Pair)?;
        let pin = fields.lmk_pin()?;
        let account = fields.account(&[])?;
        let pvki = fields.pvki()?;
        Ok(Self { pvk, pin, account, pvki })
    }
}
