//! Tasks on fibers do what they would do one after the other.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

use std::cell::{Cell, RefCell};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use payhsm_fibers::{DefaultStack, FEWEST, Fibers, TOGETHER, tdes};
use payhsm_tdes::{Kernel, Key};

/// Numbers that look random and are the same every time (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }
}

/// What one task has to do: a key, a block, and for each step whether it enciphers.
#[derive(Debug, Clone)]
struct Work {
    key: Vec<u8>,
    block: [u8; 8],
    steps: Vec<bool>,
}

impl Work {
    fn random(numbers: &mut Numbers, most: usize) -> Self {
        let length = [8, 16, 24][numbers.below(3)];
        let key = (0..length).map(|_| numbers.next().to_be_bytes()[0]).collect();
        let steps = (0..numbers.below(most + 1)).map(|_| numbers.next() & 64 == 0).collect();
        Self { key, block: numbers.next().to_be_bytes(), steps }
    }

    fn key(&self) -> Key<'_> {
        Key::new(&self.key).unwrap()
    }

    /// On the kernel itself.
    fn directly(&self) -> [u8; 8] {
        let mut blocks = [self.block];
        for &encrypts in &self.steps {
            if encrypts {
                Kernel::detect().encrypt_blocks_shared(self.key(), &mut blocks);
            } else {
                Kernel::detect().decrypt_blocks_shared(self.key(), &mut blocks);
            }
        }
        blocks[0]
    }

    /// The way a task does it.
    fn with_others(&self) -> [u8; 8] {
        let mut blocks = [self.block];
        for &encrypts in &self.steps {
            if encrypts {
                tdes::encrypt(self.key(), &mut blocks);
            } else {
                tdes::decrypt(self.key(), &mut blocks);
            }
        }
        blocks[0]
    }
}

fn works(numbers: &mut Numbers, count: usize, most: usize) -> Vec<Work> {
    (0..count).map(|_| Work::random(numbers, most)).collect()
}

#[test]
fn any_number_of_tasks_with_any_number_of_blocks() {
    let mut numbers = Numbers(0x2545_F491_4F6C_DD1D);
    let fibers = Fibers::default();
    for count in (0..3 * TOGETHER).chain([100, 256]) {
        for most in [0, 1, 2, 9] {
            let works = works(&mut numbers, count, most);
            let mut output = Vec::new();
            fibers.run(&works, &mut output, |work, output| {
                let block = work.with_others();
                output.take().push(block);
            });
            assert_eq!(output, works.iter().map(Work::directly).collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_turn_may_come_before_between_or_after_the_blocks_or_never() {
    let mut numbers = Numbers(7);
    let fibers = Fibers::default();
    for _ in 0..200 {
        let count = FEWEST + numbers.below(2 * TOGETHER);
        let works = works(&mut numbers, count, 5);
        let when: Vec<_> = (0..count).map(|_| numbers.below(4)).collect();
        let items: Vec<_> = works.iter().zip(&when).enumerate().collect();
        let mut output = Vec::new();
        let all = RefCell::new(vec![None; count]);
        fibers.run(&items, &mut output, |&(index, (work, when)), output| {
            let block = match when {
                0 => {
                    let output = output.take();
                    output.push(index);
                    let length = output.len();
                    let block = work.with_others();
                    assert_eq!((output.len(), output.last()), (length, Some(&index)));
                    block
                }
                1 => {
                    let first = work.with_others();
                    output.take().push(index);
                    assert_eq!(first, work.with_others());
                    first
                }
                2 => {
                    let block = work.with_others();
                    output.take().push(index);
                    block
                }
                _ => work.with_others(),
            };
            all.borrow_mut()[index] = Some(block);
        });
        let expected: Vec<_> = (0..count).filter(|&index| when[index] < 3).collect();
        assert_eq!(output, expected);
        let direct: Vec<_> = works.iter().map(|work| Some(work.directly())).collect();
        assert_eq!(all.into_inner(), direct);
    }
}

#[test]
fn tasks_really_go_side_by_side() {
    // Every task has begun before the first one gets its block back; a task beyond TOGETHER has not.
    let mut numbers = Numbers(3);
    let works = works(&mut numbers, TOGETHER + FEWEST, 1);
    let works: Vec<_> = works.into_iter().map(|work| Work { steps: vec![true], ..work }).collect();
    let begun = Cell::new(0);
    let mut seen = Vec::new();
    Fibers::default().run(&works, &mut seen, |work, seen| {
        begun.set(begun.get() + 1);
        let block = work.with_others();
        assert_eq!(block, work.directly());
        seen.take().push(begun.get());
    });
    let expected = [TOGETHER; TOGETHER].into_iter().chain([TOGETHER + FEWEST; FEWEST]);
    assert_eq!(seen, expected.collect::<Vec<_>>());
}

#[test]
fn few_tasks_and_the_tasks_of_a_task_run_one_after_the_other() {
    let mut numbers = Numbers(5);
    let fibers = Fibers::default();
    let few = works(&mut numbers, FEWEST - 1, 4);
    let running = Cell::new(false);
    fibers.run(&few, &mut (), |work, _| {
        assert!(!running.replace(true), "one after the other");
        assert_eq!(work.with_others(), work.directly());
        running.set(false);
    });

    let outer = works(&mut numbers, TOGETHER, 3);
    let inner = works(&mut numbers, 2 * TOGETHER, 3);
    let mut output = Vec::new();
    fibers.run(&outer, &mut output, |work, output| {
        assert_eq!(work.with_others(), work.directly());
        let mut blocks = Vec::new();
        // The outer turn may be taken in there as well.
        let output = Cell::new(Some(output));
        fibers.run(&inner, &mut blocks, |work, blocks| {
            if in_the_middle(&inner, work)
                && let Some(output) = output.take()
            {
                output.take().push(());
            }
            let block = work.with_others();
            blocks.take().push(block);
        });
        assert_eq!(blocks, inner.iter().map(Work::directly).collect::<Vec<_>>());
    });
    assert_eq!(output.len(), outer.len());
}

fn in_the_middle(all: &[Work], work: &Work) -> bool {
    all.iter().position(|other| std::ptr::eq(other, work)).unwrap() == all.len() / 2
}

/// Counts how often it is dropped.
struct Dropped<'a>(&'a Cell<usize>);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
        // Whoever unwinds gets its block at once.
        let mut blocks = [[0; 8]];
        tdes::encrypt(Key::new(&[1; 16]).unwrap(), &mut blocks);
        assert_eq!(blocks[0], Kernel::detect().encrypt_block(&[1; 16], [0; 8]).unwrap());
    }
}

#[test]
fn a_panic_disturbs_no_other_task_and_goes_on_afterwards() {
    let mut numbers = Numbers(11);
    let fibers = Fibers::default();
    let works = works(&mut numbers, TOGETHER, 3);
    // Nobody's, the first, the last, two, all of them; before, between and after blocks.
    for panicking in [&[][..], &[0], &[TOGETHER - 1], &[9, 4], &(0..TOGETHER).collect::<Vec<_>>()] {
        for at in 0..3 {
            let items: Vec<_> = works.iter().enumerate().collect();
            let dropped = Cell::new(0);
            let mut output = Vec::new();
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                fibers.run(&items, &mut output, |&(index, work), output| {
                    let _dropped = Dropped(&dropped);
                    let panic_at = |place| {
                        if place == at && panicking.contains(&index) {
                            std::panic::resume_unwind(Box::new(index));
                        }
                    };
                    panic_at(0);
                    let block = work.with_others();
                    panic_at(1);
                    let output = output.take();
                    panic_at(2);
                    output.push((index, block));
                });
            }));
            let panic = outcome.err().map(|panic| *panic.downcast::<usize>().unwrap());
            assert_eq!(panic, panicking.iter().min().copied());
            assert_eq!(dropped.get(), TOGETHER);
            let expected = works.iter().map(Work::directly).enumerate();
            let expected = expected.filter(|(index, _)| !panicking.contains(index));
            assert_eq!(output, expected.collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_long_text_beside_short_ones() {
    let key = [3; 16];
    let mut output = Vec::new();
    let lengths = [1, 5000, 2, 3, 1, 1];
    Fibers::default().run(&lengths, &mut output, |&length, output| {
        let mut blocks = [[0; 8]];
        for _ in 0..length {
            tdes::encrypt(Key::new(&key).unwrap(), &mut blocks);
        }
        // Several blocks at once are not put aside.
        let mut many = [[0; 8]; 3];
        tdes::encrypt(Key::new(&key).unwrap(), &mut many);
        output.take().push((blocks[0], many));
    });
    for (length, (block, many)) in lengths.into_iter().zip(output) {
        let mut expected = [[0; 8]];
        let mut once = [0; 8];
        for step in 0..length {
            Kernel::detect().encrypt_blocks_shared(Key::new(&key).unwrap(), &mut expected);
            if step == 0 {
                [once] = expected;
            }
        }
        assert_eq!((block, many), (expected[0], [once; 3]));
    }
}

#[test]
fn without_stacks_everything_runs_one_after_the_other() {
    let mut numbers = Numbers(13);
    let works = works(&mut numbers, 40, 4);
    let direct: Vec<_> = works.iter().map(Work::directly).collect();
    let none = Fibers::<DefaultStack>::with_stacks(|| Err(io::Error::other("none left")));
    let five = Fibers::with_stacks(|| {
        thread_local! { static LEFT: Cell<usize> = const { Cell::new(5) }; }
        let left = LEFT.get().checked_sub(1).ok_or_else(|| io::Error::other("none left"))?;
        LEFT.set(left);
        DefaultStack::new(64 * 1024)
    });
    for fibers in [none, five] {
        let mut output = Vec::new();
        fibers.run(&works, &mut output, |work, output| output.take().push(work.with_others()));
        assert_eq!(output, direct);
    }
}

#[test]
fn every_thread_has_its_own() {
    std::thread::scope(|scope| {
        for seed in 1..=8 {
            scope.spawn(move || {
                let (mut numbers, fibers) = (Numbers(seed), Fibers::default());
                for _ in 0..50 {
                    let works = works(&mut numbers, 20, 4);
                    let mut output = Vec::new();
                    fibers.run(&works, &mut output, |work, output| {
                        let block = work.with_others();
                        output.take().push(block);
                    });
                    assert_eq!(output, works.iter().map(Work::directly).collect::<Vec<_>>());
                }
            });
        }
    });
}

/// Where the caller's stack is, and where a task is.
fn here() -> usize {
    let local = 0_u8;
    (&raw const local).addr()
}

#[test]
fn every_task_runs_on_a_stack_of_its_own_kind_whatever_their_number() {
    let fibers = Fibers::default();
    for count in 1..=2 * TOGETHER {
        let outside = here();
        let mut places = Vec::new();
        fibers.run(&vec![(); count], &mut places, |(), places| {
            let place = here();
            places.take().push(place);
        });
        assert_eq!(places.len(), count);
        // The caller's frames are much closer than this; other mappings are further away.
        assert!(places.iter().all(|place| place.abs_diff(outside) > 32 * 1024), "{count}");
    }
}

#[test]
fn a_panic_of_a_single_task_goes_on_here_and_the_stack_is_used_again() {
    let fibers = Fibers::default();
    for _ in 0..3 {
        let ended = catch_unwind(AssertUnwindSafe(|| {
            fibers.run(&[()], &mut (), |(), _| panic!("on purpose"));
        }));
        assert!(ended.is_err());
        let mut ran = false;
        fibers.run(&[()], &mut ran, |(), ran| *ran.take() = true);
        assert!(ran);
    }
}
