//! Key blocks whose MAC is right, whatever they say.

use super::given::Given;
use super::keys::{Under, kit, open, read, same_header, written};
use payhsm_crypto::key_block::header::{Attributes, Header, OptionalBlock};
use payhsm_keys::{AnyKey, KeyRules};
use payhsm_protocol::field::KeyField;
use payhsm_protocol::host::Bare;

/// Key blocks whose MAC is right: the bytes choose what they are under, header, optional blocks and key, and the block is
/// made of that. A header that was written is read as what it was made of; the block is read, opened and made again.
pub fn key_block(data: &[u8]) {
    let mut given = Given::new(data);
    let under = *given.pick(&Under::ALL);
    let (scheme, version, _) = under.says();
    let attributes = attributes(&mut given, version);
    let mut optional = Vec::new();
    for _ in 0..given.byte() % 6 {
        optional.push((*given.pick(&OPTIONAL), printable(given.counted())));
    }
    if given.byte() == 0xFF {
        // More than two digits of length can say.
        optional.push((*b"LB", vec![b'x'; 300]));
    }
    let masked = given.pick(&[None, Some(16), Some(24), Some(32), Some(64)]).to_owned();
    let length = *given.pick(&[16, 24, 8, 32, 0, 1, 15, 17, 64, 200]);
    let mut key = given.bytes(length).to_vec();
    key.resize(length, 0x3D);
    let optional: Vec<_> =
        optional.iter().map(|(id, data)| OptionalBlock { id: *id, data }).collect();
    let Ok(body_len) = under.body_len(key.len(), masked) else { return };
    let Ok(header) = attributes.to_header(&optional, body_len) else { return };
    let Ok(body) = under.wrap(&header, &key, masked) else { return };
    let block = [header.as_slice(), hex::encode_upper(&body).as_bytes()].concat();

    let (parsed, rest) = Header::parse(&block).expect("what was written can be read");
    assert_eq!((parsed.attributes, parsed.text), (attributes, header.as_slice()));
    assert_eq!(rest, &block[header.len()..]);
    let ours: Vec<_> = parsed.optional_blocks().filter(|block| block.id != *b"PB").collect();
    assert_eq!(ours, optional);

    let text = [&[scheme], block.as_slice()].concat();
    let field = read(&text, Bare::Pair).expect("a block that crypto/ wrote");
    let KeyField::Block(read) = &field else { panic!("{field:?} is no block") };
    same_header(read, &block);
    assert_eq!(written(&field), text);
    open(&field, Some(under));
    let mut broken = read.clone();
    if let Some(byte) = broken.body.last_mut() {
        *byte ^= 1;
        let field = KeyField::Block(broken);
        for lmk in &kit().lmks[1..] {
            assert!(AnyKey::open(lmk, &field, None, &KeyRules::LEGACY).is_err());
        }
    }
}

const OPTIONAL: [[u8; 2]; 12] = [
    *b"KS", *b"KV", *b"CT", *b"HM", *b"IK", *b"LB", *b"TS", *b"WP", *b"PB", *b"00", *b"DA", *b"KP",
];

/// A usage that is known, or any two characters; and so the rest.
fn attributes(given: &mut Given<'_>, version: u8) -> Attributes {
    const USAGES: [[u8; 2]; 24] = [
        *b"K0", *b"P0", *b"C0", *b"V0", *b"V1", *b"V2", *b"D0", *b"M3", *b"M6", *b"52", *b"51",
        *b"72", *b"71", *b"22", *b"90", *b"91", *b"92", *b"94", *b"96", *b"B0", *b"E0", *b"K1",
        *b"S0", *b"01",
    ];
    let usage = if given.flag() { given.array() } else { *given.pick(&USAGES) };
    let [free_mode, free_algorithm, free_exportability] = given.array();
    let or = |free: u8, known: &u8| if free < b' ' { *known } else { free };
    Attributes {
        version,
        usage,
        algorithm: or(free_algorithm, given.pick(b"TAHDRS")),
        mode: or(free_mode, given.pick(b"NBCDEGSTVXY")),
        version_number: *given.pick(&[*b"00", *b"c1", *b"01", *b"99", *b"xx"]),
        exportability: or(free_exportability, given.pick(b"NES")),
        reserved: *given.pick(&[*b"00", *b"01", *b"02", *b"FF", *b"zz"]),
    }
}

fn printable(data: &[u8]) -> Vec<u8> {
    data.iter().map(|byte| b' ' + byte % 95).collect()
}

/// Seeds of [`key_block`].
#[must_use]
pub fn key_block_seeds() -> Vec<Vec<u8>> {
    let key: [u8; 16] = *b"\x98\x51\x9E\x45\xCB\xB9\x29\x1F\x49\xEF\xAD\x4A\xFE\xFD\xDC\x79";
    (0..4)
        .flat_map(|under| {
            // Usage by number, nothing free, no optional block or two of them, no mask, 16 bytes.
            let head = [under, 0, 1, 0, 0, 0, u8::from(under % 2 == 1), 1, 0, 1, 0];
            let none = [head.as_slice(), &[0, 0, 0, 0], &key].concat();
            let two =
                [head.as_slice(), &[2, 0, 4, 1, 2, 3, 4, 5, 3, 7, 7, 7, 0, 2, 0], &key].concat();
            [none, two]
        })
        .collect()
}
