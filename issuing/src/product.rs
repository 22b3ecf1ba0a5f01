//! What an issuer says of its products: by BIN, the longest that fits; whoever has no product gets the defaults.

mod mistake;
mod weak;

pub use mistake::ProductMistake;

use crate::dcvv2::Policy;
use crate::pin::MOST_TRIES;
use std::collections::{BTreeMap, BTreeSet};
use subtle::Choice;

/// The most digits of a BIN.
pub const LONGEST_BIN: usize = 12;

/// A product: what holds for all cards of its BINs.
#[derive(Clone, PartialEq, Eq)]
pub struct Product {
    /// 1 to 32 characters: letters, digits, `-`, `_`, `.`.
    pub name: String,
    /// The first digits of its card numbers: 1 to 12 digits each, no BIN in two products.
    pub bins: Vec<String>,
    /// Wrong PIN tries, 1 to 98.
    pub pin_limit: u8,
    /// Digits of a PIN that the appliance chooses, 4 to 12.
    pub pin_length: u8,
    /// PINs that no customer may choose: 4 to 12 digits each.
    pub excluded_pins: Vec<String>,
    /// Whether to refuse also PINs of one digit and runs up or down, such as 1111, 1234, 7890 and 4321.
    pub weak_pins_refused: bool,
    /// Its dynamic CVV2, if it has one.
    pub dcvv2: Option<Policy>,
}

impl Default for Product {
    /// Named `default`, for no BIN: 3 tries, PINs of 4 digits, weak ones refused, no dynamic CVV2.
    fn default() -> Self {
        Self {
            name: "default".to_owned(),
            bins: Vec::new(),
            pin_limit: 3,
            pin_length: 4,
            excluded_pins: Vec::new(),
            weak_pins_refused: true,
            dcvv2: None,
        }
    }
}

impl std::fmt::Debug for Product {
    /// Not the PINs that are excluded.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, bins, pin_limit, pin_length, weak_pins_refused, dcvv2, .. } = self;
        f.debug_struct("Product")
            .field("name", name)
            .field("bins", bins)
            .field("pin_limit", pin_limit)
            .field("pin_length", pin_length)
            .field("weak_pins_refused", weak_pins_refused)
            .field("dcvv2", dcvv2)
            .finish_non_exhaustive()
    }
}

impl Product {
    /// Whether no customer may choose this PIN (ASCII digits): code 86. How long it takes tells the PIN's length and the product,
    /// not the PIN.
    #[must_use]
    pub fn refuses_pin(&self, pin: &[u8]) -> Choice {
        let listed = weak::is_listed(pin, &self.excluded_pins);
        listed | (weak::is_run(pin) & Choice::from(u8::from(self.weak_pins_refused)))
    }

    /// Adds what is wrong about it.
    fn check(&self, wrong: &mut Vec<ProductMistake>) {
        let name = || self.name.clone();
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !(1..=32).contains(&self.name.len()) || !self.name.bytes().all(letters) {
            wrong.push(ProductMistake::Name(name()));
        }
        for bin in &self.bins {
            if !digits(bin, 1..=LONGEST_BIN) {
                wrong.push(ProductMistake::Bin { product: name(), bin: bin.clone() });
            }
        }
        if !(1..=MOST_TRIES).contains(&self.pin_limit) {
            wrong.push(ProductMistake::PinLimit { product: name(), limit: self.pin_limit });
        }
        if !(4..=12).contains(&self.pin_length) {
            wrong.push(ProductMistake::PinLength { product: name(), length: self.pin_length });
        }
        if let Some(at) = self.excluded_pins.iter().position(|pin| !digits(pin, 4..=12)) {
            wrong.push(ProductMistake::ExcludedPin { product: name(), place: at + 1 });
        }
        if let Some(Err(mistake)) = self.dcvv2.as_ref().map(Policy::check) {
            wrong.push(ProductMistake::Dcvv2 { product: name(), mistake });
        }
    }
}

fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// All products, and the defaults of whoever has none.
#[derive(Clone, Debug, Default)]
pub struct Products {
    products: Vec<Product>,
    /// BINs and the places of their products.
    bins: BTreeMap<Vec<u8>, usize>,
    default: Product,
}

impl Products {
    /// These products; `default` holds for card numbers of no BIN, its own BINs are not looked at.
    ///
    /// # Errors
    /// [`ProductMistake`], all there are.
    pub fn new(products: Vec<Product>, default: Product) -> Result<Self, Vec<ProductMistake>> {
        let mut wrong = Vec::new();
        let (mut names, mut bins) = (BTreeSet::new(), BTreeMap::new());
        for (place, product) in products.iter().enumerate() {
            product.check(&mut wrong);
            if !names.insert(product.name.as_str()) {
                wrong.push(ProductMistake::NameTwice(product.name.clone()));
            }
            if product.bins.is_empty() {
                wrong.push(ProductMistake::NoBin(product.name.clone()));
            }
            for bin in &product.bins {
                if bins.insert(bin.clone().into_bytes(), place).is_some() {
                    wrong.push(ProductMistake::BinTwice(bin.clone()));
                }
            }
        }
        default.check(&mut wrong);
        if wrong.is_empty() { Ok(Self { products, bins, default }) } else { Err(wrong) }
    }

    /// The product of a card number (ASCII digits): that of the longest BIN which it begins with, else the default.
    #[must_use]
    pub fn for_pan(&self, pan: &[u8]) -> &Product {
        let lengths = (1..=LONGEST_BIN.min(pan.len())).rev();
        let mut places = lengths.filter_map(|length| self.bins.get(pan.get(..length)?));
        places.next().and_then(|place| self.products.get(*place)).unwrap_or(&self.default)
    }

    /// All of them, without the default.
    #[must_use]
    pub fn all(&self) -> &[Product] {
        &self.products
    }
}

#[cfg(test)]
mod tests;
