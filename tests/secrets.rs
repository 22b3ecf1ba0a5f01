//! Nothing secret is in any line of the log, in any error text, or in what any value prints of
//! itself: PINs, card verification values, clear data, keys, account numbers and PIN blocks are
//! sent through every command, right and wrong, and then looked for.
#![cfg(test)]

#[path = "secrets/record.rs"]
mod record;
#[path = "../fuzz/src/seeds.rs"]
pub mod seeds;
mod support;

use payhsm::Engine;
use payhsm::engine::Dialect;
use payhsm::settings::{Profile, Settings};
use payhsm_keys::usage::Zpk;
use payhsm_keys::{AnyKey, Key, KeyRefused, Purpose};
use payhsm_protocol::compact::Compact;
use payhsm_protocol::field::{ClearPin, LmkId};
use payhsm_protocol::frame::{Taken, compact, host};
use payhsm_protocol::host::{Bare, Fields, Settings as HostSettings, Writer};
use payhsm_protocol::{Command, ErrorCode, Opcode};
use seeds::Seed;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex};
use support::binary::{Caller, Folder, configuration, connect, framed, wait_for};
use support::keys::{AES_LMK, TDES_LMK, done, sealed, take_key, unwrapped};
use support::pins::with_lmk_pins_of;
use support::random::Chance;
use support::{HEADER, ask_bytes, host_settings, session, test_lmks};
use tracing_subscriber::fmt::MakeWriter;

/// Something that must not be seen, and the forms that it could be seen in.
struct Marker {
    what: String,
    forms: BTreeSet<String>,
}

/// How much of a long marker is enough to be found.
const WINDOW: usize = 8;

/// Bytes as the text that looks for them fastest: one character a byte.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

impl Marker {
    fn new(what: &str, secret: &[u8]) -> Self {
        let mut forms = BTreeSet::new();
        for window in secret.windows(WINDOW.min(secret.len())) {
            forms.insert(latin(window));
            forms.insert(hex::encode(window));
            forms.insert(hex::encode_upper(window));
            forms.insert(format!("{window:?}").replace(['[', ']'], ""));
            forms.insert(format!("{window:02x?}").replace(['[', ']'], ""));
            forms.insert(window.escape_ascii().to_string());
            forms.extend([record::base64(window), record::packed(window)].into_iter().flatten());
        }
        Self { what: what.to_owned(), forms }
    }

    /// A secret that is written as hex.
    fn hex(what: &str, secret: &str) -> [Self; 2] {
        [Self::new(what, &hex::decode(secret).unwrap()), Self::new(what, secret.as_bytes())]
    }

    fn is_in(&self, text: &str) -> bool {
        self.forms.iter().any(|form| text.contains(form))
    }
}

fn look_for(markers: &[Marker], text: &[u8]) {
    // A log says the same again and again.
    let lines: BTreeSet<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let text = latin(&lines.into_iter().collect::<Vec<_>>().join(&b"\n"[..]));
    for marker in markers {
        let is_in = marker.is_in(&text);
        let line = text.lines().find(|line| is_in && marker.is_in(line));
        assert!(!is_in, "{} is to be seen in {line:?}", marker.what);
    }
}

/// A log that a test can read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }

    /// Runs `act`; every line that it logs, however unimportant, is kept as text and as JSON.
    fn of<T>(&self, act: impl Fn() -> T) -> T {
        let log = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .without_time()
            .with_writer(self.clone());
        tracing::subscriber::with_default(log.json().finish(), &act);
        let log = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .without_time()
            .with_writer(self.clone());
        tracing::subscriber::with_default(log.finish(), act)
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().map_err(|_| io::Error::other("poisoned"))?.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

const PIN: &str = "481516234206";
const ACCOUNT: &str = "739182640517";
const PAN: &str = "5739182640517263";
const CLEAR_DATA: &str = "sixteen by sixteen: clear data!!";
const TRAILER: &str = "a trailer is nobody's business";
const TABLE: &str = "0123456789012345";
const VALIDATION_DATA: &str = "73918264051N";

fn odd_parity(byte: u8) -> u8 {
    if byte.count_ones().is_multiple_of(2) { byte ^ 1 } else { byte }
}

/// What goes through the commands, and what of it must never be seen.
struct Material {
    messages: Vec<Vec<u8>>,
    markers: Vec<Marker>,
    /// Three and four digits, which may stand in a port or in a time by chance: for output of this
    /// process alone, where there is neither.
    short: Vec<Marker>,
}

impl Material {
    /// A message that must work; what is new and secret in its answer is a marker too.
    fn ask(&mut self, engine: &Engine, message: impl AsRef<[u8]>) -> String {
        let message = message.as_ref();
        self.messages.push(message.to_vec());
        done(engine, message)
    }

    fn mark(&mut self, what: &str, secret: &str) {
        self.markers.push(Marker::new(what, secret.as_bytes()));
    }

    fn mark_key(&mut self, what: &str, clear: &str) {
        self.markers.extend(Marker::hex(what, clear));
    }

    /// A key with a clear value that the test knows, under the AES test LMK.
    fn key(&mut self, chance: &mut Chance, attributes: &str) -> String {
        let clear: Vec<u8> = chance.bytes(16).into_iter().map(odd_parity).collect();
        let clear = hex::encode_upper(clear);
        self.mark_key(attributes, &clear);
        sealed(attributes, &clear)
    }
}

/// Messages of every command, full of secrets.
fn material(engine: &Engine) -> Material {
    let mut all = Material { messages: Vec::new(), markers: Vec::new(), short: Vec::new() };
    let mut chance = Chance::new(5);
    let zpk = all.key(&mut chance, "P0TB00E00");
    let tpk = sealed("71TN00E00", &unwrapped(AES_LMK, &zpk));
    let zmk = all.key(&mut chance, "K0TB00E00");
    let tmk = all.key(&mut chance, "51TB00E00");
    let pvk_ibm = all.key(&mut chance, "V1TN00E00");
    let pvk_pvv = all.key(&mut chance, "V2TN00E00");
    let cvk = all.key(&mut chance, "C0TN00E00");
    let mac = all.key(&mut chance, "M3TN00E00");
    let data_key = all.key(&mut chance, "D0TB00E00");
    all.mark_key("the AES test LMK", AES_LMK);
    all.mark_key("the 3DES test LMK", TDES_LMK);
    for (what, secret) in [("PIN", PIN), ("account", ACCOUNT), ("PAN", PAN), ("trailer", TRAILER)] {
        all.mark(what, secret);
    }
    all.mark("clear data", CLEAR_DATA);

    for (message, mark) in [("NC", false), ("NO00", false), ("NO01", false), ("N0064", true)] {
        let random = all.ask(engine, message);
        if mark {
            all.mark("random bytes", &random);
        }
    }
    let length = CLEAR_DATA.len();
    all.ask(engine, format!("B2{length:04X}{CLEAR_DATA}\x19{TRAILER}"));

    // PINs.
    let pin_under_lmk = all.ask(engine, format!("BA{PIN}F{ACCOUNT}"));
    all.mark("PIN under the LMK", &pin_under_lmk);
    all.ask(engine, format!("NG{ACCOUNT}{pin_under_lmk}"));
    let random_pin = all.ask(engine, format!("JA{ACCOUNT}12"));
    let random_pin = all.ask(engine, format!("NG{ACCOUNT}{random_pin}"));
    all.mark("random PIN", random_pin.trim_end_matches('F'));
    let block = all.ask(engine, format!("JG{zpk}01{ACCOUNT}{pin_under_lmk}"));
    all.mark_key("PIN block", &block);
    all.ask(engine, format!("JC{tpk}{block}01{ACCOUNT}"));
    all.ask(engine, format!("JE{zpk}{block}01{ACCOUNT}"));
    all.ask(engine, format!("CA{tpk}{zpk}12{block}0101{ACCOUNT}"));
    all.ask(engine, format!("CC{zpk}{zpk}12{block}0147{ACCOUNT}"));
    all.ask(engine, format!("BC{tpk}{block}01{ACCOUNT}{pin_under_lmk}"));
    all.ask(engine, format!("BE{zpk}{block}01{ACCOUNT}{pin_under_lmk}"));
    let ibm = format!("12{ACCOUNT}{TABLE}{VALIDATION_DATA}");
    let offset = all.ask(engine, format!("DE{pvk_ibm}{pin_under_lmk}{ibm}"));
    all.mark("offset", &offset);
    all.ask(engine, format!("BKFFF{zpk}{pvk_ibm}{block}01{ibm}"));
    all.ask(engine, format!("DA{tpk}{pvk_ibm}12{block}01{ibm}{offset}"));
    all.ask(engine, format!("EA{zpk}{pvk_ibm}12{block}01{ibm}{offset}"));
    all.ask(engine, format!("DUFFF{zpk}{pvk_ibm}{block}01{ibm}{offset}{block}"));
    all.ask(engine, format!("EE{pvk_ibm}{offset}{ibm}"));
    let pvv = all.ask(engine, format!("DG{pvk_pvv}{pin_under_lmk}{ACCOUNT}1"));
    all.ask(engine, format!("FWFFF{zpk}{pvk_pvv}{block}01{ACCOUNT}1"));
    all.ask(engine, format!("DC{tpk}{pvk_pvv}{block}01{ACCOUNT}1{pvv}"));
    all.ask(engine, format!("EC{zpk}{pvk_pvv}{block}01{ACCOUNT}1{pvv}"));
    all.ask(engine, format!("CUFFF{zpk}{pvk_pvv}{block}01{ACCOUNT}1{pvv}{block}"));
    all.short.push(Marker::new("PVV", pvv.as_bytes()));

    // Cards.
    let cvv = all.ask(engine, format!("CW{cvk}{PAN};2910000"));
    all.ask(engine, format!("CY{cvk}{cvv}{PAN};2910000"));
    all.short.push(Marker::new("CVV", cvv.as_bytes()));

    // Data.
    let hex_data = hex::encode_upper(CLEAR_DATA);
    let ciphered = all.ask(engine, format!("M00011FFF{data_key}{:04X}{hex_data}", 2 * length));
    all.ask(engine, format!("M00001FFF{data_key}{length:04X}{CLEAR_DATA}"));
    all.ask(engine, format!("M20011FFF{data_key}{ciphered}"));
    all.ask(engine, format!("M20010FFF{data_key}{ciphered}"));
    all.ask(engine, format!("M4000011FFF{data_key}FFF{data_key}{ciphered}"));
    let made = all.ask(engine, format!("M600131FFF{mac}{length:04X}{CLEAR_DATA}"));
    all.ask(engine, format!("M800131FFF{mac}{length:04X}{CLEAR_DATA}{made}"));

    // Keys: what is generated is looked up in the answer.
    let generated = |all: &mut Material, answer: &str| {
        let mut rest = answer;
        while rest.starts_with('S') || rest.starts_with('R') {
            let (key, after) = take_key(rest);
            if key.starts_with('S') {
                all.mark_key("generated key", &unwrapped(AES_LMK, key));
            }
            rest = after;
        }
    };
    for message in [
        "A00FFFS#D0A3B00E00".to_owned(),
        format!("A01FFFS{zmk}R#P0T2B00E00"),
        format!("HA{tmk}"),
        format!("HC{tmk}"),
        format!("IA{zmk}"),
    ] {
        let answer = all.ask(engine, message);
        generated(&mut all, &answer);
    }
    let mut components = String::new();
    for number in ["c1", "c2"] {
        let answer = all.ask(engine, format!("A00FFFS#P0T2B{number}E00"));
        generated(&mut all, &answer);
        components.push_str(take_key(&answer).0);
    }
    let formed = all.ask(engine, format!("A42FFFS{components}"));
    generated(&mut all, &formed);
    all.ask(engine, "RA");
    // A record of the audit log is no secret itself.
    let record = all.ask(engine, "Q2");
    all.ask(engine, "Q60");
    all.ask(engine, format!("Q8{record}"));
    let exported = all.ask(engine, format!("A8FFF{zmk}{zpk}R"));
    let (exported, _) = take_key(&exported);
    all.ask(engine, format!("A6FFF{zmk}{exported}S"));
    all.ask(engine, format!("FA{zmk}{exported}"));
    all.ask(engine, format!("FC{zmk}{exported}"));
    all.ask(engine, format!("GC{zmk}{zpk}"));
    all.ask(engine, format!("FE{zmk}{tpk}"));
    all.ask(engine, format!("BUFFF{zpk}"));
    // A published key of the variant scheme; its clear value is not known.
    all.ask(engine, "B0002X367930344805B1FAD6146EF4ED7502B3U%00");
    let narrowed = all.ask(engine, format!("CS{zpk}UP0;72"));
    generated(&mut all, &narrowed);

    // What is under the variant LMK, which the others have as their old one.
    let clear = "6BA1941C76A719D9E502013D26FB8F46";
    all.mark_key("key under the old LMK", clear);
    let old = "U2DCCB5D9D9AB4B8BFD8980FEE839E6C6";
    let migrated = all.ask(engine, format!("BWFF1{old};001#72N00S00!11"));
    generated(&mut all, &migrated);
    let old = all.ask(engine, format!("BA{PIN}F{ACCOUNT}%00"));
    all.mark("PIN under the old LMK", &old);
    let migrated = all.ask(engine, format!("BG{ACCOUNT}{old}"));
    all.mark("PIN that came over", &migrated);
    all.ask(engine, "LOA5C4F7A811E9392C");
    all.mark("decimalisation table", TABLE);
    all
}

fn developer() -> Engine {
    with_lmk_pins_of(13)
}

#[test]
fn every_command_is_among_those_that_are_watched() {
    let messages = material(&developer()).messages;
    for opcode in Opcode::ALL {
        let code = opcode.code().0;
        assert!(messages.iter().any(|message| message.starts_with(&code)), "{}", opcode.code());
    }
}

#[test]
fn what_is_planted_is_found() {
    let [bytes, text] = Marker::hex("key", "C1C2C3C4C5C6C7C8D0D1D2D3");
    let key = hex::decode("C1C2C3C4C5C6C7C8D0D1D2D3").unwrap();
    for seen in [
        "…c3c4c5c6c7c8d0d1…".to_owned(),
        "C2C3C4C5C6C7C8D0".to_owned(),
        format!("Key({key:?})"),
        format!("Key({key:02x?})"),
        format!("Key(b\"{}\")", key.escape_ascii()),
    ] {
        assert!(bytes.is_in(&seen) || text.is_in(&seen), "{seen}");
    }
    assert!(bytes.is_in(&latin(&key)));
    assert!(!bytes.is_in("c1c2c3c4") && !text.is_in("C1C2C3"), "half of it is not it");

    let log = Log::default();
    let pin = Marker::new("PIN", PIN.as_bytes());
    log.of(|| tracing::trace!(fields = ?Seed::new(b"NC"), "nothing to see"));
    assert!(!log.text().is_empty() && !pin.is_in(&latin(&log.text())));
    log.of(|| tracing::trace!(digits = ?PIN.as_bytes(), "a line that must not be"));
    assert!(pin.is_in(&latin(&log.text())));
    let log = Log::default();
    log.of(|| tracing::debug!("the PIN is {PIN}"));
    assert!(pin.is_in(&latin(&log.text())));
    let panicked = std::panic::catch_unwind(|| look_for(&[pin], &log.text()));
    assert!(panicked.is_err());
}

/// A message as it came, cut short, gone on with, and with each of its characters wrong.
fn variants(message: &[u8]) -> Vec<Vec<u8>> {
    let mut variants = vec![message.to_vec(), [message, b"x"].concat()];
    for at in (2..message.len()).step_by(5) {
        variants.push(message[..at].to_vec());
        let mut wrong = message.to_vec();
        wrong[at] = wrong[at].wrapping_add(1);
        variants.push(wrong);
    }
    variants
}

#[test]
fn the_log_of_the_engine_says_nothing_of_what_went_through_it() {
    let developer = developer();
    let Material { messages, markers, short } = material(&developer);
    let log = Log::default();
    let issuer = support::production(Profile::Issuer);
    for message in &messages {
        for variant in variants(message) {
            log.of(|| ask_bytes(&developer, None, &variant));
        }
        log.of(|| ask_bytes(&issuer, None, message));
        log.of(|| ask_bytes(&developer, Some(1), message));
        if let Ok(seed) = Seed::new(message) {
            for at in [seed.compact.len(), seed.compact.len() / 2, 0] {
                let cut = Seed { compact: seed.compact[..at].to_vec(), ..seed.clone() };
                log.of(|| {
                    let mut output = Vec::new();
                    let frame = cut.compact_frame(7);
                    developer.answer(&session(Dialect::Compact, None), &frame, &mut output);
                });
            }
        }
    }
    let text = log.text();
    let lines = text.iter().filter(|byte| **byte == b'\n').count();
    assert!(lines > 2 * messages.len(), "{lines} lines");
    look_for(&markers, &text);
    look_for(&short, &text);
}

/// What a request and its reply print of themselves.
fn printed_by<C: Command>(engine: &Engine, message: &[u8], out: &mut String) {
    let settings = HostSettings { lmk_pin_length: 13, ..host_settings() };
    let mut fields = Fields::new(&message[2..], &settings);
    writeln!(out, "{fields:?} {fields:#?}").unwrap();
    let Ok(request) = C::decode_host(&mut fields) else { return };
    let tail = fields.finish().unwrap();
    writeln!(out, "{request:?} {request:#?} {tail:?}").unwrap();
    let mut body = Vec::new();
    payhsm_protocol::command::put_body(tail.lmk, &request, &mut body).unwrap();
    let seed = Seed { opcode: C::OPCODE, host: Vec::new(), compact: body };
    let frame = seed.compact_frame(7);
    let taken = compact::take_request(&frame);
    writeln!(out, "{taken:?}").unwrap();
    let mut output = Vec::new();
    let batch = engine.answer(&session(Dialect::Compact, None), &frame, &mut output);
    let taken = compact::take_reply(&output);
    writeln!(out, "{batch:?} {taken:?}").unwrap();
    if let Taken::Frame(reply, _) = taken
        && let Ok(reply) = C::Reply::take(reply.body)
    {
        writeln!(out, "{reply:?} {reply:#?}").unwrap();
    }
}

macro_rules! declare_printing {
    ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
        fn printed(engine: &Engine, message: &[u8], out: &mut String) {
            match Opcode::from_code([message[0], message[1]]).unwrap() {
                $(Opcode::$code => printed_by::<payhsm_protocol::command::$module::$request>(
                    engine, message, out,
                ),)+
            }
        }
    };
}

payhsm_protocol::for_each_command!(declare_printing);

#[test]
fn requests_replies_and_frames_print_nothing_secret() {
    let engine = developer();
    let Material { messages, markers, short } = material(&engine);
    let mut out = String::new();
    for message in &messages {
        printed(&engine, message, &mut out);
        let framed = framed(message);
        writeln!(out, "{:?}", host::Message::split(&framed[2..], HEADER.len())).unwrap();
    }
    assert!(out.len() > 100 * messages.len(), "{} bytes printed", out.len());
    look_for(&markers, out.as_bytes());
    look_for(&short, out.as_bytes());
}

#[test]
fn engine_lmks_and_keys_print_nothing_secret() {
    let engine = developer();
    let Material { messages, markers, .. } = material(&engine);
    let lmks = test_lmks();
    let mut answer = PIN.as_bytes().to_vec();
    let settings = host_settings();
    let writer = Writer::new(&mut answer, &settings);
    let pin = ClearPin(PIN.as_bytes().to_vec());
    let mut text = format!(
        "{engine:?} {engine:#?} {lmks:?} {lmks:#?} {writer:?} {pin:?} {:?}",
        session(Dialect::Host, Some(1)),
    );
    let rules = Settings::development().key_rules();
    let mut open = 0;
    for message in messages.iter().filter(|message| message.starts_with(b"CC")) {
        let field = Fields::new(&message[2..], &settings).key(Bare::Single).unwrap();
        let lmk = lmks.get(LmkId(2)).unwrap();
        let key = Key::<Zpk>::open(lmk, &field, Purpose::Decrypt, &rules).unwrap();
        let any = AnyKey::open(lmk, &field, None, &rules).unwrap();
        write!(text, "{key:?} {key:#?} {any:?} {any:#?} {field:?}").unwrap();
        open += 1;
    }
    assert!(open > 0 && text.contains("Lmk"), "{text}");
    look_for(&markers, text.as_bytes());
    // Of the variant test LMK, whose parts are runs of one byte: no run, in any form.
    for byte in [0x20_u8, 0x31, 0x40, 0x51, 0x61, 0x70] {
        look_for(&[Marker::new("a part of the variant LMK", &[byte; 8])], &unindented(&text));
    }
}

/// Without the runs of blanks that a pretty print has.
fn unindented(text: &str) -> Vec<u8> {
    text.split_whitespace().collect::<Vec<_>>().join(" ").into_bytes()
}

#[test]
fn error_texts_are_the_same_whatever_was_refused() {
    let engine = developer();
    let Material { messages, markers, .. } = material(&engine);
    let mut refusals = Vec::new();
    for message in &messages {
        for variant in variants(message) {
            let answer = ask_bytes(&engine, None, &variant);
            if !answer[2..].starts_with(b"00") {
                // Code and error, and a trailer if there was one.
                let end = answer.iter().position(|byte| *byte == 0x19).unwrap_or(answer.len());
                assert!(end == 4, "{}", answer.escape_ascii());
                refusals.extend_from_slice(&answer[..end]);
                refusals.push(b'\n');
            }
        }
    }
    assert!(refusals.len() > 1000, "{}", refusals.len());
    look_for(&markers, &refusals);
    let texts: String = ErrorCode::ALL.iter().map(|code| format!("{code} {code:?}\n")).collect();
    look_for(&markers, texts.as_bytes());
    let refused = [KeyRefused::Authentication, KeyRefused::Usage, KeyRefused::Parity];
    look_for(&markers, format!("{refused:?} {}", refused[0]).as_bytes());
}

#[test]
fn the_log_of_the_daemon_says_nothing_of_what_went_through_it() {
    let Material { messages, markers, .. } = material(&developer());
    let folder = Folder::new();
    // Everything that any part of the daemon would log, the libraries included.
    let config =
        configuration("development", true, "[host]\npin_length = 12\n[audit]\nfolder = 'audit'")
            .replace("format = 'json'", "format = 'json'\nlevel = 'trace'");
    let daemon = support::binary::Daemon::configured(&folder, &config, 8);
    let (plain, secure) = (daemon.address(false, None), daemon.address(true, None));
    let mut plain = Caller::new(connect(plain));
    let mut secure = folder.host_client("client", secure);
    for message in &messages {
        let cut = &message[..message.len() / 2];
        // What the log has to show is for its own tests.
        let shows_log = message.starts_with(b"Q");
        let done = plain.ask(message).get(2..4) == Some("00");
        assert!(done || shows_log, "{}", message.escape_ascii());
        plain.ask(cut);
        secure.ask(message);
        secure.ask(cut);
    }
    // Half a request, and one of unbelievable length.
    plain.stream.write_all(&framed(&messages[4])[..20]).unwrap();
    secure.stream.write_all(&[&b"\xff\xff"[..], &messages[5]].concat()).unwrap();
    assert_eq!(secure.receive(), None);
    drop((plain, secure));
    wait_for("the records", || daemon.log.count("\"command\"") >= 4 * messages.len());
    let all = [daemon.log.all(), daemon.out.all()].concat().join("\n");
    look_for(&markers, all.as_bytes());
}
