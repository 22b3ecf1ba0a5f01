//! The program as a witness of a log.

use crate::kit::Kit;
use crate::made::{key, note};
use payhsm_audit::cosignature::{self, WitnessKey};
use payhsm_audit::hash::Hash;
use payhsm_audit::note::{Note, VerifierKey};
use payhsm_audit::tree::root_of;
use payhsm_audit::verify::Folders;
use payhsm_audit::witness::Request;
use payhsm_audit::witness::folder::{answer_file, request_file};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

const LINE: &str = "witness --key w1.key --log audit.pub --folder meet --state seen --once";

#[test]
fn it_cosigns_what_grows_and_keeps_the_proof_of_what_does_not() {
    let kit = Kit::new(700);
    fs::create_dir(kit.path("meet")).unwrap();
    let made = kit.run("witness-key --name w.example/w1 --out w1.key").ends(0);
    let witness = WitnessKey::parse(made.out.trim_end()).unwrap();
    assert_eq!(fs::metadata(kit.path("w1.key")).unwrap().permissions().mode() & 0o777, 0o600);
    kit.run("witness-key --name w.example/w1 --out w1.key").ends(2);

    let log = VerifierKey::parse(&key(1).to_string()).unwrap();
    let source = Folders::new(kit.path("log"), None);
    let leaves: Vec<_> = kit.entries.iter().map(|entry| Hash::of_leaf(entry)).collect();
    let lay = |size: usize, old: u64| {
        let note = note(size as u64, root_of(&leaves[..size]), 1);
        let request = Request::make(&source, &note, old).unwrap().to_string();
        fs::write(kit.path("meet").join(request_file(log.name(), witness.name())), &request)
            .unwrap();
        request
    };
    let answer =
        || fs::read_to_string(kit.path("meet").join(answer_file(log.name(), witness.name())));
    let cosigned =
        || cosignature::verify(&Note::parse(answer().unwrap()).unwrap(), &witness).is_ok();

    kit.run(LINE).ends(0);
    assert!(answer().is_err(), "nothing was asked");
    lay(300, 0);
    kit.run(LINE).ends(0);
    assert!(cosigned());
    // The size that was seen, for who does not know it.
    lay(700, 0);
    kit.run(LINE).ends(0);
    assert_eq!(answer().unwrap(), "300\n");
    lay(700, 300);
    let ran = kit.run(LINE).ends(0);
    assert!(cosigned() && ran.out.contains("700 records cosigned"), "{}", ran.out);
    // What it answers can be verified with.
    let file = format!("meet/{}", answer_file(log.name(), witness.name()));
    kit.run(&format!("verify log --key audit.pub --checkpoint {file} --witness {witness}")).ends(0);

    let good = answer().unwrap();
    let split = note(700, Hash::of_leaf(b"others"), 1);
    let split = Request { old: 700, proof: Vec::new(), checkpoint: split }.to_string();
    fs::write(kit.path("meet").join(request_file(log.name(), witness.name())), &split).unwrap();
    let ran = kit.run(LINE).ends(1);
    assert!(ran.out.contains("two different roots for 700 records"), "{}", ran.out);
    assert_eq!(fs::read_to_string(kit.path("seen.evidence")).unwrap(), split);
    assert_eq!(answer().unwrap(), good);
    kit.run("witness --key audit.pub --log audit.pub --folder meet --state seen --once").ends(2);
    kit.run("witness --key w1.key --log audit.pub --folder none --state seen --once").ends(2);
}
