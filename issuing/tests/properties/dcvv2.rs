//! Codes are good so many times and no more, and numbers of the counter come once.

use super::Kept;
use payhsm_issuing::dcvv2::{
    Attempt, Dcvv2Refused, Dcvv2Row, Deferred, Form, Merchant, Policy, WhileAlive,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::num::NonZeroU32;

#[derive(Clone, Debug)]
enum Step {
    /// Seconds that pass, or that the clock goes back.
    Time(i64),
    /// Another code; `skip` numbers are refused, and what is lost is not told.
    Generate {
        skip: u32,
        lost: bool,
    },
    /// A verification begins, of one of two merchants or none.
    Begin(u8),
    /// One of those under way ends.
    End {
        which: usize,
        right: bool,
    },
    /// Whoever had verifications under way is gone.
    Crash,
    Withdraw,
    OffAndOn,
}

fn step(back: i64) -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (-back..200_i64).prop_map(Step::Time),
        4 => (0..3_u32, prop::bool::weighted(0.2)).prop_map(|(skip, lost)| Step::Generate { skip, lost }),
        12 => (0..3_u8).prop_map(Step::Begin),
        12 => (any::<usize>(), any::<bool>()).prop_map(|(which, right)| Step::End { which, right }),
        1 => Just(Step::Crash),
        1 => Just(Step::Withdraw),
        1 => Just(Step::OffAndOn),
    ]
}

fn policy(form: Form) -> impl Strategy<Value = Policy> {
    let deferred = prop::option::of((2..5_u8, 60..300_u32));
    (1..4_u8, 1..4_u8, any::<bool>(), deferred).prop_map(move |(tries, uses, refuse, deferred)| {
        Policy {
            form,
            tries,
            uses,
            ttl: 300,
            while_alive: if refuse { WhileAlive::Refuse } else { WhileAlive::Replace },
            auto_enable: true,
            deferred: deferred.map(|(uses, window)| Deferred { uses, window }),
            ..Policy::default()
        }
    })
}

/// What became of the code of a number.
#[derive(Default)]
struct Told {
    accepted: u32,
    wrong: u32,
    merchants: Vec<Option<Merchant>>,
}

#[derive(Default)]
struct World {
    told: BTreeMap<u32, Told>,
    last: u32,
    under_way: Vec<(Attempt, Option<Merchant>)>,
}

impl World {
    fn run(mut self, policy: &Policy, steps: Vec<Step>) -> Result<(), TestCaseError> {
        let mut kept = Kept(None);
        let mut now = 1_767_225_600_u64;
        for step in steps {
            let mut row: Dcvv2Row = kept.row();
            match step {
                Step::Time(seconds) => now = now.saturating_add_signed(seconds),
                Step::Generate { skip, lost } => {
                    let mut refused = 0;
                    let generated = row.generate(policy, now, |_| {
                        refused += 1;
                        refused > skip
                    });
                    let Ok(generated) = generated else {
                        prop_assert_eq!(row, kept.row(), "what is refused changes nothing");
                        continue;
                    };
                    if lost {
                        continue;
                    }
                    self.generated(policy, generated.code.number)?;
                }
                Step::Begin(merchant) => {
                    let merchant = ["ONE", "TWO"].get(usize::from(merchant));
                    let merchant = merchant.map(|id| Merchant::new(id).unwrap());
                    match row.verify_begin(now, merchant.as_ref()) {
                        Ok(attempt) => self.under_way.push((attempt, merchant)),
                        Err(_) => prop_assert_eq!(&row, &kept.row()),
                    }
                }
                Step::End { which, right } if !self.under_way.is_empty() => {
                    self.ended(policy, &mut row, which, right)?;
                }
                Step::End { .. } => {}
                Step::Crash => self.under_way.clear(),
                Step::Withdraw => row.withdraw(),
                Step::OffAndOn => {
                    if row.disable(now).is_ok() {
                        prop_assert_eq!(row.enable(policy, false), Ok(()));
                    }
                }
            }
            kept.keep(&row);
        }
        Ok(())
    }

    fn generated(&mut self, policy: &Policy, number: u32) -> Result<(), TestCaseError> {
        if policy.form == Form::Counter {
            prop_assert!(number > self.last, "{} after {}", number, self.last);
        }
        self.last = number;
        self.told.entry(number).or_default();
        Ok(())
    }

    fn ended(
        &mut self,
        policy: &Policy,
        row: &mut Dcvv2Row,
        which: usize,
        right: bool,
    ) -> Result<(), TestCaseError> {
        let (attempt, merchant) = self.under_way.remove(which % self.under_way.len());
        let number = attempt.expected().number;
        let told = self.told.get_mut(&number);
        prop_assert!(told.is_some(), "a code that was never told");
        let told = told.unwrap();
        match row.verify_end(attempt, right) {
            Ok(()) => {
                prop_assert!(right && number == self.last, "the last one alone");
                told.accepted += 1;
                told.merchants.push(merchant);
            }
            Err(Dcvv2Refused::CvvMismatch) => {
                prop_assert!(!right);
                told.wrong += 1;
            }
            Err(_) => prop_assert!(right),
        }
        let uses = policy.deferred.map_or(policy.uses, |deferred| deferred.uses);
        prop_assert!(told.accepted <= u32::from(uses), "uses");
        prop_assert!(told.wrong <= u32::from(policy.tries), "tries");
        if policy.deferred.is_some() {
            prop_assert!(told.merchants.windows(2).all(|pair| pair[0] == pair[1]));
            prop_assert!(told.merchants.len() < 2 || told.merchants[0].is_some());
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn counter_form(
        policy in policy(Form::Counter),
        steps in prop::collection::vec(step(100), 1..120),
    ) {
        World::default().run(&policy, steps)?;
    }

    #[test]
    fn time_form(
        policy in policy(Form::Time { step: NonZeroU32::new(60).unwrap() }),
        steps in prop::collection::vec(step(0), 1..120),
    ) {
        World::default().run(&policy, steps)?;
    }
}
