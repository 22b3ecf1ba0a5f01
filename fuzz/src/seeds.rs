//! The seed corpus: `fuzz/seeds/XX` is a message of the command XX as the host dialect has it, code
//! and fields, taken from published transcripts where there is one. Every target's corpus is made
//! from these.

use payhsm_protocol::command::put_body;
use payhsm_protocol::host::{Fields, Settings, TableForm};
use payhsm_protocol::{Command, ErrorCode, Opcode, frame};
use std::io;
use std::path::Path;

/// One request, in both dialects.
#[derive(Clone, Debug)]
pub struct Seed {
    /// The command.
    pub opcode: Opcode,
    /// Code and fields in the host dialect.
    pub host: Vec<u8>,
    /// Body in the compact dialect.
    pub compact: Vec<u8>,
}

/// The settings that seeds are written for.
const SETTINGS: Settings = Settings {
    header_length: 4,
    lmk_pin_length: 5,
    single_length_zmk: false,
    tables: TableForm::EncryptedOrPlain,
};

fn translated<C: Command>(fields: &[u8]) -> Result<Vec<u8>, ErrorCode> {
    let mut reader = Fields::new(fields, &SETTINGS);
    let request = C::decode_host(&mut reader)?;
    let tail = reader.finish()?;
    request.check()?;
    let mut body = Vec::new();
    put_body(tail.lmk, &request, &mut body).map_err(|_| ErrorCode::Internal)?;
    Ok(body)
}

macro_rules! declare_translation {
    ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
        fn compact(opcode: Opcode, fields: &[u8]) -> Result<Vec<u8>, ErrorCode> {
            match opcode {
                $(Opcode::$code =>
                    translated::<payhsm_protocol::command::$module::$request>(fields),)+
            }
        }
    };
}

payhsm_protocol::for_each_command!(declare_translation);

impl Seed {
    /// A seed from code and fields in the host dialect.
    ///
    /// # Errors
    /// The code that a caller would get.
    pub fn new(message: &[u8]) -> Result<Self, ErrorCode> {
        let (code, fields) = message.split_first_chunk().ok_or(ErrorCode::InvalidInput)?;
        let opcode = Opcode::from_code(*code).ok_or(ErrorCode::CommandDisabled)?;
        Ok(Self { opcode, host: message.to_vec(), compact: compact(opcode, fields)? })
    }

    /// A whole frame of the host dialect.
    #[must_use]
    pub fn host_frame(&self, header: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        frame::host::put(&mut out, |out| {
            out.extend_from_slice(header);
            out.extend_from_slice(&self.host);
        });
        out
    }

    /// A whole frame of the compact dialect.
    #[must_use]
    pub fn compact_frame(&self, id: u32) -> Vec<u8> {
        let mut out = Vec::new();
        let Ok(()) = frame::compact::put_request(&mut out, id, self.opcode.code().0, |out| {
            out.extend_from_slice(&self.compact);
            Ok::<(), std::convert::Infallible>(())
        });
        out
    }

    /// What the fuzz target `target` takes.
    #[must_use]
    pub fn input(&self, target: &str) -> Vec<u8> {
        let code = self.opcode.code().0;
        match target {
            "host_frame" => self.host_frame(b"0000"),
            "compact_frame" => self.compact_frame(1),
            "host_request" => self.host.clone(),
            "compact_request" => [&code, self.compact.as_slice()].concat(),
            // The appliance of a developer, on its base port.
            "host_engine" => [&[0], self.host_frame(b"0000").as_slice()].concat(),
            "compact_engine" => [&[0], self.compact_frame(1).as_slice()].concat(),
            _ => Vec::new(),
        }
    }
}

/// The seeds in a folder, one file a command.
///
/// # Errors
/// The file that cannot be read, or that is not a request.
pub fn read(folder: &Path) -> io::Result<Vec<Seed>> {
    let mut seeds = Vec::new();
    for opcode in Opcode::ALL {
        let path = folder.join(opcode.code().to_string());
        if path.exists() {
            let seed = Seed::new(&std::fs::read(&path)?)
                .map_err(|code| io::Error::other(format!("{}: {code}", path.display())))?;
            seeds.push(seed);
        }
    }
    Ok(seeds)
}
