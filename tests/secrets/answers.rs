//! What commands answer: refusals are a code and nothing else, and of cards nothing is in the clear unless a page says so.

use super::appliance::Appliance;
use super::cards::{CODES, TELLING};
use super::marker::{Marker, look_for};
use super::material::{Asked, Material, PAN, material};
use super::support::ask_bytes;
use super::variants;
use payhsm::settings::Profile;
use std::collections::BTreeSet;

#[test]
fn a_refusal_is_the_same_whatever_was_refused() {
    let appliance = Appliance::new(Profile::Development);
    let Material { messages, markers, .. } = material(&mut |message| appliance.ask(message));
    let mut refusals = Vec::new();
    for message in &messages {
        for variant in variants(message) {
            let answer = ask_bytes(&appliance.engine, None, &variant);
            if !answer[2..].starts_with(b"00") {
                // Code and error, and a trailer if there was one.
                let end = answer.iter().position(|byte| *byte == 0x19).unwrap_or(answer.len());
                assert!(end == 4, "{}", answer.escape_ascii());
                refusals.extend_from_slice(&answer[..end]);
                refusals.push(b'\n');
            }
        }
    }
    assert!(refusals.len() > 1000, "{}", refusals.len());
    look_for(&markers, &refusals);
}

impl Asked {
    fn code(&self) -> &str {
        std::str::from_utf8(&self.message[..2]).unwrap()
    }

    /// What is in the clear in this answer.
    fn shows<'a>(&self, clear: &'a [Marker]) -> Option<&'a str> {
        clear.iter().find(|marker| marker.is_in(&self.answer)).map(|marker| marker.what.as_str())
    }
}

#[test]
fn of_cards_nothing_is_answered_in_the_clear_unless_a_page_says_so() {
    let appliance = Appliance::new(Profile::Development);
    let Material { answers, clear, .. } = material(&mut |message| appliance.ask(message));
    let of_cards = answers.iter().filter(|asked| CODES.contains(&asked.code()));
    let (telling, mute): (Vec<_>, Vec<_>) = of_cards.partition(|asked| asked.tells);
    let told: BTreeSet<&str> = telling.iter().map(|asked| asked.code()).collect();
    assert_eq!(told, BTreeSet::from(TELLING));
    for asked in &telling {
        assert!(asked.shows(&clear).is_some(), "{} has nothing", asked.code());
    }
    assert!(mute.len() > 60, "{}", mute.len());
    for asked in mute {
        assert_eq!(asked.shows(&clear), None, "{}", asked.message.escape_ascii());
    }
    // The control.
    for answer in [format!("TB00{PAN};"), format!("XF00EE1:{};", hex::encode_upper(PAN))] {
        let planted = Asked { message: b"TA".to_vec(), answer, tells: false };
        assert_eq!(planted.shows(&clear), Some("PAN"));
    }
}
