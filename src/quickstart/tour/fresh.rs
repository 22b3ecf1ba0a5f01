//! Part two: the same work with keys made on the spot. Nothing is published of them, so the
//! answers have to agree with each other.

use super::report::Report;
use super::{hex, outcome};
use crate::cli::Failure;
use payhsm_client::Client;
use payhsm_protocol::command::a0_generate_key::GenerateKey;
use payhsm_protocol::command::bk_generate_offset_of_pin_block::GenerateOffsetOfPinBlock;
use payhsm_protocol::command::bu_check_key::CheckKey;
use payhsm_protocol::command::ca_translate_pin_tpk_to_zpk::TranslatePinTpkToZpk;
use payhsm_protocol::command::cc_translate_pin_zpk_to_zpk::TranslatePinZpkToZpk;
use payhsm_protocol::command::cw_generate_cvv::GenerateCvv;
use payhsm_protocol::command::cy_verify_cvv::VerifyCvv;
use payhsm_protocol::command::ea_verify_pin_zpk_ibm::VerifyPinZpkIbm;
use payhsm_protocol::command::ec_verify_pin_zpk_pvv::VerifyPinZpkPvv;
use payhsm_protocol::command::fw_generate_pvv_of_pin_block::GeneratePvvOfPinBlock;
use payhsm_protocol::command::ja_generate_random_pin::GenerateRandomPin;
use payhsm_protocol::command::jg_translate_pin_lmk_to_zpk::TranslatePinLmkToZpk;
use payhsm_protocol::command::m6_generate_mac::{GenerateMac, MacResult};
use payhsm_protocol::command::m8_verify_mac::VerifyMac;
use payhsm_protocol::field::{
    Account, Bytes, CheckLength, DecimalisationTable, Expiry, Exportability, KeyAttributes,
    KeyField, KeyLengthFlag, KeyScheme, KeyType, MacMethod, MacPart, MacSize, Pan, PinBlock,
    PinBlockFormat, PinLength, Pvki, ServiceCode, ValidationData, VerifyPart,
};
use std::io::Write;

/// What part three needs of part two.
pub(super) struct FreshKeys {
    pub(super) tpk: KeyField,
    pub(super) zpk: KeyField,
    pub(super) cvk: KeyField,
    pub(super) pin_block_under_tpk: PinBlock,
    pub(super) account: Account,
}

const PAN: &str = "4111111111111111";

pub(super) async fn show<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
) -> Result<FreshKeys, Failure> {
    let tpk = generate(client, report, "a TPK", *b"P0", *b"T2").await?;
    let zpk = generate(client, report, "a ZPK", *b"P0", *b"T2").await?;
    let aes_zpk = generate(client, report, "an AES-128 ZPK", *b"72", *b"A1").await?;
    let pvk_pvv = generate(client, report, "a PVK for PVVs", *b"V2", *b"T2").await?;
    let pvk_ibm = generate(client, report, "a PVK for offsets", *b"V1", *b"T2").await?;
    let cvk = generate(client, report, "a CVK", *b"C0", *b"T2").await?;
    let mac_key = generate(client, report, "an AES-256 MAC key", *b"M6", *b"A3").await?;

    let account = Account::Full(Pan(PAN.as_bytes().to_vec()));
    let pin_block_under_tpk = pin_block(client, report, &tpk, &account).await?;
    let under_zpk =
        translate(client, report, [&tpk, &zpk, &aes_zpk], &pin_block_under_tpk, &account).await?;
    verify(client, report, &zpk, [&pvk_pvv, &pvk_ibm], &under_zpk, &account).await?;
    card_values(client, report, &cvk).await?;
    mac(client, report, &mac_key).await?;
    Ok(FreshKeys { tpk, zpk, cvk, pin_block_under_tpk, account })
}

/// Makes a key, and asks for its check value a second time.
async fn generate<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
    what: &str,
    usage: [u8; 2],
    algorithm: [u8; 2],
) -> Result<KeyField, Failure> {
    let request = GenerateKey {
        key_type: KeyType::KEY_BLOCK,
        scheme: KeyScheme::Thales,
        attributes: Some(KeyAttributes {
            usage,
            algorithm: Some(algorithm),
            mode_of_use: b'N',
            version: *b"00",
            exportability: Exportability::Trusted,
            optional_blocks: Vec::new(),
        }),
        export: None,
    };
    let made = client.call(&request).await?.reply;
    let request = CheckKey {
        key_type: KeyType::KEY_BLOCK,
        length: KeyLengthFlag::KeyBlock,
        key: made.key.clone(),
        check_value: None,
    };
    let checked = client.call(&request).await?.reply.check_value;
    let agree = checked == made.check_value;
    let text = format!("check value {}", hex(&made.check_value.0));
    let usage = String::from_utf8_lossy(&usage).into_owned();
    report.holds(
        &format!("A0  generate {what}, usage {usage}"),
        &text,
        agree,
        "BU says the same",
    )?;
    Ok(made.key)
}

/// A random PIN under the LMK, and a PIN block of it.
async fn pin_block<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
    key: &KeyField,
    account: &Account,
) -> Result<PinBlock, Failure> {
    let request = GenerateRandomPin {
        account: account.clone(),
        pin_length: Some(PinLength(4)),
        excluded: None,
    };
    let pin = client.call(&request).await?.reply.pin;
    let format = PinBlockFormat::Iso0;
    let request = TranslatePinLmkToZpk { zpk: key.clone(), format, account: account.clone(), pin };
    let block = client.call(&request).await?.reply.pin_block;
    let text = hex(block.as_slice());
    let held = block.as_slice().len() == 8;
    report.holds("JA, JG  random PIN, its block in format 01", &text, held, "8 bytes")?;
    Ok(block)
}

/// TPK to ZPK, then to an AES key and back: the block has to come home the same.
async fn translate<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
    [tpk, zpk, aes_zpk]: [&KeyField; 3],
    block: &PinBlock,
    account: &Account,
) -> Result<PinBlock, Failure> {
    let request = TranslatePinTpkToZpk {
        source_tpk: tpk.clone(),
        destination_zpk: zpk.clone(),
        pin_block: block.clone(),
        source_format: PinBlockFormat::Iso0,
        destination_format: PinBlockFormat::Iso0,
        account: account.clone(),
    };
    let under_zpk = client.call(&request).await?.reply;
    let text = hex(under_zpk.pin_block.as_slice());
    let held = under_zpk.pin_length == PinLength(4) && under_zpk.pin_block != *block;
    report.holds("CA  TPK to ZPK, format 01", &text, held, "PIN length 4, another block")?;

    let step = |from: &KeyField, to: &KeyField, block: PinBlock, formats: [PinBlockFormat; 2]| {
        TranslatePinZpkToZpk {
            source_zpk: from.clone(),
            destination_zpk: to.clone(),
            pin_block: block,
            source_format: formats[0],
            destination_format: formats[1],
            account: account.clone(),
        }
    };
    let formats = [PinBlockFormat::Iso0, PinBlockFormat::Iso4];
    let away = step(zpk, aes_zpk, under_zpk.pin_block.clone(), formats);
    let away = client.call(&away).await?.reply.pin_block;
    let text = hex(away.as_slice());
    let held = away.as_slice().len() == 16;
    report.holds("CC  ZPK to AES ZPK, format 01 to 48", &text, held, "16 bytes")?;

    let home = step(aes_zpk, zpk, away, [PinBlockFormat::Iso4, PinBlockFormat::Iso0]);
    let home = client.call(&home).await?.reply.pin_block;
    let text = hex(home.as_slice());
    let held = home == under_zpk.pin_block;
    report.holds("CC  AES ZPK to ZPK, format 48 to 01", &text, held, "the block it was before")?;
    Ok(home)
}

async fn verify<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
    zpk: &KeyField,
    [pvk_pvv, pvk_ibm]: [&KeyField; 2],
    pin_block: &PinBlock,
    account: &Account,
) -> Result<(), Failure> {
    let request = GeneratePvvOfPinBlock {
        key_type: KeyType::KEY_BLOCK,
        key: zpk.clone(),
        pvk: pvk_pvv.clone(),
        pin_block: pin_block.clone(),
        format: PinBlockFormat::Iso0,
        account: account.clone(),
        pvki: Pvki(1),
    };
    let pvv = client.call(&request).await?.reply.pvv;
    let request = VerifyPinZpkPvv {
        zpk: zpk.clone(),
        pvk: pvk_pvv.clone(),
        pin_block: pin_block.clone(),
        format: PinBlockFormat::Iso0,
        account: account.clone(),
        verification_account: None,
        pvki: Pvki(1),
        pvv,
    };
    let text = outcome(client.call(&request).await, |_| "verified".to_owned())?;
    let held = text == "verified";
    report.holds("FW, EC  PVV of the PIN, verified by it", &text, held, "the PIN is right")?;

    // The profile `development` takes a table in clear; any other wants it under the LMK.
    let table = DecimalisationTable::Plain(*b"0123456789012345");
    let validation_data = ValidationData::Pattern(*b"41111111111N");
    let request = GenerateOffsetOfPinBlock {
        key_type: KeyType::KEY_BLOCK,
        key: zpk.clone(),
        pvk: pvk_ibm.clone(),
        pin_block: pin_block.clone(),
        format: PinBlockFormat::Iso0,
        check_length: CheckLength(4),
        account: account.clone(),
        table: table.clone(),
        validation_data: validation_data.clone(),
        excluded: None,
    };
    let offset = client.call(&request).await?.reply.offset;
    let request = VerifyPinZpkIbm {
        zpk: zpk.clone(),
        pvk: pvk_ibm.clone(),
        pin_block: pin_block.clone(),
        format: PinBlockFormat::Iso0,
        check_length: CheckLength(4),
        account: account.clone(),
        table,
        validation_data,
        offset,
    };
    let text = outcome(client.call(&request).await, |_| "verified".to_owned())?;
    let held = text == "verified";
    report.holds("BK, EA  IBM offset of the PIN, verified by it", &text, held, "the PIN is right")
}

async fn card_values<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
    cvk: &KeyField,
) -> Result<(), Failure> {
    let pan = Pan(PAN.as_bytes().to_vec());
    let expiry = Expiry(*b"2912");
    for (what, service_code) in [("CVV", *b"201"), ("iCVV", *b"999"), ("CVV2", *b"000")] {
        let service_code = ServiceCode(service_code);
        let request =
            GenerateCvv { cvk: cvk.clone(), pan: pan.clone().into(), expiry, service_code };
        let cvv = client.call(&request).await?.reply.cvv;
        let request =
            VerifyCvv { cvk: cvk.clone(), cvv, pan: pan.clone().into(), expiry, service_code };
        let text = outcome(client.call(&request).await, |_| "verified".to_owned())?;
        let held = text == "verified";
        report.holds(&format!("CW, CY  {what}, verified"), &text, held, "the value is right")?;
    }
    Ok(())
}

async fn mac<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
    key: &KeyField,
) -> Result<(), Failure> {
    let data = Bytes(b"0200 4111111111111111 1234".to_vec());
    let request = GenerateMac {
        part: MacPart::Only,
        method: MacMethod::Cmac,
        size: MacSize::Full,
        key_type: KeyType::KEY_BLOCK,
        key: key.clone(),
        data: data.clone(),
    };
    let MacResult::Mac(mac) = client.call(&request).await?.reply.result else {
        return Err("M6 gave a chaining value for a whole message".into());
    };
    let text = hex(&mac.0);
    let request = VerifyMac {
        part: VerifyPart::Only(mac),
        method: MacMethod::Cmac,
        key_type: KeyType::KEY_BLOCK,
        key: key.clone(),
        data,
    };
    let verified = outcome(client.call(&request).await, |_| "verified".to_owned())?;
    report.holds(
        "M6, M8  AES CMAC of a message, verified",
        &text,
        verified == "verified",
        "M8 agrees",
    )
}
