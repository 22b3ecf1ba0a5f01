//! PIN and card verification commands: published messages of the host dialect, both ways, and the
//! same requests through the compact dialect.
#![cfg(test)]

use payhsm_protocol::command::{put_body, shared, take_body};
use payhsm_protocol::field::{
    Account, BlockScheme, CheckLength, ClearPin, Cryptogram, CryptogramScheme, Cvv,
    DecimalisationTable, Expiry, KeyBlock, KeyField, KeyType, LmkId, LmkPin, Offset, Pan, PinBlock,
    PinBlockFormat, PinLength, Pvki, Pvv, ServiceCode, ValidationData,
};
use payhsm_protocol::frame::host::Message;
use payhsm_protocol::host::{Fields, Settings, TableForm, Tail, Writer};
use payhsm_protocol::{Command, CommandCode, ErrorCode, command};
use serde_json::Value;

const SYNTAX: &str = include_str!("vectors/host_message_syntax.json");

/// The commands that this file tests.
const MINE: &[&str] = &[
    "BA", "BC", "BE", "BG", "BK", "CA", "CC", "CU", "CW", "CY", "DA", "DC", "DE", "DG", "DU", "EA",
    "EC", "EE", "FW", "JA", "JC", "JE", "JG", "LO", "NG",
];

fn cases(operation: &str) -> Vec<Value> {
    let all: Vec<Value> = serde_json::from_str(SYNTAX).unwrap();
    all.into_iter().filter(|case| case["inputs"]["op"] == operation).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What a codec had in mind when it wrote a message.
struct Meant<'a>(&'a Value);

impl Meant<'_> {
    fn text(&self, name: &str) -> String {
        assert!(!self.0[name].is_null(), "no field {name}");
        text(&self.0[name])
    }

    fn bytes<const N: usize>(&self, name: &str) -> [u8; N] {
        self.text(name).into_bytes().try_into().unwrap()
    }

    fn number(&self, name: &str) -> u8 {
        self.text(name).parse().unwrap()
    }

    fn key(&self, name: &str) -> KeyField {
        key(&self.text(name))
    }

    fn pin_block(&self, name: &str) -> PinBlock {
        PinBlock::from_slice(&hex::decode(self.text(name)).unwrap()).unwrap()
    }

    fn format(&self, name: &str) -> PinBlockFormat {
        PinBlockFormat::from_code(self.bytes(name)).unwrap()
    }

    fn account(&self, name: &str) -> Account {
        Account::Pan12(self.bytes(name))
    }

    fn lmk_pin(&self, name: &str) -> LmkPin {
        LmkPin::Digits(self.text(name).into_bytes())
    }

    fn key_type(&self) -> KeyType {
        KeyType(self.bytes("keyType"))
    }

    fn check_length(&self) -> CheckLength {
        CheckLength(self.number("checkLength"))
    }

    fn table(&self) -> DecimalisationTable {
        let table = self.bytes("decimalisationTable");
        if table.iter().all(u8::is_ascii_digit) {
            DecimalisationTable::Plain(table)
        } else {
            DecimalisationTable::UnderDesLmk(hex::decode(table).unwrap().try_into().unwrap())
        }
    }

    fn validation_data(&self) -> ValidationData {
        ValidationData::Pattern(self.bytes("pinValidationData"))
    }

    fn offset(&self, name: &str) -> Offset {
        Offset(self.bytes::<12>(name).map(|byte| byte.to_ascii_uppercase()))
    }

    fn pvki(&self) -> Pvki {
        Pvki(self.number("pvki"))
    }

    fn lmk(&self) -> Option<LmkId> {
        self.0.get("lmkIdentifier").map(|id| LmkId(text(id).parse().unwrap()))
    }
}

fn key(text: &str) -> KeyField {
    let (letter, rest) = text.split_at(1);
    let cryptogram = |scheme, hexadecimal| {
        let bytes = hex::decode(hexadecimal).unwrap();
        KeyField::Cryptogram(Cryptogram { scheme, bytes })
    };
    match letter {
        "S" => {
            let (header, body) = rest.split_at(16);
            KeyField::Block(KeyBlock {
                scheme: BlockScheme::Thales,
                header: header.into(),
                body: hex::decode(body).unwrap(),
            })
        }
        "U" => cryptogram(CryptogramScheme::U, rest),
        "T" => cryptogram(CryptogramScheme::T, rest),
        "X" => cryptogram(CryptogramScheme::X, rest),
        _ => cryptogram(CryptogramScheme::Bare, text),
    }
}

fn settings(pin: Option<&str>) -> Settings {
    Settings {
        lmk_pin_length: pin.map_or(7, str::len),
        tables: TableForm::EncryptedOrPlain,
        ..Settings::default()
    }
}

fn decode<C: Command>(fields: &[u8], settings: &Settings) -> Result<(C, Option<LmkId>), ErrorCode> {
    let mut reader = Fields::new(fields, settings);
    let request = C::decode_host(&mut reader)?;
    request.check()?;
    let Tail { lmk, .. } = reader.finish()?;
    Ok((request, lmk))
}

/// Whether `fields` are refused as a request of the command `code`.
fn refused(code: &str, fields: &[u8], settings: &Settings) -> bool {
    macro_rules! dispatch {
        ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
            match code {
                $(stringify!($code) => decode::<command::$module::$request>(fields, settings).is_err(),)+
                other => panic!("no command {other}"),
            }
        };
    }
    payhsm_protocol::for_each_command!(dispatch)
}

/// Decodes a published request and compares every field with what its author meant.
fn compare(code: &str, wire: &[u8], meant: &Meant<'_>, settings: &Settings) {
    use command::{
        bk_generate_offset_of_pin_block as bk, ca_translate_pin_tpk_to_zpk as ca,
        cc_translate_pin_zpk_to_zpk as cc, cu_change_pin_pvv as cu, cw_generate_cvv as cw,
        cy_verify_cvv as cy, da_verify_pin_tpk_ibm as da, dc_verify_pin_tpk_pvv as dc,
        de_generate_offset_of_lmk_pin as de, dg_generate_pvv_of_lmk_pin as dg,
        du_change_pin_ibm as du, ec_verify_pin_zpk_pvv as ec, fw_generate_pvv_of_pin_block as fw,
        ja_generate_random_pin as ja, jc_translate_pin_tpk_to_lmk as jc,
        je_translate_pin_zpk_to_lmk as je, jg_translate_pin_lmk_to_zpk as jg,
        lo_migrate_table as lo,
    };
    fn same<C: Command + PartialEq>(wire: &[u8], settings: &Settings, meant: &Meant<'_>, all: C) {
        let (request, lmk) = decode::<C>(wire, settings).unwrap();
        assert_eq!(request, all);
        assert_eq!(lmk, meant.lmk());
    }
    let m = meant;
    let max_is_12 = || assert_eq!(m.text("maximumPinLength"), "12");
    match code {
        "BK" => {
            let request = bk::GenerateOffsetOfPinBlock {
                key_type: m.key_type(),
                key: m.key("key"),
                pvk: m.key("pvk"),
                pin_block: m.pin_block("pinBlock"),
                format: m.format("pinBlockFormat"),
                check_length: m.check_length(),
                account: m.account("pan"),
                table: m.table(),
                validation_data: m.validation_data(),
                excluded: None,
            };
            same(wire, settings, m, request);
        }
        "CA" => {
            max_is_12();
            let request = ca::TranslatePinTpkToZpk {
                source_tpk: m.key("sourceTpk"),
                destination_zpk: m.key("destinationKey"),
                pin_block: m.pin_block("sourcePinBlock"),
                source_format: m.format("sourcePinBlockFormat"),
                destination_format: m.format("destinationPinBlockFormat"),
                account: m.account("pan"),
            };
            same(wire, settings, m, request);
        }
        "CC" => {
            max_is_12();
            let request = cc::TranslatePinZpkToZpk {
                source_zpk: m.key("sourceZpk"),
                destination_zpk: m.key("destinationZpk"),
                pin_block: m.pin_block("sourcePinBlock"),
                source_format: m.format("sourcePinBlockFormat"),
                destination_format: m.format("destinationPinBlockFormat"),
                account: m.account("pan"),
            };
            same(wire, settings, m, request);
        }
        "CU" => {
            let request = cu::ChangePinPvv {
                key_type: m.key_type(),
                key: m.key("key"),
                pvk: m.key("pvk"),
                current_pin_block: m.pin_block("sourcePinBlock"),
                format: m.format("sourcePinBlockFormat"),
                account: m.account("pan"),
                pvki: m.pvki(),
                current_pvv: Pvv(m.bytes("sourcePvv")),
                new_pin_block: m.pin_block("destinationPinBlock"),
            };
            same(wire, settings, m, request);
        }
        "CW" => {
            let request = cw::GenerateCvv {
                cvk: m.key("cvk"),
                pan: Pan(m.text("pan").into_bytes()).into(),
                expiry: Expiry(m.bytes("expirationDate")),
                service_code: ServiceCode(m.bytes("serviceCode")),
            };
            same(wire, settings, m, request);
        }
        "CY" => {
            let request = cy::VerifyCvv {
                cvk: m.key("cvk"),
                cvv: Cvv(m.bytes("cvv")),
                pan: Pan(m.text("pan").into_bytes()).into(),
                expiry: Expiry(m.bytes("expirationDate")),
                service_code: ServiceCode(m.bytes("serviceCode")),
            };
            same(wire, settings, m, request);
        }
        "DA" => {
            max_is_12();
            let request = da::VerifyPinTpkIbm {
                tpk: m.key("tpk"),
                pvk: m.key("pvk"),
                pin_block: m.pin_block("pinBlock"),
                format: m.format("pinBlockFormat"),
                check_length: m.check_length(),
                account: m.account("pan"),
                table: m.table(),
                validation_data: m.validation_data(),
                offset: m.offset("offset"),
            };
            same(wire, settings, m, request);
        }
        "DC" => {
            let request = dc::VerifyPinTpkPvv {
                tpk: m.key("tpk"),
                pvk: m.key("pvk"),
                pin_block: m.pin_block("pinBlock"),
                format: m.format("pinBlockFormat"),
                account: m.account("pan"),
                verification_account: None,
                pvki: m.pvki(),
                pvv: Pvv(m.bytes("pvv")),
            };
            same(wire, settings, m, request);
        }
        "DE" => {
            let request = de::GenerateOffsetOfLmkPin {
                pvk: m.key("pvk"),
                pin: m.lmk_pin("pin"),
                check_length: m.check_length(),
                account: m.account("account"),
                table: m.table(),
                validation_data: m.validation_data(),
                excluded: None,
            };
            same(wire, settings, m, request);
        }
        "DG" => {
            let request = dg::GeneratePvvOfLmkPin {
                pvk: m.key("pvk"),
                pin: m.lmk_pin("pin"),
                account: m.account("account"),
                pvki: m.pvki(),
            };
            same(wire, settings, m, request);
        }
        "DU" => {
            let request = du::ChangePinIbm {
                key_type: m.key_type(),
                key: m.key("key"),
                pvk: m.key("pvk"),
                current_pin_block: m.pin_block("sourcePinBlock"),
                format: m.format("sourcePinBlockFormat"),
                check_length: m.check_length(),
                account: m.account("pan"),
                table: m.table(),
                validation_data: m.validation_data(),
                current_offset: m.offset("sourceOffset"),
                new_pin_block: m.pin_block("destinationPinBlock"),
                excluded: None,
            };
            same(wire, settings, m, request);
        }
        "EC" => {
            let request = ec::VerifyPinZpkPvv {
                zpk: m.key("zpk"),
                pvk: m.key("pvk"),
                pin_block: m.pin_block("pinBlock"),
                format: m.format("pinBlockFormat"),
                account: m.account("pan"),
                verification_account: None,
                pvki: m.pvki(),
                pvv: Pvv(m.bytes("pvv")),
            };
            same(wire, settings, m, request);
        }
        "FW" => {
            let request = fw::GeneratePvvOfPinBlock {
                key_type: m.key_type(),
                key: m.key("key"),
                pvk: m.key("pvk"),
                pin_block: m.pin_block("pinBlock"),
                format: m.format("pinBlockFormat"),
                account: m.account("pan"),
                pvki: m.pvki(),
            };
            same(wire, settings, m, request);
        }
        "JA" => {
            let request = ja::GenerateRandomPin {
                account: m.account("account"),
                pin_length: Some(PinLength(m.number("checkLength"))),
                excluded: None,
            };
            same(wire, settings, m, request);
        }
        "JC" => {
            let request = jc::TranslatePinTpkToLmk {
                tpk: m.key("tpk"),
                pin_block: m.pin_block("pinBlock"),
                format: m.format("pinBlockFormat"),
                account: m.account("pan"),
            };
            same(wire, settings, m, request);
        }
        "JE" => {
            let request = je::TranslatePinZpkToLmk {
                zpk: m.key("zpk"),
                pin_block: m.pin_block("pinBlock"),
                format: m.format("pinBlockFormat"),
                account: m.account("pan"),
            };
            same(wire, settings, m, request);
        }
        "JG" => {
            let request = jg::TranslatePinLmkToZpk {
                zpk: m.key("zpk"),
                format: m.format("pinBlockFormat"),
                account: m.account("pan"),
                pin: m.lmk_pin("pin"),
            };
            same(wire, settings, m, request);
        }
        "LO" => same(wire, settings, m, lo::MigrateTable { table: m.table() }),
        other => panic!("{other} has no published request"),
    }
}

#[test]
fn published_requests_are_read_as_they_were_meant_and_no_other_way() {
    let mut seen = 0;
    for case in cases("encode_request") {
        let expected = &case["expected"];
        let code = text(&expected["command_code"]);
        if !MINE.contains(&code.as_str()) {
            continue;
        }
        seen += 1;
        let wire = hex::decode(text(&expected["wire_hex"])).unwrap();
        let message = Message::split(&wire, 4).unwrap();
        assert_eq!(message.header, text(&case["inputs"]["message_header"]).as_bytes());
        assert_eq!(message.code, *code.as_bytes());
        let fields = &case["inputs"]["fields"];
        let settings = settings(fields["pin"].as_str());
        compare(&code, message.fields, &Meant(fields), &settings);
        refuses_what_was_tampered_with(&code, message.fields, &settings);
    }
    assert_eq!(seen, 31, "cases of these commands");
}

/// One character less, one more, or a letter for a digit: each must be refused. Headers of key
/// blocks are left alone, for only the vault can tell whether one is right.
fn refuses_what_was_tampered_with(code: &str, wire: &[u8], settings: &Settings) {
    assert!(refused(code, &wire[..wire.len() - 1], settings), "{code}: one character less");
    assert!(refused(code, &[wire, b"0"].concat(), settings), "{code}: one character more");
    let mut at = 0;
    while at < wire.len() {
        if wire[at] == b'S' {
            at += 17;
            continue;
        }
        if wire[at].is_ascii_digit() {
            let mut tampered = wire.to_vec();
            tampered[at] = b'x';
            assert!(refused(code, &tampered, settings), "{code}: x at {at}");
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
        let request = String::from_utf8(vec![first, second - 1]).unwrap();
        if !MINE.contains(&request.as_str()) {
            continue;
        }
        seen += 1;
        let wire = hex::decode(text(&case["inputs"]["wire_hex"])).unwrap();
        let message = Message::split(&wire, 4).unwrap();
        assert_eq!(message.code, CommandCode(*request.as_bytes().first_chunk().unwrap()).reply());
        let (error, fields) = message.fields.split_first_chunk::<2>().unwrap();
        let error = ErrorCode::from_wire(*error).unwrap();
        assert_eq!(error.as_text(), text(&expected["error_code"]));
        if fields.is_empty() {
            continue;
        }
        let meant = &expected["fields"];
        let settings = settings(meant["pin"].as_str());
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, &settings);
        write_reply(&code, &Meant(meant), &mut writer);
        assert_eq!(String::from_utf8(out).unwrap(), String::from_utf8_lossy(fields), "{code}");
    }
    assert_eq!(seen, 55, "cases of these commands");
}

fn write_reply(code: &str, meant: &Meant<'_>, writer: &mut Writer<'_>) {
    use command::{
        Reply, cw_generate_cvv::GeneratedCvv, jg_translate_pin_lmk_to_zpk as jg,
        lo_migrate_table::MigratedTable,
    };
    match code {
        "CB" | "CD" => shared::TranslatedPinBlock {
            pin_length: PinLength(meant.number("checkLength")),
            pin_block: meant.pin_block("pinBlock"),
            format: meant.format("pinBlockFormat"),
        }
        .encode_host(writer),
        "BB" | "EF" | "JB" | "JD" | "JF" => {
            shared::PinUnderLmk { pin: meant.lmk_pin("pin") }.encode_host(writer);
        }
        "BL" | "DF" | "DV" => {
            shared::PinOffset { offset: meant.offset("offset") }.encode_host(writer);
        }
        "CV" | "DH" | "FX" => shared::PinPvv { pvv: Pvv(meant.bytes("pvv")) }.encode_host(writer),
        "LP" => {
            let table = hex::decode(meant.text("decimalisationTableTranslated")).unwrap();
            let table = DecimalisationTable::UnderDesLmk(table.try_into().unwrap());
            MigratedTable { table }.encode_host(writer);
        }
        "CX" => GeneratedCvv { cvv: Cvv(meant.bytes("cvv")) }.encode_host(writer),
        "JH" => {
            jg::EncryptedPinBlock { pin_block: meant.pin_block("pinBlock") }.encode_host(writer);
        }
        other => panic!("{other} has no fields"),
    }
}

const ZPK: &str = "S00072P0TB00E0001EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9";
const TPK: &str = "S0007271TN00E00019BAD23B0CEF79E33328CA0568A0E186FC17E8DE738AAF9FB67C6E1FF";
const AES_ZPK: &str = "S10096P0AN00E0000AD72F973446E84E7AD72F973446E84E7AD72F973446E84E7AD72F973446E84E7AD72F973446E84E7";
const PVK: &str = "U77338F74A19E3BB39062A5A479473FC8";
const PAIR: &str = "367930344805B1FAD6146EF4ED7502B3";
const BLOCK: &str = "AD72F973446E84E7";
const AES_BLOCK: &str = "AD72F973446E84E7AD72F973446E84E7";
const IBM: &str = "709F26B22464E96A50103093936N";

/// At least one request of every command, the optional fields and rarer forms among them.
fn samples() -> Vec<(&'static str, String)> {
    let excluded = "*0304123400000852";
    vec![
        ("BA", "123456F850103093936".into()),
        ("BC", format!("{TPK}{BLOCK}018501030939360258743")),
        ("BE", format!("{ZPK}{BLOCK}04FFFFFF850103093936J{AES_BLOCK}")),
        ("BG", "8501030939360258743".into()),
        ("BG", format!("850103093936J{AES_BLOCK}")),
        ("BK", format!("70D{TPK}{PVK}{BLOCK}0106850103093936{IBM}")),
        ("BK", format!("FFF{TPK}{PVK}{BLOCK}0104850103093936L{AES_BLOCK}P{BLOCK}{excluded}")),
        ("CA", format!("{TPK}{ZPK}12{BLOCK}0101850103093936")),
        ("CC", format!("{AES_ZPK}{ZPK}12{AES_BLOCK}48014444888811112222;")),
        ("CC", format!("{ZPK}{AES_ZPK}12{BLOCK}01484444888811112222")),
        ("CU", format!("001{ZPK}{PAIR}{BLOCK}0185010309393617548{BLOCK}")),
        ("CW", format!("{PAIR}4999988887777;9105111")),
        ("CY", format!("{PAIR}6494999988887777;9105111")),
        ("DA", format!("{TPK}9B395FB9FE5F07DA12{BLOCK}0106850103093936{IBM}309783FFFFFF")),
        ("DC", format!("{TPK}{PAIR}{BLOCK}0185010309393617548")),
        ("DC", format!("{TPK}{PAIR}{BLOCK}01850103093936;85010309393717548")),
        ("DE", format!("{PVK}025874306850103093936{IBM}{excluded}")),
        ("DG", format!("{PAIR}J{AES_BLOCK}8501030939361")),
        ("DU", format!("002{TPK}{PVK}{BLOCK}0106850103093936{IBM}309783FFFFFF{BLOCK}{excluded}")),
        ("EA", format!("{ZPK}{PVK}12{BLOCK}0106850103093936{IBM}309783FFFFFF")),
        ("EC", format!("{AES_ZPK}{PAIR}{AES_BLOCK}484444888811112222;17548")),
        ("EE", format!("{PVK}309783FFFFFF06850103093936{IBM}")),
        ("FW", format!("FFF{ZPK}{PAIR}{BLOCK}018501030939361")),
        ("JA", "850103093936".into()),
        ("JA", format!("85010309393604{excluded}")),
        ("JA", "4444888811112222;06".into()),
        ("JC", format!("{TPK}{BLOCK}01850103093936")),
        ("JE", format!("{ZPK}{BLOCK}01850103093936")),
        ("JG", format!("{ZPK}018501030939360258743")),
        ("LO", "709F26B22464E96A".into()),
        ("LO", format!("L{AES_BLOCK}")),
        ("NG", "8501030939360258743".into()),
    ]
}

#[test]
fn every_sample_is_whole() {
    let settings = settings(None);
    for code in MINE {
        assert!(samples().iter().any(|(sample, _)| sample == code), "{code} has no sample");
    }
    for (code, wire) in samples() {
        assert!(!refused(code, wire.as_bytes(), &settings), "{code}{wire}");
        assert!(
            !refused(code, format!("{wire}%01\x19trailer").as_bytes(), &settings),
            "{code}{wire}"
        );
        assert!(refused(code, format!("{wire}?").as_bytes(), &settings), "{code}{wire}?");
        // What ends a message may be missing: an optional field, the tail of a whole PAN, and digits of a PIN that was
        // shorter under the old LMK.
        for cut in 0..wire.len() {
            let (head, rest) = wire.split_at(cut);
            let optional = rest == "*0304123400000852"
                || (code == "CC" && ("2222;".ends_with(rest) || "2222".ends_with(rest)))
                || (code == "BG" && !head.contains('J') && matches!(head.len(), 17 | 18))
                || (code == "JA" && (head.len() == 12 || head.ends_with(';')));
            assert_eq!(refused(code, head.as_bytes(), &settings), !optional, "{code}{head}");
        }
    }
}

fn round_trip<C: Command + PartialEq + Clone>(wire: &str) {
    let (request, _) = decode::<C>(wire.as_bytes(), &settings(None)).unwrap();
    for lmk in [None, Some(LmkId(1))] {
        let mut body = Vec::new();
        put_body(lmk, &request, &mut body).unwrap();
        assert_eq!(take_body::<C>(&body), Ok((lmk, request.clone())));
        for cut in 0..body.len() {
            assert!(take_body::<C>(&body[..cut]).is_err(), "{wire} cut at {cut}");
        }
        body.push(0);
        assert_eq!(take_body::<C>(&body), Err(ErrorCode::InvalidInput));
    }
}

#[test]
fn every_request_comes_back_through_the_compact_dialect() {
    macro_rules! dispatch {
        ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
            |code: &str, wire: &str| match code {
                $(stringify!($code) => round_trip::<command::$module::$request>(wire),)+
                other => panic!("no command {other}"),
            }
        };
    }
    let dispatch = payhsm_protocol::for_each_command!(dispatch);
    for (code, wire) in samples() {
        dispatch(code, &wire);
    }
}

fn reply_round_trip<R: payhsm_protocol::compact::Compact + PartialEq + std::fmt::Debug>(reply: R) {
    let mut body = Vec::new();
    reply.put(&mut body).unwrap();
    assert_eq!(R::take(&body).as_ref(), Ok(&reply));
    for cut in 0..body.len() {
        assert!(R::take(&body[..cut]).is_err());
    }
    body.push(0);
    assert!(R::take(&body).is_err());
}

#[test]
fn every_reply_comes_back_through_the_compact_dialect() {
    use command::{
        cw_generate_cvv::GeneratedCvv, jg_translate_pin_lmk_to_zpk::EncryptedPinBlock,
        lo_migrate_table::MigratedTable, ng_decrypt_pin::PinInClear,
    };
    reply_round_trip(shared::TranslatedPinBlock {
        pin_length: PinLength(4),
        pin_block: PinBlock::Aes([7; 16]),
        format: PinBlockFormat::Iso4,
    });
    reply_round_trip(shared::PinUnderLmk { pin: LmkPin::Digits(b"0123456".to_vec()) });
    reply_round_trip(shared::PinUnderLmk { pin: LmkPin::Block([9; 16]) });
    reply_round_trip(shared::PinOffset { offset: Offset(*b"309783FFFFFF") });
    reply_round_trip(shared::PinPvv { pvv: Pvv(*b"7548") });
    reply_round_trip(GeneratedCvv { cvv: Cvv(*b"181") });
    reply_round_trip(EncryptedPinBlock { pin_block: PinBlock::Tdes([5; 8]) });
    reply_round_trip(MigratedTable { table: DecimalisationTable::UnderAesLmk([3; 16]) });
    reply_round_trip(PinInClear { pin: ClearPin(b"1234".to_vec()) });
}

#[test]
fn clear_pins_are_filled_up() {
    use command::Reply;
    let settings = settings(None);
    let mut out = Vec::new();
    let reply = command::ng_decrypt_pin::PinInClear { pin: ClearPin(b"1234".to_vec()) };
    reply.encode_host(&mut Writer::new(&mut out, &settings));
    assert_eq!(out, b"1234FFF");
    for bad in ["12345678", "123FFFF", "1234F5F", "1234fff", "12345 F"] {
        assert!(refused("BA", format!("{bad}850103093936").as_bytes(), &settings), "{bad}");
    }
}

#[test]
fn fields_are_refused_with_their_own_code() {
    use command::{
        bk_generate_offset_of_pin_block::GenerateOffsetOfPinBlock as Bk,
        de_generate_offset_of_lmk_pin::GenerateOffsetOfLmkPin as De,
        ja_generate_random_pin::GenerateRandomPin as Ja,
        jc_translate_pin_tpk_to_lmk::TranslatePinTpkToLmk as Jc,
    };
    fn code<C: Command>(wire: &str) -> ErrorCode {
        decode::<C>(wire.as_bytes(), &settings(None)).unwrap_err()
    }
    let de = |excluded: &str| code::<De>(&format!("{PVK}025874306850103093936{IBM}{excluded}"));
    assert_eq!(de("*00041234"), ErrorCode::InvalidCount);
    assert_eq!(de("*xx041234"), ErrorCode::InvalidCount);
    assert_eq!(de("*0103123"), ErrorCode::PinLengthMismatch);
    assert_eq!(de("*01131234567890123"), ErrorCode::PinLengthMismatch);
    assert_eq!(de("*0204123456"), ErrorCode::InvalidInput);
    assert_eq!(de("*010412x4"), ErrorCode::InvalidInput);
    assert_eq!(code::<Ja>("85010309393603"), ErrorCode::InvalidPinLength);
    assert_eq!(code::<Ja>("8501030939"), ErrorCode::InvalidInput);
    assert_eq!(code::<Ja>("850103093x36"), ErrorCode::InvalidAccount);
    assert_eq!(code::<Ja>("4488;04"), ErrorCode::InvalidAccount);
    assert_eq!(code::<Bk>(&format!("00x{TPK}{PVK}{BLOCK}")), ErrorCode::InvalidKeyType);
    assert_eq!(
        code::<Jc>(&format!("{TPK}{BLOCK}02850103093936")),
        ErrorCode::InvalidPinBlockFormat
    );
    assert_eq!(code::<Jc>(&format!("Kxyz{BLOCK}01850103093936")), ErrorCode::InvalidIndex);
    assert_eq!(code::<Jc>(&format!("Q{BLOCK}{BLOCK}01850103093936")), ErrorCode::InvalidKeyScheme);
}
