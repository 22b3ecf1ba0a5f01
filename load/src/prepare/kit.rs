//! What the preparations are made with.

use crate::template::Request;
use payhsm_client::{CallError, Client, ConnectError};
use payhsm_protocol::command::a0_generate_key::GenerateKey;
use payhsm_protocol::command::put_body;
use payhsm_protocol::field::{
    Exportability, KeyAttributes, KeyField, KeyScheme, KeyType, LmkId, LmkPin,
};
use payhsm_protocol::host::{Fields, Settings, TableForm, Writer};
use payhsm_protocol::{Command, CommandCode, ErrorCode};

/// Why a command cannot be driven.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// No connection for the preparations.
    #[error("cannot prepare: {0}; is the daemon running?")]
    Connect(#[from] ConnectError),
    /// No runtime for the preparations.
    #[error("cannot prepare: {0}")]
    Runtime(#[source] std::io::Error),
    /// It needs keys of the daemon, and there is no way to ask for them.
    #[error(
        "{0} needs keys that only the daemon can make: give --quickstart, or --address with \
         --ca, --cert and --key"
    )]
    NoClient(CommandCode),
    /// A command of the preparation, or the command itself, did not work.
    #[error("cannot prepare: {code}: {error}")]
    Call {
        /// Which command.
        code: CommandCode,
        /// What came back.
        error: CallError,
    },
    /// It works, but always with a warning, so no reply would count.
    #[error("{code} answers with a warning: {warning}")]
    Warning {
        /// Which command.
        code: CommandCode,
        /// The warning.
        warning: ErrorCode,
    },
    /// The two dialects would not say the same. A fault of this program.
    #[error("the request for {0} cannot be written")]
    Unwritable(CommandCode),
}

/// A way to ask the daemon, and the LMK to ask under.
#[derive(Clone, Debug)]
pub struct Kit {
    client: Option<Client>,
    lmk: Option<LmkId>,
}

impl Kit {
    /// With a client, every command can be prepared; without one, those that need no keys.
    #[must_use]
    pub const fn new(client: Option<Client>, lmk: Option<LmkId>) -> Self {
        Self { client, lmk }
    }

    /// The LMK that it names.
    pub(super) const fn lmk(&self) -> Option<LmkId> {
        self.lmk
    }

    /// The same client, another LMK.
    pub(super) fn under(&self, lmk: Option<LmkId>) -> Self {
        Self { client: self.client.clone(), lmk }
    }

    /// Has the daemon carry out a command that the preparation needs.
    pub(super) async fn call<C: Command>(&self, request: &C) -> Result<C::Reply, PrepareError> {
        let code = C::OPCODE.code();
        let client = self.client.as_ref().ok_or(PrepareError::NoClient(code))?;
        match client.call_with(self.lmk, request).await {
            Ok(answer) => Ok(answer.reply),
            Err(error) => Err(PrepareError::Call { code, error }),
        }
    }

    /// Asks for a double-length TDES key that is good for everything its usage allows.
    pub(super) fn key_request(usage: [u8; 2], exportability: Exportability) -> GenerateKey {
        GenerateKey {
            key_type: KeyType::KEY_BLOCK,
            scheme: KeyScheme::Thales,
            attributes: Some(KeyAttributes {
                usage,
                algorithm: Some(*b"T2"),
                mode_of_use: b'N',
                version: *b"00",
                exportability,
                optional_blocks: Vec::new(),
            }),
            export: None,
        }
    }

    /// A new key of this usage, which stays here.
    pub(super) async fn key(&self, usage: [u8; 2]) -> Result<KeyField, PrepareError> {
        Ok(self.call(&Self::key_request(usage, Exportability::None)).await?.key)
    }

    /// A new AES-256 key of this usage, which stays here.
    pub(super) async fn aes_key(&self, usage: [u8; 2]) -> Result<KeyField, PrepareError> {
        let mut request = Self::key_request(usage, Exportability::None);
        if let Some(attributes) = &mut request.attributes {
            attributes.algorithm = Some(*b"A3");
        }
        Ok(self.call(&request).await?.key)
    }

    /// A new key of this usage that may leave as a key block.
    pub(super) async fn exportable_key(&self, usage: [u8; 2]) -> Result<KeyField, PrepareError> {
        Ok(self.call(&Self::key_request(usage, Exportability::Trusted)).await?.key)
    }

    /// The request in both dialects, tried once if there is a client. `host` writes the fields up
    /// to the LMK.
    pub(super) async fn finish<C: Command + PartialEq>(
        &self,
        request: &C,
        host: impl FnOnce(&mut Writer<'_>),
    ) -> Result<Request, PrepareError> {
        self.finish_with_tail(request, host, |_| ()).await
    }

    /// As [`Self::finish`], for commands that have fields behind the LMK, which `tail` writes.
    pub(super) async fn finish_with_tail<C: Command + PartialEq>(
        &self,
        request: &C,
        host: impl FnOnce(&mut Writer<'_>),
        tail: impl FnOnce(&mut Writer<'_>),
    ) -> Result<Request, PrepareError> {
        let settings = Settings { tables: TableForm::EncryptedOrPlain, ..Settings::default() };
        self.finish_as(&settings, request, host, tail).await
    }

    /// As [`Self::finish`], for requests that hold this PIN under the LMK: how long it is under a
    /// DES LMK depends on how the daemon is configured.
    pub(super) async fn finish_with_pin<C: Command + PartialEq>(
        &self,
        request: &C,
        pin: &LmkPin,
        host: impl FnOnce(&mut Writer<'_>),
    ) -> Result<Request, PrepareError> {
        let mut settings = Settings { tables: TableForm::EncryptedOrPlain, ..Settings::default() };
        if let LmkPin::Digits(digits) = pin {
            settings.lmk_pin_length = digits.len();
        }
        self.finish_as(&settings, request, host, |_| ()).await
    }

    async fn finish_as<C: Command + PartialEq>(
        &self,
        settings: &Settings,
        request: &C,
        host: impl FnOnce(&mut Writer<'_>),
        tail: impl FnOnce(&mut Writer<'_>),
    ) -> Result<Request, PrepareError> {
        let code = C::OPCODE.code();
        let unwritable = |_| PrepareError::Unwritable(code);

        let mut compact = Vec::new();
        put_body(self.lmk, request, &mut compact).map_err(unwritable)?;
        let mut fields = Vec::new();
        let mut writer = Writer::new(&mut fields, settings);
        host(&mut writer);
        if let Some(lmk) = self.lmk {
            writer.raw(b"%");
            writer.raw(&lmk.digits());
        }
        tail(&mut writer);

        // Both must say the same, or two different things would be compared.
        let mut reader = Fields::new(&fields, settings);
        let read_back = C::decode_host(&mut reader).ok();
        let lmk = reader.finish().ok().map(|tail| tail.lmk);
        if read_back.as_ref() != Some(request) || lmk != Some(self.lmk) {
            return Err(PrepareError::Unwritable(code));
        }
        if let Some(client) = &self.client {
            match client.call_with(self.lmk, request).await {
                Ok(answer) => match answer.warning {
                    None => {}
                    Some(warning) => return Err(PrepareError::Warning { code, warning }),
                },
                Err(error) => return Err(PrepareError::Call { code, error }),
            }
        }
        Ok(Request { code: code.0, compact, host: fields })
    }
}
