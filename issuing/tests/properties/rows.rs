//! A row has one encoding, and no bytes make a reader panic.

use payhsm_issuing::dcvv2::Dcvv2Row;
use payhsm_issuing::limit::{LimitRow, MostPerRow};
use payhsm_issuing::pin::PinRow;
use payhsm_issuing::range::{BatchRow, RangeRow};
use payhsm_issuing::token::{ByAccount, VaultToken};
use payhsm_issuing::{Row, RowError};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Whether these bytes are a row; if so, it has to write them.
fn is_row<R: Row>(bytes: &[u8]) -> bool {
    R::decode(bytes).is_ok_and(|row| {
        assert_eq!(*row.encode(), bytes);
        true
    })
}

#[test]
fn kinds_and_versions() {
    let kinds = [
        PinRow::KIND,
        Dcvv2Row::KIND,
        VaultToken::KIND,
        ByAccount::KIND,
        RangeRow::KIND,
        BatchRow::KIND,
        LimitRow::KIND,
        MostPerRow::KIND,
    ];
    assert_eq!(kinds, [1, 2, 3, 4, 5, 6, 7, 8], "never another kind for rows that are in a store");
    assert_eq!(BTreeSet::from(kinds).len(), kinds.len());
    assert_eq!(PinRow::decode(&[]), Err(RowError::Malformed));
    assert_eq!(PinRow::decode(&[0]), Err(RowError::Version(0)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn one_encoding(mut bytes in prop::collection::vec(prop_oneof![0..4_u8, any::<u8>()], 1..90)) {
        bytes[0] = 1;
        for row in [
            is_row::<PinRow>,
            is_row::<Dcvv2Row>,
            is_row::<VaultToken>,
            is_row::<ByAccount>,
            is_row::<RangeRow>,
            is_row::<BatchRow>,
            is_row::<LimitRow>,
            is_row::<MostPerRow>,
        ] {
            row(&bytes);
        }
    }

    /// Short rows of many zeros, which are rows often enough.
    #[test]
    fn one_encoding_of_short_rows(mut bytes in prop::collection::vec(prop_oneof![9 => Just(0), 1 => 0..3_u8], 9..25)) {
        bytes[0] = 1;
        prop_assert_eq!(is_row::<RangeRow>(&bytes), bytes.len() == 9);
        is_row::<PinRow>(&bytes);
        is_row::<Dcvv2Row>(&bytes);
    }
}
