//! What the rows work on: an LMK that is secret, keys under it that are, and randomness that is.

use payhsm_crypto::key_block::header::Attributes;
use payhsm_crypto::key_block::thales::AesWrappingKey;
use payhsm_keys::usage::Usage;
use payhsm_keys::{Key, KeyRules, Lmk, Purpose, Random, RandomFailed};
use payhsm_protocol::field::{BlockScheme, KeyBlock, KeyField, LmkId};
use payhsm_taint::secrets::Secrets;

/// Randomness that is marked.
pub(crate) struct Marked<'s>(pub(crate) &'s Secrets);

impl Random for Marked<'_> {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        bytes.fill_with(|| self.0.public::<1>()[0]);
        self.0.mark(bytes);
        Ok(())
    }
}

/// An LMK with its secret.
pub(crate) struct Bench<'s> {
    pub(crate) secrets: &'s Secrets,
    secret: [u8; 32],
    pub(crate) lmk: Lmk,
}

impl<'s> Bench<'s> {
    pub(crate) fn new(secrets: &'s Secrets) -> Self {
        let secret = secrets.bytes();
        let lmk = Lmk::aes_from_bytes(LmkId(0), &secret).unwrap();
        Self { secrets, secret, lmk }
    }

    pub(crate) fn random(&self) -> Marked<'s> {
        Marked(self.secrets)
    }

    /// These bytes in a Thales block under the LMK. The block is what a caller sends: nobody minds.
    pub(crate) fn block(&self, usage: [u8; 2], algorithm: u8, mode: u8, key: &[u8]) -> KeyField {
        let attributes = Attributes {
            version: b'1',
            usage,
            algorithm,
            mode,
            version_number: *b"00",
            exportability: b'E',
            reserved: *b"00",
        };
        let wrapping = AesWrappingKey::new(&self.secret).unwrap();
        let header = attributes.to_header(&[], wrapping.body_len(key.len(), None)).unwrap();
        let body = wrapping.wrap(&header, key, &[0x5A; 32], None).unwrap();
        let body = self.secrets.publish(body);
        KeyField::Block(KeyBlock { scheme: BlockScheme::Thales, header, body })
    }

    /// A secret key with this usage, opened.
    pub(crate) fn key<U: Usage>(
        &self,
        usage: [u8; 2],
        algorithm: u8,
        purpose: Purpose,
        length: usize,
    ) -> Key<U> {
        let key = self.secrets.bytes::<32>();
        let field = self.block(usage, algorithm, b'N', &key[..length]);
        Key::open(&self.lmk, &field, purpose, &KeyRules::PRODUCTION).unwrap()
    }
}

/// The block with one bit of its body turned.
pub(crate) fn spoilt(field: &KeyField, bit: usize) -> KeyField {
    let mut field = field.clone();
    if let KeyField::Block(block) = &mut field {
        block.body[bit / 8] ^= 1 << (bit % 8);
    }
    field
}
