//! What stands behind the keys of a key management command: schemes and attributes.

use super::{Bare, Fields};
use crate::ErrorCode;
use crate::field::{
    AtallaVariant, BlockVersion, CheckValueType, Checked, ExchangeOptions, ExchangeSchemes,
    ExportForm, ExportHeader, Exportability, ImportHeader, KeyAttributes, KeyField, KeyScheme,
    KeyType, OptionalBlock, WrappingKey,
};

impl Fields<'_> {
    /// `;` and 1N (0 ZMK, 1 TMK), if they come next, and a key.
    ///
    /// # Errors
    /// 15 if the flag is neither, else those of [`Self::key`].
    pub fn wrapping_key(&mut self) -> Result<WrappingKey, ErrorCode> {
        if !self.skip(b';') || self.skip(b'0') {
            return self.key(Bare::Zmk).map(WrappingKey::Zmk);
        }
        if self.skip(b'1') {
            return self.key(Bare::Single).map(WrappingKey::Tmk);
        }
        Err(ErrorCode::InvalidInput)
    }

    /// 1N or 2N, if it comes next: an Atalla variant.
    pub fn atalla_variant(&mut self) -> Option<AtallaVariant> {
        let mut variant = None;
        for _ in 0..2 {
            if let Some(digit @ b'0'..=b'9') = self.peek() {
                self.skip(digit);
                variant = Some(variant.unwrap_or(0) * 10 + (digit - b'0'));
            }
        }
        variant.map(AtallaVariant)
    }

    /// `#` and the attributes of a new key, if they come next.
    ///
    /// # Errors
    /// 15 if the message ends before, A6 to AB for the attribute that is out of range.
    pub fn new_key_attributes(&mut self) -> Result<Option<KeyAttributes>, ErrorCode> {
        if !self.skip(b'#') {
            return Ok(None);
        }
        let usage = self.chars()?;
        let algorithm = Some(self.chars()?);
        self.attributes(usage, algorithm).map(Some)
    }

    /// A version number and optional blocks: what components do not say of the key that they make.
    ///
    /// # Errors
    /// 15 if the message ends before, AB for optional blocks.
    pub fn version_and_blocks(&mut self) -> Result<([u8; 2], Vec<OptionalBlock>), ErrorCode> {
        Ok((self.chars()?, self.optional_blocks()?))
    }

    /// `#` and what the header of an imported key is to say, if they come next: a usage if `key`
    /// came as a block, else all attributes but the algorithm.
    ///
    /// # Errors
    /// As [`Self::new_key_attributes`].
    pub fn import_header(&mut self, key: &KeyField) -> Result<ImportHeader, ErrorCode> {
        if !self.skip(b'#') {
            return Ok(ImportHeader::Kept);
        }
        let usage = self.chars()?;
        let header = match key {
            KeyField::Block(_) | KeyField::Stored(_) => {
                ImportHeader::Usage(usage, self.optional_blocks()?)
            }
            KeyField::Cryptogram(_) => ImportHeader::Attributes(self.attributes(usage, None)?),
        };
        header.check()?;
        Ok(header)
    }

    /// `&` and what the header of an exported key is to say, if they come next; `!` and a version,
    /// if they come next.
    ///
    /// # Errors
    /// As [`Self::new_key_attributes`]; 26 if there is no such version.
    pub fn export_form(&mut self, scheme: KeyScheme) -> Result<ExportForm, ErrorCode> {
        let header = if !self.skip(b'&') {
            ExportHeader::Kept
        } else if self.tail_at(1) || self.byte_at(1) == Some(b'!') {
            ExportHeader::Exportability(self.exportability()?)
        } else {
            let usage = self.chars()?;
            ExportHeader::Attributes(self.attributes(usage, None)?)
        };
        let version = if self.skip(b'!') {
            let [letter] = self.chars()?;
            Some(BlockVersion::from_letter(letter).ok_or(ErrorCode::InvalidKeyScheme)?)
        } else {
            None
        };
        Ok(ExportForm { scheme, header, version })
    }

    /// `;`, two schemes and 1N, if they come next: the tail of an exchange command that answers
    /// with a check value.
    ///
    /// # Errors
    /// 15 if the message ends before or if there is no such type of check value, 26 if there is no
    /// such scheme.
    pub fn exchange_options(&mut self) -> Result<Option<ExchangeOptions>, ErrorCode> {
        if !self.skip(b';') {
            return Ok(None);
        }
        let schemes = self.schemes()?;
        let check_value = self.check_value_type()?;
        Ok(Some(ExchangeOptions { schemes, check_value }))
    }

    /// `;`, two schemes and `0`, if they come next: the tail of an exchange command that answers
    /// without a check value.
    ///
    /// # Errors
    /// 15 if the message ends before or goes on otherwise, 26 if there is no such scheme.
    pub fn exchange_schemes(&mut self) -> Result<Option<ExchangeSchemes>, ErrorCode> {
        if !self.skip(b';') {
            return Ok(None);
        }
        let schemes = self.schemes()?;
        if self.skip(b'0') { Ok(Some(schemes)) } else { Err(ErrorCode::InvalidInput) }
    }

    /// 1N: a type of check value.
    ///
    /// # Errors
    /// 15 if there is no such type.
    pub fn check_value_type(&mut self) -> Result<CheckValueType, ErrorCode> {
        let [code] = self.chars()?;
        CheckValueType::from_code(code).ok_or(ErrorCode::InvalidInput)
    }

    /// The key type that two characters stand for: the variant and the second digit of the pair (`42` is 402), or
    /// `FF` where the type follows the key as `;` and 3H.
    ///
    /// A key block, sent or stored, may go without that, for `FFF` is all that it can be; so `;0` behind one is the
    /// beginning of something else.
    ///
    /// # Errors
    /// 04 if there is no such code, 28 if what follows is no key type.
    pub fn key_type_of_code(
        &mut self,
        code: [u8; 2],
        key: &KeyField,
    ) -> Result<KeyType, ErrorCode> {
        match (code, key) {
            ([variant @ b'0'..=b'9', pair @ (b'0'..=b'9' | b'A' | b'B')], _) => {
                Ok(KeyType([variant, b'0', pair]))
            }
            ([b'F', b'F'], KeyField::Block(_) | KeyField::Stored(_))
                if self.byte_at(1) != Some(b'F') =>
            {
                Ok(KeyType::KEY_BLOCK)
            }
            ([b'F', b'F'], _) if self.skip(b';') => self.key_type(),
            (_, _) => Err(ErrorCode::InvalidKeyTypeCode),
        }
    }

    /// `#` and the attributes of a key that exists, if they come next.
    ///
    /// # Errors
    /// As [`Self::new_key_attributes`].
    pub fn key_attributes(&mut self) -> Result<Option<KeyAttributes>, ErrorCode> {
        if !self.skip(b'#') {
            return Ok(None);
        }
        let usage = self.chars()?;
        self.attributes(usage, None).map(Some)
    }

    /// `;`, `0`, a scheme (or `0`) and `0`, if they come next.
    ///
    /// # Errors
    /// 15 if the message ends before or goes on otherwise, 26 if there is no such scheme.
    pub fn scheme_between_zeros(&mut self) -> Result<Option<KeyScheme>, ErrorCode> {
        if !self.skip(b';') {
            return Ok(None);
        }
        if !self.skip(b'0') {
            return Err(ErrorCode::InvalidInput);
        }
        let scheme = self.scheme_or_0()?;
        if self.skip(b'0') { Ok(scheme) } else { Err(ErrorCode::InvalidInput) }
    }

    fn schemes(&mut self) -> Result<ExchangeSchemes, ErrorCode> {
        Ok(ExchangeSchemes { wrapped: self.scheme_or_0()?, lmk: self.scheme_or_0()? })
    }

    fn scheme_or_0(&mut self) -> Result<Option<KeyScheme>, ErrorCode> {
        if self.skip(b'0') { Ok(None) } else { self.key_scheme().map(Some) }
    }

    fn exportability(&mut self) -> Result<Exportability, ErrorCode> {
        let [letter] = self.chars()?;
        Exportability::from_letter(letter).ok_or(ErrorCode::KeyBlockExportability)
    }

    fn attributes(
        &mut self,
        usage: [u8; 2],
        algorithm: Option<[u8; 2]>,
    ) -> Result<KeyAttributes, ErrorCode> {
        let [mode_of_use] = self.chars()?;
        let version = self.chars()?;
        let exportability = self.exportability()?;
        let optional_blocks = self.optional_blocks()?;
        let attributes = KeyAttributes {
            usage,
            algorithm,
            mode_of_use,
            version,
            exportability,
            optional_blocks,
        };
        attributes.check()?;
        Ok(attributes)
    }

    /// 2N and so many optional blocks: id 2A, length 2H (which counts id, itself and data), data.
    fn optional_blocks(&mut self) -> Result<Vec<OptionalBlock>, ErrorCode> {
        let count = self.decimal::<2>(ErrorCode::KeyBlockOptionalBlocks)?;
        let mut blocks = Vec::new();
        for _ in 0..count {
            let id = self.chars()?;
            let length = self.hexadecimal::<2>(ErrorCode::KeyBlockOptionalBlocks)?;
            let data = usize::try_from(length).ok().and_then(|length| length.checked_sub(4));
            let data = data.ok_or(ErrorCode::KeyBlockOptionalBlocks)?;
            blocks.push(OptionalBlock { id, data: self.characters(data)? });
        }
        Ok(blocks)
    }
}
