//! Verification: counted, compared by the caller, and ended.

use super::{CodeState, Dcvv2Refused, Dcvv2Row, Digits, LastResult, Method, Mode};

/// What a code is computed of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// N, 1 to 9,999,999.
    pub number: u32,
    /// How.
    pub method: Method,
    /// How many digits.
    pub digits: Digits,
}

/// A try that was counted: for [`Dcvv2Row::verify_end`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the comparison has to be told to the row"]
pub struct Attempt {
    expected: Expected,
    at: u64,
    merchant: Option<Merchant>,
}

impl Attempt {
    /// What the caller computes and compares in constant time.
    #[must_use]
    pub const fn expected(&self) -> Expected {
        self.expected
    }
}

/// The id of a merchant as its acquirer writes it (ISO 8583, field 42): 1 to 15 printable ASCII characters, without the blanks at
/// the end that fill the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant(String);

/// No id of a merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a merchant's id has 1 to 15 printable ASCII characters")]
pub struct NoMerchant;

impl Merchant {
    /// An id; blanks at its end are no part of it.
    ///
    /// # Errors
    /// [`NoMerchant`]
    pub fn new(id: &str) -> Result<Self, NoMerchant> {
        let id = id.trim_end_matches(' ');
        let good = (1..=15).contains(&id.len()) && id.bytes().all(|byte| (32..127).contains(&byte));
        if good { Ok(Self(id.to_owned())) } else { Err(NoMerchant) }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Dcvv2Row {
    /// Counts a try, at `now` unix seconds, of a merchant that may be known. The code that is good is the attempt's.
    ///
    /// # Errors
    /// [`Dcvv2Refused`], in this order: not generated (V2), disabled (V7), expired (V3), blocked (V5), used (V4), bound to another
    /// merchant (VA). The row is then as before, and no code must be compared.
    pub fn verify_begin(
        &mut self,
        now: u64,
        merchant: Option<&Merchant>,
    ) -> Result<Attempt, Dcvv2Refused> {
        let now = self.later(now);
        let state = self.code_state(now);
        let Some(issue) = &mut self.issue else { return Err(Dcvv2Refused::NotGenerated) };
        if self.mode == Mode::Static {
            return Err(Dcvv2Refused::DynamicUnsupported);
        }
        match state {
            CodeState::NotGenerated => return Err(Dcvv2Refused::NotGenerated),
            CodeState::Expired => return Err(Dcvv2Refused::Expired),
            CodeState::Blocked => return Err(Dcvv2Refused::Blocked),
            CodeState::Used => return Err(Dcvv2Refused::Used),
            CodeState::Alive => {}
        }
        if issue.bound.is_some() && issue.bound.as_ref() != merchant {
            return Err(Dcvv2Refused::AnotherMerchant);
        }
        issue.tries_left = issue.tries_left.saturating_sub(1);
        let attempt = Attempt { expected: issue.expected(), at: now, merchant: merchant.cloned() };
        self.last_seen = now;
        Ok(attempt)
    }

    /// What the comparison said. A right one costs a use and no try.
    ///
    /// # Errors
    /// [`Dcvv2Refused::CvvMismatch`] for a wrong one. For a right one, if the row changed since [`Dcvv2Row::verify_begin`]: another
    /// code took its place or it was withdrawn (V2), it was used up (V4), or by another merchant (VA). The row has to be kept in
    /// either case.
    pub fn verify_end(&mut self, attempt: Attempt, right: bool) -> Result<(), Dcvv2Refused> {
        self.last_result = Some(if right { LastResult::Right } else { LastResult::Wrong });
        if !right {
            return Err(Dcvv2Refused::CvvMismatch);
        }
        let Attempt { expected, at, merchant } = attempt;
        let same = self.issue.as_mut();
        let same = same.filter(|issue| issue.expected() == expected && !issue.withdrawn);
        let issue = same.ok_or(Dcvv2Refused::NotGenerated)?;
        if issue.bound.is_some() && issue.bound != merchant {
            return Err(Dcvv2Refused::AnotherMerchant);
        }
        let uses_left = issue.uses_left.checked_sub(1).ok_or(Dcvv2Refused::Used)?;
        issue.tries_left = issue.tries_left.saturating_add(1);
        issue.uses_left = uses_left;
        if let Some(window) = issue.window
            && issue.bound.is_none()
        {
            // Without a merchant there is none to bind further uses to.
            if merchant.is_none() {
                issue.uses_left = 0;
            }
            issue.bound = merchant;
            issue.expires_at = at.saturating_add(u64::from(window));
        }
        Ok(())
    }
}
