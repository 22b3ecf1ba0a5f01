//! What PIN encryption keys do: PIN blocks in, PIN blocks out.

use crate::defence::Defence;
use crate::key::Key;
use crate::material::Algorithm;
use crate::random::{Random, RandomFailed};
use crate::refusal::KeyRefused;
use crate::usage::PinEncryption;
use payhsm_crypto::pin::{
    self, Account as PinAccount, Allowed, Checks, EncipheredBlock, Layout, Pin, PinBlockError,
    translation_allowed,
};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{Account, PinBlock, PinBlockFormat, PinLength};
use zeroize::Zeroizing;

/// Why a PIN block could not be read or made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinRefused {
    /// Control nibble, digits or fill are wrong.
    #[error("PIN block does not contain a PIN")]
    Contents,
    /// The PIN is not 4 to 12 digits long.
    #[error("PIN length is wrong")]
    Length,
    /// The account does not serve the format.
    #[error("account number does not serve the format")]
    Account,
    /// The format is unknown here, or does not go with the key or the size of the block.
    #[error("PIN block format does not fit")]
    Format,
    /// No randomness.
    #[error("internal failure")]
    Internal,
}

impl PinRefused {
    /// The code for the caller.
    ///
    /// With `tell_apart` (development) 20 and 24 say what was wrong inside the block. Without it both are 20: an
    /// answer that depends on the clear PIN is an oracle.
    #[must_use]
    pub const fn code(self, tell_apart: bool) -> ErrorCode {
        match self {
            Self::Length if tell_apart => ErrorCode::InvalidPinLength,
            Self::Contents | Self::Length => ErrorCode::PinBlockContents,
            Self::Account => ErrorCode::InvalidAccount,
            Self::Format => ErrorCode::InvalidPinBlockFormat,
            Self::Internal => ErrorCode::Internal,
        }
    }
}

impl From<PinBlockError> for PinRefused {
    fn from(error: PinBlockError) -> Self {
        match error {
            PinBlockError::Contents => Self::Contents,
            PinBlockError::Length => Self::Length,
            PinBlockError::Account => Self::Account,
            PinBlockError::Fit => Self::Format,
        }
    }
}

impl From<RandomFailed> for PinRefused {
    fn from(_: RandomFailed) -> Self {
        Self::Internal
    }
}

impl From<KeyRefused> for PinRefused {
    fn from(_: KeyRefused) -> Self {
        Self::Internal
    }
}

/// A PIN block on its way from one key and format to another. One account: a PIN cannot change its PAN.
#[derive(Clone, Copy, Debug)]
pub struct PinTranslation<'a> {
    /// The block, encrypted under the source key.
    pub pin_block: &'a PinBlock,
    /// Its format.
    pub from: PinBlockFormat,
    /// The format that it is to have.
    pub to: PinBlockFormat,
    /// The account of both.
    pub account: &'a Account,
    /// How much of the block is looked at; control and length only, unless legacy codes are wanted.
    pub checks: Checks,
}

/// Whether a format may become another (PCI PIN Security, requirement 3-3); `No` for a format that is unknown here.
///
/// [`translate_pin`] does not ask: what a profile permits beyond the table is for the command's policy.
#[must_use]
pub fn pin_translation_allowed(from: PinBlockFormat, to: PinBlockFormat) -> Allowed {
    match (layout(from), layout(to)) {
        (Ok(from), Ok(to)) => translation_allowed(from, to),
        (Err(_), _) | (_, Err(_)) => Allowed::No,
    }
}

/// Translates a PIN block. The clear PIN never leaves this call.
///
/// # Errors
/// [`PinRefused`]
pub fn translate_pin<S: PinEncryption, D: PinEncryption>(
    source: &Key<S>,
    destination: &Key<D>,
    translation: &PinTranslation<'_>,
    random: &mut dyn Random,
) -> Result<(PinLength, PinBlock), PinRefused> {
    let from = source.layout(translation.from)?;
    let to = destination.layout(translation.to)?;
    let account = account_for(&[from, to], translation.account)?;
    let fill = random_fill(to, random)?;
    let (block, digits) = pin::translate(
        &source.cipher()?,
        &destination.cipher()?,
        translation.pin_block.as_slice(),
        from,
        to,
        &account,
        &fill,
        translation.checks,
    )?;
    let digits = u8::try_from(digits).map_err(|_| PinRefused::Length)?;
    Ok((PinLength(digits), encrypted(&block)?))
}

impl<U: PinEncryption> Key<U> {
    /// Takes the PIN out of a block.
    ///
    /// # Errors
    /// [`PinRefused`]
    pub fn decrypt_pin(
        &self,
        block: &PinBlock,
        format: PinBlockFormat,
        account: &Account,
        checks: Checks,
    ) -> Result<Pin, PinRefused> {
        let layout = self.layout(format)?;
        let account = account_for(&[layout], account)?;
        let clear = pin::decipher(&self.cipher()?, block.as_slice(), layout, &account)?;
        Ok(pin::decode(&clear, layout, &account, checks)?)
    }

    /// Puts a PIN into a block; formats 1, 3 and 4 fill it with random digits.
    ///
    /// # Errors
    /// [`PinRefused`]
    pub fn encrypt_pin(
        &self,
        pin: &Pin,
        format: PinBlockFormat,
        account: &Account,
        random: &mut dyn Random,
    ) -> Result<PinBlock, PinRefused> {
        let layout = self.layout(format)?;
        let account = account_for(&[layout], account)?;
        let fill = random_fill(layout, random)?;
        let clear = pin::encode(pin, layout, &account, &fill)?;
        encrypted(&pin::encipher(&self.cipher()?, &clear, layout, &account)?)
    }

    /// The layout of a format that this key can encrypt: ISO 4 under AES, everything else under TDES.
    fn layout(&self, format: PinBlockFormat) -> Result<Layout, PinRefused> {
        let layout = layout(format)?;
        let fits = match self.algorithm {
            Algorithm::Aes => layout == Layout::Iso4,
            Algorithm::Tdes => layout != Layout::Iso4,
        };
        if fits { Ok(layout) } else { Err(PinRefused::Format) }
    }
}

/// The one place where a format code of the host language becomes a layout. No public source has that of code 46.
const fn layout(format: PinBlockFormat) -> Result<Layout, PinRefused> {
    match format {
        PinBlockFormat::Iso0 => Ok(Layout::Iso0),
        PinBlockFormat::Diebold => Ok(Layout::Diebold),
        PinBlockFormat::Plus => Ok(Layout::Plus),
        PinBlockFormat::Iso1 => Ok(Layout::Iso1),
        PinBlockFormat::Iso2 => Ok(Layout::Iso2),
        PinBlockFormat::As2805Format8 => Err(PinRefused::Format),
        PinBlockFormat::Iso3 => Ok(Layout::Iso3),
        PinBlockFormat::Iso4 => Ok(Layout::Iso4),
    }
}

/// The account as these layouts can use it.
fn account_for(layouts: &[Layout], account: &Account) -> Result<PinAccount, PinRefused> {
    let made = match account {
        Account::Pan12(digits) => PinAccount::pan12(digits),
        Account::Full(pan) => PinAccount::pan(&pan.0),
        Account::Of(_) => return Err(PinRefused::Account),
        // 18 characters, F on the left, no check digit. A zero in its place makes a PAN that gives the left 12 digits
        // and the right 12 alike; but the whole PAN, which ISO 4 binds, it is not.
        Account::Plus18(_) if layouts.contains(&Layout::Iso4) => return Err(PinRefused::Account),
        Account::Plus18(characters) => {
            let digits = characters.iter().copied().skip_while(|character| *character == b'F');
            let pan = Zeroizing::new(digits.chain([b'0']).collect::<Vec<u8>>());
            PinAccount::pan(&pan)
        }
    };
    made.map_err(|_| PinRefused::Account)
}

/// Random digits for the layouts that are filled with them; asking the system costs as much as a
/// translation.
fn random_fill(
    layout: Layout,
    random: &mut dyn Random,
) -> Result<Zeroizing<[u8; 16]>, RandomFailed> {
    let mut fill = Zeroizing::new([0; 16]);
    match layout {
        Layout::Iso1 | Layout::Iso3 | Layout::Iso4 if Defence::RandomFill.holds() => {
            random.fill(fill.as_mut_slice())?;
        }
        Layout::Iso1 | Layout::Iso3 | Layout::Iso4 => {}
        Layout::Iso0 | Layout::Diebold | Layout::Plus | Layout::Iso2 => {}
    }
    Ok(fill)
}

fn encrypted(block: &EncipheredBlock) -> Result<PinBlock, PinRefused> {
    PinBlock::from_slice(block.as_bytes()).ok_or(PinRefused::Internal)
}
