//! Keys for tests: making them through the appliance, and looking into blocks under the public
//! test LMKs.
#![expect(clippy::string_slice, reason = "blocks are ASCII")]

use super::ask;
use payhsm::Engine;
use payhsm_crypto::key_block::thales::{AesWrappingKey, TdesWrappingKey};
use payhsm_crypto::key_block::x9143;

/// The public 3DES key-block test LMK.
pub(crate) const TDES_LMK: &str = "0123456789ABCDEF8080808080808080FEDCBA9876543210";
/// The public AES key-block test LMK.
pub(crate) const AES_LMK: &str = "9B71333A13F9FAE72F9D0E2DAB4AD6784718012F9244033F3F26A2DE0C8AA11A";

/// A published KEK under the 3DES test LMK.
pub(crate) const KEK: &str =
    "S00072K0TB00E00017CECF0FB9210B3CC93B9FFB304963C39CFFF94B837D318E1A6F1F058";
/// Its clear value.
pub(crate) const KEK_CLEAR: &str = "76E65BCDD3D923C15D9E239113E91F3B";
/// A published ZPK under the 3DES test LMK.
pub(crate) const ZPK: &str =
    "S00072P0TB00E0001EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9";
/// Its clear value.
pub(crate) const ZPK_CLEAR: &str = "98519E45CBB9291F49EFAD4AFEFDDC79";
/// A published double-length ZMK under the variant test LMK.
pub(crate) const ZMK: &str = "U1457FF6ADF6250C66C368416B4C9D383";

/// Takes one key off the head of a text.
pub(crate) fn take_key(text: &str) -> (&str, &str) {
    let length = match text.as_bytes()[0] {
        b'S' | b'R' => 1 + text[2..6].parse::<usize>().unwrap(),
        b'U' | b'X' => 33,
        b'T' | b'Y' => 49,
        _ => 16,
    };
    text.split_at(length)
}

/// The answer to a message that must succeed, without code and error.
pub(crate) fn done(engine: &Engine, message: impl AsRef<[u8]>) -> String {
    let message = message.as_ref();
    let answer = ask(engine, message);
    let code = [message[0], message[1] + 1, b'0', b'0'];
    let fields = answer.strip_prefix(std::str::from_utf8(&code).unwrap());
    fields.unwrap_or_else(|| panic!("{}: {answer}", message.escape_ascii())).to_owned()
}

/// A new key with these attributes under the default LMK: the block and its check value.
pub(crate) fn made(engine: &Engine, attributes: &str) -> (String, String) {
    let answer = done(engine, format!("A00FFFS#{attributes}"));
    let (key, check_value) = take_key(&answer);
    (key.to_owned(), check_value.to_owned())
}

/// The check value of a key block under the default LMK.
pub(crate) fn check_value(engine: &Engine, key: &str) -> String {
    done(engine, format!("BUFFF{key}"))
}

/// The clear key in a block under `wrapping`, as hex.
pub(crate) fn unwrapped(wrapping: &str, block: &str) -> String {
    let wrapping = hex::decode(wrapping).unwrap();
    let blocks: usize = block[13..15].parse().unwrap();
    let mut header = 16;
    for _ in 0..blocks {
        header += usize::from_str_radix(&block[header + 3..header + 5], 16).unwrap();
    }
    let (header, body) = block[1..].split_at(header);
    let (header, mut body) = (header.as_bytes(), hex::decode(body).unwrap());
    let key = match &block[..2] {
        "S0" => TdesWrappingKey::new(&wrapping).unwrap().unwrap_in_place(header, &mut body),
        "S1" => AesWrappingKey::new(&wrapping).unwrap().unwrap_in_place(header, &mut body),
        _ => x9143::unwrap_in_place(&wrapping, header, &mut body),
    };
    hex::encode_upper(&body[key.unwrap()])
}

/// A block under the public AES test LMK for a key that a test wants to know: usage, algorithm
/// letter, mode and so on to the number of optional blocks, as `D0AB00N00`.
pub(crate) fn sealed(attributes: &str, clear: &str) -> String {
    let key = hex::decode(clear).unwrap();
    let lmk = AesWrappingKey::new(&hex::decode(AES_LMK).unwrap()).unwrap();
    let length = 16 + 2 * lmk.body_len(key.len(), None);
    let header = format!("1{length:04}{attributes}02");
    let body = lmk.wrap(header.as_bytes(), &key, &[0; 16], None).unwrap();
    format!("S{header}{}", hex::encode_upper(body))
}
