//! Cards with PINs: an appliance with keys under labels, and blocks and references that a test makes itself.

use super::cards::{Issuer, Setup};
use super::pins::{ACCOUNT, BLOCK_300672, PVK_PVV, ZPK, compact};
use super::{call, host_settings};
use payhsm::settings::Profile;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::pin::{Account, Layout, Pin, encipher, encode, pvv};
use payhsm_issuing::product::Product;
use payhsm_protocol::Command;
use payhsm_protocol::host::Fields;

/// A published test card.
pub(crate) const CARD: &str = "4111111111111111";
/// Another.
pub(crate) const OTHER: &str = "4000000000000000006";

const ZPK_CLEAR: &str = "C1D0F8FB4958670DBA40AB1F3752EF0D";
const ZPK_AES_CLEAR: &str = "000102030405060708090A0B0C0D0E0F";
const PVV_CLEAR: &str = "76E65BCDD3D923C15D9E239113E91F3B";
const IBM_CLEAR: &str = "98519E45CBB9291F49EFAD4AFEFDDC79";

/// Keys under the labels `zpk`, `aes`, `pvv`, `ibm`, and `dek`, which is for none of this.
pub(crate) fn setup() -> Setup {
    Setup {
        keys: vec![
            ("zpk", "P0TB00N00", ZPK_CLEAR),
            ("aes", "P0AB00N00", ZPK_AES_CLEAR),
            ("pvv", "V2TN00N00", PVV_CLEAR),
            ("ibm", "V1TN00N00", IBM_CLEAR),
            ("dek", "D0TN00N00", PVV_CLEAR),
        ],
        ..Setup::default()
    }
}

/// As a developer has it, with three tries.
pub(crate) fn appliance() -> Issuer {
    Issuer::new(setup())
}

/// As an issuer has it: only codes that tell nothing.
pub(crate) fn issuers() -> Issuer {
    Issuer::new(Setup { profile: Some(Profile::Issuer), ..setup() })
}

/// A product of these BINs with so many tries.
pub(crate) fn product(bins: &[&str], pin_limit: u8) -> Product {
    let bins = bins.iter().map(|&bin| bin.to_owned()).collect();
    Product { name: "tested".to_owned(), bins, pin_limit, ..Product::default() }
}

/// With as many tries for the cards of this page as there can be.
pub(crate) fn patient() -> Issuer {
    Issuer::new(Setup { products: vec![product(&["4", "8"], 98)], ..setup() })
}

/// 16H or 32H: the PIN of a card under the key `zpk`, or `aes` for format 4.
pub(crate) fn block_as(layout: Layout, pin: &str, card: &str) -> String {
    let bytes = |text| hex::decode(text).unwrap();
    let key = match layout {
        Layout::Iso4 => BlockKey::aes(&bytes(ZPK_AES_CLEAR)).unwrap(),
        Layout::Iso0
        | Layout::Diebold
        | Layout::Plus
        | Layout::Iso1
        | Layout::Iso2
        | Layout::Iso3 => BlockKey::tdes(&bytes(ZPK_CLEAR)).unwrap(),
    };
    let account = Account::pan(card.as_bytes()).unwrap();
    let pin = Pin::from_digits(pin.as_bytes()).unwrap();
    let clear = encode(&pin, layout, &account, &[0x5A; 16]).unwrap();
    let block = encipher(&key, &clear, layout, &account).unwrap();
    hex::encode_upper(block.as_bytes())
}

/// The same in format 0.
pub(crate) fn block(pin: &str, card: &str) -> String {
    block_as(Layout::Iso0, pin, card)
}

/// The PVV with index 1 of the PIN of a card, by the key `pvv`.
pub(crate) fn pvv_of(pin: &str, card: &str) -> String {
    let key = BlockKey::tdes(&hex::decode(PVV_CLEAR).unwrap()).unwrap();
    let account = card.get(card.len() - 13..card.len() - 1).unwrap();
    let account = Account::pan12(account.as_bytes()).unwrap();
    let pin = Pin::from_digits(pin.as_bytes()).unwrap();
    String::from_utf8(pvv::generate(&key, &account, b'1', &pin).unwrap().to_vec()).unwrap()
}

/// WM: the card has this PIN.
pub(crate) fn register(issuer: &Issuer, pin: &str, card: &str) {
    let answer = issuer.ask(format!("WM{card};V1{}", pvv_of(pin, card)));
    assert_eq!(answer, "WN00");
}

/// WA for a PIN by PVV.
pub(crate) fn wa(pin: &str, card: &str) -> String {
    format!("WAL03zpkL03pvv{}01{card};", block(pin, card))
}

/// The code that WA answers for a PIN.
pub(crate) fn verify(issuer: &Issuer, pin: &str, card: &str) -> String {
    let answer = issuer.ask(wa(pin, card));
    answer.strip_prefix("WB").unwrap().to_owned()
}

/// What WC answers.
pub(crate) fn stands(issuer: &Issuer, card: &str) -> String {
    issuer.ask(format!("WC{card};"))
}

/// A card number of thirteen digits whose account is the published one.
pub(crate) fn published_card() -> String {
    let sum: u32 = (0..ACCOUNT.len())
        .map(|at| {
            let digit = u32::from(ACCOUNT.as_bytes()[at] - b'0');
            // The digit before the check digit counts twice, and every second one before it.
            if at % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
        })
        .sum();
    format!("{ACCOUNT}{}", (10 - sum % 10) % 10)
}

/// WA for the published PIN 300672 of that card, whose PVV with index 1 is 7548.
pub(crate) fn published_wa() -> String {
    format!("WA{ZPK}{PVK_PVV}{BLOCK_300672}01{};%01", published_card())
}

/// The code for this message, which is the same in both dialects.
pub(crate) fn in_both<C: Command>(issuer: &Issuer, message: &str) -> String {
    let code = issuer.ask(message).get(2..4).unwrap().to_owned();
    let (error, _, _) = compact::<C>(&issuer.engine, &host_settings(), message);
    assert_eq!(error, code, "{message}");
    code
}

/// Each change of `message` is refused with its code in the host dialect; in the compact dialect too, if it can be said there.
pub(crate) fn refuses_in_both<C: Command>(
    issuer: &Issuer,
    message: &str,
    changes: &[(&str, &str, &str)],
) {
    for (from, to, code) in changes {
        assert!(message.contains(from), "{message} has no {from}");
        let changed = message.replacen(from, to, 1);
        let answer = issuer.ask(&changed);
        assert_eq!(answer.get(2..), Some(*code), "{changed}");
        let settings = host_settings();
        let mut fields = Fields::new(changed.get(2..).unwrap().as_bytes(), &settings);
        let request = C::decode_host(&mut fields);
        if let (Ok(request), Ok(tail)) = (request, fields.finish()) {
            let (error, reply) = call(&issuer.engine, tail.lmk.map(|id| id.0), &request);
            assert_eq!((error.as_str(), reply.is_none()), (*code, true), "{changed}");
        }
    }
}
