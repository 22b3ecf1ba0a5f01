//! What the handlers of BW, BG and LO share: the LMK that was in force before.

use super::Context;
use payhsm_keys::Lmk;
use payhsm_protocol::ErrorCode;

impl<'a> Context<'a> {
    /// The LMK that was in force under the same id before.
    ///
    /// # Errors
    /// 13 if there is none, or officers have erased it.
    pub(super) fn old_lmk(&self) -> Result<&'a Lmk, ErrorCode> {
        self.old_lmk.ok_or(ErrorCode::InvalidLmkId)
    }
}
