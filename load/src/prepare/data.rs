//! Data encryption and MACs.

use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::m0_encrypt_data::EncryptData;
use payhsm_protocol::command::m6_generate_mac::{GenerateMac, MacResult};
use payhsm_protocol::command::m8_verify_mac::VerifyMac;
use payhsm_protocol::field::{
    Bytes, CipherMode, DataFormat, InitialVector, KeyType, MacMethod, MacPadding, MacPart, MacSize,
    VerifyPart,
};
use payhsm_protocol::{Command, host::Writer};

const METHOD: MacMethod = MacMethod::RetailMac(MacPadding::Zeros);

/// As much as an authorisation message has.
fn data() -> Bytes {
    Bytes(b"0123456789abcdef".repeat(8))
}

pub(super) async fn m0(kit: &Kit) -> Result<Request, PrepareError> {
    let start = [0; 8];
    let request = EncryptData {
        mode: CipherMode::Cbc(InitialVector::Tdes(start)),
        output: DataFormat::Binary,
        key_type: KeyType::KEY_BLOCK,
        key: kit.key(*b"D0").await?,
        data: data(),
    };
    kit.finish(&request, |host| {
        host.raw(b"0100"); // CBC, binary in, binary out
        host.raw(&request.key_type.0);
        host.key(&request.key);
        host.hex(&start);
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
