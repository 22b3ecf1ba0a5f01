//! Tokens, zones and forms of card numbers of the host dialect.

use super::primitive::unhex;
use super::{Fields, Writer};
use crate::ErrorCode;
use crate::field::{
    CardItself, CardNumber, DomainKey, DomainNumber, EncryptedPan, NumberForm, Numerals, PanToken,
    Radix, TokenTerms, Tweak, ZoneForm,
};

impl Fields<'_> {
    /// 3N: a domain of tokens.
    ///
    /// # Errors
    /// T3 if it is no number.
    pub fn domain(&mut self) -> Result<DomainNumber, ErrorCode> {
        let domain = self.decimal::<3>(ErrorCode::TokenDomain)?;
        u16::try_from(domain).map(DomainNumber).map_err(|_| ErrorCode::TokenDomain)
    }

    /// `P`, a domain 3N, a token and `;`.
    ///
    /// # Errors
    /// 15 if it is something else, T3 for a domain that is no number.
    pub fn token(&mut self) -> Result<PanToken, ErrorCode> {
        match self.peek().filter(|&letter| letter == b'P').map(|_| self.card_number()) {
            Some(Ok(CardNumber::Token(token))) => Ok(token),
            Some(Err(code)) => Err(code),
            Some(Ok(CardNumber::Clear(_) | CardNumber::Encrypted(_))) | None => {
                Err(ErrorCode::InvalidInput)
            }
        }
    }

    /// `E`, a zone 1–3A, `:`, 32H or 48H and `;`.
    ///
    /// # Errors
    /// 15 if it is something else, D1 for what is no hex.
    pub fn encrypted_pan(&mut self) -> Result<EncryptedPan, ErrorCode> {
        match self.peek().filter(|&letter| letter == b'E').map(|_| self.card_number()) {
            Some(Ok(CardNumber::Encrypted(pan))) => Ok(pan),
            Some(Err(code)) => Err(code),
            Some(Ok(CardNumber::Clear(_) | CardNumber::Token(_))) | None => {
                Err(ErrorCode::InvalidInput)
            }
        }
    }

    /// A card as [`Fields::card`]; that it is no token is looked at later.
    ///
    /// # Errors
    /// As [`Fields::card`].
    pub fn card_itself(&mut self) -> Result<CardItself, ErrorCode> {
        self.card().map(CardItself)
    }

    /// `E` or `R`, a zone and `;`: a card number under its ZEK, 32H or 48H.
    ///
    /// # Errors
    /// 15 if it is something else.
    pub fn zone_form(&mut self) -> Result<ZoneForm, ErrorCode> {
        let with_iv = match self.chars()? {
            [b'E'] => false,
            [b'R'] => true,
            [_] => return Err(ErrorCode::InvalidInput),
        };
        Ok(ZoneForm { zone: self.zone_name()?, with_iv })
    }

    /// `C`: in the clear; else as [`Fields::zone_form`].
    ///
    /// # Errors
    /// 15 if it is something else.
    pub fn number_form(&mut self) -> Result<NumberForm, ErrorCode> {
        if self.skip(b'C') {
            return Ok(NumberForm::Clear);
        }
        self.zone_form().map(NumberForm::ForZone)
    }

    /// `C` or `O`: the key in force of a domain, or the one before.
    ///
    /// # Errors
    /// 15 if it is something else.
    pub fn domain_key(&mut self) -> Result<DomainKey, ErrorCode> {
        match self.chars()? {
            [b'C'] => Ok(DomainKey::Current),
            [b'O'] => Ok(DomainKey::Old),
            [_] => Err(ErrorCode::InvalidInput),
        }
    }

    /// `S` for one use or `M` for many, `L` and seconds 9N; either may be left out.
    ///
    /// # Errors
    /// 15 if the seconds are none.
    pub fn token_terms(&mut self) -> Result<TokenTerms, ErrorCode> {
        let single_use = if self.skip(b'S') {
            Some(true)
        } else if self.skip(b'M') {
            Some(false)
        } else {
            None
        };
        let seconds = self.skip(b'L').then(|| self.decimal::<9>(ErrorCode::InvalidInput));
        Ok(TokenTerms { single_use, seconds: seconds.transpose()? })
    }

    /// 2N: a radix.
    ///
    /// # Errors
    /// 15 if it is no number.
    pub fn radix(&mut self) -> Result<Radix, ErrorCode> {
        let radix = self.decimal::<2>(ErrorCode::InvalidInput)?;
        u8::try_from(radix).map(Radix).map_err(|_| ErrorCode::InvalidInput)
    }

    /// nH and `;`: a tweak.
    ///
    /// # Errors
    /// 15 if it is no hex.
    pub fn tweak(&mut self) -> Result<Tweak, ErrorCode> {
        unhex(&self.up_to(b';')?).map(Tweak).ok_or(ErrorCode::InvalidInput)
    }

    /// nA and `;`: numerals.
    ///
    /// # Errors
    /// 15 if the delimiter is missing.
    pub fn numerals(&mut self) -> Result<Numerals, ErrorCode> {
        self.up_to(b';').map(Numerals)
    }
}

impl Writer<'_> {
    /// A card number as a request would give it: `C`, digits; `P`, domain 3N, token; `E`, zone, `:`, hex; and `;`.
    pub fn card_number(&mut self, card: &CardNumber) {
        match card {
            CardNumber::Clear(pan) => {
                self.raw(b"C");
                self.raw(&pan.0);
            }
            CardNumber::Token(token) => {
                self.raw(b"P");
                self.decimal(usize::from(token.domain), 3);
                self.raw(token.token.as_bytes());
            }
            CardNumber::Encrypted(pan) => {
                self.raw(b"E");
                self.raw(pan.zone.as_bytes());
                self.raw(b":");
                self.hex(&pan.value);
            }
        }
        self.raw(b";");
    }
}

#[cfg(test)]
mod tests {
    use crate::ErrorCode;
    use crate::field::{CardNumber, DomainKey, NumberForm, TokenTerms};
    use crate::host::{Fields, Settings, TableForm, Writer};

    const SETTINGS: Settings = Settings {
        header_length: 4,
        lmk_pin_length: 5,
        single_length_zmk: false,
        tables: TableForm::Encrypted,
    };

    fn read<'t, T>(
        text: &'t str,
        read: impl FnOnce(&mut Fields<'t>) -> Result<T, ErrorCode>,
    ) -> Result<T, ErrorCode> {
        let mut fields = Fields::new(text.as_bytes(), &SETTINGS);
        let value = read(&mut fields)?;
        fields.finish()?;
        Ok(value)
    }

    #[test]
    fn a_card_number_is_written_as_it_is_read() {
        for text in ["C4111111111111111;", "P998411111PJKSWE1111;", "EVIS:00FF;"] {
            let card = read(text, Fields::card_number).unwrap();
            let mut out = Vec::new();
            Writer::new(&mut out, &SETTINGS).card_number(&card);
            assert_eq!(out, text.as_bytes());
        }
    }

    #[test]
    fn each_form_where_it_belongs() {
        assert_eq!(read("P001AB;", Fields::token).unwrap().token, "AB");
        assert_eq!(read("E1:00;", Fields::encrypted_pan).unwrap().zone, "1");
        for text in ["C41;", "41;", "E1:00;", "P1;", ""] {
            assert!(read(text, Fields::token).is_err(), "{text}");
        }
        for text in ["C41;", "41;", "P001AB;", "E1;", "E1:0;", ""] {
            assert!(read(text, Fields::encrypted_pan).is_err(), "{text}");
        }
        assert_eq!(read("C", Fields::number_form), Ok(NumberForm::Clear));
        assert_eq!(read("C", Fields::zone_form), Err(ErrorCode::InvalidInput));
        let form = read("RVIS;", Fields::zone_form).unwrap();
        assert!(form.with_iv && form.zone.0 == "VIS");
        assert_eq!(read("XVIS;", Fields::number_form), Err(ErrorCode::InvalidInput));
        assert_eq!(read("EVIS", Fields::number_form), Err(ErrorCode::InvalidInput));
        assert_eq!(read("O", Fields::domain_key), Ok(DomainKey::Old));
        assert_eq!(read("X", Fields::domain_key), Err(ErrorCode::InvalidInput));
    }

    #[test]
    fn terms_of_a_token() {
        let terms = |single_use, seconds| Ok(TokenTerms { single_use, seconds });
        assert_eq!(read("", Fields::token_terms), terms(None, None));
        assert_eq!(read("S", Fields::token_terms), terms(Some(true), None));
        assert_eq!(read("ML000000300", Fields::token_terms), terms(Some(false), Some(300)));
        assert_eq!(read("L999999999", Fields::token_terms), terms(None, Some(999_999_999)));
        assert_eq!(read("L300", Fields::token_terms), Err(ErrorCode::InvalidInput));
        assert_eq!(read("SM", Fields::token_terms), Err(ErrorCode::InvalidInput));
    }

    #[test]
    fn fields_of_ff1() {
        assert_eq!(read("36", Fields::radix).unwrap().0, 36);
        assert_eq!(read("3A", Fields::radix), Err(ErrorCode::InvalidInput));
        assert_eq!(read(";", Fields::tweak).unwrap().0, []);
        assert_eq!(read("00fF;", Fields::tweak).unwrap().0, [0, 0xFF]);
        assert_eq!(read("0;", Fields::tweak), Err(ErrorCode::InvalidInput));
        assert_eq!(read("0A;", Fields::numerals).unwrap().0, b"0A");
        assert!(matches!(read("4;", Fields::card), Ok(card) if card.0.pan().is_ok()));
        assert!(matches!(read("C4;", Fields::card_number), Ok(CardNumber::Clear(_))));
    }
}
