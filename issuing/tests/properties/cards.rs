//! PIN tries, and counters of ranges.

use super::Kept;
use payhsm_issuing::pin::{PinReference, PinRow, Try};
use payhsm_issuing::range::{BatchRow, RangeRow};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::num::NonZeroU32;

#[derive(Clone, Debug)]
enum Step {
    Begin,
    /// The verdict on one of the tries that are under way.
    Verdict(usize, bool),
    /// Whoever had tries under way is gone.
    Crash,
    Unblock,
    Assign,
    Register,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => Just(Step::Begin),
        6 => (any::<usize>(), prop::bool::weighted(0.3)).prop_map(|(which, right)| Step::Verdict(which, right)),
        1 => Just(Step::Crash),
        1 => Just(Step::Unblock),
        1 => Just(Step::Assign),
        1 => Just(Step::Register),
    ]
}

fn reference() -> PinReference {
    PinReference::pvv(1, *b"1234").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// In the order in which tries begin, no more than `limit` of them follow one that was right (or another PIN, or an unblocking);
    /// and none is refused before.
    #[test]
    fn never_more_than_limit_verdicts_between_successes(
        limit in 1..6_u8,
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut kept = Kept(None);
        let mut row = PinRow::default();
        row.assign(reference(), 0);
        kept.keep(&row);
        // The tries under way; how many were begun; the last that was taken back.
        let mut pending: Vec<(u64, Try)> = Vec::new();
        let (mut begun, mut floor) = (0_u64, 0_u64);
        for (now, step) in (1..).zip(steps) {
            let mut row: PinRow = kept.row();
            match step {
                Step::Begin => match row.begin_try(limit, now) {
                    Ok(counted) => {
                        begun += 1;
                        pending.push((begun, counted));
                        prop_assert!(begun - floor <= u64::from(limit));
                    }
                    Err(_) => prop_assert_eq!(begun - floor, u64::from(limit)),
                },
                Step::Verdict(which, right) if !pending.is_empty() => {
                    let (number, counted) = pending.remove(which % pending.len());
                    if right {
                        row.succeed(counted);
                        floor = floor.max(number);
                    }
                }
                Step::Verdict(..) => {}
                Step::Crash => pending.clear(),
                Step::Unblock => {
                    row.unblock();
                    floor = begun;
                }
                Step::Assign => {
                    row.assign(reference(), now);
                    floor = begun;
                }
                Step::Register => row.register(reference(), now),
            }
            let enquiry = row.enquire(limit);
            prop_assert_eq!(u64::from(enquiry.tries), begun - floor);
            prop_assert_eq!(enquiry.blocked, begun - floor >= u64::from(limit));
            prop_assert_eq!(enquiry.last_wrong_at.is_some(), begun > floor);
            kept.keep(&row);
        }
    }

    /// No counter is given twice, whatever is lost; and no more than there are.
    #[test]
    fn no_counter_of_a_range_is_given_twice(
        capacity in 0..400_u64,
        steps in prop::collection::vec((1..40_u32, any::<bool>()), 1..60),
    ) {
        let mut kept = Kept(None);
        let mut given = BTreeSet::new();
        for (quantity, crash) in steps {
            let mut row: RangeRow = kept.row();
            let quantity = NonZeroU32::new(quantity).unwrap();
            if let Ok(first) = row.reserve(quantity, capacity) {
                if crash {
                    continue;
                }
                kept.keep(&row);
                for counter in first..first + u64::from(quantity.get()) {
                    prop_assert!(counter < capacity);
                    prop_assert!(given.insert(counter));
                }
            }
        }
    }

    /// Parts of a batch are its counters in order, each once; and whatever was given can be read again from anywhere.
    #[test]
    fn a_batch_is_given_whole(
        first in 0..1_000_000_u64,
        quantity in 1..200_u32,
        most in prop::collection::vec((1..30_u32, 0..250_u32), 1..40),
    ) {
        let quantity = NonZeroU32::new(quantity).unwrap();
        let mut row = BatchRow::new("range", [1, 2, 3], first, quantity, 0).unwrap();
        let mut given = Vec::new();
        for (most, offset) in most {
            let most = NonZeroU32::new(most).unwrap();
            let part = row.next(most);
            given.extend(part.counters());
            prop_assert_eq!(usize::try_from(part.given).unwrap(), given.len());
            let again = row.again(offset, most);
            let offset = usize::try_from(offset).unwrap().min(given.len());
            let count = usize::try_from(most.get()).unwrap().min(given.len() - offset);
            prop_assert_eq!(again.counters().collect::<Vec<_>>(), given[offset..offset + count].to_vec());
        }
        let expected = (first..first + u64::from(quantity.get())).take(given.len());
        prop_assert_eq!(given, expected.collect::<Vec<_>>());
    }
}
