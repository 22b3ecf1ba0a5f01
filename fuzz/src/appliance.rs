//! The appliances that the engine's targets ask.

use payhsm::Engine;
use payhsm::caller::Caller;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::{ActRecord, Kept, LogOnly, Record, RecordFailed, Recorder};
use payhsm::settings::{Legacy, Profile, Settings};
use payhsm_keys::{Inventory, KeyRefused, Lmk, LmkSet};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::host::{Settings as HostSettings, TableForm};
use std::sync::{Arc, OnceLock};

#[path = "cards.rs"]
mod cards;

/// An audit record that never can be written.
#[derive(Debug)]
struct NoRecord;

impl Recorder for NoRecord {
    fn record(&self, _: &[Record<'_>]) -> Result<Kept, RecordFailed> {
        Err(RecordFailed)
    }

    fn record_act(&self, _: &ActRecord<'_>) -> Result<(), RecordFailed> {
        Err(RecordFailed)
    }
}

/// An appliance under test.
pub(super) struct Appliance {
    pub(super) engine: Engine,
    pub(super) caller: Arc<Caller>,
    pub(super) header_length: usize,
    pub(super) records: bool,
}

/// The public test LMKs as a developer's daemon holds them: 01 and 02 have the variant one as their old one.
fn test_lmks() -> Result<Inventory, KeyRefused> {
    let mut lmks = LmkSet::new(Lmk::public_test_aes_key_block(LmkId(2))?);
    lmks.insert(Lmk::public_test_variant(LmkId(0))?);
    lmks.insert(Lmk::public_test_tdes_key_block(LmkId(1))?);
    Ok(Inventory::from(lmks)
        .with_old_lmk(Lmk::public_test_variant(LmkId(1))?)
        .with_old_lmk(Lmk::public_test_variant(LmkId(2))?))
}

fn appliance(header_length: usize, profile: Profile, state: State, records: bool) -> Appliance {
    let (settings, tables) = match profile {
        Profile::Development => (Settings::development(), TableForm::EncryptedOrPlain),
        Profile::Issuer | Profile::Acquirer => {
            (Settings { profile, legacy: Legacy::default() }, TableForm::Encrypted)
        }
    };
    let recorder: Box<dyn Recorder> = if records { Box::new(LogOnly) } else { Box::new(NoRecord) };
    let host = HostSettings { header_length, tables, ..HostSettings::default() };
    static LMKS: OnceLock<Arc<Inventory>> = OnceLock::new();
    let stocked = || Arc::new(cards::stocked(test_lmks().expect("the public test LMKs")));
    let lmks = LMKS.get_or_init(stocked);
    let cards = cards::cards(lmks);
    let lmks = Some(Arc::clone(lmks));
    let engine =
        Engine::new(lmks, Lifecycle::new(state), settings, host, recorder).with_cards(cards);
    // What officers may authorise, so that the handlers behind it are reached.
    for category in ["generate", "import", "export", "component", "migrate", "command"] {
        let activity = format!("{category}.*.host");
        let activity = activity.parse().expect("an activity");
        let authorised = engine.activities().authorise(activity, 720, &["alice", "bob"]);
        authorised.expect("two officers, twelve hours");
    }
    Appliance { engine, caller: Arc::new(Caller::plain()), header_length, records }
}

/// The appliance that a byte chooses, and the port that it is asked on.
pub(super) fn under_test(choice: u8) -> (&'static Appliance, Option<LmkId>) {
    static ALL: OnceLock<[Appliance; 8]> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let of = appliance;
        [
            of(4, Profile::Development, State::Operational, true),
            of(0, Profile::Development, State::Operational, true),
            of(255, Profile::Development, State::Operational, true),
            of(12, Profile::Issuer, State::Operational, true),
            of(4, Profile::Acquirer, State::Operational, true),
            of(4, Profile::Issuer, State::Sealed, true),
            of(4, Profile::Development, State::Operational, false),
            of(0, Profile::Development, State::Tampered, true),
        ]
    });
    let appliance = &all[usize::from(choice) % all.len()];
    let port = match (choice >> 3) & 3 {
        0 => None,
        lmk => Some(LmkId(lmk - 1)),
    };
    (appliance, port)
}
