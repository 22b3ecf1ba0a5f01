//! PINs by their Visa PVV: made, verified, changed.

use super::pins::{ACCOUNT, FORMAT, Pin, account, pin, pin_under, write_block};
use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::cu_change_pin_pvv::ChangePinPvv;
use payhsm_protocol::command::dc_verify_pin_tpk_pvv::VerifyPinTpkPvv;
use payhsm_protocol::command::dg_generate_pvv_of_lmk_pin::GeneratePvvOfLmkPin;
use payhsm_protocol::command::ec_verify_pin_zpk_pvv::VerifyPinZpkPvv;
use payhsm_protocol::command::fw_generate_pvv_of_pin_block::GeneratePvvOfPinBlock;
use payhsm_protocol::field::{KeyField, KeyType, PinBlock, Pvki, Pvv};
use payhsm_protocol::host::Writer;

const PVKI: Pvki = Pvki(1);

async fn of_lmk_pin(kit: &Kit, pin: &Pin) -> Result<GeneratePvvOfLmkPin, PrepareError> {
    Ok(GeneratePvvOfLmkPin {
        pvk: kit.key(*b"V2").await?,
        pin: pin.under_lmk.clone(),
        account: account(),
        pvki: PVKI,
    })
}

async fn pvv(kit: &Kit, pin: &Pin) -> Result<(KeyField, Pvv), PrepareError> {
    let request = of_lmk_pin(kit, pin).await?;
    let pvv = kit.call(&request).await?.pvv;
    Ok((request.pvk, pvv))
}

fn write_pvki(host: &mut Writer<'_>) {
    host.decimal(usize::from(PVKI.0), 1);
}

fn write_by_pvv(host: &mut Writer<'_>, keys: [&KeyField; 2], block: &PinBlock, pvv: &Pvv) {
    keys.into_iter().for_each(|key| host.key(key));
    write_block(host, block);
    write_pvki(host);
    host.raw(&pvv.0);
}

pub(super) async fn dg(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let request = of_lmk_pin(kit, &pin).await?;
    kit.finish_with_pin(&request, &request.pin, |host| {
        host.key(&request.pvk);
        host.lmk_pin(&request.pin);
        host.raw(ACCOUNT);
        write_pvki(host);
    })
    .await
}

pub(super) async fn fw(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let request = GeneratePvvOfPinBlock {
        key_type: KeyType::KEY_BLOCK,
        key: pin.key,
        pvk: kit.key(*b"V2").await?,
        pin_block: pin.block,
        format: FORMAT,
        account: account(),
        pvki: PVKI,
    };
    kit.finish(&request, |host| {
        host.raw(&request.key_type.0);
        host.key(&request.key);
        host.key(&request.pvk);
        write_block(host, &request.pin_block);
        write_pvki(host);
    })
    .await
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

pub(super) async fn cu(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let (pvk, current_pvv) = pvv(kit, &pin).await?;
    let new = pin_under(kit, pin.key).await?;
    let request = ChangePinPvv {
        key_type: KeyType::KEY_BLOCK,
        key: new.key,
        pvk,
        current_pin_block: pin.block,
        format: FORMAT,
        account: account(),
        pvki: PVKI,
        current_pvv,
        new_pin_block: new.block,
    };
    kit.finish(&request, |host| {
        host.raw(&request.key_type.0);
        let keys = [&request.key, &request.pvk];
        write_by_pvv(host, keys, &request.current_pin_block, &request.current_pvv);
        host.pin_block(&request.new_pin_block);
    })
    .await
}
