//! What the handlers of key management commands share: how keys are opened, sealed, sent and
//! taken in, and with which code they are refused.

use super::{Answer, Context, Outcome};
use payhsm_keys::exchange::{self, Export, Import};
use payhsm_keys::usage::{Tmk, Zmk};
use payhsm_keys::{AnyKey, Binding, Key, KeyRefused, LmkScheme, NewKey, Position, Purpose};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::shared::{KeyAndCheckValue, KeyUnderBoth};
use payhsm_protocol::field::{
    BlockVersion, CheckValue, CheckValueType, ExchangeOptions, ExchangeSchemes, ExportForm,
    ExportHeader, Exportability, KeyAttributes, KeyField, KeyScheme, KeyType, WrappingKey,
};

/// A ZMK or a TMK, open.
pub(super) enum Wrapping {
    Zmk(Key<Zmk>),
    Tmk(Key<Tmk>),
}

/// What an exchange command is for: the key type under a variant LMK, the usages of key blocks.
pub(super) struct Exchanged {
    pub(super) key_type: KeyType,
    pub(super) usages: &'static [[u8; 2]],
}

/// FA, GC, IA.
pub(super) const ZPK: Exchanged =
    Exchanged { key_type: KeyType(*b"001"), usages: &[*b"P0", *b"72"] };

/// FC, FE.
pub(super) const TERMINAL_KEY: Exchanged = Exchanged {
    key_type: KeyType(*b"002"),
    usages: &[*b"K0", *b"51", *b"P0", *b"71", *b"V0", *b"V1", *b"V2"],
};

/// The attributes of a new double-length TDES key that a command without fields for them makes.
pub(super) fn usual_attributes(usage: [u8; 2], mode_of_use: u8) -> KeyAttributes {
    KeyAttributes {
        usage,
        algorithm: Some(*b"T2"),
        mode_of_use,
        version: *b"00",
        exportability: Exportability::Trusted,
        optional_blocks: Vec::new(),
    }
}

impl Context<'_> {
    /// Whether keys under the LMK are key blocks.
    pub(super) fn has_key_blocks(&self) -> Result<bool, ErrorCode> {
        Ok(match self.lmk()?.scheme() {
            LmkScheme::Variant => false,
            LmkScheme::KeyBlockTdes | LmkScheme::KeyBlockAes => true,
        })
    }

    /// Refuses `FFF` under a variant LMK and anything else under a key-block LMK.
    pub(super) fn check_key_type(&self, key_type: KeyType) -> Result<(), ErrorCode> {
        let says_block = key_type == KeyType::KEY_BLOCK;
        if says_block == self.has_key_blocks()? { Ok(()) } else { Err(ErrorCode::InvalidKeyType) }
    }

    /// Opens a key of any usage.
    pub(super) fn any_key(
        &self,
        field: &KeyField,
        key_type: KeyType,
        position: Position,
    ) -> Result<AnyKey, ErrorCode> {
        let key = AnyKey::open(self.lmk()?, field, Some(key_type), &self.rules())
            .map_err(|refused| self.key_code(refused, position))?;
        self.noted.key(|| key.check_value());
        Ok(key)
    }

    /// Makes a key with these attributes under a key-block LMK, or of this type and scheme under a
    /// variant LMK.
    pub(super) fn new_key(
        &mut self,
        attributes: &KeyAttributes,
        key_type: KeyType,
        scheme: KeyScheme,
    ) -> Result<AnyKey, ErrorCode> {
        let wanted = if self.has_key_blocks()? {
            NewKey::Block(attributes)
        } else {
            NewKey::Variant(key_type, scheme)
        };
        let rules = self.rules();
        AnyKey::generate(wanted, self.random, &rules).map_err(wish_code)
    }

    /// Puts a key under the LMK.
    pub(super) fn under_lmk(
        &mut self,
        key: &AnyKey,
        scheme: KeyScheme,
    ) -> Result<KeyField, ErrorCode> {
        let sealed = key.seal_under(self.lmk()?, scheme, self.random).map_err(wish_code)?;
        self.noted.key(|| key.check_value());
        Ok(sealed)
    }

    /// The scheme for a key of `length` bytes under the LMK, where the request leaves it open.
    pub(super) fn lmk_scheme(
        &self,
        asked: Option<KeyScheme>,
        length: usize,
    ) -> Result<KeyScheme, ErrorCode> {
        Ok(match (asked, self.has_key_blocks()?, length) {
            (Some(scheme), _, _) => scheme,
            (None, true, _) => KeyScheme::Thales,
            (None, false, ..=8) => KeyScheme::Z,
            (None, false, 9..=16) => KeyScheme::U,
            (None, false, _) => KeyScheme::T,
        })
    }

    /// The form for a key of `length` bytes under a ZMK or TMK, where the request leaves it open.
    pub(super) fn export_form(
        &self,
        asked: Option<KeyScheme>,
        length: usize,
    ) -> Result<ExportForm, ErrorCode> {
        let scheme = match (asked, self.has_key_blocks()?, length) {
            (Some(scheme), _, _) => scheme,
            (None, true, _) => KeyScheme::X9143,
            (None, false, ..=8) => KeyScheme::Z,
            (None, false, 9..=16) => KeyScheme::X,
            (None, false, _) => KeyScheme::Y,
        };
        Ok(ExportForm { scheme, header: ExportHeader::Kept, version: None })
    }

    /// The scheme for a new key under the LMK: single length under a variant LMK, as ever, where
    /// the request leaves it open.
    pub(super) fn new_key_scheme(&self, asked: Option<KeyScheme>) -> Result<KeyScheme, ErrorCode> {
        self.lmk_scheme(asked, 8)
    }

    /// Opens the key that another is to be sent under.
    pub(super) fn wrapping(&self, key: &WrappingKey) -> Result<Wrapping, ErrorCode> {
        Ok(match key {
            WrappingKey::Zmk(zmk) => Wrapping::Zmk(self.source(zmk, Purpose::Encrypt)?),
            WrappingKey::Tmk(tmk) => Wrapping::Tmk(self.source(tmk, Purpose::Encrypt)?),
        })
    }

    /// Puts a key under a ZMK or TMK.
    pub(super) fn export(
        &mut self,
        key: &AnyKey,
        wrapping: &Wrapping,
        form: &ExportForm,
    ) -> Result<KeyField, ErrorCode> {
        let (exportability, attributes) = match &form.header {
            ExportHeader::Kept => (None, None),
            ExportHeader::Exportability(exportability) => (Some(*exportability), None),
            ExportHeader::Attributes(attributes) => (None, Some(attributes)),
        };
        let version = form.version.map(BlockVersion::letter);
        let form = exchange::ExportForm::from_scheme(form.scheme, version);
        let export = Export { form, exportability, attributes };
        let rules = self.rules();
        match wrapping {
            Wrapping::Zmk(zmk) => zmk.export(key, &export, self.random, &rules),
            Wrapping::Tmk(tmk) => tmk.export(key, &export, self.random, &rules),
        }
        .map_err(wish_code)
    }

    /// The check value of a key: all of it only under a variant LMK, and there unless less is
    /// asked for.
    pub(super) fn check_value(
        &self,
        key: &AnyKey,
        asked: Option<CheckValueType>,
    ) -> Result<CheckValue, ErrorCode> {
        match (asked, self.has_key_blocks()?) {
            (Some(CheckValueType::Short), _) | (None, true) => key.check_value(),
            (Some(CheckValueType::Whole) | None, false) => key.whole_check_value(),
            (Some(CheckValueType::Whole), true) => return Err(ErrorCode::NotAuthorised),
        }
        .map_err(wish_code)
    }

    /// FA, FC: takes a key in from under a ZMK.
    pub(super) fn take_in(
        &mut self,
        zmk: &KeyField,
        field: &KeyField,
        expected: &Exchanged,
        options: Option<ExchangeOptions>,
    ) -> Outcome<KeyAndCheckValue> {
        let zmk: Key<Zmk> = self.source(zmk, Purpose::Decrypt)?;
        let import = if self.has_key_blocks()? {
            Import::Block { usage: None, exportability: None }
        } else {
            Import::KeyType(expected.key_type)
        };
        let imported = zmk
            .import(field, &import, &self.rules())
            .map_err(|refused| self.key_code(refused, Position::Destination))?;
        self.refuse_unexpected(&imported.key, expected)?;
        let asked = options.and_then(|options| options.schemes.lmk);
        let scheme = self.lmk_scheme(asked, imported.key.length())?;
        let key = self.under_lmk(&imported.key, scheme)?;
        let check_value =
            self.check_value(&imported.key, options.map(|options| options.check_value))?;
        let reply = KeyAndCheckValue { key, check_value };
        Ok(Answer { code: parity_code(imported.parity_adjusted), reply })
    }

    /// FE, GC: sends a key out under a ZMK.
    pub(super) fn send_out(
        &mut self,
        zmk: &KeyField,
        field: &KeyField,
        expected: &Exchanged,
        options: Option<ExchangeOptions>,
    ) -> Outcome<KeyAndCheckValue> {
        let zmk = Wrapping::Zmk(self.source(zmk, Purpose::Encrypt)?);
        let key_type = match field {
            KeyField::Block(_) | KeyField::Stored(_) => KeyType::KEY_BLOCK,
            KeyField::Cryptogram(_) => expected.key_type,
        };
        let key = self.any_key(field, key_type, Position::Destination)?;
        self.refuse_unexpected(&key, expected)?;
        let asked = options.and_then(|options| options.schemes.wrapped);
        let form = self.export_form(asked, key.length())?;
        let exported = self.export(&key, &zmk, &form)?;
        let check_value = self.check_value(&key, options.map(|options| options.check_value))?;
        Ok(KeyAndCheckValue { key: exported, check_value }.into())
    }

    /// HA, HC: makes a key and puts it under the TMK that a terminal has, and under the LMK.
    pub(super) fn for_terminal(
        &mut self,
        tmk: &KeyField,
        schemes: Option<ExchangeSchemes>,
        attributes: &KeyAttributes,
        key_type: KeyType,
    ) -> Outcome<KeyUnderBoth> {
        let tmk = Wrapping::Tmk(self.source(tmk, Purpose::Encrypt)?);
        let scheme = self.new_key_scheme(schemes.and_then(|schemes| schemes.lmk))?;
        let key = self.new_key(attributes, key_type, scheme)?;
        let form = self.export_form(schemes.and_then(|schemes| schemes.wrapped), key.length())?;
        let under_terminal_key = self.export(&key, &tmk, &form)?;
        let under_lmk = self.under_lmk(&key, scheme)?;
        Ok(KeyUnderBoth { under_terminal_key, under_lmk }.into())
    }

    fn refuse_unexpected(&self, key: &AnyKey, expected: &Exchanged) -> Result<(), ErrorCode> {
        let fits = match key.binding() {
            Binding::Block(said) => expected.usages.contains(&said.usage),
            Binding::Variant(key_type) => *key_type == expected.key_type,
        };
        if fits { Ok(()) } else { Err(self.key_code(KeyRefused::Usage, Position::Destination)) }
    }
}

/// 01, advice, if the parity of a key that came in has been put right.
pub(super) fn parity_code(adjusted: bool) -> ErrorCode {
    if adjusted { ErrorCode::VerificationFailed } else { ErrorCode::Ok }
}

/// The code where a good key cannot be made or given the form that was asked for. The caller has
/// the wish in hand, so every reason has its code in every profile.
pub(super) fn wish_code(refused: KeyRefused) -> ErrorCode {
    refused.code(Position::Source, true)
}
