use super::{BadReference, PinReference, PinRefused, PinRow};
use crate::Row;
use crate::row::tests::golden;

fn pvv(digits: &[u8; 4]) -> PinReference {
    PinReference::pvv(1, *digits).unwrap()
}

fn with_pin() -> PinRow {
    let mut row = PinRow::default();
    row.assign(pvv(b"1234"), 500);
    row
}

#[test]
fn bytes() {
    golden(&PinRow::default(), "0100000000000000000000000000");
    let mut row = with_pin();
    row.begin_try(3, 1000).unwrap();
    row.begin_try(3, 1001).unwrap();
    golden(
        &row,
        "01010001313233340200000000000000020100000000000003e80100000000000003e90100000000000001f4",
    );
    let mut row = PinRow::default();
    row.register(PinReference::ibm(7, b"98765", 4).unwrap(), 0x0102_0304_0506_0708);
    row.block();
    golden(&row, "0101010704000539383736356300000000000000000000010102030405060708");
}

#[test]
fn what_no_row_writes_is_refused() {
    let legal = |reference: &str, tries: u8| {
        let row = format!("01{reference}{tries:02x}{}", "00".repeat(11));
        PinRow::decode(&hex::decode(row).unwrap()).is_ok()
    };
    assert!(legal("00", 99) && !legal("00", 100));
    // PVVs: a letter, an index of two digits.
    assert!(legal("01000931323334", 0));
    assert!(
        !legal("01000931323341", 0) && !legal("01000a31323334", 0) && !legal("01020931323334", 0)
    );
    // Offsets: a check length of 3, one beyond its 5 digits.
    assert!(legal("0101070400053938373635", 0));
    assert!(!legal("0101070300053938373635", 0) && !legal("0101070600053938373635", 0));
}

#[test]
fn references() {
    assert_eq!(PinReference::pvv(10, *b"1234"), Err(BadReference));
    assert_eq!(PinReference::pvv(0, *b"12F4"), Err(BadReference));
    assert!(PinReference::ibm(9, b"123456789012", 12).is_ok());
    for (offset, length) in
        [(&b"123"[..], 4), (b"1234567890123", 4), (b"12345", 3), (b"12345", 6), (b"1234F", 4)]
    {
        assert_eq!(PinReference::ibm(1, offset, length), Err(BadReference));
    }
    assert_ne!(pvv(b"1234"), pvv(b"1235"));
    assert_ne!(pvv(b"1234"), PinReference::pvv(2, *b"1234").unwrap());
    assert_ne!(pvv(b"1234"), PinReference::ibm(1, b"1234", 4).unwrap());
    let ibm = PinReference::ibm(1, b"12345", 4).unwrap();
    assert_eq!(ibm, ibm.clone());
    assert_ne!(ibm, PinReference::ibm(1, b"12346", 4).unwrap());
    assert_ne!(ibm, PinReference::ibm(1, b"12345", 5).unwrap());
}

#[test]
fn nothing_prints_a_reference() {
    for reference in [pvv(b"7391"), PinReference::ibm(3, b"7391", 4).unwrap()] {
        let mut row = PinRow::default();
        row.assign(reference, 0);
        let printed = format!("{row:?}");
        let digits = |text: &str| printed.contains(text);
        assert!(!digits("7391") && !digits("55, 51, 57, 49"), "{printed}");
    }
}

#[test]
fn tries_run_out_and_a_right_pin_brings_them_back() {
    let mut row = PinRow::default();
    assert_eq!(row.begin_try(3, 0), Err(PinRefused::NoPinReference));
    row.assign(pvv(b"1234"), 500);
    row.begin_try(3, 1000).unwrap();
    let second = row.begin_try(3, 1001).unwrap();
    row.succeed(second);
    let enquiry = row.enquire(3);
    assert_eq!((enquiry.tries, enquiry.first_wrong_at, enquiry.last_wrong_at), (0, None, None));
    for now in 0..3 {
        assert!(!row.enquire(3).blocked);
        row.begin_try(3, now).unwrap();
    }
    let before = row.clone();
    assert_eq!(row.begin_try(3, 9), Err(PinRefused::PinTriesExceeded));
    assert_eq!(row, before, "a refused try changes nothing");
    let enquiry = row.enquire(3);
    assert_eq!((enquiry.tries, enquiry.blocked, enquiry.by_hand), (3, true, false));
    assert_eq!((enquiry.first_wrong_at, enquiry.last_wrong_at), (Some(0), Some(2)));
    // A higher limit has room again, a lower one has not.
    assert!(row.clone().begin_try(4, 9).is_ok());
    row.unblock();
    assert_eq!(row.begin_try(0, 9), Err(PinRefused::PinTriesExceeded));
    for _ in 0..98 {
        row.begin_try(u8::MAX, 9).unwrap();
    }
    assert_eq!(row.begin_try(u8::MAX, 9), Err(PinRefused::PinTriesExceeded));
    assert!(!row.enquire(98).by_hand);
}

#[test]
fn a_block_by_hand_is_lifted_by_hand_alone() {
    let mut row = with_pin();
    let pending = row.begin_try(3, 0).unwrap();
    row.block();
    row.succeed(pending);
    row.assign(pvv(b"4321"), 600);
    row.register(pvv(b"4322"), 601);
    assert_eq!(row.begin_try(98, 0), Err(PinRefused::PinTriesExceeded));
    let enquiry = row.enquire(98);
    assert!(enquiry.by_hand && enquiry.blocked);
    assert_eq!((enquiry.tries, enquiry.changed_at), (99, Some(601)));
    row.unblock();
    assert_eq!(row.enquire(3).tries, 0);
    assert!(row.begin_try(3, 0).is_ok());
}

#[test]
fn another_pin_has_all_its_tries_and_a_registered_one_what_is_left() {
    let mut row = with_pin();
    for _ in 0..3 {
        row.begin_try(3, 0).unwrap();
    }
    row.register(pvv(b"1111"), 7);
    assert_eq!(row.begin_try(3, 0), Err(PinRefused::PinTriesExceeded));
    row.assign(pvv(b"2222"), 8);
    assert_eq!(row.reference(), Some(&pvv(b"2222")));
    let enquiry = row.enquire(3);
    assert_eq!((enquiry.tries, enquiry.last_wrong_at, enquiry.changed_at), (0, None, Some(8)));
}

#[test]
fn a_right_pin_takes_back_no_try_begun_after_it() {
    let mut row = with_pin();
    let first = row.begin_try(3, 0).unwrap();
    row.begin_try(3, 1).unwrap();
    let third = row.begin_try(3, 2).unwrap();
    row.succeed(first);
    assert_eq!(row.enquire(3).tries, 2);
    row.succeed(third);
    assert_eq!(row.enquire(3).tries, 0);
    // Late, and no more than it was.
    row.succeed(first);
    assert_eq!(row.enquire(3).tries, 0);
}
