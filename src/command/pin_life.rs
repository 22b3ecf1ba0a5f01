//! What the commands of PIN life share: tries, and which PINs a card may have.
//!
//! The order is always: limits of caller and key, then the try in the card's row, then the verdict. A try that was right is
//! taken back by a second change, so that whatever happens between the two leaves it counted.

use super::Context;
use super::pin::{draw, refuse_shorter};
use super::pin_method::{PinMethod, covered};
use crate::cards::{Code, Id, Rows, Step, Watch};
use crate::settings::Profile;
use payhsm_issuing::pin::{PinReference, PinRow, Try};
use payhsm_issuing::product::Product;
use payhsm_keys::usage::Zpk;
use payhsm_keys::{Checks, Pin, PinRefused, Purpose, Random};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{
    Account, Card, CheckLength, KeyField, OffsetTerms, PinBlock, PinBlockFormat,
};
use zeroize::Zeroizing;

/// So often is a PIN drawn. Of 10,000 PINs 30 are runs; with a few that an issuer excludes, this many draws fail less than once
/// in 10^30 times.
const DRAWS: usize = 16;

/// A PIN that a card is said to have.
pub(super) struct Said<'r> {
    pub(super) zpk: &'r KeyField,
    pub(super) pvk: &'r KeyField,
    /// What the PVK has to be good for.
    pub(super) purpose: Purpose,
    pub(super) block: &'r PinBlock,
    /// A block with a PIN that is to come in its place.
    pub(super) new_block: Option<&'r PinBlock>,
    pub(super) format: PinBlockFormat,
    pub(super) card: &'r Card,
    pub(super) offset_terms: Option<&'r OffsetTerms>,
}

/// The card has that PIN. The try still counts.
pub(super) struct Right<'a, 'r> {
    pub(super) rows: Rows<'a>,
    pub(super) id: Id<PinRow>,
    pub(super) counted: Try,
    pub(super) reference: PinReference,
    pub(super) method: PinMethod<'r>,
    pub(super) account: Account,
    pub(super) new: Option<Pin>,
    pub(super) watch: Watch,
}

/// The row of a card's PIN.
pub(super) fn row_of(rows: &Rows<'_>, card: &Card) -> Result<Id<PinRow>, ErrorCode> {
    rows.id(&[&card.pan()?.0])
}

impl<'a> Context<'a> {
    /// Whether a card has the PIN in a block: N1, N2 or N3 if not, and then the try stays counted.
    pub(super) fn verify<'r>(&mut self, said: &Said<'r>) -> Result<Right<'a, 'r>, ErrorCode> {
        self.refuse_format_of_life(said.format)?;
        let account = said.card.account()?;
        let zpk = self.source::<Zpk>(said.zpk, Purpose::Decrypt)?;
        let (pvk, purpose) = ((said.pvk, said.offset_terms), said.purpose);
        let likely = self.likely_method(said.pvk, said.offset_terms, purpose)?;
        let rows = self.rows()?;
        let id = row_of(&rows, said.card)?;
        let reference = rows.look(id)?.and_then(|row: PinRow| row.reference().cloned());
        let reference = reference.ok_or(ErrorCode::NoPinReference)?;
        let method = self.method_of(&reference, likely, pvk, purpose)?;

        let now = self.cards.now();
        let watch = self.watch(&method.check_value()?)?;
        let pin_of = |block| self.pin_of_block(&zpk, block, said.format, &account);
        let pins =
            pin_of(said.block).and_then(|pin| Ok((pin, said.new_block.map(pin_of).transpose()?)));
        let (pin, new) = match pins {
            Ok(pins) => pins,
            Err(refused) => {
                if self.tells_of_digits(refused) {
                    self.count_try(&rows, id, said.card, now)?;
                    self.failed(&watch)?;
                }
                return Err(refused);
            }
        };
        let (counted, reference) = self.count_try(&rows, id, said.card, now)?;
        if !method.verifies(&pin, &account, &reference)? {
            self.failed(&watch)?;
            return Err(ErrorCode::PinIncorrect);
        }
        Ok(Right { rows, id, counted, reference, method, account, new, watch })
    }

    /// Whether digits of the PIN may have decided that a block was refused: not where none is looked at.
    fn tells_of_digits(&self, refused: ErrorCode) -> bool {
        let of_contents =
            matches!(refused, ErrorCode::PinBlockContents | ErrorCode::InvalidPinLength);
        match self.checks_of_account() {
            Checks::Full => of_contents,
            Checks::Bound | Checks::ControlOnly => false,
        }
    }

    /// Counts a try; what it is to be verified against.
    fn count_try(
        &mut self,
        rows: &Rows<'_>,
        id: Id<PinRow>,
        card: &Card,
        now: u64,
    ) -> Result<(Try, PinReference), ErrorCode> {
        let limit = self.product(card)?.pin_limit;
        rows.change(id, &mut *self.random, |row| {
            let row = row.get_or_insert_default();
            let begun = row.begin_try(limit, now).map_err(Code::code);
            match begun.and_then(|begun| Ok((begun, row.reference().cloned().ok_or(NO_PIN)?))) {
                Ok(counted) => Step::Write(Ok(counted)),
                Err(refused) => Step::Leave(Err(refused)),
            }
        })?
    }

    /// The product of a card.
    pub(super) fn product(&self, card: &Card) -> Result<&'a Product, ErrorCode> {
        Ok(self.cards.products().for_pan(&card.pan()?.0))
    }

    /// Refuses formats that do not bind a PIN to its card; format 1 is for a developer's machine.
    pub(super) fn refuse_format_of_life(&self, format: PinBlockFormat) -> Result<(), ErrorCode> {
        match (format, self.settings.profile) {
            (PinBlockFormat::Iso0 | PinBlockFormat::Iso3 | PinBlockFormat::Iso4, _)
            | (PinBlockFormat::Iso1, Profile::Development) => Ok(()),
            (PinBlockFormat::As2805Format8, _) => Err(ErrorCode::PinBlockFormatDisabled),
            (
                PinBlockFormat::Iso1
                | PinBlockFormat::Diebold
                | PinBlockFormat::Plus
                | PinBlockFormat::Iso2,
                _,
            ) => Err(ErrorCode::InvalidPinBlockFormat),
        }
    }

    /// Refuses what cannot be the PIN of a card: 20 if it is none, 81 if a reference would cover more digits than it has, 86 if
    /// the product excludes it, or the digits that the reference covers.
    pub(super) fn refuse_pin(
        &self,
        pin: &Pin,
        covered: CheckLength,
        product: &Product,
    ) -> Result<(), ErrorCode> {
        let none = |_| self.pin_code(PinRefused::Contents);
        let digits = Zeroizing::new(pin.danger_clear_digits().map_err(none)?);
        refuse_shorter(pin, covered)?;
        let of = |length: usize| digits.get(..length).ok_or(ErrorCode::Internal);
        // Whoever may enter the covered digits alone has a PIN of those.
        let refused =
            product.refuses_pin(of(pin.len())?) | product.refuses_pin(of(usize::from(covered.0))?);
        if refused.into() { Err(ErrorCode::WeakPin) } else { Ok(()) }
    }

    /// A PIN by chance, as long as the product has them, that [`Context::refuse_pin`] takes.
    pub(super) fn random_pin(
        &mut self,
        covered: CheckLength,
        product: &Product,
    ) -> Result<Pin, ErrorCode> {
        for _ in 0..DRAWS {
            let pin = draw(usize::from(product.pin_length), &mut *self.random)?;
            match self.refuse_pin(&pin, covered, product) {
                Ok(()) => return Ok(pin),
                Err(ErrorCode::WeakPin) => {}
                Err(refused) => return Err(refused),
            }
        }
        Err(ErrorCode::WeakPin)
    }

    /// The card has another PIN from now on.
    pub(super) fn assign(
        &mut self,
        rows: &Rows<'_>,
        card: &Card,
        reference: &PinReference,
    ) -> Result<(), ErrorCode> {
        let (id, now) = (row_of(rows, card)?, self.cards.now());
        rows.change(id, &mut *self.random, |row| {
            row.get_or_insert_default().assign(reference.clone(), now);
            Step::Write(())
        })
    }
}

const NO_PIN: ErrorCode = ErrorCode::NoPinReference;

impl Right<'_, '_> {
    /// The try no longer counts.
    pub(super) fn take_back(&self, random: &mut dyn Random) -> Result<(), ErrorCode> {
        self.rows.change(self.id, random, |row| {
            if let Some(row) = row {
                row.succeed(self.counted);
            }
            Step::Write(())
        })
    }

    /// Whether a PIN may come in place of the one that the card has: not if it is the same, as far as the reference tells.
    pub(super) fn refuse_same(&self, new: &Pin) -> Result<(), ErrorCode> {
        let same = self.method.verifies(new, &self.account, &self.reference)?;
        if same { Err(ErrorCode::SamePin) } else { Ok(()) }
    }

    /// How many PIN digits the reference covers.
    pub(super) const fn covered(&self) -> CheckLength {
        covered(&self.reference)
    }
}
