//! PIN translation: out of one key and layout, into another, with the clear PIN never leaving the call.

use super::block::build;
use super::{Account, Checks, EncipheredBlock, Layout, PinBlockError, decipher, decode, encipher};
use crate::cipher::BlockKey;

/// Translates `block` from `source` to `target`; gives the new block and the number of PIN digits.
///
/// One account serves both sides, so the PAN cannot change (PCI PIN 3-3); whether the pair of layouts is permitted
/// is asked of [`super::translation_allowed`]. With [`Checks::ControlOnly`] a PIN that is not decimal passes
/// through like any other. `fill` is random.
#[expect(
    clippy::too_many_arguments,
    reason = "two keys, two layouts: each named once, at the only call site"
)]
pub fn translate(
    source: &BlockKey,
    target: &BlockKey,
    block: &[u8],
    from: Layout,
    to: Layout,
    account: &Account,
    fill: &[u8; 16],
    checks: Checks,
) -> Result<(EncipheredBlock, usize), PinBlockError> {
    let pin = decode(&decipher(source, block, from, account)?, from, account, checks)?;
    let clear = build(&pin, to, account, fill)?;
    Ok((encipher(target, &clear, to, account)?, pin.len()))
}
