//! Part one: keys and values from public transcripts of other makers' appliances and simulators.

use super::report::Report;
use super::{ascii, hex, key, outcome};
use crate::cli::Failure;
use payhsm_client::Client;
use payhsm_protocol::command::bk_generate_offset_of_pin_block::GenerateOffsetOfPinBlock;
use payhsm_protocol::command::ca_translate_pin_tpk_to_zpk::TranslatePinTpkToZpk;
use payhsm_protocol::command::cc_translate_pin_zpk_to_zpk::TranslatePinZpkToZpk;
use payhsm_protocol::command::cw_generate_cvv::GenerateCvv;
use payhsm_protocol::command::cy_verify_cvv::VerifyCvv;
use payhsm_protocol::command::ea_verify_pin_zpk_ibm::VerifyPinZpkIbm;
use payhsm_protocol::command::ec_verify_pin_zpk_pvv::VerifyPinZpkPvv;
use payhsm_protocol::command::fw_generate_pvv_of_pin_block::GeneratePvvOfPinBlock;
use payhsm_protocol::command::m6_generate_mac::{GenerateMac, MacResult};
use payhsm_protocol::command::nc_diagnostics::Diagnose;
use payhsm_protocol::field::{
    Account, Bytes, CheckLength, Cvv, DecimalisationTable, Expiry, KeyType, LmkId, MacMethod,
    MacPadding, MacPart, MacSize, Offset, Pan, PinBlock, PinBlockFormat, Pvki, Pvv, ServiceCode,
    ValidationData,
};
use std::io::Write;

// Key blocks under the public 3DES key-block test LMK, keys under the public variant test LMK.
const ZPK_1: &str = "S00072P0TB00E0001EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9";
const ZPK_2: &str = "S00072P0TB00E00010D869FE84C1F77AE64E0019151533363D4CCE7E1C3F89F3D86115EE8";
const PVK_PVV: &str = "S00072V2TN00E0001E80A2926443C3AF11BF0317C669FA0EA0E100ABDF92BF7A3AF232D4C";
const PVK_IBM: &str = "S00072V1TN00E00010AE0AD2B1990AB407FAD15059E287760A05DF4DA2391EAB138877E22";
const CVK: &str = "S00072C0TN00E0001A417975993E2331918759DD1656AC94306BE01C19FDE29E83A93AB42";
const MAC_KEY: &str = "S00072M1TN00E0001FFE01E95CF21BDD0D74B6BEB70E3D90842C137DCA39C1B162C6238D5";
const VARIANT_TPK: &str = "U8463435FC4B4DAA0C49025272C29B12C";
const VARIANT_ZPK: &str = "U1EF828AA8F6B80EB83E19FBC373F3A85";
const VARIANT_CVK: &str = "U9B4934384B19946B040CD702B4D58145";

const PIN_BLOCK: PinBlock = PinBlock::Tdes(*b"\xAD\x72\xF9\x73\x44\x6E\x84\xE7");
const OTHER_PIN_BLOCK: PinBlock = PinBlock::Tdes(*b"\x96\x7C\xDB\x6E\x3D\x49\x2E\x28");
const ACCOUNT: Account = Account::Pan12(*b"850103093936");

pub(super) async fn show<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
) -> Result<(), Failure> {
    let answer = client.call(&Diagnose {}).await;
    let text = outcome(answer, |reply| hex(&reply.lmk_check_value))?;
    report.published("NC  check value of the AES-256 test LMK", &text, "9D04A00000000000")?;

    translations(client, report).await?;
    verifications(client, report).await?;
    card_values(client, report).await?;

    let request = GenerateMac {
        part: MacPart::Only,
        method: MacMethod::CbcMac(MacPadding::Zeros),
        size: MacSize::Half,
        key_type: KeyType::KEY_BLOCK,
        key: key(MAC_KEY)?,
        data: Bytes(b"\xAB\xCD\xEF\x12".to_vec()),
    };
    let answer = client.call_with(Some(LmkId(1)), &request).await;
    let text = outcome(answer, |reply| match &reply.result {
        MacResult::Mac(mac) => hex(&mac.0),
        MacResult::Chaining(_) => "no MAC".to_owned(),
    })?;
    report.published("M6  MAC by ISO 9797-1 algorithm 1, LMK 01", &text, "F9369211")
}

async fn translations<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
) -> Result<(), Failure> {
    let request = TranslatePinTpkToZpk {
        source_tpk: key(VARIANT_TPK)?,
        destination_zpk: key(VARIANT_ZPK)?,
        pin_block: PinBlock::Tdes(*b"\x64\x28\xEB\x94\x03\x5A\xF5\x3B"),
        source_format: PinBlockFormat::Iso0,
        destination_format: PinBlockFormat::Iso0,
        account: Account::Pan12(*b"550000025321"),
    };
    let answer = client.call_with(Some(LmkId(0)), &request).await;
    let text = outcome(answer, |reply| hex(reply.pin_block.as_slice()))?;
    report.published("CA  PIN block TPK to ZPK, format 01, LMK 00", &text, "91DDDA0A7C12CFAA")?;

    let request = TranslatePinZpkToZpk {
        source_zpk: key(ZPK_1)?,
        destination_zpk: key(ZPK_2)?,
        pin_block: PIN_BLOCK,
        source_format: PinBlockFormat::Iso0,
        destination_format: PinBlockFormat::Iso0,
        account: ACCOUNT,
    };
    let answer = client.call_with(Some(LmkId(1)), &request).await;
    let text = outcome(answer, |reply| hex(reply.pin_block.as_slice()))?;
    report.published("CC  PIN block ZPK to ZPK, format 01, LMK 01", &text, "E614D4AFD47BD3BF")
}

async fn verifications<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
) -> Result<(), Failure> {
    let lmk = Some(LmkId(1));
    let request = GeneratePvvOfPinBlock {
        key_type: KeyType::KEY_BLOCK,
        key: key(ZPK_1)?,
        pvk: key(PVK_PVV)?,
        pin_block: PIN_BLOCK,
        format: PinBlockFormat::Iso0,
        account: ACCOUNT,
        pvki: Pvki(1),
    };
    let text = outcome(client.call_with(lmk, &request).await, |reply| {
        String::from_utf8_lossy(&reply.pvv.0).into_owned()
    })?;
    report.published("FW  PVV of a PIN block, LMK 01", &text, "7548")?;

    let request = VerifyPinZpkPvv {
        zpk: key(ZPK_1)?,
        pvk: key(PVK_PVV)?,
        pin_block: PIN_BLOCK,
        format: PinBlockFormat::Iso0,
        account: ACCOUNT,
        verification_account: None,
        pvki: Pvki(1),
        pvv: Pvv(*b"7548"),
    };
    let text = outcome(client.call_with(lmk, &request).await, |_| "verified".to_owned())?;
    report.published("EC  verify the PIN by that PVV, LMK 01", &text, "verified")?;

    let table = DecimalisationTable::UnderDesLmk(*b"\x70\x9F\x26\xB2\x24\x64\xE9\x6A");
    let validation_data = ValidationData::Pattern(*b"50103093936N");
    let request = GenerateOffsetOfPinBlock {
        key_type: KeyType::KEY_BLOCK,
        key: key(ZPK_1)?,
        pvk: key(PVK_IBM)?,
        pin_block: OTHER_PIN_BLOCK,
        format: PinBlockFormat::Iso0,
        check_length: CheckLength(6),
        account: ACCOUNT,
        table: table.clone(),
        validation_data: validation_data.clone(),
        excluded: None,
    };
    let text = outcome(client.call_with(lmk, &request).await, |reply| {
        String::from_utf8_lossy(&reply.offset.0).into_owned()
    })?;
    report.published("BK  IBM 3624 offset of a PIN block, LMK 01", &text, "309783FFFFFF")?;

    let request = VerifyPinZpkIbm {
        zpk: key(ZPK_1)?,
        pvk: key(PVK_IBM)?,
        pin_block: OTHER_PIN_BLOCK,
        format: PinBlockFormat::Iso0,
        check_length: CheckLength(6),
        account: ACCOUNT,
        table,
        validation_data,
        offset: Offset(*b"309783FFFFFF"),
    };
    let text = outcome(client.call_with(lmk, &request).await, |_| "verified".to_owned())?;
    report.published("EA  verify the PIN by that offset, LMK 01", &text, "verified")
}

async fn card_values<W: Write>(client: &Client, report: &mut Report<'_, W>) -> Result<(), Failure> {
    let values = [
        ("CVV", 1, CVK, "502265400089000092", "2010", "620", "181"),
        ("CVV2, service code 000,", 0, VARIANT_CVK, "4111111111111111", "2512", "000", "765"),
        ("iCVV, service code 999,", 0, VARIANT_CVK, "4111111111111111", "2512", "999", "133"),
    ];
    for (what, lmk, cvk, pan, expiry, service_code, published) in values {
        let pan = Pan(pan.as_bytes().to_vec());
        let (expiry, service_code) = (Expiry(ascii(expiry)?), ServiceCode(ascii(service_code)?));
        let request = GenerateCvv { cvk: key(cvk)?, pan: pan.clone().into(), expiry, service_code };
        let answer = client.call_with(Some(LmkId(lmk)), &request).await;
        let text = outcome(answer, |reply| String::from_utf8_lossy(&reply.cvv.0).into_owned())?;
        report.published(&format!("CW  {what} LMK {lmk:02}"), &text, published)?;

        let cvv = Cvv(ascii(published)?);
        let request = VerifyCvv { cvk: key(cvk)?, cvv, pan: pan.into(), expiry, service_code };
        let answer = client.call_with(Some(LmkId(lmk)), &request).await;
        let text = outcome(answer, |_| "verified".to_owned())?;
        report.published(&format!("CY  verify that {what} LMK {lmk:02}"), &text, "verified")?;
    }
    Ok(())
}
