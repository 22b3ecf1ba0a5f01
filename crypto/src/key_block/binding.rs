//! What all key blocks have in common: an encryption key, a MAC key, and the order of the two.

use core::ops::Range;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::KeyBlockError;
use crate::cipher::BlockKey;
use crate::mac::{CmacKey, Mac, MacError, Padding, cbc_mac};
use crate::told::{Told, told, told_number};

/// Bytes in front of the key: its length in bits.
const LENGTH_FIELD: usize = 2;
/// Most bytes whose bits the length field can count.
const LONGEST_KEY: usize = 0x1FFF;
/// Most bytes of text that are made here: a key of 32 bytes takes 48, masked or not.
const LONGEST_TEXT: usize = 256;
/// Fixed part of every header.
const HEADER: usize = 16;

/// The MAC of a block.
pub(super) enum BlockMac {
    Cbc(BlockKey),
    Cmac(CmacKey),
}

impl BlockMac {
    fn over(&self, header: &[u8], text: &[u8]) -> Result<Mac, MacError> {
        match self {
            Self::Cbc(key) => cbc_mac(key, Padding::None, &[header, text]),
            Self::Cmac(key) => key.mac(&[header, text]),
        }
    }
}

/// What is authenticated, and what starts the CBC chain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// MAC over header and plaintext, and it is the IV.
    MacIsIv,
    /// The head of the header is the IV; MAC over header and ciphertext.
    HeaderIsIv,
}

/// The two keys derived from a wrapping key, expanded.
pub(super) struct Binding {
    pub(super) encryption: BlockKey,
    pub(super) mac: BlockMac,
    pub(super) mac_len: usize,
    pub(super) order: Order,
}

impl Binding {
    /// Bytes in a body that holds `key_len` bytes, or as many as `masked_len` if those are more.
    pub(super) fn body_len(&self, key_len: usize, masked_len: Option<usize>) -> usize {
        self.text_len(key_len, masked_len) + self.mac_len
    }

    fn text_len(&self, key_len: usize, masked_len: Option<usize>) -> usize {
        let held = LENGTH_FIELD + key_len.max(masked_len.unwrap_or(0)).min(LONGEST_KEY);
        held.next_multiple_of(self.encryption.block_len())
    }

    /// Opens in place; gives the place of the key, or wipes `body`.
    pub(super) fn open(
        &self,
        header: &[u8],
        body: &mut [u8],
    ) -> Result<Range<usize>, KeyBlockError> {
        let opened = self.decrypt(header, body);
        if opened.is_err() {
            body.zeroize();
        }
        opened
    }

    fn decrypt(&self, header: &[u8], body: &mut [u8]) -> Result<Range<usize>, KeyBlockError> {
        let text_len = body.len().checked_sub(self.mac_len).ok_or(KeyBlockError::Form)?;
        let (text, mac) = body.split_at_mut_checked(text_len).ok_or(KeyBlockError::Form)?;
        if text.is_empty() {
            return Err(KeyBlockError::Form);
        }
        let mut iv = self.iv(header, mac)?;
        let iv = iv.get_mut(..self.encryption.block_len()).ok_or(KeyBlockError::Form)?;
        match self.order {
            Order::HeaderIsIv => {
                self.check(header, text, mac)?;
                self.encryption.cbc_decrypt(iv, text).map_err(|_| KeyBlockError::Form)?;
            }
            // The MAC covers the plaintext: it has to be there first, but nothing of it is looked at before.
            Order::MacIsIv => {
                self.encryption.cbc_decrypt(iv, text).map_err(|_| KeyBlockError::Form)?;
                self.check(header, text, mac)?;
            }
        }
        let (length, held) = text.split_first_chunk().ok_or(KeyBlockError::Refused)?;
        let bits = usize::from(u16::from_be_bytes(*length));
        let whole = told(Told::KeyLength, (bits % 8).ct_eq(&0));
        let bytes = told_number(Told::KeyLength, bits / 8, held.len());
        let bytes = bytes.filter(|bytes| whole && *bytes > 0).ok_or(KeyBlockError::Refused)?;
        Ok(LENGTH_FIELD..LENGTH_FIELD + bytes)
    }

    fn check(&self, header: &[u8], text: &[u8], mac: &[u8]) -> Result<(), KeyBlockError> {
        let computed = self.mac.over(header, text).map_err(|_| KeyBlockError::Form)?;
        if computed.verify(mac) { Ok(()) } else { Err(KeyBlockError::Refused) }
    }

    /// Wraps `key`; `random` fills what the block has room for behind it, masking its length up to `masked_len`.
    pub(super) fn wrap(
        &self,
        header: &[u8],
        key: &[u8],
        random: &[u8],
        masked_len: Option<usize>,
    ) -> Result<Vec<u8>, KeyBlockError> {
        let bits = key.len().checked_mul(8).ok_or(KeyBlockError::Form)?;
        let length = u16::try_from(bits).map_err(|_| KeyBlockError::Form)?.to_be_bytes();
        // The key is no longer than LONGEST_KEY from here on, so the text has room for it.
        let text_len = self.text_len(key.len(), masked_len);
        let random_len = text_len - LENGTH_FIELD - key.len();
        let random = random.get(..random_len).ok_or(KeyBlockError::Form)?;
        if key.is_empty() {
            return Err(KeyBlockError::Form);
        }
        // On the stack until it is ciphertext: a stack may be secret memory, the heap is not.
        let mut room = Zeroizing::new([0; LONGEST_TEXT]);
        let text = room.get_mut(..text_len).ok_or(KeyBlockError::Form)?;
        for (to, from) in text.iter_mut().zip(length.iter().chain(key).chain(random)) {
            *to = *from;
        }
        let mac = match self.order {
            Order::MacIsIv => {
                let mac = self.cut_mac(header, text)?;
                self.encrypt(header, &mac, text)?;
                mac
            }
            Order::HeaderIsIv => {
                self.encrypt(header, &[], text)?;
                self.cut_mac(header, text)?
            }
        };
        Ok([text, mac.as_slice()].concat())
    }

    fn encrypt(&self, header: &[u8], mac: &[u8], text: &mut [u8]) -> Result<(), KeyBlockError> {
        let mut iv = self.iv(header, mac)?;
        let iv = iv.get_mut(..self.encryption.block_len()).ok_or(KeyBlockError::Form)?;
        self.encryption.cbc_encrypt(iv, text).map_err(|_| KeyBlockError::Form)
    }

    fn cut_mac(&self, header: &[u8], text: &[u8]) -> Result<Vec<u8>, KeyBlockError> {
        let mac = self.mac.over(header, text).map_err(|_| KeyBlockError::Form)?;
        mac.truncated(self.mac_len).map(<[u8]>::to_vec).map_err(|_| KeyBlockError::Form)
    }

    /// One block, left-justified, from MAC or header; the header must be at least 16 bytes and whole blocks.
    fn iv(&self, header: &[u8], mac: &[u8]) -> Result<[u8; 16], KeyBlockError> {
        if header.len() < HEADER || !header.len().is_multiple_of(self.encryption.block_len()) {
            return Err(KeyBlockError::Form);
        }
        let source = match self.order {
            Order::MacIsIv => mac,
            Order::HeaderIsIv => header,
        };
        let mut iv = [0; 16];
        for (to, from) in iv.iter_mut().zip(source) {
            *to = *from;
        }
        Ok(iv)
    }
}

/// A wrapping key with every byte XOR 'E' and XOR 'M' (X9.143 7.2.2, the variant method).
pub(super) fn variants(wrapping: &[u8]) -> Result<[BlockKey; 2], KeyBlockError> {
    let variant = |mask: u8| {
        let mut room = Zeroizing::new([0; 24]);
        let key = room.get_mut(..wrapping.len()).ok_or(KeyBlockError::WrappingKey)?;
        for (to, from) in key.iter_mut().zip(wrapping) {
            *to = from ^ mask;
        }
        BlockKey::tdes(key).map_err(|_| KeyBlockError::WrappingKey)
    };
    Ok([variant(b'E')?, variant(b'M')?])
}

/// Cipher of the derived keys, as the derivation data names it (X9.143 7.2.1, table of algorithm indicators).
#[derive(Clone, Copy)]
pub(super) enum Family {
    Tdes,
    Aes,
}

/// Encryption and MAC key, as long as the wrapping key, out of CMAC in counter mode (X9.143 7.2.1).
pub(super) fn derive(wrapping: &[u8], family: Family) -> Result<[BlockKey; 2], KeyBlockError> {
    let (algorithm, key) = match (family, wrapping.len()) {
        (Family::Tdes, 16) => (0, BlockKey::tdes(wrapping)),
        (Family::Tdes, 24) => (1, BlockKey::tdes(wrapping)),
        (Family::Aes, 16) => (2, BlockKey::aes(wrapping)),
        (Family::Aes, 24) => (3, BlockKey::aes(wrapping)),
        (Family::Aes, 32) => (4, BlockKey::aes(wrapping)),
        (Family::Tdes | Family::Aes, _) => return Err(KeyBlockError::WrappingKey),
    };
    let key = key.map_err(|_| KeyBlockError::WrappingKey)?;
    let prf = CmacKey::new(key).map_err(|_| KeyBlockError::WrappingKey)?;
    let bits =
        u16::try_from(wrapping.len() * 8).map_err(|_| KeyBlockError::WrappingKey)?.to_be_bytes();
    let derived = |usage: u8| {
        let mut bytes = Zeroizing::new([0; 48]);
        let mut places = bytes.iter_mut();
        // Three CMACs are enough for 24 bytes under TDES and for 32 under AES.
        for counter in 1..=3 {
            let [high, low] = bits;
            let data = [counter, 0, usage, 0, 0, algorithm, high, low];
            let mac = prf.mac(&[&data]).map_err(|_| KeyBlockError::WrappingKey)?;
            // In this order, or the zip would swallow a place at the end of every MAC.
            for (from, to) in mac.as_bytes().iter().zip(places.by_ref()) {
                *to = *from;
            }
        }
        let key = bytes.get(..wrapping.len()).ok_or(KeyBlockError::WrappingKey)?;
        let key = match family {
            Family::Tdes => BlockKey::tdes(key),
            Family::Aes => BlockKey::aes(key),
        };
        key.map_err(|_| KeyBlockError::WrappingKey)
    };
    Ok([derived(0)?, derived(1)?])
}
