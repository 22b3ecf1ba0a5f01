//! Keys on their way to and from others: under a ZMK or a TMK, as X9.143 key blocks.

use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::a6_import_key::ImportKey;
use payhsm_protocol::command::a8_export_key::ExportKey;
use payhsm_protocol::command::fa_import_zpk::ImportZpk;
use payhsm_protocol::command::fc_import_terminal_key::ImportTerminalKey;
use payhsm_protocol::command::fe_export_terminal_key::ExportTerminalKey;
use payhsm_protocol::command::gc_export_zpk::ExportZpk;
use payhsm_protocol::command::ha_generate_tak::GenerateTak;
use payhsm_protocol::command::hc_generate_terminal_key::GenerateTerminalKey;
use payhsm_protocol::command::ia_generate_zpk::GenerateZpk;
use payhsm_protocol::field::{
    ExportForm, ExportHeader, ImportHeader, KeyField, KeyScheme, KeyType, WrappingKey,
};

/// ZMK and TMK alike: a key that protects keys.
const KEK: [u8; 2] = *b"K0";
const ZPK: [u8; 2] = *b"P0";
/// A PVK, which is one of the keys that FC and FE are for.
const PVK: [u8; 2] = *b"V2";

/// A8, for a ZMK and a ZPK.
async fn export(kit: &Kit) -> Result<(KeyField, ExportKey), PrepareError> {
    let zmk = kit.key(KEK).await?;
    let request = ExportKey {
        key_type: KeyType::KEY_BLOCK,
        wrapping_key: WrappingKey::Zmk(zmk.clone()),
        key: kit.exportable_key(ZPK).await?,
        form: ExportForm { scheme: KeyScheme::X9143, header: ExportHeader::Kept, version: None },
    };
    Ok((zmk, request))
}

pub(super) async fn a8(kit: &Kit) -> Result<Request, PrepareError> {
    let (zmk, request) = export(kit).await?;
    kit.finish(&request, |host| {
        host.raw(&request.key_type.0);
        host.key(&zmk);
        host.key(&request.key);
        host.raw(b"R");
    })
    .await
}

pub(super) async fn a6(kit: &Kit) -> Result<Request, PrepareError> {
    let (zmk, exported) = export(kit).await?;
    let request = ImportKey {
        key_type: KeyType::KEY_BLOCK,
        zmk,
        key: kit.call(&exported).await?.key,
        scheme: KeyScheme::Thales,
        atalla_variant: None,
        header: ImportHeader::Kept,
    };
    kit.finish(&request, |host| {
        host.raw(&request.key_type.0);
        host.key(&request.zmk);
        host.key(&request.key);
        host.raw(b"S");
    })
    .await
}

async fn zpk_export(kit: &Kit) -> Result<ExportZpk, PrepareError> {
    let zmk = kit.key(KEK).await?;
    Ok(ExportZpk { zmk, zpk: kit.exportable_key(ZPK).await?, options: None })
}

pub(super) async fn gc(kit: &Kit) -> Result<Request, PrepareError> {
    let request = zpk_export(kit).await?;
    kit.finish(&request, |host| {
        host.key(&request.zmk);
        host.key(&request.zpk);
    })
    .await
}

pub(super) async fn fa(kit: &Kit) -> Result<Request, PrepareError> {
    let exported = zpk_export(kit).await?;
    let zpk = kit.call(&exported).await?.key;
    let request = ImportZpk { zmk: exported.zmk, zpk, options: None };
    kit.finish(&request, |host| {
        host.key(&request.zmk);
        host.key(&request.zpk);
    })
    .await
}

async fn terminal_key_export(kit: &Kit) -> Result<ExportTerminalKey, PrepareError> {
    let zmk = kit.key(KEK).await?;
    Ok(ExportTerminalKey { zmk, key: kit.exportable_key(PVK).await?, options: None })
}

pub(super) async fn fe(kit: &Kit) -> Result<Request, PrepareError> {
    let request = terminal_key_export(kit).await?;
    kit.finish(&request, |host| {
        host.key(&request.zmk);
        host.key(&request.key);
    })
    .await
}

pub(super) async fn fc(kit: &Kit) -> Result<Request, PrepareError> {
    let exported = terminal_key_export(kit).await?;
    let key = kit.call(&exported).await?.key;
    let request = ImportTerminalKey { zmk: exported.zmk, key, options: None };
    kit.finish(&request, |host| {
        host.key(&request.zmk);
        host.key(&request.key);
    })
    .await
}

pub(super) async fn ha(kit: &Kit) -> Result<Request, PrepareError> {
    let request = GenerateTak { tmk: kit.key(KEK).await?, schemes: None };
    kit.finish(&request, |host| host.key(&request.tmk)).await
}

pub(super) async fn hc(kit: &Kit) -> Result<Request, PrepareError> {
    let request = GenerateTerminalKey { current_key: kit.key(KEK).await?, schemes: None };
    kit.finish(&request, |host| host.key(&request.current_key)).await
}

pub(super) async fn ia(kit: &Kit) -> Result<Request, PrepareError> {
    let request = GenerateZpk { zmk: kit.key(KEK).await?, options: None };
    kit.finish(&request, |host| host.key(&request.zmk)).await
}
