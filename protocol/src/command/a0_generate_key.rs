//! A0: generate a key. Source: docs/protocol/A0.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{
    CheckValue, Checked, ExportForm, KeyAttributes, KeyField, KeyScheme, KeyType, Names, Shelf,
    WrappingKey,
};
use crate::host::{Fields, Writer};
use wincode::{SchemaRead, SchemaWrite};

request! {
    /// Asks for a new key.
    pub struct GenerateKey {
        /// What it is to be.
        pub key_type: KeyType,
        /// The scheme that it is to have under the LMK.
        pub scheme: KeyScheme,
        /// Its attributes, where it is to be a key block.
        pub attributes: Option<KeyAttributes>,
        /// Whether a copy is to be exported at once, and how (mode 1).
        pub export: Option<CopyForExport>,
    }
}

/// A copy of the new key for somebody else.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct CopyForExport {
    /// The key that it is to be under.
    pub wrapping_key: WrappingKey,
    /// What it is to look like.
    pub form: ExportForm,
}

impl Checked for CopyForExport {
    fn check(&self) -> Result<(), ErrorCode> {
        self.wrapping_key.check()?;
        self.form.check()
    }
}

impl Names for CopyForExport {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        self.wrapping_key.fill_in(shelf)
    }
}

reply! {
    /// The new key.
    pub struct GeneratedKey {
        /// Under the LMK.
        pub key: KeyField,
        /// The copy, if one was asked for.
        pub copy: Option<KeyField>,
        /// Its check value.
        pub check_value: CheckValue,
    }
}

impl Command for GenerateKey {
    const OPCODE: Opcode = Opcode::A0;
    type Reply = GeneratedKey;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let copied = match &fields.chars()? {
            b"0" => false,
            b"1" => true,
            // Derivation, with and without export.
            b"A" | b"B" => return Err(ErrorCode::CommandDisabled),
            _ => return Err(ErrorCode::InvalidInput),
        };
        let key_type = fields.key_type()?;
        let scheme = fields.key_scheme()?;
        let copy = if copied { Some((fields.wrapping_key()?, fields.key_scheme()?)) } else { None };
        fields.lmk()?;
        let attributes = fields.new_key_attributes()?;
        let export = match copy {
            Some((wrapping_key, scheme)) => {
                Some(CopyForExport { wrapping_key, form: fields.export_form(scheme)? })
            }
            None => None,
        };
        Ok(Self { key_type, scheme, attributes, export })
    }
}

impl Reply for GeneratedKey {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.key(&self.key);
        if let Some(copy) = &self.copy {
            writer.key(copy);
        }
        writer.check_value(&self.check_value);
    }
}
