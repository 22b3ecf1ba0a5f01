//! PINs under the LMK: made, compared with PIN blocks, decrypted.

use super::pins::{ACCOUNT, FORMAT, account, pin, random_pin, write_block};
use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::ba_encrypt_clear_pin::EncryptClearPin;
use payhsm_protocol::command::bc_compare_pin_tpk::ComparePinTpk;
use payhsm_protocol::command::be_compare_pin_zpk::ComparePinZpk;
use payhsm_protocol::command::ng_decrypt_pin::DecryptPin;
use payhsm_protocol::field::ClearPin;

/// In the host dialect its field is as long as a daemon has it that says nothing of
/// `host.pin_length`.
pub(super) async fn ba(kit: &Kit) -> Result<Request, PrepareError> {
    let request = EncryptClearPin { pin: ClearPin(b"1234".to_vec()), account: account() };
    kit.finish(&request, |host| {
        host.clear_pin(&request.pin);
        host.raw(ACCOUNT);
    })
    .await
}

pub(super) async fn bc(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let request = ComparePinTpk {
        tpk: pin.key,
        pin_block: pin.block,
        format: FORMAT,
        account: account(),
        pin: pin.under_lmk,
    };
    kit.finish_with_pin(&request, &request.pin, |host| {
        host.key(&request.tpk);
        write_block(host, &request.pin_block);
        host.lmk_pin(&request.pin);
    })
    .await
}

pub(super) async fn be(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = pin(kit).await?;
    let request = ComparePinZpk {
        zpk: pin.key,
        pin_block: pin.block,
        format: FORMAT,
        account: account(),
        pin: pin.under_lmk,
    };
    kit.finish_with_pin(&request, &request.pin, |host| {
        host.key(&request.zpk);
        write_block(host, &request.pin_block);
        host.lmk_pin(&request.pin);
    })
    .await
}

pub(super) async fn ja(kit: &Kit) -> Result<Request, PrepareError> {
    kit.finish(&random_pin(), |host| host.raw(ACCOUNT)).await
}

pub(super) async fn ng(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = kit.call(&random_pin()).await?.pin;
    let request = DecryptPin { account: account(), pin };
    kit.finish_with_pin(&request, &request.pin, |host| {
        host.raw(ACCOUNT);
        host.lmk_pin(&request.pin);
    })
    .await
}
