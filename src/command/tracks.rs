//! The tracks of a card as ISO/IEC 7813 has them, with sentinels and without the check character, which whoever writes them adds.
//!
//! Track 1: `%B` PAN `^` name `^` expiry, service code, discretionary data `?`. Track 2: `;` PAN `=` expiry, service code,
//! discretionary data `?`. Discretionary data, our choice: index of the PVK, PVV or offset, CVV.

use payhsm_issuing::pin::PinReference;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{CardholderName, Expiry, Pan, ServiceCode};
use zeroize::Zeroizing;

/// Bytes that track 1 takes under an ETK.
pub(super) const FIRST: usize = 80;

/// Bytes that track 2 takes under an ETK, of whole blocks of 8 or of 16.
pub(super) const SECOND: [usize; 2] = [40, 48];

/// Most characters of a track 2 without its check character.
const LONGEST_SECOND: usize = 39;

/// What is on the stripe of a card.
pub(super) struct Stripe<'a> {
    pub(super) pan: &'a Pan,
    pub(super) expiry: Expiry,
    pub(super) service_code: ServiceCode,
    pub(super) name: &'a CardholderName,
    /// None: the stripe says that there is no PVV on it.
    pub(super) reference: Option<&'a PinReference>,
    /// The CVV, 3 digits.
    pub(super) cvv: &'a [u8],
}

impl Stripe<'_> {
    fn discretionary(&self) -> Zeroizing<Vec<u8>> {
        // One piece, so that no part of it is left behind by a vector that grows.
        let mut data = Zeroizing::new(Vec::with_capacity(16));
        match self.reference {
            None => data.extend_from_slice(b"00000"),
            Some(PinReference::Pvv { pvki, pvv, .. }) => {
                data.push(b'0' + pvki);
                data.extend_from_slice(&**pvv);
            }
            Some(PinReference::Ibm { pvki, offset, check_length, .. }) => {
                data.push(b'0' + pvki);
                data.extend(offset.iter().take(usize::from(*check_length)));
            }
        }
        data.extend_from_slice(self.cvv);
        data
    }

    fn written(&self, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
        let mut track = Zeroizing::new(Vec::with_capacity(FIRST));
        for part in parts {
            track.extend_from_slice(part);
        }
        let discretionary = self.discretionary();
        for part in [&self.expiry.0[..], &self.service_code.0, &discretionary, b"?"] {
            track.extend_from_slice(part);
        }
        track
    }

    /// Track 1, at most 73 characters.
    pub(super) fn first(&self) -> Zeroizing<Vec<u8>> {
        self.written(&[b"%B", &self.pan.0, b"^", self.name.0.as_bytes(), b"^"])
    }

    /// Track 2.
    ///
    /// # Errors
    /// 80 if card number and offset are too long for one track.
    pub(super) fn second(&self) -> Result<Zeroizing<Vec<u8>>, ErrorCode> {
        let track = self.written(&[b";", &self.pan.0, b"="]);
        if track.len() <= LONGEST_SECOND { Ok(track) } else { Err(ErrorCode::InvalidDataLength) }
    }
}

#[cfg(test)]
mod tests {
    use super::{CardholderName, ErrorCode, Expiry, Pan, PinReference, ServiceCode, Stripe};

    fn tracks(pan: &str, reference: Option<&PinReference>) -> (String, Result<String, ErrorCode>) {
        let (pan, name) = (Pan(pan.into()), CardholderName("DOE/JANE".to_owned()));
        let (expiry, service_code) = (Expiry(*b"2912"), ServiceCode(*b"201"));
        let (pan, name, cvv) = (&pan, &name, &b"010"[..]);
        let stripe = Stripe { pan, expiry, service_code, name, reference, cvv };
        let text = |track: &[u8]| String::from_utf8(track.to_vec()).unwrap();
        (text(&stripe.first()), stripe.second().map(|track| text(&track)))
    }

    #[test]
    fn both_tracks_are_as_the_standard_has_them() {
        let pvv = PinReference::pvv(1, *b"1234").unwrap();
        let (first, second) = tracks("4111111111111111", Some(&pvv));
        assert_eq!(first, "%B4111111111111111^DOE/JANE^291220111234010?");
        assert_eq!(second.unwrap(), ";4111111111111111=291220111234010?");
        let (first, second) = tracks("378282246310005", None);
        assert_eq!(first, "%B378282246310005^DOE/JANE^291220100000010?");
        assert_eq!(second.unwrap(), ";378282246310005=291220100000010?");
    }

    #[test]
    fn an_offset_takes_the_room_that_there_is() {
        let ibm = |digits: &[u8], check| PinReference::ibm(2, digits, check).unwrap();
        let (first, second) = tracks("4111111111111111", Some(&ibm(b"123456", 4)));
        assert_eq!(first, "%B4111111111111111^DOE/JANE^291220121234010?");
        assert_eq!(second.unwrap(), ";4111111111111111=291220121234010?");
        let (_, second) = tracks("4111111111111111", Some(&ibm(b"123456789", 9)));
        assert_eq!(second.unwrap().len(), 39);
        let (_, second) = tracks("4111111111111111", Some(&ibm(b"1234567890", 10)));
        assert_eq!(second, Err(ErrorCode::InvalidDataLength));
        let long = tracks("4000000000000000006", Some(&ibm(b"12345678", 8)));
        assert_eq!(long.1, Err(ErrorCode::InvalidDataLength));
    }
}
