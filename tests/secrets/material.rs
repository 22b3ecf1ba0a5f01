//! Requests of every command that know each other's answers, and what of them must never be seen.

use super::cards;
use super::marker::Marker;
use super::support::keys::{AES_LMK, TDES_LMK, sealed, take_key, unwrapped};
use super::support::random::Chance;
use super::support::recorders::SHOWN;

pub(crate) const PIN: &str = "481516234206";
pub(crate) const ACCOUNT: &str = "739182640517";
/// A card number with its check digit.
pub(crate) const PAN: &str = "5739182640517267";
pub(crate) const CLEAR_DATA: &str = "sixteen by sixteen: clear data!!";
pub(crate) const TRAILER: &str = "a trailer is nobody's business";
pub(crate) const TABLE: &str = "0123456789012345";
pub(crate) const VALIDATION_DATA: &str = "73918264051N";

fn odd_parity(byte: u8) -> u8 {
    if byte.count_ones().is_multiple_of(2) { byte ^ 1 } else { byte }
}

/// An answer to a request of the host dialect, from its code on.
pub(crate) type Ask<'a> = &'a mut dyn FnMut(&[u8]) -> String;

/// What was asked, and what came.
pub(crate) struct Asked {
    pub(crate) message: Vec<u8>,
    pub(crate) answer: String,
    /// Whether the answer is one that has a secret, as its page says.
    pub(crate) tells: bool,
}

/// What went through the commands, and what of it must never be seen.
#[derive(Default)]
pub(crate) struct Material {
    pub(crate) messages: Vec<Vec<u8>>,
    pub(crate) answers: Vec<Asked>,
    /// What must not be in a log, a store or a print.
    pub(crate) markers: Vec<Marker>,
    /// Of these what commands of cards must not answer either.
    pub(crate) clear: Vec<Marker>,
    /// Three to five digits, which may stand in a port or in a time by chance: for output of this
    /// process alone, where there is neither.
    pub(crate) short: Vec<Marker>,
}

/// Somebody who asks one thing after the other.
pub(crate) struct Talk<'a> {
    appliance: Ask<'a>,
    pub(crate) all: Material,
}

impl Talk<'_> {
    fn say(&mut self, message: &[u8], tells: bool) -> String {
        let answer = (self.appliance)(message);
        self.all.messages.push(message.to_vec());
        let asked = Asked { message: message.to_vec(), answer: answer.clone(), tells };
        self.all.answers.push(asked);
        answer
    }

    /// A message that must work: the fields of its answer.
    pub(crate) fn ask(&mut self, message: impl AsRef<[u8]>) -> String {
        let message = message.as_ref();
        fields(message, &self.say(message, false))
    }

    /// One whose answer has a secret, as its page says.
    pub(crate) fn ask_for_clear(&mut self, message: impl AsRef<[u8]>) -> String {
        let message = message.as_ref();
        fields(message, &self.say(message, true))
    }

    /// One that gets this code and nothing else.
    pub(crate) fn refused(&mut self, message: impl AsRef<[u8]>, code: &str) {
        let message = message.as_ref();
        let answer = self.say(message, false);
        assert_eq!(answer.get(2..), Some(code), "{}", message.escape_ascii());
    }

    /// One whose answer depends on who is there.
    fn try_to(&mut self, message: impl AsRef<[u8]>) {
        self.say(message.as_ref(), false);
    }

    /// What nobody but the commands may have.
    pub(crate) fn mark(&mut self, what: &str, secret: &str) {
        self.all.markers.push(Marker::new(what, secret.as_bytes()));
    }

    /// The same in hex.
    pub(crate) fn mark_key(&mut self, what: &str, hex: &str) {
        self.all.markers.extend(Marker::hex(what, hex));
    }

    /// What no command of cards answers unless its page says so.
    pub(crate) fn mark_clear(&mut self, what: &str, secret: &str) {
        self.mark(what, secret);
        self.all.clear.push(Marker::new(what, secret.as_bytes()));
    }

    /// The same in hex.
    pub(crate) fn mark_clear_key(&mut self, what: &str, hex: &str) {
        self.mark_key(what, hex);
        self.all.clear.extend(Marker::hex(what, hex));
    }

    /// Few digits.
    pub(crate) fn mark_short(&mut self, what: &str, digits: &str) {
        self.all.short.push(Marker::new(what, digits.as_bytes()));
    }

    /// A key with a clear value that the test knows, under the AES test LMK.
    fn key(&mut self, chance: &mut Chance, attributes: &str) -> String {
        let clear = clear_key(chance, 16);
        self.mark_clear_key(attributes, &clear);
        sealed(attributes, &clear)
    }
}

fn fields(message: &[u8], answer: &str) -> String {
    let code = [message[0], message[1] + 1, b'0', b'0'];
    let fields = answer.strip_prefix(std::str::from_utf8(&code).unwrap());
    fields.unwrap_or_else(|| panic!("{}: {answer}", message.escape_ascii())).to_owned()
}

/// A key of so many bytes, in hex; of odd parity, which AES does not mind.
pub(crate) fn clear_key(chance: &mut Chance, bytes: usize) -> String {
    let clear: Vec<u8> = chance.bytes(bytes).into_iter().map(odd_parity).collect();
    hex::encode_upper(clear)
}

/// Messages of every command, full of secrets, and what this appliance answered.
pub(crate) fn material(appliance: Ask<'_>) -> Material {
    let mut all = Talk { appliance, all: Material::default() };
    // Before RA, which takes back what officers authorised.
    cards::everything(&mut all);
    host_commands(&mut all);
    all.all
}

fn host_commands(all: &mut Talk<'_>) {
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
    all.mark_clear_key("the AES test LMK", AES_LMK);
    all.mark_clear_key("the 3DES test LMK", TDES_LMK);
    for (what, secret) in [("account", ACCOUNT), ("trailer", TRAILER)] {
        all.mark(what, secret);
    }
    all.mark("clear data", CLEAR_DATA);

    for message in ["NI11", "J2", "J4", "J8", "JK"] {
        all.ask(message);
    }
    for (message, mark) in [("NC", false), ("NO00", false), ("NO01", false), ("N0064", true)] {
        let random = all.ask(message);
        if mark {
            all.mark("random bytes", &random);
        }
    }
    let length = CLEAR_DATA.len();
    all.ask(format!("B2{length:04X}{CLEAR_DATA}\x19{TRAILER}"));

    // PINs.
    let pin_under_lmk = all.ask(format!("BA{PIN}F{ACCOUNT}"));
    all.mark("PIN under the LMK", &pin_under_lmk);
    all.ask(format!("NG{ACCOUNT}{pin_under_lmk}"));
    let random_pin = all.ask(format!("JA{ACCOUNT}12"));
    let random_pin = all.ask(format!("NG{ACCOUNT}{random_pin}"));
    all.mark("random PIN", random_pin.trim_end_matches('F'));
    let block = all.ask(format!("JG{zpk}01{ACCOUNT}{pin_under_lmk}"));
    all.mark_key("PIN block", &block);
    all.ask(format!("JC{tpk}{block}01{ACCOUNT}"));
    all.ask(format!("JE{zpk}{block}01{ACCOUNT}"));
    all.ask(format!("CA{tpk}{zpk}12{block}0101{ACCOUNT}"));
    all.ask(format!("CC{zpk}{zpk}12{block}0147{ACCOUNT}"));
    all.ask(format!("BC{tpk}{block}01{ACCOUNT}{pin_under_lmk}"));
    all.ask(format!("BE{zpk}{block}01{ACCOUNT}{pin_under_lmk}"));
    let ibm = format!("12{ACCOUNT}{TABLE}{VALIDATION_DATA}");
    let offset = all.ask(format!("DE{pvk_ibm}{pin_under_lmk}{ibm}"));
    all.mark("offset", &offset);
    all.ask(format!("BKFFF{zpk}{pvk_ibm}{block}01{ibm}"));
    all.ask(format!("DA{tpk}{pvk_ibm}12{block}01{ibm}{offset}"));
    all.ask(format!("EA{zpk}{pvk_ibm}12{block}01{ibm}{offset}"));
    all.ask(format!("DUFFF{zpk}{pvk_ibm}{block}01{ibm}{offset}{block}"));
    all.ask(format!("EE{pvk_ibm}{offset}{ibm}"));
    let pvv = all.ask(format!("DG{pvk_pvv}{pin_under_lmk}{ACCOUNT}1"));
    all.ask(format!("FWFFF{zpk}{pvk_pvv}{block}01{ACCOUNT}1"));
    all.ask(format!("DC{tpk}{pvk_pvv}{block}01{ACCOUNT}1{pvv}"));
    all.ask(format!("EC{zpk}{pvk_pvv}{block}01{ACCOUNT}1{pvv}"));
    all.ask(format!("CUFFF{zpk}{pvk_pvv}{block}01{ACCOUNT}1{pvv}{block}"));
    all.mark_short("PVV", &pvv);

    // Cards.
    let cvv = all.ask(format!("CW{cvk}{PAN};2910000"));
    all.ask(format!("CY{cvk}{cvv}{PAN};2910000"));
    all.mark_short("CVV", &cvv);

    // Data.
    let hex_data = hex::encode_upper(CLEAR_DATA);
    let ciphered = all.ask(format!("M00011FFF{data_key}{:04X}{hex_data}", 2 * length));
    all.ask(format!("M00001FFF{data_key}{length:04X}{CLEAR_DATA}"));
    all.ask(format!("M20011FFF{data_key}{ciphered}"));
    all.ask(format!("M20010FFF{data_key}{ciphered}"));
    all.ask(format!("M4000011FFF{data_key}FFF{data_key}{ciphered}"));
    let made = all.ask(format!("M600131FFF{mac}{length:04X}{CLEAR_DATA}"));
    all.ask(format!("M800131FFF{mac}{length:04X}{CLEAR_DATA}{made}"));

    // Keys: what is generated is looked up in the answer.
    let generated = |all: &mut Talk<'_>, answer: &str| {
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
        let answer = all.ask(message);
        generated(all, &answer);
    }
    let mut components = String::new();
    for number in ["c1", "c2"] {
        let answer = all.ask(format!("A00FFFS#P0T2B{number}E00"));
        generated(all, &answer);
        components.push_str(take_key(&answer).0);
    }
    let formed = all.ask(format!("A42FFFS{components}"));
    generated(all, &formed);
    all.ask("RA");
    // A record of the audit log is no secret itself; who is shown one, other tests say.
    for message in ["Q2".to_owned(), "Q60".to_owned(), format!("Q8{SHOWN}")] {
        all.try_to(message);
    }
    let exported = all.ask(format!("A8FFF{zmk}{zpk}R"));
    let (exported, _) = take_key(&exported);
    all.ask(format!("A6FFF{zmk}{exported}S"));
    all.ask(format!("FA{zmk}{exported}"));
    all.ask(format!("FC{zmk}{exported}"));
    all.ask(format!("GC{zmk}{zpk}"));
    all.ask(format!("FE{zmk}{tpk}"));
    all.ask(format!("BUFFF{zpk}"));
    // A published key of the variant scheme; its clear value is not known.
    all.ask("B0002X367930344805B1FAD6146EF4ED7502B3U%00");
    let narrowed = all.ask(format!("CS{zpk}UP0;72"));
    generated(all, &narrowed);

    // What is under the variant LMK, which the others have as their old one.
    let clear = "6BA1941C76A719D9E502013D26FB8F46";
    all.mark_key("key under the old LMK", clear);
    let old = "U2DCCB5D9D9AB4B8BFD8980FEE839E6C6";
    let migrated = all.ask(format!("BWFF1{old};001#72N00S00!11"));
    generated(all, &migrated);
    let old = all.ask(format!("BA{PIN}F{ACCOUNT}%00"));
    all.mark("PIN under the old LMK", &old);
    let migrated = all.ask(format!("BG{ACCOUNT}{old}"));
    all.mark("PIN that came over", &migrated);
    all.ask("LOA5C4F7A811E9392C");
    all.mark("decimalisation table", TABLE);
}
