//! Status, key management and data commands: published messages of the host dialect, both ways,
//! what is refused and with which code, and the same requests through the compact dialect.
#![cfg(test)]

mod support;

use payhsm_protocol::command::{self, Reply, shared};
use payhsm_protocol::field::{
    Bytes, CheckValue, CipherMode, DataFormat, ExportForm, ExportHeader, Exportability,
    ImportHeader, InitialVector, KeyAttributes, KeyField, KeyScheme, Mac, MacMethod, MacPadding,
    MacPart, MacSize, VerifyPart, WrappingKey,
};
use payhsm_protocol::frame::host::Message;
use payhsm_protocol::host::{Bare, Fields, Settings, Writer};
use payhsm_protocol::{Command, CommandCode, ErrorCode};
use support::{Meant, cases, decode, key, text, through_compact, verdict};

/// The commands that this file tests.
const MINE: &[&str] = &[
    "A0", "A4", "A6", "A8", "B0", "B2", "BU", "BW", "CS", "FA", "FC", "FE", "GC", "HA", "HC", "IA",
    "M0", "M2", "M4", "M6", "M8", "N0", "NC", "NO", "Q2", "Q6", "Q8", "RA",
];

fn settings() -> Settings {
    Settings::default()
}

impl Meant<'_> {
    fn scheme(&self, name: &str) -> KeyScheme {
        let [letter] = self.bytes(name);
        KeyScheme::from_letter(letter).unwrap()
    }

    fn format(&self, name: &str) -> DataFormat {
        let [code] = self.bytes(name);
        DataFormat::from_code(code).unwrap()
    }

    fn ecb(&self, name: &str) -> CipherMode {
        assert_eq!(self.text(name), "00");
        CipherMode::Ecb
    }

    fn data(&self, format: &str, name: &str) -> Bytes {
        Bytes(match self.format(format) {
            DataFormat::Binary | DataFormat::Text => self.text(name).into_bytes(),
            DataFormat::Hex => self.hex(name),
        })
    }

    fn mac_method(&self) -> MacMethod {
        let ([algorithm], [padding]) = (self.bytes("macAlgorithm"), self.bytes("paddingMethod"));
        MacMethod::from_codes(algorithm, padding).unwrap()
    }
}

/// Decodes a published request and compares every field with what its author meant.
fn compare(code: &str, wire: &[u8], m: &Meant<'_>) {
    use command::{
        a0_generate_key::GenerateKey,
        a4_form_key::{Components, FormKey},
        a6_import_key::ImportKey,
        a8_export_key::ExportKey,
        m0_encrypt_data::EncryptData,
        m2_decrypt_data::DecryptData,
        m4_translate_data::TranslateData,
        m6_generate_mac::GenerateMac,
        m8_verify_mac::VerifyMac,
    };
    fn same<C: Command + PartialEq>(wire: &[u8], meant: &Meant<'_>, request: C) {
        assert_eq!(decode::<C>(wire, &settings()), Ok((request, meant.lmk())));
    }
    match code {
        "A0" => {
            assert_eq!(m.text("mode"), "0");
            let attributes = m.0.get("delimiterKeyblock").map(|_| KeyAttributes {
                usage: m.bytes("keyUsageKeyblock"),
                algorithm: Some(m.bytes("algorithmKeyblock")),
                mode_of_use: m.bytes::<1>("modeOfUseKeyblock")[0],
                version: m.bytes("keyVersionNumberKeyblock"),
                exportability: Exportability::Trusted,
                optional_blocks: Vec::new(),
            });
            let (key_type, scheme) = (m.key_type("keyType"), m.scheme("keySchemeLmk"));
            same(wire, m, GenerateKey { key_type, scheme, attributes, export: None });
        }
        "A4" => {
            let keys = m.text("keyComponents");
            let settings = settings();
            let mut keys = Fields::new(keys.as_bytes(), &settings);
            let count = m.text("numberOfComponents").parse().unwrap();
            let components = (0..count).map(|_| keys.key(Bare::Single).unwrap()).collect();
            let request = FormKey {
                key_type: m.key_type("keyType"),
                scheme: m.scheme("keySchemeLmk"),
                components: Components(components),
                header: None,
            };
            same(wire, m, request);
        }
        "A6" => {
            let request = ImportKey {
                key_type: m.key_type("keyType"),
                zmk: m.key("zmk"),
                key: m.key("key"),
                scheme: m.scheme("keyScheme"),
                atalla_variant: None,
                header: ImportHeader::Kept,
            };
            same(wire, m, request);
        }
        "A8" => {
            let header = match m.0.get("modExportabilityKeyblock").map(text).as_deref() {
                Some("N") => ExportHeader::Exportability(Exportability::None),
                Some(other) => panic!("exportability {other}"),
                None => ExportHeader::Kept,
            };
            let request = ExportKey {
                key_type: m.key_type("keyType"),
                wrapping_key: WrappingKey::Zmk(m.key("zmk")),
                key: m.key("key"),
                form: ExportForm { scheme: m.scheme("keyScheme"), header, version: None },
            };
            same(wire, m, request);
        }
        "M0" => {
            let request = EncryptData {
                mode: m.ecb("modeFlag"),
                output: m.format("outputFormatFlag"),
                key_type: m.key_type("keyType"),
                key: m.key("key"),
                data: m.data("inputFormatFlag", "messageData"),
            };
            same(wire, m, request);
        }
        "M2" => {
            let request = DecryptData {
                mode: m.ecb("modeFlag"),
                output: m.format("outputFormatFlag"),
                key_type: m.key_type("keyType"),
                key: m.key("key"),
                data: m.data("inputFormatFlag", "messageData"),
            };
            same(wire, m, request);
        }
        "M4" => {
            let request = TranslateData {
                source_mode: m.ecb("sourceModeFlag"),
                destination_mode: m.ecb("destinationModeFlag"),
                output: m.format("outputFormatFlag"),
                source_key_type: m.key_type("sourceKeyType"),
                source_key: m.key("sourceKey"),
                destination_key_type: m.key_type("destinationKeyType"),
                destination_key: m.key("destinationKey"),
                data: m.data("inputFormatFlag", "messageData"),
            };
            same(wire, m, request);
        }
        "M6" => {
            assert_eq!((m.text("modeFlag"), m.text("macSize")), ("0".into(), "0".into()));
            let request = GenerateMac {
                part: MacPart::Only,
                method: m.mac_method(),
                size: MacSize::Half,
                key_type: m.key_type("keyType"),
                key: m.key("key"),
                data: m.data("inputFormatFlag", "macData"),
            };
            same(wire, m, request);
        }
        "M8" => {
            assert_eq!((m.text("modeFlag"), m.text("macSize")), ("0".into(), "0".into()));
            let request = VerifyMac {
                part: VerifyPart::Only(Mac(m.hex("mac"))),
                method: m.mac_method(),
                key_type: m.key_type("keyType"),
                key: m.key("key"),
                data: m.data("inputFormatFlag", "macData"),
            };
            same(wire, m, request);
        }
        other => panic!("{other} has no published request"),
    }
}

#[test]
fn published_requests_are_read_as_they_were_meant_and_no_other_way() {
    let mut seen = 0;
    for case in cases("encode_request") {
        let expected = &case["expected"];
        let code = text(&expected["command_code"]);
        if !MINE.contains(&code.as_str()) || code == "B2" {
            continue;
        }
        seen += 1;
        let wire = hex::decode(text(&expected["wire_hex"])).unwrap();
        let message = Message::split(&wire, 4).unwrap();
        assert_eq!(message.header, text(&case["inputs"]["message_header"]).as_bytes());
        assert_eq!(message.code, *code.as_bytes());
        let meant = Meant(&case["inputs"]["fields"]);
        compare(&code, message.fields, &meant);
        refuses_what_was_tampered_with(&code, message.fields);
        through_compact(&code, message.fields, &settings());
    }
    assert_eq!(seen, 19, "cases of these commands");
}

/// One character less, one more, or a letter for a digit: each must be refused. Headers of key
/// blocks and attributes of new keys are left alone, for only the vault can tell whether they are
/// right, and so is data that may be anything.
fn refuses_what_was_tampered_with(code: &str, wire: &[u8]) {
    let refused = |wire: &[u8]| verdict(code, wire, &settings()).is_err();
    assert!(refused(&wire[..wire.len() - 1]), "{code}: one character less");
    assert!(refused(&[wire, b"x"].concat()), "{code}: one character more");
    let any_data = matches!((code, wire[1]), ("M6" | "M8", b'0' | b'2'));
    let mut at = 0;
    while at < wire.len() && wire[at] != b'#' && !(any_data && at > 40) {
        let header = wire[at] == b'S' && wire.get(at + 1).is_some_and(u8::is_ascii_digit);
        if header {
            at += 17;
            continue;
        }
        if wire[at].is_ascii_digit() {
            let mut tampered = wire.to_vec();
            tampered[at] = b'x';
            assert!(refused(&tampered), "{code}: x at {at}");
        }
        at += 1;
    }
}

#[test]
fn published_replies_are_written_as_they_were() {
    let mut seen = 0;
    for case in cases("decode_response") {
        let expected = &case["expected"];
        let code = text(&expected["response_code"]);
        let [first, second] = *code.as_bytes() else { panic!("code {code}") };
        let request = [first, second.wrapping_sub(1)];
        if !MINE.iter().any(|mine| mine.as_bytes() == request) || request == *b"B2" {
            continue;
        }
        seen += 1;
        let wire = hex::decode(text(&case["inputs"]["wire_hex"])).unwrap();
        let message = Message::split(&wire, 4).unwrap();
        assert_eq!(message.code, CommandCode(request).reply());
        let Some((error, fields)) = message.fields.split_first_chunk::<2>() else {
            assert_eq!(text(&expected["error_code"]), "", "an answer that broke off");
            continue;
        };
        let error = ErrorCode::from_wire(*error).unwrap();
        assert_eq!(error.as_text(), text(&expected["error_code"]));
        if fields.is_empty() {
            continue;
        }
        let mut out = Vec::new();
        let settings = settings();
        let mut writer = Writer::new(&mut out, &settings);
        write_reply(&code, &Meant(&expected["fields"]), &mut writer);
        assert_eq!(String::from_utf8(out).unwrap(), String::from_utf8_lossy(fields), "{code}");
    }
    assert_eq!(seen, 40, "cases of these commands");
}

fn write_reply(code: &str, meant: &Meant<'_>, writer: &mut Writer<'_>) {
    use command::{
        a0_generate_key::GeneratedKey,
        m4_translate_data::TranslatedData,
        m6_generate_mac::{GeneratedMac, MacResult},
    };
    let format = DataFormat::Hex;
    let is_long = |data: &Bytes, name| {
        assert_eq!(meant.text(name), format.characters(data.0.len()).to_string());
    };
    match code {
        "A1" => {
            let check_value = CheckValue(meant.hex("kcv"));
            GeneratedKey { key: meant.key("key"), copy: None, check_value }.encode_host(writer);
        }
        "A5" | "A7" | "A9" => {
            let check_value = CheckValue(meant.hex("keyCheckValue"));
            shared::KeyAndCheckValue { key: meant.key("key"), check_value }.encode_host(writer);
        }
        "M1" | "M3" => {
            let name = if code == "M1" { "encrypted" } else { "decrypted" };
            let data = Bytes(meant.hex(name));
            is_long(&data, "messageLength");
            shared::CipheredData { format, iv: None, data }.encode_host(writer);
        }
        "M5" => {
            let data = Bytes(meant.hex("encrypted"));
            is_long(&data, "messageDataLength");
            TranslatedData { format, source_iv: None, destination_iv: None, data }
                .encode_host(writer);
        }
        "M7" => {
            let result = MacResult::Mac(Mac(meant.hex("mac")));
            GeneratedMac { result }.encode_host(writer);
        }
        other => panic!("{other} has no fields"),
    }
}

const KEK: &str = "S00072K0TB00E0001DB045F29C053EEFF7B9425B3A88C7258EB7EA7E40E2C47878647072A";
const ZPK: &str = "S00072P0TB00E0001EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9";
const DEK: &str = "S00072D0TN00E0001BD79343066F46B9C1279E2DE4382E56E6DD5BDCE0F850C7E444799D9";
const AES_DEK: &str = "S10096D0AB00E0000AD72F973446E84E7AD72F973446E84E7AD72F973446E84E7AD72F973446E84E7AD72F973446E84E7";
const R_ZPK: &str =
    "RB0080P0TB00E0000AD72F973446E84E7AD72F973446E84E7AD72F973446E84E7AD72F973446E84E7";
const ZMK: &str = "U1457FF6ADF6250C66C368416B4C9D383";
const PAIR: &str = "367930344805B1FAD6146EF4ED7502B3";
const SINGLE: &str = "2B930A07119F93A8";
const IV: &str = "0011223344556677";
const LONG_IV: &str = "00112233445566778899AABBCCDDEEFF";

/// At least one request of every command, the optional fields and rarer forms among them.
fn samples() -> Vec<(&'static str, String)> {
    vec![
        ("A0", "0001U".into()),
        ("A0", format!("1001U{ZMK}X")),
        ("A0", format!("1001U;0{PAIR}X%03")),
        ("A0", format!("1FFFS;1{KEK}R%01#P0T2B00E00&N!B")),
        ("A0", "0FFFS#D0A3B00S02CT08SOMEPB0C00000000".into()),
        ("A4", format!("2000U{ZMK}{ZMK}%00")),
        ("A4", format!("3FFFS{KEK}{KEK}{KEK}%01#0001TS08ABCD")),
        ("A6", format!("FFF{KEK}{R_ZPK}S%01#7201TS08ABCD")),
        ("A6", format!("001{ZMK}{SINGLE}Z")),
        ("A6", format!("001{PAIR}X8E80C547F2A1324B84763B0EE32B73ADU1")),
        ("A6", format!("FFF{KEK}X8E80C547F2A1324B84763B0EE32B73ADS%01#71E00N00")),
        ("A8", format!("001{ZMK}{SINGLE}Z")),
        ("A8", format!("FFF;1{KEK}{ZPK}R%01&E!D")),
        ("A8", format!("FFF;0{KEK}{ZPK}R%01!B")),
        ("A8", format!("001{ZMK}{ZMK}R%00&P0B00E00!B")),
        ("A8", format!("001{ZMK}{ZMK}R&E3B00S00")),
        ("B0", format!("001{PAIR}U")),
        ("Q2", String::new()),
        ("Q6", "0".into()),
        ("Q6", "1%01".into()),
        ("Q8", "0123456789ABCDEF".repeat(5)),
        ("RA", String::new()),
        ("RA", "01002export.P0.host;pin.clear.host.60;".into()),
        ("B2", "0004ABCD".into()),
        ("BU", format!("000{SINGLE}")),
        ("BU", format!("421{ZMK};001%01")),
        ("BU", format!("FF1{ZMK};70D")),
        ("BU", format!("FF2T{PAIR}{SINGLE};008;000")),
        ("BU", format!("FFF{KEK}")),
        ("BU", format!("FFF{KEK};001")),
        ("BU", format!("FFF{KEK};FFF;001%02")),
        ("BW", format!("000{SINGLE}")),
        ("BW", format!("421{PAIR};0X0%01")),
        ("BW", format!("FF1{ZMK};001%01#72N00S00!11")),
        ("BW", format!("F21{ZMK};70D;0S0#71B00E01TS08ABCD!10")),
        ("BW", format!("FFF{KEK};FFF;000%02!01")),
        ("BW", format!("FFF{KEK};0S0!0")),
        ("CS", format!("{ZPK}UP0;72")),
        ("CS", format!("{KEK}MB;E%01")),
        ("CS", format!("{ZPK}V00;99")),
        ("CS", format!("{ZPK}ES;N%02")),
        ("FA", format!("{ZMK}{SINGLE}")),
        ("FA", format!("{KEK}{R_ZPK};0S1%01")),
        ("FC", format!("{ZMK}XF7D53991678347EFB3026882F724E6EE;XU1")),
        ("FE", format!("{PAIR}{SINGLE};ZZ0")),
        ("GC", format!("{ZMK}{SINGLE};Z01")),
        ("HA", ZMK.into()),
        ("HA", format!("{ZMK};XU0")),
        ("HC", format!("{KEK};RS0%01")),
        ("IA", format!("{ZMK};XU1")),
        ("IA", format!("{KEK};000")),
        ("M0", format!("0021FFF{DEK}0008ABCDEFGH")),
        ("M0", format!("0111FFF{AES_DEK}{LONG_IV}0020{LONG_IV}")),
        ("M0", format!("021000B{ZMK}{IV}0002AB")),
        ("M2", format!("031200B{ZMK}{IV}0010{IV}")),
        ("M2", format!("0001FFF{DEK}0008%0101010%07")),
        ("M4", format!("010311FFF{DEK}FFF{AES_DEK}{IV}{LONG_IV}0020{LONG_IV}")),
        ("M4", format!("010010FFF{DEK}FFF{AES_DEK}{IV}0020{LONG_IV}")),
        ("M6", format!("00031003{ZMK}00020A")),
        ("M6", format!("11112003{ZMK}0010{IV}")),
        ("M6", format!("21030008{SINGLE}{IV}0010{IV}%01")),
        ("M6", format!("31163FFF{AES_DEK}{LONG_IV}0000")),
        ("M8", format!("01050FFF{DEK}0002AA12345678")),
        ("M8", format!("11011FFF{DEK}0010{IV}")),
        ("M8", format!("21111FFF{DEK}{IV}0010{IV}")),
        ("M8", format!("30111FFF{DEK}{IV}0003abc1234567890ABCDEF%01")),
        ("N0", "008".into()),
        ("N0", "256%01".into()),
        ("NC", String::new()),
        ("NC", "%02".into()),
        ("NO", "00".into()),
        ("NO", "01".into()),
        ("NO", "02".into()),
    ]
}

#[test]
fn every_command_goes_through_the_compact_dialect_whole_or_not_at_all() {
    let samples = samples();
    for code in MINE {
        assert!(samples.iter().any(|(sample, _)| sample == code), "no sample of {code}");
    }
    for (code, fields) in samples {
        through_compact(code, fields.as_bytes(), &settings());
    }
}

#[test]
fn no_prefix_of_a_request_panics() {
    for (code, fields) in samples() {
        for cut in 0..fields.len() {
            let _verdict = verdict(code, &fields.as_bytes()[..cut], &settings());
        }
    }
}

#[test]
fn a_wrong_field_has_its_code() {
    use ErrorCode as E;
    let other = [
        ("A0", "A001U".into(), E::CommandDisabled),
        ("A0", "B001U".into(), E::CommandDisabled),
        ("A0", "2001U".into(), E::InvalidInput),
        ("A0", "0ZZZU".into(), E::InvalidKeyType),
        ("A0", "0001?".into(), E::InvalidKeyScheme),
        ("A0", format!("1001U;2{ZMK}X"), E::InvalidInput),
        ("A0", format!("1001U{ZMK}"), E::InvalidInput),
        ("A0", "0FFFS#P0D1B00E00".into(), E::KeyBlockAlgorithm),
        ("A0", "0FFFS#P0T4B00E00".into(), E::KeyBlockAlgorithm),
        ("A0", "0FFFS#P?T2B00E00".into(), E::KeyBlockUsage),
        ("A0", "0FFFS#P0T2?00E00".into(), E::KeyBlockMode),
        ("A0", "0FFFS#P0T2B??E00".into(), E::KeyBlockVersion),
        ("A0", "0FFFS#P0T2B00X00".into(), E::KeyBlockExportability),
        ("A0", "0FFFS#P0T2B00E0x".into(), E::KeyBlockOptionalBlocks),
        ("A0", "0FFFS#P0T2B00E01TS03".into(), E::KeyBlockOptionalBlocks),
        ("A0", "0FFFS#P0T2B00E01TS06AB..".into(), E::InvalidInput),
        ("A0", "0FFFS%1#P0T2B00E00".into(), E::InvalidInput),
        ("A0", "0FFFS%01#P0T2B00E00%02".into(), E::InvalidInput),
        ("A0", "0FFFS#P0T2B00E00&N".into(), E::InvalidInput),
        ("A6", format!("FFF{KEK}{R_ZPK}S#7?00"), E::KeyBlockUsage),
        ("A6", format!("FFF{KEK}{SINGLE}Z123"), E::InvalidInput),
        ("A6", format!("FFFKxyz{R_ZPK}S"), E::InvalidIndex),
        ("A6", format!("FFF?{R_ZPK}S"), E::InvalidKeyScheme),
        ("A8", format!("FFF{KEK}{ZPK}V"), E::InvalidKeyScheme),
        ("A8", format!("FFF{KEK}{ZPK}R!E"), E::InvalidKeyScheme),
        ("A8", format!("FFF{KEK}{ZPK}S&X"), E::KeyBlockExportability),
        ("A8", format!("FFF{KEK}{ZPK}Z1"), E::InvalidInput),
        ("BU", format!("000{ZMK};002"), E::InvalidInput),
        ("BU", format!("000{ZMK};010"), E::InvalidInput),
        ("BU", format!("00A{ZMK}"), E::InvalidKeyLengthFlag),
        ("BU", format!("ZZ1{ZMK}"), E::InvalidKeyTypeCode),
        ("BU", format!("FF1{ZMK}"), E::InvalidKeyTypeCode),
        ("BW", format!("00A{ZMK}"), E::InvalidKeyLengthFlag),
        ("BW", format!("ZZ1{ZMK}"), E::InvalidKeyTypeCode),
        ("BW", format!("F21{ZMK}"), E::InvalidKeyTypeCode),
        ("BW", format!("001{ZMK};0U1"), E::InvalidInput),
        ("BW", format!("001{ZMK};1U0"), E::InvalidInput),
        ("BW", format!("001{ZMK};0?0"), E::InvalidKeyScheme),
        ("BW", format!("001{ZMK}!2"), E::InvalidInput),
        ("BW", format!("001{ZMK}!1"), E::InvalidInput),
        ("BW", format!("001{ZMK}#72N00X00"), E::KeyBlockExportability),
        ("BW", "FFFK001".into(), E::InvalidKeyScheme),
        ("CS", format!("{ZPK}AT;A"), E::InvalidChangeField),
        ("CS", format!("{ZPK}UP00;72"), E::InvalidOldValue),
        ("CS", format!("{ZPK}EX;N"), E::InvalidOldValue),
        ("CS", format!("{ZPK}EE;X"), E::InvalidNewValue),
        ("CS", format!("{ZPK}V00;c1"), E::InvalidNewValue),
        ("CS", "L03zpkEE;N".into(), E::InvalidKeyScheme),
        ("FA", format!("{ZMK}{SINGLE};ZU2"), E::InvalidInput),
        ("FA", format!("{ZMK}{SINGLE}1"), E::InvalidInput),
        ("FA", format!("{ZMK}{SINGLE};?U1"), E::InvalidKeyScheme),
        ("HA", format!("{ZMK};XU1"), E::InvalidInput),
        ("M0", format!("0411FFF{DEK}0010{IV}"), E::INVALID_MODE),
        ("M0", format!("0031FFF{DEK}0010{IV}"), E::INVALID_INPUT_FORMAT),
        ("M0", format!("0012FFF{DEK}0010{IV}"), E::INVALID_OUTPUT_FORMAT),
        ("M0", format!("0011FFF{DEK}0011{IV}"), E::InvalidLength),
        ("M0", format!("0011FFF{DEK}x010{IV}"), E::InvalidLength),
        ("M0", format!("0011FFF{DEK}0020{IV}"), E::InvalidDataLength),
        ("M0", format!("0011FFF{DEK}0004{IV}"), E::InvalidInput),
        ("M2", format!("0021FFF{DEK}0008{SINGLE}"), E::INVALID_INPUT_FORMAT),
        ("M4", format!("000411FFF{DEK}FFF{DEK}0010{IV}"), E::INVALID_DESTINATION_MODE),
        ("M4", format!("000021FFF{DEK}FFF{DEK}0010{IV}"), E::INVALID_INPUT_FORMAT),
        ("M4", format!("000012FFF{DEK}FFF{DEK}0010{IV}"), E::INVALID_OUTPUT_FORMAT),
        ("M6", format!("41031003{ZMK}0010{IV}"), E::INVALID_MODE),
        ("M6", format!("03031003{ZMK}0010{IV}"), E::INVALID_INPUT_FORMAT),
        ("M6", format!("01231003{ZMK}0010{IV}"), E::INVALID_ALGORITHM),
        ("M6", format!("01021003{ZMK}0010{IV}"), E::INVALID_ALGORITHM),
        ("M6", format!("01033003{ZMK}0010{IV}"), E::InvalidPadding),
        ("M6", format!("01061FFF{DEK}0010{IV}"), E::InvalidPadding),
        ("M6", format!("01031003{ZMK}0008{IV}"), E::InvalidInput),
        ("M8", format!("01031003{ZMK}0010{IV}1234567x"), E::InvalidInput),
        ("M8", format!("01131003{ZMK}0010{IV}12345678"), E::InvalidInput),
        ("N0", "000".into(), E::VerificationFailed),
        ("N0", "257".into(), E::VerificationFailed),
        ("N0", "0x8".into(), E::VerificationFailed),
        ("NC", "0".into(), E::InvalidInput),
        ("NO", "03".into(), E::InvalidInput),
    ];
    for (code, fields, expected) in other {
        assert_eq!(verdict(code, fields.as_bytes(), &settings()), Err(expected), "{code}{fields}");
    }
}

#[test]
fn chaining_values_and_copies_are_written_in_their_place() {
    use command::{
        a0_generate_key::GeneratedKey,
        ia_generate_zpk::GeneratedZpk,
        m4_translate_data::TranslatedData,
        m6_generate_mac::{GeneratedMac, MacResult},
        m8_verify_mac::VerifiedMac,
        n0_generate_random::RandomBytes,
        nc_diagnostics::Diagnosis,
        no_status::{LmkKind, Status, StatusReport},
    };
    fn written(reply: &impl Reply) -> String {
        let (mut out, settings) = (Vec::new(), settings());
        reply.encode_host(&mut Writer::new(&mut out, &settings));
        String::from_utf8(out).unwrap()
    }
    let short = InitialVector::Tdes([0x11; 8]);
    let long = InitialVector::Aes([0x22; 16]);
    let (short_text, long_text) = ("11".repeat(8), "22".repeat(16));
    let data = Bytes(b"AB".to_vec());

    let mut reply =
        shared::CipheredData { format: DataFormat::Text, iv: Some(short), data: data.clone() };
    assert_eq!(written(&reply), format!("{short_text}0002AB"));
    reply.format = DataFormat::Hex;
    assert_eq!(written(&reply), format!("{short_text}00044142"));
    let (source_iv, destination_iv) = (Some(short), Some(long));
    let reply = TranslatedData { format: DataFormat::Binary, source_iv, destination_iv, data };
    assert_eq!(written(&reply), format!("{short_text}{long_text}0002AB"));
    let reply = GeneratedMac { result: MacResult::Chaining(long) };
    assert_eq!(written(&reply), long_text);
    assert_eq!(written(&VerifiedMac { chaining: Some(short) }), short_text);
    assert_eq!(written(&VerifiedMac { chaining: None }), "");
    assert_eq!(written(&RandomBytes { data: Bytes(b"random".to_vec()) }), "random");

    let check_value = CheckValue(vec![0xab, 0xcd, 0xef]);
    let (under_lmk, copy) = (key(ZPK), key(ZMK));
    let reply = GeneratedKey { key: under_lmk.clone(), copy: Some(copy.clone()), check_value };
    assert_eq!(written(&reply), format!("{ZPK}{ZMK}ABCDEF"));
    let reply = shared::KeyUnderBoth { under_terminal_key: copy.clone(), under_lmk };
    assert_eq!(written(&reply), format!("{ZMK}{ZPK}"));
    let check_value = CheckValue(vec![0x12; 8]);
    let reply = GeneratedZpk { under_zmk: copy, under_lmk: key(SINGLE), check_value };
    assert_eq!(written(&reply), format!("{ZMK}{SINGLE}{}", "12".repeat(8)));

    let diagnosis =
        Diagnosis { lmk_check_value: [0x26, 0x86, 0x04, 0, 0, 0, 0, 0], firmware: *b"0001-0002" };
    assert_eq!(written(&diagnosis), "26860400000000000001-0002");
    let status = Status::Configuration {
        buffer: 3,
        tcp: true,
        sockets: 64,
        firmware: *b"0001-0002",
        profile: *b"ACQU",
    };
    assert_eq!(written(&StatusReport { status }), "31640001-00020ACQU");
    for (compliant, separated, lmk, expected) in [
        (true, true, LmkKind::Live, "1LIVE LMK  "),
        (true, false, LmkKind::Absent, "1NO LMK    "),
        (false, true, LmkKind::Test, "2TEST LMK  "),
        (false, false, LmkKind::Test, "0TEST LMK  "),
    ] {
        let status = Status::Compliance { compliant, separated, lmk };
        assert_eq!(written(&StatusReport { status }), expected);
    }
}

#[test]
fn padding_and_parts_are_told_apart() {
    use command::m6_generate_mac::GenerateMac;
    let part = |fields: String| decode::<GenerateMac>(fields.as_bytes(), &settings()).unwrap().0;
    let request = part(format!("20012003{ZMK}{IV}0000"));
    assert_eq!(
        request.part,
        MacPart::Middle(InitialVector::Tdes(0x0011_2233_4455_6677_u64.to_be_bytes()))
    );
    assert_eq!(request.method, MacMethod::CbcMac(MacPadding::OneAndZeros));
    let request = part(format!("01031003{ZMK}0002AB"));
    assert_eq!((request.data, request.size), (Bytes(vec![0xab]), MacSize::Half));
}

/// Found by fuzzing: a long optional block was read as if its length had half as many digits.
#[test]
fn optional_blocks_may_be_longer_than_255_characters() {
    let settings = settings();
    let read = |length: &str, data: usize| {
        let header = format!("K0AB00E0100LB{length}{}", "x".repeat(data));
        let text = format!("RD{:04}{header}{}", 5 + header.len() + 32, "5A".repeat(16));
        let mut fields = Fields::new(text.as_bytes(), &settings);
        let read = fields.key(Bare::Pair).ok().map(|key| (key, fields.left()));
        let (KeyField::Block(block), 0) = read? else { panic!("{text}") };
        assert_eq!(block.header, text.as_bytes()[1..text.len() - 32]);
        assert_eq!(block.body, [0x5A; 16]);
        let mut again = Vec::new();
        Writer::new(&mut again, &settings).key(&KeyField::Block(block));
        assert_eq!(again, text.as_bytes());
        Some(())
    };
    assert!(read("10", 12).is_some());
    assert!(read("0002013A", 304).is_some());
    assert!(read("000110", 8).is_some(), "as long as it likes");
    assert!(read("00040000013A", 300).is_some());
    assert!(read("000300013A", 302).is_some());
    for (length, data) in
        [("0000", 304), ("00050000000010", 300), ("0002FFFF", 304), ("00020009", 304), ("03", 12)]
    {
        assert!(read(length, data).is_none(), "{length}");
    }
}
