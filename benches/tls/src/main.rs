//! ring against aws-lc-rs as the provider of TLS: speed, and what of a private key stays in memory.
//! `docs/decisions/012-tls-provider.md` has what came of it.
//!
//! ```text
//! cargo run --release --manifest-path benches/tls/Cargo.toml
//! ```

mod memory;
mod pki;
mod resident;
mod session;
mod speed;

use pki::{Kind, Pki};
use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs, ring};
use std::sync::Arc;

/// The two that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    /// ring.
    Ring,
    /// aws-lc-rs.
    AwsLc,
}

impl Library {
    pub(crate) const BOTH: [Self; 2] = [Self::Ring, Self::AwsLc];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ring => "ring",
            Self::AwsLc => "aws-lc-rs",
        }
    }

    /// Its provider, with one way of exchanging keys.
    pub(crate) fn provider(self, group: Group) -> Option<Arc<CryptoProvider>> {
        let (mut provider, group): (_, &dyn SupportedKxGroup) = match (self, group) {
            (Self::Ring, Group::X25519) => (ring::default_provider(), ring::kx_group::X25519),
            (Self::Ring, Group::X25519MlKem768) => return None,
            (Self::AwsLc, Group::X25519) => {
                (aws_lc_rs::default_provider(), aws_lc_rs::kx_group::X25519)
            }
            (Self::AwsLc, Group::X25519MlKem768) => {
                (aws_lc_rs::default_provider(), aws_lc_rs::kx_group::X25519MLKEM768)
            }
        };
        provider.kx_groups.retain(|known| known.name() == group.name());
        Some(Arc::new(provider))
    }
}

/// Ways of exchanging keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// The usual one.
    X25519,
    /// With ML-KEM beside it, against those who record today and have a quantum computer later.
    X25519MlKem768,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, library, form] = arguments.as_slice()
        && word == memory::CHILD
    {
        memory::child(library, form);
        return;
    }
    println!("# what of a private key stays in the memory of a process");
    memory::measure();
    for kind in [Kind::P256, Kind::Ed25519, Kind::Rsa2048] {
        speed::handshakes(&Pki::new(kind));
    }
    speed::records(&Pki::new(Kind::P256));
}
