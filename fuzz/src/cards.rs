//! What a developer's appliance under test knows of cards: products, token domains, keys under labels, zones; and rows in memory,
//! which outlive an input, as they do at a daemon.

use payhsm::cards::Cards;
use payhsm::config::Config;
use payhsm_crypto::key_block::thales::AesWrappingKey;
use payhsm_keys::{Inventory, StateKeys};
use payhsm_protocol::field::{KeyBlock, KeyField};
use payhsm_protocol::host::{Bare, Fields, Settings};
use payhsm_protocol::officer::Zone;
use payhsm_state::{Kept, Row, RowKey, Store, Unavailable, Verdict};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows in memory: as many as a fuzzer makes in a while, and then none.
#[derive(Debug, Default)]
struct InMemory(Mutex<BTreeMap<RowKey, Vec<u8>>>);

const MOST_ROWS: usize = 1000;

impl InMemory {
    fn look(&self, keys: &[RowKey]) -> Vec<Row> {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.iter().map(|key| rows.get(key).cloned()).collect()
    }
}

impl Store for InMemory {
    fn change(
        &self,
        keys: &[RowKey],
        make: &mut dyn FnMut(&mut [Row]) -> Verdict,
    ) -> Result<Kept, Unavailable> {
        // Nothing is held while `make` runs: it may be put aside half-way for one that wants the same row.
        loop {
            let seen = self.look(keys);
            let mut values = seen.clone();
            let verdict = make(&mut values);
            let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if !keys.iter().zip(&seen).all(|(key, value)| rows.get(key) == value.as_ref()) {
                continue;
            }
            if verdict == Verdict::Leave {
                break;
            }
            if rows.len() > MOST_ROWS {
                rows.clear();
            }
            for (key, value) in keys.iter().zip(values) {
                match value {
                    Some(value) => drop(rows.insert(*key, value)),
                    None => drop(rows.remove(key)),
                }
            }
            break;
        }
        Ok(Kept::Now)
    }

    fn read(&self, key: &RowKey) -> Result<Row, Unavailable> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }

    fn may_block(&self) -> bool {
        false
    }

    fn trouble(&self) -> Option<String> {
        None
    }
}

const TERMS: &str = "
profile = 'development'
[listen]
plain = '127.0.0.1:0'
[[product]]
name = 'tested'
bins = ['3', '4', '8']
pin_tries = 98
[product.dynamic_cvv2]
auto_enable = true
tries = 9
[[token_domain]]
number = 998
scheme = 'alphanumeric'
keep_left = 6
key = 'tokens'
callers = ['plain']
on = true
clear = true
[[token_domain]]
number = 9
scheme = 'numeric'
key = 'tokens'
callers = ['plain']
on = true
clear = true
[[token_domain]]
number = 100
scheme = 'vault'
callers = ['plain']
on = true
clear = true
";

/// Label, attributes and clear value of each key; all published, or counted up.
const KEYS: [(&str, &str, &str); 14] = [
    ("zpk", "P0TB00N00", "C1D0F8FB4958670DBA40AB1F3752EF0D"),
    ("aes", "P0AB00N00", "000102030405060708090A0B0C0D0E0F"),
    ("pvv", "V2TN00N00", "76E65BCDD3D923C15D9E239113E91F3B"),
    ("ibm", "V1TN00N00", "98519E45CBB9291F49EFAD4AFEFDDC79"),
    ("dcvk", "90TC00N00", "404043434545464649494A4A4C4C4F4F"),
    ("hmac", "91AC00N00", "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"),
    ("cvk", "C0TN00N00", "D676DCF3AFB7350532EAF00EA253D875"),
    ("zek", "22TB00N00", "C1D0F8FB4958670DBA40AB1F3752EF0D"),
    ("gcm", "22AB00N00", "603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4"),
    ("tokens", "92AB00N00", "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"),
    (
        "fingerprint",
        "94AN00N00",
        "606162636465666768696A6B6C6D6E6F707172737475767778797A7B7C7D7E7F",
    ),
    ("ff1", "96AB00N00", "2B7E151628AED2A6ABF7158809CF4F3C"),
    ("imk", "E4TN00N00", "0123456789ABCDEFFEDCBA9876543210"),
    ("dek", "D0TN00N00", "76E65BCDD3D923C15D9E239113E91F3B"),
];

/// The public AES key-block test LMK.
const LMK: &str = "9B71333A13F9FAE72F9D0E2DAB4AD6784718012F9244033F3F26A2DE0C8AA11A";

fn block(attributes: &str, clear: &str) -> KeyBlock {
    let bytes = |text| hex::decode(text).expect("hex");
    let lmk = AesWrappingKey::new(&bytes(LMK)).expect("an AES key");
    let length = 16 + 2 * lmk.body_len(bytes(clear).len(), None);
    let header = format!("1{length:04}{attributes}02");
    let body = lmk.wrap(header.as_bytes(), &bytes(clear), &[0; 16], None).expect("a block");
    let text = format!("S{header}{}", hex::encode_upper(body));
    let settings = Settings::default();
    match Fields::new(text.as_bytes(), &settings).key(Bare::Pair) {
        Ok(KeyField::Block(block)) => block,
        other => panic!("{other:?} is no block"),
    }
}

fn zone(name: &str, zek: &str, export_profile: &str) -> Zone {
    Zone {
        name: name.to_owned(),
        zmk: None,
        zpk: Some("zpk".to_owned()),
        zek: Some(zek.to_owned()),
        export_profile: export_profile.to_owned(),
        callers: vec!["plain".to_owned()],
    }
}

/// These LMKs with keys under labels, and zones.
pub(crate) fn stocked(inventory: Inventory) -> Inventory {
    let inventory = KEYS.iter().fold(inventory, |inventory, (label, attributes, clear)| {
        inventory.with_key(label, block(attributes, clear)).expect("a key of the test LMK")
    });
    [
        ("VIS", "zek", "E6"),
        ("IYY", "zek", "E7/iv"),
        ("OV1", "gcm", "GCM"),
        ("LEG", "zek", "E1+legacy"),
    ]
    .into_iter()
    .fold(inventory, |inventory, (name, zek, profile)| {
        inventory.with_zone(zone(name, zek, profile))
    })
}

/// What is known of cards, unsealed.
pub(crate) fn cards(inventory: &Inventory) -> Cards {
    let config: Config = toml::from_str(TERMS).expect("a configuration");
    let terms = config.issuing().expect("products and domains");
    let keys = StateKeys::of_test_lmk(inventory.lmks().default_lmk()).expect("keys");
    let cards = Cards::none()
        .with_terms(terms.products, terms.domains, terms.guard)
        .with_store(Arc::new(InMemory::default()));
    cards.unsealed(Arc::new(keys));
    cards
}
