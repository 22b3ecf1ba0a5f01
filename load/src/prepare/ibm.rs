//! PINs by their IBM 3624 offset: made, derived, verified, changed. The decimalisation table is in
//! clear, for no command puts one under an LMK.

use super::pins::{ACCOUNT, FORMAT, Pin, account, pin, pin_under};
use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::bk_generate_offset_of_pin_block::GenerateOffsetOfPinBlock;
use payhsm_protocol::command::da_verify_pin_tpk_ibm::VerifyPinTpkIbm;
use payhsm_protocol::command::de_generate_offset_of_lmk_pin::GenerateOffsetOfLmkPin;
use payhsm_protocol::command::du_change_pin_ibm::ChangePinIbm;
use payhsm_protocol::command::ea_verify_pin_zpk_ibm::VerifyPinZpkIbm;
use payhsm_protocol::command::ee_derive_pin_ibm::DerivePinIbm;
use payhsm_protocol::field::{
    CheckLength, DecimalisationTable, KeyField, KeyType, Offset, PinBlock, ValidationData,
};
use payhsm_protocol::host::Writer;

const CHECK_LENGTH: CheckLength = CheckLength(4);
const TABLE: &[u8; 16] = b"0123456789012345";
const VALIDATION_DATA: &[u8; 12] = b"4111111NFFFF";

fn table() -> DecimalisationTable {
    DecimalisationTable::Plain(*TABLE)
}

fn validation_data() -> ValidationData {
    ValidationData::Pattern(*VALIDATION_DATA)
}

async fn of_lmk_pin(kit: &Kit, pin: &Pin) -> Result<GenerateOffsetOfLmkPin, PrepareError> {
    Ok(GenerateOffsetOfLmkPin {
        pvk: kit.key(*b"V1").await?,
        pin: pin.under_lmk.clone(),
        check_length: CHECK_LENGTH,
        account: account(),
        table: table(),
        validation_data: validation_data(),
        excluded: None,
    })
}

async fn offset(kit: &Kit, pin: &Pin) -> Result<(KeyField, Offset), PrepareError> {
    let request = of_lmk_pin(kit, pin).await?;
    let offset = kit.call(&request).await?.offset;
    Ok((request.pvk, offset))
}

/// Check length, account, table and validation data, as every command has them one behind the other.
fn write_method(host: &mut Writer<'_>) {
    host.decimal(usize::from(CHECK_LENGTH.0), 2);
    host.raw(ACCOUNT);
    host.raw(TABLE);
    host.raw(VALIDATION_DATA);
}

fn write_block(host: &mut Writer<'_>, block: &PinBlock) {
    host.pin_block(block);
    host.raw(&FORMAT.code());
    write_method(host);
}

fn write_by_offset(host: &mut Writer<'_>, keys: [&KeyField; 2], block: &PinBlock, offset: &Offset) {
    keys.into_iter().for_each(|key| host.key(key));
    host.raw(b"12");
    write_block(host, block);
    host.raw(&offset.0);
}

pub(super) async fn de(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let request = of_lmk_pin(kit, &pin).await?;
    kit.finish_with_pin(&request, &request.pin, |host| {
        host.key(&request.pvk);
        host.lmk_pin(&request.pin);
        write_method(host);
    })
    .await
}

pub(super) async fn ee(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let (pvk, offset) = offset(kit, &pin).await?;
    let request = DerivePinIbm {
        pvk,
        offset,
        check_length: CHECK_LENGTH,
        account: account(),
        table: table(),
        validation_data: validation_data(),
    };
    kit.finish(&request, |host| {
        host.key(&request.pvk);
        host.raw(&request.offset.0);
        write_method(host);
    })
    .await
}

pub(super) async fn bk(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let request = GenerateOffsetOfPinBlock {
        key_type: KeyType::KEY_BLOCK,
        key: pin.key,
        pvk: kit.key(*b"V1").await?,
        pin_block: pin.block,
        format: FORMAT,
        check_length: CHECK_LENGTH,
        account: account(),
        table: table(),
        validation_data: validation_data(),
        excluded: None,
    };
    kit.finish(&request, |host| {
        host.raw(&request.key_type.0);
        host.key(&request.key);
        host.key(&request.pvk);
        write_block(host, &request.pin_block);
    })
    .await
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
        table: table(),
        validation_data: validation_data(),
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
        table: table(),
        validation_data: validation_data(),
        offset,
    };
    kit.finish(&request, |host| {
        write_by_offset(host, [&request.zpk, &request.pvk], &request.pin_block, &request.offset);
    })
    .await
}

pub(super) async fn du(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let (pvk, current_offset) = offset(kit, &pin).await?;
    let new = pin_under(kit, pin.key).await?;
    let request = ChangePinIbm {
        key_type: KeyType::KEY_BLOCK,
        key: new.key,
        pvk,
        current_pin_block: pin.block,
        format: FORMAT,
        check_length: CHECK_LENGTH,
        account: account(),
        table: table(),
        validation_data: validation_data(),
        current_offset,
        new_pin_block: new.block,
        excluded: None,
    };
    kit.finish(&request, |host| {
        host.raw(&request.key_type.0);
        host.key(&request.key);
        host.key(&request.pvk);
        write_block(host, &request.current_pin_block);
        host.raw(&request.current_offset.0);
        host.pin_block(&request.new_pin_block);
    })
    .await
}
