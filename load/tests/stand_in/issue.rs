//! What it answers of card numbers, values of cards, and cards.

use super::answers::key;
use payhsm_protocol::command::{
    Done, take_body, xa_reserve_card_numbers as xa, xc_next_card_numbers as xc,
    xe_export_card_values as xe, xg_issue_card as xg, xi_verify_card_value as xi,
};
use payhsm_protocol::compact::{Compact, Malformed};
use payhsm_protocol::field::{
    BatchId, CardSource, EncryptedValue, MaskedPan, SecurityValue, ZoneName,
};
use payhsm_protocol::{Command, Opcode};

const BATCH: BatchId = BatchId([0x5b; 16]);

/// Zones are of stored keys, which are under the master: no other LMK is named.
fn read<C: Command>(body: &[u8]) -> C {
    let (lmk, request) = take_body::<C>(body).unwrap();
    assert_eq!(lmk, None);
    request
}

fn value(byte: u8) -> EncryptedValue {
    EncryptedValue { zone: ZoneName("OV1".to_owned()), value: vec![byte; 8] }
}

pub(super) fn answer(opcode: Opcode, body: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    if opcode == Opcode::XA {
        assert_eq!(read::<xa::ReserveCardNumbers>(body).issue_key, key(*b"93"));
        xa::ReservedCardNumbers { batch: BATCH }.put(out)
    } else if opcode == Opcode::XC {
        let request = read::<xc::NextCardNumbers>(body);
        assert_eq!((request.batch, request.issue_key), (BATCH, key(*b"93")));
        xc::GivenCardNumbers { given: 10, quantity: 10, cards: Vec::new() }.put(out)
    } else if opcode == Opcode::XE {
        let request = read::<xe::ExportCardValues>(body);
        assert_eq!((request.zone.0.as_str(), request.values.0.len()), ("OV1", 3));
        let values = (1..=3).map(value).collect();
        xe::ExportedCardValues { values, pin: None }.put(out)
    } else if opcode == Opcode::XG {
        let request = read::<xg::IssueCard>(body);
        assert!(
            matches!(request.source, CardSource::New { issue_key, .. } if issue_key == key(*b"93"))
        );
        assert_eq!(request.pin.map(|pin| pin.pvk), Some(key(*b"V2")));
        let masked = MaskedPan("411111******8778".to_owned());
        let (card, values) = (Vec::new(), (1..=3).map(value).collect());
        xg::IssuedCard { masked, card, batch: Some(BATCH), values, pin: None, tracks: None }
            .put(out)
    } else {
        let request = read::<xi::VerifyCardValue>(body);
        assert_eq!(request.cvk, key(*b"C0"));
        assert_eq!(request.value, SecurityValue::Encrypted(value(1)));
        Done::Done.put(out)
    }
}
