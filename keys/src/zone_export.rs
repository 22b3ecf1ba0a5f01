//! The export profile of a zone: how values leave for a partner, as officers write it.
//!
//! | written | is |
//! |---|---|
//! | `E6`, `E7` | a layout (`payhsm_crypto::export`); blocks one by one |
//! | `E6/ecb`, `E6/cbc`, `E6/iv` | the same, CBC with an IV of zeros, CBC with a random IV in front |
//! | `E1+legacy`, `E1/cbc+legacy` | layouts E1 to E5 take the word, for whoever reads a thousand values of three digits reads all |
//! | `GCM` | AES-256-GCM under a ZEK of 32 bytes, bound to the name of the value |
//! | `JWE:kid:key` | RSA-OAEP-256 and A256GCM for a public key: SPKI in DER, in base64url, 2048 bits and more |

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use payhsm_crypto::export::{Chaining, Layout, Profile, RsaPublicKey};

/// Characters of the longest name of a public key.
const LONGEST_KID: usize = 64;

/// An export profile.
#[derive(Clone, Debug)]
pub enum ZoneExport {
    /// Digits in blocks under the ZEK.
    Blocks(Profile),
    /// AES-256-GCM under the ZEK.
    Gcm,
    /// For whoever has the private key.
    Jwe {
        /// What the recipient calls the key: 1 to 64 letters, digits and `-._~`.
        kid: String,
        /// The key.
        key: Box<RsaPublicKey>,
    },
}

/// Why a text is no export profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZoneExportMistake {
    /// Nothing of the kind.
    #[error(
        "write E6, E7, E1+legacy to E5+legacy (with /ecb, /cbc or /iv behind the layout), GCM, or JWE:name:key"
    )]
    Unknown,
    /// A layout that is a code book, without a word that this is known.
    #[error(
        "in the layouts E1 to E5 a value of three digits has a thousand ciphertexts, and whoever has that many cards reads all \
         others; where a partner takes nothing else, write +legacy behind it"
    )]
    Legacy,
    /// The name of the public key.
    #[error("the name of the key (kid) has 1 to 64 letters, digits, `-`, `.`, `_`, `~`")]
    Kid,
    /// The public key.
    #[error(
        "the key is no RSA public key of 2048, 3072 or 4096 bits: SubjectPublicKeyInfo, DER, in base64url without padding"
    )]
    PublicKey,
}

impl ZoneExport {
    /// Reads it.
    ///
    /// # Errors
    /// [`ZoneExportMistake`], in words for officers.
    pub fn parse(text: &str) -> Result<Self, ZoneExportMistake> {
        if text == "GCM" {
            return Ok(Self::Gcm);
        }
        if let Some(rest) = text.strip_prefix("JWE:") {
            return Self::jwe(rest);
        }
        let (text, allowed) = match text.strip_suffix("+legacy") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let (layout, chaining) = match text.split_once('/') {
            None => (text, Chaining::Ecb),
            Some((layout, "ecb")) => (layout, Chaining::Ecb),
            Some((layout, "cbc")) => (layout, Chaining::CbcZeroIv),
            Some((layout, "iv")) => (layout, Chaining::CbcRandomIv),
            Some(_) => return Err(ZoneExportMistake::Unknown),
        };
        let layout = Layout::from_name(layout).ok_or(ZoneExportMistake::Unknown)?;
        match (layout.is_legacy(), allowed) {
            (true, true) | (false, false) => Ok(Self::Blocks(Profile { layout, chaining })),
            (true, false) => Err(ZoneExportMistake::Legacy),
            (false, true) => Err(ZoneExportMistake::Unknown),
        }
    }

    fn jwe(text: &str) -> Result<Self, ZoneExportMistake> {
        let (kid, key) = text.split_once(':').ok_or(ZoneExportMistake::Unknown)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if !(1..=LONGEST_KID).contains(&kid.len()) || !kid.bytes().all(plain) {
            return Err(ZoneExportMistake::Kid);
        }
        let der = URL_SAFE_NO_PAD.decode(key).map_err(|_| ZoneExportMistake::PublicKey)?;
        let key = RsaPublicKey::from_der(&der).map_err(|_| ZoneExportMistake::PublicKey)?;
        Ok(Self::Jwe { kid: kid.to_owned(), key: Box::new(key) })
    }

    /// Whether values go under the zone's ZEK.
    #[must_use]
    pub const fn needs_zek(&self) -> bool {
        match self {
            Self::Blocks(_) | Self::Gcm => true,
            Self::Jwe { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Chaining, Layout, ZoneExport, ZoneExportMistake as Mistake};

    /// A public key of 2048 bits, made for this test; nobody has kept the private one.
    const KEY: &str = include_str!("zone_export/public_key.txt");

    #[test]
    fn every_form_is_read() {
        for (text, layout, chaining) in [
            ("E6", Layout::E6, Chaining::Ecb),
            ("E6/ecb", Layout::E6, Chaining::Ecb),
            ("E7/cbc", Layout::E7, Chaining::CbcZeroIv),
            ("E1+legacy", Layout::E1, Chaining::Ecb),
            ("E5/iv+legacy", Layout::E5, Chaining::CbcRandomIv),
        ] {
            let Ok(ZoneExport::Blocks(profile)) = ZoneExport::parse(text) else { panic!("{text}") };
            assert_eq!((profile.layout, profile.chaining), (layout, chaining), "{text}");
        }
        let gcm = ZoneExport::parse("GCM").unwrap();
        assert!(matches!(gcm, ZoneExport::Gcm) && gcm.needs_zek());
        let jwe = ZoneExport::parse(&format!("JWE:2026-01:{}", KEY.trim())).unwrap();
        assert!(!jwe.needs_zek());
        let ZoneExport::Jwe { kid, key } = jwe else { panic!("no JWE") };
        assert_eq!((kid.as_str(), key.bits()), ("2026-01", 2048));
    }

    #[test]
    fn whatever_is_wrong_is_said() {
        for (text, mistake) in [
            ("", Mistake::Unknown),
            ("E0", Mistake::Unknown),
            ("E8", Mistake::Unknown),
            ("e6", Mistake::Unknown),
            ("E6/ofb", Mistake::Unknown),
            ("E6+legacy", Mistake::Unknown),
            ("E6/", Mistake::Unknown),
            ("GCM/iv", Mistake::Unknown),
            ("JWE:", Mistake::Unknown),
            ("JWE:kid", Mistake::Unknown),
            ("E1", Mistake::Legacy),
            ("E5/iv", Mistake::Legacy),
            ("JWE::AAAA", Mistake::Kid),
            ("JWE:a b:AAAA", Mistake::Kid),
            ("JWE:kid:", Mistake::PublicKey),
            ("JWE:kid:AAAA", Mistake::PublicKey),
            ("JWE:kid:=", Mistake::PublicKey),
        ] {
            assert_eq!(ZoneExport::parse(text).err(), Some(mistake), "{text}");
        }
        let (head, _) = KEY.trim().split_at(KEY.trim().len() - 4);
        let cut = ZoneExport::parse(&format!("JWE:kid:{head}"));
        assert_eq!(cut.err(), Some(Mistake::PublicKey));
        let long = ZoneExport::parse(&format!("JWE:{}:{}", "k".repeat(65), KEY.trim()));
        assert_eq!(long.err(), Some(Mistake::Kid));
    }
}
