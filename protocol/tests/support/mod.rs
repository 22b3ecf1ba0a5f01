//! What the tests of the commands' syntax share.

use payhsm_protocol::command::{put_body, take_body};
use payhsm_protocol::field::{
    BlockScheme, Cryptogram, CryptogramScheme, KeyBlock, KeyField, KeyType, LmkId,
};
use payhsm_protocol::host::{Fields, Settings, Tail};
use payhsm_protocol::{Command, ErrorCode, command};
use serde_json::Value;

/// The published messages of one kind.
pub(crate) fn cases(operation: &str) -> Vec<Value> {
    let all = include_str!("../vectors/host_message_syntax.json");
    let all: Vec<Value> = serde_json::from_str(all).unwrap();
    all.into_iter().filter(|case| case["inputs"]["op"] == operation).collect()
}

/// A value as the text that it stands for.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What a codec had in mind when it wrote a message.
pub(crate) struct Meant<'a>(pub(crate) &'a Value);

impl Meant<'_> {
    pub(crate) fn text(&self, name: &str) -> String {
        assert!(!self.0[name].is_null(), "no field {name}");
        text(&self.0[name])
    }

    pub(crate) fn bytes<const N: usize>(&self, name: &str) -> [u8; N] {
        self.text(name).into_bytes().try_into().unwrap()
    }

    pub(crate) fn hex(&self, name: &str) -> Vec<u8> {
        hex::decode(self.text(name)).unwrap()
    }

    pub(crate) fn key(&self, name: &str) -> KeyField {
        key(&self.text(name))
    }

    pub(crate) fn key_type(&self, name: &str) -> KeyType {
        KeyType(self.bytes(name))
    }

    pub(crate) fn lmk(&self) -> Option<LmkId> {
        self.0.get("lmkIdentifier").map(|id| LmkId(text(id).parse().unwrap()))
    }
}

/// A key as the host dialect writes it.
pub(crate) fn key(text: &str) -> KeyField {
    let (letter, rest) = text.split_at(1);
    let block = |scheme| {
        let (header, body) = rest.split_at(16);
        KeyField::Block(KeyBlock {
            scheme,
            header: header.into(),
            body: hex::decode(body).unwrap(),
        })
    };
    let cryptogram = |scheme, hexadecimal| {
        let bytes = hex::decode(hexadecimal).unwrap();
        KeyField::Cryptogram(Cryptogram { scheme, bytes })
    };
    match letter {
        "S" => block(BlockScheme::Thales),
        "R" => block(BlockScheme::X9143),
        "U" => cryptogram(CryptogramScheme::U, rest),
        "T" => cryptogram(CryptogramScheme::T, rest),
        "X" => cryptogram(CryptogramScheme::X, rest),
        _ => cryptogram(CryptogramScheme::Bare, text),
    }
}

/// Reads a request of the host dialect to its end.
pub(crate) fn decode<C: Command>(
    fields: &[u8],
    settings: &Settings,
) -> Result<(C, Option<LmkId>), ErrorCode> {
    let mut reader = Fields::new(fields, settings);
    let request = C::decode_host(&mut reader)?;
    let Tail { lmk, .. } = reader.finish()?;
    request.check()?;
    Ok((request, lmk))
}

/// What becomes of a request of the command `code`: nothing, or the code of its refusal.
pub(crate) fn verdict(code: &str, fields: &[u8], settings: &Settings) -> Result<(), ErrorCode> {
    macro_rules! dispatch {
        ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
            match code {
                $(stringify!($code) =>
                    decode::<command::$module::$request>(fields, settings).map(drop),)+
                other => panic!("no command {other}"),
            }
        };
    }
    payhsm_protocol::for_each_command!(dispatch)
}

/// Sends a request of the host dialect through the compact one, and cuts it everywhere.
pub(crate) fn through_compact(code: &str, fields: &[u8], settings: &Settings) {
    fn there_and_back<C: Command + PartialEq>(fields: &[u8], settings: &Settings) {
        let (request, lmk) = decode::<C>(fields, settings).unwrap();
        let mut body = Vec::new();
        put_body(lmk, &request, &mut body).unwrap();
        assert_eq!(take_body::<C>(&body), Ok((lmk, request)));
        for cut in 0..body.len() {
            assert_eq!(take_body::<C>(&body[..cut]), Err(ErrorCode::InvalidInput), "cut at {cut}");
        }
        body.push(0);
        assert_eq!(take_body::<C>(&body), Err(ErrorCode::InvalidInput), "one byte more");
    }
    macro_rules! dispatch {
        ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
            match code {
                $(stringify!($code) =>
                    there_and_back::<command::$module::$request>(fields, settings),)+
                other => panic!("no command {other}"),
            }
        };
    }
    payhsm_protocol::for_each_command!(dispatch);
}
