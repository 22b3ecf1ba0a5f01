//! Why an officers' act is refused, in sentences for them.

use crate::ceremony::components::ComponentRefused;
use crate::ceremony::shares::ShareRefused;
use crate::refusal::KeyRefused;
use crate::store::StoreRefused;
use crate::zone_export::ZoneExportMistake;
use payhsm_protocol::field::LmkId;

/// Why something was not done. Nothing was changed then, unless the sentence says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultRefused {
    /// No LMK is in force.
    #[error("the appliance is sealed")]
    Sealed,
    /// LMKs are in force.
    #[error("the appliance is unsealed already")]
    Unsealed,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreRefused),
    /// A key.
    #[error("the key is refused: {}", in_words(.0))]
    Key(#[from] KeyRefused),
    /// Shares.
    #[error(transparent)]
    Share(#[from] ShareRefused),
    /// Components.
    #[error(transparent)]
    Component(#[from] ComponentRefused),
    /// A record opens but does not say what it should.
    #[error("the record `{0}` does not say what it should; restore the store from a backup")]
    Record(String),
    /// Not a label.
    #[error("`{0}` is no label: 1 to 32 letters, digits, `-`, `_`, `.`")]
    Label(String),
    /// There is no such key.
    #[error("there is no key `{0}`")]
    NoKey(String),
    /// There is one already.
    #[error("there is a key `{0}` already")]
    KeyTaken(String),
    /// Not a slot.
    #[error("slots are K000 to KFFF")]
    Slot,
    /// The slot is taken.
    #[error("slot K{slot:03X} is taken by `{label}`")]
    SlotTaken {
        /// Its number.
        slot: u16,
        /// Label of the key in it.
        label: String,
    },
    /// The key is disabled.
    #[error("the key `{0}` is disabled")]
    Disabled(String),
    /// Something needs the key.
    #[error("the key `{label}` is needed by {by}")]
    Needed {
        /// Its label.
        label: String,
        /// Such as `zone VIS`.
        by: String,
    },
    /// The block came with other attributes than were asked for.
    #[error(
        "the block says otherwise: its key has another usage, algorithm, mode of use or version than was asked for"
    )]
    Attributes,
    /// What came is no block.
    #[error("this is no X9.143 key block")]
    Block,
    /// The key has another usage.
    #[error("the key `{0}` has another usage than is needed here")]
    Usage(String),
    /// Not a name of a zone.
    #[error("`{0}` is no name of a zone: 1 to 3 letters or digits")]
    ZoneName(String),
    /// There is no such zone.
    #[error("there is no zone `{0}`")]
    NoZone(String),
    /// Not an export profile.
    #[error("the export profile `{0}` cannot be: {1}")]
    ExportProfile(String, ZoneExportMistake),
    /// The zone has no key for its export profile, or none that fits.
    #[error("the export profile `GCM` takes a ZEK that is an AES key of 32 bytes")]
    ExportKey,
    /// The table is none, or too easy to guess through.
    #[error(
        "a decimalisation table has sixteen digits, at least eight different ones, none more than four times"
    )]
    Table,
    /// There is no table.
    #[error("there is no decimalisation table for `{0}`")]
    NoTable(String),
    /// There is no such LMK.
    #[error("there is no LMK {0}")]
    NoLmk(LmkId),
    /// There is one already.
    #[error("there is an LMK {0} already")]
    LmkTaken(LmkId),
    /// It is no test LMK.
    #[error("only a test LMK, which everybody knows, goes into force without being kept")]
    NotPublic,
    /// The new master is the old one.
    #[error("this is the LMK that is in force")]
    SameLmk,
    /// Nothing else goes while the master is being changed.
    #[error(
        "the LMK is being changed, and until all records have moved nothing else in the store can be: go on with the change, \
         then do this once more"
    )]
    Changing,
    /// Nothing is being changed.
    #[error("the master LMK is not being changed")]
    NotChanging,
    /// Shares that make another LMK than the one in force.
    #[error(
        "the shares make an LMK, but not the one in force: they are of an LMK before it, or of another appliance"
    )]
    OtherLmk,
    /// There is no old LMK.
    #[error("there is no old LMK")]
    NoOldLmk,
    /// It was done, but what requests work with could not be made anew.
    #[error(
        "it is done, but requests still work with what was there before ({0}): seal the appliance and unseal it"
    )]
    NotShown(Box<Self>),
}

/// For officers, who can do something about it.
const fn in_words(refused: &KeyRefused) -> &'static str {
    match refused {
        KeyRefused::WeakerWrappingKey => {
            "it is stronger than the ZMK that is to protect it; take a ZMK that is at least as strong"
        }
        KeyRefused::NotExportable => "it was made so that it never leaves, or not in this form",
        KeyRefused::Authentication => {
            "the block is not authentic; it was mistyped or changed, or it is under another ZMK than this (compare check values)"
        }
        KeyRefused::Weak => "a part of it is one of the weak DES keys",
        KeyRefused::EqualParts => "its parts are equal, so that it is a shorter key in disguise",
        KeyRefused::Parity => "its parity is wrong; it was probably mistyped",
        KeyRefused::Length => {
            "it is too short or too long for its algorithm, or this profile does not take the length"
        }
        KeyRefused::Usage => "the block says another usage than was asked for",
        KeyRefused::Algorithm => "the algorithm does not exist, or does not fit the usage",
        KeyRefused::ModeOfUse => "the mode of use does not fit the usage",
        KeyRefused::Widened => {
            "the block allows less than was asked for; a key may only be bound narrower"
        }
        KeyRefused::Scheme => "its form does not fit the key that it is under",
        KeyRefused::KeyType => "there is no such key type",
        KeyRefused::LmkId => "there is no such LMK",
        KeyRefused::VersionNumber => "the version number of the block does not fit",
        KeyRefused::OptionalBlocks => "the optional blocks do not fit",
        KeyRefused::Internal => {
            "the appliance could not do its work: no randomness, or no secret memory"
        }
    }
}
