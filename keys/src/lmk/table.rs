//! Decimalisation tables under the LMK.
//!
//! Who can choose the table can find PINs (Bond and Zielinski), so tables come encrypted, and the spread of their
//! digits is checked in any case.

use super::{Lmk, LmkKeys};
use crate::defence::Defence;
use payhsm_crypto::dtab::{decrypt_aes, decrypt_tdes, encrypt_aes, encrypt_tdes};
use payhsm_crypto::pin::DecimalisationTable as OpenTable;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::DecimalisationTable;

/// The table is not one under this LMK, or in clear where that is not allowed, or its digits are spread too badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("decimalisation table is refused")]
pub struct TableRefused;

impl TableRefused {
    /// The code for the caller: 25.
    #[must_use]
    pub const fn code(self) -> ErrorCode {
        ErrorCode::InvalidDecimalisationTable
    }
}

impl Lmk {
    /// Opens a table; one in clear only with `allow_plain`.
    ///
    /// # Errors
    /// [`TableRefused`], also for fewer than 8 different digits or one digit more than 4 times.
    pub fn open_table(
        &self,
        table: &DecimalisationTable,
        allow_plain: bool,
    ) -> Result<OpenTable, TableRefused> {
        let sealed = Defence::SealedTables.holds();
        let open = match (&self.keys, table) {
            (_, DecimalisationTable::Plain(digits)) if allow_plain || !sealed => {
                OpenTable::from_digits(digits).map_err(|_| TableRefused)
            }
            (LmkKeys::Variant(lmk), DecimalisationTable::UnderDesLmk(text)) => {
                decrypt_tdes(&lmk.table, text).map_err(|_| TableRefused)
            }
            (LmkKeys::TdesKeyBlock(lmk), DecimalisationTable::UnderDesLmk(text)) => {
                decrypt_tdes(&lmk.table, text).map_err(|_| TableRefused)
            }
            (LmkKeys::AesKeyBlock(lmk), DecimalisationTable::UnderAesLmk(text)) => {
                decrypt_aes(&lmk.table, text).map_err(|_| TableRefused)
            }
            (
                LmkKeys::Variant(_) | LmkKeys::TdesKeyBlock(_),
                DecimalisationTable::UnderAesLmk(_),
            )
            | (LmkKeys::AesKeyBlock(_), DecimalisationTable::UnderDesLmk(_))
            | (_, DecimalisationTable::Plain(_) | DecimalisationTable::OfPvk(_)) => {
                Err(TableRefused)
            }
        }?;
        match open.check_spread() {
            Err(_) if sealed => Err(TableRefused),
            Ok(()) | Err(_) => Ok(open),
        }
    }

    /// Puts a table under this LMK.
    ///
    /// # Errors
    /// [`TableRefused`] for a table whose digits are spread too badly.
    pub fn seal_table(&self, table: &OpenTable) -> Result<DecimalisationTable, TableRefused> {
        table.check_spread().map_err(|_| TableRefused)?;
        let sealed = match &self.keys {
            LmkKeys::Variant(lmk) => {
                encrypt_tdes(&lmk.table, table).map(DecimalisationTable::UnderDesLmk)
            }
            LmkKeys::TdesKeyBlock(lmk) => {
                encrypt_tdes(&lmk.table, table).map(DecimalisationTable::UnderDesLmk)
            }
            LmkKeys::AesKeyBlock(lmk) => {
                encrypt_aes(&lmk.table, table).map(DecimalisationTable::UnderAesLmk)
            }
        };
        sealed.map_err(|_| TableRefused)
    }
}
