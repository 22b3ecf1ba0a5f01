//! What XG makes of a card: its number, its PIN, its tracks.

use super::{
    BatchId, Card, CardRange, Checked, KeyField, Names, ReferenceTerms, SeenAccount, Shelf,
    always_valid, names_nothing,
};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// Which card.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum CardSource {
    /// `N`: a new one, of a range.
    New {
        /// The key that card numbers are drawn by.
        issue_key: KeyField,
        /// The range.
        range: CardRange,
    },
    /// `B`: the next one of a batch.
    Batch {
        /// The key that the batch was reserved with.
        issue_key: KeyField,
        /// The batch.
        batch: BatchId,
    },
    /// `G`: this one, which is issued again.
    Given(Card),
}

impl Checked for CardSource {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::New { issue_key, range } => {
                issue_key.check()?;
                range.check()
            }
            Self::Batch { issue_key, batch } => {
                issue_key.check()?;
                batch.check()
            }
            Self::Given(card) => card.check(),
        }
    }
}

impl Names for CardSource {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        match self {
            Self::New { issue_key, .. } | Self::Batch { issue_key, .. } => issue_key.fill_in(shelf),
            Self::Given(card) => card.fill_in(shelf),
        }
    }

    fn mention(&self, to: &mut dyn FnMut(SeenAccount)) {
        match self {
            Self::New { .. } | Self::Batch { .. } => {}
            Self::Given(card) => card.mention(to),
        }
    }
}

/// Where a new PIN comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum PinSource {
    /// `R`: chance.
    Random,
    /// `D`: derived by the IBM 3624 method; its offset is zeros.
    Derived,
}

/// A PIN that the card is to have.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct NewPin {
    /// Where it comes from.
    pub source: PinSource,
    /// The PVK.
    pub pvk: KeyField,
    /// How it will be verified.
    pub terms: ReferenceTerms,
    /// Whether it is wanted in a block under the zone's ZPK.
    pub block: bool,
}

impl Checked for NewPin {
    fn check(&self) -> Result<(), ErrorCode> {
        match (self.source, &self.terms) {
            // A PVV says nothing of a PIN before there is one.
            (PinSource::Derived, ReferenceTerms::Pvv(_)) => Err(ErrorCode::InvalidInput),
            (PinSource::Random | PinSource::Derived, _) => {
                self.pvk.check()?;
                self.terms.check()
            }
        }
    }
}

impl Names for NewPin {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        self.pvk.fill_in(shelf)
    }
}

/// How the blocks of a track hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum TrackChaining {
    /// `0`: not at all (ECB).
    Ecb,
    /// `1`: CBC from an IV of zeros.
    CbcZeroIv,
    /// `2`: CBC from a random IV, which goes in front.
    CbcRandomIv,
}

always_valid!(PinSource, TrackChaining);

/// A name as it stands on track 1: 2 to 26 capital letters, digits, spaces and `/ . - ' &`.
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct CardholderName(pub String);

impl Checked for CardholderName {
    fn check(&self) -> Result<(), ErrorCode> {
        let fits = |byte: u8| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit() || b" /.-'&".contains(&byte)
        };
        let fits = (2..=26).contains(&self.0.len()) && self.0.bytes().all(fits);
        if fits { Ok(()) } else { Err(ErrorCode::InvalidInput) }
    }
}

impl std::fmt::Debug for CardholderName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardholderName(…)")
    }
}

/// The tracks of the card, encrypted for whoever writes them.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct WantedTracks {
    /// The key that they go under.
    pub etk: KeyField,
    /// The key of the CVV on them.
    pub cvk: KeyField,
    /// How their blocks hang together.
    pub chaining: TrackChaining,
    /// The name on track 1.
    pub name: CardholderName,
}

impl Checked for WantedTracks {
    fn check(&self) -> Result<(), ErrorCode> {
        self.etk.check()?;
        self.cvk.check()?;
        self.name.check()
    }
}

impl Names for WantedTracks {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        self.etk.fill_in(shelf)?;
        self.cvk.fill_in(shelf)
    }
}

names_nothing!(PinSource, TrackChaining, CardholderName);

#[cfg(test)]
mod tests {
    use super::{CardholderName, Checked as _, NewPin, PinSource};
    use crate::ErrorCode;
    use crate::field::{KeyField, Pvki, ReferenceTerms, StoredKey};

    #[test]
    fn a_name_fits_on_a_track() {
        let name = |text: &str| CardholderName(text.to_owned()).check();
        for good in ["AB", "O'NEIL/MARY-ANN J.", "12345678901234567890123456"] {
            assert_eq!(name(good), Ok(()), "{good}");
        }
        for bad in ["", "A", "AB^", "AB?", "%AB", "Ab", "123456789012345678901234567", "Ñ/A"] {
            assert_eq!(name(bad), Err(ErrorCode::InvalidInput), "{bad}");
        }
        assert!(!format!("{:?}", CardholderName("DOE/JANE".into())).contains("DOE"));
    }

    #[test]
    fn of_a_pvv_no_pin_is_derived() {
        let pvk = KeyField::Stored(StoredKey::Label("pvk".to_owned()));
        let terms = ReferenceTerms::Pvv(Pvki(1));
        let pin = |source| NewPin { source, pvk: pvk.clone(), terms: terms.clone(), block: false };
        assert_eq!(pin(PinSource::Random).check(), Ok(()));
        assert_eq!(pin(PinSource::Derived).check(), Err(ErrorCode::InvalidInput));
    }
}
