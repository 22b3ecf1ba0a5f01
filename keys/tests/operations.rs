//! Published answers of host commands, through the keys that they name.
//!
//! Source: github:softwaregroup-bg/ut-codec-payshield (3DES key-block test LMK) and github:nickntg/thalessimulatorlibrary
//! (variant test LMK), as collected in host_commands.json; values of host-commands, section 9.

#![cfg(test)]

mod common;

use common::*;
use payhsm_keys::usage::*;
use payhsm_keys::{
    Checks, DataMode, IbmMethod, Key, KeyRules, LmkPinRefused, MacAlgorithm, OperationRefused,
    Padding, Pin, PinRefused, PinTranslation, Purpose, TableRefused, translate_pin,
};
use payhsm_protocol::field::{
    Account, CheckLength, Cvv, DecimalisationTable, Expiry, KeyType, LmkPin, Offset, Pan, PinBlock,
    PinBlockFormat, PinLength, Pvki, Pvv, ServiceCode, ValidationData,
};

const ZPK: &str = "S00072P0TB00E0001EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9";
const PVK_IBM: &str = "S00072V1TN00E00010AE0AD2B1990AB407FAD15059E287760A05DF4DA2391EAB138877E22";
const PVK_PVV: &str = "S00072V2TN00E0001E80A2926443C3AF11BF0317C669FA0EA0E100ABDF92BF7A3AF232D4C";
const CVK: &str = "S00072C0TN00E0001A417975993E2331918759DD1656AC94306BE01C19FDE29E83A93AB42";
const TPK: &str = "S0007271TN00E00019BAD23B0CEF79E33328CA0568A0E186FC17E8DE738AAF9FB67C6E1FF";
const DEK: &str = "S00072D0TN00E0001BD79343066F46B9C1279E2DE4382E56E6DD5BDCE0F850C7E444799D9";

fn open<U: Usage>(text: &str, purpose: Purpose) -> Key<U> {
    Key::open(&tdes_lmk(), &field(text), purpose, &KeyRules::PRODUCTION).unwrap()
}

fn pin_block(hex: &str) -> PinBlock {
    PinBlock::from_slice(&unhex(hex)).unwrap()
}

fn account(digits: &[u8; 12]) -> Account {
    Account::Pan12(*digits)
}

fn digits(pin: &Pin) -> Vec<u8> {
    pin.danger_clear_digits().unwrap()[..pin.len()].to_vec()
}

#[test]
fn pvv_of_a_pin_block() {
    let zpk: Key<AnyPinKey> = open(ZPK, Purpose::Decrypt);
    let pvk: Key<PvkPvv> = open(PVK_PVV, Purpose::GenerateAndVerify);
    let account = account(b"850103093936");
    let pin = zpk
        .decrypt_pin(&pin_block("AD72F973446E84E7"), PinBlockFormat::Iso0, &account, Checks::Full)
        .unwrap();
    assert_eq!(digits(&pin), b"300672");
    assert_eq!(pvk.pvv(&pin, &account, Pvki(1)).unwrap(), Pvv(*b"7548"));
    assert!(pvk.verify_pvv(&pin, &account, Pvki(1), &Pvv(*b"7548")).unwrap());
    assert!(!pvk.verify_pvv(&pin, &account, Pvki(1), &Pvv(*b"7549")).unwrap());
    let letters = Pvv(*b"75X8");
    assert_eq!(pvk.verify_pvv(&pin, &account, Pvki(1), &letters), Err(OperationRefused::Input));
}

#[test]
fn ibm_offsets() {
    let lmk = tdes_lmk();
    let table = DecimalisationTable::UnderDesLmk(unhex("709F26B22464E96A").try_into().unwrap());
    let table = lmk.open_table(&table, false).unwrap();
    let pvk: Key<PvkIbm> = open(PVK_IBM, Purpose::GenerateAndVerify);
    assert!(pvk.is_double_or_triple());
    let account = account(b"850103093936");
    let method = IbmMethod {
        table: &table,
        validation: &ValidationData::Pattern(*b"50103093936N"),
        account: &account,
        check_length: CheckLength(6),
    };
    let offset = Offset(*b"309783FFFFFF");
    let pin = pvk.derive_pin(&offset, &method).unwrap();
    assert_eq!(digits(&pin), b"121791");
    assert_eq!(pvk.offset(&pin, &method).unwrap(), offset);
    let zpk: Key<Zpk> = open(ZPK, Purpose::Decrypt);
    let block = pin_block("967CDB6E3D492E28");
    let pin = zpk.decrypt_pin(&block, PinBlockFormat::Iso0, &account, Checks::ControlOnly).unwrap();
    assert!(pvk.verify_pin(&pin, &offset, &method).unwrap());
    assert!(!pvk.verify_pin(&pin, &Offset(*b"309784FFFFFF"), &method).unwrap());
    let short = Offset(*b"3097FFFFFFFF");
    assert_eq!(pvk.verify_pin(&pin, &short, &method), Err(OperationRefused::Input));
}

#[test]
fn ibm_pin_of_a_terminal() {
    let lmk = tdes_lmk();
    let table = DecimalisationTable::UnderDesLmk(unhex("709F26B22464E96A").try_into().unwrap());
    let table = lmk.open_table(&table, false).unwrap();
    let tpk: Key<Tpk> = open(TPK, Purpose::Decrypt);
    let pvk: Key<PvkIbm> = open(
        "S00072V1TN00E00019412BA0AB9D9377261D2CDDB1C4A063ABF35B4CB9E98F7948A501DA2",
        Purpose::Verify,
    );
    let account = account(b"600000000000");
    let method = IbmMethod {
        table: &table,
        validation: &ValidationData::Pattern(*b"1234560000N0"),
        account: &account,
        check_length: CheckLength(6),
    };
    let block = pin_block("E5B0C1445E4C57AF");
    let pin = tpk.decrypt_pin(&block, PinBlockFormat::Iso0, &account, Checks::Full).unwrap();
    assert!(pvk.verify_pin(&pin, &Offset(*b"093636FFFFFF"), &method).unwrap());
}

#[test]
fn cvv_of_a_card() {
    let cvk: Key<Cvk> = open(CVK, Purpose::GenerateAndVerify);
    let pan = Pan(b"502265400089000092".to_vec());
    let (expiry, service) = (Expiry(*b"2010"), ServiceCode(*b"620"));
    assert_eq!(cvk.cvv(&pan, expiry, service).unwrap(), Cvv(*b"181"));
    assert!(cvk.verify_cvv(&Cvv(*b"181"), &pan, expiry, service).unwrap());
    assert!(!cvk.verify_cvv(&Cvv(*b"182"), &pan, expiry, service).unwrap());
    let short = Pan(b"50226540008".to_vec());
    assert_eq!(cvk.cvv(&short, expiry, service), Err(OperationRefused::Input));
}

#[test]
fn translations_under_the_variant_lmk() {
    let (lmk, rules) = (variant_lmk(), KeyRules::LEGACY);
    let account = account(b"550000025321");
    let tpk: Key<Tpk> =
        Key::open(&lmk, &field("U8463435FC4B4DAA0C49025272C29B12C"), Purpose::Decrypt, &rules)
            .unwrap();
    let zpk: Key<Zpk> =
        Key::open(&lmk, &field("U1EF828AA8F6B80EB83E19FBC373F3A85"), Purpose::Encrypt, &rules)
            .unwrap();
    let translate = |from, to| {
        let translation = PinTranslation {
            pin_block: &pin_block("6428EB94035AF53B"),
            from,
            to,
            account: &account,
            checks: Checks::ControlOnly,
        };
        translate_pin(&tpk, &zpk, &translation, &mut random())
    };
    let (iso0, diebold) = (PinBlockFormat::Iso0, PinBlockFormat::Diebold);
    assert_eq!(translate(iso0, iso0).unwrap(), (PinLength(4), pin_block("91DDDA0A7C12CFAA")));
    assert_eq!(translate(iso0, diebold).unwrap(), (PinLength(4), pin_block("82206CCD872229C2")));
    assert_eq!(translate(iso0, PinBlockFormat::Iso4), Err(PinRefused::Format));
    assert_eq!(translate(iso0, PinBlockFormat::As2805Format8), Err(PinRefused::Format));
    assert_eq!(translate(PinBlockFormat::Iso3, iso0), Err(PinRefused::Contents));
    assert_eq!(PinRefused::Length.code(false), PinRefused::Contents.code(false));
}

#[test]
fn format_4_goes_with_aes_and_the_whole_pan() {
    let tdes: Key<Zpk> = known_key(Says(*b"72", b'T', b'N', b'E'), TDES_KEY);
    let aes: Key<Zpk> = known_key(Says(*b"72", b'A', b'N', b'E'), AES_KEY);
    let full = Account::Full(Pan(b"4111111111111111".to_vec()));
    let pin = Pin::from_digits(b"90210").unwrap();
    let block = aes.encrypt_pin(&pin, PinBlockFormat::Iso4, &full, &mut random()).unwrap();
    let other = aes.encrypt_pin(&pin, PinBlockFormat::Iso4, &full, &mut Repeatable(5)).unwrap();
    assert_ne!(block, other);
    let translation = PinTranslation {
        pin_block: &block,
        from: PinBlockFormat::Iso4,
        to: PinBlockFormat::Iso3,
        account: &full,
        checks: Checks::ControlOnly,
    };
    let (length, translated) = translate_pin(&aes, &tdes, &translation, &mut random()).unwrap();
    assert_eq!(length, PinLength(5));
    let back = tdes.decrypt_pin(&translated, PinBlockFormat::Iso3, &full, Checks::Full).unwrap();
    assert_eq!(digits(&back), b"90210");
    let wrong_key = aes.encrypt_pin(&pin, PinBlockFormat::Iso0, &full, &mut random());
    assert_eq!(wrong_key, Err(PinRefused::Format));
    let twelve = account(b"111111111111");
    let no_pan = aes.encrypt_pin(&pin, PinBlockFormat::Iso4, &twelve, &mut random());
    assert_eq!(no_pan, Err(PinRefused::Account));
    let plus = Account::Plus18(*b"FFF411111111111111");
    let no_pan = aes.encrypt_pin(&pin, PinBlockFormat::Iso4, &plus, &mut random());
    assert_eq!(no_pan, Err(PinRefused::Account));
    // PLUS binds the left-most 12 digits, and its account serves format 0 as well.
    let plus_block = tdes.encrypt_pin(&pin, PinBlockFormat::Plus, &plus, &mut random()).unwrap();
    let to_iso0 = PinTranslation {
        pin_block: &plus_block,
        from: PinBlockFormat::Plus,
        to: PinBlockFormat::Iso0,
        account: &plus,
        checks: Checks::Full,
    };
    let (_, iso0) = translate_pin(&tdes, &tdes, &to_iso0, &mut random()).unwrap();
    let back = tdes.decrypt_pin(&iso0, PinBlockFormat::Iso0, &full, Checks::Full).unwrap();
    assert_eq!(digits(&back), b"90210");
}

#[test]
fn macs_of_messages() {
    let (lmk, rules) = (variant_lmk(), KeyRules::LEGACY);
    let tak = field("U19D25F349FD03CC3556BB05F65283CA1");
    let tak: Key<MacKey> =
        Key::open_as(&lmk, KeyType(*b"003"), &tak, Purpose::GenerateAndVerify, &rules).unwrap();
    let data = unhex("72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2");
    let mac = tak.mac(MacAlgorithm::RetailMac, Padding::Method2, None, &data).unwrap();
    assert!(mac.verify(&unhex("5F1448EE")));
    assert!(!mac.verify(&unhex("5F1448EF")));
    let (first, last) = data.split_at(16);
    let part = tak.mac_part(MacAlgorithm::RetailMac, None, first).unwrap();
    let whole =
        tak.mac(MacAlgorithm::RetailMac, Padding::Method2, Some(part.as_bytes()), last).unwrap();
    assert!(mac.verify(whole.as_bytes()));
}

#[test]
fn a_mac_key_keeps_to_the_algorithm_of_its_block() {
    let all = [MacAlgorithm::CbcMac, MacAlgorithm::RetailMac, MacAlgorithm::Cmac];
    let may = [
        (*b"M0", b'T', TDES_KEY, [true, false, false]),
        (*b"M1", b'T', TDES_KEY, [true, false, false]),
        (*b"M3", b'T', TDES_KEY, [false, true, false]),
        (*b"M5", b'T', TDES_KEY, [false, false, true]),
        (*b"M6", b'A', AES_KEY, [false, false, true]),
        (*b"M1", b'A', AES_KEY, [false, false, false]),
    ];
    for (usage, algorithm, key, expected) in may {
        let key: Key<MacKey> = known_key(Says(usage, algorithm, b'C', b'E'), key);
        for (mac, expected) in all.into_iter().zip(expected) {
            let made = key.mac(mac, Padding::Method2, None, b"message").map(|_| ());
            let expected = if expected { Ok(()) } else { Err(OperationRefused::Usage) };
            assert_eq!(made, expected, "{usage:?} {mac:?}");
        }
    }
}

#[test]
fn data_in_every_mode() {
    let key: Key<DataKey> = open(DEK, Purpose::EncryptAndDecrypt);
    let mut data = unhex("ABCDEF1234567890");
    key.encrypt(DataMode::Ecb, &mut [], &mut data).unwrap();
    assert_eq!(data, unhex("6DD932DE48520285"));
    for mode in [DataMode::Ecb, DataMode::Cbc, DataMode::Cfb8, DataMode::Cfb64] {
        let length = if mode == DataMode::Ecb { 0 } else { 8 };
        let (mut iv, mut back) = (vec![3; length], vec![3; length]);
        let mut data = vec![9; 24];
        key.encrypt(mode, &mut iv, &mut data).unwrap();
        key.decrypt(mode, &mut back, &mut data).unwrap();
        assert_eq!((data, iv), (vec![9; 24], back));
        let wrong_iv = key.encrypt(mode, &mut [0; 3], &mut [0; 8]);
        assert_eq!(wrong_iv, Err(OperationRefused::DataLength));
    }
}

#[test]
fn tables_under_the_lmks() {
    let lmk = tdes_lmk();
    let under = |hex| DecimalisationTable::UnderDesLmk(unhex(hex).try_into().unwrap());
    // Published: 1234567890123456 and 0123456789012345.
    for (sealed, digits) in
        [("C9DF59A67019D387", b"1234567890123456"), ("709F26B22464E96A", b"0123456789012345")]
    {
        let table = lmk.open_table(&under(sealed), false).unwrap();
        assert_eq!(lmk.seal_table(&table).unwrap(), under(sealed));
        let plain = DecimalisationTable::Plain(*digits);
        assert_eq!(lmk.open_table(&plain, false).unwrap_err(), TableRefused);
        assert_eq!(lmk.open_table(&plain, true).unwrap().packed(), table.packed());
        for other in [aes_lmk(), variant_lmk()] {
            let own = other.seal_table(&table).unwrap();
            assert_eq!(other.open_table(&own, false).unwrap().packed(), table.packed());
            assert_eq!(lmk.open_table(&own, false).map(|_| ()), Err(TableRefused));
        }
    }
    let lopsided = DecimalisationTable::Plain(*b"0000000000000001");
    assert_eq!(lmk.open_table(&lopsided, true).unwrap_err(), TableRefused);
}

#[test]
fn pins_under_the_lmks() {
    let (pin, pan12) = (Pin::from_digits(b"82915").unwrap(), *b"123456789012");
    for lmk in [aes_lmk(), tdes_lmk(), variant_lmk()] {
        let sealed = lmk.encrypt_pin(&pin, &pan12, 7, &mut random()).unwrap();
        assert_eq!(digits(&lmk.decrypt_pin(&sealed, &pan12).unwrap()), b"82915");
        match &sealed {
            LmkPin::Digits(text) => {
                assert_eq!(text.len(), 7);
                let narrow = lmk.encrypt_pin(&pin, &pan12, 5, &mut random());
                assert_eq!(narrow, Err(LmkPinRefused::Length));
            }
            LmkPin::Block(_) => {
                let other = lmk.decrypt_pin(&sealed, b"123456789013");
                assert_eq!(other.unwrap_err(), LmkPinRefused::Invalid);
            }
        }
        let foreign = match sealed {
            LmkPin::Digits(_) => LmkPin::Block([1; 16]),
            LmkPin::Block(_) => LmkPin::Digits(b"012345".to_vec()),
        };
        assert_eq!(lmk.decrypt_pin(&foreign, &pan12).unwrap_err(), LmkPinRefused::Invalid);
    }
}
