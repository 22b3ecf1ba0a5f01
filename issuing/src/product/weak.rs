//! PINs that no customer may choose, compared without telling which one it is.

use subtle::{Choice, ConstantTimeEq};

/// Whether it is on the list; all of the list is compared.
pub(super) fn is_listed(pin: &[u8], list: &[String]) -> Choice {
    list.iter().fold(Choice::from(0), |found, listed| found | listed.as_bytes().ct_eq(pin))
}

/// Whether it is one digit throughout, or each digit is one more than that before it, or one less; 0 follows 9.
pub(super) fn is_run(pin: &[u8]) -> Choice {
    let [mut same, mut up, mut down] = [Choice::from(1); 3];
    for (before, after) in pin.iter().zip(pin.iter().skip(1)) {
        // 1 to 19 for digits: 10 for the same, with 10 more or less around the end.
        let step = after.wrapping_add(10).wrapping_sub(*before);
        same &= step.ct_eq(&10);
        up &= step.ct_eq(&11) | step.ct_eq(&1);
        down &= step.ct_eq(&9) | step.ct_eq(&19);
    }
    same | up | down
}
