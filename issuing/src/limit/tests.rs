use super::{LimitRefused, LimitRow, Limits, MostPer, MostPerRow, Rates};
use crate::row::tests::golden;
use std::num::NonZeroU32;

const NOW: u64 = 1_800_000_000;

fn per_minute(most: u32) -> Limits {
    Limits { calls: Rates { minute: Some(most), ..Rates::default() }, ..Limits::default() }
}

#[test]
fn bytes() {
    let mut row = LimitRow::default();
    row.take(10, &Limits::default()).unwrap();
    row.take(20, &Limits::default()).unwrap();
    row.fail(20);
    let zeros = |bytes: usize| "00".repeat(bytes);
    // Newest bucket; counts from it back; calls first, then failures.
    let minute = |counts: &str| format!("0000000000000002{counts}{}", zeros(20));
    let longer = |count: &str| {
        let (hour, day) = (zeros(12 * 4), zeros(24 * 4));
        format!("0000000000000000{count}{hour}0000000000000000{count}{day}")
    };
    let calls = minute("0000000100000001") + &longer("00000002");
    let failures = minute("0000000100000000") + &longer("00000001");
    golden(&row, &format!("01{calls}{failures}00000001"));
    let mut row = MostPerRow::default();
    MostPer { most: 1, seconds: NonZeroU32::new(60).unwrap() }.take(&mut row, 17).unwrap();
    golden(&row, &format!("0100000008000000000000000200000001{}", zeros(32)));
}

#[test]
fn calls_in_a_minute() {
    let (mut row, limits) = (LimitRow::default(), per_minute(3));
    for second in [0, 5, 59] {
        assert_eq!(row.take(NOW + second, &limits), Ok(()));
    }
    let before = row.clone();
    assert_eq!(row.take(NOW + 59, &limits), Err(LimitRefused::TooOften));
    assert_eq!(row, before, "a refused call is not counted");
    assert_eq!(row.take(NOW + 69, &limits), Err(LimitRefused::TooOften));
    // The first two were in one bucket, which is out now.
    assert_eq!(row.take(NOW + 70, &limits), Ok(()));
    assert_eq!(row.take(NOW + 70, &limits), Ok(()));
    assert_eq!(row.take(NOW + 70, &limits), Err(LimitRefused::TooOften));
    assert_eq!(LimitRow::default().take(NOW, &per_minute(0)), Err(LimitRefused::TooOften));
}

#[test]
fn hours_and_days() {
    let hour = Rates { hour: Some(2), ..Rates::default() };
    let day = Rates { day: Some(2), ..Rates::default() };
    for (calls, last, free) in [(hour, 3_600, 3_900), (day, 86_400, 90_000)] {
        let (mut row, limits) = (LimitRow::default(), Limits { calls, ..Limits::default() });
        row.take(NOW, &limits).unwrap();
        row.take(NOW, &limits).unwrap();
        assert_eq!(row.take(NOW + last, &limits), Err(LimitRefused::TooOften));
        assert_eq!(row.take(NOW + free, &limits), Ok(()));
    }
}

#[test]
fn failures() {
    let failures = Rates { minute: Some(2), ..Rates::default() };
    let limits = Limits { failures, failures_in_all: Some(3), ..Limits::default() };
    let mut row = LimitRow::default();
    for _ in 0..50 {
        row.take(NOW, &limits).unwrap();
    }
    row.fail(NOW);
    row.take(NOW, &limits).unwrap();
    row.fail(NOW);
    assert_eq!(row.take(NOW, &limits), Err(LimitRefused::TooOften));
    assert_eq!(row.take(NOW + 70, &limits), Ok(()));
    row.fail(NOW + 70);
    assert_eq!(row.failures_in_all(), 3);
    // No time heals this one.
    for later in [70, 1_000_000, 100_000_000] {
        assert_eq!(row.take(NOW + later, &limits), Err(LimitRefused::TooManyFailures));
    }
    row.reset();
    assert_eq!(row.take(NOW, &limits), Ok(()));
}

#[test]
fn a_clock_that_goes_back_frees_nothing() {
    let (mut row, limits) = (LimitRow::default(), per_minute(2));
    row.take(NOW, &limits).unwrap();
    row.take(NOW - 1_000, &limits).unwrap();
    for now in [0, NOW - 1_000, NOW, NOW + 60] {
        assert_eq!(row.take(now, &limits), Err(LimitRefused::TooOften), "{now}");
    }
    assert_eq!(row.take(NOW + 70, &limits), Ok(()));
}

#[test]
fn most_per_seconds() {
    let most = |most, seconds| MostPer { most, seconds: NonZeroU32::new(seconds).unwrap() };
    let mut row = MostPerRow::default();
    most(2, 80).take(&mut row, NOW).unwrap();
    most(2, 80).take(&mut row, NOW + 79).unwrap();
    let before = row.clone();
    assert_eq!(most(2, 80).take(&mut row, NOW + 80), Err(LimitRefused::TooOften));
    assert_eq!(row, before);
    assert_eq!(most(2, 80).take(&mut row, NOW + 90), Ok(()));
    // Other seconds: nothing is forgotten.
    assert_eq!(most(2, 3_600).take(&mut row, NOW + 1_000), Err(LimitRefused::TooOften));
    assert_eq!(most(9, 3_600).take(&mut row, NOW + 1_000), Ok(()));
    assert_eq!(most(4, 1).take(&mut row, NOW + 1_000), Ok(()));
    assert_eq!(most(4, 1).take(&mut row, NOW + 1_000), Err(LimitRefused::TooOften));
    assert_eq!(most(4, 1).take(&mut row, NOW + 1_009), Ok(()));
}
