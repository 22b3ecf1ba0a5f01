//! No clear key, no round key and no clear PIN block in memory that can be read: a daemon works with keys that the test
//! knows, over several connections, and then everything that root can read of it is searched.
//!
//! `PAYHSM_LONG_TESTS=1` sends a hundred thousand commands over sixteen connections. Values that callers hand in in the
//! clear (BA, NG) are no part of it: they travel in the clear.
#![cfg(test)]

#[path = "leaks/needles.rs"]
mod needles;
#[path = "leaks/schedules.rs"]
mod schedules;
mod support;
#[path = "leaks/victim.rs"]
mod victim;

use needles::Needles;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::parity;
use ring::rand::{SecureRandom, SystemRandom};
use support::binary::{Caller, Folder, Tls};
use support::keys::sealed;
use victim::{Searched, Victim};

const ACCOUNT: &str = "850103093936";

/// Connections, and rounds on each.
fn load() -> (usize, usize) {
    if std::env::var_os("PAYHSM_LONG_TESTS").is_some() { (16, 780) } else { (4, 80) }
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).unwrap();
    bytes
}

/// What is sent, and what must not be found.
struct Canaries {
    messages: Vec<String>,
    needles: Needles,
}

impl Canaries {
    fn new() -> Self {
        let mut needles = Needles::new();
        let mut tdes = |name: &str, attributes: &str| {
            let mut key = random::<16>();
            parity::make_odd(&mut key);
            needles.tdes(name, &key);
            (sealed(attributes, &hex::encode(key)), key)
        };
        let (zpk, zpk_clear) = tdes("ZPK", "P0TB00E00");
        let (other_zpk, _) = tdes("second ZPK", "P0TB00E00");
        let (tpk, tpk_clear) = tdes("TPK", "71TN00E00");
        let (kek, _) = tdes("KEK", "K0TB00E00");
        let (tak, _) = tdes("TAK", "M1TN00E00");
        let dek_clear = random::<32>();
        needles.aes("DEK", &dek_clear);
        let dek = sealed("D0AB00E00", &hex::encode(dek_clear));

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
            format!("A8FFF{kek}{zpk}S&N"),
        ]);
        Self { messages, needles }
    }
}

/// Sends everything on every connection, alone and many at once. The connections are given back open, so that nothing
/// moves while memory is read.
fn drive(folder: &Folder, victim: &Victim, messages: &[String]) -> (Vec<Caller<Tls>>, usize) {
    let (connections, rounds) = load();
    let address = victim.address();
    let mut callers: Vec<_> =
        (0..connections).map(|_| folder.host_client("client", address)).collect();
    let mut answered = 0;
    for round in 0..rounds {
        // One by one in some rounds; in the others as many as fit are handled side by side.
        let together = if round % 4 == 0 { 1 } else { messages.len() };
        for some in messages.chunks(together) {
            for caller in &mut callers {
                some.iter().for_each(|message| caller.send(message));
            }
            for caller in &mut callers {
                for message in some {
                    let answer = caller.receive().unwrap();
                    assert_eq!(answer.get(2..4), Some("00"), "{message}: {answer}");
                    answered += 1;
                }
            }
        }
    }
    (callers, answered)
}

#[test]
fn nothing_readable_holds_a_clear_key() {
    let folder = Folder::new();
    let victim = Victim::start(&folder, false);
    if !victim.can_be_read() {
        println!("skipped: the memory of another process can be read by root alone");
        return;
    }
    let canaries = Canaries::new();
    let (_open, answered) = drive(&folder, &victim, &canaries.messages);
    let Searched { hits, bytes, secret } = victim.search(&folder, &canaries.needles);
    println!(
        "{answered} commands, {} needles, {bytes} bytes searched, {secret} bytes secret",
        canaries.needles.count()
    );
    if secret == 0 {
        println!("skipped: this system has no secret memory, and root reads locked memory");
        return;
    }
    assert!(bytes > 1 << 20);
    assert!(hits.is_empty(), "{} kinds: {hits:#?}", hits.len());
    match victim.search_dump(&folder, &canaries.needles) {
        Some(Searched { hits, bytes, .. }) => {
            println!("{bytes} bytes of core file searched");
            assert!(hits.is_empty(), "{hits:#?}");
        }
        None => println!("no core file: there is no gdb"),
    }
}

/// Otherwise finding nothing would say nothing. The switch is in builds for tests alone.
#[test]
#[cfg(debug_assertions)]
fn ordinary_stacks_leak_and_the_search_finds_it() {
    let folder = Folder::new();
    let victim = Victim::start(&folder, true);
    if !victim.can_be_read() {
        println!("skipped: the memory of another process can be read by root alone");
        return;
    }
    let canaries = Canaries::new();
    let (_open, _answered) = drive(&folder, &victim, &canaries.messages);
    let Searched { hits, .. } = victim.search(&folder, &canaries.needles);
    println!("{} kinds of leak: {hits:#?}", hits.len());
    assert!(hits.keys().any(|name| !name.contains("PIN")), "{hits:?}");
}
