use super::{ByAccount, MOST_SEALED, TokenRefused, TooLong, VaultToken};
use crate::row::tests::golden;
use crate::{Row, RowError};

fn token(single_use: bool, seconds: Option<u64>) -> VaultToken {
    VaultToken::new(b"sealed".to_vec(), 998, single_use, 1000, seconds).unwrap()
}

#[test]
fn bytes() {
    golden(&token(false, None), "0100067365616c656403e60000000000000003e80000");
    let mut used = token(true, Some(300));
    used.take(998, 1001).unwrap();
    golden(&used, "0100067365616c656403e60100000000000003e80100000000000005140100000000000003e9");
    golden(&ByAccount { token: *b"0123456789abcdef" }, "0130313233343536373839616263646566");
    // Used, but not good once.
    let bytes = hex::decode("0100067365616c656403e60000000000000003e8000100000000000003e9");
    assert_eq!(VaultToken::decode(&bytes.unwrap()), Err(RowError::Malformed));
}

#[test]
fn good_once() {
    let mut row = token(true, None);
    assert_eq!(row.look(998, 1000), Ok(&b"sealed"[..]));
    assert_eq!(row.used_at(), None);
    assert_eq!(row.take(998, 1001), Ok(&b"sealed"[..]));
    assert_eq!(row.used_at(), Some(1001));
    assert_eq!(row.take(998, 1002), Err(TokenRefused::TokenUsed));
    assert_eq!(row.look(998, 1002), Err(TokenRefused::TokenUsed));
    assert_eq!(row.used_at(), Some(1001));
}

#[test]
fn good_for_good() {
    let mut row = token(false, None);
    let before = row.clone();
    for now in [0, 1000, u64::MAX] {
        assert_eq!(row.take(998, now), Ok(&b"sealed"[..]));
    }
    assert!(row == before, "nothing to write");
}

#[test]
fn expiry_and_domain() {
    let mut row = token(true, Some(300));
    assert_eq!(row.expires_at(), Some(1300));
    assert_eq!(row.take(997, 1000), Err(TokenRefused::TokenInvalid));
    assert_eq!(row.look(1, 9999), Err(TokenRefused::TokenInvalid));
    assert_eq!(row.take(998, 1300), Err(TokenRefused::TokenExpired));
    assert_eq!(row.look(998, 1300), Err(TokenRefused::TokenExpired));
    assert!(row.look(998, 0).is_ok());
    assert!(row.take(998, 1299).is_ok());
    assert_eq!(row.take(998, 5000), Err(TokenRefused::TokenUsed));
    let stillborn = VaultToken::new(Vec::new(), 1, false, 1000, Some(0)).unwrap();
    assert_eq!(stillborn.look(1, 0), Err(TokenRefused::TokenExpired));
}

#[test]
fn bounds_and_silence() {
    let sealed = |length| VaultToken::new(vec![7; length], 1, false, 0, None);
    let largest = sealed(MOST_SEALED).unwrap();
    assert!(VaultToken::decode(&largest.encode()) == Ok(largest));
    assert_eq!(sealed(MOST_SEALED + 1), Err(TooLong));
    assert_eq!(format!("{:?}", token(true, None)), "VaultToken(domain 998, …)");
    assert_eq!(format!("{:?}", ByAccount { token: [7; 16] }), "ByAccount(…)");
}
