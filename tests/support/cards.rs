//! A developer's appliance that remembers cards: rows in a folder of the test's, keys under labels, products, token domains, and a
//! clock that the test sets.

use super::both::ask_in;
use super::keys::sealed;
use super::{
    authorise, dynamic, host_settings, pin_life, recorders, test_inventory, tokens, values,
};
use payhsm::Engine;
use payhsm::caller::Names;
use payhsm::cards::{Cards, Domains, Guard, Scheme, TokenDomain};
use payhsm::clock::TimeOfDay;
use payhsm::engine::Dialect;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::Recorder;
use payhsm::settings::{Profile, Settings};
use payhsm_issuing::limit::Rates;
use payhsm_issuing::product::{Product, Products};
use payhsm_keys::{Inventory, StateKeys, SystemRandom};
use payhsm_protocol::field::{KeyBlock, KeyField};
use payhsm_protocol::host::{self, Bare, Fields};
use payhsm_protocol::officer::Zone;
use payhsm_state::{Embedded, RowKey, Store as _, Verdict};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

/// 2026-01-01 00:00 UTC.
pub(crate) const NEW_YEAR: u64 = 1_767_225_600;

/// A time of day that stands still until it is told to go on.
#[derive(Clone, Debug)]
pub(crate) struct Day(Arc<AtomicU64>);

impl Day {
    pub(crate) fn set(&self, unix_seconds: u64) {
        self.0.store(unix_seconds, Ordering::SeqCst);
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Default for Day {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(NEW_YEAR)))
    }
}

impl TimeOfDay for Day {
    fn unix_seconds(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// What an issuer's appliance is set up with.
#[derive(Debug, Default)]
pub(crate) struct Setup {
    pub(crate) products: Vec<Product>,
    pub(crate) domains: Vec<TokenDomain>,
    pub(crate) guard: Guard,
    /// Label, attributes as `sealed` wants them, clear key in hex.
    pub(crate) keys: Vec<(&'static str, &'static str, &'static str)>,
    pub(crate) zones: Vec<Zone>,
    pub(crate) profile: Option<Profile>,
}

impl Setup {
    /// What both have.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.products.extend(other.products);
        self.domains.extend(other.domains);
        self.keys.extend(other.keys);
        self.zones.extend(other.zones);
        self
    }
}

/// The appliance.
pub(crate) struct Issuer {
    pub(crate) engine: Engine,
    pub(crate) day: Day,
    folder: TempDir,
    setup: Setup,
}

impl Issuer {
    pub(crate) fn new(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let day = Day::default();
        let engine = make(folder.path(), &setup, &day);
        Self { engine, day, folder, setup }
    }

    /// The appliance that the examples of docs/protocol are of.
    pub(crate) fn documented() -> Self {
        let setup = values::setup().and(pin_life::setup());
        let setup = setup.and(dynamic::setup(dynamic::policy())).and(tokens::setup());
        let (kind, parts, row) = values::documented_batch();
        Self::new(setup).restarted_with(kind, &[&parts, b"plain"], &row)
    }

    /// One whose record is kept by `recorder`.
    pub(crate) fn recorded_by(setup: Setup, recorder: Box<dyn Recorder>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let day = Day::default();
        let engine = make_with(folder.path(), &setup, &day, recorder);
        Self { engine, day, folder, setup }
    }

    /// The same appliance after a new start.
    pub(crate) fn restarted(self) -> Self {
        let Self { engine, day, folder, setup } = self;
        drop(engine);
        let engine = make(folder.path(), &setup, &day);
        Self { engine, day, folder, setup }
    }

    /// The same appliance after a new start, with this row in its store: kind, what names it, its bytes.
    pub(crate) fn restarted_with(self, kind: u8, parts: &[&[u8]], row: &[u8]) -> Self {
        let Self { engine, day, folder, setup } = self;
        drop(engine);
        {
            let inventory = test_inventory();
            let keys = StateKeys::of_test_lmk(inventory.lmks().default_lmk()).unwrap();
            let id = keys.row_id(kind, parts).unwrap();
            let sealed = keys.seal(kind, &id, row, &mut SystemRandom::new()).unwrap();
            let store = Embedded::open(folder.path().join("cards.redb")).unwrap();
            let kept = store.change(&[RowKey { kind, id }], &mut |values| {
                values[0] = Some(sealed.clone());
                Verdict::Write
            });
            kept.unwrap().wait().unwrap();
        }
        let engine = make(folder.path(), &setup, &day);
        Self { engine, day, folder, setup }
    }

    /// The answer to a host message that goes in this dialect, as the host dialect writes it.
    pub(crate) fn ask_in(&self, dialect: Dialect, message: &str) -> String {
        ask_in(&self.engine, dialect, message)
    }

    /// What stands for a host message.
    pub(crate) fn ask(&self, message: impl AsRef<[u8]>) -> String {
        super::ask(&self.engine, message)
    }
}

fn make(folder: &Path, setup: &Setup, day: &Day) -> Engine {
    make_with(folder, setup, day, Box::new(recorders::Shows))
}

fn make_with(folder: &Path, setup: &Setup, day: &Day, recorder: Box<dyn Recorder>) -> Engine {
    let settings = match setup.profile {
        None | Some(Profile::Development) => Settings::development(),
        Some(profile) => Settings { profile, legacy: payhsm::settings::Legacy::default() },
    };
    let inventory =
        setup.keys.iter().fold(test_inventory(), |inventory, (label, attributes, clear)| {
            inventory.with_key(label, block(&sealed(attributes, clear))).unwrap()
        });
    let inventory = setup.zones.iter().cloned().fold(inventory, Inventory::with_zone);
    let keys = StateKeys::of_test_lmk(inventory.lmks().default_lmk()).unwrap();
    let products = Products::new(setup.products.clone(), Product::default()).unwrap();
    let domains = Domains::new(setup.domains.iter().cloned());
    let store = Embedded::open(folder.join("cards.redb")).unwrap();
    let cards = Cards::none()
        .with_terms(products, domains, setup.guard)
        .with_store(Arc::new(store))
        .with_clock(Arc::new(day.clone()));
    cards.unsealed(Arc::new(keys));
    let lifecycle = Lifecycle::new(State::Operational);
    let engine =
        Engine::new(Some(Arc::new(inventory)), lifecycle, settings, host_settings(), recorder)
            .with_cards(cards);
    authorise(&engine, &["generate.*.host", "component.*.host", "import.*.host"]);
    authorise(&engine, &["export.*.host", "migrate.*.host", "command.*.host"]);
    engine
}

/// A key block as it is in a host message.
pub(crate) fn block(text: &str) -> KeyBlock {
    let settings = host::Settings::default();
    match Fields::new(text.as_bytes(), &settings).key(Bare::Pair).unwrap() {
        KeyField::Block(block) => block,
        KeyField::Cryptogram(_) | KeyField::Stored(_) => panic!("{text} is no key block"),
    }
}

/// A domain that is on, for all callers, without limits.
pub(crate) fn domain(number: u16, scheme: Scheme, key: &str) -> TokenDomain {
    TokenDomain {
        number,
        on: true,
        scheme,
        key: key.to_owned(),
        old_key: None,
        callers: Names::Any,
        tokens: None,
        card_numbers: Rates::default(),
        clear: false,
    }
}

/// A zone that the caller on a plain connection may name.
pub(crate) fn zone(name: &str, zpk: Option<&str>, zek: Option<&str>, profile: &str) -> Zone {
    Zone {
        name: name.to_owned(),
        zmk: None,
        zpk: zpk.map(str::to_owned),
        zek: zek.map(str::to_owned),
        export_profile: profile.to_owned(),
        callers: vec!["plain".to_owned()],
    }
}
