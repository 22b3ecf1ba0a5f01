//! The other end of a zone: what a partner does on a machine of its own, with a ZMK that it has and answers of the appliance. It
//! asks nothing of `keys`, and reads values as docs/issuing.md lays them out.

use crate::cli::Failure;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::key_block::x9143;
use payhsm_protocol::field::{
    BlockScheme, EncryptedPan, EncryptedValue, KeyBlock, KeyField, PinBlock,
};
use zeroize::Zeroizing;

/// The ZMK of the quickstart's zone, which is published.
const ZMK: [u8; 16] = *b"\x76\xE6\x5B\xCD\xD3\xD9\x23\xC1\x5D\x9E\x23\x91\x13\xE9\x1F\x3B";

/// A partner, with the keys of its zone.
pub(super) struct Partner {
    zek: BlockKey,
    zpk: BlockKey,
}

impl Partner {
    /// Takes the keys out of the blocks in which they came.
    pub(super) fn new(zek: KeyField, zpk: KeyField) -> Result<Self, Failure> {
        Ok(Self { zek: unwrapped(zek)?, zpk: unwrapped(zpk)? })
    }

    /// The digits of a value in the layout E6: a nibble 8, how many, the digits, random fill.
    pub(super) fn digits(&self, value: &EncryptedValue) -> Result<String, Failure> {
        let block = <[u8; 8]>::try_from(value.value.as_slice())?;
        let text = nibbles(&self.zek.decrypt8(block)?);
        let [8, length, digits @ ..] = text.as_slice() else {
            return Err("no value in the layout E6".into());
        };
        decimal(digits.iter().take(usize::from(*length)))
    }

    /// A card number under the ZEK: BCD from the left, filled with F, CBC.
    pub(super) fn card_number(&self, card: &EncryptedPan) -> Result<String, Failure> {
        let (&[first, second], []) = card.value.as_slice().as_chunks::<8>().0.split_at(2) else {
            return Err("a card number under a ZEK has two blocks".into());
        };
        let (one, other) = (self.zek.decrypt8(first)?, self.zek.decrypt8(second)?);
        let text = [nibbles(&one), nibbles(&xor(other, first))].concat();
        decimal(text.iter().take_while(|nibble| **nibble != 0xF))
    }

    /// A PIN in a block of format 0 (ISO 9564-1).
    pub(super) fn pin_block(&self, pin: &str, pan: &str) -> Result<PinBlock, Failure> {
        let text = packed(&format!("0{:X}{pin:F<14}", pin.len()));
        Ok(PinBlock::Tdes(self.zpk.encrypt8(xor(text, account(pan)))?))
    }
}

fn unwrapped(key: KeyField) -> Result<BlockKey, Failure> {
    let KeyField::Block(KeyBlock { scheme: BlockScheme::X9143, header, body }) = key else {
        return Err("a key for the partner is in an X9.143 block".into());
    };
    let mut body = Zeroizing::new(body);
    let place = x9143::unwrap_in_place(&ZMK, &header, &mut body)?;
    let key = body.get(place).ok_or("no key in the block")?;
    Ok(BlockKey::tdes(key)?)
}

/// Zeros, and the last twelve digits without the check digit.
fn account(pan: &str) -> [u8; 8] {
    let digits: Vec<_> = pan.chars().rev().skip(1).take(12).collect();
    packed(
        &digits.into_iter().rev().fold("0000".to_owned(), |text, digit| text + &digit.to_string()),
    )
}

/// Sixteen hex digits as bytes.
fn packed(text: &str) -> [u8; 8] {
    u64::from_str_radix(text, 16).unwrap_or_default().to_be_bytes()
}

fn nibbles(block: &[u8; 8]) -> Vec<u8> {
    block.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]).collect()
}

fn xor(one: [u8; 8], other: [u8; 8]) -> [u8; 8] {
    (u64::from_be_bytes(one) ^ u64::from_be_bytes(other)).to_be_bytes()
}

fn decimal<'a>(nibbles: impl Iterator<Item = &'a u8>) -> Result<String, Failure> {
    let digit = |nibble: &u8| char::from_digit(u32::from(*nibble), 10);
    nibbles.map(digit).collect::<Option<_>>().ok_or_else(|| "not digits".into())
}
