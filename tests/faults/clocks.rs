//! A time of day that jumps: nothing that officers authorised lasts longer, no try comes back, and the log keeps its order. What
//! runs out goes by a clock that nobody can set.

use crate::support::cards::{Day, Issuer, NEW_YEAR, Setup};
use crate::support::pin_life::{CARD, OTHER, register, setup, verify};
use crate::support::time::ByHand;
use crate::support::{ask, authorise, host_settings, session, test_inventory};
use payhsm::Engine;
use payhsm::caller::{Caller, Commands};
use payhsm::cards::{Cards, Guard};
use payhsm::engine::{Dialect, Session};
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::{Profile, Settings};
use payhsm_audit::log::disk::RealDisk;
use payhsm_audit::log::{Clock, Durability, Log, SEGMENT_BYTES, Setup as LogSetup};
use payhsm_audit::note::{Ed25519Signer, Signer, VerifierKey};
use payhsm_audit::record::{Entry, Event, Moment, Record, event};
use payhsm_audit::tile::{entries_path, parse_bundle};
use payhsm_audit::verify::{Folders, Job, Verdict};
use payhsm_issuing::limit::{Limits, Rates};
use payhsm_protocol::frame::{self, Taken};
use std::fs;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const YEAR: u64 = 365 * 86_400;

/// Where the time of day jumps to: a year back and forth, a leap second, the beginning of all time, and its end.
const JUMPS: [u64; 6] =
    [NEW_YEAR + YEAR, NEW_YEAR - YEAR, NEW_YEAR + 1, NEW_YEAR - 1, 0, u64::MAX / 4];

/// An issuer's appliance, its time of day, and the clock that its time-outs go by.
fn issuer() -> (Engine, Day, ByHand) {
    let (day, clock) = (Day::default(), ByHand::default());
    let settings = Settings { profile: Profile::Issuer, legacy: Settings::development().legacy };
    let lifecycle = Lifecycle::new(State::Operational);
    let lmks = Some(Arc::new(test_inventory()));
    let engine = Engine::new(lmks, lifecycle, settings, host_settings(), Box::new(LogOnly))
        .with_cards(Cards::none().with_clock(Arc::new(day.clone())))
        .with_clock(Arc::new(clock.clone()));
    (engine, day, clock)
}

/// What officers have to authorise.
const GENERATE: &str = "A00FFFS%01#P0T2B00E00";

fn code(engine: &Engine) -> String {
    ask(engine, GENERATE).get(2..4).unwrap().to_owned()
}

#[test]
fn nothing_is_authorised_longer_or_shorter_when_the_time_of_day_jumps() {
    let (engine, day, clock) = issuer();
    assert_eq!(code(&engine), "17");
    let activity = "generate.P0.host".parse().unwrap();
    engine.activities().authorise(activity, 10, &["alice", "bob"]).unwrap();
    for (jump, left) in JUMPS.into_iter().zip((0..600).rev().step_by(100)) {
        day.set(jump);
        assert_eq!(code(&engine), "00");
        let listed = engine.activities().list();
        assert_eq!(listed[0].seconds_left, left + 1);
        clock.pass(Duration::from_secs(100));
    }
    for jump in JUMPS {
        day.set(jump);
        assert_eq!(code(&engine), "17");
        assert!(engine.activities().list().is_empty());
    }
    // A machine that slept for a year: it is over, and no sum overflows.
    authorise(&engine, &["generate.*.host"]);
    clock.pass(Duration::from_secs(YEAR));
    assert_eq!(code(&engine), "17");
}

/// How many of so many commands are within a caller's rate.
fn within_rate(engine: &Engine, caller: &Arc<Caller>, many: usize) -> usize {
    let session = Session { caller: Arc::clone(caller), ..session(Dialect::Host, None) };
    let asks = (0..many).filter(|_| {
        let (mut input, mut output) = (Vec::new(), Vec::new());
        frame::host::put(&mut input, |out| out.extend_from_slice(b"0000NO00"));
        engine.answer(&session, &input, &mut output);
        let Taken::Frame(answer, _) = frame::host::take(&output) else { panic!("an answer") };
        &answer[6..8] != b"72"
    });
    asks.count()
}

#[test]
fn a_rate_goes_by_the_clock_that_nobody_sets() {
    let (engine, day, clock) = issuer();
    let rate = NonZeroU32::new(10).unwrap();
    let caller = Arc::new(Caller::new("api", Commands::ALL).with_rate(rate));
    clock.pass(Duration::from_secs(1000));
    assert_eq!(within_rate(&engine, &caller, 50), 10);
    for jump in JUMPS {
        day.set(jump);
        assert_eq!(within_rate(&engine, &caller, 50), 0);
    }
    // However long nobody asked, a second's worth is all there is.
    clock.pass(Duration::from_secs(YEAR));
    assert_eq!(within_rate(&engine, &caller, 50), 10);
}

#[test]
fn no_try_of_a_pin_comes_back_when_the_time_of_day_jumps() {
    for jump in JUMPS {
        let issuer = Issuer::new(setup());
        register(&issuer, "7777", CARD);
        assert_eq!(verify(&issuer, "1111", CARD), "N1");
        issuer.day.set(jump);
        assert_eq!(verify(&issuer, "1112", CARD), "N1");
        issuer.day.set(NEW_YEAR);
        assert_eq!(verify(&issuer, "1113", CARD), "N1", "{jump}");
        issuer.day.set(jump);
        // Three there were: from now on the right one is refused too.
        assert_eq!(verify(&issuer, "7777", CARD), "N2", "{jump}");
        let issuer = issuer.restarted();
        assert_eq!(verify(&issuer, "7777", CARD), "N2", "{jump}");
    }
}

#[test]
fn a_time_of_day_that_goes_back_frees_no_limit() {
    let failures = Rates { minute: Some(2), ..Rates::default() };
    let limits = Limits { failures, ..Limits::default() };
    let guard = Guard { key: limits, ..Guard::default() };
    let issuer = Issuer::new(Setup { guard, ..setup() });
    for card in [CARD, OTHER] {
        register(&issuer, "7777", card);
    }
    assert_eq!(verify(&issuer, "1111", CARD), "N1");
    assert_eq!(verify(&issuer, "1111", OTHER), "N1");
    for back in [NEW_YEAR, NEW_YEAR - 1, NEW_YEAR - 60, NEW_YEAR - YEAR, 0] {
        issuer.day.set(back);
        assert_eq!(verify(&issuer, "7777", CARD), "72", "{back}");
    }
    // When it is right again it is a minute, and one bucket of it, until somebody is looked at.
    issuer.day.set(NEW_YEAR + 59);
    assert_eq!(verify(&issuer, "7777", CARD), "72");
    issuer.day.set(NEW_YEAR + 70);
    assert_eq!(verify(&issuer, "7777", CARD), "00");
}

/// Jumps with every entry but those that tell of it, as the daemon writes them; the other clock goes on.
#[derive(Debug, Default)]
struct Jumps(AtomicUsize);

impl Clock for Jumps {
    fn now(&self) -> Moment {
        let looked = self.0.fetch_add(1, Ordering::SeqCst);
        let wall = JUMPS[looked / 2 % JUMPS.len()].saturating_mul(1_000_000);
        Moment { wall, monotonic: u64::try_from(looked).unwrap() }
    }
}

/// Two hundred entries under a time of day that jumps with every second one, which tells of it or does not; and what an auditor says.
fn log_of(told: bool) -> (Vec<Entry>, Verdict) {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::open(LogSetup {
        folder: folder.path().to_owned(),
        durability: Durability::Durable,
        segment_bytes: SEGMENT_BYTES,
        clock: Arc::new(Jumps::default()),
        disk: Arc::new(RealDisk),
    });
    let log = log.unwrap();
    let signer: Arc<dyn Signer> =
        Arc::new(Ed25519Signer::from_seed("test.example/log", &[7; 32]).unwrap());
    log.set_signer(Some(Arc::clone(&signer)));
    for number in 0..200_u64 {
        let name = if told && number % 2 == 0 { event::CLOCK } else { "number" };
        let (name, detail) = (name.to_owned(), number.to_string());
        log.append(&[Record::Event(Event { name, detail })]).unwrap().wait().unwrap();
    }
    log.close();
    let bundle = fs::read(folder.path().join(entries_path(0, 200))).unwrap();
    let entries = parse_bundle(&bundle).unwrap();
    let entries = entries.iter().map(|one| Entry::take(one).unwrap()).collect();
    let key = VerifierKey::new("test.example/log", signer.public_key()).unwrap();
    let verdict = payhsm_audit::verify::verify(&Job {
        source: &Folders::new(folder.path().to_owned(), None),
        key: &key,
        checkpoints: &[],
        witnesses: &[],
        threads: 1,
        progress: &|_| (),
    });
    (entries, verdict.unwrap())
}

#[test]
fn the_log_is_in_the_order_in_which_things_happened() {
    let (entries, verdict) = log_of(true);
    assert_eq!(entries.len(), 200);
    for (index, entry) in (0..200_u64).zip(&entries) {
        assert_eq!(entry.index, index);
        assert!(matches!(&entry.record, Record::Event(event) if event.detail == index.to_string()));
    }
    let back = entries.windows(2).filter(|two| two[1].moment.wall < two[0].moment.wall).count();
    assert!(back > 50, "the time of day went back {back} times");
    assert!(entries.windows(2).all(|two| two[1].moment.monotonic > two[0].moment.monotonic));
    // An auditor's program is content where each jump is told, and with nothing else.
    assert!(verdict.good, "{:?} {}", verdict.faults, verdict.said);
    assert_eq!(verdict.size, 200);
    assert!(!log_of(false).1.good);
}
