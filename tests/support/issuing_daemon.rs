//! Real daemons of an issuer: what their configuration says, and the keys under labels that a test knows.

use super::keys::sealed;
use super::pin_life;
use std::fmt::Write;

/// The code of dynamic CVV2s, published with their values.
const DCVK: &str = "404043434545464649494A4A4C4C4F4F";
const AES: &str = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";

/// Keys and a zone, as `development.keys` has them. Those of PINs are the ones of `pin_life`.
pub(crate) fn keys_file() -> String {
    let mut keys = pin_life::setup().keys;
    keys.extend([
        ("zek", "22TB00N00", "C1D0F8FB4958670DBA40AB1F3752EF0D"),
        ("dcvk", "90TN00N00", DCVK),
        ("pan-tokens", "92AB00N00", AES),
        ("pan-issue", "93AN00N00", AES),
    ]);
    let mut text = "[keys]\n".to_owned();
    for (label, attributes, clear) in keys {
        writeln!(text, "{label} = '{}'", sealed(attributes, clear)).unwrap();
    }
    text + "[zones.OV1]\nzpk = 'zpk'\nzek = 'zek'\nexport_profile = 'E6'\ncallers = ['plain', 'tests']\n"
}

/// What a configuration says of cards, with so many PIN tries and no limits of callers that a test would meet.
pub(crate) fn sections(pin_tries: u8) -> String {
    let most = "failures_per_minute = 1000000\nfailures_per_hour = 1000000";
    format!(
        "[development]\nkeys = 'keys.toml'\n\
         [[product]]\nname = 'tested'\nbins = ['4']\npin_tries = {pin_tries}\n\
         [product.dynamic_cvv2]\nauto_enable = true\n\
         [[product]]\nname = 'fallback'\nbins = ['5']\npin_tries = {pin_tries}\n\
         [product.dynamic_cvv2]\nauto_enable = true\nfallback = true\n\
         [[token_domain]]\nnumber = 1\nscheme = 'vault'\nsingle_use = true\ncallers = ['*']\nclear = true\n\
         tokens_per_card_ending = {{ most = 100000, seconds = 60 }}\n\
         card_numbers_per_minute = 100000\ncard_numbers_per_hour = 100000\n\
         [[token_domain]]\nnumber = 998\nscheme = 'alphanumeric'\nkey = 'pan-tokens'\ncallers = ['*']\n\
         tokens_per_card_ending = {{ most = 100000, seconds = 60 }}\n\
         card_numbers_per_minute = 100000\ncard_numbers_per_hour = 100000\n\
         [cards.per_caller]\n{most}\n[cards.per_key]\n{most}\n"
    )
}
