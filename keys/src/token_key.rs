//! What keys of tokens do: PT-A and PT-9 ([`TokenScheme`]). And keys of FF1, for other fields.

use crate::key::Key;
use crate::usage::{Ff1Key, TokenKey};
use payhsm_crypto::fpe::{self, Domain, FpeError};
use payhsm_crypto::token::{TokenError, TokenScheme};
use payhsm_protocol::field::Pan;

impl Key<TokenKey> {
    /// The token of a card number in a domain (purpose encrypt): as many ASCII digits and capital letters.
    ///
    /// # Errors
    /// [`TokenError::Number`] for other than 13 to 19 digits with the right check digit, [`TokenError::Scheme`] where the scheme
    /// has no tokens of that length.
    pub fn token(
        &self,
        scheme: TokenScheme,
        domain: u16,
        pan: &Pan,
    ) -> Result<Vec<u8>, TokenError> {
        let mut text = pan.clone();
        scheme.encode(&self.ff1()?, domain, &mut text.0)?;
        Ok(std::mem::take(&mut text.0))
    }

    /// The card number of a token (purpose decrypt).
    ///
    /// # Errors
    /// [`TokenError::Malformed`], [`TokenError::Invalid`] for a token of another key or domain.
    pub fn card_number(
        &self,
        scheme: TokenScheme,
        domain: u16,
        token: &[u8],
    ) -> Result<Pan, TokenError> {
        let mut text = Pan(token.to_vec());
        scheme.decode(&self.ff1()?, domain, &mut text.0)?;
        Ok(text)
    }

    fn ff1(&self) -> Result<fpe::Ff1Key, FpeError> {
        fpe::Ff1Key::new(self.material.clear())
    }
}

impl Key<Ff1Key> {
    /// Encrypts a text in place: ASCII digits and capital letters of a radix of 2 to 36, as many as make a million texts or
    /// more; a tweak of 0 to 64 bytes.
    ///
    /// # Errors
    /// [`FpeError`]; the text is then as it was.
    pub fn encrypt_text(&self, radix: u8, tweak: &[u8], text: &mut [u8]) -> Result<(), FpeError> {
        let domain = Domain::new(radix, text.len())?;
        fpe::Ff1Key::new(self.material.clear())?.encrypt(&domain, tweak, text)
    }

    /// Decrypts a text in place.
    ///
    /// # Errors
    /// As [`Key::encrypt_text`].
    pub fn decrypt_text(&self, radix: u8, tweak: &[u8], text: &mut [u8]) -> Result<(), FpeError> {
        let domain = Domain::new(radix, text.len())?;
        fpe::Ff1Key::new(self.material.clear())?.decrypt(&domain, tweak, text)
    }
}
