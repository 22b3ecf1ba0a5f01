//! What runs here: every kernel by itself, and the pairs.

use payhsm_tdes::{Instructions, Kernel, KernelName};

pub(crate) fn kernels() -> impl Iterator<Item = Kernel> {
    let pairs = Instructions::ALL.into_iter().filter_map(Kernel::within);
    KernelName::ALL.into_iter().filter_map(Kernel::with).chain(pairs)
}
