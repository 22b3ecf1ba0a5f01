//! The file with the rows of cards: rows are sealed and have no names that anybody could read.

use super::appliance::{Appliance, SECOND, state_keys};
use super::marker::{Marker, latin_without_gaps, seen_in};
use super::material::{Material, PAN, PIN, material};
use payhsm::settings::Profile;
use payhsm_issuing::Row;
use payhsm_issuing::dcvv2::Dcvv2Row;
use payhsm_issuing::pin::PinRow;
use payhsm_state::{Embedded, RowKey, Store as _, Verdict};
use std::fs;
use std::path::Path;

fn text(file: &Path) -> String {
    latin_without_gaps(&fs::read(file).unwrap())
}

#[test]
fn the_store_of_cards_has_nothing_that_anybody_could_read() {
    let appliance = Appliance::new(Profile::Development);
    let Material { markers, .. } = material(&mut |message| appliance.ask(message));
    let (_folder, file) = appliance.stopped();
    let kept = text(&file);
    assert_eq!(seen_in(&markers, &kept), None);

    // The control: rows of these cards are in it, under their names.
    let keys = state_keys();
    let row = |kind, card: &str| {
        let id = keys.row_id(kind, &[card.as_bytes()]).unwrap();
        (RowKey { kind, id }, Marker::new("a row", &id))
    };
    for (kind, card) in [(PinRow::KIND, PAN), (Dcvv2Row::KIND, SECOND)] {
        let (_, name) = row(kind, card);
        assert!(name.is_in(&kept), "{card} has no row of kind {kind}");
    }
    // And what is planted in one is found, as text or as bytes.
    let packed = hex::decode(PAN).unwrap();
    for (planted, what) in [(PAN.as_bytes(), "PAN"), (&packed, "PAN"), (PIN.as_bytes(), "PIN")] {
        let (key, _) = row(PinRow::KIND, PAN);
        let store = Embedded::open(&file).unwrap();
        let change = store.change(&[key], &mut |values| {
            values[0] = Some([b"row of ", planted].concat());
            Verdict::Write
        });
        change.unwrap().wait().unwrap();
        drop(store);
        let found: Vec<_> = markers.iter().filter(|marker| marker.what == what).collect();
        let planted = text(&file);
        assert!(found.iter().any(|marker| marker.is_in(&planted)), "{what} is not found");
    }
}
