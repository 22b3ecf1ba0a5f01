use super::{BatchRow, Part, RangeRefused, RangeRow};
use crate::row::tests::golden;
use crate::{Row, RowError};
use std::num::NonZeroU32;

fn some(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

fn batch() -> BatchRow {
    BatchRow::new("gold", [0xAB, 0xCD, 0xEF], 500, some(5), 1000).unwrap()
}

#[test]
fn bytes() {
    let mut range = RangeRow::default();
    range.reserve(some(0x0102), 1_000_000).unwrap();
    golden(&range, "010000000000000102");
    let mut batch = batch();
    batch.next(some(2));
    golden(&batch, "010004676f6c64abcdef00000000000001f4000000050000000200000000000003e8");
    // More given than there are, and none at all.
    for row in [
        "010004676f6c64abcdef00000000000001f4000000050000000600000000000003e8",
        "010004676f6c64abcdef00000000000001f4000000000000000000000000000003e8",
    ] {
        assert_eq!(BatchRow::decode(&hex::decode(row).unwrap()), Err(RowError::Malformed));
    }
}

#[test]
fn a_range_ends() {
    let mut range = RangeRow::default();
    assert_eq!(range.reserve(some(7), 10), Ok(0));
    let before = range;
    assert_eq!(range.reserve(some(4), 10), Err(RangeRefused::RangeExhausted));
    assert_eq!(range, before);
    assert_eq!(range.reserve(some(3), 10), Ok(7));
    assert_eq!(range.reserve(some(1), 10), Err(RangeRefused::RangeExhausted));
    assert_eq!(range.given(), 10);
    let mut last = RangeRow { next: u64::MAX };
    assert_eq!(last.reserve(some(1), u64::MAX), Err(RangeRefused::RangeExhausted));
}

#[test]
fn a_batch_is_read_and_read_again() {
    let mut row = batch();
    let counters = |part: Part| part.counters().collect::<Vec<_>>();
    let first = row.next(some(2));
    assert_eq!(first, Part { first: 500, count: 2, given: 2, quantity: 5 });
    assert_eq!(counters(first), [500, 501]);
    assert_eq!(counters(row.next(some(99))), [502, 503, 504]);
    let end = row.next(some(99));
    assert_eq!((end.count, end.given, end.quantity), (0, 5, 5));
    assert_eq!(counters(row.again(0, some(99))), [500, 501, 502, 503, 504]);
    assert_eq!(counters(row.again(3, some(1))), [503]);
    assert_eq!(row.again(5, some(1)).count, 0);
    assert_eq!(row.again(u32::MAX, some(1)).count, 0);
    // What was not given is not read again.
    let mut row = batch();
    row.next(some(1));
    assert_eq!(counters(row.again(0, some(99))), [500]);
}

#[test]
fn a_batch_is_of_its_range_and_key() {
    let row = batch();
    assert_eq!(
        (row.range(), row.key_check(), row.created_at()),
        ("gold", [0xAB, 0xCD, 0xEF], 1000)
    );
    assert_eq!(row.is_of("gold", [0xAB, 0xCD, 0xEF]), Ok(()));
    assert_eq!(row.is_of("silver", [0xAB, 0xCD, 0xEF]), Err(RangeRefused::NoBatch));
    assert_eq!(row.is_of("gold", [0xAB, 0xCD, 0xEE]), Err(RangeRefused::NoBatch));
    assert_eq!(BatchRow::new("", [0; 3], 0, some(1), 0), Err(RangeRefused::NoBatch));
    assert_eq!(BatchRow::new(&"x".repeat(33), [0; 3], 0, some(1), 0), Err(RangeRefused::NoBatch));
    assert_eq!(BatchRow::new("x", [0; 3], u64::MAX, some(1), 0), Err(RangeRefused::NoBatch));
}
