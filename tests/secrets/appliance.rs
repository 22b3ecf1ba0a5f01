//! Appliances of an issuer, in this process and as daemons: keys under labels, zones, products, token domains and a store.

use super::material::clear_key;
use super::support::binary::{Folder, configuration};
use super::support::cards::{Day, block, zone};
use super::support::keys::sealed;
use super::support::random::Chance;
use super::support::recorders::Shows;
use super::support::{ask, authorise, host_settings, test_inventory};
use payhsm::Engine;
use payhsm::cards::Cards;
use payhsm::config::Config;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::settings::{Legacy, Profile, Settings};
use payhsm_keys::{Inventory, StateKeys};
use payhsm_protocol::host::Settings as HostSettings;
use payhsm_state::Embedded;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// A card whose product has dynamic CVV2s by the CVV algorithm.
pub(crate) const SECOND: &str = "4716039582716044";
/// One whose product has them by HMAC.
pub(crate) const HMAC_CARD: &str = "6284039175260381";

/// The zone whose values are under AES-256-GCM.
pub(crate) const GCM: &str = "GCM";

/// Label, attributes, clear key in hex.
pub(crate) fn keys() -> Vec<(&'static str, &'static str, String)> {
    let mut chance = Chance::new(8);
    [
        ("zpk", "P0TB00N00", 16),
        ("pvv", "V2TN00N00", 16),
        ("ibm", "V1TN00N00", 16),
        ("zek", "22TB00N00", 16),
        ("gcm", "22AB00N00", 32),
        ("cvk", "C0TN00N00", 16),
        ("dcvk", "90TN00N00", 16),
        ("hmac", "91AC00N00", 32),
        ("tokens", "92AB00N00", 32),
        ("digits", "92AB00N00", 32),
        ("issuing", "93AN00N00", 32),
        ("fingerprint", "94AN00N00", 32),
        ("etk", "95TN00N00", 16),
        ("fields", "96AB00N00", 32),
    ]
    .map(|(label, attributes, bytes)| (label, attributes, clear_key(&mut chance, bytes)))
    .into()
}

/// Zone, label of its ZEK, export profile.
const ZONES: [(&str, &str, &str); 3] =
    [("OV1", "zek", "E6"), (GCM, "gcm", "GCM"), ("LEG", "zek", "E1+legacy")];

/// What a file of keys has of them.
fn keys_file() -> String {
    let mut text = "[keys]\n".to_owned();
    for (label, attributes, clear) in keys() {
        writeln!(text, "{label} = '{}'", sealed(attributes, &clear)).unwrap();
    }
    for (name, zek, profile) in ZONES {
        writeln!(
            text,
            "[zones.{name}]\nzpk = 'zpk'\nzek = '{zek}'\nexport_profile = '{profile}'\n\
             callers = ['plain', 'tests']"
        )
        .unwrap();
    }
    text
}

const CARDS: &str = "
[host]
pin_length = 12
[audit]
folder = 'audit'
[development]
keys = 'keys.toml'
[[product]]
name = 'long-pins'
bins = ['5']
pin_length = 12
[[product]]
name = 'dynamic'
bins = ['4']
[product.dynamic_cvv2]
digits = 4
auto_enable = true
[[product]]
name = 'hmac'
bins = ['6']
[product.dynamic_cvv2]
method = 'hmac'
digits = 4
auto_enable = true
[[token_domain]]
number = 1
scheme = 'vault'
callers = ['*']
[[token_domain]]
number = 2
scheme = 'numeric'
key = 'digits'
callers = ['*']
[[token_domain]]
number = 998
scheme = 'alphanumeric'
key = 'tokens'
callers = ['*']
clear = true
";

/// Writes what a daemon of an issuer needs, whose state is in `state`; gives its configuration.
pub(crate) fn configured(folder: &Folder, plain: bool) -> String {
    folder.write("keys.toml", &keys_file());
    let commands = "commands = ['*']";
    let config = configuration("development", plain, CARDS)
        .replace(commands, &format!("{commands}\nlabels = ['*']\nzones = ['*']"));
    format!("state = 'state'\n{config}")
}

/// An appliance in this process.
pub(crate) struct Appliance {
    pub(crate) engine: Engine,
    folder: TempDir,
}

impl Appliance {
    /// A developer's, or what an issuer has of the same.
    pub(crate) fn new(profile: Profile) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = engine(profile, folder.path());
        Self { engine, folder }
    }

    pub(crate) fn ask(&self, message: &[u8]) -> String {
        ask(&self.engine, message)
    }

    /// It stops; gives the file with the rows of cards.
    pub(crate) fn stopped(self) -> (TempDir, PathBuf) {
        let Self { engine, folder } = self;
        drop(engine);
        let file = folder.path().join("cards.redb");
        (folder, file)
    }
}

/// What rows are named and sealed by.
pub(crate) fn state_keys() -> StateKeys {
    StateKeys::of_test_lmk(test_inventory().lmks().default_lmk()).unwrap()
}

fn engine(profile: Profile, folder: &Path) -> Engine {
    let settings = match profile {
        Profile::Development => Settings::development(),
        Profile::Issuer | Profile::Acquirer => Settings { profile, legacy: Legacy::default() },
    };
    let files = Folder::new();
    let path = files.write("payhsm.toml", &configured(&files, true));
    let terms = Config::load(&path).unwrap().issuing().unwrap();
    let inventory =
        keys().iter().fold(test_inventory(), |inventory, (label, attributes, clear)| {
            inventory.with_key(label, block(&sealed(attributes, clear))).unwrap()
        });
    let zones = ZONES.map(|(name, zek, profile)| zone(name, Some("zpk"), Some(zek), profile));
    let inventory = zones.into_iter().fold(inventory, Inventory::with_zone);
    let store = Embedded::open(folder.join("cards.redb")).unwrap();
    let cards = Cards::none()
        .with_terms(terms.products, terms.domains, terms.guard)
        .with_store(Arc::new(store))
        .with_clock(Arc::new(Day::default()));
    cards.unsealed(Arc::new(state_keys()));
    let host = HostSettings { lmk_pin_length: 13, ..host_settings() };
    let lifecycle = Lifecycle::new(State::Operational);
    let engine = Engine::new(Some(Arc::new(inventory)), lifecycle, settings, host, Box::new(Shows))
        .with_cards(cards);
    authorise(&engine, &["generate.*.host", "component.*.host", "import.*.host"]);
    authorise(&engine, &["export.*.host", "migrate.*.host", "command.*.host"]);
    engine
}
