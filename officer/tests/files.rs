//! Officers' files and share files: what opens, what is refused, and how it is said.
#![cfg(test)]

use payhsm_officer::passphrase::Cost;
use payhsm_officer::random::SystemRandom;
use payhsm_officer::share::{Belonging, seal};
use payhsm_officer::{Identity, IdentityFile, OfficerError, ShareFile, login};
use payhsm_protocol::field::{CheckValue, LmkId};
use payhsm_protocol::officer::{Quorum, SealedShare};
use std::os::unix::fs::PermissionsExt;

const APPLIANCE: &str = "0123456789abcdef";
const PASSPHRASE: &[u8] = b"a passphrase for tests";

fn alice() -> Identity {
    Identity::create("alice", PASSPHRASE, Cost::development_only(), &mut SystemRandom).unwrap()
}

#[test]
fn a_file_opens_with_its_passphrase_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alice.officer");
    let mut alice = alice();
    assert!(alice.saw(APPLIANCE, 7) && !alice.saw(APPLIANCE, 6));
    alice.write_new(&path, &mut SystemRandom).unwrap();
    assert!(matches!(alice.write_new(&path, &mut SystemRandom), Err(OfficerError::Exists(_))));
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");

    let file = IdentityFile::read(&path).unwrap();
    assert_eq!(file.officer(), alice.officer());
    assert!(file.is_development_only());
    assert!(matches!(file.unlock(b"another passphrase"), Err(OfficerError::WrongPassphrase)));
    let mut again = file.unlock(PASSPHRASE).unwrap();
    assert_eq!(again.seen(APPLIANCE), 7);

    again
        .change_passphrase(b"another passphrase", Cost::development_only(), &mut SystemRandom)
        .unwrap();
    again.replace(&path, &mut SystemRandom).unwrap();
    let file = IdentityFile::read(&path).unwrap();
    assert!(matches!(file.unlock(PASSPHRASE), Err(OfficerError::WrongPassphrase)));
    assert_eq!(file.unlock(b"another passphrase").unwrap().officer(), alice.officer());
}

#[test]
fn the_standard_cost_works_and_is_not_for_development() {
    let text = Identity::create("bob", PASSPHRASE, Cost::STANDARD, &mut SystemRandom)
        .unwrap()
        .to_text(&mut SystemRandom)
        .unwrap();
    assert!(text.contains("memory_kib = 65536") && !text.contains("evelopment"));
    assert!(IdentityFile::parse(&text).unwrap().unlock(PASSPHRASE).is_ok());
}

#[test]
fn a_file_that_was_cut_or_changed_says_so() {
    let text = alice().to_text(&mut SystemRandom).unwrap();
    assert!(IdentityFile::parse(&text).is_ok());
    for cut in 0..text.len() {
        assert!(IdentityFile::parse(text.get(..cut).unwrap()).is_err(), "cut at {cut}");
    }
    for cut in [text.len() / 2, text.len() - 1] {
        assert!(matches!(
            IdentityFile::parse(text.get(..cut).unwrap()),
            Err(OfficerError::Damaged)
        ));
    }
    let format = text.find("format").unwrap() - 1..text.find("name").unwrap();
    for (at, letter) in text.char_indices().filter(|(at, _)| !format.contains(at)) {
        let other = if letter == 'a' { "b" } else { "a" };
        let mut changed = text.clone();
        changed.replace_range(at..at + letter.len_utf8(), other);
        let error = IdentityFile::parse(&changed).unwrap_err();
        assert!(matches!(error, OfficerError::Damaged), "{at}: {error}");
    }
    assert!(matches!(IdentityFile::parse(""), Err(OfficerError::NotOne(_))));
    let newer = text.replace("payhsm officer 1", "payhsm officer 2");
    assert!(matches!(IdentityFile::parse(&newer), Err(OfficerError::Version(_))));
}

#[test]
fn whoever_repairs_the_check_is_stopped_by_the_seal() {
    use sha2::{Digest, Sha256};
    let text = alice().to_text(&mut SystemRandom).unwrap();
    let (body, _) = text.rsplit_once("\n[check]\n").unwrap();
    for (from, to) in [("\"alice\"", "\"malice\""), ("[seen]\n", "[seen]\nx = 9\n")] {
        let body = body.replace(from, to);
        let sum: String =
            Sha256::digest(body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let forged =
            IdentityFile::parse(&format!("{body}\n[check]\nsha256 = \"{sum}\"\n")).unwrap();
        assert!(matches!(forged.unlock(PASSPHRASE), Err(OfficerError::WrongPassphrase)));
    }
}

#[test]
fn a_login_is_bound_to_officer_challenge_and_appliance() {
    let (alice, challenge) = (alice(), [7; 32]);
    let signature = alice.sign_login(&challenge, APPLIANCE);
    let officer = alice.officer();
    login::check(officer).unwrap();
    login::verify(officer, &challenge, APPLIANCE, &signature).unwrap();
    assert!(login::verify(officer, &[8; 32], APPLIANCE, &signature).is_err());
    assert!(login::verify(officer, &challenge, "0123456789abcdee", &signature).is_err());
    assert!(login::verify(officer, &challenge, APPLIANCE, &signature[..63]).is_err());
    let mut renamed = officer.clone();
    renamed.name = "bob".to_owned();
    assert!(login::verify(&renamed, &challenge, APPLIANCE, &signature).is_err());
    let mut changed = signature;
    changed[10] ^= 1;
    assert!(login::verify(officer, &challenge, APPLIANCE, &changed).is_err());
}

#[test]
fn a_share_file_opens_for_its_holder_alone() {
    let (alice, folder) = (alice(), tempfile::tempdir().unwrap());
    let belonging = Belonging { appliance: APPLIANCE, lmk: LmkId(0), holder: "alice" };
    let sealed =
        seal(&mut SystemRandom, &alice.officer().sealing_key, &belonging, b"a test share").unwrap();
    let file = ShareFile {
        appliance: APPLIANCE.to_owned(),
        quorum: Quorum { needed: 2, of: 3 },
        check_value: CheckValue(vec![0xa1, 0xb2, 0xc3]),
        share: SealedShare { holder: "alice".to_owned(), index: 1, lmk: LmkId(0), sealed },
    };
    file.write_into(folder.path()).unwrap();
    let path = folder.path().join("lmk-00-1-of-3-alice.share");
    let read = ShareFile::read(&path).unwrap();
    assert_eq!(read, file);
    assert_eq!(**read.open(&alice).unwrap(), *b"a test share");
    let other =
        Identity::create("alice", PASSPHRASE, Cost::development_only(), &mut SystemRandom).unwrap();
    assert!(matches!(read.open(&other), Err(OfficerError::Share)));
    let text = file.to_text().replace("holder = \"alice\"", "holder = \"bob\"");
    assert!(matches!(ShareFile::parse(&text), Err(OfficerError::Damaged)));
}

/// Found by fuzzing: whoever hands an officer a file had any text shown as the name of an appliance.
#[test]
fn the_appliance_of_a_share_file_is_an_id() {
    let of = |appliance: &str| ShareFile {
        appliance: appliance.to_owned(),
        quorum: Quorum { needed: 2, of: 3 },
        check_value: CheckValue(vec![1, 2, 3]),
        share: SealedShare {
            holder: "alice".to_owned(),
            index: 1,
            lmk: LmkId(0),
            sealed: vec![7; 103],
        },
    };
    assert!(ShareFile::parse(&of(APPLIANCE).to_text()).is_ok());
    for other in
        ["", "0123456789abcde", "0123456789abcdef0", "0123456789abcdeg", "0123456789 =cdef"]
    {
        let read = ShareFile::parse(&of(other).to_text());
        assert!(matches!(read, Err(OfficerError::Damaged)), "{other:?}");
    }
}

#[test]
fn secrets_do_not_print_themselves() {
    let alice = alice();
    assert_eq!(format!("{alice:?}"), "Identity { name: \"alice\", .. }");
}
