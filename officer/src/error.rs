//! What can go wrong, in sentences for the person in front of the screen.

use std::io;
use std::path::PathBuf;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfficerError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file cannot be written; what was there before is still there.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file of that name is there already, and it was left alone.
    #[error("there is a file {} already; it was left as it is", .0.display())]
    Exists(PathBuf),
    /// Not a file of this kind.
    #[error("this is not {0}")]
    NotOne(&'static str),
    /// A version that this program does not know.
    #[error("this is {0}, but of a version that this program does not know")]
    Version(&'static str),
    /// Cut short, or changed since it was written.
    #[error("the file was cut short or changed since it was written; take the copy of it")]
    Damaged,
    /// The passphrase does not open the file.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The file asks for less work, or far more of it, than any that this program writes.
    #[error("the file protects its keys in a way that this program does not accept")]
    Cost,
    /// Argon2 could not run: most often the memory is not there.
    #[error("the passphrase cannot be checked: {0}")]
    PassphraseFunction(&'static str),
    /// Not a name for an officer.
    #[error("a name has 1 to 32 letters, digits, '-', '_' or '.', and does not start with '.'")]
    Name,
    /// The signature of a login does not fit.
    #[error("the signature of the login does not fit")]
    Signature,
    /// The share was sealed to somebody else, to another appliance or LMK, or it was changed.
    #[error(
        "the share does not open: it belongs to another officer, appliance or LMK, or it was changed"
    )]
    Share,
    /// The public key is not one that a share can be sealed to.
    #[error("the officer's key cannot be used to seal a share")]
    SealingKey,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
}
