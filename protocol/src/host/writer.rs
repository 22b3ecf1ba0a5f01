//! The writer of host fields.

use super::Settings;
use crate::field::{
    Bytes, CheckValue, ClearPin, DataFormat, DecimalisationTable, KeyBytes, KeyField, LmkPin,
    PinBlock, StoredKey,
};

/// Appends the fields of an answer.
pub struct Writer<'a> {
    out: &'a mut Vec<u8>,
    settings: &'a Settings,
}

// An answer may hold clear values.
impl std::fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Writer({} B)", self.out.len())
    }
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

fn hex_digit(nibble: u8) -> u8 {
    HEX.get(usize::from(nibble & 0x0f)).copied().unwrap_or(b'0')
}

impl<'a> Writer<'a> {
    /// Starts writing behind the error code.
    pub const fn new(out: &'a mut Vec<u8>, settings: &'a Settings) -> Self {
        Self { out, settings }
    }

    /// Bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Bytes as upper-case hex.
    pub fn hex(&mut self, bytes: &[u8]) {
        self.out.extend(bytes.iter().flat_map(|byte| [hex_digit(byte >> 4), hex_digit(*byte)]));
    }

    /// A number as `width` decimal digits.
    pub fn decimal(&mut self, number: usize, width: usize) {
        self.raw(format!("{number:0width$}").as_bytes());
    }

    /// 10N: unix seconds.
    pub fn unix_seconds(&mut self, seconds: u64) {
        self.raw(format!("{seconds:010}").as_bytes());
    }

    /// A number as `width` hex digits.
    pub fn hexadecimal(&mut self, number: usize, width: usize) {
        self.raw(format!("{number:0width$X}").as_bytes());
    }

    /// A key with its scheme letter.
    pub fn key(&mut self, key: &KeyField) {
        match key {
            KeyField::Block(block) => {
                self.out.push(block.scheme.letter());
                self.raw(&block.header);
                self.hex(&block.body);
            }
            KeyField::Cryptogram(cryptogram) => {
                self.out.extend(cryptogram.scheme.letter());
                self.hex(&cryptogram.bytes);
            }
            KeyField::Stored(named) => self.stored(named),
        }
    }

    /// The name of a stored key.
    fn stored(&mut self, named: &StoredKey) {
        match named {
            StoredKey::Slot(slot) => {
                self.out.extend(slot.length.map(KeyBytes::letter));
                self.out.push(b'K');
                self.hexadecimal(usize::from(slot.index), 3);
            }
            StoredKey::Label(label) => {
                self.out.push(b'L');
                self.decimal(label.len(), 2);
                self.raw(label.as_bytes());
            }
            StoredKey::Zone(key) => {
                self.raw(&[b'N', key.role.letter()]);
                self.decimal(key.zone.len(), 1);
                self.raw(key.zone.as_bytes());
            }
        }
    }

    /// A check value as hex.
    pub fn check_value(&mut self, value: &CheckValue) {
        self.hex(&value.0);
    }

    /// Data behind its length in characters, 4H.
    pub fn data(&mut self, format: DataFormat, data: &Bytes) {
        self.hexadecimal(format.characters(data.0.len()), 4);
        match format {
            DataFormat::Binary | DataFormat::Text => self.raw(&data.0),
            DataFormat::Hex => self.hex(&data.0),
        }
    }

    /// An encrypted PIN block as hex.
    pub fn pin_block(&mut self, block: &PinBlock) {
        self.hex(block.as_slice());
    }

    /// A PIN under the LMK.
    pub fn lmk_pin(&mut self, pin: &LmkPin) {
        match pin {
            LmkPin::Digits(digits) => self.raw(digits),
            LmkPin::Block(block) => {
                self.out.push(b'J');
                self.hex(block);
            }
        }
    }

    /// A decimalisation table under the LMK. No answer has another.
    pub fn encrypted_table(&mut self, table: &DecimalisationTable) {
        match table {
            DecimalisationTable::UnderDesLmk(text) => self.hex(text),
            DecimalisationTable::UnderAesLmk(text) => {
                self.out.push(b'L');
                self.hex(text);
            }
            DecimalisationTable::Plain(_) | DecimalisationTable::OfPvk(_) => {}
        }
    }

    /// A clear PIN, filled up with `F` to the length of a PIN under the LMK.
    pub fn clear_pin(&mut self, pin: &ClearPin) {
        self.raw(&pin.0);
        let fill = self.settings.lmk_pin_length.saturating_sub(pin.0.len());
        self.out.extend(std::iter::repeat_n(b'F', fill));
    }
}
