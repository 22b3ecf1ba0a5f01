//! An issuer's appliance that makes card numbers and values of cards, with a zone for every export profile.

use super::cards::{Issuer, NEW_YEAR, Setup, block, domain, zone};
use super::keys::sealed;
use super::tokens::{MANY, TERMS, TOKEN_KEY, vault};
use payhsm::cards::Scheme;
use payhsm_issuing::Row as _;
use payhsm_issuing::range::BatchRow;
use payhsm_keys::usage::IssueKey;
use payhsm_keys::{Key, KeyRules, Lmk, Purpose};
use payhsm_protocol::field::{KeyField, LmkId};
use std::io::Write as _;
use std::num::NonZeroU32;
use std::process::{Command, Stdio};

/// The key of the published card numbers.
pub(crate) const ISSUE: &str = TOKEN_KEY;
/// The key of the published values.
pub(crate) const CARD_KEY: &str = "0123456789ABCDEFFEDCBA9876543210";
/// The key of the published table of export profiles.
pub(crate) const PARTNER: &str = "C1D0F8FB4958670DBA40AB1F3752EF0D";
pub(crate) const PARTNER_AES: &str =
    "404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F";
pub(crate) const PARTNER_PINS: &str = "76E65BCDD3D923C15D9E239113E91F3B";
pub(crate) const BUREAU: &str = "98519E45CBB9291F49EFAD4AFEFDDC79";
const IBM: &str = "0E329232EA6D0D73153864BCA7E0DC23";
const PVV: &str = "9E79B54A2F836DCB45BC0BB6DFB5C8EA";

pub(crate) const CARD: &str = "4111111111111111";

/// Zones: E1 to E7; the same with CBC of zeros and with an IV; GCM; AES keys for blocks and PINs; and some that cannot be.
pub(crate) fn setup() -> Setup {
    let (zpk, zek) = (Some("partner-pins"), Some("partner"));
    let mut zones = vec![
        zone("E1", zpk, zek, "E1+legacy"),
        zone("E2", zpk, zek, "E2+legacy"),
        zone("E3", zpk, zek, "E3+legacy"),
        zone("E4", zpk, zek, "E4+legacy"),
        zone("E5", zpk, zek, "E5+legacy"),
        zone("E6", zpk, zek, "E6"),
        zone("E7", zpk, zek, "E7/ecb"),
        zone("C1", zpk, zek, "E1/cbc+legacy"),
        zone("I6", zpk, zek, "E6/iv"),
        zone("GCM", zpk, Some("partner-aes"), "GCM"),
        zone("A6", Some("pins-aes"), Some("partner-aes"), "E6"),
        // What officers may have left from before, or a file said.
        zone("X1", zpk, zek, "E1"),
        zone("X2", zpk, zek, "GCM"),
        zone("X3", zpk, zek, "E9"),
        zone("NOK", None, None, "E6"),
    ];
    let mut others = zone("OTH", zpk, zek, "E6");
    others.callers = vec!["other".to_owned()];
    zones.push(others);
    let letters = Scheme::Alphanumeric { keep_left: 6 };
    Setup {
        domains: vec![domain(998, letters, "tokens"), vault(MANY, TERMS)],
        keys: vec![
            ("issuing", "93AC00N00", ISSUE),
            ("tokens", "92AB00N00", TOKEN_KEY),
            ("card", "C0TC00N00", CARD_KEY),
            ("partner", "22TB00N00", PARTNER),
            ("partner-aes", "22AB00N00", PARTNER_AES),
            ("partner-pins", "72TB00N00", PARTNER_PINS),
            ("pins-aes", "72AB00N00", PARTNER_AES),
            ("bureau", "95TE00N00", BUREAU),
            ("bureau-aes", "95AE00N00", PARTNER_AES),
            ("offsets", "V1TC00N00", IBM),
            ("pvvs", "V2TC00N00", PVV),
        ],
        zones,
        ..Setup::default()
    }
}

pub(crate) fn appliance() -> Issuer {
    Issuer::new(setup())
}

/// The row of the batch that docs/protocol/XC.md shows, ten numbers of BIN 411111: kind, name, bytes.
pub(crate) fn documented_batch() -> (u8, [u8; 16], Vec<u8>) {
    let name = hex::decode("00112233445566778899AABBCCDDEEFF").unwrap().try_into().unwrap();
    let key = Lmk::public_test_aes_key_block(LmkId(2)).unwrap();
    let issue_key = KeyField::Block(block(&sealed("93AC00N00", ISSUE)));
    let issue_key =
        Key::<IssueKey>::open(&key, &issue_key, Purpose::Generate, &KeyRules::LEGACY).unwrap();
    let check = *issue_key.check_value().unwrap().0.first_chunk().unwrap();
    let ten = NonZeroU32::new(10).unwrap();
    let row = BatchRow::new("411111/16", check, 0, ten, NEW_YEAR).unwrap();
    (BatchRow::KIND, name, row.encode().to_vec())
}

/// `openssl` with these arguments and this input; none if there is no such program.
pub(crate) fn openssl(arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut command = Command::new("openssl");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let written = child.stdin.take().is_some_and(|mut stdin| stdin.write_all(input).is_ok());
    let output = child.wait_with_output().ok().filter(|output| output.status.success());
    // A program that is there has to do it.
    assert!(written && output.is_some(), "openssl {arguments:?}");
    output.map(|output| output.stdout)
}

/// Blocks under a double-length TDES key, decrypted by openssl; upper-case hex in and out.
pub(crate) fn tdes(key: &str, blocks: &str) -> Option<String> {
    let (left, _) = key.split_at(16);
    let key = format!("{key}{left}");
    let arguments = ["enc", "-d", "-des-ede3", "-nopad", "-K", &key];
    openssl(&arguments, &hex::decode(blocks).unwrap()).map(hex::encode_upper)
}
