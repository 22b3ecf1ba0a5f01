//! What officers stored, as far as one caller may name it.

use crate::caller::Caller;
use crate::cards::{CardOnFile, Cards, Changes, Code as _, Step, Vault};
use crate::command::Noted;
use crate::settings::Settings;
use payhsm_issuing::limit::{LimitRow, Limits, Rates};
use payhsm_keys::usage::{TokenKey, Usage, Zek};
use payhsm_keys::{Inventory, Key, LabelledKey, Lmk, OpenTable, Position, Purpose, SystemRandom};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{
    CardNumber, DomainKey, EncryptedPan, KeyBlock, KeyField, Pan, PanToken, Shelf, Slot, StoredKey,
    ZoneKey, ZoneRole,
};
use payhsm_protocol::officer::Zone;

/// The store, seen by a caller. What is not its own is as if it were not there: one code for both.
#[derive(Clone, Copy, Debug)]
pub struct CallersShelf<'a> {
    inventory: Option<&'a Inventory>,
    caller: &'a Caller,
    noted: Option<&'a Noted>,
    cards: Option<CardsHere<'a>>,
}

/// What it takes to find the card number behind a reference.
#[derive(Clone, Copy, Debug)]
struct CardsHere<'a> {
    cards: &'a Cards,
    settings: &'a Settings,
    changes: &'a Changes,
}

/// There is no such key, or not for this caller.
const NOTHING: ErrorCode = ErrorCode::UserStorageEmpty;

impl<'a> CallersShelf<'a> {
    /// What is stored here, for this caller; nothing while the appliance is sealed.
    #[must_use]
    pub const fn new(inventory: Option<&'a Inventory>, caller: &'a Caller) -> Self {
        Self { inventory, caller, noted: None, cards: None }
    }

    /// The same, and card numbers may be given by reference.
    #[must_use]
    pub fn with_cards(
        self,
        cards: &'a Cards,
        settings: &'a Settings,
        changes: &'a Changes,
    ) -> Self {
        Self { cards: Some(CardsHere { cards, settings, changes }), ..self }
    }

    /// The same, and what is taken from it is noted.
    #[must_use]
    pub const fn noting(self, noted: &'a Noted) -> Self {
        Self { noted: Some(noted), ..self }
    }

    /// The same for a request under this LMK: whatever is stored is under the master, and serves under no other.
    #[must_use]
    pub fn under(self, lmk: Option<&Lmk>) -> Self {
        let master = |inventory: &&Inventory| {
            lmk.is_some_and(|lmk| lmk.id() == inventory.lmks().default_lmk().id())
        };
        Self { inventory: self.inventory.filter(master), ..self }
    }

    /// The label of a key that may be named, and the key.
    fn find(&self, named: &StoredKey) -> Result<(&'a str, &'a LabelledKey), ErrorCode> {
        let inventory = self.inventory.ok_or(NOTHING)?;
        let label = match named {
            StoredKey::Slot(slot) => self.own(inventory.label_in_slot(slot.index))?,
            StoredKey::Label(label) => self.own(Some(label))?,
            StoredKey::Zone(key) => self.of_zone(key)?,
        };
        let (label, key) = inventory.stored(label).ok_or(NOTHING)?;
        if !key.enabled {
            return Err(NOTHING);
        }
        match named {
            StoredKey::Slot(slot) if !has_length(key, slot) => {
                Err(ErrorCode::IncompatibleKeyLength)
            }
            StoredKey::Slot(_) | StoredKey::Label(_) | StoredKey::Zone(_) => Ok((label, key)),
        }
    }

    fn own<'l>(&self, label: Option<&'l str>) -> Result<&'l str, ErrorCode> {
        label.filter(|label| self.caller.may_name_key(label)).ok_or(NOTHING)
    }

    /// A zone of this caller. Both have to agree: the configuration of the caller, and the officers who made the zone.
    ///
    /// # Errors
    /// 12 if there is no such zone for this caller.
    pub fn zone(&self, name: &str) -> Result<&'a Zone, ErrorCode> {
        if !self.caller.may_name_zone(name) {
            return Err(NOTHING);
        }
        let zone = self.inventory.ok_or(NOTHING)?.zone(name).map_err(|_| NOTHING)?;
        let may = zone.callers.iter().any(|caller| caller == self.caller.name());
        if may { Ok(zone) } else { Err(NOTHING) }
    }

    fn of_zone(&self, key: &ZoneKey) -> Result<&'a str, ErrorCode> {
        let zone = self.zone(&key.zone)?;
        let label = match key.role {
            ZoneRole::Zmk => &zone.zmk,
            ZoneRole::Zpk => &zone.zpk,
            ZoneRole::Zek => &zone.zek,
        };
        label.as_deref().ok_or(NOTHING)
    }

    /// The decimalisation table that officers bound to a PVK. `pvk` is the PVK that it is about to be used with, and has
    /// to be the one that is named.
    ///
    /// # Errors
    /// 12 if there is no such key for this caller, 25 if it has no table or is another PVK.
    pub fn table(&self, named: &StoredKey, pvk: &KeyField) -> Result<OpenTable, ErrorCode> {
        let refused = ErrorCode::InvalidDecimalisationTable;
        let (label, key) = self.find(named)?;
        match pvk {
            KeyField::Block(block) if *block == key.block => {}
            KeyField::Block(_) | KeyField::Cryptogram(_) | KeyField::Stored(_) => {
                return Err(refused);
            }
        }
        self.inventory.ok_or(NOTHING)?.table(label).map_err(|_| refused)
    }
}

impl Shelf for CallersShelf<'_> {
    fn key(&self, named: &StoredKey) -> Result<&KeyBlock, ErrorCode> {
        let (label, key) = self.find(named)?;
        if let Some(noted) = self.noted {
            noted.label(label);
            if let StoredKey::Zone(key) = named {
                noted.zone(&key.zone);
            }
        }
        Ok(&key.block)
    }

    fn pan(&self, card: &CardNumber) -> Result<Pan, ErrorCode> {
        match card {
            CardNumber::Clear(pan) => Ok(pan.clone()),
            CardNumber::Token(token) => {
                self.card_of_token(token, DomainKey::Current).map(|card| card.pan)
            }
            CardNumber::Encrypted(pan) => {
                self.read_pan(&self.zek(&pan.zone, Purpose::Decrypt)?, pan)
            }
        }
    }
}

/// What stands for card numbers.
impl CallersShelf<'_> {
    /// What a token stands for. One for a single use is not used up by that.
    ///
    /// # Errors
    /// T1 for what is no token of this kind, T2, T3, T4, T5; 12 if the domain has not that key; S0 without a verdict.
    pub fn card_of_token(
        &self,
        token: &PanToken,
        made_with: DomainKey,
    ) -> Result<CardOnFile, ErrorCode> {
        let here = self.cards.ok_or(ErrorCode::TokenDomain)?;
        let domain = here.cards.domains().of(token.domain, self.caller.name())?;
        let label = match made_with {
            DomainKey::Current => Some(&domain.key),
            DomainKey::Old => domain.old_key.as_ref(),
        };
        if let Some(scheme) = domain.scheme.by_key() {
            let key = self.token_key(label.ok_or(NOTHING)?, Purpose::Decrypt)?;
            let pan = key.card_number(scheme, domain.number, token.token.as_bytes());
            return Ok(CardOnFile { pan: pan.map_err(|refused| refused.code())?, expiry: None });
        }
        if made_with == DomainKey::Old {
            return Err(NOTHING);
        }
        let rows = here.cards.rows(here.changes)?;
        let vault = Vault::of(&rows, domain, here.cards.now()).ok_or(ErrorCode::Internal)?;
        vault.look(&token.token)
    }

    /// The key that tokens of a domain are made with. Whoever may have the domain need not be able to name it.
    ///
    /// # Errors
    /// 12 if there is no such key, or the code of the refused key.
    pub fn token_key(&self, label: &str, purpose: Purpose) -> Result<Key<TokenKey>, ErrorCode> {
        let inventory = self.inventory.ok_or(NOTHING)?;
        let (label, key) = inventory.stored(label).ok_or(NOTHING)?;
        if !key.enabled {
            return Err(NOTHING);
        }
        self.open(inventory, label, key, purpose)
    }

    /// The ZEK of a zone that the caller may name.
    ///
    /// # Errors
    /// 12 if there is none for this caller, or the code of the refused key.
    pub fn zek(&self, zone: &str, purpose: Purpose) -> Result<Key<Zek>, ErrorCode> {
        let inventory = self.inventory.ok_or(NOTHING)?;
        let named = ZoneKey { zone: zone.to_owned(), role: ZoneRole::Zek };
        let (label, key) = self.find(&StoredKey::Zone(named))?;
        if let Some(noted) = self.noted {
            noted.zone(zone);
        }
        self.open(inventory, label, key, purpose)
    }

    fn open<U: Usage>(
        &self,
        inventory: &Inventory,
        label: &str,
        key: &LabelledKey,
        purpose: Purpose,
    ) -> Result<Key<U>, ErrorCode> {
        let settings = self.cards.ok_or(NOTHING)?.settings;
        if let Some(noted) = self.noted {
            noted.label(label);
        }
        let (lmk, field) = (inventory.lmks().default_lmk(), KeyField::Block(key.block.clone()));
        let key = Key::open(lmk, &field, purpose, &settings.key_rules())
            .map_err(|refused| refused.code(Position::Source, settings.tells_apart()))?;
        if let Some(noted) = self.noted {
            noted.key(|| key.check_value());
        }
        Ok(key)
    }

    /// The card number that is under a ZEK. What is none is counted: whoever may change bits of one and try would find out its
    /// digits otherwise.
    ///
    /// # Errors
    /// D1 if it is not a card number under this key, 72 if there were too many of these, S0 if they cannot be counted.
    pub fn read_pan(&self, zek: &Key<Zek>, pan: &EncryptedPan) -> Result<Pan, ErrorCode> {
        let here = self.cards.ok_or(NOTHING)?;
        let read = || zek.read_pan(&pan.value).map_err(|_| ErrorCode::DecryptionFailed);
        let limits = Limits { calls: Rates::default(), ..here.cards.guard().caller };
        if limits == Limits::default() {
            return read();
        }
        let (rows, now) = (here.cards.rows(here.changes)?, here.cards.now());
        let caller = self.caller.name().as_bytes();
        let id = rows.id::<LimitRow>(&[b"encrypted", caller, pan.zone.as_bytes()])?;
        // A copy: calls that come to something are not counted here.
        let mut counted = rows.look(id)?.unwrap_or_default();
        counted.take(now, &limits).map_err(|refused| refused.code())?;
        read().or_else(|code| {
            rows.change(id, &mut SystemRandom::new(), |row| {
                row.get_or_insert_default().fail(now);
                Step::Write(())
            })?;
            Err(code)
        })
    }
}

/// Whether a key is as long as the scheme letter in front of its place says.
fn has_length(key: &LabelledKey, slot: &Slot) -> bool {
    let Some(length) = slot.length else { return true };
    matches!(key.attributes.algorithm, Some([b'D' | b'T', digit]) if digit == length.digit())
}
