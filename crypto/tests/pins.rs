//! PIN blocks and PIN verification against published values.

#![cfg(test)]
#![expect(clippy::unwrap_in_result, clippy::string_slice, reason = "a test stops where it fails")]

mod common;

use common::{Case, Tally, cases, flip, next_digit, upper};
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::pin::ibm3624::{self, Offset, ValidationBlock};
use payhsm_crypto::pin::{
    Account, Checks, ClearBlock, DecimalisationTable, Layout, Pin, PinBlockError, decipher, decode,
    encipher, encode, pvv, translate,
};

const FILL: [u8; 16] = [0x3C; 16];

/// Every refusal, whatever its type, is a refusal.
#[derive(Debug)]
struct Refused;

fn refuse<E>(_: E) -> Refused {
    Refused
}

fn pin(digits: &str) -> Result<Pin, Refused> {
    Pin::from_digits(digits.as_bytes()).map_err(refuse)
}

fn clear(pin: &Pin) -> Result<String, Refused> {
    let digits = pin.danger_clear_digits().map_err(refuse)?;
    Ok(String::from_utf8(digits[..pin.len()].to_vec()).unwrap())
}

fn account(case: &Case) -> Result<Account, Refused> {
    if case.has("account12") {
        Account::pan12(case.text("account12").as_bytes()).map_err(refuse)
    } else if case.has("pan") {
        Account::pan(case.text("pan").as_bytes()).map_err(refuse)
    } else {
        Ok(Account::NONE)
    }
}

fn block(case: &Case) -> Vec<u8> {
    let name =
        ["pinblock", "pin_block", "encrypted", "pin_field"].into_iter().find(|name| case.has(name));
    case.bytes(name.unwrap())
}

fn key(case: &Case, name: &str) -> Result<BlockKey, Refused> {
    BlockKey::tdes(&case.bytes(name)).map_err(refuse)
}

fn layout(op: &str) -> Option<Layout> {
    [
        ("iso_0", Layout::Iso0),
        ("iso_1", Layout::Iso1),
        ("iso_2", Layout::Iso2),
        ("iso_3", Layout::Iso3),
        ("iso_4", Layout::Iso4),
        ("plus", Layout::Plus),
    ]
    .into_iter()
    .find_map(|(name, layout)| op.contains(name).then_some(layout))
}

fn read(case: &Case, layout: Layout, block: &[u8]) -> Result<String, Refused> {
    // The PIN field of ISO 4 by itself needs no account.
    let account = account(case)?;
    let block = ClearBlock::from_bytes(block).map_err(refuse)?;
    clear(&decode(&block, layout, &account, Checks::Full).map_err(refuse)?)
}

fn build(case: &Case, layout: Layout, digits: &str) -> Result<String, Refused> {
    let block = encode(&pin(digits)?, layout, &account(case)?, &FILL).map_err(refuse)?;
    Ok(upper(block.danger_clear_bytes()))
}

#[test]
fn pin_block_vectors() {
    let mut tally = Tally::default();
    for case in cases("pin_blocks") {
        let op = case.op();
        tally.count(op);
        match op {
            // Formats that no command here uses: neither in the host language nor permitted by PCI PIN.
            "decode_pinblock_eci2"
            | "decode_pinblock_eci3"
            | "decode_pinblock_oem1"
            | "decode_pinblock_visa2"
            | "decode_pinblock_visa3"
            | "encode_pinblock_docutel" => {}
            "decipher_pinblock_iso_4" => {
                let run = |block: &[u8]| {
                    let key = BlockKey::aes(&case.bytes("key")).map_err(refuse)?;
                    let account = account(&case)?;
                    let clear_block =
                        decipher(&key, block, Layout::Iso4, &account).map_err(refuse)?;
                    clear(
                        &decode(&clear_block, Layout::Iso4, &account, Checks::Full)
                            .map_err(refuse)?,
                    )
                };
                case.check("result", run(&block(&case)));
                case.check_differs("result", run(&flip(&block(&case), 0, 1)));
                case.check_differs("result", run(&flip(&block(&case), 15, 1)));
            }
            "encipher_pinblock_iso_4" => encipher_iso4(&case),
            // The PAN field is an inner value: it shows in what a block enciphers to.
            "encode_pan_field_iso_4" => encode_pan_field(&case),
            "encode_pin_field_iso_4" | "encode_pin_field_iso_4_prefix" => {
                let run = |digits: &str| {
                    let account = Account::pan(b"4111111111111111").unwrap();
                    let block =
                        encode(&pin(digits)?, Layout::Iso4, &account, &FILL).map_err(refuse)?;
                    Ok::<_, Refused>(upper(&block.danger_clear_bytes()[..8]))
                };
                case.check("result_first8", run(case.text("pin")));
                case.check_differs("result_first8", run(&next_digit(case.text("pin"), 3)));
            }
            "translate_pinblock" => translate_vector(&case),
            "decrypt_pinblock_iso_0" | "decrypt_pinblock_iso_1" => {
                let layout = layout(op).unwrap();
                let run = |block: &[u8]| {
                    let clear_block =
                        decipher(&key(&case, "key")?, block, layout, &account(&case)?);
                    read(&case, layout, clear_block.map_err(refuse)?.danger_clear_bytes())
                };
                case.check("result", run(&block(&case)));
                case.check_differs("result", run(&flip(&block(&case), 3, 1)));
            }
            "encrypt_pinblock_iso_0" => {
                let run = |digits: &str| {
                    let account = account(&case)?;
                    let clear_block =
                        encode(&pin(digits)?, Layout::Iso0, &account, &FILL).map_err(refuse)?;
                    let block = encipher(&key(&case, "key")?, &clear_block, Layout::Iso0, &account);
                    Ok::<_, Refused>(upper(block.map_err(refuse)?.as_bytes()))
                };
                case.check("result", run(case.text("pin")));
                case.check_differs("result", run(&next_digit(case.text("pin"), 0)));
            }
            _ if op.starts_with("decode_") => {
                let layout = layout(op).unwrap();
                case.check("result", read(&case, layout, &block(&case)));
                // The first PIN digit, which every layout here has in the third nibble.
                case.check_differs("result", read(&case, layout, &flip(&block(&case), 1, 0x10)));
            }
            _ if op.starts_with("encode_") => {
                let layout = layout(op).unwrap();
                case.check("result", build(&case, layout, case.text("pin")));
                case.check_differs(
                    "result",
                    build(&case, layout, &next_digit(case.text("pin"), 1)),
                );
            }
            op => panic!("{op}"),
        }
    }
    tally.assert(&[
        ("decipher_pinblock_iso_4", 8),
        ("decode_pin_field_iso_4", 5),
        ("decode_pinblock_eci2", 1),
        ("decode_pinblock_eci3", 2),
        ("decode_pinblock_iso_0", 13),
        ("decode_pinblock_iso_0_account12", 1),
        ("decode_pinblock_iso_1", 2),
        ("decode_pinblock_iso_2", 8),
        ("decode_pinblock_iso_3", 9),
        ("decode_pinblock_oem1", 1),
        ("decode_pinblock_visa2", 2),
        ("decode_pinblock_visa3", 1),
        ("decrypt_pinblock_iso_0", 2),
        ("decrypt_pinblock_iso_1", 1),
        ("encipher_pinblock_iso_4", 7),
        ("encode_pan_field_iso_4", 6),
        ("encode_pin_field_iso_4", 1),
        ("encode_pin_field_iso_4_prefix", 1),
        ("encode_pinblock_docutel", 1),
        ("encode_pinblock_iso_0", 10),
        ("encode_pinblock_iso_0_account12", 1),
        ("encode_pinblock_iso_2", 6),
        ("encode_pinblock_iso_3", 3),
        ("encode_pinblock_plus", 2),
        ("encrypt_pinblock_iso_0", 7),
        ("translate_pinblock", 1),
    ]);
}

fn encipher_iso4(case: &Case) {
    let iso4 = Layout::Iso4;
    let run = |digits: &str| {
        let key = BlockKey::aes(&case.bytes("key")).map_err(refuse)?;
        let account = account(case)?;
        let mut fill = FILL;
        if case.has("pin_field") {
            fill[8..].copy_from_slice(&case.bytes("pin_field")[8..]);
        } else if let Some(result) = case.expected("result") {
            // The source does not tell its random bytes: they are read out of the result.
            let block =
                decipher(&key, &hex::decode(result).unwrap(), iso4, &account).map_err(refuse)?;
            fill[8..].copy_from_slice(&block.danger_clear_bytes()[8..]);
        }
        let clear_block = encode(&pin(digits)?, iso4, &account, &fill).map_err(refuse)?;
        let block = encipher(&key, &clear_block, iso4, &account).map_err(refuse)?;
        Ok::<_, Refused>(upper(block.as_bytes()))
    };
    case.check("result", run(case.text("pin")));
    case.check_differs("result", run(&next_digit(case.text("pin"), 2)));
}

fn encode_pan_field(case: &Case) {
    let run = |pan: &str| {
        let account = Account::pan(pan.as_bytes()).map_err(refuse)?;
        // decipher = D(D(c) ^ field): with one more encryption and an XOR the field comes out.
        let key = BlockKey::aes(&[1; 16]).unwrap();
        let bound = decipher(&key, &[0x77; 16], Layout::Iso4, &account).map_err(refuse)?;
        let outer = key.decrypt16([0x77; 16]).unwrap();
        let inner = key.encrypt16(bound.danger_clear_bytes().try_into().unwrap()).unwrap();
        let field: Vec<u8> = outer.iter().zip(inner).map(|(a, b)| a ^ b).collect();
        Ok::<_, Refused>(upper(&field))
    };
    case.check("result", run(case.text("pan")));
    case.check_differs("result", run(&next_digit(case.text("pan"), 0)));
}

fn translate_vector(case: &Case) {
    assert_eq!((case.text("source_format"), case.text("target_format")), ("iso_0", "diebold"));
    let run = |block: &[u8]| {
        let (block, len) = translate(
            &key(case, "source_key")?,
            &key(case, "target_key")?,
            block,
            Layout::Iso0,
            Layout::Diebold,
            &account(case)?,
            &FILL,
            Checks::Full,
        )
        .map_err(refuse)?;
        assert_eq!(len, 4);
        Ok::<_, Refused>(upper(block.as_bytes()))
    };
    case.check("result", run(&block(case)));
    case.check_differs("result", run(&flip(&block(case), 0, 1)));
}

fn table(case: &Case) -> Result<DecimalisationTable, Refused> {
    let name = ["conversion_table", "decimalization_table"].into_iter().find(|name| case.has(name));
    DecimalisationTable::from_digits(case.text(name.unwrap()).as_bytes()).map_err(refuse)
}

fn validation_block(case: &Case) -> Result<ValidationBlock, Refused> {
    if case.has("pin_validation_data") {
        let data: &[u8; 12] = case.text("pin_validation_data").as_bytes().try_into().unwrap();
        return ValidationBlock::from_validation_data(data, &account(case)?).map_err(refuse);
    }
    if case.has("validation_data") {
        return Ok(ValidationBlock::from_bytes(case.bytes("validation_data").try_into().unwrap()));
    }
    account(case)?;
    let start = case.number("pan_verify_offset");
    let digits = case.text("pan").as_bytes().get(start..start + case.number("pan_verify_length"));
    let &[pad] = case.text("pan_pad").as_bytes() else { return Err(Refused) };
    ValidationBlock::from_digits(digits.ok_or(Refused)?, pad).map_err(refuse)
}

fn offset_of(case: &Case, digits: &str) -> Result<String, Refused> {
    let (pvk, table, block, pin) =
        (key(case, "pvk")?, table(case)?, validation_block(case)?, pin(digits)?);
    let offset = ibm3624::generate_offset(&pvk, &table, &block, pin.len(), &pin).map_err(refuse)?;
    assert!(ibm3624::verify(&pvk, &table, &block, &offset, &pin).unwrap());
    let derived = ibm3624::derive_pin(&pvk, &table, &block, &offset).unwrap();
    assert!(bool::from(derived.ct_eq(&pin)));
    for place in 0..digits.len() {
        let other = self::pin(&next_digit(digits, place)).unwrap();
        assert!(!ibm3624::verify(&pvk, &table, &block, &offset, &other).unwrap());
    }
    let padded = String::from_utf8(offset.to_padded().to_vec()).unwrap();
    assert!(padded[offset.len()..].bytes().all(|c| c == b'F'));
    Ok(padded[..offset.len()].to_owned())
}

fn pin_of_offset(case: &Case, offset: &str) -> Result<String, Refused> {
    let offset = Offset::from_digits(offset.as_bytes()).map_err(refuse)?;
    let pin =
        ibm3624::derive_pin(&key(case, "pvk")?, &table(case)?, &validation_block(case)?, &offset);
    clear(&pin.map_err(refuse)?)
}

fn pvv_of(case: &Case, digits: &str) -> Result<String, Refused> {
    let &[pvki] = case.text("pvki").as_bytes() else { return Err(Refused) };
    let (pvk, account, pin) = (key(case, "pvk")?, account(case)?, pin(digits)?);
    let value = pvv::generate(&pvk, &account, pvki, &pin).map_err(refuse)?;
    let text = String::from_utf8(value.to_vec()).unwrap();
    assert!(pvv::verify(&pvk, &account, pvki, &pin, &value).unwrap());
    for place in 0..4 {
        let other = next_digit(&text, place);
        assert!(!pvv::verify(&pvk, &account, pvki, &pin, other.as_bytes()).unwrap());
    }
    Ok(text)
}

#[test]
fn pin_verification_vectors() {
    let mut tally = Tally::default();
    for case in cases("pin_verification") {
        tally.count(case.op());
        match case.op() {
            "generate_ibm3624_offset"
            | "generate_ibm3624_pin_offset"
            | "generate_ibm3624_pin_offset_thales" => {
                case.check("result", offset_of(&case, case.text("pin")));
                case.check_differs("result", offset_of(&case, &next_digit(case.text("pin"), 0)));
                if case.has("pin_validation_data") {
                    let block = validation_block(&case).unwrap();
                    assert_eq!(upper(block.as_bytes()), case.expected("validation_block").unwrap());
                }
            }
            "generate_ibm3624_pin" => {
                case.check("result", pin_of_offset(&case, case.text("offset")));
                case.check_differs(
                    "result",
                    pin_of_offset(&case, &next_digit(case.text("offset"), 2)),
                );
            }
            "generate_visa_pvv" => {
                case.check("result", pvv_of(&case, case.text("pin")));
                case.check_differs("result", pvv_of(&case, &next_digit(case.text("pin"), 0)));
            }
            // An inner function: src/pin.rs runs both.
            "visa_decimalise" => {}
            op => panic!("{op}"),
        }
    }
    tally.assert(&[
        ("generate_ibm3624_offset", 14),
        ("generate_ibm3624_pin", 15),
        ("generate_ibm3624_pin_offset", 1),
        ("generate_ibm3624_pin_offset_thales", 2),
        ("generate_visa_pvv", 16),
        ("visa_decimalise", 2),
    ]);
}

#[test]
fn full_checks_tell_the_legacy_errors_apart() {
    let account = Account::pan12(b"000000000000").unwrap();
    let read = |hex: &str, layout, checks| {
        decode(
            &ClearBlock::from_bytes(&hex::decode(hex).unwrap()).unwrap(),
            layout,
            &account,
            checks,
        )
        .map(|pin| pin.len())
    };
    let table = [
        ("041234FFFFFFFFFF", Layout::Iso0, Ok(4), Ok(4)),
        ("04123AFFFFFFFFFF", Layout::Iso0, Err(PinBlockError::Contents), Ok(4)),
        ("041234FFFFFFFFFE", Layout::Iso0, Err(PinBlockError::Contents), Ok(4)),
        ("031234FFFFFFFFFF", Layout::Iso0, Err(PinBlockError::Length), Err(PinBlockError::Length)),
        ("0D1234FFFFFFFFFF", Layout::Iso0, Err(PinBlockError::Length), Err(PinBlockError::Length)),
        (
            "141234FFFFFFFFFF",
            Layout::Iso0,
            Err(PinBlockError::Contents),
            Err(PinBlockError::Contents),
        ),
        ("1412340123456789", Layout::Iso1, Ok(4), Ok(4)),
        ("341234ABCDEFABCD", Layout::Iso3, Ok(4), Ok(4)),
        ("3412349BCDEFABCD", Layout::Iso3, Err(PinBlockError::Contents), Ok(4)),
        ("123456FFFFFFFFFF", Layout::Diebold, Ok(6), Ok(6)),
        (
            "123FFFFFFFFFFFFF",
            Layout::Diebold,
            Err(PinBlockError::Length),
            Err(PinBlockError::Length),
        ),
        (
            "1234567890123FFF",
            Layout::Diebold,
            Err(PinBlockError::Length),
            Err(PinBlockError::Length),
        ),
        ("12F4FFFFFFFFFFFF", Layout::Diebold, Err(PinBlockError::Contents), Ok(4)),
        (
            "041234FFFFFFFFFF",
            Layout::Plus,
            Err(PinBlockError::Account),
            Err(PinBlockError::Account),
        ),
        ("441234AAAAAAAAAA", Layout::Iso4, Err(PinBlockError::Fit), Err(PinBlockError::Fit)),
    ];
    for (block, layout, full, control) in table {
        assert_eq!(read(block, layout, Checks::Full), full, "{block} {layout:?}");
        assert_eq!(read(block, layout, Checks::ControlOnly), control, "{block} {layout:?}");
    }
    assert!(ClearBlock::from_bytes(&[0; 9]).is_err());
}

#[test]
fn a_pin_that_is_not_decimal_matches_nothing() {
    let account = Account::pan12(b"123456789012").unwrap();
    // The third digit, 3, made a B.
    let clean = encode(&pin("1234").unwrap(), Layout::Iso0, &account, &FILL).unwrap();
    let spoilt = flip(clean.danger_clear_bytes(), 2, 0x80);
    let block = ClearBlock::from_bytes(&spoilt).unwrap();
    let odd = decode(&block, Layout::Iso0, &account, Checks::ControlOnly).unwrap();
    assert!(!odd.is_decimal());
    assert!(odd.danger_clear_digits().is_err());
    assert!(encode(&odd, Layout::Iso1, &account, &FILL).is_err());
    let pvk = BlockKey::tdes(&[7; 16]).unwrap();
    assert!(pvv::generate(&pvk, &account, b'1', &odd).is_err());
    for value in 0..10_000 {
        assert!(
            !pvv::verify(&pvk, &account, b'1', &odd, format!("{value:04}").as_bytes()).unwrap()
        );
    }
    let table = DecimalisationTable::from_digits(b"0123456789012345").unwrap();
    let validation = ValidationBlock::from_bytes([0; 8]);
    assert!(ibm3624::generate_offset(&pvk, &table, &validation, 4, &odd).is_err());
    for value in 0..10_000 {
        let offset = Offset::from_digits(format!("{value:04}").as_bytes()).unwrap();
        assert!(!ibm3624::verify(&pvk, &table, &validation, &offset, &odd).unwrap());
    }
}

#[test]
fn keys_of_the_other_cipher_are_refused() {
    let account = Account::pan(b"4111111111111111").unwrap();
    let (aes, tdes) = (BlockKey::aes(&[7; 16]).unwrap(), BlockKey::tdes(&[7; 16]).unwrap());
    let fit = Err(PinBlockError::Fit);
    assert_eq!(decipher(&aes, &[0; 8], Layout::Iso0, &account).map(|_| ()), fit);
    assert_eq!(decipher(&tdes, &[0; 16], Layout::Iso4, &account).map(|_| ()), fit);
    assert_eq!(decipher(&tdes, &[0; 16], Layout::Iso0, &account).map(|_| ()), fit);
    assert_eq!(decipher(&aes, &[0; 8], Layout::Iso4, &account).map(|_| ()), fit);
    let pin = pin("1234").unwrap();
    assert_eq!(
        encode(&pin, Layout::Iso4, &Account::NONE, &FILL).map(|_| ()),
        Err(PinBlockError::Account)
    );
    assert!(pvv::generate(&aes, &account, b'1', &pin).is_err());
    assert!(pvv::generate(&BlockKey::tdes(&[7; 8]).unwrap(), &account, b'1', &pin).is_err());
    let table = DecimalisationTable::from_digits(b"0123456789012345").unwrap();
    assert!(
        ibm3624::generate_offset(&aes, &table, &ValidationBlock::from_bytes([0; 8]), 4, &pin)
            .is_err()
    );
}

#[test]
fn validation_data_has_one_n() {
    let account = Account::pan12(b"850103093936").unwrap();
    let valid = |data: &[u8; 12]| ValidationBlock::from_validation_data(data, &account).is_ok();
    assert!(valid(b"50103093936N") && valid(b"N0103A93936F"));
    assert!(!valid(b"501030939361") && !valid(b"5010309393NN") && !valid(b"50103093G36N"));
    assert!(ValidationBlock::from_validation_data(b"50103093936N", &Account::NONE).is_err());
}
