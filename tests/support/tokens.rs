//! An issuer's appliance with token domains and zones, and callers that have some of them.

use super::cards::{Issuer, Setup, domain, zone};
use super::keys::sealed;
use super::pins::answer;
use super::{HEADER, host_settings};
use payhsm::Engine;
use payhsm::caller::{Caller, Commands, Names};
use payhsm::cards::{Scheme, TokenDomain, VaultTerms};
use payhsm::engine::{Dialect, Session};
use payhsm_protocol::command::{Command, Reply, put_body};
use payhsm_protocol::compact::Compact;
use payhsm_protocol::field::LmkId;
use payhsm_protocol::frame::{self, Taken};
use payhsm_protocol::host::{Fields, Writer};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// The key of the published tokens.
pub(crate) const TOKEN_KEY: &str =
    "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";
pub(crate) const OLD_TOKEN_KEY: &str =
    "202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F";
pub(crate) const ZEK: &str = "C1D0F8FB4958670DBA40AB1F3752EF0D";
pub(crate) const ZEK_AES: &str = "404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F";

/// The bytes 60 to 7F.
pub(crate) const FINGERPRINT_KEY: &str =
    "606162636465666768696A6B6C6D6E6F707172737475767778797A7B7C7D7E7F";

pub(crate) const CARD: &str = "4111111111111111";
/// It under `ZEK` and under `ZEK_AES`, by openssl (`enc -des-ede3-cbc` and `-aes-256-cbc`, `-nopad`, IV of zeros).
pub(crate) const CARD_FOR_VIS: &str = "246CE232B38AFEEB0EDFD0A7EEFD3865";
pub(crate) const CARD_FOR_MCI: &str = "1DA9BB077F13F8FC1910BFB956245D75";
/// The same with the IV 0102030405060708, which is in front.
pub(crate) const CARD_WITH_IV: &str = "0102030405060708D1BB15D93680AF2A5C601B0B3BD7F12B";
/// It in domain 998, published.
pub(crate) const CARD_IN_998: &str = "411111PJKSWE1111";

/// Domains of vaults: for many uses, for one, one for each card, for five minutes.
pub(crate) const MANY: u16 = 100;
pub(crate) const ONCE: u16 = 101;
pub(crate) const ONE: u16 = 102;
pub(crate) const SHORT: u16 = 103;

pub(crate) fn vault(number: u16, terms: VaultTerms) -> TokenDomain {
    TokenDomain { clear: true, ..domain(number, Scheme::Vault(terms), "") }
}

pub(crate) const TERMS: VaultTerms =
    VaultTerms { single_use: false, seconds: None, one_per_card: false };

pub(crate) fn setup() -> Setup {
    let letters = Scheme::Alphanumeric { keep_left: 6 };
    let mut domains = vec![
        domain(998, letters, "tokens"),
        TokenDomain { clear: true, ..domain(8, Scheme::Alphanumeric { keep_left: 8 }, "tokens") },
        TokenDomain { clear: true, ..domain(9, Scheme::Numeric9, "tokens") },
        TokenDomain {
            old_key: Some("old-tokens".to_owned()),
            clear: true,
            ..domain(2, letters, "tokens")
        },
        TokenDomain { on: false, ..domain(400, letters, "tokens") },
        TokenDomain {
            callers: Names::These(BTreeSet::from(["other".to_owned()])),
            ..domain(401, letters, "tokens")
        },
        domain(402, letters, "no such key"),
        domain(403, letters, "zek"),
    ];
    domains.extend([
        vault(MANY, TERMS),
        vault(ONCE, VaultTerms { single_use: true, ..TERMS }),
        vault(ONE, VaultTerms { one_per_card: true, ..TERMS }),
        vault(SHORT, VaultTerms { seconds: Some(300), ..TERMS }),
    ]);
    let mut others = zone("OTH", None, Some("zek"), "E6");
    others.callers = vec!["other".to_owned()];
    Setup {
        domains,
        keys: vec![
            ("tokens", "92AB00N00", TOKEN_KEY),
            ("old-tokens", "92AB00N00", OLD_TOKEN_KEY),
            ("zek", "22TB00N00", ZEK),
            ("zek-aes", "22AB00N00", ZEK_AES),
            ("zek-encrypt", "22TE00N00", ZEK),
            ("fingerprint", "94AN00N00", FINGERPRINT_KEY),
            ("ff1", "96AB00N00", "2B7E151628AED2A6ABF7158809CF4F3C"),
            (
                "ff1-256",
                "96AB00N00",
                "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94",
            ),
        ],
        zones: vec![
            zone("VIS", None, Some("zek"), "E6"),
            zone("MCI", None, Some("zek-aes"), "E6"),
            zone("ENC", None, Some("zek-encrypt"), "E6"),
            zone("NON", None, None, "E6"),
            others,
        ],
        ..Setup::default()
    }
}

pub(crate) fn appliance() -> Issuer {
    Issuer::new(setup())
}

/// A key that is sent along, under the default LMK.
pub(crate) fn key(attributes: &str, clear: &str) -> String {
    sealed(attributes, clear)
}

/// Somebody who may ask for everything, and name these zones.
pub(crate) fn caller(name: &str, zones: &[&str]) -> Arc<Caller> {
    let zones = Names::These(zones.iter().map(|&zone| zone.to_owned()).collect());
    Arc::new(Caller::new(name, Commands::ALL).with_names(Names::NONE, zones))
}

fn session(caller: &Arc<Caller>, dialect: Dialect) -> Session {
    Session { peer: "test".into(), caller: Arc::clone(caller), dialect, port_lmk: None }
}

/// The answer to a host message of a caller.
pub(crate) fn ask_as(engine: &Engine, caller: &Arc<Caller>, message: &str) -> String {
    let mut input = Vec::new();
    frame::host::put(&mut input, |out| {
        out.extend_from_slice(HEADER.as_bytes());
        out.extend_from_slice(message.as_bytes());
    });
    let mut output = Vec::new();
    engine.answer(&session(caller, Dialect::Host), &input, &mut output);
    let Taken::Frame(answer, _) = frame::host::take(&output) else { panic!("no answer") };
    String::from_utf8(answer.strip_prefix(HEADER.as_bytes()).unwrap().to_vec()).unwrap()
}

/// The same request through the compact dialect: the error code, and the reply as the host dialect would have it.
pub(crate) fn compact_as<C: Command>(
    engine: &Engine,
    caller: &Arc<Caller>,
    message: &str,
) -> String {
    let settings = host_settings();
    let mut fields = Fields::new(message.get(2..).unwrap().as_bytes(), &settings);
    let request = C::decode_host(&mut fields).unwrap();
    let lmk: Option<LmkId> = fields.finish().unwrap().lmk;
    let mut input = Vec::new();
    frame::compact::put_request(&mut input, 7, C::OPCODE.code().0, |out| {
        put_body(lmk, &request, out)
    })
    .unwrap();
    let mut output = Vec::new();
    engine.answer(&session(caller, Dialect::Compact), &input, &mut output);
    let Taken::Frame(reply, _) = frame::compact::take_reply(&output) else { panic!("no reply") };
    let mut text = reply.error.to_vec();
    if !reply.body.is_empty() {
        let reply = C::Reply::take(reply.body).unwrap();
        reply.encode_host(&mut Writer::new(&mut text, &settings));
    }
    String::from_utf8(text).unwrap()
}

/// The same request through the compact dialect, by the caller of a plain connection.
pub(crate) fn compact<C: Command>(issuer: &Issuer, message: &str) -> String {
    compact_as::<C>(&issuer.engine, &Arc::new(Caller::plain()), message)
}

/// Code and fields of the answer in the host dialect, which has to be the same in the compact one.
pub(crate) fn both<C: Command>(issuer: &Issuer, message: &str) -> String {
    let (code, fields) = answer(&issuer.engine, message);
    let host = code + &fields;
    assert_eq!(compact::<C>(issuer, message), host, "{message}");
    host
}

/// A new token for a card in a domain.
pub(crate) fn token(issuer: &Issuer, card: &str, domain: u16, terms: &str) -> String {
    let answer = issuer.ask(format!("TA{card};{domain:03}{terms}"));
    let token = answer.strip_prefix("TB00").unwrap_or_else(|| panic!("{answer}"));
    token.split_once(';').unwrap().0.to_owned()
}

/// The published values of this name.
pub(crate) fn published(file: &str) -> serde_json::Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crypto/tests/vectors");
    serde_json::from_str(&std::fs::read_to_string(folder.join(file)).unwrap()).unwrap()
}
