//! No more than the limit in any minute, hour or day.

use super::Kept;
use payhsm_issuing::limit::{LimitRow, Limits, MostPer, MostPerRow, Rates};
use proptest::prelude::*;
use std::num::NonZeroU32;

/// How many of these moments are in the `seconds` that end with `now`.
fn within(moments: &[u64], now: u64, seconds: u64) -> usize {
    moments.iter().filter(|moment| now - **moment < seconds).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn calls(
        minute in 1..6_u32,
        hour in 1..12_u32,
        day in 1..30_u32,
        pauses in prop::collection::vec(prop_oneof![0..30_u64, 0..900_u64, 0..8_000_u64], 1..150),
    ) {
        let calls = Rates { minute: Some(minute), hour: Some(hour), day: Some(day) };
        let limits = Limits { calls, ..Limits::default() };
        let (mut kept, mut now, mut taken) = (Kept(None), 1_800_000_000, Vec::new());
        // The seconds, the most in them, and in how many seconds there has to be room again.
        let rates = [(60, minute, 70), (3_600, hour, 3_900), (86_400, day, 90_000)];
        for pause in pauses {
            now += pause;
            let mut row: LimitRow = kept.row();
            if row.take(now, &limits).is_ok() {
                taken.push(now);
                kept.keep(&row);
                for (seconds, most, _) in rates {
                    prop_assert!(within(&taken, now, seconds) <= usize::try_from(most).unwrap());
                }
            } else {
                let full = |(_, most, longer)| within(&taken, now, longer) >= usize::try_from(most).unwrap();
                prop_assert!(rates.into_iter().any(full), "refused without need");
            }
        }
    }

    #[test]
    fn most_per(
        most in 1..6_u32,
        seconds in 1..5_000_u32,
        pauses in prop::collection::vec(prop_oneof![0..3_u64, 0..400_u64, 0..8_000_u64], 1..100),
    ) {
        let limit = MostPer { most, seconds: NonZeroU32::new(seconds).unwrap() };
        let (mut kept, mut now, mut taken) = (Kept(None), 1_800_000_000, Vec::new());
        for pause in pauses {
            now += pause;
            let mut row: MostPerRow = kept.row();
            if limit.take(&mut row, now).is_ok() {
                taken.push(now);
                kept.keep(&row);
                prop_assert!(within(&taken, now, u64::from(seconds)) <= usize::try_from(most).unwrap());
            } else {
                let longer = u64::from(seconds.div_ceil(8)) * 9;
                prop_assert!(within(&taken, now, longer) >= usize::try_from(most).unwrap());
            }
        }
    }
}
