//! Data encryption and MACs.

use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::m0_encrypt_data::EncryptData;
use payhsm_protocol::command::m2_decrypt_data::DecryptData;
use payhsm_protocol::command::m4_translate_data::TranslateData;
use payhsm_protocol::command::m6_generate_mac::{GenerateMac, MacResult};
use payhsm_protocol::command::m8_verify_mac::VerifyMac;
use payhsm_protocol::field::{
    Bytes, CipherMode, DataFormat, InitialVector, KeyField, KeyType, MacMethod, MacPadding,
    MacPart, MacSize, VerifyPart,
};
use payhsm_protocol::{Command, host::Writer};

const START: [u8; 8] = [0; 8];
const MODE: CipherMode = CipherMode::Cbc(InitialVector::Tdes(START));
const METHOD: MacMethod = MacMethod::RetailMac(MacPadding::Zeros);

/// As much as an authorisation message has.
fn data() -> Bytes {
    Bytes(b"0123456789abcdef".repeat(8))
}

async fn encryption(kit: &Kit) -> Result<EncryptData, PrepareError> {
    Ok(EncryptData {
        mode: MODE,
        output: DataFormat::Binary,
        key_type: KeyType::KEY_BLOCK,
        key: kit.key(*b"D0").await?,
        data: data(),
    })
}

fn write_key(host: &mut Writer<'_>, key: &KeyField) {
    host.raw(&KeyType::KEY_BLOCK.0);
    host.key(key);
}

pub(super) async fn m0(kit: &Kit) -> Result<Request, PrepareError> {
    let request = encryption(kit).await?;
    kit.finish(&request, |host| {
        host.raw(b"0100"); // CBC, binary in, binary out
        write_key(host, &request.key);
        host.hex(&START);
        host.data(DataFormat::Binary, &request.data);
    })
    .await
}

pub(super) async fn m2(kit: &Kit) -> Result<Request, PrepareError> {
    let made = encryption(kit).await?;
    let request = DecryptData {
        mode: MODE,
        output: DataFormat::Binary,
        key_type: KeyType::KEY_BLOCK,
        data: kit.call(&made).await?.data,
        key: made.key,
    };
    kit.finish(&request, |host| {
        host.raw(b"0100"); // CBC, binary in, binary out
        write_key(host, &request.key);
        host.hex(&START);
        host.data(DataFormat::Binary, &request.data);
    })
    .await
}

pub(super) async fn m4(kit: &Kit) -> Result<Request, PrepareError> {
    let made = encryption(kit).await?;
    let request = TranslateData {
        source_mode: MODE,
        destination_mode: MODE,
        output: DataFormat::Binary,
        source_key_type: KeyType::KEY_BLOCK,
        data: kit.call(&made).await?.data,
        source_key: made.key,
        destination_key_type: KeyType::KEY_BLOCK,
        destination_key: kit.key(*b"D0").await?,
    };
    kit.finish(&request, |host| {
        host.raw(b"010100"); // CBC and CBC, binary in, binary out
        write_key(host, &request.source_key);
        write_key(host, &request.destination_key);
        host.hex(&START);
        host.hex(&START);
        host.data(DataFormat::Binary, &request.data);
    })
    .await
}

async fn mac_request(kit: &Kit) -> Result<GenerateMac, PrepareError> {
    Ok(GenerateMac {
        part: MacPart::Only,
        method: METHOD,
        size: MacSize::Half,
        key_type: KeyType::KEY_BLOCK,
        key: kit.key(*b"M3").await?,
        data: data(),
    })
}

fn write_mac_head(host: &mut Writer<'_>) {
    host.raw(b"00031"); // the only part, binary, 8H, retail MAC, zeros
    host.raw(&KeyType::KEY_BLOCK.0);
}

pub(super) async fn m6(kit: &Kit) -> Result<Request, PrepareError> {
    let request = mac_request(kit).await?;
    kit.finish(&request, |host| {
        write_mac_head(host);
        host.key(&request.key);
        host.data(DataFormat::Binary, &request.data);
    })
    .await
}

pub(super) async fn m8(kit: &Kit) -> Result<Request, PrepareError> {
    let made = mac_request(kit).await?;
    let MacResult::Mac(mac) = kit.call(&made).await?.result else {
        return Err(PrepareError::Unwritable(GenerateMac::OPCODE.code()));
    };
    let request = VerifyMac {
        part: VerifyPart::Only(mac.clone()),
        method: METHOD,
        key_type: made.key_type,
        key: made.key,
        data: made.data,
    };
    kit.finish(&request, |host| {
        write_mac_head(host);
        host.key(&request.key);
        host.data(DataFormat::Binary, &request.data);
        host.hex(&mac.0);
    })
    .await
}
