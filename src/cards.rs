//! What an appliance knows of cards, for handlers: products, token domains, and the rows of each card.

mod codes;
mod domains;
mod reference;
mod rows;
mod vault;
mod watch;

pub use codes::Code;
pub use domains::{Domains, Scheme, TokenDomain, VaultTerms};
pub use reference::CardOnFile;
pub use rows::{Changes, Id, Rows, Step};
pub use vault::Vault;
pub use watch::Watch;

use crate::clock::{SystemTimeOfDay, TimeOfDay};
use crate::numbers::Numbers;
use payhsm_issuing::limit::Limits;
use payhsm_issuing::product::Products;
use payhsm_keys::StateKeys;
use payhsm_protocol::ErrorCode;
use payhsm_state::Store;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// Limits that hold beside those of a card: they stop a caller, or the use of a key, on many cards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// For each caller.
    pub caller: Limits,
    /// For each key, whoever calls.
    pub key: Limits,
}

/// What operations on cards need besides keys.
pub struct Cards {
    products: Products,
    domains: Domains,
    guard: Guard,
    store: Option<Arc<dyn Store>>,
    /// What rows are named and sealed by; none while the appliance is sealed.
    keys: RwLock<Option<Arc<StateKeys>>>,
    clock: Arc<dyn TimeOfDay>,
    numbers: Arc<Numbers>,
}

impl Cards {
    /// An appliance that remembers nothing: what needs a row is refused with S0.
    #[must_use]
    pub fn none() -> Self {
        Self {
            products: Products::default(),
            domains: Domains::default(),
            guard: Guard::default(),
            store: None,
            keys: RwLock::default(),
            clock: Arc::new(SystemTimeOfDay),
            numbers: Arc::default(),
        }
    }

    /// The same with these products and domains.
    #[must_use]
    pub fn with_terms(self, products: Products, domains: Domains, guard: Guard) -> Self {
        Self { products, domains, guard, ..self }
    }

    /// The same, and rows are kept here.
    #[must_use]
    pub fn with_store(self, store: Arc<dyn Store>) -> Self {
        Self { store: Some(store), ..self }
    }

    /// The same with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn TimeOfDay>) -> Self {
        Self { clock, ..self }
    }

    /// The same, and what happens to rows is counted here.
    #[must_use]
    pub fn counted_in(self, numbers: Arc<Numbers>) -> Self {
        Self { numbers, ..self }
    }

    /// From now on rows can be read and changed.
    pub fn unsealed(&self, keys: Arc<StateKeys>) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Some(keys);
    }

    /// The keys are gone.
    pub fn sealed(&self) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What issuers said of their products.
    #[must_use]
    pub const fn products(&self) -> &Products {
        &self.products
    }

    /// The token domains.
    #[must_use]
    pub const fn domains(&self) -> &Domains {
        &self.domains
    }

    /// Limits beside those of a card.
    #[must_use]
    pub const fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Now, unix seconds.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.clock.unix_seconds()
    }

    /// Whether a request may wait for another machine: it must not keep a thread that others need.
    #[must_use]
    pub fn may_block(&self) -> bool {
        self.store.as_ref().is_some_and(|store| store.may_block())
    }

    /// Whether it has a store at all.
    #[must_use]
    pub const fn remembers(&self) -> bool {
        self.store.is_some()
    }

    /// Why rows cannot be changed now, if so.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.store.as_ref().and_then(|store| store.trouble())
    }

    /// The rows; what is changed is told to `changes`.
    ///
    /// # Errors
    /// S0 without a store, 70 without keys.
    pub fn rows<'a>(&'a self, changes: &'a Changes) -> Result<Rows<'a>, ErrorCode> {
        let store = self.store.as_deref().ok_or(ErrorCode::StateUnavailable)?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner).clone();
        let keys = keys.ok_or(ErrorCode::NotOperational)?;
        Ok(Rows::new(store, keys, changes, &self.numbers))
    }
}

impl fmt::Debug for Cards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cards({} products)", self.products.all().len())
    }
}
