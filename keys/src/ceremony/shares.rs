//! An LMK split among officers, M of N, and brought together again.
//!
//! | bytes | a share holds |
//! |---|---|
//! | 1 | version: 1 |
//! | 1 | id of the LMK |
//! | 8 | id of the set, random: shares of two splits of one LMK do not go together |
//! | 1 | which share it is, 1 to 9 |
//! | 1 | how many are needed, 2 to 9 |
//! | 3 | head of the check value of the LMK |
//! | 32 | the share |
//! | 8 | head of SHA-256 over all of the above: against mistyping, not against forgers |

use super::shamir;
use crate::lmk::LmkSecret;
use crate::random::Random;
use crate::refusal::KeyRefused;
use payhsm_arena::{ArenaBox, with_stack_wiped};
use payhsm_crypto::told::{Told, told};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::officer::Quorum;
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;

/// Bytes in a share.
pub const SHARE: usize = 55;
/// The most shares that there may be.
pub const MOST_SHARES: u8 = 9;

const VERSION: u8 = 1;
/// Where the share itself begins.
const HEAD: usize = 15;
/// Where the check begins.
const CHECK: usize = HEAD + LmkSecret::LENGTH;

/// Why shares are not made, or not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareRefused {
    /// Not 2 <= needed <= of <= 9.
    #[error("at least two shares have to be needed, and there are at most nine")]
    Quorum,
    /// The check at its end does not fit.
    #[error("the share is damaged or was mistyped")]
    Damaged,
    /// A later program made it.
    #[error("the share has version {0}, which this program does not know")]
    Version(u8),
    /// It is one of another LMK.
    #[error("the share belongs to LMK {found}, the others to LMK {expected}")]
    OtherLmk {
        /// Of this share.
        found: LmkId,
        /// Of the others, or as asked for.
        expected: LmkId,
    },
    /// It was made in another split.
    #[error(
        "the share is from another set than the others; shares of an earlier split do not go with later ones"
    )]
    OtherSet,
    /// It is there already.
    #[error("share {0} was given already")]
    SameShare(u8),
    /// Not enough of them.
    #[error("{have} shares were given, and {needed} are needed")]
    TooFew {
        /// Given.
        have: u8,
        /// Needed.
        needed: u8,
    },
    /// What came together is not the LMK that was split.
    #[error("the shares do not make the LMK that was split: its check value is another")]
    CheckValue,
    /// No randomness or no secret memory.
    #[error("no randomness or no secret memory to be had")]
    Internal,
}

impl From<KeyRefused> for ShareRefused {
    fn from(_: KeyRefused) -> Self {
        Self::Internal
    }
}

/// One share, in secret memory. For sealing to its holder; prints its index alone.
pub struct Share(ArenaBox<[u8]>);

impl Share {
    /// Which it is, from 1.
    #[must_use]
    pub fn index(&self) -> u8 {
        Fields::of(&self.0).map_or(0, |fields| fields.index)
    }

    /// The [`SHARE`] bytes, for whoever seals them. A copy is the caller's to wipe.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Share({})", self.index())
    }
}

/// What a share says of itself besides the share.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Fields {
    lmk: LmkId,
    set: [u8; 8],
    index: u8,
    needed: u8,
    check_value: [u8; 3],
}

impl Fields {
    /// Of bytes that may be anything.
    fn of(bytes: &[u8]) -> Result<Self, ShareRefused> {
        let &[VERSION, lmk, ref rest @ ..] = bytes else {
            // Of another version nothing else is known.
            let version = bytes.first().copied().filter(|version| *version != VERSION);
            return Err(version.map_or(ShareRefused::Damaged, ShareRefused::Version));
        };
        let (set, rest) = rest.split_first_chunk().ok_or(ShareRefused::Damaged)?;
        let &[index, needed, one, two, three, ..] = rest else { return Err(ShareRefused::Damaged) };
        let sizes = bytes.len() == SHARE && (1..=MOST_SHARES).contains(&index);
        if !sizes || !(2..=MOST_SHARES).contains(&needed) || lmk > 99 || !checks(bytes) {
            return Err(ShareRefused::Damaged);
        }
        let check_value = [one, two, three];
        Ok(Self { lmk: LmkId(lmk), set: *set, index, needed, check_value })
    }

    fn write(&self, share: &mut [u8]) {
        let head = [VERSION, self.lmk.0].into_iter().chain(self.set);
        let head = head.chain([self.index, self.needed]).chain(self.check_value);
        for (to, from) in share.iter_mut().zip(head) {
            *to = from;
        }
    }
}

fn check_of(bytes: &[u8]) -> [u8; 8] {
    with_stack_wiped::<16384, _>(|| {
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        digest.first_chunk().copied().unwrap_or_default()
    })
}

fn checks(bytes: &[u8]) -> bool {
    bytes
        .split_at_checked(CHECK)
        .is_some_and(|(bytes, check)| told(Told::Authentic, check_of(bytes).ct_eq(check)))
}

fn zeroed(length: usize) -> Result<ArenaBox<[u8]>, ShareRefused> {
    let arena = payhsm_arena::global().map_err(|_| ShareRefused::Internal)?;
    arena.zeroed(length).map_err(|_| ShareRefused::Internal)
}

/// The head of the check value.
fn check_value(lmk: &LmkSecret) -> Result<[u8; 3], ShareRefused> {
    let value = lmk.check_value()?.0;
    value.first_chunk().copied().ok_or(ShareRefused::Internal)
}

/// Splits an LMK. Every call makes another set.
///
/// # Errors
/// [`ShareRefused::Quorum`], [`ShareRefused::Internal`]
pub fn split(
    lmk: &LmkSecret,
    id: LmkId,
    quorum: Quorum,
    random: &mut dyn Random,
) -> Result<Vec<Share>, ShareRefused> {
    if quorum.needed < 2 || quorum.needed > quorum.of || quorum.of > MOST_SHARES {
        return Err(ShareRefused::Quorum);
    }
    let mut set = [0; 8];
    random.fill(&mut set).map_err(|_| ShareRefused::Internal)?;
    let mut higher = zeroed(LmkSecret::LENGTH * usize::from(quorum.needed - 1))?;
    random.fill(&mut higher).map_err(|_| ShareRefused::Internal)?;
    let check_value = check_value(lmk)?;
    (1..=quorum.of)
        .map(|index| {
            let mut share = zeroed(SHARE)?;
            let place = share.get_mut(HEAD..CHECK).ok_or(ShareRefused::Internal)?;
            let rows = higher.chunks_exact(LmkSecret::LENGTH);
            with_stack_wiped::<4096, _>(|| {
                shamir::evaluate(index, lmk.bytes()?, rows, place);
                Ok::<(), KeyRefused>(())
            })?;
            Fields { lmk: id, set, index, needed: quorum.needed, check_value }.write(&mut share);
            let (bytes, check) = share.split_at_mut(CHECK);
            check.copy_from_slice(&check_of(bytes));
            Ok(Share(share))
        })
        .collect()
}

/// Shares on their way to an LMK.
#[derive(Debug, Default)]
pub struct Combining {
    shares: Vec<Share>,
}

impl Combining {
    /// With none yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one more share, copied into secret memory; gives how many there are, of how many that are needed.
    ///
    /// # Errors
    /// [`ShareRefused`]; the others stay.
    pub fn add(&mut self, share: &[u8]) -> Result<(u8, u8), ShareRefused> {
        let fields = Fields::of(share)?;
        for known in &self.shares {
            let known = Fields::of(&known.0)?;
            if known.lmk != fields.lmk {
                return Err(ShareRefused::OtherLmk { found: fields.lmk, expected: known.lmk });
            }
            if (Fields { index: fields.index, ..known }) != fields {
                return Err(ShareRefused::OtherSet);
            }
            if known.index == fields.index {
                return Err(ShareRefused::SameShare(fields.index));
            }
        }
        let mut copy = zeroed(SHARE)?;
        copy.copy_from_slice(share);
        self.shares.push(Share(copy));
        Ok((self.have(), fields.needed))
    }

    /// How many shares there are.
    #[must_use]
    pub fn have(&self) -> u8 {
        u8::try_from(self.shares.len()).unwrap_or(u8::MAX)
    }

    /// How many are needed; none is known before the first share.
    #[must_use]
    pub fn needed(&self) -> Option<u8> {
        self.fields().map(|fields| fields.needed)
    }

    /// The LMK that they are of.
    #[must_use]
    pub fn lmk(&self) -> Option<LmkId> {
        self.fields().map(|fields| fields.lmk)
    }

    fn fields(&self) -> Option<Fields> {
        self.shares.first().and_then(|share| Fields::of(&share.0).ok())
    }

    /// The LMK, with its check value checked. The shares stay.
    ///
    /// # Errors
    /// [`ShareRefused::TooFew`], [`ShareRefused::CheckValue`], [`ShareRefused::Internal`]
    pub fn combine(&self) -> Result<LmkSecret, ShareRefused> {
        let fields = self.fields().ok_or(ShareRefused::TooFew { have: 0, needed: 2 })?;
        if self.have() < fields.needed {
            return Err(ShareRefused::TooFew { have: self.have(), needed: fields.needed });
        }
        let used = self.shares.get(..usize::from(fields.needed)).unwrap_or_default();
        let all: Vec<u8> = used.iter().map(Share::index).collect();
        let mut secret = zeroed(LmkSecret::LENGTH)?;
        with_stack_wiped::<4096, _>(|| {
            for share in used {
                let bytes = share.0.get(HEAD..CHECK).unwrap_or_default();
                shamir::add_share(share.index(), bytes, &all, &mut secret);
            }
        });
        let secret = LmkSecret::take(secret).map_err(|_| ShareRefused::CheckValue)?;
        if told(Told::Authentic, check_value(&secret)?.ct_eq(&fields.check_value)) {
            Ok(secret)
        } else {
            Err(ShareRefused::CheckValue)
        }
    }
}
