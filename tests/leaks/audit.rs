//! The keys of the audit log: a developer's appliance, which has no store, keeps them in a file that a public LMK seals, so
//! that the test knows them. It signs checkpoints and makes fingerprints while its memory is read.

use super::derived;
use super::needles::{Hits, Needles};
use super::signing;
use super::victim::{Searched, Victim};
use crate::binary::{Caller, Folder, Tls, configuration, pause};
use payhsm_arena::{Options, Policy};
use payhsm_keys::{AuditKeys, Lmk, SystemRandom};
use payhsm_protocol::field::LmkId;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The public LMK 02 of a developer's appliance.
const LMK: &str = "9B71333A13F9FAE72F9D0E2DAB4AD6784718012F9244033F3F26A2DE0C8AA11A";

/// What the sealed keys are bound to.
const SAID: &[u8] = b"payhsm: keys of the audit log, sealed, 1";

/// Seed and HMAC key.
struct Keys {
    sealing: Vec<u8>,
    seed: Vec<u8>,
    mac: Vec<u8>,
}

/// Version 1, nonce, ciphertext, tag.
fn opened(sealed: &str) -> Keys {
    let lmk = hex::decode(LMK).unwrap();
    let derived = derived::of_aes(&lmk);
    let (_, sealing) = derived.into_iter().find(|(what, _)| *what == "log key").unwrap();
    let sealed = hex::decode(sealed.trim()).unwrap();
    assert_eq!((sealed.len(), sealed[0]), (93, 1));
    let nonce = Nonce::try_assume_unique_for_key(&sealed[1..13]).unwrap();
    let mut text = sealed[13..].to_vec();
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &sealing).unwrap());
    let clear = key.open_in_place(nonce, Aad::from(SAID), &mut text).unwrap();
    let (seed, mac) = clear.split_at(32);
    Keys { sealing, seed: seed.to_vec(), mac: mac.to_vec() }
}

impl Keys {
    /// Everything that the keys become, but for signatures.
    fn needles(&self) -> Needles {
        let mut needles = Needles::new();
        needles.aes("sealing key", &self.sealing);
        needles.words("seed", &self.seed);
        for (what, bytes) in signing::of_seed(&self.seed) {
            needles.words(&format!("seed, {what}"), &bytes);
            if what == "scalar" {
                needles.long("seed, digits of the scalar", &signing::digits(&bytes));
            }
        }
        needles.words("HMAC key", &self.mac);
        for (what, bytes) in signing::of_hmac(&self.mac) {
            needles.words(&format!("HMAC key, {what}"), &bytes);
        }
        needles
    }

    /// What the signature of a checkpoint was made with.
    fn add_signature(&self, note: &str, needles: &mut Needles) {
        let text = note.split_once("\n\n").unwrap().0;
        for (what, bytes) in signing::of_signature(&self.seed, format!("{text}\n").as_bytes()) {
            needles.words(&format!("signature, {what}"), &bytes);
            if what == "number" {
                needles.long("signature, digits of the number", &signing::digits(&bytes));
            }
        }
    }
}

/// A daemon with a log.
fn start(folder: &Folder) -> Victim {
    let rest = "[audit]\nfolder = 'audit'\n[memory]\nstrict = true";
    let text = format!("state = 'state'\n{}", configuration("development", false, rest));
    let path = folder.write("payhsm.toml", &text);
    let mut command = Command::new(super::program());
    Victim::of(command.arg("--config").arg(path).env_remove("RUST_LOG"))
}

/// Commands with accounts, and records for a host, each with a MAC.
fn ask(caller: &mut Caller<Tls>, number: usize) {
    let account = format!("JA{number:012}04");
    for message in [account.as_str(), "NC", "Q2"] {
        let answer = caller.ask(message);
        assert!(matches!(answer.get(2..4), Some("00" | "35" | "36")), "{message}: {answer}");
    }
}

fn checkpoint(log: &Path) -> String {
    fs::read_to_string(log.join("checkpoint")).unwrap_or_default()
}

/// Commands and signatures, with a look at the memory in the middle of it; then all of it is searched.
fn worked(folder: &Folder, victim: &Victim) -> (Needles, Hits, Searched, usize) {
    let keys = opened(&fs::read_to_string(folder.path("state/audit.key")).unwrap());
    let mut needles = keys.needles();
    let mut caller = folder.host_client("client", victim.address());
    let (mut hits, mut signed) = (Hits::new(), Vec::<String>::new());
    let signatures = if super::long() { 20 } else { 4 };
    for number in 0.. {
        ask(&mut caller, number);
        let note = checkpoint(&folder.path("audit"));
        if !note.is_empty() && signed.last() != Some(&note) {
            keys.add_signature(&note, &mut needles);
            signed.push(note);
            for (name, memory) in victim.snapshot() {
                needles.search(&format!("{name} at work"), &memory, &mut hits);
            }
            if let Some((memory, registers)) = victim.search_dump(folder, &needles) {
                hits.extend(memory.hits);
                hits.extend(registers.hits);
            }
        }
        if signed.len() >= signatures {
            break;
        }
        pause(Duration::from_millis(1));
    }
    // A last one comes within a second.
    pause(Duration::from_secs(2));
    keys.add_signature(&checkpoint(&folder.path("audit")), &mut needles);
    let searched = victim.search(folder, &needles);
    drop(caller);
    (needles, hits, searched, signed.len())
}

#[test]
fn nothing_readable_holds_a_key_of_the_audit_log() {
    let folder = Folder::new();
    if let Err(error) = payhsm_arena::Region::secret(1) {
        println!("skipped: {error}");
        return;
    }
    let victim = start(&folder);
    if !victim.can_be_read() {
        println!("skipped: the memory of another process can be read by root alone");
        return;
    }
    let (needles, hits, searched, signed) = worked(&folder, &victim);
    let Searched { bytes, secret, files, .. } = searched;
    println!(
        "{signed} signatures, {} needles, {bytes} bytes of memory searched, {secret} bytes secret, {files} files",
        needles.count()
    );
    assert!(secret > 1 << 19 && bytes > 1 << 20 && files > 10);
    assert!(hits.is_empty(), "while at work: {hits:#?}");
    assert!(searched.hits.is_empty(), "{:#?}", searched.hits);
    // What would be in a file would be found.
    folder.write("state/planted", needles.text());
    let hits = victim.search(&folder, &needles).hits;
    assert!(hits.keys().any(|name| name.ends_with("in planted")), "{hits:?}");
}

/// Names the file of the keys to a process that holds them where they can be read.
const HELD: &str = "PAYHSM_LEAKS_AUDIT_KEY";

/// No test: what the one below starts and searches. The keys are in the arena, as those of a daemon, but the arena is not in
/// secret memory.
#[test]
#[ignore = "a process for the control"]
fn holds_the_keys_in_memory_that_can_be_read() {
    let Some(path) = std::env::var_os(HELD) else { return };
    let policy = Policy::LockedOnly;
    payhsm_arena::init(Options { policy, ..Options::default() }).unwrap();
    let sealed = hex::decode(fs::read_to_string(path).unwrap().trim()).unwrap();
    let lmk = Lmk::public_test_aes_key_block(LmkId(2)).unwrap();
    let keys = AuditKeys::open(&lmk, &sealed).unwrap();
    eprintln!("\"listening\"");
    loop {
        std::hint::black_box(keys.sign(b"a message").unwrap());
        std::hint::black_box(keys.fingerprint(b"123456789012"));
        pause(Duration::from_millis(1));
    }
}

/// Otherwise finding nothing would say nothing: in memory that root can read, every key is found, in the form in which it
/// is used.
#[test]
fn in_memory_that_can_be_read_the_search_finds_the_keys_of_the_audit_log() {
    let folder = Folder::new();
    let random = &mut SystemRandom::new();
    let lmk = Lmk::public_test_aes_key_block(LmkId(2)).unwrap();
    let sealed = AuditKeys::generate(random).unwrap().seal(&lmk, random).unwrap();
    let path = folder.write("audit.key", &hex::encode(&sealed));
    let keys = opened(&hex::encode(sealed));
    let mut command = Command::new(std::env::current_exe().unwrap());
    let name = "audit::holds_the_keys_in_memory_that_can_be_read";
    command.args(["--exact", name, "--ignored", "--nocapture"]).env(HELD, path);
    let victim = Victim::of(&mut command);
    if !victim.can_be_read() {
        println!("skipped: the memory of another process can be read by root alone");
        return;
    }
    let hits = victim.search_memory(&keys.needles()).hits;
    println!("{} kinds: {hits:#?}", hits.len());
    for what in [
        "seed, part",
        "seed, scalar, part",
        "seed, prefix, part",
        "HMAC key, part",
        "HMAC key, inner state, part",
        "HMAC key, outer state, part",
    ] {
        assert!(hits.keys().any(|name| name.starts_with(what)), "{what}: {hits:#?}");
    }
}
