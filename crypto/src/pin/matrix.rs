//! Which layout may become which (PCI PIN Security v3.1, requirement 3-3).

use super::Layout;

/// The verdict on a pair of layouts. The account must stay the same in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// Permitted.
    Yes,
    /// Permitted only to submit the PIN to an IC card.
    IcCardOnly,
    /// Never.
    No,
}

/// What a layout is to the table.
#[derive(Clone, Copy)]
enum Class {
    /// ISO 0, 3 and 4: bound to the account.
    Bound,
    /// ISO 1: not bound, unique.
    Unbound,
    /// ISO 2: not bound, not unique; IC cards only.
    IcCard,
    /// Standardised by nobody.
    NonStandard,
}

fn class(layout: Layout) -> Class {
    match layout {
        Layout::Iso0 | Layout::Iso3 | Layout::Iso4 => Class::Bound,
        Layout::Iso1 => Class::Unbound,
        Layout::Iso2 => Class::IcCard,
        Layout::Diebold | Layout::Plus => Class::NonStandard,
    }
}

/// Whether a PIN may go from one layout to another.
///
/// The table of requirement 3-3, with two readings where it is silent: a non-standard layout may turn into a bound one
/// or stay what it is, and nothing but ISO 1 may turn into ISO 1, which would loosen the PIN from its account.
#[must_use]
pub fn translation_allowed(from: Layout, to: Layout) -> Allowed {
    match (class(from), class(to)) {
        (Class::Bound | Class::Unbound | Class::NonStandard, Class::Bound)
        | (Class::Unbound, Class::Unbound) => Allowed::Yes,
        (Class::NonStandard, Class::NonStandard) if from == to => Allowed::Yes,
        (Class::Bound | Class::Unbound | Class::IcCard | Class::NonStandard, Class::IcCard) => {
            Allowed::IcCardOnly
        }
        (Class::IcCard, Class::Bound | Class::Unbound)
        | (Class::Bound | Class::NonStandard, Class::Unbound)
        | (
            Class::Bound | Class::Unbound | Class::IcCard | Class::NonStandard,
            Class::NonStandard,
        ) => Allowed::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUTS: [Layout; 7] = [
        Layout::Iso0,
        Layout::Iso3,
        Layout::Iso4,
        Layout::Iso1,
        Layout::Iso2,
        Layout::Diebold,
        Layout::Plus,
    ];

    #[test]
    fn the_whole_table() {
        // Rows: from; columns: to; both in the order above.
        let table = [
            (Layout::Iso0, "YYYNCNN"),
            (Layout::Iso3, "YYYNCNN"),
            (Layout::Iso4, "YYYNCNN"),
            (Layout::Iso1, "YYYYCNN"),
            (Layout::Iso2, "NNNNCNN"),
            (Layout::Diebold, "YYYNCYN"),
            (Layout::Plus, "YYYNCNY"),
        ];
        for (from, row) in table {
            for (to, verdict) in LAYOUTS.into_iter().zip(row.chars()) {
                let expected = match verdict {
                    'Y' => Allowed::Yes,
                    'C' => Allowed::IcCardOnly,
                    _ => Allowed::No,
                };
                assert_eq!(translation_allowed(from, to), expected, "{from:?} to {to:?}");
            }
        }
    }
}
