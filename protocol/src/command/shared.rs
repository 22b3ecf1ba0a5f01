//! Replies that more than one command answers with.

use super::Reply;
use crate::field::{
    Bytes, CheckValue, DataFormat, InitialVector, KeyField, LmkPin, Offset, PinBlock,
    PinBlockFormat, PinLength, Pvv,
};
use crate::host::Writer;

reply! {
    /// A PIN block under its destination key: CA, CC.
    pub struct TranslatedPinBlock {
        /// How many digits the PIN has.
        pub pin_length: PinLength,
        /// The block, encrypted under the destination key.
        pub pin_block: PinBlock,
        /// Its format.
        pub format: PinBlockFormat,
    }
}

impl Reply for TranslatedPinBlock {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.decimal(usize::from(self.pin_length.0), 2);
        writer.pin_block(&self.pin_block);
        writer.raw(&self.format.code());
    }
}

reply! {
    /// A PIN under the LMK: BA, BG, EE, JA, JC, JE.
    pub struct PinUnderLmk {
        /// The PIN, encrypted.
        pub pin: LmkPin,
    }
}

impl Reply for PinUnderLmk {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.lmk_pin(&self.pin);
    }
}

reply! {
    /// The IBM 3624 offset of a PIN: BK, DE, DU.
    pub struct PinOffset {
        /// The offset.
        pub offset: Offset,
    }
}

impl Reply for PinOffset {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.raw(&self.offset.0);
    }
}

reply! {
    /// The Visa PVV of a PIN: CU, DG, FW.
    pub struct PinPvv {
        /// The PVV.
        pub pvv: Pvv,
    }
}

impl Reply for PinPvv {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.raw(&self.pvv.0);
    }
}

reply! {
    /// A key and its check value: A4, A6, A8, FA, FC, FE, GC.
    pub struct KeyAndCheckValue {
        /// The key, encrypted.
        pub key: KeyField,
        /// Its check value.
        pub check_value: CheckValue,
    }
}

impl Reply for KeyAndCheckValue {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.key(&self.key);
        writer.check_value(&self.check_value);
    }
}

reply! {
    /// A new key for a terminal: HA, HC.
    pub struct KeyUnderBoth {
        /// Under the key that the terminal has.
        pub under_terminal_key: KeyField,
        /// Under the LMK.
        pub under_lmk: KeyField,
    }
}

impl Reply for KeyUnderBoth {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.key(&self.under_terminal_key);
        writer.key(&self.under_lmk);
    }
}

reply! {
    /// Data, encrypted or decrypted: M0, M2.
    pub struct CipheredData {
        /// How the host dialect writes it.
        pub format: DataFormat,
        /// Where the next part goes on, if the mode is not ECB.
        pub iv: Option<InitialVector>,
        /// The data.
        pub data: Bytes,
    }
}

impl Reply for CipheredData {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        if let Some(iv) = &self.iv {
            writer.hex(iv.as_slice());
        }
        writer.data(self.format, &self.data);
    }
}
