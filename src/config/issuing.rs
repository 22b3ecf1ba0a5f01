//! What an issuer's appliance knows of cards: `[[product]]`, `[[token_domain]]`, `[cards]`.

mod cards;
mod domains;
mod products;

pub use cards::{CardsSection, GuardSection};
pub(super) use domains::is_label;
pub use domains::{MostPerSection, TokenDomainSection, TokenScheme};
pub use products::{CodeForm, CodeMethod, DynamicCvv2Section, ExcludedPins, ProductSection, While};

use super::{Config, Reasons};
use crate::caller::PLAIN;
use crate::cards::{Domains, Guard};
use crate::settings::Profile;
use payhsm_issuing::product::{Product, ProductMistake, Products};

/// What holds of cards, whatever the store.
#[derive(Clone, Debug, Default)]
pub struct Issuing {
    /// Products, by BIN.
    pub products: Products,
    /// Token domains, by number.
    pub domains: Domains,
    /// Limits of a caller and of a key.
    pub guard: Guard,
}

impl Config {
    /// Products, token domains and limits.
    ///
    /// # Errors
    /// What is wrong with the entries, a sentence each.
    pub fn issuing(&self) -> Result<Issuing, Reasons> {
        let mut wrong = Vec::new();
        let read = |section| products::read(section, &mut wrong);
        let products = self.products.iter().map(read).collect();
        let products = Products::new(products, Product::default()).unwrap_or_else(|mistakes| {
            wrong.extend(mistakes.iter().map(ProductMistake::to_string));
            Products::default()
        });
        let domains = domains::read(&self.token_domains, &self.names_of_callers(), &mut wrong);
        let guard = self.cards.guard(&mut wrong);
        // What nobody can count limits nothing: a developer's appliance without a store verifies all the same.
        let guard = if self.keeps_cards() { guard } else { Guard::default() };
        if wrong.is_empty() {
            Ok(Issuing { products, domains, guard })
        } else {
            Err(Reasons(wrong))
        }
    }

    /// Who may be given a token domain.
    fn names_of_callers(&self) -> Vec<&str> {
        let plain = (self.profile == Profile::Development).then_some(PLAIN);
        self.callers.iter().map(|caller| caller.name.as_str()).chain(plain).collect()
    }

    pub(super) fn check_issuing(&self, wrong: &mut Vec<String>) {
        if let Err(reasons) = self.issuing() {
            wrong.extend(reasons.0);
        }
        self.cards.check(wrong);
    }

    /// Whether rows of cards are kept anywhere.
    #[must_use]
    pub const fn keeps_cards(&self) -> bool {
        self.cards.postgres.is_some() || self.state.is_some()
    }
}
