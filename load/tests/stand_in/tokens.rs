//! What it answers of tokens, card numbers for a zone, fingerprints and FF1.

use super::answers::key;
use payhsm_protocol::command::{
    ta_make_token as ta, take_body, tc_give_card_number as tc, te_exchange_token as te,
    tg_encrypt_card_number as tg, ti_decrypt_card_number as ti, tk_fingerprint_card_number as tk,
    ya_encrypt_text as ya, yc_decrypt_text as yc,
};
use payhsm_protocol::compact::{Compact, Malformed};
use payhsm_protocol::field::{Card, CardNumber, EncryptedPan, MaskedPan, Numerals, Pan, PanToken};
use payhsm_protocol::{Command, Opcode};

const TOKEN: &str = "411111ABCDEF1111";
const OTHER: &[u8] = b"9876543210";

/// Stored keys are under the master, and no other LMK is named.
fn read<C: Command>(body: &[u8]) -> C {
    let (lmk, request) = take_body::<C>(body).unwrap();
    assert_eq!(lmk, None);
    request
}

fn encrypted() -> EncryptedPan {
    EncryptedPan { zone: "OV1".to_owned(), value: vec![0xc7; 16] }
}

fn made() -> ta::MadeToken {
    ta::MadeToken { token: TOKEN.to_owned(), expires_at: None }
}

fn masked() -> MaskedPan {
    MaskedPan("411111******1111".to_owned())
}

fn is_token(token: &PanToken) -> bool {
    (token.domain, token.token.as_str()) == (998, TOKEN)
}

pub(super) fn answer(opcode: Opcode, body: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    let card = CardNumber::Encrypted(encrypted());
    if opcode == Opcode::TA {
        assert_eq!(read::<ta::MakeToken>(body).domain.0, 998);
        made().put(out)
    } else if opcode == Opcode::TC {
        assert!(is_token(&read::<tc::GiveCardNumber>(body).token));
        tc::GivenCardNumber { card, masked: masked(), expiry: None }.put(out)
    } else if opcode == Opcode::TE {
        assert!(is_token(&read::<te::ExchangeToken>(body).token));
        made().put(out)
    } else if opcode == Opcode::TG {
        assert_eq!(read::<tg::EncryptCardNumber>(body).form.zone.0, "OV1");
        tg::EncryptedCardNumber { card, masked: masked() }.put(out)
    } else if opcode == Opcode::TI {
        assert_eq!(read::<ti::DecryptCardNumber>(body).card, encrypted());
        ti::DecryptedCardNumber { pan: Pan(b"4111111111111111".to_vec()) }.put(out)
    } else if opcode == Opcode::TK {
        let request = read::<tk::FingerprintCardNumber>(body);
        assert_eq!(request.key, key(*b"94"));
        assert!(matches!(request.card, Card(CardNumber::Clear(_))));
        tk::CardNumberFingerprint { fingerprint: [0x5a; 32], formatted: None }.put(out)
    } else if opcode == Opcode::YA {
        assert_eq!(read::<ya::EncryptText>(body).key, key(*b"96"));
        ya::OtherText { text: Numerals(OTHER.to_vec()) }.put(out)
    } else {
        assert_eq!((opcode, &*read::<yc::DecryptText>(body).text.0), (Opcode::YC, OTHER));
        ya::OtherText { text: Numerals(b"0123456789".to_vec()) }.put(out)
    }
}
