//! Published keys and PIN blocks of the PIN commands, and what every test of one asks of a message.

use super::{appliance, ask, call, host_settings, tampered};
use payhsm::Engine;
use payhsm::settings::{Profile, Settings};
use payhsm_keys::{Lmk, OpenTable};
use payhsm_protocol::Command;
use payhsm_protocol::command::Reply;
use payhsm_protocol::field::{DecimalisationTable, LmkId};
use payhsm_protocol::host::{self, Fields, Writer};

/// Under the 3DES key-block test LMK (01).
pub(crate) const ZPK: &str =
    "S00072P0TB00E0001EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9";
pub(crate) const ZPK_2: &str =
    "S00072P0TB00E00010D869FE84C1F77AE64E0019151533363D4CCE7E1C3F89F3D86115EE8";
pub(crate) const ZPK_72: &str =
    "S0007272TN00E0001DE16F028F38CC385436D8E5B3DD4341F3E55379FBCB39710FE2BB6B4";
pub(crate) const TPK: &str =
    "S0007271TN00E00019BAD23B0CEF79E33328CA0568A0E186FC17E8DE738AAF9FB67C6E1FF";
pub(crate) const PVK_IBM: &str =
    "S00072V1TN00E00010AE0AD2B1990AB407FAD15059E287760A05DF4DA2391EAB138877E22";
pub(crate) const PVK_PVV: &str =
    "S00072V2TN00E0001E80A2926443C3AF11BF0317C669FA0EA0E100ABDF92BF7A3AF232D4C";
pub(crate) const CVK: &str =
    "S00072C0TN00E0001A417975993E2331918759DD1656AC94306BE01C19FDE29E83A93AB42";
/// The decimalisation table 0123456789012345 under that LMK.
pub(crate) const TABLE: &str = "709F26B22464E96A";
/// An account, and two PINs of it under `ZPK` in format 01.
pub(crate) const ACCOUNT: &str = "850103093936";
pub(crate) const BLOCK_300672: &str = "AD72F973446E84E7";
pub(crate) const BLOCK_121791: &str = "967CDB6E3D492E28";

/// Under the variant test LMK (00).
pub(crate) const TPK_U: &str = "U8463435FC4B4DAA0C49025272C29B12C";
pub(crate) const ZPK_U: &str = "U1EF828AA8F6B80EB83E19FBC373F3A85";
pub(crate) const PVK_X: &str = "X367930344805B1FAD6146EF4ED7502B3";
pub(crate) const PVK_SINGLE: &str = "9B395FB9FE5F07DA";
/// Another account, and the PIN 1234 of it under both PIN keys in format 01.
pub(crate) const ACCOUNT_U: &str = "550000025321";
pub(crate) const BLOCK_1234_TPK: &str = "6428EB94035AF53B";
pub(crate) const BLOCK_1234_ZPK: &str = "91DDDA0A7C12CFAA";

/// A developer's appliance whose PINs under a DES LMK have `length` digits.
pub(crate) fn with_lmk_pins_of(length: usize) -> Engine {
    let host = host::Settings { lmk_pin_length: length, ..host_settings() };
    appliance(Settings::development(), host)
}

/// An issuer's appliance; the test LMKs and the length of PINs are as in `with_lmk_pins_of(7)`.
pub(crate) fn issuer() -> Engine {
    let host = host::Settings { lmk_pin_length: 7, ..host_settings() };
    let settings =
        Settings { profile: Profile::Issuer, legacy: payhsm::settings::Legacy::default() };
    appliance(settings, host)
}

/// A developer's appliance that takes no single-length DES keys.
pub(crate) fn without_single_des() -> Engine {
    let mut settings = Settings::development();
    settings.legacy.single_des = false;
    appliance(settings, host_settings())
}

/// A new key with these attributes under the AES key-block LMK.
pub(crate) fn new_key(engine: &Engine, attributes: &str) -> String {
    let answer = ask(engine, format!("A00FFFS%02#{attributes}"));
    let key = answer.strip_prefix("A100").unwrap();
    let (key, _check_value) = key.split_at(key.len() - 6);
    key.to_owned()
}

/// A decimalisation table under the AES key-block LMK.
pub(crate) fn table_under_aes(digits: &str) -> String {
    let lmk = Lmk::public_test_aes_key_block(LmkId(2)).unwrap();
    let table = OpenTable::from_digits(digits.as_bytes()).unwrap();
    let DecimalisationTable::UnderAesLmk(table) = lmk.seal_table(&table).unwrap() else {
        panic!("not under an AES LMK");
    };
    format!("L{}", hex::encode_upper(table))
}

/// The code of the answer to `message`, and what follows it.
pub(crate) fn answer(engine: &Engine, message: &str) -> (String, String) {
    let answer = ask(engine, message);
    let (head, fields) = answer.split_at(4);
    let (reply, code) = head.split_at(2);
    let mut expected = message.as_bytes()[..2].to_vec();
    expected[1] += 1;
    assert_eq!(reply.as_bytes(), expected);
    (code.to_owned(), fields.to_owned())
}

/// `message` is answered by `code`, and with nothing else if that is a refusal, once `from` in it
/// is `to`.
pub(crate) fn refuses(engine: &Engine, message: &str, changes: &[(&str, &str, &str)]) {
    let (code, _) = answer(engine, message);
    assert!(code == "00" || code == "02", "{message} gives {code}");
    for (from, to, code) in changes {
        assert!(message.contains(from), "{message} has no {from}");
        let changed = message.replacen(from, to, 1);
        let expected = (String::from(*code), String::new());
        assert_eq!(answer(engine, &changed), expected, "{changed}");
    }
}

/// What a key can have wrong with it: another's usage, one forged digit, no such scheme.
pub(crate) fn refuses_keys(engine: &Engine, message: &str, keys: &[&str]) {
    let dtk = "S00072D0TN00E0001BD79343066F46B9C1279E2DE4382E56E6DD5BDCE0F850C7E444799D9";
    for key in keys {
        let mut truncated = (*key).to_owned();
        let last = truncated.pop().unwrap();
        let forged = format!("{truncated}{}", if last == '0' { '1' } else { '0' });
        refuses(
            engine,
            message,
            &[(key, dtk, "A6"), (key, &forged, "A4"), (key, "K001", "12"), (key, "?", "26")],
        );
        let (code, _) = answer(engine, &message.replacen(key, &truncated, 1));
        assert_ne!(code, "00");
    }
}

/// Every digit of `message` matters: with another in its place the answer is another.
pub(crate) fn every_digit_matters(engine: &Engine, message: &str) {
    assert_eq!(digits_that_do_not_matter(engine, message), [] as [String; 0]);
}

/// The messages that differ from `message` in one digit and are answered in the same way.
pub(crate) fn digits_that_do_not_matter(engine: &Engine, message: &str) -> Vec<String> {
    let good = ask(engine, message);
    let changed = tampered(message, 2..message.len());
    assert!(changed.len() > 20);
    changed.into_iter().filter(|message| ask(engine, message) == good).collect()
}

/// The request through the compact dialect gives what it gives through the host dialect.
pub(crate) fn same_in_compact<C: Command>(engine: &Engine, host: &host::Settings, message: &str) {
    let (code, fields) = answer(engine, message);
    let (error, reply, _) = compact::<C>(engine, host, message);
    assert_eq!(error, code);
    let mut text = Vec::new();
    if let Some(reply) = reply {
        reply.encode_host(&mut Writer::new(&mut text, host));
    }
    assert_eq!(String::from_utf8(text).unwrap(), fields);
}

/// The request through the compact dialect: error code, reply, and the request itself.
pub(crate) fn compact<C: Command>(
    engine: &Engine,
    host: &host::Settings,
    message: &str,
) -> (String, Option<C::Reply>, C) {
    let mut fields = Fields::new(&message.as_bytes()[2..], host);
    let request = C::decode_host(&mut fields).unwrap();
    let tail = fields.finish().unwrap();
    let (error, reply) = call(engine, tail.lmk.map(|id| id.0), &request);
    (error, reply, request)
}
