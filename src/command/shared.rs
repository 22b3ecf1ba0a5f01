//! What handlers of one family have in common.

use super::Context;
use super::pin::refuse_translation;
use payhsm_keys::usage::PinEncryption;
use payhsm_keys::{Key, PinTranslation, translate_pin};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::shared::TranslatedPinBlock;

/// CA, CC: a PIN block from one key and format to another, where PCI PIN 3-3 allows it.
pub(super) fn translate<S: PinEncryption, D: PinEncryption>(
    source: &Key<S>,
    destination: &Key<D>,
    translation: &PinTranslation<'_>,
    context: &mut Context<'_>,
) -> Result<TranslatedPinBlock, ErrorCode> {
    refuse_translation(translation.from, translation.to)?;
    let (pin_length, pin_block) =
        translate_pin(source, destination, translation, &mut *context.random)
            .map_err(|refused| context.pin_code(refused))?;
    Ok(TranslatedPinBlock { pin_length, pin_block, format: translation.to })
}
