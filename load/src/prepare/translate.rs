//! PIN blocks: translated from key to key, from and to the LMK.

use super::pins::{ACCOUNT, FORMAT, account, pin, write_block};
use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::ca_translate_pin_tpk_to_zpk::TranslatePinTpkToZpk;
use payhsm_protocol::command::cc_translate_pin_zpk_to_zpk::TranslatePinZpkToZpk;
use payhsm_protocol::command::jc_translate_pin_tpk_to_lmk::TranslatePinTpkToLmk;
use payhsm_protocol::command::je_translate_pin_zpk_to_lmk::TranslatePinZpkToLmk;
use payhsm_protocol::command::jg_translate_pin_lmk_to_zpk::TranslatePinLmkToZpk;
use payhsm_protocol::field::{KeyField, PinBlock};
use payhsm_protocol::host::Writer;

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

pub(super) async fn jc(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let request = TranslatePinTpkToLmk {
        tpk: pin.key,
        pin_block: pin.block,
        format: FORMAT,
        account: account(),
    };
    kit.finish(&request, |host| {
        host.key(&request.tpk);
        write_block(host, &request.pin_block);
    })
    .await
}

pub(super) async fn je(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let request = TranslatePinZpkToLmk {
        zpk: pin.key,
        pin_block: pin.block,
        format: FORMAT,
        account: account(),
    };
    kit.finish(&request, |host| {
        host.key(&request.zpk);
        write_block(host, &request.pin_block);
    })
    .await
}

pub(super) async fn jg(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let request = TranslatePinLmkToZpk {
        zpk: pin.key,
        format: FORMAT,
        account: account(),
        pin: pin.under_lmk,
    };
    kit.finish_with_pin(&request, &request.pin, |host| {
        host.key(&request.zpk);
        host.raw(&FORMAT.code());
        host.raw(ACCOUNT);
        host.lmk_pin(&request.pin);
    })
    .await
}
