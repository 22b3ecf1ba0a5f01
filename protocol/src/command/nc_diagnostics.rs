//! NC: which LMK is in force, and which firmware. Source: docs/protocol/NC.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::host::{Fields, Writer};

request! {
    /// Asks for the check value of the LMK.
    pub struct Diagnose {}
}

reply! {
    /// The LMK and the firmware.
    pub struct Diagnosis {
        /// The check value of the LMK, zeros on the right; all zeros where there is none.
        pub lmk_check_value: [u8; 8],
        /// `dddd-dddd`
        pub firmware: [u8; 9],
    }
}

impl Command for Diagnose {
    const OPCODE: Opcode = Opcode::NC;
    type Reply = Diagnosis;

    fn decode_host(_: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        Ok(Self {})
    }
}

impl Reply for Diagnosis {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.hex(&self.lmk_check_value);
        writer.raw(&self.firmware);
    }
}
