//! What the PIN commands share: a PIN that the daemon chose, and blocks of it.

use super::{Kit, PrepareError};
use payhsm_protocol::command::ja_generate_random_pin::GenerateRandomPin;
use payhsm_protocol::command::jg_translate_pin_lmk_to_zpk::TranslatePinLmkToZpk;
use payhsm_protocol::field::{Account, KeyField, LmkPin, PinBlock, PinBlockFormat};
use payhsm_protocol::host::Writer;

/// 12 digits of a published test card.
pub(super) const ACCOUNT: &[u8; 12] = b"111111111111";
pub(super) const FORMAT: PinBlockFormat = PinBlockFormat::Iso0;

/// A PIN that the daemon chose, and its block under a key for PIN blocks. The key's usage is P0,
/// which is good for a terminal's key and for a zone's key alike.
pub(super) struct Pin {
    pub(super) under_lmk: LmkPin,
    pub(super) key: KeyField,
    pub(super) block: PinBlock,
}

pub(super) fn account() -> Account {
    Account::Pan12(*ACCOUNT)
}

pub(super) fn random_pin() -> GenerateRandomPin {
    GenerateRandomPin { account: account(), pin_length: None, excluded: None }
}

pub(super) async fn pin(kit: &Kit) -> Result<Pin, PrepareError> {
    let key = kit.key(*b"P0").await?;
    pin_under(kit, key).await
}

/// Another PIN, whose block is under this key.
pub(super) async fn pin_under(kit: &Kit, key: KeyField) -> Result<Pin, PrepareError> {
    let under_lmk = kit.call(&random_pin()).await?.pin;
    let request = TranslatePinLmkToZpk {
        zpk: key.clone(),
        format: FORMAT,
        account: account(),
        pin: under_lmk.clone(),
    };
    let block = kit.call(&request).await?.pin_block;
    Ok(Pin { under_lmk, key, block })
}

/// A block, its format and its account, as most commands have them one behind the other.
pub(super) fn write_block(host: &mut Writer<'_>, block: &PinBlock) {
    host.pin_block(block);
    host.raw(&FORMAT.code());
    host.raw(ACCOUNT);
}
