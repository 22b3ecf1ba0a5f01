//! Keys that the test knows, messages with them, and the load.

use super::ceremony::Ceremony;
use super::needles::Needles;
use crate::binary::{Caller, Folder, Tls};
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::key_block::thales::AesWrappingKey;
use payhsm_crypto::key_block::x9143;
use payhsm_crypto::parity;
use ring::rand::{SecureRandom, SystemRandom};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

const ACCOUNT: &str = "850103093936";

/// Keys that were made inside and are looked for afterwards.
const MADE: usize = 40;

/// Connections, and rounds on each.
fn load() -> (usize, usize) {
    if super::long() { (16, 420) } else { (4, 40) }
}

pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).unwrap();
    bytes
}

/// A TDES key of double length.
pub(crate) fn tdes() -> [u8; 16] {
    let mut key = random();
    parity::make_odd(&mut key);
    key
}

/// A block under the LMK of the appliance.
pub(crate) fn sealed(lmk: &[u8], attributes: &str, key: &[u8]) -> String {
    let lmk = AesWrappingKey::new(lmk).unwrap();
    let length = 16 + 2 * lmk.body_len(key.len(), None);
    let header = format!("1{length:04}{attributes}00");
    let body = lmk.wrap(header.as_bytes(), key, &random::<16>(), None).unwrap();
    format!("S{header}{}", hex::encode_upper(body))
}

/// A block of version B or D under a ZMK, without optional blocks.
pub(crate) fn under_zmk(zmk: &[u8], version: char, attributes: &str, key: &[u8]) -> String {
    let text = |length| format!("{version}{length:04}{attributes}00");
    let of = x9143::Version::of(text(0).as_bytes()).unwrap();
    let length = 16 + 2 * x9143::ProtectionKey::new(of, zmk).unwrap().body_len(key.len(), None);
    let header = text(length);
    let body = x9143::wrap(zmk, header.as_bytes(), key, &random::<16>(), None).unwrap();
    format!("{header}{}", hex::encode_upper(body))
}

/// The key in a block under the LMK.
fn opened(lmk: &[u8], block: &str) -> Vec<u8> {
    let (header, body) = block.strip_prefix('S').unwrap().split_at(16);
    let mut body = hex::decode(body).unwrap();
    let lmk = AesWrappingKey::new(lmk).unwrap();
    let place = lmk.unwrap_in_place(header.as_bytes(), &mut body).unwrap();
    body[place].to_vec()
}

/// The first block in an answer to A0.
fn first_block(answer: &str) -> String {
    let rest = answer.get(4..).unwrap();
    let length = 1 + rest.get(2..6).unwrap().parse::<usize>().unwrap();
    rest.get(..length).unwrap().to_owned()
}

/// What hosts send.
pub(crate) struct Canaries {
    messages: Vec<String>,
    /// Blocks of keys that nobody knew before they were asked for.
    made: Vec<String>,
}

impl Canaries {
    /// Under the LMK of `ceremony`, and with the keys that officers brought.
    pub(crate) fn new(ceremony: &Ceremony, needles: &mut Needles) -> Self {
        let lmk = &ceremony.lmk;
        let mut canary = |name: &str, attributes: &str| {
            let key = tdes();
            needles.tdes(name, &key);
            (sealed(lmk, attributes, &key), key)
        };
        let (zpk, zpk_clear) = canary("ZPK", "P0TB00E00");
        let (other_zpk, _) = canary("second ZPK", "P0TB00E00");
        let (tpk, tpk_clear) = canary("TPK", "71TN00E00");
        let (tak, _) = canary("TAK", "M1TN00E00");
        let (cvk, _) = canary("CVK", "C0TN00E00");
        let (one, one_clear) = canary("component of a ZPK", "P0TBc1E00");
        let (other, other_clear) = canary("other component of a ZPK", "P0TBc2E00");
        let (_, foreign) = canary("imported ZPK", "P0TB00E00");
        let mut whole: Vec<u8> = one_clear.iter().zip(other_clear).map(|(a, b)| a ^ b).collect();
        parity::make_odd(&mut whole);
        needles.tdes("ZPK of components", &whole);
        let kek_clear = tdes();
        needles.wrapping_tdes("KEK", &kek_clear);
        let kek = sealed(lmk, "K0TB00E00", &kek_clear);
        let aes_kek_clear = random::<32>();
        needles.wrapping_aes("AES KEK", &aes_kek_clear);
        let aes_kek = sealed(lmk, "K0AB00E00", &aes_kek_clear);
        let dek_clear = random::<32>();
        needles.aes("DEK", &dek_clear);
        let dek = sealed(lmk, "D0AB00E00", &dek_clear);
        let theirs = under_zmk(&aes_kek_clear, 'D', "P0TB00E00", &foreign);

        let pin: String = random::<12>().iter().map(|byte| char::from(b'0' + byte % 10)).collect();
        let field = hex::decode(format!("0C{pin}FF")).unwrap();
        needles.secret("PIN", &field);
        let account = hex::decode(format!("0000{ACCOUNT}")).unwrap();
        let block: [u8; 8] = std::array::from_fn(|at| field[at] ^ account[at]);
        needles.secret("PIN block", &block);
        let under =
            |key: &[u8]| hex::encode_upper(BlockKey::tdes(key).unwrap().encrypt8(block).unwrap());
        let (by_zpk, by_tpk) = (under(&zpk_clear), under(&tpk_clear));

        let mut messages: Vec<_> =
            [&zpk, &tpk, &kek, &tak, &dek].map(|key| format!("BUFFF{key}")).into();
        messages.extend([
            format!("CC{zpk}{other_zpk}12{by_zpk}0101{ACCOUNT}"),
            format!("CA{tpk}{zpk}12{by_tpk}0101{ACCOUNT}"),
            format!("JC{tpk}{by_tpk}01{ACCOUNT}"),
            format!("M00011FFF{dek}0020{}", hex::encode_upper(random::<16>())),
            format!("M601011FFF{tak}0008ABCDEF12"),
            format!("CW{cvk}4089000092000007;2512201"),
            format!("A8FFF{kek}{zpk}S&N"),
            format!("A8FFF{aes_kek}{dek}R"),
            format!("A6FFF{aes_kek}R{theirs}S"),
            format!("A6FFF{}R{}S", ceremony.zmk_block, ceremony.exported),
            format!("A42FFFS{one}{other}#0000"),
            "A00FFFS#P0T2B00E00".to_owned(),
            format!("A01FFFS{aes_kek}R#D0A3B00E00"),
        ]);
        Self { messages, made: Vec::new() }
    }

    /// The keys that were made for hosts are known afterwards.
    pub(crate) fn add_made(&self, lmk: &[u8], needles: &mut Needles) {
        assert!(!self.made.is_empty());
        for (number, block) in self.made.iter().enumerate() {
            let key = opened(lmk, block);
            let name = format!("key {number} made for a host");
            if key.len() == 16 { needles.tdes(&name, &key) } else { needles.aes(&name, &key) }
        }
    }

    /// Sends everything on every connection, alone and many at once, for so many rounds and until it is `over`. The
    /// connections are given back open, so that nothing moves while memory is read.
    pub(crate) fn drive(
        &mut self,
        folder: &Folder,
        address: SocketAddr,
        over: &AtomicBool,
    ) -> (Vec<Caller<Tls>>, usize) {
        let (connections, rounds) = load();
        let mut callers: Vec<_> =
            (0..connections).map(|_| folder.host_client("client", address)).collect();
        let mut answered = 0;
        for round in 0.. {
            if round >= rounds && over.load(Ordering::Relaxed) {
                break;
            }
            // One by one in some rounds; in the others as many as fit are handled side by side.
            let together = if round % 4 == 0 { 1 } else { self.messages.len() };
            for some in self.messages.chunks(together) {
                for caller in &mut callers {
                    some.iter().for_each(|message| caller.send(message));
                }
                for caller in &mut callers {
                    for message in some {
                        let answer = caller.receive().unwrap();
                        assert_eq!(answer.get(2..4), Some("00"), "{message}: {answer}");
                        answered += 1;
                        if message.starts_with("A0") && self.made.len() < MADE {
                            self.made.push(first_block(&answer));
                        }
                    }
                }
            }
        }
        (callers, answered)
    }
}
