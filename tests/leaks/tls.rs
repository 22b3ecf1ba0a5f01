//! Keys of TLS. The private key of the server is in secret memory alone, before, between and after handshakes, also when it was
//! replaced. Keys of sessions are in ordinary memory, where rustls and its provider hold them: measured, so that
//! `docs/side-channels.md` says what is so, and of every kind of build that what is there is found.

use super::needles::Needles;
use super::victim::{Searched, Victim};
use crate::binary::{Caller, Folder, For, Tls, connect, wait_for};
use ring::hkdf::{HKDF_SHA384, KeyType, Prk};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, KeyLog, RootCertStore, StreamOwned};
use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};

/// The order of the group of P-256 (FIPS 186-4, D.1.2.3).
const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

/// In front of the private key in a PKCS #8 file: version 1, 32 bytes (RFC 5915).
const BEFORE_KEY: [u8; 5] = [2, 1, 1, 4, 32];

/// The secrets of a session, as the client has them.
#[derive(Debug, Default)]
struct Secrets(Mutex<Vec<(String, Vec<u8>)>>);

impl KeyLog for Secrets {
    fn log(&self, label: &str, _: &[u8], secret: &[u8]) {
        self.0.lock().unwrap().push((label.to_owned(), secret.to_vec()));
    }
}

struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

/// The AES-256 key of a direction (RFC 8446, 7.3).
fn traffic_key(secret: &[u8]) -> Vec<u8> {
    let label = b"tls13 key";
    let info = [&[0, 32, u8::try_from(label.len()).unwrap()], label.as_slice(), &[0]].concat();
    let mut key = vec![0; 32];
    let secret = Prk::new_less_safe(HKDF_SHA384, secret);
    secret.expand(&[&info], Bytes(32)).unwrap().fill(&mut key).unwrap();
    key
}

/// `bytes` times 2^256 modulo the order, as ring keeps it: Montgomery's form.
fn montgomery(bytes: &[u8]) -> Vec<u8> {
    let order = hex::decode(ORDER).unwrap();
    let mut number = bytes.to_vec();
    for _ in 0..256 {
        let carry = number[0] >> 7;
        for at in 0..32 {
            number[at] = number[at] << 1 | number.get(at + 1).map_or(0, |next| next >> 7);
        }
        if carry == 1 || number >= order {
            let mut borrow = 0;
            for at in (0..32).rev() {
                let less = i16::from(number[at]) - i16::from(order[at]) - borrow;
                borrow = i16::from(less < 0);
                number[at] = u8::try_from(less & 0xFF).unwrap();
            }
        }
    }
    number
}

/// The server's private key in every form that it may have: the number, as OpenSSL's arithmetic keeps it and in PEM.
fn add_private_key(needles: &mut Needles, name: &str, folder: &Folder) {
    let path = folder.path("server.key");
    let key = PrivateKeyDer::from_pem_file(&path).unwrap();
    let key = key.secret_der();
    let at = key.windows(5).position(|window| window == BEFORE_KEY).unwrap() + 5;
    let scalar = &key[at..at + 32];
    needles.bytes(name, scalar);
    needles.bytes(&format!("{name}, Montgomery form"), &montgomery(scalar));
    let pem = fs::read_to_string(path).unwrap();
    // What stands before the key is the same in every such file, and behind it is the public key.
    let letters: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let (first, last) = (at.div_ceil(3) * 4, (at + 32) / 3 * 4);
    for (part, letters) in letters.as_bytes()[first..last].chunks_exact(8).enumerate() {
        needles.secret(&format!("{name}, PEM {part}"), letters);
    }
}

/// A client that tells what it shares with the server.
fn client(folder: &Folder, victim: &Victim, secrets: &Arc<Secrets>) -> Caller<Tls> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.path("ca.crt")).unwrap()).unwrap();
    let chain = vec![CertificateDer::from_pem_file(folder.path("client.crt")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(folder.path("client.key")).unwrap();
    let provider = payhsm_client::provider();
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_root_certificates(roots);
    let mut config = config.with_client_auth_cert(chain, key).unwrap();
    config.key_log = Arc::clone(secrets) as Arc<dyn KeyLog>;
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    Caller::new(StreamOwned::new(connection, connect(victim.address())))
}

/// Handshakes while the memory is searched: the provider has the key for the length of a signature, and leaves nothing.
const HANDSHAKES: usize = 20;

#[test]
fn the_private_key_is_in_secret_memory_alone() {
    let folder = Folder::new();
    let Some(victim) = super::victim(&folder, &super::program(), false) else { return };
    let mut needles = Needles::new();
    add_private_key(&mut needles, "private key", &folder);
    let loaded = victim.search_memory(&needles);
    assert!(loaded.hits.is_empty(), "loaded: {:#?}", loaded.hits);
    for _ in 0..HANDSHAKES {
        assert_eq!(client(&folder, &victim, &Arc::default()).ask("NO02"), "NP00UNINITIALISED");
    }
    let mut open = client(&folder, &victim, &Arc::default());
    assert_eq!(open.ask("NO02"), "NP00UNINITIALISED");
    let used = victim.search_memory(&needles);
    assert!(used.hits.is_empty(), "after handshakes: {:#?}", used.hits);
    // A new one in place of it, while a connection is open that began with the old one.
    folder.issue("server", For::Server, &["localhost"]);
    add_private_key(&mut needles, "next private key", &folder);
    victim.signal("-HUP");
    wait_for("word of the configuration", || victim.log().contains("read again"));
    assert_eq!(client(&folder, &victim, &Arc::default()).ask("NO02"), "NP00UNINITIALISED");
    let replaced = victim.search_memory(&needles);
    assert!(replaced.hits.is_empty(), "replaced: {:#?}", replaced.hits);
    // The last connection of the old one ends, and with it its slot.
    drop(open);
    assert_eq!(client(&folder, &victim, &Arc::default()).ask("NO02"), "NP00UNINITIALISED");
    let dropped = victim.search_memory(&needles);
    assert!(dropped.hits.is_empty(), "dropped: {:#?}", dropped.hits);
    if let Some((memory, registers)) = victim.search_dump(&folder, &needles) {
        assert!(memory.hits.is_empty(), "core file: {:#?}", memory.hits);
        assert!(registers.hits.is_empty(), "registers: {:#?}", registers.hits);
    }
    println!(
        "{} needles, {} bytes read, {} bytes of secret memory not: 0 hits",
        needles.count(),
        dropped.bytes,
        dropped.secret
    );
}

#[test]
fn a_private_key_that_the_provider_keeps_is_found() {
    let folder = Folder::new();
    let Some(control) = super::control() else { return };
    let Some(victim) = super::victim(&folder, &control, true) else { return };
    let mut needles = Needles::new();
    add_private_key(&mut needles, "private key", &folder);
    let Searched { hits, .. } = victim.search_memory(&needles);
    println!("{hits:#?}");
    assert!(hits.keys().any(|name| name.contains("backwards")), "little endian: {hits:?}");
    // The other forms are found where they are: in text that has them all.
    let key = PrivateKeyDer::from_pem_file(folder.path("server.key")).unwrap();
    let mut found = BTreeMap::new();
    needles.search("the file", &fs::read(folder.path("server.key")).unwrap(), &mut found);
    assert!(found.keys().any(|name| name.contains("PEM")), "{found:?}");
    found.clear();
    needles.search("DER", key.secret_der(), &mut found);
    assert!(found.keys().any(|name| name.starts_with("private key, part 0 in")), "{found:?}");
}

#[test]
fn keys_of_sessions_are_in_ordinary_memory_while_they_last() {
    let folder = Folder::new();
    let Some(victim) = super::victim(&folder, &super::program(), false) else { return };
    let mut needles = Needles::new();
    let secrets = Arc::new(Secrets::default());
    let mut caller = client(&folder, &victim, &secrets);
    assert_eq!(caller.ask("NO02"), "NP00UNINITIALISED");
    for (label, secret) in secrets.0.lock().unwrap().iter() {
        needles.bytes(label, secret);
        if label.contains("TRAFFIC_SECRET_0") {
            needles.aes(&format!("{label}, key"), &traffic_key(secret));
        }
    }
    let Searched { hits, .. } = victim.search_memory(&needles);
    println!("{hits:#?}");
    let found =
        |words: [&str; 2]| hits.keys().any(|name| words.iter().all(|word| name.contains(word)));
    assert!(found(["TRAFFIC_SECRET_0, key", "round key"]), "{hits:?}");
    drop(caller);
    let mut caller = client(&folder, &victim, &Arc::default());
    assert_eq!(caller.ask("NO02"), "NP00UNINITIALISED");
    println!("when the session is over: {:#?}", victim.search_memory(&needles).hits);
}

#[test]
fn forms_of_numbers_are_right() {
    // 1 times 2^256 modulo the order is 2^256 less the order.
    let mut one = vec![0; 32];
    one[31] = 1;
    let expected = "00000000ffffffff00000000000000004319055258e8617b0c46353d039cdaaf";
    assert_eq!(hex::encode(montgomery(&one)), expected);
}
