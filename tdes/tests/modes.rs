//! CBC and MACs equal the same modes written out over the `des` crate; every change of a message, key or IV is seen.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests stop at what they do not expect"
)]

#[path = "support/des.rs"]
mod des_crate;
#[path = "support/kernels.rs"]
mod kernels;

use des_crate::{Random, oracle};
use kernels::kernels;
use payhsm_tdes::{Kernel, Key, ModeError};

type Message = Vec<[u8; 8]>;

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.word() >> 33).unwrap() % bound
    }

    fn blocks(&mut self, count: usize) -> Message {
        (0..count).map(|_| self.word().to_le_bytes()).collect()
    }
}

fn borrow(keys: &[Vec<u8>]) -> Vec<Key<'_>> {
    keys.iter().map(|key| Key::new(key).unwrap()).collect()
}

fn slices(messages: &[Message]) -> Vec<&[[u8; 8]]> {
    messages.iter().map(Vec::as_slice).collect()
}

fn xor(a: [u8; 8], b: [u8; 8]) -> [u8; 8] {
    std::array::from_fn(|i| a[i] ^ b[i])
}

/// SP 800-38A 6.2, as printed.
fn cbc(key: &[u8], mut chain: [u8; 8], message: &[[u8; 8]], encrypt: bool) -> Message {
    let step = |block: &[u8; 8]| {
        if encrypt {
            chain = oracle(key, xor(*block, chain), true);
            return chain;
        }
        let plain = xor(oracle(key, *block, false), chain);
        chain = *block;
        plain
    };
    message.iter().map(step).collect()
}

/// ISO/IEC 9797-1 algorithms 1 and 3, as printed: the output transformation apart from the chain.
fn mac(key: &[u8], start: [u8; 8], message: &[[u8; 8]], retail: bool) -> [u8; 8] {
    if !retail {
        return *cbc(key, start, message, true).last().unwrap();
    }
    let (left, right) = key.split_at(8);
    let last = *cbc(left, start, message, true).last().unwrap();
    oracle(left, oracle(right, last, false), true)
}

#[test]
fn one_message_of_any_length() {
    let mut random = Random(1);
    for kernel in kernels() {
        for len in (0..40).chain([63, 64, 65, 511, 512, 513, 1_030]) {
            let secret = random.key([8, 16, 24][len % 3]);
            let key = Key::new(&secret).unwrap();
            let (plain, start) = (random.blocks(len), random.blocks(1)[0]);
            let expected = cbc(&secret, start, &plain, true);
            let last = expected.last().copied().unwrap_or(start);

            let (mut iv, mut text) = (start, plain.clone());
            kernel.cbc_encrypt(key, &mut iv, &mut text);
            assert_eq!((&text, iv), (&expected, last), "{kernel:?}, {len} blocks");

            iv = start;
            kernel.cbc_decrypt(key, &mut iv, &mut text);
            assert_eq!((&text, iv), (&plain, last), "{kernel:?}, {len} blocks");

            // In two parts.
            (iv, text) = (start, expected.clone());
            let (head, tail) = text.split_at_mut(random.below(len + 1));
            kernel.cbc_decrypt(key, &mut iv, head);
            kernel.cbc_decrypt(key, &mut iv, tail);
            assert_eq!(text, plain, "{kernel:?}, {len} blocks in parts");
        }
    }
}

#[test]
fn many_messages_of_any_lengths() {
    let mut random = Random(2);
    for kernel in kernels() {
        for count in (0..20).chain([33, 64, 65, 511, 512, 513, 700]) {
            for longest in [1, 3, 12] {
                many(kernel, &mut random, count, longest);
            }
        }
    }
}

fn many(kernel: Kernel, random: &mut Random, count: usize, longest: usize) {
    let case = format!("{kernel:?}, {count} messages of up to {longest} blocks");
    // Of one length where there is only one: what a caller with equal messages sees.
    let plain: Vec<_> = (0..count)
        .map(|_| {
            let len = 1 + random.below(longest);
            random.blocks(len)
        })
        .collect();
    let starts = random.blocks(count);
    let secrets: Vec<_> = (0..count).map(|i| random.key([16, 8, 24][i % longest % 3])).collect();
    let doubles: Vec<_> = (0..count).map(|_| random.key(16)).collect();

    let (mut ivs, mut texts) = (starts.clone(), plain.clone());
    // CBC takes empty messages too.
    if let Some(text) = texts.get_mut(count / 2) {
        text.clear();
    }
    let expected: Vec<_> =
        (0..count).map(|i| cbc(&secrets[i], starts[i], &texts[i], true)).collect();
    let mut borrowed: Vec<_> = texts.iter_mut().map(Vec::as_mut_slice).collect();
    kernel.cbc_encrypt_batch(&borrow(&secrets), &mut ivs, &mut borrowed).unwrap();
    assert_eq!(texts, expected, "{case}");
    for i in 0..count {
        assert_eq!(ivs[i], texts[i].last().copied().unwrap_or(starts[i]), "{case}");
    }

    let mut values = starts.clone();
    kernel.cbc_mac_batch(&borrow(&secrets), &mut values, &slices(&plain)).unwrap();
    for i in 0..count {
        assert_eq!(values[i], mac(&secrets[i], starts[i], &plain[i], false), "{case}");
    }

    values.clone_from(&starts);
    kernel.retail_mac_batch(&borrow(&doubles), &mut values, &slices(&plain)).unwrap();
    for i in 0..count {
        assert_eq!(values[i], mac(&doubles[i], starts[i], &plain[i], true), "{case}");
        let mut value = starts[i];
        kernel.retail_mac(Key::new(&doubles[i]).unwrap(), &mut value, &plain[i]).unwrap();
        assert_eq!(value, values[i], "{case}, alone");
    }
}

#[test]
fn one_changed_bit_changes_the_mac_of_its_message_alone() {
    let mut random = Random(3);
    let secrets: Vec<_> = (0..20).map(|_| random.key(16)).collect();
    let messages: Vec<_> = (0..20).map(|i| random.blocks(1 + i % 5)).collect();
    for kernel in kernels() {
        let macs = |secrets: &[Vec<u8>], starts: &[[u8; 8]], messages: &[Message]| {
            [Kernel::cbc_mac_batch, Kernel::retail_mac_batch].map(|macs| {
                let mut values = starts.to_vec();
                macs(kernel, &borrow(secrets), &mut values, &slices(messages)).unwrap();
                values
            })
        };
        let starts = vec![[0; 8]; 20];
        let true_macs = macs(&secrets, &starts, &messages);
        for i in 0..20 {
            for what in 0..3 {
                let (mut secrets, mut starts, mut messages) =
                    (secrets.clone(), starts.clone(), messages.clone());
                // Bit 0 of a byte of a key is parity.
                let bit = 2 << random.below(7);
                let byte = random.below(8);
                match what {
                    0 => secrets[i][byte] ^= bit,
                    1 => starts[i][byte] ^= bit,
                    _ => messages[i][random.below(1 + i % 5)][byte] ^= bit,
                }
                for (got, before) in macs(&secrets, &starts, &messages).iter().zip(&true_macs) {
                    for j in 0..20 {
                        assert_eq!(got[j] == before[j], i != j, "{kernel:?}, message {i}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_chain_in_parts_ends_in_the_same_mac() {
    let mut random = Random(4);
    let (secret, message) = (random.key(16), random.blocks(9));
    for kernel in kernels() {
        let (key, left) = (Key::new(&secret).unwrap(), Key::new(&secret[..8]).unwrap());
        for cut in 1..9 {
            let (mut one, mut three) = ([0; 8], [0; 8]);
            kernel.cbc_mac(key, &mut one, &message[..cut]).unwrap();
            kernel.cbc_mac(key, &mut one, &message[cut..]).unwrap();
            assert_eq!(one, mac(&secret, [0; 8], &message, false));
            kernel.cbc_mac(left, &mut three, &message[..cut]).unwrap();
            kernel.retail_mac(key, &mut three, &message[cut..]).unwrap();
            assert_eq!(three, mac(&secret, [0; 8], &message, true));
        }
    }
}

#[test]
fn what_does_not_fit_is_an_error_and_changes_nothing() {
    let secret = [7; 24];
    let [single, double, triple] = [8, 16, 24].map(|len| Key::new(&secret[..len]).unwrap());
    let (one, none): (&[[u8; 8]], &[[u8; 8]]) = (&[[1; 8]], &[]);
    for kernel in kernels() {
        let mut values = [[9; 8]; 2];
        for key in [single, triple] {
            let (keys, both) = ([double, key], [one, one]);
            let got = kernel.retail_mac_batch(&keys, &mut values, &both);
            assert_eq!(got, Err(ModeError::KeyLength));
            assert_eq!(kernel.retail_mac(key, &mut values[0], one), Err(ModeError::KeyLength));
        }
        let keys = [double; 2];
        for macs in [Kernel::cbc_mac_batch, Kernel::retail_mac_batch] {
            let mut macs = |keys: &[Key<'_>], count: usize, messages: &[&[[u8; 8]]]| {
                macs(kernel, keys, &mut values[..count], messages)
            };
            assert_eq!(macs(&keys, 2, &[one, none]), Err(ModeError::Empty));
            assert_eq!(macs(&keys, 2, &[one]), Err(ModeError::Batch));
            assert_eq!(macs(&keys, 1, &[one, one]), Err(ModeError::Batch));
            assert_eq!(macs(&keys[..1], 2, &[one, one]), Err(ModeError::Batch));
        }
        assert_eq!(kernel.cbc_mac(double, &mut values[0], none), Err(ModeError::Empty));
        assert_eq!(kernel.retail_mac(double, &mut values[0], none), Err(ModeError::Empty));

        let (mut a, mut b) = ([[1; 8]], [[2; 8]; 3]);
        let mut messages = [&mut a[..], &mut b[..]];
        for (keys, ivs) in [(&keys[..1], 2), (&keys[..], 1)] {
            let got = kernel.cbc_encrypt_batch(keys, &mut values[..ivs], &mut messages);
            assert_eq!(got, Err(ModeError::Batch));
        }
        assert_eq!((values, a, b), ([[9; 8]; 2], [[1; 8]], [[2; 8]; 3]));
    }
}
