//! Values on their way out of the appliance: under a zone's key, in AES-256-GCM or as JWE; and tracks for the bureau.

use crate::key::Key;
use crate::material::Algorithm;
use crate::operation::OperationRefused;
use crate::random::{Random, RandomFailed};
use crate::refusal::KeyRefused;
use crate::usage::{Etk, Zek};
use payhsm_crypto::aead::{AeadKey, KEY, NONCE};
use payhsm_crypto::export::{self, Chaining, NotAValue, Profile, RANDOM, RsaPublicKey, ValueError};
use payhsm_protocol::field::Pan;
use zeroize::Zeroizing;

/// Why a value did not go out or come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportRefused {
    /// It is not what can be exported so.
    #[error("not a value that can be exported")]
    Value,
    /// It is not such a value under this key: there is no other reason.
    #[error("not a value under this key")]
    Decryption,
    /// The key has not the algorithm or the length for it: AES-256-GCM wants an AES key of 32 bytes.
    #[error("key does not fit the form of the value")]
    Key,
    /// No randomness, or what cannot happen to a key that was opened.
    #[error("internal failure")]
    Internal,
}

impl From<ValueError> for ExportRefused {
    fn from(_: ValueError) -> Self {
        Self::Value
    }
}

impl From<NotAValue> for ExportRefused {
    fn from(_: NotAValue) -> Self {
        Self::Decryption
    }
}

impl From<RandomFailed> for ExportRefused {
    fn from(_: RandomFailed) -> Self {
        Self::Internal
    }
}

impl From<KeyRefused> for ExportRefused {
    fn from(_: KeyRefused) -> Self {
        Self::Internal
    }
}

/// Forms of a card number under a ZEK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanForm {
    /// 16 bytes, the same for the same number.
    Short,
    /// 24 bytes, with a random IV.
    WithIv,
}

/// Bytes that a value is read into: wiped when dropped.
pub type Value = Zeroizing<[u8; export::LONGEST_TEXT]>;

impl Key<Zek> {
    /// Encrypts 1 to 40 ASCII digits (purpose encrypt): the IV if the profile wants one, and whole blocks. E7 needs the PAN.
    ///
    /// # Errors
    /// [`ExportRefused::Value`]
    pub fn export_value(
        &self,
        profile: Profile,
        digits: &[u8],
        pan: Option<&Pan>,
        random: &mut dyn Random,
    ) -> Result<Vec<u8>, ExportRefused> {
        let mut drawn = Zeroizing::new([0; RANDOM]);
        random.fill(&mut *drawn)?;
        Ok(profile.seal(&self.cipher()?, digits, pan.map(|pan| pan.0.as_slice()), &drawn)?)
    }

    /// Decrypts a value of as many digits as `to` has room for (purpose decrypt); strict, and in one word what is wrong.
    ///
    /// # Errors
    /// [`ExportRefused::Decryption`]; `to` is then as it was.
    pub fn read_value(
        &self,
        profile: Profile,
        sealed: &[u8],
        pan: Option<&Pan>,
        to: &mut [u8],
    ) -> Result<(), ExportRefused> {
        Ok(profile.open(&self.cipher()?, sealed, pan.map(|pan| pan.0.as_slice()), to)?)
    }

    /// Encrypts a card number of 13 to 19 digits with the right check digit (purpose encrypt): 16 bytes, or 24.
    ///
    /// # Errors
    /// [`ExportRefused::Value`]
    pub fn export_pan(
        &self,
        form: PanForm,
        pan: &Pan,
        random: &mut dyn Random,
    ) -> Result<Vec<u8>, ExportRefused> {
        let mut iv = [0; export::pan::IV];
        let iv = match form {
            PanForm::Short => None,
            PanForm::WithIv => {
                random.fill(&mut iv)?;
                Some(&iv)
            }
        };
        Ok(export::pan::seal(&self.cipher()?, &pan.0, iv)?)
    }

    /// Decrypts a card number, 16 or 24 bytes (purpose decrypt).
    ///
    /// # Errors
    /// [`ExportRefused::Decryption`], also if its check digit is wrong.
    pub fn read_pan(&self, sealed: &[u8]) -> Result<Pan, ExportRefused> {
        let mut digits = Zeroizing::new([0; 19]);
        let length = export::pan::open(&self.cipher()?, sealed, &mut digits)?;
        digits.get(..length).map(|digits| Pan(digits.to_vec())).ok_or(ExportRefused::Internal)
    }

    /// Encrypts a value of up to 512 bytes with AES-256-GCM, bound to its name (purpose encrypt): nonce of 12 bytes, ciphertext,
    /// tag of 16.
    ///
    /// # Errors
    /// [`ExportRefused::Value`], [`ExportRefused::Key`]
    pub fn export_gcm(
        &self,
        name: &[u8],
        value: &[u8],
        random: &mut dyn Random,
    ) -> Result<Vec<u8>, ExportRefused> {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce)?;
        Ok(export::gcm::seal(&self.gcm()?, name, value, &nonce)?)
    }

    /// Decrypts a value of that name into `to` (purpose decrypt) and gives how many bytes it has.
    ///
    /// # Errors
    /// [`ExportRefused::Decryption`], [`ExportRefused::Key`]
    pub fn read_gcm(
        &self,
        name: &[u8],
        sealed: &[u8],
        to: &mut Value,
    ) -> Result<usize, ExportRefused> {
        Ok(export::gcm::open(&self.gcm()?, name, sealed, &mut **to)?)
    }

    fn gcm(&self) -> Result<AeadKey, ExportRefused> {
        let key: Option<&[u8; KEY]> = self.material.clear().as_array();
        match (self.algorithm, key) {
            (Algorithm::Aes, Some(key)) => Ok(AeadKey::new(key)),
            (Algorithm::Aes | Algorithm::Tdes, _) => Err(ExportRefused::Key),
        }
    }
}

impl Key<Etk> {
    /// Encrypts a track (purpose encrypt): its characters as they are, spaces up to `length` bytes, which are whole blocks of the
    /// key and at most 512. An IV that is random goes in front.
    ///
    /// # Errors
    /// [`OperationRefused::DataLength`] for a track that is longer than `length`, and a length that is not whole blocks;
    /// [`OperationRefused::Input`] for what is no printable ASCII.
    pub fn encrypt_track(
        &self,
        chaining: Chaining,
        track: &[u8],
        length: usize,
        random: &mut dyn Random,
    ) -> Result<Vec<u8>, OperationRefused> {
        let printable = |byte: &u8| matches!(byte, b' '..=b'~');
        if track.is_empty() || !track.iter().all(printable) {
            return Err(OperationRefused::Input);
        }
        let key = self.cipher()?;
        let mut held = Zeroizing::new([b' '; export::LONGEST_TEXT]);
        let text = held.get_mut(..length).ok_or(OperationRefused::DataLength)?;
        text.get_mut(..track.len()).ok_or(OperationRefused::DataLength)?.copy_from_slice(track);
        let mut held_iv = [0; 16];
        let iv = held_iv.get_mut(..key.block_len()).ok_or(OperationRefused::Internal)?;
        let mut sealed = Vec::with_capacity(iv.len() + text.len());
        let encrypted = match chaining {
            Chaining::Ecb => key.ecb_encrypt(text),
            Chaining::CbcZeroIv => key.cbc_encrypt(iv, text),
            Chaining::CbcRandomIv => {
                random.fill(iv)?;
                sealed.extend_from_slice(iv);
                key.cbc_encrypt(iv, text)
            }
        };
        encrypted.map_err(|_| OperationRefused::DataLength)?;
        sealed.extend_from_slice(text);
        Ok(sealed)
    }
}

/// A JSON web token encrypted for whoever has the private key: RSA-OAEP-256 and A256GCM, compact. `kid` names the key: 1 to 64
/// letters, digits and `-._~:`; the value has up to 512 bytes.
///
/// # Errors
/// [`ExportRefused::Value`], [`ExportRefused::Internal`] without randomness.
pub fn export_jwe(
    recipient: &RsaPublicKey,
    kid: &str,
    value: &[u8],
    random: &mut dyn Random,
) -> Result<String, ExportRefused> {
    let mut drawn = export::jwe::JweRandom {
        key: Zeroizing::new([0; KEY]),
        nonce: [0; NONCE],
        seed: Zeroizing::new([0; 32]),
    };
    random.fill(&mut *drawn.key)?;
    random.fill(&mut drawn.nonce)?;
    random.fill(&mut *drawn.seed)?;
    Ok(export::jwe::seal(recipient, kid, value, &drawn)?)
}
