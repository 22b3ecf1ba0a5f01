//! Until when a certificate, or a list of revoked ones, is good. Only as much of X.509 (RFC 5280, 4.1 and 5.1) is read as it
//! takes to get there; whether it is one at all rustls says.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use time::{Date, Month, PrimitiveDateTime, Time};

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xA0;

/// From when to when a certificate in DER is good; `None` if it says so in no way that is known.
pub(crate) fn of(der: &[u8]) -> Option<(SystemTime, SystemTime)> {
    let (validity, _) = validity_and_subject(der)?;
    let (not_before, rest) = take_time(validity)?;
    let (not_after, _) = take_time(rest)?;
    Some((not_before, not_after))
}

/// Whose a certificate in DER is: what is in its subject.
pub(crate) fn subject_of(der: &[u8]) -> Option<&[u8]> {
    validity_and_subject(der).map(|(_, subject)| subject)
}

fn validity_and_subject(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (certificate, _) = take(der, SEQUENCE)?;
    let (signed, _) = take(certificate, SEQUENCE)?;
    let rest = take(signed, VERSION).map_or(signed, |(_, rest)| rest);
    let (_, rest) = take(rest, INTEGER)?; // serial number
    let (_, rest) = take(rest, SEQUENCE)?; // algorithm of the signature
    let (_, rest) = take(rest, SEQUENCE)?; // issuer
    let (validity, rest) = take(rest, SEQUENCE)?;
    let (subject, _) = take(rest, SEQUENCE)?;
    Some((validity, subject))
}

/// Whose list of revoked certificates this is, in DER: what is in its issuer; and when the next one comes at the latest.
pub(crate) fn of_list(der: &[u8]) -> Option<(&[u8], SystemTime)> {
    let (list, _) = take(der, SEQUENCE)?;
    let (signed, _) = take(list, SEQUENCE)?;
    let rest = take(signed, INTEGER).map_or(signed, |(_, rest)| rest); // version
    let (_, rest) = take(rest, SEQUENCE)?; // algorithm of the signature
    let (issuer, rest) = take(rest, SEQUENCE)?;
    let (_, rest) = take_time(rest)?; // this update
    let (next, _) = take_time(rest)?;
    Some((issuer, next))
}

/// What is in the next element, if it has this tag, and what follows it.
fn take(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7F => (usize::from(first), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length).filter(|_| found == tag)
}

fn take_time(der: &[u8]) -> Option<(SystemTime, &[u8])> {
    let short = take(der, UTC_TIME);
    let (text, rest) = short.or_else(|| take(der, GENERALIZED_TIME))?;
    let text = str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let number = |from: usize, digits: usize| text.get(from..from + digits)?.parse::<u8>().ok();
    let (year, at) = if short.is_some() {
        let year = i32::from(number(0, 2)?);
        (if year < 50 { 2000 + year } else { 1900 + year }, 2)
    } else {
        (text.get(..4)?.parse().ok()?, 4)
    };
    let month = Month::try_from(number(at, 2)?).ok()?;
    let date = Date::from_calendar_date(year, month, number(at + 2, 2)?).ok()?;
    let (hour, minute, second) = (number(at + 4, 2)?, number(at + 6, 2)?, number(at + 8, 2)?);
    let time = Time::from_hms(hour, minute, second).ok()?;
    let seconds = PrimitiveDateTime::new(date, time).assume_utc().unix_timestamp();
    // A time before 1970 is long ago in any case.
    Some((UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0)), rest))
}

#[cfg(test)]
mod tests {
    use super::{of, of_list, subject_of};
    use rcgen::{
        CertificateParams, CertificateRevocationListParams, CertifiedIssuer, IsCa, KeyIdMethod,
        KeyPair, SerialNumber, date_time_ymd,
    };
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn both_ways_of_writing_a_time_are_read() {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_before = date_time_ymd(2001, 2, 3);
        params.not_after = date_time_ymd(2051, 2, 3);
        let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(of(made.der()), Some((at(981_158_400), at(2_558_995_200))));
        for length in [0, 1, 40, 120] {
            assert_eq!(of(&made.der()[..length]), None);
        }
    }

    #[test]
    fn a_list_is_its_issuers_until_the_next_one() {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(2051, 2, 3),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = params.signed_by(&ca).unwrap();
        let end = UNIX_EPOCH + Duration::from_secs(2_558_995_200);
        assert_eq!(of_list(list.der()), Some((subject_of(ca.der()).unwrap(), end)));
        for length in [0, 1, 40, 90] {
            assert_eq!(of_list(&list.der()[..length]), None);
            assert_eq!(subject_of(&ca.der()[..length]), None);
        }
    }
}
