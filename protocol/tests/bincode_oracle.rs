//! The compact encoding is, byte for byte, what `bincode` 2.0.1 writes in its standard
//! configuration, and each reads what the other wrote.
#![cfg(test)]
#![expect(
    clippy::mem_forget,
    reason = "the drop guards that wincode derives are forgotten on success"
)]

use bincode::{Decode, Encode, config};
use payhsm_protocol::compact::{Compact, Malformed};
use proptest::prelude::*;
use std::fmt::Debug;
use wincode::{SchemaRead, SchemaWrite};

fn same<T: Compact + Encode + Decode<()> + PartialEq + Debug>(value: &T) {
    let oracle = bincode::encode_to_vec(value, config::standard()).unwrap();
    let mut ours = Vec::new();
    value.put(&mut ours).unwrap();
    assert_eq!(hex::encode(&ours), hex::encode(&oracle), "{value:?}");
    assert_eq!(T::take(&oracle).as_ref(), Ok(value));
    let (theirs, length) = bincode::decode_from_slice::<T, _>(&ours, config::standard()).unwrap();
    assert_eq!((&theirs, length), (value, ours.len()));
    for cut in 0..ours.len() {
        assert_eq!(T::take(&ours[..cut]), Err(Malformed), "{value:?} cut at {cut}");
    }
    ours.push(0);
    assert_eq!(T::take(&ours), Err(Malformed), "{value:?} and one byte more");
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, SchemaRead, SchemaWrite)]
struct Unit;

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, SchemaRead, SchemaWrite)]
enum Choice {
    Nothing,
    Flag(bool),
    Pair(u8, u16),
    Named { id: [u8; 2], data: Vec<u8> },
    Nested(Box<Inner>),
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, SchemaRead, SchemaWrite)]
struct Inner {
    number: u32,
    array: [u8; 16],
    bytes: Vec<u8>,
    list: Vec<Choice>,
}

/// Every kind of field that messages are made of.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, SchemaRead, SchemaWrite)]
struct Message {
    byte: u8,
    short: u16,
    number: u32,
    long: u64,
    flag: bool,
    unit: Unit,
    array: [u8; 12],
    optional: Option<u16>,
    optional_bytes: Option<Vec<u8>>,
    choice: Choice,
    inner: Inner,
    many: Vec<Inner>,
}

/// Around every value at which a variable-length integer grows.
const EDGES: [u64; 17] = [
    0,
    1,
    127,
    128,
    249,
    250,
    251,
    252,
    253,
    254,
    255,
    256,
    0xffff,
    0x1_0000,
    0xffff_ffff,
    0x1_0000_0000,
    u64::MAX,
];

#[test]
fn integers_grow_where_bincode_lets_them_grow() {
    for edge in EDGES {
        same(&edge);
        if let Ok(edge) = u32::try_from(edge) {
            same(&edge);
        }
        if let Ok(edge) = u16::try_from(edge) {
            same(&edge);
        }
        if let Ok(edge) = u8::try_from(edge) {
            same(&edge);
        }
    }
}

#[test]
fn lengths_grow_where_bincode_lets_them_grow() {
    for length in [0, 1, 127, 128, 250, 251, 252, 255, 256, 1000, 60_000] {
        same(&vec![0xa5_u8; length]);
        same(&Some(vec![0x5a_u8; length]));
    }
}

#[test]
fn options_arrays_and_enums_are_tagged_alike() {
    same(&Unit);
    same(&None::<u32>);
    same(&Some(7_u32));
    same(&Some(None::<u8>));
    same(&[1_u8, 2, 3]);
    same(&[[1_u16, 300]; 3]);
    same(&Choice::Nothing);
    same(&Choice::Flag(true));
    same(&Choice::Pair(255, 251));
    same(&Choice::Named { id: *b"TS", data: b"data".to_vec() });
    same(&vec![Choice::Nothing, Choice::Pair(1, 2)]);
}

fn choice() -> impl Strategy<Value = Choice> {
    let leaf = prop_oneof![
        Just(Choice::Nothing),
        any::<bool>().prop_map(Choice::Flag),
        any::<(u8, u16)>().prop_map(|(a, b)| Choice::Pair(a, b)),
        any::<([u8; 2], Vec<u8>)>().prop_map(|(id, data)| Choice::Named { id, data }),
    ];
    leaf.prop_recursive(3, 16, 3, |deeper| {
        let fields = (any::<(u32, [u8; 16], Vec<u8>)>(), prop::collection::vec(deeper, 0..3));
        fields.prop_map(|((number, array, bytes), list)| {
            Choice::Nested(Box::new(Inner { number, array, bytes, list }))
        })
    })
}

fn inner() -> impl Strategy<Value = Inner> {
    (any::<(u32, [u8; 16], Vec<u8>)>(), prop::collection::vec(choice(), 0..3))
        .prop_map(|((number, array, bytes), list)| Inner { number, array, bytes, list })
}

prop_compose! {
    fn message()(
        (byte, short, number, long, flag) in any::<(u8, u16, u32, u64, bool)>(),
        (array, optional, optional_bytes) in any::<([u8; 12], Option<u16>, Option<Vec<u8>>)>(),
        choice in choice(),
        inner in inner(),
        many in prop::collection::vec(inner(), 0..3),
    ) -> Message {
        let unit = Unit;
        Message {
            byte, short, number, long, flag, unit, array, optional, optional_bytes, choice, inner, many,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn messages_are_written_alike(message in message()) {
        same(&message);
    }

    #[test]
    fn whatever_one_refuses_the_other_refuses(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let theirs = bincode::decode_from_slice::<Choice, _>(&bytes, config::standard())
            .ok()
            .and_then(|(value, length)| (length == bytes.len()).then_some(value));
        prop_assert_eq!(Choice::take(&bytes).ok(), theirs);
    }
}
