//! What the status commands share.

/// The version of this build as the host language has firmware: 0.1.2 is `0001-0002`.
pub(super) fn firmware() -> [u8; 9] {
    let version = [
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH"),
    ];
    let [major, minor, patch] = version.map(|part| part.parse::<u16>().unwrap_or(0));
    let text = format!("{:02}{:02}-{:04}", major % 100, minor % 100, patch % 10_000);
    text.into_bytes().try_into().unwrap_or(*b"0000-0000")
}
