//! What can be found of a private key in the memory of a process that has made a TLS configuration of it.

use crate::pki::{Kind, private_key};
use crate::resident::parsed;
use crate::{Group, Library};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::collections::BTreeMap;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

/// The word that starts the process that is searched.
pub(crate) const CHILD: &str = "--searched";

const PEM: &str = "from_pem_file";
const DER: &str = "DER of a caller who wipes it";

/// The order of the group of P-256 (FIPS 186-4, D.1.2.3).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// Loads a key, has it, drops it; waits in between for a line.
pub(crate) fn child(library: &str, form: &str) {
    let library = Library::BOTH.into_iter().find(|one| one.name() == library).expect("a library");
    let mut line = String::new();
    let mut next = |what: &str| {
        println!("{what}");
        std::io::stdout().flush().expect("a reader");
        line.clear();
        std::io::stdin().read_line(&mut line).expect("a writer");
        line.trim().to_owned()
    };
    let folder = next("folder");
    let path = Path::new(&folder);
    let chain = vec![CertificateDer::from_pem_file(path.join("c.crt")).expect("a certificate")];
    let provider = library.provider(Group::X25519).expect("X25519");
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .with_no_client_auth();
    let config = if form == PEM {
        let key = PrivateKeyDer::from_pem_file(path.join("c.key")).expect("a key");
        builder.with_single_cert(chain, key).expect("a configuration")
    } else {
        let mut bytes = [0; 512];
        let length = File::open(path.join("c.der")).expect("a file").read_at(&mut bytes, 0);
        let length = length.expect("a key");
        let der = PrivateKeyDer::try_from(&bytes[..length]).expect("a key");
        let key = parsed(library, Kind::P256, &der).expect("a key");
        drop(der);
        black_box(&mut bytes).fill(0);
        let key = rustls::sign::CertifiedKey::new(chain, key);
        builder.with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(key)))
    };
    next("alive");
    drop(config);
    next("dropped");
}

/// Every provider and way of loading, and what is found.
pub(crate) fn measure() {
    for library in Library::BOTH {
        for form in [PEM, DER] {
            measure_one(library, form);
        }
    }
}

fn measure_one(library: Library, form: &str) {
    let folder = std::env::temp_dir().join(format!("payhsm-bench-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let key = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = certificate.self_signed(&key).expect("a certificate");
    let write =
        |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("a disk");
    write("c.crt", certificate.pem().as_bytes());
    write("c.key", key.serialize_pem().as_bytes());
    write("c.der", private_key(&key).secret_der());
    let needles = needles(&key);

    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program);
    child.args([CHILD, library.name(), form]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = child.spawn().expect("a process");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut input = child.stdin.take().expect("a pipe");
    let folder_line = folder.display().to_string();
    for (expected, answer) in [("folder", folder_line.as_str()), ("alive", ""), ("dropped", "")] {
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        assert_eq!(line.trim(), expected);
        if expected != "folder" {
            let found = search(&child, &needles);
            println!("{:10} {form:30} {expected:8} {found:?}", library.name());
        }
        writeln!(input, "{answer}").expect("a reader");
    }
    child.wait().expect("an end");
    std::fs::remove_dir_all(folder).expect("a disk");
}

/// A P-256 key in all its forms.
fn needles(key: &KeyPair) -> Vec<(&'static str, Vec<u8>)> {
    let der = key.serialize_der();
    // In front of it in PKCS #8: version 1, 32 bytes (RFC 5915).
    let at = der.windows(5).position(|window| window == [2, 1, 1, 4, 32]).expect("a key") + 5;
    let scalar = &der[at..at + 32];
    let turned = |bytes: &[u8]| bytes.iter().rev().copied().collect::<Vec<_>>();
    let montgomery = montgomery(scalar);
    let pem = key.serialize_pem();
    let line = pem.lines().nth(1).expect("a line").as_bytes();
    let mut all = vec![
        ("d, big endian", scalar.to_vec()),
        ("d, little endian", turned(scalar)),
        ("d, Montgomery", montgomery.clone()),
        ("d, Montgomery, little endian", turned(&montgomery)),
    ];
    // Behind the head of the line, which is that of every such key.
    for part in line[48..].chunks_exact(8) {
        all.push(("PEM", part.to_vec()));
    }
    let second = pem.lines().nth(2).expect("a line").as_bytes();
    all.push(("PEM", second[..8].to_vec()));
    all
}

/// `number` times 2^256 modulo the order.
fn montgomery(number: &[u8]) -> Vec<u8> {
    let mut number = number.to_vec();
    for _ in 0..256 {
        let carry = number[0] >> 7;
        for at in 0..32 {
            number[at] = number[at] << 1 | number.get(at + 1).map_or(0, |next| next >> 7);
        }
        if carry == 1 || number.as_slice() >= ORDER.as_slice() {
            let mut borrow = 0;
            for at in (0..32).rev() {
                let less = i16::from(number[at]) - i16::from(ORDER[at]) - borrow;
                borrow = i16::from(less < 0);
                number[at] = (less & 0xff).to_le_bytes()[0];
            }
        }
    }
    number
}

/// Counts by form and kind of memory.
fn search(child: &Child, needles: &[(&'static str, Vec<u8>)]) -> BTreeMap<String, usize> {
    let pid = child.id();
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).expect("/proc");
    let memory = File::open(format!("/proc/{pid}/mem")).expect("the right to read it");
    let mut found = BTreeMap::new();
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (Some(range), Some(rights)) = (words.next(), words.next()) else { continue };
        if !rights.starts_with("rw") {
            continue;
        }
        let place = words.nth(3).unwrap_or("mapped").to_owned();
        let (start, end) = range.split_once('-').expect("a range");
        let number = |text| u64::from_str_radix(text, 16).expect("an address");
        let (start, end) = (number(start), number(end));
        let mut bytes = vec![0; usize::try_from(end - start).expect("an address")];
        if memory.read_exact_at(&mut bytes, start).is_err() {
            continue;
        }
        for (name, needle) in needles {
            let count = bytes.windows(needle.len()).filter(|window| window == needle).count();
            if count > 0 {
                *found.entry(format!("{name} in {place}")).or_default() += count;
            }
        }
    }
    found
}
