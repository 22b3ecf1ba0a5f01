//! Row 9. Parts of keys: swapped, doubled, of another parity; single DES in the clothing of TDES (Bond, 2001).

use crate::bank::{Hsm, Inside, alone, clear, error, named};
use crate::support::authorise;
use crate::support::keys::{sealed, take_key};
use payhsm::Engine;
use payhsm::settings::Profile;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::key_block::x9143::{ProtectionKey, Version};

fn engine(profile: Profile) -> Engine {
    let engine = alone(profile);
    // The attacker is a partner whose ZMK officers take keys from.
    authorise(&engine, &["import.*.host", "export.*.host", "generate.*.host", "component.*.host"]);
    engine
}

/// A block of a partner who knows the ZMK: whatever key he likes.
fn from_partner(attributes: &str, key: &[u8]) -> String {
    let zmk = ProtectionKey::new(Version::B, &clear("zmk")).unwrap();
    let length = 16 + 2 * zmk.body_len(key.len(), None);
    let header = format!("B{length:04}{attributes}0000");
    let body = zmk.wrap(header.as_bytes(), key, &[0x5A; 16], None).unwrap();
    format!("R{header}{}", hex::encode_upper(body))
}

fn import(hsm: &mut dyn Hsm, block: &str) -> String {
    hsm.ask(&format!("A6FFF{}{block}S", named("zmk")))
}

const ONE: &str = "0123456789ABCDEF";
const TWO: &str = "FEDCBA9876543210";

/// The same key but for parity bits.
fn other_parity(half: &str, bits: u8) -> String {
    let bytes = hex::decode(half).unwrap();
    let flipped = bytes.iter().enumerate().map(|(place, byte)| byte ^ ((bits >> place) & 1));
    hex::encode_upper(flipped.collect::<Vec<_>>())
}

/// Keys whose parts are one, or nearly.
fn doubled() -> Vec<String> {
    let mut keys: Vec<_> =
        (0..=255).step_by(17).map(|bits| format!("{ONE}{}", other_parity(ONE, bits))).collect();
    keys.extend([
        format!("{ONE}{ONE}{TWO}"),
        format!("{ONE}{TWO}{}", other_parity(TWO, 0x80)),
        format!("{ONE}{TWO}{}", other_parity(ONE, 0x01)),
        // Weak halves, of either parity.
        format!("0101010101010101{ONE}"),
        format!("{ONE}{}", "00".repeat(8)),
        format!("{}{ONE}", "FF".repeat(8)),
    ]);
    keys
}

/// The attacker's program: imports a ZPK of doubled parts, and looks whether what it enciphers is what single DES does.
fn masquerades(hsm: &mut dyn Hsm) -> usize {
    let imported = |key: &String| {
        let answer = import(hsm, &from_partner("D0TB00E", &hex::decode(key).unwrap()));
        if error(&answer) != "00" {
            return false;
        }
        let (block, _) = take_key(answer.get(4..).unwrap());
        let text = "1122334455667788";
        let answer = hsm.ask(&format!("M00011FFF{block}0010{text}"));
        let mut single = hex::decode(text).unwrap();
        // TDES with one part everywhere is DES with it.
        let part = hex::decode(key.get(..16).unwrap()).unwrap();
        let des = BlockKey::tdes(&part.repeat(2)).unwrap();
        des.encrypt_block(single.as_mut_slice().first_chunk_mut::<8>().unwrap()).unwrap();
        answer.ends_with(&hex::encode_upper(single))
    };
    doubled().iter().map(imported).filter(|is| *is).count()
}

#[test]
fn keys_of_equal_or_weak_parts_are_not_taken() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = engine(profile);
        let mut hsm = Inside(&engine);
        let good = from_partner("D0TB00E", &hex::decode(format!("{ONE}{TWO}")).unwrap());
        assert_eq!(error(&import(&mut hsm, &good)), "00");
        for key in doubled() {
            let answer = import(&mut hsm, &from_partner("D0TB00E", &hex::decode(&key).unwrap()));
            assert_eq!(error(&answer), "A4", "{key}");
            // Nor if it is under the LMK already, however it came there.
            let answer = hsm.ask(&format!("BUFF1{}", sealed("D0TB00E00", &key)));
            assert_eq!(error(&answer), "A4", "{key}");
        }
        // Half a key is none.
        assert_eq!(
            error(&import(&mut hsm, &from_partner("D0TB00E", &hex::decode(ONE).unwrap()))),
            "A4"
        );
        assert_eq!(masquerades(&mut hsm), 0);
    }
}

#[test]
fn parts_of_blocks_do_not_go_together_in_another_way() {
    let good = sealed("D0TB00E00", &format!("{ONE}{TWO}"));
    let other = sealed("D0TB00E00", &format!("{TWO}{ONE}"));
    let (header, body) = good.split_at(17);
    let (_, of_other) = other.split_at(17);
    // Length and key fill two blocks of the cipher, and behind them is the MAC.
    let piece = |body: &str, at: usize| {
        body.get(32 * at..(32 * at + 32).min(body.len())).unwrap().to_owned()
    };
    let [one, two, mac] = [0, 1, 2].map(|at| piece(body, at));
    let [other_one, other_two, other_mac] = [0, 1, 2].map(|at| piece(of_other, at));
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = engine(profile);
        let mut hsm = Inside(&engine);
        let mut ask = |body: &str| error(&hsm.ask(&format!("BUFF1{header}{body}"))).to_owned();
        assert_eq!(ask(&format!("{one}{two}{mac}")), "00");
        for body in [
            format!("{two}{one}{mac}"),
            format!("{one}{one}{mac}"),
            format!("{two}{two}{mac}"),
            format!("{one}{other_two}{mac}"),
            format!("{other_one}{two}{mac}"),
            format!("{one}{two}{other_mac}"),
            format!("{other_one}{two}{other_mac}"),
        ] {
            assert_eq!(ask(&body), "A4", "{body}");
        }
    }
}

#[cfg(debug_assertions)]
#[test]
fn without_the_look_at_parts_single_des_passes_for_tdes() {
    let engine = engine(Profile::Issuer);
    let _off = payhsm_keys::Defence::Parts.off();
    assert!(masquerades(&mut Inside(&engine)) >= 16);
}
