//! Sealing a share to its holder: HPKE base mode (RFC 9180) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM.
//!
//! `info` is, each field with its length (u32, big endian) in front: `payhsm share v1`, the appliance's id, the two digits of
//! the LMK's id, the holder's name. So a share opens only as what it was made to be.

use crate::random::Random;
use crate::{OfficerError, fields};
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use payhsm_protocol::field::LmkId;
use std::convert::Infallible;
use zeroize::Zeroizing;

const CONTEXT: &[u8] = b"payhsm share v1";

/// Bytes of the encapsulated key, which stands in front of the ciphertext.
pub const ENCAPSULATED: usize = 32;

/// Bytes by which a sealed share is longer than the share: encapsulated key and tag.
pub const OVERHEAD: usize = ENCAPSULATED + 16;

type PrivateKey = <X25519HkdfSha256 as Kem>::PrivateKey;
type PublicKey = <X25519HkdfSha256 as Kem>::PublicKey;
type EncappedKey = <X25519HkdfSha256 as Kem>::EncappedKey;

/// What a share belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Belonging<'a> {
    /// Id of the appliance, 16 hex digits.
    pub appliance: &'a str,
    /// The LMK.
    pub lmk: LmkId,
    /// Name of the holder.
    pub holder: &'a str,
}

impl Belonging<'_> {
    fn info(&self) -> Vec<u8> {
        let lmk = self.lmk.digits();
        fields::joined(&[CONTEXT, self.appliance.as_bytes(), &lmk, self.holder.as_bytes()])
    }
}

/// Seals a share to the holder's X25519 public key: encapsulated key, then ciphertext.
///
/// # Errors
/// [`OfficerError::Random`]; [`OfficerError::SealingKey`] if the key is no point to work with.
pub fn seal(
    random: &mut impl Random,
    sealing_key: &[u8; 32],
    belonging: &Belonging<'_>,
    share: &[u8],
) -> Result<Vec<u8>, OfficerError> {
    seal_with_info(random, sealing_key, &belonging.info(), share, b"")
}

pub(crate) fn check_key(sealing_key: &[u8; 32]) -> Result<(), OfficerError> {
    // The library refuses low-order points when it seals, so that is what is tried; nothing of it is kept.
    seal_with_info(&mut crate::random::SystemRandom, sealing_key, b"", b"", b"").map(drop)
}

fn seal_with_info(
    random: &mut impl Random,
    sealing_key: &[u8; 32],
    info: &[u8],
    share: &[u8],
    aad: &[u8],
) -> Result<Vec<u8>, OfficerError> {
    let key = PublicKey::from_bytes(sealing_key).map_err(|_| OfficerError::SealingKey)?;
    let (encapsulated, ciphertext) =
        hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &key,
            info,
            share,
            aad,
            &mut Prepared::draw(random)?,
        )
        .map_err(|_| OfficerError::SealingKey)?;
    let mut sealed = encapsulated.to_bytes().to_vec();
    sealed.extend_from_slice(&ciphertext);
    Ok(sealed)
}

/// Opens a share with the holder's X25519 private key.
pub(crate) fn open(
    opening_key: &[u8; 32],
    belonging: &Belonging<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OfficerError> {
    open_with_info(opening_key, &belonging.info(), sealed, b"")
}

fn open_with_info(
    opening_key: &[u8; 32],
    info: &[u8],
    sealed: &[u8],
    aad: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OfficerError> {
    let (encapsulated, ciphertext) =
        sealed.split_at_checked(ENCAPSULATED).ok_or(OfficerError::Share)?;
    let key = PrivateKey::from_bytes(opening_key).map_err(|_| OfficerError::Share)?;
    let encapsulated = EncappedKey::from_bytes(encapsulated).map_err(|_| OfficerError::Share)?;
    hpke::single_shot_open::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &key,
        &encapsulated,
        info,
        ciphertext,
        aad,
    )
    .map(Zeroizing::new)
    .map_err(|_| OfficerError::Share)
}

/// The X25519 public key of a private one.
pub(crate) fn public_key(opening_key: &[u8; 32]) -> Result<[u8; 32], OfficerError> {
    let key = PrivateKey::from_bytes(opening_key).map_err(|_| OfficerError::SealingKey)?;
    Ok(X25519HkdfSha256::sk_to_pk(&key).to_bytes().into())
}

/// The bytes that one encapsulation takes, drawn beforehand: the library's generators may not fail, ours may.
struct Prepared(Zeroizing<[u8; 32]>);

impl Prepared {
    fn draw(random: &mut impl Random) -> Result<Self, OfficerError> {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }
}

impl TryRng for Prepared {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        // One draw of 32 bytes is all that RFC 9180's GenerateKeyPair takes; a test holds the library to it, since a
        // second draw would repeat the first.
        for (byte, prepared) in bytes.iter_mut().zip(self.0.iter().cycle()) {
            *byte = *prepared;
        }
        Ok(())
    }
}

impl TryCryptoRng for Prepared {}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        hex::decode(hex).unwrap()
    }

    fn key(hex: &str) -> [u8; 32] {
        bytes(hex).try_into().unwrap()
    }

    // The test vectors of RFC 9180 (its appendix A refers to them as one file): mode base, KEM 0x0020, KDF 0x0001, AEAD 0x0002.
    const INFO: &str = "4f6465206f6e2061204772656369616e2055726e";
    const IKM_E: &str = "2cd7c601cefb3d42a62b04b7a9041494c06c7843818e0ce28a8f704ae7ab20f9";
    const SK_R: &str = "497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d";
    const PK_R: &str = "430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c";
    const ENC: &str = "6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256";
    const AAD: &str = "436f756e742d30";
    const PT: &str = "4265617574792069732074727574682c20747275746820626561757479";
    const CT: &str = "e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a";

    #[test]
    fn sealing_is_rfc_9180() {
        let mut draws = 0;
        let mut random = |out: &mut [u8]| {
            draws += 1;
            out.copy_from_slice(&bytes(IKM_E));
            Ok(())
        };
        let sealed =
            seal_with_info(&mut random, &key(PK_R), &bytes(INFO), &bytes(PT), &bytes(AAD)).unwrap();
        assert_eq!(hex::encode(sealed), format!("{ENC}{CT}"));
        assert_eq!(draws, 1, "the library draws once, 32 bytes");
    }

    #[test]
    fn opening_is_rfc_9180_and_one_changed_digit_is_refused() {
        let sealed = bytes(&format!("{ENC}{CT}"));
        let opened = open_with_info(&key(SK_R), &bytes(INFO), &sealed, &bytes(AAD)).unwrap();
        assert_eq!(*opened, bytes(PT));
        assert_eq!(public_key(&key(SK_R)).unwrap(), key(PK_R));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 0x10;
            // The top bit of an X25519 point is not part of it (RFC 7748); the rest is.
            let refused = open_with_info(&key(SK_R), &bytes(INFO), &changed, &bytes(AAD)).is_err();
            assert!(refused, "byte {at}");
        }
        for cut in [0, 31, 32, 47, sealed.len() - 1] {
            assert!(open_with_info(&key(SK_R), &bytes(INFO), &sealed[..cut], &bytes(AAD)).is_err());
        }
    }

    #[test]
    fn a_share_opens_only_as_what_it_was_made_to_be() {
        let sealed_to = Belonging { appliance: "0123456789abcdef", lmk: LmkId(0), holder: "alice" };
        let random = &mut crate::random::SystemRandom;
        let sealed = seal(random, &key(PK_R), &sealed_to, b"a share").unwrap();
        assert_eq!(sealed.len(), 7 + OVERHEAD);
        assert_eq!(**open(&key(SK_R), &sealed_to, &sealed).unwrap(), *b"a share");
        for other in [
            Belonging { appliance: "0123456789abcdee", ..sealed_to },
            Belonging { lmk: LmkId(1), ..sealed_to },
            Belonging { holder: "alic", ..sealed_to },
        ] {
            assert!(matches!(open(&key(SK_R), &other, &sealed), Err(OfficerError::Share)));
        }
        assert!(open(&key(IKM_E), &sealed_to, &sealed).is_err(), "another officer");
    }

    #[test]
    fn a_low_order_key_is_refused() {
        assert!(matches!(check_key(&[0; 32]), Err(OfficerError::SealingKey)));
        assert!(check_key(&key(PK_R)).is_ok());
    }
}
