//! What it answers: keys and values that it makes up.

use payhsm_protocol::command::shared::{
    CipheredData, KeyAndCheckValue, KeyUnderBoth, PinOffset, PinPvv, PinUnderLmk,
    TranslatedPinBlock,
};
use payhsm_protocol::command::{
    Done, a0_generate_key as a0, a4_form_key as a4, a6_import_key as a6, a8_export_key as a8,
    b0_translate_key_scheme as b0, bc_compare_pin_tpk as bc, be_compare_pin_zpk as be,
    bg_migrate_pin as bg, bw_migrate_key as bw, ca_translate_pin_tpk_to_zpk as ca,
    cc_translate_pin_zpk_to_zpk as cc, cs_modify_header as cs, cu_change_pin_pvv as cu,
    cw_generate_cvv as cw, de_generate_offset_of_lmk_pin as de, dg_generate_pvv_of_lmk_pin as dg,
    du_change_pin_ibm as du, ee_derive_pin_ibm as ee, fa_import_zpk as fa,
    fc_import_terminal_key as fc, fe_export_terminal_key as fe, gc_export_zpk as gc,
    ha_generate_tak as ha, hc_generate_terminal_key as hc, ia_generate_zpk as ia,
    ja_generate_random_pin as ja, jg_translate_pin_lmk_to_zpk as jg, lo_migrate_table as lo,
    m2_decrypt_data as m2, m4_translate_data as m4, m6_generate_mac as m6, ng_decrypt_pin as ng,
    no_status as no, q2_retrieve_audit_record as q2, q6_release_audit_records as q6,
    q8_verify_audit_record as q8, ra_revoke_activities as ra, take_body,
};
use payhsm_protocol::compact::{Compact, Malformed};
use payhsm_protocol::field::{
    AuditRecord, BlockScheme, Bytes, CheckValue, ClearPin, Cryptogram, CryptogramScheme, Cvv,
    DataFormat, KeyBlock, KeyField, LmkId, LmkPin, Mac, Offset, PinBlock, PinBlockFormat,
    PinLength, Pvv, WrappingKey,
};
use payhsm_protocol::{Command, Opcode};

pub(crate) const LMK: LmkId = LmkId(1);

/// What it has as its old LMK. What is made under that one is only to be brought over.
const OLD_LMK: LmkId = LmkId(0);

pub(super) fn read<C: Command>(body: &[u8]) -> C {
    let (lmk, request) = take_body::<C>(body).unwrap();
    let made = matches!(C::OPCODE, Opcode::A0 | Opcode::JA);
    assert!(lmk == Some(LMK) || (made && matches!(lmk, None | Some(OLD_LMK))), "{lmk:?}");
    request
}

fn block(scheme: BlockScheme, usage: [u8; 2]) -> KeyField {
    let mut header = b"10096P0TN00N0001".to_vec();
    header[5..7].copy_from_slice(&usage);
    KeyField::Block(KeyBlock { scheme, header, body: vec![0xa5; 40] })
}

pub(super) fn key(usage: [u8; 2]) -> KeyField {
    block(BlockScheme::Thales, usage)
}

/// The same on its way to or from another.
fn sent(usage: [u8; 2]) -> KeyField {
    block(BlockScheme::X9143, usage)
}

fn cryptogram(scheme: CryptogramScheme) -> KeyField {
    KeyField::Cryptogram(Cryptogram { scheme, bytes: vec![0xb6; 16] })
}

/// Under a DES LMK of a daemon with `host.pin_length = 6`.
fn lmk_pin() -> LmkPin {
    LmkPin::Digits(b"1234567".to_vec())
}

fn pin_block() -> PinBlock {
    PinBlock::Tdes([0xab; 8])
}

fn offset() -> Offset {
    Offset(*b"1234FFFFFFFF")
}

fn put_key(key: KeyField, out: &mut Vec<u8>) -> Result<(), Malformed> {
    KeyAndCheckValue { key, check_value: CheckValue(vec![1, 2, 3]) }.put(out)
}

/// Anything that is asked for, made up; what it gave before has to come back where it belongs.
pub(super) fn answer(code: [u8; 2], body: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    let translated = || TranslatedPinBlock {
        pin_length: PinLength(4),
        pin_block: PinBlock::Tdes([0xcd; 8]),
        format: PinBlockFormat::Iso0,
    };
    let ciphered =
        || CipheredData { format: DataFormat::Binary, iv: None, data: Bytes(vec![0xee; 128]) };
    let check_value = || CheckValue(vec![1, 2, 3]);
    match Opcode::from_code(code).unwrap() {
        Opcode::B2 => {
            // The first echo of a connection names no LMK; an echo's data looks the same in both.
            out.extend_from_slice(&body[if body[0] == 0 { 1 } else { 2 }..]);
            Ok(())
        }
        Opcode::NC => {
            out.extend_from_slice(&[0; 17]);
            Ok(())
        }
        Opcode::NO => {
            let (buffer, sockets, firmware) = (3, 99, *b"0000-0000");
            let profile = *b"DEVE";
            let status =
                no::Status::Configuration { buffer, tcp: true, sockets, firmware, profile };
            no::StatusReport { status }.put(out)
        }
        Opcode::NI | Opcode::J2 | Opcode::J4 | Opcode::J8 | Opcode::JK => {
            super::monitoring::answer(Opcode::from_code(code).unwrap(), body, out)
        }
        Opcode::N0 | Opcode::BU => {
            out.extend_from_slice(&[3, 1, 2, 3]);
            Ok(())
        }
        Opcode::A0 => {
            let key = match read::<a0::GenerateKey>(body).attributes {
                Some(attributes) => key(attributes.usage),
                None => cryptogram(CryptogramScheme::U),
            };
            a0::GeneratedKey { key, copy: None, check_value: check_value() }.put(out)
        }
        Opcode::A4 => {
            let request = read::<a4::FormKey>(body);
            assert_eq!(request.components.0, [key(*b"P0"), key(*b"P0")]);
            put_key(key(*b"P0"), out)
        }
        Opcode::RA => {
            assert_eq!(read::<ra::RevokeActivities>(body).activities, None);
            ra::Revoked { count: None }.put(out)
        }
        Opcode::Q2 => q2::RetrievedAuditRecord { record: AuditRecord([7; 40]) }.put(out),
        Opcode::Q6 => {
            assert_eq!(read::<q6::ReleaseAuditRecords>(body).mode, q6::ReleaseMode::Retrieved);
            q6::ReleasedAuditRecords { count: 1 }.put(out)
        }
        Opcode::Q8 => {
            assert_eq!(read::<q8::VerifyAuditRecord>(body).record, AuditRecord([7; 40]));
            Done::Done.put(out)
        }
        Opcode::B0 => {
            let request = read::<b0::TranslateKeyScheme>(body);
            assert_eq!(request.key, cryptogram(CryptogramScheme::U));
            b0::TranslatedKey { key: cryptogram(CryptogramScheme::X) }.put(out)
        }
        Opcode::BW => {
            let request = read::<bw::MigrateKey>(body);
            assert_eq!(request.key.0, cryptogram(CryptogramScheme::U));
            let check_value = Some(check_value());
            bw::MigratedKey { key: key(*b"P0"), check_value }.put(out)
        }
        Opcode::BG => {
            assert_eq!(read::<bg::MigratePin>(body).pin, lmk_pin());
            PinUnderLmk { pin: lmk_pin() }.put(out)
        }
        Opcode::LO => {
            let table = read::<lo::MigrateTable>(body).table;
            lo::MigratedTable { table }.put(out)
        }
        Opcode::CS => {
            assert_eq!(read::<cs::ModifyHeader>(body).key.0, key(*b"P0"));
            cs::ModifiedKey { key: key(*b"P0") }.put(out)
        }
        Opcode::A8 => {
            let request = read::<a8::ExportKey>(body);
            assert_eq!(request.wrapping_key, WrappingKey::Zmk(key(*b"K0")));
            assert_eq!(request.key, key(*b"P0"));
            put_key(sent(*b"P0"), out)
        }
        Opcode::A6 => {
            let request = read::<a6::ImportKey>(body);
            assert_eq!((request.zmk, request.key), (key(*b"K0"), sent(*b"P0")));
            put_key(key(*b"P0"), out)
        }
        Opcode::GC => {
            let request = read::<gc::ExportZpk>(body);
            assert_eq!((request.zmk, request.zpk), (key(*b"K0"), key(*b"P0")));
            put_key(sent(*b"P0"), out)
        }
        Opcode::FA => {
            let request = read::<fa::ImportZpk>(body);
            assert_eq!((request.zmk, request.zpk), (key(*b"K0"), sent(*b"P0")));
            put_key(key(*b"P0"), out)
        }
        Opcode::FE => {
            let request = read::<fe::ExportTerminalKey>(body);
            assert_eq!((request.zmk, request.key), (key(*b"K0"), key(*b"V2")));
            put_key(sent(*b"V2"), out)
        }
        Opcode::FC => {
            let request = read::<fc::ImportTerminalKey>(body);
            assert_eq!((request.zmk, request.key), (key(*b"K0"), sent(*b"V2")));
            put_key(key(*b"V2"), out)
        }
        Opcode::HA => {
            assert_eq!(read::<ha::GenerateTak>(body).tmk, key(*b"K0"));
            KeyUnderBoth { under_terminal_key: sent(*b"M3"), under_lmk: key(*b"M3") }.put(out)
        }
        Opcode::HC => {
            assert_eq!(read::<hc::GenerateTerminalKey>(body).current_key, key(*b"K0"));
            KeyUnderBoth { under_terminal_key: sent(*b"K0"), under_lmk: key(*b"K0") }.put(out)
        }
        Opcode::IA => {
            assert_eq!(read::<ia::GenerateZpk>(body).zmk, key(*b"K0"));
            let (under_zmk, under_lmk) = (sent(*b"P0"), key(*b"P0"));
            ia::GeneratedZpk { under_zmk, under_lmk, check_value: check_value() }.put(out)
        }
        Opcode::M0 => ciphered().put(out),
        Opcode::M2 => {
            assert_eq!(read::<m2::DecryptData>(body).data, ciphered().data);
            ciphered().put(out)
        }
        Opcode::M4 => {
            let CipheredData { format, data, .. } = ciphered();
            assert_eq!(read::<m4::TranslateData>(body).data, data);
            m4::TranslatedData { format, source_iv: None, destination_iv: None, data }.put(out)
        }
        Opcode::M6 => {
            assert_eq!(read::<m6::GenerateMac>(body).key, key(*b"M3"));
            m6::GeneratedMac { result: m6::MacResult::Mac(Mac(vec![1, 2, 3, 4])) }.put(out)
        }
        Opcode::JA => {
            read::<ja::GenerateRandomPin>(body);
            PinUnderLmk { pin: lmk_pin() }.put(out)
        }
        Opcode::EE => {
            assert_eq!(read::<ee::DerivePinIbm>(body).offset, offset());
            PinUnderLmk { pin: lmk_pin() }.put(out)
        }
        Opcode::BA | Opcode::JC | Opcode::JE => PinUnderLmk { pin: lmk_pin() }.put(out),
        Opcode::JG => {
            let request = read::<jg::TranslatePinLmkToZpk>(body);
            assert_eq!((request.zpk, request.pin), (key(*b"P0"), lmk_pin()));
            jg::EncryptedPinBlock { pin_block: pin_block() }.put(out)
        }
        Opcode::NG => {
            assert_eq!(read::<ng::DecryptPin>(body).pin, lmk_pin());
            ng::PinInClear { pin: ClearPin(b"1234".to_vec()) }.put(out)
        }
        Opcode::BC => {
            let request = read::<bc::ComparePinTpk>(body);
            assert_eq!((request.pin_block, request.pin), (pin_block(), lmk_pin()));
            Done::Done.put(out)
        }
        Opcode::BE => {
            let request = read::<be::ComparePinZpk>(body);
            assert_eq!((request.pin_block, request.pin), (pin_block(), lmk_pin()));
            Done::Done.put(out)
        }
        Opcode::DG => {
            assert_eq!(read::<dg::GeneratePvvOfLmkPin>(body).pvk, key(*b"V2"));
            PinPvv { pvv: Pvv(*b"1234") }.put(out)
        }
        Opcode::CU => {
            assert_eq!(read::<cu::ChangePinPvv>(body).current_pvv, Pvv(*b"1234"));
            PinPvv { pvv: Pvv(*b"5678") }.put(out)
        }
        Opcode::FW => PinPvv { pvv: Pvv(*b"1234") }.put(out),
        Opcode::DE => {
            assert_eq!(read::<de::GenerateOffsetOfLmkPin>(body).pvk, key(*b"V1"));
            PinOffset { offset: offset() }.put(out)
        }
        Opcode::DU => {
            assert_eq!(read::<du::ChangePinIbm>(body).current_offset, offset());
            PinOffset { offset: offset() }.put(out)
        }
        Opcode::BK => PinOffset { offset: offset() }.put(out),
        Opcode::CA => {
            assert_eq!(read::<ca::TranslatePinTpkToZpk>(body).pin_block, pin_block());
            translated().put(out)
        }
        Opcode::CC => {
            assert_eq!(read::<cc::TranslatePinZpkToZpk>(body).pin_block, pin_block());
            translated().put(out)
        }
        Opcode::CW => {
            assert_eq!(read::<cw::GenerateCvv>(body).cvk, key(*b"C0"));
            cw::GeneratedCvv { cvv: Cvv(*b"123") }.put(out)
        }
        Opcode::TA
        | Opcode::TC
        | Opcode::TE
        | Opcode::TG
        | Opcode::TI
        | Opcode::TK
        | Opcode::YA
        | Opcode::YC => super::tokens::answer(Opcode::from_code(code).unwrap(), body, out),
        Opcode::XA | Opcode::XC | Opcode::XE | Opcode::XG | Opcode::XI => {
            super::issue::answer(Opcode::from_code(code).unwrap(), body, out)
        }
        Opcode::PM | Opcode::VA | Opcode::VC | Opcode::VE | Opcode::VG => {
            super::dynamic::answer(Opcode::from_code(code).unwrap(), body, out)
        }
        Opcode::WA
        | Opcode::WC
        | Opcode::WE
        | Opcode::WG
        | Opcode::WI
        | Opcode::WK
        | Opcode::WM => super::pin_life::answer(Opcode::from_code(code).unwrap(), body, out),
        Opcode::DA | Opcode::DC | Opcode::EA | Opcode::EC | Opcode::CY | Opcode::M8 => {
            Done::Done.put(out)
        }
    }
}
