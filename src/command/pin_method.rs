//! How the PIN of a card is verified: PVV or offset, with the key that goes with it.

use super::Context;
use payhsm_issuing::pin::{BadReference, PinReference};
use payhsm_keys::usage::{PvkIbm, PvkPvv, Usage};
use payhsm_keys::{IbmMethod, Key, OpenTable, OperationRefused, Pin, Purpose};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{
    self, Account, CheckLength, CheckValue, KeyField, Offset, OffsetTerms, Pvki, Pvv,
    ReferenceTerms, ValidationData,
};

/// A method with its key.
pub(super) enum PinMethod<'r> {
    /// The Visa PVV.
    Pvv(Key<PvkPvv>),
    /// The offset of IBM 3624.
    Offset {
        /// The PVK.
        pvk: Key<PvkIbm>,
        /// The decimalisation table, opened.
        table: OpenTable,
        /// The validation data.
        validation: &'r ValidationData,
    },
}

impl Context<'_> {
    /// The PVK of a request, opened for the method that it looks like; `None` if it serves the other one alone. What is wrong
    /// with it is told before anything of the card is.
    pub(super) fn likely_method<'r>(
        &self,
        pvk: &KeyField,
        terms: Option<&'r OffsetTerms>,
        purpose: Purpose,
    ) -> Result<Option<PinMethod<'r>>, ErrorCode> {
        let likely = match terms {
            Some(terms) => self.offset_method(pvk, terms, purpose),
            None => self.pvv_method(pvk, purpose),
        };
        let serves_the_other = || match terms {
            Some(_) => self.serves::<PvkPvv>(pvk, purpose),
            None => self.serves::<PvkIbm>(pvk, purpose),
        };
        match likely {
            Ok(method) => Ok(Some(method)),
            Err(_) if serves_the_other() => Ok(None),
            Err(refused) => Err(refused),
        }
    }

    fn serves<U: Usage>(&self, pvk: &KeyField, purpose: Purpose) -> bool {
        self.destination::<U>(pvk, purpose).is_ok()
    }

    /// The method of a card's reference, with the PVK and what else the request gives for it.
    pub(super) fn method_of<'r>(
        &self,
        reference: &PinReference,
        likely: Option<PinMethod<'r>>,
        (pvk, terms): (&KeyField, Option<&'r OffsetTerms>),
        purpose: Purpose,
    ) -> Result<PinMethod<'r>, ErrorCode> {
        match (reference, likely, terms) {
            (PinReference::Pvv { .. }, Some(likely @ PinMethod::Pvv(_)), _)
            | (PinReference::Ibm { .. }, Some(likely @ PinMethod::Offset { .. }), _) => Ok(likely),
            (PinReference::Pvv { .. }, _, _) => self.pvv_method(pvk, purpose),
            (PinReference::Ibm { .. }, _, Some(terms)) => self.offset_method(pvk, terms, purpose),
            (PinReference::Ibm { .. }, _, None) => Err(ErrorCode::InvalidDecimalisationTable),
        }
    }

    /// The method that a new reference is to be made by.
    pub(super) fn method_for<'r>(
        &self,
        terms: &'r ReferenceTerms,
        pvk: &KeyField,
    ) -> Result<PinMethod<'r>, ErrorCode> {
        match terms {
            ReferenceTerms::Pvv(_) => self.pvv_method(pvk, Purpose::Generate),
            ReferenceTerms::Offset { terms, .. } => {
                self.offset_method(pvk, terms, Purpose::Generate)
            }
        }
    }

    fn pvv_method<'r>(&self, pvk: &KeyField, purpose: Purpose) -> Result<PinMethod<'r>, ErrorCode> {
        self.destination::<PvkPvv>(pvk, purpose).map(PinMethod::Pvv)
    }

    fn offset_method<'r>(
        &self,
        field: &KeyField,
        terms: &'r OffsetTerms,
        purpose: Purpose,
    ) -> Result<PinMethod<'r>, ErrorCode> {
        let pvk = self.destination::<PvkIbm>(field, purpose)?;
        let table = self.open_table(&terms.table, field)?;
        Ok(PinMethod::Offset { pvk, table, validation: &terms.validation_data })
    }
}

impl PinMethod<'_> {
    /// The check value of its key.
    pub(super) fn check_value(&self) -> Result<CheckValue, ErrorCode> {
        let value = match self {
            Self::Pvv(pvk) => pvk.check_value(),
            Self::Offset { pvk, .. } => pvk.check_value(),
        };
        value.map_err(|_| ErrorCode::Internal)
    }

    /// Whether a PIN is that of a reference; in constant time.
    ///
    /// # Errors
    /// S0 for a reference of the other method: somebody changed it since the key was opened, and there is no verdict.
    pub(super) fn verifies(
        &self,
        pin: &Pin,
        account: &Account,
        reference: &PinReference,
    ) -> Result<bool, ErrorCode> {
        let right = match (self, reference) {
            (Self::Pvv(pvk), PinReference::Pvv { pvki, pvv, .. }) => {
                pvk.verify_pvv(pin, account, Pvki(*pvki), &Pvv(**pvv))
            }
            (
                Self::Offset { pvk, table, validation },
                PinReference::Ibm { offset, check_length, .. },
            ) => {
                let check_length = CheckLength(*check_length);
                let offset = Offset::from_digits(offset).ok_or(ErrorCode::Internal)?;
                pvk.verify_pin(
                    pin,
                    &offset,
                    &IbmMethod { table, validation, account, check_length },
                )
            }
            (Self::Pvv(_), PinReference::Ibm { .. })
            | (Self::Offset { .. }, PinReference::Pvv { .. }) => {
                return Err(ErrorCode::StateUnavailable);
            }
        };
        right.map_err(OperationRefused::code)
    }

    /// The reference of a PIN; the check length counts for an offset alone.
    pub(super) fn reference(
        &self,
        pin: &Pin,
        account: &Account,
        pvki: Pvki,
        check_length: CheckLength,
    ) -> Result<PinReference, ErrorCode> {
        let reference = match self {
            Self::Pvv(pvk) => {
                let pvv = pvk.pvv(pin, account, pvki).map_err(OperationRefused::code)?;
                PinReference::pvv(pvki.0, pvv.0)
            }
            Self::Offset { pvk, table, validation } => {
                let method = IbmMethod { table, validation, account, check_length };
                let offset = pvk.offset(pin, &method).map_err(OperationRefused::code)?;
                PinReference::ibm(pvki.0, offset.digits(), check_length.0)
            }
        };
        reference.map_err(bad_reference)
    }
}

/// PIN digits that a PVV covers.
const OF_A_PVV: CheckLength = CheckLength(4);

/// How many PIN digits a reference covers, from the left.
pub(super) const fn covered(reference: &PinReference) -> CheckLength {
    match reference {
        PinReference::Pvv { .. } => OF_A_PVV,
        PinReference::Ibm { check_length, .. } => CheckLength(*check_length),
    }
}

/// The index and the check length that a new reference is to have.
pub(super) const fn index_and_length(terms: &ReferenceTerms) -> (Pvki, CheckLength) {
    match terms {
        ReferenceTerms::Pvv(pvki) => (*pvki, OF_A_PVV),
        ReferenceTerms::Offset { pvki, check_length, .. } => (*pvki, *check_length),
    }
}

/// A reference as a row has it.
pub(super) fn kept(reference: &field::PinReference) -> Result<PinReference, ErrorCode> {
    let reference = match reference {
        field::PinReference::Pvv { pvki, pvv } => PinReference::pvv(pvki.0, pvv.0),
        field::PinReference::Offset { pvki, check_length, offset } => {
            PinReference::ibm(pvki.0, offset.digits(), check_length.0)
        }
    };
    reference.map_err(bad_reference)
}

/// A reference as an answer has it.
pub(super) fn shown(reference: &PinReference) -> Result<field::PinReference, ErrorCode> {
    Ok(match reference {
        PinReference::Pvv { pvki, pvv, .. } => {
            field::PinReference::Pvv { pvki: Pvki(*pvki), pvv: Pvv(**pvv) }
        }
        PinReference::Ibm { pvki, offset, check_length, .. } => field::PinReference::Offset {
            pvki: Pvki(*pvki),
            check_length: CheckLength(*check_length),
            offset: Offset::from_digits(offset).ok_or(ErrorCode::Internal)?,
        },
    })
}

fn bad_reference(_: BadReference) -> ErrorCode {
    ErrorCode::InvalidInput
}
