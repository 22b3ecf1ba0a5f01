//! Witnesses of the audit log, met in a folder: by the daemon as it ships, and a witness in the test.
#![cfg(test)]

mod support;

use payhsm_audit::checkpoint::Checkpoint;
use payhsm_audit::cosignature::{self, cosign};
use payhsm_audit::note::{Ed25519Signer, Note, VerifierKey};
use payhsm_audit::verify::{Folders, Given, Job, verify};
use payhsm_audit::witness::folder::{answer_file, request_file};
use payhsm_audit::witness::{Refusal, Request, SecretKey, State, consider};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use support::binary::{Daemon, Folder, configuration, pause, wait_for};

const LOG: &str = "payhsm.local/development";
const NAME: &str = "witness.example/w1";

/// A daemon with a witness, on the same folders again and again.
struct Scene {
    folder: Folder,
    key: SecretKey,
}

impl Scene {
    fn new() -> Self {
        let (folder, key) = (Folder::new(), SecretKey::generate(NAME).unwrap());
        fs::create_dir(folder.path("exchange")).unwrap();
        Self { folder, key }
    }

    fn start(&self) -> Daemon {
        let rest = format!(
            "[audit]\nfolder = 'audit'\nwitnesses = ['{}']\nwitness_folder = 'exchange'\n",
            self.key.public()
        );
        let config = format!("state = 'state'\n{}", configuration("development", false, &rest));
        Daemon::configured(&self.folder, &config, 4)
    }

    fn stop(mut daemon: Daemon) {
        daemon.terminate();
        assert!(daemon.end().success(), "{:#?}", daemon.log.all());
    }

    fn answer_path(&self) -> PathBuf {
        self.folder.path("exchange").join(answer_file(LOG, NAME))
    }

    fn request(&self) -> Option<String> {
        fs::read_to_string(self.folder.path("exchange").join(request_file(LOG, NAME))).ok()
    }

    /// A request that goes on from `old`, when it is there.
    fn request_from(&self, old: u64) -> Request {
        let mut found = None;
        wait_for(&format!("a request from {old} on"), || {
            let request = self.request().and_then(|text| Request::parse(&text).ok());
            found = request.filter(|request| request.old == old);
            found.is_some()
        });
        found.unwrap()
    }

    fn answer(&self, text: impl AsRef<[u8]>) {
        let new = self.folder.path("exchange").join("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, self.answer_path()).unwrap();
    }

    fn note(&self, name: &str) -> Note {
        Note::parse(fs::read(self.folder.path("audit").join(name)).unwrap_or_default())
            .unwrap_or_else(|_| Note { text: String::new(), signatures: Vec::new() })
    }

    /// Whether a file of the log is cosigned.
    fn is_cosigned(&self, name: &str) -> bool {
        cosignature::verify(&self.note(name), self.key.public()).is_ok()
    }

    fn state(&self) -> State {
        self.state_in("seen")
    }

    /// What the witness remembers of the log that is there now.
    fn state_in(&self, name: &str) -> State {
        let line = fs::read_to_string(self.folder.path("audit.pub")).unwrap();
        let key = VerifierKey::parse(line.trim_end()).unwrap();
        let signer = self.key.signer().unwrap();
        State::open(&self.folder.path(name), signer, vec![key]).unwrap()
    }

    fn grow(&self, daemon: &Daemon, by: usize) {
        let mut caller = self.folder.host_client("client", daemon.address(true, None));
        for _ in 0..by {
            assert!(caller.ask("NC").starts_with("ND00"));
        }
    }

    /// Cosigns what is asked for from `old` on; gives the size.
    fn cosign(&self, state: &mut State, old: u64) -> u64 {
        let request = self.request_from(old);
        let line = consider(&request.to_string(), 1_800_000_000, state).unwrap();
        self.answer(format!("{}{line}", request.checkpoint));
        let size = size(&Note::parse(&request.checkpoint).unwrap());
        wait_for("what was cosigned", || {
            self.is_cosigned("checkpoint.witnessed")
                && size_is(&self.note("checkpoint.witnessed"), size)
        });
        size
    }
}

fn size(note: &Note) -> u64 {
    Checkpoint::parse(&note.text).unwrap().size
}

fn size_is(note: &Note, expected: u64) -> bool {
    Checkpoint::parse(&note.text).is_ok_and(|checkpoint| checkpoint.size == expected)
}

#[test]
fn a_log_is_cosigned_as_it_grows_and_the_auditor_sees_it() {
    let scene = Scene::new();
    let daemon = scene.start();
    scene.request_from(0);
    let mut state = scene.state();
    let first = scene.cosign(&mut state, 0);
    wait_for("the cosignature in the checkpoint", || scene.is_cosigned("checkpoint"));
    // It has nothing to add, and nothing is asked.
    let (before, request) = (scene.note("checkpoint"), scene.request());
    pause(Duration::from_millis(2500));
    assert_eq!((scene.note("checkpoint"), scene.request()), (before, request));
    scene.grow(&daemon, 300);
    let second = scene.cosign(&mut state, first);
    assert!(second > first);
    Scene::stop(daemon);

    // Started anew, it goes on where the witness was, by what the witness left.
    let daemon = scene.start();
    let third = scene.cosign(&mut state, second);
    // And if nothing is left, the witness says where it is.
    Scene::stop(daemon);
    fs::remove_file(scene.answer_path()).unwrap();
    let daemon = scene.start();
    let request = scene.request_from(0);
    let refusal = consider(&request.to_string(), 1_800_000_000, &mut state).unwrap_err();
    assert!(matches!(refusal, Refusal::Conflict { seen, .. } if seen == third), "{refusal}");
    scene.answer(format!("{third}\n"));
    scene.cosign(&mut state, third);
    Scene::stop(daemon);

    let source = Folders::new(scene.folder.path("audit"), None);
    let note = fs::read(scene.folder.path("audit/checkpoint.witnessed")).unwrap();
    let line = fs::read_to_string(scene.folder.path("audit.pub")).unwrap();
    let verdict = verify(&Job {
        source: &source,
        key: &VerifierKey::parse(line.trim_end()).unwrap(),
        checkpoints: &[Given { name: "witnessed".to_owned(), note }],
        witnesses: &[scene.key.public().clone()],
        threads: 1,
        progress: &|_| (),
    });
    let verdict = verdict.unwrap();
    assert!(verdict.faults.is_empty() && verdict.witnesses.len() == 1, "{verdict:?}");
}

#[test]
fn a_log_that_begins_anew_is_another_one_for_its_witnesses() {
    let scene = Scene::new();
    let daemon = scene.start();
    scene.request_from(0);
    let mut state = scene.state();
    scene.grow(&daemon, 50);
    scene.cosign(&mut state, 0);
    Scene::stop(daemon);
    let old = fs::read(scene.folder.path("audit/checkpoint.witnessed")).unwrap();
    fs::remove_file(scene.folder.path("state/audit.key")).unwrap();

    // Its keys are others: shorter than what the witness has seen, under the same name, and no cheat.
    let daemon = scene.start();
    let request = scene.request_from(0);
    let size = size(&Note::parse(&request.checkpoint).unwrap());
    assert!(size < 50, "{size}");
    let mut state = scene.state_in("seen of the next");
    scene.cosign(&mut state, 0);
    assert!(!daemon.log.contain("cut off or put back"), "{:#?}", daemon.log.all());
    Scene::stop(daemon);
    let files = fs::read_dir(scene.folder.path("")).unwrap().map(|file| file.unwrap().path());
    let kept: Vec<_> = files.map(|path| path.join("checkpoint.witnessed")).collect();
    let kept = kept.iter().filter(|path| fs::read(path).is_ok_and(|note| note == old));
    assert_eq!(kept.count(), 1);
}

#[test]
fn what_anybody_lays_there_does_no_harm_and_is_told_once() {
    let scene = Scene::new();
    let daemon = scene.start();
    scene.request_from(0);
    let mut state = scene.state();
    let first = scene.cosign(&mut state, 0);
    scene.grow(&daemon, 3);
    let request = scene.request_from(first);
    let (kept, checkpoint) = (scene.note("checkpoint.witnessed"), &request.checkpoint);

    let signer = scene.key.signer().unwrap();
    let cosigned = |text: &str| {
        let mut note = Note::parse(text).unwrap();
        cosign(&mut note, &signer, 1_800_000_000).unwrap();
        note.to_string()
    };
    let other = Ed25519Signer::from_seed("witness.example/w2", &[1; 32]).unwrap();
    let mut others = Note::parse(checkpoint).unwrap();
    cosign(&mut others, &other, 1_800_000_000).unwrap();
    let changed = checkpoint.replacen('\n', "\nx", 1);
    let forger = Ed25519Signer::from_seed(LOG, &[9; 32]).unwrap();
    let forged = Checkpoint::parse(&Note::parse(checkpoint).unwrap().text).unwrap();
    let forged = forged.sign(&forger).unwrap();
    // What is told is not told again before it is another thing.
    let bad = [
        ("garbage", b"\xff\0garbage".to_vec(), "neither a note nor a number"),
        ("huge", vec![b'\n'; 5_000_000], "more than"),
        ("nobody cosigned it", checkpoint.clone().into_bytes(), "not cosigned"),
        ("text changed", changed.into_bytes(), "not a checkpoint"),
        ("another witness did", others.to_string().into_bytes(), "not cosigned"),
        ("another log", cosigned(&forged).into_bytes(), "not for a checkpoint of this log"),
        ("more than there is", b"99999999\n".to_vec(), "cut off or put back"),
    ];
    for (what, bytes, why) in bad {
        let told = daemon.log.count(why);
        scene.answer(bytes);
        wait_for(what, || daemon.log.count(why) > told);
        pause(Duration::from_millis(1200));
        assert_eq!(daemon.log.count(why), told + 1, "{what}");
        assert_eq!(scene.note("checkpoint.witnessed"), kept, "{what}");
    }
    // A good one is still taken; an older one then is not.
    let second = scene.cosign(&mut state, first);
    assert!(second > first);
    let newest = scene.note("checkpoint.witnessed");
    scene.answer(kept.to_string());
    wait_for("word of the older one", || daemon.log.contain("has cosigned"));
    fs::remove_file(scene.answer_path()).unwrap();
    let made = std::process::Command::new("mkfifo").arg(scene.answer_path()).status().unwrap();
    assert!(made.success());
    wait_for("word of the pipe", || daemon.log.contain("not a file"));
    assert_eq!(scene.note("checkpoint.witnessed"), newest);
    // A folder that goes away holds up nothing.
    fs::rename(scene.folder.path("exchange"), scene.folder.path("gone")).unwrap();
    scene.grow(&daemon, 10);
    wait_for("word of the folder", || daemon.log.contain("exchange"));
    fs::rename(scene.folder.path("gone"), scene.folder.path("exchange")).unwrap();
    fs::remove_file(scene.answer_path()).unwrap();
    scene.cosign(&mut state, second);
    Scene::stop(daemon);
}
