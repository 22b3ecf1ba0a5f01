//! PIN blocks: translated and verified.

use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::ca_translate_pin_tpk_to_zpk::TranslatePinTpkToZpk;
use payhsm_protocol::command::cc_translate_pin_zpk_to_zpk::TranslatePinZpkToZpk;
use payhsm_protocol::command::da_verify_pin_tpk_ibm::VerifyPinTpkIbm;
use payhsm_protocol::command::dc_verify_pin_tpk_pvv::VerifyPinTpkPvv;
use payhsm_protocol::command::de_generate_offset_of_lmk_pin::GenerateOffsetOfLmkPin;
use payhsm_protocol::command::dg_generate_pvv_of_lmk_pin::GeneratePvvOfLmkPin;
use payhsm_protocol::command::ea_verify_pin_zpk_ibm::VerifyPinZpkIbm;
use payhsm_protocol::command::ec_verify_pin_zpk_pvv::VerifyPinZpkPvv;
use payhsm_protocol::command::ja_generate_random_pin::GenerateRandomPin;
use payhsm_protocol::command::jg_translate_pin_lmk_to_zpk::TranslatePinLmkToZpk;
use payhsm_protocol::field::{
    Account, CheckLength, DecimalisationTable, KeyField, LmkPin, Offset, PinBlock, PinBlockFormat,
    Pvki, Pvv, ValidationData,
};
use payhsm_protocol::host::Writer;

/// 12 digits of a published test card.
const ACCOUNT: &[u8; 12] = b"111111111111";
const FORMAT: PinBlockFormat = PinBlockFormat::Iso0;
const PVKI: Pvki = Pvki(1);
const CHECK_LENGTH: CheckLength = CheckLength(4);
const TABLE: &[u8; 16] = b"0123456789012345";
const VALIDATION_DATA: &[u8; 12] = b"4111111NFFFF";

/// A PIN that the daemon chose, and its block under a key for PIN blocks. The key's usage is P0,
/// which is good for a terminal's key and for a zone's key alike.
struct Pin {
    under_lmk: LmkPin,
    key: KeyField,
    block: PinBlock,
}

fn account() -> Account {
    Account::Pan12(*ACCOUNT)
}

async fn pin(kit: &Kit) -> Result<Pin, PrepareError> {
    let key = kit.key(*b"P0").await?;
    let request = GenerateRandomPin { account: account(), pin_length: None, excluded: None };
    let under_lmk = kit.call(&request).await?.pin;
    let request = TranslatePinLmkToZpk {
        zpk: key.clone(),
        format: FORMAT,
        account: account(),
        pin: under_lmk.clone(),
    };
    let block = kit.call(&request).await?.pin_block;
    Ok(Pin { under_lmk, key, block })
}

fn write_translation(host: &mut Writer<'_>, from: &KeyField, to: &KeyField, block: &PinBlock) {
    host.key(from);
    host.key(to);
    host.raw(b"12");
    host.pin_block(block);
    host.raw(&FORMAT.code());
    host.raw(&FORMAT.code());
    host.raw(ACCOUNT);
}

pub(super) async fn ca(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let request = TranslatePinTpkToZpk {
        source_tpk: pin.key,
        destination_zpk: kit.key(*b"P0").await?,
        pin_block: pin.block,
        source_format: FORMAT,
        destination_format: FORMAT,
        account: account(),
    };
    kit.finish(&request, |host| {
        write_translation(host, &request.source_tpk, &request.destination_zpk, &request.pin_block);
    })
    .await
}

pub(super) async fn cc(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let request = TranslatePinZpkToZpk {
        source_zpk: pin.key,
        destination_zpk: kit.key(*b"P0").await?,
        pin_block: pin.block,
        source_format: FORMAT,
        destination_format: FORMAT,
        account: account(),
    };
    kit.finish(&request, |host| {
        write_translation(host, &request.source_zpk, &request.destination_zpk, &request.pin_block);
    })
    .await
}

async fn pvv(kit: &Kit, pin: &Pin) -> Result<(KeyField, Pvv), PrepareError> {
    let pvk = kit.key(*b"V2").await?;
    let request = GeneratePvvOfLmkPin {
        pvk: pvk.clone(),
        pin: pin.under_lmk.clone(),
        account: account(),
        pvki: PVKI,
    };
    let pvv = kit.call(&request).await?.pvv;
    Ok((pvk, pvv))
}

fn write_by_pvv(host: &mut Writer<'_>, keys: [&KeyField; 2], block: &PinBlock, pvv: &Pvv) {
    keys.into_iter().for_each(|key| host.key(key));
    host.pin_block(block);
    host.raw(&FORMAT.code());
    host.raw(ACCOUNT);
    host.decimal(usize::from(PVKI.0), 1);
    host.raw(&pvv.0);
}

pub(super) async fn dc(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let (pvk, pvv) = pvv(kit, &pin).await?;
    let request = VerifyPinTpkPvv {
        tpk: pin.key,
        pvk,
        pin_block: pin.block,
        format: FORMAT,
        account: account(),
        verification_account: None,
        pvki: PVKI,
        pvv,
    };
    kit.finish(&request, |host| {
        write_by_pvv(host, [&request.tpk, &request.pvk], &request.pin_block, &request.pvv);
    })
    .await
}

pub(super) async fn ec(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let (pvk, pvv) = pvv(kit, &pin).await?;
    let request = VerifyPinZpkPvv {
        zpk: pin.key,
        pvk,
        pin_block: pin.block,
        format: FORMAT,
        account: account(),
        verification_account: None,
        pvki: PVKI,
        pvv,
    };
    kit.finish(&request, |host| {
        write_by_pvv(host, [&request.zpk, &request.pvk], &request.pin_block, &request.pvv);
    })
    .await
}

async fn offset(kit: &Kit, pin: &Pin) -> Result<(KeyField, Offset), PrepareError> {
    let pvk = kit.key(*b"V1").await?;
    let request = GenerateOffsetOfLmkPin {
        pvk: pvk.clone(),
        pin: pin.under_lmk.clone(),
        check_length: CHECK_LENGTH,
        account: account(),
        table: DecimalisationTable::Plain(*TABLE),
        validation_data: ValidationData::Pattern(*VALIDATION_DATA),
        excluded: None,
    };
    let offset = kit.call(&request).await?.offset;
    Ok((pvk, offset))
}

fn write_by_offset(host: &mut Writer<'_>, keys: [&KeyField; 2], block: &PinBlock, offset: &Offset) {
    keys.into_iter().for_each(|key| host.key(key));
    host.raw(b"12");
    host.pin_block(block);
    host.raw(&FORMAT.code());
    host.decimal(usize::from(CHECK_LENGTH.0), 2);
    host.raw(ACCOUNT);
    host.raw(TABLE);
    host.raw(VALIDATION_DATA);
    host.raw(&offset.0);
}

pub(super) async fn da(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let (pvk, offset) = offset(kit, &pin).await?;
    let request = VerifyPinTpkIbm {
        tpk: pin.key,
        pvk,
        pin_block: pin.block,
        format: FORMAT,
        check_length: CHECK_LENGTH,
        account: account(),
        table: DecimalisationTable::Plain(*TABLE),
        validation_data: ValidationData::Pattern(*VALIDATION_DATA),
        offset,
    };
    kit.finish(&request, |host| {
        write_by_offset(host, [&request.tpk, &request.pvk], &request.pin_block, &request.offset);
    })
    .await
}

pub(super) async fn ea(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let (pvk, offset) = offset(kit, &pin).await?;
    let request = VerifyPinZpkIbm {
        zpk: pin.key,
        pvk,
        pin_block: pin.block,
        format: FORMAT,
        check_length: CHECK_LENGTH,
        account: account(),
        table: DecimalisationTable::Plain(*TABLE),
        validation_data: ValidationData::Pattern(*VALIDATION_DATA),
        offset,
    };
    kit.finish(&request, |host| {
        write_by_offset(host, [&request.zpk, &request.pvk], &request.pin_block, &request.offset);
    })
    .await
}
