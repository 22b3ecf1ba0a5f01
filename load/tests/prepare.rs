//! Every command can be prepared, and says the same in both dialects: against a stand-in for the
//! daemon, which makes up keys and values. `tests/load.rs` of the daemon drives the real one.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the functions of a test are tests too"
)]

mod stand_in;

use payhsm_client::{Client, Config};
use payhsm_load::prepare::{Kit, PrepareError, Work, prepare};
use stand_in::LMK;

#[tokio::test]
async fn every_command_is_prepared_and_says_the_same_in_both_dialects() {
    let (address, credentials) = stand_in::start().await;
    let config = Config::new(address.to_string(), "localhost", credentials);
    let client = Client::connect(config).await.unwrap();
    let kit = Kit::new(Some(client), Some(LMK));
    for &work in Work::ALL {
        // `prepare` compares the dialects itself and sends the request once.
        let request = match prepare(work, &kit).await {
            Ok(request) => request,
            Err(error) => panic!("{work:?}: {error}"),
        };
        assert_eq!(request.code, work.name().as_bytes());
        match work.lmk(Some(LMK)) {
            Some(lmk) => assert_eq!(request.compact[..2], [1, lmk.0], "{work:?}"),
            None => assert_eq!(request.compact[0], 0, "{work:?}"),
        }
    }
}

#[tokio::test]
async fn without_a_client_only_what_needs_no_keys_is_prepared() {
    let kit = Kit::new(None, None);
    for &work in Work::ALL {
        match (work, prepare(work, &kit).await) {
            (
                Work::B2
                | Work::N0
                | Work::NC
                | Work::NO
                | Work::RA
                | Work::A0
                | Work::BA
                | Work::J2
                | Work::J4
                | Work::J8
                | Work::JA
                | Work::JK
                | Work::LO
                | Work::NI
                | Work::PM
                | Work::TA
                | Work::TG
                | Work::VG
                | Work::WM,
                outcome,
            ) => drop(outcome.unwrap()),
            (_, Err(PrepareError::NoClient(_))) => {}
            (_, outcome) => panic!("{work:?}: {outcome:?}"),
        }
    }
}
