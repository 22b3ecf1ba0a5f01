//! What is wrong about products, in sentences for whoever wrote the configuration.

use crate::dcvv2::PolicyMistake;

/// What is wrong about products.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProductMistake {
    /// Not a name.
    #[error("`{0}` is no name of a product: 1 to 32 letters, digits, `-`, `_`, `.`")]
    Name(String),
    /// Two products of one name.
    #[error("there are two products named `{0}`")]
    NameTwice(String),
    /// A product that no card number has.
    #[error("product `{0}` has no BIN, so no card number has it")]
    NoBin(String),
    /// Not a BIN.
    #[error("product `{product}`: `{bin}` is no BIN: 1 to 12 digits")]
    Bin {
        /// Whose.
        product: String,
        /// What there is in its place.
        bin: String,
    },
    /// Card numbers of two products.
    #[error("BIN `{0}` is there twice")]
    BinTwice(String),
    /// Not 1 to 98.
    #[error("product `{product}` allows {limit} wrong PINs, but it has to be 1 to 98")]
    PinLimit {
        /// Whose.
        product: String,
        /// Tries.
        limit: u8,
    },
    /// Not 4 to 12.
    #[error("product `{product}` has PINs of {length} digits, but it has to be 4 to 12")]
    PinLength {
        /// Whose.
        product: String,
        /// Digits.
        length: u8,
    },
    /// Not a PIN, which is not shown.
    #[error("product `{product}`: number {place} of its excluded PINs is none: 4 to 12 digits")]
    ExcludedPin {
        /// Whose.
        product: String,
        /// Which of them, from 1.
        place: usize,
    },
    /// Its dynamic CVV2.
    #[error("product `{product}`: {mistake}")]
    Dcvv2 {
        /// Whose.
        product: String,
        /// What.
        mistake: PolicyMistake,
    },
}
