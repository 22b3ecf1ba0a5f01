use crate::support::time::ByHand;
use crate::support::{ask, call, development};
use payhsm_protocol::command::j2_tell_load::TellLoad;
use std::sync::Arc;
use std::time::Duration;

/// Serial, three moments and seconds.
pub(super) const HEAD: usize = 12 + 3 * 12 + 10;

#[test]
fn spans_of_a_second_by_how_busy_they_were() {
    let clock = ByHand::default();
    let engine = development().with_clock(Arc::new(clock.clone()));
    clock.pass(Duration::from_millis(42_500));
    let answer = ask(&engine, "J2");
    let (head, bands) = answer[4..].split_at(HEAD);
    assert!(answer.starts_with("J300") && head.ends_with("0000000042"), "{answer}");
    // Nobody asked for anything in them.
    let expected: String = (0..10)
        .map(|band| {
            let (to, spans) =
                (if band == 9 { 100 } else { band * 10 + 9 }, 42 * i32::from(band == 0));
            format!("{:03}{to:03}{spans:010},", band * 10)
        })
        .collect();
    assert_eq!(bands, expected);
    let (error, told) = call(&engine, None, &TellLoad {});
    let told = told.unwrap();
    assert_eq!((error.as_str(), told.period.seconds(), told.bands.len()), ("00", 42, 10));
    assert_eq!(told.bands[0].spans, 42);
}

#[test]
fn there_are_no_fields() {
    for (message, code) in [("J20", "15"), ("J2%07", "13"), ("J2?", "15")] {
        assert_eq!(ask(&development(), message), format!("J3{code}"));
    }
}
